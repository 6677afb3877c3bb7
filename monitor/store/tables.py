"""The tables. Nouns come in as JSON `body` beside the columns that are keys or searched; they are read back with `model_validate`.

The primary key of each table is what makes its step idempotent. JSON is kept as text on both databases, because nothing queries
inside it and its order must come back unchanged. Table classes do not validate: rows are built from nouns only.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, ClassVar, Final, get_args

from sqlalchemy import JSON, CheckConstraint, ForeignKeyConstraint, Index, MetaData, UniqueConstraint
from sqlmodel import Field, SQLModel

from monitor.model import ConsentState, DecisionKind, DeliveryState, EventType, Level, OriginVerdict, Reason, SourceState
from monitor.store.dialect import only_where

APPEND_ONLY = (
    "document", "text_sketch", "text_copy", "origin_decision", "event_decision", "exposure_triage", "tagging", "signal", "event",
    "event_brief", "event_reach", "assessment", "inventory_version", "fetch_success",
)  # fmt: skip
"""Tables whose rows are facts: triggers refuse to change them."""

AS_WRITTEN: Final = {"synchronize_session": False, "populate_existing": True}
"""Execution options of statements on tables that change: rows are what the database says, not what was loaded before."""


class Row(SQLModel):
    """Base of all tables: own metadata, and names for constraints so that migrations can find them."""

    metadata: ClassVar[MetaData] = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def one_of(column: str, literal: Any) -> CheckConstraint:
    """A CHECK that a text column holds a value of the Literal, or NULL."""
    return CheckConstraint(f"{column} IN ({', '.join(repr(value) for value in get_args(literal))})", name=column)


class SourceRow(Row, table=True):
    """A source with its schedule, health and lease; the only table that is a state, not a history."""

    __tablename__ = "source"
    __table_args__ = (
        Index("uq_source_url_listed", "url", unique=True, **only_where("listed")),
        one_of("state", SourceState),
        one_of("reason", Reason),
    )
    id: str = Field(primary_key=True)
    url: str
    listed: bool
    body: dict[str, Any] = Field(sa_type=JSON)
    state: str
    reason: str | None = None
    detail: str = ""
    since: datetime | None = None
    etag: str | None = None
    last_modified: str | None = None
    body_sha256: str | None = None
    permanent_url: str | None = None
    failures: int = 0
    last_fetch_at: datetime | None = None
    last_success_at: datetime | None = None
    next_poll_at: datetime | None = Field(default=None, index=True)
    lease_owner: str | None = None
    lease_until: datetime | None = None
    observed: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class FetchSuccessRow(Row, table=True):
    """When any source answered, at most once a minute: what `data_as_of` says for any day in the past."""

    __tablename__ = "fetch_success"
    at: datetime = Field(primary_key=True)


class DocumentRow(Row, table=True):
    """One version of one entry."""

    __tablename__ = "document"
    __table_args__ = (
        UniqueConstraint("source_id", "guid_hash", "revision"),
        Index(None, "retrieved_at", "id"),
        Index(None, "source_id", "retrieved_at"),
        ForeignKeyConstraint(["source_id"], ["source.id"]),
    )
    id: str = Field(primary_key=True)
    source_id: str
    guid_hash: str
    revision: int
    published_at: datetime | None
    retrieved_at: datetime
    recorded_at: datetime = Field(index=True)
    lang: str
    content_hash: str = Field(index=True)
    url_hash: str = Field(index=True)
    origin_group: str
    title: str
    text: str
    body: dict[str, Any] = Field(sa_type=JSON)


class TextSketchRow(Row, table=True):
    """A document was compared with those before it by one method; what that method has to remember of it stands beside.

    Time and origin group are the document's, so that an index is made of these rows alone. `number` is the order of comparing.
    """

    __tablename__ = "text_sketch"
    __table_args__ = (
        UniqueConstraint("method", "number"),
        Index(None, "method", "retrieved_at"),
        ForeignKeyConstraint(["document_id"], ["document.id"]),
    )
    document_id: str = Field(primary_key=True)
    method: str = Field(primary_key=True)
    number: int
    retrieved_at: datetime
    origin_group: str
    sketch: bytes
    recorded_at: datetime


class TextCopyRow(Row, table=True):
    """One document repeats the text of another one, as one method sees it."""

    __tablename__ = "text_copy"
    __table_args__ = (
        Index(None, "copied_id"),
        Index(None, "recorded_at", "method"),
        ForeignKeyConstraint(["document_id"], ["document.id"]),
        ForeignKeyConstraint(["copied_id"], ["document.id"]),
    )
    document_id: str = Field(primary_key=True)
    copied_id: str = Field(primary_key=True)
    method: str = Field(primary_key=True)
    recorded_at: datetime
    body: dict[str, Any] = Field(sa_type=JSON)


class OriginDecisionRow(Row, table=True):
    """What an analyst decided about origins; taking it back is another decision."""

    __tablename__ = "origin_decision"
    __table_args__ = (one_of("verdict", OriginVerdict),)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    verdict: str
    recorded_at: datetime
    body: dict[str, Any] = Field(sa_type=JSON)


class TaggingRow(Row, table=True):
    """What one tagger version said of a document; its signals and mentions have rows of their own."""

    __tablename__ = "tagging"
    __table_args__ = (ForeignKeyConstraint(["document_id"], ["document.id"]),)
    document_id: str = Field(primary_key=True)
    tagger_version: str = Field(primary_key=True)
    relevant: bool
    recorded_at: datetime
    body: dict[str, Any] = Field(sa_type=JSON)


class MentionRow(Row, table=True):
    """Look-up of documents by provider; holds the newest tagging only, the full list is in the tagging's body."""

    __tablename__ = "mention"
    __table_args__ = (Index(None, "provider_id", "document_id"), ForeignKeyConstraint(["document_id"], ["document.id"]))
    document_id: str = Field(primary_key=True)
    provider_id: str = Field(primary_key=True)
    span_start: int = Field(primary_key=True)
    tagger_version: str = Field(primary_key=True)


