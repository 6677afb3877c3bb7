"""The replay: arrivals and their taggings come in hour by hour; documents, events and alerts go out, as a live service had them.

Ingesting, reading, threading and alerting are the service's own functions over a database of its own; the clock is the hour of
the cycle. Only the order of work differs: events are not drawn anew from everything in each cycle but grow, which gives the same,
and documents that name no provider and tell of nothing, four of five, are counted but not stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby

from monitor.assess.alert import ALERT_POINTS, Around, alert
from monitor.assess.casebook import Casebook
from monitor.assess.constants import BAND_FLOOR, NEWS_CYCLE_DAYS
from monitor.assess.echo import echoes
from monitor.assess.fit import Thread
from monitor.assess.kinship import Kinship
from monitor.assess.merge import merged
from monitor.backtest.baseline import Baseline
from monitor.backtest.reading import Ahead, Cycle, Read
from monitor.backtest.truth import Watch
from monitor.catalog import Arrival
from monitor.collect.url import canonical_url
from monitor.model import Alert, Document, Event, Report, Source, Tagging
from monitor.pipeline import Progress, Reads, World, compare, ingest, read_documents
from monitor.store import Session, origins, signals
from monitor.store import documents as stored
from monitor.store import events as stored_events

FLOORS = (10, ALERT_POINTS, 20, BAND_FLOOR["medium"], 35, BAND_FLOOR["high"])
"""Points an alert could ask for; the service's own is among them. The others are shown beside it, so that its choice can be judged."""

LATELY = timedelta(days=2 * NEWS_CYCLE_DAYS)
"""What was last told before can be no news of the same days."""


@dataclass(frozen=True)
class Told:
    """An alert with the document that was its news and all documents behind its event at that time."""

    alert: Alert
    lead: Document
    documents: frozenset[str]


@dataclass
class Outcome:
    """What the replay brought; the database holds the rest."""

    documents: int = 0
    relevant: int = 0
    told: dict[int, list[Told]] = field(default_factory=lambda: {points: [] for points in FLOORS})
    """Alerts by the points asked for."""
    events: dict[str, Event] = field(default_factory=dict)
    """As they stood at the end."""


