"""Sources and their health."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ReaderDep, SourcePath
from monitor.answers.health import SourceHealthShape
from monitor.answers.shapes import Page, SourceShape

router = APIRouter(prefix="/sources", tags=["sources"])


@router.get("")
def list_sources(reader: ReaderDep) -> Page[SourceShape]:
    """Every source with its state, the reason of a failure, and since when."""
    return reader.sources()


@router.get("/{source}/health")
def get_source_health(reader: ReaderDep, source: SourcePath) -> SourceHealthShape:
    """All about how one source is doing: its rhythm, its failures, what alerts mean and what to do."""
    return reader.source_health(source)
