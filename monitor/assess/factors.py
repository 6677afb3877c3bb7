"""The factors of the score: one function each, and its docstring is what the user reads.

In: an event and a question. Out: a weight in [0, 1]; the product of all of them is the event's contribution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time
from math import exp
from types import MappingProxyType
from typing import Final

from monitor.assess import constants as k
from monitor.assess.question import Question
from monitor.assess.stage import HALTED, PENDING, put_off_to, stage_before_halt, stage_on
from monitor.model import HIT, MODIFIERS, EventType, Role, Sector
from monitor.model.event_brief import Weighable

ACTIVE: Final[tuple[Role, ...]] = ("restricting", "targeted", "affected")
_HOME_HIT: Final[frozenset[EventType]] = frozenset({"investment_restriction", "export_control", "tariff"})
_BY_CLASS: Final[frozenset[EventType]] = _HOME_HIT | {"licensing_regulation", "data_privacy"}
"""Measures that are often taken against firms of a sector, without a name."""
_GOODS: Final[frozenset[Sector]] = frozenset({"semiconductors", "hardware", "quantum"})
"""Sectors that make goods; on services there is no tariff."""
NETWORKED: Final = "apps"
"""The sector that a state can switch off as a whole; of other goods it bans those of some makers or for some use."""


def severity(event: Weighable, question: Question) -> float:
    """How much the kind of measure can take away: a ban or cut-off everything, a tariff or an antitrust case little."""
    return k.SEVERITY[leading_type(event, question)]


def stage(event: Weighable, question: Question) -> float:
    """How far it has come: a rumour counts little, a measure in force fully, one announced or put off more as its day comes near."""
    now = stage_on(event, question.as_of)
    base = k.STAGE["suspended"] * k.STAGE[stage_before_halt(event)] if now == "suspended" else k.STAGE[now]
    coming = event.dates.effective if now in PENDING else put_off_to(event) if now == "suspended" else None
    if coming is None:
        return base
    days_left = (coming - question.as_of.date()).days
    return base + (1 - base) * exp(-days_left / k.DEADLINE_SCALE_DAYS)


def modality(event: Weighable, question: Question) -> float:  # noqa: ARG001 - every factor takes the same two arguments
    """Whether it is told as a fact: threats count half, background little, denials and hypotheses nothing."""
    return k.MODALITY[event.modality]


def jurisdiction(event: Weighable, question: Question) -> float:
    """Whether it bites where you asked: fully in the places it names, weakly if it names none, not at all elsewhere."""
    return place_match(event, question, leading_type(event, question))


def corroboration(event: Weighable, question: Question) -> float:  # noqa: ARG001
    """How many independent origins tell it: copies of one wire or owner count once; a primary source or an analyst settles it."""
    if event.primary_source or event.confirmed:
        return 1.0
    return 1 - k.CORROBORATION_MISSING * 0.5 ** (max(1, event.origin_count) - 1)


def reliability(event: Weighable, question: Question) -> float:  # noqa: ARG001
    """How far its best source is known to be careful: one alone can never make the risk high, unless it is the act itself or confirmed."""
    if event.primary_source:
        return 1.0
    if event.confirmed:  # as careful papers that agree: an analyst's word is not the act itself
        return k.RELIABILITY_SEVERAL["high"]
    table = k.RELIABILITY_SEVERAL if event.origin_count > 1 else k.RELIABILITY_SINGLE
    return table[event.reliability]


def decay(event: Weighable, question: Question) -> float:
    """How much of the news is left: nothing fades while in force or before a known day; the rest halves with its type's half-life."""
    if stage_on(event, question.as_of) == "in_force" or _is_pending(event, question.as_of):
        return 1.0
    age = max(0.0, (question.as_of - event.last_reported_at).total_seconds() / 86400)
    return float(0.5 ** (age / k.HALF_LIFE_DAYS[leading_type(event, question)]))


def role(event: Weighable, question: Question) -> float:
    """The provider's part in it: full if it restricts or is targeted, less if affected or owned by one that is, else nothing."""
    return reach(event, question)[0]


