"""What happened and what it means: reports, events, factors, assessments."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import Final, Literal

from pydantic import Field

from monitor.model.base import EventType, Instant, Jurisdiction, Level, Modality, Noun, Reliability, Role, Sector, Stage
from monitor.model.collect import Document
from monitor.model.decision import Ruling
from monitor.model.understand import EventDates, Offer, Signal

ANYONE: Final = "*"
ANYWHERE: Final = "*"
HIT: Final[frozenset[Role]] = frozenset({"restricting", "targeted", "affected"})
"""Roles of those to whom a measure does something."""
AlertReason = Literal["new", "advanced", "lifted", "again", "moved", "withdrawn"]
DayRole = Literal["effective", "comment"]
RISKS: Final[frozenset[AlertReason]] = frozenset({"new", "advanced", "again"})
"""Reasons of alerts that tell of a risk; the others tell that one ended or was told wrongly."""


class Report(Noun):
    """A signal together with the document that tells it and when we came to know it."""

    document: Document
    signal: Signal
    recorded_at: Instant


class Evidence(Noun):
    """A quote with everything a reviewer needs to check it; `sha256` is the document's content hash."""

    document: str
    url: str
    source: str
    quote: str
    sha256: str
    published_at: Instant | None
    retrieved_at: Instant
    primary: bool = False


class StageStep(Noun):
    """The day an event reached a stage, when we knew, and who told it: nobody but an analyst where `documents` is empty."""

    stage: Stage
    date: date
    recorded_at: Instant
    documents: tuple[str, ...]
    origins: int = 1
    """How many independent origins tell it."""
    primary: bool = False
    """Whether a primary source tells it."""


class Wave(Noun):
    """What is told of an event as news in the days up to its newest report: a measure that is taken again comes as a new wave."""

    stage: Stage
    """As the newest report tells it."""
    recorded_at: Instant
    """When we knew the first report of the wave."""
    documents: tuple[str, ...]
    origins: int
    """Independent origins in the wave that tell more than a rumour."""
    alike: int
    """Those of them that tell it as far along as the newest report does."""
    before: int
    """The same, in the days before the wave."""
    primary: bool = False
    plain: bool = False
    """Whether a headline of it says in so many words that the measure was taken."""
    listing: bool = False
    """Whether all that it tells is that firms were put on a list."""
    parties: tuple[str, ...] | None = None
    """Providers to whom its reports give a part in the measure; None where an earlier version did not note them."""


class EventOffer(Offer):
    """An offer with its evidence."""

    evidence: tuple[Evidence, ...] = ()


class Event(Noun):
    """The real-world measure as a thread of signals over its stages, like an advisory with revisions."""

    id: str
    type: EventType
    beneath: tuple[EventType, ...] = ()
    title: str
    modality: Modality = "asserted"
    stage: Stage
    stages: tuple[StageStep, ...]
    wave: Wave | None = None
    """None where nobody asserts it as news."""
    providers: dict[str, Role]
    issuing: tuple[Jurisdiction, ...] = ()
    affected: tuple[Jurisdiction, ...] = ()
    dates: EventDates = EventDates()
    date_conflicts: dict[str, tuple[date, ...]] = {}
    """Per date role, all differing days that documents state, the shown one first."""
    sectors: tuple[Sector, ...] = ()
    offers: tuple[EventOffer, ...] = ()
    origins: tuple[str, ...]
    """Independent origins: copies of one wire and members of one family count once."""
    primary_source: bool = False
    reliability: Reliability = "medium"
    """The best among the documents that tell it."""
    documents: tuple[str, ...]
    evidence: tuple[Evidence, ...]
    instrument: str = ""
    first_seen_at: Instant
    last_reported_at: Instant
    confidence: float = Field(ge=0, le=1)
    withdrawn: bool = False
    """Nothing tells it any more, an analyst rejected it, or it was joined with another event; `decisions` says which."""
    disputed: bool = False
    decisions: tuple[Ruling, ...] = Field(default=(), exclude_if=lambda rulings: not rulings)
    """What analysts decided about it, oldest first, without what was taken back."""

    @property
    def origin_count(self) -> int:
        """How many independent origins tell it."""
        return len(self.origins)

    @property
    def lone_origin(self) -> str:
        """The only origin that tells it; empty where there are several."""
        return self.origins[0] if len(self.origins) == 1 else ""

    @property
    def confirmed(self) -> bool:
        """Whether an analyst's confirmation holds."""
        return any(ruling.kind == "confirm" and ruling.holds for ruling in self.decisions)

    @property
    def withdrawn_by(self) -> Ruling | None:
        """The rejection or merge for which it is withdrawn; None when nothing tells it any more, or it is not withdrawn."""
        ends = [ruling for ruling in self.decisions if ruling.kind in ("reject", "merge") and ruling.holds]
        return max(ends, key=lambda ruling: ruling.kind == "reject", default=None) if self.withdrawn else None

    @property
    def reach(self) -> set[tuple[str, str]]:
        """Providers × places under which the event is looked up. Without a party that it hits it is found under `ANYONE` as well, since
        it may hit a sector; without a place that it affects under `ANYWHERE`.
        """
        parties = {*self.providers} | ({ANYONE} if not HIT & {*self.providers.values()} else set())
        places = {*self.affected, *self.issuing} | ({ANYWHERE} if not self.affected else set())
        return set(product(parties, places))


class Factor(Noun):
    """One event's share of a score: whole points, what it means, and the proof."""

    event: str
    type: EventType
    stage: Stage
    points: int
    why: str
    effective: date | None = None
    weights: dict[str, float] = {}
    """The named terms of the formula (severity, stage, modality, …), each in [0, 1]; their product orders the factors."""
    evidence: tuple[Evidence, ...] = ()


class AlertPair(Noun):
    """A provider in a place where an event weighs so much, on the scale of the score."""

    provider: str
    jurisdiction: Jurisdiction
    points: int


class Alert(Noun):
    """A reason to interrupt whoever depends on one of these providers in its place; `monitor.assess.alert` says when there is one."""

    event: str
    at: Instant
    reason: AlertReason
    title: str
    type: EventType
    stage: Stage
    effective: date | None = None
    comment: date | None = None
    moved: tuple[DayRole, ...] = ()
    """Which of both days are others than were told before."""
    issuing: tuple[Jurisdiction, ...] = ()
    """Who takes the measure; empty too in alerts kept from before this was noted."""
    pairs: tuple[AlertPair, ...]
    """The heaviest first."""
    document: str
    """The first that told what is new."""
    confidence: float
    origins: int


Effort = Literal["configuration", "assisted", "code"]
"""What a move costs: another address and key in the same client; a change of code with the offerer's help; a change of code, which
is also what stands where nothing is known."""


class Alternative(Noun):
    """A provider one can switch to in the caller's jurisdiction, with its own risk there and its offers."""

    provider: str
    score: int
    level: Level
    offers: tuple[EventOffer, ...] = ()
    availability: Literal["stated", "unknown"] = "unknown"
    """`stated` where something speaks for it: an offer made there, its home, or its own list of places; never a guess."""
    effort: Effort = "code"


class Assessment(Noun):
    """Provider × jurisdiction × time: 0–100 with factors that sum to it exactly."""

    provider: str
    jurisdiction: Jurisdiction
    as_of: Instant
    score: int = Field(ge=0, le=100)
    level: Level
    factors: tuple[Factor, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    unknowns: tuple[str, ...] = ()
    disputed: bool = False
    stale: bool = False
    data_as_of: Instant | None = None
    methodology_version: str
    input_digest: str
