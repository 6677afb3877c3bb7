"""A host that asks to be left alone: its other sources wait without fault, over cycles and processes, and come back when it is over."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pytest_httpserver import HTTPServer

from monitor.pipeline.collecting import collect
from monitor.pipeline.world import World
from monitor.store import sources
from tests.collect.pages import COUNTRIES, html, rows
from tests.pipeline.conftest import BLOCK, NOW, rss, source, world_over

HOUR = timedelta(hours=1)


@dataclass
class Hands:
    """A clock that stands until it is moved."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


def statuses(world: World) -> dict[str, sources.SourceStatus]:
    with world.store.read() as tx:
        return {status.id: status for status in sources.source_statuses(tx)}


def asked(site: HTTPServer) -> Counter[str]:
    found = Counter(request.path for request, _ in site.log)
    site.clear_log()
    return found


def test_sources_of_a_host_wait_until_the_time_that_one_was_told(store_url: str, httpserver: HTTPServer) -> None:
    httpserver.expect_ordered_request("/busy").respond_with_data("", status=429, headers={"Retry-After": "3600"})
    for name in ("busy", "b", "c"):
        httpserver.expect_request(f"/{name}").respond_with_data(rss([BLOCK]), content_type="application/rss+xml")
    away = httpserver.url_for("/c").replace("localhost", "127.0.0.1")
    first, others = source("busy", httpserver.url_for("/busy")), (source("b", httpserver.url_for("/b")), source("c", away))
    clock = Hands()
    with world_over(store_url, (first,), poll_floor_s=60) as world:
        assert collect(replace(world, clock=clock)).states == Counter(failing=1)
    clock.now += HOUR / 2
    with world_over(store_url, (first, *others), poll_floor_s=60) as world:
        assert collect(replace(world, clock=clock)).states == Counter({"ok": 1, "held back": 1})
        assert asked(httpserver) == Counter({"/busy": 1, "/c": 1})
        waiting = statuses(world)["b"]
        assert (waiting.state, waiting.reason, waiting.failures, waiting.last_fetch_at) == ("never", None, 0, None)
        assert waiting.next_poll_at is not None
        assert HOUR <= waiting.next_poll_at - NOW < HOUR + timedelta(minutes=1)
        clock.now += timedelta(minutes=5)
        assert collect(replace(world, clock=clock)).states == Counter(not_modified=1), "it is not even due"
        assert "/b" not in asked(httpserver)
        clock.now += HOUR
        assert collect(replace(world, clock=clock)).states == Counter(ok=2, not_modified=1)
        assert {status.failures for status in statuses(world).values()} == {0}


def test_who_stands_behind_the_one_that_was_told_is_not_sent(store_url: str, httpserver: HTTPServer) -> None:
    for n in range(8):
        httpserver.expect_request(f"/{n}").respond_with_data("", status=503, headers={"Retry-After": "600"})
    with world_over(store_url, tuple(source(f"s{n}", httpserver.url_for(f"/{n}")) for n in range(8))) as world:
        states = collect(world).states
        assert asked(httpserver).total() == states["failing"] <= 2, "as many as were under way at once"
        assert states["held back"] == 8 - states["failing"]
        assert sum(status.failures for status in statuses(world).values()) == states["failing"]


def test_pages_whose_robots_file_was_refused_are_one_failure(store_url: str, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/robots.txt").respond_with_data("", status=429, headers={"Retry-After": "600"})
    pages = tuple(source(f"p{n}", httpserver.url_for(f"/{n}"), format="page", kind="vendor_terms") for n in range(3))
    clock = Hands()
    with world_over(store_url, pages, poll_floor_s=60) as opened:
        world = replace(opened, clock=clock)
        assert collect(world).states == Counter({"failing": 1, "held back": 2})
        assert asked(httpserver) == Counter({"/robots.txt": 1})
        httpserver.clear()
        httpserver.expect_request("/robots.txt").respond_with_data("User-agent: *\nDisallow:\n", headers={"Cache-Control": "max-age=3600"})
        for n in range(3):
            httpserver.expect_request(f"/{n}").respond_with_data(html(rows(COUNTRIES)), content_type="text/html")
        clock.now += timedelta(minutes=11)
        assert collect(world).states == Counter(ok=3)
        asked(httpserver)
        httpserver.clear()
        httpserver.expect_request("/robots.txt").respond_with_data("", status=429, headers={"Retry-After": "600"})
        clock.now += timedelta(hours=2)
        assert collect(world).states == Counter({"failing": 1, "held back": 2}), "known rules are no reason to go on"
        assert asked(httpserver) == Counter({"/robots.txt": 1})
