"""Can we use it there, until when, how sure: one row per situation."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.comply.verdict import Verdict, binding, certainty, context, known_by, verdict
from monitor.model import Assessment, Event, EventDates, NotOffered, Provider
from tests.comply.vendors import BAIDU, OPENAI, assessed, ban, draft_rule, openai_assessed

ELSEWHERE = NotOffered(places=("KP",), as_of=date(2024, 6, 1))
HERE = NotOffered(places=("CN",), as_of=date(2024, 6, 1))


def judged(*events: Event, assessment: Assessment | None = None, not_offered: NotOffered | None = ELSEWHERE) -> Verdict:
    return verdict(OPENAI, assessment or openai_assessed(), events, not_offered)


CASES = [
    ("ends_on_a_day", judged(ban()), "until", date(2024, 7, 9), "Only until 2024-07-09 (13 days left)."),
    (
        "first_of_two_days",
        judged(ban(), ban(dates=EventDates(effective=date(2024, 7, 1)))),
        "until",
        date(2024, 7, 1),
        "Only until 2024-07-01 (5 days left).",
    ),
    ("ended", judged(ban(dates=EventDates(effective=date(2024, 6, 20)))), "no", date(2024, 6, 20), "No: cut off in CN since 2024-06-20."),
    ("in_force_without_a_day", judged(ban(stage="in_force", dates=EventDates())), "no", None, "No: a cut-off in CN is in force."),
    (
        "announced_without_a_day",
        judged(ban(dates=EventDates())),
        "check",
        None,
        "Not for long: a cut-off in CN is announced, no day stated.",
    ),
    (
        "only_proposed",
        judged(ban(stage="proposed")),
        "check",
        None,
        "With conditions: measures of level high apply; have them checked first.",
    ),
    (
        "only_threatened",
        judged(ban(modality="threatened")),
        "check",
        None,
        "With conditions: measures of level high apply; have them checked first.",
    ),
    (
        "suspended",
        judged(ban(stage="suspended"), assessment=assessed("openai", level="low", score=9)),
        "yes",
        None,
        "Yes, as far as the record goes: no measure of weight.",
    ),
    (
        "not_offered_there",
        judged(assessment=assessed("openai"), not_offered=HERE),
        "no",
        None,
        "No: OpenAI itself does not offer it in CN.",
    ),
    ("not_offered_elsewhere", judged(assessment=assessed("openai")), "yes", None, "Yes, as far as the record goes: no measure of weight."),
    (
        "nothing_but_stale",
        judged(assessment=assessed("openai", stale=True)),
        "unknown",
        None,
        "Unknown: nothing of weight is on record, but the data was stale.",
    ),
    (
        "another_kind_of_measure",
        judged(ban(type="export_control")),
        "check",
        None,
        "With conditions: measures of level high apply; have them checked first.",
    ),
]


@pytest.mark.parametrize(("found", "usable", "until", "answer"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_the_answer(found: Verdict, usable: str, until: date | None, answer: str) -> None:
    assert (found.usable, found.until, found.answer) == (usable, until, answer)


def test_silence_alone_is_no_yes() -> None:
    """Without a word on where it is offered, and not at home, nothing on record is not a yes."""
    quiet = judged(assessment=assessed("openai"), not_offered=None)
    assert (quiet.usable, quiet.answer) == ("unknown", "Unknown: no measure of weight, and no word on whether it is offered in CN.")
    assert verdict(BAIDU, assessed("baidu"), (), None).usable == "yes"


def test_a_refusal_that_was_noted_later_takes_the_yes_away() -> None:
    later = OPENAI.model_copy(update={"not_offered": NotOffered(places=("CN",), as_of=date(2025, 9, 5))})
    found = verdict(later, assessed("openai"), (), known_by(later.not_offered, date(2024, 6, 26)))
    assert found.usable == "unknown"
    assert found.answer == "Unknown for that day: OpenAI lists CN as not supported (checked 2025-09-05)."


SURE = [
    ("two_origins", (ban(),), {}, "2 independent origins; no official source yet"),
    ("official", (ban(), draft_rule()), {}, "3 independent origins; official source for 1 of 2 measures"),
    (
        "disputed_and_stale",
        (ban(origins=("a",)),),
        {"disputed": True, "stale": True},
        "1 independent origin; no official source yet; disputed; the data was stale on that day",
    ),
    ("nothing", (), {}, "no measure on record; silence is no clearance"),
]


@pytest.mark.parametrize(("events", "changed", "words"), [case[1:] for case in SURE], ids=[case[0] for case in SURE])
def test_how_sure(events: tuple[Event, ...], changed: dict[str, object], words: str) -> None:
    assert certainty(openai_assessed(**changed), events) == words


def test_what_the_catalogue_learned_later_is_not_told() -> None:
    assert known_by(HERE, date(2024, 6, 1)) == HERE
    assert known_by(HERE, date(2024, 5, 31)) is None
    assert known_by(NotOffered(places=("CN",)), date(2024, 6, 1)) is None


def test_only_scored_events_bind() -> None:
    assert [event.id for event in binding((ban(), draft_rule()), openai_assessed())] == ["evt_ban"]
    assert binding((ban(),), assessed("openai")) == ()


AROUND = [
    ("home_and_sector", draft_rule(), BAIDU, True),
    ("other_home", draft_rule(), OPENAI, False),
    ("other_sector", draft_rule(sectors=("fintech",)), BAIDU, False),
    ("names_the_vendor", draft_rule(providers={"baidu": "affected"}), BAIDU, False),
    ("names_it_in_passing", draft_rule(providers={"baidu": "mentioned"}), BAIDU, True),
    ("withdrawn", draft_rule(withdrawn=True), BAIDU, False),
    ("an_offer", draft_rule(type="mitigation"), BAIDU, False),
    ("a_cut_off_of_customers", draft_rule(type="access_restriction"), BAIDU, False),
    ("an_export_control_that_names_another", draft_rule(type="export_control", providers={"nvidia": "affected"}), BAIDU, True),
]


@pytest.mark.parametrize(("told", "provider", "shown"), [case[1:] for case in AROUND], ids=[case[0] for case in AROUND])
def test_context_is_home_and_sector_without_the_vendor(told: Event, provider: Provider, shown: bool) -> None:
    assert context([told], provider, []) == ((told,) if shown else ())
    assert context([told], provider, [told]) == ()
