"""What analysts decide about events holds against the automatic rule and against new readings, and leaves no trace when taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.assess.alert import Around, alert
from monitor.assess.anchors import anchors_of, lost
from monitor.assess.correct import reading
from monitor.assess.kinship import NO_KIN
from monitor.assess.measure import claims, narrowed
from monitor.assess.rulings import Ruled
from monitor.assess.score import score
from monitor.assess.stage import stage_on
from monitor.assess.thread import thread, told
from monitor.model import Alert, Correction, Event, EventDecision, Report
from tests.assess.builders import DEADLINE, NAMES, NOTICE_DAY, ban, notice, question, report
from tests.assess.strategies import many_reports

DAY = timedelta(days=1)
AT = NOTICE_DAY + 5 * DAY


def events(texts: Sequence[Report], *decisions: EventDecision) -> dict[str, Event]:
    return {event.id: event for event in thread(texts, NAMES, NO_KIN, decisions)}


def alive(texts: Sequence[Report], *decisions: EventDecision) -> list[Event]:
    return [event for event in events(texts, *decisions).values() if not event.withdrawn]


def only(texts: Sequence[Report], *decisions: EventDecision) -> Event:
    (event,) = alive(texts, *decisions)
    return event


def found(texts: Sequence[Report], tag: str, *decisions: EventDecision) -> Ruled:
    """The event that the document of this tag tells."""
    return next(
        one
        for one in told(texts, NAMES, NO_KIN, decisions)
        if not one.event.withdrawn and any(claim.report.document.guid == f"guid-{tag}" for claim in one.claims)
    )


def decision(number: int, kind: str, about: Ruled | None = None, **said: Any) -> EventDecision:
    values: dict[str, Any] = {"author": "Ann", "reason": f"reason {number}", "recorded_at": AT + number * DAY}
    if about is not None:
        values |= {"event": about.event.id, "anchors": anchors_of(about.claims)}
    if isinstance(other := said.pop("other", None), Ruled):
        values |= {"other": other.event.id, "others": anchors_of(other.claims)}
    if "correction" in said:
        said["correction"] = Correction.model_validate(said["correction"])
        assert about is not None
        values["read"] = reading(about.read, said["correction"])
    return EventDecision.model_validate({"number": number, "kind": kind} | values | said)


def cut(number: int, texts: Sequence[Report], *tags: str) -> EventDecision:
    """A split of the event that tells all of `texts`'s documents of these tags."""
    whole = found(texts, tags[0])
    off = [claim for claim in whole.claims if claim.report.document.guid in {f"guid-{tag}" for tag in tags}]
    rest = [claim for claim in whole.claims if claim not in off]
    return decision(number, "split", whole, anchors=anchors_of(rest), others=anchors_of(off))


def points(texts: Sequence[Report], *decisions: EventDecision) -> int:
    return score(list(events(texts, *decisions).values()), question()).score


LONE = (report("d1", effective=DEADLINE),)
BOTH = (report("d1"), report("d2", NOTICE_DAY + DAY), ban("b1", "CN", "openai", told=NOTICE_DAY + 2 * DAY))


def test_a_confirmed_event_counts_as_careful_papers_that_agree() -> None:
    plain, sure = only(LONE), only(LONE, decision(1, "confirm", found(LONE, "d1")))
    assert (sure.confirmed, sure.origins, sure.reliability) == (True, plain.origins, plain.reliability)
    (weights,) = [factor.weights for factor in score([sure], question()).factors]
    before = score([plain], question()).factors[0].weights
    assert (weights["corroboration"], weights["reliability"]) == (1.0, 0.9)
    assert {k: v for k, v in weights.items() if before[k] != v}.keys() == {"corroboration", "reliability"}
    assert points((notice(),)) == points((notice(),), decision(1, "confirm", found((notice(),), "notice"))), "the act itself is sure"
    assert "Ann confirmed it" in score([sure], question()).factors[0].why


def test_a_rejected_event_counts_nothing_and_says_why() -> None:
    event = events(LONE, decision(1, "reject", found(LONE, "d1")))[only(LONE).id]
    assert (event.withdrawn, event.decisions[0].reason, event.decisions[0].author) == (True, "reason 1", "Ann")
    assert score([event], question()).score == 0
    more = (*LONE, report("d9", NOTICE_DAY + DAY))
    assert alive(more, decision(1, "reject", found(LONE, "d1"))) == [], "later documents follow"


