"""Reports to events: one event is one real-world measure living through its stages.

In: reports, in any order, and what analysts decided. Out: events, ordered by id. Claims are taken in the order of our
knowledge, so that a report learnt later joins or opens a thread but never rearranges the threads that were known before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from monitor.assess.casebook import Casebook
from monitor.assess.fit import Thread
from monitor.assess.kinship import NO_KIN, Kinship
from monitor.assess.merge import merged
from monitor.assess.rulings import Ruled, ruled
from monitor.model import Event, EventDecision, Report

_NO_NAMES: Mapping[str, str] = MappingProxyType({})


def thread(
    reports: Sequence[Report], names: Mapping[str, str] = _NO_NAMES, kin: Kinship = NO_KIN, decisions: Sequence[EventDecision] = ()
) -> list[Event]:
    """The measures that `reports` tell; `names` gives display names of provider ids and places for the titles, `kin` says which
    documents repeat which, `decisions` what analysts joined, cut, corrected, confirmed, rejected or dispute.

    Pure: the same reports in any order, or given twice, make the same events.
    """
    return [found.event for found in told(reports, names, kin, decisions)]


def told(reports: Sequence[Report], names: Mapping[str, str], kin: Kinship, decisions: Sequence[EventDecision]) -> list[Ruled]:
    """The same events, each with the claims that tell it."""
    groups = [found.claims for found in threads(reports)]
    return sorted(ruled(groups, decisions, lambda claims: merged(claims, names, kin), names), key=lambda found: found.event.id)


def threads(reports: Sequence[Report]) -> list[Thread]:
    """Claims grouped into threads, greedily in the order of knowledge, each to the thread it fits best."""
    book = Casebook()
    book.learn(reports)
    return book.threads
