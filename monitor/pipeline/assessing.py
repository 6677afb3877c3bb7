"""Signals, copies and decisions → events → scores: what became known is added to the threads, and only what changed is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial

from monitor.assess.anchors import lost
from monitor.assess.concern import Docket, Find, concerning
from monitor.assess.factors import ACTIVE
from monitor.assess.kinship import Kinship
from monitor.assess.rulings import Ruled
from monitor.assess.score import Question, score
from monitor.assess.thread import told
from monitor.collect.copies import METHOD
from monitor.freshness import is_stale
from monitor.model import Assessment, Event, EventDecision, Report
from monitor.pipeline.comparing import compare
from monitor.pipeline.notebook import Drawn
from monitor.pipeline.world import World
from monitor.store import Session, assessments, decisions, documents, events, origins, signals, sources
from monitor.store.dialect import serialise


def assess(world: World, version: str) -> int:
    """Bring events and scores up to what that tagger version reads in all that is known; how many event revisions that gave.

    What was not compared with other texts yet does not count: a copy must not pass for a second origin even once.
    """
    compare(world)
    now = world.clock()
    try:
        with world.store.write() as tx:
            # Two processes at once: who writes second must have read what the first wrote, or would withdraw it.
            serialise(tx, "events")
            return record(world, tx, version, now)
    except BaseException:
        world.notebook.forget()  # it is ahead of rows that were not written
        raise


def record(world: World, tx: Session, version: str, now: datetime) -> int:
    """Draw the events and write what changed, with the scores; how many event revisions that gave.

    Once anybody has decided anything, all are drawn anew each time: a decision reaches documents and signals, not threads.
    """
    if decisions.decisions(tx, None):
        world.notebook.forget()
        drawing = Drawn([found.event for found in drawn(world, tx, version)], whole=True)
    else:
        drawing = world.notebook.draw(tx, version, world.catalog.display_names)
    before = events.events_by_id(tx, [*(event.id for event in drawing.events), *drawing.gone])
    revisions = _save(tx, drawing, now)
    if revisions:
        find = Docket(drawing.events).find if drawing.whole else partial(events.events_concerning, tx, None)
        fresh = sources.data_as_of(tx, now)
        assessments.save_assessments(tx, list(_scores(world, find, _moved(before, drawing), now, fresh)), now)
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


def _save(tx: Session, drawn: Drawn, now: datetime) -> int:
    if drawn.whole:
        return events.save_events(tx, drawn.events, now)
    return events.save_changed(tx, drawn.events, now, drawn.gone)


def _moved(before: Mapping[str, Event], drawn: Drawn) -> Iterator[Event]:
    """What differs now, as it was and as it is."""
    changed = [event for event in drawn.events if before.get(event.id) != event]
    yield from changed
    yield from (before[key] for key in (*(event.id for event in changed), *drawn.gone) if key in before)


def _scores(world: World, find: Find, moved: Iterable[Event], now: datetime, data_as_of: datetime | None) -> Iterator[Assessment]:
    """The score of every provider in every jurisdiction that these events concern."""
    pairs = {
        (provider, place)
        for event in moved
        for provider, role in event.providers.items()
        if role in ACTIVE
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
        yield score(concerning(question, find), question)
