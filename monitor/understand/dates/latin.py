"""Date expressions in alphabetic scripts: English in full, days and weekdays of further languages.

What comes in: folded text. What goes out: `Expression`s, possibly overlapping; the caller keeps the longest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Literal

from monitor.understand.dates.expression import MONTH, MONTHS, NUMBER, WEEKDAY, WEEKDAYS, Base, Expression, Unit, number
from monitor.understand.dates.resolve import calendar_day

_PREFIX = rf"(?:{WEEKDAY}\.?,?\s+(?:(?:the|dem|den|le|el|il)\s+)?)?"
_SUFFIX = rf"(?:\s*\(\s*{WEEKDAY}\s*\))?"
_ORDINAL = r"(?:st|nd|rd|th|ST|ND|RD|TH|er|º|ª|\.)?"
_YEAR = (
    r"(?:\s*,?\s*(?:(?:of|de|del|do|г\.)\s+)?(?P<y>(?:1\d|2[01])\d\d)(?![\d,.%]*\d"
    r"|%))?(?P<turn>\s*,?\s+(?:of\s+)?(?:this|next|last)\s+year)?"
)
_NO_WORD = r"(?<![\w$€£¥#@/.\-])"
_TO = r"\s*(?:-|–|—|~|to|through|thru|until|till|and|bis|au|al|a|e|y|и|по)\s*"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"

_MONTH_FIRST = re.compile(
    rf"{_NO_WORD}{_PREFIX}(?P<m>{MONTH})\s*(?:the\s+)?(?P<d>{_DAY})(?:st|nd|rd|th)?(?!\d|[.,:]\d|%|\w)"
    rf"(?:(?P<to>{_TO})(?P<d2>{_DAY})(?:st|nd|rd|th)?(?!\d|[.,:]\d|%|\w|\s+(?:{MONTH}|days?\b|per\s?cent)))?{_YEAR}{_SUFFIX}"
)
_DAY_FIRST = re.compile(
    rf"{_NO_WORD}{_PREFIX}(?:(?P<d0>{_DAY}){_ORDINAL}(?P<to>{_TO}))?(?P<d>{_DAY}){_ORDINAL}\s*(?:-|(?:day\s+)?of\s+"
    rf"|de\s+|d')?(?P<m>{MONTH}){_YEAR}{_SUFFIX}"
)
_ISO = re.compile(
    r"(?<![A-Za-z0-9_/.\-])(?P<y>(?:1\d|2[01])\d\d)(?P<s>[-/.])(?P<m>0?[1-9]|1[0-2])(?P=s)(?P<d>0?[1-9]|[12]\d|3[01])(?![\d/]"
    r"|[-.]\d|-\w)(?=T\d|[^A-Za-z0-9_]|$)"
)
_NUMERIC = re.compile(
    r"(?<![A-Za-z0-9_/.\-])(?P<a>\d{1,2})(?P<s>[/.\-])(?P<b>\d{1,2})(?P=s)(?P<y>(?:1\d|2[01])\d\d)(?![A-Za-z0-9_/]|[-.]\d)"
)
_VIETNAMESE = re.compile(r"\bngày\s+(?P<d>\d{1,2})\s+tháng\s+(?P<m>\d{1,2})(?:\s+năm\s+(?P<y>\d{4}))?", re.I)
_WEEKDAY = re.compile(
    rf"(?<![\w$#@/.\-])(?:(?P<turn>last|past|next|this|coming|nächsten|kommenden|vergangenen|letzten)\s+)?(?P<w>{WEEKDAY})"
    rf"(?P<post>\s+(?:next|last|prochain|dernier|próximo|pasado)\b)?",
    re.I,
)
_WEEKDAY_NAME = re.compile(r"(?:black|good|cyber|super|ruby|bloody|every|each|casual|fat|giving)\s+$", re.I)
_WEEKDAY_SPAN = re.compile(rf"\s*(?:to|through|-|–|bis|and)\s*{WEEKDAY}", re.I)
_DAY_WORD = re.compile(
    r"(?<![\w-])(?P<w>today|tonight|this\s+(?:morning|afternoon|evening)|yesterday|tomorrow|heute|gestern|morgen"
    r"|aujourd'hui|hier|demain|hoy|ayer|mañana|hoje|ontem|amanhã|oggi|ieri|domani|сегодня|вчера|завтра)(?![\w-])",
    re.I,
)
_DAY_WORDS = {
    **dict.fromkeys(["yesterday", "gestern", "hier", "ayer", "ontem", "ieri", "вчера"], -1),
    **dict.fromkeys(["tomorrow", "morgen", "demain", "mañana", "amanhã", "domani", "завтра"], 1),
}
_PART = r"(?:(?:the\s+)?(?:early|mid|late|(?:end|start|beginning|middle)\s+of|anfang|mitte|ende|fin|début)[\s-]+(?:in\s+)?)"
_MONTH_ONLY = re.compile(
    r"(?<![\w$#@/.\-])(?:(?P<pre>in|by|since|until|till|from|during|through|before|after|last|next|this|im|seit|bis|ab"
    rf"|en|depuis|desde|em|a|в|с)\s+)?(?P<part>{_PART})?(?P<m>{MONTH})(?:,?\s+(?:(?:of|de)\s+)?(?P<y>(?:19"
    r"|20)\d\d)(?!\d|,\d))?(?P<turn>\s+(?:this|next|last)\s+year)?(?!\s*\d)"
)
_MONTH_TURN = re.compile(
    r"(?<!\w)(?:(?:earlier|later)\s+)?(?P<turn>last|next|this)\s+month(?:'s)?(?!\w)|(?<!\w)end\s+of\s+(?:the"
    r"|this)\s+(?P<now>month)\b",
    re.I,
)
_YEAR_ONLY = re.compile(
    r"(?<!\w)(?:in|since|during|back in|en|im jahr|depuis|desde|em|seit)\s+(?:(?:early|mid|late)[\s-]+)?(?P<y>(?:19"
    r"|20)\d\d)(?![\w%]|[-–/.,]\d)|(?<!\w)(?P<w>last\s+year|earlier\s+this\s+year)(?!\w)",
    re.I,
)
_STREET = re.compile(r"\s+(?:Street|Avenue|Road|Square|Boulevard|Plaza|Bridge|Movement|Revolution|Memorial|Studios?|St\.|Ave\.|Rd\.)")
_VERSION = re.compile(r"(?:\bv|version|release|build|ver\.)\s*$", re.I)

_SPAN = (
    rf"(?P<n>{NUMBER})(?:\s+\(\d+\))?[\s-](?:(?P<b>business|working|calendar|trading|more|further)\s+)?(?P<u>day|week"
    r"|month)s?\b(?:'|\s+time\b)*"
)
_BASE = (
    r"(?P<base>(?:(?:the|its|this|their|that|a)\s+)*(?:(?:date|day|time)\s+(?:of|on\s+which)\s+)?(?:(?:the|its|this|their)\s+)*"
    r"(?:official\s+|(?:it|they)\s+(?:is|are|was|were)\s+|being\s+)?(?!(?:19|20)\d\d|\d|(?:it|being"
    rf"|they)\b|{MONTH}\s+\d)[\w']+(?:\s+(?:in\s+the\s+(?:Federal\s+Register|official\s+(?:journal|gazette))|date))?)"
)
_IN_SPAN = re.compile(
    r"(?<!\w)(?P<p>in|within|after|over the next|effective)\s+(?:the\s+next\s+|a\s+period\s+of\s+|about\s+"
    rf"|another\s+)?{_SPAN}(?:\s+(?:of|after|from|following)\s+{_BASE})?",
    re.I,
)
_COUNTS_FROM = re.compile(
    rf"\s+(?:of|after|from|following)\s+(?:the\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s+{MONTH}|{MONTH}\s+\d|20\d\d-)", re.I
)
"""What follows a period that counts from a day of the text, not from the act."""
LASTED = re.compile(
    r"[\s-]*(?:\w+\s+)?(?:ban|block|suspension|blackout|shutdown|absence|outage|probe|investigation|inquiry|trial|battle"
    r"|embargo|dispute|fight|standoff)\b",
    re.I,
)
"""What a period before it only measures: "after a seven-month ban"."""
_SPAN_AFTER = re.compile(rf"(?<![\w.,-]){_SPAN}\s+(?:after|from|following)\s+{_BASE}", re.I)
_SPAN_TO = re.compile(
    r"(?<!\w)(?:has|have|had|gives?|gave|given|giving|allow(?:s|ed)?|gets?"
    rf"|granted)\s+(?:[\w']+\s+){{0,5}}?(?P<at>{_SPAN})\s+(?:to|in\s+which\s+to)\s+(?P<v>\w+)",
    re.I,
)
_SPAN_BEFORE = re.compile(
    rf"(?<![\w.,-]){_SPAN}\s+before\s+(?:the|its|a|that)?\s*(?:\w+\s+){{0,2}}?(?:deadline|ban|cut-?off"
    r"|compliance\s+date|effective\s+date)\b",
    re.I,
)
_SPAN_AGO = re.compile(rf"(?<![\w.,-]){_SPAN}\s+ago\b", re.I)
_FOREIGN_SPAN = re.compile(
    r"(?<!\w)(?:innerhalb\s+von|binnen|in|dans(?:\s+un\s+délai\s+de)?|sous|d'ici|en|dentro\s+de|en\s+un\s+plazo\s+de"
    r"|em|no\s+prazo\s+de|entro|через|в\s+течение)\s+(?P<n>\d{1,3})\s+(?P<u>Tagen|jours|días|dias|giorni|дней|дня)\b",
    re.I,
)
_WORD = re.compile(r"[^\W\d_]+")
_WEEKDAY_HINTS = frozenset(name.split("-")[0] for name in WEEKDAYS)
_UNIT_HINTS = frozenset({"day", "days", "week", "weeks", "month", "months", "tagen", "jours", "días", "dias", "giorni", "дней", "дня"})
_NOW_HINTS = (
    "immediate",
    "immediately",
    "effective",
    "sofortiger",
    "sofort",
    "immédiat",
    "inmediato",
    "imediato",
    "immediato",
    "немедленным",
)
_ANSWERING = frozenset(
    [
        "respond",
        "reply",
        "appeal",
        "explain",
        "answer",
        "comment",
        "object",
        "report",
        "contest",
        "challenge",
        "provide",
        "submit",
        "justify",
        "decide",
        "act",
        "review",
        "vote",
    ]
)

_NOW = re.compile(
    r"(?:effective|takes?\s+effect|took\s+effect|taking\s+effect|in\s+force|applies|apply|enforced)\s+immediately"
    r"|immediately\s+(?:effective|applicable|(?:stop|cease|halt|suspend|block|remove|end|restrict|ban)\w*)"
    r"|with\s+immediate\s+effect|(?:an?|the|its|for)\s+immediate\s+(?:suspension|halt|block(?:ing)?|ban|end|stop"
    r"|removal|cessation|withdrawal|termination|shutdown)"
    r"|effective\s+(?:upon|on)\s+(?:publication|issuance|signature|receipt|filing\s+for\s+public\s+inspection)"
    r"|mit\s+sofortiger\s+wirkung|ab\s+sofort|avec\s+effet\s+immédiat|con\s+efecto\s+inmediato|com\s+efeito\s+imediato"
    r"|con\s+effetto\s+immediato|с\s+немедленным\s+вступлением",
    re.I,
)


def expressions(text: str, lang: str, published: date) -> Iterator[Expression]:
    """All date expressions of alphabetic scripts in folded `text`; `lang` and `published` only help to read 07/09/2024."""
    words = {word.lower() for word in _WORD.findall(text)}
    yield from _numeric_days(text, lang, published)
    if not words.isdisjoint(MONTHS):
        yield from _named_days(text)
        yield from _months(text)
    if not words.isdisjoint(_WEEKDAY_HINTS):
        yield from _weekdays(text)
    if not words.isdisjoint(_UNIT_HINTS):
        yield from _spans(text)
    yield from _words_and_years(text)
    if any(hint in words for hint in _NOW_HINTS):
        for hit in _NOW.finditer(text):
            yield Expression(hit.start(), hit.end(), "now", role="effective")


def _turn(word: str | None) -> int | None:
    words = (word or "").lower().split()
    for names, turn in (
        ({"last", "past", "vergangenen", "letzten", "dernier", "pasado"}, -1),
        ({"next", "coming", "nächsten", "kommenden", "prochain", "próximo"}, 1),
        ({"this"}, 0),
    ):
        if names & set(words):
            return turn
    return None


def _month(word: str) -> int:
    return MONTHS[word.lower().rstrip(".")]


def _named_days(text: str) -> Iterator[Expression]:
    for hit in _MONTH_FIRST.finditer(text):
        yield from _named_day(text, hit, hit["d2"], ranged=_is_range(hit["to"]))
    for hit in _DAY_FIRST.finditer(text):
        yield from _named_day(text, hit, None, ranged=_is_range(hit["to"]))


def _numeric_days(text: str, lang: str, published: date) -> Iterator[Expression]:
    for hit in _ISO.finditer(text):
        void = hit["s"] == "." and _VERSION.search(text, max(0, hit.start() - 12), hit.start()) is not None
        yield Expression(hit.start(), hit.end(), "void" if void else "day", int(hit["y"]), int(hit["m"]), int(hit["d"]))
    numeric = list(_NUMERIC.finditer(text))
    day_first = _day_first(numeric, lang, published) if numeric else None
    for hit in numeric:
        order = _numeric_order(int(hit["a"]), int(hit["b"]), hit["s"], day_first)
        if order is not None:
            yield Expression(hit.start(), hit.end(), "day", int(hit["y"]), *order)
    for hit in _VIETNAMESE.finditer(text):
        yield Expression(hit.start(), hit.end(), "day", int(hit["y"]) if hit["y"] else None, int(hit["m"]), int(hit["d"]))


def _is_range(connector: str | None) -> bool:
    return bool(connector) and (connector or "").strip() not in {"and", "e", "y", "и"}


def _named_day(text: str, hit: re.Match[str], last_day: str | None, *, ranged: bool) -> Iterator[Expression]:
    """One or two days of a month; in "July 1–9" and "1–9 July" both days get the month and the year."""
    begins_with = hit.groupdict().get("d0")
    year = int(hit["y"]) if hit["y"] else None
    whole = Expression(hit.start(), hit.end(), "day", year, _month(hit["m"]), int(hit["d"]), turn=_turn(hit["turn"]))
    backwards = (last_day and int(last_day) <= int(hit["d"])) or (begins_with and int(hit["d"]) <= int(begins_with))
    if _STREET.match(text, hit.end()) or (ranged and backwards):
        yield replace(whole, kind="void")
    elif last_day:
        yield replace(whole, end=hit.end("d"), in_range="first" if ranged else "")
        yield replace(whole, start=hit.start("d2"), day=int(last_day), in_range="last" if ranged else "")
    elif begins_with:
        yield replace(whole, end=hit.end("d0"), day=int(begins_with), in_range="first" if ranged else "")
        yield replace(whole, start=hit.start("d"), in_range="last" if ranged else "")
    else:
        yield whole


def _numeric_order(first: int, second: int, separator: str, day_first: bool | None) -> tuple[int, int] | None:
    """(month, day) of 13/07/2024, or None when the order is anybody's guess."""
    if first > 12 >= second or first == second or separator == ".":
        return second, first
    if second > 12 >= first:
        return first, second
    return None if day_first is None else (second, first) if day_first else (first, second)


