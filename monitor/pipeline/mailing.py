"""Events × inventory → digests and alerts → outbox → mail: composed once per recipient and local day or matter, sent at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from monitor.errors import NotFoundError
from monitor.inform.digest import Skipped, compose
from monitor.inform.forms import digest_form
from monitor.inform.slots import due_slot
from monitor.model import Delivery, Mail, Recipient, Team
from monitor.pipeline.alerting import alerted_at, plan_alerts
from monitor.pipeline.consenting import ask_new
from monitor.pipeline.notifying import notify_queued
from monitor.pipeline.owner import is_alive, is_here, this_process
from monitor.pipeline.picture import Gallery, left, out_of_reach, readers, ready_links
from monitor.pipeline.posting import send_queued
from monitor.pipeline.world import World
from monitor.store import Session, consents, outbox, slots

PORTION = 20
"""Recipients planned in one transaction: others may write in between, and a death costs no more than these."""
LONGEST_CYCLE = timedelta(hours=1)
"""After which another host's process that never said it was through is taken for dead."""


def preview(world: World, email: str, at: datetime) -> Mail | str:
    """The mail that `email` would get at `at`, or why none; of several teams the first that has news.

    NotFoundError when nobody of that address is in the inventory.
    """
    found: Mail | str | None = None
    with world.store.read() as tx:
        pictures = Gallery(world, tx, at)
        for team, recipient in readers(tx):
            if recipient.address.casefold() == email.casefold() and not isinstance(found, Mail):
                slot = _key(due_slot(recipient, at).key, team)
                told_at = outbox.last_told(tx, at, recipient.address, slot).get((recipient.address, team.id))
                has_left = (recipient.address.casefold(), team.id) in pictures.left
                mail = "unsubscribed" if has_left else _composed(tx, pictures, team, recipient, told_at)
                found = mail if isinstance(mail, Mail) or found is None else found
    if found is None:
        raise NotFoundError("recipient", email, "import an inventory that lists it: forewarned inventory import FILE")
    return found


def deliver(world: World) -> dict[str, int]:
    """Queue the digests and alerts that are due and hand over what is queued; counts by what became of them."""
    now = world.clock()
    names = (
        "asked", "planned", "skipped", "alerts", "held", "suspended", "unsubscribed", "unconfirmed", "sent", "failed", "in_doubt",
        "waiting",
    )  # fmt: skip
    counts: Counter[str] = Counter(dict.fromkeys(names, 0))
    ready_links(world)
    counts["asked"] = ask_new(world, now)
    counts.update(_plan_digests(world, now))
    counts.update(plan_alerts(world, now))
    del counts["decided"]
    counts.update(send_queued(world))
    counts.update(notify_queued(world))
    with world.store.read() as tx:
        counts["waiting"] = outbox.state_counts(tx).get("queued", 0)
    return dict(counts)


def _plan_digests(world: World, now: datetime) -> Counter[str]:
    """A row in the outbox for each digest that is due."""
    counts: Counter[str] = Counter()
    with world.store.read() as tx:
        listed, gone = list(readers(tx)), left(tx)
        wanting = [(team, who) for team, who in listed if (who.address.casefold(), team.id) not in gone]
        counts["unsubscribed"] = len(listed) - len(wanting)
        asked = consents.pending(tx)
        agreed = [(team, who) for team, who in wanting if who.email.casefold() not in asked]
        counts["unconfirmed"] = len(wanting) - len(agreed)
        due = [(team, who) for team, who in agreed if due_slot(who, now).due_at <= now]
        decided = slots.taken(tx, sorted({_key(due_slot(who, now).key, team) for team, who in due}))
        open_ = [(team, who) for team, who in due if (_job(who), _key(due_slot(who, now).key, team)) not in decided]
        if not open_:
            return counts
        closed = out_of_reach(world, tx)
        told, pictures, partial = outbox.last_told(tx, None), Gallery(world, tx, now), _is_partial(tx, now)
        for portion in _portions([pair for pair in open_ if pair[1].address not in closed]):
            made = [(who, team, _composed(tx, pictures, team, who, told.get((who.address, team.id)))) for team, who in portion]
            with world.store.write() as writing:
                counts.update(
                    "skipped"
                    if partial and isinstance(mail, str) and _may_wait(writing, who, team, now)
                    else _queued(world, writing, who, team, mail, now)
                    for who, team, mail in made
                )
    counts["suspended"] = sum(who.address in closed for _, who in open_)
    return counts


def _is_partial(tx: Session, now: datetime) -> bool:
    """Whether another living process is in the midst of a cycle: what it has fetched or read may not be drawn yet."""
    begun = slots.under_way(tx).items()
    others = [(owner, at) for owner, at in begun if owner != this_process() and is_alive(owner)]
    return any(is_here(owner) or at >= now - LONGEST_CYCLE for owner, at in others)


def _may_wait(tx: Session, recipient: Recipient, team: Team, now: datetime) -> bool:
    """Whether a digest with nothing to tell leaves its slot open, because another process may be about to have news for it: not for longer
    than a cycle takes, or the next cycle's news would get in, and the next one's."""
    slot = _key(due_slot(recipient, now).key, team)
    return now - slots.held_since(tx, f"open/{_job(recipient)}", slot, now) <= LONGEST_CYCLE


def _queued(world: World, tx: Session, recipient: Recipient, team: Team, mail: Mail | str, now: datetime) -> str:
    slot = _key(due_slot(recipient, now).key, team)
    # A slot is decided once, also when it is skipped: news of the afternoon belong into tomorrow morning's mail.
    if not slots.take_slot(tx, _job(recipient), slot, now):
        return "decided"
    if isinstance(mail, str):
        return "skipped"
    delivery = Delivery(recipient=recipient.address, slot=slot, channel=world.way(recipient), due_at=now, mail=mail)
    return "planned" if outbox.plan(tx, delivery) else "decided"


def _composed(tx: Session, pictures: Gallery, team: Team, recipient: Recipient, told_at: datetime | None) -> Mail | str:
    """The rendered digest of this recipient's slot, or the reason for silence."""
    at = pictures.now.as_of
    query = pictures.query(team, recipient, _key(due_slot(recipient, at).key, team), told_at)
    mails = outbox.alerts(tx, recipient.address, at) if recipient.address in pictures.interrupted else []
    query = query.model_copy(update={"alerted": alerted_at(mails, team.id, told_at)})
    digest = compose(query)
    if isinstance(digest, Skipped):
        return digest.reason
    digest = digest.model_copy(update={"unsubscribe": pictures.unsubscribe_url(recipient, team.id)})
    form = digest_form(digest, query, pictures.world.channel(recipient), pictures.calendars)
    return form.model_copy(update={"as_of": at, "team": team.id})


def _job(recipient: Recipient) -> str:
    return f"digest/{recipient.address}"


def _key(slot: str, team: Team) -> str:
    """One digest per team: who serves two teams gets both pictures."""
    return f"{slot}/{team.id}"


def _portions(pairs: Sequence[tuple[Team, Recipient]]) -> Iterator[Sequence[tuple[Team, Recipient]]]:
    for start in range(0, len(pairs), PORTION):
        yield pairs[start : start + PORTION]
