"""A rendered mail comes in, a message in bytes goes out.

A hostile title can neither add a header nor stop a mail: header values are cleaned, and the finished message is parsed again
and compared with what it may contain before it leaves.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path

from monitor.errors import DeliveryError
from monitor.inform.headers import checked_address, header_text
from monitor.inform.smtp import SendResult, send
from monitor.model import Mail, short_hash

__all__ = ["HEADERS", "SendResult", "header_text", "message", "send", "write_eml"]

HEADERS = frozenset(
    {
        "from", "to", "subject", "date", "message-id", "list-id", "auto-submitted", "mime-version", "content-type",
        "content-transfer-encoding",
    }
)  # fmt: skip
PART_HEADERS = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
PARTS = frozenset({"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"})


def message(mail: Mail, mail_from: str, sent_at: datetime) -> bytes:
    """The mail as RFC 5322 bytes (7-bit, CRLF), the same for the same arguments; DeliveryError when an address is unusable."""
    name, sender = parseaddr(header_text(mail_from))
    built = EmailMessage(policy=policy.SMTP)
    built["From"] = Address(display_name=name, addr_spec=checked_address(sender))
    built["To"] = Address(addr_spec=checked_address(mail.recipient))
    built["Subject"] = header_text(mail.subject)
    built["Date"] = format_datetime(sent_at)
    built["Message-ID"] = header_text(mail.message_id)
    built["List-Id"] = f"Forewarned {mail.kind} <{mail.kind}.{sender.rpartition('@')[2]}>"
    built["Auto-Submitted"] = "auto-generated"
    built.set_content(_body(mail.text), cte="quoted-printable")
    built.add_alternative(_body(mail.html), subtype="html", cte="quoted-printable")
    if mail.calendar is not None:
        content = mail.calendar.encode("utf-8", "replace")
        built.add_attachment(content, maintype="text", subtype="calendar", filename="deadlines.ics")
    for number, part in enumerate(part for part in built.walk() if part.is_multipart()):
        part.set_boundary(f"=={short_hash(mail.message_id, str(number))}==")
    raw = built.as_bytes()
    _verify(raw)
    return raw


def write_eml(raw: bytes, path: Path) -> Path:
    """The message as a file that mail programs open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def _body(text: str) -> str:
    """The text with line ends a mail can carry, and without what no encoding has."""
    lines = re.sub(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text)
    return "".join(sign for sign in lines if sign in "\n\t" or unicodedata.category(sign) not in ("Cc", "Cs"))


def _verify(raw: bytes) -> None:
    parsed = message_from_bytes(raw, policy=policy.SMTP)
    names = [name.lower() for name in parsed.keys()]  # noqa: SIM118  # a message iterates over header names, with repeats
    parts = list(parsed.walk())
    inner = {name.lower() for part in parts[1:] for name in part.keys()}  # noqa: SIM118
    kinds = {part.get_content_type() for part in parts}
    if set(names) - HEADERS or len(names) != len(set(names)) or inner - PART_HEADERS or kinds - PARTS or parsed.defects:
        raise DeliveryError(f"the message would carry headers or parts it must not: {sorted(names)}", reason="unsafe_message")
