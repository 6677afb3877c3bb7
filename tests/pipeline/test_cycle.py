"""One cycle over a real site: feeds become documents, events, scores; a repeat changes nothing; a bad feed harms only itself."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest
from pytest_httpserver import HTTPServer

from monitor.answers.dossiers import compile_dossier
from monitor.answers.reader import EventQuery, Reader
from monitor.pipeline import Tagger, World, cycle
from monitor.pipeline.owner import this_process
from monitor.store import documents, events, slots, sources
from tests.pipeline.conftest import BLOCK, rss, source, world_over


@pytest.fixture
def world(store_url: str, site: HTTPServer) -> Iterator[World]:
    with world_over(store_url, (source("a", site.url_for("/a")), source("b", site.url_for("/b")))) as opened:
        yield opened


def rows(world: World) -> tuple[list[str], list[str]]:
    with world.store.read() as tx:
        found = documents.list_documents(tx, documents.DocumentQuery(limit=100)).items
        return sorted(d.id for d in found), [event.id for event in events.events_as_of(tx, None)]


def test_feeds_become_documents_and_one_event(world: World, tagger: Tagger) -> None:
    summary = cycle(world, tagger)
    assert summary.states == {"ok": 2}
    assert (summary.new_documents, summary.tagged, summary.relevant) == (3, 3, 2)
    reader = Reader(world.store, world.catalog, world.clock)
    now = world.clock()
    (event,) = reader.events(EventQuery(None, "CN", now)).items
    assert (event.type, event.providers["openai"], event.affected) == ("access_restriction", "restricting", ["CN"])
    assert str(event.dates.effective) == "2024-07-09"
    assert reader.risk("openai", "CN", now).score > 0
    assert reader.risk("openai", "DE", now).score == 0
    first, again = (compile_dossier(reader, ("openai", "zhipu"), "cn", now) for _ in range(2))
    assert first.digest == again.digest


def test_second_cycle_stores_nothing_new(world: World, tagger: Tagger) -> None:
    cycle(world, tagger)
    before = rows(world)
    again = cycle(world, tagger)
    assert (again.new_documents, again.tagged, again.event_revisions) == (0, 0, 0)
    assert again.polled == 2
    assert rows(world) == before


def test_poll_floor_spares_the_publisher(store_url: str, site: HTTPServer, tagger: Tagger) -> None:
    with world_over(store_url, (source("a", site.url_for("/a")),), poll_floor_s=1800) as world:
        assert cycle(world, tagger).polled == 1
        assert cycle(world, tagger).polled == 0
    assert len(site.log) == 1


def test_conditional_request_carries_the_etag(world: World, site: HTTPServer, tagger: Tagger) -> None:
    cycle(world, tagger)
    cycle(world, tagger)
    sent = [request.headers.get("If-None-Match") for request, _ in site.log if request.path == "/a"]
    assert sent == [None, '"a1"']


def test_edit_is_a_revision_not_a_second_document(world: World, site: HTTPServer, tagger: Tagger) -> None:
    cycle(world, tagger)
    site.clear()
    edited = rss([(BLOCK[0], BLOCK[1].replace("July 9", "July 16"))])
    site.expect_request("/a").respond_with_data(edited, content_type="application/rss+xml")
    site.expect_request("/b").respond_with_data(rss([]), content_type="application/rss+xml")
    assert cycle(world, tagger).new_documents == 1
    with world.store.read() as tx:
        chain = documents.list_documents(tx, documents.DocumentQuery(source="a", limit=10)).items
    assert [d.revision for d in chain] == [2], "the list shows the newest version of each entry"


def test_bad_feeds_end_in_a_reason_and_harm_nothing_else(store_url: str, site: HTTPServer, tagger: Tagger) -> None:
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", 0))
        closed = f"http://127.0.0.1:{taken.getsockname()[1]}/feed"
    site.expect_request("/html").respond_with_data("<html><body>Not here</body></html>", content_type="text/html")
    site.expect_request("/empty").respond_with_data("", content_type="application/rss+xml")
    site.expect_request("/huge").respond_with_data(b"<rss>" + b" " * 3_000_000, content_type="application/rss+xml")
    site.expect_request("/500").respond_with_data(rss([BLOCK]), status=500)
    listed = {
        "down": (closed, "connection"),
        "html": (site.url_for("/html"), "not_a_feed"),
        "empty": (site.url_for("/empty"), "empty_body"),
        "huge": (site.url_for("/huge"), "too_large"),
        "broken": (site.url_for("/500"), "bad_status"),
        "inside": ("http://127.0.0.9/feed", "blocked_address"),
    }
    bad = tuple(source(name, url) for name, (url, _) in listed.items())
    with world_over(store_url, (*bad, source("a", site.url_for("/a"))), fetch_max_mib=1) as world:
        summary = cycle(world, tagger)
        assert summary.states == {"failing": len(bad), "ok": 1}
        assert summary.new_documents == 1
        with world.store.read() as tx:
            found = {row.id: row.reason for row in sources.source_statuses(tx) if row.id in listed}
    assert found == {name: reason for name, (_, reason) in listed.items()}


def test_what_was_stored_survives_a_feed_that_dies(world: World, site: HTTPServer, tagger: Tagger) -> None:
    cycle(world, tagger)
    before = rows(world)
    site.clear()
    cycle(world, tagger)
    assert rows(world) == before
    with world.store.read() as tx:
        assert {row.state for row in sources.source_statuses(tx)} == {"failing"}


def test_answers_as_of_before_the_fetch_know_nothing(world: World, tagger: Tagger) -> None:
    cycle(world, tagger)
    reader = Reader(world.store, world.catalog, world.clock)
    earlier = datetime(2024, 7, 1, tzinfo=UTC)
    assert reader.events(EventQuery(None, None, earlier)).items == []
    assert reader.risk("openai", "CN", earlier).score == 0
    assert reader.risk("openai", "CN", earlier).stale


def test_a_cycle_that_reads_with_heads_ends_and_tells_the_same_event(world: World) -> None:
    summary = cycle(world, Tagger(world.catalog))
    assert (summary.new_documents, summary.tagged) == (3, 3)
    now = world.clock()
    (event,) = Reader(world.store, world.catalog, world.clock).events(EventQuery(None, "CN", now)).items
    assert (event.type, event.providers["openai"], str(event.dates.effective)) == ("access_restriction", "restricting", "2024-07-09")


def test_others_see_that_a_cycle_is_under_way_until_it_ends_or_its_process_is_dead(world: World, tagger: Tagger) -> None:
    dead, elsewhere = f"{socket.gethostname()}/999999999/7", "another.example/7/7"
    with world.store.write() as tx:
        slots.enter(tx, dead, world.clock())
        slots.enter(tx, "pod.example/1/1", world.clock() - timedelta(days=30))
        slots.enter(tx, elsewhere, world.clock())
    seen: list[set[str]] = []

    def look(*_: object) -> None:
        with world.store.read() as tx:
            seen.append(set(slots.under_way(tx)))

    cycle(world, tagger, look)
    assert seen[0] == {elsewhere, this_process()}
    with world.store.read() as tx:
        assert set(slots.under_way(tx)) == {elsewhere}
