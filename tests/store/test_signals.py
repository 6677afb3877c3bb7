"""Taggings, signals and reports."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.errors import StoreError
from monitor.model import Document, Report
from monitor.store import Store
from monitor.store.documents import DocumentQuery, count_documents
from monitor.store.signals import reports, save_taggings, tagger_version, tagging_of
from tests.store.nouns import MINUTE, NOW, V1, V2, document, signal, stored, tagging

BACKGROUND = signal(type="export_control", background=True)


def without_text(told: Document) -> Document:
    """As reports give it, since nothing that is drawn from them looks at its text."""
    return told.model_copy(update={"text": ""})


def test_a_tagging_comes_back_as_it_was_given(store: Store) -> None:
    one = document()
    stored(store, one)
    told = tagging(one, signals=[signal(), BACKGROUND])
    with store.write() as tx:
        assert tagging_of(tx, one.id) is None
        assert save_taggings(tx, [told], NOW) == 1
        assert tagging_of(tx, one.id) == told
        back = tagging_of(tx, one.id)
    assert back is not None
    assert list(back.signals[0].providers) == ["openai", "azure", "01ai"]  # the order too


def test_everything_twice_adds_nothing(store: Store) -> None:
    one, two = document("1"), document("2")
    stored(store, one, two)
    told = [tagging(one, signals=[signal()]), tagging(two, signals=[signal(), signal()])]
    with store.write() as tx:
        assert save_taggings(tx, told, NOW) == 2
        first = reports(tx, None, V1)
    with store.write() as tx:
        assert save_taggings(tx, [*told, *told], NOW + MINUTE) == 0
        assert reports(tx, None, V1) == first
    assert len(first) == 3


def test_a_tagging_without_its_document_is_refused(store: Store) -> None:
    with store.write() as tx, pytest.raises(StoreError, match=r"(?i)foreign key"):
        save_taggings(tx, [tagging(document())], NOW)


def test_reports_are_the_relevant_and_the_background_signals(store: Store) -> None:
    relevant, irrelevant = document("1"), document("2")
    stored(store, relevant, irrelevant)
    with store.write() as tx:
        told = [
            tagging(relevant, signals=[signal(), BACKGROUND]),
            tagging(irrelevant, signals=[signal(type="tariff"), BACKGROUND], relevant=False),
        ]
        save_taggings(tx, told, NOW + MINUTE)
        found = reports(tx, None, V1)
    assert {(r.document.guid, r.signal.type) for r in found} == {
        ("1", "access_restriction"),
        ("1", "export_control"),
        ("2", "export_control"),
    }
    assert Report(document=without_text(relevant), signal=signal(), recorded_at=NOW + MINUTE) in found, "nobody reads the text again"


def test_what_only_heads_or_a_rule_tell_of_is_kept_and_not_reported(store: Store) -> None:
    one = document()
    stored(store, one)
    doubtful = tagging(one, signals=[signal(), BACKGROUND]).model_copy(update={"agreed": False})
    with store.write() as tx:
        save_taggings(tx, [doubtful], NOW)
        assert [report.signal.background for report in reports(tx, None, V1)] == [True]
        assert tagging_of(tx, one.id) == doubtful


def test_an_edit_replaces_what_the_old_text_said_once_it_is_tagged(store: Store) -> None:
    old, new = document(text="draft"), document(revision=2, text="final")
    stored(store, old)
    with store.write() as tx:
        save_taggings(tx, [tagging(old, signals=[signal(stage="rumoured")])], NOW)
    stored(store, new, at=NOW + MINUTE)
    with store.read() as tx:
        assert [r.document for r in reports(tx, None, V1)] == [without_text(old)]
    with store.write() as tx:
        save_taggings(tx, [tagging(new, signals=[signal()])], NOW + 2 * MINUTE)
    with store.read() as tx:
        assert [r.document for r in reports(tx, None, V1)] == [without_text(new)]
        assert [r.document for r in reports(tx, NOW + MINUTE, V1)] == [without_text(old)]
        assert reports(tx, NOW - MINUTE, V1) == []


def test_an_edit_that_says_nothing_any_more_takes_its_signals_back(store: Store) -> None:
    stored(store, document(), document(revision=2, text="Correction: nothing happened."))
    with store.write() as tx:
        save_taggings(tx, [tagging(document(), signals=[signal()])], NOW)
        save_taggings(tx, [tagging(document(revision=2), relevant=False)], NOW + MINUTE)
        assert reports(tx, None, V1) == []


def test_tagging_again_keeps_the_time_we_came_to_know(store: Store) -> None:
    one = document()
    stored(store, one)
    with store.write() as tx:
        save_taggings(tx, [tagging(one, signals=[signal()])], NOW)
        save_taggings(tx, [tagging(one, V2, signals=[signal(stage="final")], provider="azure")], NOW + 9 * MINUTE)
        assert [(r.signal.stage, r.recorded_at) for r in reports(tx, None, V1)] == [("announced", NOW)]
        assert [(r.signal.stage, r.recorded_at) for r in reports(tx, None, V2)] == [("final", NOW)]
        assert [tagger_version(tx, NOW + minute * MINUTE) for minute in (-1, 0, 8, 9)] == [None, V1, V1, V2]
        newest = tagging_of(tx, one.id)
        assert newest is not None
        assert newest.tagger_version == V2


def test_only_the_newest_tagging_links_providers(store: Store) -> None:
    one = document()
    stored(store, one)
    with store.write() as tx:
        save_taggings(tx, [tagging(one)], NOW)
        save_taggings(tx, [tagging(one, V2, provider="azure")], NOW + MINUTE)
        save_taggings(tx, [tagging(one)], NOW + 2 * MINUTE)
        assert count_documents(tx, DocumentQuery(provider="openai")) == 0
        assert count_documents(tx, DocumentQuery(provider="azure")) == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), max_size=5), asked=st.integers(-1, 41))
def test_nothing_tagged_after_a_time_is_reported_at_that_time(store: Store, steps: list[tuple[int, int]], asked: int) -> None:
    salt = str(next(_RUNS))
    known = {}
    for number, (recorded, delay) in enumerate(steps):
        entry = document(f"{salt}-{number}")
        stored(store, entry, at=NOW + recorded * MINUTE)
        known[entry.id] = NOW + (recorded + delay) * MINUTE
        with store.write() as tx:
            save_taggings(tx, [tagging(entry, signals=[signal()])], known[entry.id])
    at = NOW + asked * MINUTE
    with store.read() as tx:
        seen = {r.document.id: r.recorded_at for r in reports(tx, at, V1) if r.document.guid.startswith(f"{salt}-")}
    assert seen == {key: when for key, when in known.items() if when <= at}


_RUNS = iter(range(10**6))
