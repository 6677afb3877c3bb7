"""Copies: near-identical texts whoever prints them. Texts come in, each new one is compared with those before it; links go out.

tokens.py  text → hashed words, and which of them are facts
index.py   sketches → candidate pairs
judge.py   two texts → their overlap, or None

Measured by benchmarks/copies.py.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from monitor.collect.copies.index import Column, Index, sketches_of
from monitor.collect.copies.judge import Overlap, Reading, overlap
from monitor.collect.copies.tokens import Tokens, Words, tokens_of, words_of

__all__ = ["METHOD", "WINDOW", "Finder", "Known", "Link", "Overlap", "Told", "overlap_of"]

METHOD: Final = "2"
"""Version of sketches and rule; with another one, stored documents are compared anew."""
WINDOW: Final = timedelta(days=14)
"""Documents retrieved farther apart are not compared: of the copies that papers of other houses print nearly all come within a week,
and what shares its text for longer is the standing line of a series."""
READINGS: Final = 64
"""Texts that are kept ready for comparing."""

Texts = Callable[[Collection[str]], Mapping[str, str]]
"""Gives the texts of known documents by id."""


class Told(NamedTuple):
    """A document to be compared; on whether those of one voice are copies of each other nothing depends."""

    id: str
    voice: str
    at: datetime
    text: str


class Known(NamedTuple):
    """What is remembered of a document that was compared."""

    id: str
    voice: str
    at: datetime
    sketch: bytes


@dataclass(frozen=True)
class Link:
    """Two texts of which one is a copy of the other; which one, only their times can tell."""

    new: str
    known: str
    overlap: Overlap


def overlap_of(left: str, right: str) -> Overlap | None:
    """How far one text is a copy of the other, None when it is not."""
    first, second = map(Reading, words_of([left, right]))
    return overlap(first, second)


class Finder:
    """Finds the copies of new texts among all that it remembers; texts themselves are not kept."""

    def __init__(self) -> None:
        self._index = Index()
        self._ids: list[str] = []
        self._times = Column(np.int64)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def nbytes(self) -> int:
        """Bytes of the index, without the ids."""
        return self._index.nbytes + self._times.nbytes

    def remember(self, known: Sequence[Known]) -> None:
        """Takes in documents that have been compared."""
        self._index.add([np.frombuffer(one.sketch, "<u4") for one in known], _voices(known))
        self._ids += [one.id for one in known]
        self._times.extend(_times(known))

    def forget(self, before: datetime) -> None:
        """Drops what was remembered first, up to the first document of that time or later."""
        late = np.flatnonzero(self._times.values >= int(before.timestamp()))
        count = int(late[0]) if len(late) else len(self)
        self._index.forget(count)
        self._times.forget(count)
        del self._ids[:count]

    def find(self, new: Sequence[Told], texts: Texts) -> tuple[list[Known], list[Link]]:
        """Compares new documents with each other and with all that are remembered, within `WINDOW`; what to remember of them, and links.

        `texts` gives those of remembered ones. Nothing is remembered by this: what a caller cannot store must not be known either.
        """
        parts = list(tokens_of([one.text for one in new]))
        sketches = [one for tokens in parts for one in sketches_of(tokens)]
        numbers, times = self._index.pairs(sketches, _voices(new)), self._times.followed_by(_times(new))
        near = np.abs(times[numbers[:, 0]] - times[numbers[:, 1]]) <= WINDOW.total_seconds()
        ids, first = [one.id for one in new], len(self)
        pairs = [(ids[late - first], self._ids[early] if early < first else ids[early - first]) for late, early in numbers[near].tolist()]
        words = _words_by_id(ids, parts)
        if known := sorted({early for _, early in pairs} - words.keys()):
            found = texts(known)
            words |= _words_by_id(known, list(tokens_of([found[name] for name in known])))
        # Pairs come by their new text, so that few readings at a time are needed: memory that is used again stays in the cache.
        read = lru_cache(READINGS)(lambda name: Reading(Words(*words[name])))
        links = [Link(late, early, same) for late, early in pairs if (same := overlap(read(late), read(early)))]
        kept = [Known(one.id, one.voice, one.at, sketch.astype("<u4").tobytes()) for one, sketch in zip(new, sketches, strict=True)]
        return kept, links


def _words_by_id(ids: Sequence[str], parts: Sequence[Tokens]) -> dict[str, tuple[Tokens, int]]:
    """Where the words of each text are."""
    return dict(zip(ids, ((tokens, i) for tokens in parts for i in range(len(tokens))), strict=True))


def _voices(documents: Sequence[Told | Known]) -> NDArray[np.uint32]:
    """A number for each document's voice."""
    return np.fromiter((crc32(one.voice.encode()) for one in documents), np.uint32, len(documents))


def _times(documents: Sequence[Told | Known]) -> NDArray[np.int64]:
    """Seconds of the epoch."""
    return np.fromiter((int(one.at.timestamp()) for one in documents), np.int64, len(documents))
