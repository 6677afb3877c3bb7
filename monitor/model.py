"""The nouns of the product: frozen, validated, UTC-aware values that every stage takes and gives.

What comes in: nothing; this module imports no other of the project. What goes out: the classes below. Value sets
(event types, roles, stages …) are API values: never rename one.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone is ambiguous; give an offset or Z")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]
"""An aware UTC datetime."""
Jurisdiction = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2, or `EU`; HK, MO and TW stand on their own."""

EventType = Literal[
    "access_restriction", "service_ban", "export_control", "sanctions_listing", "investment_restriction", "data_privacy",
    "licensing_regulation", "antitrust", "tariff", "divestiture", "litigation", "relief", "mitigation",
]  # fmt: skip
Role = Literal["restricting", "targeted", "affected", "alternative", "mentioned"]
Stage = Literal["rumoured", "proposed", "announced", "final", "in_force", "suspended", "rescinded"]
Modality = Literal["asserted", "threatened", "denied", "hypothetical", "historical"]
Level = Literal["none", "low", "medium", "high", "critical"]
Sector = Literal[
    "ai", "semiconductors", "quantum", "cloud", "apps", "hardware", "enterprise_software", "devtools", "cybersecurity", "fintech"
]
OfferKind = Literal["free_tokens", "free_credits", "price_cut", "migration_service"]
SourceKind = Literal["regulator", "news", "vendor", "vendor_terms", "status"]
SourceFormat = Literal["feed", "federal_register", "page"]
Reliability = Literal["primary", "high", "medium", "low"]
SourceState = Literal["ok", "not_modified", "empty", "failing", "quiet", "gone", "never"]
Reason = Literal[
    "timeout", "connection", "tls", "protocol", "truncated", "decode", "too_large", "not_a_feed", "not_well_formed", "forbidden_dtd",
    "entity_bomb", "empty_body", "bad_status", "rate_limited", "gone", "bad_redirect", "redirect_loop", "too_many_redirects",
    "blocked_address", "blocked_scheme", "blocked_port", "too_many_entries", "no_identity", "parser_killed",
]  # fmt: skip
Criticality = Literal["low", "medium", "high", "critical"]
Substitutability = Literal["easy", "medium", "complex", "none"]

ROLE_PRECEDENCE: tuple[Role, ...] = ("restricting", "targeted", "affected", "alternative", "mentioned")
LEVELS: tuple[Level, ...] = ("none", "low", "medium", "high", "critical")
MODIFIERS: frozenset[EventType] = frozenset({"litigation", "relief", "mitigation"})


def short_hash(*parts: str) -> str:
    """16 hex digits that stand for `parts` in their order; the same on every machine."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


class Noun(BaseModel):
    """Base of all nouns: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ---------------------------------------------------------------- catalogue
class Source(Noun):
    """One feed, API query or page that is polled, as feeds.yaml describes it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=64)]
    name: str
    url: str
    format: SourceFormat = "feed"
    kind: SourceKind
    publisher: str
    family: str = ""
    """Ownership or wire family; empty means the publisher itself (filled by the catalogue)."""
    jurisdiction: Jurisdiction | None = None
    language: str = "en"
    reliability: Reliability = "medium"
    interval_s: int = 0
    """Seconds between polls that the operator asked for; 0 leaves it to the service's floor."""
    private: bool = False
    why: str = ""


class Parent(Noun):
    """An owner of a provider; `share` in per cent, None when not public."""

    id: str
    share: float | None = None
    note: str = ""


class AliasRule(Noun):
    """When an ambiguous alias counts: a `require` word in the document, no `veto` phrase in the sentence, no vetoed neighbour."""

    require: tuple[str, ...] = ()
    veto: tuple[str, ...] = ()
    veto_next: tuple[str, ...] = ()
    veto_prev: tuple[str, ...] = ()
    case: bool = False


class NotOffered(Noun):
    """Where a provider itself says that it is not offered."""

    places: tuple[Jurisdiction, ...] = Field(alias="in")
    as_of: date | None = None
    source: str = ""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Provider(Noun):
    """A company or service others depend on, with every name it goes by."""

    id: str
    name: str
    home: Jurisdiction | None = None
    sectors: tuple[Sector, ...] = ()
    aliases: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    parents: tuple[Parent, ...] = ()
    hosts: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    substitutes: tuple[str, ...] = ()
    not_offered: NotOffered | None = None
    ambiguous: dict[str, AliasRule] = {}


