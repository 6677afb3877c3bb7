"""A click on an unsubscribe link: a signed token comes in, what it stands for and whether that is done go out.

Looking changes nothing, because mail scanners follow every link; only `unsubscribe` does. A link stays good for ever, also when the
inventory no longer lists the address, and may be used again.
"""

from __future__ import annotations

from datetime import datetime

from monitor.errors import NotFoundError
from monitor.inform.links import unsubscribe_subject
from monitor.logs import log
from monitor.model import Noun
from monitor.store import Session, Store, inventory, links, unsubscriptions


class Membership(Noun):
    """Who gets mails about which teams, by the teams' names, and whether it was stopped."""

    recipient: str
    teams: tuple[str, ...]
    stopped: bool


def membership(store: Store, token: str) -> Membership:
    """What a link stands for; NotFoundError when it was not signed here."""
    with store.read() as tx:
        return _shown(tx, *_subject(tx, token))


def unsubscribe(store: Store, token: str, now: datetime) -> Membership:
    """Stops mails to the link's recipient about its teams; NotFoundError when it was not signed here."""
    with store.write() as tx:
        recipient, teams = _subject(tx, token)
        unsubscriptions.unsubscribe(tx, recipient, teams, now)
        stopped = _shown(tx, recipient, teams)
    log("unsubscribed by a click", recipient=recipient, teams=", ".join(teams))
    return stopped


def _subject(tx: Session, token: str) -> tuple[str, tuple[str, ...]]:
    key = links.unsubscribe_key(tx)
    found = unsubscribe_subject(key, token) if key else None
    if found is None:
        raise NotFoundError("unsubscribe link", token[:100], "use the whole link of a mail")
    return found


def _shown(tx: Session, recipient: str, teams: tuple[str, ...]) -> Membership:
    names = {team.id: team.name for team in inventory.inventory_as_of(tx, None)}
    stopped = set(teams) <= unsubscriptions.teams_left(tx, recipient)
    return Membership(recipient=recipient, teams=tuple(names.get(team, team) for team in teams), stopped=stopped)
