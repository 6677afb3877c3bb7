"""Which teams are hit by what: a reader and an instant come in, the exposures of the inventory known then go out.

Two numbers stand side by side: the provider's score, the same for everybody, and what it means for the team's own system. Beside
them stands what the team decided, which changes neither.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial

from monitor.answers.reader import Reader
from monitor.answers.shapes import Page, Shape
from monitor.errors import NotFoundError
from monitor.inventory.exposure import exposures
from monitor.inventory.triage import triaged
from monitor.model import Exposure, TriageFact, TriageState
from monitor.store.inventory import inventory_as_of
from monitor.store.triage import triage_facts


class TriageAnswer(Shape):
    """What was recorded, and the team's exposures to that event as they stand now."""

    triage: TriageFact
    exposures: list[Exposure]


class TriagePage(Shape):
    """Triage facts, the latest first, as known at `as_of`."""

    items: list[TriageFact]
    as_of: datetime


def exposed(reader: Reader, as_of: datetime, team: str | None = None, state: TriageState | None = None) -> Page[Exposure]:
    """Event × dependency for all teams or one, in any triage state or one: what is settled last, else most urgent first.

    What has a last day is judged on the day of `as_of` in UTC. NotFoundError for a team that was not in the inventory then.
    """
    with reader.store.read() as tx:
        teams = [one for one in inventory_as_of(tx, as_of) if team in (None, one.id)]
        facts = triage_facts(tx, as_of)
    if team is not None and not teams:
        raise NotFoundError("team", team, "see `forewarned inventory`")
    picture = reader.picture(as_of)
    assess = cache(partial(reader.assess, picture))
    found = exposures(teams, picture.events, assess, reader.catalog.providers, as_of, reader.catalog.members)
    judged = triaged(found, {event.id: event for event in picture.events}, facts, as_of.date())
    items = sorted((one for one in judged if state in (None, one.triage.state)), key=lambda one: one.triage.settled)
    return Page(items=items, data_as_of=picture.data_as_of, stale=picture.stale)


def history(reader: Reader, as_of: datetime, team: str | None = None) -> TriagePage:
    """Every triage fact known at `as_of`, also what was undone since, of all teams or one, the latest first."""
    with reader.store.read() as tx:
        facts = triage_facts(tx, as_of)
    return TriagePage(items=[fact for fact in reversed(facts) if team in (None, fact.team)], as_of=as_of)


def answer(reader: Reader, fact: TriageFact) -> TriageAnswer:
    """What a fact led to, as it stands now; no exposures where the team left the inventory since."""
    found = exposed(reader, reader.instant(None)).items
    return TriageAnswer(triage=fact, exposures=[one for one in found if (one.team, one.event) == (fact.team, fact.event)])