class Place(Noun):
    """A jurisdiction with its names and the organs that act for it."""

    id: Jurisdiction
    en: tuple[str, ...] = ()
    demonyms: tuple[str, ...] = ()
    zh: tuple[str, ...] = ()
    capitals: tuple[str, ...] = ()
    organs: tuple[str, ...] = ()
    organs_act_for: tuple[Jurisdiction, ...] = ()
    """Further jurisdictions that its organs decide for, such as the Irish data-protection authority for the EU."""


# ---------------------------------------------------------------- collect
class Validators(Noun):
    """What a server gave us for the next conditional request, byte for byte."""

    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None


class Response(Noun):
    """A complete answer of a source: `status` 200 with a body, or 304 without."""

    status: int
    url: str
    """Where the body came from, after redirects."""
    permanent_url: str | None = None
    """The last target of an unbroken chain of 301/308; shown to the operator, never adopted silently."""
    content_type: str = ""
    body: bytes = b""
    validators: Validators = Validators()
    max_age_s: int | None = None
    """How long the answer may be reused, from Cache-Control; None when not told."""
    retrieved_at: Instant


class FetchFailure(Noun):
    """Why a source gave nothing this time: a value, so that one bad feed never stops the others."""

    reason: Reason
    detail: str
    retrieved_at: Instant
    status: int | None = None
    retry_after_s: int | None = None


class Entry(Noun):
    """One item of a feed as its publisher wrote it, before cleaning."""

    guid: str
    url: str = ""
    title: str = ""
    html: str = ""
    author: str = ""
    published_at: Instant | None = None
    published_raw: str = ""
    updated_at: Instant | None = None
    lang: str | None = None
    origin_publisher: str = ""
    """The publisher an aggregator names (RSS `<source>`, Google News " - Publisher"); empty when none."""
    regulator: RegulatorFacts | None = None


class RegulatorFacts(Noun):
    """What an official gazette says of a document in fields of its own; trusted over the text."""

    number: str
    doc_type: str = ""
    agencies: tuple[str, ...] = ()
    effective_on: date | None = None
    comments_close_on: date | None = None
    rin: tuple[str, ...] = ()
    corrects: str = ""


class Document(Noun):
    """One version of one entry; an edit is a new revision in the chain of (source, guid)."""

    source: str
    guid: str
    revision: int = 1
    url: str
    title: str
    text: str
    lang: str
    published_at: Instant | None
    published_raw: str = ""
    updated_at: Instant | None = None
    retrieved_at: Instant
    content_hash: str
    """sha256 hex of `title + "\\n" + text`: what an evidence quote is checked against."""
    origin_group: str
    """Who told it first as far as the text says: a credited wire, else the publisher's family."""
    kind: SourceKind
    jurisdiction: Jurisdiction | None = None
    reliability: Reliability = "medium"
    regulator: RegulatorFacts | None = None

    @property
    def id(self) -> str:
        """Stable public id of this version."""
        return "doc_" + short_hash(self.source, self.guid, str(self.revision))

    @property
    def full_text(self) -> str:
        """The string that evidence offsets count in."""
        return f"{self.title}\n{self.text}"


# ---------------------------------------------------------------- understand
class Quote(Noun):
    """A span of a document's `full_text`; `text` is exactly the characters at [start, end)."""

    start: int
    end: int
    text: str


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


# ---------------------------------------------------------------- assess
class Report(Noun):
    """A signal together with the document that tells it and when we came to know it."""

    document: Document
    signal: Signal
    recorded_at: Instant


class Evidence(Noun):
    """A quote with everything a reviewer needs to check it; `sha256` is the document's content hash."""

    document: str
    url: str
    source: str
    quote: str
    sha256: str
    published_at: Instant | None
    retrieved_at: Instant
    primary: bool = False


class StageStep(Noun):
    """The day an event reached a stage, when we knew, and who told it."""

    stage: Stage
    date: date
    recorded_at: Instant
    documents: tuple[str, ...]


class EventOffer(Offer):
    """An offer with its evidence."""

    evidence: tuple[Evidence, ...] = ()


