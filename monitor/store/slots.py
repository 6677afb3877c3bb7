"""Slots of periodic jobs: whoever takes a slot first runs it, over any number of schedulers."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.store.dialect import insert_new
from monitor.store.documents import in_parts
from monitor.store.tables import ScheduleSlotRow

UNDER_WAY: Final = "cycle"
"""The job whose slots are the processes in the midst of a cycle: taken at its beginning, given back at its end."""


def take_slot(tx: Session, job: str, slot: str, now: datetime) -> bool:
    """True for exactly one caller per job and slot."""
    return bool(insert_new(tx, ScheduleSlotRow, [{"job": job, "slot": slot, "taken_at": now}], "slot"))


def taken(tx: Session, slots: Sequence[str]) -> set[tuple[str, str]]:
    """Which jobs have taken which of these slots."""
    wanted = select(col(ScheduleSlotRow.job), col(ScheduleSlotRow.slot))
    return {(job, slot) for part in in_parts(slots) for job, slot in tx.execute(wanted.where(col(ScheduleSlotRow.slot).in_(part)))}


def held_since(tx: Session, job: str, slot: str, now: datetime) -> datetime:
    """When this was first asked for that job and slot: `now`, the first time."""
    take_slot(tx, job, slot, now)
    first = select(col(ScheduleSlotRow.taken_at)).where(col(ScheduleSlotRow.job) == job, col(ScheduleSlotRow.slot) == slot)
    return tx.scalars(first).one()


def enter(tx: Session, owner: str, now: datetime) -> None:
    """`owner` begins a cycle."""
    take_slot(tx, UNDER_WAY, owner, now)


def leave(tx: Session, owners: Collection[str]) -> None:
    """These are through with their cycles, or died in them."""
    tx.execute(delete(ScheduleSlotRow).where(col(ScheduleSlotRow.job) == UNDER_WAY, col(ScheduleSlotRow.slot).in_(owners)))


def under_way(tx: Session) -> dict[str, datetime]:
    """Who has begun a cycle and not ended it, and when it began."""
    begun = select(col(ScheduleSlotRow.slot), col(ScheduleSlotRow.taken_at)).where(col(ScheduleSlotRow.job) == UNDER_WAY)
    return dict(tx.execute(begun).all())
