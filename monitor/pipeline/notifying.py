"""The outbox → webhooks and chats: what is queued for a channel is claimed, sent, and marked with how it ended; and trying a channel out.

A webhook's receiver knows a message by its id, so a try that was broken off is simply made again. A chat knows no ids: like a mail, a
message is pledged before its first byte leaves, and stays in doubt when its end is not known.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from typing import Final

from monitor.assess.constants import METHODOLOGY_VERSION
from monitor.errors import NotFoundError
from monitor.inform import chat, webhook
from monitor.inform.forms import trial_form, trial_mail
from monitor.logs import log, warn
from monitor.model import Channel, Delivery, DeliveryState, Noun, SendResult, short_hash
from monitor.pipeline.owner import this_process
from monitor.pipeline.posting import LEASE, MAIL_PAUSES, OLD, TOO_OLD, after, free_abandoned, pledge, send_once
from monitor.pipeline.world import World
from monitor.store import mailboxes, outbox

# The example schedule of Standard Webhooks 1.0, from one try to the next; after the last one the message has failed.
WEBHOOK_PAUSES: Final = tuple(timedelta(seconds=seconds) for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400))
_JITTER: Final = 0.1
"""The standard asks for some, so that what failed together is not tried again together."""
AT_ONCE: Final = 8
"""Channels served at once: a slow one must not hold up the others."""


class Trial(Noun):
    """How trying a channel out ended."""

    channel: str
    delivery: str
    """The id of the message: a webhook's `webhook-id`, and what `forewarned outbox` shows."""
    state: DeliveryState
    status: int | None
    """The HTTP status that was answered, where one is known."""
    reason: str


def notify_queued(world: World) -> Counter[str]:
    """Hand over what is queued for the channels that are set up, several at once; one that fails waits, the others do not."""
    counts: Counter[str] = Counter()
    if not world.channels:
        return counts
    free_abandoned(world)
    with world.store.read() as tx:
        waiting = outbox.waiting(tx, world.clock())
    due = [channel for channel in world.channels.values() if channel.address in waiting]
    if not due:
        return counts
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="channel") as threads:
        for served in threads.map(partial(_serve, world), due):
            counts.update(served)
    return counts


def try_out(world: World, name: str) -> Trial:
    """Sends a message marked as a test in exactly the way of a warning, once; NotFoundError for a channel that is not set up.

    `name` may be a mail address instead. A channel that had been closed is open again when it takes the message.
    """
    now = world.clock()
    slot = f"test/{now.isoformat()}/{secrets.token_hex(4)}"
    if "@" in name:
        mail = trial_mail(name, slot, world.settings.base_url, now)
        ended, result = send_once(world, Delivery(recipient=name, slot=slot, due_at=now, mail=mail))
        return Trial(channel=name, delivery=ended.id, state=ended.state, status=None, reason=result.reason)
    channel = world.channels.get(name)
    if channel is None:
        known = ", ".join(sorted(world.channels)) or f"none; write {world.settings.channels}"
        raise NotFoundError("channel", name, f"set up are: {known}")
    mail = trial_form(channel, slot, world.settings.base_url, now, METHODOLOGY_VERSION)
    with world.store.write() as tx:
        outbox.plan(tx, Delivery(recipient=channel.address, slot=slot, channel=channel.kind, due_at=now, mail=mail))
        claimed = outbox.claim(tx, now, this_process(), LEASE, 1, recipient=channel.address, slot=slot)
    result = _sent(world, channel, claimed[0])
    # Nobody wants a test hours later: it is tried once.
    ended = claimed[0].moved_to("failed" if result.state == "retry" else result.state, result.reason)
    _recorded(world, channel, ended, result)
    return Trial(channel=name, delivery=ended.id, state=ended.state, status=result.status, reason=result.reason)


def _serve(world: World, channel: Channel) -> Counter[str]:
    """What is due for one channel, one by one, until it fails."""
    counts: Counter[str] = Counter()
    while delivery := _claimed(world, channel):
        result = _result(world, channel, delivery)
        ended = after(delivery, result, world.clock(), _pauses(channel, delivery))
        if _recorded(world, channel, ended, result) and ended.state != "queued":
            counts[ended.state] += 1
        if result.state != "sent" and result.status != 410:
            break
    return counts


def _claimed(world: World, channel: Channel) -> Delivery | None:
    with world.store.write() as tx:
        claimed = outbox.claim(tx, world.clock(), this_process(), LEASE, 1, recipient=channel.address, channel=channel.kind)
    return claimed[0] if claimed else None


def _result(world: World, channel: Channel, delivery: Delivery) -> SendResult:
    """What became of one try; not one byte leaves for what is too old, or for a channel that wants nothing more."""
    with world.store.read() as tx:
        left_alone = {one.recipient: one.reason for one in mailboxes.suspensions(tx)}
    if channel.address in left_alone:
        why = f"the channel is left alone ({left_alone[channel.address]})"
        return SendResult(state="failed", reason=why, status=410)
    if world.clock() - delivery.due_at > TOO_OLD:
        return SendResult(state="failed", reason=OLD)
    return _sent(world, channel, delivery)


def _sent(world: World, channel: Channel, delivery: Delivery) -> SendResult:
    mail, hosts = delivery.mail, world.settings.private_hosts
    if channel.kind == "webhook":
        return webhook.post(channel, delivery.id, mail.text, world.clock(), hosts)
    return chat.send(channel, mail.subject, mail.text, hosts, partial(pledge, world, delivery))


def _pauses(channel: Channel, delivery: Delivery) -> Sequence[timedelta]:
    if channel.kind == "chat":
        return MAIL_PAUSES
    spread = 1 + _JITTER * int(short_hash(delivery.id, str(delivery.attempts)), 16) / 16**16
    return [pause * spread for pause in WEBHOOK_PAUSES]


def _recorded(world: World, channel: Channel, ended: Delivery, result: SendResult) -> bool:
    with world.store.write() as tx:
        ours = outbox.mark(tx, ended)
        if ours and ended.state == "sent":
            mailboxes.accepted(tx, ended.recipient)
        elif ours and result.gone:
            mailboxes.closed(tx, ended.recipient, result.reason, world.clock())
        elif ours and result.wait_s:
            outbox.hold_back(tx, ended.recipient, world.clock() + timedelta(seconds=result.wait_s))
    level = log if ended.state == "sent" else warn
    state = ended.state if ours else "taken over by another sender"
    level(f"{ended.mail.kind} handed over", channel=channel.name, slot=ended.slot, state=state, reason=ended.reason, status=result.status)
    return ours
