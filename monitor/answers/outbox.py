"""What became of the mails. A store comes in; states, counts and addresses left alone go out, masked for who need not know them."""

from __future__ import annotations

from collections.abc import Collection

from monitor.answers.shapes import Shape
from monitor.model import ConsentState, DeliveryState, Instant, MailKind, Posting, Suspension
from monitor.store import Store, consents, mailboxes, outbox, unsubscriptions

ADVICE: dict[DeliveryState, str] = {
    "in_doubt": "ask the recipient or the server's log; forewarned outbox resend ID sends it again with the same id",
    "failed": "mend what the reason says, then forewarned outbox resend ID",
}


class PostingShape(Shape):
    """One mail of the outbox, without its text."""

    id: str
    recipient: str
    slot: str
    channel: str
    kind: MailKind
    state: DeliveryState
    reason: str
    attempts: int
    due_at: Instant
    message_id: str
    underway: bool
    advice: str


class SuspensionShape(Shape):
    """An address that nothing is composed for any more."""

    recipient: str
    refusals: int
    since: Instant
    reason: str


class UnsubscriptionShape(Shape):
    """An address that wants no mails about a team."""

    recipient: str
    team: str
    since: Instant


class ConsentShape(Shape):
    """Whether an address agreed to get mails, since when and on whose word; how often and when it was asked."""

    recipient: str
    state: ConsentState
    since: Instant
    author: str
    asked: int
    asked_at: Instant | None


class OutboxShape(Shape):
    """Mails, newest due first, with how many there are in each state, the addresses left alone, who wants none about which team, and
    who agreed.
    """

    items: list[PostingShape]
    counts: dict[DeliveryState, int]
    suspended: list[SuspensionShape]
    unsubscribed: list[UnsubscriptionShape]
    consents: list[ConsentShape]


def outbox_answer(store: Store, states: Collection[DeliveryState], limit: int, *, masked: bool) -> OutboxShape:
    """The outbox, of these states when given."""
    with store.read() as tx:
        found, counts, closed = outbox.postings(tx, states, limit), outbox.state_counts(tx), mailboxes.suspensions(tx)
        agreed = consents.consents(tx)
        gone = unsubscriptions.unsubscriptions(tx)
    return OutboxShape(
        items=[_posting(one, masked) for one in found],
        counts=counts,
        suspended=[_suspension(one, masked) for one in closed],
        unsubscribed=[UnsubscriptionShape(recipient=shown_address(one.recipient, masked), team=one.team, since=one.since) for one in gone],
        consents=[ConsentShape.model_validate(one.model_dump() | {"recipient": shown_address(one.recipient, masked)}) for one in agreed],
    )


def _posting(one: Posting, masked: bool) -> PostingShape:
    advice = "" if one.underway else ADVICE.get(one.state, "")
    return PostingShape.model_validate(one.model_dump() | {"advice": advice, "recipient": shown_address(one.recipient, masked)})


def _suspension(one: Suspension, masked: bool) -> SuspensionShape:
    return SuspensionShape.model_validate(one.model_dump() | {"recipient": shown_address(one.recipient, masked)})


def shown_address(address: str, masked: bool) -> str:
    """Enough of an address for whoever knows it: `p***@example.cn`; the name of a channel is no secret."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}***{at}{domain}" if masked and at else address
