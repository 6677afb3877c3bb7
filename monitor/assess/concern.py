"""Which events an answer can rest on: a question and a way to look events up come in, those that may weigh go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from itertools import product
from typing import Final, Protocol, TypeVar

from monitor.assess.alternatives import NO_ALTERNATIVE, candidates
from monitor.assess.parties import ByParty
from monitor.assess.question import Question
from monitor.assess.rate import rated_below
from monitor.model import ANYONE, ANYWHERE, Event, Jurisdiction
from monitor.model.event_brief import Weighable

Some_co = TypeVar("Some_co", bound=Weighable, covariant=True)
LONG: Final = 32
"""With so many events of the provider asked about there are probably as many of those that one can switch to."""
GLANCE: Final = 8
"""So many events of a provider mostly include one that alone makes its risk high, if there is one."""


class Find(Protocol[Some_co]):
    """Events that name one of these providers, or nobody whom they hit, and one of these places, or none. With `each` so many that name
    a provider suffice, and the nameless ones may be left out.
    """

    def __call__(self, parties: Collection[str], places: Collection[Jurisdiction], each: int | None = None, /) -> Sequence[Some_co]: ...


def concerning(question: Question, find: Find[Some_co]) -> list[Some_co]:
    """All events that `score` can use for the question, and perhaps more: of the provider, of its owners, of what it could switch to.

    `score` gives the same answer from these as from all events. Of whom an event shows to be at high risk, and so no alternative, no more
    is looked up.
    """
    places = question.within | question.members
    found = {event.id: event for event in find(question.parties, places)}
    others = [question.about(name) for name in candidates([*found.values()], question)]
    if len(found) > LONG and others:
        found |= {event.id: event for event in find(_parties(others), places, GLANCE)}
        known = ByParty(found.values())
        others = [other for other in others if rated_below(known.concerning(other), other, NO_ALTERNATIVE) is not None]
    if parties := _parties(others) - question.parties:
        found |= {event.id: event for event in find(parties, places)}
    return [*found.values()]


def _parties(questions: Iterable[Question]) -> set[str]:
    return {party for question in questions for party in question.parties}


class Docket:
    """Events in memory, each once, by whom and where they reach: nothing needs to be gathered and sorted anew for each question."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._by_reach: dict[tuple[str, str], list[Event]] = defaultdict(list)
        for event in events:
            for key in () if event.withdrawn else event.reach:
                self._by_reach[key].append(event)

    def concerning(self, question: Question) -> list[Event]:
        """See `Record`."""
        keys = product((*question.parties, ANYONE), (*question.within | question.members, ANYWHERE))
        return list({event.id: event for key in keys for event in self._by_reach.get(key, ())}.values())