class Replay:
    """One run through a corpus; `tagger` reads what could not be read ahead, `watch` and `baselines` look on."""

    def __init__(self, world: World, tagger: Reads, watch: Watch, baselines: Sequence[Baseline]) -> None:
        self.outcome = Outcome()
        self._world, self._tagger, self._watch, self._baselines = world, tagger, watch, baselines
        self._ahead = Ahead()
        self._book = Casebook()
        self._told: dict[str, Document] = {}
        self._entries: set[tuple[str, str]] = set()
        self._met: set[tuple[str, str]] = set()
        self._lately: dict[str, datetime] = {}
        """When events last changed, of those that still may be beside the news."""

    def run(self, read: Iterable[tuple[list[Cycle], list[Read]]], total: int, progress: Progress) -> Outcome:
        """All portions, each cycle at its own hour; what a cycle brought is known at its end."""
        done = 0
        for portion, found in read:
            self._ahead.know(found)
            for now, arrivals in portion:
                self._cycle(now, arrivals)
                done += len(arrivals)
            progress("Replaying", done, total)
        return self.outcome

    def _cycle(self, now: datetime, arrivals: Sequence[Arrival]) -> None:
        read = self._taken_in(replace(self._world, clock=lambda: now), arrivals)
        self.outcome.documents += len(read)
        for document, tagging in read:
            self._watch.see(document, now)
            for baseline in self._baselines:
                baseline.see(document, tagging, now)
        reports = [report for document, tagging in read for report in reports_of(document, tagging, now)]
        if any(document.revision > 1 and (document.source, document.guid) in self._entries for document, _ in read):
            self._judge(now, self._redrawn(now, self._tagger.version))
        elif reports:
            self._judge(now, self._grown(now, reports))

    def _taken_in(self, world: World, arrivals: Sequence[Arrival]) -> list[Read]:
        """The new documents of the hour with what they say, stored and compared where they say anything."""
        ahead, versions = list[Read](), list[Document]()
        for (source, moment), group in groupby(arrivals, key=lambda arrival: (arrival.source, arrival.retrieved_at)):
            told = list(group)
            if self._are_new(source, told):
                ahead += self._ahead.of(source.id, [arrival.entry.guid for arrival in told], moment)
            else:
                versions += ingest(world, source, [arrival.entry for arrival in told], moment)
        kept = [(document, tagging) for document, tagging in ahead if tagging.mentions or tagging.signals]
        if kept:
            with world.store.write() as tx:
                stored.add_documents(tx, [document for document, _ in kept], world.clock())
                signals.save_taggings(tx, [tagging for _, tagging in kept], world.clock())
        ahead += zip(versions, read_documents(world, self._tagger, versions, world.clock()) if versions else (), strict=True)
        if kept or versions:
            compare(world)
        return ahead

    def _are_new(self, source: Source, told: Sequence[Arrival]) -> bool:
        """Whether nothing that these entries could be a later version of has come before."""
        keys = {(source.id, key) for arrival in told for key in (arrival.entry.guid, canonical_url(arrival.entry.url)) if key}
        known = not self._met.isdisjoint(keys)
        self._met |= keys
        return source.format != "page" and not known

    def _grown(self, now: datetime, reports: Sequence[Report]) -> list[Event]:
        """The events that the reports opened or changed."""
        self._note(reports)
        with self._world.store.write() as tx:
            events = self._merged(tx, self._book.learn(reports))
            stored_events.save_changed(tx, events, now)
        return events

    def _redrawn(self, now: datetime, version: str) -> list[Event]:
        """The events that differ after an entry was edited: drawn anew from the newest versions, as the service does."""
        with self._world.store.write() as tx:
            known = signals.reports(tx, None, version)
            self._note(known)
            self._book = Casebook()
            events = self._merged(tx, self._book.learn(known))
            stored_events.save_events(tx, events, now)
        present = {event.id: event for event in events}
        self.outcome.events = {key: event for key, event in self.outcome.events.items() if key in present}
        return [event for key, event in present.items() if self.outcome.events.get(key) != event]

    def _merged(self, tx: Session, threads: Sequence[Thread]) -> list[Event]:
        told = [claim.report.document for thread in threads for claim in thread.claims]
        kin = Kinship(*origins.known_origins(tx, told, None))
        return [merged(thread.claims, self._world.catalog.display_names, kin) for thread in threads]

    def _note(self, reports: Iterable[Report]) -> None:
        for report in reports:
            self._told.setdefault(report.document.id, report.document)
            self._entries.add((report.document.source, report.document.guid))
        self.outcome.relevant = len(self._told)

    def _judge(self, now: datetime, changed: Iterable[Event]) -> None:
        catalog = self._world.catalog
        changed = sorted(changed, key=lambda event: event.id)
        self.outcome.events |= {event.id: event for event in changed}
        self._lately = {key: at for key, at in self._lately.items() if now - at <= LATELY} | {event.id: now for event in changed}
        beside = [self.outcome.events[key] for key in sorted(self._lately) if key in self.outcome.events]
        around = Around(catalog.providers, catalog.members, beside)
        # What is new may be the second voice of an event that did not change.
        backed = {other.id: other for event in changed for other in echoes(event, beside)}
        for event in sorted((backed | {event.id: event for event in changed}).values(), key=lambda event: event.id):
            for points, told in self.outcome.told.items():
                given = alert(event, [one.alert for one in told], now, around, points)
                if given is not None:
                    told.append(Told(given, self._told[given.document], frozenset(event.documents)))


def reports_of(document: Document, tagging: Tagging, now: datetime) -> Iterator[Report]:
    """What threads are drawn from, by the rule of `store.signals.reports`: background, and live signals that rules and heads agree on."""
    is_told = tagging.relevant and tagging.agreed
    return (Report(document=document, signal=s, recorded_at=now) for s in tagging.signals if is_told or s.background)
