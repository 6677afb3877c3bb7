"""A small real web site of feeds on loopback, and worlds over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import format_datetime
from xml.sax.saxutils import escape

import pytest
from pytest_httpserver import HTTPServer

from monitor.catalog import load_catalog
from monitor.clock import system_clock
from monitor.model import Source
from monitor.pipeline import Tagger, World
from monitor.settings import Settings
from monitor.store import open_store

NOW = datetime(2024, 6, 26, 9, tzinfo=UTC)
BLOCK = (
    "OpenAI to block API access from China",
    "OpenAI told developers in China on Tuesday that it will block API traffic from the country from July 9.",
)
NOISE = ("Football club bans flares", "A football club banned flares at its stadium after a fire at Saturday's derby match.")


def rss(items: Iterable[tuple[str, str]], published: datetime = NOW) -> str:
    """An RSS 2.0 feed of (title, text) items; the title's hash is the guid."""
    entries = "".join(
        f"<item><title>{escape(title)}</title><link>https://news.example/{n}</link><guid isPermaLink='false'>{escape(title)}</guid>"
        f"<description>{escape(text)}</description><pubDate>{format_datetime(published)}</pubDate></item>"
        for n, (title, text) in enumerate(items)
    )
    return f"<?xml version='1.0' encoding='UTF-8'?><rss version='2.0'><channel><title>t</title><link>https://news.example/</link>{entries}</channel></rss>"


def source(name: str, url: str, **fields: object) -> Source:
    """A private source at `url`."""
    base = {"id": name, "name": name, "url": url, "kind": "news", "publisher": name, "family": name, "private": True, "reliability": "high"}
    return Source.model_validate(base | fields)


@contextmanager
def world_over(url: str, sources: tuple[Source, ...], **settings: object) -> Iterator[World]:
    """A world over the database at `url` whose fetcher may reach loopback, with no poll floor."""
    chosen = {"allow_private_hosts": "127.0.0.1,localhost", "poll_floor_s": 0, "fetch_deadline_s": 5} | settings
    store = open_store(url)
    try:
        yield World(store, load_catalog(), sources, Settings.model_validate(chosen), system_clock)
    finally:
        store.close()


@pytest.fixture(scope="session")
def tagger() -> Tagger:
    """The real tagger, loaded once."""
    return Tagger(load_catalog(), None)


@pytest.fixture
def site(httpserver: HTTPServer) -> HTTPServer:
    """A feed site with one feed of a restriction and one of noise."""
    httpserver.expect_request("/a").respond_with_data(rss([BLOCK]), content_type="application/rss+xml", headers={"ETag": '"a1"'})
    httpserver.expect_request("/b").respond_with_data(rss([NOISE, BLOCK]), content_type="application/rss+xml")
    return httpserver
