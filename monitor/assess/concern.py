"""Which events an answer can rest on: a question and a way to look events up come in, those that may weigh go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from itertools import product
from typing import TypeAlias, TypeVar

from monitor.assess.alternatives import candidates
from monitor.assess.question import Question
from monitor.model import ANYONE, ANYWHERE, Event, Jurisdiction
from monitor.model.event_brief import Weighable

Some = TypeVar("Some", bound=Weighable)
Find: TypeAlias = Callable[[Collection[str], Collection[Jurisdiction]], Sequence[Some]]
"""Events that name one of these providers, or nobody whom they hit, and one of these places, or none."""


def concerning(question: Question, find: Find[Some]) -> list[Some]:
    """All events that `score` can use for the question, and perhaps more: of the provider, of its owners, of what it could switch to.

    `score` gives the same answer from these as from all events.
    """
    places = question.within | question.members
    asked: set[str] = set()
    found: dict[str, Some] = {}
    wanted = {question.provider, *candidates((), question)}
    while new := {party for name in wanted for party in question.about(name).parties} - asked:
        found |= {event.id: event for event in find(sorted(new), places)}
        asked |= new
        wanted = candidates([*found.values()], question)  # who offers to replace it is told by the events that concern it
    return [*found.values()]


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
