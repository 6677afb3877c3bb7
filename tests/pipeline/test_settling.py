"""Polls are settled several at once: each source whole or not at all, and none at the cost of another."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request
from werkzeug import Response as Answer

from monitor.clock import system_clock
from monitor.errors import UsageError
from monitor.model import Document, FetchFailure, Response, Source, Validators
from monitor.pipeline import World
from monitor.pipeline.collecting import POLLS, collect
from monitor.pipeline.settling import Polled, ledger
from monitor.store import documents, sources
from tests.pipeline.conftest import NOISE, rss, source, world_over

NAMES = ("a", "b", "c")


def claimed(world: World) -> dict[str, sources.PollTask]:
    with world.store.write() as tx:
        sources.sync_sources(tx, world.sources, world.clock())
        return {task.source.id: task for task in sources.claim_due(tx, world.clock(), "me", timedelta(minutes=5), 10)}


def answered(task: sources.PollTask, title: str) -> Polled:
    """A poll that brought one document of this title."""
    document = Document(
        source=task.source.id, guid="1", url="https://news.example/1", title=title, text="", lang="en", published_at=None,
        retrieved_at=system_clock(), content_hash="0" * 64, origin_group="p", kind="news",
    )  # fmt: skip
    answer = Response(
        status=200, url=task.source.url, body=b"<rss/>", validators=Validators(etag=f'"{title[0]}"'), retrieved_at=system_clock()
    )
    return Polled(task, answer, 1, [document])


def settled(world: World, polls: Sequence[Polled]) -> list[tuple[str, int] | BaseException]:
    async def together() -> list[tuple[str, int] | BaseException]:
        with ledger(world) as opened:
            return await asyncio.gather(*(opened.settle(poll) for poll in polls), return_exceptions=True)

    return asyncio.run(together())


@pytest.fixture
def listed() -> tuple[Source, ...]:
    return tuple(source(name, f"http://127.0.0.1:9/{name}") for name in NAMES)


def test_all_of_a_batch_are_stored_each_with_its_own_outcome(store_url: str, listed: tuple[Source, ...]) -> None:
    with world_over(store_url, listed) as world:
        tasks = claimed(world)
        failed = Polled(tasks["c"], FetchFailure(reason="timeout", detail="late", retrieved_at=system_clock()))
        assert settled(world, [answered(tasks["a"], "A"), answered(tasks["b"], "B"), failed]) == [("ok", 1), ("ok", 1), ("failing", 0)]
        with world.store.read() as tx:
            assert documents.count_documents(tx) == 2
            found = {row.id: (row.state, row.reason, row.documents) for row in sources.source_statuses(tx)}
            assert sources.lease_owners(tx) == set()
    assert found == {"a": ("ok", None, 1), "b": ("ok", None, 1), "c": ("failing", "timeout", 0)}


def test_what_the_store_refuses_harms_no_other_source(store_url: str, listed: tuple[Source, ...]) -> None:
    with world_over(store_url, listed) as world:
        tasks = claimed(world)
        first, refused, last = settled(world, [answered(tasks[name], title) for name, title in (("a", "A"), ("b", "B\0"), ("c", "C"))])
        assert (first, last) == (("ok", 1), ("ok", 1))
        assert isinstance(refused, UsageError)
        with world.store.read() as tx:
            assert {row.id: row.state for row in sources.source_statuses(tx)} == {"a": "ok", "b": "never", "c": "ok"}


def test_a_source_whose_lease_has_passed_on_is_left_to_its_new_owner(store_url: str, listed: tuple[Source, ...]) -> None:
    with world_over(store_url, listed) as world:
        tasks = claimed(world)
        with world.store.write() as tx:
            later = world.clock() + timedelta(hours=1)
            assert len(sources.claim_due(tx, later, "another", timedelta(minutes=5), 1)) == 1
        settled(world, [answered(tasks[name], name.upper()) for name in NAMES])
        with world.store.read() as tx:
            assert sorted(row.state for row in sources.source_statuses(tx)) == ["never", "ok", "ok"]
            assert sources.lease_owners(tx) == {"another"}


def test_more_sources_than_are_under_way_at_once_are_all_polled_once(store_url: str, site: HTTPServer) -> None:
    asked: list[str] = []

    def answer(request: Request) -> Answer:
        asked.append(request.path)
        return Answer(rss([NOISE]), content_type="application/rss+xml")

    count = POLLS + 50
    for number in range(count):
        site.expect_request(f"/n{number}").respond_with_handler(answer)
    with world_over(store_url, tuple(source(f"n{number}", site.url_for(f"/n{number}")) for number in range(count))) as world:
        assert collect(world).states == {"ok": count}
    assert sorted(asked) == sorted(f"/n{number}" for number in range(count))


def test_others_are_polled_while_one_is_waited_for(store_url: str) -> None:
    """The first source answers when one of a later claim was asked: were each claim waited for, it would never."""
    later, names = threading.Event(), ["a", *(f"n{number:03}" for number in range(POLLS + 40))]
    last = f"/{names[-1]}"

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/a":
                later.wait(30)
            elif self.path == last:
                later.set()
            body = rss([NOISE]).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *_: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        here = f"http://127.0.0.1:{server.server_port}"
        listed = tuple(source(name, f"{here}/{name}") for name in names)
        try:
            with world_over(store_url, listed, fetch_deadline_s=30) as world:
                assert collect(world).states == {"ok": len(listed)}
        finally:
            server.shutdown()
            serving.join()
