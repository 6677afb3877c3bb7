"""The plain answers of a dossier: an assessment and its events come in, "can we use it there, until when, how sure" go out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from monitor.model import LEVELS, Assessment, Event, EventType, NotOffered, Noun, Provider

Usable = Literal["yes", "until", "no", "check", "unknown"]

CUTTING: frozenset[EventType] = frozenset({"access_restriction", "service_ban", "sanctions_listing"})
SECTORAL: frozenset[EventType] = frozenset(
    {"export_control", "investment_restriction", "tariff", "licensing_regulation", "sanctions_listing"}
)
"""Measures that reach a country's industry and not only whom they name."""
FIRM = frozenset({"announced", "final", "in_force"})


class Verdict(Noun):
    """What the record says about use of a provider in a jurisdiction; no legal advice."""

    usable: Usable
    until: date | None = None
    answer: str
    certainty: str


def verdict(provider: Provider, assessment: Assessment, events: Sequence[Event], known_not_offered: NotOffered | None) -> Verdict:
    """The answer for one provider; `events` are those that score in `assessment`, on the dossier's day."""
    place, today = assessment.jurisdiction, assessment.as_of.date()
    sure = certainty(assessment, events)
    cutting = [event for event in events if _cuts(event)]
    dated = sorted(event.dates.effective for event in cutting if event.dates.effective)
    if dated and dated[0] <= today:
        return Verdict(usable="no", until=dated[0], answer=f"No: cut off in {place} since {dated[0]}.", certainty=sure)
    if any(event.stage == "in_force" for event in cutting):
        return Verdict(usable="no", answer=f"No: a cut-off in {place} is in force.", certainty=sure)
    if dated:
        left = (dated[0] - today).days
        return Verdict(usable="until", until=dated[0], answer=f"Only until {dated[0]} ({_days(left)} left).", certainty=sure)
    if cutting:
        return Verdict(usable="check", answer=f"Not for long: a cut-off in {place} is announced, no day stated.", certainty=sure)
    if known_not_offered and place in known_not_offered.places:
        return Verdict(usable="no", answer=f"No: {provider.name} itself does not offer it in {place}.", certainty=sure)
    return _open_verdict(provider, assessment, known_not_offered, sure)


def certainty(assessment: Assessment, events: Iterable[Event]) -> str:
    """How sure the record is, in words: independent origins, official source or not, disputes, age of the data."""
    told = list(events)
    if not told:
        parts = ["no measure on record; silence is no clearance"]
    else:
        origins = {origin for event in told for origin in event.origins}
        official = sum(event.primary_source for event in told)
        parts = [f"{len(origins)} independent origin{'s' if len(origins) != 1 else ''}"]
        parts.append(f"official source for {official} of {len(told)} measures" if official else "no official source yet")
    if assessment.disputed:
        parts.append("disputed")
    if assessment.stale:
        parts.append("the data was stale on that day")
    return "; ".join(parts)


def known_by(fact: NotOffered | None, day: date) -> NotOffered | None:
    """The catalogue's fact as far as it was known on `day`; one without a day cannot be dated back and is left out."""
    return fact if fact and fact.as_of and fact.as_of <= day else None


def binding(events: Iterable[Event], assessment: Assessment) -> tuple[Event, ...]:
    """The events that carry points in the assessment, heaviest first."""
    by_id = {event.id: event for event in events}
    return tuple(by_id[factor.event] for factor in assessment.factors if factor.points > 0 and factor.event in by_id)


def context(events: Iterable[Event], provider: Provider, scored: Iterable[Event]) -> tuple[Event, ...]:
    """Measures on the provider's home and sectors that do not name it: to be known, not scored."""
    taken = {event.id for event in scored}
    return tuple(event for event in events if event.id not in taken and _surrounds(event, provider))


def _surrounds(event: Event, provider: Provider) -> bool:
    if event.withdrawn or event.type not in SECTORAL or event.providers.get(provider.id) not in (None, "mentioned"):
        return False
    return provider.home in event.affected and not set(provider.sectors).isdisjoint(event.sectors)


def _cuts(event: Event) -> bool:
    return event.type in CUTTING and event.stage in FIRM and event.modality == "asserted" and not event.withdrawn


def _open_verdict(provider: Provider, assessment: Assessment, known_not_offered: NotOffered | None, sure: str) -> Verdict:
    """The answer where nothing cuts it off: a yes needs a reason beside silence."""
    place = assessment.jurisdiction
    if LEVELS.index(assessment.level) >= LEVELS.index("medium"):
        answer = f"With conditions: measures of level {assessment.level} apply; have them checked first."
        return Verdict(usable="check", answer=answer, certainty=sure)
    if assessment.stale:
        return Verdict(usable="unknown", answer="Unknown: nothing of weight is on record, but the data was stale.", certainty=sure)
    later = provider.not_offered
    if known_not_offered is None and later and place in later.places:
        answer = f"Unknown for that day: {provider.name} lists {place} as not supported (checked {later.as_of or 'without a date'})."
        return Verdict(usable="unknown", answer=answer, certainty=sure)
    if known_not_offered or provider.home == place:
        return Verdict(usable="yes", answer="Yes, as far as the record goes: no measure of weight.", certainty=sure)
    answer = f"Unknown: no measure of weight, and no word on whether it is offered in {place}."
    return Verdict(usable="unknown", answer=answer, certainty=sure)


def _days(count: int) -> str:
    return f"{count} day{'s' if count != 1 else ''}"
