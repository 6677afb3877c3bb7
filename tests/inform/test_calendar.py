"""The deadlines calendar, read back with the library that readers use."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import icalendar
import pytest

from monitor.inform.calendar import deadlines_calendar
from monitor.model import Event, EventDates, StageStep
from tests.inform.episode import BASE_URL, NAMES, NOW, SEEN, draft_rule, event


def entries(*events: Event, as_of: datetime = NOW) -> dict[str, Any]:
    calendar = icalendar.Calendar.from_ical(deadlines_calendar(events, as_of, BASE_URL, NAMES))
    return {str(entry["UID"]): entry for entry in calendar.walk("VEVENT")}


def test_an_entry_per_event_and_kind_of_day() -> None:
    found = entries(event(), draft_rule())
    assert sorted(found) == ["evt_ban.effective@risk.example.org", "evt_rule.comment@risk.example.org"]
    entry = found["evt_ban.effective@risk.example.org"]
    assert entry.decoded("DTSTART") == date(2024, 7, 9)
    assert str(entry["SUMMARY"]) == "OpenAI: access from CN ends"
    assert entry["DTSTART"].params["VALUE"] == "DATE"
    assert entry["LAST-MODIFIED"].dt == SEEN


def test_calendar_says_when_to_look_again() -> None:
    text = deadlines_calendar([event()], NOW, BASE_URL)
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H\r\n" in text
    assert "X-PUBLISHED-TTL:PT6H\r\n" in text


def test_a_moved_day_moves_the_same_entry_with_a_higher_sequence() -> None:
    (before,), (after,) = (
        entries(e).values() for e in (event(), event(dates=EventDates(effective=date(2024, 7, 16)), documents=("doc_1", "doc_2", "doc_3")))
    )
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] > before["SEQUENCE"]


def rescinded_on(day: date) -> Event:
    step = StageStep(stage="rescinded", date=day, recorded_at=SEEN, documents=("doc_2",))
    return event(stage="rescinded", stages=(*event().stages, step))


STATUS = [
    ("announced", event(), "CONFIRMED"),
    ("withdrawn", event(withdrawn=True), "CANCELLED"),
    ("rescinded_before_its_day", rescinded_on(date(2024, 7, 1)), "CANCELLED"),
    ("rescinded_after_its_day", rescinded_on(date(2024, 8, 1)), "CONFIRMED"),
    ("suspended", event(stage="suspended"), "TENTATIVE"),
    ("only_proposed", event(stage="proposed"), "TENTATIVE"),
    ("comment_day_of_a_draft", draft_rule(), "CONFIRMED"),
]


@pytest.mark.parametrize(("told", "status"), [case[1:] for case in STATUS], ids=[case[0] for case in STATUS])
def test_status_says_whether_the_day_stands(told: Event, status: str) -> None:
    (entry,) = entries(told).values()
    assert str(entry["STATUS"]) == status


def test_withdrawal_alone_raises_the_sequence() -> None:
    (before,), (after,) = (entries(e).values() for e in (event(), event(withdrawn=True)))
    assert after["SEQUENCE"] > before["SEQUENCE"]


def test_a_hostile_title_stays_inside_its_entry() -> None:
    hostile = event(title="x\r\nEND:VEVENT\r\nBEGIN:VALARM\u2028\x00\ud800;,\\ 百度")
    (entry,) = entries(hostile).values()
    assert "百度" in str(entry["DESCRIPTION"])


def test_old_days_are_left_out_and_bytes_do_not_depend_on_the_moment_asked() -> None:
    assert entries(event(), as_of=datetime(2025, 7, 9, tzinfo=UTC))
    assert not entries(event(), as_of=datetime(2025, 7, 10, tzinfo=UTC))
    assert deadlines_calendar([event()], NOW, BASE_URL) == deadlines_calendar([event()], datetime(2024, 6, 27, tzinfo=UTC), BASE_URL)


def test_an_event_without_days_has_no_entry() -> None:
    assert not entries(event(dates=EventDates(months={"effective": "2024-07"})))
