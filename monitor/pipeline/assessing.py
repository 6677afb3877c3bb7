"""Signals and copies → events → scores: what became known is added to the threads, and only what changed is written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial

from monitor.assess.concern import Docket, Find, concerning
from monitor.assess.factors import ACTIVE
from monitor.assess.score import Question, score
from monitor.freshness import is_stale
from monitor.model import Assessment, Event
from monitor.pipeline.comparing import compare
from monitor.pipeline.notebook import Drawn
from monitor.pipeline.world import World
from monitor.store import Session, assessments, events, sources
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
            drawn = world.notebook.draw(tx, version, world.catalog.display_names)
            before = events.events_by_id(tx, [*(event.id for event in drawn.events), *drawn.gone])
            revisions = _save(tx, drawn, now)
            if revisions:
                find = Docket(drawn.events).find if drawn.whole else partial(events.events_concerning, tx, None)
                fresh = sources.data_as_of(tx, now)
                assessments.save_assessments(tx, list(_scores(world, find, _moved(before, drawn), now, fresh)), now)
    except BaseException:
        world.notebook.forget()  # it is ahead of rows that were not written
        raise
    return revisions


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
