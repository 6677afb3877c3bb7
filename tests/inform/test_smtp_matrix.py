"""How hostile a mail server may be, and where each mail ends: sent, failed, to be tried again, or in doubt; the server is the truth."""

from __future__ import annotations

import ssl
import time
from typing import NamedTuple

import pytest

from monitor.errors import ConfigError
from monitor.inform.mail import message, send
from tests.inform.episode import NOW
from tests.inform.smtp_servers import Scripted, certificate, good_server, scripted_server, tls_server
from tests.inform.test_mail import FROM, MAIL

__all__ = ["certificate"]
LONG = 5.0
SHORT = 1.0
"""For servers that would keep us for ever: the sending has to end by itself."""
EXTENSIONS = b"250-relay\r\n250-SIZE 1000000\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN\r\n"
LOGIN = b"250-relay\r\n250 AUTH PLAIN\r\n"


class Case(NamedTuple):
    """A behaviour, and what must come of one sending."""

    name: str
    script: Scripted
    state: str
    blame: str = ""
    reason: str = ""
    timeout: float = LONG
    login: str = ""
    wish: str = ""
    never_said: str = ""


def says(state: str, blame: str, verb: str, reply: bytes | None, name: str = "") -> Case:
    """A server that is polite except for its answer to one verb."""
    shown = name or f"{verb} {reply.decode('ascii', 'replace').strip() if reply else 'closed'}"
    code = reply[:3].decode("ascii", "replace") if reply and state != "sent" and reply[:1] in b"45" else ""
    return Case(shown, Scripted(answers={verb: reply}), state, blame, code)


def after_dot(state: str, blame: str, reply: bytes | None, name: str, timeout: float = LONG) -> Case:
    return Case(name, Scripted(after_dot=reply), state, blame, timeout=timeout)


def starttls(reply: bytes) -> Scripted:
    return Scripted(answers={"EHLO": EXTENSIONS, "STARTTLS": reply})


def auth(reply: bytes) -> Scripted:
    return Scripted(answers={"EHLO": LOGIN, "AUTH": reply})


MATRIX = [
    # The greeting.
    Case("no banner", Scripted(banner=b""), "retry", "server", "no complete answer", SHORT),
    Case("banner 421", Scripted(banner=b"421 too busy\r\n"), "retry", "server", "421"),
    Case("banner 554", Scripted(banner=b"554 go away\r\n"), "failed", "server", "554"),
    Case("another protocol", Scripted(banner=b"HTTP/1.1 400 Bad Request\r\n"), "retry", "server", "not an SMTP answer"),
    Case("banner without end", Scripted(banner=b"220-hello\r\n" * 200_000), "retry", "server", "too long"),
    Case("banner of one endless line", Scripted(banner=b"220 " + b"x" * 3_000_000), "retry", "server", "too long"),
    Case("banner drips", Scripted(drip_s=0.2), "retry", "server", "no complete answer", SHORT),
    Case("banner twice", Scripted(banner=b"220 ready\r\n220 ready\r\n"), "retry", "server", "more than it was asked"),
    says("retry", "server", "EHLO", b"421 closing\r\n"),
    says("sent", "", "EHLO", b"502 what?\r\n", "HELO only"),
    Case("no hello at all", Scripted(answers={"EHLO": b"550 no\r\n", "HELO": b"550 no\r\n"}), "failed", "server", "550"),
    Case("extensions without end", Scripted(answers={"EHLO": b"250-x\r\n" * 100_000}), "retry", "server", "too long"),
    says("retry", "server", "EHLO", None),
    # STARTTLS and the login.
    Case("no STARTTLS though required", Scripted(), "failed", "server", "nothing is sent in clear", wish="required", never_said="MAIL"),
    Case("STARTTLS later", starttls(b"454 later\r\n"), "retry", "server", "454", never_said="MAIL"),
    Case("STARTTLS refused", starttls(b"502 no\r\n"), "failed", "server", "502", never_said="MAIL"),
    Case("no TLS after 220", starttls(b"220 go\r\n250 ok\r\n"), "retry", "server", timeout=SHORT),
    Case("login refused", auth(b"535 5.7.8 bad\r\n"), "failed", "server", "535", login="me:secret@"),
    Case("login later", auth(b"454 4.7.0 later\r\n"), "retry", "server", "454", login="me:secret@"),
    Case("no login offered", Scripted(), "failed", "server", "AUTH", login="me:secret@", never_said="MAIL"),
    Case("login asked for at MAIL", Scripted(answers={"MAIL": b"530 5.7.0 authenticate\r\n"}), "failed", "server", "530"),
    Case("SIZE too small", Scripted(answers={"EHLO": b"250-x\r\n250 SIZE 100\r\n"}), "failed", "message", "takes 100", never_said="MAIL"),
    # The envelope.
    says("retry", "server", "MAIL", b"421 closing\r\n"),
    says("retry", "message", "MAIL", b"451 later\r\n"),
    says("failed", "message", "MAIL", b"550 sender refused\r\n"),
    says("failed", "message", "MAIL", b"552 5.3.4 too big\r\n"),
    says("retry", "server", "MAIL", b"250 ok\r\n250 ok\r\n", "two answers to one command"),
    says("retry", "server", "MAIL", b"354 go on\r\n", "an answer of another command"),
    says("retry", "server", "RCPT", b"421 closing\r\n"),
    says("retry", "recipient", "RCPT", b"450 4.2.0 greylisted\r\n"),
    says("retry", "recipient", "RCPT", b"452 4.2.2 mailbox full\r\n"),
    says("failed", "recipient", "RCPT", b"550 5.1.1 no such user\r\n"),
    says("failed", "recipient", "RCPT", b"553-no\r\n553 such mailbox\r\n", "a refusal in two lines"),
    says("sent", "", "RCPT", b"251 will forward\r\n"),
    says("sent", "", "RCPT", b"250 \xff\xfe\x00 fine\r\n", "bytes that are no text"),
    says("sent", "", "RCPT", b"250 fine\n", "a bare line feed"),
    says("retry", "server", "RCPT", b"ok\r\n", "a word for a code"),
    says("retry", "server", "RCPT", b"25 ok\r\n", "a code of two digits"),
    says("retry", "server", "RCPT", b"-250 ok\r\n", "a negative code"),
    says("retry", "server", "RCPT", b"650 ok\r\n", "a code beyond all"),
    says("retry", "server", "RCPT", None),
    # The message.
    says("retry", "server", "DATA", b"421 closing\r\n"),
    says("retry", "message", "DATA", b"451 later\r\n"),
    says("failed", "message", "DATA", b"554 no\r\n"),
    says("retry", "server", "DATA", b"250 ok\r\n", "DATA taken for a command that is done"),
    says("retry", "server", "DATA", b"354 go on\r\n250 taken\r\n", "taken before it was sent"),
    Case("answers in the middle", Scripted(in_data=b"250 taken\r\n", after_dot=None), "retry", "server", "before the message was complete"),
    Case("closes in the middle", Scripted(close_in_data=True), "retry", "server", "lost before"),
    Case("no line beyond 998 bytes", Scripted(longest_line=1000), "sent"),
    # After the final dot only its answer tells.
    after_dot("retry", "message", b"451 later\r\n", "dot 451"),
    after_dot("retry", "server", b"421 closing\r\n", "dot 421"),
    after_dot("failed", "message", b"554 spam\r\n", "dot 554"),
    after_dot("failed", "message", b"552 too big\r\n", "dot 552"),
    after_dot("failed", "recipient", b"550 5.1.1 no such user\r\n", "dot 550 about the recipient"),
    after_dot("in_doubt", "", None, "closed after the dot"),
    Case("reset after the dot", Scripted(reset_after_dot=True), "in_doubt"),
    after_dot("in_doubt", "", b"", "silence after the dot", SHORT),
    after_dot("in_doubt", "", b"hello\r\n", "nonsense after the dot"),
    after_dot("in_doubt", "", b"354 go on\r\n", "dot 354"),
    after_dot("in_doubt", "", b"250-taken\r\n" * 100_000, "an answer without end after the dot"),
    after_dot("in_doubt", "", b"500 " + b"x" * 9_000 + b"\r\n", "a line of 9,000 bytes after the dot"),
    after_dot("sent", "", b"250-taken\r\n250 as 1\r\n", "taken, in two lines"),
    after_dot("sent", "", b"250 taken\r\n221 bye\r\n", "taken, and goodbye unasked"),
    says("sent", "", "QUIT", None, "closed at QUIT"),
    says("sent", "", "QUIT", b"", "QUIT never answered"),
    says("sent", "", "QUIT", b"500 what?\r\n", "QUIT refused"),
]  # fmt: skip


