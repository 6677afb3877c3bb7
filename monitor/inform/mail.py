"""A rendered mail comes in, a message in bytes goes out.

A hostile title can neither add a header nor stop a mail: header values are cleaned, and the finished message is parsed again
and compared with what it may contain before it leaves.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Iterator, Sequence
from datetime import datetime
from email import policy
from email.errors import MultipartInvariantViolationDefect
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.parser import BytesHeaderParser
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path

from monitor.errors import DeliveryError
from monitor.inform.headers import checked_address, header_text
from monitor.inform.links import MAX_URL, is_reachable
from monitor.inform.smtp import Line, send
from monitor.model import Mail, SendResult, short_hash

__all__ = ["HEADERS", "ONE_CLICK", "UNSUBSCRIBE_HEADERS", "Line", "SendResult", "header_text", "message", "send", "write_eml"]

HEADERS = frozenset({"from", "to", "subject", "date", "message-id", "list-id", "auto-submitted", "mime-version", "content-type"})
UNSUBSCRIBE_HEADERS = frozenset({"list-unsubscribe", "list-unsubscribe-post"})
ONE_CLICK = "List-Unsubscribe=One-Click"
"""What RFC 8058 asks for in the header, and what a mail program then posts."""
PART_HEADERS = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
MAX_HEADER_LINE = 76
_BREAKS = re.compile(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_UNCARRIED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
PARTS = frozenset({"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"})


class _Wire(policy.Compat32):
    """The library's plain policy; a short line in ASCII needs no folding, and finding that out is a fifth of a message's cost."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """The header as it goes over the wire. A web address has no place to be folded at, and must not be encoded."""
        if name == "List-Unsubscribe":
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if isinstance(value, str) and value.isascii() and value.isprintable() and len(name) + len(value) < MAX_HEADER_LINE:
            return f"{name}: {value}{self.linesep}".encode("ascii")
        if name == "To":  # an address is never an encoded word: beyond ASCII it goes as UTF-8, where the server takes that (RFC 6532)
            return f"{name}: {value}{self.linesep}".encode()
        return super().fold_binary(name, value)


_WIRE = _Wire(linesep="\r\n", mangle_from_=False)


def message(mail: Mail, mail_from: str, sent_at: datetime) -> bytes:
    """The mail as RFC 5322 bytes (CRLF, 7-bit but for an address beyond ASCII), the same for the same arguments.

    DeliveryError when an address is unusable.
    """
    name, sender = parseaddr(header_text(mail_from))
    boundaries = [f"=={short_hash(mail.message_id)}.{level}==" for level in ("text", "file")]
    built = MIMEMultipart("alternative", boundaries[0], [_part("plain", mail.text), _part("html", mail.html)])
    if mail.calendar is not None:
        calendar = _part("calendar", mail.calendar)
        calendar.add_header("Content-Disposition", "attachment", filename="deadlines.ics")
        built = MIMEMultipart("mixed", boundaries[1], [built, calendar])
    built["From"] = formataddr((name, checked_address(sender)))
    built["To"] = checked_address(mail.recipient)
    built["Subject"] = header_text(mail.subject)
    built["Date"] = format_datetime(sent_at)
    built["Message-ID"] = header_text(mail.message_id)
    built["List-Id"] = f"Forewarned {mail.kind} <{mail.kind}.{sender.rpartition('@')[2]}>"
    built["Auto-Submitted"] = "auto-generated"
    expected = HEADERS
    if mail.unsubscribe is not None:
        built["List-Unsubscribe"] = f"<{_carried(mail.unsubscribe)}>"
        built["List-Unsubscribe-Post"] = ONE_CLICK
        expected = HEADERS | UNSUBSCRIBE_HEADERS
    raw = built.as_bytes(policy=_WIRE)
    _verify(raw, boundaries, expected)
    return raw


def write_eml(raw: bytes, path: Path) -> Path:
    """The message as a file that mail programs open."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    return path


def _part(kind: str, text: str) -> MIMENonMultipart:
    """A text in quoted-printable; b2a_qp is the library's encoder in C, and email's own costs as much as all else together."""
    part = MIMENonMultipart("text", kind, charset="utf-8")
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(b2a_qp(_body(text), istext=True).decode("ascii"))
    return part


def _body(text: str) -> bytes:
    """The text with line ends a mail can carry, and without what no encoding has."""
    if text.replace("\n", "").replace("\t", "").isprintable():
        return text.encode()
    return _UNCARRIED.sub("", _BREAKS.sub("\n", text)).encode()


def _carried(url: str) -> str:
    """The address; DeliveryError when a header cannot carry it in one line (RFC 5322 allows 998 octets)."""
    if not is_reachable(url) or len(url) > MAX_URL:
        raise DeliveryError("the address for unsubscribing cannot stand in a header; correct FOREWARNED_BASE_URL", reason="unsafe_message")
    return url


def _is_flaw(defect: object) -> bool:
    """Whether a defect is one of the message: that a multipart has no parts only says that its head was read alone, which Pythons up to
    3.11.2 complain of.
    """
    return not isinstance(defect, MultipartInvariantViolationDefect)


def _verify(raw: bytes, boundaries: Sequence[str], expected: frozenset[str]) -> None:
    """Reads the heads of the finished message and of its parts as a mail program would, and refuses what does not belong there.

    Bodies are quoted-printable, in which `=` never stands for itself: none of them can hold a boundary, which has two.
    """
    whole, *parts = _heads(raw, boundaries)
    names = [name.lower() for name in whole.keys()]  # noqa: SIM118  # a message iterates over header names, with repeats
    inner = {name.lower() for part in parts for name in part.keys()}  # noqa: SIM118
    kinds = {part.get_content_type() for part in (whole, *parts)}
    flawed = any(_is_flaw(defect) for part in (whole, *parts) for defect in part.defects)
    if set(names) != expected or len(names) != len(expected) or inner - PART_HEADERS or kinds - PARTS or flawed:
        raise DeliveryError(f"the message would carry headers or parts it must not: {sorted(names)}", reason="unsafe_message")


def _heads(raw: bytes, boundaries: Sequence[str]) -> Iterator[Message]:
    separator = re.compile(rb"\r\n--(?:" + b"|".join(re.escape(one.encode()) for one in boundaries) + rb")(?:--)?\r\n")
    for part in separator.split(raw):
        if part.strip():
            yield BytesHeaderParser().parsebytes(part.partition(b"\r\n\r\n")[0] + b"\r\n\r\n")
