"""Watched pages over a real site: one document for each real change, none for noise, guards and robots.txt as reasons."""

from __future__ import annotations

from pytest_httpserver import HTTPServer

from monitor.model import Document, Source
from monitor.pipeline import Tagger, assess, read
from monitor.pipeline.collecting import collect
from monitor.pipeline.world import World
from monitor.store import documents, events, signals, sources
from tests.collect.pages import COUNTRIES, html, rows
from tests.pipeline.conftest import source, world_over


def watched(site: HTTPServer) -> Source:
    return source("page", site.url_for("/countries"), format="page", kind="vendor_terms")


def serve(site: HTTPServer, body: str, status: int = 200) -> None:
    site.clear()
    site.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow: /private\n")
    site.expect_request("/countries").respond_with_data(body, status=status, content_type="text/html")


def told(world: World) -> list[Document]:
    """All that is stored, newest first."""
    with world.store.read() as tx:
        return list(documents.list_documents(tx, documents.DocumentQuery(limit=50)).items)


def health(world: World) -> tuple[str, str | None, str]:
    with world.store.read() as tx:
        (row,) = sources.source_statuses(tx)
    return row.state, row.reason, row.detail


FULL, LESS = html(rows(COUNTRIES)), html(rows(COUNTRIES[1:]))


def test_a_page_over_time(store_url: str, httpserver: HTTPServer) -> None:
    with world_over(store_url, (watched(httpserver),)) as world:
        for body, new in [
            (FULL, 1),
            (FULL, 0),
            (html("<p>Last updated 2 minutes ago</p>" + rows(reversed(COUNTRIES)), before="<nav>New menu</nav>"), 0),
            (LESS, 1),
            (LESS, 0),
            (html(rows((*COUNTRIES[1:], "Zimbabwe"))), 1),
        ]:
            serve(httpserver, body)
            assert collect(world).new == new
            assert health(world)[0] == "ok" or (health(world)[0] == "not_modified" and not new)
        newest, middle, baseline = told(world)
        assert (newest.text, middle.text) == ("Added to the page:\n- Zimbabwe", "Removed from the page:\n- Albania")
        assert "- Albania" in baseline.text
        assert {d.revision for d in (newest, middle, baseline)} == {1}
        assert newest.snapshot.endswith("- Zimbabwe")


def test_a_change_that_is_undone_is_the_next_revision_of_the_same_document(store_url: str, httpserver: HTTPServer) -> None:
    with world_over(store_url, (watched(httpserver),)) as world:
        for body in (FULL, LESS, FULL, LESS):
            serve(httpserver, body)
            assert collect(world).new == 1
        newest, _ = told(world)
        assert (newest.revision, newest.text) == (3, "Removed from the page:\n- Albania")


def test_a_guard_with_status_200_is_a_failure_and_the_page_after_it_is_unchanged(store_url: str, httpserver: HTTPServer) -> None:
    with world_over(store_url, (watched(httpserver),)) as world:
        serve(httpserver, FULL)
        collect(world)
        serve(httpserver, "<html><title>Just a moment...</title><p>Checking your browser</p></html>")
        assert collect(world).states == {"failing": 1}
        assert health(world)[:2] == ("failing", "bad_status")
        serve(httpserver, FULL)
        assert collect(world).new == 0
        assert len(told(world)) == 1


def test_a_torso_is_believed_at_the_third_poll(store_url: str, httpserver: HTTPServer) -> None:
    long = html(rows(f"Place number {n} on this long list" for n in range(40)))
    with world_over(store_url, (watched(httpserver),)) as world:
        serve(httpserver, long)
        collect(world)
        serve(httpserver, html("<p>Welcome to our new site.</p>"))
        for reason, new in (("truncated", 0), ("truncated", 0), (None, 1)):
            assert collect(world).new == new
            assert health(world)[1] == reason


def test_robots_txt_is_asked_first_and_only_for_pages(store_url: str, httpserver: HTTPServer) -> None:
    feed = source("feed", httpserver.url_for("/feed"))
    with world_over(store_url, (watched(httpserver),)) as world:
        httpserver.expect_request("/robots.txt").respond_with_data("User-agent: forewarned\nDisallow: /countries\n")
        collect(world)
        collect(world)
        state, reason, detail = health(world)
        assert (state, reason) == ("failing", "bad_status")
        assert "robots.txt does not allow it" in detail
        assert [request.path for request, _ in httpserver.log] == ["/robots.txt"], "asked once over two cycles, and the page not at all"
    httpserver.clear_log()
    with world_over(store_url, (feed,)) as world:
        collect(world)
        assert [request.path for request, _ in httpserver.log] == ["/feed"]


def test_a_country_that_leaves_a_vendors_list_becomes_an_event(store_url: str, httpserver: HTTPServer, tagger: Tagger) -> None:
    listed = (*COUNTRIES, "France", "Germany", "India", "Italy", "Japan", "Kenya", "Norway", "Poland", "Spain")
    page = source("list", httpserver.url_for("/countries"), format="page", kind="vendor_terms", family="openai", reliability="primary")
    with world_over(store_url, (page,)) as world:
        for names in (listed, [c for c in listed if c != "Chad"]):
            serve(httpserver, html(rows(names)))
            collect(world)
            read(world, tagger)
        assess(world, tagger.version)
        newest, _ = told(world)
        with world.store.read() as tx:
            tagging = signals.tagging_of(tx, newest.id)
            (event,) = events.events_as_of(tx, None)
        assert tagging is not None
        assert [signal.affected for signal in tagging.signals] == [("TD",)]
        assert (event.type, event.stage, event.providers, event.affected) == (
            "access_restriction",
            "in_force",
            {"openai": "restricting"},
            ("TD",),
        )
        serve(httpserver, html(rows(listed)))
        collect(world)
        read(world, tagger)
        assess(world, tagger.version)
        with world.store.read() as tx:
            (event,) = events.events_as_of(tx, None)
        assert event.withdrawn, "it is back on the list"
