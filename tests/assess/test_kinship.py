"""Who repeats whom: chains of copies are one text, an analyst's word overrules what is found, and every group explains itself."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.corroborate import Chorus, chorus
from monitor.assess.kinship import Groups, Kinship
from monitor.assess.provenance import repeats
from monitor.model import Copy, Document, OriginDecision, OriginVerdict, standing
from tests.assess.builders import NOTICE_DAY, days, document, kin, prose
from tests.assess.strategies import quick

STORY = prose("story", 80)
ENTRIES = [f"ent_{letter}" for letter in "abcdef"]

entries = st.sampled_from(ENTRIES)
pairs = st.lists(st.tuples(entries, entries), max_size=8)


def copy(left: str, right: str, share: float = 0.9) -> Copy:
    return Copy(
        document=f"doc_{left}", entry=left, copied=f"doc_{right}", copied_entry=right, share=share, span=(0, 9), copied_span=(0, 9),
        recorded_at=NOTICE_DAY,
    )  # fmt: skip


def decided(*said: tuple[OriginVerdict, tuple[str, ...]] | int) -> list[OriginDecision]:
    """Decisions in their order; a number takes that one back."""
    made = []
    for number, one in enumerate(said, 1):
        verdict, names = ("undo", ()) if isinstance(one, int) else one
        undoes = one if isinstance(one, int) else None
        made.append(
            OriginDecision(
                number=number, verdict=verdict, documents=names, entries=names, undoes=undoes, author="Ann", reason="seen",
                recorded_at=NOTICE_DAY + days(number),
            )
        )  # fmt: skip
    return made


def grouped(groups: Groups, names: Sequence[str] = ENTRIES) -> set[frozenset[str]]:
    return {frozenset(other for other in names if groups.of(other) == groups.of(one)) for one in names} - {frozenset((n,)) for n in names}


@given(pairs, st.randoms(use_true_random=False))
@quick
def test_copies_are_chains_whatever_their_order(found: list[tuple[str, str]], dice: object) -> None:
    copies = [copy(left, right) for left, right in found if left != right]
    shuffled = list(copies)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    groups = grouped(Kinship(copies).texts)
    assert grouped(Kinship([*shuffled, *copies]).texts) == groups
    assert all(any({one.entry, one.copied_entry} <= group for group in groups) for one in copies)


@given(pairs, pairs, st.sets(entries, min_size=2, max_size=4))
@quick
def test_whom_an_analyst_sets_apart_no_chain_of_copies_joins(
    found: list[tuple[str, str]], later: list[tuple[str, str]], apart: set[str]
) -> None:
    copies = [copy(left, right) for left, right in (*found, *later) if left != right]
    groups = Kinship(copies, decided(("apart", tuple(sorted(apart))))).texts
    assert all(groups.of(left) != groups.of(right) for left, right in combinations(apart, 2))


@given(pairs, entries)
@quick
def test_who_stands_alone_is_joined_to_nobody_and_joins_nobody(found: list[tuple[str, str]], alone: str) -> None:
    copies = [copy(left, right) for left, right in found if left != right]
    rest = [one for one in copies if alone not in (one.entry, one.copied_entry)]
    assert grouped(Kinship(copies, decided(("apart", (alone,)))).texts) == grouped(Kinship(rest).texts)


@given(pairs, st.lists(st.tuples(st.sampled_from(["same", "apart"]), st.lists(entries, min_size=2, max_size=3, unique=True)), max_size=3))
@quick
def test_all_decisions_taken_back_leave_what_was_found_and_redone_what_was_decided(
    found: list[tuple[str, str]], said: list[tuple[OriginVerdict, list[str]]]
) -> None:
    copies = [copy(left, right) for left, right in found if left != right]
    first = [(verdict, tuple(names)) for verdict, names in said]
    undone = range(1, len(first) + 1)
    redone = range(len(first) + 1, 2 * len(first) + 1)
    assert grouped(Kinship(copies, decided(*first, *undone)).texts) == grouped(Kinship(copies).texts)
    assert grouped(Kinship(copies, decided(*first, *undone, *redone)).texts) == grouped(Kinship(copies, decided(*first)).texts)


@pytest.mark.parametrize(
    ("said", "joined"),
    [
        pytest.param([("apart", ("a", "b")), ("same", ("a", "b"))], True, id="first apart, then the same"),
        pytest.param([("same", ("a", "b")), ("apart", ("a", "b"))], False, id="first the same, then apart"),
        pytest.param([("same", ("a", "b")), ("apart", ("a",))], False, id="then one alone"),
        pytest.param([("apart", ("a",)), ("same", ("a", "b"))], True, id="one alone, then the same"),
        pytest.param([("same", ("a", "b")), ("apart", ("a", "b")), 2], True, id="apart taken back"),
    ],
)
def test_of_two_decisions_the_later_one_holds(said: list[tuple[OriginVerdict, tuple[str, ...]] | int], joined: bool) -> None:
    groups = Kinship([], decided(*said)).texts
    assert (groups.of("a") == groups.of("b")) is joined


def test_the_surer_copy_decides_to_whom_a_text_belongs_that_repeats_two_who_are_apart() -> None:
    groups = Kinship([copy("c", "a", 0.7), copy("c", "b", 0.9)], decided(("apart", ("a", "b")))).texts
    assert groups.of("c") == groups.of("b") != groups.of("a")


def test_decisions_hold_in_the_order_of_their_numbers() -> None:
    made = decided(("same", ("a", "b")), 1, 2, 3)
    assert [one.number for one in standing(made)] == [4, 2]
    assert [one.number for one in standing(made[:3][::-1])] == [3, 1]


WIRE: dict[str, Any] = {"origin_group": "wire:agency"}


def told(documents: list[Document], *said: tuple[OriginVerdict, tuple[Document, ...]]) -> Chorus[Document]:
    named = [(verdict, tuple(one.entry for one in about)) for verdict, about in said]
    return chorus(documents, kin(*documents, decisions=decided(*named)))


def test_a_wire_a_family_and_a_copy_can_be_set_apart() -> None:
    one, two, three = document("a", **WIRE), document("b", text=STORY, **WIRE), document("c", text=STORY)
    assert len(told([one, two, three]).origins) == 1
    assert [len(o.documents) for o in told([one, two, three], ("apart", (two,))).origins] == [1, 1, 1]
    assert [len(o.documents) for o in told([one, two, three], ("apart", (one, two))).origins] == [1, 2]


def test_a_decision_holds_for_the_next_version_of_the_entry_too() -> None:
    one, two = document("a", text=STORY), document("b", text=STORY)
    edited = document("a", revision=2, text=STORY + " Corrected.")
    assert len(told([edited, two], ("apart", (one, two))).origins) == 2


def test_entries_that_an_analyst_calls_one_are_one_text_and_as_old_as_the_first() -> None:
    first, late = document("a"), document("b", told=NOTICE_DAY + days(2))
    heard = told([first, late], ("same", (first, late)))
    assert len(heard.texts) == len(heard.origins) == 1
    assert heard.first_told(late) == first.told_at


def test_two_reports_that_copy_a_third_one_outside_of_the_event_are_one_text() -> None:
    here, there, outside = (document(tag) for tag in "abc")
    known = Kinship([copy(here.entry, outside.entry), copy(there.entry, outside.entry)])
    heard = chorus([here, there], known)
    assert len(heard.texts) == 1
    ways = repeats(here.entry, [*known.ties, *heard.ties], [here.entry, there.entry])
    assert [(way.entry, way.of) for way in ways] == [(here.entry, None), (outside.entry, here.entry), (there.entry, outside.entry)]


@given(pairs, st.sets(entries, min_size=1))
@quick
def test_every_group_explains_itself_as_a_tree(found: list[tuple[str, str]], members: set[str]) -> None:
    known = Kinship([copy(left, right) for left, right in found if left != right])
    for first in members:
        group = {one for one in ENTRIES if known.texts.of(one) == known.texts.of(first)}
        ways = repeats(first, known.ties)
        assert {way.entry for way in ways} == group
        assert len(ways) == len(group)
        assert [way.of for way in ways if way.of is None] == [None]
        within = repeats(first, known.ties, members & group)
        assert {way.entry for way in within} >= members & group
        assert all(way.of is None or way.of in {other.entry for other in within} for way in within)
