"""Threads that grow: reports come in as they become known, in any portions; the threads of all of them stand at any time.

What is known is a log of claims in the order of knowledge. News at its end is placed at once. News before its end, or a document that
an edit replaced, takes the log back to that place and places again what follows: the cost is that of what became known since.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, groupby, pairwise, product
from types import MappingProxyType
from typing import Final

from monitor.assess.fit import Thread
from monitor.assess.measure import EITHER, FAMILY, Claim, Family, Order, claims
from monitor.model import Report
from monitor.model.brief import Brief

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SPAN_SECONDS: Final = 90 * 86_400
"""Length of a stretch of time that threads are found by: half the window, so that a thread stands under a handful of them."""
_NOTHING: Final[Mapping[str, int]] = MappingProxyType({})
_FAMILIES: Final[tuple[Family, ...]] = tuple(sorted({*FAMILY.values()}))


@dataclass(frozen=True)
class Change:
    """What learning and forgetting did: threads whose claims differ now, and the ids of events that have no thread any more."""

    threads: tuple[Thread, ...] = ()
    gone: frozenset[str] = frozenset()


class Casebook:
    """Threads that grow. Learning in any portions and order, with all reports of a document in one, gives the threads of learning
    all at once; forgetting a document gives those of never having known it.
    """

    def __init__(self) -> None:
        self._found = _Index()
        self._log: list[Claim] = []
        self._placed: list[int] = []
        self._first: dict[str, tuple[Claim, ...]] = {}

    @property
    def threads(self) -> list[Thread]:
        """Every thread so far, in the order in which they opened."""
        return self._found.threads

    def told_by(self, entries: Iterable[str]) -> list[Thread]:
        """The threads in which a claim of one of these entries stands."""
        numbers = {self._placed[at] for entry in entries for first in self._first.get(entry, ()) for at in self._claims_beside(first)}
        return [self.threads[number] for number in sorted(numbers)]

    def learn(self, reports: Iterable[Report | Brief]) -> list[Thread]:
        """Take the reports in; the threads that changed, in the order in which those opened."""
        return list(self.revise(reports).threads)

    def revise(self, reports: Iterable[Report | Brief], edited: Mapping[str, int] = _NOTHING) -> Change:
        """Take the reports in, and back what versions of entries told that are older than the one that `edited` gives."""
        told = _in_order(_sensible(reports))
        old = [c for entry in edited for c in self._first.get(entry, ()) if c.report.document.revision < edited[entry]]
        if not told and not old:
            return Change()
        length = self._position(min(claim.order for claim in (*told[:1], *old)))
        former = {self.threads[number].id: self.threads[number] for number in {*self._placed[length:]}}
        again, numbers = self._back_to(length)
        for entry in {claim.report.document.entry for claim in old}:
            self._first[entry] = tuple(c for c in self._first[entry] if c.report.document.revision >= edited[entry])
        replaced = {claim.report.document.id for claim in old}
        kept = [claim for claim in again if claim.report.document.id not in replaced]
        for claim in _in_order([*kept, *told]) if kept else told:
            numbers.add(self._place(claim))
        present = {self.threads[number].id: self.threads[number] for number in sorted(numbers)}
        differing = (thread for key, thread in present.items() if key not in former or former[key].claims != thread.claims)
        return Change(tuple(differing), frozenset(former.keys() - present.keys()))

    def _position(self, order: Order) -> int:
        return bisect_left(self._log, order, key=lambda claim: claim.order)

    def _claims_beside(self, first: Claim) -> Iterator[int]:
        """The places in the log of all claims of a document, of which `first` is the first."""
        document = first.report.document.id
        for at in range(self._position(first.order), len(self._log)):
            if self._log[at].report.document.id != document:
                return
            yield at

    def _place(self, claim: Claim) -> int:
        """The number of the thread that the claim joins; one that was learnt before stays where it is."""
        if self._log and claim.order == self._log[-1].order and claim == self._log[-1]:
            return self._placed[-1]
        number = self._found.place(claim)
        self._log.append(claim)
        self._placed.append(number)
        document = claim.report.document
        known = self._first.get(document.entry, ())
        if not any(c.report.document.id == document.id and c.order <= claim.order for c in known):
            self._first[document.entry] = (*(c for c in known if c.report.document.id != document.id), claim)
        return number

    def _back_to(self, length: int) -> tuple[list[Claim], set[int]]:
        """Take back what follows the first `length` claims; those, in order, and the numbers of the threads they leave behind."""
        taken, last = self._log[length:], Counter(self._placed[length:])
        del self._log[length:], self._placed[length:]
        return taken, self._found.take_back(last)


def _in_order(told: Sequence[Claim]) -> list[Claim]:
    """The claims in the order of knowledge; only claims of one document can be level, and then what they say decides."""
    ordered = sorted(told, key=lambda claim: claim.order)
    if not any(one.order == other.order for one, other in pairwise(ordered)):
        return ordered
    level = (sorted(same, key=lambda claim: repr(claim.report.signal)) for _, same in groupby(ordered, key=lambda claim: claim.order))
    return list(chain.from_iterable(level))


def _sensible(reports: Iterable[Report | Brief]) -> list[Claim]:
    """All claims, knowing of each other's document; an offer to replace nobody by who cuts users off himself is left out."""
    told = [claim for report in reports for claim in claims(report)]
    acts: dict[tuple[str, Family], set[str]] = defaultdict(set)
    for claim in told:
        acts[claim.report.document.id, claim.family] |= claim.principals
    kept = []
    for claim in told:
        document = claim.report.document.id
        if claim.family == "mitigation" and not claim.causes and claim.principals & acts[document, "access"]:
            continue
        twin = claim.family in EITHER and any(acts[document, other] & claim.principals for other in EITHER - {claim.family})
        kept.append(claim._replace(twin=True) if twin else claim)
    return kept


