"""Which entries are one text: found copies and analysts' decisions come in, groups go out, each with what ties it together.

A group is what chains of ties join, whatever the order in which they became known. Whom an analyst set apart no chain joins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from typing import Final, Literal, NamedTuple, TypeAlias

from monitor.model import Copy, OriginDecision, standing

Why: TypeAlias = Copy | OriginDecision | Literal["text", "origin"]
"""What ties two entries: a copy that was found, a decision, an equal text, or an equal origin group."""


class Tie(NamedTuple):
    """Two entries that are one, and why."""

    left: str
    right: str
    why: Why


class Groups:
    """Entries joined one pair at a time. A pair that is apart is never joined, also not by way of others."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._rivals: dict[str, set[str]] = {}

    def of(self, entry: str) -> str:
        """The entry that stands for the group."""
        above = self._above
        while entry in above:
            if above[entry] in above:
                above[entry] = above[above[entry]]
            entry = above[entry]
        return entry

    def part(self, left: str, right: str) -> None:
        """Keeps two entries apart from now on, unless they are joined already."""
        one, other = self.of(left), self.of(right)
        if one != other:
            self._rivals.setdefault(one, set()).add(other)
            self._rivals.setdefault(other, set()).add(one)

    def join(self, left: str, right: str) -> bool:
        """Whether this made two groups one."""
        one, other = self.of(left), self.of(right)
        if one == other:
            return False
        if other < one:
            one, other = other, one
        if self._rivals and other in self._rivals.get(one, ()):
            return False
        self._above[other] = one
        if not self._rivals:
            return True
        for rival in self._rivals.pop(other, ()):
            self._rivals[rival].discard(other)
            self._rivals[rival].add(one)
            self._rivals.setdefault(one, set()).add(rival)
        return True


class Kinship:
    """Who repeats whom, as far as is known: `texts` are the groups of one text, `ties` make each of them a tree."""

    def __init__(self, copies: Iterable[Copy] = (), decisions: Sequence[OriginDecision] = ()) -> None:
        self.texts = Groups()
        self.ties: list[Tie] = []
        self._alone: set[str] = set()
        self._apart: list[tuple[str, str]] = []
        for decision in standing(decisions):
            self._decide(decision)
        for copy in sorted(copies, key=_surest_first):
            self._tie(copy.entry, copy.copied_entry, copy)

    def may_tie(self, entry: str) -> bool:
        """Whether what is found ties this entry to others: not when an analyst said that it repeats nobody."""
        return entry not in self._alone

    def groups(self, entries: Iterable[str]) -> Groups:
        """The groups of one text among these entries, to go on with."""
        groups, first = Groups(), dict[str, str]()
        for entry in entries:
            told = first.setdefault(self.texts.of(entry), entry)
            if told != entry:
                groups.join(told, entry)
        for left, right in self._apart:
            groups.part(left, right)
        return groups

    def _decide(self, decision: OriginDecision) -> None:
        """Puts a decision into effect as far as no later one, which came before, says otherwise."""
        pairs = list(combinations(decision.entries, 2))
        if decision.verdict == "same":
            for left, right in pairs:
                self._tie(left, right, decision)
        elif decision.verdict == "apart":
            self._alone.update(decision.entries if not pairs else ())
            self._apart += pairs
            for left, right in pairs:
                self.texts.part(left, right)

    def _tie(self, left: str, right: str, why: Why) -> None:
        if self.may_tie(left) and self.may_tie(right) and self.texts.join(left, right):
            self.ties.append(Tie(left, right, why))


def _surest_first(copy: Copy) -> tuple[float, str, str, str, str]:
    return (-copy.share, copy.entry, copy.copied_entry, copy.document, copy.copied)


NO_KIN: Final = Kinship()
"""Nothing is known to repeat anything."""