@pytest.mark.parametrize("case", MATRIX, ids=[case.name for case in MATRIX])
def test_where_a_mail_ends(case: Case) -> None:
    raw = message(MAIL, FROM, NOW)
    if case.script.close_in_data or case.script.in_data:  # more than the buffers in between hold, else all is out before it is seen
        raw += (b"x" * 98 + b"\r\n") * 300_000
    pledged: list[bool] = []

    def pledge() -> bool:
        pledged.append(True)
        return True

    with scripted_server(case.script) as port:
        wish = f"?tls={case.wish}" if case.wish else ""
        started = time.monotonic()
        result = send(raw, MAIL.recipient, f"smtp://{case.login}127.0.0.1:{port}{wish}", case.timeout, pledge)
        took = time.monotonic() - started
    assert (result.state, result.blame) == (case.state, case.blame), result
    assert case.reason in result.reason
    assert took < case.timeout + 2
    assert (result.state == "sent") <= (case.script.taken == 1), "what we call sent was taken"
    assert (case.script.taken == 1) <= (result.state in ("sent", "in_doubt")), "what was taken is never sent again by itself"
    assert bool(pledged) or result.state in ("retry", "failed"), "the dot never leaves without a pledge"
    assert "secret" not in result.reason
    assert not case.never_said or case.never_said not in case.script.logged


def test_the_matrix_is_as_large_as_promised() -> None:
    assert len({case.name for case in MATRIX}) == len(MATRIX) >= 60


def test_without_a_pledge_the_dot_never_leaves() -> None:
    script = Scripted()
    with scripted_server(script) as port:
        result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtp://127.0.0.1:{port}", LONG, lambda: False)
    assert (result.state, script.taken) == ("retry", 0)
    assert "took this mail over" in result.reason


@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
def test_a_certificate_that_nobody_trusts_gets_nothing_where_one_is_required(certificate: ssl.SSLContext, scheme: str) -> None:
    if scheme == "smtp":
        with good_server(certificate) as (box, port):
            result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtp://127.0.0.1:{port}?tls=required", LONG)
        assert box.mails == []
    else:
        with tls_server(certificate) as port:
            result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtps://127.0.0.1:{port}?tls=required", LONG)
    assert (result.state, result.blame) == ("retry", "server")
    assert "is not trusted" in result.reason


def test_a_wish_nobody_knows_is_the_operators_error() -> None:
    with pytest.raises(ConfigError, match="tls=maybe"):
        send(message(MAIL, FROM, NOW), MAIL.recipient, "smtp://h:25?tls=maybe", 5)
