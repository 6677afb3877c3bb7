"""Slots of periodic jobs: whoever takes a slot first runs it, over any number of schedulers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from monitor.store.dialect import insert_new
from monitor.store.documents import in_parts
from monitor.store.tables import ScheduleSlotRow


def take_slot(tx: Session, job: str, slot: str, now: datetime) -> bool:
    """True for exactly one caller per job and slot."""
    return bool(insert_new(tx, ScheduleSlotRow, [{"job": job, "slot": slot, "taken_at": now}], "slot"))


def taken(tx: Session, slots: Sequence[str]) -> set[tuple[str, str]]:
    """Which jobs have taken which of these slots."""
    wanted = select(col(ScheduleSlotRow.job), col(ScheduleSlotRow.slot))
    return {(job, slot) for part in in_parts(slots) for job, slot in tx.execute(wanted.where(col(ScheduleSlotRow.slot).in_(part)))}
