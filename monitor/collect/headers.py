"""The HTTP headers that govern the next request. Header values come in, validators and waits go out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from monitor.model import Validators
from monitor.network.waiting import DAY_S, http_date, seconds_between

# A validator longer than this would be refused by the server it came from.
_MAX_VALIDATOR = 4096
_FORBIDS_REUSE = re.compile(r"\bno-(?:cache|store)\b", re.IGNORECASE)


def conditional(validators: Validators) -> dict[str, str]:
    """The headers of a conditional request; empty without validators."""
    pairs = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in pairs.items() if value}


def fresh_for_s(headers: Mapping[str, str], now: datetime) -> int | None:
    """How long an answer may be reused, in seconds, at most a day; None when it does not say (RFC 9111, 4.2).

    `max-age` goes before `Expires`; the time that the answer lay in a cache on its way (`Age`) is over already.
    """
    control = headers.get("Cache-Control", "")
    lifetime = max_age_s(control)
    if lifetime is None and not _FORBIDS_REUSE.search(control):
        expires = http_date(headers.get("Expires", ""))
        lifetime = seconds_between(http_date(headers.get("Date", "")) or now, expires) if expires else None
    if lifetime is None:
        return None
    age = headers.get("Age", "").strip()
    return max(0, lifetime - (int(age[:9]) if age.isascii() and age.isdigit() else 0))


def max_age_s(cache_control: str) -> int | None:
    """Seconds of `max-age` in a Cache-Control header, at most a day; None without one or with no-cache/no-store."""
    if _FORBIDS_REUSE.search(cache_control):
        return None
    match = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", cache_control, re.IGNORECASE)
    return min(int(match[1][:9]), DAY_S) if match else None


def validators_of(headers: Mapping[str, str], digest: str | None) -> Validators:
    """ETag and Last-Modified byte for byte; one that is not printable ASCII could not be sent back unchanged."""

    def kept(name: str) -> str | None:
        value = headers.get(name)
        return value if value and len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable() else None

    return Validators(etag=kept("ETag"), last_modified=kept("Last-Modified"), body_sha256=digest)
