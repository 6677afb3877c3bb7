"""Reports to events: one event is one real-world measure living through its stages.

In: reports, in any order. Out: events, ordered by id. Claims are taken in the order of our knowledge, so that a report
learnt later joins or opens a thread but never rearranges the threads that were known before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from monitor.assess.casebook import Casebook
from monitor.assess.fit import Thread
from monitor.assess.kinship import NO_KIN, Kinship
from monitor.assess.merge import merged
from monitor.model import Event, Report

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def thread(reports: Sequence[Report], names: Mapping[str, str] = _NO_NAMES, kin: Kinship = NO_KIN) -> list[Event]:
    """The measures that `reports` tell; `names` gives display names of provider ids and places for the titles, `kin` says which
    documents repeat which.

    Pure: the same reports in any order, or given twice, make the same events.
    """
    return sorted((merged(found.claims, names, kin) for found in threads(reports)), key=lambda event: event.id)


def threads(reports: Sequence[Report]) -> list[Thread]:
    """Claims grouped into threads, greedily in the order of knowledge, each to the thread it fits best."""
    book = Casebook()
    book.learn(reports)
    return book.threads
