"""The gate: names every provider and place of a text and decides whether the text is worth reading at all.

What comes in: normalised text. What goes out: `GateResult`. One automaton pass per table, no grammar; about 90 % of a
news stream stops here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import ahocorasick_rs

from monitor.catalog import Catalog
from monitor.understand.lexicon import Lexicon, simplified_table
from monitor.understand.link import Named, aliases, link
from monitor.understand.places import PlaceEntry, PlaceName, find_places, place_table
from monitor.understand.text import Covered, same_length_lower

_NAME, _MEASURE, _LIST, _SECTOR, _WHOLE, _OPENS, _CLOSES = 1, 2, 4, 8, 16, 32, 64
"""Kinds of words that the gate looks for; a list or rule is a measure that needs no provider;
measures and sectors are beginnings of words, or whole ones. The last two: the word opens and closes with a Latin letter or figure,
and so must not be part of a longer word there."""
_WORDS = _MEASURE | _LIST | _SECTOR
_DENSE = 100_000
"""Letters of all words together up to which the automaton is a dense table: some 50 MB at the most."""
_EAST = "\u2e80"
"""Characters from here on are written without spaces."""
FULL_SUPPORT = ("en", "zh")
"""Languages that are read in full."""


@dataclass(frozen=True)
class GateResult:
    """The providers and places named, and whether rules should read the text."""

    mentions: tuple[Named, ...]
    doubtful: tuple[Named, ...]
    """Words that may name a provider; only a reader of the sentence can tell."""
    places: tuple[PlaceName, ...]
    candidate: bool


class Gate:
    """The compiled tables of one catalogue; calling it reads one text."""

    def __init__(self, catalog: Catalog, lexicon: Lexicon) -> None:
        self._ambiguous = {_folded(name): rule for name, rule in catalog.ambiguous_places.items()}
        self._aliases = aliases(catalog.providers)
        self._places = {}
        for foreign in (False, True):
            table = _folded_table(place_table(catalog.places, catalog.regions, catalog.generic_organs, lexicon.organs, foreign))
            self._places[foreign] = table, _finder(table)
        kinds: dict[str, int] = {}
        told = (_MEASURE, lexicon.gate_starts), (_LIST, lexicon.gate_lists), (_SECTOR, lexicon.gate_sectors), (_WHOLE, lexicon.gate_whole)
        for kind, words in ((_NAME, self._aliases), *told):
            for word in words:
                key = same_length_lower(_folded(word))
                kinds[key] = kinds.get(key, 0) | kind
        for key in kinds:
            kinds[key] |= _latin(key[0]) * _OPENS | _latin(key[-1]) * _CLOSES
        self._kinds = list(kinds.values())
        self._find = _automaton(list(kinds)).find_matches_as_indexes

    def __call__(self, text: str, lang: str = "en") -> GateResult:
        """The names of a normalised text; `lang` adds the place names of languages that are read in part."""
        lowered = same_length_lower(text)
        names, told = self._scan(lowered)
        named = link(text, lowered, names, self._aliases) if names else []
        mentions, doubtful = tuple(n for n in named if n.sure), tuple(n for n in named if not n.sure)
        measured = bool(told & (_MEASURE | _LIST))
        if not mentions and not (measured and (named or told & (_LIST | _SECTOR))):
            return GateResult(mentions, doubtful, (), False)
        table, find_place = self._places[lang not in FULL_SUPPORT]
        places = find_places(text, find_place(lowered), table, self._ambiguous)
        covered = Covered(len(text))
        for mention in mentions:
            covered.take(mention.start, mention.end)
        free = [p for p in places if not covered.touches(p.start, p.end)]
        return GateResult(mentions, doubtful, tuple(free), measured or bool(free))

    def _scan(self, lowered: str) -> tuple[list[tuple[int, int]], int]:
        """Where names of providers stand, and which kinds of other words begin anywhere in the text."""
        names: list[tuple[int, int]] = []
        told, kinds = 0, self._kinds
        for index, start, end in self._find(lowered, overlapping=True):
            kind = kinds[index]
            if kind & _OPENS and _latin(lowered[start - 1 : start]):
                continue
            if kind & _NAME and not (kind & _CLOSES and _latin(lowered[end : end + 1])):
                names.append((start, end))
            if kind & _WORDS & ~told and not (kind & _WHOLE and _latin(lowered[end : end + 1])):
                told |= kind
        return names, told


def _latin(char: str) -> bool:
    """Whether a character makes a word longer; Chinese has no borders."""
    return char.isalnum() and char < _EAST


def _folded(key: str) -> str:
    return key.translate(simplified_table())


def _folded_table(table: dict[str, list[PlaceEntry]]) -> dict[str, list[PlaceEntry]]:
    """The table by simplified spelling; a name in both scripts keeps the rows of both."""
    folded: dict[str, list[PlaceEntry]] = {}
    for key, rows in table.items():
        folded.setdefault(_folded(key), []).extend(rows)
    return folded


def _automaton(words: Sequence[str]) -> ahocorasick_rs.AhoCorasick:
    """A table of transitions where it stays small: half as fast again."""
    dense = sum(map(len, words)) <= _DENSE
    return ahocorasick_rs.AhoCorasick(words, implementation=ahocorasick_rs.Implementation.DFA if dense else None)


def _finder(words: Iterable[str]) -> Callable[[str], list[tuple[int, int]]]:
    """A function that gives the spans of all words in a lower-case text, overlapping ones too."""
    automaton = _automaton([same_length_lower(w) for w in words])

    def find(lowered: str) -> list[tuple[int, int]]:
        return [(start, end) for _, start, end in automaton.find_matches_as_indexes(lowered, overlapping=True)]

    return find
