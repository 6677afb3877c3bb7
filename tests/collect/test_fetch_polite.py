"""What a well-behaved client does: conditional requests, waits, redirects recorded, credentials and cookies never sent."""

from __future__ import annotations

import asyncio
import hashlib
import time

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request
from werkzeug import Response as Answer
from yarl import URL

from monitor.collect.failures import RefusedError
from monitor.collect.fetch import Fetcher, redirect_target
from monitor.collect.headers import fresh_for_s, max_age_s
from monitor.collect.room import LARGE_AT_ONCE, LARGE_BYTES
from monitor.model import FetchFailure, Response, Validators
from monitor.network.waiting import retry_after_s
from tests.collect.wire import FEED, NOW, Script, fetch_once, fetched, http, policy, source, wire


def test_validators_come_back_byte_for_byte(httpserver: HTTPServer) -> None:
    seen: list[tuple[str | None, str | None, str]] = []

    def answer(request: Request) -> Answer:
        seen.append((request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since"), request.headers["User-Agent"]))
        if len(seen) == 1:
            return Answer(
                FEED, headers={"ETag": "W/unquoted-etag", "Last-Modified": "yesterday, about noon", "Cache-Control": "max-age=7200"}
            )
        return Answer(status=304, headers={"ETag": '"new"'})

    httpserver.expect_request("/feed").respond_with_handler(answer)
    asked, rules = source(httpserver.url_for("/feed")), policy("127.0.0.0/8", "localhost")
    first = asyncio.run(fetch_once(asked, rules))
    assert isinstance(first, Response)
    again = asyncio.run(fetch_once(asked, rules, first.validators))
    assert isinstance(again, Response)
    assert (first.max_age_s, first.body, again.status, again.body) == (7200, FEED, 304, b"")
    assert seen[1][:2] == ("W/unquoted-etag", "yesterday, about noon")
    assert seen[0][2].startswith("forewarned/")
    assert again.validators.model_dump() == {**first.validators.model_dump(), "etag": '"new"'}


def test_an_unchanged_body_counts_as_not_modified() -> None:
    known = Validators(etag='"old"', body_sha256=hashlib.sha256(FEED).hexdigest())
    outcome = fetched({"/feed": [http(ETag='"new"')]}, known)
    assert isinstance(outcome, Response)
    assert (outcome.status, outcome.body, outcome.validators.etag) == (304, b"", '"new"')


@pytest.mark.parametrize("etag", ['"' + "x" * 5000 + '"', '"caf\xe9"'], ids=["too long", "not ASCII"])
def test_a_validator_that_cannot_be_sent_back_is_not_kept(etag: str) -> None:
    outcome = fetched({"/feed": [http(ETag=etag)]})
    assert isinstance(outcome, Response)
    assert outcome.validators.etag is None


def test_a_permanent_move_is_recorded_only_when_unbroken() -> None:
    moved = fetched({"/feed": [http("301 Moved", b"", Location="/a")], "/a": [http("308 Moved", b"", Location="/b")], "/b": [http()]})
    lent = fetched({"/feed": [http("302 Found", b"", Location="/a")], "/a": [http("301 Moved", b"", Location="/b")], "/b": [http()]})
    assert isinstance(moved, Response)
    assert isinstance(lent, Response)
    assert moved.permanent_url is not None
    assert moved.permanent_url.endswith("/b")
    assert moved.url == moved.permanent_url
    assert (lent.permanent_url, lent.url[-2:]) == (None, "/b")


def test_cookies_and_proxies_are_ignored() -> None:
    async def run() -> list[bytes]:
        async with wire({"/feed": [http(Set_Cookie="a=b; Path=/")]}) as server:
            async with Fetcher(policy("127.0.0.1")) as fetcher:
                for _ in range(2):
                    await fetcher.fetch(source(server.url()), None, Validators(), NOW)
            return server.requests

    requests = asyncio.run(run())
    assert len(requests) == 2
    assert not any(b"cookie" in request.lower() or b"authorization" in request.lower() for request in requests)


def test_at_most_two_requests_to_a_host_and_waiting_is_not_charged() -> None:
    running = most = 0

    async def run() -> list[Response | FetchFailure]:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal running, most
            await reader.readuntil(b"\r\n\r\n")
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.3)
            running -= 1
            writer.write(http())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        async with server, Fetcher(policy("127.0.0.1", deadline_s=0.8)) as fetcher:
            return await asyncio.gather(*(fetcher.fetch(source(f"{url}{n}"), None, Validators(), NOW) for n in range(8)))

    outcomes = asyncio.run(run())
    assert all(isinstance(outcome, Response) for outcome in outcomes)
    assert most == 2


RETRY_AFTER = {
    "120": 120, "0": 0, " 60 ": 60, "9" * 400: 86_400, "-5": None, "soon": None, "": None, "1.5": None,
    "Wed, 26 Jun 2024 09:00:00 GMT": 3600, "Wed, 26 Jun 2024 07:00:00 GMT": None, "Fri, 31 Dec 9999 23:59:59 GMT": 86_400,
    "Fri, 31 Dec 9999 23:59:59 -1200": 86_400, "Wed, 99 Jun 2024 09:00:00 GMT": None, "٣": None,
}  # fmt: skip


@pytest.mark.parametrize("value", RETRY_AFTER)
def test_retry_after(value: str) -> None:
    assert retry_after_s(value, NOW) == RETRY_AFTER[value]


MAX_AGE = {
    "max-age=60": 60, "public, max-age=600": 600, 'max-age="5"': 5, "MAX-AGE = 7": 7, "max-age=315360000": 86_400, "s-maxage=9": None,
    "no-cache, max-age=60": None, "no-store": None, "": None, "max-age=-1": None, "max-age=soon": None,
}  # fmt: skip


@pytest.mark.parametrize("value", MAX_AGE)
def test_max_age(value: str) -> None:
    assert max_age_s(value) == MAX_AGE[value]


HALF_PAST_SEVEN = "Wed, 26 Jun 2024 07:30:00 GMT"


@pytest.mark.parametrize(
    ("value", "date", "seconds"),
    [
        pytest.param("Wed, 26 Jun 2024 07:40:00 GMT", HALF_PAST_SEVEN, 600, id="by the server's own clock"),
        pytest.param("Wed, 26 Jun 2024 07:20:00 GMT", HALF_PAST_SEVEN, None, id="over"),
        pytest.param("Wed, 26 Jun 2024 08:10:00 GMT", "half past seven", 600, id="by ours when it tells none"),
        pytest.param("Wednesday, 26-Jun-24 08:10:00 GMT", "", 600, id="RFC 850"),
        pytest.param("Wed Jun 26 08:10:00 2024", "", 600, id="asctime"),
        pytest.param("Mon, 01 Jan 0001 00:00:00 +1400", "", None, id="before the calendar"),
        pytest.param("120", HALF_PAST_SEVEN, 120, id="a number needs no clock"),
    ],
)
def test_retry_after_as_an_instant(value: str, date: str, seconds: int | None) -> None:
    assert retry_after_s(value, NOW, date) == seconds


FRESH: dict[str, tuple[dict[str, str], int | None]] = {
    "nothing": ({}, None),
    "max-age": ({"Cache-Control": "max-age=600"}, 600),
    "max-age before Expires": ({"Cache-Control": "max-age=600", "Expires": "Wed, 26 Jun 2024 20:00:00 GMT"}, 600),
    "Expires": ({"Expires": "Wed, 26 Jun 2024 08:10:00 GMT"}, 600),
    "Expires by the server's clock": ({"Expires": "Wed, 26 Jun 2024 07:40:00 GMT", "Date": HALF_PAST_SEVEN}, 600),
    "Expires over": ({"Expires": "Wed, 26 Jun 2024 07:00:00 GMT"}, 0),
    "Expires 0": ({"Expires": "0"}, None),
    "Expires in words": ({"Expires": "never"}, None),
    "Expires in 9999": ({"Expires": "Fri, 31 Dec 9999 23:59:59 GMT"}, 86_400),
    "Expires, but no-cache": ({"Expires": "Wed, 26 Jun 2024 08:10:00 GMT", "Cache-Control": "no-cache"}, None),
    "Age": ({"Cache-Control": "max-age=600", "Age": "500"}, 100),
    "Age beyond": ({"Cache-Control": "max-age=600", "Age": "99999999999"}, 0),
    "Age in words": ({"Cache-Control": "max-age=600", "Age": "old"}, 600),
    "Age below zero": ({"Cache-Control": "max-age=600", "Age": "-5"}, 600),
}


@pytest.mark.parametrize("case", FRESH)
def test_fresh_for(case: str) -> None:
    headers, seconds = FRESH[case]
    assert fresh_for_s(headers, NOW) == seconds


def test_expires_reaches_the_outcome_and_redirects_are_told() -> None:
    outcome = fetched(
        {
            "/feed": [http("302 Found", b"", Location="/a")],
            "/a": [http(Expires="Wed, 26 Jun 2024 08:10:00 GMT", Date="Wed, 26 Jun 2024 08:00:00 GMT")],
        }
    )
    assert isinstance(outcome, Response)
    assert outcome.max_age_s == 600
    assert [hop.partition(" ")[0] for hop in outcome.redirects] == ["302"]
    assert outcome.redirects[0].endswith("/a")


def test_slow_answers_do_not_starve_their_neighbours() -> None:
    async def run() -> tuple[float, Response | FetchFailure]:
        scripts: dict[str, Script] = {"/slow": [9.0], "/feed": [http()]}
        async with wire(scripts) as server, Fetcher(policy("127.0.0.1", deadline_s=8)) as fetcher:
            slow = [asyncio.ensure_future(fetcher.fetch(source(server.url("/slow")), None, Validators(), NOW)) for _ in range(2)]
            await asyncio.sleep(0.2)
            begun = time.monotonic()
            outcome = await fetcher.fetch(source(server.url()), None, Validators(), NOW)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)
            return time.monotonic() - begun, outcome

    waited, outcome = asyncio.run(run())
    assert isinstance(outcome, Response)
    assert waited < 5