def _day_first(hits: list[re.Match[str]], lang: str, published: date) -> bool | None:
    """Whether a text writes the day before the month: its language says so, another date of it, or the day it came out."""
    if lang[:2] in {"de", "fr", "es", "pt", "it", "ru", "nl", "pl", "tr", "id", "vi"}:
        return True
    slashed = [(int(hit["a"]), int(hit["b"]), int(hit["y"])) for hit in hits if hit["s"] != "."]
    for told in ({a > 12 for a, b, _ in slashed if max(a, b) > 12}, set(_near(slashed, published))):
        if len(told) == 1:
            return told.pop()
    return None


def _near(slashed: list[tuple[int, int, int]], published: date) -> Iterator[bool]:
    """For each date that one of its two readings puts on the publication day or the week before: whether that is day first."""
    for a, b, year in slashed:
        for day_first, (day, month) in ((True, (a, b)), (False, (b, a))):
            read = calendar_day(year, month, day)
            if a != b and read is not None and 0 <= (published - read).days <= 7:
                yield day_first


def _weekdays(text: str) -> Iterator[Expression]:
    for hit in _WEEKDAY.finditer(text):
        name = hit["w"].lower()
        spanned = _WEEKDAY_SPAN.match(text, hit.end()) or text[hit.end() : hit.end() + 4] == ".com"
        if (
            spanned
            or _WEEKDAY_NAME.search(text, max(0, hit.start() - 12), hit.start())
            or (not hit["w"][0].isupper() and name in _ENGLISH_WEEKDAYS)
        ):
            yield Expression(hit.start(), spanned.end() if isinstance(spanned, re.Match) else hit.end(), "void")
        else:
            yield Expression(hit.start(), hit.end(), "weekday", weekday=WEEKDAYS[name], turn=_turn(hit["turn"] or hit["post"]))


