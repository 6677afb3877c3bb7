"""Threads that grow are those drawn at once, whatever came first, in what portions, and whatever was edited in between."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.casebook import Casebook, Change
from monitor.assess.fit import Thread
from monitor.assess.index import Index
from monitor.assess.measure import Claim, claims
from monitor.assess.thread import threads
from monitor.model import Report
from monitor.model.brief import document_brief
from tests.assess.builders import NOTICE_DAY, ban, days, report
from tests.assess.strategies import many_reports, quick

Told = dict[str, list[Claim]]


class Follower:
    """Knows only what changes say."""

    def __init__(self) -> None:
        self.told: Told = {}

    def follow(self, change: Change) -> None:
        for event in change.gone:
            del self.told[event]
        self.told |= {thread.id: list(thread.claims) for thread in change.threads}


def drawn(reports: list[Report]) -> Told:
    return {thread.id: thread.claims for thread in threads(reports)}


@given(many_reports(12), st.lists(st.integers(1, 4), max_size=12), st.randoms(use_true_random=False))
@quick
def test_any_order_and_portions_give_what_drawing_at_once_gives(reports: list[Report], sizes: list[int], dice: random.Random) -> None:
    book, follower, mixed = Casebook(), Follower(), [*reports]
    dice.shuffle(mixed)
    for size in [*sizes, len(mixed)]:
        follower.follow(book.revise(mixed[:size]))
        del mixed[:size]
        assert follower.told == {thread.id: thread.claims for thread in book.threads}
    assert [thread.claims for thread in book.threads] == [thread.claims for thread in threads(reports)]


@given(many_reports(12))
@quick
def test_whatever_fits_is_found(reports: list[Report]) -> None:
    index, placed = Index(), list[Thread]()
    for claim in sorted((claim for told in reports for claim in claims(told)), key=lambda claim: claim.order):
        fitting = {number for number, thread in enumerate(placed) if thread.match(claim) is not None}
        assert fitting <= index.alike(claim)
        number = min(fitting, default=len(placed))
        if number == len(placed):
            placed.append(Thread())
        placed[number].add(claim)
        index.add(number, claim, placed[number].window())


def edited(told: Report, hours: int) -> Report:
    document = told.document.model_copy(update={"revision": 2, "title": "Corrected", "content_hash": "f" * 64})
    return told.model_copy(update={"document": document, "recorded_at": told.recorded_at + days(hours / 24)})


@given(many_reports(12), st.randoms(use_true_random=False))
@quick
def test_edits_between_news_leave_what_drawing_at_once_gives(reports: list[Report], dice: random.Random) -> None:
    book, follower, mixed = Casebook(), Follower(), [*reports]
    dice.shuffle(mixed)
    known: list[Report] = []
    while mixed:
        news = [mixed.pop() for _ in range(min(len(mixed), dice.randint(1, 3)))]
        old = [told for told in known if told.document.revision == 1]
        changed = [dice.choice(old)] if old and dice.random() < 0.5 else []
        known = [told for told in known if told not in changed]
        news += [edited(told, dice.choice((0, 1, 3_000))) for told in changed if dice.random() < 0.7]
        known += news
        follower.follow(book.revise(news, {told.document.entry: 2 for told in changed}))
        assert follower.told == drawn(known)
        assert [thread.claims for thread in book.threads] == [thread.claims for thread in threads(known)]
        assert {event: thread.claims for event in follower.told if (thread := book.get(event))} == follower.told


@given(many_reports(10), st.sets(st.integers(0, 9), max_size=3))
@quick
def test_what_is_learnt_again_or_forgotten_is_as_if_it_had_been_so(reports: list[Report], which: set[int]) -> None:
    book, follower = Casebook(), Follower()
    follower.follow(book.revise(reports))
    named = [told for number, told in enumerate(reports) if number in which]
    again = [document_brief(told.document) for told in named]
    assert book.revise(named, {}, again) == Change()
    follower.follow(book.revise((), {}, again))
    assert follower.told == drawn([told for told in reports if told not in named])
    follower.follow(book.revise(named))
    assert follower.told == drawn(reports)


@given(many_reports(10), st.sets(st.integers(0, 9), max_size=4), st.integers(1, 5_000), st.booleans())
@quick
def test_an_edit_leaves_nothing_of_what_it_replaces(reports: list[Report], which: set[int], hours: int, silent: bool) -> None:
    book, follower = Casebook(), Follower()
    follower.follow(book.revise(reports))
    known = {number: told for number, told in enumerate(reports) if number in which}
    news = [] if silent else [edited(told, hours) for told in known.values()]
    follower.follow(book.revise(news, {told.document.entry: 2 for told in known.values()}))
    rest = [told for number, told in enumerate(reports) if number not in which]
    assert follower.told == drawn([*rest, *news])
    assert {thread.id for thread in book.told_by(told.document.entry for told in news)} == {
        key for key, claims in follower.told.items() if any(claim.report.document.revision == 2 for claim in claims)
    }


def test_what_is_learnt_twice_changes_nothing() -> None:
    book, told = Casebook(), [report("a"), ban("b"), report("c", told=NOTICE_DAY + days(1))]
    book.learn(told)
    assert book.revise([told[1], told[0]]) == Change()


def test_only_what_differs_is_told() -> None:
    book = Casebook()
    book.learn([report("a"), ban("b", told=NOTICE_DAY + days(1))])
    (changed,) = book.learn([report("late", told=NOTICE_DAY + days(0.5), recorded_at=NOTICE_DAY + days(0.6))])
    assert [claim.report.document.source for claim in changed.claims] == ["src-a", "src-late"], "the ban was placed again, as before"


def test_all_that_a_document_tells_is_found_also_what_was_known_later() -> None:
    first, later = report("a"), report("a", type="tariff", providers={"zhipu": "targeted"}, recorded_at=NOTICE_DAY + days(3))
    book = Casebook()
    book.learn([first, ban("between", told=NOTICE_DAY + days(1)), later])
    assert len(book.told_by([first.document.entry])) == 2
    assert book.revise((), {}, [document_brief(first.document)]).gone == {thread.id for thread in threads([first, later])}
