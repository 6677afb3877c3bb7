"""When a recipient's digest is due: a recipient and an instant come in, the local day's slot goes out. DST-proof."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from monitor.model import Recipient


class Slot(NamedTuple):
    """One digest of one recipient: the key is unique per local day and zone, whatever the clock does on that day."""

    key: str
    """Local day and zone, e.g. `2024-06-26/Asia/Shanghai`."""
    due_at: datetime
    """The UTC instant from which it may be sent."""

    @property
    def day(self) -> date:
        """The recipient's local day."""
        return date.fromisoformat(self.key[:10])


def due_slot(recipient: Recipient, now: datetime) -> Slot:
    """The slot of the recipient's local day at `now`; it is due once `due_at <= now`.

    An hour that the clock skips is due at the first instant after the gap; an hour that comes twice, the first time. Where
    the gap pushes the hour over midnight, the slot of the day before is given until today's own is due.
    """
    zone = ZoneInfo(recipient.timezone)
    today = now.astimezone(zone).date()
    slot = _slot(recipient, today, zone)
    if now < slot.due_at:
        yesterday = _slot(recipient, today - timedelta(days=1), zone)
        if yesterday.due_at.astimezone(zone).date() == today:
            return yesterday
    return slot


def quiet_until(recipient: Recipient, now: datetime) -> datetime | None:
    """When the recipient's quiet hours that run at `now` end; None outside of them."""
    if not recipient.quiet:
        return None
    zone = ZoneInfo(recipient.timezone)
    start, end = (int(hour) for hour in recipient.quiet.split("-"))
    today = now.astimezone(zone).date()
    for day in (today - timedelta(days=1), today):
        until = day if start < end else day + timedelta(days=1)
        ends = first_instant(datetime.combine(until, time(end)), zone)
        if first_instant(datetime.combine(day, time(start)), zone) <= now < ends:
            return ends
    return None


def day_begins(day: date, timezone: str) -> datetime:
    """The first instant of a local day."""
    return first_instant(datetime.combine(day, time.min), ZoneInfo(timezone))


def _slot(recipient: Recipient, day: date, zone: ZoneInfo) -> Slot:
    return Slot(f"{day}/{recipient.timezone}", first_instant(datetime.combine(day, time(recipient.hour)), zone))


def first_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """The first UTC instant at which a clock in `zone` shows `wall` or, if it never does, a later time."""
    before = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if before.astimezone(zone).replace(tzinfo=None) == wall:
        return before
    after = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _transition(after, before, zone)


def _transition(low: datetime, high: datetime, zone: ZoneInfo) -> datetime:
    """The instant in (low, high] at which the zone's offset becomes that of `high`."""
    new_offset = high.astimezone(zone).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle <= low:
            break
        if middle.astimezone(zone).utcoffset() == new_offset:
            high = middle
        else:
            low = middle
    return high
