"""The HTTP headers that govern the next request. Header values come in, validators and waits go out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from monitor.model import Validators

# A validator longer than this would be refused by the server it came from.
_MAX_VALIDATOR = 4096
_DAY_S = 86_400
_FORBIDS_REUSE = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)


def conditional(validators: Validators) -> dict[str, str]:
    """The headers of a conditional request; empty without validators."""
    pairs = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in pairs.items() if value}


def retry_after_s(value: str, now: datetime, date: str = "") -> int | None:
    """Seconds of a Retry-After header, at most a day; None when it says nothing usable.

    It is a number or an instant. An instant counts from the answer's own `Date`, so that two clocks need not agree.
    """
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), _DAY_S) if len(value) < 10 else _DAY_S
    until = _http_date(value)
    wait = _seconds_between(_http_date(date) or now, until) if until else None
    return wait if wait else None


def fresh_for_s(headers: Mapping[str, str], now: datetime) -> int | None:
    """How long an answer may be reused, in seconds, at most a day; None when it does not say (RFC 9111, 4.2).

    `max-age` goes before `Expires`; the time that the answer lay in a cache on its way (`Age`) is over already.
    """
    control = headers.get("Cache-Control", "")
    lifetime = max_age_s(control)
    if lifetime is None and not _FORBIDS_REUSE.search(control):
        expires = _http_date(headers.get("Expires", ""))
        lifetime = _seconds_between(_http_date(headers.get("Date", "")) or now, expires) if expires else None
    if lifetime is None:
        return None
    age = headers.get("Age", "").strip()
    return max(0, lifetime - (int(age[:9]) if age.isascii() and age.isdigit() else 0))


def max_age_s(cache_control: str) -> int | None:
    """Seconds of `max-age` in a Cache-Control header, at most a day; None without one or with no-cache/no-store."""
    if _FORBIDS_REUSE.search(cache_control):
        return None
    match = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", cache_control, re.IGNORECASE)
    return min(int(match[1][:9]), _DAY_S) if match else None


def validators_of(headers: Mapping[str, str], digest: str | None) -> Validators:
    """ETag and Last-Modified byte for byte; one that is not printable ASCII could not be sent back unchanged."""

    def kept(name: str) -> str | None:
        value = headers.get(name)
        return value if value and len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable() else None

    return Validators(etag=kept("ETag"), last_modified=kept("Last-Modified"), body_sha256=digest)


def _http_date(value: str) -> datetime | None:
    """The instant of an HTTP date in any of its three forms, UTC when it names no zone; None for anything else."""
    try:
        moment = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def _seconds_between(start: datetime, end: datetime) -> int | None:
    """Whole seconds, from 0 to a day; None at the edges of the calendar, where zones cannot be reckoned."""
    try:
        return int(min(max((end - start).total_seconds(), 0), _DAY_S))
    except OverflowError:
        return None
