"""What a feed says about how often it wants to be asked. A body comes in, hints go out; no entry is read and no XML parser runs.

Only the part before the first entry is looked at, with patterns that are linear on any input: the body is foreign, and this
runs outside the parser's child process. A lie is harmless, because the cadence clamps every wait.
"""

from __future__ import annotations

import re

from monitor.model import FeedHints

_HEAD_BYTES = 64 * 1024
_DAY_S = 86_400
_FIRST_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s>]")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TTL = re.compile(r"<ttl>\s{0,20}([0-9]{1,9})\s{0,20}</ttl>")
_HOUR = re.compile(r"<hour>\s{0,20}([0-9]{1,2})\s{0,20}</hour>")
_DAY = re.compile(r"<day>\s{0,20}(\w{3})\w{0,6}\s{0,20}</day>")
# The prefix of the syndication module is free; its element names are used by no other module of a feed's head.
_PERIOD = re.compile(r"<[\w.-]{1,40}:updateperiod>\s{0,200}(\w{4,7})\s{0,200}</")
_FREQUENCY = re.compile(r"<[\w.-]{1,40}:updatefrequency>\s{0,200}([0-9]{1,6})\s{0,200}</")
_PERIODS_S = {"hourly": 3_600, "daily": _DAY_S, "weekly": 7 * _DAY_S, "monthly": 30 * _DAY_S, "yearly": 365 * _DAY_S}
_WEEK = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hints_in(body: bytes) -> FeedHints:
    """`ttl` (minutes), `skipHours`, `skipDays` (RSS 2.0) and `updatePeriod` / `updateFrequency` (RSS 1.0 syndication module).

    Where both a ttl and a period are told, the longer wait counts. RSS 0.91 writes midnight as hour 24. All 24 hours or all
    seven days skipped would mean never: such a list says nothing.
    """
    head = _head(body)
    ttl = _TTL.search(head)
    hours = {int(hour) % 24 for hour in _HOUR.findall(_inside("skiphours", head)) if int(hour) <= 24}
    days = {_WEEK.index(day) for day in _DAY.findall(_inside("skipdays", head)) if day in _WEEK}
    return FeedHints(
        wait_s=min(max(int(ttl[1]) * 60 if ttl else 0, _period_s(head)), 365 * _DAY_S),
        skip_hours=tuple(sorted(hours)) if len(hours) < 24 else (),
        skip_days=tuple(sorted(days)) if len(days) < 7 else (),
    )


def _head(body: bytes) -> str:
    """The text before the first entry, in lower case; markup is ASCII in every charset but UTF-16, where each letter has a NUL."""
    text = body[:_HEAD_BYTES].replace(b"\0", b"").decode("latin-1").lower()
    first = _FIRST_ENTRY.search(text)
    return _COMMENT.sub("", text[: first.start()] if first else text)


def _inside(element: str, head: str) -> str:
    start = head.find(f"<{element}>")
    end = head.find(f"</{element}>", start)
    return head[start:end] if 0 <= start < end else ""


def _period_s(head: str) -> int:
    period = _PERIOD.search(head)
    if period is None or period[1] not in _PERIODS_S:
        return 0
    often = _FREQUENCY.search(head)
    return _PERIODS_S[period[1]] // max(1, int(often[1]) if often else 1)
