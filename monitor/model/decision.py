"""What analysts decided about events. A decision is a fact with its time; what it names survives that texts are read anew."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import Field, model_validator

from monitor.model.base import EventType, Instant, Jurisdiction, Noun, Role, Stage
from monitor.model.understand import Signal

DecisionKind = Literal["confirm", "reject", "merge", "split", "correct", "dispute", "undo"]
VERDICTS: frozenset[DecisionKind] = frozenset({"confirm", "reject", "dispute"})
"""Kinds that say whether an event is to be believed; the last one holds."""


class Anchor(Noun):
    """One signal that tells the event, as it was read when the decision was made, narrowed to this event's own parties.

    Later readings of the same entry are recognised by what they say; `recorded_at` is when the document was first read.
    """

    document: str
    entry: str
    signal: Signal
    recorded_at: Instant


class Correction(Noun):
    """Fields of an event with their right values; None (or a provider left out) says nothing, `none` says that there is no such thing."""

    types: tuple[EventType, ...] | None = Field(default=None, min_length=1)
    """The measure's own type first, then its further natures."""
    stage: Stage | None = None
    effective: date | Literal["none"] | None = None
    providers: dict[str, Role | Literal["none"]] = {}
    issuing: tuple[Jurisdiction, ...] | None = None
    affected: tuple[Jurisdiction, ...] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """What it says by field; a provider's role stands under `providers.ID`."""
        said = {name: value for name in Correction.model_fields if name != "providers" and (value := getattr(self, name)) is not None}
        return said | {f"providers.{provider}": role for provider, role in self.providers.items()}

    @property
    def words(self) -> str:
        """The same as a person reads it."""
        said = {name: ", ".join(value) or "none" if isinstance(value, tuple) else str(value) for name, value in self.values.items()}
        return "; ".join(f"{name.removeprefix('providers.')}: {value.replace('_', ' ')}" for name, value in said.items())


class EventDecision(Noun):
    """What an analyst decided about an event, by the signals that told it then. Of two that contradict each other the later holds.

    `confirm`: it is true. `reject`: it is not, or no text tells it. `dispute`: that is open. `correct`: fields have these values.
    `merge`: what `anchors` and `others` tell is one measure. `split`: it is two, `others` being the one that is cut off.
    `undo`: decision `undoes` does not hold any more.
    """

    number: int = Field(default=0, ge=0)
    """Counted from 1; 0 until it is recorded."""
    kind: DecisionKind
    event: str = ""
    """The event's id when it was decided."""
    other: str = ""
    """The id then of the event merged with it."""
    anchors: tuple[Anchor, ...] = ()
    others: tuple[Anchor, ...] = ()
    correction: Correction | None = None
    read: Correction | None = None
    """Of a correction: what the machine read in the same fields then."""
    misread: bool = True
    """Of a rejection: whether the texts do not tell it at all; False when they do and it is not true."""
    undoes: int | None = None
    author: str = Field(min_length=1)
    reason: str = Field(min_length=1)
    recorded_at: Instant

    @model_validator(mode="after")
    def _is_whole(self) -> EventDecision:
        two_sided, corrects = self.kind in ("merge", "split"), self.kind == "correct"
        if (self.kind == "undo") != (self.undoes is not None) or (self.kind != "undo") != bool(self.event and self.anchors):
            raise ValueError("a decision is about an event and what tells it, or takes another decision back")
        if two_sided != bool(self.others) or corrects != bool(self.correction and self.correction.values):
            raise ValueError("a merge or split has two sides, a correction has a value")
        return self


class DecisionRequest(Noun):
    """What an analyst wants decided about an event; whether that can be is for the pipeline to say."""

    kind: Literal["confirm", "reject", "merge", "split", "correct", "dispute"]
    reason: str = Field(max_length=2000)
    other: str | None = None
    """Of a merge: the event that is the same measure."""
    documents: tuple[str, ...] = ()
    """Of a split: the documents that tell another measure."""
    correction: Correction | None = None
    misread: bool = True
    """Of a rejection: False when the texts do tell it and it is not true."""


class Ruling(Noun):
    """A decision as the record of an event shows it."""

    number: int
    kind: DecisionKind
    author: str
    reason: str
    recorded_at: Instant
    holds: bool = True
    """False where a later decision says otherwise, or nothing is left to cut."""
    events: tuple[str, ...] = ()
    """Of a merge or split: the other events that it is about."""
    correction: Correction | None = None
    read: Correction | None = None
    """Of a correction: what the machine reads in the same fields now."""
