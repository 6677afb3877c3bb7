"""What is answered about events that reached the service: no place, event or day of them is left out or told wrongly."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.answers.checks import CheckRequest, check
from monitor.answers.reader import EventQuery, Reader
from monitor.errors import CursorError
from monitor.model import Correction, DecisionRequest, Report
from monitor.pipeline import World
from monitor.pipeline.ruling import rule
from tests.assess.builders import DEADLINE, NOTICE_DAY, notice, report
from tests.pipeline.arrivals import arrive
from tests.pipeline.conftest import world_over

HOUR = timedelta(hours=1)
NOW = NOTICE_DAY + 3 * HOUR


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with world_over(f"sqlite:///{tmp_path}/own.sqlite", ()) as opened:
        yield replace(opened, clock=lambda: NOW)


def reader(world: World) -> Reader:
    return Reader(world.store, world.catalog, world.clock)


def official(tag: str, place: str = "US", **fields: Any) -> Report:
    """A measure that the regulator of a place took there, in force."""
    own = {"kind": "regulator", "reliability": "primary", "jurisdiction": place, "origin_group": f"{place}-government"}
    return report(tag, doc=own, **({"type": "service_ban", "issuing": (place,), "affected": (place,), "stage": "in_force"} | fields))


@pytest.mark.parametrize(
    ("provider", "told"),
    [
        pytest.param(
            "huawei", {"type": "sanctions_listing", "providers": {"huawei": "targeted"}, "affected": ("CN",)}, id="at the issuer's"
        ),
        pytest.param("alibaba-cloud", {"providers": {"alibaba": "targeted"}}, id="through an owner"),
    ],
)
def test_without_a_place_the_answer_is_where_the_provider_is_worst(world: World, provider: str, told: dict[str, Any]) -> None:
    arrive(world, [official("act", **told)], NOW)
    answer, there = (reader(world).risk(provider, place, NOW) for place in (None, "US"))
    assert there.score >= 70
    assert (answer.jurisdiction, answer.score) == ("US", there.score)
    assert answer.jurisdictions[0].jurisdiction == "US"


def test_without_a_place_an_alternative_keeps_its_own_risk(world: World) -> None:
    cut_off = report("cut-off")
    offer = report("offer", type="mitigation", providers={"deepl": "alternative", "openai": "restricting"})
    arrive(world, [cut_off, offer, official("ban", "CN", providers={"deepl": "targeted"})], NOW)
    assert reader(world).risk("deepl", "CN", NOW).level == "critical"
    answer, there = (reader(world).risk("openai", place, NOW) for place in (None, "CN"))
    assert answer.alternatives == there.alternatives
    assert "deepl" not in {other.provider for other in answer.alternatives}


@pytest.mark.parametrize(("bound", "asked", "listed"), [("EU", "DE", True), ("DE", "EU", True), ("DE", "FR", False), ("CN", "HK", False)])
def test_a_measure_of_a_group_is_listed_for_its_members(world: World, bound: str, asked: str, listed: bool) -> None:
    arrive(world, [official("ban", bound, providers={"openai": "targeted"})], NOW)
    page = reader(world).events(EventQuery(None, asked, NOW))
    assert bool(page.items) is listed is (reader(world).risk("openai", asked, NOW).score > 0)


def test_what_was_rescinded_has_no_deadline_any_more(world: World) -> None:
    arrive(world, [notice()], NOW)
    day = NOW + 24 * HOUR
    assert [row[0] for row in reader(world).deadlines(day)] == [DEADLINE]
    arrive(world, [notice("end", told=NOTICE_DAY + 24 * HOUR, stage="rescinded", effective=None)], day)
    assert reader(world).deadlines(day) == []


@pytest.mark.parametrize(
    ("halt", "before", "after"),
    [
        pytest.param((), ("announced", "access ends on 2024-07-09"), ("in_force", "access ended on 2024-07-09"), id="its day"),
        pytest.param(
            (notice("halt", told=NOTICE_DAY + 24 * HOUR, stage="suspended", effective=date(2024, 8, 1)),),
            ("suspended", "an end of access was suspended"),
            ("in_force", "access ended on 2024-08-01"),
            id="the day that it was put off to",
        ),
    ],
)
def test_the_gate_tells_the_stage_of_the_day(
    world: World, halt: tuple[Report, ...], before: tuple[str, str], after: tuple[str, str]
) -> None:
    arrive(world, [notice(), *halt], NOW + 24 * HOUR)
    request = CheckRequest.model_validate({"in": ["CN"], "hosts": ["api.openai.com"], "allow_stale": True})
    for day, (stage, meaning) in ((NOW + 24 * HOUR, before), (datetime(2024, 8, 2, tzinfo=UTC), after)):
        (finding,) = check(reader(world), request, day).findings
        assert (finding.stage, meaning in finding.meaning) == (stage, True), finding.meaning


def test_what_is_in_force_is_never_beyond_the_horizon(world: World) -> None:
    arrive(world, [notice(effective=date(2024, 12, 1))], NOW)
    request = CheckRequest.model_validate({"in": ["CN"], "hosts": ["api.openai.com"], "allow_stale": True, "horizon_days": 30})
    answer = check(reader(world), request, NOW)
    assert (answer.verdict, answer.findings[0].state) == ("clean", "later")
    in_force = DecisionRequest(kind="correct", reason="began early", correction=Correction(stage="in_force"))
    rule(world, answer.findings[0].event, in_force, "Ann")
    answer = check(reader(world), request, NOW + HOUR)
    assert (answer.exit_code, answer.findings[0].state, answer.findings[0].stage) == (1, "fails", "in_force")


def test_pages_of_events_are_of_one_instant_whatever_becomes_known_between_them(world: World) -> None:
    stages = {"openai": "in_force", "huawei": "final", "nvidia": "proposed"}
    arrive(world, [official(name, providers={name: "targeted"}, stage=stage) for name, stage in stages.items()], NOW)
    whole = reader(world).events(EventQuery(None, None, NOW)).items
    first = reader(world).events(EventQuery(None, None, NOW, limit=1))
    rule(world, first.items[0].id, DecisionRequest(kind="reject", reason="not so"), "Ann")
    later = NOW + 24 * HOUR
    arrive(world, [official("act", told=later - HOUR, providers={"nvidia": "targeted"})], later)
    assert [event.id for event in reader(world).events(EventQuery(None, None, later)).items] == [whole[2].id, whole[1].id]
    rest = reader(world).events(EventQuery(None, None, later, cursor=first.next_cursor))
    assert [*first.items, *rest.items] == whole
    with pytest.raises(CursorError):
        reader(world).events(EventQuery(None, None, later, cursor=reader(world).providers("", 1, None).next_cursor))


@pytest.mark.parametrize(
    ("told", "hosts", "hit"),
    [
        pytest.param({}, ["open.bigmodel.cn", "dashscope.aliyuncs.com"], {"alibaba-cloud", "zhipu"}, id="covers a class"),
        pytest.param({"providers": {"zhipu": "mentioned"}}, ["open.bigmodel.cn"], {"zhipu"}, id="covers a class and mentions one of it"),
        pytest.param({"providers": {"huawei": "targeted"}}, ["open.bigmodel.cn"], set(), id="is against another"),
        pytest.param({"sectors": ("quantum",)}, ["open.bigmodel.cn"], set(), id="covers another class"),
        pytest.param({"type": "service_ban", "providers": {"zhipu": "mentioned"}}, ["open.bigmodel.cn"], set(), id="mentions it"),
    ],
)
def test_the_gate_fails_on_what_scores_without_naming_the_provider(
    world: World, told: dict[str, Any], hosts: list[str], hit: set[str]
) -> None:
    measure = {"type": "export_control", "providers": {}, "affected": ("CN",), "sectors": ("ai",)} | told
    arrive(world, [official("rule", **measure)], NOW)
    request = CheckRequest.model_validate({"in": ["CN"], "hosts": hosts, "allow_stale": True, "fail_on": "medium"})
    answer = check(reader(world), request, NOW)
    assert {finding.provider for finding in answer.failing()} == hit == {use.provider for use in answer.uses if use.risk[0].score >= 25}
    assert answer.exit_code == int(bool(hit))