class SignalRow(Row, table=True):
    """One event as one document tells it."""

    __tablename__ = "signal"
    __table_args__ = (
        ForeignKeyConstraint(["document_id", "tagger_version"], ["tagging.document_id", "tagging.tagger_version"]),
        one_of("type", EventType),
    )
    document_id: str = Field(primary_key=True)
    tagger_version: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    type: str
    background: bool
    recorded_at: datetime
    body: dict[str, Any] = Field(sa_type=JSON)


class EventRow(Row, table=True):
    """One revision of an event; a change is the next revision."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "event_id", "recorded_at"),)
    event_id: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    recorded_at: datetime = Field(index=True)
    withdrawn: bool
    body_hash: str
    body: dict[str, Any] = Field(sa_type=JSON)


class EventBriefRow(Row, table=True):
    """What scores read of each revision of an event."""

    __tablename__ = "event_brief"
    event_id: str = Field(primary_key=True)
    revision: int = Field(primary_key=True)
    recorded_at: datetime
    withdrawn: bool
    body_hash: str
    roles: dict[str, Any] = Field(sa_type=JSON)
    body: dict[str, Any] = Field(sa_type=JSON)
    evidence: list[Any] = Field(sa_type=JSON)


class EventDecisionRow(Row, table=True):
    """What an analyst decided about an event, by the documents and signals that told it; taking it back is another decision."""

    __tablename__ = "event_decision"
    __table_args__ = (one_of("kind", DecisionKind),)
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    kind: str
    event_id: str
    recorded_at: datetime
    body: dict[str, Any] = Field(sa_type=JSON)


class ExposureTriageRow(Row, table=True):
    """What somebody decided about a team's exposures to an event; taking it back is another row."""

    __tablename__ = "exposure_triage"
    number: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    team: str
    event_id: str
    recorded_at: datetime
    body: dict[str, Any] = Field(sa_type=JSON)


