"""Documents: every version of every entry, append-only. Nouns go in and out; lists are paged newest first by a cursor."""

from __future__ import annotations

import base64
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session, aliased
from sqlmodel import UTCDateTime, col

from monitor.errors import CursorError, UsageError
from monitor.model import Document, short_hash
from monitor.store.dialect import insert_new
from monitor.store.tables import DocumentRow, MentionRow, TaggingRow

Key = TypeVar("Key")
MAX_PAGE = 1000
MAX_IN = 1000
"""Keys per statement; SQLite binds at most 32,766 values."""


_DOCUMENT = DocumentRow.metadata.tables[str(DocumentRow.__tablename__)]
_NEWER = _DOCUMENT.alias("newer")
# Asked of every source that is polled, so built once: building costs several times what the database needs.
_LATEST: Final = {
    key: select(_DOCUMENT.c.title, _DOCUMENT.c.text, _DOCUMENT.c.body).where(
        _DOCUMENT.c.source_id == bindparam("source"),
        _DOCUMENT.c[key].in_(bindparam("hashes", expanding=True)),
        ~exists().where(
            _NEWER.c.source_id == _DOCUMENT.c.source_id,
            _NEWER.c.guid_hash == _DOCUMENT.c.guid_hash,
            _NEWER.c.revision > _DOCUMENT.c.revision,
        ),
    )
    for key in ("guid_hash", "url_hash")
}
_MOMENTS: Final = (
    select(_DOCUMENT.c.published_at, _DOCUMENT.c.retrieved_at)
    .where(_DOCUMENT.c.source_id == bindparam("source"))
    .order_by(_DOCUMENT.c.retrieved_at.desc(), _DOCUMENT.c.published_at.desc(), _DOCUMENT.c.id)
    .limit(bindparam("most"))
)


@dataclass(frozen=True)
class DocumentQuery:
    """Which documents to list: of a source, naming a provider, containing words, as known at a time."""

    source: str | None = None
    provider: str | None = None
    q: str | None = None
    as_of: datetime | None = None
    limit: int = 50
    cursor: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.limit <= MAX_PAGE:
            raise UsageError(f"limit must be between 1 and {MAX_PAGE}, not {self.limit}")


@dataclass(frozen=True)
class Page:
    """Part of a list; `next_cursor` asks for what follows, None at the end."""

    items: tuple[Document, ...]
    next_cursor: str | None


def add_documents(tx: Session, documents: Sequence[Document], now: datetime) -> list[Document]:
    """Stores what is not there yet; returns exactly the documents that were new, in their order."""
    rows = [_row(document, now) for document in documents]
    new = set(insert_new(tx, DocumentRow, rows, "id"))
    unique = {row["id"]: document for row, document in zip(rows, documents, strict=True)}
    return [document for key, document in unique.items() if key in new]


def latest_versions(tx: Session, source_id: str, guids: Collection[str], urls: Collection[str] = ()) -> dict[str, Document]:
    """The newest revision of the entries of one source that have one of these guids or (canonical) addresses, by guid."""
    found: dict[str, Document] = {}
    for wanted, keys in ((_LATEST["guid_hash"], guids), (_LATEST["url_hash"], urls)):
        for hashes in in_parts(sorted({short_hash(key) for key in keys})):
            rows = tx.connection().execute(wanted, {"source": source_id, "hashes": hashes})
            found |= {document.guid: document for document in map(document_from, rows)}
    return found


def newest_at(tx: Session, source_id: str, url: str) -> Document | None:
    """What a source told last under a (canonical) address: of a watched page, its newest state; None before the first."""
    told = (col(DocumentRow.source_id) == source_id, col(DocumentRow.url_hash) == short_hash(url))
    newest = (col(DocumentRow.retrieved_at).desc(), col(DocumentRow.recorded_at).desc(), col(DocumentRow.revision).desc())
    return next(_read(tx, select(DocumentRow).where(*told).order_by(*newest).limit(1)), None)


def titled(tx: Session, source_id: str, titles: Collection[str]) -> list[Document]:
    """The newest revision of the entries of one source that have one of these titles, word for word."""
    wanted = select(DocumentRow).where(col(DocumentRow.source_id) == source_id, ~_is_replaced(None))
    return [document for part in in_parts(sorted(titles)) for document in _read(tx, wanted.where(col(DocumentRow.title).in_(part)))]


def documents_by_id(tx: Session, ids: Collection[str], as_of: datetime | None = None) -> dict[str, Document]:
    """These versions as far as known at `as_of` (None: now), by id; others are absent."""
    found: dict[str, Document] = {}
    for part in in_parts(list(ids)):
        wanted = select(DocumentRow).where(col(DocumentRow.id).in_(part))
        if as_of is not None:
            wanted = wanted.where(col(DocumentRow.recorded_at) <= as_of)
        found |= {document.id: document for document in _read(tx, wanted)}
    return found


