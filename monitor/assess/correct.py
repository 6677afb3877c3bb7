"""Fields of an event as an analyst put them right, and what the machine reads in them.

In: an event and a correction. Out: the event with the corrected fields, whose other facts follow from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from monitor.assess.stage import HALTED, advanced
from monitor.assess.title import title
from monitor.model import Correction, Event, Role, Signal, Stage, StageStep


def reading(told: Event | Signal, correction: Correction) -> Correction:
    """What an event or a signal says in the fields that the correction speaks of."""
    said: dict[str, Any] = {
        "types": (told.type, *told.beneath),
        "stage": told.stage,
        "effective": told.dates.effective or "none",
        "issuing": told.issuing,
        "affected": told.affected,
    }
    own = {name: value for name, value in said.items() if name in correction.values}
    return Correction(**own, providers={provider: told.providers.get(provider, "none") for provider in correction.providers})


def corrected(event: Event, correction: Correction, at: datetime, names: Mapping[str, str]) -> Event:
    """The event with the corrected fields; its history ends with a corrected stage, and its title says what is right."""
    update = same_fields(event, correction)
    if correction.effective is not None:
        update["date_conflicts"] = _conflicts(event, update["dates"].effective)
    right = event.model_copy(update=update)
    if correction.stage is not None:
        right = right.model_copy(update={"stage": correction.stage, "stages": _steps(right, correction.stage, at)})
    return right.model_copy(update={"title": title(right, names)})


def frozen(halted: Event, at: datetime, names: Mapping[str, str]) -> Event:
    """The event without a day that had not come when it was halted: that day would put it into force after all."""
    day = halted.dates.effective
    if day is None or day <= at.date():
        return halted
    undated = halted.model_copy(update={"dates": halted.dates.model_copy(update={"effective": None})})
    return undated.model_copy(update={"title": title(undated, names)})


def same_fields(told: Event | Signal, correction: Correction) -> dict[str, Any]:
    """What changes in the fields that events and signals have alike, stage excepted."""
    update: dict[str, Any] = {name: value for name in ("issuing", "affected") if (value := getattr(correction, name)) is not None}
    if correction.types is not None:
        first, *further = dict.fromkeys(correction.types)
        update |= {"type": first, "beneath": tuple(further)}
    if correction.effective is not None:
        day = correction.effective if isinstance(correction.effective, date) else None
        months = {role: month for role, month in told.dates.months.items() if role != "effective"}
        update["dates"] = told.dates.model_copy(update={"effective": day, "months": months})
    if correction.providers:
        update["providers"] = _providers(told, correction)
    return update


def _conflicts(event: Event, day: date | None) -> dict[str, tuple[date, ...]]:
    """The right day before whatever other days documents state."""
    stated = event.date_conflicts.get("effective", (event.dates.effective,) if event.dates.effective else ())
    days = (*((day,) if day else ()), *(other for other in stated if other != day))
    conflicts = {role: said for role, said in event.date_conflicts.items() if role != "effective"}
    return conflicts | ({"effective": days} if len(days) > 1 else {})


def _providers(told: Event | Signal, correction: Correction) -> dict[str, Role]:
    held: dict[str, Role] = {p: role for p, role in told.providers.items() if p not in correction.providers}
    for provider, role in correction.providers.items():
        if role != "none":
            held[provider] = role
    return {provider: held[provider] for provider in sorted(held)}


def _steps(event: Event, stage: Stage, at: datetime) -> tuple[StageStep, ...]:
    """The way to the stage: what documents tell up to it, or a last step that no document tells, on the day of the correction."""
    reached = [number for number, step in enumerate(event.stages) if step.stage == stage]
    if reached:
        return event.stages[: reached[0] + 1]
    before = [s for s in event.stages if stage in HALTED or (s.stage not in HALTED and advanced(s.stage) < advanced(stage))]
    effective = event.dates.effective
    day = effective if stage == "in_force" and effective is not None and effective <= at.date() else at.date()
    return (*before, StageStep(stage=stage, date=day, recorded_at=at, documents=(), origins=0))
