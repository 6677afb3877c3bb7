"""Sources: listing, leases, outcomes of polls, freshness."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.model import FeedHints, Observed, Rhythm, Run, SourceState, Validators
from monitor.store import Store
from monitor.store.documents import add_documents
from monitor.store.sources import (
    PollOutcome,
    claim_due,
    data_as_of,
    lease_owners,
    release_leases,
    save_poll,
    source_statuses,
    sync_sources,
)
from tests.store.nouns import MINUTE, NOW, document, source, stored

LEASE = timedelta(minutes=5)
GOT = Validators(etag='W/"a"', last_modified="Wed, 26 Jun 2024 08:00:00 GMT", body_sha256="0" * 64)


def answered(name: str = "wire", owner: str = "me", minute: int = 0) -> PollOutcome:
    at = NOW + minute * MINUTE
    return PollOutcome(source=name, owner=owner, at=at, state="ok", next_poll_at=at + 30 * MINUTE, validators=GOT)


def listed(store: Store, *names: str) -> None:
    with store.write() as tx:
        sync_sources(tx, [source(name) for name in names], NOW)


def polled(store: Store, outcome: PollOutcome) -> bool:
    """Claims what is due as the outcome's owner, and saves the outcome."""
    with store.write() as tx:
        claim_due(tx, outcome.at, outcome.owner, LEASE, 10)
        return save_poll(tx, outcome)


def test_a_task_tells_whether_anything_of_its_source_is_stored(store: Store) -> None:
    listed(store, "paper", "wire")
    with store.write() as tx:
        add_documents(tx, [document("1")], NOW)
        tasks = claim_due(tx, NOW, "me", LEASE, 10)
        assert {task.source.id: task.is_known for task in tasks} == {"paper": False, "wire": True}


def test_a_new_source_is_due_at_once_and_then_leased(store: Store) -> None:
    listed(store, "paper", "wire")
    with store.write() as tx:
        tasks = claim_due(tx, NOW, "me", LEASE, 10)
        assert [(task.source, task.validators, task.failures, task.state) for task in tasks] == [
            (source("paper"), Validators(), 0, "never"),
            (source("wire"), Validators(), 0, "never"),
        ]
        assert claim_due(tx, NOW, "you", LEASE, 10) == []
        assert lease_owners(tx) == {"me"}
    with store.write() as tx:
        assert len(claim_due(tx, NOW + LEASE, "you", LEASE, 10)) == 2


def test_the_longest_overdue_come_first(store: Store) -> None:
    listed(store, "a", "b", "c")
    with store.write() as tx:
        claim_due(tx, NOW, "me", LEASE, 10)
        for name, minute in (("a", 3), ("b", 1), ("c", 2)):
            save_poll(tx, answered(name, minute=minute))
    with store.write() as tx:
        assert [t.source.id for t in claim_due(tx, NOW + 60 * MINUTE, "me", LEASE, 2)] == ["b", "c"]


def test_listing_again_changes_nothing(store: Store) -> None:
    listed(store, "wire")
    polled(store, answered())
    with store.read() as tx:
        before = source_statuses(tx)
    listed(store, "wire")
    with store.read() as tx:
        assert source_statuses(tx) == before


def test_an_unlisted_source_is_kept_but_neither_shown_nor_polled(store: Store) -> None:
    listed(store, "wire", "paper")
    stored(store, document())
    listed(store, "paper")
    with store.write() as tx:
        assert [s.id for s in source_statuses(tx)] == ["paper"]
        assert [t.source.id for t in claim_due(tx, NOW, "me", LEASE, 10)] == ["paper"]
    listed(store, "wire", "paper")
    with store.read() as tx:
        assert [(s.id, s.documents) for s in source_statuses(tx)] == [("paper", 0), ("wire", 1)]


def test_a_source_that_moves_starts_anew(store: Store) -> None:
    listed(store, "wire")
    polled(store, answered())
    with store.write() as tx:
        sync_sources(tx, [source(url="https://wire.example/new")], NOW + MINUTE)
        (task,) = claim_due(tx, NOW + MINUTE, "me", LEASE, 10)
    assert (task.source.url, task.validators, task.state) == ("https://wire.example/new", Validators(), "never")


