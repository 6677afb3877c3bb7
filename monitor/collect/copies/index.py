"""Which stored texts may be copies of a new one. Sketches come in; candidate pairs go out, in milliseconds.

A sketch is the smallest hashes of a text's runs of words (Broder 1997, bottom-k): every text keeps the same ones, so copies share
some however they were cut. The index is sorted arrays of (hash, number of the text); what is added is a new array, merged
when it has grown as long as the one before it, so that adding costs a few sorts and looking up a few binary searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from monitor.collect.copies.tokens import Counts, Hashes, Tokens, runs

SKETCH: Final = 64
"""Hashes kept of a text: every run of a feed's summary, one in thirty of a text of 2,000 words."""
RUN_WORDS, RUN_CHARACTERS = 4, 6
"""Neighbours hashed together. With a word in four exchanged one run of four in three is left; of five, one in four."""
COMMON: Final = 2
"""Hashes that candidates share; one alone is mostly a turn of phrase."""
LIKELY: Final = 0.07
"""Estimated share of the shorter text's runs that candidates have in common; nearly all edited copies have twice that."""
HOT: Final = 32
"""Texts looked at that share one hash, latest first. Only here does the order of arrival matter: of a text with more copies than
that, a new copy meets the latest ones."""
HOT_WEIGHT: Final = 0.2
"""What a hash counts that so many texts have, be it common to a pair or not: a line that a house prints under everything."""

_LOW: Final = np.uint64(0xFFFFFFFF)
_HIGH: Final = np.uint64(0xFFFFFFFF00000000)
_HALF: Final = np.uint64(32)

Sketch: TypeAlias = NDArray[np.uint32]
Voices: TypeAlias = NDArray[np.uint32]
Numbers: TypeAlias = NDArray[np.int64]


def sketches_of(tokens: Tokens) -> list[Sketch]:
    """The smallest 32-bit hashes of each text's runs, ascending; short texts keep all of them."""
    found = _runs(tokens, RUN_WORDS, ~tokens.by_character)
    if tokens.by_character.any():
        found = np.concatenate((found, _runs(tokens, RUN_CHARACTERS, tokens.by_character)))
    found = np.sort(found)
    found = found[np.append(True, found[1:] != found[:-1])] if len(found) else found
    of = found >> _HALF
    begins = np.searchsorted(of, np.arange(len(tokens) + 1, dtype=np.uint64))
    hashes, places = found.astype(np.uint32), begins.tolist()
    return [hashes[low : min(high, low + SKETCH)] for low, high in pairwise(places)]


def _runs(tokens: Tokens, length: int, wanted: NDArray[np.bool_]) -> Hashes:
    """The runs of the wanted texts, each as (number of the text, upper half of its hash)."""
    hashes = runs(tokens.hashes, length)
    of = np.repeat(np.arange(len(tokens), dtype=np.uint64), np.diff(tokens.at))
    # A run must end in the text in which it begins.
    inside = wanted[of[: len(hashes)].astype(np.int64)] & (of[: len(hashes)] == of[length - 1 :][: len(hashes)])
    keys: Hashes = (of[: len(hashes)][inside] << _HALF) | (hashes[inside] >> _HALF)
    return keys


