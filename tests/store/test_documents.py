"""Documents: stored once, read back as they were, listed as they were known."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from monitor.errors import CursorError, UsageError
from monitor.model import Document, RegulatorFacts
from monitor.store import Store
from monitor.store.documents import (
    DocumentQuery,
    add_documents,
    count_documents,
    count_untagged,
    documents_by_id,
    latest_versions,
    list_documents,
    newest_moments,
    untagged,
)
from monitor.store.signals import save_taggings
from tests.store.nouns import MINUTE, NOW, V1, V2, document, stored, tagging


def test_a_document_comes_back_as_it_was_given(store: Store) -> None:
    facts = RegulatorFacts(number="2024-13923", agencies=("Treasury",), effective_on=date(2024, 7, 9), rin=("1505-AC82",))
    given_one = document(
        text="引号“百度” and emoji 🧨 and \\u0000 as six characters", published_at=None, published_raw="gestern", regulator=facts
    )
    stored(store, given_one)
    with store.read() as tx:
        assert documents_by_id(tx, [given_one.id, "doc_unknown"]) == {given_one.id: given_one}


def test_everything_twice_adds_nothing(store: Store) -> None:
    first, second = document("1"), document("2")
    assert stored(store, first, second, first) == [first, second]
    assert stored(store, first, second) == []
    assert stored(store, second, document("3")) == [document("3")]
    with store.read() as tx:
        assert count_documents(tx) == 3


def test_the_same_guid_in_two_sources_is_two_documents(store: Store) -> None:
    here, there = document("1"), document("1", source="paper")
    assert stored(store, here, there) == [here, there]


def test_an_offset_comes_back_as_the_same_instant(store: Store) -> None:
    shanghai = datetime(2024, 6, 25, 9, 30, tzinfo=timezone(timedelta(hours=8)))
    one = document(published_at=shanghai)
    stored(store, one)
    with store.read() as tx:
        back = documents_by_id(tx, [one.id])[one.id].published_at
    assert back == shanghai
    assert back is not None
    assert back.utcoffset() == timedelta(0)


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValidationError, match="without a zone"):
        document(published_at=datetime(2024, 6, 25, 9, 30))  # noqa: DTZ001
    with store.write() as tx, pytest.raises(UsageError, match="timezone"):
        add_documents(tx, [document()], datetime(2024, 6, 25, 9, 30))  # noqa: DTZ001
    with store.read() as tx, pytest.raises(UsageError, match="timezone"):
        list_documents(tx, DocumentQuery(as_of=datetime(2024, 6, 25)))  # noqa: DTZ001


def test_an_edit_is_a_revision_and_lists_show_the_one_that_was_known(store: Store) -> None:
    old, new = document(text="draft"), document(revision=2, text="final", retrieved_at=NOW + 9 * MINUTE)
    stored(store, old, document("2"))
    stored(store, new, at=NOW + 9 * MINUTE)
    with store.read() as tx:
        assert latest_versions(tx, "wire", ["1", "2", "unseen"]) == {"1": new, "2": document("2")}
        assert latest_versions(tx, "paper", ["1"]) == {}
        assert list_documents(tx, DocumentQuery()).items == (new, document("2"))
        assert set(list_documents(tx, DocumentQuery(as_of=NOW)).items) == {old, document("2")}
        assert list_documents(tx, DocumentQuery(as_of=NOW - MINUTE)).items == ()
        assert count_documents(tx) == 2


def test_an_entry_is_also_found_by_its_address(store: Store) -> None:
    old, new = document(url="https://wire.example/a"), document(revision=2, url="https://wire.example/a", text="final")
    stored(store, old, new, document("2"), document("3", source="paper", url="https://wire.example/a"))
    with store.read() as tx:
        assert latest_versions(tx, "wire", [], ["https://wire.example/a", "https://wire.example/b"]) == {"1": new}
        assert latest_versions(tx, "wire", ["2"], ["https://wire.example/a"]) == {"1": new, "2": document("2")}


def test_the_newest_moments_of_a_source(store: Store) -> None:
    undated = document("2", retrieved_at=NOW + MINUTE, published_at=None)
    stored(store, document("1"), undated, document("3", source="paper", retrieved_at=NOW + 9 * MINUTE))
    with store.read() as tx:
        assert newest_moments(tx, "wire", 9) == [(None, NOW + MINUTE), (NOW - MINUTE, NOW)]
        assert newest_moments(tx, "wire", 1) == [(None, NOW + MINUTE)]
        assert newest_moments(tx, "nobody", 9) == []


def test_many_guids_are_looked_up_at_once(store: Store) -> None:
    stored(store, *(document(str(n)) for n in range(1200)))
    with store.read() as tx:
        assert len(latest_versions(tx, "wire", [str(n) for n in range(5000)])) == 1200


@pytest.mark.parametrize(
    ("query", "guids"),
    [
        pytest.param(DocumentQuery(source="wire"), {"1", "2"}, id="source"),
        pytest.param(DocumentQuery(source="nobody"), set(), id="unknown source"),
        pytest.param(DocumentQuery(provider="openai"), {"1", "3"}, id="provider"),
        pytest.param(DocumentQuery(provider="openai", source="paper"), {"3"}, id="provider and source"),
        pytest.param(DocumentQuery(q="BAIDU"), {"2"}, id="word in the title"),
        pytest.param(DocumentQuery(q="九日"), {"3"}, id="Chinese word in the text"),
        pytest.param(DocumentQuery(q="baidu july"), {"2"}, id="all words"),
        pytest.param(DocumentQuery(q="b%du"), set(), id="per cent is no wildcard"),
        pytest.param(DocumentQuery(q="' OR 1=1 --"), set(), id="injection"),
    ],
)
def test_lists_are_filtered(store: Store, query: DocumentQuery, guids: set[str]) -> None:
    first, second, third = document("1"), document("2", title="Baidu offers tokens"), document("3", source="paper", text="七月九日")
    stored(store, first, second, third)
    with store.write() as tx:
        save_taggings(tx, [tagging(first), tagging(second, provider="baidu"), tagging(third)], NOW)
    with store.read() as tx:
        assert {found.guid for found in list_documents(tx, query).items} == guids
        assert count_documents(tx, query) == len(guids)


def test_pages_follow_each_other_without_gap_or_double(store: Store) -> None:
    everything = [document(str(n), retrieved_at=NOW + (n // 3) * MINUTE) for n in range(10)]
    stored(store, *everything)
    seen: list[Document] = []
    cursor = None
    with store.read() as tx:
        while True:
            page = list_documents(tx, DocumentQuery(limit=4, cursor=cursor))
            seen += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    assert len(seen) == 10
    assert set(seen) == set(everything)
    assert [d.retrieved_at for d in seen] == sorted((d.retrieved_at for d in everything), reverse=True)


def test_a_full_last_page_has_no_cursor(store: Store) -> None:
    stored(store, document("1"), document("2"))
    with store.read() as tx:
        assert list_documents(tx, DocumentQuery(limit=2)).next_cursor is None


@pytest.mark.parametrize("cursor", ["", "x", "%%%", "e30", "WzEsMl0", "WyIyMDI0LTA2LTI2IiwgImRvYyJd", "\ud800", "ä"])
def test_a_foreign_cursor_is_refused(store: Store, cursor: str) -> None:
    with store.read() as tx, pytest.raises(CursorError, match="start again"):
        list_documents(tx, DocumentQuery(cursor=cursor))


@pytest.mark.parametrize("limit", [0, -1, 1001, 2**63, 2**200])
def test_a_limit_out_of_range_is_refused(limit: int) -> None:
    with pytest.raises(UsageError, match="limit must be"):
        DocumentQuery(limit=limit)


def test_what_a_tagger_version_has_not_seen_is_found(store: Store) -> None:
    first, second = document("1"), document("2")
    stored(store, first)
    stored(store, second, at=NOW + MINUTE)
    with store.write() as tx:
        save_taggings(tx, [tagging(first)], NOW)
    with store.read() as tx:
        assert untagged(tx, V1, 10) == [second]
        assert (count_untagged(tx, V1), count_untagged(tx, V2)) == (1, 2)
        by_id = sorted([first, second], key=lambda d: d.id)
        assert untagged(tx, V2, 10) == by_id, "the order says nothing of who answered first"
        assert untagged(tx, V2, 1) == by_id[:1]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(recorded=st.lists(st.integers(0, 50), max_size=6), asked=st.integers(-1, 51))
def test_nothing_recorded_after_a_time_is_seen_at_that_time(store: Store, recorded: list[int], asked: int) -> None:
    salt = str(next(_RUNS))
    entries = [(document(f"{salt}-{n}"), NOW + minute * MINUTE) for n, minute in enumerate(recorded)]
    for entry, at in entries:
        stored(store, entry, at=at)
    with store.read() as tx:
        seen = {d.guid for d in list_documents(tx, DocumentQuery(as_of=NOW + asked * MINUTE, limit=1000)).items}
    assert {g for g in seen if g.startswith(f"{salt}-")} == {d.guid for d, at in entries if at <= NOW + asked * MINUTE}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(batches=st.lists(st.lists(st.integers(0, 6), max_size=6), max_size=5))
def test_each_batch_gives_exactly_what_is_new_in_it_in_its_order(store: Store, batches: list[list[int]]) -> None:
    salt, known = str(next(_RUNS)), set[int]()
    for batch in batches:
        fresh = [n for n in dict.fromkeys(batch) if n not in known]
        assert [d.guid for d in stored(store, *(document(f"{salt}-{n}") for n in batch))] == [f"{salt}-{n}" for n in fresh]
        known.update(batch)


_RUNS = iter(range(10**6))
