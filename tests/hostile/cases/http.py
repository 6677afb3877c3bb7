"""Statuses and headers: the status wins over the body, what cannot be sent back is not kept, waits stay between the floor and a day."""

from __future__ import annotations

from collections.abc import Iterable

from tests.collect.bodies import rss
from tests.collect.wire import Script, http
from tests.hostile.case import FLOOR_S, LONGEST, USUAL, Case, body, case, fails, feed, ok

_FEED = feed("Whole").encode()
_TITLE = "Whole"
_UNCHANGED: Script = [http("304 Not Modified", b"", None)]
_DATE = "Tue, 25 Jun 2024 10:00:00 GMT"


def _status(status: str, reason: str = "bad_status", **headers: str) -> Case:
    """A status with a feed as body, and with a validator that must not be kept."""
    refused = fails([http(status, _FEED, ETag='"error"', Last_Modified=_DATE, **headers)], reason)
    return case(f"{status} with a feed", refused, ok(body(_FEED), _TITLE, sends={"If-None-Match": None, "If-Modified-Since": None}))


def _asked_to_wait(
    name: str, value: str, wait: tuple[float, float], status: str = "429 Too Many Requests", reason: str = "rate_limited"
) -> Case:
    return case(f"Retry-After {name}", fails([http(status, _FEED, Retry_After=value)], reason, wait=wait))


def _cached(name: str, wait: tuple[float, float], **headers: str) -> Case:
    return case(name, ok(body(_FEED, **headers), _TITLE, wait=wait))


def _about(seconds: float) -> tuple[float, float]:
    return seconds - 60, seconds + FLOOR_S * 0.1


def _window(start: int) -> str:
    """The ten newest of a numbered feed."""
    return feed(*(f"Notice {n:02}" for n in range(start + 10, start, -1)))


def _notices(numbers: Iterable[int]) -> tuple[str, ...]:
    return tuple(f"Notice {n:02}" for n in numbers)