class Index:
    """Texts by number, in the order in which they were added; those of one voice are no candidates for each other."""

    def __init__(self) -> None:
        self._levels: list[Hashes] = []
        self._sizes = np.empty(0, np.float32)
        self._voices = np.empty(0, np.uint32)

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return sum(level.nbytes for level in self._levels) + self._sizes.nbytes + self._voices.nbytes

    def add(self, sketches: Sequence[Sketch], voices: Voices) -> None:
        """Adds texts."""
        self._levels.append(self._keys(sketches))
        self._sizes = np.append(self._sizes, _sizes(sketches))
        self._voices = np.append(self._voices, voices)
        while len(self._levels) > 1 and len(self._levels[-1]) * 2 > len(self._levels[-2]):
            merged = np.concatenate((self._levels.pop(), self._levels.pop()))
            merged.sort(kind="stable")  # of two sorted runs this is a merge
            self._levels.append(merged)

    def forget(self, count: int) -> None:
        """Drops the first `count` texts; the others are numbered anew from 0."""
        kept = (level[(level & _LOW) >= count] - np.uint64(count) for level in self._levels)
        self._levels = [level for level in kept if len(level)]
        self._sizes, self._voices = self._sizes[count:].copy(), self._voices[count:].copy()

    def pairs(self, sketches: Sequence[Sketch], voices: Voices) -> Numbers:
        """Rows (new, earlier) of the numbers of texts that may be copies, ordered; `sketches` are numbered as if they were added."""
        keys = self._keys(sketches)
        sizes, speakers = np.append(self._sizes, _sizes(sketches)), np.append(self._voices, voices)
        found, behind, heat = self._sharing(keys)
        weights = np.where(heat < HOT, 1.0, HOT_WEIGHT)
        pairs, which, count = np.unique(found, return_inverse=True, return_counts=True)
        common = np.bincount(which, weights[behind], len(pairs))
        new, known = (pairs >> _HALF).astype(np.int64), (pairs & _LOW).astype(np.int64)
        own = (keys & _LOW).astype(np.int64) - len(self)
        weighed = np.bincount(own, weights, len(sketches)) / np.maximum(1, np.bincount(own, minlength=len(sketches)))
        size, other = sizes[new], sizes[known]
        comparable = np.minimum(size * weighed[new - len(self)], other) * np.minimum(1, SKETCH / np.maximum(size, other))
        likely = (count >= COMMON) & (common >= LIKELY * comparable) & (speakers[new] != speakers[known])
        return np.stack((new[likely], known[likely]), axis=1)

    def _keys(self, sketches: Sequence[Sketch]) -> Hashes:
        lengths = np.fromiter(map(len, sketches), np.int64, len(sketches))
        numbers = np.repeat(np.arange(len(self), len(self) + len(sketches), dtype=np.uint64), lengths)
        hashes = np.concatenate(sketches).astype(np.uint64) if len(sketches) else np.empty(0, np.uint64)
        return np.sort((hashes << _HALF) | numbers)

    def _sharing(self, keys: Hashes) -> tuple[Hashes, Numbers, Numbers]:
        """For every hash of a new text and every earlier text that has it: the pair (new, earlier), and which of `keys` is behind it.
        Last, how many earlier texts have the hash of each key.
        """
        own, low = keys & _LOW, keys & _HIGH
        starts = np.append(True, low[1:] != low[:-1]) if len(keys) else np.empty(0, np.bool_)
        # Among the new texts themselves, those before it with the same hash stand right before each key.
        places = np.arange(len(keys))
        spans = [(keys, places, places, places - np.maximum.accumulate(np.where(starts, places, 0)))]
        for level in reversed(self._levels):
            first = np.searchsorted(level, low)
            met = np.flatnonzero((level[np.minimum(first, len(level) - 1)] & _HIGH) == low)
            below = np.searchsorted(level, keys[met])
            spans.append((level, met, below, below - first[met]))
        heat = np.zeros(len(keys), np.int64)
        pairs, behind = [], []
        for level, met, below, count in spans:
            few = np.minimum(count, np.maximum(0, HOT - heat[met]))
            heat[met] += count
            by = np.repeat(met, few)
            pairs.append((own[by] << _HALF) | (level[_ranges(below - few, few)] & _LOW))
            behind.append(by)
        return np.concatenate(pairs), np.concatenate(behind), heat


def _sizes(sketches: Sequence[Sketch]) -> NDArray[np.float32]:
    """How many runs each text has: a full sketch holds what lies below its largest hash, which tells how many there are in all."""
    return np.array([SKETCH * 2.0**32 / (one[-1] + 1.0) if len(one) == SKETCH else len(one) for one in sketches], np.float32)


def _ranges(starts: Counts, counts: Counts) -> Numbers:
    """start, start + 1, … of each range, one behind the other."""
    ends = np.cumsum(counts)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts), np.int64)
