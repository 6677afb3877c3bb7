"""The outbox: a delivery is planned once, claimed under a lease, marked when its end is known; never sent twice by itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Delivery, Mail
from monitor.store.dialect import insert_new
from monitor.store.tables import AS_WRITTEN, DeliveryRow

INTERRUPTED = "the sender stopped in the middle; the mail may have arrived"


def plan(tx: Session, delivery: Delivery) -> bool:
    """Queues a delivery; False when this recipient, slot and channel was planned before, whatever became of it."""
    row = {
        "recipient": delivery.recipient,
        "slot": delivery.slot,
        "channel": delivery.channel,
        "message_id": delivery.mail.message_id,
        "lease_owner": None,
        "lease_until": None,
        "body": delivery.mail.model_dump(mode="json"),
        **_progress(delivery),
    }
    return bool(insert_new(tx, DeliveryRow, [row], "recipient"))


def claim(tx: Session, now: datetime, owner: str, lease: timedelta, limit: int) -> list[Delivery]:
    """Moves up to `limit` due deliveries to `sending` for `owner`; those of a sender that vanished become `in_doubt` and stay there."""
    expire_leases(tx, now)
    due = (
        select(col(DeliveryRow.recipient), col(DeliveryRow.slot), col(DeliveryRow.channel))
        .where(col(DeliveryRow.state) == "queued", col(DeliveryRow.due_at) <= now)
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


def expire_leases(tx: Session, now: datetime) -> int:
    """Puts deliveries that were being sent when their lease ran out `in_doubt`; how many."""
    expired = tx.scalars(
        update(DeliveryRow)
        .where(col(DeliveryRow.state) == "sending", col(DeliveryRow.lease_until) <= now)
        .values(state="in_doubt", reason=INTERRUPTED, lease_owner=None, lease_until=None)
        .returning(col(DeliveryRow.recipient))
        .execution_options(**AS_WRITTEN)
    )
    return len(expired.all())


def mark(tx: Session, delivery: Delivery) -> bool:
    """Records how the attempt ended; False when it is settled or another attempt has begun since (`attempts` is the fence)."""
    marked = tx.scalar(
        update(DeliveryRow)
        .where(
            col(DeliveryRow.recipient) == delivery.recipient,
            col(DeliveryRow.slot) == delivery.slot,
            col(DeliveryRow.channel) == delivery.channel,
            col(DeliveryRow.attempts) == delivery.attempts,
            col(DeliveryRow.state) != "sent",
        )
        .values(lease_owner=None, lease_until=None, **_progress(delivery))
        .returning(col(DeliveryRow.recipient))
        .execution_options(**AS_WRITTEN)
    )
    return marked is not None


def deliveries(tx: Session, recipient: str | None = None) -> list[Delivery]:
    """All deliveries, of one recipient when given, newest due first."""
    wanted = select(DeliveryRow).order_by(col(DeliveryRow.due_at).desc(), col(DeliveryRow.recipient), col(DeliveryRow.slot))
    wanted = wanted.execution_options(**AS_WRITTEN)
    if recipient is not None:
        wanted = wanted.where(col(DeliveryRow.recipient) == recipient)
    return [_delivery(row) for row in tx.scalars(wanted)]


def _progress(delivery: Delivery) -> dict[str, Any]:
    return {"state": delivery.state, "reason": delivery.reason, "attempts": delivery.attempts, "due_at": delivery.due_at}


def _delivery(row: DeliveryRow) -> Delivery:
    columns = ("recipient", "slot", "channel", "state", "reason", "attempts", "due_at")
    return Delivery.model_validate({name: getattr(row, name) for name in columns} | {"mail": Mail.model_validate(row.body)})
