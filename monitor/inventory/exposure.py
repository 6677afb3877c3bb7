"""Which events hit which systems: teams and events come in, exposures with one plain sentence each go out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from monitor.inventory.team_score import SUBSTITUTABILITY, team_score
from monitor.model import (
    LEVELS,
    Assessment,
    Dependency,
    Event,
    EventType,
    Exposure,
    Jurisdiction,
    Level,
    Modality,
    Provider,
    Role,
    Stage,
    System,
    Team,
)

Assess = Callable[[str, Jurisdiction], Assessment]
"""The score of a provider in a jurisdiction at the asked instant."""

HIT_ROLES: frozenset[Role] = frozenset({"restricting", "targeted", "affected"})
TOLD_MODALITIES: frozenset[Modality] = frozenset({"asserted", "threatened"})
DOMESTIC: frozenset[EventType] = frozenset(
    {"service_ban", "sanctions_listing", "data_privacy", "licensing_regulation", "divestiture", "antitrust", "litigation", "tariff"}
)
"""Measures that bind whoever is in the issuing jurisdiction, whether or not the text names it as affected too."""
TENTATIVE: frozenset[Stage] = frozenset({"rumoured", "proposed"})


class Wording(NamedTuple):
    """How a sentence speaks of a measure: by name, before its day and after it."""

    name: str
    coming: str
    past: str


WORDING: dict[EventType, Wording] = {
    "access_restriction": Wording("an end of access", "access ends", "access ended"),
    "service_ban": Wording("a ban", "a ban takes effect", "a ban took effect"),
    "export_control": Wording("an export control", "export controls take effect", "export controls took effect"),
    "sanctions_listing": Wording("a sanctions listing", "a sanctions listing takes effect", "a sanctions listing took effect"),
    "investment_restriction": Wording(
        "an investment restriction", "investment restrictions take effect", "investment restrictions took effect"
    ),
    "data_privacy": Wording("a data-protection measure", "a data-protection measure takes effect", "a data-protection measure took effect"),
    "licensing_regulation": Wording("a licensing rule", "a licensing rule takes effect", "a licensing rule took effect"),
    "antitrust": Wording("an antitrust measure", "an antitrust measure takes effect", "an antitrust measure took effect"),
    "tariff": Wording("a tariff", "a tariff takes effect", "a tariff took effect"),
    "divestiture": Wording("a forced sale", "a forced sale is due", "a forced sale was due"),
    "litigation": Wording("a court case", "a court order takes effect", "a court order took effect"),
    "relief": Wording("a relief", "a relief takes effect", "a relief took effect"),
    "mitigation": Wording("a migration offer", "a migration offer starts", "a migration offer started"),
}


def exposures(
    teams: Iterable[Team],
    events: Iterable[Event],
    assess: Assess,
    providers: Mapping[str, Provider],
    as_of: datetime,
    regions: Mapping[str, tuple[Jurisdiction, ...]],
) -> list[Exposure]:
    """Event × dependency for every team, most urgent first; `regions` says which members a group such as EU has.

    A dependency is hit when its provider restricts, is targeted or is affected and the measure binds a place it is called
    from or has users in; a measure on its owner, or one that names nobody and covers it, hits it where it scores. A provider
    that is an alternative is never hit, nor one only mentioned beside others that are; neither is anyone by an event that is
    withdrawn, denied or hypothetical, nor by an offer. `score` is the provider's in the worst hit place; `level` is this event's
    own (see `event_level`); `team_score` is what the score means here.
    """
    hitting = [event for event in events if _can_hit(event)]
    context = _Context(assess, providers, as_of)
    found = [
        _exposure((team, system, _as_one(hit)), event, _places(event, _as_one(hit), regions, context), context)
        for team in teams
        for system in team.systems
        for provider in dict.fromkeys(dependency.provider for dependency in system.dependencies)
        for event in hitting
        if (hit := [one for one in system.dependencies if one.provider == provider and _places(event, one, regions, context)])
    ]
    return sorted(found, key=_urgency)


def hit_places(event: Event, dependency: Dependency, regions: Mapping[str, tuple[Jurisdiction, ...]]) -> tuple[Jurisdiction, ...]:
    """The dependency's own places (called from, users in) that the measure binds; a group binds its members."""
    bound = set(event.affected)
    if event.type in DOMESTIC or any(kind in DOMESTIC for kind in event.beneath):
        bound |= set(event.issuing)
    for group in tuple(bound):
        bound |= set(regions.get(group, ()))
    own = {*dependency.called_from, *dependency.users_in}
    groups_hit = {place for place in own if bound & set(regions.get(place, ()))}
    return tuple(sorted((own & bound) | groups_hit))


