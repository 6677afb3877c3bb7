"""Who depends on what, and is hit by what: teams, systems, dependencies, exposures."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from monitor.model.base import Criticality, EventType, Jurisdiction, Level, Noun, Stage, Substitutability


class Recipient(Noun):
    """Who gets a digest, at which hour of which zone, from which level on."""

    email: str
    timezone: str = "UTC"
    hour: int = Field(default=8, ge=0, le=23)
    min_level: Level = "medium"
    language: str = "en"


class Dependency(Noun):
    """A use of a provider by a system: from where it is called and where its users are."""

    provider: str
    product: str = ""
    called_from: tuple[Jurisdiction, ...] = ()
    users_in: tuple[Jurisdiction, ...] = ()
    substitutability: Substitutability = "medium"


class System(Noun):
    """A system a team runs, with what it depends on."""

    id: str
    criticality: Criticality = "medium"
    dependencies: tuple[Dependency, ...] = ()


class Team(Noun):
    """A team, its systems and who is to be told."""

    id: str
    name: str
    recipients: tuple[Recipient, ...] = ()
    systems: tuple[System, ...] = ()


class Exposure(Noun):
    """Event × dependency: what it means for one team's system, and by when."""

    team: str
    system: str
    provider: str
    jurisdictions: tuple[Jurisdiction, ...]
    event: str
    type: EventType
    stage: Stage
    score: int
    level: Level
    meaning: str
    deadline: date | None = None
    criticality: Criticality
    substitutability: Substitutability