def test_a_disputed_event_counts_half_and_a_confirmation_settles_it() -> None:
    first = found(LONE, "d1")
    disputed = only(LONE, decision(1, "dispute", first))
    assert disputed.disputed
    assert score([disputed], question()).disputed
    assert score([disputed], question()).factors[0].weights["dispute"] == 0.5
    settled = only(LONE, decision(1, "dispute", first), decision(2, "confirm", first))
    assert (settled.disputed, [one.holds for one in settled.decisions]) == (False, [False, True])
    denied = (*LONE, report("no", NOTICE_DAY + DAY, modality="denied"))
    assert only(denied).disputed
    assert not only(denied, decision(1, "confirm", found(denied, "d1"))).disputed


def test_an_event_without_decisions_is_stored_as_before_there_were_any() -> None:
    assert "decisions" not in only(LONE).model_dump()
    assert "decisions" in only(LONE, decision(1, "confirm", found(LONE, "d1"))).model_dump()


def test_who_confirms_lets_one_origin_alert_and_who_rejects_silences() -> None:
    first = found(LONE, "d1")
    asked = question()

    def alerted(*decisions: EventDecision) -> Alert | None:
        (event,) = events(LONE, *decisions).values()
        return alert(event, (), AT, Around(asked.providers, asked.regions), 1)

    assert alerted() is None
    assert alerted(decision(1, "dispute", first)) is None
    told_of = alerted(decision(1, "confirm", first), decision(2, "correct", first, correction={"stage": "in_force"}))
    assert told_of is not None
    assert (told_of.stage, told_of.document) == ("in_force", first.event.documents[0])
    assert alerted(decision(1, "confirm", first), decision(2, "reject", first)) is None


def test_of_two_that_contradict_each_other_the_later_holds_and_both_are_seen() -> None:
    first = found(LONE, "d1")
    one, other = decision(1, "reject", first), decision(2, "confirm", first)
    event = only(LONE, one, other)
    assert [(said.kind, said.holds) for said in event.decisions] == [("reject", False), ("confirm", True)]
    assert alive(LONE, other.model_copy(update={"number": 1}), one.model_copy(update={"number": 2})) == []


def test_two_events_become_one_with_the_id_that_was_known_first() -> None:
    access, banned = found(BOTH, "d1"), found(BOTH, "b1")
    assert access.event.id != banned.event.id
    for one, other in ((access, banned), (banned, access)):
        decided = decision(1, "merge", one, other=other)
        joined = only(BOTH, decided)
        assert joined.id == access.event.id
        assert set(joined.documents) == {*access.event.documents, *banned.event.documents}
        (said,) = joined.decisions
        assert (said.kind, said.events, said.reason, said.holds) == ("merge", (banned.event.id,), "reason 1", True)
        gone = events(BOTH, decided)[banned.event.id]
        assert (gone.withdrawn, gone.decisions[0].events) == (True, (access.event.id,))
        later = (*BOTH, report("d3", NOTICE_DAY + 3 * DAY), ban("b2", "CN", "openai", told=NOTICE_DAY + 3 * DAY))
        assert len(only(later, decided).documents) == 5, "later documents of both follow"


def test_documents_are_cut_off_and_later_ones_go_where_they_fit() -> None:
    texts = (report("d1", affected=("CN",)), report("d2", NOTICE_DAY + DAY, affected=("CN", "RU"), effective=DEADLINE))
    decided = cut(1, texts, "d2")
    rest, off = sorted(alive(texts, decided), key=lambda event: event.first_seen_at)
    assert (rest.affected, off.affected) == (("CN",), ("CN", "RU"))
    assert rest.id == only(texts).id
    assert [event.decisions[0].events for event in (rest, off)] == [(off.id,), (rest.id,)]
    later = (*texts, report("d3", NOTICE_DAY + 2 * DAY, affected=("RU",), effective=DEADLINE), report("d4", NOTICE_DAY + 2 * DAY))
    tells = {event.id: len(event.documents) for event in alive(later, decided)}
    assert tells == {rest.id: 2, off.id: 2}


