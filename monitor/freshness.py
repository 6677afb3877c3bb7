"""Time as answers use it: what instant a caller means, and whether data is too old to answer for it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from monitor.errors import UsageError

STALE_AFTER = timedelta(hours=48)
"""Answers on data older than this say `stale`: two missed days are more than any source's usual pause."""


def parse_as_of(text: str | None, now: datetime) -> datetime:
    """The instant that `text` means: None is now, a plain day is its last second in UTC; UsageError for anything else."""
    if not text:
        return now
    try:
        if len(text) == 10:
            return datetime.combine(date.fromisoformat(text), time(23, 59, 59), UTC)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a time; write 2024-06-30 or 2024-06-30T08:00:00Z") from error
    if moment.tzinfo is None:
        raise UsageError(f"{text!r} has no zone; write e.g. {text}Z")
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise UsageError(f"{text!r} lies outside the calendar; write a year from 1 to 9999 in UTC") from error


def is_stale(data_as_of: datetime | None, as_of: datetime) -> bool:
    """Whether data of `data_as_of` is too old to answer for `as_of`; always when there is none."""
    return data_as_of is None or as_of - data_as_of > STALE_AFTER
