"""Servers that stall, break off or speak something else: a reason within the deadline, and nothing half is ever kept."""

from __future__ import annotations

import os
from itertools import chain, repeat

from tests.collect.wire import RESET, Step, forever, http
from tests.hostile.case import Case, body, case, fails, feed, ok

_FEED = feed("Whole", "Second").encode()
_HEAD = b"HTTP/1.1 200 OK\r\n"
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
_INTERIM = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"


def _drip(first: bytes, step: bytes = b"x") -> list[Step]:
    again: list[Step] = [step, 0.3]
    return [first, *again * 100]


def _cut(name: str, *served: Step, reason: str = "truncated") -> Case:
    """Broken off, then whole: what came with the half must not be sent back, what was whole must be there at the end."""
    whole = ok(body(_FEED, ETag='"whole"'), "Second", "Whole", sends={"If-None-Match": None, "If-Modified-Since": None})
    return case(name, fails(served, reason), whole)


CASES = (
    case("accepts and says nothing", fails([60.0], "timeout")),
    case("one header byte at a time", fails(_drip(_HEAD + b"X-A: "), "timeout")),
    case("one header line at a time", fails(_drip(_HEAD, b"X-A: b\r\n"), "timeout")),
    case("one body byte at a time", fails(_drip(http(body=b"", length="5000")), "timeout")),
    case("one chunk byte at a time", fails(_drip(_CHUNKED, b"1\r\nx\r\n"), "timeout")),
    case("stalls within the body", fails([http(body=_FEED, length="99999"), 60.0], "timeout")),
    case("stalls after the last byte but one", fails([http(body=_FEED)[:-1], 60.0], "timeout")),
    case("closes at once", fails([], "connection")),
    case("resets at once", fails([RESET], "connection")),
    case("closes within the header", fails([_HEAD + b"Content-Ty"], "connection", "protocol", "truncated")),
    case("resets within the header", fails([_HEAD + b"Content-Ty", 0.1, RESET], "connection")),
    _cut(
        "fewer bytes than told",
        http(body=_FEED[:-40], length=str(len(_FEED)), ETag='"half"', Last_Modified="Tue, 25 Jun 2024 10:00:00 GMT"),
    ),
    _cut("reset in the body", http(body=_FEED[:-40], length=str(len(_FEED)), ETag='"half"'), 0.1, RESET),
    _cut("the last chunk is missing", _CHUNKED + f"{len(_FEED):x}\r\n".encode() + _FEED + b"\r\n"),
    _cut("cut in a chunk", _CHUNKED + f"{len(_FEED):x}\r\n".encode() + _FEED[:-9]),
    _cut("cut off without a length", http(body=_FEED[:-30], length=None, ETag='"half"')),
    _cut("cut off within an entry", http(body=_FEED[: _FEED.index(b"Second")], length=None, ETag='"half"')),
    case("two different lengths", fails([_HEAD + b"Content-Length: 5\r\nContent-Length: 900\r\n\r\n" + _FEED], "protocol")),
    case(
        "length and chunks", fails([_HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"], "protocol")
    ),
    case("a negative length", fails([http(body=_FEED, length="-5")], "protocol")),
    case("the length is a word", fails([http(body=_FEED, length="many")], "protocol")),
    case("the length is hexadecimal", fails([http(body=_FEED, length="0x10")], "protocol")),
    case("a length of thirty digits", fails([http(body=_FEED, length="9" * 30)], "protocol", "too_large")),
    case("a length of a terabyte", fails([http(body=_FEED, length=str(10**12))], "truncated", "too_large")),
    case("a negative chunk", fails([_CHUNKED + b"-1\r\nx\r\n"], "truncated", "protocol")),
    case("a chunk of seventeen digits", fails([_CHUNKED + b"fffffffffffffffff\r\nx"], "truncated", "protocol", "too_large")),
    case("endless body", fails([_HEAD + b"\r\n", *[b"x" * 65_536] * 300], "too_large")),
    case("endless chunks", fails([_CHUNKED, *[b"10000\r\n" + b"x" * 65_536 + b"\r\n"] * 300], "too_large")),
    case("endless trailers", fails([_CHUNKED + b"1\r\nx\r\n0\r\n", *[b"X-A: b\r\n"] * 200_000], "protocol", "truncated", "timeout")),
    case("endless headers", fails([_HEAD, *[b"X-A: b\r\n"] * 100_000], "protocol")),
    case("an endless header", fails([_HEAD + b"X-A: ", *[b"a" * 10_000] * 300], "protocol")),
    case("an endless status line", fails([b"HTTP/1.1 200 ", *[b"a" * 10_000] * 300], "protocol")),
    case("endless interim answers", fails(forever(_INTERIM, 0.01), "timeout", "protocol")),
    case("interim answers at full speed", fails(chain.from_iterable(repeat((_INTERIM * 100, 0.005))), "timeout", "protocol")),
    case("one interim answer", ok([_INTERIM, *body(_FEED)], "Second", "Whole")),
    case("HTTP 0.9", fails([_FEED], "protocol")),
    case("an HTTP/2 preface", fails([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\4\0\0\0\0\0"], "protocol")),
    case("a TLS alert", fails([b"\x15\x03\x01\x00\x02\x02\x28"], "protocol", "connection")),
    case("noise", fails([os.urandom(4096).replace(b"\n", b"x") + b"\r\n\r\n"], "protocol", "connection")),
    case("a status of four digits", fails([b"HTTP/1.1 2000 OK\r\n\r\n" + _FEED], "protocol", "bad_status")),
    case("a null byte in a header", fails([_HEAD + b"X-A: a\0b\r\n\r\n" + _FEED], "protocol")),
    case("TLS that nobody answers", fails([], "timeout", asks=0), url="https://{name}.hostile.example:{port}/{name}/feed"),
    case("nobody listens", fails((), "connection", asks=0), url="http://{name}.hostile.example:1/{name}/feed"),
    case("whole at last", fails([RESET], "connection"), fails([RESET], "connection"), ok(body(_FEED), "Second", "Whole")),
)