def test_a_later_split_takes_a_merge_back_and_a_later_merge_a_split() -> None:
    access, banned = found(BOTH, "d1"), found(BOTH, "b1")
    joined = decision(1, "merge", access, other=banned)
    parted = decision(2, "split", access, others=anchors_of(banned.claims))
    two = events(BOTH, joined, parted)
    assert [event.withdrawn for event in two.values()] == [False, False]
    assert [said.holds for said in two[access.event.id].decisions] == [False, True]
    again = events(BOTH, joined, parted, decision(3, "merge", access, other=banned))
    assert [event.withdrawn for event in again.values()].count(True) == 1
    assert [said.holds for said in again[access.event.id].decisions] == [True, False, True]


RIGHT: list[Any] = [
    pytest.param({"stage": "proposed"}, {"stage": "proposed"}, id="stage"),
    pytest.param({"effective": "2024-08-01"}, {"effective": "2024-08-01"}, id="day"),
    pytest.param({"effective": "none"}, {"effective": None}, id="no day"),
    pytest.param({"types": ["service_ban", "litigation"]}, {"type": "service_ban", "beneath": ("litigation",)}, id="type"),
    pytest.param({"providers": {"openai": "targeted"}}, {"providers": {"openai": "targeted"}}, id="role"),
    pytest.param({"providers": {"openai": "none", "baidu": "targeted"}}, {"providers": {"baidu": "targeted"}}, id="provider"),
    pytest.param({"issuing": ["CN"], "affected": []}, {"issuing": ("CN",), "affected": ()}, id="places"),
]


@pytest.mark.parametrize(("said", "shown"), RIGHT)
def test_a_corrected_field_stays_whatever_is_told_later(said: dict[str, Any], shown: dict[str, Any]) -> None:
    first = found(LONE, "d1")
    decided = decision(1, "correct", first, correction=said)
    more = (*LONE, report("d2", NOTICE_DAY + DAY, stage="final", effective=date(2024, 7, 20)), report("d3", NOTICE_DAY + 2 * DAY))
    for texts in (LONE, more):
        event = only(texts, decided)
        values = event.model_dump() | {"effective": event.dates.effective and event.dates.effective.isoformat()}
        assert {name: values[name] for name in shown} == shown
        (one,) = event.decisions
        assert one.correction == decided.correction
        assert one.read == reading(only(texts), decided.correction or Correction()), "what the machine reads stays beside it"


def test_a_corrected_day_stands_before_the_stated_ones_and_a_corrected_stage_ends_the_history() -> None:
    first = found(LONE, "d1")
    event = only(LONE, decision(1, "correct", first, correction={"effective": "2024-08-01", "stage": "in_force"}))
    assert event.date_conflicts["effective"] == (date(2024, 8, 1), DEADLINE)
    assert [(step.stage, step.documents) for step in event.stages] == [("announced", first.event.documents), ("in_force", ())]
    assert "2024-08-01" in event.title
    back = only(LONE, decision(1, "correct", first, correction={"stage": "rumoured"}))
    assert [step.stage for step in back.stages] == ["rumoured"]


def test_of_two_corrections_of_one_field_the_later_holds() -> None:
    first = found(LONE, "d1")
    one = decision(1, "correct", first, correction={"stage": "final", "affected": ["HK"]})
    event = only(LONE, one, decision(2, "correct", first, correction={"stage": "proposed"}))
    assert (event.stage, event.affected, [said.holds for said in event.decisions]) == ("proposed", ("HK",), [True, True])
    event = only(LONE, one, decision(2, "correct", first, correction={"stage": "proposed", "affected": ["TW"]}))
    assert [said.holds for said in event.decisions] == [False, True]


REREAD: list[Any] = [
    pytest.param({"sectors": ("cloud",), "confidence": 0.6}, id="other sectors"),
    pytest.param({"affected": ("CN", "HK"), "stage": "final"}, id="more places and another stage"),
    pytest.param({"type": "service_ban", "providers": {"openai": "targeted"}, "issuing": ("CN",)}, id="a ban instead of a cut-off"),
    pytest.param({"instrument": "2024-12345"}, id="a number found"),
]


