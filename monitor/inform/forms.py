"""One composed digest or alert in the form that its recipient takes: a mail, a chat message or a webhook's JSON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.inform.digest import Digest, message_id
from monitor.inform.notice import Matter, compose_alert
from monitor.inform.payload import WebhookMessage, alert_message, digest_message, trial_message
from monitor.inform.query import DigestQuery, utc_minute
from monitor.inform.render import render_digest
from monitor.inform.short import chat_text, chat_title
from monitor.model import Channel, Mail

TRIAL = "[TEST] Forewarned: this is a test, nothing has happened"


def digest_form(digest: Digest, query: DigestQuery, channel: Channel | None, calendars: dict[tuple[str, ...], str]) -> Mail:
    """A digest for a mailbox (`channel` None) or a channel; `calendars` keeps files for many mails of one instant."""
    if channel is None:
        return render_digest(digest, calendars)
    quiet = any(section.key == "watched" for section in digest.sections)
    return _brief(digest) if channel.kind == "chat" else _posted(digest, digest_message(query, quiet=quiet))


def alert_parts(matters: Sequence[Matter], channel: Channel | None) -> list[Sequence[Matter]]:
    """What goes into one message each: all of it for people, one matter at a time for a webhook, whose type says which kind it is."""
    return [[one] for one in matters] if channel is not None and channel.kind == "webhook" else [matters]


def alert_form(matters: Sequence[Matter], channel: Channel | None, unsubscribe: str | None) -> Mail:
    """One part of an alert."""
    notice = compose_alert(matters)
    if channel is None:
        return render_digest(notice.model_copy(update={"unsubscribe": unsubscribe}))
    return _brief(notice) if channel.kind == "chat" else _posted(notice, alert_message(matters[0]))


def trial_form(channel: Channel, slot: str, base_url: str, now: datetime, methodology_version: str) -> Mail:
    """A message that says of itself that it is a test."""
    posted = trial_message(channel.name, now, methodology_version).model_dump_json()
    key = message_id("test", base_url, channel.address, slot)
    text = posted if channel.kind == "webhook" else _said(now)
    return Mail(recipient=channel.address, subject=TRIAL, text=text, html="", message_id=key, kind="test")


def trial_mail(address: str, slot: str, base_url: str, now: datetime) -> Mail:
    """The same for a mailbox."""
    key = message_id("test", base_url, address, slot)
    return Mail(recipient=address, subject=TRIAL, text=f"{_said(now)}\n", html=f"<p>{_said(now)}</p>", message_id=key, kind="test")


def _said(now: datetime) -> str:
    return f"Sent on {utc_minute(now)} by forewarned channel test, to try this way out. There is nothing to do."


def _brief(digest: Digest) -> Mail:
    return _of(digest, chat_title(digest.subject), chat_text(digest))


def _posted(digest: Digest, message: WebhookMessage) -> Mail:
    return _of(digest, digest.subject, message.model_dump_json())


def _of(digest: Digest, subject: str, text: str) -> Mail:
    return Mail(recipient=digest.recipient, subject=subject, text=text, html="", message_id=digest.message_id, kind=digest.kind)