def test_another_interval_keeps_validators_and_schedule(store: Store) -> None:
    listed(store, "wire")
    polled(store, answered())
    with store.write() as tx:
        sync_sources(tx, [source(interval_s=60)], NOW + MINUTE)
        assert claim_due(tx, NOW + MINUTE, "me", LEASE, 10) == []
        (task,) = claim_due(tx, NOW + 30 * MINUTE, "me", LEASE, 10)
    assert (task.source.interval_s, task.validators) == (60, GOT)


def test_urls_pass_from_one_id_to_another(store: Store) -> None:
    one, two = "https://one.example/", "https://two.example/"
    with store.write() as tx:
        sync_sources(tx, [source("a", one), source("b", two)], NOW)
        sync_sources(tx, [source("a", two), source("b", one)], NOW)
        sync_sources(tx, [source("c", one)], NOW)
        assert [(s.id, s.url) for s in source_statuses(tx)] == [("c", one)]


def test_two_listed_sources_with_one_url_are_refused(store: Store) -> None:
    with store.write() as tx, pytest.raises(StoreError, match=r"(?i)unique"):
        sync_sources(tx, [source("a", "https://one.example/"), source("b", "https://one.example/")], NOW)


def test_an_outcome_is_kept_whole(store: Store) -> None:
    listed(store, "wire")
    failed = PollOutcome(
        source="wire", owner="me", at=NOW + MINUTE, state="failing", reason="timeout", detail="20 s", failures=3,
        next_poll_at=NOW + 9 * MINUTE, validators=GOT, permanent_url="https://wire.example/moved",
    )  # fmt: skip
    assert polled(store, answered())
    assert polled(store, replace(failed, at=NOW + 31 * MINUTE))
    assert polled(store, replace(failed, at=NOW + 40 * MINUTE, reason="connection", failures=4))
    with store.read() as tx:
        (status,) = source_statuses(tx)
        assert lease_owners(tx) == set()
    assert (status.state, status.reason, status.detail, status.permanent_url) == ("failing", "connection", "20 s", failed.permanent_url)
    assert (status.since, status.last_fetch_at, status.last_success_at) == (NOW + 31 * MINUTE, NOW + 40 * MINUTE, NOW)


def test_what_is_remembered_comes_back_with_the_next_lease_until_the_source_moves(store: Store) -> None:
    memory = Observed(
        hints=FeedHints(wait_s=60, skip_hours=(1,)),
        rhythm=Rhythm(gap_s=60, long_s=90, recent_s=60, newest_at=NOW, heard_at=NOW),
        runs=(Run(since=NOW, until=NOW),),
    )
    listed(store, "wire")
    assert polled(store, replace(answered(), observed=memory))
    with store.write() as tx:
        (task,) = claim_due(tx, NOW + 31 * MINUTE, "me", LEASE, 10)
        assert task.observed == memory
        assert source_statuses(tx, "wire")[0].observed == memory
        assert source_statuses(tx, "nobody") == []
        sync_sources(tx, [source("wire", "https://elsewhere.example/")], NOW)
        assert source_statuses(tx)[0].observed == Observed()


def test_a_body_or_none_is_no_change_of_health(store: Store) -> None:
    listed(store, "wire")
    states: list[SourceState] = ["ok", "not_modified", "ok"]
    for minute, state in zip((0, 31, 62), states, strict=True):
        assert polled(
            store, PollOutcome(source="wire", owner="me", at=NOW + minute * MINUTE, state=state, next_poll_at=NOW + minute * MINUTE)
        )
    with store.read() as tx:
        assert source_statuses(tx)[0].since == NOW


def test_a_failure_does_not_unsay_a_move(store: Store) -> None:
    listed(store, "wire")
    assert polled(store, replace(answered(), permanent_url="https://moved.example/"))
    assert polled(store, replace(answered(minute=31), state="failing", reason="timeout"))
    with store.read() as tx:
        assert source_statuses(tx)[0].permanent_url == "https://moved.example/"
    assert polled(store, answered(minute=62))
    with store.read() as tx:
        assert source_statuses(tx)[0].permanent_url is None