@pytest.mark.parametrize("anew", REREAD)
def test_a_decision_holds_for_a_new_reading_under_the_same_id(anew: dict[str, Any]) -> None:
    read = (report("d1", effective=DEADLINE, **anew),)
    before = found(LONE, "d1")
    assert only(read).id != before.event.id or anew == {"affected": ("CN",)}
    assert lost(read, [decision(1, "confirm", before)]) == []
    assert only(read, decision(1, "confirm", before)).confirmed
    assert only(read, decision(1, "confirm", before)).id == before.event.id
    assert alive(read, decision(1, "reject", before)) == []
    corrected = only(read, decision(1, "correct", before, correction={"stage": "suspended"}))
    assert corrected.stage == "suspended"


@pytest.mark.parametrize(
    "anew",
    [
        pytest.param({"providers": {"baidu": "restricting"}}, id="another provider"),
        pytest.param({"type": "tariff", "providers": {"openai": "targeted"}, "affected": ("US",)}, id="another kind elsewhere"),
        pytest.param({"type": "mitigation", "providers": {"openai": "restricting", "zhipu": "alternative"}}, id="an offer"),
    ],
)
def test_a_reading_of_another_measure_is_not_taken_for_it(anew: dict[str, Any]) -> None:
    read, before = (report("d1", **anew),), found(LONE, "d1")
    assert only(read, decision(1, "reject", before)).decisions == ()
    assert [anchor.signal for anchor in lost(read, [decision(1, "confirm", before)])] == [LONE[0].signal]


def test_what_was_corrected_is_known_again_where_a_new_reading_agrees() -> None:
    first = found(LONE, "d1")
    right = decision(1, "correct", first, correction={"providers": {"openai": "none", "baidu": "restricting"}})
    read = (report("d1", effective=DEADLINE, providers={"baidu": "restricting"}),)
    assert lost(read, [right, decision(2, "confirm", first)]) == []
    assert only(read, right, decision(2, "confirm", first)).confirmed


def test_what_is_not_read_any_more_is_kept_only_if_confirmed_or_corrected() -> None:
    first = found(LONE, "d1")
    assert [anchor.document for anchor in lost((), [decision(1, "confirm", first)])] == list(first.event.documents)
    assert len(lost((), [decision(1, "correct", first, correction={"stage": "final"})])) == 1
    assert lost((), [decision(1, "reject", first), decision(2, "dispute", first)]) == []
    assert lost((), [decision(1, "confirm", first), decision(2, "undo", undoes=1)]) == []
    assert events((), decision(1, "confirm", first)) == {}


def test_one_report_of_several_offers_is_decided_one_by_one() -> None:
    offers = (report("o", type="mitigation", providers={"openai": "restricting", "baidu": "alternative", "zhipu": "alternative"}),)
    names = {next(p for p, role in one.event.providers.items() if role == "alternative"): one for one in told(offers, NAMES, NO_KIN, ())}
    assert names.keys() == {"baidu", "zhipu"}
    left = only(offers, decision(1, "reject", names["baidu"]))
    assert left.providers["zhipu"] == "alternative"
    (kept,) = lost((), [decision(1, "confirm", names["zhipu"])])
    again = only([Report(document=offers[0].document, signal=kept.signal, recorded_at=kept.recorded_at)])
    assert again.id == names["zhipu"].event.id


@settings(max_examples=60, deadline=None)
@given(many_reports(max_size=4))
def test_a_narrowed_signal_tells_one_measure_and_the_same(texts: list[Report]) -> None:
    for text in texts:
        for claim in claims(text):
            (again,) = claims(text.model_copy(update={"signal": narrowed(claim)}))
            assert (again.key, again.family, again.principals, again.causes) == (claim.key, claim.family, claim.principals, claim.causes)


@st.composite
def decided(draw: st.DrawFn, texts: Sequence[Report]) -> list[EventDecision]:
    """Some decisions about the events of these reports, each about what the former ones left."""
    made: list[EventDecision] = []
    for number in range(1, draw(st.integers(1, 4)) + 1):
        known = [one for one in told(texts, NAMES, NO_KIN, made) if not one.event.withdrawn]
        if not known:
            break
        about = draw(st.sampled_from(known))
        kind = draw(st.sampled_from(("confirm", "reject", "dispute", "correct", "merge", "split")))
        other = draw(st.sampled_from(known))
        entries = {claim.report.document.entry for claim in about.claims}
        if kind == "merge" and other.event.id != about.event.id:
            made.append(decision(number, kind, about, other=other))
        elif kind == "split" and len(entries) > 1:
            off = [claim for claim in about.claims if claim.report.document.entry == max(entries)]
            rest = [claim for claim in about.claims if claim not in off]
            made.append(decision(number, kind, about, anchors=anchors_of(rest), others=anchors_of(off)))
        elif kind == "correct":
            said = draw(st.sampled_from(({"stage": "final"}, {"effective": "2024-07-01"}, {"affected": ["HK"]})))
            made.append(decision(number, kind, about, correction=said))
        else:
            made.append(decision(number, kind if kind in ("confirm", "reject", "dispute") else "confirm", about))
    return made