class _Index:
    """Threads with the keys under which a fitting claim can find them."""

    def __init__(self) -> None:
        self.threads: list[Thread] = []
        self._by_key: dict[Hashable, list[int]] = {}
        self._shelves: list[_Shelf] = []

    def place(self, claim: Claim) -> int:
        """Add the claim to the best thread, or open one; the thread's number."""
        best: tuple[tuple[float, ...], int] | None = None
        for number in self._candidates(claim):
            rank = self.threads[number].match(claim)
            if rank is not None and (best is None or (rank, -number) > (best[0], -best[1])):
                best = (rank, number)
        if best is None:
            self.threads.append(Thread())
            self._shelves.append(_Shelf())
        number = best[1] if best else len(self.threads) - 1
        self._add(number, claim)
        return number

    def take_back(self, last: Mapping[int, int]) -> set[int]:
        """Take back the last so many claims of each of these threads; the numbers of those that have some left."""
        for number, count in sorted(last.items(), reverse=True):
            for key in self._shelves[number].keys:
                found = self._by_key[key]
                found.remove(number)
                if not found:
                    del self._by_key[key]
            kept = self.threads[number].claims[:-count]
            if not kept:
                assert number == len(self.threads) - 1, "threads open in the order of the log"
                del self.threads[number], self._shelves[number]
                continue
            self.threads[number], self._shelves[number] = Thread(), _Shelf()
            for claim in kept:
                self._add(number, claim)
        return {number for number in last if number < len(self.threads)}

    def _add(self, number: int, claim: Claim) -> None:
        thread = self.threads[number]
        thread.add(claim)
        for key in self._shelves[number].widen(claim, thread.window()):
            self._by_key.setdefault(key, []).append(number)

    def _candidates(self, claim: Claim) -> set[int]:
        return {number for key in _sought(claim) for number in self._by_key.get(key, ())}


class _Shelf:
    """The keys of one thread: every tie, with every family told and every stretch of time that its window reaches."""

    def __init__(self) -> None:
        self.keys: set[Hashable] = set()
        self._ties: set[str] = set()
        self._families: set[Family] = set()
        self._stretches: set[int] = set()

    def widen(self, claim: Claim, window: tuple[datetime, datetime]) -> set[Hashable]:
        """The keys that the claim adds to it."""
        new = {key for key in _names(claim) if key not in self.keys}
        ties, stretches = {*_ties(claim)}, range(_stretch(window[0]), _stretch(window[1]) + 1)
        if claim.family not in self._families or not ties <= self._ties or not self._stretches.issuperset(stretches):
            self._ties |= ties
            self._families.add(claim.family)
            self._stretches.update(stretches)
            new |= self._ties | set(product(self._ties, self._families, self._stretches))
            new -= self.keys
        self.keys |= new
        return new


def _names(claim: Claim) -> Iterator[Hashable]:
    """What ties claims together whenever they are told: their text, an official number, or the issuer's day."""
    yield claim.reprint
    yield from claim.official
    yield from ((place, day) for place in claim.issuers for day in claim.days)


def _ties(claim: Claim) -> Iterator[str]:
    """What ties claims together that are told within the window: a provider, or the issuer of a measure that names nobody."""
    yield from (f"provider:{provider}" for provider in claim.named)
    if not claim.principals:
        yield from (f"issuer:{place}" for place in claim.issuers or ("",))


def _sought(claim: Claim) -> Iterator[Hashable]:
    """Keys under which every thread stands that the claim can match.

    News matches within the window only, and what is no modifier only its own family, the one that it is mixed up with, or none.
    """
    yield from _names(claim)
    if claim.background:
        yield from _ties(claim)
        return
    stretch = _stretch(claim.told)
    families: Iterable[Family] = {claim.family, "unknown", *(EITHER if claim.family in EITHER else ())}
    if claim.family == "unknown":
        families = _FAMILIES
    yield from ((tie, family, stretch) for tie in _ties(claim) for family in families)


def _stretch(moment: datetime) -> int:
    return int((moment - _EPOCH).total_seconds() // _SPAN_SECONDS)
