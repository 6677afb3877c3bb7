"""Events by whom they concern: events come in, the few that may weigh on a question's provider go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Protocol

from monitor.assess.factors import is_nameless
from monitor.assess.question import Question
from monitor.model.event_brief import Weighable


class Record(Protocol):
    """Events that can be looked up by the question that they are to answer."""

    def concerning(self, question: Question, /) -> Sequence[Weighable]:
        """Those that were not withdrawn and name the provider or an owner, or nobody whom they hit; those of elsewhere may be left out."""
        ...


class ByParty:
    """Events that were not withdrawn, each once, to be looked at provider by provider, since most concern somebody else."""

    def __init__(self, events: Iterable[Weighable]) -> None:
        self.events = [event for event in {event.id: event for event in events}.values() if not event.withdrawn]
        self._nameless = [event for event in self.events if is_nameless(event)]
        self._naming: dict[str, list[Weighable]] = defaultdict(list)
        for event in self.events:
            for party in event.providers:
                self._naming[party].append(event)

    def concerning(self, question: Question) -> list[Weighable]:
        """The events that name the provider or an owner, or nobody whom they hit."""
        naming = (event for party in question.parties for event in self._naming.get(party, ()))
        return [*{event.id: event for event in chain(naming, self._nameless)}.values()]
