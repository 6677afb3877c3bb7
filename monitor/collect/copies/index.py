"""Which stored texts may be copies of a new one. Sketches come in; candidate pairs go out, in milliseconds.

A sketch is the smallest hashes of a text's runs of words (Broder 1997, bottom-k): every text keeps the same ones, so copies share
some however they were cut. The index is sorted arrays of (hash, number of the text); a new batch is a new array, merged
when it has grown as long as the one before it, so that adding costs a few sorts and looking up a few binary searches.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from monitor.collect.copies.tokens import Hashes, Words, runs

SKETCH: Final = 64
"""Hashes kept of a text: every run of a feed's summary, one in thirty of a text of 2,000 words."""
RUN_WORDS, RUN_CHARACTERS = 4, 6
"""Neighbours hashed together. With a word in four exchanged one run of four in three is left; of five, one in four."""
COMMON: Final = 2
"""Hashes that candidates share; one alone is mostly a turn of phrase."""
LIKELY: Final = 0.1
"""Estimated share of the shorter text's runs that candidates have in common; the worst edited copies have twice that."""
HOT: Final = 32
"""Texts looked at that share one hash, latest first. Only here does the order of arrival matter: of a text with more copies than
that, a new copy meets the latest ones."""

_ALL: Final = 2.0**32

Sketch: TypeAlias = NDArray[np.uint32]
Pairs: TypeAlias = NDArray[np.int64]


def sketch(words: Words) -> Sketch:
    """The smallest 32-bit hashes of the text's runs, ascending; short texts keep all of them."""
    found = runs(words.hashes, RUN_CHARACTERS if words.by_character else RUN_WORDS)
    return np.unique((found >> np.uint64(32)).astype(np.uint32))[:SKETCH]


class Index:
    """Texts by number, in the order in which they were added."""

    def __init__(self) -> None:
        self._levels: list[Hashes] = []
        self._count = 0
        self._cuts = np.empty(0)
        self._sizes = np.empty(0)

    def __len__(self) -> int:
        return self._count

    @property
    def nbytes(self) -> int:
        """Bytes that the arrays take."""
        return sum(array.nbytes for array in (*self._levels, self._cuts, self._sizes))

    def add(self, sketches: Sequence[Sketch]) -> Pairs:
        """Adds texts; rows (new, earlier) of the numbers of texts that may be copies, ordered."""
        keys = np.sort(self._keys(sketches))  # also for looking up: neighbours are found in the same part of memory
        self._levels.append(keys)
        pairs = self._sharing(keys)
        self._merge()
        return pairs

    def load(self, sketches: Sequence[Sketch]) -> None:
        """Adds texts that were compared before."""
        self._levels.append(np.sort(self._keys(sketches)))
        self._merge()

    def _keys(self, sketches: Sequence[Sketch]) -> Hashes:
        first = self._count
        self._count += len(sketches)
        sizes = np.fromiter(map(len, sketches), np.int64, len(sketches))
        # A full sketch holds what lies below its largest hash, which tells how many runs there are in all.
        cuts = np.array([(one[-1] + 1.0) / _ALL if len(one) == SKETCH else 1.0 for one in sketches])
        self._cuts, self._sizes = np.append(self._cuts, cuts), np.append(self._sizes, sizes / cuts)
        numbers = np.repeat(np.arange(first, self._count, dtype=np.uint64), sizes)
        hashes = np.concatenate(sketches).astype(np.uint64) if len(sketches) else np.empty(0, np.uint64)
        return (hashes << np.uint64(32)) | numbers

    def _sharing(self, keys: Hashes) -> Pairs:
        """Pairs of a text behind `keys` with one before it that have `COMMON` hashes in common."""
        found = []
        low = keys & np.uint64(0xFFFFFFFF00000000)
        for level in self._levels:
            below = np.searchsorted(level, keys)
            counts = np.minimum(below - np.searchsorted(level, low), HOT)
            at = _ranges(below - counts, counts)
            new = np.repeat(keys & np.uint64(0xFFFFFFFF), counts)
            found.append((new << np.uint64(32)) | (level[at] & np.uint64(0xFFFFFFFF)))
        pairs, common = np.unique(np.concatenate(found), return_counts=True)
        new, known = (pairs >> np.uint64(32)).astype(np.int64), (pairs & np.uint64(0xFFFFFFFF)).astype(np.int64)
        comparable = np.minimum(self._sizes[new], self._sizes[known]) * np.minimum(self._cuts[new], self._cuts[known])
        likely = (common >= COMMON) & (common >= LIKELY * comparable)
        return np.stack((new[likely], known[likely]), axis=1)

    def _merge(self) -> None:
        while len(self._levels) > 1 and len(self._levels[-1]) * 2 > len(self._levels[-2]):
            last = self._levels.pop()
            # A stable sort of two sorted runs merges them.
            self._levels[-1] = np.sort(np.concatenate((self._levels[-1], last)), kind="stable")


def _ranges(starts: Pairs, counts: Pairs) -> Pairs:
    """start, start + 1, … of each range, one behind the other."""
    ends = np.cumsum(counts)
    return np.asarray(np.arange(ends[-1] if len(ends) else 0) + np.repeat(starts - (ends - counts), counts), np.int64)
