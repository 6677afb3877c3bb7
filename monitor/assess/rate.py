"""Events to a score: the worst event sets the band, the others move the score inside it.

In: events and a question. Out: an assessment whose factors sum to its score exactly, without alternatives.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp, floor, nextafter, prod
from typing import TypeAlias

from monitor.assess import constants as k
from monitor.assess.factors import FACTORS
from monitor.assess.narrate import unknowns, why
from monitor.assess.question import Question
from monitor.assess.stage import stage_on
from monitor.model import LEVELS, Assessment, Factor, Level, body_hash
from monitor.model.event_brief import EventBrief, Weighable

_CENTURY = 100.0
Hashes: TypeAlias = dict[str, str]
"""Hashes of the bodies of events by id, all of one instant."""


@dataclass(frozen=True)
class Contribution:
    """One event's weights for one question; `size` is their product."""

    event: Weighable
    weights: dict[str, float]
    size: float


def rate(events: Iterable[Weighable], question: Question, hashes: Hashes) -> Assessment:
    """The assessment of one provider in one jurisdiction; every number in it follows from the arguments alone. In `hashes` those of the
    events are looked up, and noted, where many pairs are asked about.
    """
    counted = contributions(events, question)
    shown = _shown(counted)
    points = shares([c.size for c in counted], shown)
    factors = tuple(_factor(c, n, question) for c, n in zip(counted, points, strict=True))
    return Assessment(
        provider=question.provider,
        jurisdiction=question.jurisdiction,
        as_of=question.as_of,
        score=shown,
        level=level_of(shown),
        factors=factors,
        unknowns=unknowns([c.event for c in counted], question),
        disputed=any(c.event.disputed for c in counted),
        stale=question.stale,
        data_as_of=question.data_as_of,
        methodology_version=k.METHODOLOGY_VERSION,
        input_digest=_digest([c.event for c in counted], question, hashes),
    )


def rated(events: Iterable[Weighable], question: Question) -> int:
    """The score of that assessment alone, which is many times cheaper."""
    return _shown([*_contributions(events, question)])


def rated_below(events: Iterable[Weighable], question: Question, limit: int) -> int | None:
    """The same where it is less than `limit`, else None: mostly one event alone shows that, and the rest is not weighed."""
    counted = []
    for contribution in _contributions(events, question):
        if _CENTURY * contribution.size >= limit:
            return None
        counted.append(contribution)
    shown = _shown(counted)
    return shown if shown < limit else None


def _shown(counted: Sequence[Contribution]) -> int:
    return max(1, floor(exact_score([c.size for c in counted]))) if counted else 0


def contributions(events: Iterable[Weighable], question: Question) -> list[Contribution]:
    """The events that count for the question, the weightiest first."""
    return sorted(_contributions(events, question), key=lambda c: (-c.size, c.event.id))


def _contributions(events: Iterable[Weighable], question: Question) -> Iterator[Contribution]:
    for event in {event.id: event for event in events}.values():
        if event.withdrawn:
            continue
        weights = _weights(event, question)
        size = prod(weights.values())
        if size > 0:
            yield Contribution(event, weights, size)


def _weights(event: Weighable, question: Question) -> dict[str, float]:
    """All factors, or those up to the first that makes the product nothing."""
    weights: dict[str, float] = {}
    for name, factor in FACTORS.items():
        weights[name] = weight = factor(event, question)
        if weight == 0:
            break
    return weights


def exact_score(sizes: Sequence[float]) -> float:
    """The score before rounding: 100 × the largest size, moved towards its band's ceiling by the others and never over it."""
    if not sizes:
        return 0.0
    ranked = sorted(sizes, reverse=True)
    worst, rest = _CENTURY * ranked[0], _CENTURY * sum(ranked[1:])
    ceiling = next((float(floor_of) for floor_of in sorted(k.BAND_FLOOR.values()) if floor_of > max(worst, 1.0)), _CENTURY)
    crowded = ceiling - (ceiling - worst) * exp(-rest / k.CROWDING_KAPPA)
    return max(worst, crowded if ceiling == _CENTURY else min(crowded, nextafter(ceiling, 0)))


def level_of(score: int) -> Level:
    """The band of a shown score."""
    return max((level for level in LEVELS if score >= k.BAND_FLOOR[level]), key=LEVELS.index)


def shares(sizes: Sequence[float], total: int) -> list[int]:
    """Whole shares of `total` in proportion to `sizes` that sum to it exactly (largest remainder; earlier ones win ties)."""
    whole = sum(sizes)
    quotas = [total * size / whole for size in sizes]
    points = [floor(quota) for quota in quotas]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (points[i] - quotas[i], i))
    for i in by_remainder[: total - sum(points)]:
        points[i] += 1
    return points


def _factor(counted: Contribution, points: int, question: Question) -> Factor:
    event = counted.event
    return Factor(
        event=event.id,
        type=event.type,
        stage=stage_on(event, question.as_of),
        points=points,
        why=why(event, question, counted.weights),
        effective=event.dates.effective,
        weights={name: round(weight, 6) for name, weight in counted.weights.items()},
        evidence=event.evidence,
    )


def _digest(events: Sequence[Weighable], question: Question, hashes: Hashes) -> str:
    """sha256 of the canonical JSON of what the score was computed from: question, events that count, owners, regions, version."""
    chain = [question.provider, *(owner for owner, _ in question.owners)]
    inputs = {
        "methodology_version": k.METHODOLOGY_VERSION,
        "provider": question.provider,
        "jurisdiction": question.jurisdiction,
        "as_of": question.as_of.isoformat(),
        "events": {event.id: _hash_of(event, hashes) for event in events},
        "providers": {
            p: question.providers[p].model_dump(mode="json", by_alias=True, exclude={"speaks"}) for p in chain if p in question.providers
        },
        "regions": {region: sorted(members) for region, members in question.regions.items()},
    }
    return body_hash(inputs)


def _hash_of(event: Weighable, hashes: Hashes) -> str:
    if isinstance(event, EventBrief):
        return event.body_hash
    if event.id not in hashes:
        hashes[event.id] = body_hash(event.model_dump(mode="json"))
    return hashes[event.id]
