"""Leaving with one click, from the mail that a real server got to the digest that does not come: RFC 8058 over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import httpx2
import pytest

from api.app import create_app
from monitor.answers.outbox import outbox_answer
from monitor.answers.reader import Reader
from monitor.errors import NotFoundError
from monitor.model import Team
from monitor.pipeline import World, deliver, preview, preview_alert
from monitor.pipeline.posting import UNWANTED, resume
from monitor.store import inventory
from tests.api.served import served
from tests.inform.smtp_servers import Mailbox, content, good_server
from tests.pipeline.conftest import world_over
from tests.pipeline.test_alerting import begin, cut, known
from tests.pipeline.test_alerting import world as alerting_world
from tests.pipeline.test_deliver import MORNING, Told, at, reader, rows, team, through, told

__all__ = ["alerting_world", "told"]

BASE_URL = "https://risk.example.org"
CLICK = {"List-Unsubscribe": "One-Click"}
DAY = timedelta(days=1)


def on_the_web(world: World, base_url: str = BASE_URL) -> World:
    return replace(world, settings=world.settings.model_copy(update={"base_url": base_url, "opt_in": "operator"}))


@contextmanager
def client(world: World) -> Iterator[httpx2.Client]:
    """A mail program, or a person, that reaches the service."""
    reader = Reader(world.store, world.catalog, world.clock)
    with served(create_app(reader, world.settings)) as address, httpx2.Client(base_url=address) as opened:
        yield opened


def mails(box: Mailbox) -> list[EmailMessage]:
    return [message_from_bytes(content(mail), policy=policy.default) for mail in box.mails]


def path_in(mail: EmailMessage) -> str:
    """What a mail program would post to, without the public host."""
    url = str(mail["List-Unsubscribe"]).strip("<>")
    assert url.startswith(f"{BASE_URL}/unsubscribe/")
    return url.removeprefix(BASE_URL)


def part(mail: EmailMessage, kind: str) -> str:
    found = mail.get_body((kind,))
    assert found is not None
    return str(found.get_content())


def gone(world: World) -> list[tuple[str, str]]:
    return [(one.recipient, one.team) for one in outbox_answer(world.store, (), 50, masked=False).unsubscribed]


def test_one_click_stops_the_mails_of_that_team_and_recipient_until_taken_back(told: Told) -> None:
    with good_server() as (box, port):
        teams = team("a", reader("ops@example.com"), reader("boss@example.com")), team("b", reader("ops@example.com"))
        world = on_the_web(told(*teams, smtp=port))
        assert deliver(world)["sent"] == 3
        found = {(str(mail["To"]), part(mail, "plain").splitlines()[0].rpartition(" - ")[2]): mail for mail in mails(box)}
        mail = found["ops@example.com", "a"]
        assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        for kind in ("plain", "html"):
            assert f"{BASE_URL}{path_in(mail)}" in part(mail, kind).replace("=\n", "")
        with client(world) as web:
            for _ in range(2):
                answer = web.post(path_in(mail), data=CLICK)
                assert (answer.status_code, answer.history) == (200, [])
                assert "No more mails" in answer.text
        assert gone(world) == [("ops@example.com", "a")]
        tomorrow = at(world, MORNING + DAY)
        assert preview(tomorrow, "boss@example.com", tomorrow.clock()) != "unsubscribed"
        counts = deliver(tomorrow)
        assert counts["unsubscribed"] == 1
        assert counts["planned"] + counts["skipped"] == 2
        resume(world, "OPS@example.com")
        assert gone(world) == []
        assert deliver(at(world, MORNING + 2 * DAY))["unsubscribed"] == 0
        with pytest.raises(NotFoundError, match="unsubscribed"):
            resume(world, "ops@example.com")


def test_looking_at_the_link_changes_nothing_and_shows_a_button(told: Told) -> None:
    with good_server() as (box, port):
        world = on_the_web(told(team("a", reader("ops@example.com")), smtp=port))
        deliver(world)
        path = path_in(mails(box)[0])
    with client(world) as web:
        for method in ("GET", "HEAD", "GET"):
            answer = web.request(method, path)
            assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
        assert '<form method="post">' in answer.text
        assert "o***@example.com" in answer.text
        assert "ops@" not in answer.text
        assert gone(world) == []
        for method in ("PUT", "DELETE", "OPTIONS"):
            assert web.request(method, path).status_code == 405
        assert gone(world) == []


FORMS: list[tuple[str, dict[str, Any], int]] = [
    ("urlencoded", {"data": CLICK}, 200),
    ("multipart", {"files": {"List-Unsubscribe": (None, "One-Click")}}, 200),
    ("nothing", {}, 400),
    ("another word", {"data": {"List-Unsubscribe": "Two-Click"}}, 400),
    ("json", {"json": CLICK}, 400),
    ("a broken multipart", {"content": b"--x", "headers": {"Content-Type": "multipart/form-data"}}, 400),
    ("too much", {"data": CLICK | {"x": "y" * 20_000}}, 400),
]


@pytest.mark.parametrize(("form", "status"), [case[1:] for case in FORMS], ids=[case[0] for case in FORMS])
def test_only_the_form_of_the_standard_is_a_click(told: Told, form: dict[str, Any], status: int) -> None:
    with good_server() as (box, port):
        world = on_the_web(told(team("a", reader("ops@example.com")), smtp=port))
        deliver(world)
        path = path_in(mails(box)[0])
    with client(world) as web:
        assert web.post(path, **form).status_code == status
    assert bool(gone(world)) == (status == 200)


def test_a_link_that_was_not_signed_here_is_unknown_also_before_the_first_was(told: Told) -> None:
    with good_server() as (box, port):
        world = told(team("a", reader("ops@example.com")), smtp=port)
        with client(world) as web:
            assert web.get("/unsubscribe/abc.def").status_code == 404
        deliver(on_the_web(world))
        path = path_in(mails(box)[0])
    with client(world) as web:
        for wrong in (path[:-1], path + "A", "/unsubscribe/.", "/unsubscribe/%F0%9F%92%A9.%00", path.replace(".", "x.")):
            assert web.get(wrong).status_code == 404
            assert web.post(wrong, data=CLICK).status_code == 404
    assert gone(world) == []


def test_a_link_stays_good_when_the_inventory_forgets_the_address(told: Told) -> None:
    with good_server() as (box, port):
        world = on_the_web(told(team("a", reader("ops@example.com")), smtp=port))
        deliver(world)
        path = path_in(mails(box)[0])
    with world.store.write() as tx:
        inventory.save_inventory(tx, [team("b", reader("boss@example.com"))], world.clock())
    with client(world) as web:
        assert web.post(path, data=CLICK).status_code == 200
    with world.store.write() as tx:
        inventory.save_inventory(tx, [team("a", reader("Ops@Example.com"))], world.clock())
    assert deliver(at(world, MORNING + DAY))["unsubscribed"] == 1


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "http://localhost"])
def test_a_service_that_nobody_else_reaches_promises_nothing(told: Told, base_url: str) -> None:
    with good_server() as (box, port):
        deliver(on_the_web(told(team("a", reader("ops@example.com")), smtp=port), base_url))
        (mail,) = mails(box)
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert "unsubscribe" not in part(mail, "html").lower()


def test_a_mail_that_waits_is_not_sent_any_more(told: Told) -> None:
    world = on_the_web(told(team("a", reader("ops@example.com")), team("b", reader("ops@example.com"))))
    assert deliver(world)["waiting"] == 2
    link = next(row.mail.unsubscribe for row in rows(world) if row.mail.team == "a")
    assert link
    with client(world) as web:
        web.post(link.removeprefix(BASE_URL), data=CLICK)
    with good_server() as (box, port):
        counts = deliver(through(world, port))
        assert (counts["sent"], counts["failed"], len(box.mails)) == (1, 1, 1)
    assert [(row.mail.team, row.state, row.reason) for row in rows(world)] == [("a", "failed", UNWANTED), ("b", "sent", "")]


def test_an_alert_is_left_like_a_digest_and_its_link_means_all_its_teams(store_url: str) -> None:
    with world_over(store_url, (alert_source(),)) as opened:
        teams = [team(name, reader("ops@example.com")) for name in ("a", "b", "c")]
        teams[2] = elsewhere(teams[2])
        world = known(on_the_web(begin(opened, *teams)), cut())
        counts = deliver(world)
        assert counts["alerts"] == 1
        (mail,) = [row.mail for row in rows(world) if row.mail.kind == "alert"]
        assert mail.unsubscribe
        with client(world) as web:
            page = web.post(mail.unsubscribe.removeprefix(BASE_URL), data=CLICK)
        assert "a, b" in page.text
        assert gone(world) == [("ops@example.com", "a"), ("ops@example.com", "b")]
        later = known(world, cut(), cut("evt_0000000000000002", affected=("CN", "HK")))
        assert preview_alert(later, "ops@example.com", later.clock()) == "nothing_urgent"
        assert deliver(later)["alerts"] == 0


def alert_source() -> Any:
    from tests.pipeline.conftest import source

    return source("a", "http://127.0.0.1/a")


def elsewhere(one: Team) -> Team:
    return one.model_copy(update={"systems": ()})
