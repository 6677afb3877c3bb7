"""Every day a text may mean: what rules read, the other readings of the same words, and periods that rules leave alone.

What comes in: a `Reading`. What goes out: `Day`s in order. Most are dates of nothing in particular: which day is announced, takes
effect or ends the comments is for the heads to say.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain, islice
from typing import Literal

from monitor.understand.dates import DateMention, DateRole
from monitor.understand.dates.expression import HAN, MONTH, MONTHS, NUMBER, WEEKDAY, Expression, Unit, fold, number
from monitor.understand.dates.latin import LASTED
from monitor.understand.dates.resolve import calendar_day, later, shifted
from monitor.understand.reading import Reading
from monitor.understand.text import Covered

Source = Literal["told", "other", "counted", "edge"]
"""Read by a rule; another reading of such words; a period counted from a day; the end of a period or a bare day of a month."""
MOST = 60
"""Days that are looked at in one text."""
RECENT = 45
"""A period counts from a day that lies no further back than this."""
ANCHORS = 3
"""Days of the text that one period is counted from, beside the day of publication."""


@dataclass(frozen=True)
class Day:
    """A day that the characters [start, end) may mean; `role` is the rule's word on it."""

    start: int
    end: int
    day: date
    role: DateRole
    source: Source


_WEEKDAYS = re.compile(rf"{WEEKDAY}|(?:周|週|星期|禮拜|礼拜)[一二三四五六日天]|[月火水木金土日]曜|[월화수목금토일]요일")
_TURNED = re.compile(r"\b(?:next|last|past)\b|[上下]|来週|先週|다음|지난", re.I)
_NUMERIC = re.compile(r"(?<![\w/.\-])(\d{1,2})([/.\-])(\d{1,2})\2(20\d\d)(?![\w/]|[.\-]\d)")
_MONTH_DAY = re.compile(r"(?<![\w/.])(?!24/7)(\d{1,2})/(\d{1,2})(?![\w/]|\.\d|\s+of\b)")
_UNIT_WORDS: dict[Unit, str] = {
    "day": "day days tag tage tagen jour jours día días dia dias день дня дней 日 天 일",
    "week": "week weeks woche wochen semaine semaines semana semanas неделю недели недель 周 週 週間 주",
    "month": "month months monat monate monaten mois mes meses mês месяц месяца месяцев 个月 個月 か月 カ月 ヶ月 개월 月",
    "business day": "工作日 营业日 營業日 営業日 영업일",
}
_UNITS: dict[str, Unit] = {word: unit for unit, words in _UNIT_WORDS.items() for word in words.split()}
_SPAN = re.compile(
    rf"(?<![\w.,-])(?P<n>{NUMBER})(?:\s+\(\d+\))?[\s-]+(?P<b>(?:business|working|clear|calendar)\s+)?(?P<u>[^\W\d_]{{2,8}})\b", re.I
)
_SPAN_CJK = re.compile(
    rf"(?<![\d年月.,第{HAN}])(?P<n>\d{{1,3}}|[{HAN}]{{1,4}})\s?(?:个|個)?(?P<u>工作日|营业日|營業日|営業日|영업일|个月|個月|[かカヶ]月|개월|週間|周|週|日|天|일|주)"
    r"\s?(?:之?[内內后後]|以内|以內|間|이내|후|뒤|期满|期滿|届满)"
)
_AGO = re.compile(r"\s(?:ago|earlier|before|back)\b", re.I)
_QUARTERS = {
    "first": 1,
    "second": 2,
    "third": 3,
    "fourth": 4,
    "last": 4,
    "1": 1,
    "2": 2,
    "3": 3,
    "4": 4,
    "一": 1,
    "二": 2,
    "三": 3,
    "四": 4,
}
_OF = r"(?:end|close|last\s+day|Ende|fin|finales|fim)(?:\s+(?:of|de))?\s+"
_YEAR_END = re.compile(
    rf"\b(?:{_OF}(?:the\s+|this\s+)?(?:calendar\s+)?year|{_OF}(?P<yn>20\d\d)|year[-' ]?s?[- ]end|Jahresende|Ende\s+des\s+Jahres"
    r"|fin\s+de\s+l'année|fin(?:ales)?\s+de\s+año|fi(?:m|nal)\s+do\s+ano)(?:\s+(?:of\s+)?(?P<y>20\d\d))?\b"
    rf"|(?:(?<!\d)(?P<yz>20\d\d)年|今年|本年|(?<![\d去明次翌青少{HAN}])年)(?:底|末|内|內)|конц[ае]\s+года|연말",
    re.I,
)
_MONTH_END = re.compile(r"\b(?:end|last\s+day)\s+of\s+(?:the|this)\s+month\b|(?:本月|当月|當月)(?:底|末)|(?<!\d)月末|월말|Monatsende", re.I)
_NAMED_END = re.compile(rf"\b(?i:{_OF})(?P<m>{MONTH})(?:,?\s+(?P<y>20\d\d))?")
_NAMED_FIRST = re.compile(rf"\b(?i:first(?:\s+day)?|1st|start|beginning)\s+of\s+(?P<m>{MONTH})(?:,?\s+(?P<y>20\d\d))?")
_HAN_MONTH_END = re.compile(r"(?<!\d)(?:(?P<y>20\d\d)年)?(?P<m>\d{1,2})月(?:底|末)")
_QUARTER_END = re.compile(
    r"\b(?:end|close|last\s+day)\s+of\s+(?:the\s+)?(?:(?P<q>first|second|third|fourth|last)\s+quarter|Q(?P<n>[1-4])|(?P<t>(?:this\s+)?quarter))"
    r"(?:\s+(?:of\s+)?(?P<y>20\d\d))?|(?:(?P<yz>20\d\d)年)?(?:第(?P<z>[一二三四1-4])季度|(?P<tz>本季度?))[末底]",
    re.I,
)
_BARE = re.compile(r"\b(?:the|dem|den|el|le|dia|día)\s+(?P<d>\d{1,2})(?:st|nd|rd|th|\.|º)?(?![\d%,.]*\d|\s*(?:%|per\b))(?=[^\w]|$)", re.I)


