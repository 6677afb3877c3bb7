"""One connection for many mails: kept while it is good, never trusted, and each mail ends as it would on a connection of its own."""

from __future__ import annotations

import ssl
import time
from contextlib import closing

import pytest

from monitor.inform.mail import Line, SendResult, message
from tests.inform.episode import NOW
from tests.inform.smtp_servers import Scripted, certificate, good_server, scripted_server
from tests.inform.test_mail import FROM, MAIL
from tests.inform.test_smtp_matrix import LONG, MATRIX, Case

__all__ = ["certificate"]


def sent(line: Line, *recipients: str, timeout: float = LONG) -> list[SendResult]:
    raw = message(MAIL, FROM, NOW)
    return [line.send(raw, who, timeout) for who in recipients]


def states(results: list[SendResult]) -> list[str]:
    return [f"{one.state}{f'/{one.blame}' if one.blame else ''}" for one in results]


def served(script: Scripted, *recipients: str, timeout: float = LONG) -> list[str]:
    with scripted_server(script) as port, closing(Line(f"smtp://127.0.0.1:{port}")) as line:
        return states(sent(line, *recipients, timeout=timeout))


FIVE = tuple(f"r{n}@example.com" for n in range(5))


def test_five_mails_take_one_connection_and_one_goodbye() -> None:
    script = Scripted()
    assert served(script, *FIVE) == ["sent"] * 5
    assert [script.logged.count(verb) for verb in ("EHLO", "MAIL", "DATA", "QUIT")] == [1, 5, 5, 1]


def test_a_refusal_is_that_of_its_recipient_and_the_others_go_over_the_same_line() -> None:
    with good_server() as (box, port), closing(Line(f"smtp://127.0.0.1:{port}")) as line:
        results = sent(line, "a@example.com", "nobody@example.com", "b@example.com", "later@example.com", "c@example.com")
    assert states(results) == ["sent", "failed/recipient", "sent", "retry/recipient", "sent"]
    assert [mail.rcpt_tos for mail in box.mails] == [["a@example.com"], ["b@example.com"], ["c@example.com"]]


def test_encryption_and_login_are_made_once(certificate: ssl.SSLContext) -> None:
    with good_server(certificate, "secret") as (box, port), closing(Line(f"smtp://me:secret@127.0.0.1:{port}")) as line:
        assert states(sent(line, *FIVE)) == ["sent"] * 5
    assert box.over_tls == [True] * 5


def closes_after_each() -> Scripted:
    return Scripted(answers={"RSET": None})


@pytest.mark.parametrize(
    ("script", "connections"),
    [
        pytest.param(closes_after_each(), 5, id="closed when the next mail comes"),
        pytest.param(Scripted(answers={"RSET": b"421 enough for today\r\n"}), 5, id="421"),
        pytest.param(Scripted(answers={"RSET": b"500 what?\r\n"}), 5, id="knows no RSET"),
        pytest.param(Scripted(answers={"RSET": b"hello\r\n"}), 5, id="nonsense"),
        pytest.param(Scripted(answers={"RSET": b"250 ok\r\n250 ok\r\n"}), 5, id="an answer too many"),
        pytest.param(Scripted(after_dot=b"250 taken\r\n221 bye\r\n"), 5, id="goodbye unasked"),
        pytest.param(Scripted(answers={"RSET": b""}), 2, id="silent"),
    ],
)
def test_a_line_that_is_good_for_nothing_any_more_costs_no_mail(script: Scripted, connections: int) -> None:
    recipients, begun = FIVE[:connections], time.monotonic()
    assert served(script, *recipients, timeout=2 * LONG if connections == 2 else LONG) == ["sent"] * connections
    assert (script.taken, script.logged.count("EHLO")) == (connections, connections)
    assert time.monotonic() - begun < 30


def test_a_server_that_takes_few_mails_a_line_gets_a_new_one() -> None:
    """What it says at MAIL on a kept line is not taken for a word about that mail; on a line of its own it is."""
    script = Scripted(then={"MAIL": b"421 too many\r\n"})
    assert served(script, *FIVE[:2]) == ["sent", "retry/server"]
    assert script.logged.count("EHLO") == 2


def _late(case: Case) -> bool:
    """Whether a server that took one mail may still misbehave so."""
    script = case.script
    early = case.login or case.wish or script.drip_s or script.banner != Scripted().banner or "EHLO" in script.answers
    return not early and not script.close_in_data and not script.in_data


@pytest.mark.parametrize("case", [one for one in MATRIX if _late(one)], ids=lambda one: one.name)
def test_a_mail_on_a_kept_line_ends_as_on_one_of_its_own(case: Case) -> None:
    """The second time, the server misbehaves as the matrix says; the first mail has gone well before."""
    script = Scripted(then=case.script.answers, longest_line=case.script.longest_line)
    raw, pledged = message(MAIL, FROM, NOW), list[bool]()

    def pledge() -> bool:
        pledged.append(True)
        return True

    with scripted_server(script) as port, closing(Line(f"smtp://127.0.0.1:{port}")) as line:
        assert line.send(raw, MAIL.recipient, case.timeout).state == "sent"
        script.after_dot, script.reset_after_dot = case.script.after_dot, case.script.reset_after_dot
        result = line.send(raw, MAIL.recipient, case.timeout, pledge)
        script.then, script.after_dot, script.reset_after_dot = {}, Scripted().after_dot, False
        taken = script.taken - 1
        assert line.send(raw, MAIL.recipient, LONG).state == "sent", "whatever happened, the next mail is not harmed"
    assert (result.state, result.blame) == (case.state, case.blame), result
    assert (result.state == "sent") <= (taken == 1), "what we call sent was taken"
    assert (taken == 1) <= (result.state in ("sent", "in_doubt")), "what was taken is never sent again by itself"
    assert len(pledged) <= 1, "at most one dot"
    assert bool(pledged) or result.state in ("retry", "failed")


def test_without_a_pledge_the_line_is_closed_because_half_a_message_stands_in_it() -> None:
    script = Scripted()
    raw = message(MAIL, FROM, NOW)
    with scripted_server(script) as port, closing(Line(f"smtp://127.0.0.1:{port}")) as line:
        assert line.send(raw, MAIL.recipient, LONG, lambda: False).state == "retry"
        assert (script.taken, line.send(raw, MAIL.recipient, LONG).state) == (0, "sent")
    assert (script.taken, script.logged.count("EHLO")) == (1, 2)
