"""The outbox and the slots: at most once, whatever happens to the sender."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from monitor.errors import StoreError
from monitor.model import Delivery
from monitor.store import Store
from monitor.store.mailboxes import accepted, refused, suspensions
from monitor.store.outbox import (
    alerts,
    claim,
    deliveries,
    expire_leases,
    interrupted,
    last_told,
    mark,
    owners,
    plan,
    pledge,
    postings,
    resend,
    state_counts,
)
from monitor.store.slots import take_slot
from tests.store.nouns import MINUTE, NOW, delivery

LEASE = timedelta(minutes=5)


def planned(store: Store, *wanted: Delivery) -> None:
    with store.write() as tx:
        assert all(plan(tx, one) for one in wanted)


def claimed(store: Store, minute: int = 0, owner: str = "me") -> list[Delivery]:
    with store.write() as tx:
        return claim(tx, NOW + minute * MINUTE, owner, LEASE, 100)


def freed(store: Store, minute: int) -> None:
    with store.write() as tx:
        expire_leases(tx, NOW + minute * MINUTE)


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


def test_a_sender_that_vanished_before_its_pledge_gave_nothing_away(store: Store) -> None:
    planned(store, delivery())
    (slow,) = claimed(store, owner="stopped")
    freed(store, minute=4)
    assert claimed(store, minute=4) == []
    freed(store, minute=5)
    (again,) = claimed(store, minute=5, owner="other")
    assert (again.attempts, again.reason) == (2, "")
    with store.write() as tx:
        assert not pledge(tx, slow, NOW + 5 * MINUTE, LEASE), "it must not hand the mail over any more"
        assert not mark(tx, slow.moved_to("sent"))
        assert pledge(tx, again, NOW + 5 * MINUTE, LEASE)


def test_a_sender_that_vanished_after_its_pledge_leaves_it_in_doubt_and_it_is_never_sent_by_itself(store: Store) -> None:
    planned(store, delivery())
    (one,) = claimed(store, owner="killed")
    with store.write() as tx:
        assert pledge(tx, one, NOW, LEASE)
        assert not pledge(tx, one, NOW, LEASE)
    for minute in (4, 5, 999):
        freed(store, minute)
        assert claimed(store, minute) == []
    with store.write() as tx:
        (doubtful,) = postings(tx)
        assert (doubtful.state, doubtful.attempts, doubtful.underway) == ("in_doubt", 1, False)
        assert "may have arrived" in doubtful.reason
        assert mark(tx, one.moved_to("sent")), "a sender that was only slow knows better"


def test_what_a_process_of_this_machine_held_is_free_as_soon_as_it_is_gone(store: Store) -> None:
    planned(store, delivery("a@x.cn"), delivery("b@x.cn"))
    one, _two = claimed(store, owner="killed")
    with store.write() as tx:
        assert pledge(tx, one, NOW, LEASE)
        assert owners(tx) == ["killed"]
        expire_leases(tx, NOW, gone=["killed"])
        assert [(p.recipient, p.state, p.underway) for p in postings(tx)] == [("a@x.cn", "in_doubt", False), ("b@x.cn", "queued", False)]


def test_a_person_may_send_what_is_settled_again_with_the_same_message_id(store: Store) -> None:
    planned(store, delivery("a@x.cn"), delivery("b@x.cn"), delivery("c@x.cn"))
    doubtful, failed, sent = claimed(store)
    with store.write() as tx:
        pledge(tx, doubtful, NOW, LEASE)
        mark(tx, failed.moved_to("failed", "550 no"))
        mark(tx, sent.moved_to("sent"))
        assert resend(tx, NOW, []) == 1, "what a sender holds right now is left alone"
        expire_leases(tx, NOW + 5 * MINUTE)
        assert resend(tx, NOW, [sent.id, "dlv_0000000000000000"]) == 0
        assert resend(tx, NOW, [doubtful.id]) == 1
    again = claimed(store, minute=6)
    assert [(d.recipient, d.attempts) for d in again] == [("a@x.cn", 2), ("b@x.cn", 2)]
    assert [d.mail.message_id for d in again] == [doubtful.mail.message_id, failed.mail.message_id]


def test_an_operator_may_have_doubtful_mails_sent_again_by_itself(store: Store) -> None:
    planned(store, delivery())
    (one,) = claimed(store)
    with store.write() as tx:
        pledge(tx, one, NOW, LEASE)
        expire_leases(tx, NOW, resend=True)
        assert state_counts(tx) == {"in_doubt": 1}
        expire_leases(tx, NOW + 5 * MINUTE, resend=True)
        assert state_counts(tx) == {"queued": 1}


def test_digests_and_alerts_tell_what_they_told(store: Store) -> None:
    def about(slot: str, minute: int, **fields: object) -> Delivery:
        one = delivery(slot=slot)
        return one.model_copy(update={"mail": one.mail.model_copy(update={"team": "t", "as_of": NOW + minute * MINUTE, **fields})})

    planned(store, about("1", 0), about("2", 5), about("3", 9), about("4", 7, kind="alert"), about("5", 8, kind="alert"))
    with store.write() as tx:
        (third,) = [d for d in claim(tx, NOW, "me", LEASE, 9) if d.slot == "3"]
        mark(tx, third.moved_to("failed"))
        assert last_told(tx, NOW + 10 * MINUTE) == {("a@example.cn", "t"): NOW + 5 * MINUTE}, "what failed told nothing"
        assert last_told(tx, NOW + 10 * MINUTE, "a@example.cn", but="2") == {("a@example.cn", "t"): NOW}
        assert last_told(tx, NOW) == last_told(tx, NOW + MINUTE, "b@example.cn") == {}
        assert [mail.as_of for mail in alerts(tx, "a@example.cn", NOW + 8 * MINUTE)] == [NOW + 7 * MINUTE]
        assert interrupted(tx) == {"a@example.cn"}


def test_an_address_that_refuses_three_times_in_a_row_is_left_alone_until_resumed(store: Store) -> None:
    with store.write() as tx:
        for _ in range(2):
            refused(tx, "a@x.cn", "550 5.1.1 no", NOW)
        assert accepted(tx, "a@x.cn"), "a mail that it took ends the row"
        for minute in range(3):
            assert suspensions(tx) == []
            refused(tx, "a@x.cn", "550 5.1.1 no", NOW + minute * MINUTE)
        (left,) = suspensions(tx)
        assert (left.recipient, left.refusals, left.since, left.reason) == ("a@x.cn", 3, NOW + 2 * MINUTE, "550 5.1.1 no")
        assert accepted(tx, "a@x.cn")
        assert not accepted(tx, "a@x.cn")
        assert suspensions(tx) == []


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
