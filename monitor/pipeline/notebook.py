"""What this process remembers of the events: rows that became known since the last look come in, events that differ go out.

Rows stay the truth. What is remembered is what drawing everything anew from the rows would give, so a process that starts draws
everything once, and one whose transaction failed forgets all and does so again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from threading import RLock
from typing import Final

from monitor.assess.anchors import Key, key_of, unread
from monitor.assess.casebook import Casebook, Change
from monitor.assess.cases import Case, Cases
from monitor.assess.fit import Thread
from monitor.assess.kinship import Kinship
from monitor.assess.measure import Claim
from monitor.assess.merge import merged
from monitor.assess.rulings import Ruled, ruled
from monitor.model import Event
from monitor.model.brief import Brief, document_brief, signal_brief
from monitor.store import Session, decisions, documents, origins, signals
from monitor.store.origins import Numbered

DRAWN_AT_ONCE: Final = 500
"""Threads whose events are made from one look at who repeats whom."""


@dataclass(frozen=True)
class Drawn:
    """Events to record: all that there are, where `whole`; else those that may differ, and the ids of those that are no more."""

    events: Sequence[Event]
    gone: frozenset[str] = frozenset()
    whole: bool = False


@dataclass
class _Memory:
    """Threads of one tagger version, of the documents that were compared up to `last`; `waiting` are those not read by then."""

    version: str | None = None
    last: int = 0
    origins: int = 0
    """Decisions about origins that are known."""
    waiting: dict[str, Numbered] = field(default_factory=dict)
    book: Casebook = field(default_factory=Casebook)
    cases: Cases = field(default_factory=Cases)
    decided: int = 0
    """Decisions about events that are known."""
    pinned: dict[Key, Brief] = field(default_factory=dict)
    """What was confirmed or corrected and is not read any more, as it was read then."""
    moved: set[str] = field(default_factory=set)
    """Threads that differ from what was drawn last, by id."""
    gone: set[str] = field(default_factory=set)
    """Events that have no thread any more."""
    ruled: dict[tuple[frozenset[str], tuple[int, ...]], frozenset[str]] = field(default_factory=dict)
    """The events that each case made when it was drawn last."""
    whole: bool = True
    """Nothing was drawn yet."""


class Notebook:
    """The memory of a process; whoever uses it holds `lock` for as long as the transaction that it is used in."""

    def __init__(self) -> None:
        self.lock = RLock()
        self._now = _Memory()

    @property
    def book(self) -> Casebook:
        """The threads."""
        return self._now.book

    def knows(self, version: str) -> bool:
        """Whether the threads of this tagger version are remembered."""
        return self._now.version == version

    def forget(self) -> None:
        """As when the process started."""
        self._now = _Memory()

    def draw(self, tx: Session, version: str, names: Mapping[str, str]) -> Drawn:
        """Take in what became known; what differs since the last call, everything at the first one and for another tagger version."""
        self.take_in(tx, version)
        now, before = self._now, self._now.ruled
        cases = {(case.threads, case.numbers): case for case in now.cases.all()}
        apart = before.keys() - cases.keys()
        moved = now.moved.union(*(threads for threads, _ in apart))
        heard = [case for key, case in cases.items() if key not in before or not moved.isdisjoint(case.threads)]
        in_cases = frozenset[str]().union(*(case.threads for case in cases.values()))
        if now.whole:
            plain = [thread for thread in now.book.threads if thread.id not in in_cases]
        else:
            plain = [thread for key in sorted(moved - in_cases) if (thread := now.book.get(key))]
        found = {(case.threads, case.numbers): [one.event for one in _ruled(tx, now.book, case, names)] for case in heard}
        events = [*_events(tx, plain, names), *(event for made in found.values() for event in made)]
        gone = now.gone.union(*(before[key] for key in (*apart, *(found.keys() & before.keys()))), *(case.threads for case in heard))
        drawn = Drawn(events, frozenset(gone - {event.id for event in events}), now.whole)
        now.ruled = {key: frozenset(e.id for e in found[key]) if key in found else before[key] for key in cases}
        now.moved, now.gone, now.whole = set(), set(), False
        return drawn

    def find(self, tx: Session, event: str, names: Mapping[str, str]) -> Ruled | None:
        """The event of that id as all that was taken in and decided makes it, with the claims that tell it."""
        thread, cases = self._now.book.get(event), self._now.cases.all()
        if thread is not None and not any(event in case.threads for case in cases):
            (drawn,) = _events(tx, [thread], names)
            return Ruled(drawn, thread.claims, drawn)
        ruled_in = (found for case in cases for found in _ruled(tx, self._now.book, case, names))
        return next((found for found in ruled_in if found.event.id == event), None)

    def take_in(self, tx: Session, version: str) -> None:
        """Learn what became known since the last time, all of it at the first time and for another tagger version."""
        read = self._all(tx, version) if self._now.version != version else self._news(tx, version)
        now = self._now
        if (last := decisions.last_number(tx)) != now.decided:
            now.decided = last
            now.cases = Cases.about(decisions.decisions(tx, None), now.book)
            self._note(self._pinned(tx))
        elif not now.cases.pinning.isdisjoint(read):
            self._note(self._pinned(tx))

    def _all(self, tx: Session, version: str) -> Collection[str]:
        from monitor.collect.copies import METHOD  # with numpy

        self.forget()
        now = self._now
        now.last, now.waiting = origins.unread(tx, METHOD, version)
        now.origins = origins.last_number(tx)
        now.book.learn(signals.briefs(tx, version, compared_by=METHOD))
        now.version = version
        return ()

    def _news(self, tx: Session, version: str) -> Collection[str]:
        """The entries that were read."""
        from monitor.collect.copies import METHOD

        now = self._now
        news = origins.compared_since(tx, METHOD, now.last)
        now.waiting |= {one.document: one for one in news}
        read = signals.tagged(tx, version, now.waiting)
        ready = [now.waiting.pop(name) for name in sorted(read)]
        told = signals.briefs(tx, version, compared_by=METHOD, documents=read) if read else ()
        self._note(now.book.revise(told, _edited(ready)))
        now.moved |= {thread.id for thread in now.book.told_by(self._kin_moved(tx, news))}
        now.last = max((one.number for one in news), default=now.last)
        return {one.entry for one in ready}

    def _note(self, change: Change) -> None:
        self._now.moved |= {thread.id for thread in change.threads}
        self._now.gone |= change.gone
        self._now.cases.look(change.threads, change.gone)

    def _kin_moved(self, tx: Session, news: Sequence[Numbered]) -> set[str]:
        """Entries that may now repeat, or be repeated by, others than before: around copies found and decisions made since."""
        around, last = {one.document for one in news}, origins.last_number(tx)
        if last > self._now.origins:
            around |= {name for one in origins.decisions(tx, None) for name in one.documents}
        self._now.origins = last
        return origins.copied_with(tx, around) if around else set()

    def _pinned(self, tx: Session) -> Change:
        """Learn again what was confirmed or corrected and is not read any more, and forget what is."""
        now, decided = self._now, self._now.cases.decisions
        told = now.book.claims_of({*now.cases.pinning, *(entry for entry, _ in now.pinned)})
        kept, standing = {id(brief) for brief in now.pinned.values()}, {id(claim.report) for claim in told}
        live = [claim.report for claim in told if id(claim.report) not in kept]
        missing = {key_of(anchor): anchor for anchor in unread((c for c in told if id(c.report) not in kept), decided)}
        known = documents.documents_by_id(tx, [anchor.document for anchor in missing.values()])
        wanted = {
            key: Brief(document_brief(known[anchor.document]), signal_brief(anchor.signal), anchor.recorded_at)
            for key, anchor in missing.items()
        }
        wanted |= {key: brief for key, brief in now.pinned.items() if wanted.get(key) == brief and id(brief) in standing}
        moved = [brief for key, brief in (*now.pinned.items(), *wanted.items()) if now.pinned.get(key) is not wanted.get(key)]
        again = {brief.document.id: brief.document for brief in moved}
        now.pinned = wanted
        told_again = {id(brief): brief for brief in (*live, *wanted.values()) if brief.document.id in again}
        return now.book.revise(told_again.values(), {}, again.values()) if again else Change()


def _edited(ready: Iterable[Numbered]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for one in ready:
        newest[one.entry] = max(one.revision, newest.get(one.entry, 1))
    return {entry: revision for entry, revision in newest.items() if revision > 1}


def _events(tx: Session, threads: Sequence[Thread], names: Mapping[str, str]) -> Iterator[Event]:
    for start in range(0, len(threads), DRAWN_AT_ONCE):
        part = threads[start : start + DRAWN_AT_ONCE]
        kin = _kin(tx, part)
        yield from (merged(thread.claims, names, kin) for thread in part)


def _ruled(tx: Session, book: Casebook, case: Case, names: Mapping[str, str]) -> list[Ruled]:
    threads = sorted((thread for key in case.threads if (thread := book.get(key))), key=lambda thread: thread.claims[0].order)
    kin = _kin(tx, threads)

    def draw(claims: Sequence[Claim]) -> Event:
        return merged(claims, names, kin)

    return ruled([thread.claims for thread in threads], case.decisions, draw, names)


def _kin(tx: Session, threads: Iterable[Thread]) -> Kinship:
    return Kinship(*origins.known_origins(tx, (claim.report.document for thread in threads for claim in thread.claims), None))
