"""Sources: what is listed, what is due, who polls it, how it went. Polls go in and out as small frozen values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, or_, select, update
from sqlalchemy.orm import Session
from sqlmodel import UTCDateTime, col

from monitor.model import Observed, Reason, Source, SourceState, Validators
from monitor.store.dialect import insert_new, serialise
from monitor.store.tables import AS_WRITTEN, DocumentRow, FetchSuccessRow, SourceRow

FRESHNESS_GRAIN = timedelta(minutes=1)
"""Successes closer together than this are remembered as one, which bounds the history to one row a minute."""


_SOURCE = SourceRow.metadata.tables[str(SourceRow.__tablename__)]
# Asked with every answer, so built once.
_FRESH = select(func.max(col(FetchSuccessRow.at)))
_FRESH_THEN = _FRESH.where(col(FetchSuccessRow.at) <= bindparam("as_of", type_=UTCDateTime()))
# Locked in one order, so that two savers never wait for each other.
_LEASED = (
    select(*(_SOURCE.c[name] for name in ("id", "lease_owner", "state", "since", "last_success_at", "permanent_url")))
    .where(_SOURCE.c.id.in_(bindparam("names", expanding=True)))
    .order_by(_SOURCE.c.id)
    .with_for_update()
)
_DUE = (
    select(_SOURCE.c.id)
    .where(_SOURCE.c.listed, _SOURCE.c.next_poll_at <= bindparam("now"))
    .where(or_(_SOURCE.c.lease_until.is_(None), _SOURCE.c.lease_until <= bindparam("now")))
    .order_by(_SOURCE.c.next_poll_at, _SOURCE.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
    .cte("due")
)
_CLAIMED = ("id", "body", "etag", "last_modified", "body_sha256", "state", "failures", "observed", "next_poll_at")
_CLAIM = (
    update(_SOURCE)
    .where(_SOURCE.c.id.in_(select(_DUE.c.id)))
    .values(lease_owner=bindparam("owner"), lease_until=bindparam("until"))
    .returning(*(_SOURCE.c[name] for name in _CLAIMED))
)
_KNOWN = select(_SOURCE.c.id).where(
    _SOURCE.c.id.in_(bindparam("names", expanding=True)), exists().where(col(DocumentRow.source_id) == _SOURCE.c.id)
)
_SAVED = (
    "state", "reason", "detail", "since", "failures", "last_fetch_at", "next_poll_at", "lease_owner", "lease_until", "observed",
    "last_success_at", "permanent_url", "etag", "last_modified", "body_sha256",
)  # fmt: skip
_SAVE = update(_SOURCE).where(_SOURCE.c.id == bindparam("name")).values({name: bindparam(name) for name in _SAVED})


@dataclass(frozen=True)
class PollTask:
    """A source leased to `owner`, with what the last polls left behind."""

    source: Source
    owner: str
    validators: Validators
    state: SourceState
    failures: int
    observed: Observed = Observed()
    is_known: bool = True
    """Whether any document of it is stored."""


@dataclass(frozen=True)
class PollOutcome:
    """How a poll went; no `reason` means that the source answered. `next_poll_at` None stops polling for good."""

    source: str
    owner: str
    at: datetime
    state: SourceState
    next_poll_at: datetime | None
    validators: Validators = Validators()
    reason: Reason | None = None
    detail: str = ""
    failures: int = 0
    permanent_url: str | None = None
    observed: Observed = Observed()


@dataclass(frozen=True)
class SourceStatus:
    """A listed source as the operator sees it."""

    id: str
    source: Source
    url: str
    state: SourceState
    reason: Reason | None
    detail: str
    since: datetime | None
    last_fetch_at: datetime | None
    last_success_at: datetime | None
    documents: int
    next_poll_at: datetime | None
    permanent_url: str | None
    failures: int
    observed: Observed


def sync_sources(tx: Session, sources: Iterable[Source], now: datetime) -> None:
    """Makes the listed sources exactly these: new ones are due at once, a changed URL starts anew, others are unlisted, never deleted."""
    # Two processes that start together would both find a source missing and both insert it.
    serialise(tx, "sources")
    wanted = {source.id: source for source in sources}
    known = {row.id: row for row in tx.execute(select(col(SourceRow.id), col(SourceRow.url), col(SourceRow.listed), col(SourceRow.body)))}
    moved = [name for name, row in known.items() if row.listed and (name not in wanted or wanted[name].url != row.url)]
    if moved:  # first, so that a URL may pass from one source to another
        tx.execute(update(SourceRow).where(col(SourceRow.id).in_(moved)).values(listed=False))
    fresh = [_new_row(source, now) for source in wanted.values() if source.id not in known]
    if fresh:
        tx.execute(insert(SourceRow), fresh)
    for source in wanted.values():
        row = known.get(source.id)
        if row is not None and (not row.listed or row.body != source.model_dump(mode="json")):
            _relist(tx, source, row, now)


def _relist(tx: Session, source: Source, row: Any, now: datetime) -> None:
    """Updates a known source; one that comes back or moved is due at once, one that moved forgets its validators and health."""
    changes = _new_row(source, now)
    if row.url == source.url:
        kept = ("url", "listed", "body") if row.listed else ("url", "listed", "body", "next_poll_at")
        changes = {name: changes[name] for name in kept}
    tx.execute(update(SourceRow).where(col(SourceRow.id) == source.id).values(**changes))


def _new_row(source: Source, now: datetime) -> dict[str, Any]:
    row: dict[str, Any] = dict.fromkeys(SourceRow.model_fields)
    body = source.model_dump(mode="json")
    return row | {
        "id": source.id, "url": source.url, "listed": True, "body": body, "state": "never",
        "detail": "", "failures": 0, "since": now, "next_poll_at": now,
    }  # fmt: skip


def claim_due(tx: Session, now: datetime, owner: str, lease: timedelta, limit: int) -> list[PollTask]:
    """Leases up to `limit` due sources to `owner`, longest overdue first; no two owners get the same one while its lease runs."""
    given = {"now": now, "limit": limit, "owner": owner, "until": now + lease}
    rows = sorted(tx.connection().execute(_CLAIM, given), key=lambda row: (row.next_poll_at, row.id))
    known = set(tx.connection().scalars(_KNOWN, {"names": [row.id for row in rows]}))
    return [_task(row, owner, row.id in known) for row in rows]


def _task(row: Any, owner: str, is_known: bool) -> PollTask:
    return PollTask(
        source=Source.model_validate(row.body),
        owner=owner,
        validators=Validators(etag=row.etag, last_modified=row.last_modified, body_sha256=row.body_sha256),
        state=row.state,
        failures=row.failures,
        observed=Observed.model_validate(row.observed or {}),
        is_known=is_known,
    )


def lease_owners(tx: Session) -> set[str]:
    """Everyone who holds a lease on a source, also one that has run out."""
    return {
        str(owner) for owner in tx.scalars(select(col(SourceRow.lease_owner)).where(col(SourceRow.lease_owner).is_not(None)).distinct())
    }


def release_leases(tx: Session, owners: Collection[str]) -> int:
    """Frees the sources leased to owners that are known to be dead; how many."""
    released = tx.scalars(
        update(SourceRow)
        .where(col(SourceRow.lease_owner).in_(owners))
        .values(lease_owner=None, lease_until=None)
        .returning(col(SourceRow.id))
        .execution_options(**AS_WRITTEN)
    )
    return len(released.all())


def save_poll(tx: Session, outcome: PollOutcome) -> bool:
    """Records how a poll went and ends its lease; False, with nothing changed, when the lease has passed to someone else."""
    return bool(save_polls(tx, [outcome]))


def save_polls(tx: Session, outcomes: Sequence[PollOutcome]) -> set[str]:
    """Records how polls of different sources went and ends their leases; the sources whose lease has not passed to someone else."""
    names = sorted(outcome.source for outcome in outcomes)
    before = {row.id: row for row in tx.connection().execute(_LEASED, {"names": names})}
    kept = [outcome for outcome in outcomes if outcome.source in before and before[outcome.source].lease_owner == outcome.owner]
    if kept:
        tx.connection().execute(_SAVE, [_changes(outcome, before[outcome.source]) for outcome in kept])
    answered = [outcome.at for outcome in kept if outcome.reason is None]
    if answered:
        _remember_success(tx, max(answered))
    return {outcome.source for outcome in kept}


def _changes(outcome: PollOutcome, before: Any) -> dict[str, Any]:
    answered = outcome.reason is None
    return {
        "name": outcome.source,
        "state": outcome.state,
        "reason": outcome.reason,
        "detail": outcome.detail,
        "since": before.since if before.state in _alike(outcome.state) else outcome.at,
        "failures": outcome.failures,
        "last_fetch_at": outcome.at,
        "next_poll_at": outcome.next_poll_at,
        "lease_owner": None,
        "lease_until": None,
        "observed": outcome.observed.model_dump(mode="json"),
        "last_success_at": outcome.at if answered else before.last_success_at,
        # a failure does not unsay that the source has moved
        "permanent_url": outcome.permanent_url if answered or outcome.permanent_url else before.permanent_url,
        **dict(outcome.validators),
    }


def postpone(tx: Session, source_id: str, owner: str, until: datetime) -> None:
    """Leaves a leased source for later, as if it had not come up yet; nothing, when the lease has passed to someone else."""
    leased = (col(SourceRow.id) == source_id, col(SourceRow.lease_owner) == owner)
    tx.execute(update(SourceRow).where(*leased).values(next_poll_at=until, lease_owner=None, lease_until=None))


def held_hosts(tx: Session, now: datetime) -> dict[str, datetime]:
    """Hosts that told one of their sources to leave them alone, each until when."""
    told = select(col(SourceRow.observed)).where(col(SourceRow.reason).in_(("rate_limited", "bad_status")))
    holds = (Observed.model_validate(observed or {}).hold for observed in tx.scalars(told))
    held: dict[str, datetime] = {}
    for hold in holds:
        if hold is not None and now < hold.until:
            held[hold.host] = max(hold.until, held.get(hold.host, hold.until))
    return held


def _alike(state: SourceState) -> tuple[SourceState, ...]:
    """States whose change is no news: a source that answers with or without a body is well all the time."""
    return ("ok", "not_modified") if state in ("ok", "not_modified") else (state,)


def _remember_success(tx: Session, at: datetime) -> None:
    """Adds the instant to the history of freshness unless one just before it is there."""
    near = select(col(FetchSuccessRow.at)).where(col(FetchSuccessRow.at) <= at, col(FetchSuccessRow.at) > at - FRESHNESS_GRAIN).limit(1)
    if tx.scalar(near) is None:
        insert_new(tx, FetchSuccessRow, [{"at": at}], "at")


def data_as_of(tx: Session, as_of: datetime | None = None) -> datetime | None:
    """The newest successful fetch known at `as_of` (None: now), to the minute and the same for ever; None before the first."""
    given = {} if as_of is None else {"as_of": as_of}
    newest: datetime | None = tx.connection().execute(_FRESH_THEN if given else _FRESH, given).scalar()
    return newest


def source_statuses(tx: Session, source_id: str | None = None) -> list[SourceStatus]:
    """The health of every listed source, or of this one, by id; `documents` counts entries, not their revisions."""
    counts = select(col(DocumentRow.source_id), func.count().label("documents")).where(col(DocumentRow.revision) == 1)
    counted = counts.group_by(col(DocumentRow.source_id)).subquery()
    columns = [getattr(SourceRow, name) for name in SourceStatus.__dataclass_fields__ if name not in ("documents", "source")]
    wanted = (
        select(*columns, col(SourceRow.body), func.coalesce(counted.c.documents, 0).label("documents"))
        .outerjoin_from(SourceRow, counted, counted.c.source_id == col(SourceRow.id))
        .where(col(SourceRow.listed))
        .order_by(col(SourceRow.id))
    )
    rows = tx.execute(wanted if source_id is None else wanted.where(col(SourceRow.id) == source_id))
    return [_status(dict(row._mapping)) for row in rows]


def _status(row: dict[str, Any]) -> SourceStatus:
    source, observed = Source.model_validate(row.pop("body")), Observed.model_validate(row.pop("observed") or {})
    return SourceStatus(source=source, observed=observed, **row)
