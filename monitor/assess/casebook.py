"""Threads that grow: reports come in as they become known, in any portions; the threads of all of them stand at any time.

What is known is a log of claims in the order of knowledge. News at its end is placed at once. News before its end, or a document that
an edit replaced, may move what follows: whatever could fit a thread that is not what it was is placed again, and nothing else.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise
from types import MappingProxyType
from typing import Final

from monitor.assess.fit import Thread, within_reach
from monitor.assess.index import Index
from monitor.assess.measure import EITHER, Claim, Family, Order, claims
from monitor.model import Report
from monitor.model.brief import Brief, DocumentBrief

AWAKE: Final = 4_096
"""Threads that take a claim in without weighing all that they have: those of some weeks."""
_NO_EDITS: Final[Mapping[str, int]] = MappingProxyType({})


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
        self._threads: dict[int, Thread] = {}
        self._opened = 0
        self._numbers: dict[str, int] = {}
        self._awake: OrderedDict[int, None] = OrderedDict()
        self._index = Index()
        self._log: list[Claim] = []
        self._placed: list[int] = []
        self._told: dict[str, tuple[Claim, ...]] = {}

    @property
    def threads(self) -> list[Thread]:
        """Every thread so far, in the order in which they opened."""
        return sorted(self._threads.values(), key=_opening)

    def get(self, event: str) -> Thread | None:
        """The thread that makes the event of that id."""
        number = self._numbers.get(event)
        return None if number is None else self._threads[number]

    def told_by(self, entries: Iterable[str]) -> list[Thread]:
        """The threads in which a claim of one of these entries stands."""
        numbers = {self._placed[self._place_of(claim)] for claim in self.claims_of(entries)}
        return sorted((self._threads[number] for number in numbers), key=_opening)

    def claims_of(self, entries: Iterable[str]) -> list[Claim]:
        """All claims of these entries, in the order of the log."""
        return sorted((claim for entry in entries for claim in self._told.get(entry, ())), key=lambda claim: claim.order)

    def learn(self, reports: Iterable[Report | Brief]) -> list[Thread]:
        """Take the reports in; the threads that changed, in the order in which those opened."""
        return list(self.revise(reports).threads)

    def revise(
        self, reports: Iterable[Report | Brief], edited: Mapping[str, int] = _NO_EDITS, again: Iterable[DocumentBrief] = ()
    ) -> Change:
        """Take the reports in, and back what versions of entries told that are older than the one that `edited` gives, and what the
        documents `again` told until now.
        """
        again = list(again)
        known = [claim for entry in {*edited, *(document.entry for document in again)} for claim in self._told.get(entry, ())]
        gone = {document.id for document in again}
        gone |= {c.report.document.id for c in known if c.report.document.revision < edited.get(c.report.document.entry, 0)}
        old = [claim for claim in known if claim.report.document.id in gone]
        told = [claim for claim in _in_order(_sensible(reports)) if claim.report.document.id in gone or not self._is_known(claim)]
        if not old and (not self._log or not told or self._log[-1].order < told[0].order):
            numbers = {self._append(claim) for claim in told}
            return Change(tuple(sorted((self._threads[number] for number in numbers), key=_opening)))
        return self._rewrite(told, old, gone)

    def _is_known(self, claim: Claim) -> bool:
        return any(known == claim for known in self._told.get(claim.report.document.entry, ()))

    def _position(self, order: Order) -> int:
        if not self._log or self._log[-1].order < order:
            return len(self._log)
        return bisect_left(self._log, order, key=lambda claim: claim.order)

    def _place_of(self, claim: Claim) -> int:
        at = self._position(claim.order)
        while self._log[at] is not claim:  # only claims of one document are level
            at += 1
        return at

    def _append(self, claim: Claim) -> int:
        """The number of the thread that the claim, the newest in the log, joins."""
        number = self._reprinted(claim) or _best(claim, self._index.alike(claim), self._threads.__getitem__) or self._open()
        self._add(number, claim)
        self._note(claim, number)
        return number

    def _reprinted(self, claim: Claim) -> int | None:
        """The number of the thread that tells the very text."""
        reprints = self._index.reprints(claim)
        return min(reprints, key=lambda number: _opening(self._threads[number])) if reprints else None

    def _open(self) -> int:
        """The number of a new thread, from 1."""
        self._opened += 1
        self._threads[self._opened] = Thread()
        return self._opened

    def _add(self, number: int, claim: Claim) -> None:
        thread = self._threads[number]
        if not thread.claims:
            self._numbers[claim.event] = number
        thread.add(claim)
        self._index.add(number, claim, thread.window())
        self._wake(number)

    def _wake(self, number: int) -> None:
        self._awake[number] = None
        self._awake.move_to_end(number)
        while len(self._awake) > AWAKE:
            self._threads[self._awake.popitem(last=False)[0]].rest()

    def _note(self, claim: Claim, number: int) -> None:
        self._log.append(claim)
        self._placed.append(number)
        entry = claim.report.document.entry
        self._told[entry] = (*self._told.get(entry, ()), claim)

    def _rewrite(self, told: Sequence[Claim], old: Sequence[Claim], gone: Collection[str]) -> Change:
        start = self._position(min(claim.order for claim in (*told[:1], *old)))
        tail = list(zip(self._log[start:], self._placed[start:], strict=True))
        kept = {id(claim): number for claim, number in tail if claim.report.document.id not in gone}
        leaving = {number for claim, number in tail if claim.report.document.id in gone}
        past = _Past(self._threads, {id(claim) for claim, _ in tail}, leaving)
        follows = _in_order([*(claim for claim, _ in tail if id(claim) in kept), *told])
        places = [self._placed_again(claim, kept.get(id(claim)), past) for claim in follows]
        self._forget(self._log[start:])
        del self._log[start:], self._placed[start:]
        for claim, number in zip(follows, places, strict=True):
            self._note(claim, number)
        return self._settle(past)

    def _placed_again(self, claim: Claim, number: int | None, past: _Past) -> int:
        """The number of the thread that the claim joins, now that some threads are not what they were."""
        reprints, alike = self._index.reprints(claim), self._index.alike(claim)
        if number is not None and number not in past.changed and past.changed.isdisjoint(alike) and past.changed.isdisjoint(reprints):
            return number
        printing = [n for n in reprints if past.at(n, claim).prints(claim)]
        best = min(printing, key=lambda n: _opening(past.at(n, claim)), default=None)
        best = best or _best(claim, alike, lambda n: past.at(n, claim)) or self._open()
        if best != number or best in past.changed:
            self._index.add(best, claim, past.move(claim, number, best).window())
        return best

    def _settle(self, past: _Past) -> Change:
        """The threads that differ in the place of what they were."""
        former = {thread.id: thread for number in past.changed if (thread := self._threads[number]).claims}
        present: dict[str, Thread] = {}
        for key in former:
            del self._numbers[key]
        for number in past.changed:
            thread = past.now(number)
            self._awake.pop(number, None)
            self._index.replace(number, self._threads[number].claims, thread.claims)
            if thread.claims:
                self._threads[number] = present[thread.id] = thread
                self._numbers[thread.id] = number
                self._wake(number)
            else:
                del self._threads[number]
        differing = [thread for key, thread in present.items() if key not in former or former[key].claims != thread.claims]
        return Change(tuple(sorted(differing, key=_opening)), frozenset(former.keys() - present.keys()))

    def _forget(self, taken: Iterable[Claim]) -> None:
        """What is taken off the log is not known any more."""
        for claim in taken:
            entry = claim.report.document.entry
            left = tuple(known for known in self._told.get(entry, ()) if known is not claim)
            if left:
                self._told[entry] = left
            else:
                self._told.pop(entry, None)


class _Past:
    """Threads as they stood before a claim, on the way through what follows in the log; `changed` are those that are not what they were."""

    def __init__(self, threads: Mapping[int, Thread], tail: Collection[int], changed: Iterable[int]) -> None:
        self._threads = threads
        self._taken_in: dict[int, int] = {}
        self._views: dict[int, Thread] = {}
        self.changed = {*changed}
        for number in self.changed:
            self._views[number] = Thread(claim for claim in threads[number].claims if id(claim) not in tail)

    def at(self, number: int, claim: Claim) -> Thread:
        """The thread before the claim was known."""
        view = self._views.setdefault(number, Thread())
        if number not in self.changed:
            known, upto = self._threads[number].claims, self._taken_in.get(number, 0)
            while upto < len(known) and _precedes(known[upto], claim):
                view.add(known[upto])
                upto += 1
            self._taken_in[number] = upto
        return view

    def move(self, claim: Claim, number: int | None, to: int) -> Thread:
        """The thread `to`, which takes the claim in; the one of that number, in which it stood, does not any more."""
        for one in (to,) if number is None else (number, to):
            self.at(one, claim)
            self.changed.add(one)
        self._views[to].add(claim)
        return self._views[to]

    def now(self, number: int) -> Thread:
        """A changed thread at the end."""
        return self._views[number]


def _best(claim: Claim, candidates: Iterable[int], of: Callable[[int], Thread]) -> int | None:
    """The number of the candidate that the claim fits best, of equal ones that which opened first; None when it fits none."""
    best: tuple[tuple[float, ...], int, Order] | None = None
    for number, thread in within_reach(claim, candidates, of):
        rank = thread.match(claim) if thread.claims else None
        if rank is None or (best is not None and rank < best[0]):
            continue
        opened = _opening(thread)
        if best is None or rank > best[0] or opened < best[2]:
            best = rank, number, opened
    return best[1] if best else None


def _opening(thread: Thread) -> Order:
    return thread.claims[0].order


def _precedes(one: Claim, other: Claim) -> bool:
    """Whether the one stands before the other in the log."""
    if one.order != other.order:
        return one.order < other.order
    return one is not other and _words(one) < _words(other)


def _words(claim: Claim) -> str:
    return repr(claim.report.signal)


def _in_order(told: Sequence[Claim]) -> list[Claim]:
    """The claims in the order of knowledge; only claims of one document can be level, and then what they say decides."""
    ordered = sorted(told, key=lambda claim: claim.order)
    if not any(one.order == other.order for one, other in pairwise(ordered)):
        return ordered
    level = (sorted(alike, key=_words) for _, alike in groupby(ordered, key=lambda claim: claim.order))
    return [claim for claims_alike in level for claim in claims_alike]


def _sensible(reports: Iterable[Report | Brief]) -> list[Claim]:
    """All claims, knowing of each other's document; an offer to replace nobody by who cuts users off himself is left out."""
    told = [claim for report in reports for claim in claims(report)]
    acts: dict[tuple[str, Family], frozenset[str]] = {}
    for claim in told:
        if claim.family in EITHER:
            act = claim.report.document.id, claim.family
            acts[act] = acts[act] | claim.principals if act in acts else claim.principals
    return [kept for claim in told if (kept := _beside(claim, acts)) is not None] if acts else told


def _beside(claim: Claim, acts: Mapping[tuple[str, Family], frozenset[str]]) -> Claim | None:
    """The claim as it is beside those cut-offs and bans, by document and family, that tell of these providers; None when left out."""
    family = claim.family
    if family not in EITHER and family != "mitigation":
        return claim
    document = claim.report.document.id
    if family == "mitigation":
        alone = claim.causes or claim.principals.isdisjoint(acts.get((document, "access"), ()))
        return claim if alone else None
    twin = any(not claim.principals.isdisjoint(acts.get((document, other), ())) for other in EITHER if other != family)
    return claim._replace(twin=True) if twin else claim
