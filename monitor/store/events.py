"""Events as revisions: the present set comes in, what was known at any time goes out. Nothing is ever overwritten."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, func, insert, select
from sqlalchemy.orm import Session, aliased
from sqlmodel import UTCDateTime, col

from monitor.model import ANYONE, ANYWHERE, Event, body_hash
from monitor.model.event_brief import EventBrief, brief_of
from monitor.store.dialect import as_written, insert_new, serialise
from monitor.store.documents import in_parts
from monitor.store.tables import EventBriefRow, EventReachRow, EventRow

APPENDED_AT_ONCE: Final = 1_000
_KEYS = (EventRow.event_id, EventRow.revision, EventRow.withdrawn, EventRow.body_hash)
_WHOLE = as_written(col(EventRow.body), "whole")
_BRIEF = (
    *(col(EventBriefRow.event_id), col(EventBriefRow.withdrawn), col(EventBriefRow.body_hash)),
    *(as_written(col(getattr(EventBriefRow, name)), name) for name in ("roles", "body", "evidence")),
)


class Renewed(NamedTuple):
    """A revision that was recorded with the hash of its body, and the one before it; None for a new event."""

    before: Event | None
    after: Event
    body_hash: str


def save_events(tx: Session, events: Sequence[Event], now: datetime) -> int:
    """Records the whole present set of events; a revision for each that is new, changed or gone (withdrawn). How many revisions."""
    return len(renew(tx, events, now, None))


def save_changed(tx: Session, events: Sequence[Event], now: datetime, gone: Collection[str] = ()) -> int:
    """Records these events, withdraws those `gone` and leaves all others as they are; a revision for each that is new or changed. How
    many revisions.
    """
    return len(renew(tx, events, now, gone))


def renew(tx: Session, events: Sequence[Event], now: datetime, gone: Collection[str] | None) -> list[Renewed]:
    """Records these events and withdraws those `gone` (None: whatever is not among them); the revisions that this gave."""
    serialise(tx, "events")
    if gone is None:
        latest = {row.event_id: row for row in tx.execute(_latest(None, *_KEYS))}
        gone = latest.keys() - {event.id for event in events}
    else:
        ids = [*(event.id for event in events), *sorted(gone)]
        parts = (tx.connection().execute(_NEWEST_KEYS, {"ids": part}) for part in in_parts(ids))
        latest = {row.event_id: row for part in parts for row in part}
    untold = [key for key in sorted(gone) if key in latest and not latest[key].withdrawn]
    return _append(tx, [*events, *map(_untold, _by_id(tx, untold))], latest, now)


def _untold(event: Event) -> Event:
    """The event when nothing tells it any more; of decisions only a rejection still says something about it."""
    return event.model_copy(
        update={"withdrawn": True, "decisions": tuple(one for one in event.decisions if one.kind == "reject" and one.holds)}
    )


def _append(tx: Session, events: Sequence[Event], latest: Mapping[str, Any], now: datetime) -> list[Renewed]:
    present = list({event.id: event for event in events}.values())
    done = []
    for start in range(0, len(present), APPENDED_AT_ONCE):
        rows, new = [], []
        for event in present[start : start + APPENDED_AT_ONCE]:
            body = event.model_dump(mode="json")
            known, digest = latest.get(event.id), body_hash(body)
            if known is None or known.body_hash != digest:
                rows.append(_row(event, body, digest, 1 if known is None else known.revision + 1) | {"recorded_at": now})
                new.append(event)
        if rows:
            before = events_by_id(tx, [event.id for event in new if event.id in latest])
            tx.connection().execute(insert(EventRow), rows)
            tx.connection().execute(insert(EventBriefRow), [_brief_row(row) for row in rows])
            insert_new(tx, EventReachRow, [reach for event in new for reach in _reach_rows(event, now)], "event_id")
            done += [Renewed(before.get(event.id), event, row["body_hash"]) for event, row in zip(new, rows, strict=True)]
    return done


def events_as_of(tx: Session, as_of: datetime | None) -> list[Event]:
    """Every event as it was known at `as_of` (None: now), by id; withdrawn ones say so."""
    return [Event.model_validate_json(body) for body in tx.scalars(_latest(as_of, _WHOLE).order_by(col(EventRow.event_id)))]


def events_concerning(tx: Session, as_of: datetime | None, parties: Collection[str]) -> list[Event]:
    """The events known at `as_of` (None: now) that ever named one of these providers, or none whom they hit.

    All that can weigh on these providers, by id, and some that cannot: what an event names may have changed.
    """
    wanted = _latest(as_of, _WHOLE, of=_reached(placed=False, some=False)).order_by(col(EventRow.event_id))
    rows = tx.connection().execute(wanted, {"parties": [*parties, ANYONE]})
    return [Event.model_validate_json(body) for (body,) in rows]


def briefs_concerning(
    tx: Session, as_of: datetime | None, parties: Collection[str], places: Collection[str] | None = None, each: int | None = None
) -> list[EventBrief]:
    """The same in brief and in no order, which is many times cheaper; only of events that ever named one of these places, or none. With
    `each` some events of each party, up to so many, and none of those that hit nobody.
    """
    told = {"parties": [*parties] if each else [*parties, ANYONE], "as_of": as_of, "each": each}
    told |= {"places": None if places is None else [*places, ANYWHERE]}
    given = {name: value for name, value in told.items() if value is not None}
    rows: Iterable[Any] = tx.connection().execute(_briefs(places is not None, as_of is not None, each is not None), given)
    return [EventBrief(*row) for row in rows]


@cache
def _briefs(placed: bool, dated: bool, some: bool) -> Select[Any]:
    """Built once, as building costs more than what the database does."""
    as_of = bindparam("as_of", type_=UTCDateTime()) if dated else None
    return _latest(as_of, *_BRIEF, of=_reached(placed, some), within=EventBriefRow)


def _reached(placed: bool, some: bool) -> Select[Any]:
    party, event = col(EventReachRow.party), col(EventReachRow.event_id)
    here = [party.in_(bindparam("parties", expanding=True))]
    here += [col(EventReachRow.place).in_(bindparam("places", expanding=True))] if placed else []
    if not some:
        return select(event).where(*here).distinct()
    number = func.row_number().over(partition_by=party, order_by=event).label("number")
    counted = select(event, number).where(*here).group_by(party, event).subquery()
    return select(counted.c.event_id).where(counted.c.number <= bindparam("each")).distinct()


def events_by_id(tx: Session, ids: Sequence[str]) -> dict[str, Event]:
    """The newest revision of each of these events, by id; unknown ones are absent."""
    return {event.id: event for event in _by_id(tx, ids)}


def newest_recorded(tx: Session) -> datetime | None:
    """When we last learnt something about an event; None before the first."""
    return tx.scalar(select(func.max(col(EventRow.recorded_at))))


def recorded_since(tx: Session, since: datetime) -> dict[str, datetime]:
    """The events of which something was learnt after `since`, with when it was last."""
    newest = func.max(col(EventRow.recorded_at))
    found = select(col(EventRow.event_id), newest).where(col(EventRow.recorded_at) > since).group_by(col(EventRow.event_id))
    return {key: at for key, at in tx.execute(found) if at is not None}


def event_revisions(tx: Session, event_id: str) -> list[tuple[datetime, Event]]:
    """How one event changed: each revision with the time it was recorded, oldest first; empty when unknown."""
    chain = select(col(EventRow.recorded_at), col(EventRow.body)).where(col(EventRow.event_id) == event_id)
    return [(at, Event.model_validate(body)) for at, body in tx.execute(chain.order_by(col(EventRow.revision)))]


def histories(tx: Session, ids: Sequence[str], as_of: datetime | None) -> dict[str, tuple[tuple[datetime, Event], ...]]:
    """How each of these events changed up to `as_of` (None: now): its revisions with the time each was recorded, oldest first."""
    found: dict[str, list[tuple[datetime, Event]]] = {}
    for part in in_parts(ids):
        rows = select(col(EventRow.event_id), col(EventRow.recorded_at), col(EventRow.body)).where(col(EventRow.event_id).in_(part))
        if as_of is not None:
            rows = rows.where(col(EventRow.recorded_at) <= as_of)
        for key, at, body in tx.execute(rows.order_by(col(EventRow.event_id), col(EventRow.revision))):
            found.setdefault(key, []).append((at, Event.model_validate(body)))
    return {key: tuple(chain) for key, chain in found.items()}


def revision_counts(tx: Session, as_of: datetime | None) -> dict[str, int]:
    """How many revisions of each event were known at `as_of` (None: now)."""
    rows = select(col(EventRow.event_id), func.max(col(EventRow.revision))).group_by(col(EventRow.event_id))
    if as_of is not None:
        rows = rows.where(col(EventRow.recorded_at) <= as_of)
    return {key: number for key, number in tx.execute(rows) if number is not None}


def _latest(
    as_of: datetime | BindParameter[datetime] | None,
    *columns: Any,
    of: Select[Any] | None = None,
    within: type[EventRow | EventBriefRow] = EventRow,
) -> Select[Any]:
    """The newest revision of each event, or of these, known at `as_of`.

    It is looked for event by event, from the newest one back: it nearly always is the first.
    """
    found, known = (_every() if of is None else of).subquery(), aliased(EventBriefRow)
    newest = select(col(known.revision)).where(col(known.event_id) == found.c.event_id).order_by(col(known.revision).desc()).limit(1)
    if as_of is not None:
        newest = newest.where(col(known.recorded_at) <= as_of)
    same = (col(within.event_id) == found.c.event_id) & (col(within.revision) == newest.correlate(found).scalar_subquery())
    return select(*columns).join_from(found, within, same)


def _every() -> Select[Any]:
    return select(col(EventBriefRow.event_id)).where(col(EventBriefRow.revision) == 1)


def _by_id(tx: Session, ids: Sequence[str]) -> list[Event]:
    """The newest revision of each of these events."""
    parts = (tx.connection().execute(_NEWEST, {"ids": part}) for part in in_parts(ids))
    return [Event.model_validate_json(body) for part in parts for (body,) in part]


def _reach_rows(event: Event, now: datetime) -> list[dict[str, Any]]:
    return [{"party": p, "place": place, "event_id": event.id, "recorded_at": now} for p, place in sorted(event.reach)]


def _brief_row(row: Mapping[str, Any]) -> dict[str, Any]:
    same = {name: row[name] for name in ("event_id", "revision", "recorded_at", "withdrawn", "body_hash")}
    return same | brief_of(row["body"])


def _row(event: Event, body: dict[str, Any], digest: str, revision: int) -> dict[str, Any]:
    return {"event_id": event.id, "revision": revision, "withdrawn": event.withdrawn, "body_hash": digest, "body": body}


_THESE: Final = _every().where(col(EventBriefRow.event_id).in_(bindparam("ids", expanding=True)))
_NEWEST: Final = _latest(None, _WHOLE, of=_THESE)
_NEWEST_KEYS: Final = _latest(None, *_KEYS, of=_THESE)
