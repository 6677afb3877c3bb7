"""Rows that changed their list. The passages of a page before and after come in, the rows that came to or left one of its lists go out.

Passages are compared wherever they stand. That hides a row that is still on the page: a place that leaves the first of two lists, or
that goes from the list of what is served to that of what is not.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from monitor.collect.page.noise import Passage

# The keys of a heading and of a row under it.
_Place = tuple[str, str]
# What a row begins with; the further sentences of a long one are none.
_ROW = "- "

# A list of what is not, or no longer, so.
_REFUSED = re.compile(
    r"\b(?:not|no|never|cannot|without|except(?:ions?)?|exclu(?:ded|ding|sions?)|prohibited|restricted|sanctioned|embargoed|blocked|banned|"
    r"forbidden|(?:un|non-?)(?:supported|available)|discontinued|deprecated|former)\b|n['’]t\b|[不禁]|受限|制裁|除外|停止",
    re.IGNORECASE,
)


def relisted(old: Sequence[Passage], new: Sequence[Passage]) -> tuple[list[Passage], list[Passage]]:
    """The rows that came to a list and those that left one, told with its heading, of the rows and headings that both pages hold.

    A list that gains and loses rows turns, and a row that is in another list instead is told only if one of the two says what is not so:
    else lists cut in two at another place, and lists of what is read most, would be told.
    """
    prose = {passage.key for passage in (*old, *new) if not passage.run}
    was, now = _placed(old, prose), _placed(new, prose)
    came, left = _beyond(now, was), _beyond(was, now)
    stay = {row for _, row in was.keys() & now.keys()}
    return list(_told(came, left, stay)), list(_told(left, came, stay))


def _placed(passages: Sequence[Passage], prose: set[str]) -> dict[_Place, Passage]:
    """The rows by their places, without news and what also stands outside of lists: a heading may be written as a row and back."""
    rows = (passage for passage in passages if passage.text.startswith(_ROW) and not passage.is_dated_row and passage.key not in prose)
    return {(passage.heading.key, passage.key): passage for passage in rows if passage.heading}


def _beyond(some: Mapping[_Place, Passage], known: Mapping[_Place, Passage]) -> dict[_Place, Passage]:
    """The rows of `some` that `known` does not hold under the same heading, of the headings that both have rows under."""
    headings = {heading for heading, _ in known}
    return {place: passage for place, passage in some.items() if place not in known and place[0] in headings}


def _told(moved: Mapping[_Place, Passage], opposite: Mapping[_Place, Passage], stay: set[str]) -> Iterator[Passage]:
    """Those of `moved` that tell something; `opposite` are those that moved the other way, `stay` the rows that kept a list."""
    turning = {heading for heading, _ in opposite}
    instead: defaultdict[str, list[Passage]] = defaultdict(list)
    for (_, row), passage in opposite.items():
        instead[row].append(passage)
    for (heading, row), passage in moved.items():
        parted = instead[row]
        is_told = any(map(_is_refused, (passage, *parted))) if parted else row in stay and heading not in turning
        if is_told and passage.heading:
            yield replace(passage, text=f"{passage.text} · {passage.heading.text}")


def _is_refused(row: Passage) -> bool:
    return row.heading is not None and _REFUSED.search(row.heading.text) is not None
