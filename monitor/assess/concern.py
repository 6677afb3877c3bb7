"""Which events an answer can rest on: a question and a way to look events up come in, those that may weigh go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from itertools import product

from monitor.assess.alternatives import candidates
from monitor.assess.question import Question
from monitor.model import ANYONE, ANYWHERE, Event, Jurisdiction

Find = Callable[[Collection[str], Collection[Jurisdiction]], Sequence[Event]]
"""Events that name one of these providers, or nobody whom they hit, and one of these places, or none."""


def concerning(question: Question, find: Find) -> list[Event]:
    """All events that `score` can use for the question, and perhaps more: of the provider, of its owners, of what it could switch to.

    `score` gives the same answer from these as from all events.
    """
    places = places_of(question)
    own = find(_parties(question), places)
    others = {party for name in candidates(own, question) for party in _parties(question.about(name))} - _parties(question)
    return list({event.id: event for event in (*own, *(find(sorted(others), places) if others else ()))}.values())


class Docket:
    """Events in memory, to be found as a store finds them."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._by_reach: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for event in events:
            for key in event.reach:
                self._by_reach[key].append(event)

    def find(self, parties: Collection[str], places: Collection[Jurisdiction]) -> list[Event]:
        """See `Find`."""
        keys = product((*parties, ANYONE), (*places, ANYWHERE))
        return list({event.id: event for key in keys for event in self._by_reach.get(key, ())}.values())


def places_of(question: Question) -> set[Jurisdiction]:
    """The place asked about, the regions that it is part of, and its members where it is a region itself."""
    asked = question.jurisdiction
    regions = {region for region, members in question.regions.items() if asked in members}
    return {asked, *regions, *question.regions.get(asked, ())}


def _parties(question: Question) -> set[str]:
    return {question.provider, *(owner for owner, _ in question.owners)}
