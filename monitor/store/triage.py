"""What people decided about exposures: facts come in under the next number, all that was known at any time goes out."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import TriageFact
from monitor.store.decisions import numbered
from monitor.store.dialect import serialise
from monitor.store.tables import ExposureTriageRow


def triage_facts(tx: Session, as_of: datetime | None) -> tuple[TriageFact, ...]:
    """Everything decided about exposures by `as_of` (None: now), oldest first, also what was undone since."""
    wanted = select(col(ExposureTriageRow.body)).order_by(col(ExposureTriageRow.number))
    if as_of is not None:
        wanted = wanted.where(col(ExposureTriageRow.recorded_at) <= as_of)
    return tuple(TriageFact.model_validate(body) for body in tx.scalars(wanted))


def newest_triaged(tx: Session) -> datetime | None:
    """When exposures were last decided on; None before the first time."""
    return tx.scalar(select(func.max(col(ExposureTriageRow.recorded_at))))


def record_triage(tx: Session, fact: TriageFact) -> TriageFact:
    """Records a fact under the next number, which it comes back with; an undo comes back with what it is about.

    NotFoundError when it undoes one that was never made, UsageError when that one does not hold any more.
    """
    serialise(tx, "triage")
    known = triage_facts(tx, None)
    new = numbered(known, fact, "forewarned exposure history")
    if new.undoes is not None:
        about = known[new.undoes - 1]
        new = new.model_copy(update={"team": about.team, "event": about.event, "system": about.system})
    row = {
        "number": new.number,
        "team": new.team,
        "event_id": new.event,
        "recorded_at": new.recorded_at,
        "body": new.model_dump(mode="json"),
    }
    tx.execute(insert(ExposureTriageRow).values(**row))
    return new