_ENGLISH_WEEKDAYS = frozenset(["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"])


def _months(text: str) -> Iterator[Expression]:
    for hit in _MONTH_ONLY.finditer(text):
        if hit["pre"] or hit["part"] or hit["y"]:
            turn = _turn(hit["turn"] or hit["pre"])
            start = hit.start("part") if hit["part"] else hit.start("m")
            yield Expression(start, hit.end(), "month", int(hit["y"]) if hit["y"] else None, _month(hit["m"]), turn=turn)


def _words_and_years(text: str) -> Iterator[Expression]:
    for hit in _DAY_WORD.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift=_DAY_WORDS.get(hit["w"].lower(), 0), base="publication")
    for hit in _MONTH_TURN.finditer(text):
        yield Expression(hit.start(), hit.end(), "month", turn=_turn(hit["turn"]) or 0)
    for hit in _YEAR_ONLY.finditer(text):
        if hit["y"]:
            yield Expression(hit.start("y"), hit.end("y"), "year", int(hit["y"]))
        else:
            yield Expression(hit.start(), hit.end(), "year", turn=-1)


def _unit(hit: re.Match[str]) -> Unit:
    word = hit["u"].lower()
    if word == "day" and (hit["b"] or "").lower() in {"business", "working", "trading"}:
        return "business day"
    return "week" if word == "week" else "month" if word == "month" else "day"


