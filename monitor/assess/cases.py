"""Which threads have to be ruled together: threads and decisions come in, groups that no decision joins with another go out.

A decision is about the threads in which its entries stand, and about the one that makes the event it knows by id.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.assess.anchors import pinning
from monitor.assess.casebook import Casebook
from monitor.assess.fit import Thread
from monitor.assess.kinship import Groups
from monitor.model import EventDecision, standing


@dataclass(frozen=True)
class Case:
    """Threads, by their ids, and the decisions that hold about them, in their order."""

    threads: frozenset[str]
    decisions: tuple[EventDecision, ...]

    @property
    def numbers(self) -> tuple[int, ...]:
        """Of its decisions."""
        return tuple(decision.number for decision in self.decisions)


@dataclass
class Cases:
    """The threads that decisions are about, kept up as threads change."""

    decisions: Sequence[EventDecision] = ()
    entries: frozenset[str] = frozenset()
    """Entries that decisions name."""
    events: frozenset[str] = frozenset()
    """Events that decisions know by id."""
    pinning: frozenset[str] = frozenset()
    """Entries of which decisions keep what was read."""
    _told: dict[str, frozenset[str]] = field(default_factory=dict)
    """The threads that decisions are about, by id, with the entries that these name."""

    @classmethod
    def about(cls, decided: Sequence[EventDecision], book: Casebook) -> Cases:
        """Of all that was decided; undone decisions play no part."""
        held = standing(decided)[::-1]
        named = frozenset(entry for decision in held for entry in _entries(decision))
        cases = cls(held, named, frozenset(decision.event for decision in held), pinning(held))
        cases.look([*book.told_by(named), *(thread for event in cases.events if (thread := book.get(event)))], ())
        return cases

    def look(self, changed: Iterable[Thread], gone: Iterable[str]) -> None:
        """Take note of threads that changed, and of ids that no thread has any more."""
        for event in gone:
            self._told.pop(event, None)
        for thread in changed:
            named = self.entries.intersection(claim.report.document.entry for claim in thread.claims)
            if named or thread.id in self.events:
                self._told[thread.id] = named
            else:
                self._told.pop(thread.id, None)

    def all(self) -> list[Case]:
        """The cases as they stand."""
        homes: Mapping[str, list[str]] = defaultdict(list)
        for event, entries in self._told.items():
            for entry in entries:
                homes[entry].append(event)
        groups = Groups()
        for decision in self.decisions:
            for event in (event for entry in _entries(decision) for event in homes.get(entry, ())):
                groups.join(decision.event, event)
        parts: dict[str, tuple[set[str], list[EventDecision]]] = defaultdict(lambda: (set(), []))
        for event in self._told:
            parts[groups.of(event)][0].add(event)
        for decision in self.decisions:
            parts[groups.of(decision.event)][1].append(decision)
        return [Case(frozenset(threads), tuple(decisions)) for threads, decisions in parts.values() if threads]


def _entries(decision: EventDecision) -> Iterator[str]:
    return (anchor.entry for anchor in (*decision.anchors, *decision.others))
