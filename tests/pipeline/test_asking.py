"""A gazette over a real site: further pages while all is new, corrections chained to what is stored. The documents are made up."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_httpserver import HTTPServer

from monitor.model import Source
from monitor.pipeline.asking import MAX_PAGES
from monitor.pipeline.collecting import collect
from monitor.pipeline.world import World
from monitor.store import documents, sources
from tests.pipeline.conftest import source, world_over


def row(number: str, title: str = "Rules", day: str = "2024-06-20", **more: object) -> dict[str, object]:
    link = f"https://gazette.example/documents/{number}"
    return {"document_number": number, "title": f"{title} {number}", "publication_date": day, "html_url": link} | more


def serve(site: HTTPServer, pages: Sequence[Sequence[dict[str, object]]], *, end: bool = True) -> None:
    """`pages` linked to each other; the last one leads nowhere, or (not `end`) to a page that fails."""
    site.clear()
    for at, rows in enumerate(pages):
        body: dict[str, object] = {"count": 999, "results": list(rows)}
        if at + 1 < len(pages) or not end:
            body["next_page_url"] = site.url_for(f"/documents?page={at + 2}&format=json")
        query = f"page={at + 1}&format=json" if at else "order=newest"
        site.expect_request("/documents", query_string=query).respond_with_json(body)


def gazette(site: HTTPServer) -> Source:
    return source("fr", site.url_for("/documents?order=newest"), format="federal_register", kind="regulator")


def numbers(world: World) -> set[str]:
    with world.store.read() as tx:
        return {d.guid for d in documents.list_documents(tx, documents.DocumentQuery(limit=100)).items}


def asked(site: HTTPServer) -> int:
    count = len(site.log)
    site.clear_log()
    return count


def test_a_poll_goes_on_while_all_is_new(store_url: str, httpserver: HTTPServer) -> None:
    with world_over(store_url, (gazette(httpserver),)) as world:
        serve(httpserver, [[row("2024-00003")], [row("2024-00002")], [row("2024-00001")]])
        assert collect(world).new == 3
        assert asked(httpserver) == 3
        serve(httpserver, [[row("2024-00004"), row("2024-00003")], [row("2024-00002")]])
        assert collect(world).new == 1
        assert asked(httpserver) == 1
        serve(httpserver, [[row("2024-00006")], [row("2024-00005"), row("2024-00004")], [row("2024-00003")]])
        assert collect(world).new == 2
        assert asked(httpserver) == 2


def test_pages_are_bounded(store_url: str, httpserver: HTTPServer) -> None:
    with world_over(store_url, (gazette(httpserver),)) as world:
        serve(httpserver, [[row(f"2024-0000{n}")] for n in range(MAX_PAGES + 3)])
        assert collect(world).new == MAX_PAGES
        assert asked(httpserver) == MAX_PAGES


def test_a_further_page_that_fails_loses_nothing(store_url: str, httpserver: HTTPServer) -> None:
    with world_over(store_url, (gazette(httpserver),)) as world:
        serve(httpserver, [[row("2024-00002")]], end=False)
        httpserver.expect_request("/documents", query_string="page=2&format=json").respond_with_data("down", status=503)
        assert collect(world).new == 0
        with world.store.read() as tx:
            (status,) = sources.source_statuses(tx)
        assert (status.state, status.reason) == ("failing", "bad_status")
        assert "page=2" in status.detail
        serve(httpserver, [[row("2024-00002")], [row("2024-00001")]])
        assert collect(world).new == 2
        assert numbers(world) == {"2024-00001", "2024-00002"}


def test_a_next_page_on_another_host_is_not_followed(store_url: str, httpserver: HTTPServer) -> None:
    body = {"results": [row("2024-00001")], "next_page_url": "http://127.0.0.2/documents?page=2"}
    httpserver.expect_request("/documents").respond_with_json(body)
    with world_over(store_url, (gazette(httpserver),)) as world:
        assert collect(world).states == {"ok": 1}


def test_a_withdrawal_is_chained_to_what_was_told_before_under_its_title(store_url: str, httpserver: HTTPServer) -> None:
    with world_over(store_url, (gazette(httpserver),)) as world:
        first = row("2024-00001") | {"title": "Controls on chips"}
        serve(httpserver, [[first]])
        collect(world)
        withdrawal = row("2024-00009", day="2024-07-20") | {"title": "Controls on chips; Withdrawal"}
        serve(httpserver, [[withdrawal, row("2024-00008"), row("2024-00001")]])
        collect(world)
        with world.store.read() as tx:
            found = {d.guid: d for d in documents.list_documents(tx, documents.DocumentQuery(limit=100)).items}
    facts = found["2024-00009"].regulator
    assert facts is not None
    assert facts.corrects == "2024-00001"
