"""A server that never says "not modified": a body that is byte for byte the last one is neither parsed nor stored again."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from pytest_httpserver import HTTPServer

from monitor.pipeline.collecting import collect
from tests.pipeline.conftest import BLOCK, NOISE, rss, source, world_over


def test_the_same_body_is_read_once(tmp_path: Path, httpserver: HTTPServer) -> None:
    body = rss([BLOCK])
    httpserver.expect_request("/feed").respond_with_data(body, content_type="application/rss+xml")
    with world_over(f"sqlite:///{tmp_path}/w.db", (source("s", httpserver.url_for("/feed")),)) as world:
        first, again = collect(world), collect(world)
        assert (first.states, first.new) == (Counter(ok=1), 1)
        assert (again.states, again.new) == (Counter(not_modified=1), 0)
        assert [answer.status_code for _, answer in httpserver.log] == [200, 200]
        httpserver.clear_all_handlers()
        httpserver.expect_request("/feed").respond_with_data(rss([NOISE, BLOCK]), content_type="application/rss+xml")
        changed = collect(world)
        assert (changed.states, changed.new) == (Counter(ok=1), 1)


def test_a_body_that_could_not_be_read_is_read_again(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data("<html></html>", content_type="text/html")
    with world_over(f"sqlite:///{tmp_path}/w.db", (source("s", httpserver.url_for("/feed")),)) as world:
        assert [collect(world).states for _ in range(2)] == [Counter(failing=1)] * 2
