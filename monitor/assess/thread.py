"""Reports to events: one event is one real-world measure living through its stages.

In: reports, in any order, and what analysts decided. Out: events, ordered by id. Claims are taken in the order of our
knowledge, so that a report learnt later joins or opens a thread but never rearranges the threads that were known before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from monitor.assess.fit import Thread
from monitor.assess.kinship import NO_KIN, Kinship
from monitor.assess.measure import EITHER, Claim, Family, claims
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


class Casebook:
    """Threads that grow as reports become known. What is learnt later never rearranges them, so that learning in portions, each
    recorded after the one before and with all reports of a document in one, gives the threads of learning all at once.
    """

    def __init__(self) -> None:
        self._found = _Index()
        self._previous: Claim | None = None

    @property
    def threads(self) -> list[Thread]:
        """Every thread so far, in the order in which they opened."""
        return self._found.threads

    def learn(self, reports: Sequence[Report]) -> list[Thread]:
        """Take the reports in; the threads that they opened or joined, in the order in which those opened."""
        touched: set[int] = set()
        for claim in sorted(_sensible(reports), key=lambda c: (c.order, repr(c.report.signal))):
            if claim != self._previous:
                touched.add(self._found.place(claim))
            self._previous = claim
        return [self.threads[number] for number in sorted(touched)]


def _sensible(reports: Sequence[Report]) -> Iterator[Claim]:
    """All claims, knowing of each other's document; an offer to replace nobody by who cuts users off himself is left out."""
    told = [claim for report in reports for claim in claims(report)]
    acts: dict[tuple[str, Family], set[str]] = defaultdict(set)
    for claim in told:
        acts[claim.report.document.id, claim.family] |= claim.principals
    for claim in told:
        document = claim.report.document.id
        if claim.family == "mitigation" and not claim.causes and claim.principals & acts[document, "access"]:
            continue
        twin = claim.family in EITHER and any(acts[document, other] & claim.principals for other in EITHER - {claim.family})
        yield replace(claim, twin=twin)


class _Index:
    """Threads with the keys under which a fitting claim can find them."""

    def __init__(self) -> None:
        self.threads: list[Thread] = []
        self._by_key: dict[str, list[int]] = defaultdict(list)
        self._keys: list[set[str]] = []

    def place(self, claim: Claim) -> int:
        """Add the claim to the best thread, or open one; the thread's number."""
        best: tuple[tuple[float, ...], int] | None = None
        for number in self._candidates(claim):
            rank = self.threads[number].match(claim)
            if rank is not None and (best is None or (rank, -number) > (best[0], -best[1])):
                best = (rank, number)
        if best is None:
            self.threads.append(Thread())
            self._keys.append(set())
        number = best[1] if best else len(self.threads) - 1
        self.threads[number].add(claim)
        for key in set(_keys(claim)) - self._keys[number]:
            self._keys[number].add(key)
            self._by_key[key].append(number)
        return number

    def _candidates(self, claim: Claim) -> list[int]:
        return sorted({number for key in _keys(claim) for number in self._by_key.get(key, ())})


def _keys(claim: Claim) -> Iterator[str]:
    """Two claims that can match share one of these: their text, an official number, a provider, the issuer's day, or namelessness."""
    yield ":".join(("copy", *claim.reprint))
    yield from (f"id:{number}" for number in claim.official)
    yield from (f"provider:{provider}" for provider in claim.named)
    yield from (f"day:{place}:{day}" for place in claim.issuers for day in claim.days)
    if not claim.principals:
        yield from (f"issuer:{place}" for place in claim.issuers or ("",))
