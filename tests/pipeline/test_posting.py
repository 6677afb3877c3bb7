"""What the outbox makes of a server's answers over days: back-off, giving up, addresses left alone, doubt settled by people or settings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from email import message_from_bytes

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from monitor.answers.outbox import outbox_answer
from monitor.answers.reader import Reader
from monitor.model import Delivery, DeliveryState, Mail
from monitor.pipeline import World, deliver
from monitor.pipeline.posting import RETRY_AFTER_MIN, resend, resume
from monitor.store import outbox
from tests.inform.smtp_servers import Scripted, content, good_server, scripted_server
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_alerting import MORNING
from tests.pipeline.test_deliver import at, rows, through

DOUBTFUL: tuple[DeliveryState, ...] = ("in_doubt",)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield at(opened, MORNING)


def queued(world: World, *recipients: str, slot: str = "2024-06-26/UTC/a") -> None:
    with world.store.write() as tx:
        for who in recipients:
            mail = Mail(recipient=who, subject="1 change", text="Text", html="<p>Text</p>", message_id=f"<{slot}.{who}>".replace("/", "-"))
            assert outbox.plan(tx, Delivery(recipient=who, slot=slot, due_at=world.clock(), mail=mail))


def test_a_greylisted_mail_is_sent_later_under_the_same_message_id(world: World) -> None:
    queued(world, "ops@example.com")
    script = Scripted(answers={"RCPT": b"451 4.7.1 greylisted\r\n"}, then={"RCPT": b"250 fine\r\n"})
    with scripted_server(script) as port:
        assert deliver(through(world, port))["waiting"] == 1
        assert deliver(through(at(world, MORNING + timedelta(seconds=59)), port))["waiting"] == 1
        assert deliver(through(at(world, MORNING + MINUTE), port))["sent"] == 1
    (row,) = rows(world)
    assert (row.state, row.attempts, script.taken) == ("sent", 2, 1)


def test_tries_are_1_5_15_60_minutes_and_up_to_a_day_apart_and_then_end(world: World) -> None:
    queued(world, "ops@example.com")
    now, waits = MORNING, []
    with scripted_server(Scripted(answers={"RCPT": b"450 4.2.0 busy\r\n"})) as port:
        while True:
            deliver(through(at(world, now), port))
            (row,) = rows(world)
            if row.state != "queued":
                break
            waits.append(round((row.due_at - now) / MINUTE))
            now = row.due_at
    assert waits == list(RETRY_AFTER_MIN) == [1, 5, 15, 60, 240, 720, 1440]
    assert (row.state, row.attempts) == ("failed", 8)
    assert row.reason.startswith("given up after 8 tries: 450 4.2.0 busy")


@pytest.mark.parametrize(
    ("script", "state"),
    [
        (Scripted(answers={"EHLO": b"250-x\r\n250 AUTH PLAIN\r\n", "MAIL": b"530 5.7.0 authenticate first\r\n"}), "failed"),
        (Scripted(banner=b"421 closing\r\n"), "queued"),
    ],
    ids=["the login is wanted", "the server closes"],
)
def test_a_fault_of_the_server_costs_no_mail_that_was_not_tried(world: World, script: Scripted, state: str) -> None:
    queued(world, "a@example.com", "b@example.com", "c@example.com")
    with scripted_server(script) as port:
        deliver(through(world, port))
    assert [(row.recipient[0], row.state, row.attempts) for row in rows(world)] == [("a", state, 1), ("b", "queued", 0), ("c", "queued", 0)]


def test_an_address_that_is_refused_for_good_three_times_is_shown_and_left_alone_until_resumed(world: World) -> None:
    with good_server() as (box, port):
        for number in range(3):
            queued(world, "nobody@example.com", "ops@example.com", slot=f"2024-06-2{number}/UTC/a")
            ended = deliver(through(world, port))
            assert (ended["failed"], ended["sent"]) == (1, 1)
        assert len(box.mails) == 3
    shown = outbox_answer(world.store, (), 50, masked=False)
    assert [(one.recipient, one.refusals, one.reason) for one in shown.suspended] == [("nobody@example.com", 3, "550 5.1.1 no such user")]
    resume(world, "nobody@example.com")
    assert outbox_answer(world.store, (), 50, masked=False).suspended == []


def test_doubt_is_held_shown_and_settled_by_a_person_with_the_same_message_id(world: World) -> None:
    queued(world, "ops@example.com")
    with scripted_server(Scripted(after_dot=None)) as port:
        assert deliver(through(world, port))["in_doubt"] == 1
    with good_server() as (box, port):
        assert deliver(through(at(world, MORNING + 12 * HOUR), port))["sent"] == 0
        (shown,) = outbox_answer(world.store, DOUBTFUL, 50, masked=False).items
        assert "resend" in shown.advice
        assert resend(at(world, MORNING + 48 * HOUR), [shown.id], ("in_doubt", "failed")) == 1
        assert deliver(through(at(world, MORNING + 48 * HOUR), port))["sent"] == 1
        (mail,) = box.mails
    assert message_from_bytes(content(mail))["Message-ID"] == shown.message_id


def test_doubt_may_be_settled_by_the_setting(world: World) -> None:
    queued(world, "ops@example.com")
    with scripted_server(Scripted(after_dot=None)) as port:
        deliver(through(world, port))
    bold = at(world, MORNING + MINUTE)
    with good_server() as (box, port):
        settings = through(bold, port).settings.model_copy(update={"on_doubt": "resend"})
        sender = World(bold.store, bold.catalog, bold.sources, settings, bold.clock)
        assert deliver(sender)["sent"] == 1
        assert len(box.mails) == 1


def test_a_mail_that_lay_for_days_without_a_server_is_not_sent_any_more(world: World) -> None:
    queued(world, "ops@example.com")
    with good_server() as (box, port):
        assert deliver(through(at(world, MORNING + 37 * HOUR), port))["failed"] == 1
        assert box.mails == []


def test_the_api_shows_the_outbox_without_addresses(store_url: str, world: World) -> None:
    queued(world, "ops@example.com", "boss@example.com")
    with scripted_server(Scripted(after_dot=None)) as port:
        deliver(through(world, port))
    with closing(world.store), TestClient(create_app(Reader(world.store, world.catalog, world.clock))) as client:
        body = client.get("/api/v1/deliveries?state=in_doubt").json()
        assert (len(body["items"]), body["counts"]) == (2, {"in_doubt": 2})
        assert {one["recipient"] for one in body["items"]} == {"o***@example.com", "b***@example.com"}
        assert "ops@" not in json.dumps(body["items"][0]["recipient"])
        assert client.get("/api/v1/deliveries?state=lost").status_code == 422
