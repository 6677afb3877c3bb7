"""What a gate makes of the events that hit a repository's providers: exposures and rules come in, findings go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import NamedTuple

from monitor.model import LEVELS, Acceptance, Dependency, Event, Exposure, Finding, FindingState, Jurisdiction, Level, System, Team, Use


class Gate(NamedTuple):
    """From which level on, within how many days (None: however far) and in spite of which acceptances a finding fails, on which day."""

    fail_on: Level
    horizon_days: int | None
    accepted: tuple[Acceptance, ...]
    today: date


def as_team(name: str, uses: Iterable[Use], places: tuple[Jurisdiction, ...]) -> Team:
    """A repository as a team of one system that calls all its providers from `places`, so that exposures are the digest's own."""
    dependencies = tuple(Dependency(provider=use.provider, called_from=places) for use in uses)
    return Team(id=name, name=name, systems=(System(id=name, dependencies=dependencies),))


def findings(exposed: Iterable[Exposure], events: Mapping[str, Event], uses: Iterable[Use], gate: Gate) -> tuple[Finding, ...]:
    """One finding per provider and event that has a level, those that fail first, then as urgent as the exposures are ordered.

    A measure whose day lies beyond the horizon is `later`; one in force, past its day or without a stated day is never later.
    """
    by_provider = {use.provider: use for use in uses}
    found = [_finding(exposure, events[exposure.event], by_provider[exposure.provider], gate) for exposure in exposed]
    order: tuple[FindingState, ...] = ("fails", "later", "accepted", "below")
    return tuple(sorted((f for f in found if f.level != "none"), key=lambda finding: order.index(finding.state)))


def unmatched(accepted: Iterable[Acceptance], found: Iterable[Finding]) -> tuple[Acceptance, ...]:
    """Acceptances that cover nothing any more: misspelt, or of an event that is over."""
    used = {finding.acceptance for finding in found}
    return tuple(acceptance for acceptance in accepted if acceptance not in used)


def is_expired(finding: Finding, today: date) -> bool:
    """Whether an acceptance covered this finding until its day passed."""
    return finding.acceptance is not None and finding.acceptance.until < today


def _finding(exposure: Exposure, event: Event, use: Use, gate: Gate) -> Finding:
    effective = event.dates.effective or _first_of(event.dates.months.get("effective"))
    covering = [acceptance for acceptance in gate.accepted if _covers(acceptance, exposure)]
    acceptance = max(covering, key=lambda covered: covered.until, default=None)
    return Finding(
        provider=exposure.provider,
        event=event.id,
        title=event.title,
        type=event.type,
        stage=exposure.stage,
        level=exposure.level,
        score=exposure.score,
        jurisdictions=exposure.jurisdictions,
        meaning=exposure.meaning,
        effective=effective,
        deadline=exposure.deadline,
        state=_state(exposure.level, None if exposure.stage == "in_force" else effective, acceptance, gate),
        confidence=use.confidence,
        sightings=use.sightings,
        acceptance=acceptance,
    )


def _state(level: Level, effective: date | None, acceptance: Acceptance | None, gate: Gate) -> FindingState:
    if LEVELS.index(level) < LEVELS.index(gate.fail_on):
        return "below"
    if acceptance is not None and acceptance.until >= gate.today:
        return "accepted"
    # Compared as a difference: a horizon of many years must not leave the calendar.
    if gate.horizon_days is not None and effective is not None and effective - gate.today > timedelta(days=gate.horizon_days):
        return "later"
    return "fails"


def _covers(acceptance: Acceptance, exposure: Exposure) -> bool:
    is_meant = acceptance.event == exposure.event and acceptance.provider in ("", exposure.provider)
    return is_meant and (not acceptance.places or set(exposure.jurisdictions) <= set(acceptance.places))


def _first_of(month: str | None) -> date | None:
    return date.fromisoformat(f"{month}-01") if month else None
