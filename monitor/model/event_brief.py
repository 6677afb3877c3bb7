"""Events as scores weigh them: the same names as `Event`, without documents and waves, a tenth of the time to read.

In: bodies of events as they are stored. Out: what is kept of them beside, and briefs read from that. Nothing is validated: bodies were
written from nouns.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final, NamedTuple, TypeAlias

from pydantic import TypeAdapter
from pydantic_core import from_json

from monitor.model.assess import Event, EventOffer, Evidence
from monitor.model.base import EventType, Jurisdiction, Modality, Reliability, Role, Sector, Stage
from monitor.model.brief import stored_dates
from monitor.model.decision import Ruling
from monitor.model.understand import EventDates

_ALIKE: Final = (
    "type", "beneath", "title", "modality", "stage", "issuing", "affected", "dates", "date_conflicts", "sectors", "offers",
    "primary_source", "reliability", "last_reported_at", "disputed", "decisions",
)  # fmt: skip
"""What a brief keeps as the event has it; what is empty or false is left out."""


_EVIDENCE: Final = TypeAdapter(tuple[Evidence, ...])


class StepBrief(NamedTuple):
    """A `StageStep`."""

    stage: Stage
    date: date


class EventBrief:
    """An `Event`; `body_hash` is that of its whole body. Most briefs are only asked whom they are about, so the rest is read when it is
    asked for.
    """

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
    confirmed: bool
    """Whether an analyst's confirmation holds."""
    evidence: tuple[Evidence, ...]

    def __init__(self, event: str, withdrawn: bool, body_hash: str, roles: str, kept: str, evidence: str) -> None:
        """Of that event, from what `brief_of` kept of it as JSON texts."""
        self.id = event
        self.withdrawn = withdrawn
        self.body_hash = body_hash
        self.providers = from_json(roles)
        self._kept = kept
        self._evidence = evidence

    def __getattr__(self, name: str) -> Any:
        """What was not read yet."""
        if name == "evidence":
            self.evidence = _EVIDENCE.validate_json(self._evidence)
        elif name in EventBrief.__annotations__ and name not in vars(self):
            vars(self).update(_read(from_json(self._kept)))
        return object.__getattribute__(self, name)


Weighable: TypeAlias = Event | EventBrief
"""What a score can be made from."""


def brief_of(body: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept beside an event's body: `roles`, `evidence`, and the `body` of a brief with the rest."""
    kept = {name: body[name] for name in _ALIKE if body.get(name)}
    origins = body["origins"]
    told = {"stages": [[step["stage"], step["date"]] for step in body["stages"]], "origins": len(origins)}
    lone = {"origin": origins[0]} if len(origins) == 1 else {}
    return {"roles": body["providers"], "body": kept | told | lone, "evidence": body["evidence"]}


def _read(kept: dict[str, Any]) -> dict[str, Any]:
    get, nothing = kept.get, ()
    days = get("date_conflicts")
    decisions = tuple(map(Ruling.model_validate, get("decisions", nothing)))
    return {
        "type": kept["type"],
        "beneath": tuple(get("beneath", nothing)),
        "title": kept["title"],
        "modality": kept["modality"],
        "stage": kept["stage"],
        "stages": tuple([StepBrief(stage, date.fromisoformat(day)) for stage, day in kept["stages"]]),
        "issuing": tuple(get("issuing", nothing)),
        "affected": tuple(get("affected", nothing)),
        "dates": stored_dates(get("dates") or {}),
        "date_conflicts": {role: tuple(map(date.fromisoformat, told)) for role, told in days.items()} if days else {},
        "sectors": tuple(get("sectors", nothing)),
        "offers": tuple(map(EventOffer.model_validate, get("offers", nothing))),
        "origin_count": kept["origins"],
        "lone_origin": get("origin", ""),
        "primary_source": get("primary_source", False),
        "reliability": kept["reliability"],
        "last_reported_at": datetime.fromisoformat(kept["last_reported_at"]),
        "disputed": get("disputed", False),
        "decisions": decisions,
        "confirmed": any(ruling.kind == "confirm" and ruling.holds for ruling in decisions),
    }
