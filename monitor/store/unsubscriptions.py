"""Who wants no mails about which team: an address is closed by its owner with one click, and opened again by an operator."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Unsubscription
from monitor.store.dialect import insert_new
from monitor.store.tables import UnsubscriptionRow


def unsubscribe(tx: Session, recipient: str, teams: Iterable[str], now: datetime) -> None:
    """Notes that an address wants no mails about these teams; nothing changes for those it had left before."""
    rows = [{"recipient": recipient.casefold(), "team": team, "since": now} for team in teams]
    insert_new(tx, UnsubscriptionRow, rows, "team")


def resubscribe(tx: Session, recipient: str) -> bool:
    """Opens an address again for all teams; False when it had left none."""
    gone = delete(UnsubscriptionRow).where(col(UnsubscriptionRow.recipient) == recipient.casefold())
    return bool(tx.scalars(gone.returning(col(UnsubscriptionRow.team))).all())


def teams_left(tx: Session, recipient: str) -> set[str]:
    """The teams about which an address wants no mails."""
    return set(tx.scalars(select(col(UnsubscriptionRow.team)).where(col(UnsubscriptionRow.recipient) == recipient.casefold())))


def unsubscriptions(tx: Session) -> list[Unsubscription]:
    """All of them, by address and team."""
    rows = tx.scalars(select(UnsubscriptionRow).order_by(col(UnsubscriptionRow.recipient), col(UnsubscriptionRow.team)))
    return [Unsubscription(recipient=row.recipient, team=row.team, since=row.since) for row in rows]