CASES = (
    _status("400 Bad Request"),
    _status("401 Unauthorized", WWW_Authenticate='Basic realm="x"'),
    _status("402 Payment Required"),
    _status("403 Forbidden"),
    _status("404 Not Found"),
    _status("418 Teapot"),
    _status("451 Unavailable For Legal Reasons"),
    _status("500 Internal Server Error"),
    _status("502 Bad Gateway"),
    _status("503 Service Unavailable"),
    _status("504 Gateway Timeout"),
    _status("599 Unknown"),
    _status("206 Partial Content", Content_Range="bytes 0-9/500"),
    _status("226 IM Used"),
    case("203 from a proxy", ok([http("203 Non-Authoritative", _FEED)], _TITLE)),
    case("204", fails([http("204 No Content", b"", None)], "empty_body")),
    case("200 without a body", fails(body(b""), "empty_body")),
    case("200 that is an error page", fails(body("<!doctype html><html><title>Error</title><p>Try later", "text/html"), "not_a_feed")),
    case("200 that is a JSON error", fails(body('{"error": "over quota"}', "application/json"), "not_a_feed")),
    case(
        "101 to another protocol",
        fails([http("101 Switching Protocols", b"", None, Upgrade="h2c")], "bad_status", "protocol", "timeout", "connection"),
    ),
    case("410 stops and tells", fails([http("410 Gone", _FEED)], "gone"), fails(body(_FEED), "gone", asks=0)),
    case("304 nobody asked for", fails(_UNCHANGED, "bad_status"), ok(body(_FEED), _TITLE)),
    case(
        "304 keeps validators and entries",
        ok(body(_FEED, ETag='W/"a b"', Last_Modified="last week"), _TITLE, sends={"If-None-Match": None}),
        ok(_UNCHANGED, _TITLE, ends=("not_modified",), sends={"If-None-Match": 'W/"a b"', "If-Modified-Since": "last week"}),
        ok(_UNCHANGED, _TITLE, ends=("not_modified",), sends={"If-None-Match": 'W/"a b"', "If-Modified-Since": "last week"}),
    ),
    case(
        "304 renews the validator",
        ok(body(_FEED, ETag='"1"'), _TITLE),
        ok([http("304 Not Modified", b"", None, ETag='"2"')], _TITLE, ends=("not_modified",), sends={"If-None-Match": '"1"'}),
        ok(_UNCHANGED, _TITLE, ends=("not_modified",), sends={"If-None-Match": '"2"'}),
    ),
    case(
        "a new validator for the same body",
        ok(body(_FEED, ETag='"1"'), _TITLE, revisions=(1,)),
        ok(body(_FEED, ETag='"2"'), _TITLE, ends=("not_modified",), sends={"If-None-Match": '"1"'}, revisions=(1,)),
        ok(body(feed("New", _TITLE), ETag='"3"'), "New", _TITLE, sends={"If-None-Match": '"2"'}),
    ),
    case(
        "a validator that is dropped",
        ok(body(_FEED, ETag='"1"'), _TITLE),
        ok(body(feed("B")), "B", _TITLE),
        ok(body(_FEED), sends={"If-None-Match": None}),
    ),
    case(
        "an error keeps the validators",
        ok(body(_FEED, ETag='"good"'), _TITLE),
        fails([http("503 Busy", _FEED, ETag='"bad"')], "bad_status", count=1, sends={"If-None-Match": '"good"'}),
        ok(_UNCHANGED, _TITLE, ends=("not_modified",), sends={"If-None-Match": '"good"'}),
    ),
    case(
        "a body that cannot be read keeps no validator",
        fails(body("<html>maintenance</html>", ETag='"page"'), "not_a_feed"),
        ok(body(_FEED), _TITLE, sends={"If-None-Match": None}),
    ),
    case(
        "the same unreadable body again",
        fails(body("<html>maintenance</html>"), "not_a_feed"),
        fails(body("<html>maintenance</html>"), "not_a_feed"),
    ),
    case(
        "a validator of 60 KiB",
        ok(body(_FEED, ETag='"' + "x" * 60_000 + '"'), _TITLE),
        ok(body(_FEED), _TITLE, ends=("not_modified",), sends={"If-None-Match": None}),
    ),
    case(
        "a validator that is no ASCII",
        ok(body(_FEED, ETag='"caf\xe9"'), _TITLE),
        ok(body(_FEED), _TITLE, ends=("not_modified",), sends={"If-None-Match": None}),
    ),
    case(
        "an empty validator",
        ok(body(_FEED, ETag=""), _TITLE),
        ok(body(_FEED), _TITLE, ends=("not_modified",), sends={"If-None-Match": None}),
    ),
    case(
        "a cookie",
        ok(body(_FEED, Set_Cookie="a=b; Path=/; Domain=example"), _TITLE),
        ok(body(feed("B"), Set_Cookie="a=c"), "B", _TITLE, sends={"Cookie": None}),
    ),
    _asked_to_wait("in seconds", "7200", _about(7200)),
    _asked_to_wait("below the floor", "1", USUAL),
    _asked_to_wait("of zero", "0", USUAL),
    _asked_to_wait("of minus five", "-5", USUAL),
    _asked_to_wait("in words", "a little while", USUAL),
    _asked_to_wait("of 400 digits", "9" * 400, LONGEST),
    _asked_to_wait("in the year 9999", "Fri, 31 Dec 9999 23:59:59 GMT", LONGEST),
    _asked_to_wait("in the past", "Wed, 26 Jun 2019 08:00:00 GMT", USUAL),
    _asked_to_wait("with a fraction", "1.5e9", USUAL),
    _asked_to_wait("of a 503", "10800", _about(10_800), "503 Service Unavailable", "bad_status"),
    _cached("max-age of three hours", _about(10_800), Cache_Control="public, max-age=10800"),
    _cached("max-age of ten years", LONGEST, Cache_Control="max-age=315360000"),
    _cached("max-age of 400 digits", LONGEST, Cache_Control="max-age=" + "9" * 400),
    _cached("max-age below the floor", USUAL, Cache_Control="max-age=5"),
    _cached("max-age of minus one", USUAL, Cache_Control="max-age=-1"),
    _cached("no-cache beside max-age", USUAL, Cache_Control="no-cache, max-age=80000"),
    case(
        "a ttl of a hundred years",
        ok(body(rss("", channel="<title>x</title><ttl>52560000</ttl>")), ends=("empty",), wait=(FLOOR_S, LONGEST[1])),
    ),
    case(
        "every hour and day skipped",
        ok(
            body(
                rss(
                    "",
                    channel="<title>x</title><skipHours>"
                    + "".join(f"<hour>{n}</hour>" for n in range(24))
                    + "</skipHours><skipDays>"
                    + "".join(f"<day>{day}</day>" for day in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"))
                    + "</skipDays>",
                )
            ),
            ends=("empty",),
            wait=(FLOOR_S, LONGEST[1]),
        ),
    ),
    case(
        "flapping resets the counter",
        *(fails([http("500 Oops", b"")], "bad_status", wait=(FLOOR_S * 2**n, FLOOR_S * 2**n + FLOOR_S * 0.1)) for n in range(3)),
        ok(body(_FEED), _TITLE, wait=USUAL),
        fails([http("500 Oops", b"")], "bad_status", count=1, wait=USUAL),
    ),
    case(
        "a sliding window",
        ok(body(_window(0)), *_notices(range(1, 11))),
        ok(body(_window(7)), *_notices(range(1, 18))),
        fails([http("500 Oops", _window(12).encode())], "bad_status", count=17),
        ok(body(_window(17)), *_notices(range(1, 28))),
    ),
)
