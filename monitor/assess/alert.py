"""What is worth interrupting a person for, before any team says what it depends on.

In: an event as known at an instant, and the alerts given before. Out: an alert, or None; then the digest tells what there is to tell.
An interruption that turns out wrong costs the trust that the next one needs, so precision comes before recall here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from math import floor
from typing import Final

from monitor.assess.constants import BAND_FLOOR, NEWS_CYCLE_DAYS
from monitor.assess.factors import ACTIVE
from monitor.assess.question import Question
from monitor.assess.rate import contributions
from monitor.assess.stage import HALTED
from monitor.model import Alert, AlertPair, AlertReason, Event, Jurisdiction, Level, Provider, Stage, StageStep

ALERT_LEVEL: Final[Level] = "medium"
"""The band an event must reach *by itself* for a provider in a place: what is lower constrains little or is far from decided, and a
day's delay costs nothing. The pair's whole score is not asked: it may be high for what was told long ago."""
ALERT_ORIGINS: Final = 2
"""Independent origins, unless it is the act itself: one report can be misread by a machine, and most that are stand alone."""
_SAME_NEWS: Final = timedelta(days=NEWS_CYCLE_DAYS)
_PHASE: Final[Mapping[Stage, int]] = {
    "suspended": 0, "rescinded": 0, "rumoured": 1, "proposed": 1, "announced": 2, "final": 2, "in_force": 3,
}  # fmt: skip
"""Steps a person acts on: it may come, it will come, it is here. Reporters use the stages within one for the same news."""


def alert(
    event: Event,
    told: Sequence[Alert],
    as_of: datetime,
    providers: Mapping[str, Provider],
    regions: Mapping[str, tuple[Jurisdiction, ...]],
    floor_points: int = BAND_FLOOR[ALERT_LEVEL],
) -> Alert | None:
    """The alert that the event is worth at `as_of` after those `told` before, in any order; pure.

    - **new**: it reaches `floor_points` for some provider in some place, and two independent origins or a primary source tell it, or
      an analyst confirmed it.
    - **advanced**: it was alerted before, and the same holds for a step into a further phase (proposed, decided, in force) that is
      not part of the same days' news and not just the arrival of the day that the last alert gave.
    - **lifted**: it was alerted before, and is now suspended or rescinded; weight plays no part.

    What becomes news within two days of an alert for the same provider in the same place is part of that interruption.
    A moved day and a retracted report are told by `correction`; they interrupt only who was interrupted before.
    """
    step = event.stages[-1]
    if event.withdrawn or event.type == "mitigation" or not _is_certain(event, step):
        return None
    own = max((one for one in told if one.event == event.id), key=lambda one: one.at, default=None)
    if own is not None and event.stage in HALTED:
        return _alert(event, step, "lifted", own.pairs, as_of) if own.stage not in HALTED else None
    pairs = _pairs(event, as_of, providers, regions, floor_points)
    if not pairs or _is_part_of(told, event, step, pairs):
        return None
    if own is None:
        return _alert(event, step, "new", pairs, as_of)
    return _alert(event, step, "advanced", pairs, as_of) if _is_further(event, step, own) else None


def correction(event: Event, told: Sequence[Alert], as_of: datetime) -> Alert | None:
    """What must be heard by whoever got the alerts `told`, although the measure took no step; pure.

    - **withdrawn**: the reports that the event rests on were retracted.
    - **moved**: the day on which it takes effect is another one than the last alert gave, told as surely as an alert must be.
    """
    own = max((one for one in told if one.event == event.id), key=lambda one: one.at, default=None)
    if own is None or own.reason == "withdrawn":
        return None
    step = event.stages[-1]
    if event.withdrawn:
        return _alert(event, step, "withdrawn", own.pairs, as_of)
    day, halted = event.dates.effective, event.stage in HALTED or own.stage in HALTED
    if halted or day is None or own.effective is None or day == own.effective or not _is_certain(event, step):
        return None
    newest = max(event.evidence, key=lambda proof: proof.retrieved_at).document if event.evidence else step.documents[0]
    return _alert(event, step, "moved", own.pairs, as_of).model_copy(update={"document": newest})


def _is_certain(event: Event, step: StageStep) -> bool:
    known = event.primary_source or event.confirmed or len(event.origins) >= ALERT_ORIGINS
    return known and (step.primary or event.confirmed or step.origins >= ALERT_ORIGINS or not step.documents)


def _is_part_of(told: Sequence[Alert], event: Event, step: StageStep, pairs: Sequence[AlertPair]) -> bool:
    """Whether another event interrupted for one of these pairs in the days of this step."""
    where = {(pair.provider, pair.jurisdiction) for pair in pairs}
    close = (one for one in told if one.event != event.id and abs(step.recorded_at - one.at) <= _SAME_NEWS)
    return any((pair.provider, pair.jurisdiction) in where for one in close for pair in one.pairs)


def _is_further(event: Event, step: StageStep, own: Alert) -> bool:
    foretold = event.stage == "in_force" and own.effective is not None and own.effective <= step.recorded_at.date()
    return _PHASE[event.stage] > _PHASE[own.stage] and step.recorded_at - own.at > _SAME_NEWS and not foretold


def _pairs(
    event: Event, as_of: datetime, providers: Mapping[str, Provider], regions: Mapping[str, tuple[Jurisdiction, ...]], least: int
) -> tuple[AlertPair, ...]:
    """Named providers, or all that a nameless measure covers, in the places it names, with what the event alone weighs there."""
    named = [provider for provider, role in event.providers.items() if role in ACTIVE] or list(providers)
    found = []
    for place in sorted({*event.affected, *event.issuing}):
        for provider in named:
            for counted in contributions([event], Question(provider, place, as_of, providers, regions)):
                if (points := floor(100 * counted.size)) >= least:
                    found.append(AlertPair(provider=provider, jurisdiction=place, points=points))
    return tuple(sorted(found, key=lambda pair: (-pair.points, pair.provider, pair.jurisdiction)))


def _alert(event: Event, step: StageStep, reason: AlertReason, pairs: tuple[AlertPair, ...], as_of: datetime) -> Alert:
    return Alert(
        event=event.id, at=as_of, reason=reason, title=event.title, type=event.type, stage=event.stage, effective=event.dates.effective,
        pairs=pairs, document=(step.documents or event.documents)[0], confidence=event.confidence, origins=len(event.origins),
    )  # fmt: skip
