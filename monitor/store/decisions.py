"""What analysts decided about events: decisions come in under the next number, all that was known at any time goes out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final, TypeVar

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.errors import NotFoundError, UsageError
from monitor.model import EventDecision, OriginDecision, TriageFact, standing
from monitor.store.dialect import serialise
from monitor.store.tables import EventDecisionRow

_LAST: Final = select(func.max(col(EventDecisionRow.number)))
Decision = TypeVar("Decision", EventDecision, OriginDecision, TriageFact)


def decisions(tx: Session, as_of: datetime | None) -> list[EventDecision]:
    """Everything decided about events by `as_of` (None: now), oldest first, also what was undone since."""
    wanted = select(col(EventDecisionRow.body)).order_by(col(EventDecisionRow.number))
    if as_of is not None:
        wanted = wanted.where(col(EventDecisionRow.recorded_at) <= as_of)
    return [EventDecision.model_validate(body) for body in tx.scalars(wanted)]


def last_number(tx: Session) -> int:
    """The number of the last decision about an event; 0 before the first."""
    return tx.connection().execute(_LAST).scalar() or 0


def newest_decided(tx: Session) -> datetime | None:
    """When the last decision about an event was made; None before the first."""
    return tx.scalar(select(func.max(col(EventDecisionRow.recorded_at))))


def decide(tx: Session, decision: EventDecision) -> EventDecision:
    """Records a decision under the next number, which it comes back with.

    NotFoundError when it undoes one that was never made, UsageError when that one does not hold any more.
    """
    serialise(tx, "decisions")
    new = numbered(decisions(tx, None), decision, "forewarned decide list")
    row = {
        "number": new.number,
        "kind": new.kind,
        "event_id": new.event,
        "recorded_at": new.recorded_at,
        "body": new.model_dump(mode="json"),
    }
    tx.execute(insert(EventDecisionRow).values(**row))
    return new


def numbered(known: Sequence[Decision], decision: Decision, listed_by: str) -> Decision:
    """The decision with the number after those known; the errors of an undo that cannot be, which name the command that lists them."""
    if decision.undoes is not None:
        if decision.undoes not in {one.number for one in known}:
            raise NotFoundError("decision", str(decision.undoes), f"see `{listed_by}`")
        if decision.undoes not in {one.number for one in standing(known)}:
            raise UsageError(f"decision {decision.undoes} was undone before; see `{listed_by}`")
    return decision.model_copy(update={"number": len(known) + 1})
