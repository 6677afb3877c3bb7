"""What this process remembers of the events: rows that became known since the last look come in, events that differ go out.

Rows stay the truth. What is remembered is what drawing everything anew from the rows would give, so a process that starts draws
everything once, and one whose transaction failed forgets all and does so again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from monitor.assess.casebook import Casebook
from monitor.assess.fit import Thread
from monitor.assess.kinship import Kinship
from monitor.assess.merge import merged
from monitor.collect.copies import METHOD
from monitor.model import Event
from monitor.store import Session, origins, signals
from monitor.store.origins import Numbered


@dataclass(frozen=True)
class Drawn:
    """Events to record: all that there are, where `whole`; else those that may differ, and the ids of those that are no more."""

    events: Sequence[Event]
    gone: frozenset[str] = frozenset()
    whole: bool = False


@dataclass
class Notebook:
    """Threads of one tagger version, of the documents that were compared up to `last`; `waiting` are those not read by then."""

    version: str | None = None
    last: int = 0
    decisions: int = 0
    waiting: dict[str, Numbered] = field(default_factory=dict)
    book: Casebook = field(default_factory=Casebook)

    def forget(self) -> None:
        """As when the process started."""
        self.version, self.last, self.decisions = None, 0, 0
        self.waiting, self.book = {}, Casebook()

    def draw(self, tx: Session, version: str, names: Mapping[str, str]) -> Drawn:
        """Take in what became known since the last call; everything at the first one and for another tagger version."""
        if self.version != version:
            return self._draw_all(tx, version, names)
        news = origins.compared_since(tx, METHOD, self.last)
        self.waiting |= {one.document: one for one in news}
        read = signals.tagged(tx, version, self.waiting)
        ready = [self.waiting.pop(name) for name in sorted(read)]
        told = signals.briefs(tx, version, compared_by=METHOD, documents=read)
        change = self.book.revise(told, _edited(ready))
        beside = self._kin_moved(tx, news)
        self.last = max((one.number for one in news), default=self.last)
        moved = {thread.id: thread for thread in (*change.threads, *self.book.told_by(beside))}
        return Drawn(_events(tx, list(moved.values()), names), change.gone)

    def _draw_all(self, tx: Session, version: str, names: Mapping[str, str]) -> Drawn:
        self.forget()
        self.last, self.waiting = origins.unread(tx, METHOD, version)
        self.decisions = len(origins.decisions(tx, None))
        self.book.learn(signals.briefs(tx, version, compared_by=METHOD))
        self.version = version
        return Drawn(_events(tx, self.book.threads, names), whole=True)

    def _kin_moved(self, tx: Session, news: Sequence[Numbered]) -> set[str]:
        """Entries that may now repeat, or be repeated by, others than before: around copies found and decisions made since."""
        decided = origins.decisions(tx, None)
        around = {one.document for one in news}
        if len(decided) > self.decisions:
            around |= {name for one in decided for name in one.documents}
        self.decisions = len(decided)
        return origins.copied_with(tx, around) if around else set()


def _edited(ready: Iterable[Numbered]) -> dict[str, int]:
    newest: dict[str, int] = {}
    for one in ready:
        newest[one.entry] = max(one.revision, newest.get(one.entry, 1))
    return {entry: revision for entry, revision in newest.items() if revision > 1}


def _events(tx: Session, threads: Sequence[Thread], names: Mapping[str, str]) -> list[Event]:
    documents = [claim.report.document for thread in threads for claim in thread.claims]
    kin = Kinship(*origins.known_origins(tx, documents, None))
    return [merged(thread.claims, names, kin) for thread in threads]
