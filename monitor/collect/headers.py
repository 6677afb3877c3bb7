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


def conditional(validators: Validators) -> dict[str, str]:
    """The headers of a conditional request; empty without validators."""
    pairs = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
    return {name: value for name, value in pairs.items() if value}


def retry_after_s(value: str, now: datetime) -> int | None:
    """Seconds of a Retry-After header (number or date), at most a day; None when it says nothing usable."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), _DAY_S) if len(value) < 10 else _DAY_S
    try:
        until = parsedate_to_datetime(value)
        until = until.replace(tzinfo=UTC) if until.tzinfo is None else until
        wait = (until - now).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return int(min(wait, _DAY_S)) if wait > 0 else None


def max_age_s(cache_control: str) -> int | None:
    """Seconds of `max-age` in a Cache-Control header, at most a day; None without one or with no-cache/no-store."""
    if re.search(r"\bno-(?:cache|store)\b", cache_control, re.IGNORECASE):
        return None
    match = re.search(r"(?:^|[\s,])max-age\s*=\s*\"?(\d+)", cache_control, re.IGNORECASE)
    return min(int(match[1][:9]), _DAY_S) if match else None


def validators_of(headers: Mapping[str, str], digest: str | None) -> Validators:
    """ETag and Last-Modified byte for byte; one that is not printable ASCII could not be sent back unchanged."""

    def kept(name: str) -> str | None:
        value = headers.get(name)
        return value if value and len(value) <= _MAX_VALIDATOR and value.isascii() and value.isprintable() else None

    return Validators(etag=kept("ETag"), last_modified=kept("Last-Modified"), body_sha256=digest)
