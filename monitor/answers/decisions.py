"""What was decided about events, and what became of it: a reader and an instant come in, decisions with their present effect go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from monitor.answers.reader import Reader
from monitor.answers.shapes import EventShape, Shape
from monitor.model import Correction, DecisionKind, Event, EventDecision, standing
from monitor.store import decisions as stored

State = Literal["holds", "overruled", "idle", "undone"]
"""`overruled`: a later decision says otherwise. `idle`: nothing that is read now is what it was about."""


class EventDecisionShape(Shape):
    """One decision; `documents` told the event when it was made, `others` the other side of a merge or split."""

    number: int
    kind: DecisionKind
    event: str
    other: str
    documents: list[str]
    others: list[str]
    correction: Correction | None
    misread: bool
    undoes: int | None
    author: str
    reason: str
    recorded_at: datetime
    state: State
    events: list[str]
    """The events that show it in their record now; a new reading or another decision may have given it to another id."""


class DecisionPage(Shape):
    """Decisions, the latest first, as known at `as_of`."""

    items: list[EventDecisionShape]
    as_of: datetime


class DecisionAnswer(Shape):
    """What was recorded, and how many revisions of events it gave."""

    decision: EventDecisionShape
    event_revisions: int


class RuledEventAnswer(DecisionAnswer):
    """The same with the event as it is now."""

    event: EventShape


def decided(reader: Reader, as_of: datetime, event: str | None = None) -> DecisionPage:
    """Every decision known at `as_of`, or those about one event and those that undo them; NotFoundError when it was not known then."""
    known = reader.picture(as_of).events
    if event is not None:
        reader.event(event, as_of)
    with reader.store.read() as tx:
        made = stored.decisions(tx, as_of)
    shown = {shape.number: shape for shape in _shapes(made, known)}
    named = {n for n, shape in shown.items() if event is None or event in (shape.event, shape.other, *shape.events)}
    for one in made:  # in their order: what undoes an undo follows it
        if one.undoes in named:
            named.add(one.number)
    return DecisionPage(items=[shown[number] for number in sorted(named, reverse=True)], as_of=as_of)


def shape_of(reader: Reader, number: int) -> EventDecisionShape:
    """One decision as it stands now."""
    return next(one for one in decided(reader, reader.instant(None)).items if one.number == number)


def _shapes(made: Sequence[EventDecision], known: Sequence[Event]) -> list[EventDecisionShape]:
    carriers: Mapping[int, dict[str, bool]] = defaultdict(dict)
    for event in known:
        for ruling in event.decisions:
            carriers[ruling.number][event.id] = ruling.holds
    held = {decision.number for decision in standing(made)}
    return [_shape(decision, carriers[decision.number], decision.number in held) for decision in made]


def _shape(decision: EventDecision, carriers: Mapping[str, bool], is_held: bool) -> EventDecisionShape:
    state: State = "holds" if decision.kind == "undo" or any(carriers.values()) else "overruled" if carriers else "idle"
    return EventDecisionShape(
        documents=list(dict.fromkeys(anchor.document for anchor in decision.anchors)),
        others=list(dict.fromkeys(anchor.document for anchor in decision.others)),
        state=state if is_held else "undone",
        events=sorted(carriers),
        **{name: getattr(decision, name) for name in _SAME},
    )


_SAME = EventDecisionShape.model_fields.keys() & EventDecision.model_fields.keys() - {"others"}
