"""Copies: near-identical texts whoever prints them. Texts come in, each new one is compared with those before it; links go out.

tokens.py  text → hashed words, and which of them are facts
index.py   sketches → candidate pairs
judge.py   two texts → their overlap, or None

Measured by benchmarks/copies.py; the service does not group by it yet: recall on planted copies is .98, and on short items of a real
stream one pair in seven is doubtful.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from monitor.collect.copies.index import Index, Sketch, sketch
from monitor.collect.copies.judge import Overlap, Reading, overlap
from monitor.collect.copies.tokens import words_of

__all__ = ["METHOD", "Finder", "Link", "Overlap", "Sketch", "Texts", "overlap_of", "sketches"]

METHOD: Final = "1"
"""Version of sketches and rule; with another one, stored documents are compared anew."""

Texts = Callable[[Collection[str]], Mapping[str, str]]
"""Gives the texts of stored documents by id."""


@dataclass(frozen=True)
class Link:
    """Two texts of which one is a copy of the other; which one, only their times can tell."""

    new: str
    known: str
    overlap: Overlap


def sketches(texts: Sequence[str]) -> list[Sketch]:
    """The sketch of each text: all that has to be remembered to find its copies."""
    return [sketch(words) for words in words_of(texts)]


def overlap_of(left: str, right: str) -> Overlap | None:
    """How far one text is a copy of the other, None when it is not."""
    first, second = map(Reading, words_of([left, right]))
    return overlap(first, second)


class Finder:
    """Finds the copies of new texts among all that it was given; texts themselves are not kept."""

    def __init__(self, texts: Texts, is_one_voice: Callable[[str, str], bool] = lambda _new, _known: False) -> None:
        """`is_one_voice` says of two ids that nothing depends on whether they are copies."""
        self._index = Index()
        self._ids: list[str] = []
        self._texts = texts
        self._is_one_voice = is_one_voice

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def nbytes(self) -> int:
        """Bytes of the index, without the ids."""
        return self._index.nbytes

    def remember(self, known: Iterable[tuple[str, Sketch]]) -> None:
        """Takes in documents that have been compared before."""
        ids, found = [], []
        for name, one in known:
            ids.append(name)
            found.append(one)
        self._ids += ids
        self._index.load(found)

    def find(self, new: Mapping[str, str]) -> tuple[list[Sketch], list[Link]]:
        """Compares new texts, by id, with all before them and each other; their sketches, and the links in their order."""
        words = dict(zip(new, words_of(list(new.values())), strict=True))
        found = [sketch(one) for one in words.values()]
        self._ids += words
        pairs = [(self._ids[late], self._ids[early]) for late, early in self._index.add(found).tolist()]
        pairs = [(late, early) for late, early in pairs if not self._is_one_voice(late, early)]
        known = sorted({early for _, early in pairs} - words.keys())
        texts = self._texts(known) if known else {}
        words |= zip(known, words_of([texts[name] for name in known]), strict=True)
        read = {name: Reading(words[name]) for name in dict.fromkeys(name for pair in pairs for name in pair)}
        links = [Link(late, early, same) for late, early in pairs if (same := overlap(read[late], read[early]))]
        return found, links
