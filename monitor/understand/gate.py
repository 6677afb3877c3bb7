"""The gate: names every provider and place of a text and decides whether the text is worth reading at all.

What comes in: normalised text. What goes out: `GateResult`. One automaton pass per table, no grammar; about 90 % of a
news stream stops here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import ahocorasick_rs

from monitor.catalog import Catalog
from monitor.understand.lexicon import Lexicon, simplified_table
from monitor.understand.link import Alias, Named, aliases, bounded, link
from monitor.understand.places import PlaceEntry, PlaceName, find_places, place_table
from monitor.understand.text import Covered, same_length_lower

_Row = TypeVar("_Row", Alias, PlaceEntry)


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
        self._lexicon = lexicon
        self._ambiguous = {_folded(name): rule for name, rule in catalog.ambiguous_places.items()}
        self._aliases = _folded_table(aliases(catalog.providers))
        table = place_table(catalog.places, catalog.regions, catalog.generic_organs, lexicon.organs)
        self._places = _folded_table(table)
        self._find_alias = _finder(self._aliases)
        self._find_place = _finder(self._places)
        self._find_start = _finder([*lexicon.gate_starts, *lexicon.gate_lists, *lexicon.gate_zh])
        self._lists = frozenset(lexicon.gate_lists)

    def __call__(self, text: str) -> GateResult:
        lowered = same_length_lower(text)
        named = link(text, self._find_alias(lowered), self._aliases)
        mentions, doubtful = tuple(n for n in named if n.sure), tuple(n for n in named if not n.sure)
        measured, listed = self._measures(lowered)
        if not measured and not mentions:
            return GateResult(mentions, doubtful, (), False)
        if not (named or listed or self._names_a_sector(text)):
            return GateResult(mentions, doubtful, (), False)
        places = find_places(text, self._find_place(lowered), self._places, self._ambiguous)
        covered = Covered(len(text))
        for mention in mentions:
            covered.take(mention.start, mention.end)
        free = [p for p in places if not covered.touches(p.start, p.end)]
        return GateResult(mentions, doubtful, tuple(free), measured or bool(free))

    def _measures(self, lowered: str) -> tuple[bool, bool]:
        """Whether a measure word stands in the text, and whether a list or rule does that is enough without a provider."""
        measured = listed = False
        for start, end in self._find_start(lowered):
            word = lowered[start:end]
            if word >= "\u2e80" or bounded(lowered, start, start + 1) or start == 0 or not lowered[start - 1].isalnum():
                measured = True
                listed = listed or word in self._lists
                if listed:
                    break
        return measured, listed

    def _names_a_sector(self, text: str) -> bool:
        return any(pattern.search(text) for pattern in self._lexicon.sectors.values())


def _folded(key: str) -> str:
    return key.translate(simplified_table())


def _folded_table(table: dict[str, list[_Row]]) -> dict[str, list[_Row]]:
    """The table by simplified spelling; a name in both scripts keeps the rows of both."""
    folded: dict[str, list[_Row]] = {}
    for key, rows in table.items():
        folded.setdefault(_folded(key), []).extend(rows)
    return folded


def _finder(words: Iterable[str]) -> Callable[[str], list[tuple[int, int]]]:
    """A function that gives the spans of all words in a lower-case text, overlapping ones too."""
    automaton = ahocorasick_rs.AhoCorasick([same_length_lower(w) for w in words])

    def find(lowered: str) -> list[tuple[int, int]]:
        return [(start, end) for _, start, end in automaton.find_matches_as_indexes(lowered, overlapping=True)]

    return find
