"""An analyst's word on an event: a request comes in, is checked and recorded as a fact, and the events are drawn anew by it.

The decision and what it changes are written in one transaction, at one instant: nobody sees one without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from monitor.assess.anchors import anchors_of
from monitor.assess.correct import reading
from monitor.assess.measure import Claim
from monitor.assess.rulings import Ruled
from monitor.catalog import Catalog, checked_place
from monitor.clock import Clock
from monitor.errors import NotFoundError, UsageError
from monitor.model import Correction, DecisionRequest, Event, EventDecision
from monitor.pipeline.assessing import record
from monitor.pipeline.comparing import compare
from monitor.pipeline.world import World
from monitor.settings import Settings
from monitor.store import Session, Store, decisions, events, signals
from monitor.store.dialect import serialise

_YEARS: Final = 30
"""A day of effect further away than this from the first report is a slip of the pen."""


def world_of(store: Store, catalog: Catalog, settings: Settings, clock: Clock) -> World:
    """The world of whoever has a store open already and wants nothing collected. Who keeps it has all events drawn once, not for each
    decision.
    """
    return World(store, catalog, (), settings, clock)


def rule(world: World, event: str, request: DecisionRequest, author: str) -> tuple[EventDecision, int]:
    """Records what the request says of the event; how many event revisions that gave.

    NotFoundError for an unknown event, document or provider, UsageError for what cannot be decided; then nothing is recorded.
    """
    signed = _signed(author, request.reason)

    def decision(tx: Session, version: str | None) -> dict[str, Any]:
        def find(asked: str) -> Ruled | None:
            return world.notebook.find(tx, asked, world.catalog.display_names) if version else None

        if version:
            world.notebook.take_in(tx, version)
        return {"kind": request.kind, "event": event, **_SAYS[request.kind](world, _Case(tx, find, _told(tx, find, event)), request)}

    return _record(world, signed, decision)


def take_back(world: World, number: int, author: str, reason: str) -> tuple[EventDecision, int]:
    """Takes a decision back, also one that took another back; how many event revisions that gave."""
    return _record(world, _signed(author, reason), lambda _tx, _version: {"kind": "undo", "undoes": number})


def _signed(author: str, reason: str) -> dict[str, str]:
    """Who decides and why, each in one line."""
    said = {"author": " ".join(author.split()), "reason": " ".join(reason.split())}
    if not all(said.values()):
        raise UsageError("a decision needs who made it and why, neither of them blank")
    return said


def _record(world: World, signed: dict[str, str], said: Callable[[Session, str | None], dict[str, Any]]) -> tuple[EventDecision, int]:
    with world.notebook.lock:
        compare(world)
        try:
            with world.store.write() as tx:
                serialise(tx, "events")
                now = _next_instant(world, tx)
                version = signals.tagger_version(tx, now)
                made = decisions.decide(tx, EventDecision(**said(tx, version), **signed, recorded_at=now))
                return made, record(world, tx, version, now) if version else 0
        except BaseException:
            world.notebook.forget()  # it is ahead of rows that were not written
            raise


def _next_instant(world: World, tx: Session) -> datetime:
    """Now, or just after we last learnt something where the clock was set back since: no answer of an instant until then may change."""
    known = (events.newest_recorded(tx), decisions.newest_decided(tx))
    return max([world.clock(), *(moment + timedelta(microseconds=1) for moment in known if moment)])


Find = Callable[[str], Ruled | None]
"""An event of that id with its claims."""


class _Case:
    """An event that is to be decided on, among all that are known."""

    def __init__(self, tx: Session, find: Find, own: Ruled) -> None:
        self.tx, self.find, self.own = tx, find, own

    @property
    def event(self) -> Event:
        """The event itself."""
        return self.own.event


def _told(tx: Session, find: Find, event: str) -> Ruled:
    """The event with its claims; an error for one that is unknown, joined with another, or told by nobody any more."""
    found = find(event)
    if found is None:
        if events.event_revisions(tx, event):
            raise UsageError(f"no report tells {event} any more, so nothing can be decided about it")
        raise NotFoundError("event", event, "see `forewarned events`")
    if found.event.withdrawn and not _is_rejected(found.event):
        (joined,) = found.event.decisions
        number, others = joined.number, " and ".join(joined.events)
        raise UsageError(f"{event} was joined with {others} by decision {number}; decide about that one, or undo {number}")
    return found


def _is_rejected(event: Event) -> bool:
    return any(one.kind == "reject" and one.holds for one in event.decisions)


def _refuse_rejected(*asked: Event) -> None:
    for event in asked:
        if _is_rejected(event):
            number = next(one.number for one in event.decisions if one.kind == "reject" and one.holds)
            raise UsageError(f"{event.id} is rejected by decision {number}; undo that first")


def _believed(_world: World, case: _Case, request: DecisionRequest) -> dict[str, Any]:
    if request.kind == "dispute":
        _refuse_rejected(case.event)
    return {"anchors": anchors_of(case.own.claims), "misread": request.misread}


def _merge(_world: World, case: _Case, request: DecisionRequest) -> dict[str, Any]:
    if not request.other:
        raise UsageError("a merge needs the other event")
    if request.other == case.event.id:
        raise UsageError("an event cannot be merged with itself")
    other = _told(case.tx, case.find, request.other)
    _refuse_rejected(case.event, other.event)
    if (case.event.type == "mitigation") != (other.event.type == "mitigation"):
        raise UsageError("an offer and a measure are not one event")
    return {"anchors": anchors_of(case.own.claims), "other": request.other, "others": anchors_of(other.claims)}


def _split(_world: World, case: _Case, request: DecisionRequest) -> dict[str, Any]:
    telling = {name: claim.report.document.entry for claim in case.own.claims for name in claim.report.document.versions}
    for name in request.documents:
        if name not in telling:
            raise NotFoundError("document of this event", name, f"it is told by {', '.join(case.event.documents)}")
    cut = {telling[name] for name in request.documents}
    if not cut or cut == set(telling.values()):
        raise UsageError("a split needs documents on both sides: name some of those that tell the event, not all")

    def side(is_cut: bool) -> Sequence[Claim]:
        return [claim for claim in case.own.claims if (claim.report.document.entry in cut) == is_cut]

    return {"anchors": anchors_of(side(False)), "others": anchors_of(side(True))}


def _correct(world: World, case: _Case, request: DecisionRequest) -> dict[str, Any]:
    if request.correction is None or not request.correction.values:
        raise UsageError("a correction needs a field and its right value")
    right = _checked(world, request.correction, case.event)
    return {"anchors": anchors_of(case.own.claims), "correction": right, "read": reading(case.own.read, right)}


def _checked(world: World, said: Correction, event: Event) -> Correction:
    """The correction with codes of places as we write them; an error for what there is not."""
    for provider in said.providers:
        if provider not in world.catalog.providers:
            hint = ", ".join(world.catalog.suggestions(provider))
            raise NotFoundError("provider", provider, f"did you mean {hint}?" if hint else "see GET /api/v1/providers")
    day = said.effective
    if day is not None and day != "none" and abs(day.year - event.first_seen_at.year) > _YEARS:
        raise UsageError(f"{day} is more than {_YEARS} years from when the event was first seen")
    places = {name: tuple(map(checked_place, value)) for name in ("issuing", "affected") if (value := getattr(said, name)) is not None}
    return said.model_copy(update=places)


_SAYS: Final[dict[str, Callable[[World, _Case, DecisionRequest], dict[str, Any]]]] = {
    "confirm": _believed, "reject": _believed, "dispute": _believed, "merge": _merge, "split": _split, "correct": _correct,
}  # fmt: skip
"""What each kind of decision says beside its kind, event, author and reason."""
