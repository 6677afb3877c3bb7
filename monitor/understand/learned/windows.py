"""A text in windows of word pieces, each piece marked with what it belongs to.

What comes in: a `Reading`. What goes out: `Windows`: the windows, and where any span of the text lies in them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from monitor.understand.learned.days import Day
from monitor.understand.learned.pieces import Piece, pieces
from monitor.understand.learned.terms import Term
from monitor.understand.reading import Reading

WINDOW = 200
"""Word pieces in a window, the title's included."""
WINDOWS = 8
"""Windows read of one text: about a thousand words."""
TITLE = 48
"""Word pieces of the title that stand before each window."""
SPANS = 12
"""Places of one name that are looked at."""
START, END = 0, 2
"""Ids of the pieces that open and close a window."""
MARKS = 13
PLAIN, NAME, PLACE, ORGAN, AHEAD, TODAY, PAST, LONG_PAST, VAGUE, TERM, NEWS, REGULATOR, VENDOR = range(MARKS)
"""Marks of a piece: what it belongs to. A day tells where it lies from the day of publication, the opening piece who publishes."""
LONG_AGO = 60
"""Days after which the past is no longer news."""
_PUBLISHER = {"news": NEWS, "regulator": REGULATOR}


@dataclass(frozen=True)
class Window:
    """Piece ids with their marks; both have the same length."""

    ids: tuple[int, ...]
    marks: tuple[int, ...]


@dataclass(frozen=True)
class Spot:
    """Pieces [first, last) of one window, in sentence `sentence` (an index into the page's sentences)."""

    window: int
    first: int
    last: int
    sentence: int


class Windows:
    """The windows of a text, and where its sentences and spans lie in them."""

    def __init__(self, reading: Reading, terms: Sequence[Term], days: Sequence[Day]) -> None:
        title, packed = _packed(reading)
        marks = _marks(reading, terms, days)
        publisher = _PUBLISHER.get(reading.document.kind, VENDOR)
        self.windows = tuple(_window(title + rest, marks, publisher) for rest in packed)
        self._bounds = [[(p.start, p.end) for p in title + rest] for rest in packed]
        self._title_end = reading.text.title_end
        self.sentences, self.lines = self._sentences(reading)
        self._starts = [reading.lines[i].sentence.start for i in self.lines]

    def spots(self, spans: Iterable[tuple[int, int]]) -> tuple[Spot, ...]:
        """Where the first `SPANS` of these characters [start, end) lie; those outside every window are left out."""
        found = []
        for start, end in islice(spans, SPANS):
            sentence = max(0, bisect_right(self._starts, start) - 1)
            spot = self._spot(start, end, sentence, self._title_end)
            if spot is not None:
                found.append(spot)
        return tuple(found)

    def _sentences(self, reading: Reading) -> tuple[tuple[Spot, ...], tuple[int, ...]]:
        """The sentences within the windows, and the indices of their lines."""
        spots: list[Spot] = []
        lines: list[int] = []
        for line in reading.lines:
            spot = self._spot(line.sentence.start, line.sentence.end, len(spots), 0)
            if spot is not None:
                spots.append(spot)
                lines.append(line.index)
            elif line.index and spots and line.sentence.start > self._bounds[-1][-1][1]:
                break
        if not spots:
            spots, lines = [Spot(0, 0, 1, 0)], [0]
        return tuple(spots), tuple(lines)

    def _spot(self, start: int, end: int, sentence: int, title_end: int) -> Spot | None:
        """The pieces of [start, end): in the first window for the title, else in the window that holds the body there."""
        for number, row in enumerate(self._bounds):
            if not row or (number and start < title_end):
                continue
            first = bisect_right(row, start, key=lambda span: span[1])
            last = first
            while last < len(row) and row[last][0] < end:
                last += 1
            if last > first:
                return Spot(number, first + 1, last + 1, sentence)
        return None


def _packed(reading: Reading) -> tuple[list[Piece], list[list[Piece]]]:
    """The pieces of the title, and those of the body in rows of whole sentences that fit behind it."""
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
    return title, packed[:WINDOWS]


def _marks(reading: Reading, terms: Sequence[Term], days: Sequence[Day]) -> bytearray:
    """The mark of every character: of spans that overlap the shorter one."""
    spans = [(m.start, m.end, NAME) for m in (*reading.mentions, *reading.doubtful)]
    spans += [(p.start, p.end, ORGAN if p.kind == "organ" else PLACE) for p in reading.places]
    spans += [(d.start, d.end, VAGUE) for line in reading.lines for d in line.dates if d.day is None]
    spans += [(d.start, d.end, _age(d, reading.published)) for d in reversed(days)]
    spans += [(t.start, t.end, TERM) for t in terms]
    painted = bytearray(len(reading.text.norm))
    for start, end, mark in sorted(spans, key=lambda span: span[0] - span[1]):
        painted[start:end] = bytes([mark]) * (end - start)
    return painted


def _age(day: Day, published: date) -> int:
    days = (day.day - published).days
    if days > 0:
        return AHEAD
    return TODAY if days == 0 else PAST if days > -LONG_AGO else LONG_PAST


def _window(row: list[Piece], marks: bytearray, publisher: int) -> Window:
    found = [next((mark for mark in marks[piece.start : piece.end] if mark), PLAIN) for piece in row]
    return Window((START, *(p.id for p in row), END), (publisher, *found, PLAIN))
