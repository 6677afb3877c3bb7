"""One chat message through the real library against real receivers: only what surely was not taken may be repeated; nothing leaks."""

from __future__ import annotations

import ssl

import pytest
from pydantic import SecretStr

from monitor.inform.chat import send
from monitor.model import SendResult
from tests.inform.hooks import RESET, TOKEN, Hooks, Script, chat, forever, hooks, http, trusted
from tests.inform.smtp_servers import certificate, free_port

__all__ = ["certificate", "trusted"]

HERE = ("127.0.0.1", "localhost")


def yes() -> bool:
    return True


def sent(box: Hooks, scheme: str = "json", deadline_s: float = 60.0) -> SendResult:
    return send(chat(box.port, scheme=scheme), "[HIGH] OpenAI", "one line\nanother", HERE, yes, deadline_s)


ANSWERS: dict[str, tuple[Script, str, int | None]] = {
    "200": ([http()], "sent", None),
    "302 to a canary": ([http("302 Found", Location="/canary")], "failed", 302),
    "400": ([http("400 Bad Request", body=TOKEN.encode())], "failed", 400),
    "401": ([http("401 Unauthorized")], "failed", 401),
    "404": ([http("404 Not Found")], "failed", 404),
    "410": ([http("410 Gone")], "failed", 410),
    "429": ([http("429 Too Many Requests")], "retry", 429),
    "500": ([http("500 Oops")], "retry", 500),
    "502": ([http("502 Bad Gateway")], "in_doubt", 502),
    "503": ([http("503 Unavailable")], "retry", 503),
    "504": ([http("504 Timeout")], "in_doubt", 504),
    "reset before the answer": ([RESET], "in_doubt", None),
    "closed without a word": ([], "in_doubt", None),
    "no HTTP": ([b"SSH-2.0-OpenSSH_9.2\r\n\r\n"], "in_doubt", None),
}


@pytest.mark.parametrize("case", ANSWERS)
def test_what_an_answer_comes_to(case: str) -> None:
    script, state, status = ANSWERS[case]
    with hooks(script) as box:
        ended = sent(box)
    assert (ended.state, ended.status) == (state, status), ended
    assert ended.gone == (status == 410)
    assert TOKEN not in ended.model_dump_json()
    assert [got.path for got in box.got] == [f"/{TOKEN}"], "asked once, and no redirect followed"


@pytest.mark.parametrize(
    "script",
    [[60.0], forever(b"x" * 65_536, 0.0, b"HTTP/1.1 200 OK\r\n\r\n"), forever(b"X: y\r\n", 0.05, b"HTTP/1.1 200 OK\r\n")],
    ids=["silence", "a body without end", "headers that drip"],
)
def test_what_does_not_end_is_ended_and_in_doubt(script: Script) -> None:
    with hooks(script) as box:
        ended = sent(box, deadline_s=8.0)
    assert ended.state == "in_doubt"
    assert "may have arrived" in ended.reason


def test_nobody_there_may_be_tried_again() -> None:
    ended = send(chat(free_port()), "t", "x", HERE, yes)
    assert (ended.state, ended.reason) == ("retry", "no connection to the service could be made")


def test_a_certificate_that_nobody_trusts_gets_nothing(certificate: ssl.SSLContext) -> None:
    with hooks(tls=certificate) as box:
        assert sent(box, "jsons").state == "retry"
        assert box.got == []


def test_a_certificate_that_the_system_trusts_is_one(trusted: ssl.SSLContext) -> None:
    with hooks(tls=trusted) as box:
        assert sent(box, "jsons").state == "sent"


@pytest.mark.parametrize(
    ("host", "private", "hosts"),
    [("127.0.0.1", False, HERE), ("localhost", False, HERE), ("localhost", True, ("10.0.0.0/8", "intranet")), ("[::1]", True, HERE)],
    ids=["not marked private", "a name, not marked", "another opted in", "another address"],
)
def test_a_private_address_is_not_dialled_whatever_the_plugin_does(host: str, private: bool, hosts: tuple[str, ...]) -> None:
    with hooks() as box:
        channel = chat(box.port, private=private).model_copy(update={"url": SecretStr(f"json://{host}:{box.port}/{TOKEN}")})
        ended = send(channel, "t", "x", hosts, yes)
        assert (ended.state, box.got) == ("retry", [])
    assert TOKEN not in ended.reason


def test_a_private_address_may_be_opted_in_by_its_name() -> None:
    with hooks() as box:
        channel = chat(box.port).model_copy(update={"url": SecretStr(f"json://localhost:{box.port}/{TOKEN}")})
        assert send(channel, "t", "x", ("localhost",), yes).state == "sent"


def test_a_url_that_the_library_does_not_know_is_refused_without_quoting_it() -> None:
    channel = chat(1).model_copy(update={"url": SecretStr(f"nonsense://{TOKEN}")})
    ended = send(channel, "t", "x", HERE, yes)
    assert ended.state == "failed"
    assert "does not know" in ended.reason
    assert TOKEN not in ended.reason


def test_a_sender_that_was_overtaken_lets_nothing_out() -> None:
    with hooks() as box:
        ended = send(chat(box.port), "t", "x", HERE, lambda: False)
        assert (ended.state, box.got) == ("retry", [])


def test_nothing_of_the_message_leaves_before_the_pledge() -> None:
    with hooks() as box:
        seen: list[int] = []

        def pledge() -> bool:
            seen.append(len(box.got))
            return True

        assert send(chat(box.port), "t", "x", HERE, pledge).state == "sent"
        assert (seen, len(box.got)) == ([0], 1)
