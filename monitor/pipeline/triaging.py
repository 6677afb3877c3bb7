"""What a person says of a team's exposures: a request comes in, is checked against what hits the team now and recorded as a fact."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from monitor.errors import NotFoundError, UsageError
from monitor.inventory.triage import as_judged, days_of
from monitor.model import Exposure, Team, TriageFact, TriageRequest
from monitor.pipeline.picture import Known
from monitor.pipeline.world import World
from monitor.store import Session, decisions, events, inventory, triage
from monitor.store.dialect import serialise

LONGEST: Final = 366
"""Days until the last day of a decision: longer than a year nobody can know that a risk may stay."""


def judge(world: World, request: TriageRequest, author: str) -> TriageFact:
    """Records what the request says of the exposures of a team, or of one of its systems, to an event.

    NotFoundError for an unknown team, system or event; UsageError for an event that does not touch them, for nobody, no
    reason or a last day that cannot be. Then nothing is recorded.
    """
    signed = _signed(author, request.reason)
    with world.store.write() as tx:
        now = _next_instant(world, tx)
        _refuse_day(request, now)
        exposed, known = _touched(world, tx, request, now)
        event = next(one for one in known.events if one.id == request.event)
        said: dict[str, Any] = request.model_dump(exclude={"reason"}) | signed
        fact = TriageFact(**said, stage=event.stage, days=days_of(event), seen=as_judged(exposed), recorded_at=now)
        return triage.record_triage(tx, fact)


def take_back(world: World, number: int, author: str, reason: str) -> TriageFact:
    """Takes a fact back, also one that took another back; NotFoundError or UsageError when that cannot be."""
    signed = _signed(author, reason)
    with world.store.write() as tx:
        fact = TriageFact(team="", event="", undoes=number, **signed, recorded_at=_next_instant(world, tx))
        return triage.record_triage(tx, fact)


def _signed(author: str, reason: str) -> dict[str, str]:
    """Who decides and why, each in one line."""
    said = {"author": " ".join(author.split()), "reason": " ".join(reason.split())}
    if not all(said.values()):
        raise UsageError("a triage needs who made it and why, neither of them blank")
    return said


def _next_instant(world: World, tx: Session) -> datetime:
    """Now, or just after we last learnt something where the clock was set back since: no answer of an instant until then may change."""
    serialise(tx, "triage")
    known = (events.newest_recorded(tx), decisions.newest_decided(tx), triage.newest_triaged(tx))
    return max([world.clock(), *(moment + timedelta(microseconds=1) for moment in known if moment)])


def _refuse_day(request: TriageRequest, now: datetime) -> None:
    today, until = now.date(), request.until
    if until is None:
        if request.state == "accepted":
            raise UsageError("an acceptance needs the last day on which it holds")
        return
    if until < today:
        raise UsageError(f"until {until}: that day is over; today is {today} (UTC)")
    if (until - today).days > LONGEST:
        raise UsageError(f"until {until}: more than {LONGEST} days away; at most {today + timedelta(days=LONGEST)}")


def _touched(world: World, tx: Session, request: TriageRequest, now: datetime) -> tuple[list[Exposure], Known]:
    """The exposures that the request is about, among all that is known now."""
    teams = {team.id: team for team in inventory.inventory_as_of(tx, None)}
    team = _named(teams, request)
    if not events.event_revisions(tx, request.event):
        raise NotFoundError("event", request.event, "see `forewarned exposure list`")
    known = Known.at(world, tx, now)
    exposed = [one for one in known.exposures(team) if one.event == request.event and request.system in (None, one.system)]
    if not exposed:
        whom = f"system {request.system} of team {team.id}" if request.system else f"team {team.id}"
        raise UsageError(f"{request.event} does not touch {whom}; see `forewarned exposure list --team {team.id}`")
    return exposed, known


def _named(teams: dict[str, Team], request: TriageRequest) -> Team:
    if request.team not in teams:
        raise NotFoundError("team", request.team, "see `forewarned inventory show`")
    team = teams[request.team]
    systems = [system.id for system in team.systems]
    if request.system is not None and request.system not in systems:
        raise NotFoundError("system", request.system, f"team {team.id} has {', '.join(systems) or 'none'}")
    return team
