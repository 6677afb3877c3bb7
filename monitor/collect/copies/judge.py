"""Is one text a copy of the other? The words of two texts come in; the overlap goes out, or None.

A copy repeats the words in their order, or passages wherever they stand, whoever edited, cut or re-headed it. Two reports of one event
share names and numbers, but few words in order. Notices made from one template share nearly all of them, but not the facts between,
so facts that were exchanged in place tell them from copies: an editor rewords and drops, but leaves numbers and names as they are.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, TypeAlias

from monitor.collect.copies.tokens import Words

FEWEST: Final = 12
"""Texts of fewer words are never copies: two reporters may find the same eight."""
SHARE, LONG = 0.6, 40
"""Least share of the shorter text's words, from `LONG` words on, that stand in the other text in their order or within common runs.
Independent reports of one event measured below .6 in order, rewritten wire copy above."""
SHORT_SHARE: Final = 0.95
"""The same for a text of `FEWEST` words, in between in proportion: one sentence on an event has few ways to be said."""
GLANCE: Final = 0.2
"""Share of the words within common runs below which no order is looked for: with a word in four changed, .4 is left."""
EXCERPT: Final = 4
"""A text so many times as long as the other is a copy only when they share its opening: a survey of the day copies nobody."""
OPENING: Final = 0.5
ALIKE: Final = 1.5
"""A text that is longer than the other by more is looked at only where most common runs stand, a quarter further to both sides:
somewhere in a long text nearly all words of a short one come in their order."""
SLOT: Final = 24
"""A longer stretch between words in common is another passage, not a filled-in place."""
TAIL: Final = 8
"""The same behind the last word in common."""
EXCHANGED: Final = 0.25
"""Share of the facts that are exchanged in place from which two texts are notices of two things; one alone beside others that were kept
may be a matter of spelling."""

Places: TypeAlias = list[tuple[int, int]]


@dataclass(frozen=True)
class Overlap:
    """What two texts share: the share of the shorter one's words, and the longest common passage as a span of each text."""

    share: float
    span: tuple[int, int]
    known_span: tuple[int, int]


class Reading:
    """A text prepared for comparing: its words, its runs and where each stands first, its facts."""

    def __init__(self, text: Words) -> None:
        self.text = text
        self.length = text.length
        self.words: list[int] = text.hashes.tolist()
        self.vocabulary = frozenset(self.words)
        self.runs: list[int] = text.runs.tolist()
        self.place = dict(zip(reversed(self.runs), range(len(self.runs) - 1, -1, -1), strict=True))
        # An editor writes a headline of his own, which says nothing of the text beneath it.
        self.first = text.body if len(self.words) - text.body >= FEWEST else 0
        self.size = len(self.words) - self.first
        places = text.facts.nonzero()[0]
        self.facts: dict[int, int] = dict(zip(places.tolist(), text.facts[places].tolist(), strict=True))  # of place and kind

    @cached_property
    def bits(self) -> dict[int, int]:
        """Where each word of the body stands, as a set of bits."""
        found: dict[int, int] = {}
        for i, word in enumerate(self.words[self.first :]):
            found[word] = found.get(word, 0) | 1 << i
        return found


def overlap(left: Reading, right: Reading) -> Overlap | None:
    """The overlap of two texts of which one is a copy of the other (which one, only their times can tell); else None."""
    if left.length != right.length or min(left.size, right.size) < FEWEST:
        return None
    short, long = (left, right) if (left.size, left.runs) <= (right.size, right.runs) else (right, left)
    shared = short.place.keys() & long.place.keys()
    if len(shared) * short.length < GLANCE * short.size:
        return None
    common = sorted([short.place[run] for run in shared])
    covered = _covered([i for i in common if i >= short.first], short.length)
    order = _Order(short, long, common)
    share = max(covered, order.size) / short.size
    if share < _needed(short.size):
        return None
    if len(long.words) > EXCERPT * short.size and not _shares_opening(short, long, common):
        return None
    if _tell_two_things(short, long, order):
        return None
    here, there = _longest(short, long, common)
    return Overlap(round(share, 3), *((here, there) if short is left else (there, here)))


def _needed(size: int) -> float:
    missing = max(0, LONG - size) / (LONG - FEWEST)
    return SHARE + (SHORT_SHARE - SHARE) * missing


