"""Who uses what, as versions: the imported teams come in, the teams as known at any time go out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.model import Team, body_hash
from monitor.store.dialect import serialise
from monitor.store.tables import InventoryVersionRow


def save_inventory(tx: Session, teams: Sequence[Team], now: datetime) -> bool:
    """Makes these teams the present inventory; False when they already are."""
    serialise(tx, "inventory")
    body = [team.model_dump(mode="json") for team in teams]
    digest = body_hash(body)
    newest = tx.execute(
        select(col(InventoryVersionRow.id), col(InventoryVersionRow.body_hash)).order_by(col(InventoryVersionRow.id).desc()).limit(1)
    )
    known = newest.one_or_none()
    if known is not None and known.body_hash == digest:
        return False
    version = 1 if known is None else known.id + 1
    tx.execute(insert(InventoryVersionRow).values(id=version, recorded_at=now, body_hash=digest, body=body))
    return True


def change_inventory(tx: Session, change: Callable[[tuple[Team, ...]], Sequence[Team]], now: datetime) -> bool:
    """Makes of the present teams what `change` makes of them, none imported in between; False when that is the same."""
    serialise(tx, "inventory")
    return save_inventory(tx, change(inventory_as_of(tx, None)), now)


def inventory_as_of(tx: Session, as_of: datetime | None) -> tuple[Team, ...]:
    """The teams as known at `as_of` (None: now); empty before the first import."""
    versions = select(col(InventoryVersionRow.body)).order_by(col(InventoryVersionRow.id).desc()).limit(1)
    if as_of is not None:
        versions = versions.where(col(InventoryVersionRow.recorded_at) <= as_of)
    return tuple(Team.model_validate(team) for team in tx.scalar(versions) or [])
