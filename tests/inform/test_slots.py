"""When a digest is due: DST nights, odd zones, and one slot per local day whatever the clock does."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.inform.slots import due_slot, first_instant
from monitor.model import Recipient

ZONES = (
    "UTC",
    "Asia/Shanghai",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",
    "America/Nuuk",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Pacific/Chatham",
    "America/Santiago",
    "Asia/Beirut",
    "Africa/Casablanca",
    "Pacific/Apia",
)
WALL_TIMES = st.datetimes(datetime(2012, 1, 2), datetime(2030, 12, 1))  # noqa: DTZ001  # what a clock on the wall shows has no zone


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def reader(zone: str, hour: int) -> Recipient:
    return Recipient(email="a@example.org", timezone=zone, hour=hour)


CASES = [
    ("shanghai_at_eight", "Asia/Shanghai", 8, "2024-06-26T00:00:00Z", "2024-06-26/Asia/Shanghai", "2024-06-26T00:00:00Z"),
    ("shanghai_before_eight_is_not_due", "Asia/Shanghai", 8, "2024-06-25T23:59:00Z", "2024-06-26/Asia/Shanghai", "2024-06-26T00:00:00Z"),
    ("late_start_keeps_the_day", "Asia/Shanghai", 8, "2024-06-26T15:59:59Z", "2024-06-26/Asia/Shanghai", "2024-06-26T00:00:00Z"),
    ("berlin_hour_skipped", "Europe/Berlin", 2, "2024-03-31T12:00:00Z", "2024-03-31/Europe/Berlin", "2024-03-31T01:00:00Z"),
    ("berlin_hour_twice_first_one", "Europe/Berlin", 2, "2024-10-27T12:00:00Z", "2024-10-27/Europe/Berlin", "2024-10-27T00:00:00Z"),
    ("berlin_day_before_spring", "Europe/Berlin", 8, "2024-03-30T12:00:00Z", "2024-03-30/Europe/Berlin", "2024-03-30T07:00:00Z"),
    ("berlin_day_after_spring", "Europe/Berlin", 8, "2024-03-31T12:00:00Z", "2024-03-31/Europe/Berlin", "2024-03-31T06:00:00Z"),
    ("new_york_hour_skipped", "America/New_York", 2, "2024-03-10T12:00:00Z", "2024-03-10/America/New_York", "2024-03-10T07:00:00Z"),
    ("new_york_hour_twice", "America/New_York", 1, "2024-11-03T12:00:00Z", "2024-11-03/America/New_York", "2024-11-03T05:00:00Z"),
    ("lord_howe_half_hour_gap", "Australia/Lord_Howe", 2, "2024-10-06T00:00:00Z", "2024-10-06/Australia/Lord_Howe", "2024-10-05T15:30:00Z"),
    ("cairo_midnight_skipped", "Africa/Cairo", 0, "2024-04-26T09:00:00Z", "2024-04-26/Africa/Cairo", "2024-04-25T22:00:00Z"),
    ("nuuk_hour_pushed_over_midnight", "America/Nuuk", 23, "2024-03-31T01:30:00Z", "2024-03-30/America/Nuuk", "2024-03-31T01:00:00Z"),
    (
        "toronto_1919_gap_from_half_past_eleven",
        "America/Toronto",
        0,
        "1919-03-31T12:00:00Z",
        "1919-03-31/America/Toronto",
        "1919-03-31T04:30:00Z",
    ),
]


@pytest.mark.parametrize(("zone", "hour", "now", "key", "due"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_slot_and_due_instant(zone: str, hour: int, now: str, key: str, due: str) -> None:
    slot = due_slot(reader(zone, hour), at(now))
    assert (slot.key, slot.due_at) == (key, at(due))
    assert slot.day == date.fromisoformat(key[:10])


@settings(max_examples=300, deadline=None)
@given(
    zone=st.sampled_from(ZONES),
    hour=st.integers(0, 23),
    start=WALL_TIMES,
)
def test_each_local_day_comes_due_exactly_once(zone: str, hour: int, start: datetime) -> None:
    """Ticking through four days, every full local day's slot comes due once, at the first moment the hour has been reached."""
    local, who = ZoneInfo(zone), reader(zone, hour)
    first = start.replace(minute=0, second=0, microsecond=0, tzinfo=UTC)
    ticks = [first + timedelta(minutes=30 * n) for n in range(4 * 48)]
    due: dict[str, datetime] = {}
    for now in ticks:
        slot = due_slot(who, now)
        if slot.due_at <= now and now - slot.due_at < timedelta(minutes=30):
            assert slot.key not in due
            due[slot.key] = now
    days = sorted({now.astimezone(local).date() for now in ticks})[1:-1]
    assert all(f"{day}/{zone}" in due for day in days)


@settings(max_examples=300, deadline=None)
@given(zone=st.sampled_from(ZONES), wall=WALL_TIMES)
def test_first_instant_is_the_first_at_which_the_wall_clock_has_got_there(zone: str, wall: datetime) -> None:
    local, wall = ZoneInfo(zone), wall.replace(second=0, microsecond=0)
    found = first_instant(wall, local)
    assert found.astimezone(local).replace(tzinfo=None) >= wall
    assert (found - timedelta(seconds=1)).astimezone(local).replace(tzinfo=None) < wall
