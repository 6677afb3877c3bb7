"""Stored documents are compared once, by whatever process, in whatever batches and order; a kill or a restart changes no row."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.answers.origins import origins_of
from monitor.answers.reader import EventQuery, Reader
from monitor.collect.copies import METHOD
from monitor.model import Copy, Document, Entry
from monitor.pipeline import Tagger, World, assess, compare, comparing, ingest, read
from monitor.store import documents as stored
from monitor.store import origins, signals
from monitor.store import sources as stored_sources
from tests.assess.builders import prose
from tests.pipeline.conftest import BLOCK, source, world_over

NOW = datetime(2024, 6, 25, 8, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAPERS = tuple(source(name, f"http://127.0.0.1/{name}") for name in "abcdefgh")
STORY = prose("story", 60)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, PAPERS) as opened:
        with opened.store.write() as tx:
            stored_sources.sync_sources(tx, PAPERS, NOW)
        yield at(opened, NOW)


def at(world: World, moment: datetime) -> World:
    return replace(world, clock=lambda: moment)


def restarted(world: World) -> World:
    """The same store as another process sees it: nothing is remembered."""
    return World(world.store, world.catalog, world.sources, world.settings, world.clock)


def told(world: World, paper: int, text: str, moment: datetime = NOW, title: str = "", guid: str = "1") -> Document:
    entry = Entry(guid=guid, title=title or f"Headline of {paper}", html=f"<p>{text}</p>", published_at=moment)
    (document,) = ingest(at(world, moment), PAPERS[paper], [entry], moment)
    return document


def copies(world: World) -> list[Copy]:
    with world.store.read() as tx:
        everything = [row.document for row in origins.compared(tx, METHOD, 0, datetime.min.replace(tzinfo=UTC), 1000)]
        found, _ = origins.known_origins(tx, stored.documents_by_id(tx, everything).values(), None)
    return found


def pairs(world: World) -> set[tuple[str, str]]:
    return {(one.document, one.copied) for one in copies(world)}


def test_a_copy_is_a_row_with_its_share_and_the_passage_in_both_texts(world: World) -> None:
    first = told(world, 0, STORY)
    late = told(world, 1, f"An editor's opening. {STORY}", NOW + HOUR)
    assert compare(at(world, NOW + DAY)) == 1
    (found,) = copies(world)
    assert (found.document, found.copied, found.recorded_at) == (late.id, first.id, NOW + DAY)
    assert (found.entry, found.copied_entry) == (late.entry, first.entry)
    assert found.share == 1
    assert late.full_text[slice(*found.span)] == first.full_text[slice(*found.copied_span)] == STORY


def test_who_told_it_first_is_who_was_copied_whoever_was_retrieved_first(world: World) -> None:
    late = told(world, 0, STORY, NOW)
    entry = Entry(guid="1", title="Earlier", html=STORY, published_at=NOW - HOUR)
    (first,) = ingest(world, PAPERS[1], [entry], NOW + HOUR)
    compare(world)
    assert pairs(world) == {(late.id, first.id)}


def test_a_second_sweep_finds_nothing_to_do_and_a_restart_finds_what_is_new(world: World) -> None:
    first, second = told(world, 0, STORY), told(world, 1, STORY)
    assert compare(world) == 1
    assert compare(world) == compare(restarted(world)) == 0
    third = told(world, 2, STORY, NOW + HOUR)
    assert compare(restarted(world)) == 2
    assert {one for pair in pairs(world) for one in pair} == {first.id, second.id, third.id}
    assert compare(world) == 0


def test_two_processes_know_what_the_other_one_compared(world: World) -> None:
    here, there = world, restarted(world)
    told(world, 0, STORY)
    assert compare(here) == 0
    told(world, 1, STORY)
    assert compare(there) == 1
    told(world, 2, STORY)
    assert compare(here) == 2
    told(world, 3, STORY)
    assert compare(there) == 3


@pytest.mark.parametrize("stored_after", [timedelta(minutes=-50), timedelta(0), timedelta(minutes=30)], ids=str)
def test_what_another_process_stored_of_long_ago_is_found_within_an_hour(world: World, stored_after: timedelta) -> None:
    """Also where its clock is behind, or it saw its document stored a while after it said so."""
    told(world, 0, STORY, NOW - 3 * DAY)
    assert compare(world) == 0
    entries = [Entry(guid="1", title=f"Headline of {paper}", html=STORY, published_at=NOW - 2 * DAY) for paper in (1, 2)]
    ingest(at(restarted(world), NOW + stored_after), PAPERS[1], entries[:1], NOW - 2 * DAY)
    assert compare(at(world, NOW + HOUR / 2)) == 0
    assert compare(at(world, NOW + HOUR)) == 1
    ingest(at(restarted(world), NOW + 2 * HOUR + stored_after), PAPERS[2], entries[1:], NOW - 2 * DAY)
    assert compare(at(world, NOW + 3 * HOUR)) == 2


def test_what_could_not_be_stored_is_compared_again_and_found_once(world: World) -> None:
    told(world, 0, STORY)
    told(world, 1, STORY)
    with pytest.raises(ValueError, match="zone"):
        compare(at(world, NOW.replace(tzinfo=None)))  # no fact is recorded at a time that is no instant
    assert copies(world) == []
    assert compare(world) == 1
    assert len(pairs(world)) == 1


def test_a_sweep_that_ends_after_any_batch_is_taken_up_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparing, "COMPARE_BATCH", 2)
    for paper in range(6):
        told(world, paper, STORY)

    def stop(_label: str, _done: int, _total: int) -> None:
        raise KeyboardInterrupt

    found = []
    for process in (world, restarted(world), world):
        with pytest.raises(KeyboardInterrupt):
            compare(process, stop)
        found.append(len(copies(world)))
    assert found == [1, 6, 15]
    assert compare(restarted(world)) == 0


TEXTS = [prose(str(n), 40) for n in range(3)]
VARIANTS = [text if n % 2 else f"{text} {prose(f'own{n}', 9)}" for n, text in enumerate(TEXTS * 4)]


@settings(max_examples=8, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 5), st.integers(0, 5))
def test_the_rows_do_not_depend_on_batches_order_or_restarts(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, dice: random.Random, size: int, sweeps: int
) -> None:
    arrivals = [(n % len(PAPERS), text, str(n)) for n, text in enumerate(VARIANTS)]
    expected = swept(sqlite_template, tmp_path_factory, arrivals, 100, 0)
    assert expected
    dice.shuffle(arrivals)
    assert swept(sqlite_template, tmp_path_factory, arrivals, size, sweeps) == expected


def swept(
    template: Path, folders: pytest.TempPathFactory, arrivals: list[tuple[int, str, str]], size: int, sweeps: int
) -> list[tuple[str, str, float]]:
    """The copies found when these arrive in this order, are compared `sweeps` times on the way by a new process each, in such batches."""
    file = folders.mktemp("order") / "store.sqlite"
    shutil.copy(template, file)
    with world_over(f"sqlite:///{file}", PAPERS) as world, pytest.MonkeyPatch.context() as patched:
        patched.setattr(comparing, "COMPARE_BATCH", size)
        with world.store.write() as tx:
            stored_sources.sync_sources(tx, PAPERS, NOW)
        for n, (paper, text, guid) in enumerate(arrivals, 1):
            told(at(world, NOW), paper, text, NOW + int(guid) * HOUR, guid=guid)
            if sweeps and n % (len(arrivals) // sweeps) == 0:
                compare(restarted(world))
        compare(world)
        return sorted((one.document, one.copied, one.share) for one in copies(world))


def test_texts_that_lie_far_apart_are_not_compared_and_the_memory_moves_on(world: World) -> None:
    told(world, 0, STORY, NOW)
    compare(world)
    for paper, later in ((1, 13 * DAY), (2, 26 * DAY), (3, 41 * DAY)):
        told(world, paper, STORY, NOW + later)
        compare(at(world, NOW + later))
    assert {(one.document, one.copied) for one in copies(world)} == pairs(world)
    assert len(pairs(world)) == 2
    assert len(world.shelf.finder) <= 2
    assert compare(restarted(world)) == 0
    told(world, 4, STORY, NOW + 27 * DAY)  # a replay of the past
    assert compare(at(world, NOW + 50 * DAY)) == 3


def test_one_house_is_not_compared_with_itself_and_versions_of_an_entry_are_not_copies(store_url: str) -> None:
    houses = (
        source("a1", "http://127.0.0.1/a1", family="a"),
        source("a2", "http://127.0.0.1/a2", family="a"),
        source("b", "http://127.0.0.1/b"),
    )
    with world_over(store_url, houses) as world:
        with world.store.write() as tx:
            stored_sources.sync_sources(tx, houses, NOW)
        for paper in houses:
            ingest(at(world, NOW), paper, [Entry(guid="1", title=paper.id, html=STORY, published_at=NOW)], NOW)
        edited = Entry(guid="1", title="b", html=f"Corrected: {STORY}", author="Reuters", published_at=NOW)
        assert len(ingest(at(world, NOW), houses[2], [edited], NOW + HOUR)) == 1
        compare(at(world, NOW + DAY))
        found = copies(world)
    assert len(found) == 4
    assert all(one.entry != one.copied_entry for one in found)


@pytest.mark.slow
def test_a_thousand_texts_under_kill_are_compared_once_each(store_url: str) -> None:
    """A child that compares is killed again and again at random moments; what is left at the end is what one calm sweep finds."""
    dice = random.Random(5)
    with world_over(store_url, PAPERS) as world:
        with world.store.write() as tx:
            stored_sources.sync_sources(tx, PAPERS, NOW)
        texts = [prose(str(n), 60) for n in range(120)]
        for paper in range(len(PAPERS)):
            entries = [Entry(guid=str(n), title=str(n), html=text, published_at=NOW) for n, text in enumerate(texts)]
            ingest(at(world, NOW + paper * HOUR), PAPERS[paper], entries, NOW + paper * HOUR)
        killed = 0
        for _ in range(8):
            child = subprocess.Popen([sys.executable, "-c", SWEEP, store_url], stdout=subprocess.PIPE)
            assert child.stdout
            child.stdout.readline()  # it begins now
            time.sleep(dice.random() * 0.3)
            child.kill()
            killed += child.wait() == -signal.SIGKILL
            child.stdout.close()
        assert killed
        compare(at(world, NOW + DAY))
        expected = len(texts) * len(PAPERS) * (len(PAPERS) - 1) // 2
        assert len(copies(world)) == expected
        with world.store.read() as tx:
            assert [row.number for row in origins.compared(tx, METHOD, 0, NOW, 1000)] == list(range(1, len(texts) * len(PAPERS) + 1))


SWEEP = """
import sys
from monitor.pipeline import compare, comparing
from tests.pipeline.conftest import world_over
comparing.COMPARE_BATCH = 40
with world_over(sys.argv[1], ()) as world:
    print("begun", flush=True)
    compare(world)
