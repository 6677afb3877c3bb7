"""The outbox: a delivery is planned once, claimed under a lease, pledged before its last byte leaves, marked when its end is known.

    queued ─claim─► sending ─pledge─► in_doubt ─mark─► sent | failed | queued (surely not taken)
       ▲               │                  │
       └── lease over ─┘                  └── stays, and is shown, until a person (or FOREWARNED_ON_DOUBT=resend) sends it again

A sender that dies while `sending` has surely not handed the mail over; one that dies after its pledge may have. So nothing is sent
twice by itself, and nothing is lost silently. `attempts` is the fencing token: whoever was overtaken changes nothing any more.
A webhook is never pledged: it may be sent twice, because its receiver knows it by its id.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast, get_args

from sqlalchemy import CursorResult, case, func, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Delivery, DeliveryState, Mail, Posting, delivery_id
from monitor.store.dialect import insert_new
from monitor.store.tables import AS_WRITTEN, DeliveryRow

STOPPED = "the sender stopped before the message was complete"
BROKEN_OFF = "the sender stopped; the message may have arrived, and goes again with the same webhook-id"
UNANSWERED = "handed over, but the server's answer is not known; the mail may have arrived"
_KEY = (col(DeliveryRow.recipient), col(DeliveryRow.slot), col(DeliveryRow.channel))
_FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}


def plan(tx: Session, delivery: Delivery) -> bool:
    """Queues a delivery; False when this recipient, slot and channel was planned before, whatever became of it."""
    mail = delivery.mail
    row = {
        "recipient": delivery.recipient,
        "slot": delivery.slot,
        "channel": delivery.channel,
        "message_id": mail.message_id,
        "kind": mail.kind,
        "team": mail.team,
        "as_of": mail.as_of,
        "body": mail.model_dump(mode="json"),
        **_FREE,
        **_progress(delivery),
    }
    return bool(insert_new(tx, DeliveryRow, [row], "recipient"))


def claim(tx: Session, now: datetime, owner: str, lease: timedelta, limit: int, **only: str) -> list[Delivery]:
    """Moves up to `limit` due deliveries to `sending` for `owner`, the longest due first; `only` where these columns have these values."""
    due = (
        select(*_KEY)
        .where(col(DeliveryRow.state) == "queued", col(DeliveryRow.due_at) <= now)
        .where(*(getattr(DeliveryRow, column) == value for column, value in only.items()))
        .order_by(col(DeliveryRow.due_at), col(DeliveryRow.recipient))
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    claimed = tx.scalars(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.recipient) == due.c.recipient, col(DeliveryRow.slot) == due.c.slot, col(DeliveryRow.channel) == due.c.channel
        )
        .values(state="sending", reason="", lease_owner=owner, lease_until=now + lease, attempts=col(DeliveryRow.attempts) + 1)
        .returning(DeliveryRow)
        .execution_options(**AS_WRITTEN)
    )
    return sorted((_delivery(row) for row in claimed), key=lambda d: (d.due_at, d.recipient, d.slot))


def pledge(tx: Session, delivery: Delivery, now: datetime, lease: timedelta) -> bool:
    """Puts a delivery `in_doubt` for its sender, to be committed before the last byte leaves; False when another took it over."""
    return _moved(tx, delivery, ("sending",), {"state": "in_doubt", "reason": UNANSWERED, "lease_until": now + lease})


def mark(tx: Session, delivery: Delivery) -> bool:
    """Records how the attempt ended; False when it is settled or another attempt has begun since."""
    return _moved(tx, delivery, ("sending", "in_doubt"), _FREE | _progress(delivery))


def expire_leases(tx: Session, now: datetime, *, resend: bool = False, gone: Collection[str] = ()) -> None:
    """Frees what senders held whose lease ran out, or that are `gone`: what was `sending` is queued again, what was pledged stays in doubt.

    With `resend` what is in doubt is queued again as well.
    """
    over = (col(DeliveryRow.lease_until) <= now) | col(DeliveryRow.lease_owner).in_(list(gone))
    reason = case((col(DeliveryRow.channel) == "webhook", BROKEN_OFF), else_=STOPPED)
    tx.execute(update(DeliveryRow).where(col(DeliveryRow.state) == "sending", over).values(state="queued", reason=reason, **_FREE))
    tx.execute(update(DeliveryRow).where(col(DeliveryRow.state) == "in_doubt", over).values(**_FREE))
    if resend:
        _again(tx, now, ("in_doubt",), ())


def owners(tx: Session) -> list[str]:
    """Who holds a delivery."""
    held = select(col(DeliveryRow.lease_owner)).where(col(DeliveryRow.lease_owner).is_not(None)).distinct()
    return [owner for owner in tx.scalars(held) if owner is not None]


def hold_back(tx: Session, recipient: str, until: datetime) -> None:
    """Nothing queued for a recipient is due before that instant."""
    waits = update(DeliveryRow).where(col(DeliveryRow.recipient) == recipient, col(DeliveryRow.state) == "queued")
    tx.execute(waits.where(col(DeliveryRow.due_at) < until).values(due_at=until))


def resend(tx: Session, now: datetime, ids: Sequence[str], states: Sequence[DeliveryState] = ("in_doubt", "failed")) -> int:
    """Queues deliveries of these states again, with the Message-ID they had; `ids` empty means all. What a sender holds is left alone."""
    if not ids:
        return _again(tx, now, states, ())
    wanted = set(ids)
    settled = tx.execute(select(*_KEY).where(col(DeliveryRow.state).in_(states)))
    keys = [(who, slot, channel) for who, slot, channel in settled if delivery_id(who, slot, channel) in wanted]
    return sum(_again(tx, now, states, key) for key in keys)


def deliveries(tx: Session, recipient: str | None = None) -> list[Delivery]:
    """All deliveries with their mails, of one recipient when given, newest due first."""
    wanted = select(DeliveryRow).order_by(col(DeliveryRow.due_at).desc(), col(DeliveryRow.recipient), col(DeliveryRow.slot))
    wanted = wanted.execution_options(**AS_WRITTEN)
    if recipient is not None:
        wanted = wanted.where(col(DeliveryRow.recipient) == recipient)
    return [_delivery(row) for row in tx.scalars(wanted)]


def postings(tx: Session, states: Collection[DeliveryState] = (), limit: int = 500) -> list[Posting]:
    """What became of mails, without the mails, newest due first; of these states when given."""
    names = ("recipient", "slot", "channel", "kind", "state", "reason", "attempts", "due_at", "message_id", "lease_owner")
    wanted = select(*(getattr(DeliveryRow, name) for name in names))
    if states:
        wanted = wanted.where(col(DeliveryRow.state).in_(list(states)))
    rows = tx.execute(wanted.order_by(col(DeliveryRow.due_at).desc(), *_KEY).limit(limit)).mappings()
    return [_posting(dict(row)) for row in rows]


def state_counts(tx: Session) -> dict[DeliveryState, int]:
    """How many mails are in which state."""
    rows = tx.execute(select(col(DeliveryRow.state), func.count()).group_by(col(DeliveryRow.state)))
    counted = {row[0]: row[1] for row in rows}
    return {state: counted[state] for state in get_args(DeliveryState) if state in counted}


def waiting(tx: Session, now: datetime, but: str = "mail") -> set[str]:
    """The recipients for whom something is due, over the channel `but` aside."""
    due = select(col(DeliveryRow.recipient)).where(col(DeliveryRow.state) == "queued", col(DeliveryRow.due_at) <= now)
    return set(tx.scalars(due.where(col(DeliveryRow.channel) != but).distinct()))


def counts_by_recipient(tx: Session, but: str = "mail") -> dict[str, dict[DeliveryState, int]]:
    """How many messages of each recipient are in which state, those over the channel `but` aside."""
    wanted = select(col(DeliveryRow.recipient), col(DeliveryRow.state), func.count()).where(col(DeliveryRow.channel) != but)
    found: dict[str, dict[DeliveryState, int]] = {}
    for recipient, state, count in tx.execute(wanted.group_by(col(DeliveryRow.recipient), col(DeliveryRow.state))):
        found.setdefault(recipient, {})[cast(DeliveryState, state)] = count
    return found


def last_told(tx: Session, before: datetime | None, recipient: str | None = None, but: str = "") -> dict[tuple[str, str], datetime]:
    """Per recipient and team the instant whose knowledge the last digest told, slot `but` aside; one that never left told nothing.

    `before` is for looking back; a service asks without, because its clock may have been set back since.
    """
    told = (
        select(col(DeliveryRow.recipient), col(DeliveryRow.team), func.max(col(DeliveryRow.as_of)))
        .where(col(DeliveryRow.kind) == "digest", col(DeliveryRow.state) != "failed")
        .where(col(DeliveryRow.slot) != but)
        .group_by(col(DeliveryRow.recipient), col(DeliveryRow.team))
    )
    if before is not None:
        told = told.where(col(DeliveryRow.as_of) < before)
    if recipient is not None:
        told = told.where(col(DeliveryRow.recipient) == recipient)
    return {(who, team): at for who, team, at in tx.execute(told) if at is not None}


def interrupted(tx: Session) -> set[str]:
    """Who ever got an alert."""
    return set(tx.scalars(select(col(DeliveryRow.recipient)).where(col(DeliveryRow.kind) == "alert").distinct()))


def alerts(tx: Session, recipient: str, before: datetime | None) -> list[Mail]:
    """The alerts a recipient got (before an instant), oldest first; one that never left told nothing."""
    rows = select(col(DeliveryRow.body)).where(
        col(DeliveryRow.kind) == "alert",
        col(DeliveryRow.recipient) == recipient,
        col(DeliveryRow.state) != "failed",
    )
    if before is not None:
        rows = rows.where(col(DeliveryRow.as_of) < before)
    return [Mail.model_validate(body) for body in tx.scalars(rows.order_by(col(DeliveryRow.as_of), col(DeliveryRow.slot)))]


def _moved(tx: Session, delivery: Delivery, states: Sequence[DeliveryState], values: dict[str, Any]) -> bool:
    """Changes the row that this very attempt holds."""
    moved = tx.scalar(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.recipient) == delivery.recipient,
            col(DeliveryRow.slot) == delivery.slot,
            col(DeliveryRow.channel) == delivery.channel,
            col(DeliveryRow.attempts) == delivery.attempts,
            col(DeliveryRow.state).in_(states),
        )
        .values(values)
        .returning(col(DeliveryRow.recipient))
        .execution_options(**AS_WRITTEN)
    )
    return moved is not None


def _again(tx: Session, now: datetime, states: Sequence[DeliveryState], key: tuple[str, ...]) -> int:
    free = update(DeliveryRow).where(col(DeliveryRow.state).in_(states), col(DeliveryRow.lease_owner).is_(None))
    for column, value in zip(_KEY, key, strict=False):
        free = free.where(column == value)
    done = tx.execute(free.values(state="queued", due_at=now))
    assert isinstance(done, CursorResult)
    return done.rowcount


def _progress(delivery: Delivery) -> dict[str, Any]:
    return {"state": delivery.state, "reason": delivery.reason, "attempts": delivery.attempts, "due_at": delivery.due_at}


def _delivery(row: DeliveryRow) -> Delivery:
    columns = ("recipient", "slot", "channel", "state", "reason", "attempts", "due_at")
    return Delivery.model_validate({name: getattr(row, name) for name in columns} | {"mail": Mail.model_validate(row.body)})


def _posting(row: dict[str, Any]) -> Posting:
    underway = row.pop("lease_owner") is not None
    return Posting.model_validate(row | {"id": delivery_id(row["recipient"], row["slot"], row["channel"]), "underway": underway})