def _covered(common: Sequence[int], length: int) -> int:
    """How many words lie in runs that begin at `common`."""
    covered, end = 0, 0
    for i in common:
        covered += length if i >= end else i + length - end
        end = i + length
    return covered


class _Order:
    """The most words of the shorter body that stand in the longer text in their order (bit-parallel, Hyyrö 2004)."""

    def __init__(self, short: Reading, long: Reading, common: Sequence[int]) -> None:
        begin, end = 0, len(long.words)
        if end > ALIKE * short.size:
            shifts = sorted([long.place[short.runs[i]] - i for i in common])
            begin = max(0, shifts[len(shifts) // 2] + short.first - short.size // 4)
            end = begin + short.size * 3 // 2
        bits = short.bits
        row = full = (1 << short.size) - 1
        self._rows, self._met = [full], []
        for j, word in enumerate(long.words[begin:end], begin):
            if word in bits:
                met = row & bits[word]
                row = row + met | row - met
                self._rows.append(row)
                self._met.append(j)
        self.size = short.size - (row & full).bit_count()
        self._short = short

    def places(self) -> Places:
        """Where those words stand in both texts."""
        rows, met, found = self._rows, self._met, []
        i, j = self._short.size, len(met)
        while i and j:
            if rows[j] >> i - 1 & 1:
                i -= 1
            elif not rows[j - 1] >> i - 1 & 1:
                j -= 1
            else:
                i, j = i - 1, j - 1
                found.append((i + self._short.first, met[j]))
        return found[::-1]


def _shares_opening(short: Reading, long: Reading, common: Sequence[int]) -> bool:
    """Whether half of what is common stands in the first words of the longer text, as many as the shorter one has and half more."""
    limit = len(short.words) * 3 // 2
    return bool(sum(long.place[short.runs[i]] < limit for i in common) >= OPENING * len(common))


def _tell_two_things(short: Reading, long: Reading, order: _Order) -> bool:
    """Whether facts were exchanged between common words, or behind the last one: a number for a number, a name for a name."""
    own = [i for i in short.facts if short.words[i] not in long.vocabulary]
    others = [j for j in long.facts if long.words[j] not in short.vocabulary]
    if not own or not others or not order.size:
        return False
    places = order.places()
    ends = (len(short.words), len(long.words))
    # A longer end is a tail that was cut or a line that was added.
    if max(ends[0] - places[-1][0], ends[1] - places[-1][1]) <= TAIL:
        places.append(ends)
    here, there = [i for i, _ in places], [j for _, j in places]
    mine = [(bisect(here, i), short.facts[i]) for i in own]
    theirs = [(bisect(there, j), long.facts[j]) for j in others]
    both = set(mine) & set(theirs)
    exchanged = sum(min(mine.count(one), theirs.count(one)) for one in both if _is_slot(places, one[0]))
    kept = {short.words[i] for i in short.facts} & long.vocabulary
    is_spelling = exchanged == 1 and kept
    return not is_spelling and exchanged > EXCHANGED * (exchanged + len(kept))


def _is_slot(places: Places, gap: int) -> bool:
    """Whether the gap before place number `gap` is narrow enough to have been filled in."""
    if not 0 < gap < len(places):
        return False
    (i, j), (here, there) = places[gap - 1], places[gap]
    return here - i <= SLOT and there - j <= SLOT


def _longest(short: Reading, long: Reading, common: Sequence[int]) -> tuple[tuple[int, int], tuple[int, int]]:
    """The longest passage that stands unbroken in both texts: its first and one-past-last character in each."""
    best = (0, 0, 0)
    count, previous = 0, (-1, -1)
    for i in common:
        j = long.place[short.runs[i]]
        count = count + 1 if (i - 1, j - 1) == previous else 1
        previous = (i, j)
        if count > best[0]:
            best = (count, i, j)
    count, i, j = best
    return _span(short, i, count), _span(long, j, count)


def _span(text: Reading, last: int, count: int) -> tuple[int, int]:
    """The characters of `count` runs in a row of which the last one begins with word `last`."""
    return int(text.text.starts[last - count + 1]), int(text.text.ends[last + text.length - 1])