def dispute(event: Weighable, question: Question) -> float:  # noqa: ARG001
    """Whether it is disputed: half, until the dispute is settled."""
    return k.DISPUTED if event.disputed else 1.0


FACTORS: Final[Mapping[str, Callable[[Weighable, Question], float]]] = MappingProxyType({
    "role": role, "severity": severity, "stage": stage, "modality": modality, "jurisdiction": jurisdiction,
    "corroboration": corroboration, "reliability": reliability, "decay": decay, "dispute": dispute,
})  # fmt: skip
"""All factors by the name under which `Factor.weights` shows them."""


def leading_type(event: Weighable, question: Question) -> EventType:
    """The one of the event's natures that bites hardest in the place asked about; a lone modifier stays what it is."""
    if event.type in MODIFIERS:
        return event.type
    kinds = [event.type, *(kind for kind in event.beneath if kind not in MODIFIERS)]
    if len(kinds) == 1:
        return event.type
    return max(kinds, key=lambda kind: k.SEVERITY[kind] * place_match(event, question, kind))


def place_match(event: Weighable, question: Question, kind: EventType) -> float:
    """The weight of the place asked about among the places of a measure of that kind."""
    at_issuer = _overlap(event.issuing, question) * k.PLACE_ISSUING.get(kind, 0.0)
    if not event.affected and not (event.issuing and kind in k.PLACE_ISSUING):
        return k.NO_PLACE
    return max(at_issuer, _overlap(event.affected, question) * k.PLACE_AFFECTED.get(kind, 1.0))


def reach(event: Weighable, question: Question) -> tuple[float, str]:
    """The weight of the provider's tie to the event, and the tie in words."""
    held = event.providers.get(question.provider)
    if held == "alternative":
        return 0.0, "an alternative"
    ties = [(_role_weight(event, held), f"{held}")] if held else []
    for owner, steps in question.owners:
        owner_role = event.providers.get(owner)
        if owner_role:
            weight = k.PARENT**steps * _role_weight(event, owner_role)
            ties.append((weight, f"through its owner {question.name_of(owner)} ({owner_role}), counted at {k.PARENT**steps:.2g}"))
    if is_nameless(event) and _in_class(event, question):
        ties.append((k.ROLE_UNNAMED, f"as one of the firms it covers without naming them, counted at {k.ROLE_UNNAMED:.2g}"))
    return max(ties, key=lambda tie: tie[0], default=(0.0, "not concerned"))


def is_nameless(event: Weighable) -> bool:
    """Whether it hits nobody by name, and so perhaps a class."""
    return HIT.isdisjoint(event.providers.values())


def _role_weight(event: Weighable, held: Role) -> float:
    return k.ROLE_AFFECTED.get(event.type, k.ROLE[held]) if held == "affected" else k.ROLE[held]


def _in_class(event: Weighable, question: Question) -> bool:
    """Whether a measure that names no provider covers this one: by sector, and by home where the measure hits firms of a place."""
    provider = question.providers.get(question.provider)
    if provider is None or not set(provider.sectors) & set(event.sectors):
        return False
    if event.type == "service_ban":
        return NETWORKED in provider.sectors and NETWORKED in event.sectors
    if event.type == "tariff" and not _GOODS & set(provider.sectors) & set(event.sectors):
        return False
    if event.type in _HOME_HIT:
        return provider.home in event.affected or (event.type == "export_control" and provider.home in event.issuing)
    return event.type in _BY_CLASS


def _overlap(places: tuple[str, ...], question: Question) -> float:
    if not question.within.isdisjoint(places):
        return 1.0
    return 0.0 if question.members.isdisjoint(places) else k.MEMBER_OF_REGION


def _is_pending(event: Weighable, as_of: datetime) -> bool:
    """Whether a stated day of the measure (effect, or end of comments) is still to come."""
    halted = stage_on(event, as_of) in HALTED
    days = (put_off_to(event),) if halted else (event.dates.effective, event.dates.comment)
    return any(day is not None and datetime.combine(day, time.max, UTC) >= as_of for day in days)
