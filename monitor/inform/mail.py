"""The only door to SMTP: a rendered mail comes in, a message in bytes and the outcome of one sending go out.

A hostile title can neither add a header nor stop a mail: header values are cleaned, and the finished message is parsed again
and compared with what it may contain before it leaves.
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import smtplib
import socket
import ssl
import threading
import unicodedata
from collections.abc import Callable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from monitor.errors import ConfigError, DeliveryError
from monitor.model import Mail, Noun, short_hash

HEADERS = frozenset(
    {
        "from", "to", "subject", "date", "message-id", "list-id", "auto-submitted", "mime-version", "content-type",
        "content-transfer-encoding",
    }
)  # fmt: skip
PART_HEADERS = frozenset({"content-type", "content-transfer-encoding", "content-disposition", "mime-version"})
PARTS = frozenset({"multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"})
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+|[A-Za-z0-9._+-]{1,64}@\[[0-9a-fA-F:.]+\]")


class SendResult(Noun):
    """How one sending ended. `retry`: surely not taken, may be tried again; `in_doubt`: perhaps taken, must not be repeated."""

    state: Literal["sent", "failed", "retry", "in_doubt"]
    reason: str = ""


def message(mail: Mail, mail_from: str, sent_at: datetime) -> bytes:
    """The mail as RFC 5322 bytes (7-bit, CRLF), the same for the same arguments; DeliveryError when an address is unusable."""
    name, sender = parseaddr(header_text(mail_from))
    built = EmailMessage(policy=policy.SMTP)
    built["From"] = Address(display_name=name, addr_spec=_checked_address(sender))
    built["To"] = Address(addr_spec=_checked_address(mail.recipient))
    built["Subject"] = header_text(mail.subject)
    built["Date"] = format_datetime(sent_at)
    built["Message-ID"] = header_text(mail.message_id)
    built["List-Id"] = f"Forewarned digest <digest.{sender.rpartition('@')[2]}>"
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


def header_text(value: str) -> str:
    """A value that is safe in a header: no control, line or surrogate characters, and nothing that reads as an encoded word."""
    kept = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in value)
    kept = "".join(sign for sign in kept if unicodedata.category(sign) not in ("Cs", "Cf", "Cn"))
    return " ".join(kept.replace("=?", "= ?").split())


def send(raw: bytes, recipient: str, smtp_url: str, timeout: float) -> SendResult:
    """Hands one message to the server at `smtp_url` within `timeout` seconds in all; ConfigError for a bad URL.

    A loss before the final dot is a retry (4xx too) or a failure (5xx); a loss after it leaves the mail in doubt (RFC 1047).
    """
    server = _Server.parse(smtp_url)
    _checked_address(recipient)
    attempt = _Attempt(timeout)
    try:
        with attempt.watched():
            return _deliver(attempt, server, raw, recipient)
    except smtplib.SMTPResponseException as refused:
        return _refusal(attempt, refused.smtp_code, refused.smtp_error)
    except ssl.SSLCertVerificationError as untrusted:
        return SendResult(state="retry", reason=f"tls: the certificate of {server.where} is not trusted ({untrusted.verify_message})")
    except (OSError, smtplib.SMTPException) as lost:
        why = f"no complete answer within {timeout:g} s" if attempt.expired.is_set() else str(lost) or type(lost).__name__
        return attempt.loss(f"{server.where}: {why}")


class _Server(Noun):
    host: str
    port: int
    tls: bool
    user: str = ""
    password: str = ""

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @classmethod
    def parse(cls, url: str) -> _Server:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigError(f"FOREWARNED_SMTP_URL: {error}; write smtp://[user:pass@]host:port") from error
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigError("FOREWARNED_SMTP_URL: write smtp://[user:pass@]host:port or smtps://…")
        tls = parts.scheme == "smtps"
        user, password = unquote(parts.username or ""), unquote(parts.password or "")
        return cls(host=parts.hostname, port=port or (465 if tls else 25), tls=tls, user=user, password=password)


class _Attempt:
    """How far one sending got, with a watchdog that cuts the connection at the deadline: SMTP has no total timeout of its own."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.expired = threading.Event()
        self.dot_sent = False
        self.client: smtplib.SMTP | None = None

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        timer = threading.Timer(self.timeout, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if self.client is not None:
                self.client.close()

    def _cut(self) -> None:
        self.expired.set()
        connection = self.client.sock if self.client else None
        if connection is not None:
            with contextlib.suppress(OSError):  # it may have just been closed by the other side
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS must not be unwrapped under a reading thread

    def loss(self, why: str) -> SendResult:
        if self.dot_sent:
            return SendResult(state="in_doubt", reason=f"connection lost after the message was handed over: {why}")
        return SendResult(state="retry", reason=f"unreachable or lost before the message was complete: {why}")


def _deliver(attempt: _Attempt, server: _Server, raw: bytes, recipient: str) -> SendResult:
    client = _connect(attempt, server)
    if refusal := _secure(client, server):
        return refusal
    sender = parseaddr(str(message_from_bytes(raw, policy=policy.SMTP)["From"]))[1]
    steps: tuple[Callable[[], tuple[int, bytes]], ...] = (
        lambda: client.mail(sender), lambda: client.rcpt(recipient), lambda: client.docmd("DATA"),
    )  # fmt: skip
    for step in steps:
        code, reply = step()
        if not 200 <= code < 400:
            return _refusal(attempt, code, reply)
    client.send(_stuffed(raw))
    attempt.dot_sent = True
    client.send(b".\r\n")
    code, reply = client.getreply()
    if code != 250:
        return _refusal(attempt, code, reply)
    with contextlib.suppress(OSError, smtplib.SMTPException):  # the mail is taken; how the server says goodbye changes nothing
        client.send(b"QUIT\r\n")
    return SendResult(state="sent")


def _connect(attempt: _Attempt, server: _Server) -> smtplib.SMTP:
    client: smtplib.SMTP
    if server.tls:
        client = smtplib.SMTP_SSL(timeout=attempt.timeout, context=_tls_context(server))
    else:
        client = smtplib.SMTP(timeout=attempt.timeout)
    attempt.client = client
    client._host = server.host  # type: ignore[attr-defined]  # connect() alone leaves it empty, and TLS checks names by it
    code, reply = client.connect(server.host, server.port)
    if code != 220:
        raise smtplib.SMTPConnectError(code, reply)
    if attempt.expired.is_set():  # the watchdog found no socket yet while the connection was being made
        raise TimeoutError
    client.ehlo_or_helo_if_needed()
    return client


def _secure(client: smtplib.SMTP, server: _Server) -> SendResult | None:
    """STARTTLS when offered, then the login; a result when the server must not be given the mail or the password."""
    encrypted = server.tls
    if not encrypted and client.has_extn("starttls"):
        client.starttls(context=_tls_context(server))
        client.ehlo()
        encrypted = True
    if server.user:
        if not encrypted and not server.loopback:
            return SendResult(state="failed", reason=f"{server.where} offers no TLS; the password is not sent in clear")
        client.login(server.user, server.password)
    return None


def _tls_context(server: _Server) -> ssl.SSLContext:
    context = ssl.create_default_context()
    if server.loopback:  # a relay on this machine has a self-made certificate, and nobody sits in between
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _stuffed(raw: bytes) -> bytes:
    lines = re.sub(rb"(?:\r\n|\n|\r(?!\n))", b"\r\n", raw)
    dotted = re.sub(rb"(?m)^\.", b"..", lines)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def _refusal(attempt: _Attempt, code: int, reply: bytes | str) -> SendResult:
    said = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    reason = header_text(f"{code} {said}")[:300]
    if code == -1 or code < 200:
        return attempt.loss(f"not an SMTP answer: {reason}")
    return SendResult(state="failed" if 500 <= code < 600 else "retry", reason=reason)


def _checked_address(address: str) -> str:
    if not _ADDRESS.fullmatch(address):
        raise DeliveryError(f"{header_text(address)!r} is no mail address; correct it in the inventory", reason="bad_address")
    return address


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