def event_level(event: str, assessment: Assessment) -> Level:
    """The level this event has by itself: the pair's level for the heaviest, one lower for each halving of its points."""
    points = {factor.event: factor.points for factor in assessment.factors}
    own, heaviest = points.get(event, 0), max(points.values(), default=0)
    if own <= 0:
        return "none"
    steps = (heaviest // own).bit_length() - 1
    return LEVELS[max(LEVELS.index(assessment.level) - steps, min(1, LEVELS.index(assessment.level)))]


def next_deadline(event: Event, today: date) -> date | None:
    """The first day still to come on which the measure takes effect or comments close; None when there is none."""
    days = [day for day in (event.dates.effective, event.dates.comment) if day is not None and day >= today]
    return min(days, default=None)


class _Context(NamedTuple):
    assess: Assess
    providers: Mapping[str, Provider]
    as_of: datetime


def _places(
    event: Event, dependency: Dependency, regions: Mapping[str, tuple[Jurisdiction, ...]], context: _Context
) -> tuple[Jurisdiction, ...]:
    """Where the dependency is hit, by name or, where the event has points, through an owner or as one of a class; empty when nowhere."""
    role, named = event.providers.get(dependency.provider), {provider for provider, held in event.providers.items() if held in HIT_ROLES}
    if role in HIT_ROLES:
        return hit_places(event, dependency, regions)
    if role == "alternative" or (named and (role is not None or not named & owners(dependency.provider, context.providers))):
        return ()
    places = hit_places(event, dependency, regions)
    return tuple(place for place in places if event_level(event.id, context.assess(dependency.provider, place)) != "none")


def owners(provider: str, providers: Mapping[str, Provider]) -> set[str]:
    """Who owns a provider, in part or whole, and who owns those."""
    found: set[str] = set()
    waiting = [provider]
    while waiting:
        known = providers.get(waiting.pop())
        new = {parent.id for parent in known.parents} - found if known else set()
        found |= new
        waiting.extend(new)
    return found


def _can_hit(event: Event) -> bool:
    return not event.withdrawn and event.modality in TOLD_MODALITIES and event.type != "mitigation"


def _exposure(use: tuple[Team, System, Dependency], event: Event, places: tuple[Jurisdiction, ...], context: _Context) -> Exposure:
    team, system, dependency = use
    assessments = [context.assess(dependency.provider, place) for place in places]
    provider = context.providers.get(dependency.provider)
    way = _way(system.id, dependency, provider.name if provider else dependency.provider, places)
    today, score = context.as_of.date(), max(assessment.score for assessment in assessments)
    event = event.model_copy(update={"stage": _stage(event, assessments)})
    return Exposure(
        team=team.id,
        system=system.id,
        provider=dependency.provider,
        jurisdictions=places,
        event=event.id,
        type=event.type,
        stage=event.stage,
        score=score,
        level=max((event_level(event.id, assessment) for assessment in assessments), key=LEVELS.index),
        meaning=f"{way}: {consequence(event, today)}.",
        deadline=next_deadline(event, today),
        criticality=system.criticality,
        substitutability=dependency.substitutability,
        team_score=team_score(score, system.criticality, dependency.substitutability),
    )


def _stage(event: Event, assessments: Iterable[Assessment]) -> Stage:
    """The stage on the asked day: a measure comes into force by its day alone, and where it scores the score knows that."""
    counted = {factor.stage for one in assessments for factor in one.factors if factor.event == event.id}
    return "in_force" if "in_force" in counted else event.stage


def _way(system: str, dependency: Dependency, provider: str, places: tuple[Jurisdiction, ...]) -> str:
    called = [place for place in places if place in dependency.called_from]
    if called:
        return f"{system} calls {provider} from {_listed(called)}"
    return f"{system} uses {provider} for users in {_listed(places)}"


def consequence(event: Event, today: date) -> str:
    """What the measure does and when, as the second half of a sentence: "access ends on 2024-07-09, 13 days from now"."""
    words = WORDING[event.type]
    if event.stage in ("suspended", "rescinded"):
        return f"{words.name} was {event.stage}"
    if event.stage in TENTATIVE or event.modality == "threatened":
        return "; ".join([f"{words.name} is {_manner(event)}", *_tentative_days(event, today)])
    effective = event.dates.effective
    if effective is not None:
        return f"{words.coming} on {_countdown(effective, today)}" if effective >= today else f"{words.past} on {effective}"
    if month := event.dates.months.get("effective"):
        return f"{words.coming} in {month}" if month >= today.isoformat()[:7] else f"{words.past} in {month}"
    return f"{words.name} is in force" if event.stage == "in_force" else f"{words.name} is {event.stage}, no day stated"


def _manner(event: Event) -> str:
    return "threatened" if event.modality == "threatened" else event.stage


def _tentative_days(event: Event, today: date) -> Iterator[str]:
    if (comment := event.dates.comment) is not None and comment >= today:
        yield f"comments close on {_countdown(comment, today)}"
    if (effective := event.dates.effective) is not None and effective >= today:
        yield f"it would take effect on {_countdown(effective, today)}"


def _countdown(day: date, today: date) -> str:
    left = (day - today).days
    return f"{day}, today" if left == 0 else f"{day}, {left} day{'s' if left > 1 else ''} from now"


def _listed(places: Iterable[str]) -> str:
    *first, last = places
    return f"{', '.join(first)} and {last}" if first else last


def _as_one(hit: Sequence[Dependency]) -> Dependency:
    """What is hit of one provider in one system, told once: a system may use two products of it, each from places of its own."""
    return hit[0].model_copy(
        update={
            "called_from": tuple(dict.fromkeys(place for one in hit for place in one.called_from)),
            "users_in": tuple(dict.fromkeys(place for one in hit for place in one.users_in)),
            "substitutability": max((one.substitutability for one in hit), key=SUBSTITUTABILITY.__getitem__),
        }
    )


def _urgency(exposure: Exposure) -> tuple[object, ...]:
    criticality = ("critical", "high", "medium", "low").index(exposure.criticality)
    deadline = exposure.deadline or date.max
    return (-LEVELS.index(exposure.level), deadline, -exposure.score, criticality, exposure.team, exposure.system, exposure.event)
