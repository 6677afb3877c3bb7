"""What touches a team and what of it is news: a DigestQuery comes in, hits (event, exposures, what changed) go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from monitor.inform.query import DigestQuery
from monitor.model import LEVELS, Assessment, Event, EventType, Exposure, Level, Noun

URGENT_DAYS = 14
REMIND_AT = (14, 7, 3, 1, 0)
"""Days before a deadline at which it is told again although nothing else is new."""
CLEAR_LEVEL: Level = "high"
CUTTING: frozenset[EventType] = frozenset({"access_restriction", "service_ban", "sanctions_listing", "export_control", "divestiture"})
"""Measures that one escapes by moving to another provider; the others are a matter for compliance first."""
OPENED = "was settled, and somebody opened it again"
"""A change that the next mail tells but that is no reason for one: whoever opened it knows."""


class Hit(Noun):
    """One event as it touches one team, beside how it did at the last digest."""

    event: Event
    exposures: tuple[Exposure, ...]
    """The team's exposures now; for an event that no longer hits, those of the last digest."""
    level: Level
    level_before: Level | None
    score: int
    score_before: int | None
    deadline: date | None
    days_left: int | None
    changes: tuple[str, ...]
    reminder: bool
    gone: bool
    """Withdrawn or no longer hitting the team."""

    @property
    def new(self) -> bool:
        """Whether the team is told of it for the first time."""
        return self.level_before is None

    @property
    def news(self) -> bool:
        """Whether it is a reason to send a mail."""
        return self.new or self.changed or self.reminder

    @property
    def changed(self) -> bool:
        """Whether the event or what it means here is not as it was told."""
        return any(change != OPENED for change in self.changes)

    @property
    def urgent(self) -> bool:
        """Whether it belongs under "act now": a deadline within 14 days, or level high and up."""
        near = self.days_left is not None and self.days_left <= URGENT_DAYS
        return not self.gone and (near or LEVELS.index(self.level) >= LEVELS.index(CLEAR_LEVEL))

    def reaches(self, level: Level) -> bool:
        """Whether it is or was at `level` or above."""
        worst = max((self.level, self.level_before or "none"), key=LEVELS.index)
        return LEVELS.index(worst) >= LEVELS.index(level)


def hits(query: DigestQuery) -> list[Hit]:
    """Every event that touches or touched the team's dependencies and is not settled, most urgent first."""
    now = _by_event(query.exposures, query.team.id)
    before = _by_event(query.previous_exposures, query.team.id)
    events = {event.id: event for event in (*query.previous_events, *query.events)}
    found = [
        _hit(query, events[key], _open(now.get(key, ())), _comparable(before.get(key, ()), now.get(key, ())))
        for key in sorted(now.keys() | before.keys())
        if key in events and not _is_settled(events[key], now.get(key, ()), before.get(key, ()))
    ]
    return sorted(found, key=_urgency)


def settled(query: DigestQuery) -> tuple[Exposure, ...]:
    """The team's exposures that people settled, so that no mail tells them."""
    return tuple(one for one in query.exposures if one.team == query.team.id and one.triage.settled)


def _is_settled(event: Event, now: tuple[Exposure, ...], before: tuple[Exposure, ...]) -> bool:
    """Whether there is nothing to tell because all of it is settled; that a settled event was withdrawn is told."""
    if now:
        return not _open(now)
    return not event.withdrawn and not _open(before)


def _open(exposures: tuple[Exposure, ...]) -> tuple[Exposure, ...]:
    return tuple(one for one in exposures if not one.triage.settled)


def _comparable(before: tuple[Exposure, ...], now: tuple[Exposure, ...]) -> tuple[Exposure, ...]:
    """What was, without what is settled now: that somebody settled a part of it is no fall of the level."""
    left_out = {(one.system, one.provider) for one in now if one.triage.settled}
    return tuple(one for one in before if (one.system, one.provider) not in left_out)


def changes(before: Event, now: Event) -> Iterator[str]:
    """What a reader of the earlier version must know of the later one, in plain words; more copies are no change."""
    yield from _decided(before, now)
    if now.withdrawn:
        return
    if now.stage != before.stage:
        yield f"stage: {_words(before.stage)} -> {_words(now.stage)}"
    yield from _moved("effective date", before.dates.effective, now.dates.effective)
    yield from _moved("end of comments", before.dates.comment, now.dates.comment)
    if added := sorted(set(now.affected) - set(before.affected)):
        yield f"now also affects {', '.join(added)}"
    if now.primary_source and not before.primary_source:
        yield "an official source now confirms it"
    if now.disputed != before.disputed:
        yield f"now disputed{_said(now, 'dispute')}" if now.disputed else "no longer disputed"