def days_of(reading: Reading) -> tuple[Day, ...]:
    """The days of a text in order, each reading of the same words once; where there are too many, those that rules read stay."""
    text = fold(reading.text.norm)
    told = [mention for line in reading.lines for mention in line.dates if mention.day is not None]
    found: dict[tuple[int, date], Day] = {}
    covered = Covered(len(text))
    for mention in told:
        covered.take(mention.start, mention.end)
        if mention.day is not None:
            found.setdefault((mention.start, mention.day), Day(mention.start, mention.end, mention.day, mention.role, "told"))
    further = [
        *_other_readings(text, told, reading.published),
        *_counted(text, told, reading.published),
        *(day for day in _edges(text, reading.published) if not covered.touches(day.start, day.end)),
    ]
    for day in further:
        found.setdefault((day.start, day.day), day)
    first = sorted(found.values(), key=lambda d: (d.source != "told", d.start))[:MOST]
    return tuple(sorted(first, key=lambda d: (d.start, d.source != "told")))


def _other_readings(text: str, told: Iterable[DateMention], published: date) -> Iterator[Day]:
    """A weekday of the other week, a day that may be a month."""
    for mention in told:
        words = text[mention.start : mention.end]
        if mention.day and _WEEKDAYS.search(words) and not re.search(r"\d", words) and not _TURNED.search(words):
            other = later(mention.day, -7 if mention.day > published else 7)
            if other:
                yield Day(mention.start, mention.end, other, "none", "other")
    for hit in _NUMERIC.finditer(text):
        for month, day in ((int(hit[1]), int(hit[3])), (int(hit[3]), int(hit[1]))):
            if found := calendar_day(int(hit[4]), month, day):
                yield Day(hit.start(), hit.end(), found, "none", "other")


