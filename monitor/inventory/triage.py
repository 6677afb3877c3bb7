"""What people decided about exposures, on a day: exposures, events and triage facts come in, exposures with `triage` go out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from monitor.model import LEVELS, SETTLED, Event, Exposure, Seen, Triage, TriageFact, standing


def triaged(exposed: Iterable[Exposure], events: Mapping[str, Event], facts: Sequence[TriageFact], today: date) -> list[Exposure]:
    """The same exposures in the same order, each with what stands for it on `today`, the day where the reader is.

    Of the facts that were not taken back the latest about the system or the whole team stands. After its last day the state
    is `new` again; so it is when it was settled and the event then changes its stage or a day, hits harder or in more places.
    """
    latest: dict[tuple[str, str, str | None], TriageFact] = {}
    for fact in standing(facts):  # the newest first
        if fact.undoes is None:
            latest.setdefault((fact.team, fact.event, fact.system), fact)
    return [_with_triage(one, latest, events[one.event], today) for one in exposed]


def as_judged(exposed: Iterable[Exposure]) -> tuple[Seen, ...]:
    """What a fact keeps of the exposures that it is about."""
    return tuple(Seen(system=one.system, provider=one.provider, places=one.jurisdictions, level=one.level) for one in exposed)


def days_of(event: Event) -> dict[str, str]:
    """The event's days by role, each to the day or, where only that is known, to the month."""
    exact = {"effective": event.dates.effective, "comment": event.dates.comment}
    known = {role: str(day) if day else event.dates.months.get(role, "") for role, day in exact.items()}
    return {role: day for role, day in known.items() if day}


def _with_triage(exposure: Exposure, latest: Mapping[tuple[str, str, str | None], TriageFact], event: Event, today: date) -> Exposure:
    candidates = [latest.get((exposure.team, exposure.event, system)) for system in (exposure.system, None)]
    fact = max((one for one in candidates if one), key=lambda one: one.number, default=None)
    return exposure.model_copy(update={"triage": _standing(fact, exposure, event, today)}) if fact else exposure


def _standing(fact: TriageFact, exposure: Exposure, event: Event, today: date) -> Triage:
    state = fact.state or "new"
    expired = fact.until is not None and today > fact.until
    since_then = "; ".join(_changes(fact, exposure, event)) if state in SETTLED else ""
    over = (expired or bool(since_then)) and state != "new"
    return Triage(
        number=fact.number,
        state="new" if over else state,
        reason=fact.reason,
        by=fact.author,
        at=fact.recorded_at,
        until=fact.until,
        expired=expired,
        was=state if over else None,
        since_then=since_then,
    )


def _changes(fact: TriageFact, exposure: Exposure, event: Event) -> Iterator[str]:
    """What is not as it was when the exposure was settled, so that somebody has to look again."""
    if event.stage != fact.stage:
        yield f"stage {fact.stage or 'unknown'} -> {event.stage}".replace("_", " ")
    now = days_of(event)
    for role in ("effective", "comment"):
        if (before := fact.days.get(role)) != now.get(role):
            yield f"{role} {before or 'no day'} -> {now.get(role, 'no day')}"
    before_all = [one for one in fact.seen if (one.system, one.provider) == (exposure.system, exposure.provider)]
    if not before_all:
        yield f"{exposure.system} was not hit through {exposure.provider} then"
        return
    (then,) = before_all
    if LEVELS.index(exposure.level) > LEVELS.index(then.level):
        yield f"level {then.level} -> {exposure.level}"
    if added := sorted(set(exposure.jurisdictions) - set(then.places)):
        yield f"now also in {', '.join(added)}"
