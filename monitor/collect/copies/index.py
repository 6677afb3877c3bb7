"""Which stored texts may be copies of a new one. Sketches come in; candidate pairs go out, in milliseconds.

A sketch is the smallest hashes of a text's runs of words (Broder 1997, bottom-k): every text keeps the same ones, so copies share
some however they were cut. The index is sorted arrays of (hash, number of the text); what is added is a new array, merged
when it has grown as long as the one before it, so that adding costs a few sorts and looking up a few binary searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from monitor.collect.copies.tokens import Counts, Flags, Hashes, Tokens, runs

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

FAN: Final = 4
"""A sorted array is merged into the one before it when it is longer than the FANth part: fewer arrays to look through, more merging."""

_LOW: Final = np.uint64(0xFFFFFFFF)
_HIGH: Final = np.uint64(0xFFFFFFFF00000000)
_HALF: Final = np.uint64(32)
_ONE, _PLACE = np.uint64(1), np.uint64(33)

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


class Column:
    """An array that grows at its end without being copied each time."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._room: NDArray[Any] = np.empty(64, kind)
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def values(self) -> NDArray[Any]:
        """What it holds."""
        return self._room[: self._size]

    @property
    def nbytes(self) -> int:
        """Bytes that are taken, also those kept free for more."""
        return self._room.nbytes

    def followed_by(self, values: NDArray[Any]) -> NDArray[Any]:
        """What it holds and these behind, which it does not hold from then on; valid until the next call."""
        size = self._size + len(values)
        if size > len(self._room):
            self._room = np.concatenate((self.values, np.empty(size, self._room.dtype)))
        self._room[self._size : size] = values
        return self._room[:size]

    def extend(self, values: NDArray[Any]) -> None:
        """Adds values."""
        self._size = len(self.followed_by(values))

    def forget(self, count: int) -> None:
        """Drops the first `count` values."""
        self._room = self.values[count:].copy()
        self._size = len(self._room)


class Index:
    """Texts by number, in the order in which they were added; those of one voice are no candidates for each other."""

    def __init__(self) -> None:
        self._levels: list[Hashes] = []
        self._sizes = Column(np.float32)
        self._voices = Column(np.uint32)

    def __len__(self) -> int:
        return len(self._sizes)

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return sum(level.nbytes for level in self._levels) + self._sizes.nbytes + self._voices.nbytes

    def add(self, sketches: Sequence[Sketch], voices: Voices) -> None:
        """Adds texts."""
        keys = self._keys(sketches)
        if len(keys):  # texts of a few words have no runs
            self._levels.append(keys)
        self._sizes.extend(_sizes(sketches))
        self._voices.extend(voices)
        while len(self._levels) > 1 and len(self._levels[-1]) * FAN > len(self._levels[-2]):
            merged = np.concatenate((self._levels.pop(), self._levels.pop()))
            merged.sort(kind="stable")  # of two sorted runs this is a merge
            self._levels.append(merged)

    def forget(self, count: int) -> None:
        """Drops the first `count` texts; the others are numbered anew from 0."""
        kept = (level[(level & _LOW) >= count] - np.uint64(count) for level in self._levels)
        self._levels = [level for level in kept if len(level)]
        self._sizes.forget(count)
        self._voices.forget(count)

    def pairs(self, sketches: Sequence[Sketch], voices: Voices) -> Numbers:
        """Rows (new, earlier) of the numbers of texts that may be copies, ordered; `sketches` are numbered as if they were added."""
        keys = self._keys(sketches)
        found, hot = self._sharing(keys)
        firsts = np.flatnonzero(np.append(True, found[1:] >> _ONE != found[:-1] >> _ONE)) if len(found) else np.empty(0, np.int64)
        count = np.diff(np.append(firsts, len(found)))
        several = count >= COMMON  # which few are
        heats = np.concatenate(([0], np.cumsum(found & _ONE, dtype=np.int64)))
        firsts, count = firsts[several], count[several]
        common = count - (1 - HOT_WEIGHT) * (heats[firsts + count] - heats[firsts])
        pairs = found[firsts]
        new, known = (pairs >> _PLACE).astype(np.int64), (pairs >> _ONE & _LOW).astype(np.int64)
        sizes, speakers = self._sizes.followed_by(_sizes(sketches)), self._voices.followed_by(voices)
        own = (keys & _LOW).astype(np.int64) - len(self)
        weighed = np.bincount(own, np.where(hot, HOT_WEIGHT, 1.0), len(sketches)) / np.maximum(1, np.bincount(own, minlength=len(sketches)))
        size, other = sizes[new + len(self)], sizes[known]
        comparable = np.minimum(size * weighed[new], other) * np.minimum(1, SKETCH / np.maximum(size, other))
        likely = (common >= LIKELY * comparable) & (speakers[new + len(self)] != speakers[known])
        return np.stack((new[likely] + len(self), known[likely]), axis=1)

    def _keys(self, sketches: Sequence[Sketch]) -> Hashes:
        lengths = np.fromiter(map(len, sketches), np.int64, len(sketches))
        numbers = np.repeat(np.arange(len(self), len(self) + len(sketches), dtype=np.uint64), lengths)
        hashes = np.concatenate(sketches).astype(np.uint64) if len(sketches) else np.empty(0, np.uint64)
        return np.sort((hashes << _HALF) | numbers)

    def _sharing(self, keys: Hashes) -> tuple[Hashes, Flags]:
        """For every hash of a new text and every earlier text that has it, ordered: place of the new text among the new ones, number of
        the earlier one (32 bits), and whether the hash is hot (1 bit). Then, which of the keys are hot.
        """
        low = keys & _HIGH
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
        earlier, behind = [], []
        for level, met, below, count in spans:
            few = np.minimum(count, np.maximum(0, HOT - heat[met]))
            heat[met] += count
            behind.append(np.repeat(met, few))
            earlier.append(level[_ranges(below - few, few)] & _LOW)
        hot, by = heat >= HOT, np.concatenate(behind)
        found = ((keys & _LOW) - np.uint64(len(self)))[by] << _PLACE
        found |= np.concatenate(earlier) << _ONE
        found |= hot[by]
        found.sort()
        return found, hot


def _sizes(sketches: Sequence[Sketch]) -> NDArray[np.float32]:
    """How many runs each text has: a full sketch holds what lies below its largest hash, which tells how many there are in all."""
    return np.array([SKETCH * 2.0**32 / (one[-1] + 1.0) if len(one) == SKETCH else len(one) for one in sketches], np.float32)


def _ranges(starts: Counts, counts: Counts) -> Numbers:
    """start, start + 1, … of each range, one behind the other."""
    ends = np.cumsum(counts)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts), np.int64)
