"""Servers that lie, stall, break or flood: each case names the reason it must end with, well within the deadline."""

from __future__ import annotations

import gzip
import time
import zlib

import pytest

from monitor.model import FetchFailure, Reason, Response
from tests.collect.wire import FEED, RESET, Script, Step, fetched, forever, http

ZIPPED = gzip.compress(FEED)
BOMB = gzip.compress(b"\0" * 20_000_000)
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
DRIP: list[Step] = [b"x", 0.05] * 60
HEAD = b"HTTP/1.1 200 OK\r\n"


def _bad_crc() -> bytes:
    return ZIPPED[:-8] + b"\0\0\0\0" + ZIPPED[-4:]


REFUSED: dict[str, tuple[Script, Reason]] = {
    "nothing, then closed": ([], "connection"),
    "reset before an answer": ([RESET], "connection"),
    "silence": ([9.0], "timeout"),
    "one byte at a time": ([HEAD + b"X: ", *DRIP], "timeout"),
    "body one byte at a time": ([http(body=b"", length="5000"), *DRIP], "timeout"),
    "endless interim answers": (forever(b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01), "timeout"),
    "endless header": ([HEAD, *[b"X: " + b"a" * 1000] * 500], "protocol"),
    "endless headers": ([HEAD, *[b"X: a\r\n"] * 5000], "protocol"),
    "endless body": ([HEAD + b"\r\n", *[b"x" * 65_536] * 100], "too_large"),
    "endless chunks": ([CHUNKED, *[b"10000\r\n" + b"x" * 65_536 + b"\r\n"] * 100], "too_large"),
    "length too long": ([http(length=str(len(FEED) + 10))], "truncated"),
    "reset in the body": ([http(length="9000"), 0.05, RESET], "truncated"),
    "last chunk missing": ([CHUNKED, b"5\r\nhello\r\n"], "truncated"),
    "negative length": ([http(length="-5")], "protocol"),
    "length is a word": ([http(length="many")], "protocol"),
    "huge length": ([http(length="9" * 30)], "protocol"),
    "no status line": ([FEED], "protocol"),
    "TLS bytes": ([b"\x15\x03\x01\x00\x02\x02\x28"], "protocol"),
    "HTTP/2 preface": ([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], "protocol"),
    "gzip bomb": ([http(body=BOMB, Content_Encoding="gzip")], "too_large"),
    "deflate bomb": ([http(body=zlib.compress(b"\0" * 9_000_000), Content_Encoding="deflate")], "too_large"),
    "bomb in a bomb": ([http(body=gzip.compress(BOMB), Content_Encoding="gzip, gzip")], "too_large"),
    "twenty codings": ([http(body=ZIPPED, Content_Encoding=", ".join(["gzip"] * 20))], "decode"),
    "twenty coding headers": ([HEAD + b"Content-Encoding: gzip\r\n" * 20 + b"\r\n" + ZIPPED], "decode"),
    "unknown coding": ([http(Content_Encoding="sdch")], "decode"),
    "labelled gzip, is plain": ([http(Content_Encoding="gzip")], "decode"),
    "labelled deflate, is plain": ([http(Content_Encoding="deflate")], "decode"),
    "wrong checksum": ([http(body=_bad_crc(), Content_Encoding="gzip")], "decode"),
    "gzip cut off": ([http(body=ZIPPED[:-20], Content_Encoding="gzip")], "truncated"),
    "thousands of gzip members": ([http(body=gzip.compress(b"") * 5000, Content_Encoding="gzip")], "decode"),
    "500 with a feed": ([http("500 Oops")], "bad_status"),
    "404 with a feed": ([http("404 Not Found")], "bad_status"),
    "403": ([http("403 Forbidden", b"")], "bad_status"),
    "206 nobody asked for": ([http("206 Partial Content")], "bad_status"),
    "304 nobody asked for": ([http("304 Not Modified", b"", None)], "bad_status"),
    "204": ([http("204 No Content", b"", None)], "empty_body"),
    "410": ([http("410 Gone")], "gone"),
    "429": ([http("429 Too Many", Retry_After="120")], "rate_limited"),
    "redirect without target": ([http("302 Found", b"")], "bad_redirect"),
    "redirect to file": ([http("302 Found", b"", Location="file:///etc/passwd")], "blocked_scheme"),
    "redirect to ftp": ([http("302 Found", b"", Location="ftp://127.0.0.1/x")], "blocked_scheme"),
    "redirect to gopher": ([http("302 Found", b"", Location="gopher://127.0.0.1/x")], "blocked_scheme"),
    "redirect to data": ([http("302 Found", b"", Location="data:text/xml,<rss/>")], "blocked_scheme"),
    "redirect to the mail port": ([http("302 Found", b"", Location="http://127.0.0.1:25/")], "blocked_port"),
    "redirect with user info": ([http("302 Found", b"", Location="http://u:p@127.0.0.1:{port}/")], "bad_redirect"),
    "redirect with backslash": ([http("302 Found", b"", Location="http://127.0.0.1:{port}\\@news.example/")], "bad_redirect"),
    "redirect to a bad port": ([http("302 Found", b"", Location="http://127.0.0.1:" + "9" * 400 + "/")], "bad_redirect"),
    "redirect to itself": ([http("302 Found", b"", Location="/feed")], "redirect_loop"),
    "endless body in a redirect": ([http("302 Found", b"", "99999999", Location="/feed"), *[b"x" * 65_536] * 50], "redirect_loop"),
}
ACCEPTED: dict[str, Script] = {
    "plain": [http()],
    "gzip": [http(body=ZIPPED, Content_Encoding="gzip")],
    "x-gzip": [http(body=ZIPPED, Content_Encoding="x-gzip")],
    "gzip in two members": [http(body=gzip.compress(FEED[:50]) + gzip.compress(FEED[50:]), Content_Encoding="gzip")],
    "gzip with padding": [http(body=ZIPPED + b"\0" * 20, Content_Encoding="gzip")],
    "zlib deflate": [http(body=zlib.compress(FEED), Content_Encoding="deflate")],
    "raw deflate": [http(body=zlib.compress(FEED)[2:-4], Content_Encoding="deflate")],
    "gzip twice": [http(body=gzip.compress(ZIPPED), Content_Encoding="gzip, gzip")],
    "identity": [http(Content_Encoding="identity")],
    "closed at the end, no length": [http(length=None)],
    "chunked": [CHUNKED + f"{len(FEED):x}\r\n".encode() + FEED + b"\r\n0\r\n\r\n"],
    "slow but in time": [http()[:40], 0.3, http()[40:]],
    "one interim answer": [b"HTTP/1.1 103 Early Hints\r\n\r\n", http()],
    "a 30 KB validator": [http(ETag='"' + "x" * 30_000 + '"')],
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_reason(case: str) -> None:
    script, reason = REFUSED[case]
    begun = time.monotonic()
    outcome = fetched({"/feed": script})
    assert isinstance(outcome, FetchFailure), outcome
    assert (outcome.reason, "127.0.0.1" in outcome.detail) == (reason, True), outcome
    assert time.monotonic() - begun < 4


@pytest.mark.parametrize("case", ACCEPTED)
def test_accepted_byte_for_byte(case: str) -> None:
    outcome = fetched({"/feed": ACCEPTED[case]})
    assert isinstance(outcome, Response), outcome
    assert (outcome.status, outcome.body) == (200, FEED)


def test_six_redirects_are_too_many_and_five_are_not() -> None:
    def hops(count: int) -> dict[str, Script]:
        chain: dict[str, Script] = {f"/{n}": [http("302 Found", b"", Location=f"/{n + 1}")] for n in range(count)}
        return {**chain, f"/{count}": [http()]}

    five, six = fetched(hops(5), path="/0"), fetched(hops(6), path="/0")
    assert isinstance(five, Response)
    assert isinstance(six, FetchFailure)
    assert six.reason == "too_many_redirects"


def test_the_deadline_covers_the_whole_chain() -> None:
    slow: dict[str, Script] = {f"/{n}": [0.3, http("302 Found", b"", Location=f"/{n + 1}")] for n in range(5)}
    outcome = fetched({**slow, "/5": [http()]}, path="/0")
    assert isinstance(outcome, FetchFailure)
    assert outcome.reason == "timeout"