class Event(Noun):
    """The real-world measure as a thread of signals over its stages, like an advisory with revisions."""

    id: str
    type: EventType
    beneath: tuple[EventType, ...] = ()
    title: str
    modality: Modality = "asserted"
    stage: Stage
    stages: tuple[StageStep, ...]
    providers: dict[str, Role]
    issuing: tuple[Jurisdiction, ...] = ()
    affected: tuple[Jurisdiction, ...] = ()
    dates: EventDates = EventDates()
    date_conflicts: dict[str, tuple[date, ...]] = {}
    """Per date role, all differing days that documents state, the shown one first."""
    sectors: tuple[Sector, ...] = ()
    offers: tuple[EventOffer, ...] = ()
    origins: tuple[str, ...]
    """Independent origins: copies of one wire and members of one family count once."""
    primary_source: bool = False
    reliability: Reliability = "medium"
    """The best among the documents that tell it."""
    documents: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    instrument: str = ""
    first_seen_at: Instant
    last_reported_at: Instant
    confidence: float = Field(ge=0, le=1)
    withdrawn: bool = False
    disputed: bool = False


class Factor(Noun):
    """One event's share of a score: whole points, what it means, and the proof."""

    event: str
    type: EventType
    stage: Stage
    points: int
    why: str
    effective: date | None = None
    weights: dict[str, float] = {}
    """The named terms of the formula (severity, stage, modality, …), each in [0, 1]; their product orders the factors."""
    evidence: tuple[Evidence, ...] = ()


class Alternative(Noun):
    """A provider one can switch to in the caller's jurisdiction, with its own risk there and its offers."""

    provider: str
    score: int
    level: Level
    offers: tuple[EventOffer, ...] = ()


class Assessment(Noun):
    """Provider × jurisdiction × time: 0–100 with factors that sum to it exactly."""

    provider: str
    jurisdiction: Jurisdiction
    as_of: Instant
    score: int = Field(ge=0, le=100)
    level: Level
    factors: tuple[Factor, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    unknowns: tuple[str, ...] = ()
    disputed: bool = False
    stale: bool = False
    data_as_of: Instant | None = None
    methodology_version: str
    input_digest: str


# ---------------------------------------------------------------- inventory
class Recipient(Noun):
    """Who gets a digest, at which hour of which zone, from which level on."""

    email: str
    timezone: str = "UTC"
    hour: int = Field(default=8, ge=0, le=23)
    min_level: Level = "medium"
    language: str = "en"


class Dependency(Noun):
    """A use of a provider by a system: from where it is called and where its users are."""

    provider: str
    product: str = ""
    called_from: tuple[Jurisdiction, ...] = ()
    users_in: tuple[Jurisdiction, ...] = ()
    substitutability: Substitutability = "medium"


class System(Noun):
    """A system a team runs, with what it depends on."""

    id: str
    criticality: Criticality = "medium"
    dependencies: tuple[Dependency, ...] = ()


class Team(Noun):
    """A team, its systems and who is to be told."""

    id: str
    name: str
    recipients: tuple[Recipient, ...] = ()
    systems: tuple[System, ...] = ()


class Exposure(Noun):
    """Event × dependency: what it means for one team's system, and by when."""

    team: str
    system: str
    provider: str
    jurisdictions: tuple[Jurisdiction, ...]
    event: str
    type: EventType
    stage: Stage
    score: int
    level: Level
    meaning: str
    deadline: date | None = None
    criticality: Criticality
    substitutability: Substitutability


# ---------------------------------------------------------------- inform
class Mail(Noun):
    """A rendered message, ready for one recipient."""

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    calendar: str | None = None
    as_of: Instant | None = None
    """The instant whose knowledge the mail tells; the next one tells what is new since."""


DeliveryState = Literal["queued", "sending", "sent", "failed", "in_doubt"]


class Delivery(Noun):
    """One outbox row: a mail for one recipient and slot over one channel, at most once."""

    recipient: str
    slot: str
    """The recipient's local day and zone, e.g. `2024-06-26/Asia/Shanghai`."""
    channel: Literal["mail"] = "mail"
    state: DeliveryState = "queued"
    reason: str = ""
    attempts: int = 0
    due_at: Instant
    mail: Mail

    def moved_to(self, state: DeliveryState, reason: str = "") -> Self:
        """The same delivery in another state."""
        return self.model_copy(update={"state": state, "reason": reason})


Entry.model_rebuild()
