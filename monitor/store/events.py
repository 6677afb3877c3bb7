"""Events as revisions: the present set comes in, what was known at any time goes out. Nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Event
from monitor.store.dialect import body_hash, serialise
from monitor.store.documents import in_parts
from monitor.store.tables import EventRow


def save_events(tx: Session, events: Sequence[Event], now: datetime) -> int:
    """Records the whole present set of events; a revision for each that is new, changed or gone (withdrawn). How many revisions."""
    serialise(tx, "events")
    latest = {
        row.event_id: row for row in tx.execute(_latest(None, EventRow.event_id, EventRow.revision, EventRow.withdrawn, EventRow.body_hash))
    }
    present = {event.id: event for event in events}
    gone = [key for key, row in latest.items() if key not in present and not row.withdrawn]
    changed = [*present.values(), *(event.model_copy(update={"withdrawn": True}) for event in _by_id(tx, gone))]
    rows = []
    for event in changed:
        body = event.model_dump(mode="json")
        known, digest = latest.get(event.id), body_hash(body)
        if known is None or known.body_hash != digest:
            rows.append(_row(event, body, digest, 1 if known is None else known.revision + 1) | {"recorded_at": now})
    if rows:
        tx.execute(insert(EventRow), rows)
    return len(rows)


def events_as_of(tx: Session, as_of: datetime | None) -> list[Event]:
    """Every event as it was known at `as_of` (None: now), by id; withdrawn ones say so."""
    return [Event.model_validate(body) for body in tx.scalars(_latest(as_of, EventRow.body))]


def newest_recorded(tx: Session) -> datetime | None:
    """When we last learnt something about an event; None before the first."""
    return tx.scalar(select(func.max(col(EventRow.recorded_at))))


def event_revisions(tx: Session, event_id: str) -> list[tuple[datetime, Event]]:
    """How one event changed: each revision with the time it was recorded, oldest first; empty when unknown."""
    chain = select(col(EventRow.recorded_at), col(EventRow.body)).where(col(EventRow.event_id) == event_id)
    return [(at, Event.model_validate(body)) for at, body in tx.execute(chain.order_by(col(EventRow.revision)))]


def _latest(as_of: datetime | None, *columns: Any) -> Select[Any]:
    """The newest revision of each event known at `as_of`."""
    newest = select(col(EventRow.event_id), func.max(col(EventRow.revision)).label("revision")).group_by(col(EventRow.event_id))
    if as_of is not None:
        newest = newest.where(col(EventRow.recorded_at) <= as_of)
    known = newest.subquery()
    same = (known.c.event_id == col(EventRow.event_id)) & (known.c.revision == col(EventRow.revision))
    return select(*columns).join_from(EventRow, known, same).order_by(col(EventRow.event_id))


def _by_id(tx: Session, ids: Sequence[str]) -> list[Event]:
    """The newest revision of each of these events."""
    newest = _latest(None, EventRow.body)
    return [Event.model_validate(body) for part in in_parts(ids) for body in tx.scalars(newest.where(col(EventRow.event_id).in_(part)))]


def _row(event: Event, body: dict[str, Any], digest: str, revision: int) -> dict[str, Any]:
    return {"event_id": event.id, "revision": revision, "withdrawn": event.withdrawn, "body_hash": digest, "body": body}
