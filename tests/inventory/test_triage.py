"""What stands for an exposure: the latest word, until its day is over or the event is not what it was; scores never move."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.inventory.triage import as_judged, days_of, triaged
from monitor.model import SETTLED, Event, EventDates, Exposure, Level, Triage, TriageFact, TriageState
from tests.inform.episode import NOW, event, exposure

TODAY = date(2024, 6, 26)
DAY = timedelta(days=1)
BAN = event()
SYSTEMS = ("chat-gateway", "batch")


def hit(system: str = "chat-gateway", **changed: Any) -> Exposure:
    return exposure(system=system, **changed)


def fact(number: int = 1, state: TriageState | None = "accepted", **said: Any) -> TriageFact:
    """Ann's word on the team's two systems, as the ban was on 26 June."""
    until = TODAY + 30 * DAY if state == "accepted" else None
    values: dict[str, Any] = {
        "number": number, "team": "platform-cn", "event": "evt_ban", "state": state, "author": "Ann", "reason": "moves to Qwen",
        "until": until, "stage": BAN.stage, "days": days_of(BAN), "seen": as_judged(map(hit, SYSTEMS)), "recorded_at": NOW,
    }  # fmt: skip
    return TriageFact.model_validate(values | said)


def undo(number: int, undoes: int) -> TriageFact:
    return fact(number, None, undoes=undoes)


def stands(facts: Sequence[TriageFact], exposed: Exposure | None = None, now: Event = BAN, today: date = TODAY) -> Triage:
    (one,) = triaged([exposed or hit()], {now.id: now}, facts, today)
    return one.triage


def test_without_a_word_an_exposure_is_new() -> None:
    assert stands([]) == Triage()
    assert stands([fact(team="berlin")]) == stands([fact(event="evt_rule")]) == stands([fact(system="batch")]) == Triage()


def test_a_word_says_who_why_and_until_when() -> None:
    said = stands([fact()])
    assert (said.state, said.by, said.reason, said.until, said.at, said.number) == (
        "accepted", "Ann", "moves to Qwen", date(2024, 7, 26), NOW, 1,
    )  # fmt: skip
    assert (said.settled, said.words) == (True, "accepted by Ann until 2024-07-26: moves to Qwen")


@pytest.mark.parametrize("state", get_args(TriageState))
def test_a_last_day_is_whole_and_the_next_day_it_is_new(state: TriageState) -> None:
    facts = [fact(state=state, until=TODAY)]
    assert (stands(facts).state, stands(facts).expired) == (state, False)
    after = stands(facts, today=TODAY + DAY)
    assert (after.state, after.expired, after.settled, after.until) == ("new", True, False, TODAY)
    assert after.was == (None if state == "new" else state)


CHANGES = [
    ("stage", event(stage="in_force"), hit(), "stage announced -> in force"),
    ("day_moved", event(dates=EventDates(effective=date(2024, 7, 1))), hit(), "effective 2024-07-09 -> 2024-07-01"),
    ("day_lost", event(dates=EventDates()), hit(), "effective 2024-07-09 -> no day"),
    ("day_known_to_the_month", event(dates=EventDates(months={"effective": "2024-07"})), hit(), "effective 2024-07-09 -> 2024-07"),
    (
        "comments_close",
        event(dates=EventDates(effective=date(2024, 7, 9), comment=date(2024, 7, 2))),
        hit(),
        "comment no day -> 2024-07-02",
    ),
    ("graver", BAN, hit(level="critical"), "level high -> critical"),
    ("more_places", BAN, hit(jurisdictions=("CN", "HK")), "now also in HK"),
    ("another_provider", BAN, hit(provider="nvidia"), "chat-gateway was not hit through nvidia then"),
    ("another_system", BAN, hit("new-one"), "new-one was not hit through openai then"),
]


@pytest.mark.parametrize("state", sorted(SETTLED))
@pytest.mark.parametrize(("now", "exposed", "words"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_what_is_settled_is_new_again_once_the_event_is_not_what_it_was(
    state: TriageState, now: Event, exposed: Exposure, words: str
) -> None:
    said = stands([fact(state=state)], exposed, now)
    assert (said.state, said.was, said.since_then, said.settled, said.expired) == ("new", state, words, False, False)


@pytest.mark.parametrize(
    ("now", "exposed"),
    [
        pytest.param(event(documents=("doc_1", "doc_2", "doc_3")), hit(), id="more copies"),
        pytest.param(BAN, hit(level="low", score=9), id="milder"),
        pytest.param(BAN, hit(score=90), id="higher score of the same level"),
        pytest.param(BAN, hit(deadline=None), id="the day has come"),
    ],
)
def test_what_is_settled_stays_so_while_the_event_is_what_it_was(now: Event, exposed: Exposure) -> None:
    assert stands([fact()], exposed, now).state == "accepted"


@pytest.mark.parametrize("state", ["in_triage", "affected"])
def test_open_work_stays_in_hand_whatever_the_event_does(state: TriageState) -> None:
    said = stands([fact(state=state)], hit(level="critical"), event(stage="in_force"))
    assert (said.state, said.settled) == (state, False)


states = st.sampled_from(get_args(TriageState))
words = st.lists(
    st.tuples(st.one_of(states, st.integers(1, 12)), st.sampled_from([None, *SYSTEMS]), st.integers(-3, 3)), max_size=12
)  # a state with system and last day, or an undo of that number


def recorded(said: Sequence[tuple[TriageState | int, str | None, int]]) -> list[TriageFact]:
    """Facts under consecutive numbers; an undo of what was not said yet, or was taken back, is left out as the store refuses it."""
    facts: list[TriageFact] = []
    for what, system, days in said:
        number = len(facts) + 1
        if isinstance(what, str):
            facts.append(fact(number, what, system=system, until=TODAY + days * DAY))
        elif what < number and not any(one.undoes == what for one in facts):
            facts.append(undo(number, what))
    return facts


def both(facts: Sequence[TriageFact], today: date = TODAY) -> list[Triage]:
    return [one.triage for one in triaged([hit(system) for system in SYSTEMS], {BAN.id: BAN}, facts, today)]


@given(words, states, st.sampled_from([None, *SYSTEMS]))
def test_the_latest_word_wins_and_its_undo_restores_what_stood(
    said: list[tuple[TriageState | int, str | None, int]], state: TriageState, system: str | None
) -> None:
    facts = recorded(said)
    number = len(facts) + 1
    more = [*facts, fact(number, state, system=system, until=TODAY)]
    before, after = both(facts), both(more)
    for name, then, now in zip(SYSTEMS, before, after, strict=True):
        assert now == then if system not in (None, name) else (now.number, now.state) == (number, state)
    undone = [*more, undo(number + 1, number)]
    assert both(undone) == before
    assert both([*undone, undo(number + 2, number + 1)]) == after, "an undo that is taken back gives it back"


@given(words, st.integers(-5, 5))
def test_the_order_of_facts_in_hand_does_not_matter_and_expiry_is_of_the_day(
    said: list[tuple[TriageState | int, str | None, int]], days: int
) -> None:
    facts, today = recorded(said), TODAY + days * DAY
    assert both(facts, today) == both(facts[::-1], today)
    for stands_now in both(facts, today):
        over = stands_now.until is not None and stands_now.until < today
        assert stands_now.expired == over
        assert not (over and stands_now.settled)


@given(words, st.integers(-5, 5), st.integers(0, 100), st.sampled_from(get_args(Level)))
def test_triage_changes_no_score_no_level_and_no_order(
    said: list[tuple[TriageState | int, str | None, int]], days: int, score: int, level: Level
) -> None:
    exposed = [hit(system, score=score, level=level, team_score=score // 2) for system in SYSTEMS]
    judged = triaged(exposed, {BAN.id: BAN}, recorded(said), TODAY + days * DAY)
    assert [one.model_copy(update={"triage": Triage()}) for one in judged] == exposed


def test_a_fact_is_whole() -> None:
    for wrong in (
        {"state": "accepted", "until": None},
        {"state": None},
        {"state": "affected", "undoes": 1},
        {"reason": ""},
        {"author": ""},
    ):
        with pytest.raises(ValueError, match=r"Value error|at least 1 character"):
            fact(**{"state": "affected"} | wrong)
