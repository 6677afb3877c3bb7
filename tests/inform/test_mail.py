"""Messages that cannot be altered by a title, and what each behaviour of a server makes of a sending."""

from __future__ import annotations

import ssl
import time
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.errors import MessageDefect, MissingHeaderBodySeparatorDefect, MultipartInvariantViolationDefect
from email.message import EmailMessage, Message
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ConfigError, DeliveryError
from monitor.inform.mail import HEADERS, UNSUBSCRIBE_HEADERS, header_text, message, send, write_eml
from monitor.model import Mail
from tests.inform.episode import NOW
from tests.inform.smtp_servers import Scripted, certificate, free_port, good_server, scripted_server

__all__ = ["certificate"]

FROM = "Forewarned <fw@risk.example.org>"
MAIL = Mail(
    recipient="platform@example.cn",
    subject="[HIGH] OpenAI",
    text="Text\n.\n..two\n智谱",
    html="<p>Text</p>",
    message_id="<digest.1@risk.example.org>",
)
HOSTILE = [
    "=?utf-8?q?=0D=0ABcc:_evil@example.org?=",
    "a\r\nBcc: evil@example.org",
    "a\nBcc: evil@example.org",
    "a\u2028Bcc: x",
    "a\u0085b",
    "a\x1cb",
    "\ud800",
    "==??utf-8?q?x?=",
    "百度" * 200,
    "x" * 2000,
    "",
    "\x00",
    "a\r\n\r\n<html>",
]


