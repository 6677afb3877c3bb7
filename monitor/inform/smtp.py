"""The only door to SMTP: messages in bytes come in, the outcome of each sending goes out.

Every step is driven by hand, because what may be repeated depends on one thing: whether the final dot had left (RFC 1047).
"""

from __future__ import annotations

import contextlib
import ipaddress
import re
import select
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from typing import Any, BinaryIO, Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from monitor.errors import ConfigError
from monitor.inform.headers import checked_address, header_text
from monitor.model import Noun, SendResult

MAX_LINE = 8192
MAX_REPLY = 64 * 1024
"""Bytes of one answer, all its lines together; RFC 5321 asks for 512 a line, and greetings of large sites have a dozen."""
PROBE_S = 5.0
"""How long a kept connection may take to show that it is still good."""
_GONE_FOR_GOOD = re.compile(r"\b5\.(?:1\.\d+|2\.1)\b")
"""Enhanced codes (RFC 3463) that speak of the recipient's address or of a mailbox that was closed, at whatever step they come."""


def send(raw: bytes, recipient: str, smtp_url: str, timeout: float, pledge: Callable[[], bool] = lambda: True) -> SendResult:
    """Hands one message to the server at `smtp_url` over a connection of its own; like `Line.send`."""
    with contextlib.closing(Line(smtp_url)) as line:
        return line.send(raw, recipient, timeout, pledge)


class Line:
    """A server and, between mails, the connection to it: what was opened for one mail serves the next ones too.

    It is kept only while both sides agree on where they are: after a loss, a silence, an answer too many or a 421 the next mail gets a
    connection of its own, as it does when the kept one turns out to be closed. ConfigError for a bad URL.
    """

    def __init__(self, smtp_url: str) -> None:
        self._server = _Server.parse(smtp_url)
        self._client: _Client | None = None

    def send(self, raw: bytes, recipient: str, timeout: float, pledge: Callable[[], bool] = lambda: True) -> SendResult:
        """Hands one message over within `timeout` seconds in all; DeliveryError for an address that is none.

        A loss before the final dot is a retry (4xx too) or a failure (5xx); a loss after it leaves the mail in doubt (RFC 1047).
        `pledge` is called when all but the dot has left; when it says False, the dot never leaves.
        """
        letter = _Letter(raw, checked_address(recipient), pledge)
        attempt, kept, self._client = _Attempt(timeout), self._client, None
        with attempt.watched():
            result = self._outcome(attempt, letter, kept)
        if attempt.client is not None:
            if attempt.keeps and not attempt.is_over:
                self._client = attempt.client
            else:
                attempt.client.close()
        return result

    def close(self) -> None:
        """Says goodbye; how the server takes it changes nothing."""
        client, self._client = self._client, None
        if client is not None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                client.send(b"QUIT\r\n")
            client.close()

    def _outcome(self, attempt: _Attempt, letter: _Letter, kept: _Client | None) -> SendResult:
        where = self._server.where
        try:
            return _deliver(attempt, self._server, letter, kept)
        except smtplib.SMTPRecipientsRefused as refused:
            return _refusal(attempt, *next(iter(refused.recipients.values())), "recipient")
        except smtplib.SMTPResponseException as refused:
            return _refusal(attempt, refused.smtp_code, refused.smtp_error, "message" if attempt.greeted else "server")
        except smtplib.SMTPNotSupportedError as missing:
            return SendResult(state="failed", reason=f"{where}: {missing}", blame="server")
        except ssl.SSLCertVerificationError as untrusted:
            why = f"tls: the certificate of {where} is not trusted ({untrusted.verify_message})"
            return SendResult(state="retry", reason=why, blame="server")
        except (OSError, smtplib.SMTPException) as lost:
            why = f"no complete answer within {attempt.timeout:g} s" if attempt.is_over else str(lost) or type(lost).__name__
            return attempt.loss(f"{where}: {why}")


class _Letter:
    def __init__(self, raw: bytes, recipient: str, pledge: Callable[[], bool]) -> None:
        self.sender = parseaddr(str(BytesHeaderParser().parsebytes(raw)["From"]))[1]
        self.recipient = recipient
        self.stuffed = _stuffed(raw)
        self.pledge = pledge

    @property
    def options(self) -> list[str]:
        """What a server must be told, and have offered, for an address beyond ASCII (RFC 6531)."""
        return [] if self.recipient.isascii() else ["SMTPUTF8", "BODY=8BITMIME"]


