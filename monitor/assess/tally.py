"""How many independent voices tell a thing, and whether that is enough to believe it.

In: words (providers, places, types …) with who tells them. Out: the words that are carried, best supported first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable
from typing import Generic, TypeVar

from monitor.assess.constants import ESTABLISHED_ORIGINS, MINORITY

Word = TypeVar("Word", bound=str)


def outweighs(support: float, rival: float) -> bool:
    """Whether `support` is more than a small minority beside `rival`."""
    return support > rival * MINORITY


class Tally(Generic[Word]):
    """The voices behind each word; a voice counts once per word, with the clearest it says."""

    def __init__(self) -> None:
        self._told: dict[Word, dict[Hashable, float]] = defaultdict(dict)
        self._weights: dict[Word, float] = defaultdict(float)
        self._settled: set[Word] = set()

    def __len__(self) -> int:
        """How many words were told."""
        return len(self._weights)

    def tell(self, word: Word, voice: Hashable, weight: float, primary: bool) -> None:
        """Count one voice for a word; a primary source settles it."""
        told = self._told[word]
        known = told.get(voice, 0.0)
        if weight > known:
            told[voice] = weight
            self._weights[word] += weight - known
        if primary:
            self._settled.add(word)

    def carried(self) -> tuple[Word, ...]:
        """Words that a primary source states, or that more than a small minority beside the best-supported one tells."""
        return self._ordered(self.kept())

    def named(self) -> tuple[Word, ...]:
        """The same for names that do not exclude each other: what enough origins name stays, however many others leave it out."""
        return self._ordered(self.kept(ESTABLISHED_ORIGINS))

    def kept(self, enough: float = float("inf")) -> frozenset[Word]:
        """Words that are settled, told by `enough`, or by more than a small minority beside the best-supported one."""
        weights = self._weights
        if len(weights) <= 1:
            return frozenset(weights)
        best = max(weights.values())
        return frozenset(w for w, weight in weights.items() if w in self._settled or weight >= enough or outweighs(weight, best))

    def _ordered(self, words: Collection[Word]) -> tuple[Word, ...]:
        return tuple(sorted(words, key=lambda word: (-self._weights[word], word)))
