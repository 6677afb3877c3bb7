"""The properties that the score must have; each test is named after the property."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess import constants
from monitor.assess.factors import FACTORS
from monitor.assess.score import score
from monitor.assess.thread import thread
from monitor.model import LEVELS, Assessment, Event, EventDates, EventOffer, Reliability, Report, Ruling, StageStep
from tests.assess.builders import (
    DEADLINE,
    NOTICE_DAY,
    ban,
    crafted,
    days,
    draft_rule,
    event,
    in_brief,
    kin,
    notice,
    prose,
    question,
    report,
)
from tests.assess.strategies import events, many_events, many_reports, quick

NOW = NOTICE_DAY + days(1)


def answer(reports: list[Report], as_of: datetime = NOW, provider: str = "openai", place: str = "CN") -> Assessment:
    return score(thread(reports), question(provider, place, as_of))


@given(many_events())
@quick
def test_bounded(found: list[Event]) -> None:
    rated = score(found, question())
    assert 0 <= rated.score <= 100
    assert (rated.score == 0) == (rated.factors == ()) == (rated.level == "none")
    assert all(0 <= weight <= 1 for factor in rated.factors for weight in factor.weights.values())


def test_bounded_nothing_known_is_said_not_null() -> None:
    rated = score([], question())
    assert (rated.score, rated.level, rated.factors) == (0, "none", ())
    assert rated.unknowns == ("No event on record concerns OpenAI in CN; this is an absence of reports, not a finding of safety.",)


@given(many_events())
@quick
def test_sum_exact(found: list[Event]) -> None:
    rated = score(found, question())
    assert sum(factor.points for factor in rated.factors) == rated.score
    assert all(factor.points >= 0 for factor in rated.factors)


@given(many_reports())
@quick
def test_evidence_complete(reports: list[Report]) -> None:
    texts = {report.document.id: report.document for report in reports}
    for factor in answer(reports, NOW + days(300)).factors:
        assert factor.why
        assert factor.evidence
        for proof in factor.evidence:
            assert proof.quote in texts[proof.document].full_text
            assert proof.sha256 == texts[proof.document].content_hash


@given(
    many_events(),
    st.sampled_from(("service_ban", "export_control", "tariff")),
    st.sampled_from(("rumoured", "proposed", "announced", "final")),
)
@quick
def test_monotone_severity(others: list[Event], milder: Any, earlier: Any) -> None:
    kinds = sorted(("service_ban", "export_control", "tariff"), key=lambda kind: constants.SEVERITY[kind])  # type: ignore[index]
    worse = kinds[kinds.index(milder) :]
    one = crafted("one", type=milder, stage=earlier, issuing=())
    scores = [score([*others, one.model_copy(update={"type": kind})], question()).score for kind in worse]
    assert scores == sorted(scores)
    onward = ["rumoured", "proposed", "announced", "final", "in_force"]
    scores = [score([*others, one.model_copy(update={"stage": s})], question()).score for s in onward[onward.index(earlier) :]]
    assert scores == sorted(scores)


@given(many_events(), events(tag="added"))
@quick
def test_add_adverse(found: list[Event], added: Event) -> None:
    before, after = score(found, question()), score([*found, added], question())
    assert after.score >= before.score
    assert score([e for e in [*found, added] if e.id != added.id], question()) == before


@given(many_reports(), st.sampled_from(("announced", "in_force", "suspended", "rescinded")), st.integers(0, 200), st.integers(0, 250))
@quick
def test_relief(reports: list[Report], stage: Any, told: int, wait: int) -> None:
    eased = report("relief", type="relief", stage=stage, told=NOTICE_DAY + days(told), recorded_at=NOTICE_DAY + days(2000))
    as_of = NOTICE_DAY + days(wait)
    assert answer([*reports, eased], as_of).score <= answer(reports, as_of).score


@pytest.mark.parametrize(
    ("relieving", "stage"),
    [(("one",), "announced"), (("one", "two"), "suspended"), (("provider",), "suspended")],
    ids=["one paper", "two papers", "the provider itself"],
)
def test_relief_from_what_a_primary_source_states(relieving: tuple[str, ...], stage: str) -> None:
    told = NOTICE_DAY + days(3)
    eased = [
        notice(tag, told=told, type="relief", stage="in_force", effective=None)
        if tag == "provider"
        else report(tag, told=told, type="relief", stage="in_force", doc={"reliability": "low"})
        for tag in relieving
    ]
    found = event(notice(), *eased)
    assert found.stage == stage
    assert (found.dates.effective == DEADLINE) == (stage == "announced")


def test_what_is_put_off_rises_towards_its_day() -> None:
    new_day = DEADLINE + timedelta(days=30)
    put_off = notice("later", told=NOTICE_DAY + days(5), type="relief", stage="suspended", effective=new_day)
    found = event(notice(), put_off)
    assert (found.stage, found.dates.effective) == ("suspended", new_day)
    at = [datetime.combine(new_day, datetime.min.time(), UTC) - days(n) for n in (30, 14, 7, 1, 0, -5)]
    scores = [score([found], question(as_of=moment)).score for moment in at]
    assert scores == sorted(scores)
    assert scores[0] < 50 <= scores[2]
    assert scores[-1] == scores[-2] == score([event(notice(stage="in_force"))], question(as_of=at[-1])).score


def test_relief_told_before_the_measure() -> None:
    """What a halt stopped is as far as anybody tells, also where the halt was told first."""
    rumour = report("a", told=NOTICE_DAY + timedelta(hours=1), stage="rumoured")
    eased = report("relief", type="relief", stage="in_force")
    part = report("b", type="litigation", stage="rumoured", told=NOTICE_DAY + timedelta(hours=1))
    as_of = NOTICE_DAY + days(2)
    assert 0 < answer([rumour, eased], as_of).score < answer([rumour], as_of).score
    assert [step.stage for step in event(rumour, eased).stages] == ["rumoured", "suspended"]
    assert answer([part, eased], as_of).score <= answer([part], as_of).score


def test_relief_lowers_and_rescission_removes() -> None:
    told = [ban("a", "CN", "openai", stage="in_force")]
    paused, lifted = (ban("b", "CN", "openai", told=NOTICE_DAY + days(3), type="relief", stage=s) for s in ("suspended", "rescinded"))
    as_of = NOTICE_DAY + days(4)
    assert answer(told, as_of).score > answer([*told, paused], as_of).score > answer([*told, lifted], as_of).score == 0


@given(many_reports(), st.integers(0, 6), st.integers(1, 4), st.integers(0, 250))
@quick
def test_dup_invariance(reports: list[Report], which: int, copies: int, later: int) -> None:
    one = reports[which % len(reports)]
    told = (one.document.published_at or NOTICE_DAY) + days(later)
    copied = [
        one.model_copy(update={
            "document": one.document.model_copy(update={"source": f"paper-{i}", "url": f"https://example.com/{i}", "published_at": told,
                                                        "origin_group": one.document.origin_group if i % 2 else f"paper-{i}"}),
            "recorded_at": NOTICE_DAY + days(3000),
        })
        for i in range(copies)
    ]  # fmt: skip
    before, after = (answer(told_by, NOTICE_DAY + days(260)) for told_by in (reports, [*reports, *copied]))
    assert after.score == before.score
    assert [len(e.origins) for e in thread(reports)] == [len(e.origins) for e in thread([*reports, *copied])]


@pytest.mark.parametrize(
    "text",
    [prose("a") + " The reporter adds a line.", " ".join(prose("a").split()[:45]), prose("a").upper()],
    ids=["with a line added", "shortened", "in capitals"],
)
def test_dup_invariance_edited_copy(text: str) -> None:
    told = [report("a"), report("b")]
    copied = report("copy", told=NOTICE_DAY + days(9), doc={"text": text, "title": "Another headline"})
    as_of = NOTICE_DAY + days(30)
    (before,), (after,) = thread(told), thread([*told, copied], kin=kin(*(one.document for one in (*told, copied))))
    assert (after.origins, after.last_reported_at) == (before.origins, before.last_reported_at)
    assert score([after], question(as_of=as_of)).score == score([before], question(as_of=as_of)).score


@pytest.mark.parametrize("tier", ["high", "medium", "low"])
def test_corroboration(tier: Reliability) -> None:
    told = [report(f"n{i}", stage="in_force", doc={"reliability": tier}) for i in range(6)]
    sizes = [score([event(*told[:n])], question()) for n in range(1, 7)]
    exact = [one.factors[0].weights["corroboration"] * one.factors[0].weights["reliability"] for one in sizes]
    gains = [b - a for a, b in pairwise(exact)]
    assert all(gain > 0 for gain in gains)
    assert gains == sorted(gains, reverse=True)
    steps = [LEVELS.index(one.level) for one in sizes]
    assert all(b - a <= 1 for a, b in pairwise(steps))


@given(many_reports(), st.randoms(use_true_random=False))
@quick
def test_order_invariance(reports: list[Report], shuffle: random.Random) -> None:
    mixed = list(reports)
    shuffle.shuffle(mixed)
    assert thread(mixed) == thread(reports)
    found = thread(reports)
    assert score(found[::-1], question()) == score(found, question())


@given(many_reports())
@quick
def test_idempotent_ingest(reports: list[Report]) -> None:
    assert thread([*reports, *reports]) == thread(reports)


def test_stage_order() -> None:
    stages = ("rescinded", "rumoured", "proposed", "announced", "final", "in_force")
    scores = [score([crafted("e", stage=stage)], question()).score for stage in stages]
    assert scores == sorted(set(scores))
    assert scores[0] == 0
    told = [ban("a", "CN", "openai"), ban("b", "CN", "openai", told=NOTICE_DAY + days(1), stage="suspended")]
    assert 0 < answer(told, NOW + days(1)).score < scores[4]


@given(st.integers(0, 500), st.integers(1, 200), st.sampled_from(("service_ban", "tariff", "antitrust")))
@quick
def test_decay_news(age: int, more: int, kind: Any) -> None:
    told = crafted("e", stage="announced", type=kind)
    sizes = [score([told], question(as_of=NOTICE_DAY + days(n))).factors[0].weights["decay"] for n in (age, age + more)]
    assert sizes[0] > sizes[1] > 0
    severe = crafted("e", stage="announced", type="sanctions_listing", issuing=("CN",))
    assert score([severe], question(as_of=NOTICE_DAY + days(age + more))).factors[0].weights["decay"] > sizes[1]


@given(st.integers(0, 5000))
@quick
def test_no_decay_in_force(age: int) -> None:
    told = event(notice())
    assert score([told], question(as_of=datetime(2024, 7, 9, tzinfo=UTC) + days(age))).score == 95


@given(st.integers(0, 400), st.sampled_from(("announced", "final")))
@quick
def test_deadline_ramp(ahead: int, stage: Any) -> None:
    told = crafted("e", stage=stage, dates=EventDates(effective=DEADLINE), primary_source=True)
    day = datetime(2024, 7, 9, tzinfo=UTC)
    far, near, on, after = (score([told], question(as_of=day - days(n))) for n in (ahead + 1, ahead, 0, -30))
    assert far.factors[0].weights["stage"] <= near.factors[0].weights["stage"] <= on.factors[0].weights["stage"] == 1
    assert far.score <= near.score <= on.score == after.score
    assert (far.factors[0].stage, on.factors[0].stage) == (stage, "in_force")


@given(many_reports(), st.integers(0, 300))
@quick
def test_as_of_replay(reports: list[Report], day: int) -> None:
    as_of = NOTICE_DAY + days(day)
    known = [r for r in reports if r.recorded_at <= as_of]
    assert answer(known, as_of) == answer(known[::-1], as_of)
    assert answer(known, as_of).input_digest == answer(known, as_of).input_digest


@st.composite
def rich_events(draw: st.DrawFn) -> list[Event]:
    """With steps, offers, conflicts, decisions and a share in another country."""
    halted = StageStep(stage="suspended", date=DEADLINE - days(9), recorded_at=NOTICE_DAY, documents=("d",))
    offer = EventOffer(provider="zhipu", kind="free_tokens", amount="5", until=DEADLINE, evidence=event(notice()).evidence)
    ruling = Ruling(number=1, kind="confirm", author="Ann", reason="asked", recorded_at=NOTICE_DAY)
    drawn = draw(many_events())
    return [
        one.model_copy(
            update={
                "stages": draw(st.sampled_from((one.stages, (*one.stages, halted)))),
                "offers": draw(st.sampled_from(((), (offer,)))),
                "beneath": draw(st.sampled_from(((), ("data_privacy", "tariff")))),
                "date_conflicts": draw(st.sampled_from(({}, {"effective": (DEADLINE, DEADLINE + days(1))}))),
                "decisions": draw(st.sampled_from(((), (ruling,), (ruling.model_copy(update={"holds": False}),)))),
                "withdrawn": draw(st.sampled_from((False, False, True))),
                "providers": one.providers | draw(st.sampled_from(({}, {"zhipu": "alternative"}))),
            }
        )
        for one in drawn
    ]


@given(rich_events(), st.integers(-30, 300))
@quick
def test_events_in_brief_give_the_answer_of_whole_ones(found: list[Event], day: int) -> None:
    briefs = [in_brief(one) for one in found]
    for asked in (question(as_of=DEADLINE_AT + days(day)), question("zhipu", "EU", DEADLINE_AT + days(day))):
        assert score(briefs, asked) == score(found, asked)


DEADLINE_AT = datetime.combine(DEADLINE, time(9), UTC)


@given(many_reports(), st.integers(0, 300))
@quick
def test_no_future_leak(reports: list[Report], day: int) -> None:
    """What is learnt later never renames, splits or merges the events known before."""
    then = thread([r for r in reports if r.recorded_at <= NOTICE_DAY + days(day)])
    now = {e.id: e for e in thread(reports)}
    for known in then:
        assert set(known.documents) <= set(now[known.id].documents)
        assert now[known.id].first_seen_at == known.first_seen_at


def test_methodology_pin() -> None:
    pinned = {"1.0.0": "245776c7470b924b3650156e7957e251", "1.1.0": "be4a543eda519fa9c776c3f5f4eaebaa"}
    pinned["1.2.0"] = pinned["1.1.0"]  # it added what decisions change
    pinned["1.3.0"] = pinned["1.1.0"]  # what is put off rises towards its day; one report alone halts no primary source
    pinned["1.4.0"] = "933f8c54febac1f302a9c3ba09e91d04"
    pinned["1.5.0"] = pinned["1.4.0"]  # states of a federation; a network switched off as a whole
    pinned["1.6.0"] = pinned["1.5.0"]  # tariffs reach makers of goods
    assert constants.constants_digest()[:32] == pinned[constants.METHODOLOGY_VERSION], (
        "constants changed: raise METHODOLOGY_VERSION, add its digest"
    )
    rated = score([event(notice())], question())
    assert rated.methodology_version == constants.METHODOLOGY_VERSION
    assert len(rated.input_digest) == 64
    assert rated.input_digest != score([event(notice(effective=date(2024, 7, 10)))], question()).input_digest


def test_beneficiary_not_victim() -> None:
    offer = report("m", type="mitigation", providers={"zhipu": "alternative", "openai": "restricting"})
    told = [notice(providers={"openai": "restricting", "zhipu": "alternative", "baidu": "alternative"}), offer]
    assert answer(told, provider="zhipu").score == answer(told, provider="baidu").score == 0
    assert answer(told).score == answer(told[:1]).score


@given(events(primary_source=False, origins=("one",)), st.sampled_from(("medium", "low")))
@quick
def test_source_cap(told: Event, tier: Reliability) -> None:
    assert LEVELS.index(score([told.model_copy(update={"reliability": tier})], question()).level) < LEVELS.index("high")


def test_source_cap_does_not_bind_the_gazette() -> None:
    assert score([crafted("e", primary_source=True)], question()).level == "critical"


@pytest.mark.parametrize(
    ("fields", "highest"),
    [({"modality": "denied"}, 0), ({"modality": "hypothetical"}, 0), ({"background": True}, 24), ({"modality": "historical"}, 24)],
    ids=["denied", "hypothetical", "background", "historical"],
)
def test_negation_hypothetical(fields: dict[str, Any], highest: int) -> None:
    told = [report(f"n{i}", stage="in_force", doc={"reliability": "high"}, **fields) for i in range(9)]
    assert score([event(*told)], question()).score <= highest


def test_size_fairness() -> None:
    coverage = [report(f"n{i}", effective=DEADLINE, told=NOTICE_DAY + days(i / 10)) for i in range(10)]
    assert answer([notice(), *coverage]).score == answer([notice()]).score
    family = [report(f"f{i}", effective=DEADLINE, doc={"origin_group": "one-house"}) for i in range(10)]
    assert answer(family).score == answer(family[:1]).score


@given(many_events(max_size=20, stage="rumoured"))
@quick
def test_worst_bites(weak: list[Event]) -> None:
    critical = crafted("ban", primary_source=True)
    assert score([critical, *weak], question()).level == "critical"


def test_worst_bites_many_weak_signals_stay_weak() -> None:
    weak = [crafted(f"w{i}", stage="rumoured", type="tariff") for i in range(200)]
    assert score(weak, question()).level == "low"


@given(st.lists(st.integers(1, 9), min_size=1, max_size=5), st.data())
@quick
def test_no_saturation(origins: list[int], data: st.DataObject) -> None:
    from monitor.assess.rate import exact_score

    sizes = [n / 10 for n in origins]
    which = data.draw(st.integers(0, len(sizes) - 1))
    assert exact_score([*sizes, 0.05]) > exact_score(sizes)
    raised = [size + (0.05 if i == which else 0) for i, size in enumerate(sizes)]
    assert exact_score(raised) > exact_score(sizes)


def test_unknown_is_unknown() -> None:
    told = [event(report("a"))]
    fresh, stale = score(told, question()), score(told, question(stale=True))
    assert (stale.stale, stale.score) == (True, fresh.score)
    assert stale.unknowns[0].startswith("The data is stale")
    assert {text.split(": ")[-1] for text in fresh.unknowns} == {
        "no effective date is stated.",
        "rests on a single origin (origin-a).",
        "No primary source (regulator, or the provider's own notice) is among the evidence.",
    }
    assert any("not in the catalogue" in text for text in score([], question("nobody")).unknowns)
    assert any("does not list CN" in text for text in score([], question("anthropic")).unknowns)


def test_dispute() -> None:
    told = event(notice())
    disputed = told.model_copy(update={"disputed": True})
    before, during = score([told], question()), score([disputed], question())
    assert during.disputed
    assert during.score == pytest.approx(before.score / 2, abs=1)
    assert "disputed" in during.factors[0].why
    assert score([disputed.model_copy(update={"disputed": False})], question()) == before
    assert score([told.model_copy(update={"withdrawn": True})], question()).score == 0


def test_locale_invariance() -> None:
    text = {"lang": "zh", "title": "OpenAI停止服务", "text": "公司通知开发者,自七月九日起停止来自不受支持地区的接口流量。"}
    english, chinese = report("en", effective=DEADLINE), report("zh", doc=text, effective=DEADLINE)
    (found,) = thread([english, chinese])
    assert len(found.origins) == 2
    assert answer([english]).score == answer([chinese]).score


FOUNDING = [
    ("the provider's own notice, 14 days ahead", [notice()], 14, ("critical",)),
    ("the provider's own notice, 9 days ahead", [notice()], 9, ("critical",)),
    ("three papers, 14 days ahead", [report(f"n{i}", effective=DEADLINE) for i in range(3)], 14, ("high", "critical")),
    ("one unreviewed paper, the day before", [report("a", effective=DEADLINE)], 1, ("low", "medium")),
    ("a draft rule against the provider", [draft_rule(providers={"openai": "targeted"})], 14, ("low", "medium")),
]


@pytest.mark.parametrize(("told", "ahead", "expected"), [row[1:] for row in FOUNDING], ids=[row[0] for row in FOUNDING])
def test_founding_case(told: list[Report], ahead: int, expected: tuple[str, ...]) -> None:
    as_of = datetime(2024, 7, 9, 12, tzinfo=UTC) - timedelta(days=ahead)
    assert answer(told, as_of).level in expected


def test_founding_case_in_force() -> None:
    assert answer([notice()], datetime(2024, 7, 9, tzinfo=UTC)).score >= 85


def test_factor_docstrings_are_sentences_for_the_reader() -> None:
    for factor in FACTORS.values():
        assert factor.__doc__
        assert factor.__doc__.endswith(".")
        assert "\n" not in factor.__doc__
