"""The score in words: one sentence per factor, and what is not known.

In: events and a question. Out: plain English sentences.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from monitor.assess.factors import reach
from monitor.assess.question import Question
from monitor.assess.stage import PENDING, stage_on
from monitor.model import DecisionKind, Modality
from monitor.model.event_brief import Weighable

_MODALITY: Final[dict[Modality, str]] = {
    "asserted": "", "threatened": "it is a threat so far", "denied": "it is denied", "hypothetical": "it is a hypothesis",
    "historical": "it is known from background reports only",
}  # fmt: skip
_DECIDED: Final[dict[DecisionKind, str]] = {
    "confirm": "{} confirmed it", "dispute": "{} disputes it", "correct": "{} corrected its record",
    "merge": "{} joined it with another report of it", "split": "{} parted it from another measure",
}  # fmt: skip
_TIES: Final = {"restricting": "{} itself restricts", "targeted": "{} is its target", "affected": "{} is affected without being its target"}


def why(event: Weighable, question: Question, weights: Mapping[str, float]) -> str:
    """One sentence: what happened, how the provider is tied to it, how certain it is, and what lowers its weight."""
    name, tie = question.name_of(question.provider), reach(event, question)[1]
    parts = [
        _TIES[tie].format(name) if tie in _TIES else f"it reaches {name} {tie}",
        _timing(event, question),
        _place(question, weights["jurisdiction"]),
        _sources(event),
        *_decided(event),
        _MODALITY[event.modality],
        f"news of it has faded to {weights['decay']:.0%}" if weights["decay"] < 0.995 else "",
        "it is disputed and counts half" if event.disputed else "",
    ]
    return f"{event.title}: {'; '.join(part for part in parts if part)}."


def unknowns(events: Sequence[Weighable], question: Question) -> tuple[str, ...]:
    """What would make the answer surer, in the order of the events; never empty when nothing is on record."""
    where, name = question.jurisdiction, question.name_of(question.provider)
    said = [] if question.provider in question.providers else [f"{question.provider} is not in the catalogue: its owners are not known."]
    if question.stale:
        said.append("The data is stale: something may have happened since it was last refreshed.")
    if not events:
        said.append(f"No event on record concerns {name} in {where}; this is an absence of reports, not a finding of safety.")
    said += [sentence for event in events for sentence in _gaps(event, question)]
    if events and not any(event.primary_source for event in events):
        said.append("No primary source (regulator, or the provider's own notice) is among the evidence.")
    return tuple(dict.fromkeys([*said, *_not_offered(question)]))


def _gaps(event: Weighable, question: Question) -> list[str]:
    said = []
    stage = stage_on(event, question.as_of)
    if event.dates.effective is None and stage in (*PENDING, "proposed"):
        month = event.dates.months.get("effective")
        said.append(f"{event.title}: " + (f"only the month of effect is stated ({month})." if month else "no effective date is stated."))
    if not event.affected and not event.issuing:
        said.append(f"{event.title}: no place is named, so it counts weakly everywhere.")
    if event.lone_origin and not event.primary_source and not event.confirmed:
        said.append(f"{event.title}: rests on a single origin ({event.lone_origin}).")
    for role, days in event.date_conflicts.items():
        said.append(f"{event.title}: sources differ on the {role} day ({_days(days)}).")
    return said


def _not_offered(question: Question) -> list[str]:
    provider = question.providers.get(question.provider)
    if provider is None or provider.not_offered is None or question.jurisdiction not in provider.not_offered.places:
        return []
    since = f" (checked {provider.not_offered.as_of.isoformat()})" if provider.not_offered.as_of else ""
    return [f"{provider.name} itself does not list {question.jurisdiction} as supported{since}; the score counts dated measures only."]


def _timing(event: Weighable, question: Question) -> str:
    stage, effective = stage_on(event, question.as_of), event.dates.effective
    if effective is None or stage in ("suspended", "rescinded"):
        return f"its stage is {stage.replace('_', ' ')}"
    days = (effective - question.as_of.date()).days
    if stage == "in_force":
        return f"it has been in force since {effective.isoformat()}" if days <= 0 else "it is in force"
    return f"it takes effect on {effective.isoformat()}, in {days} day{'s' if days != 1 else ''}"


def _place(question: Question, match: float) -> str:
    if match >= 1:
        return f"it covers {question.jurisdiction}"
    return f"its tie to {question.jurisdiction} counts at {match:.2g}"


def _sources(event: Weighable) -> str:
    if event.primary_source:
        return "a primary source states it"
    count = event.origin_count
    return f"{count} independent origins tell it" if count > 1 else f"a single origin of {event.reliability} reliability tells it"


def _decided(event: Weighable) -> list[str]:
    """What analysts say of it."""
    if not event.decisions:
        return []
    by = {kind: next((one.author for one in reversed(event.decisions) if one.holds and one.kind == kind), "") for kind in _DECIDED}
    return [_DECIDED[kind].format(author) for kind, author in by.items() if author]


def _days(days: Sequence[date]) -> str:
    return ", ".join(day.isoformat() for day in days)
