"""Who repeats whom: copies as found in texts, and what analysts decided about them. Both are facts with their time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol, TypeVar

from pydantic import Field

from monitor.model.base import Instant, Noun

OriginVerdict = Literal["same", "apart", "undo"]

Span = tuple[int, int]
"""First and one-past-last character of a passage, counted in a document's full text."""


class Copy(Noun):
    """One document repeats the text of another one; `copied` was told first."""

    document: str
    entry: str
    copied: str
    copied_entry: str
    share: float = Field(ge=0, le=1)
    """How much of the shorter text stands in the other one."""
    span: Span
    """The longest passage that they share, as it stands in `document`."""
    copied_span: Span
    """The same passage in `copied`."""
    recorded_at: Instant


class OriginDecision(Noun):
    """What an analyst decided about origins; it holds for every version of the entries that it names.

    `same`: they are one origin. `apart`: each is independent of the others; a single one repeats nobody, whatever is found.
    `undo`: decision `undoes` does not hold any more. Of two that contradict each other the later one holds.
    """

    number: int = Field(default=0, ge=0)
    """Counted from 1; 0 until it is recorded."""
    verdict: OriginVerdict
    documents: tuple[str, ...] = ()
    entries: tuple[str, ...] = ()
    undoes: int | None = None
    author: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    recorded_at: Instant


class Numbered(Protocol):
    """A decision of any table."""

    @property
    def number(self) -> int: ...
    @property
    def undoes(self) -> int | None: ...


Decision = TypeVar("Decision", bound=Numbered)


def standing(decisions: Sequence[Decision]) -> list[Decision]:
    """Those of all decisions that hold, newest first: an undo takes one back, also another undo."""
    undone: set[int] = set()
    found = []
    for decision in sorted(decisions, key=lambda one: one.number, reverse=True):
        if decision.number in undone:
            continue
        found.append(decision)
        if decision.undoes is not None:
            undone.add(decision.undoes)
    return found
