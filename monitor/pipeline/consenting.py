"""Double opt-in: whoever the inventory lists anew is asked by one mail, and gets no other until he or an operator says yes.

Looking at a link changes nothing, because mail scanners follow every link; only `accept` does. Where nobody could follow a link, or
the operator answers for all (`FOREWARNED_OPT_IN=operator`), to be listed is to be confirmed, with who said so and when.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final, Literal

from monitor.errors import NotFoundError, UsageError
from monitor.inform.confirmation import LINK_DAYS, confirmation, with_token
from monitor.inform.links import is_reachable
from monitor.logs import log
from monitor.model import Delivery, Mail, Noun
from monitor.pipeline.picture import left, readers
from monitor.pipeline.world import World
from monitor.settings import Settings
from monitor.store import Session, Store, consents, inventory, outbox

MOST_ASKED: Final = 3
"""Mails that ask one address, ever: who does not answer does not want to be asked."""
PAUSE: Final = timedelta(hours=24)
OPERATOR: Final = "operator (FOREWARNED_OPT_IN)"
NO_LINK: Final = "operator (no link could be followed)"
ITSELF: Final = "the address itself"
_TOKEN_BYTES: Final = 32


class Invitation(Noun):
    """What a link stands for: whose mails about which teams, by the teams' names, and whether it was answered."""

    recipient: str
    teams: tuple[str, ...]
    state: Literal["open", "confirmed", "expired"]


def ask_new(world: World, now: datetime) -> int:
    """Notes every address that the inventory lists for the first time, and plans the mail that asks it; how many are asked."""
    with world.store.read() as tx:
        known, gone = {one.recipient for one in consents.consents(tx)}, left(tx)
        # An address in two spellings is one.
        listed = {who.email.casefold(): who.email for team, who in readers(tx) if who.email and (who.email.casefold(), team.id) not in gone}
    new = [email for key, email in listed.items() if key not in known]
    if not new:
        return 0
    with world.store.write() as tx:
        return sum(_note(tx, world.settings, email, now) for email in new)


def ask_again(world: World, address: str) -> None:
    """Plans another mail that asks; NotFoundError for an address that is not listed, UsageError when it was asked enough or agreed."""
    now = world.clock()
    with world.store.write() as tx:
        listed = _listed(tx, address)
        known = consents.consent(tx, address)
        if known is None or known.state == "confirmed":
            raise UsageError(f"{address} is not waiting for a confirmation")
        if not is_reachable(world.settings.base_url):
            raise UsageError("FOREWARNED_BASE_URL names this machine only: nobody could follow the link")
        if known.asked >= MOST_ASKED:
            raise UsageError(
                f"{address} was asked {known.asked} times; if they agreed otherwise: forewarned outbox confirm {address} --by YOU"
            )
        if known.asked_at is not None and now - known.asked_at < PAUSE:
            raise UsageError(f"{address} was asked at {known.asked_at:%Y-%m-%d %H:%M} UTC; not again within 24 hours")
        _ask(tx, world.settings, listed, known.asked + 1, now)


def answer_for(world: World, addresses: Collection[str], author: str) -> int:
    """Confirms addresses of the inventory, all when empty, on an operator's word; how many that changed.

    NotFoundError for an address that the inventory does not list, UsageError without an author.
    """
    name, now = " ".join(author.split()), world.clock()
    if not name:
        raise UsageError("say who answers for it: --by NAME")
    with world.store.write() as tx:
        chosen = [_listed(tx, address) for address in addresses] or [who.email for _, who in readers(tx) if who.email]
        return sum(consents.confirm(tx, address, name, now) for address in chosen)


def invitation(store: Store, token: str, now: datetime) -> Invitation:
    """What a link stands for; NotFoundError when it was not given out."""
    with store.read() as tx:
        return _invitation(tx, token, now)


def accept(store: Store, token: str, now: datetime) -> Invitation:
    """Says yes; nothing changes for a link that is too old. NotFoundError when it was not given out."""
    with store.write() as tx:
        found = _invitation(tx, token, now)
        if found.state != "open":
            return found
        consents.confirm(tx, found.recipient, ITSELF, now)
    log("recipient confirmed by a click", recipient=found.recipient)
    return found.model_copy(update={"state": "confirmed"})


def ready(world: World, mail: Mail) -> Mail:
    """The mail as it leaves: one that asks gets its token, of which the store keeps the hash."""
    if mail.kind != "confirmation":
        return mail
    token = token_urlsafe(_TOKEN_BYTES)
    with world.store.write() as tx:
        consents.add_link(tx, token, mail.recipient, world.clock() + timedelta(days=LINK_DAYS))
    return with_token(mail, token)


def is_answered(tx: Session, mail: Mail) -> bool:
    """Whether a mail asks what was answered since."""
    return mail.kind == "confirmation" and mail.recipient.casefold() not in consents.pending(tx)


def _note(tx: Session, settings: Settings, email: str, now: datetime) -> bool:
    if settings.opt_in == "operator" or not is_reachable(settings.base_url):
        consents.add(tx, email, "confirmed", OPERATOR if settings.opt_in == "operator" else NO_LINK, now)
        return False
    if not consents.add(tx, email, "pending", "", now):
        return False
    _ask(tx, settings, email, 1, now)
    return True


def _ask(tx: Session, settings: Settings, email: str, number: int, now: datetime) -> None:
    slot = f"confirmation/{number}"
    mail = confirmation(email, _teams(tx, email), settings.base_url, slot)
    consents.asked(tx, email, now)
    outbox.plan(tx, Delivery(recipient=email, slot=slot, due_at=now, mail=mail))


def _invitation(tx: Session, token: str, now: datetime) -> Invitation:
    found = consents.link(tx, token)
    known = consents.consent(tx, found[0]) if found else None
    if found is None or known is None:
        raise NotFoundError("confirmation link", token[:100], "use the whole link of the mail")
    recipient, until = found
    state: Literal["open", "confirmed", "expired"] = "confirmed" if known.state == "confirmed" else "open" if now < until else "expired"
    return Invitation(recipient=recipient, teams=tuple(_teams(tx, recipient)), state=state)


def _teams(tx: Session, email: str) -> list[str]:
    """The names of the teams about which an address would get mails."""
    return [team.name for team, who in readers(tx) if who.email.casefold() == email.casefold()] or ["your team"]


def _listed(tx: Session, address: str) -> str:
    """The address as the inventory spells it."""
    known = (who.email for team in inventory.inventory_as_of(tx, None) for who in team.recipients)
    found = next((email for email in known if email.casefold() == address.casefold()), None)
    if found is None:
        raise NotFoundError("recipient", address, "import an inventory that lists it: forewarned inventory import FILE")
    return found
