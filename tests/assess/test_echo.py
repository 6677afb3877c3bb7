"""Who tells the same measure under another name."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from monitor.assess.alert import Around, alert
from monitor.assess.echo import further_voices
from monitor.assess.thread import thread
from monitor.model import Event, Report
from tests.assess.builders import EU, NAMES, NOTICE_DAY, PROVIDERS, ban, days

REGIONS = {"EU": EU}
LAW: dict[str, Any] = {"type": "licensing_regulation", "providers": {}, "sectors": ("ai",), "stage": "final", "affected": ("IT",)}


def one(*reports: Report) -> Event:
    (event,) = thread(reports, NAMES)
    return event


NAMED = one(ban("a", "IT", "openai"))
CASE = one(ban("a", "IT", "openai", type="antitrust"))
NAMELESS = one(ban("a", "IT", **LAW))
OTHERS: list[tuple[str, Event, Event, int]] = [
    ("the same firm, another kind", NAMED, one(ban("b", "IT", "openai", type="antitrust")), 1),
    ("two further voices", NAMED, one(*(ban(tag, "IT", "openai", type="antitrust") for tag in "bc")), 2),
    ("the same voice", NAMED, one(ban("a", "IT", "openai", type="antitrust")), 0),
    ("another state", NAMED, one(ban("b", "FR", "openai", type="antitrust")), 0),
    ("another firm", NAMED, one(ban("b", "IT", "baidu", type="antitrust")), 0),
    ("a firm and a class", NAMED, one(ban("b", "IT", **LAW)), 0),
    ("another week", NAMED, one(ban("b", "IT", "openai", type="antitrust", told=NOTICE_DAY + days(5))), 0),
    ("a rumour", NAMED, one(ban("b", "IT", "openai", type="antitrust", stage="rumoured")), 0),
    ("a ban and a control of exports", NAMED, one(ban("b", "IT", "openai", type="export_control")), 1),
    ("a case and a control of exports", CASE, one(ban("b", "IT", "openai", type="export_control")), 0),
    ("a copy", NAMED, one(ban("b", "IT", "openai", type="antitrust", evidence=ban("a").signal.evidence)), 0),
    ("a relief", NAMED, one(ban("b", "IT", "openai", type="relief", stage="rescinded")), 0),
    ("one law as a matter of data", NAMELESS, one(ban("b", "IT", **(LAW | {"type": "data_privacy"}))), 1),
    ("a law for another sector", NAMELESS, one(ban("b", "IT", **(LAW | {"type": "data_privacy", "sectors": ("apps",)}))), 0),
    ("a law and a control of exports", NAMELESS, one(ban("b", "IT", **(LAW | {"type": "export_control"}))), 0),
]


@pytest.mark.parametrize(("event", "other", "voices"), [row[1:] for row in OTHERS], ids=[row[0] for row in OTHERS])
def test_voices_of_events_that_could_be_one(event: Event, other: Event, voices: int) -> None:
    assert further_voices(event, [event, other]) == voices


def test_older_origins_of_another_event_say_nothing_of_these_days() -> None:
    old = one(ban("b", "IT", "openai", type="antitrust", told=NOTICE_DAY - days(20)), ban("c", "IT", "openai", type="antitrust"))
    assert further_voices(NAMED, [old]) == 0


def test_two_kinds_by_two_papers_interrupt_as_one_kind_by_two_does() -> None:
    beside = (one(ban("b", "IT", "openai", type="antitrust")),)
    at = NOTICE_DAY + timedelta(hours=6)
    assert alert(NAMED, (), at, Around(PROVIDERS, REGIONS)) is None
    given = alert(NAMED, (), at, Around(PROVIDERS, REGIONS, beside))
    assert given is not None
    assert given.reason == "new"
