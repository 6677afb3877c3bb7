"""Which day to show where reports differ, and what stays visible of the others.

In: the account of a measure. Out: its dates and the conflicts between them.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Final, Literal

from monitor.assess.facts import is_relief, supported
from monitor.assess.history import Account
from monitor.assess.measure import Claim
from monitor.assess.stage import HALTED, advanced
from monitor.model import EventDates

DateRole = Literal["announced", "effective", "comment"]
_STATED: Final[dict[DateRole, Callable[[Claim], date | None]]] = {
    "announced": lambda claim: claim.report.signal.dates.announced,
    "effective": lambda claim: claim.report.signal.dates.effective,
    "comment": lambda claim: claim.report.signal.dates.comment,
}


def dated(told: Account) -> tuple[EventDates, dict[str, tuple[date, ...]]]:
    """The shown day per role and, where reports differ, all days with the shown one first.

    A primary source wins, then the day of most origins, then the latest told. A day that a halt froze is not shown.
    """
    days = {role: _days(told, role) for role in _STATED}
    frozen = False
    if told.past.halted is not None:
        days["effective"], frozen = _after_halt(told, days["effective"])
    conflicts = {str(role): tuple(differing) for role, differing in days.items() if len(differing) > 1}
    if frozen:
        days["effective"] = []
    shown = {role: differing[0] if differing else None for role, differing in days.items()}
    months = {str(role): month for role in _STATED if not days[role] and not frozen and (month := _month(told, role))}
    return EventDates(announced=shown["announced"], effective=shown["effective"], comment=shown["comment"], months=months), conflicts


def _days(told: Account, role: DateRole) -> list[date]:
    """Differing days told for one role; what was said of a draft no longer counts once the measure is adopted."""
    day = _STATED[role]
    if all(day(c) is None for c in told.claims):
        return []
    standing = [c for c in told.core.claims if c.report.signal.stage not in HALTED]
    if role != "comment":
        level = max((_level(c) for c in standing if day(c) is not None), default=0)
        standing = [c for c in standing if _level(c) == level]
    recalled = [c for c in told.claims if c.background]
    return next((days for claims in (standing, told.core.claims, recalled) if (days := supported(claims, day, told.chorus))), [])


def _level(claim: Claim) -> int:
    """0 for drafts and rumours, 1 for what has been declared or adopted."""
    return int(advanced(claim.report.signal.stage) >= advanced("announced"))


def _month(told: Account, role: DateRole) -> str | None:
    if not any(c.report.signal.dates.months for c in told.core.claims):
        return None
    months = supported(told.core.claims, lambda claim: claim.report.signal.dates.months.get(role), told.chorus)
    return months[0] if months else None


def _after_halt(told: Account, days: list[date]) -> tuple[list[date], bool]:
    """The days with a postponement's new day first, and whether the old day is frozen because it had not come when halted."""
    halted = told.past.halted
    assert halted is not None
    later = [c for c in told.claims if c.told >= halted and not c.background and c.report.signal.modality == "asserted"]
    if not days:
        later = [c for c in later if not is_relief(c)]  # relief alone must not give a measure a day it did not have
    limit = max(days, default=halted.date())
    moved = [day for day in supported(later, _STATED["effective"], told.chorus) if day > limit]
    if moved:
        return [*moved, *(day for day in days if day not in moved)], False
    return days, told.past.stage == "suspended" and bool(days) and days[0] > halted.date()
