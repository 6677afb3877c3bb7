"""What is told: mails, their deliveries, and the addresses that take or want none."""

from __future__ import annotations

from datetime import date
from typing import Literal, Self

from monitor.model.assess import Alert, AlertReason
from monitor.model.base import Instant, Level, Noun, short_hash
from monitor.model.channel import ChannelKind

MailKind = Literal["digest", "alert", "confirmation", "test"]
DeliveryState = Literal["queued", "sending", "sent", "failed", "in_doubt"]


class ToldAlert(Noun):
    """A reason for which a mail interrupted a recipient, for one team, and the providers of that team it hits."""

    alert: Alert
    team: str
    providers: tuple[str, ...]


class Mail(Noun):
    """A rendered message, ready for one recipient."""

    recipient: str
    subject: str
    text: str
    """What a mail program without HTML shows, or a chat; of a webhook the JSON that is posted, byte for byte."""
    html: str
    """Empty for a channel."""
    message_id: str
    calendar: str | None = None
    as_of: Instant | None = None
    """The instant whose knowledge the mail tells; the next one tells what is new since."""
    kind: MailKind = "digest"
    team: str = ""
    """The team that a digest is about; empty for an alert, which may be about several, and for a mail that asks."""
    told: tuple[ToldAlert, ...] = ()
    """Why an alert interrupts."""
    unsubscribe: str | None = None
    """Where its recipient stops mails about its teams with one click."""

    @property
    def teams(self) -> frozenset[str]:
        """The teams it is about."""
        return frozenset({self.team} | {one.team for one in self.told}) - {""}


class Delivery(Noun):
    """One outbox row: a mail or a message for one recipient and slot over one channel."""

    recipient: str
    slot: str
    """The recipient's local day and zone, e.g. `2024-06-26/Asia/Shanghai`, and what the mail is about."""
    channel: Literal["mail"] | ChannelKind = "mail"
    state: DeliveryState = "queued"
    reason: str = ""
    attempts: int = 0
    due_at: Instant
    mail: Mail

    @property
    def id(self) -> str:
        """The delivery's name towards people."""
        return delivery_id(self.recipient, self.slot, self.channel)

    def moved_to(self, state: DeliveryState, reason: str = "") -> Self:
        """The same delivery in another state."""
        return self.model_copy(update={"state": state, "reason": reason})


class Posting(Noun):
    """An outbox row without its mail: what became of it, and why."""

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
    """Whether a sender holds it right now; an `in_doubt` one may still become `sent`."""


class Suspension(Noun):
    """An address that refused mail for good too often in a row; nothing is composed for it until someone resumes it."""

    recipient: str
    refusals: int
    since: Instant
    reason: str


ConsentState = Literal["pending", "confirmed"]


class Consent(Noun):
    """Whether an address, in lower case, agreed to get mails: since when, on whose word, and how often it was asked."""

    recipient: str
    state: ConsentState
    since: Instant
    author: str
    asked: int
    asked_at: Instant | None


class Unsubscription(Noun):
    """An address, in lower case, that wants no mails about a team until an operator resumes it."""

    recipient: str
    team: str
    since: Instant


HeldBy = Literal["", "quiet_hours", "daily_cap"]
Fate = Literal["sent", "digest", "lapsed", "waiting"]
"""Sent at once; told by a digest instead, before it could be sent; no longer pressing before it could be; still held at the end."""


class Firing(Noun):
    """What the rules of alerts made of one matter for one recipient of a team at a time in the past."""

    at: Instant
    """When it would have been sent but for quiet hours and the cap."""
    team: str
    recipient: str
    event: str
    title: str
    reason: AlertReason
    why: str
    """What pressed, in words."""
    level: Level
    score: int
    providers: tuple[str, ...]
    deadline: date | None
    held: HeldBy = ""
    """What held it back first."""
    fate: Fate = "waiting"
    sent_at: Instant | None = None
    subject: str = ""
    """Of the mail that told it, which may tell more."""


def delivery_id(recipient: str, slot: str, channel: str) -> str:
    """`dlv_` and 16 hex digits, the same for the same key."""
    return f"dlv_{short_hash(recipient, slot, channel)}"
