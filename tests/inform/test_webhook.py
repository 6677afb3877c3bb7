"""One signed POST against real receivers of every temper: the status alone decides, nothing is followed, nothing leaks, all of it ends."""

from __future__ import annotations

import base64
import hashlib
import hmac
import ssl
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from monitor.inform.webhook import post
from monitor.model import Channel, SendResult
from tests.inform.hooks import OLD_SECRET, RESET, SECRET, TOKEN, Hooks, Script, forever, hooks, http, trusted, webhook
from tests.inform.smtp_servers import certificate, free_port

__all__ = ["certificate", "trusted"]

NOW = datetime(2024, 6, 26, 8, 0, 0, 500_000, tzinfo=UTC)
BODY = '{"type":"channel.test","words":"停用 & <b>"}'
HERE = ("127.0.0.1", "localhost")


def posted(box: Hooks, now: datetime = NOW, deadline_s: float = 20.0, **changed: object) -> SendResult:
    channel = webhook(box.port).model_copy(update=changed)
    return post(channel, "dlv_0123456789abcdef", BODY, now, HERE, deadline_s)


ANSWERS: dict[str, tuple[Script, str, int | None, str]] = {
    "200": ([http()], "sent", 200, ""),
    "204 without a body": ([b"HTTP/1.1 204 No Content\r\n\r\n"], "sent", 204, ""),
    "202 after 100": ([b"HTTP/1.1 100 Continue\r\n\r\n", http("202 Accepted")], "sent", 202, ""),
    "301": ([http("301 Moved", Location="http://127.0.0.1:{port}/canary")], "retry", 301, "not followed"),
    "307": ([http("307 Moved", Location="/canary")], "retry", 307, "not followed"),
    "304": ([b"HTTP/1.1 304 Not Modified\r\n\r\n"], "retry", 304, "answered 304"),
    "400": ([http("400 Bad Request")], "retry", 400, "answered 400"),
    "401": ([http("401 Unauthorized", WWW_Authenticate="Basic")], "retry", 401, "answered 401"),
    "404": ([http("404 Not Found")], "retry", 404, "answered 404"),
    "410": ([http("410 Gone")], "failed", 410, "wants no more"),
    "429": ([http("429 Too Many Requests")], "retry", 429, "answered 429"),
    "500": ([http("500 Oops", body=TOKEN.encode())], "retry", 500, "answered 500"),
    "502": ([http("502 Bad Gateway")], "retry", 502, "answered 502"),
    "503": ([http("503 Unavailable")], "retry", 503, "answered 503"),
    "silence": ([30.0], "retry", None, "no answer within 1 s"),
    "a status that drips": (forever(b"H", 0.05), "retry", None, "no"),
    "a body without end": (forever(b"x" * 65_536, 0.0, b"HTTP/1.1 200 OK\r\n\r\n"), "sent", 200, ""),
    "an error with a body without end": (forever(b"x" * 65_536, 0.0, b"HTTP/1.1 500 Oops\r\n\r\n"), "retry", 500, "answered 500"),
    "a body that drips": (forever(b"x", 0.05, b"HTTP/1.1 200 OK\r\nContent-Length: 999\r\n\r\n"), "sent", 200, ""),
    "a body that lies of its coding": ([http(Content_Encoding="gzip")], "sent", 200, ""),
    "a huge header": ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 1_000_000 + b"\r\n\r\n"], "retry", None, "not HTTP"),
    "headers without end": (forever(b"X: y\r\n", 0.0, b"HTTP/1.1 200 OK\r\n"), "retry", None, "not HTTP"),
    "reset before the answer": ([RESET], "retry", None, "no connection, or lost"),
    "reset within the headers": ([b"HTTP/1.1 200 OK\r\nConte", 0.1, RESET], "retry", None, "no connection, or lost"),
    "reset within the body": ([b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab", 0.1, RESET], "sent", 200, ""),
    "closed without a word": ([], "retry", None, "no connection, or lost"),
    "no HTTP": ([b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], "retry", None, "not HTTP"),
    "two lengths": ([b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"], "retry", None, "not HTTP"),
}  # fmt: skip


ENDLESS = ("silence", "a status that drips")


@pytest.mark.parametrize("case", ANSWERS)
def test_what_an_answer_comes_to(case: str) -> None:
    script, state, status, reason = ANSWERS[case]
    with hooks() as box:
        port = str(box.port).encode()
        filled = [step.replace(b"{port}", port) if isinstance(step, bytes) else step for step in (() if callable(script) else script)]
        box.script = script if callable(script) else filled
        ended = posted(box, deadline_s=1.0 if case in ENDLESS else 20.0)
    assert (ended.state, ended.status) == (state, status), ended
    assert reason in ended.reason
    assert bool(ended.reason) == (state != "sent")
    assert ended.gone == (status == 410)
    assert TOKEN not in ended.model_dump_json()
    assert [got.path for got in box.got] == [f"/{TOKEN}?key={TOKEN}"], "asked once, and no redirect followed"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry_After": "120"}, 120),
        ({"Retry_After": "99999999"}, 86_400),
        ({"Retry_After": "Wed, 26 Jun 2024 08:10:00 GMT", "Date": "Wed, 26 Jun 2024 08:00:00 GMT"}, 600),
        ({"Retry_After": "Wed, 26 Jun 2024 08:10:00 GMT"}, 600),
        ({"Retry_After": "soon"}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Unavailable"])
def test_it_says_how_long_the_receiver_asked_to_be_left_alone(status: str, headers: dict[str, str], seconds: int | None) -> None:
    with hooks([http(status, b"ok", **headers)]) as box:
        assert posted(box, NOW.replace(microsecond=0)).wait_s == seconds


def test_the_signature_is_that_of_the_standard() -> None:
    now = datetime.now(UTC)
    with hooks() as box:
        assert posted(box, now).state == "sent"
    (got,) = box.got
    stamp = got.headers["webhook-timestamp"]
    assert stamp == str(int(now.timestamp()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, f"dlv_0123456789abcdef.{stamp}.{BODY}".encode(), hashlib.sha256)).decode()
    assert got.headers["webhook-signature"] == f"v1,{expected}"
    assert Webhook(SECRET).verify(got.body, got.headers) == {"type": "channel.test", "words": "停用 & <b>"}
    assert got.body == BODY.encode()
    assert got.headers["content-type"] == "application/json"
    assert "cookie" not in got.headers


def test_two_keys_sign_while_one_replaces_the_other() -> None:
    with hooks() as box:
        posted(box, datetime.now(UTC), old_secret=SecretStr(OLD_SECRET))
    (got,) = box.got
    for known in (SECRET, OLD_SECRET):
        Webhook(known).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET.replace("M", "N")).verify(got.body, got.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(got.body + b" ", got.headers)


def test_a_certificate_that_nobody_trusts_gets_nothing(certificate: ssl.SSLContext) -> None:
    with hooks(tls=certificate) as box:
        ended = post(webhook(box.port, scheme="https"), "dlv_1", BODY, NOW, HERE, 20.0)
        assert (ended.state, box.got) == ("retry", [])
    assert "certificate is not trusted" in ended.reason


def test_a_certificate_that_the_system_trusts_is_one(trusted: ssl.SSLContext) -> None:
    with hooks(tls=trusted) as box:
        assert post(webhook(box.port, scheme="https"), "dlv_1", BODY, NOW, HERE, 20.0).state == "sent"
        wrong_name = post(webhook(box.port, scheme="https", host="localhost"), "dlv_1", BODY, NOW, HERE, 20.0)
        assert (wrong_name.state, len(box.got)) == ("retry", 1)
    assert "certificate is not trusted" in wrong_name.reason


def test_a_receiver_without_tls_gets_nothing() -> None:
    with hooks() as box:
        assert post(webhook(box.port, scheme="https"), "dlv_1", BODY, NOW, HERE, 1.0).state == "retry"
        assert TOKEN not in repr(box.got)


HOSTS = ["127.0.0.1", "localhost", "0x7f000001", "2130706433", "127.1", "[::ffff:127.0.0.1]", "0.0.0.0", "169.254.169.254"]


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize(("private", "hosts"), [(False, HERE), (True, ())], ids=["not marked private", "not opted in"])
def test_a_private_address_is_not_dialled_by_whatever_name(host: str, private: bool, hosts: tuple[str, ...]) -> None:
    with hooks() as box:
        ended = post(webhook(box.port, host=host, private=private), "dlv_1", BODY, NOW, hosts, 2.0)
        assert (ended.state, box.got) == ("retry", [])
    assert "private: true" in ended.reason
    assert TOKEN not in ended.reason


@pytest.mark.parametrize(("host", "reason"), [("nowhere.invalid", "not known"), ("127.0.0.1", "Connection refused")])
def test_nobody_there(host: str, reason: str) -> None:
    ended = post(webhook(free_port(), host=host), "dlv_1", BODY, NOW, HERE, 20.0)
    assert ended.state == "retry"
    assert reason in ended.reason


def test_a_channel_shows_neither_its_url_nor_its_key() -> None:
    channel: Channel = webhook(1)
    for shown in (repr(channel), str(channel), channel.model_dump_json(), channel.where):
        assert TOKEN not in shown
        assert SECRET.removeprefix("whsec_") not in shown
    assert channel.where == "127.0.0.1"
