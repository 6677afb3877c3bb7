"""Slots of periodic jobs: whoever takes a slot first runs it, over any number of schedulers."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from monitor.store.dialect import insert_new
from monitor.store.tables import ScheduleSlotRow


def take_slot(tx: Session, job: str, slot: str, now: datetime) -> bool:
    """True for exactly one caller per job and slot."""
    return bool(insert_new(tx, ScheduleSlotRow, [{"job": job, "slot": slot, "taken_at": now}], "slot"))
