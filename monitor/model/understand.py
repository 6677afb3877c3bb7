"""What a text says: quotes, mentions, dates, offers, signals."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from monitor.model.base import EventType, Jurisdiction, Modality, Noun, OfferKind, Role, Sector, Stage


class Quote(Noun):
    """A span of a document's `full_text`; `text` is exactly the characters at [start, end)."""

    start: int
    end: int
    text: str


Band = Literal["alert", "review", "archive"]


class Mention(Noun):
    """A provider named in a text."""

    provider: str
    alias: str
    start: int
    end: int
    salience: Literal["about", "mention"]


class EventDates(Noun):
    """Days that the text states; month-only dates are kept apart, as `YYYY-MM`."""

    announced: date | None = None
    effective: date | None = None
    comment: date | None = None
    months: dict[str, str] = {}


class Offer(Noun):
    """An alternative's terms: a bare number for tokens and money, per cent off for `price_cut`, None for a service."""

    provider: str
    kind: OfferKind
    amount: str | None = None
    until: date | None = None


class Signal(Noun):
    """What one document says happened: one event, with its own roles, dates, stage and evidence."""

    type: EventType
    beneath: tuple[EventType, ...] = ()
    """Further types: the measure underneath a modifier, or the second nature of a measure."""
    modality: Modality = "asserted"
    background: bool = False
    providers: dict[str, Role] = {}
    issuing: tuple[Jurisdiction, ...] = ()
    affected: tuple[Jurisdiction, ...] = ()
    stage: Stage
    dates: EventDates = EventDates()
    sectors: tuple[Sector, ...] = ()
    offers: tuple[Offer, ...] = ()
    instrument: str = ""
    """Document number, RIN or rule name that identifies the measure; empty when the text gives none."""
    evidence: tuple[Quote, ...] = ()
    confidence: float = Field(ge=0, le=1)


class Tagging(Noun):
    """The tag record of one document: its signals and the provider mentions they rest on."""

    document: str
    tagger_version: str
    relevant: bool
    confidence: float = Field(ge=0, le=1)
    lang: str
    lang_support: Literal["full", "partial"] = "full"
    primary: EventType | None = None
    signals: tuple[Signal, ...] = ()
    mentions: tuple[Mention, ...] = ()
    unknown_organisations: tuple[str, ...] = ()
    band: Band = "archive"
    """Whether to alert, to let a person look first, or to keep the text for search only."""
    reasons: tuple[str, ...] = ()
    """Why a person should look."""
    agreed: bool = True
    """Whether heads tell of a live event and a rule does too, or the words of a headline that shows who acts; or there were rules alone.
    A service acts on nothing less."""
