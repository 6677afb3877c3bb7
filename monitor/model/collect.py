"""From an answer on the wire to a document: responses, failures, entries, documents."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from monitor.model.base import Instant, Jurisdiction, Noun, Reason, Reliability, SourceKind, short_hash
from monitor.model.health import Hold


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
    redirects: tuple[str, ...] = ()
    """Each hop on the way as `STATUS TARGET`."""
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
    hold: Hold | None = None
    """That its host is to be left alone by its other sources as well."""


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


PAGE_ADDED, PAGE_REMOVED = "Added to the page:", "Removed from the page:"
"""The lines before the two parts of a document that tells the change of a watched page."""


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
    snapshot: str = ""
    """The whole text of a watched page whose change the document tells; empty when `text` is the whole."""

    @property
    def id(self) -> str:
        """Stable public id of this version."""
        return version_id(self.source, self.guid, self.revision)

    @property
    def versions(self) -> tuple[str, ...]:
        """The ids of this version and of those before it."""
        return tuple(version_id(self.source, self.guid, revision) for revision in range(1, self.revision + 1))

    @property
    def entry(self) -> str:
        """Stable id of what it is a version of, the same for all revisions."""
        return entry_id(self.source, self.guid)

    @property
    def told_at(self) -> datetime:
        """When it was published, or retrieved where it does not say."""
        return self.published_at or self.retrieved_at

    @property
    def full_text(self) -> str:
        """The string that evidence offsets count in."""
        return f"{self.title}\n{self.text}"


# Threads ask for the ids of a document dozens of times; a value kept on the document would outlive a changed copy of it.
@lru_cache(maxsize=65_536)
def version_id(source: str, guid: str, revision: int) -> str:
    """The id of one version of an entry."""
    return "doc_" + short_hash(source, guid, str(revision))


@lru_cache(maxsize=65_536)
def entry_id(source: str, guid: str) -> str:
    """The id of what all revisions are versions of."""
    return "ent_" + short_hash(source, guid)
