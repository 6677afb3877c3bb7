"""Organisations that act in an event and are not in the catalogue: names for the "new provider?" queue.

What comes in: a document's reading and the signals read from it. What goes out: names as the text spells them, in order.
Better to miss one than to fill the queue with ministries and newspapers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.model import Signal
from monitor.understand.lexicon import phrase
from monitor.understand.reading import Line, Reading


def lines_of_events(reading: Reading, signals: Sequence[Signal]) -> list[Line]:
    """The lines that carry the document's live events; only their names can be new providers."""
    quoted = {quote.start for signal in signals if not signal.background for quote in signal.evidence}
    return [line for line in reading.lines if reading.text.original(line.sentence.start, line.sentence.end)[0] in quoted]


def chinese_companies(line: Line) -> list[tuple[int, int]]:
    """The spans of company names in a Chinese line: they end in a word for a firm."""
    base = line.sentence.start
    return [(base + m.start(1), base + m.end(1)) for m in phrase("newcomers.chinese-company").finditer(line.sentence.text)]


def newcomers(reading: Reading, spans: Iterable[tuple[int, int]]) -> tuple[str, ...]:
    """The names at `spans` of the text that are neither a known provider nor a place, an organ, a list or a news agency."""
    known = [(m.start, m.end) for m in reading.mentions] + [(p.start, p.end) for p in reading.places]
    names = (reading.text.norm[a:b] for a, b in spans if not any(a < end and start < b for start, end in known))
    clean = (phrase("newcomers.trim").sub("", name).strip() for name in names)
    return tuple(dict.fromkeys(name for name in clean if len(name) > 1 and not phrase("newcomers.no-company").search(name)))
