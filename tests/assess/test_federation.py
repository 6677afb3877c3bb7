"""Measures of two states of one federation are two measures."""

from __future__ import annotations

import pytest

from monitor.assess.federation import parts_named
from monitor.assess.thread import thread
from monitor.model import Report
from tests.assess.builders import days, report


@pytest.mark.parametrize(
    ("title", "issuing", "parts"),
    [
        ("Utah limits social media for minors", ("US",), ("Utah",)),
        ("Wisconsin and North Carolina ban TikTok from devices", ("US",), ("North Carolina", "Wisconsin")),
        ("West Virginia sues a platform", ("US",), ("West Virginia",)),
        ("Texas Instruments loses licence", ("US",), ()),
        ("New York Times sues over training", ("US",), ()),
        ("California-based maker is fined", ("US",), ()),
        ("Utah limits social media for minors", ("FR",), ()),
        ("Utah limits social media for minors", ("US", "CA"), ()),
        ("Ontario bans TikTok", ("CA",), ("Ontario",)),
        ("Congress limits social media", ("US",), ()),
        ("California and 32 states sue Meta", ("US",), ()),
        ("US bans Huawei gear, Nebraska struggles", ("US",), ()),
        ("Maker is sued in New Jersey", ("US",), ()),
        ("Texas man sues Meta", ("US",), ()),
        ("Manipur suspends internet", ("IN",), ("Manipur",)),
    ],
)
def test_a_headline_names_the_part_of_the_federation_that_acts(title: str, issuing: tuple[str, ...], parts: tuple[str, ...]) -> None:
    assert parts_named(title, issuing) == parts


def law(tag: str, title: str, day: int = 0) -> Report:
    fields = {
        "type": "licensing_regulation",
        "providers": {},
        "issuing": ("US",),
        "affected": ("US",),
        "stage": "final",
        "sectors": ("apps",),
    }
    first = report("start").document.told_at
    return report(tag, first + days(day), {"title": title}, **fields)


def test_laws_of_two_states_are_two_events_and_what_names_none_joins() -> None:
    utah, arkansas = law("a", "Utah limits social media for minors"), law("b", "Arkansas limits social media for minors", 1)
    again, vague = law("c", "Social media law of Utah signed", 2), law("d", "States limit social media", 3)
    found = {event.documents for event in thread([utah, arkansas, again, vague])}
    assert len(found) == 2
    assert any({utah.document.id, again.document.id} <= {*documents} and arkansas.document.id not in documents for documents in found)


def test_a_report_of_one_state_joins_what_was_told_of_states_alike() -> None:
    both, one = law("a", "Wisconsin and North Carolina limit social media"), law("b", "North Carolina limits social media", 1)
    assert len(thread([both, one])) == 1
