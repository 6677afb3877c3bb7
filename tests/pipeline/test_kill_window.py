"""`kill -9` at random instants while feeds publish: what a server may forget, because we said that we have it, is stored, and once.

The feeds are sliding windows. A server drops what a request acknowledged by its validator, and only that: so a validator that was
stored without its entries is a hole, and entries that are stored again are doubles.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import make_url
from werkzeug import Request
from werkzeug import Response as Answer

from monitor.model import Document
from monitor.store import documents, open_store
from tests.pipeline.conftest import BLOCK, rss
from tests.pipeline.mortal import Lives, lives

FEEDS = ("a", "b", "c")
KILLS = {"sqlite": 200, "postgresql": 40}
OVERLAP = 3
"""How many acknowledged entries a window still shows: they must not be stored twice."""
_TELLING = 7
"""Every so manieth entry tells of an event, so that all stages write."""


@dataclass
class Window:
    """One feed. Each request for news finds some; what was acknowledged slides out, but for the overlap."""

    name: str
    rng: Random
    newest: int = 0
    acknowledged: int = 0
    unheard: int = 0
    """Editions that were sent and not acknowledged by the next request: their reader died before it had stored them."""
    is_still: bool = False
    _sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, request: Request) -> Answer:
        with self._lock:
            told = int(request.headers.get("If-None-Match", '"0"').strip('"'))
            self.acknowledged = max(self.acknowledged, told)
            self.unheard += told != self._sent
            if not self.is_still:
                self.newest += self.rng.randint(0, 3)
            if self.newest == told:
                return Answer(status=304, headers={"ETag": f'"{told}"'})
            self._sent = self.newest
            shown = range(self.newest, max(self.acknowledged - OVERLAP, 0), -1)
            body = rss([self.entry(number) for number in shown])
            return Answer(body, headers={"ETag": f'"{self.newest}"'}, content_type="application/rss+xml")

    def entry(self, number: int) -> tuple[str, str]:
        title, text = BLOCK if number % _TELLING == 0 else ("Notice", "The office is open.")
        return f"{title} {self.name}{number}", text


@dataclass(frozen=True)
class Site:
    windows: tuple[Window, ...]
    feeds: dict[str, str]


@pytest.fixture
def site(httpserver: HTTPServer) -> Site:
    windows = tuple(Window(name, Random(name)) for name in FEEDS)
    for window in windows:
        httpserver.expect_request(f"/{window.name}").respond_with_handler(window.answer)
    return Site(windows, {window.name: httpserver.url_for(f"/{window.name}") for window in windows})


@pytest.mark.slow
def test_killed_at_random_instants_nothing_is_lost_or_doubled(store_url: str, site: Site) -> None:
    kind = make_url(store_url).get_backend_name()
    rng = Random(f"kill {kind}")
    with lives() as service:
        longest = 1.5 * _cycle_s(service, store_url, site)
        for _ in range(KILLS[kind]):
            pid = service.begin(store_url, site.feeds)
            time.sleep(rng.uniform(0, longest))
            os.kill(pid, signal.SIGKILL)
            assert service.end() == -signal.SIGKILL, "it ended by itself"
        for window in site.windows:
            window.is_still = True
        service.begin(store_url, site.feeds, cycles=1)
        assert service.end() == 0
    for window in site.windows:
        assert _numbers(store_url, window) == Counter(range(1, window.newest + 1)), window.name
    _whole(store_url, kind)
    killed_between = sum(window.unheard for window in site.windows)
    assert killed_between >= KILLS[kind] / 20, "hardly ever was an edition under way: the instants prove nothing"
    assert sum(window.acknowledged for window in site.windows) >= KILLS[kind] / 5, "hardly ever was anything stored"


def _cycle_s(service: Lives, url: str, site: Site) -> float:
    """How long a life of one cycle takes on this machine now, the news in it included."""
    begun = time.monotonic()
    service.begin(url, site.feeds, cycles=1)
    assert service.end() == 0
    return time.monotonic() - begun


def _numbers(url: str, window: Window) -> Counter[int]:
    """How many entries and revisions are stored of each number."""
    store = open_store(url)
    try:
        with store.read() as tx:
            found, cursor = list[Document](), None
            while page := documents.list_documents(tx, documents.DocumentQuery(source=window.name, limit=1000, cursor=cursor)):
                found += page.items
                if (cursor := page.next_cursor) is None:
                    break
    finally:
        store.close()
    return Counter(number for d in found for number in [int(d.title.rpartition(window.name)[2])] * d.revision)


def _whole(url: str, kind: str) -> None:
    """The file is sound; a server answers for its own."""
    if kind == "sqlite":
        connection = sqlite3.connect(make_url(url).database or "")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        connection.close()