def test_slow_hosts_do_not_starve_other_hosts() -> None:
    async def run() -> tuple[float, Response | FetchFailure]:
        scripts: dict[str, Script] = {"/slow": [20.0], "/feed": [http()]}
        rules = policy("127.0.0.1", "localhost", deadline_s=15)
        async with wire(scripts) as server, Fetcher(rules, at_once=1) as fetcher:
            slow = asyncio.ensure_future(fetcher.fetch(source(server.url("/slow", "localhost")), None, Validators(), NOW))
            await asyncio.sleep(0.2)
            begun = time.monotonic()
            outcome = await fetcher.fetch(source(server.url()), None, Validators(), NOW)
            slow.cancel()
            await asyncio.gather(slow, return_exceptions=True)
            return time.monotonic() - begun, outcome

    waited, outcome = asyncio.run(run())
    assert isinstance(outcome, Response)
    assert waited < 8


def test_few_large_bodies_are_held_at_once_and_waiting_is_not_charged() -> None:
    held = most = 0
    large = FEED.replace(b"<item>", b" " * LARGE_BYTES + b"<item>")

    async def poll(fetcher: Fetcher, url: str) -> None:
        nonlocal held, most
        async with fetcher.fetching(source(url), None, Validators(), NOW) as answer:
            assert isinstance(answer, Response), answer
            held += 1
            most = max(most, held)
            await asyncio.sleep(2.5)
            held -= 1

    async def run() -> None:
        scripts: dict[str, Script] = {f"/{n}": [http(body=large)] for n in range(LARGE_AT_ONCE + 2)}
        rules = policy("127.0.0.1", "localhost", deadline_s=2, max_bytes=2 * LARGE_BYTES)
        async with wire(scripts | {"/feed": [http()]}) as server, Fetcher(rules) as fetcher:
            polls = [asyncio.ensure_future(poll(fetcher, server.url(path))) for path in scripts]
            await asyncio.sleep(1.5)
            begun = time.monotonic()
            small = await fetcher.fetch(source(server.url(host="localhost")), None, Validators(), NOW)
            assert isinstance(small, Response), "a small body needs no room"
            assert time.monotonic() - begun < 1
            await asyncio.gather(*polls)

    asyncio.run(run())
    assert most == LARGE_AT_ONCE


DOWN = [  # from, to, allowed
    ("https://n.example/a", "http://n.example/b", False),
    ("https://n.example/a", "https://m.example/b", True),
    ("http://n.example/a", "https://n.example/b", True),
    ("https://n.example/a", "//m.example/b", True),
    ("https://n.example/a", "../b", True),
]


@pytest.mark.parametrize(("base", "location", "allowed"), DOWN)
def test_no_redirect_steps_down_to_plain_http(base: str, location: str, allowed: bool) -> None:
    if allowed:
        assert redirect_target(URL(base), location, 302).scheme == "https"
    else:
        with pytest.raises(RefusedError, match="from https to http"):
            redirect_target(URL(base), location, 302)


def test_plain_bytes_where_tls_is_expected() -> None:
    async def run() -> Response | FetchFailure:
        async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(http())
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        async with server:
            return await fetch_once(source(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/feed"), policy("127.0.0.1"))

    outcome = asyncio.run(run())
    assert isinstance(outcome, FetchFailure)
    assert outcome.reason == "tls"
