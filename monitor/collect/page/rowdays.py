"""The day of news on a page. What was added to a list of news comes in, the day that its newest row names goes out, or None.

Nothing is guessed: the list must run from new to old under one reading of its days, so that a table with days of another meaning (since
when a place is served) gives none.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import pairwise

from monitor.collect.page.diff import Change
from monitor.collect.page.noise import DATED, passages

_LEAST_ROWS = 3
_MARKS = re.compile(r"[\s.,]+|(?<=\d)(?:st|nd|rd|th)\b", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:mon|tue|wed|thu|fri|sat|sun)[a-z]* ", re.IGNORECASE)
_PLAIN = ("%B %d %Y", "%b %d %Y", "%d %B %Y", "%d %b %Y", "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日", "%Y年%m月%d号")
# Days in figures, month first or day first: the list itself has to tell which.
_READINGS = ((*_PLAIN, "%m/%d/%Y"), (*_PLAIN, "%d/%m/%Y"))


def news_day(told: Change, text: str, latest: date) -> date | None:
    """The newest day of the rows in `told`; None unless all that was added are rows of one list of news in `text`, none after `latest`.

    A day's grace is given to `latest`, since the page may be written where tomorrow has begun.
    """
    lists: defaultdict[int, list[str]] = defaultdict(list)
    for passage in passages(text):
        lists[passage.run].append(passage.text)
    holding = [rows for run, rows in lists.items() if run and set(told.added) <= set(rows)]
    if not told.added or len(holding) != 1:
        return None
    newest = {found for formats in _READINGS if (found := _newest(holding[0], told.added, formats, latest))}
    return newest.pop() if len(newest) == 1 else None


def _newest(rows: Sequence[str], added: Sequence[str], formats: Sequence[str], latest: date) -> date | None:
    days = [_day(row, formats) for row in rows if row in added or DATED.search(row)]
    known = [day for day in days if day is not None and day <= latest + timedelta(days=1)]
    if len(known) != len(days) or len(known) < _LEAST_ROWS or any(one < other for one, other in pairwise(known)):
        return None
    return max(day for row in added if (day := _day(row, formats)) is not None)


def _day(row: str, formats: Sequence[str]) -> date | None:
    """The day that a part of the row begins with; None when there is none, or more than one."""
    matches = [match[0] for part in row.removeprefix("- ").split(" · ") if (match := DATED.match(part))]
    if len(matches) != 1:
        return None
    plain = _WEEKDAY.sub("", " ".join(_MARKS.sub(" ", matches[0]).split()))
    plain = re.sub(r"\bsept\b", "sep", plain, flags=re.IGNORECASE)
    for form in formats:
        with suppress(ValueError):
            return datetime.strptime(plain.replace(" ", "") if "年" in plain else plain, form).date()  # noqa: DTZ007 - a day has no zone
    return None
