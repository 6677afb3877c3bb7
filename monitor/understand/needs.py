"""What else a sentence must hold before a cue counts: a region, a provider, a sector, a law.

What comes in: a line in its reading. What goes out: yes or no, by the name that cues use (`needs` in cues.yaml).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from monitor.understand.lexicon import load_lexicon, phrase
from monitor.understand.places import PlaceName
from monitor.understand.reading import Line, Reading

_LANGUAGE = re.compile(r"^[- ]?(?:language|speak|translation|subtitles)", re.IGNORECASE)
_NAMED_ACT = re.compile(r"\bAct\b|Measures")


@dataclass(frozen=True)
class Spot:
    """A line and the text around it."""

    line: Line
    reading: Reading

    @property
    def title(self) -> Line:
        """The text's title."""
        return self.reading.lines[0]

    @property
    def near(self) -> tuple[Line, ...]:
        """The title, the line and the two before it."""
        at = self.line.index
        return (self.title, *self.reading.lines[max(0, at - 2) : at + 1])


def regions(line: Line) -> list[PlaceName]:
    """The places a line speaks of, without the adjective that only says where a firm is from ("the US company", "German rival SAP")."""
    return [place for place in line.places if (place.kind != "organ" or _is_part(line, place)) and not _only_origin(line, place)]


def is_setting(line: Line, place: PlaceName) -> bool:
    """Whether a place is the mere scene of what a line tells ("amid US pressure"), or left out of it ("except Canada")."""
    return bool(phrase("needs.setting").search(_before(line, place)))


def is_occasion(line: Line, place: PlaceName) -> bool:
    """Whether a place belongs to what somebody is punished for ("fined for selling to Russia")."""
    return bool(phrase("needs.occasion").search(_before(line, place)))


def _before(line: Line, place: PlaceName) -> str:
    return line.sentence.text[: place.start - line.sentence.start]


def _is_part(line: Line, place: PlaceName) -> bool:
    """Whether an organ's name stands for the state of a federation where something happens ("in Mississippi")."""
    return bool(phrase("needs.part").search(line.masked[: place.start - line.sentence.start]))


def _only_origin(line: Line, place: PlaceName) -> bool:
    after = line.masked[place.end - line.sentence.start :][:40]
    before = line.masked[: place.start - line.sentence.start].lower()
    abbreviated = line.sentence.text[place.start - line.sentence.start : place.end - line.sentence.start].isupper()
    if (place.kind == "demonym" or abbreviated or after.startswith("-")) and phrase("judge.origin").match(after):
        return True
    if place.kind == "demonym":
        return bool(_LANGUAGE.match(after)) or before.endswith("non-")
    return place.kind == "geo" and bool(phrase("judge.origin-geo").match(after))


def holds(need: str, spot: Spot) -> bool:
    """Whether the line has what a cue calls `need`."""
    return _NEEDS[need](spot)


def is_unlisted(line: Line) -> bool:
    """Whether a line speaks of the places that a provider does not support, without naming them."""
    return bool(phrase("needs.unsupported").search(line.masked))


def _region(spot: Spot) -> bool:
    return any(_reached(line, spot.reading.lang) or is_unlisted(line) for line in spot.near)


def _reached(line: Line, lang: str) -> bool:
    """Whether a line speaks of what happens to a place or its users, not of a paper or a label that bears its name."""
    for place in regions(line):
        before = line.masked[: place.start - line.sentence.start]
        after = line.masked[place.end - line.sentence.start :]
        if lang != "en" or phrase("needs.place-after").search(before) or phrase("needs.place-before").match(after):
            return True
    return False


def _own_terms(spot: Spot) -> bool:
    return spot.reading.document.kind == "vendor_terms"


def _provider(spot: Spot) -> bool:
    return bool(spot.line.mentions) or (spot.line.index <= 3 and bool(spot.title.mentions))


def _region_or_party(spot: Spot) -> bool:
    return len({m.provider for m in spot.line.mentions}) > 1 or _region(spot)


def _tech(spot: Spot) -> bool:
    texts = (spot.line.sentence.text, spot.title.sentence.text)
    if spot.line.mentions or any(phrase("needs.tech").search(text) for text in texts):
        return True
    return any(p.search(text) for p in load_lexicon().sectors.values() for text in texts)


def _tech_home(spot: Spot) -> bool:
    return bool(spot.line.mentions or spot.title.mentions) or any(p.kind == "demonym" for p in spot.line.places)


def _gov(spot: Spot) -> bool:
    return any(p.kind in ("organ", "capital") for p in spot.line.places) or bool(load_lexicon().words["gov"].search(spot.line.masked))


def _acts(spot: Spot) -> bool:
    return bool(load_lexicon().words["acts"].search(spot.line.masked)) and _tech(spot)


def _ground(spot: Spot) -> bool:
    return bool(phrase("needs.ground").search(spot.reading.text.norm))


def _law(spot: Spot) -> bool:
    return bool(load_lexicon().words["law"].search(spot.reading.text.norm))


_NEEDS: dict[str, Callable[[Spot], bool]] = {
    "region": _region,
    "own-terms": _own_terms,
    "region-or-party": _region_or_party,
    "region-or-gov": lambda spot: _region(spot) or _gov(spot),
    "provider": _provider,
    "provider-or-tech": _tech,
    "tech": _tech,
    "tech-home": _tech_home,
    "gov": _gov,
    "state": lambda spot: any(place.ids for place in spot.line.places) or _gov(spot),
    "gov-or-act": lambda spot: _gov(spot) or bool(_NAMED_ACT.search(spot.line.sentence.text)),
    "acts": _acts,
    "measure-word": _ground,
    "law-or-tech": lambda spot: _law(spot) and _tech(spot),
    "ordered": lambda spot: bool(phrase("judge.ordered").search(spot.reading.text.norm)),
}
NEEDS = frozenset(_NEEDS)
"""Every name that a cue may use."""
