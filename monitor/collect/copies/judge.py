"""Is one text a copy of the other? The words of two texts come in; the overlap goes out, or None.

A copy repeats the words in their order, or passages wherever they stand, whoever edited, cut or re-headed it. Two reports of one event
share names and numbers, but few words in order. Notices made from one template share nearly all of them, but not the facts between,
so facts that were exchanged in place tell them from copies: an editor rewords and drops, but leaves numbers and names as they are.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from rapidfuzz.distance import LCSseq

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

_STRETCH: Final = re.compile(rb"\x01+")

Places: TypeAlias = list[tuple[int, int]]
"""Where something stands in the shorter text and in the longer one."""
Stretches: TypeAlias = Sequence[tuple[int, int]]
"""First and one-past-last of neighbouring runs of the shorter text that the longer one has too."""


@dataclass(frozen=True)
class Overlap:
    """What two texts share: the share of the shorter one's words, and the longest common passage as a span of each text."""

    share: float
    span: tuple[int, int]
    known_span: tuple[int, int]


class Reading:
    """A text prepared for comparing: its words and the runs that they make."""

    def __init__(self, text: Words) -> None:
        self.text = text
        self.length = text.length
        self.letters = text.letters
        self.runs = text.runs
        self.run_set: frozenset[int] | None = None
        # An editor writes a headline of his own, which says nothing of the text beneath it.
        self.first = text.body if len(text) - text.body >= FEWEST else 0
        self.size = len(text) - self.first


def overlap(left: Reading, right: Reading) -> Overlap | None:
    """The overlap of two texts of which one is a copy of the other (which one, only their times can tell); else None."""
    if left.length != right.length or min(left.size, right.size) < FEWEST:
        return None
    short, long = (left, right) if (left.size, left.runs) <= (right.size, right.runs) else (right, left)
    if long.run_set is None:
        long.run_set = frozenset(long.runs)
    shared = bytes(map(long.run_set.__contains__, short.runs))  # a loop in Python costs more than all the rest
    if shared.count(1) * short.length < GLANCE * short.size:
        return None
    stretches = [found.span() for found in _STRETCH.finditer(shared)]
    order = _Order(short, long, stretches)
    share = max(_covered(stretches, short), order.size) / short.size
    if share < _needed(short.size):
        return None
    if len(long.letters) > EXCERPT * short.size and not _shares_opening(short, long, stretches):
        return None
    if _tell_two_things(short, long, order):
        return None
    here, there = _longest(short, long, stretches)
    return Overlap(round(share, 3), *((here, there) if short is left else (there, here)))


def _needed(size: int) -> float:
    missing = max(0, LONG - size) / (LONG - FEWEST)
    return SHARE + (SHORT_SHARE - SHARE) * missing


def _covered(stretches: Stretches, short: Reading) -> int:
    """How many words of the body lie in common runs."""
    covered, end = 0, short.first
    for begin, behind in stretches:
        last = behind + short.length - 1
        if behind > short.first:
            covered += last - max(begin, end)
            end = last
    return covered


def _places(short: Reading, long: Reading, stretches: Stretches) -> Places:
    """Where each common run stands in the shorter text, and where first in the longer one."""
    first = dict(zip(reversed(long.runs), range(len(long.runs) - 1, -1, -1), strict=True))
    return [(i, first[short.runs[i]]) for begin, behind in stretches for i in range(begin, behind)]


class _Order:
    """The most words of the shorter body that stand in the longer text in their order."""

    def __init__(self, short: Reading, long: Reading, stretches: Stretches) -> None:
        self._begin, end = 0, len(long.letters)
        if end > ALIKE * short.size:
            shifts = sorted([j - i for i, j in _places(short, long, stretches)])
            self._begin = max(0, shifts[len(shifts) // 2] + short.first - short.size // 4)
            end = self._begin + short.size * 3 // 2
        self._first = short.first
        self._body, self._window = short.letters[short.first :], long.letters[self._begin : end]
        self.size = LCSseq.similarity(self._body, self._window)

    def blocks(self) -> list[tuple[int, int, int]]:
        """Where those words stand: first place in the shorter text, in the longer one, and how many neighbours."""
        first, begin = self._first, self._begin
        return [(i + first, j + begin, size) for i, j, size in LCSseq.editops(self._body, self._window).as_matching_blocks() if size]


def _shares_opening(short: Reading, long: Reading, stretches: Stretches) -> bool:
    """Whether half of what is common stands in the first words of the longer text, as many as the shorter one has and half more."""
    limit, places = len(short.letters) * 3 // 2, _places(short, long, stretches)
    return sum(j < limit for _, j in places) >= OPENING * len(places)


def _tell_two_things(short: Reading, long: Reading, order: _Order) -> bool:
    """Whether facts were exchanged between common words, or behind the last one: a number for a number, a name for a name."""
    facts = short.text.facts
    own = [n for n, letter in enumerate(facts.letters) if letter not in long.letters]
    if not own or not order.size:
        return False
    further = long.text.facts
    others = [n for n, letter in enumerate(further.letters) if letter not in short.letters]
    if not others:
        return False
    kept = len(set(facts.letters)) - len({facts.letters[n] for n in own})
    if not _too_many(min(len(own), len(others)), kept):
        return False
    blocks = order.blocks()
    (i, j, size), ends = blocks[-1], (len(short.letters), len(long.letters))
    # A longer end is a tail that was cut or a line that was added.
    if max(ends[0] - i, ends[1] - j) - size < TAIL:
        blocks.append((*ends, 0))
    here, there = [i for i, _, _ in blocks], [j for _, j, _ in blocks]
    mine = [(bisect(here, facts.places[n]), facts.kinds[n]) for n in own]
    theirs = [(bisect(there, further.places[n]), further.kinds[n]) for n in others]
    both = set(mine) & set(theirs)
    exchanged = sum(min(mine.count(one), theirs.count(one)) for one in both if _is_slot(blocks, one[0]))
    return _too_many(exchanged, kept)


def _too_many(exchanged: int, kept: int) -> bool:
    is_spelling = exchanged == 1 and kept
    return not is_spelling and exchanged > EXCHANGED * (exchanged + kept)


def _is_slot(blocks: Sequence[tuple[int, int, int]], gap: int) -> bool:
    """Whether the gap before block number `gap` is narrow enough to have been filled in."""
    if not 0 < gap < len(blocks):
        return False
    (i, j, size), (here, there, _) = blocks[gap - 1], blocks[gap]
    return max(here - i, there - j) - size < SLOT


def _longest(short: Reading, long: Reading, stretches: Stretches) -> tuple[tuple[int, int], tuple[int, int]]:
    """The longest passage that stands unbroken in both texts: its first and one-past-last character in each."""
    begin, behind = max(stretches, key=lambda found: (found[1] - found[0], -found[0]))
    last = behind + short.length - 2
    if (there := long.letters.find(short.letters[begin : last + 1])) >= 0:
        return short.text.span(begin, last), long.text.span(there, there + last - begin)
    return _longest_of_parts(short, long, stretches)


def _longest_of_parts(short: Reading, long: Reading, stretches: Stretches) -> tuple[tuple[int, int], tuple[int, int]]:
    """The same where the longest stretch is of passages from several places of the longer text."""
    best = begin = 0
    last, previous = (0, 0), (-2, -2)
    for i, j in _places(short, long, stretches):
        if (i - 1, j - 1) != previous:
            begin = i
        if i - begin >= best:
            best, last = i - begin + 1, (i, j)
        previous = (i, j)
    (i, j), further = last, short.length - 1
    return short.text.span(i - best + 1, i + further), long.text.span(j - best + 1, j + further)
