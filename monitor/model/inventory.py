"""Who depends on what, and is hit by what: teams, systems, dependencies, what a scan saw of them, exposures."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from monitor.model.base import Criticality, EventType, Jurisdiction, Level, Noun, Stage, Substitutability
from monitor.model.channel import channel_address
from monitor.model.triage import Triage


class Recipient(Noun):
    """Who is told: the digest at which hour of which zone, from which level on, and whether and when an alert may interrupt."""

    email: str = ""
    channel: str = ""
    """A channel of channels.yaml that is told, instead of a mail address."""
    timezone: str = "UTC"
    hour: int = Field(default=8, ge=0, le=23)
    min_level: Level = "medium"
    language: str = "en"
    alerts: bool = True
    """Whether what cannot wait for the next digest is told at once."""
    quiet: str = Field(default="", pattern=r"^(([01]\d|2[0-3])-([01]\d|2[0-3]))?$")
    """Hours of the zone in which alerts are held, `22-07`; empty for none."""
    break_quiet: bool = False
    """Whether what is critical and falls due before the quiet hours end is told in them."""

    @property
    def address(self) -> str:
        """What it is called in the outbox: its mail address, or `channel:NAME`."""
        return self.email or channel_address(self.channel)


class Dependency(Noun):
    """A use of a provider by a system: from where it is called and where its users are."""

    provider: str
    product: str = ""
    called_from: tuple[Jurisdiction, ...] = ()
    users_in: tuple[Jurisdiction, ...] = ()
    substitutability: Substitutability = "medium"
    data_class: str = ""
    """What kind of data goes there, in the organisation's own words: `public`, `personal`, …"""
    owner: str = ""
    """Who answers for this use: a person or a role."""
    found: tuple[str, ...] = ()
    """Where a scan saw it (`requirements.txt:3`); empty for a use that a person wrote down, which no scan takes back."""


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
    team_score: int = Field(default=0, ge=0, le=100)
    """`score` weighed by criticality and substitutability: orders this team's work and says nothing of the provider."""
    triage: Triage = Triage()
    """What the team decided about it; changes neither score."""


SightingKind = Literal["host", "package", "environment", "client", "service", "endpoint", "declared"]
"""An API host, an SDK in a manifest, the name of an environment variable, a client in code, a service of an SBOM, the address that a
client is pointed at, an answer in forewarned.toml."""
Confidence = Literal["high", "medium"]


class Sighting(Noun):
    """One place where a repository shows a provider: what stood there, never more of the line than that."""

    path: str
    line: int = Field(ge=1)
    kind: SightingKind
    what: str

    @property
    def at(self) -> str:
        """`requirements.txt:3`."""
        return f"{self.path}:{self.line}"


class Use(Noun):
    """A provider that a repository depends on, with the proof."""

    provider: str
    confidence: Confidence
    why: str
    sightings: tuple[Sighting, ...] = ()
    data_class: str = ""


class OpenQuestion(Noun):
    """Something that may stand for a provider but must not be guessed; forewarned.toml answers it by its id."""

    id: str
    asks: str
    sightings: tuple[Sighting, ...] = ()


class Skipped(Noun):
    """A file that was not read, or not in full, and why."""

    path: str
    why: str


class Detection(Noun):
    """What a scan found in `files` files."""

    uses: tuple[Use, ...] = ()
    questions: tuple[OpenQuestion, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    files: int = 0


class Acceptance(Noun):
    """A risk that someone took knowingly, up to and with a day; narrowed to a provider or places where these are given."""

    event: str
    until: date
    reason: str = Field(min_length=1)
    by: str = ""
    provider: str = ""
    places: tuple[Jurisdiction, ...] = ()


class Answer(Noun):
    """Who stands behind an open question: providers, or none of the catalogue."""

    question: str
    providers: tuple[str, ...]


FindingState = Literal["fails", "below", "later", "accepted"]
"""At or above the threshold; under it; beyond the horizon; accepted until a day."""


class Finding(Noun):
    """An event that hits a provider in use, and what the gate makes of it."""

    provider: str
    event: str
    title: str
    type: EventType
    stage: Stage
    level: Level
    score: int
    jurisdictions: tuple[Jurisdiction, ...]
    meaning: str
    effective: date | None
    deadline: date | None
    state: FindingState
    confidence: Confidence
    sightings: tuple[Sighting, ...]
    acceptance: Acceptance | None = None
    """What covers it, or covered it until it expired."""
