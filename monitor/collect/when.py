"""Dates as publishers write them. A raw string comes in, an aware UTC instant or None goes out; nothing is guessed.

Standard forms are read first. A looser reader's answer counts only when its year and day stand in the raw text.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST = 1990
_RFC822 = re.compile(r"(?:[A-Za-z]{3,9}\.?,?\s+)?\d{1,2}[\s-]+[A-Za-z]{3,9}\.?[\s-]+\d{2,4}\b")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# What nearly all RSS has, for a tenth of the price of the library's reader, which knows everything else.
_USUAL = re.compile(
    rf"^(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), )?(\d\d?) ({'|'.join(_MONTHS)}) (\d{{4}}) "
    r"(\d\d):(\d\d):(\d\d) (?:GMT|UT|Z|([+-])(\d\d)([0-5]\d))$",
    re.ASCII,
)
_ISO = re.compile(r"^(\d{4}-\d{2}-\d{2})(?:[T\s]+(\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d+)?\s*(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$", re.IGNORECASE)
_HAN = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*[日号](?:\s*(\d{1,2})[:：时](\d{2}))?")
_NUMBER = re.compile(r"\d+")


def instant(raw: str, loose: time.struct_time | None = None) -> datetime | None:
    """The instant `raw` states (UTC when it names no zone); `loose` is another reader's answer, taken when plausible."""
    text = raw.strip()
    # A standard form with an impossible day is wrong; a looser reader would only roll it over into the next month.
    for form, read in _STANDARD:
        if match := form.search(text):
            return _sane(read(match))
    return _sane(_rfc822(text) or (_plausible(text, loose) if loose else None))


def is_standard(raw: str) -> bool:
    """Whether `raw` has a form that is read here, though it may name no day of the calendar."""
    return any(form.search(raw.strip()) for form, _ in _STANDARD)


def day(raw: object) -> date | None:
    """A plain `YYYY-MM-DD`, None for anything else."""
    try:
        return date.fromisoformat(raw) if isinstance(raw, str) and len(raw) == 10 else None
    except ValueError:
        return None


def not_after(moment: datetime | None, latest: datetime) -> datetime | None:
    """`moment`, but at most a day after `latest`: feeds that live in the future would outrank all others for ever."""
    return min(moment, latest + timedelta(days=1)) if moment else None


def _sane(moment: datetime | None) -> datetime | None:
    if moment is None or moment.year < _EARLIEST:
        return None
    if moment.tzinfo is UTC:
        return moment
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:  # the last hours of year 9999, west of Greenwich
        return moment.replace(tzinfo=UTC)


def _iso(match: re.Match[str]) -> datetime | None:
    zone = (match[3] or "").upper().replace("UTC", "Z").replace("GMT", "Z")
    try:
        return datetime.fromisoformat(f"{match[1]}T{match[2] or '00:00'}{zone}")
    except ValueError:
        return None


def _han(match: re.Match[str]) -> datetime | None:
    try:
        return datetime(*(int(g or 0) for g in match.groups()), tzinfo=UTC)  # type: ignore[arg-type, misc]
    except ValueError:
        return None


def _rfc822(text: str) -> datetime | None:
    if not _RFC822.match(text):
        return None
    try:
        return parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def _usual(match: re.Match[str]) -> datetime | None:
    day, month, year, hour, minute, second, sign, hours, minutes = match.groups()
    try:
        local = datetime(int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute), int(second), tzinfo=UTC)
        if not sign or hours == minutes == "00":
            return local
        ahead = timedelta(hours=int(hours), minutes=int(minutes))
        return local + ahead if sign == "-" else local - ahead
    except (ValueError, OverflowError):
        return None


def _plausible(text: str, loose: time.struct_time) -> datetime | None:
    numbers = {int(n) for n in _NUMBER.findall(text[:100]) if len(n) <= 8}
    try:
        moment = datetime(*loose[:6], tzinfo=UTC)
        near = {(moment + timedelta(days=shift)).day for shift in (-1, 0, 1)}
    except (ValueError, OverflowError):
        return None
    years = {moment.year, moment.year % 100}
    compact = int(f"{moment:%Y%m%d}")
    return moment if compact in numbers or (numbers & years and numbers & near) else None


_STANDARD = ((_USUAL, _usual), (_ISO, _iso), (_HAN, _han))