def parsed(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


def body(raw: bytes, kind: str) -> str:
    part = parsed(raw).get_body((kind,))
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def test_message_has_both_parts_and_the_headers_of_a_list() -> None:
    raw = message(MAIL, FROM, NOW)
    mail = parsed(raw)
    assert {name.lower() for name in mail} <= HEADERS
    assert (mail["Subject"], mail["To"], mail["Message-ID"]) == ("[HIGH] OpenAI", "platform@example.cn", MAIL.message_id)
    assert (mail["Date"], mail["Auto-Submitted"]) == ("Wed, 26 Jun 2024 00:00:00 +0000", "auto-generated")
    assert mail["List-Id"] == "Forewarned digest <digest.risk.example.org>"
    assert body(raw, "plain").rstrip() == MAIL.text
    assert body(raw, "html").rstrip() == MAIL.html
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_a_mail_one_can_leave_says_so_in_two_headers_and_in_one_line_each() -> None:
    url = f"https://risk.example.org/unsubscribe/{'a' * 300}.{'b' * 22}"
    raw = message(MAIL.model_copy(update={"unsubscribe": url}), FROM, NOW)
    mail = parsed(raw)
    assert {name.lower() for name in mail} == HEADERS | UNSUBSCRIBE_HEADERS
    assert f"List-Unsubscribe: <{url}>\r\n".encode() in raw
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw
    assert not {name.lower() for name in parsed(message(MAIL, FROM, NOW))} & UNSUBSCRIBE_HEADERS


@pytest.mark.parametrize(
    "url",
    [
        "https://x.example/a>\r\nBcc: e@x",
        "https://x.example/a b",
        "https://räte.example/",
        "javascript:alert(1)",
        "http://127.0.0.1/u",
        "https://x.example/" + "a" * 900,
    ],
    ids=ascii,
)
def test_an_address_for_leaving_that_no_header_can_carry_stops_the_mail(url: str) -> None:
    with pytest.raises(DeliveryError, match="FOREWARNED_BASE_URL"):
        message(MAIL.model_copy(update={"unsubscribe": url}), FROM, NOW)


def test_lines_that_mean_something_to_mail_programs_arrive_as_they_were() -> None:
    text = "From here on\n.\n--==x==\n  indented\ttab  \nlast"
    raw = message(MAIL.model_copy(update={"text": text}), FROM, NOW)
    assert body(raw, "plain").rstrip("\n") == text


def test_same_arguments_same_bytes() -> None:
    assert message(MAIL, FROM, NOW) == message(MAIL, FROM, NOW)


def test_calendar_travels_as_an_attachment() -> None:
    raw = message(MAIL.model_copy(update={"calendar": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"}), FROM, NOW)
    (attached,) = parsed(raw).iter_attachments()
    assert (attached.get_content_type(), attached.get_filename()) == ("text/calendar", "deadlines.ics")
    assert body(raw, "plain").rstrip() == MAIL.text


@pytest.mark.parametrize("words", HOSTILE, ids=ascii)
def test_hostile_words_neither_stop_nor_alter_a_mail(words: str) -> None:
    raw = message(MAIL.model_copy(update={"subject": words, "text": words, "html": words, "calendar": words}), FROM, NOW)
    mail = parsed(raw)
    assert {name.lower() for name in mail} <= HEADERS
    assert "bcc" not in {name.lower() for name in mail}
    assert mail["To"] == MAIL.recipient
    assert not mail.defects


@settings(max_examples=100, deadline=None)
@given(subject=st.text(max_size=300), text=st.text(max_size=300))
def test_any_words_make_a_mail_with_our_headers_only(subject: str, text: str) -> None:
    raw = message(MAIL.model_copy(update={"subject": subject, "text": text, "html": text}), FROM, NOW)
    assert {name.lower() for name in parsed(raw)} <= HEADERS
    assert header_text(subject) == header_text(header_text(subject))


UNUSABLE = (
    "", "a", "a b@example.org", "a@example.org\r\nBcc: x@y", "a@b,c@d", "<a@b>", "ä b@example.org", "a\u202eb@example.org", "ä@",
    "a@-例.cn",
)  # fmt: skip


@pytest.mark.parametrize("address", UNUSABLE, ids=ascii)
def test_an_unusable_address_is_refused(address: str) -> None:
    with pytest.raises(DeliveryError, match="no mail address"):
        message(MAIL.model_copy(update={"recipient": address}), FROM, NOW)


def test_eml_is_the_message(tmp_path: Path) -> None:
    raw = message(MAIL, FROM, NOW)
    assert write_eml(raw, tmp_path / "new" / "digest.eml").read_bytes() == raw


def test_a_server_takes_the_mail_as_it_was_written() -> None:
    raw = message(MAIL, FROM, NOW)
    with good_server() as (box, port):
        result = send(raw, MAIL.recipient, f"smtp://127.0.0.1:{port}", 10)
    assert (result.state, len(box.mails)) == ("sent", 1)
    (envelope,) = box.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == ("fw@risk.example.org", ["platform@example.cn"])
    taken = envelope.content if isinstance(envelope.content, bytes) else b""
    assert body(taken, "plain").rstrip() == MAIL.text


@pytest.mark.parametrize(("who", "state", "reason"), [("nobody", "failed", "550"), ("later", "retry", "451")])
def test_a_refused_recipient(who: str, state: str, reason: str) -> None:
    with good_server() as (box, port):
        result = send(message(MAIL, FROM, NOW), f"{who}@example.cn", f"smtp://127.0.0.1:{port}", 10)
    assert (result.state, box.mails) == (state, [])
    assert result.reason.startswith(reason)


BEHAVIOURS = [
    ("busy_banner", Scripted(banner=b"421 too busy\r\n"), "retry", "421"),
    ("refusing_banner", Scripted(banner=b"554 go away\r\n"), "failed", "554"),
    ("no_smtp", Scripted(banner=b"HTTP/1.1 400 Bad Request\r\n"), "retry", "not an SMTP answer"),
    ("sender_refused", Scripted(answers={"MAIL": b"550 no\r\n"}), "failed", "550"),
    ("mailbox_full", Scripted(answers={"RCPT": b"452 full\r\n"}), "retry", "452"),
    ("data_refused", Scripted(answers={"DATA": b"554 no\r\n"}), "failed", "554"),
    ("data_later", Scripted(answers={"DATA": b"451 later\r\n"}), "retry", "451"),
    ("closed_at_rcpt", Scripted(answers={"RCPT": None}), "retry", "lost before"),
    ("closed_in_data", Scripted(close_in_data=True), "retry", "lost before"),
    ("spam_after_dot", Scripted(after_dot=b"554 spam\r\n"), "failed", "554"),
    ("later_after_dot", Scripted(after_dot=b"451 later\r\n"), "retry", "451"),
    ("closed_after_dot", Scripted(after_dot=None), "in_doubt", "after the message was handed over"),
    ("nonsense_after_dot", Scripted(after_dot=b"hello\r\n"), "in_doubt", "not an SMTP answer"),
    ("no_goodbye", Scripted(answers={"QUIT": None}), "sent", ""),
]


@pytest.mark.parametrize(("script", "state", "reason"), [case[1:] for case in BEHAVIOURS], ids=[case[0] for case in BEHAVIOURS])
def test_what_a_servers_behaviour_makes_of_a_sending(script: Scripted, state: str, reason: str) -> None:
    raw = message(MAIL, FROM, NOW)
    if script.close_in_data:  # more than the buffers in between hold, else the dot is out before the loss is seen
        raw += (b"x" * 9998 + b"\r\n") * 3000
    with scripted_server(script) as port:
        result = send(raw, MAIL.recipient, f"smtp://127.0.0.1:{port}", 5)
    assert (result.state, reason in result.reason) == (state, True), result
    assert (result.state == "sent") == (script.taken == 1)


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (Scripted(drip_s=0.2), "retry"),
        (Scripted(answers={"EHLO": b"250-x\r\n" * 100_000}, drip_s=0.01), "retry"),
        (Scripted(banner=b""), "retry"),
        (Scripted(after_dot=b""), "in_doubt"),
    ],
    ids=["drip", "endless_reply", "silence", "silence_after_dot"],
)
def test_the_deadline_is_for_the_whole_sending(script: Scripted, state: str) -> None:
    started = time.monotonic()
    with scripted_server(script) as port:
        result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtp://127.0.0.1:{port}", 1)
        took = time.monotonic() - started
    assert (result.state, took < 3) == (state, True)
    assert "no complete answer within 1 s" in result.reason


def test_nobody_listens() -> None:
    result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtp://127.0.0.1:{free_port()}", 5)
    assert result.state == "retry"
    assert "Connection refused" in result.reason


@pytest.mark.parametrize("url", ["", "http://a", "smtp://", "smtp://a:b:c", "smtp://h:99999", "localhost:25"])
def test_a_bad_url_is_the_operators_error_and_keeps_the_password(url: str) -> None:
    with pytest.raises(ConfigError, match="FOREWARNED_SMTP_URL"):
        send(message(MAIL, FROM, NOW), MAIL.recipient, url, 5)


def test_starttls_is_used_when_offered(certificate: ssl.SSLContext) -> None:
    with good_server(certificate) as (box, port):
        result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtp://127.0.0.1:{port}", 10)
    assert (result.state, box.over_tls) == ("sent", [True])


def test_the_password_is_used_over_tls(certificate: ssl.SSLContext) -> None:
    with good_server(certificate, password="right!") as (box, port):
        result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtp://me:right%21@127.0.0.1:{port}", 10)
    assert (result.state, len(box.mails)) == ("sent", 1)


def test_a_refused_password_is_a_failure_that_does_not_show_it() -> None:
    script = Scripted(answers={"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n", "AUTH": b"535 5.7.8 bad credentials\r\n"})
    with scripted_server(script) as port:
        result = send(message(MAIL, FROM, NOW), MAIL.recipient, f"smtp://me:secret@127.0.0.1:{port}", 5)
    assert (result.state, result.reason) == ("failed", "535 5.7.8 bad credentials")


def test_a_head_that_was_read_alone_is_no_flaw(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11.2, which Debian 12 ships, calls a multipart whose head alone is read defective; other defects still count."""
    from monitor.inform import mail as module

    read = module._heads

    def as_older_pythons_do(raw: bytes, boundaries: Sequence[str]) -> list[Message]:
        found = list(read(raw, boundaries))
        found[0].defects.append(defect)
        return found

    monkeypatch.setattr(module, "_heads", as_older_pythons_do)
    defect: MessageDefect = MultipartInvariantViolationDefect()
    assert message(MAIL, FROM, NOW)
    defect = MissingHeaderBodySeparatorDefect()
    with pytest.raises(DeliveryError, match="must not"):
        message(MAIL, FROM, NOW)
