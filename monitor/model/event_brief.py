"""Events as scores weigh them: the same names as `Event`, without documents, quotes and waves, a tenth of the time to read.

In: bodies of events as they are stored. Out: what is kept of them beside, and briefs read from that. Nothing is validated: bodies were
written from nouns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic_core import from_json

from monitor.model.assess import Event, EventOffer
from monitor.model.base import EventType, Jurisdiction, Modality, Reliability, Role, Sector, Stage
from monitor.model.brief import stored_dates
from monitor.model.decision import Ruling
from monitor.model.understand import EventDates

_ALIKE: Final = (
    "type", "beneath", "title", "modality", "stage", "providers", "issuing", "affected", "dates", "date_conflicts", "sectors", "offers",
    "primary_source", "reliability", "last_reported_at", "withdrawn", "disputed", "decisions",
)  # fmt: skip
"""What a brief keeps as the event has it; what is empty or false is left out."""


class StepBrief(NamedTuple):
    """A `StageStep`."""

    stage: Stage
    date: date


class EventBrief(NamedTuple):
    """An `Event`; `body_hash` is that of its whole body."""

    id: str
    body_hash: str
    type: EventType
    beneath: tuple[EventType, ...]
    title: str
    modality: Modality
    stage: Stage
    stages: tuple[StepBrief, ...]
    providers: Mapping[str, Role]
    issuing: tuple[Jurisdiction, ...]
    affected: tuple[Jurisdiction, ...]
    dates: EventDates
    date_conflicts: Mapping[str, tuple[date, ...]]
    sectors: tuple[Sector, ...]
    offers: tuple[EventOffer, ...]
    origin_count: int
    lone_origin: str
    primary_source: bool
    reliability: Reliability
    last_reported_at: datetime
    withdrawn: bool
    disputed: bool
    decisions: tuple[Ruling, ...]

    @property
    def confirmed(self) -> bool:
        """Whether an analyst's confirmation holds."""
        return any(ruling.kind == "confirm" and ruling.holds for ruling in self.decisions)


Weighable: TypeAlias = Event | EventBrief
"""What a score can be made from."""


def brief_body(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a brief keeps of an event's body."""
    kept = {name: body[name] for name in _ALIKE if body.get(name)}
    origins = body["origins"]
    told = {"stages": [[step["stage"], step["date"]] for step in body["stages"]], "origins": len(origins)}
    return kept | told | ({"origin": origins[0]} if len(origins) == 1 else {})


def stored_brief(event: str, body_hash: str, kept: str) -> EventBrief:
    """The brief of that event, from what `brief_body` kept of it as JSON text."""
    body: dict[str, Any] = from_json(kept)
    get, nothing = body.get, ()
    days = get("date_conflicts")
    return EventBrief(
        event,
        body_hash,
        body["type"],
        tuple(get("beneath", nothing)),
        body["title"],
        get("modality", "asserted"),
        body["stage"],
        tuple([StepBrief(stage, date.fromisoformat(day)) for stage, day in body["stages"]]),
        get("providers") or {},
        tuple(get("issuing", nothing)),
        tuple(get("affected", nothing)),
        stored_dates(get("dates") or {}),
        {role: tuple(map(date.fromisoformat, told)) for role, told in days.items()} if days else {},
        tuple(get("sectors", nothing)),
        tuple(map(EventOffer.model_validate, get("offers", nothing))),
        body["origins"],
        get("origin", ""),
        get("primary_source", False),
        get("reliability", "medium"),
        datetime.fromisoformat(body["last_reported_at"]),
        get("withdrawn", False),
        get("disputed", False),
        tuple(map(Ruling.model_validate, get("decisions", nothing))),
    )
