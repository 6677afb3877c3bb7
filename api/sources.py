"""Sources and their health."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ReaderDep
from monitor.answers.shapes import Page, SourceShape

router = APIRouter(prefix="/sources", tags=["sources"])


@router.get("")
def list_sources(reader: ReaderDep) -> Page[SourceShape]:
    """Every source with its state, the reason of a failure, and since when."""
    return reader.sources()
