"""`forewarned sources test`: the same door and parser as a poll, and nothing is stored."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response as Answer

from monitor.errors import NotFoundError
from monitor.model import Source, SourceFormat
from monitor.pipeline.probing import Probe, probe
from monitor.settings import Settings
from tests.pipeline.conftest import BLOCK, rss, source

NOW = datetime(2024, 6, 26, 9, tzinfo=UTC)
PAGE = "<html><head><title>Supported countries</title></head><body><main>China is not among them.</main></body></html>"


def settings(**more: object) -> Settings:
    return Settings.model_validate({"allow_private_hosts": "127.0.0.1,localhost", "now": NOW, "fetch_deadline_s": 5} | more)


def probed(target: str, kind: SourceFormat | None = None, listed: tuple[Source, ...] = (), **more: object) -> Probe:
    return probe(target, kind, listed, settings(**more))


def items(count: int, newest: datetime = NOW) -> str:
    days = [newest - n * timedelta(days=1) for n in range(count)]
    rows = "".join(
        f"<item><title>Notice &lt;b&gt;{n}&lt;/b&gt;</title><guid>{n}</guid><pubDate>{format_datetime(day)}</pubDate></item>"
        for n, day in enumerate(days)
    )
    return f"<rss version='2.0'><channel><title>t</title><ttl>120</ttl>{rows}</channel></rss>"


def test_a_feed_is_described(httpserver: HTTPServer) -> None:
    headers = {"ETag": '"1"', "Last-Modified": format_datetime(NOW, usegmt=True), "Cache-Control": "max-age=60"}
    httpserver.expect_request("/b").respond_with_data(items(8), content_type="application/rss+xml", headers=headers)
    httpserver.expect_request("/a").respond_with_response(Answer(status=301, headers={"Location": "/b"}))
    found = probed(httpserver.url_for("/a"))
    assert (found.state, found.reason, found.status, found.format, found.entries) == ("ok", None, 200, "RSS", 8)
    assert found.permanent_url == found.final_url == httpserver.url_for("/b")
    assert found.redirects == (f"301 {httpserver.url_for('/b')}",)
    assert (found.etag, found.last_modified, found.max_age_s) == ('"1"', headers["Last-Modified"], 60)
    assert [(entry.title, entry.published_at) for entry in found.newest] == [(f"Notice {n}", NOW - n * timedelta(days=1)) for n in range(3)]
    assert (found.asks_for.wait_s, found.usual_gap_s) == (7200, 86_400)
    assert found.next_poll_at is not None
    assert timedelta(hours=2.4) <= found.next_poll_at - NOW < timedelta(hours=2.6)
    assert (found.source, found.warning, found.robots) == (None, "", "")


def test_a_feed_that_was_dead_before_we_met_it_is_warned_of(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data(items(8, NOW - timedelta(days=300)), content_type="application/rss+xml")
    found = probed(httpserver.url_for("/a"))
    assert found.state == "ok"
    assert "300 days old" in found.warning


def test_a_failure_says_what_to_do(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/html").respond_with_data(PAGE, content_type="text/html")
    found = probed(httpserver.url_for("/html"))
    assert (found.state, found.reason, found.status, found.format, found.entries) == ("failing", "not_a_feed", 200, "HTML", 0)
    assert "format: page" in found.action
    httpserver.expect_request("/gone").respond_with_data("", status=410)
    gone = probed(httpserver.url_for("/gone"))
    assert (gone.state, gone.reason, gone.next_poll_at) == ("gone", "gone", None)


@pytest.mark.parametrize(
    ("robots", "allowed"),
    [
        pytest.param(None, True, id="none"),
        pytest.param("User-agent: *\nDisallow: /private\n", True, id="allowed"),
        pytest.param("User-agent: forewarned\nDisallow: /\n", False, id="forbidden to us"),
        pytest.param("User-agent: *\nDisallow: /countries\n", False, id="forbidden to all"),
    ],
)
def test_a_page_is_read_as_robots_allow(httpserver: HTTPServer, robots: str | None, allowed: bool) -> None:
    httpserver.expect_request("/countries").respond_with_data(PAGE, content_type="text/html")
    if robots is not None:
        httpserver.expect_request("/robots.txt").respond_with_data(robots, content_type="text/plain")
    else:
        httpserver.expect_request("/robots.txt").respond_with_data("", status=404)
    found = probed(httpserver.url_for("/countries"), "page")
    if allowed:
        assert (found.state, found.format, found.newest[0].title) == ("ok", "HTML", "Supported countries")
        assert found.robots == "robots.txt allows it"
    else:
        assert (found.state, found.reason, found.newest) == ("failing", "bad_status", ())
        assert "does not allow" in found.robots


FORMATS = [
    (rss([BLOCK]), "application/rss+xml", "RSS"),
    ("<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>1</id><title>x</title></entry></feed>", "application/atom+xml", "Atom"),
    ('{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "x"}]}', "application/feed+json", "JSON Feed"),
    ('{"results": []}', "application/json", "JSON"),
    ("{", "application/json", "broken JSON"),
    ("<!DOCTYPE rss [<!ENTITY a 'b'>]><rss/>", "text/xml", "XML with a DTD"),
    ("plain words", "text/plain", ""),
]


@pytest.mark.parametrize(("body", "kind", "name"), FORMATS, ids=[name or "nothing" for *_, name in FORMATS])
def test_the_format_is_named(httpserver: HTTPServer, body: str, kind: str, name: str) -> None:
    httpserver.expect_request("/a").respond_with_data(body, content_type=kind)
    assert probed(httpserver.url_for("/a")).format == name


def test_a_listed_source_is_asked_as_it_is_listed(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data(rss([BLOCK]), content_type="application/rss+xml")
    url = httpserver.url_for("/a")
    for target in ("mine", url):
        found = probed(target, listed=(source("mine", url),))
        assert (found.source, found.state) == ("mine", "ok")
    strict = source("mine", url).model_copy(update={"private": False})
    assert probed("mine", listed=(strict,)).reason == "blocked_address"
    with pytest.raises(NotFoundError):
        probed("other", listed=(strict,))


def test_a_typed_url_reaches_only_a_private_host_that_the_operator_named(httpserver: HTTPServer) -> None:
    httpserver.expect_request("/a").respond_with_data(rss([BLOCK]), content_type="application/rss+xml")
    url = httpserver.url_for("/a")
    assert probed(url).state == "ok"
    for nowhere in ("", "localhost.example", "10.0.0.0/8"):
        assert probed(url, allow_private_hosts=nowhere).reason == "blocked_address"
    for odd in ("http://[::1", "http://2130706433/", "ftp://127.0.0.1/", "http://"):
        assert probed(odd).state == "failing"