def _hit(query: DigestQuery, event: Event, now: tuple[Exposure, ...], before: tuple[Exposure, ...]) -> Hit:
    older = {old.id: old for old in query.previous_events}.get(event.id)
    deadline = min((e.deadline for e in now if e.deadline and e.deadline >= query.day), default=None)
    level, level_before = _worst(now), _worst(before) if before else None
    told = list(changes(older, event)) if older and before else []
    if before and not now and not event.withdrawn:
        told.append("no longer touches your systems")
    elif level_before is not None and level != level_before and now:
        told.append(f"level: {level_before} -> {level}")
    told += dict.fromkeys(_reopened(now, before))
    hit = Hit(
        event=event,
        exposures=now or before,
        level=level,
        level_before=level_before,
        score=max((e.score for e in now), default=0),
        score_before=max((e.score for e in before), default=None),
        deadline=deadline,
        days_left=(deadline - query.day).days if deadline else None,
        changes=tuple(told),
        reminder=_crosses_mark(deadline, query),
        gone=not now,
    )
    ways_out = _ways_out(query, hit)
    return hit.model_copy(update={"changes": (*hit.changes, ways_out)}) if ways_out else hit


def _ways_out(query: DigestQuery, hit: Hit) -> str:
    """Who offers terms to those whom an urgent measure cuts off, and did not when the reader was last told of it; once per offerer."""
    if hit.new or not hit.urgent or hit.event.type not in CUTTING:
        return ""
    pairs = {(exposure.provider, place) for exposure in hit.exposures for place in exposure.jurisdictions}
    before, now = (_offerers(found, pairs) for found in (query.previous_assessments, query.assessments))
    fresh = [query.name_of(provider) for provider in now if provider not in before]
    return f"new {'offers' if len(fresh) > 1 else 'offer'} by {', '.join(fresh)}" if fresh else ""


def _offerers(found: Iterable[Assessment], pairs: set[tuple[str, str]]) -> list[str]:
    asked = (one for one in found if (one.provider, one.jurisdiction) in pairs)
    return list(dict.fromkeys(other.provider for one in asked for other in one.alternatives if other.offers))


def _decided(before: Event, now: Event) -> Iterator[str]:
    """What analysts decided since, that a reader must know before the facts it changed."""
    if now.withdrawn and not before.withdrawn:
        ended = now.withdrawn_by
        if ended is None:
            yield "withdrawn: the reports it rests on were retracted"
        else:
            what = "rejected" if ended.kind == "reject" else f"one measure with {' and '.join(ended.events)}"
            yield f"{what}{_said(now, ended.kind)}"
    if now.confirmed and not before.confirmed:
        yield f"confirmed{_said(now, 'confirm')}"
    known = {one.number for one in before.decisions}
    for kind, what in (("correct", "record corrected"), ("merge", "joined with another event"), ("split", "cut in two")):
        if not now.withdrawn and any(one.kind == kind and one.holds and one.number not in known for one in now.decisions):
            yield f"{what}{_said(now, kind)}"


def _reopened(now: tuple[Exposure, ...], before: tuple[Exposure, ...]) -> Iterator[str]:
    """What was settled, is not any more, and was not told so yet."""
    earlier = {(one.system, one.provider): one.triage for one in before}
    for one in now:
        was, then = one.triage.was, earlier.get((one.system, one.provider))
        if then is None or (then.was and then.number == one.triage.number):
            continue
        if was and one.triage.expired:
            yield f"{'acceptance' if was == 'accepted' else _words(was)} expired after {one.triage.until}"
        elif was:
            yield f"no longer settled as {_words(was)}"
        elif then.settled:
            yield OPENED


def _said(event: Event, kind: str) -> str:
    """Who decided that and why, after the fact; empty where texts alone say it."""
    last = next((one for one in reversed(event.decisions) if one.holds and one.kind == kind), None)
    return f" by {last.author}: {last.reason}" if last else ""


def _crosses_mark(deadline: date | None, query: DigestQuery) -> bool:
    if deadline is None or query.previous_day is None:
        return False
    left, left_before = (deadline - query.day).days, (deadline - query.previous_day).days
    return any(left <= mark < left_before for mark in REMIND_AT)


def _moved(what: str, before: date | None, now: date | None) -> Iterator[str]:
    if before == now:
        return
    if before and now:
        yield f"{what} moved: {before} -> {now}"
    else:
        yield f"{what} now known: {now}" if now else f"{what} {before} no longer stated"


def _by_event(exposures: Iterable[Exposure], team: str) -> dict[str, tuple[Exposure, ...]]:
    grouped: dict[str, tuple[Exposure, ...]] = {}
    for exposure in exposures:
        if exposure.team == team:
            grouped[exposure.event] = (*grouped.get(exposure.event, ()), exposure)
    return grouped


def _worst(exposures: tuple[Exposure, ...]) -> Level:
    return max((exposure.level for exposure in exposures), key=LEVELS.index, default="none")


def _words(stage: str) -> str:
    return stage.replace("_", " ")


def _urgency(hit: Hit) -> tuple[object, ...]:
    return (hit.gone, -LEVELS.index(hit.level), hit.deadline or date.max, -hit.score, hit.event.id)
