"""The only door to icalendar: events come in, a calendar of their days goes out.

One entry per event and kind of day, with an id that never changes, so that a moved date moves the entry in the reader's
calendar and a withdrawn one is struck out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from types import MappingProxyType
from urllib.parse import urlsplit

import icalendar

from monitor.inform.wording import coming_days, matter
from monitor.model import Event, Role

REFRESH = timedelta(hours=6)
KEPT = timedelta(days=365)
HIT_ROLES: frozenset[Role] = frozenset({"restricting", "targeted", "affected"})


def deadlines_calendar(events: Iterable[Event], as_of: datetime, base_url: str, names: Mapping[str, str] = MappingProxyType({})) -> str:
    """An iCalendar text with the effective and comment days of `events`; withdrawn and rescinded ones are cancelled.

    Days more than a year before `as_of` are left out. `names` gives providers the names people know. The bytes change only
    when an event does, so that a subscriber's copy stays cached.
    """
    oldest = as_of.date() - KEPT
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//forewarned//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "Forewarned deadlines")
    calendar.add("x-wr-calname", "Forewarned deadlines")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", icalendar.vDuration(REFRESH))
    for event in sorted(events, key=lambda event: event.id):
        for role, verb, day in coming_days(event):
            if day < oldest:
                continue
            summary = f"{_hit_names(event, names)}: {matter(event, event.affected)} {verb}"
            calendar.add_component(_entry(event, (role, day), summary, base_url))
    return str(calendar.to_ical(), "utf-8")


def _hit_names(event: Event, names: Mapping[str, str]) -> str:
    hit = sorted(provider for provider, part in event.providers.items() if part in HIT_ROLES)
    return ", ".join(names.get(provider, provider) for provider in hit) or "Sector"


def _entry(event: Event, when: tuple[str, date], summary: str, base_url: str) -> icalendar.Event:
    role, day = when
    url = f"{base_url.rstrip('/')}/events/{event.id}"
    entry = icalendar.Event()
    entry.add("uid", f"{event.id}.{role}@{urlsplit(base_url).hostname or 'localhost'}")
    entry.add("dtstamp", event.last_reported_at)
    entry.add("last-modified", event.last_reported_at)
    entry.add("sequence", _sequence(event))
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", _plain(summary))
    entry.add("description", _plain(f"{event.title}. Stage {event.stage.replace('_', ' ')}. Details and proof: {url}"))
    entry.add("url", url)
    entry.add("transp", "TRANSPARENT")
    entry.add("status", _status(event, role, day))
    return entry


def _sequence(event: Event) -> int:
    """Rises with everything that can move a day: documents are only ever added, and a withdrawal counts once more."""
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
