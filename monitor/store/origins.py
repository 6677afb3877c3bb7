"""Who repeats whom: compared documents, found copies and decisions come in; what was known of them at any time goes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, bindparam, exists, func, insert, or_, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import UTCDateTime, col

from monitor.model import Copy, Document, OriginDecision
from monitor.model.brief import DocumentBrief
from monitor.store.decisions import numbered
from monitor.store.dialect import insert_new, serialise
from monitor.store.documents import document_from, in_parts
from monitor.store.tables import DocumentRow, OriginDecisionRow, TaggingRow, TextCopyRow, TextSketchRow

# Asked in every cycle and for every event that is drawn, so built once: building costs several times what the database needs.
_METHOD_ASKED: Final[BindParameter[Any]] = bindparam("method")
_AS_OF: Final = bindparam("as_of", type_=UTCDateTime())
_IS_COMPARED: Final = exists().where(col(TextSketchRow.document_id) == col(DocumentRow.id), col(TextSketchRow.method) == _METHOD_ASKED)
_UNCOMPARED_STORED: Final = select(col(DocumentRow.retrieved_at)).where(
    col(DocumentRow.recorded_at) >= bindparam("since", type_=UTCDateTime()), ~_IS_COMPARED
)
_UNCOMPARED: Final = (
    select(col(DocumentRow.title), col(DocumentRow.text), col(DocumentRow.body))
    .where(~_IS_COMPARED)
    .order_by(col(DocumentRow.retrieved_at), col(DocumentRow.id))
    .limit(bindparam("limit"))
)
_UNCOMPARED_SINCE: Final = _UNCOMPARED.where(col(DocumentRow.retrieved_at) >= bindparam("since", type_=UTCDateTime()))
_SKETCH: Final[tuple[Any, ...]] = (
    col(TextSketchRow.number), col(TextSketchRow.document_id), col(TextSketchRow.origin_group), col(TextSketchRow.retrieved_at),
    col(TextSketchRow.sketch),
)  # fmt: skip
_COMPARED: Final = (
    select(*_SKETCH)
    .where(col(TextSketchRow.method) == _METHOD_ASKED, col(TextSketchRow.number) > bindparam("after"))
    .where(col(TextSketchRow.retrieved_at) >= bindparam("since", type_=UTCDateTime()))
    .order_by(col(TextSketchRow.number))
    .limit(bindparam("limit"))
)
_OF_COMPARED: Final = (
    select(col(TextSketchRow.number), col(DocumentRow.body))
    .join(DocumentRow, col(DocumentRow.id) == col(TextSketchRow.document_id))
    .where(col(TextSketchRow.method) == _METHOD_ASKED)
    .order_by(col(TextSketchRow.number))
)
_COMPARED_AFTER: Final = _OF_COMPARED.where(col(TextSketchRow.number) > bindparam("after"))
_LAST_COMPARED: Final = select(func.max(col(TextSketchRow.number))).where(col(TextSketchRow.method) == _METHOD_ASKED)
_METHOD: Final = select(col(TextCopyRow.method)).order_by(col(TextCopyRow.recorded_at).desc(), col(TextCopyRow.method).desc()).limit(1)
_METHOD_THEN: Final = _METHOD.where(col(TextCopyRow.recorded_at) <= _AS_OF)
_DOCUMENTS: Final[BindParameter[Any]] = bindparam("documents", expanding=True)
_TOUCHING: Final = select(col(TextCopyRow.body)).where(
    or_(col(TextCopyRow.document_id).in_(_DOCUMENTS), col(TextCopyRow.copied_id).in_(_DOCUMENTS)), col(TextCopyRow.method) == _METHOD_ASKED
)
_TOUCHING_THEN: Final = _TOUCHING.where(col(TextCopyRow.recorded_at) <= _AS_OF)
_LAST_DECIDED: Final = select(func.max(col(OriginDecisionRow.number)))
_DECIDED: Final = select(col(OriginDecisionRow.body)).order_by(col(OriginDecisionRow.number))
_DECIDED_THEN: Final = _DECIDED.where(col(OriginDecisionRow.recorded_at) <= _AS_OF)


class Compared(NamedTuple):
    """A document that was compared, with what the method has to remember of it; `number` is the order of comparing."""

    number: int
    document: str
    origin_group: str
    retrieved_at: datetime
    sketch: bytes


def uncompared(tx: Session, method: str, since: datetime | None, limit: int) -> list[Document]:
    """Documents that this method has not compared, in the order of their retrieval: what a sweep has to catch up with.

    Those retrieved before `since` are passed over, which spares a sweep to look at all that it has done.
    """
    given = {"method": method, "limit": limit} | ({} if since is None else {"since": since})
    return [document_from(row) for row in tx.connection().execute(_UNCOMPARED if since is None else _UNCOMPARED_SINCE, given)]


def uncompared_moments(tx: Session, method: str, stored_since: datetime) -> list[datetime]:
    """When the documents were retrieved that were stored since then and that this method has not compared."""
    given = {"method": method, "since": stored_since}
    return [at for (at,) in tx.connection().execute(_UNCOMPARED_STORED, given)]


def compared(tx: Session, method: str, after: int, since: datetime, limit: int) -> list[Compared]:
    """What was compared after number `after`, of the documents retrieved since then, in the order of comparing."""
    given = {"method": method, "after": after, "since": since, "limit": limit}
    return [Compared(*row) for row in tx.connection().execute(_COMPARED, given)]


class Numbered(NamedTuple):
    """A compared document; `number` is the order of comparing, in which other processes see it too."""

    number: int
    document: str
    entry: str
    revision: int


def compared_since(tx: Session, method: str, after: int) -> list[Numbered]:
    """The documents that were compared after number `after`, in that order."""
    return _numbered(tx.connection().execute(_COMPARED_AFTER, {"method": method, "after": after}))


def unread(tx: Session, method: str, tagger_version: str) -> tuple[int, dict[str, Numbered]]:
    """The number of the document compared last, and by id those compared that this tagger version has not read."""
    last = tx.connection().execute(_LAST_COMPARED, {"method": method}).scalar() or 0
    document = aliased(DocumentRow)  # looked through by id, in the order in which taggings are found by
    read = exists().where(col(TaggingRow.document_id) == col(document.id), col(TaggingRow.tagger_version) == tagger_version)
    unread_ones = _OF_COMPARED.where(col(TextSketchRow.document_id).in_(select(col(document.id)).where(~read)))
    waiting = _numbered(tx.connection().execute(unread_ones, {"method": method}))
    return last, {one.document: one for one in waiting}


def _numbered(rows: Iterable[Any]) -> list[Numbered]:
    told = ((number, Document.model_validate({**body, "title": "", "text": ""})) for number, body in rows)
    return [Numbered(number, document.id, document.entry, document.revision) for number, document in told]


def copied_with(tx: Session, documents: Collection[str]) -> set[str]:
    """The entries of these documents' copies and of those that these repeat, by chains, and of everything that was decided on."""
    copies, decided = known_origins(tx, [], None, around=documents)
    return {name for copy in copies for name in (copy.entry, copy.copied_entry)} | {name for one in decided for name in one.entries}


