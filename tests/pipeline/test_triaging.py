"""A word on an exposure keeps mails quiet until the event changes or its day is over where the reader is; scores never move."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.answers.exposed import exposed, history
from monitor.answers.reader import Reader
from monitor.errors import ForewarnedError, NotFoundError, UsageError
from monitor.model import TriageFact, TriageRequest
from monitor.pipeline import World, deliver, preview_alert
from monitor.pipeline.picture import Known
from monitor.pipeline.triaging import judge, take_back
from monitor.store import outbox
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_alerting import DAY, HOUR, MORNING, NOON, alerts, begin, cut, known, polled
from tests.pipeline.test_deliver import at, reader, team

BAN = "evt_0000000000000001"
FAR = date(2024, 7, 25)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    """One source that answers, nothing known, and today's digests decided."""
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield opened


def said(state: str = "accepted", until: date | None = date(2024, 6, 30), **fields: Any) -> TriageRequest:
    values = {"team": "a", "event": BAN, "state": state, "reason": "moves to Qwen", "until": until}
    return TriageRequest.model_validate(values | fields)


def digests(world: World, email: str = "ops@example.com") -> list[str]:
    with world.store.read() as tx:
        rows = sorted(outbox.deliveries(tx), key=lambda row: row.due_at)
    return [" ".join(row.mail.text.split()) for row in rows if row.mail.kind == "digest" and row.recipient == email]


def states(world: World) -> list[str]:
    page = exposed(Reader(world.store, world.catalog, world.clock), world.clock())
    return [one.triage.state for one in page.items]


def test_what_is_settled_is_not_alerted_until_its_day_moves(world: World) -> None:
    now = known(begin(world), cut())
    judge(now, said(), "Ann")
    assert preview_alert(now, "ops@example.com", now.clock()) == "nothing_urgent"
    assert deliver(now)["alerts"] == 0
    later = known(at(world, NOON + HOUR), cut(effective=date(2024, 6, 27)))
    assert deliver(later)["alerts"] == 1
    (mail,) = alerts(world)
    text = " ".join(mail.text.split())
    assert "accepted by Ann until 2024-06-30: moves to Qwen (effective 2024-06-28 -> 2024-06-27)" in text


def test_a_lifted_measure_is_told_although_it_was_settled(world: World) -> None:
    now = known(begin(world), cut())
    assert deliver(now)["alerts"] == 1
    judge(now, said("mitigated", None), "Ann")
    known(at(world, NOON + 2 * HOUR), cut(stage="rescinded", recorded_at=NOON + 2 * HOUR))
    assert deliver(at(world, NOON + 3 * HOUR))["alerts"] == 1
    assert alerts(world)[-1].subject.startswith("[LIFTED]")
    assert "mitigated by Ann: moves to Qwen (stage announced -> rescinded)" in " ".join(alerts(world)[-1].text.split())


def test_one_system_is_settled_and_the_other_is_told(world: World) -> None:
    both = team("a", reader("ops@example.com"))
    twin = both.systems[0].model_copy(update={"id": "twin"})
    now = known(begin(world, both.model_copy(update={"systems": (*both.systems, twin)})), cut())
    judge(now, said(system="twin"), "Ann")
    assert deliver(now)["alerts"] == 1
    (mail,) = alerts(now)
    assert ("a-gateway calls" in mail.text, "twin calls" in mail.text) == (True, False)


@pytest.mark.parametrize(("zone", "email"), [("Asia/Shanghai", "ops@example.com"), ("America/New_York", "us@example.com")])
def test_an_expired_acceptance_comes_back_on_the_very_day_where_the_reader_is(world: World, zone: str, email: str) -> None:
    now = known(begin(world, team("a", reader("ops@example.com"), reader("us@example.com", "America/New_York"))), cut(effective=FAR))
    judge(now, said(), "Ann")
    seen: list[str] = []
    moment = NOON + HOUR
    while not seen and moment < NOON + 7 * DAY:
        polled(at(world, moment))
        deliver(at(world, moment))
        seen = [text for text in digests(world, email) if "acceptance expired" in text.lower()]
        moment += HOUR
    first = datetime(2024, 7, 1, 0 if zone == "Asia/Shanghai" else 12, tzinfo=UTC)
    assert timedelta(0) <= moment - HOUR - first < HOUR, "at eight o'clock of the first day after the last one"
    assert "accepted by Ann until 2024-06-30: moves to Qwen (acceptance expired)" in seen[0]
    assert len(digests(world, email)) == 1, "while it held there was no mail"


