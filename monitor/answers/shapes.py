"""The shapes that the command line prints and the API returns, beside the nouns that are already answers.

Nouns come in, JSON-ready models go out. Times are RFC 3339 UTC, dates plain; the shapes are public API.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict

from monitor.model import (
    AlertCode,
    Assessment,
    Document,
    Event,
    EventOffer,
    EventType,
    Evidence,
    Jurisdiction,
    Level,
    Modality,
    Provider,
    Reason,
    Role,
    Ruling,
    Sector,
    SourceState,
    Stage,
    StageStep,
)

T = TypeVar("T")


class Shape(BaseModel):
    """Base of all answers."""

    model_config = ConfigDict(frozen=True)


class Page(Shape, Generic[T]):
    """One page of a list; `next_cursor` is None on the last. `stale` says that the data behind it is too old to trust."""

    items: list[T]
    next_cursor: str | None = None
    data_as_of: datetime | None = None
    stale: bool = False


class ProviderShape(Shape):
    """A provider as the catalogue knows it."""

    id: str
    name: str
    home: Jurisdiction | None
    sectors: list[Sector]
    aliases: list[str]
    products: list[str]
    parents: list[str]
    substitutes: list[str]
    speaks: list[str]
    not_offered: list[Jurisdiction]

    @classmethod
    def of(cls, provider: Provider) -> ProviderShape:
        """The public view of a catalogue record."""
        return cls(
            id=provider.id,
            name=provider.name,
            home=provider.home,
            sectors=list(provider.sectors),
            aliases=[*provider.aliases, *provider.zh, *provider.further],
            products=list(provider.products),
            parents=[parent.id for parent in provider.parents],
            substitutes=list(provider.substitutes),
            speaks=list(provider.speaks),
            not_offered=list(provider.not_offered.places) if provider.not_offered else [],
        )


class DocumentShape(Shape):
    """One version of one entry."""

    id: str
    source: str
    guid: str
    url: str
    title: str
    text: str
    published_at: datetime | None
    retrieved_at: datetime
    lang: str
    revision: int
    content_hash: str
    origin_group: str

    @classmethod
    def of(cls, document: Document) -> DocumentShape:
        """The public view of a document."""
        return cls(id=document.id, **{name: getattr(document, name) for name in cls.model_fields if name != "id"})


class EventDatesShape(Shape):
    """The days an event states; `months` keeps what is known to the month only."""

    announced: date | None
    effective: date | None
    comment: date | None
    months: dict[str, str]


class EventShape(Shape):
    """A measure as a thread over its stages, in the manner of an advisory."""

    id: str
    type: EventType
    beneath: list[EventType]
    title: str
    modality: Modality
    stage: Stage
    stages: list[StageStep]
    providers: dict[str, Role]
    issuing: list[Jurisdiction]
    affected: list[Jurisdiction]
    dates: EventDatesShape
    date_conflicts: dict[str, list[date]]
    sectors: list[Sector]
    severity: Level
    severity_score: int
    origins: int
    origin_groups: list[str]
    primary_source: bool
    offers: list[EventOffer]
    evidence: list[Evidence]
    documents: list[str]
    instrument: str
    first_seen_at: datetime
    last_reported_at: datetime
    confidence: float
    withdrawn: bool
    disputed: bool
    decisions: list[Ruling]

    @classmethod
    def of(cls, event: Event, stage: Stage, severity: tuple[int, Level]) -> EventShape:
        """The public view of `event` in the stage it has on the asked day, with its severity (score, level) there."""
        same = {name: getattr(event, name) for name in cls.model_fields if name in Event.model_fields}
        own = {"stage": stage, "severity_score": severity[0], "severity": severity[1], "origins": len(event.origins)}
        dates = EventDatesShape.model_validate(event.dates.model_dump())
        return cls.model_validate(same | own | {"origin_groups": event.origins, "dates": dates})


class SourceShape(Shape):
    """A source and its health; `expected_at` may lie in the past, `alerts` are explained in the source's own answer."""

    id: str
    name: str
    url: str
    state: SourceState
    reason: Reason | None
    detail: str
    since: datetime | None
    failures: int
    last_fetch_at: datetime | None
    last_success_at: datetime | None
    documents: int
    last_item_at: datetime | None
    usual_gap_s: int | None
    expected_at: datetime | None
    next_poll_at: datetime | None
    permanent_url: str | None
    alerts: list[AlertCode]


class JurisdictionRisk(Shape):
    """One line of a provider's overview."""

    jurisdiction: Jurisdiction
    score: int
    level: Level


class Risk(Assessment):
    """An assessment, with the provider's other jurisdictions where none was asked for."""

    jurisdictions: tuple[JurisdictionRisk, ...] = ()


class Health(Shape):
    """Whether the service answers, and on how fresh data."""

    status: str
    version: str
    database: str
    sources: dict[str, int]
    data_as_of: datetime | None
    stale: bool