def _base(words: str | None) -> Base:
    """From which day a period counts: the act, the publication, or a day nobody told."""
    if not words:
        return "act"
    if re.search(r"\b(?:publication|published)\b", words, re.I):
        return "publication"
    known = (
        r"\b(?:today|now|issuance|enactment|enacted|sign\w*|adoption|adopted|announcement|announced|notice|notification"
        r"|order|decision|entry|approval|passage|date)\b"
    )
    return "act" if re.search(known, words, re.I) else "unknown"


def _spans(text: str) -> Iterator[Expression]:
    for hit in _IN_SPAN.finditer(text):
        if hit["n"].lower() in {"a", "an"} and hit["u"].lower() == "day":
            continue  # "within a day" is haste, not a date
        if hit["p"].lower() == "after" and LASTED.match(text, hit.end()):
            continue
        base = "unknown" if not hit["base"] and _COUNTS_FROM.match(text, hit.end()) else _base(hit["base"])
        yield Expression(hit.start(), hit.end(), "shift", shift=number(hit["n"]), unit=_unit(hit), base=base)
    for hit in _SPAN_AFTER.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift=number(hit["n"]), unit=_unit(hit), base=_base(hit["base"]))
    for hit in _SPAN_TO.finditer(text):
        role: Literal["effective", "none"] = "none" if hit["v"].lower() in _ANSWERING else "effective"
        yield Expression(hit.start("at"), hit.end("at"), "shift", shift=number(hit["n"]), unit=_unit(hit), base="act", role=role)
    for hit in _SPAN_BEFORE.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift=number(hit["n"]), unit=_unit(hit), base="act", role="effective")
    for hit in _SPAN_AGO.finditer(text):
        if _unit(hit) == "day":
            yield Expression(hit.start(), hit.end(), "shift", shift=-number(hit["n"]), base="publication")
    for hit in _FOREIGN_SPAN.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift=number(hit["n"]), base="act")
