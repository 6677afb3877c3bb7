"""What was known at an instant and what follows from it for teams; each instant is read once, however many are told of it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, partial
from zoneinfo import ZoneInfo

from monitor.assess.alert import Around
from monitor.assess.alternatives import Ratings
from monitor.assess.constants import METHODOLOGY_VERSION
from monitor.assess.echo import SAME_NEWS
from monitor.assess.parties import ByParty
from monitor.assess.rate import Hashes
from monitor.assess.score import Question, scored
from monitor.assess.stage import standing_on
from monitor.freshness import is_stale
from monitor.inform.links import is_reachable, unsubscribe_url
from monitor.inform.query import DigestQuery, SourceHealth
from monitor.inventory.exposure import exposures
from monitor.inventory.triage import triaged
from monitor.model import Assessment, Event, Exposure, Recipient, Team, TriageFact
from monitor.pipeline.world import World
from monitor.store import Session, events, inventory, links, mailboxes, outbox, sources, triage, unsubscriptions


def _told_at(event: Event) -> datetime:
    assert event.wave is not None
    return event.wave.recorded_at


@dataclass(frozen=True)
class Known:
    """What was known at one instant, and the scores that follow from it."""

    world: World
    as_of: datetime
    events: tuple[Event, ...]
    data_as_of: datetime | None
    triage: tuple[TriageFact, ...] = ()

    @classmethod
    def at(cls, world: World, tx: Session, as_of: datetime) -> Known:
        """The picture of `as_of`."""
        known = tuple(standing_on(event, as_of) for event in events.events_as_of(tx, as_of))
        return cls(world, as_of, known, sources.data_as_of(tx, as_of), triage.triage_facts(tx, as_of))

    def assess(self, provider: str, place: str) -> Assessment:
        """Score and alternatives of a pair."""
        key = (provider, place)
        if key not in self._scores:
            question = Question(
                provider=provider,
                jurisdiction=place,
                as_of=self.as_of,
                providers=self.world.catalog.providers,
                regions=self.world.catalog.members,
                stale=is_stale(self.data_as_of, self.as_of),
                data_as_of=self.data_as_of,
            )
            self._scores[key] = scored(self._record, question, self._ratings, self._hashes)
        return self._scores[key]

    def around(self, event: Event) -> Around:
        """What the event is judged in for an alert: of all events only those told in the days of its news."""
        at = event.wave.recorded_at if event.wave else self.as_of
        first = bisect_left(self._by_wave, at - SAME_NEWS, key=_told_at)
        last = bisect_right(self._by_wave, at + SAME_NEWS, key=_told_at)
        return Around(self.world.catalog.providers, self.world.catalog.members, self._by_wave[first:last])

    def exposures(self, team: Team) -> tuple[Exposure, ...]:
        """What hits this team."""
        if team.id not in self._exposures:
            catalog = self.world.catalog
            found = tuple(exposures([team], self.events, self.assess, catalog.providers, self.as_of, catalog.members))
            self._exposures[team.id] = found
        return self._exposures[team.id]

    def judged(self, team: Team, today: date) -> tuple[Exposure, ...]:
        """The same with what the team decided about it, as it stands on `today`, the day where the reader is."""
        if not self.triage:
            return self.exposures(team)
        key = (team.id, today)
        if key not in self._judged:
            self._judged[key] = tuple(triaged(self.exposures(team), self._by_id, self.triage, today))
        return self._judged[key]

    def judged_in(self, team: Team, timezone: str) -> tuple[Exposure, ...]:
        """The same on the day that it is in a time zone."""
        return self.judged(team, self.as_of.astimezone(ZoneInfo(timezone)).date())

    def assessments(self, found: tuple[Exposure, ...]) -> tuple[Assessment, ...]:
        """Those of every pair that the exposures name."""
        return tuple(self.assess(p, place) for p, place in sorted({(e.provider, place) for e in found for place in e.jurisdictions}))

    @cached_property
    def _scores(self) -> dict[tuple[str, str], Assessment]:
        return {}

    @cached_property
    def _record(self) -> ByParty:
        return ByParty(self.events)

    @cached_property
    def _ratings(self) -> Ratings:
        return {}

    @cached_property
    def _hashes(self) -> Hashes:
        return {}

    @cached_property
    def _by_id(self) -> dict[str, Event]:
        return {event.id: event for event in self.events}

    @cached_property
    def _by_wave(self) -> list[Event]:
        return sorted((event for event in self.events if event.wave), key=lambda event: (_told_at(event), event.id))

    @cached_property
    def _judged(self) -> dict[tuple[str, date], tuple[Exposure, ...]]:
        return {}

    @cached_property
    def _exposures(self) -> dict[str, tuple[Exposure, ...]]:
        return {}


class Gallery:
    """The pictures of one round of telling, from one transaction: now, and each instant that a recipient was last told of.

    Whoever goes through the past remembers pictures over rounds and gives them as `known`. Of sources only `data_as_of` is known for
    any time, so that the past has no dead ones.
    """

    def __init__(self, world: World, tx: Session, at: datetime, known: Callable[[datetime], Known] | None = None) -> None:
        self.world, self._tx = world, tx
        self._is_past, self._known = known is not None, known or partial(Known.at, world, tx)
        self.now = self._known(at)
        self.calendars: dict[tuple[str, ...], str] = {}
        self._before: dict[datetime, Known] = {}
        self._names = {provider.id: provider.name for provider in world.catalog.providers.values()}

    @cached_property
    def _sources(self) -> tuple[SourceHealth, ...]:
        if self._is_past:
            return ()
        names = {source.id: source.name for source in self.world.sources}
        return tuple(
            SourceHealth(id=s.id, name=names.get(s.id, s.id), state=s.state, reason=s.reason or "", since=s.since)
            for s in sources.source_statuses(self._tx)
        )

    @cached_property
    def _revisions(self) -> Mapping[str, int]:
        return {} if self._is_past else events.revision_counts(self._tx, self.now.as_of)

    @cached_property
    def interrupted(self) -> set[str]:
        """Who ever got an alert."""
        return outbox.interrupted(self._tx)

    @cached_property
    def left(self) -> set[tuple[str, str]]:
        """Who, in lower case, wants no mails about which team."""
        return left(self._tx)

    @cached_property
    def _unsubscribe_key(self) -> str | None:
        return links.unsubscribe_key(self._tx)

    def unsubscribe_url(self, recipient: Recipient, *teams: str) -> str | None:
        """Where the recipient stops mails about these teams; None where nobody else could follow the link."""
        return signed_link(self._unsubscribe_key, self.world.settings.base_url, recipient, teams)

    def at(self, told_at: datetime) -> Known:
        """The picture of an earlier instant."""
        if told_at not in self._before:
            self._before[told_at] = self._known(told_at)
        return self._before[told_at]

    def query(self, team: Team, recipient: Recipient, slot: str, told_at: datetime | None) -> DigestQuery:
        """What there is to tell one recipient of one team since `told_at`."""
        before = self.at(told_at) if told_at else None
        found = self.now.judged(team, date.fromisoformat(slot[:10]))
        return DigestQuery(
            recipient=recipient,
            team=team,
            slot=slot,
            as_of=self.now.as_of,
            data_as_of=self.now.data_as_of,
            events=self.now.events,
            exposures=found,
            assessments=self.now.assessments(found),
            previous_as_of=told_at,
            previous_events=before.events if before else (),
            previous_exposures=before.judged_in(team, recipient.timezone) if before else (),
            previous_assessments=before.assessments(found) if before else (),
            names=self._names,
            sources=self._sources,
            methodology_version=METHODOLOGY_VERSION,
            base_url=self.world.settings.base_url,
            revisions=self._revisions,
        )


def left(tx: Session) -> set[tuple[str, str]]:
    """Who, in lower case, wants no mails about which team."""
    return {(one.recipient, one.team) for one in unsubscriptions.unsubscriptions(tx)}


def signed_link(key: str | None, base_url: str, recipient: Recipient, teams: Iterable[str]) -> str | None:
    """Where the recipient stops mails about these teams; None without a key, or where no mail could carry or follow the link."""
    return unsubscribe_url(base_url, key, recipient.email, teams) if key and recipient.email else None


def ready_links(world: World) -> None:
    """Makes the secret of unsubscribe links before the first mail that carries one."""
    if not is_reachable(world.settings.base_url):
        return
    with world.store.read() as tx:
        known = links.unsubscribe_key(tx)
    if known is None:
        with world.store.write() as tx:
            links.make_unsubscribe_key(tx, world.clock())


def out_of_reach(world: World, tx: Session) -> set[str]:
    """The addresses for which nothing is composed: those left alone, and channels that nobody set up (yet)."""
    unknown = {who.address for _, who in readers(tx) if who.channel and world.channel(who) is None}
    return unknown | {one.recipient for one in mailboxes.suspensions(tx)}


def readers(tx: Session) -> Iterator[tuple[Team, Recipient]]:
    """Everyone who is to be told, by team."""
    for team in inventory.inventory_as_of(tx, None):
        for recipient in team.recipients:
            yield team, recipient
