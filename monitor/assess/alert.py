"""What is worth interrupting a person for, before any team says what it depends on.

In: an event as known at an instant, and the alerts given before. Out: an alert, or None; then the digest tells what there is to tell.
An interruption that turns out wrong costs the trust that the next one needs, so precision comes before recall here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import floor
from typing import Final

from monitor.assess.constants import ESTABLISHED_ORIGINS, NEWS_CYCLE_DAYS, SAME_NEWS_DAYS
from monitor.assess.echo import further_voices
from monitor.assess.factors import ACTIVE
from monitor.assess.measure import EITHER, FAMILY
from monitor.assess.question import Question
from monitor.assess.rate import contributions
from monitor.assess.stage import HALTED, PHASE, put_off_to
from monitor.assess.wave import QUIET
from monitor.model import MODIFIERS, Alert, AlertPair, AlertReason, DayRole, Event, EventType, Jurisdiction, Provider, StageStep, Wave

ALERT_POINTS: Final = 15
"""What an event must weigh *by itself* for a provider in a place: an antitrust suit or a decided duty does, a plan that names it does
not. The pair's whole score is not asked: it may be high for what was told long ago."""
NAMELESS_POINTS: Final = 4
"""The same where a measure names nobody and at least three independent origins tell it in the same days: a draft law that covers a
sector is light for each of its firms, but all of them must prepare."""
ALERT_ORIGINS: Final = 2
"""Independent origins, unless it is the act itself: one report can be misread by a machine, and most that are stand alone."""
PLAIN_POINTS: Final = 8
"""The same where a headline says plainly that a named firm was hit: one voice is half of what two weigh, and an antitrust suit or a fine
that one careful report tells must not wait for the second."""
_LOOSE: Final = frozenset({"service_ban", "litigation", "relief"})
"""What reporters also call a measure of another kind."""
_PLAN: Final = re.compile(r"\b(?:bills?|proposals?|proposed|plan(?:s|ned)?|drafts?|would)\b", re.IGNORECASE)
_LISTINGS: Final = frozenset({"export_control", "sanctions_listing"})
_SAME_NEWS: Final = timedelta(days=NEWS_CYCLE_DAYS)
_EVE: Final = timedelta(days=1)


@dataclass(frozen=True)
class Around:
    """What an event is judged in: the catalogue's providers and regions, and the events of these days, itself among them or not."""

    providers: Mapping[str, Provider]
    regions: Mapping[str, tuple[Jurisdiction, ...]]
    beside: Sequence[Event] = ()