"""


def test_a_copy_is_no_second_origin_and_later_copies_are_not_known_before(world: World, tagger: Tagger) -> None:
    told(world, 0, BLOCK[1] + " " + prose("more"), NOW, BLOCK[0])
    told(world, 1, BLOCK[1] + " " + prose("more"), NOW, "OpenAI cuts off China")
    read(world, tagger)
    assess(world, tagger.version)
    later = NOW + DAY
    told(world, 2, BLOCK[1] + " " + prose("more") + " Our own line.", later, "OpenAI blocks API in China")
    read(at(world, later), tagger)
    assess(at(world, later), tagger.version)
    reader = Reader(world.store, world.catalog, lambda: later)
    (before,) = reader.events(EventQuery(None, None, NOW + HOUR)).items
    (after,) = reader.events(EventQuery(None, None, later)).items
    assert (before.origins, len(before.documents)) == (1, 2)
    assert (after.origins, len(after.documents)) == (1, 3)
    assert [len(one.documents) for one in origins_of(reader, before.id, NOW + HOUR).origins] == [2]
    assert [len(one.documents) for one in origins_of(reader, before.id, later).origins] == [3]


def test_what_another_process_read_but_nobody_compared_does_not_count_yet(world: World, tagger: Tagger) -> None:
    told(world, 0, BLOCK[1], NOW, BLOCK[0])
    read(world, tagger)
    with world.store.read() as tx:
        assert signals.reports(tx, None, tagger.version, compared_by=METHOD) == []
    assess(world, tagger.version)
    with world.store.read() as tx:
        assert len(signals.reports(tx, None, tagger.version, compared_by=METHOD)) == 1
