"""A text as the encoder sees it: word pieces in windows, and where each sentence, name, place and date lies in them.

What comes in: a `Reading` and the signals that rules made of it. What goes out: `Page`, the same for training and for use.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from monitor.model import EventType, Provider, Role, Sector, Signal, Stage
from monitor.understand.learned.pieces import Piece, pieces
from monitor.understand.learned.terms import terms
from monitor.understand.lexicon import load_lexicon
from monitor.understand.reading import Line, Reading

TYPES: tuple[EventType, ...] = get_args(EventType)
STAGES: tuple[Stage, ...] = get_args(Stage)
SECTORS: tuple[Sector, ...] = get_args(Sector)
ROLES: tuple[Role, ...] = ("mentioned", "alternative", "affected", "targeted", "restricting")
DATE_ROLES = ("announced", "effective", "comment")
_PLACE_KINDS = ("geo", "demonym", "capital", "organ")

WINDOW = 200
"""Word pieces in a window, the title's included."""
WINDOWS = 8
"""Windows read of one text: about a thousand words."""
TITLE = 48
"""Word pieces of the title that stand before each window."""
SPANS = 12
"""Places of one name that are looked at."""
OFFERING = 40
"""Sentences in which terms of an offer are looked for."""
LOOKED = 6_000
"""Characters in which the words of a sector are looked for."""
START, END = 0, 2
"""Ids of the pieces that open and close a window."""
MARKS = 5
PLAIN, NAME, PLACE, ORGAN, DATE = range(MARKS)
"""Marks of a piece: what it belongs to."""