@settings(max_examples=60, deadline=None)
@given(st.data(), many_reports(max_size=6))
def test_undo_restores_everything_exactly(data: st.DataObject, texts: list[Report]) -> None:
    made = data.draw(decided(texts))
    undone = [*made, *(decision(len(made) + n, "undo", undoes=one.number) for n, one in enumerate(made, 1))]
    assert events(texts, *undone) == events(texts)
    last = made[-1]
    assert events(texts, *made, decision(len(made) + 1, "undo", undoes=last.number)) == events(texts, *made[:-1])
    again = [*made, decision(90, "undo", undoes=last.number), decision(91, "undo", undoes=90)]
    assert events(texts, *again) == events(texts, *made)


@settings(max_examples=60, deadline=None)
@given(st.data(), many_reports(max_size=6))
def test_decided_events_have_ids_of_their_own_and_lose_no_claim(data: st.DataObject, texts: list[Report]) -> None:
    made = data.draw(decided(texts))
    drawn = told(texts, NAMES, NO_KIN, made)
    assert len({one.event.id for one in drawn}) == len(drawn)
    joined = {one.event.id for one in drawn if one.event.withdrawn and {said.kind for said in one.event.decisions} == {"merge"}}
    claims = [claim for one in drawn if one.event.id not in joined for claim in one.claims]
    assert sorted(map(repr, claims)) == sorted(repr(claim) for one in told(texts, NAMES, NO_KIN, ()) for claim in one.claims)
    shuffled = data.draw(st.permutations(texts))
    assert events(shuffled, *made) == events(texts, *made)


@settings(max_examples=40, deadline=None)
@given(st.data(), many_reports(max_size=5))
def test_dispute_never_raises_a_score_is_shown_and_is_reversible(data: st.DataObject, texts: list[Report]) -> None:
    about = data.draw(st.sampled_from(told(texts, NAMES, NO_KIN, ())))
    made = decision(1, "dispute", about)
    disputed = events(texts, made)[about.event.id]
    assert disputed.disputed
    asked = question("openai", "CN")
    before, after = score(thread(texts, NAMES), asked), score(list(events(texts, made).values()), asked)
    assert after.score <= before.score
    back = score(list(events(texts, made, decision(2, "undo", undoes=1)).values()), asked)
    assert (back.score, back.input_digest) == (before.score, before.input_digest)
    counted = {factor.event for factor in before.factors}
    assert (after.input_digest != before.input_digest) == (about.event.id in counted)


def test_a_corrected_halt_outlives_the_day_that_it_put_off() -> None:
    texts = [notice()]
    first = found(texts, "notice")
    halt = decision(1, "correct", first, correction={"stage": "suspended"})
    halted, day = only(texts, halt), NOTICE_DAY + 20 * DAY
    assert day.date() > DEADLINE
    assert (halted.stage, halted.dates.effective, stage_on(halted, day)) == ("suspended", None, "suspended")
    assert str(DEADLINE) in only(texts).title
    assert str(DEADLINE) not in halted.title
    assert stage_on(only(texts), day) == "in_force"
    late = decision(1, "correct", first, correction={"stage": "suspended"}).model_copy(update={"recorded_at": day})
    assert only(texts, late).dates.effective == DEADLINE
    until = date(2024, 8, 1)
    for put_off in (
        (decision(1, "correct", first, correction={"stage": "suspended", "effective": until}),),
        (decision(1, "correct", first, correction={"effective": until}), decision(2, "correct", first, correction={"stage": "suspended"})),
        (halt, decision(2, "correct", first, correction={"effective": until})),
    ):
        event = only(texts, *put_off)
        assert (event.dates.effective, stage_on(event, day)) == (until, "suspended")
