"""The outbox and the slots: at most once, whatever happens to the sender."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.model import Delivery
from monitor.store import Store
from monitor.store.outbox import claim, deliveries, mark, plan
from monitor.store.slots import take_slot
from tests.store.nouns import MINUTE, NOW, delivery

LEASE = timedelta(minutes=5)


def planned(store: Store, *wanted: Delivery) -> None:
    with store.write() as tx:
        assert all(plan(tx, one) for one in wanted)


def claimed(store: Store, minute: int = 0, owner: str = "me") -> list[Delivery]:
    with store.write() as tx:
        return claim(tx, NOW + minute * MINUTE, owner, LEASE, 100)


def test_a_delivery_is_planned_once(store: Store) -> None:
    with store.write() as tx:
        assert plan(tx, delivery())
        assert not plan(tx, delivery())
        assert plan(tx, delivery(slot="2024-06-27/Asia/Shanghai"))
    with store.write() as tx:
        assert not plan(tx, delivery(due_at=NOW + MINUTE))
        assert deliveries(tx, "a@example.cn") == [delivery(), delivery(slot="2024-06-27/Asia/Shanghai")]
        assert deliveries(tx, "b@example.cn") == []


def test_two_mails_with_one_message_id_are_refused(store: Store) -> None:
    planned(store, delivery())
    with store.write() as tx, pytest.raises(StoreError, match=r"(?i)unique"):
        plan(tx, delivery("b@example.cn", mail=delivery().mail))


def test_only_what_is_due_is_claimed_and_only_once(store: Store) -> None:
    planned(store, delivery("a@x.cn"), delivery("b@x.cn"), delivery("late@x.cn", due_at=NOW + MINUTE))
    first = claimed(store)
    assert [(d.recipient, d.state, d.attempts) for d in first] == [("a@x.cn", "sending", 1), ("b@x.cn", "sending", 1)]
    assert claimed(store) == []
    assert [d.recipient for d in claimed(store, minute=1)] == ["late@x.cn"]


def test_what_was_sent_stays_sent(store: Store) -> None:
    planned(store, delivery())
    (one,) = claimed(store)
    with store.write() as tx:
        assert mark(tx, one.moved_to("sent"))
        assert not mark(tx, one.moved_to("queued"))
        assert deliveries(tx) == [one.moved_to("sent")]
    assert claimed(store, minute=999) == []


def test_a_refused_attempt_is_made_again_when_due(store: Store) -> None:
    planned(store, delivery())
    (one,) = claimed(store)
    with store.write() as tx:
        mark(tx, one.moved_to("queued", "451 try later").model_copy(update={"due_at": NOW + 10 * MINUTE}))
    assert claimed(store, minute=9) == []
    (again,) = claimed(store, minute=10)
    assert (again.attempts, again.reason) == (2, "")
    with store.write() as tx:
        assert not mark(tx, one.moved_to("sent")), "an old attempt may not speak for the new one"
        assert mark(tx, again.moved_to("failed", "550 no such user"))
        assert [(d.state, d.reason) for d in deliveries(tx)] == [("failed", "550 no such user")]


def test_a_vanished_sender_leaves_it_in_doubt_and_it_is_never_sent_by_itself(store: Store) -> None:
    planned(store, delivery())
    (one,) = claimed(store, owner="killed")
    assert claimed(store, minute=4) == []
    assert claimed(store, minute=5) == []
    assert claimed(store, minute=999) == []
    with store.read() as tx:
        (doubtful,) = deliveries(tx)
    assert (doubtful.state, doubtful.attempts) == ("in_doubt", 1)
    assert "may have arrived" in doubtful.reason
    with store.write() as tx:
        assert mark(tx, one.moved_to("sent")), "a sender that was only slow knows better"


def test_a_person_may_queue_a_doubtful_delivery_again(store: Store) -> None:
    planned(store, delivery())
    claimed(store)
    claimed(store, minute=5)
    with store.write() as tx:
        (doubtful,) = deliveries(tx)
        assert mark(tx, doubtful.moved_to("queued"))
    assert [d.attempts for d in claimed(store, minute=6)] == [2]


def test_four_claimers_send_two_hundred_without_double(store: Store) -> None:
    planned(store, *(delivery(f"{n}@x.cn") for n in range(200)))

    def work(owner: str) -> list[str]:
        mine: list[str] = []
        while True:
            with store.write() as tx:
                share = claim(tx, NOW, owner, LEASE, 9)
            if not share:
                return mine
            mine += [d.recipient for d in share]

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, ["a", "b", "c", "d"]))
    assert Counter(r for share in shares for r in share) == Counter(f"{n}@x.cn" for n in range(200))


def test_a_slot_is_taken_by_exactly_one(store: Store) -> None:
    def take(_: int) -> bool:
        with store.write() as tx:
            return take_slot(tx, "digest", "2024-06-26", NOW)

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, range(12))) == 1
    with store.write() as tx:
        assert take_slot(tx, "digest", "2024-06-27", NOW)
        assert take_slot(tx, "sweep", "2024-06-26", NOW)
