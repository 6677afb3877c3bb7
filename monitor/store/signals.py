"""What the tagger said: taggings with their signals and mentions in, reports for threading out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any, Final

from pydantic_core import from_json
from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CompoundSelect,
    ScalarSelect,
    Select,
    String,
    and_,
    bindparam,
    case,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    union,
)
from sqlalchemy.orm import Session, aliased
from sqlmodel import UTCDateTime, col

from monitor.model import Document, Report, Signal, Tagging
from monitor.model.brief import Brief, DocumentBrief, same, stored_document, stored_signal
from monitor.store.dialect import as_written, insert_new
from monitor.store.documents import in_parts
from monitor.store.tables import DocumentRow, MentionRow, SignalRow, TaggingRow, TextSketchRow

_FACTS: Final = ("beneath", "modality", "providers", "issuing", "affected", "stage", "sectors", "instrument")
"""What makes two signals of one type the same news, in whatever words and of whatever day."""
READ_AT_ONCE = 2_000
"""Rows of a long answer that are in memory at one time."""


_TAGGED: Final = select(col(TaggingRow.document_id)).where(
    col(TaggingRow.tagger_version) == bindparam("version"), col(TaggingRow.document_id).in_(bindparam("documents", expanding=True))
)


def save_taggings(tx: Session, taggings: Sequence[Tagging], now: datetime) -> int:
    """Stores taggings whose (document, tagger version) is new, with signals and mentions; how many. The document must be stored."""
    by_version: dict[str, dict[str, Tagging]] = {}
    for tagging in taggings:
        by_version.setdefault(tagging.tagger_version, {})[tagging.document] = tagging
    return sum(_save_version(tx, version, by_document, now) for version, by_document in sorted(by_version.items()))


def _save_version(tx: Session, version: str, by_document: dict[str, Tagging], now: datetime) -> int:
    """Stores the taggings of one version; their mentions replace those of the versions before."""
    rows = [_tagging_row(tagging, now) for tagging in by_document.values()]
    new = [by_document[key] for key in insert_new(tx, TaggingRow, rows, "document_id")]
    insert_new(tx, SignalRow, [row for tagging in new for row in _signal_rows(tagging, now)], "document_id")
    for part in in_parts([tagging.document for tagging in new]):
        tx.execute(delete(MentionRow).where(col(MentionRow.document_id).in_(part), col(MentionRow.tagger_version) != version))
    insert_new(tx, MentionRow, [row for tagging in new for row in _mention_rows(tagging)], "document_id")
    return len(new)


def tagging_of(tx: Session, document_id: str) -> Tagging | None:
    """The newest tagging of a document, None when it has not been tagged."""
    newest = select(TaggingRow).where(col(TaggingRow.document_id) == document_id).order_by(col(TaggingRow.recorded_at).desc()).limit(1)
    row = tx.scalar(newest)
    if row is None:
        return None
    of_it = (col(SignalRow.document_id) == document_id, col(SignalRow.tagger_version) == row.tagger_version)
    signals = tx.scalars(select(col(SignalRow.body)).where(*of_it).order_by(col(SignalRow.position)))
    return Tagging.model_validate({**row.body, "signals": list(signals)})


def tagger_version(tx: Session, as_of: datetime) -> str | None:
    """The tagger version that read most recently by `as_of`; None before the first document was read."""
    newest = select(col(TaggingRow.tagger_version)).where(col(TaggingRow.recorded_at) <= as_of)
    return tx.scalar(newest.order_by(col(TaggingRow.recorded_at).desc(), col(TaggingRow.tagger_version).desc()).limit(1))


def reports(
    tx: Session, as_of: datetime | None, tagger_version: str, *, compared_by: str | None = None, documents: Collection[str] | None = None
) -> list[Report]:
    """The reports of which `briefs` tells; the text of the documents is left empty."""
    rows = _rows(tx, tagger_version, compared_by, as_of, documents)
    told: dict[str, Document] = {}
    return [
        Report(
            document=told[key]
            if key in told
            else told.setdefault(key, Document.model_validate({**from_json(body), "title": title, "text": ""})),
            signal=Signal.model_validate_json(signal),
            recorded_at=at,
        )
        for key, body, title, signal, at in rows
    ]


def briefs(tx: Session, tagger_version: str, *, compared_by: str, documents: Collection[str] | None = None) -> Iterator[Brief]:
    """What one tagger version reads in all documents: background signals, and the live ones that
    heads and rules agree on, of the newest version of each entry; only of documents that the method `compared_by` has compared, with
    `documents` only of these. Read as they are asked for; those of one document come one after the other.

    `recorded_at` is when the document, or a version before it that said the same, was first tagged at all: neither tagging again with
    a newer version nor an edit makes old news new; what was really said at a time in the past is in `events.events_as_of`.
    """
    told: tuple[str, DocumentBrief] | None = None
    for key, body, title, signal, at in _rows(tx, tagger_version, compared_by, None, documents):
        if told is None or told[0] != key:
            told = key, stored_document(key, title, from_json(body))
        yield Brief(told[1], stored_signal(signal, title), same(at))


@cache
def _wanted(compared: bool, dated: bool, some: bool) -> Select[Any]:
    """Id, written body and title of the document, signal, and when the document was first tagged; of `some` documents in their order,
    of all as the database finds them, since sorting a million bodies takes longer than reading them.

    Built once, as building costs more than what the database does for one document.
    """
    version: BindParameter[Any] = bindparam("version")
    columns: tuple[Any, ...] = (
        col(DocumentRow.id), as_written(col(DocumentRow.body), "document"), col(DocumentRow.title),
        as_written(col(SignalRow.body), "signal"), _known_at(version),
    )  # fmt: skip
    wanted: Select[Any] = (
        select(*columns)
        .join_from(SignalRow, TaggingRow)
        .join(DocumentRow, col(DocumentRow.id) == col(SignalRow.document_id))
        .where(col(SignalRow.tagger_version) == version, _is_told(SignalRow, TaggingRow))
    )
    if not dated and not some:
        left_out = _left_out(compared, version).cte("left_out")
        wanted = wanted.outerjoin(left_out, left_out.c.id == col(SignalRow.document_id))
        return wanted.where(left_out.c.id.is_(None))
    if compared:
        wanted = wanted.where(_is_compared(col(DocumentRow.id)))
    if some:
        wanted = wanted.where(col(SignalRow.document_id).in_(bindparam("documents", expanding=True)))
        wanted = wanted.order_by(col(DocumentRow.id), col(SignalRow.position))
    newer = aliased(DocumentRow)
    replaced = exists().where(_replaces(newer, DocumentRow), _has_tagging(newer, version))
    if dated:
        as_of = bindparam("as_of", type_=UTCDateTime())
        wanted = wanted.where(_first_tagged(DocumentRow) <= as_of)
        replaced = replaced.where(_first_tagged(newer) <= as_of)
    return wanted.where(~replaced)


def _left_out(compared: bool, version: BindParameter[Any]) -> CompoundSelect[Any]:
    """Ids of the documents of which nothing is told: few, and found in the order of an index, where a look for each document at whether
    it is one of them would go all over several.
    """
    newer, older = aliased(DocumentRow), aliased(DocumentRow)
    is_edit = (col(newer.revision) > 1, _has_tagging(newer, version))
    left_out: list[Select[Any]] = [select(col(older.id).label("id")).join_from(newer, older, _replaces(newer, older)).where(*is_edit)]
    if compared:
        read = select(col(TaggingRow.document_id)).where(col(TaggingRow.tagger_version) == version)
        left_out.append(read.where(~_is_compared(col(TaggingRow.document_id))))
    return union(*left_out)


def _replaces(newer: type[DocumentRow], older: type[DocumentRow]) -> ColumnElement[bool]:
    same = (col(newer.source_id) == col(older.source_id), col(newer.guid_hash) == col(older.guid_hash))
    return and_(*same, col(newer.revision) > col(older.revision))


def _is_compared(document: Any) -> ColumnElement[bool]:
    return exists().where(col(TextSketchRow.document_id) == document, col(TextSketchRow.method) == bindparam("method"))


def _rows(tx: Session, version: str, method: str | None, as_of: datetime | None, documents: Collection[str] | None) -> Iterator[Any]:
    given = {"version": version} | ({"method": method} if method else {}) | ({"as_of": as_of} if as_of else {})
    wanted = _wanted(method is not None, as_of is not None, documents is not None)
    if documents is None:
        found = tx.connection().execute(wanted, given, execution_options={"yield_per": READ_AT_ONCE})
        yield from chain.from_iterable(found.partitions())  # row by row costs more than what the rows cost
        return
    for part in in_parts(sorted(documents)):
        yield from tx.connection().execute(wanted, given | {"documents": part})


def tagged(tx: Session, tagger_version: str, documents: Collection[str]) -> set[str]:
    """Those of the documents that this tagger version has read."""
    parts = ({"version": tagger_version, "documents": part} for part in in_parts(sorted(documents)))
    return {name for given in parts for (name,) in tx.connection().execute(_TAGGED, given)}


def _first_tagged(document: type[DocumentRow]) -> ScalarSelect[datetime]:
    """When a document was tagged for the first time, by whatever version."""
    first = aliased(TaggingRow)
    return select(func.min(col(first.recorded_at))).where(col(first.document_id) == col(document.id)).scalar_subquery()


def _known_at(version: BindParameter[Any]) -> ColumnElement[datetime]:
    """When what a signal says was first tagged in its document or in a version before it; a day that was put right is the same news."""
    # Most entries have one version, of which nothing else needs to be looked up.
    edited = col(DocumentRow.revision) > 1
    return case((edited, _known_from(version)), else_=_first_tagged(DocumentRow))


def _known_from(version: BindParameter[Any]) -> ScalarSelect[datetime]:
    """The same, looked for in all versions."""
    earlier, first, same, tagging = aliased(DocumentRow), aliased(TaggingRow), aliased(SignalRow), aliased(TaggingRow)
    equal = (cast(col(same.body)[fact], String) == cast(col(SignalRow.body)[fact], String) for fact in _FACTS)
    says_it = exists().where(
        col(same.document_id) == col(earlier.id),
        col(same.tagger_version) == version,
        col(tagging.document_id) == col(same.document_id),
        col(tagging.tagger_version) == version,
        _is_told(same, tagging),
        col(same.type) == col(SignalRow.type),
        col(same.background) == col(SignalRow.background),
        *equal,
    )
    return (
        select(func.min(col(first.recorded_at)))
        .join(earlier, col(earlier.id) == col(first.document_id))
        .where(
            col(earlier.source_id) == col(DocumentRow.source_id),
            col(earlier.guid_hash) == col(DocumentRow.guid_hash),
            or_(
                col(earlier.id) == col(DocumentRow.id),
                and_(col(earlier.revision) < col(DocumentRow.revision), says_it.correlate(earlier, SignalRow)),
            ),
        )
        .correlate(DocumentRow, SignalRow)
        .scalar_subquery()
    )


def _is_told(signal: type[SignalRow], tagging: type[TaggingRow]) -> ColumnElement[bool]:
    """Whether a signal counts: background does, and what heads and rules agree on."""
    held = col(tagging.body)["agreed"].as_boolean().is_(False)
    return or_(and_(col(tagging.relevant), ~held), col(signal.background))


def _has_tagging(document: type[DocumentRow], version: BindParameter[Any]) -> Any:
    other = aliased(TaggingRow)
    return exists().where(col(other.document_id) == col(document.id), col(other.tagger_version) == version)


def _tagging_row(tagging: Tagging, now: datetime) -> dict[str, Any]:
    return {
        "document_id": tagging.document,
        "tagger_version": tagging.tagger_version,
        "relevant": tagging.relevant,
        "recorded_at": now,
        "body": tagging.model_dump(mode="json", exclude={"signals"}),
    }


def _signal_rows(tagging: Tagging, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "document_id": tagging.document,
            "tagger_version": tagging.tagger_version,
            "position": position,
            "type": signal.type,
            "background": signal.background,
            "recorded_at": now,
            "body": signal.model_dump(mode="json"),
        }
        for position, signal in enumerate(tagging.signals)
    ]


def _mention_rows(tagging: Tagging) -> list[dict[str, Any]]:
    keys = {(mention.provider, mention.start) for mention in tagging.mentions}
    same = {"document_id": tagging.document, "tagger_version": tagging.tagger_version}
    return [{**same, "provider_id": provider, "span_start": start} for provider, start in sorted(keys)]
