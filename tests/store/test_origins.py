"""Compared documents, copies and decisions: nothing twice, nothing lost, and as known at any time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from monitor.errors import NotFoundError, StoreError, UsageError
from monitor.model import Copy, Document, OriginDecision
from monitor.store import Store, origins
from monitor.store.signals import reports, save_taggings
from tests.store.nouns import MINUTE, NOW, V1, document, signal, stored, tagging

METHOD = "m1"


def copy(one: Document, other: Document, at: datetime = NOW) -> Copy:
    return Copy(
        document=one.id, entry=one.entry, copied=other.id, copied_entry=other.entry, share=0.8, span=(0, 4), copied_span=(2, 6),
        recorded_at=at,
    )  # fmt: skip


def save(store: Store, *documents: Document, copies: tuple[Copy, ...] = (), at: datetime = NOW, method: str = METHOD) -> int:
    with store.write() as tx:
        return origins.save_compared(tx, method, [(one, f"sketch of {one.guid}".encode()) for one in documents], copies, at)


def known(store: Store, *documents: Document, as_of: datetime | None = None) -> list[tuple[str, str]]:
    with store.read() as tx:
        copies, _ = origins.known_origins(tx, documents, as_of)
    return [(one.document, one.copied) for one in copies]


def decision(**fields: Any) -> OriginDecision:
    values = {"verdict": "apart", "documents": ("doc_a",), "entries": ("ent_a",), "author": "Ann", "reason": "seen", "recorded_at": NOW}
    return OriginDecision.model_validate(values | fields)


def test_documents_are_compared_in_the_order_of_their_retrieval_and_once(store: Store) -> None:
    late, early, same_time = document("late", retrieved_at=NOW + MINUTE), document("early"), document("twin")
    stored(store, late, early, same_time)
    with store.read() as tx:
        waiting = origins.uncompared(tx, METHOD, None, 10)
        assert origins.uncompared(tx, METHOD, NOW + MINUTE, 10) == [late]
        assert origins.uncompared(tx, METHOD, None, 1) == waiting[:1]
    assert waiting == [*sorted([early, same_time], key=lambda d: d.id), late]
    assert save(store, *waiting) == 3
    assert save(store, *waiting, at=NOW + MINUTE) == 0
    with store.read() as tx:
        assert origins.uncompared(tx, METHOD, None, 10) == []
        assert len(origins.uncompared(tx, "another method", None, 10)) == 3


def test_what_was_compared_comes_back_in_its_order_from_a_number_and_a_time_on(store: Store) -> None:
    one, two, three = (document(str(n), retrieved_at=NOW + n * MINUTE, origin_group=f"o{n}") for n in range(3))
    stored(store, one, two, three)
    save(store, one, three)
    save(store, two)
    save(store, one, method="another")
    with store.read() as tx:
        found = origins.compared(tx, METHOD, 0, NOW, 1000)
        assert [row.document for row in found] == [one.id, three.id, two.id]
        assert found[0] == origins.Compared(1, one.id, "o0", NOW, b"sketch of 0")
        assert origins.compared(tx, METHOD, 2, NOW, 1000) == found[2:]
        assert origins.compared(tx, METHOD, 0, NOW, 2) == found[:2]
        assert origins.compared(tx, METHOD, 0, NOW + MINUTE, 1000) == found[1:]


def test_copies_around_a_document_are_all_that_chains_reach(store: Store) -> None:
    a, b, c, d, far, off = (document(name) for name in ("a", "b", "c", "d", "far", "off"))
    stored(store, a, b, c, d, far, off)
    save(store, a, b, c, d, far, off, copies=(copy(b, a), copy(c, b), copy(c, d), copy(far, off)))
    assert known(store, a) == known(store, d) == sorted([(b.id, a.id), (c.id, b.id), (c.id, d.id)])
    assert known(store, off) == [(far.id, off.id)]
    assert known(store) == []


def test_a_copy_of_an_earlier_version_still_counts(store: Store) -> None:
    first, edited, other = document("a"), document("a", revision=2, text="edited"), document("b")
    stored(store, first, edited, other)
    save(store, first, edited, other, copies=(copy(other, first),))
    assert known(store, edited) == [(other.id, first.id)]


def test_what_is_found_later_was_not_known_before(store: Store) -> None:
    a, b, c = (document(name) for name in "abc")
    stored(store, a, b, c)
    save(store, a, b, copies=(copy(b, a),))
    later = NOW + MINUTE
    save(store, c, copies=(copy(c, a, later),), at=later)
    assert known(store, a, as_of=NOW - MINUTE) == []
    assert known(store, a, as_of=NOW) == [(b.id, a.id)]
    assert len(known(store, a, as_of=later)) == len(known(store, a)) == 2


def test_the_method_that_was_the_last_by_then_counts_alone(store: Store) -> None:
    a, b, c = (document(name) for name in "abc")
    stored(store, a, b, c)
    save(store, a, b, c, copies=(copy(b, a), copy(c, a)))
    later = NOW + MINUTE
    save(store, a, b, c, copies=(copy(b, a, later),), at=later, method="m2")
    assert known(store, a, as_of=NOW) == sorted([(b.id, a.id), (c.id, a.id)])
    assert known(store, a) == [(b.id, a.id)]


def test_a_copy_of_nothing_stored_is_refused(store: Store) -> None:
    a = document("a")
    stored(store, a)
    with pytest.raises(StoreError, match=r"(?i)foreign key"):
        save(store, a, copies=(copy(a, document("b")),))


def test_decisions_are_numbered_and_known_from_their_time_on(store: Store) -> None:
    with store.write() as tx:
        first = origins.decide(tx, decision())
        second = origins.decide(tx, decision(verdict="undo", documents=(), entries=(), undoes=1, recorded_at=NOW + MINUTE))
    assert (first.number, second.number) == (1, 2)
    with store.read() as tx:
        assert origins.decisions(tx, NOW - MINUTE) == []
        assert origins.decisions(tx, NOW) == [first]
        assert origins.decisions(tx, None) == [first, second]


def test_only_a_decision_that_holds_can_be_taken_back(store: Store) -> None:
    undo = decision(verdict="undo", documents=(), entries=(), undoes=1)
    with store.write() as tx, pytest.raises(NotFoundError, match="decisions"):
        origins.decide(tx, undo)
    with store.write() as tx:
        origins.decide(tx, decision())
        origins.decide(tx, undo)
    with store.write() as tx, pytest.raises(UsageError, match="undone before"):
        origins.decide(tx, undo)
    with store.write() as tx:
        assert origins.decide(tx, decision(verdict="undo", documents=(), entries=(), undoes=2)).number == 3
    with store.write() as tx:
        assert origins.decide(tx, undo).number == 4


def test_a_copy_that_a_decision_ties_on_is_found_with_it(store: Store) -> None:
    a, b, c = (document(name) for name in "abc")
    stored(store, a, b, c)
    save(store, a, b, c, copies=(copy(c, b),))
    assert known(store, a) == []
    with store.write() as tx:
        origins.decide(tx, decision(verdict="same", documents=(a.id, b.id), entries=(a.entry, b.entry)))
    assert known(store, a) == [(c.id, b.id)]


def test_what_was_not_compared_yet_is_not_reported(store: Store) -> None:
    one, two = document("1"), document("2")
    stored(store, one, two)
    with store.write() as tx:
        save_taggings(tx, [tagging(one, signals=[signal()]), tagging(two, signals=[signal()])], NOW)
    save(store, one)
    save(store, two, method="another")
    with store.read() as tx:
        assert [report.document.id for report in reports(tx, None, V1, compared_by=METHOD)] == [one.id]
        assert len(reports(tx, None, V1)) == 2
