"""The only door to icalendar: events come in, a calendar of their days goes out.

One entry per event and kind of day, with an id that never changes, so that a moved date moves the entry in the reader's
calendar and a withdrawn one is struck out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

import icalendar

from monitor.inform.wording import headline
from monitor.model import Event, Role

REFRESH = timedelta(hours=6)
HIT_ROLES: frozenset[Role] = frozenset({"restricting", "targeted", "affected"})
ROLES = {"effective": "takes effect", "comment": "comments close"}


def deadlines_calendar(events: Iterable[Event], as_of: datetime, base_url: str) -> str:
    """An iCalendar text with the effective and comment days of `events`; withdrawn and rescinded ones are cancelled."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//forewarned//deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", "Forewarned deadlines")
    calendar.add("x-wr-calname", "Forewarned deadlines")
    calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", REFRESH)
    for event in sorted(events, key=lambda event: event.id):
        for role, day in _days(event):
            calendar.add_component(_entry(event, role, day, (as_of, base_url)))
    return str(calendar.to_ical(), "utf-8")


def _days(event: Event) -> Iterator[tuple[str, date]]:
    for role, day in (("effective", event.dates.effective), ("comment", event.dates.comment)):
        if day is not None:
            yield role, day


def _entry(event: Event, role: str, day: date, context: tuple[datetime, str]) -> icalendar.Event:
    as_of, base_url = context
    url = f"{base_url.rstrip('/')}/events/{event.id}"
    hit = sorted(provider for provider, part in event.providers.items() if part in HIT_ROLES)
    entry = icalendar.Event()
    entry.add("uid", f"{event.id}.{role}@{urlsplit(base_url).hostname or 'localhost'}")
    entry.add("dtstamp", event.last_reported_at)
    entry.add("last-modified", event.last_reported_at)
    entry.add("sequence", _sequence(event))
    entry.add("dtstart", day)
    entry.add("dtend", day + timedelta(days=1))
    entry.add("summary", _plain(f"{', '.join(hit) or 'Sector'}: {headline(event, event.affected, as_of.date())} ({ROLES[role]})"))
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
