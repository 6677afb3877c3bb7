"""Why a score moved: causes that sum to the difference.

In: two assessments of one provider in one jurisdiction. Out: causes, the largest first.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

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
    causes = [_cause(event, old.get(event), new.get(event), after) for event in sorted({*old, *new})]
    return sorted((cause for cause in causes if cause.points), key=lambda cause: (-abs(cause.points), cause.event))


def _cause(event: str, old: Factor | None, new: Factor | None, after: Assessment) -> Cause:
    points = (new.points if new else 0) - (old.points if old else 0)
    if old is None:
        assert new is not None
        return Cause(event, points, f"New: {new.why}")
    if new is None:
        return Cause(event, points, f"No longer counts: {old.why}")
    told = list(_moved(old, new, after)) or ["unchanged itself; its share moved because other events did"]
    return Cause(event, points, f"{_subject(new)}: {'; '.join(told)}.")


def _subject(factor: Factor) -> str:
    """The event's title, with which its sentence begins."""
    return factor.why.partition("; ")[0].rpartition(": ")[0] or factor.event


def _moved(old: Factor, new: Factor, after: Assessment) -> Iterator[str]:
    """What is different about the event, in the words of a briefing."""
    if old.type != new.type:
        yield f"told as {_words(new.type)} now, before as {_words(old.type)}"
    if old.stage != new.stage:
        yield f"{_words(new.stage)} now, {_words(old.stage)} before"
    if old.effective != new.effective:
        yield f"its day is {new.effective or 'not known any more'}, before {old.effective or 'not known'}"
    elif old.stage == new.stage and _grew(old, new, "stage") and new.effective:
        left = (new.effective - after.as_of.date()).days
        yield f"its day, {new.effective}, comes near: {left} day{'' if left == 1 else 's'} left"
    for name, (more, less) in _WORDS.items():
        if _grew(old, new, name):
            yield more
        elif _grew(new, old, name):
            yield less
    faded = new.weights.get("decay", 1.0)
    if _grew(new, old, "decay"):
        yield f"no news of it for longer: {faded:.0%} of its weight is left"


_WORDS: Final[dict[str, tuple[str, str]]] = {
    "corroboration": ("more independent origins or a primary source tell it", "fewer independent origins tell it"),
    "reliability": ("a more careful source tells it", "only less careful sources tell it now"),
    "modality": ("it is told more firmly", "it is told less firmly"),
    "jurisdiction": ("it names the place more directly", "it names the place less directly"),
    "role": ("the provider has a greater part in it", "the provider has a lesser part in it"),
    "severity": ("it is a graver kind of measure", "it is a milder kind of measure"),
    "dispute": ("no longer disputed", "disputed, so that it counts half"),
}
"""What a weight that rose or fell means to a reader; stage and decay have sentences of their own."""


def _grew(old: Factor, new: Factor, name: str) -> bool:
    return new.weights.get(name, 0.0) > old.weights.get(name, 0.0)


def _words(name: str) -> str:
    return name.replace("_", " ")
