"""What a running process adds to its events is what a process that starts now would draw, on both databases."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from monitor.errors import UsageError
from monitor.model import Event, EventDates, Report
from monitor.pipeline import World, assess
from monitor.pipeline.deciding import decide, undo
from monitor.pipeline.notebook import Notebook
from monitor.store import events
from monitor.store import sources as stored_sources
from monitor.store.assessments import assessment_history
from monitor.store.documents import add_documents
from tests.assess.builders import DEADLINE, NOTICE_DAY, ban, days, prose, report
from tests.assess.strategies import many_reports
from tests.pipeline.arrivals import VERSION, arrive, at, store
from tests.pipeline.conftest import world_over
from tests.store.nouns import source

HOUR = timedelta(hours=1)
NOW = NOTICE_DAY + 3 * HOUR
LATE = NOTICE_DAY + days(400)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, ()) as opened:
        yield opened


def restarted(world: World) -> World:
    return replace(world, notebook=Notebook())


def known(world: World) -> list[Event]:
    with world.store.read() as tx:
        return events.events_as_of(tx, None)


def is_as_drawn(world: World, now: datetime) -> bool:
    """Whether a process that starts now finds nothing to correct."""
    return assess(at(restarted(world), now), VERSION) == 0


def edited(told: Report, revision: int = 2) -> Report:
    text = prose(f"{told.document.guid} corrected {revision}")
    return told.model_copy(update={"document": told.document.model_copy(update={"revision": revision, "text": text, "content_hash": text})})


@given(many_reports(9), st.randoms(use_true_random=False))
@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_a_process_that_goes_on_knows_what_one_that_starts_would(world: World, reports: list[Report], dice: random.Random) -> None:
    prefix = f"x{dice.randrange(10**9)}-"
    fresh = [r.model_copy(update={"document": r.document.model_copy(update={"guid": prefix + r.document.guid})}) for r in reports]
    dice.shuffle(fresh)
    now, told = LATE, list[Report]()
    while fresh:
        size = dice.randint(1, 3)
        batch, fresh = fresh[:size], fresh[size:]
        if told and dice.random() < 0.4:
            batch.append(edited(dice.choice([one for one in told if one.document.revision == 1])))
            batch = list({one.document.id: one for one in batch}.values())
        now += dice.choice((timedelta(0), HOUR))
        arrive(world, batch, now)
        told += batch
        assert is_as_drawn(world, now)


def test_what_another_process_did_is_taken_in(world: World) -> None:
    other = restarted(world)
    arrive(world, [report("a")], NOTICE_DAY)
    arrive(other, [report("b")], NOTICE_DAY + HOUR)
    arrive(world, [ban("c")], NOTICE_DAY + 2 * HOUR)
    assert sorted(len(event.documents) for event in known(world)) == [1, 2]
    assert is_as_drawn(world, NOTICE_DAY + 2 * HOUR)


def test_what_is_read_later_is_waited_for(world: World) -> None:
    arrive(world, [report("a")], NOTICE_DAY)
    later = report("b")
    with world.store.write() as tx:
        stored_sources.sync_sources(tx, [source("src-a"), source("src-b")], NOTICE_DAY)
        add_documents(tx, [later.document], NOTICE_DAY)
    assert assess(at(world, NOTICE_DAY + HOUR), VERSION) == 0
    assert arrive(world, [later], NOTICE_DAY + 2 * HOUR) == 1
    assert len(known(world)[0].documents) == 2


def test_an_edit_takes_back_what_it_replaced(world: World) -> None:
    first = ban("a")
    arrive(world, [first], NOTICE_DAY)
    (told,) = known(world)
    changed = edited(first)
    other = changed.model_copy(update={"signal": report("x").signal})
    assert arrive(world, [other], NOTICE_DAY + HOUR) == 2
    withdrawn = {event.id: event.withdrawn for event in known(world)}
    assert withdrawn.pop(told.id)
    assert list(withdrawn.values()) == [False]


def test_a_copy_of_what_two_papers_told_makes_them_one_voice(world: World) -> None:
    lead, tail = prose("lead", 60), prose("tail", 60)
    told = [report("a", doc={"text": lead}), report("b", doc={"text": tail})]
    arrive(world, told, NOTICE_DAY)
    assert len(known(world)[0].origins) == 2
    both = ban("c", "IT", "kaspersky", doc={"text": f"{lead} {tail}"})
    arrive(world, [both], NOTICE_DAY + HOUR)
    cut_off = next(event for event in known(world) if "openai" in event.providers)
    assert len(cut_off.origins) == 1, "no new report tells it; whose text it is was learnt from another event's"
    assert is_as_drawn(world, NOTICE_DAY + HOUR)


def test_a_decision_moves_only_what_it_is_about(world: World) -> None:
    told = [report("a"), report("b"), ban("c")]
    arrive(world, told, NOTICE_DAY)
    now = at(world, NOTICE_DAY + HOUR)
    _, moved = decide(now, "same", [told[0].document.id, told[1].document.id], "Ann", "one press release")
    assert moved == 1
    _, back = undo(at(world, NOTICE_DAY + 2 * HOUR), 1, "Ann", "they are not")
    assert back == 1
    assert is_as_drawn(world, NOTICE_DAY + 2 * HOUR)


def test_what_could_not_be_written_is_not_remembered(world: World) -> None:
    arrive(world, [report("a")], NOTICE_DAY)
    store(world, [report("b")], NOTICE_DAY + HOUR)
    later = at(world, NOTICE_DAY + HOUR)
    nameless = world.catalog.providers["openai"].model_copy(update={"name": "Open\x00AI"})
    catalog = replace(world.catalog, providers={**world.catalog.providers, "openai": nameless})
    with pytest.raises(UsageError, match="cannot keep"):
        assess(replace(later, catalog=catalog), VERSION)
    assert assess(later, VERSION) == 1
    assert is_as_drawn(world, NOTICE_DAY + HOUR)


def test_scores_are_kept_of_what_moved(world: World) -> None:
    arrive(world, [report("a"), ban("c")], NOTICE_DAY)
    with world.store.read() as tx:
        before = assessment_history(tx, "kaspersky", "US")
    arrive(world, [report("b")], NOTICE_DAY + days(1))
    with world.store.read() as tx:
        assert [a.as_of for a in assessment_history(tx, "openai", "CN")] == [NOTICE_DAY, NOTICE_DAY + days(1)]
        assert assessment_history(tx, "kaspersky", "US") == before


@pytest.mark.parametrize("beside", [(), (report("paper", told=NOTICE_DAY + HOUR, effective=DEADLINE),)], ids=["alone", "among others"])
def test_an_edit_of_what_opened_an_event_leaves_its_id_and_when_we_knew(world: World, beside: tuple[Report, ...]) -> None:
    told = report("first", effective=DEADLINE)
    arrive(world, [told, *beside], NOW)
    (before,) = known(world)
    mended = edited(told)
    moved = edited(told, 3).model_copy(update={"signal": told.signal.model_copy(update={"dates": EventDates(effective=date(2024, 8, 9))})})
    for hours, version in ((5, mended), (6, moved)):
        arrive(world, [version], NOW + hours * HOUR)
        (after,) = known(world)
        assert (after.id, after.first_seen_at, after.stages[0].recorded_at) == (before.id, NOW, NOW)
        assert version.document.id in after.documents
    another = edited(told, 4).model_copy(update={"signal": told.signal.model_copy(update={"stage": "final"})})
    arrive(world, [another], NOW + 7 * HOUR)
    assert next(one for one in known(world) if another.document.id in one.documents).stages[-1].recorded_at == NOW + 7 * HOUR
