"""Documents: what was read."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import AsOfDep, CursorQuery, DocumentPath, LimitQuery, ProviderQuery, ReaderDep, SourceQuery
from monitor.answers.origins import OriginsShape, origins_of
from monitor.answers.shapes import DocumentShape, Page

router = APIRouter(prefix="/documents", tags=["documents"])


@router.get("")
def list_documents(
    reader: ReaderDep,
    as_of: AsOfDep,
    source: SourceQuery = None,
    provider: ProviderQuery = None,
    limit: LimitQuery = 50,
    cursor: CursorQuery = None,
) -> Page[DocumentShape]:
    """Documents known as of the asked instant, the newest first."""
    return reader.documents(source=source, provider=provider, as_of=as_of, limit=limit, cursor=cursor)


@router.get("/{document}/origins")
def get_document_origins(reader: ReaderDep, document: DocumentPath, as_of: AsOfDep) -> OriginsShape:
    """With which documents it counts as one origin, and why."""
    return origins_of(reader, document, as_of)
