"""An analyst's word on origins changes what events count, at once, with its reason, and can be taken back; the past stays as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.answers.origins import OriginShape, decisions, origins_of
from monitor.answers.reader import EventQuery, Reader
from monitor.errors import NotFoundError, UsageError
from monitor.model import Document, Entry, OriginVerdict
from monitor.pipeline import Tagger, World, assess, ingest, read
from monitor.pipeline.deciding import decide, undo
from monitor.store import sources as stored_sources
from tests.assess.builders import prose
from tests.pipeline.conftest import BLOCK, source, world_over

NOW = datetime(2024, 6, 25, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
PAPERS = (
    source("a", "http://127.0.0.1/a"),
    source("b", "http://127.0.0.1/b"),
    source("c", "http://127.0.0.1/c"),
    source("house1", "http://127.0.0.1/h1", family="house"),
    source("house2", "http://127.0.0.1/h2", family="house"),
)
STORY = f"{BLOCK[1]} {prose('more')}"


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, PAPERS) as opened:
        with opened.store.write() as tx:
            stored_sources.sync_sources(tx, PAPERS, NOW)
        yield at(opened, 0)


def at(world: World, hours: int) -> World:
    return replace(world, clock=lambda: NOW + hours * HOUR)


def told(world: World, tagger: Tagger, paper: int, text: str, hours: int = 0, title: str = BLOCK[0]) -> Document:
    then = at(world, hours)
    entry = Entry(guid="1", title=title, html=text, published_at=then.clock())
    (document,) = ingest(then, PAPERS[paper], [entry], then.clock())
    read(then, tagger)
    assess(then, tagger.version)
    return document


def origins(world: World, hours: int) -> int:
    reader = Reader(world.store, world.catalog, world.clock)
    (event,) = reader.events(EventQuery(None, None, NOW + hours * HOUR)).items
    return event.origins


def explained(world: World, key: str, hours: int) -> list[OriginShape]:
    return origins_of(Reader(world.store, world.catalog, world.clock), key, NOW + hours * HOUR).origins


def test_a_copy_set_apart_counts_and_no_more_when_that_is_taken_back(world: World, tagger: Tagger) -> None:
    first, copied = told(world, tagger, 0, STORY), told(world, tagger, 1, f"{STORY} And a line of ours.")
    assert origins(world, 0) == 1
    apart, revisions = decide(at(world, 1), "apart", [copied.id], "Ann", "own reporting, quoted at length")
    assert (apart.number, revisions) == (1, 1)
    assert origins(world, 1) == 2
    assert undo(at(world, 2), 1, "Bob", "it is word for word")[1] == 1
    assert origins(world, 2) == 1
    assert undo(at(world, 3), 2, "Ann", "no, see the byline")[1] == 1
    assert [origins(world, hours) for hours in range(4)] == [1, 2, 1, 2], "what was known then stays"
    assert [one.documents[0].id for one in explained(world, copied.id, 3)] == [copied.id]
    assert {one.id for one in explained(world, copied.id, 2)[0].documents} == {first.id, copied.id}


def test_documents_called_one_are_one_origin_with_the_reason(world: World, tagger: Tagger) -> None:
    first, other = told(world, tagger, 0, STORY), told(world, tagger, 1, f"{BLOCK[1]} {prose('quite other words')}", 1)
    assert origins(world, 1) == 2
    decide(at(world, 2), "same", [other.id, first.id], "Ann", "both rewrite the agency")
    assert origins(world, 2) == 1
    (origin,) = explained(world, other.id, 2)
    assert [one.id for one in origin.documents] == [first.id, other.id]
    assert origin.documents[1].why == f"one origin with {first.id}, says Ann on 2024-06-25 (decision 1): both rewrite the agency"
    assert len(explained(world, other.id, 1)[0].documents) == 1


def test_who_was_set_apart_stays_apart_whatever_is_found_later(world: World, tagger: Tagger) -> None:
    one, two = told(world, tagger, 0, STORY), told(world, tagger, 1, STORY)
    decide(at(world, 1), "apart", [one.id, two.id], "Ann", "a press release that both were sent")
    told(world, tagger, 2, STORY, 2)
    assert origins(world, 2) == 2
    edited = Entry(guid="1", title=BLOCK[0], html=f"{STORY} Corrected.", published_at=NOW)
    ingest(at(world, 3), PAPERS[1], [edited], NOW + 3 * HOUR)
    read(at(world, 3), tagger)
    assess(at(world, 3), tagger.version)
    assert origins(world, 3) == 2, "the decision holds for the next version"


def test_a_group_tells_of_each_document_why_it_belongs_to_it(world: World, tagger: Tagger) -> None:
    first = told(world, tagger, 0, STORY)
    copied = told(world, tagger, 3, f"{STORY} And a line of ours.", 1)
    sister = told(world, tagger, 4, f"{BLOCK[1]} {prose('a sister paper')}", 2)
    assert origins(world, 2) == 1
    (origin,) = explained(world, sister.id, 2)
    assert [(one.id, one.of) for one in origin.documents] == [(first.id, None), (copied.id, first.id), (sister.id, copied.id)]
    assert [one.asked for one in origin.documents] == [False, False, True]
    assert origin.documents[0].why == "told it first"
    assert origin.documents[1].why.startswith(f"copy of {first.id}: 100% of the shorter text, beginning with “OpenAI to block API access")
    assert origin.documents[1].share == 1
    assert origin.documents[2].why == f"of the same publisher family as {copied.id}: house"


def test_a_wire_that_is_credited_is_named(world: World, tagger: Tagger) -> None:
    first = told(world, tagger, 0, f"June 25 (Reuters) - {STORY}")
    late = told(world, tagger, 1, f"June 25 (Reuters) - {BLOCK[1]} {prose('other words')}", 1)
    (origin,) = explained(world, late.id, 1)
    assert (origin.name, origin.documents[1].why) == ("wire:reuters", f"credits the same wire as {first.id}: reuters")
    decide(at(world, 2), "apart", [first.id, late.id], "Ann", "the second only quotes Reuters")
    assert origins(world, 2) == 2


def test_what_repeats_outside_of_any_event_is_shown_too(world: World, tagger: Tagger) -> None:
    quiet = prose("nothing that matters here", 60)
    first, copied = told(world, tagger, 0, quiet, 0, "Weather"), told(world, tagger, 1, quiet, 1, "Sunshine")
    (origin,) = explained(world, first.id, 1)
    assert ([one.id for one in origin.documents], origin.counts) == ([first.id, copied.id], False)
    assert len(explained(world, first.id, 0)[0].documents) == 1


@pytest.mark.parametrize(
    ("said", "error"),
    [
        pytest.param(("same", ["doc_0"], "Ann", "seen"), NotFoundError, id="unknown document"),
        pytest.param(("same", ["first"], "Ann", "seen"), UsageError, id="one alone is the same as nothing"),
        pytest.param(("same", ["first", "first"], "Ann", "seen"), UsageError, id="one twice"),
        pytest.param(("apart", ["first"], " ", "seen"), UsageError, id="nobody decides"),
        pytest.param(("apart", ["first"], "Ann", ""), UsageError, id="no reason"),
    ],
)
def test_a_decision_that_cannot_be_is_refused_and_nothing_is_recorded(
    world: World, tagger: Tagger, said: tuple[OriginVerdict, list[str], str, str], error: type[Exception]
) -> None:
    first = told(world, tagger, 0, STORY)
    verdict, documents, author, reason = said
    with pytest.raises(error):
        decide(world, verdict, [first.id if one == "first" else one for one in documents], author, reason)
    assert decisions(Reader(world.store, world.catalog, world.clock), NOW + HOUR) == []


def test_all_decisions_are_listed_and_what_does_not_hold_says_so(world: World, tagger: Tagger) -> None:
    first = told(world, tagger, 0, STORY)
    decide(at(world, 1), "apart", [first.id], "Ann", "own words")
    undo(at(world, 2), 1, "Bob", "not so")
    reader = Reader(world.store, world.catalog, world.clock)
    listed = decisions(reader, NOW + 2 * HOUR)
    assert [(one.number, one.verdict, one.holds) for one in listed] == [(2, "undo", True), (1, "apart", False)]
    assert [one.holds for one in decisions(reader, NOW + HOUR)] == [True]
    assert [one.number for one in origins_of(reader, first.id, NOW + 2 * HOUR).decisions] == [2, 1]
    with pytest.raises(NotFoundError):
        undo(world, 7, "Bob", "no such")
    with pytest.raises(NotFoundError):
        origins_of(reader, "evt_0000000000000000", NOW)
    with pytest.raises(NotFoundError):
        origins_of(reader, first.id, NOW - HOUR)
