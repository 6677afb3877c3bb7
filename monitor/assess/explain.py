"""Why a score moved: causes that sum to the difference.

In: two assessments of one provider in one jurisdiction. Out: causes, the largest first.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.assess.factors import FACTORS
from monitor.errors import UsageError
from monitor.model import Assessment, Factor


@dataclass(frozen=True)
class Cause:
    """One event's part of a change, in whole points."""

    event: str
    points: int
    why: str


def explain_delta(before: Assessment, after: Assessment) -> list[Cause]:
    """The events whose shares changed; their points sum to `after.score - before.score`. Raises UsageError across methodologies."""
    if (before.provider, before.jurisdiction) != (after.provider, after.jurisdiction):
        raise UsageError("only assessments of one provider in one jurisdiction can be compared")
    if before.methodology_version != after.methodology_version:
        raise UsageError(f"methodology {before.methodology_version} and {after.methodology_version} cannot be compared; score both again")
    old, new = ({factor.event: factor for factor in one.factors} for one in (before, after))
    causes = [_cause(event, old.get(event), new.get(event)) for event in sorted({*old, *new})]
    return sorted((cause for cause in causes if cause.points), key=lambda cause: (-abs(cause.points), cause.event))


def _cause(event: str, old: Factor | None, new: Factor | None) -> Cause:
    points = (new.points if new else 0) - (old.points if old else 0)
    if old is None:
        assert new is not None
        return Cause(event, points, f"New: {new.why}")
    if new is None:
        return Cause(event, points, f"No longer counts: {old.why}")
    return Cause(event, points, _change(old, new))


def _change(old: Factor, new: Factor) -> str:
    moved = [name for name in FACTORS if old.weights.get(name) != new.weights.get(name)]
    parts = [f"stage {old.stage.replace('_', ' ')} → {new.stage.replace('_', ' ')}"] if old.stage != new.stage else []
    if old.effective != new.effective:
        parts.append(f"effective day {old.effective or 'unknown'} → {new.effective or 'unknown'}")
    parts += [f"{name} {old.weights.get(name, 0.0):.2f} → {new.weights.get(name, 0.0):.2f}" for name in moved]
    return "; ".join(parts) if parts else "unchanged itself; its share moved because other events did"