def save_compared(tx: Session, method: str, sketches: Sequence[tuple[Document, bytes]], copies: Sequence[Copy], now: datetime) -> int:
    """Stores that these documents were compared, and the copies found; how many of them had not been compared before."""
    serialise(tx, "copies")
    last = tx.connection().execute(_LAST_COMPARED, {"method": method}).scalar() or 0
    rows = [
        {
            "document_id": document.id,
            "method": method,
            "number": number,
            "retrieved_at": document.retrieved_at,
            "origin_group": document.origin_group,
            "sketch": sketch,
            "recorded_at": now,
        }
        for number, (document, sketch) in enumerate(sketches, last + 1)
    ]
    new = insert_new(tx, TextSketchRow, rows, "document_id")
    found = [
        {
            "document_id": copy.document,
            "copied_id": copy.copied,
            "method": method,
            "recorded_at": copy.recorded_at,
            "body": copy.model_dump(mode="json"),
        }
        for copy in copies
    ]
    insert_new(tx, TextCopyRow, found, "document_id")
    return len(new)


def known_origins(
    tx: Session, documents: Iterable[Document | DocumentBrief], as_of: datetime | None, *, around: Collection[str] = ()
) -> tuple[list[Copy], list[OriginDecision]]:
    """What was known at `as_of` (None: now) of who repeats whom around these documents and those with the ids `around`: copies that
    join them to others, and those to others again, as the method sees them that was the last by then; and every decision.
    """
    decided = decisions(tx, as_of)
    frontier = {name for document in documents for name in document.versions} | {name for one in decided for name in one.documents}
    frontier |= {*around}
    method, seen = _method_at(tx, as_of), set[str]()
    found: dict[tuple[str, str], Copy] = {}
    while frontier and method is not None:
        seen |= frontier
        found |= {(copy.document, copy.copied): copy for copy in _touching(tx, method, frontier, as_of)}
        frontier = {name for pair in found for name in pair} - seen
    return [found[key] for key in sorted(found)], decided


def _method_at(tx: Session, as_of: datetime | None) -> str | None:
    """The method that found the last copy; None before the first."""
    given = {} if as_of is None else {"as_of": as_of}
    return tx.connection().execute(_METHOD_THEN if given else _METHOD, given).scalar()


def _touching(tx: Session, method: str, documents: Collection[str], as_of: datetime | None) -> Iterator[Copy]:
    for part in in_parts(sorted(documents)):
        given = {"method": method, "documents": part} | ({} if as_of is None else {"as_of": as_of})
        for (body,) in tx.connection().execute(_TOUCHING if as_of is None else _TOUCHING_THEN, given):
            yield Copy.model_validate(body)


def last_number(tx: Session) -> int:
    """The number of the last decision about origins; 0 before the first."""
    return tx.connection().execute(_LAST_DECIDED).scalar() or 0


def decisions(tx: Session, as_of: datetime | None) -> list[OriginDecision]:
    """Everything decided about origins by `as_of` (None: now), oldest first, also what was undone since."""
    given = {} if as_of is None else {"as_of": as_of}
    return [OriginDecision.model_validate(body) for (body,) in tx.connection().execute(_DECIDED_THEN if given else _DECIDED, given)]


def decide(tx: Session, decision: OriginDecision) -> OriginDecision:
    """Records a decision under the next number, which it comes back with.

    NotFoundError when it undoes one that was never made, UsageError when that one does not hold any more.
    """
    serialise(tx, "origins")
    new = numbered(decisions(tx, None), decision, "forewarned origins decisions")
    body: dict[str, Any] = new.model_dump(mode="json")
    tx.execute(insert(OriginDecisionRow).values(number=new.number, verdict=new.verdict, recorded_at=new.recorded_at, body=body))
    return new
