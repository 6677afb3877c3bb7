"""The one mail that asks whether its reader wants the others: an address and teams come in, a mail goes out. Pure.

The link's token is made when the mail leaves, because only its hash is kept; until then `TOKEN` stands in its place, as long as one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from monitor.inform.digest import message_id
from monitor.inform.render import clean, render
from monitor.inform.wording import ascii_text
from monitor.model import Mail, Noun

TOKEN: Final = "0" * 43
LINK_DAYS: Final = 7
"""How long a link is good after its mail left."""
_MOST_TEAMS: Final = 3


class Asked(Noun):
    """What the mail says, before layout."""

    recipient: str
    teams: str
    subject_teams: str
    url: str
    host: str
    days: int = LINK_DAYS


def confirmation(recipient: str, teams: Sequence[str], base_url: str, slot: str) -> Mail:
    """The mail that asks `recipient` about mails on `teams`, by their names; the same for the same arguments."""
    named = [clean(team) for team in teams[:_MOST_TEAMS]]
    if len(teams) > _MOST_TEAMS:
        named.append(f"{len(teams) - _MOST_TEAMS} more")
    listed = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    asked = Asked(
        recipient=recipient,
        teams=listed,
        subject_teams=ascii_text(listed)[:40] or "your team",
        url=f"{base_url.rstrip('/')}/confirm/{TOKEN}",
        host=urlsplit(base_url).hostname or "",
    )
    return Mail(
        recipient=recipient,
        subject=render("mail/confirmation/subject.txt", asked=asked).strip(),
        text=render("mail/confirmation/body.txt", asked=asked),
        html=render("mail/confirmation/body.html", asked=asked),
        message_id=message_id("confirmation", base_url, recipient, slot),
        kind="confirmation",
    )


def with_token(mail: Mail, token: str) -> Mail:
    """The mail as it leaves."""
    return mail.model_copy(update={"text": mail.text.replace(TOKEN, token), "html": mail.html.replace(TOKEN, token)})
