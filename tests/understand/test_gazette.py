"""A regulator's own paper: what its words bear out, and what heads and rules make of them beyond that."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.catalog import load_catalog
from monitor.model import Document, EventDates, Signal
from monitor.understand.gate import Gate
from monitor.understand.lexicon import load_lexicon
from monitor.understand.regulator import kind_by_title, trusted

DAY = datetime(2025, 3, 3, 12, tzinfo=UTC)
CHIPS: dict[str, Any] = {"type": "export_control", "sectors": ("semiconductors",), "affected": ("CN",)}


def paper(title: str, text: str = "", **fields: Any) -> Document:
    values: dict[str, Any] = {
        "source": "gazette", "guid": title, "url": "https://gazette.example/1", "title": title, "text": text, "lang": "en",
        "published_at": DAY, "retrieved_at": DAY, "content_hash": title, "origin_group": title, "kind": "regulator", "jurisdiction": "US",
    }  # fmt: skip
    return Document(**(values | fields))


def told(title: str, text: str = "", doc: dict[str, Any] | None = None, **fields: Any) -> list[Signal]:
    values: dict[str, Any] = {"type": "licensing_regulation", "stage": "in_force", "issuing": ("US",), "confidence": 0.9}
    return trusted(paper(title, text, **(doc or {})), [Signal(**(values | fields))])


ROUTINE = [
    "Self-Regulatory Organizations; An Exchange; Notice of a Proposed Rule Change To List Shares of the Ripple Trust",
    "Request for Information: Procurement of Artificial Intelligence",
]
OF_OTHER_GOODS = [
    "Certain Lithographic Plates From a Republic: Preliminary Determination in the Countervailing Duty Investigation",
    "Certain Polymers From a Republic: Antidumping Duty Order",
    "Regional Accelerator Demonstration Program",
    "Revision of Firearms License Requirements",
]


@pytest.mark.parametrize("title", ROUTINE)
def test_daily_routine_tells_of_no_measure_whoever_is_named(title: str) -> None:
    assert told(title, providers={"ripple": "targeted"}, sectors=("fintech",)) == []


@pytest.mark.parametrize("title", OF_OTHER_GOODS)
def test_other_goods_hit_only_whom_they_name(title: str) -> None:
    assert told(title, type="tariff", sectors=("semiconductors",)) == []
    assert len(told(title, type="tariff", providers={"huawei": "targeted"}, sectors=("hardware",))) == 1


def test_routine_words_in_the_news_are_no_reason_to_drop_it() -> None:
    assert len(told(OF_OTHER_GOODS[1], doc={"kind": "news"})) == 1


@pytest.mark.parametrize(
    ("title", "sectors", "kept"),
    [
        ("Controls on Chips", ("semiconductors", "cloud"), ("semiconductors",)),
        ("Burma: Implementation of Sanctions", ("semiconductors",), ()),
    ],
)
def test_a_measure_on_trade_has_the_sectors_that_its_words_name(title: str, sectors: tuple[str, ...], kept: tuple[str, ...]) -> None:
    (signal,) = told(title, "Items for the armed forces need a licence.", **(CHIPS | {"sectors": sectors}))
    assert signal.sectors == kept


@pytest.mark.parametrize(
    ("title", "is_told"),
    [
        ("Online Submission of Applications for Registration of Pharmacies", False),
        ("Requirements for Model Weights of Artificial Intelligence", True),
        ("Securing the Communications Supply Chain", True),
        ("Regulation of Dams", False),
    ],
)
def test_a_rule_that_hits_nobody_must_name_technology_in_its_title(title: str, *, is_told: bool) -> None:
    assert bool(told(title, "Software is mentioned somewhere.", sectors=("apps", "ai"))) == is_told
    assert told(title, providers={"openai": "targeted"}, sectors=("ai",))


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("Export Control Revisions for Partners", "This rule acts to remove license requirements for two partners.", "relief"),
        ("Addition to a List", "The office adds Norway to the list of excluded countries.", "relief"),
        ("Existing Validated End-User Authorizations: A Fab", "The list of eligible items grows.", "relief"),
        ("Streamlining Export Controls for Drones", "", "relief"),
        ("Revocation of Validated End-User Authorizations", "The office acts by removing license exceptions of a fab.", "export_control"),
        ("Controls on Advanced Technologies", "It will add controls on chips and adds a new license exception.", "export_control"),
        ("Export Controls on Chips", "Exporters require a license, and there is a new license exception.", "export_control"),
        ("Framework for Chips", "The rule adds a new control on chips, and it adds new license exceptions.", "export_control"),
        ("Controls on Chips", "In addition, chips need a licence.", "export_control"),
    ],
)
def test_what_takes_a_burden_away_is_told_as_relief(title: str, text: str, kind: str) -> None:
    (signal,) = told(title, text, **CHIPS, providers={"samsung": "targeted"})
    assert signal.type == kind
    assert kind == "export_control" or signal.beneath[0] == "export_control"


def test_days_long_before_a_paper_are_those_of_an_older_rule() -> None:
    days = EventDates(announced=date(2023, 10, 7), effective=date(2023, 10, 7))
    (signal,) = told("Export Controls on Chips", **CHIPS, dates=days)
    assert signal.dates == EventDates()


def test_who_gives_more_time_to_comment_names_no_day_of_effect() -> None:
    text = "This notice extends the deadline for written comments to April 17."
    (signal,) = told("Export Controls on Chips; Extension of Comment Period", text, **CHIPS, dates=EventDates(effective=date(2025, 4, 17)))
    assert signal.dates == EventDates(comment=date(2025, 4, 17))


def test_a_paper_that_calls_itself_a_rule_is_decided() -> None:
    (signal,) = told(
        "Prohibition on an App", "The agencies are issuing an interim rule.", stage="proposed", providers={"bytedance": "targeted"}
    )
    assert signal.stage == "final"


def test_a_paper_that_comes_before_the_rule_is_no_decision() -> None:
    text = "The office proposes a ban; comments are due before issuing a final rule."
    (signal,) = told("Proposed Prohibition on an App", text, stage="proposed", providers={"bytedance": "targeted"})
    assert signal.stage == "proposed"


def test_a_day_of_effect_that_a_paper_states_is_none_of_comments() -> None:
    text = "After reopening the comment period, the office bans it. The ban takes effect on September 29."
    days = EventDates(effective=date(2025, 9, 29))
    (signal,) = told("Ban of Antivirus Software", text, type="service_ban", providers={"kaspersky": "targeted"}, dates=days)
    assert signal.dates == days


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Termination of Prohibition on Kaspersky Products", None),
        ("Federal Acquisition Regulation: Prohibition on a ByteDance Covered Application", "service_ban"),
        ("Prohibition on Investments in Certain Companies", None),
        ("Adjusting Imports of Semiconductors", "tariff"),
        ("Export Controls on Chips", None),
    ],
)
def test_a_title_that_names_its_measure_is_believed(title: str, kind: str | None) -> None:
    assert kind_by_title(paper(title)) == kind
    assert kind_by_title(paper(title, kind="news")) is None


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(load_catalog(), load_lexicon())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Duties on superabsorbent polymers (SAP) are set; SAP from a republic is dumped.", set()),
        ("US bans Dajiang Innovation (DJI) drones.", {"dji"}),
        ("The software group (SAP) is fined.", {"sap"}),
        ("The software maker SAP is banned.", {"sap"}),
        ("Amazon Web Services (AWS) is banned.", {"aws"}),
        ("Licences of the AWS-3 bands are auctioned.", set()),
        ("A broker, formerly X-Mode, is banned from selling data.", set()),
    ],
)
def test_letters_that_a_text_spells_out_as_something_else_name_nobody(gate: Gate, text: str, named: set[str]) -> None:
    assert {mention.provider for mention in gate(text).mentions} == named
