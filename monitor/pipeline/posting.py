"""The outbox → SMTP: what is queued is claimed, pledged before its last byte leaves, and marked with how it ended."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from functools import partial

from monitor.errors import DeliveryError, NotFoundError, UsageError
from monitor.inform.mail import Line, message
from monitor.logs import log, warn
from monitor.model import Delivery, DeliveryState, SendResult
from monitor.pipeline.consenting import is_answered, ready
from monitor.pipeline.owner import is_alive, this_process
from monitor.pipeline.world import World
from monitor.store import mailboxes, outbox, unsubscriptions

LEASE = timedelta(minutes=5)
SMTP_TIMEOUT_S = 30.0
# Minutes before a mail that was surely not taken is tried again; after the last one it has failed.
RETRY_AFTER_MIN = (1, 5, 15, 60, 240, 720, 1440)
MAIL_PAUSES = tuple(timedelta(minutes=minutes) for minutes in RETRY_AFTER_MIN)
# What lay longer than this without a try, for want of a server, would report a day nobody asks about any more.
TOO_OLD = timedelta(hours=36)
OLD = "waited too long; the next digest tells what is still true"
UNWANTED = "unsubscribed before it was sent"
ANSWERED = "confirmed before it was sent"


def send_queued(world: World) -> Counter[str]:
    """Hand over what is queued, one by one; without a server everything waits, and a fault of the server ends the round."""
    counts: Counter[str] = Counter()
    free_abandoned(world)
    if world.settings.smtp_url is not None:
        with closing(Line(world.settings.smtp_url.get_secret_value())) as line:
            _send_claimed(world, line, counts)
    with world.store.read() as tx:
        counts["waiting"] = outbox.state_counts(tx).get("queued", 0)
    return counts


def _send_claimed(world: World, line: Line, counts: Counter[str]) -> None:
    """Claim and hand over, mail by mail, until none is due or the server is at fault."""
    while True:
        with world.store.write() as tx:
            # One at a time: a mail that waits in a dead sender's hands comes late.
            claimed = outbox.claim(tx, world.clock(), this_process(), LEASE, 1, channel="mail")
            unwanted = [one for one in claimed if one.mail.teams and one.mail.teams <= unsubscriptions.teams_left(tx, one.recipient)]
            answered = [one for one in claimed if is_answered(tx, one.mail)]
            for one, why in (*((one, UNWANTED) for one in unwanted), *((one, ANSWERED) for one in answered)):
                outbox.mark(tx, one.moved_to("failed", why))
        if not claimed:
            break
        if unwanted or answered:
            counts["failed"] += 1
            continue
        ended, result = _hand_over(world, claimed[0], line)
        if _recorded(world, ended, result) and ended.state != "queued":
            counts[ended.state] += 1
        if result.blame == "server":
            warn("the mail server does not take mail; the rest waits", reason=result.reason)
            break


def send_once(world: World, delivery: Delivery) -> tuple[Delivery, SendResult]:
    """Hand a new mail over at once and a single time; UsageError without a server."""
    if world.settings.smtp_url is None:
        raise UsageError("no mail can leave without a server: set FOREWARNED_SMTP_URL")
    with world.store.write() as tx:
        outbox.plan(tx, delivery)
        claimed = outbox.claim(tx, world.clock(), this_process(), LEASE, 1, recipient=delivery.recipient, slot=delivery.slot)
    with closing(Line(world.settings.smtp_url.get_secret_value())) as line:
        ended, result = _hand_over(world, claimed[0], line)
    ended = ended.moved_to("failed", result.reason) if ended.state == "queued" else ended
    _recorded(world, ended, result)
    return ended, result


def free_abandoned(world: World) -> None:
    """Take mails from senders that are gone: those they had surely not handed over are queued again, the others stay in doubt."""
    with world.store.write() as tx:
        gone = [owner for owner in outbox.owners(tx) if not is_alive(owner)]
        outbox.expire_leases(tx, world.clock(), resend=world.settings.on_doubt == "resend", gone=gone)


def resend(world: World, ids: Sequence[str], states: Sequence[DeliveryState]) -> int:
    """Queue mails of these states again, all of them without `ids`; how many. What a sender holds right now is left alone."""
    free_abandoned(world)
    with world.store.write() as tx:
        return outbox.resend(tx, world.clock(), ids, states)


def resume(world: World, address: str) -> None:
    """Compose mails again for an address that was left alone or had unsubscribed; NotFoundError when it was neither."""
    with world.store.write() as tx:
        opened = [mailboxes.accepted(tx, address), unsubscriptions.resubscribe(tx, address)]
        if not any(opened):
            raise NotFoundError("refusing or unsubscribed address", address, "forewarned outbox lists them")


def _recorded(world: World, ended: Delivery, result: SendResult) -> bool:
    with world.store.write() as tx:
        ours = outbox.mark(tx, ended)
        if ours and ended.state == "sent":
            mailboxes.accepted(tx, ended.recipient)
        elif ours and ended.state == "failed" and result.blame == "recipient":
            mailboxes.refused(tx, ended.recipient, ended.reason, world.clock())
    level = log if ended.state == "sent" else warn
    state = ended.state if ours else "taken over by another sender"
    level(f"{ended.mail.kind} handed over", recipient=ended.recipient, slot=ended.slot, state=state, reason=ended.reason)
    return ours


def _hand_over(world: World, delivery: Delivery, line: Line) -> tuple[Delivery, SendResult]:
    """The delivery as one try left it (sent, failed, in doubt, or queued again for later), and what the server made of it."""
    now = world.clock()
    if now - delivery.due_at > TOO_OLD and delivery.mail.kind != "confirmation":  # its link is made when it leaves
        old = SendResult(state="failed", reason=OLD)
        return delivery.moved_to("failed", old.reason), old
    try:
        raw = message(ready(world, delivery.mail), world.settings.mail_from, now)
        result = line.send(raw, delivery.recipient, SMTP_TIMEOUT_S, partial(pledge, world, delivery))
    except DeliveryError as error:  # an unusable address: no try can mend it, and the others must go out
        result = SendResult(state="failed", reason=str(error), blame="recipient")
    return after(delivery, result, now, MAIL_PAUSES), result


def after(delivery: Delivery, result: SendResult, now: datetime, pauses: Sequence[timedelta]) -> Delivery:
    """The delivery as one try left it; what may be tried again waits as long as its next pause and the other side ask, or has failed."""
    if result.state != "retry":
        return delivery.moved_to(result.state, result.reason)
    if delivery.attempts > len(pauses):
        return delivery.moved_to("failed", f"given up after {delivery.attempts} tries: {result.reason}")
    pause = max(pauses[delivery.attempts - 1], timedelta(seconds=result.wait_s or 0))
    return delivery.model_copy(update={"state": "queued", "reason": result.reason, "due_at": now + pause})


def pledge(world: World, delivery: Delivery) -> bool:
    """Puts a delivery in doubt before its last byte leaves; False when another sender took it over, and then it must not leave."""
    with world.store.write() as tx:
        return outbox.pledge(tx, delivery, world.clock(), LEASE)
