"""Addresses and channels that refuse for good: refusals in a row are counted, at `MANY` one is left alone until it is resumed."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Suspension
from monitor.store.dialect import insert_new
from monitor.store.tables import AS_WRITTEN, MailboxRow

MANY: Final = 3
"""Permanent refusals in a row after which nothing is composed for an address any more."""


def refused(tx: Session, recipient: str, reason: str, now: datetime) -> None:
    """Notes one more permanent refusal; `since` is when the newest one came."""
    if insert_new(tx, MailboxRow, [{"recipient": recipient, "refusals": 1, "since": now, "reason": reason}], "recipient"):
        return
    tx.execute(
        update(MailboxRow)
        .where(col(MailboxRow.recipient) == recipient)
        .values(refusals=col(MailboxRow.refusals) + 1, since=now, reason=reason)
        .execution_options(**AS_WRITTEN)
    )


def closed(tx: Session, recipient: str, reason: str, now: datetime) -> None:
    """Notes that a recipient said once and for all that it wants nothing more."""
    refused(tx, recipient, reason, now)
    tx.execute(update(MailboxRow).where(col(MailboxRow.recipient) == recipient).values(refusals=MANY).execution_options(**AS_WRITTEN))


def accepted(tx: Session, recipient: str) -> bool:
    """Forgets the refusals of an address that took a mail, or that a person resumes; False when there were none."""
    gone = tx.scalar(delete(MailboxRow).where(col(MailboxRow.recipient) == recipient).returning(col(MailboxRow.recipient)))
    return gone is not None


def suspensions(tx: Session) -> list[Suspension]:
    """The addresses left alone, by address."""
    rows = tx.scalars(select(MailboxRow).where(col(MailboxRow.refusals) >= MANY).order_by(col(MailboxRow.recipient)))
    return [Suspension(recipient=row.recipient, refusals=row.refusals, since=row.since, reason=row.reason) for row in rows]
