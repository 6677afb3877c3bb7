"""The days a text states, each with what it is for.

What comes in: text, its publication day, its language. What goes out: `DateMention`s whose offsets count in that text.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from monitor.understand.dates import cjk, cues, latin
from monitor.understand.dates.clause import sentence_starts
from monitor.understand.dates.expression import Expression, fold
from monitor.understand.dates.resolve import LAST_YEAR, month_name, nearest_day, shifted, weekday
from monitor.understand.dates.roles import OLD_AFTER_DAYS, RECENT_DAYS, DateRole, Surroundings, Verdict, verdict

__all__ = ["DateMention", "DateRole", "find_dates"]

_RANGE = re.compile(r"\s*(?:-|–|—|~|～|至|到|to|through|thru|until|bis|au|al|до|から|부터)\s*", re.I)
_THE = re.compile(r"\b(?:the|that|this|its)\s+$", re.I)
_AN_ACT = re.compile(
    r"\s+(?:\w+\s+){0,2}(?:IFR|rules?|orders?|regulations?|decision|notice|directive|law|statute|act|controls?|action|memo(?:randum)?)\b",
    re.I,
)
"""What stands around a day by which an act is called."""
_REACH = 160
"""How many characters of its sentence are read on each side of a date."""


@dataclass(frozen=True)
class DateMention:
    """A day or a month at [start, end); a year of the past has neither and is `background`."""

    start: int
    end: int
    day: date | None
    month: str | None
    """`2024-06` when only a month is known."""
    role: DateRole
    trigger: str
    """The words that decided the role; empty when none did."""


def find_dates(text: str, published: date, lang: str) -> list[DateMention]:
    """The dates of `text` in order and without overlaps, resolved against `published`; offsets count in `text` as given."""
    folded = fold(text)
    found = _linked(folded, _longest([*latin.expressions(folded, lang, published), *cjk.expressions(folded)], len(text)))
    found = list(_named_again(folded, found))
    sentences = sentence_starts(folded, ((e.start, e.end) for e in found))
    judged: list[tuple[Expression, Verdict]] = []
    for index, expression in enumerate(found):
        around = _surroundings(folded, found, index, sentences, published)
        judged.append((expression, verdict(replace(around, inherited=_inherited(folded, judged, expression)))))
    mentions = [_mention(folded, expression, words, published) for expression, words in judged]
    acts = [m for m in mentions if m is not None and m.role == "announced" and m.day is not None]
    counted = [
        _counted(folded, expression, words, _day_of_the_act(expression, acts, sentences, published)) if mention is None else mention
        for mention, (expression, words) in zip(mentions, judged, strict=True)
    ]
    return [mention for mention in counted if mention is not None]


def _longest(candidates: Iterable[Expression], length: int) -> list[Expression]:
    """Of overlapping expressions the longest, look-alikes included so that they are not read again in parts."""
    taken, kept = bytearray(length), []
    for candidate in sorted(candidates, key=lambda e: (e.start - e.end, e.start)):
        if candidate.start < candidate.end and 1 not in taken[candidate.start : candidate.end]:
            taken[candidate.start : candidate.end] = b"\1" * (candidate.end - candidate.start)
            kept.append(candidate)
    return sorted((e for e in kept if e.kind != "void"), key=lambda e: e.start)


def _linked(text: str, found: list[Expression]) -> list[Expression]:
    """Two days with "to" between them become a range and share their year."""
    linked = list(found)
    for index in range(1, len(linked)):
        first, last = linked[index - 1], linked[index]
        if first.kind != "day" or last.kind != "day" or not _RANGE.fullmatch(text, first.end, last.start):
            continue
        if first.year is None and last.year is not None and first.month and last.month:
            first = replace(first, year=last.year - (first.month > last.month))
        elif last.year is None and first.year is not None and first.month and last.month:
            last = replace(last, year=first.year + (first.month > last.month))
        if last.month is None and first.month:
            last = replace(last, month=first.month, year=first.year, turn=first.turn)
        linked[index - 1 : index + 1] = [replace(first, in_range="first"), replace(last, in_range="last")]
    return linked


def _named_again(text: str, found: Iterable[Expression]) -> Iterator[Expression]:
    """The days; one by which a text calls an act that it has told with its year before is that day again ("the October 7 rule")."""
    years: dict[tuple[int | None, int | None], int] = {}
    for expression in found:
        day = expression.month, expression.day
        if expression.kind == "day" and expression.year is not None and None not in day:
            years[day] = expression.year
        is_name = day in years and expression.kind == "day" and expression.year is None and expression.turn is None
        if is_name and _THE.search(text, max(0, expression.start - 8), expression.start) and _AN_ACT.match(text, expression.end):
            yield replace(expression, year=years[day])
        else:
            yield expression


def _surroundings(text: str, found: list[Expression], index: int, sentences: list[int], published: date) -> Surroundings:
    expression = found[index]
    number = bisect_right(sentences, expression.start) - 1
    begin, end = sentences[number], sentences[number + 1]
    left = max([begin, expression.start - _REACH, *(e.end for e in found[max(0, index - 1) : index])])
    right = min([end, expression.end + _REACH, *(e.start for e in found[index + 1 : index + 2])])
    before = sentences[number - 1] if number else begin
    return Surroundings(
        expression,
        left=text[left : expression.start],
        right=_own_right(text, expression.end, right, found[index + 1 : index + 2]),
        lead=text[max(begin, expression.start - 2 * _REACH) : expression.start],
        sentence=text[max(begin, expression.start - 2 * _REACH) : min(end, expression.end + 2 * _REACH)],
        before=text[max(before, begin - 2 * _REACH) : begin],
        age=_age(expression, published),
    )


def _own_right(text: str, begin: int, end: int, following: list[Expression]) -> str:
    """The words after a date without those that open the next one ("published on June 21, effective" July 9)."""
    right = text[begin:end]
    return cues.START.sub("", right) if following and following[0].start == end else right


def _age(expression: Expression, published: date) -> int | None:
    """Days from the expression to publication before its role is known; None when that hangs on the role."""
    day: date | None = None
    if expression.kind == "day":
        day = nearest_day(expression, published, "none")
    elif expression.kind == "weekday" and expression.turn is not None:
        day = weekday(expression, published, ahead=False)
    elif expression.kind == "shift":
        day = shifted(expression, published)
    elif expression.kind == "month" and (expression.year or expression.turn is not None):
        name = month_name(expression, published, "none") or ""
        months = published.year * 12 + published.month - (int(name[:4]) * 12 + int(name[5:]) if name else 0)
        return 30 * months
    age = None if day is None else (published - day).days
    year_is_open = expression.kind == "day" and expression.month is not None and expression.year is None and expression.turn is None
    return None if age is not None and year_is_open and age > RECENT_DAYS else age


def _inherited(text: str, judged: list[tuple[Expression, Verdict]], expression: Expression) -> Verdict | None:
    if not judged or judged[-1][0].kind != expression.kind or judged[-1][1][0] == "none":
        return None
    return judged[-1][1] if cues.CONNECTOR.fullmatch(text, judged[-1][0].end, expression.start) else None


def _mention(text: str, expression: Expression, words: Verdict, published: date) -> DateMention | None:
    """The mention of an expression that stands on its own; None for periods that count from the act."""
    role, trigger = words
    month: str | None = None
    day: date | None = None
    if expression.kind == "day":
        day = nearest_day(expression, published, role)
    elif expression.kind == "weekday":
        day = weekday(expression, published, ahead=_lies_ahead(text, expression, role))
    elif expression.kind == "shift" and expression.base == "publication":
        day = shifted(expression, published)
    elif expression.kind == "month":
        month = month_name(expression, published, role)
    elif expression.kind == "year":
        past = expression.turn is not None or (expression.year or LAST_YEAR) < published.year
        return DateMention(expression.start, expression.end, None, None, "background", trigger) if past else None
    if day is None and month is None:
        return None
    return DateMention(expression.start, expression.end, day, month, _aged(role, day, month, published), trigger)


def _aged(role: DateRole, day: date | None, month: str | None, published: date) -> DateRole:
    """An act further back than two months is background, and nothing is announced in the future."""
    if role != "announced":
        return role
    if month is not None:
        age = 30 * (published.year * 12 + published.month - int(month[:4]) * 12 - int(month[5:]))
    else:
        age = (published - (day or published)).days
    return "background" if age > OLD_AFTER_DAYS else "none" if age < -1 else role


def _lies_ahead(text: str, expression: Expression, role: DateRole) -> bool:
    near = text[max(0, expression.start - 60) : expression.start]
    if role == "none":
        return cues.WILL.search(near) is not None or cues.WILL.match(text[expression.end :][:60].lstrip()) is not None
    if role != "effective":
        return role in {"comment", "expiry"}
    return cues.PAST_EFFECT.search(near) is None or cues.WILL.search(near) is not None


def _day_of_the_act(expression: Expression, acts: list[DateMention], sentences: list[int], published: date) -> date:
    """The announcement day that stands beside: in the same sentence or the two before; else the publication day."""
    number = bisect_right(sentences, expression.start) - 1
    begin, end = sentences[max(0, number - 2)], sentences[number + 1]
    beside = [act for act in acts if begin <= act.start < end]
    nearest = min(beside, key=lambda act: (act.start > expression.start, abs(act.start - expression.start)), default=None)
    return nearest.day if nearest is not None and nearest.day is not None else published


def _counted(text: str, expression: Expression, words: Verdict, act: date) -> DateMention | None:
    """The mention of a period or of "immediately", counted from the act."""
    role, trigger = words
    if expression.role == "effective":
        trigger = trigger or text[expression.start : expression.end]
    if expression.kind == "now":
        return DateMention(expression.start, expression.end, act, None, role, trigger)
    if expression.kind != "shift" or expression.base != "act":
        return None
    day = shifted(expression, act)
    return None if day is None else DateMention(expression.start, expression.end, day, None, role, trigger)
