"""Addresses of any script: over the wire as each server takes them, or a stated reason; what could smuggle something in is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from monitor.catalog import load_catalog, load_inventory
from monitor.errors import ConfigError, DeliveryError
from monitor.inform.mail import Line, SendResult, message, send
from monitor.model.address import wire_address
from monitor.pipeline import World, deliver
from tests.inform.episode import NOW
from tests.inform.smtp_servers import Mailbox, content, good_server
from tests.inform.test_mail import FROM, MAIL
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_alerting import MORNING
from tests.pipeline.test_deliver import at, rows, through
from tests.pipeline.test_posting import queued


@pytest.mark.parametrize(
    ("written", "wire"),
    [
        ("user@例子.cn", "user@xn--fsqu00a.cn"),
        ("user@BÜCHER.example", "user@xn--bcher-kva.example"),
        ("user@straße.example", "user@xn--strae-oqa.example"),
        ("user@例子。中国", "user@xn--fsqu00a.xn--fiqs8s"),
        ("用户@例子.cn", "用户@xn--fsqu00a.cn"),
        ("用户@example.cn", "用户@example.cn"),
        ("u\u0308ser@example.org", "üser@example.org"),
        ("o'brien+tag@example.org", "o'brien+tag@example.org"),
        ("ops@[127.0.0.1]", "ops@[127.0.0.1]"),
        ("用 户@example.cn", None),
        ("用户\u200b@example.cn", None),
        ("\u202euser@example.cn", None),
        ("user\u2028@example.cn", None),
        ("用户@example.cn\r\nBcc: a@b.c", None),
        ("用户@例子.cn>,<a@b.c", None),
        ("用户@", None),
        ("@例子.cn", None),
        ("user@-例.cn", None),
        ("user@例\u202e子.cn", None),
        ("\ud800@example.cn", None),
        ("用" * 22 + "@example.cn", None),
        ("user@" + "例" * 70 + ".cn", None),
    ],
    ids=ascii,
)
def test_what_goes_over_the_wire(written: str, wire: str | None) -> None:
    assert wire_address(written) == wire


def tried(recipient: str, *, any_script: bool) -> tuple[SendResult, Mailbox]:
    mail = MAIL.model_copy(update={"recipient": recipient})
    with good_server(any_script=any_script) as (box, port):
        return send(message(mail, FROM, NOW), recipient, f"smtp://127.0.0.1:{port}", 5), box


@pytest.mark.parametrize("any_script", [True, False])
def test_a_domain_beyond_ascii_reaches_every_server(any_script: bool) -> None:
    result, box = tried("user@例子.cn", any_script=any_script)
    assert (result.state, box.mails[0].rcpt_tos) == ("sent", ["user@xn--fsqu00a.cn"])
    assert content(box.mails[0]).isascii()


def test_a_name_beyond_ascii_goes_as_it_is_where_the_server_takes_it() -> None:
    result, box = tried("用户@例子.cn", any_script=True)
    (mail,) = box.mails
    assert (result.state, mail.rcpt_tos, mail.smtp_utf8) == ("sent", ["用户@xn--fsqu00a.cn"], True)
    assert "\r\nTo: 用户@xn--fsqu00a.cn\r\n".encode() in content(mail)


def test_where_the_server_does_not_it_fails_with_the_reason_and_harms_no_other_mail() -> None:
    result, box = tried("用户@例子.cn", any_script=False)
    assert (result.state, result.blame, box.mails) == ("failed", "message", [])
    assert "no address beyond ASCII (SMTPUTF8)" in result.reason
    with good_server() as (box, port), closing(Line(f"smtp://127.0.0.1:{port}")) as line:
        states = [line.send(message(MAIL, FROM, NOW), who, 5).state for who in ("a@example.com", "用户@b.cn", "c@example.com")]
    assert states == ["sent", "failed", "sent"]


def test_ascii_mails_after_one_beyond_it_are_plain_again() -> None:
    with good_server(any_script=True) as (box, port), closing(Line(f"smtp://127.0.0.1:{port}")) as line:
        for who in ("用户@b.cn", "c@example.com"):
            assert line.send(message(MAIL.model_copy(update={"recipient": who}), FROM, NOW), who, 5).state == "sent"
    assert [mail.smtp_utf8 for mail in box.mails] == [True, False]


def test_a_hostile_address_is_no_header() -> None:
    with pytest.raises(DeliveryError, match="no mail address"):
        message(MAIL.model_copy(update={"recipient": "用户@b.cn\r\nBcc: x@y.z"}), FROM, NOW)


def test_an_inventory_lists_such_addresses_and_refuses_what_is_none(tmp_path: Path) -> None:
    file = tmp_path / "inventory.yaml"
    file.write_text("teams: [{id: a, name: A, recipients: [{email: 用户@例子.cn}]}]", "utf-8")
    (team,) = load_inventory(file, load_catalog())
    assert team.recipients[0].email == "用户@例子.cn"
    file.write_text("teams: [{id: a, name: A, recipients: [{email: 用 户@例子.cn}]}]", "utf-8")
    with pytest.raises(ConfigError, match=r"inventory.yaml:1: .* is not a mail address"):
        load_inventory(file, load_catalog())


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield at(opened, MORNING)


def test_the_outbox_shows_the_reason_and_leaves_no_address_alone_for_it(world: World) -> None:
    queued(world, "用户@例子.cn", "user@例子.cn")
    with good_server() as (box, port):
        counts = deliver(through(world, port))
    assert (counts["failed"], counts["sent"], len(box.mails)) == (1, 1, 1)
    assert {(one.recipient, one.state) for one in rows(world)} == {("用户@例子.cn", "failed"), ("user@例子.cn", "sent")}