def test_a_source_that_is_gone_is_never_due_again(store: Store) -> None:
    listed(store, "wire")
    polled(store, replace(answered(), state="gone", reason="gone", next_poll_at=None))
    with store.write() as tx:
        assert claim_due(tx, NOW + timedelta(days=9999), "me", LEASE, 10) == []


def test_an_outcome_after_the_lease_passed_on_is_dropped(store: Store) -> None:
    listed(store, "wire")
    with store.write() as tx:
        claim_due(tx, NOW, "stopped", LEASE, 10)
        claim_due(tx, NOW + LEASE, "other", LEASE, 10)
        assert not save_poll(tx, answered(owner="stopped"))
        assert save_poll(tx, answered(owner="other"))
        assert not save_poll(tx, answered(owner="other"))


def test_leases_of_the_dead_are_released(store: Store) -> None:
    listed(store, "a", "b")
    with store.write() as tx:
        claim_due(tx, NOW, "dead", LEASE, 1)
        claim_due(tx, NOW, "alive", LEASE, 1)
        assert release_leases(tx, {"dead", "unknown"}) == 1
        assert release_leases(tx, set()) == 0
        assert lease_owners(tx) == {"alive"}
        assert [t.source.id for t in claim_due(tx, NOW, "new", LEASE, 10)] == ["a"]


def test_four_claimers_share_the_due_sources_without_double(store: Store) -> None:
    names = [f"s{n}" for n in range(200)]
    listed(store, *names)

    def work(owner: str) -> list[str]:
        mine: list[str] = []
        while True:
            with store.write() as tx:
                tasks = claim_due(tx, NOW, owner, LEASE, 7)
            if not tasks:
                return mine
            mine += [task.source.id for task in tasks]

    with ThreadPoolExecutor(4) as pool:
        shares = list(pool.map(work, ["a", "b", "c", "d"]))
    assert Counter(name for share in shares for name in share) == Counter(names)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(minutes=st.lists(st.integers(0, 30), max_size=8).map(sorted), asked=st.integers(-1, 31))
def test_freshness_of_a_past_time_never_changes(store: Store, minutes: list[int], asked: int) -> None:
    base = next(_DAYS)
    listed(store, "wire")
    with store.write() as tx:
        for minute in minutes:
            claim_due(tx, NOW + timedelta(days=10**4), "me", LEASE, 1)
            save_poll(tx, replace(answered(minute=minute), at=NOW + base + minute * MINUTE))
    known = [NOW + base + m * MINUTE for m in minutes if m <= asked]
    with store.read() as tx:
        fresh = data_as_of(tx, NOW + base + asked * MINUTE)
    assert (fresh if fresh and fresh >= NOW + base else None) == max(known, default=None)


_DAYS = (timedelta(days=n) for n in range(1, 10**4))


def test_freshness_is_kept_to_the_minute(store: Store) -> None:
    listed(store, "wire")
    second = timedelta(seconds=1)
    with store.read() as tx:
        assert data_as_of(tx) is None
    for offset in (0, 59, 60, 61):
        polled(store, replace(answered(), at=NOW + timedelta(hours=offset and 1) + offset * second))
    with store.read() as tx:
        assert data_as_of(tx) == NOW + timedelta(hours=1) + 59 * second
        assert data_as_of(tx, NOW) == NOW


def test_a_failed_fetch_does_not_make_data_fresh(store: Store) -> None:
    listed(store, "wire")
    polled(store, replace(answered(), state="failing", reason="timeout"))
    with store.read() as tx:
        assert data_as_of(tx) is None


def test_two_processes_that_list_the_same_new_sources_at_once_agree(store: Store) -> None:
    listed = [source(f"s{n}") for n in range(40)]
    ready = threading.Barrier(4)

    def sync(_: int) -> None:
        ready.wait()
        with store.write() as tx:
            sync_sources(tx, listed, NOW)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(sync, range(4)))
    with store.read() as tx:
        assert len(source_statuses(tx)) == 40