def alert(event: Event, told: Sequence[Alert], as_of: datetime, around: Around, floor_points: int = ALERT_POINTS) -> Alert | None:
    """The alert that the event is worth at `as_of` after those `told` before, in any order; pure.

    - **new**: it reaches `floor_points` for some provider in some place, and two independent origins or a primary source tell it in
      the same days, or one in a headline that leaves nothing to misread, or an analyst confirmed it.
    - **advanced**: it was alerted before, and the same holds for a step into a further phase (proposed, decided, in force) that is
      not part of the same days' news and not just the arrival of the day that the last alert gave.
    - **again**: it was alerted before, and many origins that were silent for days tell it as news: a further act of the same kind.
    - **lifted**: it was alerted before, and is now suspended or rescinded; then weight plays no part. Or it was decided before we knew of
      it, would be worth an alert if it stood, and independent origins tell its end.

    Origins that tell the same under another name count with those of the event: see echo.py.
    A further act (**again**) asks for a headline that says it plainly, unless a plan is told. That firms are listed, none of which we know,
    is no alert.
    What becomes news within two days of an alert for the same provider in the same place is part of that interruption.
    A moved day and a retracted report are told by `correction`; they interrupt only who was interrupted before.
    """
    step, wave = event.stages[-1], event.wave
    if event.withdrawn or event.type == "mitigation":
        return None
    own = max((one for one in told if one.event == event.id), key=lambda one: one.at, default=None)
    if own is not None and event.stage in HALTED:
        is_news = own.stage not in HALTED and _is_certain(event, step)
        return _alert(event, step, "lifted", own.pairs, as_of) if is_news else None
    if event.stage in HALTED:
        stood = _as_it_stood(event, as_of)
        least = min(NAMELESS_POINTS, floor_points) if _is_nameless(event) else floor_points
        pairs = _pairs(stood, as_of, around, least) if stood else ()
        return _alert(event, step, "lifted", pairs, as_of) if pairs and not _is_part_of(told, event, step, pairs, around.regions) else None
    hit = _as_told(event)
    if _lists_others(hit):
        return None
    # Laws for one sector are many, where states are busy: only what is told plainly is one with another.
    echoed = further_voices(hit, around.beside) if not _is_nameless(hit) or (wave and wave.plain) else 0
    pairs = _pairs(hit, as_of, around, _least(hit, floor_points, echoed))
    news: StageStep | Wave = wave or step
    reason: AlertReason | None = "new" if event.confirmed or (wave and _is_told(event, wave, echoed)) else None
    if own is not None:
        if _is_certain(event, step) and (event.confirmed or (wave and _is_news(step, wave))) and _is_further(event, step, own):
            news, reason = step, "advanced"
        else:
            reason = "again" if wave and _is_again(event, wave, own, echoed) else None
    if not pairs or reason is None or _is_part_of(told, event, news, pairs, around.regions):
        return None
    return _alert(event, news, reason, pairs, as_of)


def _as_it_stood(event: Event, as_of: datetime) -> Event | None:
    """A measure that ended before anybody was warned of it, as it was; None unless it was decided when we first heard of it, and its end is
    sure and news, of three origins where it names nobody. What was only planned, or is put off to a known day, has not ended.
    """
    kind = next((kind for kind in (event.type, *event.beneath) if kind not in MODIFIERS), None)
    step = event.stages[-1]
    is_news = step.stage in HALTED and as_of - step.recorded_at <= _SAME_NEWS and _is_certain(event, step)
    is_vague = _is_nameless(event) and step.origins < ESTABLISHED_ORIGINS
    if kind is None or not is_news or is_vague or put_off_to(event) or _was_planned(event):
        return None
    stood = step.model_copy(update={"stage": "in_force"})
    return event.model_copy(update={"type": kind, "stage": "in_force", "stages": (stood,)})


def _was_planned(event: Event) -> bool:
    """Whether nothing tells that the measure was more than a plan: an earlier stage says so, else the words of what is told."""
    earlier = [PHASE[step.stage] for step in event.stages[:-1] if step.stage not in HALTED]
    if earlier:
        return max(earlier) < PHASE["announced"]
    return bool(event.evidence) and all(_PLAN.search(proof.quote) for proof in event.evidence)


def _as_told(event: Event) -> Event:
    """The event with those hit whom the news of these days names: reports of weeks ago may have been about others."""
    if event.wave is None or event.wave.parties is None:
        return event
    named = {p: role for p, role in event.providers.items() if role not in ACTIVE or p in event.wave.parties}
    return event.model_copy(update={"providers": named})


def _least(event: Event, floor_points: int, echoed: int) -> int:
    """The points that suffice for how it is told in these days, `floor_points` at most."""
    wave = event.wave
    if wave and _is_nameless(event):
        origins = wave.origins + echoed
        several = origins >= ESTABLISHED_ORIGINS or (wave.plain and (wave.primary or origins >= ALERT_ORIGINS))
        return min(NAMELESS_POINTS, floor_points) if several else floor_points
    return min(PLAIN_POINTS, floor_points) if wave and _is_plain(event, wave) else floor_points


def _lists_others(event: Event) -> bool:
    """Whether all that is told now is that firms were put on a list, none of which we know: it hits those on it, not all in the same
    trade.
    """
    is_list = event.type in _LISTINGS and event.wave is not None and event.wave.listing
    return is_list and _is_nameless(event) and not event.confirmed


