"""Signals, copies and decisions → events → scores: what became known is added to the threads, and only what changed is written."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Final

from monitor.assess.alternatives import Ratings
from monitor.assess.concern import Docket, concerning
from monitor.assess.factors import ACTIVE
from monitor.assess.parties import ByParty, Record
from monitor.assess.score import Question, scored
from monitor.freshness import is_stale
from monitor.model import Event
from monitor.pipeline.comparing import compare
from monitor.pipeline.world import World
from monitor.store import Session, assessments, events, sources
from monitor.store.dialect import serialise

SCORED_AT_ONCE: Final = 500


def assess(world: World, version: str) -> int:
    """Bring events and scores up to what that tagger version reads in all that is known; how many event revisions that gave.

    What was not compared with other texts yet does not count: a copy must not pass for a second origin even once.
    """
    with world.notebook.lock:
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
    """Draw the events and write what changed, with the scores; how many event revisions that gave. Who calls it holds the notebook's
    lock until the transaction has ended, and has the notebook forget all when it fails.
    """
    if world.notebook.knows(version):
        return _recorded(world, tx, version, now)
    with _uncollected():
        return _recorded(world, tx, version, now)


def _recorded(world: World, tx: Session, version: str, now: datetime) -> int:
    drawn = world.notebook.draw(tx, version, world.catalog.display_names)
    renewed = events.renew(tx, drawn.events, now, None if drawn.whole else drawn.gone)
    if renewed:
        fresh = sources.data_as_of(tx, now)
        questions = _questions(world, (event for one in renewed for event in (one.before, one.after) if event is not None), now, fresh)
        docket = Docket(drawn.events) if drawn.whole else None
        find = partial(events.briefs_concerning, tx, None)
        ratings: Ratings = {}
        hashes = {one.after.id: one.body_hash for one in renewed}
        records: Iterator[tuple[Question, Record]] = ((q, docket or ByParty(concerning(q, find))) for q in questions)
        scores = (scored(record, question, ratings, hashes) for question, record in records)
        while part := list(islice(scores, SCORED_AT_ONCE)):
            assessments.save_assessments(tx, part, now)
    return len(renewed)


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is drawn anew stays, and holds no cycles: the garbage collector, which would look at it again and again, is held off until
    all is drawn and never looks at it, nor at the few hundred objects that a draw leaves behind. A quarter of the time of a start.
    """
    on = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if on:
            gc.enable()


def _questions(world: World, moved: Iterable[Event], now: datetime, data_as_of: datetime | None) -> Iterator[Question]:
    """Every provider in every jurisdiction that these events concern."""
    pairs = {
        (provider, place)
        for event in moved
        for provider, role in event.providers.items()
        if role in ACTIVE
        for place in event.affected or event.issuing
    }
    for provider, place in sorted(pairs):
        yield Question(
            provider=provider,
            jurisdiction=place,
            as_of=now,
            providers=world.catalog.providers,
            regions=world.catalog.members,
            stale=is_stale(data_as_of, now),
            data_as_of=data_as_of,
        )
