"""Is one text a copy of the other? The words of two texts come in; the overlap goes out, or None.

A copy repeats runs of words, whoever edited, cut or re-headed it. Two reports of one event share names and numbers but few runs.
Notices made from one template share the runs but not the facts between them, so facts that were exchanged in place tell
them from copies: an editor rewords and drops, but leaves numbers and names as they are.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from monitor.collect.copies.tokens import Words, runs

COVER_WORDS, COVER_CHARACTERS = 3, 4
"""Length of the runs that are compared."""
FEWEST: Final = 12
"""Texts of fewer words are never copies: two reporters may find the same eight."""
SHARE, LONG = 0.6, 40
"""Least share of the shorter text's words within common runs, from `LONG` words on: wherever the passages stand."""
SHORT_SHARE: Final = 0.95
"""The same for a text of `FEWEST` words, in between in proportion: one sentence on an event has few ways to be said."""
STEP: Final = 3
"""Common runs are in step when as many words lie between them in both texts, give or take so many: what dropping and exchanging
words leaves. Two reports share phrases here and there instead."""
IN_STEP, DENSE, STRETCH = 0.5, 0.4, 30
"""Share of the shorter text that runs in step must span, how much of that they must cover, and the least span in words."""
EXCERPT: Final = 4
"""A text so many times as long as the other is a copy only when they share its opening: a survey of the day copies nobody."""
OPENING: Final = 0.5
SLOT: Final = 24
"""A longer stretch between common runs is another passage, not a filled-in place."""
TAIL: Final = 6
"""The same behind the last common run."""
EXCHANGED: Final = 0.15
"""Share of the facts that are exchanged in place from which two texts are notices of two things."""


@dataclass(frozen=True)
class Overlap:
    """What two texts share: the share of the shorter one's words, and the longest common passage as a span of each text."""

    share: float
    span: tuple[int, int]
    known_span: tuple[int, int]


class Reading:
    """A text prepared for comparing: its runs and where each stands first."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.length = COVER_CHARACTERS if words.by_character else COVER_WORDS
        self.runs: list[int] = runs(words.hashes, self.length).tolist()
        self.place = dict(zip(reversed(self.runs), range(len(self.runs) - 1, -1, -1), strict=True))
        self.vocabulary = frozenset(words.word_at)
        # An editor writes a headline of his own, which says nothing of the text beneath it.
        self.first = words.body if len(words) - words.body >= FEWEST else 0
        self.size = len(words) - self.first


def overlap(left: Reading, right: Reading) -> Overlap | None:
    """The overlap of two texts of which one is a copy of the other (which one, only their times can tell); else None."""
    if left.words.by_character != right.words.by_character or min(left.size, right.size) < FEWEST:
        return None
    short, long = (left, right) if (left.size, left.runs) <= (right.size, right.runs) else (right, left)
    shared = short.place.keys() & long.place.keys()
    if len(shared) * short.length < IN_STEP * DENSE * short.size:
        return None
    common = sorted([short.place[run] for run in shared])
    in_body = [i for i in common if i >= short.first]
    covered = _covered(in_body, short.length)
    if covered < _needed(short.size) * short.size and not _is_in_step(short, long, in_body):
        return None
    if len(long.words) > EXCERPT * short.size and not _shares_opening(short, long, common):
        return None
    if _tell_two_things(short, long, common):
        return None
    spans = (_longest(text, shared) for text in (left, right))
    return Overlap(round(covered / short.size, 3), *spans)


def _needed(size: int) -> float:
    missing = max(0, LONG - size) / (LONG - FEWEST)
    return SHARE + (SHORT_SHARE - SHARE) * missing


def _is_in_step(short: Reading, long: Reading, common: list[int]) -> bool:
    """Whether one stretch of the shorter text, half of it or more, goes along with the other one word by word."""
    least = max(STRETCH, IN_STEP * short.size)
    stretch: list[int] = []
    for i in common:
        if stretch:
            ahead, there = i - stretch[-1], long.place[short.runs[i]] - long.place[short.runs[stretch[-1]]]
            if there <= 0 or abs(there - ahead) > STEP or ahead > short.length + SLOT:
                stretch = []
        stretch.append(i)
        span = i + short.length - stretch[0]
        if span >= least and _covered(stretch, short.length) >= DENSE * span:
            return True
    return False


def _covered(common: list[int], length: int) -> int:
    """How many words lie in runs that begin at `common`."""
    covered, end = 0, 0
    for i in common:
        covered += length if i >= end else i + length - end
        end = i + length
    return covered


def _shares_opening(short: Reading, long: Reading, common: list[int]) -> bool:
    """Whether half of what is common stands in the first words of the longer text, as many as the shorter one has and half more."""
    limit = len(short.words) * 3 // 2
    return bool(sum(long.place[short.runs[i]] < limit for i in common) >= OPENING * len(common))


def _tell_two_things(short: Reading, long: Reading, common: list[int]) -> bool:
    """Whether facts were exchanged between common runs, or behind the last one: a number for a number, a name for a name."""
    exchanged, length = 0, short.length
    ends = (len(short.words), len(long.words))
    places = [(i, long.place[short.runs[i]]) for i in common]
    # A longer end is a tail that was cut or a line that was added.
    if max(ends[0] - places[-1][0], ends[1] - places[-1][1]) <= length + TAIL:
        places.append(ends)
    for (i, j), (here, there) in pairwise(places):
        if i + length < here <= i + length + SLOT and j + length < there <= j + length + SLOT:
            own = _own_facts(short, long, i + length, here)
            exchanged += min(own, _own_facts(long, short, j + length, there)) if own else 0
    if not exchanged:
        return False
    words = short.words
    kept = {word for word, fact in zip(words.word_at, words.fact_at, strict=True) if fact and word in long.vocabulary}
    return exchanged > EXCHANGED * (exchanged + len(kept))


def _own_facts(text: Reading, other: Reading, start: int, end: int) -> int:
    words = text.words
    return sum(words.fact_at[i] and words.word_at[i] not in other.vocabulary for i in range(start, end))


def _longest(text: Reading, shared: Set[int]) -> tuple[int, int]:
    """First and one-past-last character of the longest unbroken passage."""
    best = longest = start = 0
    previous = -1
    for i in sorted([text.place[run] for run in shared]):
        if i != previous + 1:
            start = i
        if i - start + 1 > longest:
            best, longest = start, i - start + 1
        previous = i
    return int(text.words.starts[best]), int(text.words.ends[best + longest + text.length - 2])