def _is_nameless(event: Event) -> bool:
    return not any(role in ACTIVE for role in event.providers.values())


def _is_told(event: Event, wave: Wave, echoed: int) -> bool:
    """Whether it is told at once, as planned or decided, by two origins or a primary source, or by one in so many words."""
    if wave.stage == "rumoured":
        return False
    several = len(event.origins) + echoed >= ALERT_ORIGINS and wave.origins + echoed >= ALERT_ORIGINS
    return several or wave.primary or _is_plain(event, wave)


def _is_plain(event: Event, wave: Wave) -> bool:
    """Whether a headline says in so many words that somebody whom the event names was hit or acts."""
    return wave.plain and bool({"restricting", "targeted"} & {*event.providers.values()})


def correction(event: Event, told: Sequence[Alert], as_of: datetime) -> Alert | None:
    """What must be heard by whoever got the alerts `told`, although the measure took no step; pure.

    - **withdrawn**: the reports that the event rests on were retracted.
    - **moved**: the day on which it takes effect, or until which one may comment and that is not over, is another one than the last alert
      gave, told as surely as an alert must be.
    """
    own = max((one for one in told if one.event == event.id), key=lambda one: one.at, default=None)
    if own is None or own.reason == "withdrawn":
        return None
    step = event.stages[-1]
    if event.withdrawn:
        return _alert(event, step, "withdrawn", own.pairs, as_of)
    moved = tuple(_moved(event, own, as_of.date()))
    if not moved or event.stage in HALTED or own.stage in HALTED or not _is_certain(event, step):
        return None
    newest = max(event.evidence, key=lambda proof: proof.retrieved_at).document if event.evidence else step.documents[0]
    return _alert(event, step, "moved", own.pairs, as_of).model_copy(update={"document": newest, "moved": moved})


def _moved(event: Event, own: Alert, today: date) -> Iterator[DayRole]:
    """The days that both know and that differ; that comments closed on another day than we said helps nobody any more."""
    if own.effective is not None and event.dates.effective is not None and event.dates.effective != own.effective:
        yield "effective"
    old, new = own.comment, event.dates.comment
    if old is not None and new is not None and old != new and max(old, new) >= today:
        yield "comment"


def _is_certain(event: Event, step: StageStep) -> bool:
    known = event.primary_source or event.confirmed or len(event.origins) >= ALERT_ORIGINS
    return known and (step.primary or event.confirmed or step.origins >= ALERT_ORIGINS or not step.documents)


def _is_part_of(
    told: Sequence[Alert],
    event: Event,
    news: StageStep | Wave,
    pairs: Sequence[AlertPair],
    regions: Mapping[str, tuple[Jurisdiction, ...]],
) -> bool:
    """Whether other events interrupted in the days of this news for half of these providers, there or where the measure comes from,
    with at least half its weight: a law for a whole class does not hide the case against one firm, nor what one power does what another
    one does in return. What three origins tell as another kind of measure is one.
    """
    halted = event.stage in HALTED  # that a measure ended hides no other one
    close = (
        one for one in told if one.event != event.id and (halted or one.reason != "lifted") and abs(news.recorded_at - one.at) <= _SAME_NEWS
    )
    close = (one for one in close if not _is_of_others(one, event, regions))
    if isinstance(news, Wave) and news.alike >= ESTABLISHED_ORIGINS:
        close = (one for one in close if _could_be(one.type, event.type))
    warned: dict[tuple[str, str], int] = {}
    for pair in (pair for one in close for pair in one.pairs):
        key = pair.provider, pair.jurisdiction
        warned[key] = max(pair.points, warned.get(key, 0))
    places = {pair: (pair.jurisdiction, *event.issuing) for pair in pairs}
    theirs = {pair.provider for pair in pairs if any(2 * warned.get((pair.provider, place), 0) >= pair.points for place in places[pair])}
    return bool(theirs) and 2 * len(theirs) >= len({pair.provider for pair in pairs})


