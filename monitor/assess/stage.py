"""Stages of a measure: their order, and where it stands on a day.

In: an event and an instant. Out: a stage.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from monitor.model import Event, Stage
from monitor.model.event_brief import Weighable

ADVANCE: Final[tuple[Stage, ...]] = ("rumoured", "proposed", "announced", "final", "in_force")
"""The way forward; `suspended` and `rescinded` leave it."""
_ADVANCED: Final[Mapping[Stage, int]] = {stage: place for place, stage in enumerate(ADVANCE)}
HALTED: Final[frozenset[Stage]] = frozenset({"suspended", "rescinded"})
PHASE: Final[Mapping[Stage, int]] = {
    "suspended": 0, "rescinded": 0, "rumoured": 1, "proposed": 1, "announced": 2, "final": 2, "in_force": 3,
}  # fmt: skip
"""Steps a person acts on: it may come, it will come, it is here. Reporters use the stages within one for the same news."""
PENDING: Final[frozenset[Stage]] = frozenset({"announced", "final"})


def advanced(stage: Stage) -> int:
    """How far along `ADVANCE` a stage is; -1 for a halted one."""
    return _ADVANCED.get(stage, -1)


def stage_on(event: Weighable, as_of: datetime) -> Stage:
    """The event's stage on the UTC day of `as_of`: an announced, adopted or postponed measure whose day has come is in force."""
    effective = event.dates.effective
    if effective is None or effective > as_of.date():
        return event.stage
    return "in_force" if event.stage in PENDING or put_off_to(event) else event.stage


def put_off_to(event: Weighable) -> date | None:
    """The day on which a suspended measure begins after all, where one is stated; None for any other."""
    effective = event.dates.effective
    return effective if event.stage == "suspended" and effective is not None and effective > _halted_on(event) else None


def standing_on(event: Event, as_of: datetime) -> Event:
    """The event with the stage of that day where a halt ended by its day alone, so that nobody is told that it is suspended."""
    stage = stage_on(event, as_of)
    return event.model_copy(update={"stage": stage}) if event.stage == "suspended" != stage else event


def stage_before_halt(event: Weighable) -> Stage:
    """The most advanced stage that a suspended event had reached."""
    reached = [step.stage for step in event.stages if step.stage not in HALTED]
    return max(reached, key=advanced, default="announced")


def _halted_on(event: Weighable) -> date:
    return max((step.date for step in event.stages if step.stage in HALTED), default=date.max)
