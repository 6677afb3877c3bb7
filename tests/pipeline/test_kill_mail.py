"""Digests under `kill -9` and SIGSTOP against a real server whose mailbox is the truth: none twice, none lost silently."""

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

from monitor.model import Delivery, Team
from monitor.pipeline import World
from monitor.store import events, inventory, open_store, outbox
from tests.pipeline.conftest import source, world_over
from tests.pipeline.postman import Postmen, Truth, postmen, truth
from tests.pipeline.test_alerting import DAY, MORNING, cut, polled
from tests.pipeline.test_deliver import at, reader, team

SEED = 20240626
WHILE_PLANNING_S = (0.02, 0.1, 0.3, 0.6, 1.0)


@pytest.fixture(scope="module")
def post() -> Iterator[Postmen]:
    with postmen() as parent:
        yield parent


def prepared(url: str, *teams: Team) -> None:
    """A database in which these teams have a digest to get at MORNING."""
    with world_over(url, (source("a", "http://127.0.0.1/a"),)) as opened:
        world: World = at(opened, MORNING - timedelta(hours=2))
        with world.store.write() as tx:
            inventory.save_inventory(tx, teams, MORNING - DAY)
            events.save_events(tx, [cut(recorded_at=MORNING - timedelta(hours=3))], world.clock())
        polled(world)


def rows(url: str) -> list[Delivery]:
    store = open_store(url)
    with store.read() as tx:
        found = outbox.deliveries(tx)
    store.close()
    return found


def judged(url: str, box: Truth, wanted: int) -> Counter[str]:
    """The states, after the mailbox confirmed each of them."""
    found, arrived = rows(url), box.by_message_id()
    assert len(found) == wanted, "every digest that was due is in the outbox"
    assert {mail: count for mail, count in arrived.items() if count > 1} == {}, "none twice by us"
    silent = [one.recipient for one in found if one.state == "sent" and one.mail.message_id not in arrived]
    assert silent == [], "what we call sent has arrived"
    listed = {one.mail.message_id for one in found if one.state in ("queued", "failed", "in_doubt")}
    missing = {one.mail.message_id for one in found} - arrived.keys()
    assert missing <= listed, "each that did not arrive is listed"
    return Counter(one.state for one in found)


@pytest.mark.slow
def test_a_thousand_digests_under_kill_9(empty_url: str, post: Postmen) -> None:
    """On a server a fifth of them; `benchmarks/mail_guarantees.py` has the thousand there too."""
    digests = 1_000 if empty_url.startswith("sqlite") else 200
    kills, states = killed(empty_url, post, digests)
    assert kills >= digests // 25
    assert states["queued"] == states["sending"] == states["failed"] == 0
    assert states["in_doubt"] <= kills
    assert states["sent"] + states["in_doubt"] == digests


def killed(url: str, post: Postmen, digests: int) -> tuple[int, Counter[str]]:
    """How often a sender of that many digests was killed until none waited, and their states, confirmed by the mailbox."""
    teams = [team(f"t{n}", *(reader(f"r{n}-{m}@example.com") for m in range(digests // 10))) for n in range(10)]
    prepared(url, *teams)
    dice, kills = random.Random(SEED), 0
    with truth() as box:
        while True:
            pid = post.begin(url, box.port, MORNING)
            _wait(post, box, dice, kills)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            ended, code = post.end()
            assert ended == pid
            if code == 0:
                break
            assert code == -signal.SIGKILL
            kills += 1
        return kills, judged(url, box, digests)


def _wait(post: Postmen, box: Truth, dice: random.Random, kills: int) -> None:
    """Until a life is to end: some mails and some milliseconds on, at any step of the next; the first ones earlier, while they plan.

    No life may send more than that, however fast the machine: else one of them tells all and nothing is left to kill.
    """
    wanted = len(box.mails) + dice.randint(1, 20)
    longest = time.monotonic() + (WHILE_PLANNING_S[kills] if kills < len(WHILE_PLANNING_S) else 30)
    while len(box.mails) < wanted and time.monotonic() < longest and not post.has_news():
        time.sleep(0.001)
    time.sleep(dice.uniform(0, 0.02))


def test_a_sender_that_was_stopped_finds_its_mail_taken_over_and_does_not_hand_it_over(empty_url: str, post: Postmen) -> None:
    prepared(empty_url, team("a", reader("ops@example.com")))
    with truth() as box:
        box.go_on.clear()
        stopped = post.begin(empty_url, box.port, MORNING)
        assert box.at_rcpt.wait(30), "it is about to send"
        os.kill(stopped, signal.SIGSTOP)
        box.go_on.set()
        try:
            other = post.begin(empty_url, box.port, MORNING + timedelta(minutes=6))  # its lease is over
            assert post.end() == (other, 0)
            assert [one.state for one in rows(empty_url)] == ["sent"]
        finally:
            os.kill(stopped, signal.SIGCONT)
        assert post.end() == (stopped, 0)
        assert judged(empty_url, box, 1) == {"sent": 1}
        assert len(box.mails) == 1


def test_a_sender_that_was_stopped_for_less_than_its_lease_goes_on(empty_url: str, post: Postmen) -> None:
    prepared(empty_url, team("a", reader("ops@example.com")))
    with truth() as box:
        box.go_on.clear()
        stopped = post.begin(empty_url, box.port, MORNING)
        assert box.at_rcpt.wait(30)
        os.kill(stopped, signal.SIGSTOP)
        other = post.begin(empty_url, box.port, MORNING + timedelta(minutes=4))
        assert post.end() == (other, 0)
        assert box.mails == []
        box.go_on.set()
        os.kill(stopped, signal.SIGCONT)
        assert post.end() == (stopped, 0)
        assert judged(empty_url, box, 1) == {"sent": 1}
