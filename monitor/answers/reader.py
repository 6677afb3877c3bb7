"""Answers questions about the stored world. A store, the catalogue and a clock come in; shapes and nouns go out.

Read only: nothing here writes. The command line and the API call these methods, so both give the same answers.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any, Generic, TypeVar

from monitor import __version__
from monitor.answers.health import SourceHealthShape, health_shape, source_shape
from monitor.answers.shapes import (
    DocumentShape,
    EventShape,
    Health,
    JurisdictionRisk,
    Page,
    ProviderShape,
    Risk,
    SourceShape,
)
from monitor.assess.concern import concerning
from monitor.assess.factors import reach
from monitor.assess.importance import importance
from monitor.assess.rate import level_of, rated
from monitor.assess.score import Question, score
from monitor.assess.stage import stage_on
from monitor.catalog import Catalog, checked_place, load_catalog
from monitor.clock import Clock
from monitor.errors import CursorError, NotFoundError
from monitor.freshness import is_stale, parse_as_of
from monitor.model import Assessment, Event, Provider
from monitor.model.event_brief import EventBrief, Weighable
from monitor.settings import Settings
from monitor.store import Session, Store, open_store
from monitor.store import decisions as stored_decisions
from monitor.store import documents as stored_documents
from monitor.store import events as stored_events
from monitor.store import sources as stored_sources
from monitor.store import triage as stored_triage

T = TypeVar("T")
Known = TypeVar("Known", bound=Weighable)
MANY = 10_000


@dataclass(frozen=True)
class EventQuery:
    """Which events: of a provider, touching a jurisdiction, as of an instant, which page."""

    provider: str | None
    place: str | None
    as_of: datetime
    limit: int = 50
    cursor: str | None = None


@dataclass(frozen=True)
class Picture(Generic[Known]):
    """Events known at one instant, whole or in brief, and how fresh the data behind them was."""

    events: tuple[Known, ...]
    as_of: datetime
    data_as_of: datetime | None

    @property
    def stale(self) -> bool:
        """Whether the data is too old to answer for `as_of`."""
        return is_stale(self.data_as_of, self.as_of)


@dataclass(frozen=True)
class Reader:
    """The read side over one store."""

    store: Store
    catalog: Catalog
    clock: Clock

    def instant(self, as_of: str | None) -> datetime:
        """What a caller means by `as_of`; without one, all that is known, even if the clock was set back since."""
        now = self.clock()
        if as_of:
            return parse_as_of(as_of, now)
        with self.store.read() as tx:
            decided = (stored_decisions.newest_decided(tx), stored_triage.newest_triaged(tx))
            known = (stored_events.newest_recorded(tx), *decided, stored_sources.data_as_of(tx))
        return max([now, *(moment for moment in known if moment)])

    def picture(self, as_of: datetime) -> Picture[Event]:
        """Everything known at `as_of`, in one consistent read."""
        with self.store.read() as tx:
            known = tuple(stored_events.events_as_of(tx, as_of))
            return Picture(known, as_of, stored_sources.data_as_of(tx, as_of))

    def _picture_around(self, tx: Session, provider: str, place: str | None, as_of: datetime) -> Picture[EventBrief]:
        """What `picture` shows, as far as it can weigh on the provider, in `place` or anywhere, and on what it could switch to."""
        empty = Picture[EventBrief]((), as_of, stored_sources.data_as_of(tx, as_of))
        question = self.question(empty, provider, place or "")

        places = [place] if place else self._places_of(replace(empty, events=self._all_about(tx, question)), provider)
        find = partial(stored_events.briefs_concerning, tx, as_of)
        around = (event for where in places for event in concerning(replace(question, jurisdiction=where), find))
        return replace(empty, events=tuple({event.id: event for event in around}.values()))

    def _all_about(self, tx: Session, question: Question) -> tuple[EventBrief, ...]:
        return tuple(stored_events.briefs_concerning(tx, question.as_of, question.parties))

    def providers(self, q: str, limit: int, cursor: str | None) -> Page[ProviderShape]:
        """Catalogue records by id whose id, name, alias or product contains `q`."""
        found = [p for p in sorted(self.catalog.providers.values(), key=lambda p: p.id) if _matches(p, q)]
        items, following = _page([(p.id, p) for p in found], limit, cursor)
        data_as_of, stale = self._freshness()
        return Page(items=[ProviderShape.of(p) for p in items], next_cursor=following, data_as_of=data_as_of, stale=stale)

    def provider(self, provider: str) -> ProviderShape:
        """One catalogue record; NotFoundError with suggestions when there is none."""
        return ProviderShape.of(self._known(provider))

    def risk(self, provider: str, place: str | None, as_of: datetime, picture: Picture[Event] | None = None) -> Risk:
        """The assessment in `place`, or where the provider is worst when no place is given."""
        self._known(provider)
        place = checked_place(place) if place else None
        if picture:
            return self._risk(picture, provider, place)
        with self.store.read() as tx:
            around = self._picture_around(tx, provider, place, as_of)
        return self._risk(around, provider, place)

    def _risk(self, picture: Picture[Any], provider: str, place: str | None) -> Risk:
        if place:
            return _risk(score(picture.events, self.question(picture, provider, place)), ())
        asked = (self.question(picture, provider, where) for where in self._places_of(picture, provider))
        rows = sorted(((rated(picture.events, question), question) for question in asked), key=lambda r: (-r[0], r[1].jurisdiction))
        overview = (JurisdictionRisk(jurisdiction=q.jurisdiction, score=points, level=level_of(points)) for points, q in rows)
        return _risk(score(picture.events, rows[0][1]), tuple(overview))

    def assess(self, picture: Picture[Event], provider: str, place: str) -> Assessment:
        """Score, factors and alternatives of one provider in one jurisdiction."""
        return score(picture.events, self.question(picture, provider, place))

    def question(self, picture: Picture[Any], provider: str, place: str) -> Question:
        """What the score function needs beside the events."""
        return Question(
            provider=provider,
            jurisdiction=place,
            as_of=picture.as_of,
            providers=self.catalog.providers,
            regions=self.catalog.members,
            stale=picture.stale,
            data_as_of=picture.data_as_of,
        )

    def events(self, query: EventQuery) -> Page[EventShape]:
        """Events of the query, the most severe first, then the latest reported; an unknown provider or place is an error, not "none".

        Further pages are those of the first one's instant: what became known since moves events in the list.
        """
        if query.provider:
            self._known(query.provider)
        as_of = _instant_of(query.cursor) if query.cursor else query.as_of
        query = replace(query, place=checked_place(query.place) if query.place else None, as_of=as_of)
        picture = self.picture(query.as_of)
        shaped = [self._shape(event, picture) for event in picture.events if self._touches(event, query)]
        shaped.sort(key=lambda e: (-e.severity_score, -e.last_reported_at.timestamp(), e.id))
        items, following = _page([(f"{as_of.isoformat()} {e.id}", e) for e in shaped], query.limit, query.cursor)
        return Page(items=items, next_cursor=following, data_as_of=picture.data_as_of, stale=picture.stale)

    def event(self, event: str, as_of: datetime) -> EventShape:
        """One event as known at `as_of`; NotFoundError when it was not known then."""
        picture = self.picture(as_of)
        for known in picture.events:
            if known.id == event:
                return self._shape(known, picture)
        raise NotFoundError("event", event, f"known events as of {as_of:%Y-%m-%d}: forewarned events")

    def deadlines(self, as_of: datetime) -> list[tuple[date, str, EventShape]]:
        """Stated days from `as_of` on, with what happens on them (`effective`, `comment`), the next first; none of what was rescinded."""
        today = as_of.date()
        rows = [
            (day, what, event)
            for event in self.events(EventQuery(None, None, as_of, limit=MANY)).items
            if event.stage != "rescinded"
            for what, day in (("effective", event.dates.effective), ("comment", event.dates.comment))
            if day and day >= today
        ]
        return sorted(rows, key=lambda row: (row[0], -row[2].severity_score, row[2].id))

    def documents(
        self, *, source: str | None, provider: str | None, as_of: datetime | None, limit: int, cursor: str | None
    ) -> Page[DocumentShape]:
        """Documents known at `as_of`, newest first; NotFoundError for a provider or source that nobody knows."""
        if provider:
            self._known(provider)
        query = stored_documents.DocumentQuery(source=source, provider=provider, as_of=as_of, limit=limit, cursor=cursor)
        with self.store.read() as tx:
            page = stored_documents.list_documents(tx, query)
            if source and not page.items and source not in {row.id for row in stored_sources.source_statuses(tx)}:
                raise NotFoundError("source", source, "see `forewarned sources` or GET /api/v1/sources")
        data_as_of, stale = self._freshness(as_of)
        return Page(items=[DocumentShape.of(d) for d in page.items], next_cursor=page.next_cursor, data_as_of=data_as_of, stale=stale)

    def document_count(self, as_of: datetime) -> int:
        """How many document versions were known at `as_of`."""
        with self.store.read() as tx:
            return stored_documents.count_documents(tx, stored_documents.DocumentQuery(as_of=as_of))

    def sources(self) -> Page[SourceShape]:
        """Every listed source with its health."""
        with self.store.read() as tx:
            rows = stored_sources.source_statuses(tx)
        data_as_of, stale = self._freshness()
        now = self.clock()
        return Page(items=[source_shape(row, now) for row in rows], data_as_of=data_as_of, stale=stale)

    def source_health(self, source: str) -> SourceHealthShape:
        """All about one listed source; NotFoundError when none has this id."""
        with self.store.read() as tx:
            rows = stored_sources.source_statuses(tx, source)
        if not rows:
            raise NotFoundError("source", source, "see `forewarned sources` or GET /api/v1/sources")
        return health_shape(rows[0], self.clock(), *self._freshness())

    def health(self) -> Health:
        """Counts of sources by state, and freshness."""
        page = self.sources()
        counts: dict[str, int] = {}
        for row in page.items:
            counts[row.state] = counts.get(row.state, 0) + 1
        kind = self.store.url_without_password.split(":", 1)[0]
        return Health(status="ok", version=__version__, database=kind, sources=counts, data_as_of=page.data_as_of, stale=page.stale)

    def _freshness(self, as_of: datetime | None = None) -> tuple[datetime | None, bool]:
        """How fresh the data was at `as_of` (None: now), and whether that is too old."""
        with self.store.read() as tx:
            data_as_of = stored_sources.data_as_of(tx, as_of)
        return data_as_of, is_stale(data_as_of, as_of or self.clock())

    def _known(self, provider: str) -> Provider:
        if provider not in self.catalog.providers:
            hint = ", ".join(self.catalog.suggestions(provider))
            raise NotFoundError("provider", provider, f"did you mean {hint}?" if hint else "see GET /api/v1/providers")
        return self.catalog.providers[provider]

    def _places_of(self, picture: Picture[Any], provider: str) -> list[str]:
        """Jurisdictions where an event may weigh on the provider, by itself or through an owner; its home (or EU) when there is none."""
        question = self.question(picture, provider, "")
        hitting = (event for event in picture.events if not event.withdrawn and reach(event, question)[0] > 0)
        # What binds at the issuer's too, or more than where it bites: nobody there may deal with a listed firm.
        places = {place for event in hitting for place in (*event.affected, *event.issuing)}
        return sorted(places) or [self.catalog.providers[provider].home or "EU"]

    def _touches(self, event: Event, query: EventQuery) -> bool:
        """Whether the event is asked for: a measure of a group is one in each member, and one of a member is one in the group."""
        if event.withdrawn or (query.provider and query.provider not in event.providers):
            return False
        members = self.catalog.members
        places = {query.place, *members.get(query.place or "", ()), *(group for group, own in members.items() if query.place in own)}
        return not query.place or not places.isdisjoint((*event.affected, *event.issuing))

    def _shape(self, event: Event, picture: Picture[Event]) -> EventShape:
        return EventShape.of(event, stage_on(event, picture.as_of), importance(event, picture.as_of))


def _risk(assessment: Assessment, overview: tuple[JurisdictionRisk, ...]) -> Risk:
    return Risk(**dict(assessment), jurisdictions=overview)


def open_reader(settings: Settings) -> Reader:
    """The read side over the store that the settings name."""
    return Reader(open_store(settings.store_url), load_catalog(), settings.clock)


def _matches(provider: Provider, q: str) -> bool:
    needle = q.casefold().strip()
    names = (provider.id, provider.name, *provider.aliases, *provider.zh, *provider.further, *provider.products)
    return any(needle in name.casefold() for name in names)


def _page(rows: Sequence[tuple[str, T]], limit: int, cursor: str | None) -> tuple[list[T], str | None]:
    """The rows after the one the cursor names, and the cursor of the next page; CursorError for a foreign cursor."""
    start = 0
    if cursor:
        keys = [key for key, _ in rows]
        key = _decode(cursor)
        if key not in keys:
            raise CursorError("this cursor is not of this list; start again without one")
        start = keys.index(key) + 1
    taken = rows[start : start + limit]
    more = start + limit < len(rows)
    return [row for _, row in taken], base64.urlsafe_b64encode(taken[-1][0].encode()).decode() if more and taken else None


def _instant_of(cursor: str) -> datetime:
    """The instant of the list that the cursor is of; CursorError for a foreign cursor."""
    try:
        return datetime.fromisoformat(_decode(cursor).split(" ")[0]).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CursorError("this cursor is not of this list; start again without one") from error


def _decode(cursor: str) -> str:
    try:
        return base64.urlsafe_b64decode(cursor.encode()).decode()
    except (binascii.Error, UnicodeError, ValueError) as error:
        raise CursorError("this cursor is damaged; start again without one") from error