class EventReachRow(Row, table=True):
    """Look-up of events: a provider that some revision of an event names, with a place that it names; `ANYONE` and `ANYWHERE` where
    it names none. What a revision does not name any more stays, so that an answer for the past finds it.
    """

    __tablename__ = "event_reach"
    party: str = Field(primary_key=True)
    place: str = Field(primary_key=True)
    event_id: str = Field(primary_key=True)
    recorded_at: datetime


class AssessmentRow(Row, table=True):
    """A score as it was given; the same inputs on the same day write nothing."""

    __tablename__ = "assessment"
    __table_args__ = (Index(None, "provider_id", "jurisdiction", "as_of_day", "recorded_at"), one_of("level", Level))
    provider_id: str = Field(primary_key=True)
    jurisdiction: str = Field(primary_key=True)
    methodology_version: str = Field(primary_key=True)
    input_digest: str = Field(primary_key=True)
    as_of_day: date = Field(primary_key=True)
    score: int
    level: str
    recorded_at: datetime
    body: dict[str, Any] = Field(sa_type=JSON)


class InventoryVersionRow(Row, table=True):
    """All teams as imported at one time; going back to an older list is a new version, so the hash may come again."""

    __tablename__ = "inventory_version"
    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    recorded_at: datetime
    body_hash: str
    body: list[Any] = Field(sa_type=JSON)


class DeliveryRow(Row, table=True):
    """The outbox: a mail for one recipient, slot and channel. `kind`, `team` and `as_of` are the mail's, to be searched."""

    __tablename__ = "delivery"
    __table_args__ = (
        Index(None, "state", "due_at"),
        Index(None, "kind", "as_of"),
        UniqueConstraint("message_id"),
        one_of("state", DeliveryState),
    )
    recipient: str = Field(primary_key=True)
    slot: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    state: str
    reason: str = ""
    attempts: int = 0
    due_at: datetime
    lease_owner: str | None = None
    lease_until: datetime | None = None
    message_id: str
    kind: str
    team: str
    as_of: datetime | None
    body: dict[str, Any] = Field(sa_type=JSON)


class MailboxRow(Row, table=True):
    """An address that refused mail for good; gone again with the first mail that it takes."""

    __tablename__ = "mailbox"
    recipient: str = Field(primary_key=True)
    refusals: int
    since: datetime
    reason: str


class UnsubscriptionRow(Row, table=True):
    """An address (in lower case) that wants no mails about a team; gone again when an operator resumes it."""

    __tablename__ = "unsubscription"
    recipient: str = Field(primary_key=True)
    team: str = Field(primary_key=True)
    since: datetime


class ConsentRow(Row, table=True):
    """An address (in lower case) and whether it agreed to get mails, who said so, and how often it was asked."""

    __tablename__ = "consent"
    __table_args__ = (one_of("state", ConsentState),)
    recipient: str = Field(primary_key=True)
    state: str
    since: datetime
    author: str
    asked: int
    asked_at: datetime | None


class ConsentLinkRow(Row, table=True):
    """A link by which an address agrees; the token itself stands in its mail only."""

    __tablename__ = "consent_link"
    token_hash: str = Field(primary_key=True)
    recipient: str
    until: datetime


class LinkKeyRow(Row, table=True):
    """The secret behind links that need no login: `unsubscribe`, or `team/ID`; a new key makes the old links void."""

    __tablename__ = "link_key"
    subject: str = Field(primary_key=True)
    key: str
    since: datetime


class ScheduleSlotRow(Row, table=True):
    """A periodic job's run: whoever inserts the row runs it."""

    __tablename__ = "schedule_slot"
    job: str = Field(primary_key=True)
    slot: str = Field(primary_key=True)
    taken_at: datetime