def test_a_saved_triage_and_its_undo_are_no_mail_and_the_past_stays_as_it_was(world: World) -> None:
    now = known(begin(world), cut(effective=FAR))
    assert deliver(at(world, MORNING + DAY))["planned"] == 1
    one = at(world, MORNING + DAY + HOUR)
    first = judge(one, said("false_positive", None), "Ann")
    second = judge(at(world, MORNING + DAY + 2 * HOUR), said("affected", None), "Bob")
    assert (first.number, second.number, states(at(world, MORNING + 2 * DAY))) == (1, 2, ["affected"])
    take_back(at(world, MORNING + DAY + 3 * HOUR), 2, "Bob", "looked again")
    assert states(at(world, MORNING + 2 * DAY)) == ["false_positive"]
    assert deliver(at(world, MORNING + 2 * DAY))["planned"] == 0
    take_back(at(world, MORNING + 2 * DAY + HOUR), 1, "Ann", "it does hit")
    assert states(at(world, MORNING + 3 * DAY)) == ["new"]
    polled(at(world, MORNING + 3 * DAY))
    assert deliver(at(world, MORNING + 3 * DAY))["planned"] == 0
    hours = {0: "new", 1: "false_positive", 2: "affected", 3: "false_positive", 25: "new"}
    assert {hour: states(at(world, MORNING + DAY + hour * HOUR))[0] for hour in hours} == hours
    decided = history(Reader(world.store, world.catalog, now.clock), MORNING + 3 * DAY).items
    assert [(fact.number, fact.undoes, fact.team, fact.event) for fact in decided] == [
        (4, 1, "a", BAN), (3, 2, "a", BAN), (2, None, "a", BAN), (1, None, "a", BAN),
    ]  # fmt: skip


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(["in_triage", "affected", "not_affected", "accepted", "mitigated", "false_positive", "new"]),
    st.sampled_from([None, "a-gateway"]),
)
def test_no_word_changes_a_score(world: World, state: str, system: str | None) -> None:
    now = known(begin(world), cut(effective=FAR))
    reader_ = Reader(world.store, world.catalog, now.clock)
    numbers = [(one.score, one.team_score, one.level) for one in exposed(reader_, now.clock()).items]
    risk = reader_.risk("openai", "CN", now.clock())
    made = judge(now, said(state, system=system), "Ann")
    after = reader_.instant(None)
    assert exposed(reader_, after).items[0].triage.number == made.number
    assert [(one.score, one.team_score, one.level) for one in exposed(reader_, after).items] == numbers
    assert reader_.risk("openai", "CN", now.clock()) == risk


def test_a_clock_that_was_set_back_changes_no_earlier_answer(world: World) -> None:
    now = known(begin(world), cut(effective=FAR))
    first = judge(now, said(), "Ann")
    second = judge(at(world, NOON - HOUR), said("affected", None), "Bob")
    assert second.recorded_at > first.recorded_at
    with world.store.read() as tx:
        assert [fact.number for fact in Known.at(world, tx, first.recorded_at).triage] == [1]
        assert [fact.number for fact in Known.at(world, tx, second.recorded_at).triage] == [1, 2]


TODAY = NOON.date()
WRONG: list[tuple[str, dict[str, Any], type[ForewarnedError], str]] = [
    ("no_such_team", {"team": "b"}, NotFoundError, "inventory show"),
    ("no_such_event", {"event": "evt_00000000000000ff"}, NotFoundError, "exposure list"),
    ("no_such_system", {"system": "b-gateway"}, NotFoundError, "a-gateway"),
    ("system_that_is_not_hit", {"system": "idle"}, UsageError, "does not touch system idle"),
    ("event_that_does_not_touch_the_team", {"event": "evt_0000000000000002"}, UsageError, "does not touch team a"),
    ("blank_reason", {"reason": " \n "}, UsageError, "blank"),
    ("acceptance_without_end", {"until": None}, UsageError, "last day"),
    ("end_in_the_past", {"until": TODAY - DAY}, UsageError, "over"),
    ("end_too_far_away", {"until": TODAY + 367 * DAY}, UsageError, "366 days"),
]


@pytest.mark.parametrize(("wrong", "error", "says"), [case[1:] for case in WRONG], ids=[case[0] for case in WRONG])
def test_what_cannot_be_is_refused_and_nothing_recorded(
    world: World, wrong: dict[str, Any], error: type[ForewarnedError], says: str
) -> None:
    own = team("a", reader("ops@example.com"))
    idle = own.systems[0].model_copy(update={"id": "idle", "dependencies": ()})
    now = known(
        begin(world, own.model_copy(update={"systems": (*own.systems, idle)})), cut(), cut("evt_0000000000000002", affected=("RU",))
    )
    with pytest.raises(error, match=says):
        judge(now, said(**{"until": TODAY} | wrong), "Ann")
    with pytest.raises(UsageError, match="blank"):
        judge(now, said(), " ")
    assert history(Reader(world.store, world.catalog, now.clock), now.clock() + DAY).items == []
    for ends in (TODAY, TODAY + 366 * DAY):
        assert judge(now, said(until=ends), "Ann").until == ends


def test_an_undo_of_what_does_not_hold_is_refused(world: World) -> None:
    now = known(begin(world), cut())
    with pytest.raises(NotFoundError, match="exposure history"):
        take_back(now, 1, "Ann", "no")
    fact: TriageFact = judge(now, said(), "Ann")
    take_back(now, fact.number, "Ann", "no")
    with pytest.raises(UsageError, match="undone before"):
        take_back(now, fact.number, "Ann", "no")
