"""What is told: mails and their deliveries."""

from __future__ import annotations

from typing import Literal, Self

from monitor.model.base import Instant, Noun


class Mail(Noun):
    """A rendered message, ready for one recipient."""

    recipient: str
    subject: str
    text: str
    html: str
    message_id: str
    calendar: str | None = None
    as_of: Instant | None = None
    """The instant whose knowledge the mail tells; the next one tells what is new since."""


DeliveryState = Literal["queued", "sending", "sent", "failed", "in_doubt"]


class Delivery(Noun):
    """One outbox row: a mail for one recipient and slot over one channel, at most once."""

    recipient: str
    slot: str
    """The recipient's local day and zone, e.g. `2024-06-26/Asia/Shanghai`."""
    channel: Literal["mail"] = "mail"
    state: DeliveryState = "queued"
    reason: str = ""
    attempts: int = 0
    due_at: Instant
    mail: Mail

    def moved_to(self, state: DeliveryState, reason: str = "") -> Self:
        """The same delivery in another state."""
        return self.model_copy(update={"state": state, "reason": reason})
