"""What a team subscribes to: a token comes in, its calendar or Atom feed goes out; no token, no word about any team.

The token is the only key, because calendar and feed programs cannot send another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache, partial

from monitor.answers.reader import Picture, Reader
from monitor.errors import NotFoundError
from monitor.inform.calendar import team_calendar
from monitor.inform.course import Course
from monitor.inform.feed import team_feed
from monitor.inform.links import team_of
from monitor.inventory.exposure import exposures, owners
from monitor.model import Event, Team
from monitor.store import events, inventory, links, sources


def calendar_of(reader: Reader, token: str, base_url: str) -> str:
    """The iCalendar text of the token's team; NotFoundError for a token that was not given out, or not any more."""
    team, as_of = _team(reader, token), reader.instant(None)
    return team_calendar(team.name, courses(reader, team, as_of), as_of, base_url, reader.catalog.display_names)


def feed_of(reader: Reader, token: str, base_url: str) -> str:
    """The Atom text of the token's team; NotFoundError for a token that was not given out, or not any more."""
    team, as_of = _team(reader, token), reader.instant(None)
    return team_feed(team.name, courses(reader, team, as_of), as_of, base_url, reader.catalog.display_names)


def courses(reader: Reader, team: Team, as_of: datetime) -> list[Course]:
    """The events that hit a team at `as_of`, or did before, with how they went on."""
    catalog = reader.catalog
    used = {use.provider for system in team.systems for use in system.dependencies}
    parties = used.union(*(owners(provider, catalog.providers) for provider in used))
    with reader.store.read() as tx:
        known = tuple(events.events_concerning(tx, as_of, sorted(parties)))
        histories = events.histories(tx, [event.id for event in known], as_of)
        picture = Picture(known, as_of, sources.data_as_of(tx, as_of))
    present = _hit(reader, team, picture)
    return [course for key, history in histories.items() for course in _course(reader, team, history, as_of, key in present)]


def _team(reader: Reader, token: str) -> Team:
    with reader.store.read() as tx:
        teams = {team.id: team for team in inventory.inventory_as_of(tx, None)}
        found = team_of(token, links.team_keys(tx))
    if found is None or found not in teams:
        raise NotFoundError("subscription", token[:100], "ask whoever runs this service for the present address")
    return teams[found]


def _course(reader: Reader, team: Team, history: tuple[tuple[datetime, Event], ...], as_of: datetime, is_hit: bool) -> Iterator[Course]:
    """The course of an event as far as any of its revisions hit the team, the newest looked at first."""
    for number in reversed(range(len(history))):
        event = history[number][1]
        # A measure on an owner hits where it scores; that an older revision once did is seen as if it were all that is known.
        if is_hit or _hit(reader, team, Picture((event,), as_of, None)):
            yield Course(history, number)
            return


def _hit(reader: Reader, team: Team, picture: Picture[Event]) -> set[str]:
    assess = cache(partial(reader.assess, picture))
    found = exposures([team], picture.events, assess, reader.catalog.providers, picture.as_of, reader.catalog.members)
    return {exposure.event for exposure in found}
