"""With decisions, a running process has what drawing all reports at once gives, and draws anew only what a decision or news touches."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.assess.anchors import lost
from monitor.assess.kinship import Kinship
from monitor.assess.thread import told
from monitor.collect.copies import METHOD
from monitor.errors import NotFoundError, UsageError
from monitor.model import DecisionRequest, Event, Report
from monitor.pipeline import World
from monitor.pipeline.notebook import Notebook
from monitor.pipeline.ruling import rule, take_back
from monitor.store import decisions, documents, events, origins, signals
from tests.assess.builders import NOTICE_DAY, ban, days, prose, report
from tests.assess.strategies import many_reports
from tests.pipeline.arrivals import VERSION, arrive, at, store
from tests.pipeline.conftest import world_over

HOUR = timedelta(hours=1)
KINDS = ("confirm", "reject", "dispute", "correct", "merge", "merge", "split", "undo")


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, ()) as opened:
        yield opened


def stored(world: World) -> dict[str, Event]:
    with world.store.read() as tx:
        return {event.id: event for event in events.events_as_of(tx, None)}


def drawn(world: World) -> dict[str, Event]:
    """What all reports and decisions make together."""
    with world.store.read() as tx:
        reports, decided = signals.reports(tx, None, VERSION, compared_by=METHOD), decisions.decisions(tx, None)
        missing = lost(reports, decided)
        known = documents.documents_by_id(tx, [anchor.document for anchor in missing])
        reports += [Report(document=known[one.document], signal=one.signal, recorded_at=one.recorded_at) for one in missing]
        kin = Kinship(*origins.known_origins(tx, [one.document for one in reports], None))
    return {found.event.id: found.event for found in told(reports, world.catalog.display_names, kin, decided)}


def is_as_drawn(world: World) -> bool:
    """Whether what is stored is what all make together, and what nothing tells any more is withdrawn."""
    known, wanted = stored(world), drawn(world)
    idle = [event for key, event in known.items() if key not in wanted]
    return {key: known.get(key) for key in wanted} == wanted and all(event.withdrawn for event in idle)


def say(world: World, now: datetime, event: str, kind: str, **said: Any) -> int:
    request = DecisionRequest.model_validate({"kind": kind, "reason": "seen"} | said)
    made, _ = rule(at(world, now), event, request, "Ann")
    return made.number


def decide_anything(world: World, now: datetime, dice: random.Random) -> bool:
    """Some decision; whether it could be made."""
    known, kind = stored(world), dice.choice(KINDS)
    event, other = dice.choice(sorted(known)), dice.choice(sorted(known))
    said: dict[str, dict[str, Any]] = {
        "correct": {"correction": {"stage": "final", "providers": {"openai": "targeted"}}},
        "merge": {"other": other},
        "split": {"documents": known[event].documents[-1:]},
    }
    try:
        if kind == "undo":
            take_back(at(world, now), dice.randint(1, 4), "Ann", "no")
        else:
            say(world, now, event, kind, **said.get(kind, {}))
    except (UsageError, NotFoundError):
        return False
    return True


def edited(one: Report, dice: random.Random) -> Report:
    """The next version of a document, which may tell something else."""
    revision = one.document.revision + 1
    text = prose(f"{one.document.guid} corrected {revision}")
    document = one.document.model_copy(update={"revision": revision, "text": text, "content_hash": text})
    other = one.signal.model_copy(update={"providers": {"baidu": "targeted"}, "affected": ("IT",)})
    return one.model_copy(update={"document": document, "signal": dice.choice((one.signal, other))})


@given(many_reports(8), st.randoms(use_true_random=False))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_news_edits_and_decisions_in_any_order_give_what_all_give_at_once(
    tmp_path_factory: pytest.TempPathFactory, reports: list[Report], dice: random.Random
) -> None:
    with world_over(f"sqlite:///{tmp_path_factory.mktemp('w')}/s.sqlite", ()) as world:
        live(world, reports, dice)


def live(world: World, left: list[Report], dice: random.Random) -> None:
    """Some hours in which reports come, are edited and are decided on."""
    now, known = NOTICE_DAY + days(400), dict[str, Report]()
    for _ in range(8):
        now += HOUR
        batch = [left.pop() for _ in range(min(len(left), dice.randint(0, 3)))]
        if known and dice.random() < 0.5:
            batch.append(edited(known[dice.choice(sorted(known))], dice))
        known |= {one.document.entry: one for one in batch}
        arrive(world, batch, now)
        assert is_as_drawn(world)
        if stored(world) and dice.random() < 0.7:
            decide_anything(world, now, dice)
            assert is_as_drawn(world)
        if dice.random() < 0.2:
            world = replace(world, notebook=Notebook())
    assert arrive(replace(world, notebook=Notebook()), [], now) == 0


def test_news_of_one_event_draws_no_decided_other(world: World) -> None:
    arrive(world, [report("a"), ban("b")], NOTICE_DAY)
    one, other = sorted(stored(world).values(), key=lambda event: event.type)
    say(world, NOTICE_DAY + HOUR, one.id, "dispute")
    say(world, NOTICE_DAY + HOUR, other.id, "confirm")
    store(world, [report("c")], NOTICE_DAY + 2 * HOUR)
    with world.store.write() as tx:
        origins.save_compared(tx, METHOD, [(report("c").document, b"")], [], NOTICE_DAY + 2 * HOUR)
        news = world.notebook.draw(tx, VERSION, world.catalog.display_names)
    (event,) = news.events
    assert (event.id, event.disputed, len(event.documents), news.whole) == (one.id, True, 2, False)


def test_what_could_not_be_decided_leaves_the_memory_right(world: World) -> None:
    arrive(world, [report("a"), ban("b")], NOTICE_DAY)
    one, _ = sorted(stored(world))
    with pytest.raises(UsageError):
        say(world, NOTICE_DAY + HOUR, one, "merge", other=one)
    arrive(world, [report("c")], NOTICE_DAY + 2 * HOUR)
    assert is_as_drawn(world)
