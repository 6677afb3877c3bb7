"""Content codings that explode, nest, lie or break: the limit holds on decoded bytes, and at most two codings are undone."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from functools import cache

from tests.collect.wire import Script, http
from tests.hostile.case import Case, Served, body, case, fails, feed, ok

_FEED = feed("Whole").encode()
_ZIPPED = gzip.compress(_FEED)
_GIB = 1024**3
_HEAD = b"HTTP/1.1 200 OK\r\n"


@cache
def _bomb(wbits: int) -> bytes:
    """A gibibyte of spaces in a mebibyte, made of one flushed block; its checksum is missing, as nobody may come that far."""
    packer, block = zlib.compressobj(9, zlib.DEFLATED, wbits), b" " * 16 * 1024**2
    start = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(block) + packer.flush(zlib.Z_FULL_FLUSH)
    return start + again * (_GIB // len(block) - 1)


def _coded(coding: str, make: Callable[[], bytes]) -> Served:
    def answer() -> Script:
        return body(make(), Content_Encoding=coding)

    return answer


def _plain(name: str, coding: str, packed: bytes) -> Case:
    return case(name, ok(body(packed, Content_Encoding=coding), "Whole"))


CASES = (
    case("gzip bomb", fails(_coded("gzip", lambda: _bomb(31)), "too_large")),
    case("deflate bomb", fails(_coded("deflate", lambda: _bomb(15)), "too_large")),
    case("raw deflate bomb", fails(_coded("deflate", lambda: _bomb(-15)), "too_large")),
    case("a bomb in a bomb", fails(_coded("gzip, gzip", lambda: gzip.compress(_bomb(31))), "too_large")),
    case("a bomb behind a whole feed", fails(_coded("gzip", lambda: _ZIPPED + _bomb(31)), "too_large")),
    case("gzip twenty times by name", fails(body(_ZIPPED, Content_Encoding=", ".join(["gzip"] * 20)), "decode")),
    case("gzip twenty times by header", fails([_HEAD + b"Content-Encoding: gzip\r\n" * 20 + b"\r\n" + _ZIPPED], "decode", "protocol")),
    case("a wrong checksum", fails(body(_ZIPPED[:-8] + bytes(4) + _ZIPPED[-4:], Content_Encoding="gzip"), "decode")),
    case("a wrong size at the end", fails(body(_ZIPPED[:-4] + bytes(4), Content_Encoding="gzip"), "decode")),
    case("says gzip, is plain", fails(body(_FEED, Content_Encoding="gzip"), "decode")),
    case("says deflate, is plain", fails(body(_FEED, Content_Encoding="deflate"), "decode")),
    case("says nothing, is gzip", fails(body(_ZIPPED), "not_a_feed", "decode")),
    case("says gzip, is deflate", fails(body(zlib.compress(_FEED), Content_Encoding="gzip"), "decode")),
    case("a coding nobody asked for", fails(body(_FEED, Content_Encoding="br"), "decode")),
    case("a coding of four thousand letters", fails(body(_FEED, Content_Encoding="x" * 4000), "decode")),
    case("two hundred thousand members", fails(_coded("gzip", lambda: gzip.compress(b"") * 200_000), "decode", "too_large")),
    case(
        "gzip cut off",
        fails(body(_ZIPPED[:-20], Content_Encoding="gzip", ETag='"half"'), "truncated"),
        ok(body(_FEED), "Whole", sends={"If-None-Match": None}),
    ),
    case("gzip header only", fails(body(_ZIPPED[:10], Content_Encoding="gzip"), "truncated")),
    case("gzip of nothing", fails(body(gzip.compress(b""), Content_Encoding="gzip"), "empty_body")),
    case("an empty body labelled gzip", fails(body(b"", Content_Encoding="gzip"), "empty_body", "truncated", "decode")),
    _plain("gzip twice", "gzip, gzip", gzip.compress(_ZIPPED)),
    _plain("deflate within gzip", "deflate, gzip", gzip.compress(zlib.compress(_FEED))),
    _plain("raw deflate", "deflate", zlib.compress(_FEED)[2:-4]),
    _plain("gzip in two members", "gzip", gzip.compress(_FEED[:90]) + gzip.compress(_FEED[90:])),
    _plain("gzip with padding", "X-GZip", _ZIPPED + bytes(50)),
    case(
        "gzip by the byte",
        ok([http(body=_ZIPPED, Content_Encoding="gzip")[: -len(_ZIPPED)], *[_ZIPPED[n : n + 1] for n in range(len(_ZIPPED))]], "Whole"),
    ),
)
