"""Redirects: one deadline and five hops for the chain, bodies unread, a permanent move recorded and never adopted."""

from __future__ import annotations

import gzip

from tests.collect.wire import RESET, Script, Step, http
from tests.hostile.case import Served, body, case, fails, feed, ok

_FEED = feed("There").encode()
_THERE: Script = body(_FEED)


def _to(location: str, status: str = "302 Found", sent: bytes = b"", **headers: str) -> Script:
    return [http(status, sent, Location=location, **headers)]


def _chain(length: int, status: str = "302 Found") -> dict[str, Served]:
    """`length` hops: the feed leads to 1, the last to the feed itself."""
    hops: dict[str, Served] = {str(n): _to(str(n + 1), status) for n in range(1, length)}
    return hops | {str(length): _THERE}


_DRIP: list[Step] = [b"x", 0.2]
_BOMB = gzip.compress(b" " * 50_000_000)

CASES = (
    case("to itself", fails(_to("feed"), "redirect_loop")),
    case("to itself with a fragment", fails(_to("feed#again"), "redirect_loop")),
    case("in a circle of two", fails(_to("b"), "redirect_loop", more={"b": _to("feed")})),
    case("in a circle of growing addresses", fails(_to("1"), "too_many_redirects", more={str(n): _to(str(n + 1)) for n in range(1, 40)})),
    case("thirty hops", fails(_to("1"), "too_many_redirects", more=_chain(30), asks=6)),
    case("six hops", fails(_to("1"), "too_many_redirects", more=_chain(6))),
    case("five hops", ok(_to("1"), "There", more=_chain(5), asks=6)),
    case(
        "a slow chain",
        fails([4.0, *_to("1")], "timeout", more={str(n): [4.0, *_to(str(n + 1))] for n in range(1, 5)} | {"5": _THERE}),
    ),
    case("a bomb in the redirect", ok(_to("b", sent=_BOMB, Content_Encoding="gzip"), "There", more={"b": _THERE})),
    case(
        "an endless body in the redirect",
        ok([http("302 Found", b"", "999999999", Location="b"), *[b"x" * 65_536] * 400], "There", more={"b": _THERE}),
    ),
    case("a stalling body in the redirect", ok([http("302 Found", b"", "999", Location="b"), 60.0], "There", more={"b": _THERE})),
    case("a dripping body in the redirect", ok([http("302 Found", b"", None, Location="b"), *_DRIP * 150], "There", more={"b": _THERE})),
    case(
        "moved for good, recorded and not adopted",
        ok(_to("new", "301 Moved Permanently"), "There", more={"new": _THERE}, moved_to="new", asks=2),
        ok(_to("new", "301 Moved Permanently"), "There", more={"new": body(_FEED + b" ")}, moved_to="new", asks=2),
    ),
    case("moved for good by 308", ok(_to("new", "308 Permanent Redirect"), "There", more={"new": _THERE}, moved_to="new")),
    case("moved twice for good", ok(_to("a", "301 Moved"), "There", more={"a": _to("b", "308 Moved"), "b": _THERE}, moved_to="b")),
    case("lent, then moved", ok(_to("a"), "There", more={"a": _to("b", "301 Moved"), "b": _THERE}, moved_to="")),
    case("moved, then lent", ok(_to("a", "301 Moved"), "There", more={"a": _to("b"), "b": _THERE}, moved_to="a")),
    case(
        "moved to a failure is not recorded", fails(_to("a", "301 Moved"), "bad_status", more={"a": [http("500 Oops", _FEED)]}, moved_to="")
    ),
    case(
        "no longer moved",
        ok(_to("new", "301 Moved"), "There", more={"new": _THERE}, moved_to="new"),
        ok(body(feed("There", "Back")), "Back", "There", moved_to=""),
    ),
    case("303 and 307", ok(_to("a", "303 See Other"), "There", more={"a": _to("b", "307 Temporary"), "b": _THERE}, moved_to="")),
    case("300 with a choice", fails(_to("a", "300 Multiple Choices", _FEED), "bad_status")),
    case("305 through a proxy", fails(_to("a", "305 Use Proxy"), "bad_status")),
    case("without a target", fails([http("302 Found", _FEED)], "bad_redirect")),
    case("to an empty target", fails(_to(""), "bad_redirect", "redirect_loop")),
    case("to a target of 60,000 letters", fails(_to("x" * 60_000), "bad_redirect", "bad_status", "protocol")),
    case("to no address", fails(_to("http://"), "bad_redirect", "redirect_loop")),
    case("to a port of 400 digits", fails(_to("http://n.example:" + "9" * 400 + "/"), "bad_redirect")),
    case("to an unclosed address", fails(_to("http://[::1/x"), "bad_redirect")),
    case(
        "with two targets",
        fails([b"HTTP/1.1 302 Found\r\nLocation: a\r\nLocation: b\r\nContent-Length: 0\r\n\r\n"], "bad_redirect", "protocol", "bad_status"),
    ),
    case("with user info", fails(_to("http://user:word@redirect-with-user-info.hostile.example:{port}/x"), "bad_redirect")),
    case("with a backslash", fails(_to("http://a\\@b.hostile.example/"), "bad_redirect")),
    case("with a tab", fails(_to("http://a\tb.hostile.example/"), "bad_redirect", "protocol")),
    case("to where it breaks", fails(_to("b"), "connection", more={"b": [RESET]})),
    case("from a moved feed to gone", fails(_to("b", "301 Moved"), "gone", more={"b": [http("410 Gone", b"")]})),
)
