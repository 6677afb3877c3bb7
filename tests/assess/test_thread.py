"""Which reports tell one measure, and whose facts win in it."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.assess.stage import stage_on
from monitor.assess.thread import thread
from monitor.model import EventDates, Offer, Quote, Report
from tests.assess.builders import DEADLINE, NAMES, NOTICE_DAY, ban, days, draft_rule, event, gazette, notice, prose, report

ZH = {
    "lang": "zh",
    "title": "OpenAI将停止向中国提供API服务",
    "text": "OpenAI公司通知中国开发者,自7月9日起将采取额外措施停止来自不支持地区的接口流量,开发者需要迁移。",
}
LISTING: dict[str, Any] = {"type": "sanctions_listing", "issuing": ("US",), "affected": ("CN",), "stage": "final"}
CHIPS: dict[str, Any] = {"type": "export_control", "providers": {}, "issuing": ("US",), "sectors": ("semiconductors",), "stage": "final"}

ONE_MEASURE: dict[str, list[Report]] = {
    "English and Chinese report of one notice": [report("en", effective=DEADLINE), report("zh", doc=ZH, effective=DEADLINE)],
    "a report that lacks the place": [report("a"), report("b", affected=())],
    "a report that calls the provider's own act a ban": [report("a"), report("b", type="service_ban")],
    "a report that only mentions the provider, same kind and place": [report("a"), report("b", providers={"openai": "mentioned"})],
    "a place list that overlaps": [report("a", affected=("CN", "HK", "MO")), report("b", affected=("CN",))],
    "draft, then final rule, four months later": [draft_rule(), draft_rule("f", told=NOTICE_DAY + days(126), stage="final")],
    "draft, then final rule under one number, years later": [
        gazette("d", "2024-13923", ("1505-AC82",), type="investment_restriction", providers={}, issuing=("US",), stage="proposed"),
        gazette(
            "f", "2026-00001", ("1505-AC82",), told=NOTICE_DAY + days(700), type="investment_restriction", providers={}, issuing=("US",)
        ),
    ],
    "privacy order and ban by one authority": [
        ban("a", "IT", "openai"),
        ban("b", "IT", "openai", type="data_privacy", beneath=("service_ban",)),
    ],
    "court case on the measure": [
        ban("a"),
        ban("b", told=NOTICE_DAY + days(20), type="litigation", beneath=("service_ban",), stage="announced"),
    ],
    "relief from the measure": [ban("a"), ban("b", told=NOTICE_DAY + days(20), type="relief", beneath=("service_ban",), stage="rescinded")],
    "a growing list told on one day": [
        ban("a", "IN", "bytedance", announced=date(2024, 6, 24)),
        ban("b", "IN", providers={"bytedance": "targeted", "alibaba": "targeted", "baidu": "targeted"}, announced=date(2024, 6, 24)),
    ],
    "sellers are not targets": [report("a", **CHIPS, affected=("CN",)), report("b", **(CHIPS | {"providers": {"nvidia": "affected"}}))],
    "a moved date": [report("a", effective=DEADLINE), report("b", told=NOTICE_DAY + days(3), effective=date(2024, 8, 1))],
    "background to a known event": [report("a"), report("b", told=NOTICE_DAY + days(400), background=True)],
    "a denial of a known event": [report("a"), report("b", modality="denied")],
    "the same report twice": [report("a"), report("a")],
    "two offers of one provider for one cause": [
        report("a", type="mitigation", providers={"zhipu": "alternative", "openai": "restricting"}),
        report("b", type="mitigation", providers={"zhipu": "alternative"}, affected=()),
    ],
}
SEVERAL: dict[str, tuple[int, list[Report]]] = {
    "a ban in two countries": (2, [ban("a", "IT", "openai"), ban("b", "FR", "openai")]),
    "two targets of one issuer": (
        2,
        [report("a", **LISTING, providers={"huawei": "targeted"}), report("b", **LISTING, providers={"baidu": "targeted"})],
    ),
    "two cut-off places": (2, [report("a"), report("b", affected=("IT",))]),
    "two providers that leave, told in two reports": (2, [report("a"), report("b", providers={"anthropic": "restricting"})]),
    "two providers that leave, told in one report": (2, [report("a", providers={"openai": "restricting", "anthropic": "restricting"})]),
    "a provider's act and a government's ban of it": (2, [report("a"), ban("b", "CN", "openai")]),
    "ban and listing of one firm": (2, [ban("a"), report("b", **(LISTING | {"affected": ("RU",)}), providers={"kaspersky": "targeted"})]),
    "a shared firm later, in another list": (
        2,
        [
            ban("a", target="bytedance"),
            ban("b", providers=dict.fromkeys(("bytedance", "baidu", "alibaba"), "targeted"), told=NOTICE_DAY + days(12)),
        ],
    ),
    "a named target and a measure that names nobody": (
        2,
        [report("a", **CHIPS), report("b", **(CHIPS | {"providers": {"huawei": "targeted"}}))],
    ),
    "a gazette's rule for one place and a loose report of the same issuer": (
        2,
        [
            gazette("a", "2023-10774", **(CHIPS | {"affected": ("BY",), "sectors": ()})),
            report("b", **(CHIPS | {"affected": (), "sectors": ("ai",), "providers": {"nvidia": "affected"}})),
        ],
    ),
    "a case against one firm and a law that many would fall under": (
        2,
        [
            ban("a", "GB", "microsoft", type="antitrust"),
            ban("b", "GB", providers=dict.fromkeys(("microsoft", "google", "apple"), "affected"), type="antitrust"),
        ],
    ),
    "half a year of silence": (2, [report("a"), report("b", told=NOTICE_DAY + days(181))]),
    "two gazette rules with numbers of their own": (
        2,
        [gazette(n, n, (rin,), **CHIPS) for n, rin in (("2024-11111", "0694-AJ01"), ("2024-22222", "0694-AJ02"))],
    ),
    "a new ban after the end of the old one": (
        2,
        [
            ban("a"),
            ban("b", told=NOTICE_DAY + days(10), type="relief", stage="rescinded"),
            ban("c", told=NOTICE_DAY + days(60), announced=date(2024, 8, 24)),
        ],
    ),
    "three offers in one report": (
        3,
        [report("a", type="mitigation", providers={"zhipu": "alternative", "baidu": "alternative", "alibaba-cloud": "alternative"})],
    ),
    "offers of one provider for two causes": (
        2,
        [report(c, type="mitigation", providers={"zhipu": "alternative", c: "restricting"}) for c in ("openai", "anthropic")],
    ),
    "an offer and its cause": (
        2,
        [report("a"), report("b", type="mitigation", providers={"zhipu": "alternative", "openai": "restricting"})],
    ),
}


@pytest.mark.parametrize("reports", ONE_MEASURE.values(), ids=ONE_MEASURE)
def test_one_measure_is_one_event(reports: list[Report]) -> None:
    assert len(thread(reports)) == 1


@pytest.mark.parametrize(("count", "reports"), SEVERAL.values(), ids=SEVERAL)
def test_different_measures_stay_apart(count: int, reports: list[Report]) -> None:
    assert len(thread(reports)) == count


def test_no_reports_no_events() -> None:
    assert thread([]) == []


def test_draft_to_final_keeps_every_stage_with_day_and_document() -> None:
    draft = draft_rule(announced=date(2024, 6, 21))
    final = draft_rule(
        "final", told=NOTICE_DAY + days(126), stage="final", announced=date(2024, 10, 28), effective=date(2025, 1, 2), comment=None
    )
    found = event(final, draft)
    assert [(s.stage, s.date, s.documents) for s in found.stages] == [
        ("proposed", date(2024, 6, 21), (draft.document.id,)),
        ("final", date(2024, 10, 28), (final.document.id,)),
    ]
    assert found.stage == "final"
    assert found.dates == EventDates(announced=date(2024, 10, 28), effective=date(2025, 1, 2), comment=date(2024, 8, 4))
    assert found.stages[0].recorded_at == draft.recorded_at


@pytest.mark.parametrize(
    ("day", "expected"),
    [(date(2024, 7, 8), "announced"), (date(2024, 7, 9), "in_force"), (date(2025, 7, 9), "in_force")],
    ids=["the day before", "on the day", "a year later"],
)
def test_stage_on_the_day_it_takes_effect(day: date, expected: str) -> None:
    assert stage_on(event(notice()), datetime(day.year, day.month, day.day, tzinfo=UTC)) == expected


def test_an_earlier_stage_told_later_does_not_go_back() -> None:
    assert event(ban("a"), ban("b", told=NOTICE_DAY + days(2), stage="proposed")).stage == "final"


@pytest.mark.parametrize("modality", ["denied", "hypothetical"])
def test_what_is_not_asserted_never_advances_a_stage(modality: str) -> None:
    found = event(ban("a", stage="rumoured"), ban("b", told=NOTICE_DAY + days(1), modality=modality, stage="in_force"))
    assert (found.stage, found.modality) == ("rumoured", "asserted")
    assert len(found.origins) == 1


def test_a_denial_by_another_voice_disputes_what_no_primary_source_states() -> None:
    assert event(report("a"), report("b", modality="denied")).disputed
    assert not event(notice(), report("b", modality="denied")).disputed
    assert not event(report("a"), report("b")).disputed


SUSPENDED: dict[str, Any] = {"told": NOTICE_DAY + days(5), "type": "relief", "beneath": ("service_ban",)}


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"stage": "suspended"}, "suspended"),
        ({"stage": "rescinded"}, "rescinded"),
        ({"stage": "in_force"}, "suspended"),
        ({"stage": "announced"}, "final"),
        ({"stage": "rescinded", "providers": {"kaspersky": "mentioned"}}, "rescinded"),
        ({"type": "litigation", "stage": "suspended"}, "suspended"),
        ({"type": "litigation", "stage": "in_force"}, "final"),
    ],
    ids=["paused", "lifted", "relief has begun", "relief is promised", "lifted, loosely told", "stopped by a court", "court case goes on"],
)
def test_relief_and_courts_halt_the_measure_only_when_they_take_effect(later: dict[str, Any], expected: str) -> None:
    assert event(ban("a"), ban("b", **(SUSPENDED | later))).stage == expected


def test_relief_promised_does_not_advance_a_court_case() -> None:
    case = ban("a", type="litigation", stage="rumoured")
    assert event(case, ban("b", told=NOTICE_DAY + days(1), type="relief", stage="announced")).stage == "rumoured"


def test_relief_for_one_target_does_not_halt_the_whole_list() -> None:
    listed = {"kaspersky": "targeted", "huawei": "targeted"}
    assert event(ban("a", providers=listed), ban("b", stage="rescinded", **SUSPENDED)).stage == "final"


def test_a_paused_measure_resumes_only_on_new_facts() -> None:
    paused = ban("b", stage="suspended", **SUSPENDED)
    retold = ban("c", told=NOTICE_DAY + days(6), announced=date(2024, 6, 20))
    resumed = ban("d", told=NOTICE_DAY + days(30), announced=date(2024, 7, 25))
    assert event(ban("a"), paused, retold).stage == "suspended"
    assert event(ban("a"), paused, retold, resumed).stage == "final"


@pytest.mark.parametrize("before", [1, 20, 100])
@pytest.mark.parametrize("first_hand", [True, False])
def test_what_is_announced_after_news_of_some_relief_is_not_halted_by_it(before: int, first_hand: bool) -> None:
    eased = report("r", told=NOTICE_DAY - days(before), type="relief", stage="in_force")
    papers = [report(tag, told=NOTICE_DAY + days(0.5), effective=DEADLINE) for tag in "ab"]
    found = event(eased, *([notice()] if first_hand else []), *papers)
    assert (found.stage, found.dates.effective) == ("announced", DEADLINE)
    assert found.stages[-1].date == NOTICE_DAY.date()
    assert event(eased, report("c")).stage == "suspended"  # of no day: it may be what was eased


def test_a_providers_notice_outlives_papers_news_of_relief_that_came_before_it() -> None:
    papers = [report(tag, told=NOTICE_DAY + days(1), type="relief", stage="in_force") for tag in ("r", "s")]
    again = NOTICE_DAY + days(2)
    assert event(notice(), *papers).stage == "suspended"
    assert event(notice(), *papers, report("retold", effective=DEADLINE, told=again)).stage == "suspended"
    found = event(notice(), *papers, notice("again", told=again))
    assert (found.stage, found.dates.effective) == ("announced", DEADLINE)


def test_a_postponed_day_replaces_the_frozen_one_and_stays_visible() -> None:
    first, paused = ban("a", effective=DEADLINE), ban("b", stage="suspended", **SUSPENDED)
    assert event(first, paused).dates.effective is None
    moved = ban("b", stage="suspended", effective=date(2024, 9, 1), **SUSPENDED)
    found = event(first, moved)
    assert found.dates.effective == date(2024, 9, 1)
    assert found.date_conflicts == {"effective": (date(2024, 9, 1), DEADLINE)}
    assert stage_on(found, datetime(2024, 8, 1, tzinfo=UTC)) == "suspended"
    assert stage_on(found, datetime(2024, 9, 1, tzinfo=UTC)) == "in_force"


OTHER = date(2024, 7, 10)
LATER = NOTICE_DAY + days(1)


@pytest.mark.parametrize(
    ("reports", "shown"),
    [
        ([notice(), report("a", effective=OTHER, told=LATER), report("b", effective=OTHER, told=LATER)], DEADLINE),
        ([report("a", effective=DEADLINE), report("b", effective=OTHER), report("c", effective=OTHER)], OTHER),
        ([report("a", effective=DEADLINE), report("b", effective=OTHER, told=LATER)], OTHER),
        ([notice(), notice("n2", told=LATER, effective=OTHER), report("a", effective=DEADLINE)], OTHER),
        ([report("a", effective=OTHER, stage="proposed", told=LATER), report("b", effective=DEADLINE)], DEADLINE),
    ],
    ids=["primary wins", "most origins win", "latest wins a tie", "the primary source corrects itself", "a draft's day is outdated"],
)
def test_differing_days_stay_visible_and_one_is_shown(reports: list[Report], shown: date) -> None:
    found = event(*reports)
    assert found.dates.effective == shown
    if "draft" not in found.title and len({r.signal.stage for r in reports}) == 1:
        assert set(found.date_conflicts["effective"]) == {DEADLINE, OTHER}
        assert found.date_conflicts["effective"][0] == shown


def test_an_edit_replaces_what_it_edits_and_keeps_the_event() -> None:
    first = report("a", effective=OTHER)
    edited = report(
        "a", told=NOTICE_DAY, doc={"revision": 2, "text": prose("edited")}, effective=DEADLINE, recorded_at=NOTICE_DAY + days(1)
    )
    found = event(first, edited)
    assert found.id == event(first).id
    assert (found.dates.effective, found.date_conflicts) == (DEADLINE, {})
    assert len(found.documents) == 2
    assert len(found.origins) == 1


def test_month_only_dates_are_kept_apart_until_a_day_is_known() -> None:
    assert event(report("a", months={"effective": "2024-07"})).dates.months == {"effective": "2024-07"}
    assert event(report("a", months={"effective": "2024-07"}), report("b", effective=DEADLINE)).dates.months == {}


def test_background_does_not_reset_the_clock() -> None:
    found = event(report("a"), report("b", told=NOTICE_DAY + days(100), background=True))
    assert found.last_reported_at == NOTICE_DAY
    assert found.modality == "asserted"
    assert (
        len(thread([report("a"), report("b", told=NOTICE_DAY + days(100), background=True), report("c", told=NOTICE_DAY + days(200))])) == 2
    )


def test_background_alone_opens_an_event_marked_by_its_dates() -> None:
    found = event(report("b", background=True, stage="in_force", effective=date(2019, 5, 16)))
    assert found.modality == "historical"
    assert found.last_reported_at.date() == date(2019, 5, 16)
    assert len(thread([report("b", background=True, effective=date(2019, 5, 16)), report("a")])) == 2


def test_background_first_then_the_news_itself_is_one_event() -> None:
    recalled = report("b", told=NOTICE_DAY + days(30), background=True, recorded_at=NOTICE_DAY + days(31))
    told = report("a", recorded_at=NOTICE_DAY + days(40))
    found = event(recalled, told)
    assert (found.id, found.modality) == (event(recalled).id, "asserted")


def test_roles_take_the_strongest_unless_a_primary_source_says_otherwise() -> None:
    told = [
        report("a", providers={"openai": "restricting", "baidu": "mentioned"}),
        report("b", providers={"openai": "restricting", "baidu": "affected"}),
    ]
    assert event(*told).providers == {"openai": "restricting", "baidu": "affected"}
    first_hand = notice(providers={"openai": "restricting", "baidu": "alternative"})
    assert event(*told, first_hand).providers["baidu"] == "alternative"


def test_each_provider_of_a_joint_report_acts_in_its_own_event() -> None:
    found = {e.title: e.providers for e in thread([report("a", providers={"openai": "restricting", "anthropic": "restricting"})], NAMES)}
    assert found == {
        "OpenAI restricts access in China (CN)": {"openai": "restricting", "anthropic": "mentioned"},
        "anthropic restricts access in China (CN)": {"anthropic": "restricting", "openai": "mentioned"},
    }


def test_offers_merge_per_provider_and_kind_with_evidence() -> None:
    parties = {"zhipu": "alternative", "openai": "restricting"}
    tokens = Offer(provider="zhipu", kind="free_tokens", amount="150000000")
    vague = report("a", type="mitigation", providers=parties, offers=(Offer(provider="zhipu", kind="free_tokens"),))
    exact = report("b", type="mitigation", providers=parties, offers=(tokens, Offer(provider="zhipu", kind="migration_service")))
    found = event(vague, exact)
    assert [(o.kind, o.amount) for o in found.offers] == [("free_tokens", "150000000"), ("migration_service", None)]
    assert found.offers[0].evidence[0].sha256 == exact.document.content_hash


def test_a_split_offer_keeps_only_its_own_terms() -> None:
    offers = (
        Offer(provider="zhipu", kind="free_tokens", amount="150000000"),
        Offer(provider="baidu", kind="free_tokens", amount="50000000"),
    )
    both = report(
        "a", type="mitigation", providers={"zhipu": "alternative", "baidu": "alternative", "openai": "restricting"}, offers=offers
    )
    found = {e.offers[0].provider: e for e in thread([both])}
    assert {p: [o.amount for o in e.offers] for p, e in found.items()} == {"zhipu": ["150000000"], "baidu": ["50000000"]}
    assert found["zhipu"].providers == {"zhipu": "alternative", "baidu": "mentioned", "openai": "restricting"}


@pytest.mark.parametrize(
    ("doc", "fields", "expected"),
    [
        ({"kind": "vendor", "reliability": "primary", "origin_group": "openai"}, {}, True),
        (
            {"kind": "vendor", "reliability": "primary", "origin_group": "Baidu"},
            {"providers": {"openai": "restricting", "baidu": "mentioned"}},
            False,
        ),
        ({"kind": "vendor", "reliability": "primary", "origin_group": "openai"}, {"type": "tariff", "issuing": ("US",)}, False),
        ({"kind": "regulator", "reliability": "primary", "jurisdiction": "US"}, {"type": "tariff", "issuing": ("US",)}, True),
        ({"kind": "regulator", "reliability": "primary", "jurisdiction": "CN"}, {"type": "tariff", "issuing": ("US",)}, False),
        ({"kind": "regulator", "reliability": "primary", "jurisdiction": "US"}, {}, False),
        ({"kind": "news", "reliability": "high"}, {}, False),
    ],
    ids=[
        "own notice",
        "a rival's blog",
        "a vendor on a tariff",
        "the issuer's gazette",
        "another state's gazette",
        "a gazette on a firm's act",
        "news",
    ],
)
def test_primary_is_who_acts(doc: dict[str, Any], fields: dict[str, Any], expected: bool) -> None:
    assert event(report("a", doc=doc, **fields)).primary_source is expected


def test_evidence_is_best_first_and_at_most_six() -> None:
    told = [report(f"n{i}", told=NOTICE_DAY + days(i), doc={"reliability": "low" if i < 3 else "high"}) for i in range(8)]
    found = event(*told, notice(told=NOTICE_DAY + days(9)))
    assert [e.source for e in found.evidence] == ["src-notice", "src-n3", "src-n4", "src-n5", "src-n6", "src-n7"]
    assert found.evidence[0].primary
    assert found.reliability == "primary"


def test_a_report_without_quotes_is_proved_by_its_title() -> None:
    assert [e.quote for e in event(report("a", evidence=())).evidence] == ["Report a"]
    assert [e.quote for e in event(report("a", evidence=(Quote(start=0, end=3, text="Rep"),))).evidence] == ["Rep"]


TITLES = [
    (notice(), "OpenAI restricts access in China (CN), effective 2024-07-09"),
    (draft_rule(), "United States (US) restricts investment in China (CN) (ai, quantum and semiconductors), proposed"),
    (ban("b", "IT", "openai", stage="in_force"), "Italy (IT) bans OpenAI, in force"),
    (ban("b", "IT", "openai", type="relief", stage="rescinded"), "Italy (IT) eases a measure on OpenAI"),
    (ban("b", "IT", issuing=(), providers={}), "An authority bans ai services in Italy (IT), adopted"),
    (
        report("m", type="mitigation", providers={"baidu": "alternative", "openai": "restricting"}),
        "Baidu offers OpenAI users a way to switch",
    ),
    (
        report("x", **CHIPS, affected=("CN", "HK")),
        "United States (US) controls exports of semiconductors technology to China (CN) and HK, adopted",
    ),
]


@pytest.mark.parametrize(("told", "expected"), TITLES, ids=[expected for _, expected in TITLES])
def test_titles_are_composed_from_the_frame(told: Report, expected: str) -> None:
    assert event(told).title == expected


@pytest.mark.parametrize(("after", "count"), [(1, 1), (10, 2)])
def test_a_fine_under_a_ban_is_its_own_measure_once_the_first_days_are_over(after: int, count: int) -> None:
    reports = [*(ban(tag, "IT", "openai") for tag in "ab"), ban("c", "IT", "openai", type="data_privacy", told=NOTICE_DAY + days(after))]
    assert len(thread(reports, NAMES)) == count