@dataclass(frozen=True)
class Window:
    """Piece ids with their marks; both have the same length."""

    ids: tuple[int, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Spot:
    """Pieces [first, last) of one window, in sentence `sentence` (an index into `Page.sentences`)."""

    window: int
    first: int
    last: int
    sentence: int


@dataclass(frozen=True)
class Entity:
    """A provider, jurisdiction or day with its places in the text (none for one that is only implied) and its features."""

    key: str
    spots: tuple[Spot, ...]
    features: tuple[float, ...]


@dataclass(frozen=True)
class Page:
    """Everything the heads see of one text; `lines` are the sentences' indices in the reading."""

    windows: tuple[Window, ...]
    sentences: tuple[Spot, ...]
    lines: tuple[int, ...]
    cues: tuple[tuple[float, ...], ...]
    """Per sentence: which types have a cue in it, whether it is the title, whether it states terms of an offer."""
    features: tuple[float, ...]
    providers: tuple[Entity, ...]
    places: tuple[Entity, ...]
    days: tuple[Entity, ...]
    sectors: tuple[Entity, ...]
    """Those that a word or a provider of the text stands for."""


def page_of(reading: Reading, found: Sequence[Signal], providers: Mapping[str, Provider]) -> Page:
    """The page of a reading; `providers` are the catalogue's."""
    windows, bounds = _windows(reading)
    sentences, lines = _sentences(reading, bounds)
    where = _Finder(reading, bounds, lines)
    live = [s for s in found if not s.background]
    return Page(
        windows=windows, sentences=sentences, lines=lines, cues=tuple(_cues(reading.lines[i]) for i in lines),
        features=_features(reading, live), providers=_providers(reading, live, where, providers),
        places=_places(reading, live, where, providers),
        days=_days(reading, live, where), sectors=_sectors(reading, live, where, providers),
    )  # fmt: skip


# ---------------------------------------------------------------- windows
_Bounds = list[list[tuple[int, int]]]


def _windows(reading: Reading) -> tuple[tuple[Window, ...], _Bounds]:
    """Windows of whole sentences behind the title, and the characters [start, end) of every piece."""
    text = reading.text
    every = pieces(text.norm)
    cut = bisect_left(every, text.title_end, key=lambda p: p.start)
    title, body = every[:cut][:TITLE], every[cut:]
    packed: list[list[Piece]] = []
    current: list[Piece] = []
    at = 0
    for line in reading.lines[1:]:
        until = bisect_left(body, line.sentence.end, lo=at, key=lambda p: p.start)
        sentence, at = body[at:until], until
        while sentence:
            room = WINDOW - len(title) - len(current)
            if len(sentence) <= room:
                current, sentence = current + sentence, []
            elif current:
                packed.append(current)
                current = []
            else:
                packed.append(sentence[:room])
                sentence = sentence[room:]
        if len(packed) >= WINDOWS:
            break
    if current or not packed:
        packed.append(current)
    packed = packed[:WINDOWS]
    marks = _marks(reading)
    windows = tuple(_window(title + rest, marks) for rest in packed)
    return windows, [[(p.start, p.end) for p in title + rest] for rest in packed]


def _marks(reading: Reading) -> list[tuple[int, int, int]]:
    spans = [(m.start, m.end, NAME) for m in (*reading.mentions, *reading.doubtful)]
    spans += [(p.start, p.end, ORGAN if p.kind == "organ" else PLACE) for p in reading.places]
    spans += [(d.start, d.end, DATE) for line in reading.lines for d in line.dates]
    return sorted(spans)


def _window(row: list[Piece], marks: list[tuple[int, int, int]]) -> Window:
    found = []
    for piece in row:
        i = bisect_right(marks, (piece.end, -1, -1)) - 1
        while i >= 0 and marks[i][0] >= piece.end:
            i -= 1
        inside = i >= 0 and piece.end > piece.start and marks[i][1] > piece.start
        found.append(marks[i][2] if inside else PLAIN)
    return Window((START, *(p.id for p in row), END), (PLAIN, *found, PLAIN))


def _sentences(reading: Reading, bounds: _Bounds) -> tuple[tuple[Spot, ...], tuple[int, ...]]:
    spots: list[Spot] = []
    lines: list[int] = []
    for line in reading.lines:
        spot = _spot(bounds, line.sentence.start, line.sentence.end, len(spots), 0)
        if spot is not None:
            spots.append(spot)
            lines.append(line.index)
        elif line.index and spots and line.sentence.start > bounds[-1][-1][1]:
            break
    if not spots:
        spots, lines = [Spot(0, 0, 1, 0)], [0]
    return tuple(spots), tuple(lines)


def _spot(bounds: _Bounds, start: int, end: int, sentence: int, title_end: int) -> Spot | None:
    """The pieces of [start, end): in the first window for the title, else in the window that holds the body there."""
    for number, row in enumerate(bounds):
        if not row or (number and start < title_end):
            continue
        first = _first_after(row, start)
        last = first
        while last < len(row) and row[last][0] < end:
            last += 1
        if last > first:
            return Spot(number, first + 1, last + 1, sentence)
    return None


def _first_after(row: list[tuple[int, int]], start: int) -> int:
    """The first piece that ends behind `start`; pieces ascend in a window."""
    return bisect_right(row, start, key=lambda span: span[1])


class _Finder:
    """Where a span of the text lies in the windows and sentences."""

    def __init__(self, reading: Reading, bounds: _Bounds, lines: Sequence[int]) -> None:
        self._bounds = bounds
        self._starts = [reading.lines[i].sentence.start for i in lines]
        self._title_end = reading.text.title_end

    def __call__(self, spans: Iterable[tuple[int, int]]) -> tuple[Spot, ...]:
        found = []
        for start, end in list(spans)[:SPANS]:
            sentence = max(0, bisect_right(self._starts, start) - 1)
            spot = _spot(self._bounds, start, end, sentence, self._title_end)
            if spot is not None:
                found.append(spot)
        return tuple(found)


# ---------------------------------------------------------------- features
def _hot(value: object, values: Sequence[object]) -> list[float]:
    return [float(value == v) for v in values]


def _many(chosen: Iterable[object], values: Sequence[object]) -> list[float]:
    held = set(chosen)
    return [float(v in held) for v in values]


def _cues(line: Line) -> tuple[float, ...]:
    return (*_many((hit.cue.type for hit in line.hits), TYPES), float(line.index == 0), float(_offering(line)))


_AGES: tuple[Callable[[int], bool], ...] = (lambda age: age > 0, lambda age: age == 0, lambda age: -60 < age < 0, lambda age: age <= -60)
"""Days after publication that tell a stage: ahead, today, just past, long past."""


def _offering(line: Line) -> bool:
    return bool(line.offers) or next(terms(line.sentence.text), None) is not None


def _features(reading: Reading, live: Sequence[Signal]) -> tuple[float, ...]:
    lead = max(live, key=lambda s: s.confidence, default=None)
    document = reading.document
    ages = [((m.day - reading.published).days, m.role) for line in reading.lines for m in line.dates if m.day]
    biting = [age for age, role in ages if role == "effective"]
    return (
        *(float(any(map(test, found))) for found in ([age for age, _ in ages], biting) for test in _AGES),
        *_hot(lead.type if lead else None, TYPES),
        *_many((t for s in live for t in (s.type, *s.beneath)), TYPES),
        *_hot(lead.stage if lead else None, STAGES),
        *_many((x for s in live for x in s.sectors), SECTORS),
        float(any(line.offers for line in reading.lines)),
        float(any(_offering(line) for line in reading.lines[:OFFERING])),
        float(bool(live)), lead.confidence if lead else 0.0, min(3, len(live)) / 3,
        float(document.kind == "regulator"), float(document.kind not in ("regulator", "news")),
        float(bool(reading.mentions)), float(bool(reading.places)), float(len(reading.lines) > 1),
        float(reading.lang == "zh"),
    )  # fmt: skip


def _providers(reading: Reading, live: Sequence[Signal], where: _Finder, providers: Mapping[str, Provider]) -> tuple[Entity, ...]:
    spans: dict[str, list[tuple[int, int]]] = {}
    sure = {m.provider for m in reading.mentions}
    for named in (*reading.mentions, *reading.doubtful):
        if named.sure or named.provider not in sure:
            spans.setdefault(named.provider, []).append((named.start, named.end))
    roles = {p: role for s in reversed(live) for p, role in s.providers.items()}
    beside = {m.provider for line in reading.lines[:OFFERING] if line.mentions and _offering(line) for m in line.mentions}
    return tuple(
        Entity(
            p, where(places),
            (
                *_hot(roles.get(p), ROLES), float(p in sure), float(places[0][0] < reading.text.title_end), min(5, len(places)) / 5,
                *_hot(providers[p].home, ("US", "CN", "RU")), *_many(providers[p].sectors, SECTORS), 1 / len(spans), float(p in beside),
                float(places[0][0] == min(found[0][0] for found in spans.values())),
            ),
        )
        for p, places in spans.items()
    )  # fmt: skip


def _places(reading: Reading, live: Sequence[Signal], where: _Finder, providers: Mapping[str, Provider]) -> tuple[Entity, ...]:
    spans: dict[str, list[tuple[int, int]]] = {}
    kinds: dict[str, set[str]] = {}
    for place in reading.places:
        for jurisdiction in place.ids[:1] if "EU" in place.ids else place.ids:
            spans.setdefault(jurisdiction, []).append((place.start, place.end))
            kinds.setdefault(jurisdiction, set()).add(place.kind)
    homes = {p.id: p.home for p in providers.values() if p.home}
    at_home = {homes[m.provider] for m in (*reading.mentions, *reading.doubtful) if m.provider in homes}
    issuing, affected = ({j for s in live for j in getattr(s, field)} for field in ("issuing", "affected"))
    hit_homes = {homes[p] for s in live for p, role in s.providers.items() if role == "targeted" and p in homes}
    own = reading.document.jurisdiction
    implied = [*([own] if own else []), *sorted(at_home), *sorted(issuing | affected)]
    for jurisdiction in implied:
        spans.setdefault(jurisdiction, [])
    return tuple(
        Entity(
            j, where(found),
            (
                *_many(kinds.get(j, ()), _PLACE_KINDS), float(j == own), float(j in at_home), float(j in issuing), float(j in affected),
                float(j in hit_homes), float(bool(found) and found[0][0] < reading.text.title_end), float(bool(found)),
                min(5, len(found)) / 5,
            ),
        )
        for j, found in spans.items()
    )  # fmt: skip


def _sectors(reading: Reading, live: Sequence[Signal], where: _Finder, providers: Mapping[str, Provider]) -> tuple[Entity, ...]:
    """One entity per sector with its words and the providers of it; features tell how much of the text it is."""
    text = reading.text.norm[:LOOKED]
    told = {s for signal in live for s in signal.sectors}
    roles = {p: role for s in reversed(live) for p, role in s.providers.items()}
    object_of = {p for p, role in roles.items() if role in ("targeted", "restricting")}
    named = {m.provider for m in reading.mentions}
    found = []
    for sector in SECTORS:
        words = [match.span() for match in load_lexicon().sectors[sector].finditer(text)]
        own = [m for m in reading.mentions if sector in providers[m.provider].sectors]
        if not words and not own and sector not in told:
            continue
        holders = {m.provider for m in own}
        spans = sorted([*words[: SPANS // 2], *((m.start, m.end) for m in own[: SPANS // 2])])
        features = (
            *_hot(sector, SECTORS), float(sector in told), float(bool(words)), float(bool(words) and words[0][0] < reading.text.title_end),
            min(5, len(words)) / 5, len(holders) / max(1, len(named)), float(bool(holders & object_of)),
            float(any(providers[p].sectors[0] == sector for p in holders)), float(any(m.start < reading.text.title_end for m in own)),
            float(any(len(providers[p].sectors) == 1 for p in holders)), min(3, len(named)) / 3,
        )  # fmt: skip
        found.append(Entity(sector, where(spans), features))
    return tuple(found)


def _days(reading: Reading, live: Sequence[Signal], where: _Finder) -> tuple[Entity, ...]:
    """One entity per day and place in the text; the key is `day@start`."""
    used = {role: {getattr(s.dates, role) for s in live} for role in DATE_ROLES}
    found = []
    for line in reading.lines:
        for mention in line.dates:
            spots = where([(mention.start, mention.end)]) if mention.day else ()
            if not spots or mention.day is None:
                continue
            features = (
                *_hot(mention.role, (*DATE_ROLES, "background", "expiry")),
                *(float(mention.day in used[role]) for role in DATE_ROLES),
                *_distance(mention.day, reading.published),
            )
            found.append(Entity(f"{mention.day.isoformat()}@{mention.start}", spots, features))
    return tuple(found)


def _distance(day: date, published: date) -> tuple[float, ...]:
    days = (day - published).days
    return (float(days == 0), float(days > 0), float(days < -60), float(-8 < days < 0))
