"""A document as the rules read it: sentences, names, places, dates, offers and the cues that fire.

What comes in: a Document that passed the gate. What goes out: `Reading`, with cue hits whose actor is not judged yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from monitor.model import Document
from monitor.understand.dates import DateMention, find_dates
from monitor.understand.gate import GateResult
from monitor.understand.lexicon import ORGAN, PEOPLE, PLACE, PROVIDER, Cue, Lexicon, phrase
from monitor.understand.link import Named
from monitor.understand.offers import OfferMention, find_offers
from monitor.understand.places import PlaceName
from monitor.understand.sentence import Sentence, split_sentences
from monitor.understand.text import Text

_MASKS = {"geo": PLACE, "capital": PLACE, "demonym": PEOPLE, "organ": ORGAN}
_Span = TypeVar("_Span", DateMention, OfferMention)
MAX_SENTENCES = 400
"""What stands after them is not read: no article is that long, and a hostile page may be."""


@dataclass(frozen=True)
class Hit:
    """A cue that fired at [start, end) of the text."""

    cue: Cue
    start: int
    end: int


@dataclass(frozen=True)
class Line:
    """A sentence with everything named in it; `masked` is its text with names turned into marks."""

    sentence: Sentence
    masked: str
    mentions: tuple[Named, ...]
    places: tuple[PlaceName, ...]
    dates: tuple[DateMention, ...]
    offers: tuple[OfferMention, ...]
    hits: tuple[Hit, ...]

    @property
    def index(self) -> int:
        """The sentence's place in the text; 0 is the title."""
        return self.sentence.index


@dataclass(frozen=True)
class Reading:
    """All lines of a document, and the day it was published."""

    document: Document
    text: Text
    lang: str
    published: date
    lines: tuple[Line, ...]
    mentions: tuple[Named, ...]
    doubtful: tuple[Named, ...]
    places: tuple[PlaceName, ...]

    @property
    def has_hits(self) -> bool:
        """Whether any cue fired: a text without one need not be parsed."""
        return any(line.hits for line in self.lines)


def read(document: Document, text: Text, gate: GateResult, lang: str, lexicon: Lexicon) -> Reading:
    """The lines of a document that passed the gate."""
    published = (document.published_at or document.retrieved_at).date()
    known = lexicon.cues.get(lang, ())
    cues = known if gate.mentions else tuple(cue for cue in known if "provider" not in cue.needs)
    lines = [_line(sentence, gate, cues) for sentence in split_sentences(text.norm, text.title_end, lang)[:MAX_SENTENCES]]
    dates = find_dates(text.norm, published, lang)
    offers = find_offers(text.norm, published, lang)
    lines = [replace(line, dates=_within(line, dates), offers=_within(line, offers)) for line in lines]
    return Reading(document, text, lang, published, tuple(lines), gate.mentions, gate.doubtful, gate.places)


def _line(sentence: Sentence, gate: GateResult, cues: tuple[Cue, ...]) -> Line:
    mentions = tuple(m for m in gate.mentions if sentence.holds(m.start, m.end) and not _names_a_person(sentence, m))
    dateline = phrase("reading.dateline").match(sentence.text)
    body = sentence.start + (dateline.end() if dateline else 0)
    places = tuple(p for p in gate.places if sentence.holds(p.start, p.end) and p.start >= body)
    masked = _mask(sentence, mentions, places)
    return Line(sentence, masked, mentions, places, (), (), tuple(_hits(sentence, masked, cues)))


def _names_a_person(sentence: Sentence, named: Named) -> bool:
    """Whether a provider's name only says whom somebody works or worked for ("ex-Apple engineer")."""
    before, after = sentence.text[: named.start - sentence.start], sentence.text[named.end - sentence.start :]
    former = phrase("reading.former-before").search(before) and phrase("reading.former-after").match(after)
    return bool(former or phrase("reading.person-after").match(after))


def _within(line: Line, spans: Sequence[_Span]) -> tuple[_Span, ...]:
    return tuple(span for span in spans if line.sentence.holds(span.start, span.end))


def _mask(sentence: Sentence, mentions: tuple[Named, ...], places: tuple[PlaceName, ...]) -> str:
    chars = list(sentence.text)
    marks = [(p.start, p.end, _MASKS[p.kind]) for p in places] + [(m.start, m.end, PROVIDER) for m in mentions]
    for start, end, mark in marks:
        for i in range(start - sentence.start, end - sentence.start):
            chars[i] = mark
    return "".join(chars)


def _hits(sentence: Sentence, masked: str, cues: tuple[Cue, ...]) -> list[Hit]:
    found = []
    for cue in cues:
        match = cue.pattern.search(sentence.text if cue.raw else masked)
        if match:
            found.append(Hit(cue, sentence.start + match.start(), sentence.start + match.end()))
    return found
