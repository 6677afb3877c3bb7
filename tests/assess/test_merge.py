"""Whose facts an event shows when its reports differ: one loose report among many changes neither its parties nor its stage."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.score import score
from monitor.assess.tally import Tally
from monitor.assess.thread import thread
from monitor.model import Event, Offer, Report, Role
from tests.assess.builders import DEADLINE, NAMES, NOTICE_DAY, ban, days, event, gazette, notice, question, report
from tests.assess.strategies import quick

JANUARY = date(2025, 1, 1)


def told_by(count: int, **fields: Any) -> list[Report]:
    """The same ban by the US of one firm, told by so many independent papers within a day."""
    return [ban(f"n{i}", told=NOTICE_DAY + days(i / 50), **({"target": "bytedance"} | fields)) for i in range(count)]


def later(tag: str, hours: float = 20, **fields: Any) -> Report:
    """A further report of that ban in the same news cycle."""
    return ban(tag, told=NOTICE_DAY + days(hours / 24), **({"target": "bytedance"} | fields))


def listed(*providers: str) -> dict[str, Role]:
    return dict.fromkeys(providers, "targeted")


PARTIES: dict[str, tuple[list[Report], dict[str, str]]] = {
    "one of five names two more": (
        [*told_by(4), later("x", providers=listed("bytedance", "baidu", "huawei"))],
        {"bytedance": "targeted", "baidu": "mentioned", "huawei": "mentioned"},
    ),
    "one of two names one more": (
        [*told_by(1), later("x", providers=listed("bytedance", "baidu"))],
        {"bytedance": "targeted", "baidu": "targeted"},
    ),
    "two of five name one more": (
        [*told_by(3), *(later(f"x{i}", providers=listed("bytedance", "baidu")) for i in range(2))],
        {"bytedance": "targeted", "baidu": "targeted"},
    ),
    "three of thirteen name one more": (
        [*told_by(10), *(later(f"x{i}", providers=listed("bytedance", "baidu")) for i in range(3))],
        {"bytedance": "targeted", "baidu": "targeted"},
    ),
    "the gazette alone names one more": (
        [*told_by(6), gazette("g", type="service_ban", providers=listed("bytedance", "baidu"), issuing=("US",), affected=("US",))],
        {"bytedance": "targeted", "baidu": "targeted"},
    ),
    "one of six calls the target restricting": (
        [*told_by(5, type="data_privacy"), later("x", type="data_privacy", providers={"bytedance": "restricting"})],
        {"bytedance": "targeted"},
    ),
    "one of five says that a shop is affected": (
        [*told_by(4), later("x", providers={"bytedance": "targeted", "nvidia": "affected"})],
        {"bytedance": "targeted", "nvidia": "mentioned"},
    ),
    "one of three says that a shop is affected": (
        [*told_by(2), later("x", providers={"bytedance": "targeted", "nvidia": "affected"})],
        {"bytedance": "targeted", "nvidia": "mentioned"},
    ),
    "one of two says that a shop is affected": (
        [*told_by(1), later("x", providers={"bytedance": "targeted", "nvidia": "affected"})],
        {"bytedance": "targeted", "nvidia": "affected"},
    ),
}


@pytest.mark.parametrize(("reports", "roles"), PARTIES.values(), ids=PARTIES)
def test_a_small_minority_gives_nobody_a_part(reports: list[Report], roles: dict[str, str]) -> None:
    assert event(*reports).providers == roles


def test_copies_of_one_loose_report_stay_one_voice() -> None:
    loose = [later(f"x{i}", doc={"origin_group": "wire"}, providers=listed("bytedance", "baidu")) for i in range(9)]
    assert event(*told_by(4), *loose).providers["baidu"] == "mentioned"


PLACES: dict[str, tuple[list[Report], tuple[str, ...]]] = {
    "one of four": ([*(report(f"n{i}") for i in range(3)), report("x", affected=("CN", "IT"))], ("CN",)),
    "one of two": ([report("a"), report("x", affected=("CN", "IT"))], ("CN", "IT")),
    "three of thirteen": (
        [*(report(f"n{i}") for i in range(10)), *(report(f"x{i}", affected=("CN", "HK")) for i in range(3))],
        ("CN", "HK"),
    ),
    "the provider's own notice": ([*(report(f"n{i}") for i in range(5)), notice(affected=("CN", "HK"))], ("CN", "HK")),
}


@pytest.mark.parametrize(("reports", "places"), PLACES.values(), ids=PLACES)
def test_a_place_that_a_small_minority_names_is_dropped(reports: list[Report], places: tuple[str, ...]) -> None:
    assert event(*reports).affected == places


def test_a_report_of_two_bans_ties_them_together_nowhere() -> None:
    """It joins one of them, is a small minority there, and what it says of the other attracts nothing."""
    mixed = {"providers": {"nvidia": "targeted", "bytedance": "targeted"}, "issuing": ("CN", "US"), "affected": ("CN", "US")}
    told = [*told_by(2), later("mixed", 3, **mixed)]
    told += [ban(f"c{i}", "CN", "nvidia", told=NOTICE_DAY + days(0.2 + i / 50)) for i in range(3)]
    found = {e.title: e for e in thread(told, NAMES)}
    assert set(found) == {"United States (US) bans bytedance, adopted", "China (CN) bans nvidia, adopted"}
    assert [len(e.origins) for e in found.values()] in ([3, 3], [2, 4])


STAGES: dict[str, tuple[list[Report], str]] = {
    "one of five is ahead": ([*told_by(4, stage="announced"), later("x", stage="in_force")], "announced"),
    "one of two is ahead": ([*told_by(1, stage="announced"), later("x", stage="in_force")], "in_force"),
    "two of five are ahead": ([*told_by(3, stage="announced"), *(later(f"x{i}", stage="in_force") for i in range(2))], "in_force"),
    "the gazette is ahead": (
        [
            *told_by(6, stage="announced"),
            gazette("g", type="service_ban", providers=listed("bytedance"), issuing=("US",), affected=("US",), stage="in_force"),
        ],
        "in_force",
    ),
    "one alone, but days later": ([*told_by(6, stage="announced"), later("x", hours=24 * 9, stage="in_force")], "in_force"),
    "in force before the agreed day": (
        [*told_by(1, effective=JANUARY, stage="announced"), later("x", stage="in_force"), later("y", stage="in_force")],
        "announced",
    ),
    "a terms page without a day, before the agreed day": (
        [*(report(f"n{i}", effective=DEADLINE) for i in range(3)), notice(stage="in_force", effective=None)],
        "announced",
    ),
    "in force after the agreed day": (
        [*told_by(1, effective=DEADLINE, stage="announced"), later("x", hours=24 * 15, stage="in_force")],
        "in_force",
    ),
    "one of five says it is over": ([*told_by(4), later("x", type="relief", beneath=("service_ban",), stage="rescinded")], "final"),
    "one of two says it is over": ([*told_by(1), later("x", type="relief", beneath=("service_ban",), stage="rescinded")], "rescinded"),
    "one alone says it is over, days later": (
        [*told_by(6), later("x", hours=24 * 9, type="relief", beneath=("service_ban",), stage="rescinded")],
        "rescinded",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("reports", "stage"), STAGES.values(), ids=STAGES)
def test_a_small_minority_of_the_same_days_does_not_move_the_stage(reports: list[Report], stage: str) -> None:
    found = event(*reports)
    assert found.stage == stage
    assert found.stages[-1].stage == stage


def test_a_misread_end_does_not_split_the_measure() -> None:
    misread = later("x", type="relief", beneath=("service_ban",), stage="rescinded")
    assert len(thread([*told_by(5), misread, later("y", hours=30, effective=JANUARY)])) == 1


def test_a_minority_type_is_left_out_and_the_dates_it_tells_stay_visible() -> None:
    loose = later("x", type="data_privacy", effective=DEADLINE)
    found = event(*told_by(4, effective=JANUARY), loose)
    assert (found.type, found.beneath) == ("service_ban", ())
    assert found.date_conflicts == {"effective": (JANUARY, DEADLINE)}


BAN_AND_CUT_OFF: dict[str, tuple[int, list[Report]]] = {
    "an established cut-off that one report calls a ban": (
        1,
        [*(report(f"n{i}") for i in range(3)), ban("x", "CN", "openai", told=NOTICE_DAY + days(1))],
    ),
    "an established ban that one report calls the provider's act": (
        1,
        [*(ban(f"n{i}", "CN", "openai") for i in range(3)), report("x", told=NOTICE_DAY + days(1))],
    ),
    "the provider's own notice is no loose word": (
        2,
        [*(ban(f"n{i}", "CN", "openai") for i in range(3)), notice("x", told=NOTICE_DAY + days(1))],
    ),
    "a ban weeks after the cut-off": (2, [*(report(f"n{i}") for i in range(3)), ban("x", "CN", "openai", told=NOTICE_DAY + days(20))]),
    "a ban elsewhere": (2, [*(report(f"n{i}") for i in range(3)), ban("x", "IT", "openai", told=NOTICE_DAY + days(1))]),
    "a ban of another": (2, [*(report(f"n{i}") for i in range(3)), ban("x", "CN", "anthropic", told=NOTICE_DAY + days(1))]),
    "a listing is not a ban": (
        2,
        [*told_by(3), later("x", type="sanctions_listing", issuing=("US",), affected=("CN",))],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("count", "reports"), BAN_AND_CUT_OFF.values(), ids=BAN_AND_CUT_OFF)
def test_a_cut_off_loosely_told_as_a_ban(count: int, reports: list[Report]) -> None:
    assert len(thread(reports)) == count


def both_ways(tag: str, surer: str, **fields: Any) -> list[Report]:
    """One document that tells the same act as the provider's own and as China's."""
    own = report(tag, confidence=0.95 if surer == "access" else 0.6, **fields)
    as_ban = ban(tag, "CN", "openai", stage="announced", confidence=0.95 if surer == "ban" else 0.6, **fields)
    return [own, as_ban]


@pytest.mark.parametrize("surer", ["access", "ban"])
def test_a_document_that_tells_an_act_both_ways_tells_one_act(surer: str) -> None:
    found = event(*both_ways("a", surer), report("b", told=NOTICE_DAY + days(0.1)), report("c", told=NOTICE_DAY + days(0.2)))
    assert found.title == "OpenAI restricts access in China (CN)"
    assert (found.providers, found.issuing, len(found.origins)) == ({"openai": "restricting"}, (), 3)
    assert event(*both_ways("a", surer)).type == ("access_restriction" if surer == "access" else "service_ban")


LEAD: dict[str, tuple[int, tuple[str, ...], tuple[str, ...], str]] = {
    "the lead authority and the EU": (1, ("EU",), ("IE",), "data_privacy"),
    "another authority and the EU": (2, ("EU",), ("IT",), "data_privacy"),
    "two authorities": (2, ("IE",), ("IT",), "data_privacy"),
    "a national ban and the EU": (2, ("EU",), ("IE",), "service_ban"),
}


@pytest.mark.parametrize(("count", "one", "other", "kind"), LEAD.values(), ids=LEAD)
def test_a_lead_data_protection_authority_acts_for_the_eu(count: int, one: tuple[str, ...], other: tuple[str, ...], kind: str) -> None:
    told = [ban(tag, type=kind, target="openai", issuing=at, affected=at) for tag, at in (("a", one), ("b", other))]
    assert len(thread(told)) == count


def test_who_cuts_off_is_no_alternative_to_himself() -> None:
    itself = report("a", type="mitigation", providers={"openai": "alternative"})
    assert [e.type for e in thread([report("a"), itself])] == ["access_restriction"]
    terms = (Offer(provider="zhipu", kind="free_tokens", amount="1000"),)
    other = report("a", type="mitigation", providers={"zhipu": "alternative", "openai": "restricting"}, offers=terms)
    assert sorted(e.type for e in thread([report("a"), other])) == ["access_restriction", "mitigation"]


def test_a_ban_report_that_gives_its_only_name_no_part_joins_the_ban_of_that_name() -> None:
    assert len(thread([ban("a"), ban("b", providers={"kaspersky": "mentioned"})])) == 1
    assert len(thread([ban("a"), ban("b", providers={"huawei": "mentioned"})])) == 2
    assert len(thread([ban("a"), ban("b", providers={"huawei": "targeted", "kaspersky": "mentioned"})])) == 2


def test_several_issuers_take_the_plural() -> None:
    assert event(ban("a", issuing=("GB", "US"), affected=("GB", "US"))).title == "GB and United States (US) ban kaspersky, adopted"


def test_one_loose_report_scores_nobody_it_alone_names() -> None:
    reports = [*told_by(4), later("x", providers=listed("bytedance", "baidu"))]
    assert score(thread(reports), question("baidu", "US")).score == 0
    assert score(thread(reports), question("bytedance", "US")).score > 50


@given(st.dictionaries(st.sampled_from("abcdef"), st.sets(st.integers(0, 9), min_size=1), min_size=1))
@quick
def test_the_best_supported_word_is_always_carried(told: dict[str, set[int]]) -> None:
    tally: Tally[str] = Tally()
    for word, voices in told.items():
        for voice in voices:
            tally.tell(word, voice, 1.0, primary=False)
    best = max(len(voices) for voices in told.values())
    assert {word for word, voices in told.items() if len(voices) == best} <= set(tally.carried()) <= set(tally.named())
    assert all(len(told[word]) * 3 > best for word in tally.carried())


@given(st.permutations(range(8)))
@quick
def test_the_order_of_reports_does_not_matter_where_they_differ(order: list[int]) -> None:
    loose = [later("x", stage="in_force"), later("y", providers=listed("bytedance", "baidu"))]
    reports = [*told_by(3), *loose, *both_ways("z", "ban"), report("w")]
    assert thread([reports[i] for i in order]) == thread(reports)


def test_an_event_is_the_same_noun_as_one_that_was_read_back() -> None:
    told = event(*told_by(3), later("x"))
    assert Event.model_validate_json(told.model_dump_json()) == told
    assert told.model_fields_set == {*Event.model_fields}
    changed = told.model_copy(update={"title": "Another"})
    assert changed != told
    assert {*Event.model_fields} == told.model_fields_set  # shared, and not touched by copies
