"""Messages under `kill -9`, SIGSTOP and two senders at once, against a receiver that keeps all it got: none lost, doubles known by id."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest

from monitor.model import Channel, Delivery, Mail
from monitor.store import open_store, outbox
from tests.inform.hooks import chat, hooks, webhook
from tests.inform.smtp_servers import free_port
from tests.pipeline.postman import Postmen, postmen
from tests.pipeline.test_alerting import MORNING
from tests.pipeline.test_kill_mail import SEED, rows

LATER = MORNING + timedelta(minutes=6)
"""A lease is over by then."""


@pytest.fixture(scope="module")
def post() -> Iterator[Postmen]:
    with postmen() as parent:
        yield parent


def queued(url: str, channel: Channel, count: int) -> list[str]:
    """The ids of so many messages for a channel."""
    store = open_store(url)
    made = [
        Delivery(
            recipient=channel.address, slot=f"{n:03}", channel=channel.kind, due_at=MORNING,
            mail=Mail(recipient=channel.address, subject="s", text='{"n":1}', html="", message_id=f"<{n}.{channel.name}@x>"),
        )
        for n in range(count)
    ]  # fmt: skip
    with store.write() as tx:
        assert all(outbox.plan(tx, one) for one in made)
    store.close()
    return [one.id for one in made]


def test_a_webhook_whose_sender_was_killed_goes_again_under_the_same_id(store_url: str, post: Postmen) -> None:
    with hooks() as box:
        (known,) = queued(store_url, webhook(box.port, "webhook"), 1)
        box.go_on.clear()
        killed = post.begin(store_url, free_port(), MORNING, {"webhook": box.port})
        assert box.arrived.wait(30)
        os.kill(killed, signal.SIGKILL)
        assert post.end() == (killed, -signal.SIGKILL)
        assert [row.state for row in rows(store_url)] == ["sending"]
        box.go_on.set()
        other = post.begin(store_url, free_port(), MORNING, {"webhook": box.port})
        assert post.end() == (other, 0)
        assert [got.id for got in box.got] == [known, known]
    assert [(row.state, row.attempts) for row in rows(store_url)] == [("sent", 2)]


def test_a_chat_whose_sender_was_killed_stays_in_doubt_and_is_not_repeated(store_url: str, post: Postmen) -> None:
    with hooks() as box:
        queued(store_url, chat(box.port, "chat"), 1)
        box.go_on.clear()
        killed = post.begin(store_url, free_port(), MORNING, {"chat": box.port})
        assert box.arrived.wait(30)
        os.kill(killed, signal.SIGKILL)
        assert post.end() == (killed, -signal.SIGKILL)
        box.go_on.set()
        other = post.begin(store_url, free_port(), LATER, {"chat": box.port})
        assert post.end() == (other, 0)
        assert len(box.got) == 1
    (row,) = rows(store_url)
    assert (row.state, "may have arrived" in row.reason) == ("in_doubt", True)


def test_two_senders_at_once_send_each_message_once(store_url: str, post: Postmen) -> None:
    with hooks() as box:
        known = queued(store_url, webhook(box.port, "webhook"), 40)
        lives = [post.begin(store_url, free_port(), MORNING, {"webhook": box.port}) for _ in range(2)]
        assert sorted(post.end() for _ in lives) == sorted((life, 0) for life in lives)
        assert Counter(got.id for got in box.got) == dict.fromkeys(known, 1)
    assert Counter(row.state for row in rows(store_url)) == {"sent": 40}


def test_a_sender_that_was_stopped_for_longer_than_its_lease_changes_nothing_any_more(store_url: str, post: Postmen) -> None:
    with hooks() as box:
        (known,) = queued(store_url, webhook(box.port, "webhook"), 1)
        box.go_on.clear()
        stopped = post.begin(store_url, free_port(), MORNING, {"webhook": box.port})
        assert box.arrived.wait(30)
        os.kill(stopped, signal.SIGSTOP)
        try:
            box.go_on.set()
            other = post.begin(store_url, free_port(), LATER, {"webhook": box.port})
            assert post.end() == (other, 0)
            settled = rows(store_url)
        finally:
            os.kill(stopped, signal.SIGCONT)
        assert post.end() == (stopped, 0)
        assert {got.id for got in box.got} == {known}
    assert [(row.state, row.attempts) for row in settled] == [("sent", 2)]
    assert rows(store_url) == settled


@pytest.mark.slow
def test_a_hundred_messages_under_kill_9_all_arrive_and_doubles_are_no_more_than_kills(store_url: str, post: Postmen) -> None:
    dice, kills = random.Random(SEED), 0
    with hooks() as box:
        known = queued(store_url, webhook(box.port, "webhook"), 100)
        while True:
            pid = post.begin(store_url, free_port(), MORNING, {"webhook": box.port})
            wanted, longest = len(box.got) + dice.randint(1, 8), time.monotonic() + 30
            while len(box.got) < wanted and time.monotonic() < longest and not post.has_news():
                time.sleep(0.001)
            time.sleep(dice.uniform(0, 0.01))
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            ended, code = post.end()
            assert ended == pid
            if code == 0:
                break
            kills += 1
        arrived = Counter(got.id for got in box.got)
    assert kills >= 10
    assert set(arrived) == set(known), "none is lost, and none has an id of its own"
    assert sum(arrived.values()) - len(known) <= kills
    assert Counter(row.state for row in rows(store_url)) == {"sent": 100}
