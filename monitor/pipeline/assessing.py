"""Signals and copies → events → scores: the threads are drawn anew from all that is known, and only what changed is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from monitor.assess.kinship import Kinship
from monitor.assess.score import Question, score
from monitor.assess.thread import thread
from monitor.collect.copies import METHOD
from monitor.freshness import is_stale
from monitor.model import Assessment, Event
from monitor.pipeline.comparing import compare
from monitor.pipeline.world import World
from monitor.store import assessments, events, origins, signals, sources
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
        told = signals.reports(tx, None, version, compared_by=METHOD)
        kin = Kinship(*origins.known_origins(tx, [report.document for report in told], None))
        known = thread(told, world.catalog.display_names, kin)
        revisions = events.save_events(tx, known, now)
        if revisions:
            assessments.save_assessments(tx, list(_scores(world, known, now, sources.data_as_of(tx, now))), now)
    return revisions


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
