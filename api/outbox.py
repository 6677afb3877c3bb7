"""What became of the mails."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import LimitQuery, ReaderDep
from monitor.answers.outbox import OutboxShape, outbox_answer
from monitor.model import DeliveryState

router = APIRouter(prefix="/deliveries", tags=["deliveries"])


@router.get("")
def list_deliveries(reader: ReaderDep, state: Annotated[list[DeliveryState] | None, Query()] = None, limit: LimitQuery = 50) -> OutboxShape:
    """Mails and what became of them, newest first; addresses are masked."""
    return outbox_answer(reader.store, state or (), limit, masked=True)