def _is_of_others(one: Alert, event: Event, regions: Mapping[str, tuple[Jurisdiction, ...]]) -> bool:
    """Whether the alert was for a measure that other powers take; who belongs to one region is often told for the other."""
    theirs, ours = {*one.issuing}, {*event.issuing}
    if not theirs or not ours or theirs & ours:
        return False
    return not any(theirs & {region, *members} and ours & {region, *members} for region, members in regions.items())


def _could_be(one: EventType, other: EventType) -> bool:
    """Whether reporters call one measure by both these kinds."""
    families = {FAMILY[one], FAMILY[other]}
    return len(families) == 1 or families <= EITHER or bool({one, other} & _LOOSE)


def _is_further(event: Event, step: StageStep, own: Alert) -> bool:
    foretold = event.stage == "in_force" and own.effective is not None and own.effective <= step.recorded_at.date()
    return PHASE[event.stage] > PHASE[own.stage] and step.recorded_at - own.at > _SAME_NEWS and not foretold


def _is_news(step: StageStep, wave: Wave) -> bool:
    """Whether the step is told in these days, not now and then over weeks."""
    return wave.primary or len({*step.documents} & {*wave.documents}) >= ALERT_ORIGINS


def _is_again(event: Event, wave: Wave, own: Alert, echoed: int) -> bool:
    """Whether many tell it at once who were silent, days after the last interruption."""
    if event.type == "access_restriction":
        return False  # a provider cuts off once; what follows is its echo
    is_plan = PHASE[wave.stage] < PHASE["announced"]
    if not _is_told(event, wave, echoed) or not (wave.plain or is_plan):
        return False
    since = wave.recorded_at - own.at
    # That it begins is told on the eve of the day that the last alert gave; what is decided before is news.
    foretold = own.effective is not None and -_EVE <= wave.recorded_at.date() - own.effective <= _SAME_NEWS
    alike = wave.alike + (echoed if wave.alike >= ALERT_ORIGINS else 0)
    many = alike >= ESTABLISHED_ORIGINS and wave.before * 2 < alike and since > QUIET
    some = wave.alike >= ALERT_ORIGINS and wave.before == 0 and since > timedelta(days=SAME_NEWS_DAYS)
    return not foretold and (many or (some and PHASE[wave.stage] >= PHASE["announced"]))


def _pairs(event: Event, as_of: datetime, around: Around, least: int) -> tuple[AlertPair, ...]:
    """Named providers, or all that a nameless measure covers, in the places it names, with what the event alone weighs there."""
    providers = around.providers
    named = [provider for provider, role in event.providers.items() if role in ACTIVE] or list(providers)
    found, nameless = [], _is_nameless(event)
    for place in sorted({*event.affected, *event.issuing}):
        for provider in named:
            for counted in contributions([event], Question(provider, place, as_of, providers, around.regions)):
                if (points := floor(100 * counted.size)) >= least:
                    found.append(AlertPair(provider=provider, jurisdiction=place, points=points))
    abroad = {pair: providers[pair.provider].home != pair.jurisdiction if pair.provider in providers else True for pair in found}
    # Of many that a nameless measure covers alike, those at home where it bites come first: they are cut off, others sell less.
    return tuple(sorted(found, key=lambda pair: (-pair.points, nameless and abroad[pair], pair.provider, pair.jurisdiction)))


def _alert(event: Event, news: StageStep | Wave, reason: AlertReason, pairs: tuple[AlertPair, ...], as_of: datetime) -> Alert:
    return Alert(
        event=event.id, at=as_of, reason=reason, title=event.title, type=event.type, stage=event.stage, effective=event.dates.effective,
        comment=event.dates.comment, issuing=event.issuing,
        pairs=pairs, document=(news.documents or event.documents)[0], confidence=event.confidence, origins=len(event.origins),
    )  # fmt: skip