def _counted(text: str, told: Sequence[DateMention], published: date) -> Iterator[Day]:
    """Periods, counted from the day of publication and from the days of the text that may be the act."""
    near = [m for m in told if m.day and m.day != published and -RECENT <= (m.day - published).days <= RECENT][: 4 * ANCHORS]
    for hit in islice(chain(_SPAN.finditer(text), _SPAN_CJK.finditer(text)), 4 * MOST):
        unit = _UNITS.get(hit["u"].lower())
        if unit is None or number(hit["n"]) < 1 or ("-" in hit[0] and LASTED.match(text, hit.end())):
            continue
        if unit == "day" and hit.re is _SPAN and (hit["b"] or "").strip().lower() in ("business", "working"):
            unit = "business day"
        period = Expression(hit.start(), hit.end(), "shift", shift=number(hit["n"]) * (-1 if _AGO.match(text, hit.end()) else 1), unit=unit)
        inside = [m.day for m in told if m.start <= hit.start() and hit.end() <= m.end]
        acts = [m.day for m in near if m.day and not (m.start < hit.end() and hit.start() < m.end)]
        for anchor in (published, *list(dict.fromkeys(acts))[:ANCHORS]):
            day = shifted(period, anchor)
            if day and day not in inside:
                yield Day(hit.start(), hit.end(), day, "none", "counted")


def _edges(text: str, published: date) -> Iterator[Day]:
    """The ends of years, quarters and months, and days whose month is left out."""

    def at(hit: re.Match[str], day: date | None) -> Iterator[Day]:
        if day is not None:
            yield Day(hit.start(), hit.end(), day, "none", "edge")

    for hit in _YEAR_END.finditer(text):
        yield from at(hit, calendar_day(int(hit["y"] or hit["yn"] or hit["yz"] or published.year), 12, 31))
    for hit in _MONTH_END.finditer(text):
        yield from at(hit, _last_day(published.year, published.month))
    for hit in (*_NAMED_END.finditer(text), *_HAN_MONTH_END.finditer(text)):
        yield from at(hit, _last_day(*_ahead(_month(hit["m"]), hit["y"], published)))
    for hit in _NAMED_FIRST.finditer(text):
        yield from at(hit, calendar_day(*_ahead(_month(hit["m"]), hit["y"], published), 1))
    for hit in _QUARTER_END.finditer(text):
        named = hit["q"] or hit["n"] or hit["z"]
        quarter = _QUARTERS.get(named.lower(), 0) if named else (published.month + 2) // 3
        yield from at(hit, _last_day(int(hit["y"] or hit["yz"] or published.year), 3 * quarter))
    for hit in _MONTH_DAY.finditer(text):
        for month, day in dict.fromkeys([(int(hit[1]), int(hit[2])), (int(hit[2]), int(hit[1]))]):
            near = [d for turn in (-1, 0, 1) if (d := calendar_day(published.year + turn, month, day))]
            yield from at(hit, min(near, key=lambda d: abs((d - published).days), default=None))
    for hit in _BARE.finditer(text):
        for turn in (-1, 0, 1):
            months = published.year * 12 + published.month - 1 + turn
            yield from at(hit, calendar_day(months // 12, months % 12 + 1, int(hit["d"])))


def _ahead(month: int, year: str | None, published: date) -> tuple[int, int]:
    """The month of the named year, else the next one that is not over."""
    return int(year or published.year + (month < published.month)), month


def _month(word: str) -> int:
    """A month by number or name; 0 for letters that only look like one."""
    return int(word) if word.isdecimal() else MONTHS.get(word.lower().rstrip("."), 0)


def _last_day(year: int, month: int) -> date | None:
    return calendar_day(year, month, monthrange(year, month)[1]) if 1 <= month <= 12 and year >= 1 else None
