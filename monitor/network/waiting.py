"""How long a server asks to be left alone. The value of a Retry-After header comes in, seconds go out."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

DAY_S: Final = 86_400


def retry_after_s(value: str, now: datetime, date: str = "") -> int | None:
    """Seconds of a Retry-After header, at most a day; None when it says nothing usable.

    It is a number or an instant. An instant counts from the answer's own `Date`, so that two clocks need not agree.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), DAY_S) if len(value) < 10 else DAY_S
    until = http_date(value)
    wait = seconds_between(http_date(date) or now, until) if until else None
    return wait if wait else None


def http_date(value: str) -> datetime | None:
    """The instant of an HTTP date in any of its three forms, UTC when it names no zone; None for anything else."""
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def seconds_between(start: datetime, end: datetime) -> int | None:
    """Whole seconds, from 0 to a day; None at the edges of the calendar, where zones cannot be reckoned."""
    try:
        return int(min(max((end - start).total_seconds(), 0), DAY_S))
    except OverflowError:
        return None
