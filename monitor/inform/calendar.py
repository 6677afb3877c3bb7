"""The only door to icalendar: events come in, a calendar of their days goes out.

One entry per event and kind of day, with an id that never changes, so that a moved date moves the entry in the reader's
calendar and a withdrawn one is struck out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

import icalendar

from monitor.inform.course import Course
from monitor.inform.wording import coming_days, matter
from monitor.model import Event, Role

REFRESH = timedelta(hours=6)
KEPT = timedelta(days=365)
HIT_ROLES: frozenset[Role] = frozenset({"restricting", "targeted", "affected"})


NO_NAMES: Mapping[str, str] = MappingProxyType({})
NO_REVISIONS: Mapping[str, int] = MappingProxyType({})
ALARMS = (timedelta(days=-7, hours=9), timedelta(days=-1, hours=9))
"""Nine in the morning of the reader's own clock, a week and a day before."""


@dataclass(frozen=True)
class _Entry:
    """A day as it stands in a calendar."""

    event: Event
    role: str
    day: date
    summary: str
    sequence: int
    changed_at: datetime
    status: str
    alarms: tuple[timedelta, ...] = ()


def deadlines_calendar(
    events: Iterable[Event],
    as_of: datetime,
    base_url: str,
    names: Mapping[str, str] = NO_NAMES,
    revisions: Mapping[str, int] = NO_REVISIONS,
) -> str:
    """An iCalendar text with the effective and comment days of `events`; withdrawn and rescinded ones are cancelled.

    Days more than a year before `as_of` are left out. `names` gives providers the names people know, `revisions` says how often the
    store revised each event, the same count as in a team's calendar. The bytes change only when an event does, so that a
    subscriber's copy stays cached.
    """
    entries = [
        _Entry(
            event=event,
            role=role,
            day=day,
            summary=_summary(event, names, verb),
            sequence=_sequence(event, revisions),
            changed_at=event.last_reported_at,
            status=_status(event, role, day),
        )
        for event in sorted(events, key=lambda event: event.id)
        for role, verb, day in coming_days(event)
    ]
    return _text("Forewarned deadlines", entries, as_of, base_url)


def team_calendar(team: str, courses: Iterable[Course], as_of: datetime, base_url: str, names: Mapping[str, str] = NO_NAMES) -> str:
    """An iCalendar text to subscribe to, with the days of the events that hit `team` (its name), with alarms.

    What ceased to hit it, and a day that is no longer stated, stay for a year as cancelled: a calendar that just loses an entry
    does not tell its reader why.
    """
    entries = []
    for course in sorted(courses, key=lambda course: course.now.id):
        for role, verb, day, stands in sorted(course.days()):
            status = _status(course.now, role, day) if stands else "CANCELLED"
            entries.append(
                _Entry(
                    event=course.now,
                    role=role,
                    day=day,
                    summary=_summary(course.event, names, verb),
                    sequence=course.sequence,
                    changed_at=course.recorded_at,
                    status=status,
                    alarms=() if status == "CANCELLED" else ALARMS,
                )
            )
    return _text(f"Forewarned: {_plain(team)}", entries, as_of, base_url)


def _text(name: str, entries: Iterable[_Entry], as_of: datetime, base_url: str) -> str:
    oldest = as_of.date() - KEPT
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//forewarned//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    for entry in entries:
        if entry.day >= oldest:
            calendar.add_component(_component(entry, base_url))
    return str(calendar.to_ical(), "utf-8")


def _summary(event: Event, names: Mapping[str, str], verb: str) -> str:
    return f"{hit_names(event, names)}: {matter(event, event.affected)} {verb}"


def hit_names(event: Event, names: Mapping[str, str]) -> str:
    """The providers an event hits, by the names people know."""
    hit = sorted(provider for provider, part in event.providers.items() if part in HIT_ROLES)
    return ", ".join(names.get(provider, provider) for provider in hit) or "Sector"


def _component(told: _Entry, base_url: str) -> icalendar.Event:
    event = told.event
    url = f"{base_url.rstrip('/')}/events/{event.id}"
    entry = icalendar.Event()
    entry.add("uid", f"{event.id}.{told.role}@{urlsplit(base_url).hostname or 'localhost'}")
    entry.add("dtstamp", told.changed_at)
    entry.add("last-modified", told.changed_at)
    entry.add("sequence", told.sequence)
    entry.add("dtstart", told.day)
    entry.add("dtend", told.day + timedelta(days=1))
    entry.add("summary", _plain(told.summary))
    entry.add("description", _plain(f"{event.title}. Stage {event.stage.replace('_', ' ')}. Details and proof: {url}"))
    entry.add("url", url)
    entry.add("transp", "TRANSPARENT")
    entry.add("status", told.status)
    for before in told.alarms:
        alarm = icalendar.Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", before)
        alarm.add("description", _plain(f"{told.summary} on {told.day}"))
        entry.add_component(alarm)
    return entry


def _sequence(event: Event, revisions: Mapping[str, int]) -> int:
    """Rises with all that can move a day. Without the store's count: documents are only ever added, a withdrawal counts once more."""
    if event.id in revisions:
        return revisions[event.id] - 1
    return len(event.documents) - 1 + event.withdrawn


def _status(event: Event, role: str, day: date) -> str:
    lifted = event.stage == "rescinded" and any(step.stage == "rescinded" and step.date <= day for step in event.stages)
    if event.withdrawn or lifted:
        return "CANCELLED"
    if event.stage == "suspended" or (role == "effective" and event.stage in ("rumoured", "proposed")):
        return "TENTATIVE"
    return "CONFIRMED"


def _plain(text: str) -> str:
    """Foreign text without what a calendar line cannot carry."""
    return "".join(sign for sign in text if sign.isprintable())