def untagged(tx: Session, tagger_version: str, limit: int) -> list[Document]:
    """Documents that this tagger version has not seen, by id: what a sweep has to catch up with.

    The order must not depend on who answered first: a run that was killed and taken up ends as an undisturbed one.
    """
    is_tagged = exists().where(col(TaggingRow.document_id) == col(DocumentRow.id), col(TaggingRow.tagger_version) == tagger_version)
    return list(_read(tx, select(DocumentRow).where(~is_tagged).order_by(col(DocumentRow.id)).limit(limit)))


def count_untagged(tx: Session, tagger_version: str) -> int:
    """How many documents this tagger version has not seen."""
    is_tagged = exists().where(col(TaggingRow.document_id) == col(DocumentRow.id), col(TaggingRow.tagger_version) == tagger_version)
    return tx.scalar(select(func.count()).select_from(DocumentRow).where(~is_tagged)) or 0


def newest_moments(tx: Session, source_id: str, limit: int) -> list[tuple[datetime | None, datetime]]:
    """When the newest document versions of a source were published and retrieved, the latest retrieved first."""
    rows = tx.connection().execute(_MOMENTS, {"source": source_id, "most": limit})
    return [(published, retrieved) for published, retrieved in rows]


def list_documents(tx: Session, query: DocumentQuery) -> Page:
    """The newest version known of each matching entry, latest retrieved first; CursorError for a foreign cursor."""
    order = (col(DocumentRow.retrieved_at), col(DocumentRow.id))
    wanted = select(DocumentRow).where(*_conditions(query)).order_by(*(column.desc() for column in order)).limit(query.limit + 1)
    if query.cursor is not None:
        at, last = _read_cursor(query.cursor)
        wanted = wanted.where(tuple_(*order) < tuple_(literal(at, UTCDateTime()), literal(last)))
    found = list(_read(tx, wanted))
    items = tuple(found[: query.limit])
    return Page(items, _write_cursor(items[-1]) if len(found) > query.limit else None)


def count_documents(tx: Session, query: DocumentQuery | None = None) -> int:
    """How many entries match; limit and cursor play no part."""
    return tx.scalar(select(func.count()).select_from(DocumentRow).where(*_conditions(query or DocumentQuery()))) or 0


def _is_replaced(as_of: datetime | None) -> ColumnElement[bool]:
    """Whether a newer revision of the entry was known at `as_of` (None: now)."""
    newer = aliased(DocumentRow)
    replaced = exists().where(
        col(newer.source_id) == col(DocumentRow.source_id),
        col(newer.guid_hash) == col(DocumentRow.guid_hash),
        col(newer.revision) > col(DocumentRow.revision),
    )
    return replaced if as_of is None else replaced.where(col(newer.recorded_at) <= as_of)


def _conditions(query: DocumentQuery) -> Iterator[ColumnElement[bool]]:
    yield ~_is_replaced(query.as_of)
    if query.as_of is not None:
        yield col(DocumentRow.recorded_at) <= query.as_of
    if query.source is not None:
        yield col(DocumentRow.source_id) == query.source
    if query.provider is not None:
        naming = select(col(MentionRow.document_id)).where(col(MentionRow.provider_id) == query.provider)
        yield col(DocumentRow.id).in_(naming)
    for word in (query.q or "").split():
        yield col(DocumentRow.title).icontains(word, autoescape=True) | col(DocumentRow.text).icontains(word, autoescape=True)


# ---------------------------------------------------------------- rows and cursors
def _row(document: Document, now: datetime) -> dict[str, Any]:
    return {
        "id": document.id,
        "source_id": document.source,
        "guid_hash": short_hash(document.guid),
        "revision": document.revision,
        "published_at": document.published_at,
        "retrieved_at": document.retrieved_at,
        "recorded_at": now,
        "lang": document.lang,
        "content_hash": document.content_hash,
        "url_hash": short_hash(document.url),
        "origin_group": document.origin_group,
        "title": document.title,
        "text": document.text,
        "body": document.model_dump(mode="json", exclude={"title", "text"}),
    }


def document_from(row: Any) -> Document:
    """The noun that a row keeps in title, text and body."""
    return Document.model_validate({**row.body, "title": row.title, "text": row.text})


def _read(tx: Session, wanted: Select[DocumentRow]) -> Iterator[Document]:
    for row in tx.scalars(wanted):
        yield document_from(row)


def in_parts(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    """The keys in parts that fit into one statement."""
    for start in range(0, len(keys), MAX_IN):
        yield keys[start : start + MAX_IN]


def _write_cursor(document: Document) -> str:
    place = json.dumps([document.retrieved_at.isoformat(), document.id])
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def _read_cursor(cursor: str) -> tuple[datetime, str]:
    try:
        at, last = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        when = datetime.fromisoformat(at)
        if when.utcoffset() is None or not isinstance(last, str):
            raise ValueError("not a place in the list")
    except (ValueError, TypeError) as error:
        raise CursorError("the cursor is damaged or not from this service; start again without one") from error
    return when, last
