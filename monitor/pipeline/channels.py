"""Addresses for a team to subscribe to: given out, replaced and taken back; a team's id comes in, its addresses go out."""

from __future__ import annotations

from monitor.errors import NotFoundError
from monitor.inform.links import team_token
from monitor.model import Noun
from monitor.pipeline.world import World
from monitor.store import Session, inventory, links


class Addresses(Noun):
    """Where a team's calendar and Atom feed are; whoever knows an address can read it."""

    team: str
    calendar: str
    feed: str


def give_out(world: World, team: str, *, renew: bool = False) -> Addresses:
    """A team's addresses, the same at every call; with `renew` new ones, and the old ones are void. NotFoundError for an unknown team."""
    with world.store.write() as tx:
        _known(tx, team)
        token = team_token(links.make_team_key(tx, team, world.clock(), renew=renew), team)
    start = f"{world.settings.base_url.rstrip('/')}/api/v1"
    return Addresses(team=team, calendar=f"{start}/calendars/{token}.ics", feed=f"{start}/feeds/{token}.atom")


def take_back(world: World, team: str) -> None:
    """Makes a team's addresses void, also those of a team that is no longer listed; NotFoundError when none were given out."""
    with world.store.write() as tx:
        if not links.drop_team_key(tx, team):
            raise NotFoundError("team with addresses", team, f"forewarned token --team {team} gives them out")


def _known(tx: Session, team: str) -> None:
    known = [one.id for one in inventory.inventory_as_of(tx, None)]
    if team not in known:
        raise NotFoundError("team", team, f"known are {', '.join(known)}" if known else "import an inventory first")