class _Server(Noun):
    host: str
    port: int
    smtps: bool
    must_encrypt: bool
    user: str = ""
    password: str = ""
    checks_certificate: bool

    @property
    def where(self) -> str:
        return f"{self.host}:{self.port}"

    @classmethod
    def parse(cls, url: str) -> _Server:
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError as error:
            raise ConfigError(f"FOREWARNED_SMTP_URL: {error}; write smtp://[user:pass@]host:port") from error
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ConfigError("FOREWARNED_SMTP_URL: write smtp://[user:pass@]host:port or smtps://…")
        wish = dict(parse_qsl(parts.query)).get("tls", "")
        if wish not in ("", "required", "optional"):
            raise ConfigError(f"FOREWARNED_SMTP_URL: tls={wish} is unknown; write tls=required or tls=optional")
        smtps, near = parts.scheme == "smtps", _is_loopback(parts.hostname)
        return cls(
            host=parts.hostname,
            port=port or (465 if smtps else 25),
            smtps=smtps,
            must_encrypt=wish == "required" or (wish == "" and not near),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            # A relay on this machine has a self-made certificate, and nobody sits in between.
            checks_certificate=not near or wish == "required",
        )

    def context(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        if not self.checks_certificate:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Bounded:
    """A connection's answers, read line by line, of which none may be endless."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._left = MAX_REPLY

    def readline(self, limit: int = -1) -> bytes:
        line = self._file.readline(limit)
        self._left -= len(line)
        if self._left < 0 or len(line) > MAX_LINE:  # smtplib would make an error 500 of a long line, also after the final dot
            raise smtplib.SMTPServerDisconnected("an answer too long to be one")
        return line

    def begin(self) -> None:
        self._left = MAX_REPLY

    def close(self) -> None:
        self._file.close()

    def waits(self, connection: socket.socket) -> bool:
        """Whether the server said something that nobody asked for, or has left."""
        poll = select.poll()
        poll.register(connection, select.POLLIN)
        came, patience = bool(poll.poll(0)), connection.gettimeout()
        connection.settimeout(0)
        try:
            return bool(self._file.peek(1)) or came  # type: ignore[attr-defined]  # nothing to read where something came is the end
        except ssl.SSLWantReadError:  # what came was TLS's own
            return False
        finally:
            connection.settimeout(patience)


class _Client(smtplib.SMTP):
    """smtplib's client with bounded answers."""

    def getreply(self) -> tuple[int, bytes]:
        """The next answer; SMTPServerDisconnected when it is too long or the connection ends."""
        if self.file is None and self.sock is not None:
            self.file = _Bounded(self.sock.makefile("rb"))
        if isinstance(self.file, _Bounded):
            self.file.begin()
        return super().getreply()

    def in_step(self) -> bool:
        """Whether the server waits for us: after an answer too many, each later one would be taken for that of another command."""
        return self.sock is None or not isinstance(self.file, _Bounded) or not self.file.waits(self.sock)


class _ClientOverTls(_Client, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class _Attempt:
    """How far one sending got, with a watchdog that cuts the connection at the deadline: SMTP has no total timeout of its own."""

    def __init__(self, timeout: float) -> None:
        self.timeout = timeout
        self.expired = threading.Event()
        self.begun = time.monotonic()
        self.greeted = False
        self.dot_sent = False
        self.keeps = False
        """Whether the connection is good for another mail."""
        self.client: _Client | None = None

    @contextlib.contextmanager
    def watched(self) -> Iterator[None]:
        timer = threading.Timer(self.timeout, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    @property
    def is_over(self) -> bool:
        """Whether the deadline has passed; a read may notice it before the watchdog."""
        return self.expired.is_set() or time.monotonic() - self.begun >= self.timeout

    def _cut(self) -> None:
        self.expired.set()
        connection = self.client.sock if self.client else None
        if connection is not None:
            with contextlib.suppress(OSError):  # it may have just been closed by the other side
                socket.socket.shutdown(connection, socket.SHUT_RDWR)  # TLS must not be unwrapped under a reading thread

    def loss(self, why: str) -> SendResult:
        if self.dot_sent:
            return SendResult(state="in_doubt", reason=f"connection lost after the message was handed over: {why}")
        return SendResult(state="retry", reason=f"unreachable or lost before the message was complete: {why}", blame="server")


def _deliver(attempt: _Attempt, server: _Server, letter: _Letter, kept: _Client | None) -> SendResult:
    if kept is not None and (refusal := _unfit(kept, letter)):
        attempt.client, attempt.keeps = kept, True
        return refusal
    client = _resumed(attempt, kept, letter)
    if client is None:
        client = _connect(attempt, server)
        if refusal := _secure(client, server):
            return refusal
        if refusal := _unfit(client, letter):
            attempt.keeps = True
            return refusal
        attempt.greeted = True
        _expect(client, client.mail(letter.sender, letter.options), 2)
    code, reply = client.rcpt(letter.recipient)
    if code // 100 in (4, 5):
        raise smtplib.SMTPRecipientsRefused({letter.recipient: (code, reply)})
    _expect(client, (code, reply), 2)
    _expect(client, client.docmd("DATA"), 3)
    client.send(letter.stuffed)
    if not client.in_step():  # an answer to a message that is not complete is none
        raise smtplib.SMTPServerDisconnected("the server answered or left before the message was complete")
    if not letter.pledge():
        return SendResult(state="retry", reason="another sender took this mail over")
    attempt.dot_sent = True
    client.send(b".\r\n")
    code, reply = client.getreply()
    if code // 100 != 2:
        return _refusal(attempt, code, reply, "message")
    attempt.keeps = True
    return SendResult(state="sent")


def _resumed(attempt: _Attempt, kept: _Client | None, letter: _Letter) -> _Client | None:
    """The kept connection after it took the sender of another mail; None when there is none or it is good for nothing any more.

    What it answers until then is no word about this mail: servers close a line that was silent or had enough mails.
    """
    if kept is None or kept.sock is None:
        return None
    attempt.client, attempt.greeted, patience = kept, True, attempt.timeout
    with contextlib.suppress(OSError, smtplib.SMTPException):
        kept.sock.settimeout(min(PROBE_S, patience / 2))
        kept.command_encoding = "ascii"
        if kept.in_step():
            _expect(kept, kept.rset(), 2)
            _expect(kept, kept.mail(letter.sender, letter.options), 2)
            kept.sock.settimeout(patience)
            return kept
    kept.close()
    attempt.client, attempt.greeted = None, False
    return None


def _expect(client: _Client, answer: tuple[int, bytes], hundreds: int) -> None:
    """Raises unless the answer is of that hundred and nothing but it was said."""
    code, reply = answer
    if code // 100 in (4, 5):
        raise smtplib.SMTPResponseException(code, reply)
    if code // 100 != hundreds:
        raise smtplib.SMTPServerDisconnected(f"not an SMTP answer: {_said(code, reply)}")
    if not client.in_step():
        raise smtplib.SMTPServerDisconnected("the server answered more than it was asked, or left")


def _connect(attempt: _Attempt, server: _Server) -> _Client:
    timeout = attempt.timeout
    client: _Client = _ClientOverTls(timeout=timeout, context=server.context()) if server.smtps else _Client(timeout=timeout)
    attempt.client = client
    client._host = server.host  # type: ignore[attr-defined]  # connect() alone leaves it empty, and TLS checks names by it
    code, reply = client.connect(server.host, server.port)
    if client.sock is not None:  # the dot follows its message in a write of its own, and must not wait for an acknowledgement of that
        client.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if attempt.expired.is_set():  # the watchdog found no socket yet while the connection was being made
        raise TimeoutError
    _expect(client, (code, reply), 2)
    code, reply = client.ehlo()
    if code // 100 in (1, 3, 5):  # a server of old knows HELO only
        code, reply = client.helo()
    _expect(client, (code, reply), 2)
    return client


def _secure(client: _Client, server: _Server) -> SendResult | None:
    """STARTTLS when offered, then the login; a result when the server must not be given the mail or the password."""
    encrypted = server.smtps
    if not encrypted and client.has_extn("starttls"):
        client.starttls(context=server.context())
        client.ehlo()
        encrypted = True
    if not encrypted and server.must_encrypt:
        why = f"{server.where} offers no TLS; nothing is sent in clear (tls=optional in FOREWARNED_SMTP_URL allows it)"
        return SendResult(state="failed", reason=why, blame="server")
    if server.user:
        if not encrypted and server.checks_certificate:
            return SendResult(state="failed", reason=f"{server.where} offers no TLS; the password is not sent in clear", blame="server")
        client.login(server.user, server.password)
    return None


def _unfit(client: _Client, letter: _Letter) -> SendResult | None:
    """Why this server cannot be given this mail, although it may take others."""
    if letter.options and not (client.has_extn("smtputf8") and client.has_extn("8bitmime")):
        why = "the server takes no address beyond ASCII (SMTPUTF8); list another address of this recipient"
        return SendResult(state="failed", reason=why, blame="message")
    said = client.esmtp_features.get("size", "")
    if said.isdigit() and 0 < int(said) < len(letter.stuffed):
        return SendResult(state="failed", reason=f"a message of {len(letter.stuffed)} bytes; the server takes {said}", blame="message")
    return None


def _stuffed(raw: bytes) -> bytes:
    lines = re.sub(rb"(?:\r\n|\n|\r(?!\n))", b"\r\n", raw)
    dotted = re.sub(rb"(?m)^\.", b"..", lines)
    return dotted if dotted.endswith(b"\r\n") else dotted + b"\r\n"


def _refusal(attempt: _Attempt, code: int, reply: Any, about: Literal["recipient", "message", "server"]) -> SendResult:
    reason = _said(code, reply)
    if code // 100 not in (4, 5):
        return attempt.loss(f"not an SMTP answer: {reason}")
    attempt.keeps = attempt.greeted and code != 421
    if code // 100 == 4:
        return SendResult(state="retry", reason=reason, blame="server" if code == 421 else about)
    if code == 530:  # asks for a login or for TLS, at whatever step
        about = "server"
    elif about == "message" and _GONE_FOR_GOOD.search(reason):
        about = "recipient"
    return SendResult(state="failed", reason=reason, blame=about)


def _said(code: int, reply: Any) -> str:
    words = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else str(reply)
    return header_text(f"{code} {words}")[:300]
