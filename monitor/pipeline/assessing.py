"""Signals, copies and decisions → events → scores: the threads are drawn anew from all that is known, and only what changed is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.assess.anchors import lost
from monitor.assess.kinship import Kinship
from monitor.assess.rulings import Ruled
from monitor.assess.score import Question, score
from monitor.assess.thread import told
from monitor.collect.copies import METHOD
from monitor.freshness import is_stale
from monitor.model import Assessment, Event, EventDecision, Report
from monitor.pipeline.comparing import compare
from monitor.pipeline.world import World
from monitor.store import Session, assessments, decisions, documents, events, origins, signals, sources
from monitor.store.dialect import serialise

CONCERNED = ("restricting", "targeted", "affected")


def assess(world: World, version: str) -> int:
    """Bring events and scores up to what that tagger version reads in all that is known; how many event revisions that gave.

    What was not compared with other texts yet does not count: a copy must not pass for a second origin even once.
    """
    compare(world)
    now = world.clock()
    with world.store.write() as tx:
        # Two processes at once: who writes second must have read what the first wrote, or would withdraw it.
        serialise(tx, "events")
        return record(world, tx, version, now)


def record(world: World, tx: Session, version: str, now: datetime) -> int:
    """Draw the events anew and write what changed, with the scores; how many event revisions that gave."""
    known = [found.event for found in drawn(world, tx, version)]
    revisions = events.save_events(tx, known, now)
    if revisions:
        assessments.save_assessments(tx, list(_scores(world, known, now, sources.data_as_of(tx, now))), now)
    return revisions


def drawn(world: World, tx: Session, version: str) -> list[Ruled]:
    """The events that all known signals and decisions make, with the claims that tell each."""
    decided = decisions.decisions(tx, None)
    reports = signals.reports(tx, None, version, compared_by=METHOD)
    reports += _pinned(tx, reports, decided)
    kin = Kinship(*origins.known_origins(tx, [report.document for report in reports], None))
    return told(reports, world.catalog.display_names, kin, decided)


def _pinned(tx: Session, reports: Sequence[Report], decided: Sequence[EventDecision]) -> list[Report]:
    """What was confirmed or corrected and is not read any more, as it was read then."""
    missing = lost(reports, decided)
    known = documents.documents_by_id(tx, [anchor.document for anchor in missing])
    return [Report(document=known[one.document], signal=one.signal, recorded_at=one.recorded_at) for one in missing]


def _scores(world: World, known: Sequence[Event], now: datetime, data_as_of: datetime | None) -> Iterator[Assessment]:
    """The score of every provider in every jurisdiction that an event concerns."""
    pairs = {
        (provider, place)
        for event in known
        for provider, role in event.providers.items()
        if role in CONCERNED
        for place in event.affected or event.issuing
    }
    for provider, place in sorted(pairs):
        question = Question(
            provider=provider,
            jurisdiction=place,
            as_of=now,
            providers=world.catalog.providers,
            regions=world.catalog.members,
            stale=is_stale(data_as_of, now),
            data_as_of=data_as_of,
        )
        yield score(known, question)
