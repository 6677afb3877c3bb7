"""Liveness and freshness."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import ReaderDep
from monitor.answers.shapes import Health

router = APIRouter(tags=["health"])


@router.get("/healthz")
def healthz(reader: ReaderDep) -> Health:
    """Whether the service answers, and on how fresh data; 503 when its store cannot be read."""
    return reader.health()
