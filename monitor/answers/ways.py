"""The channels and how they fare. A store and what was set up come in; names, states and counts go out, never a URL or a key."""

from __future__ import annotations

from collections.abc import Mapping

from monitor.answers.shapes import Shape
from monitor.model import Channel, ChannelKind, DeliveryState, Instant, channel_of
from monitor.store import Store, inventory, mailboxes, outbox

UNKNOWN = "the inventory names it, but it is not in channels.yaml: nothing is composed for it"


class ChannelShape(Shape):
    """One way out: `open`, `closed` (it wants nothing more) or `unknown` (named in the inventory only)."""

    name: str
    kind: ChannelKind | None
    where: str
    """A webhook's host, a chat's service."""
    private: bool
    state: str
    reason: str
    since: Instant | None
    teams: list[str]
    """The teams of which the inventory tells it."""
    counts: dict[DeliveryState, int]


class ChannelPage(Shape):
    """All channels by name."""

    items: list[ChannelShape]


def channels_answer(store: Store, channels: Mapping[str, Channel]) -> ChannelPage:
    """Every channel that is set up, or named in the inventory."""
    with store.read() as tx:
        teams = inventory.inventory_as_of(tx, None)
        closed = {one.recipient: one for one in mailboxes.suspensions(tx)}
        counts = outbox.counts_by_recipient(tx)
    named: dict[str, list[str]] = {name: [] for name in channels}
    for team in teams:
        for name in sorted({who.channel for who in team.recipients if who.channel}):
            named.setdefault(name, []).append(team.id)
    for name in filter(None, map(channel_of, counts)):
        named.setdefault(name, [])
    items = []
    for name in sorted(named):
        channel, address = channels.get(name), f"channel:{name}"
        left = closed.get(address)
        state = "closed" if left else "open" if channel else "unknown"
        items.append(
            ChannelShape(
                name=name,
                kind=channel.kind if channel else None,
                where=channel.where if channel else "",
                private=channel.private if channel else False,
                state=state,
                reason=left.reason if left else "" if channel else UNKNOWN,
                since=left.since if left else None,
                teams=named[name],
                counts=counts.get(address, {}),
            )
        )
    return ChannelPage(items=items)
