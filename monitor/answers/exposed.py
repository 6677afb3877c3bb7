"""Which teams are hit by what: a reader and an instant come in, the exposures of the inventory known then go out.

Two numbers stand side by side: the provider's score, the same for everybody, and what it means for the team's own system.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache, partial

from monitor.answers.reader import Reader
from monitor.answers.shapes import Page
from monitor.errors import NotFoundError
from monitor.inventory.exposure import exposures
from monitor.model import Exposure
from monitor.store.inventory import inventory_as_of


def exposed(reader: Reader, as_of: datetime, team: str | None = None) -> Page[Exposure]:
    """Event × dependency for all teams or one, most urgent first; NotFoundError for a team that was not in the inventory then."""
    with reader.store.read() as tx:
        teams = [one for one in inventory_as_of(tx, as_of) if team in (None, one.id)]
    if team is not None and not teams:
        raise NotFoundError("team", team, "see `forewarned inventory`")
    picture = reader.picture(as_of)
    assess = cache(partial(reader.assess, picture))
    found = exposures(teams, picture.events, assess, reader.catalog.providers, as_of, reader.catalog.members)
    return Page(items=found, data_as_of=picture.data_as_of, stale=picture.stale)
