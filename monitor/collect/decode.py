"""Content codings undone under a limit. Chunks of a body come in, decoded chunks go out; a bomb stops at the limit.

Only gzip and deflate: they are all we ask for, and at most two of them, because no honest server nests more.
"""

from __future__ import annotations

import zlib

MAX_CODINGS = 2
# Servers that flush per block send a few gzip members; hundreds of thousands of empty ones only burn time.
_MAX_MEMBERS = 64


class TooLargeError(Exception):
    """The decoded body exceeds the limit."""


class CodingError(Exception):
    """The body is not what its Content-Encoding says, or the coding is unknown."""


class EndMissingError(CodingError):
    """The coded stream stops before its end marker."""


class _Inflater:
    """One layer of gzip or deflate."""

    def __init__(self, coding: str, limit: int) -> None:
        self._gzip = coding == "gzip"
        self._limit = limit
        self._members = 0
        self._started = False
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16 if self._gzip else zlib.MAX_WBITS)

    def feed(self, chunk: bytes) -> bytes:
        out = bytearray()
        while chunk:
            if self._engine.eof:
                if not self._gzip or not chunk.startswith(b"\x1f"):
                    break  # bytes after the end (padding) are no content
                self._next_member()
            out += self._inflate(chunk)
            if len(out) > self._limit:
                raise TooLargeError
            chunk = self._engine.unused_data if self._engine.eof else self._engine.unconsumed_tail
        return bytes(out)

    def _inflate(self, chunk: bytes) -> bytes:
        first, self._started = not self._started, True
        try:
            return self._engine.decompress(chunk, self._limit + 1)
        except zlib.error as error:
            if not first or self._gzip:
                raise CodingError(str(error)) from error
        # "deflate" is zlib by the standard, raw by some servers
        self._engine = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            return self._engine.decompress(chunk, self._limit + 1)
        except zlib.error as error:
            raise CodingError(str(error)) from error

    def _next_member(self) -> None:
        self._members += 1
        if self._members > _MAX_MEMBERS:
            raise CodingError("too many gzip members")
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)

    def finish(self) -> None:
        if self._started and not self._engine.eof:
            raise EndMissingError("the compressed body stops early")


class BodyReader:
    """Collects one body: `feed` its chunks, then `finish` for the decoded bytes, never more than `limit`."""

    def __init__(self, content_encoding: str, limit: int) -> None:
        codings = [c for c in (p.strip().lower().removeprefix("x-") for p in content_encoding.split(",")) if c and c != "identity"]
        if len(codings) > MAX_CODINGS:
            raise CodingError(f"{len(codings)} content codings")
        if unknown := [c for c in codings if c not in ("gzip", "deflate")]:
            raise CodingError(f"unknown content coding {unknown[0][:40]!r}")
        self._layers = [_Inflater(c, limit) for c in reversed(codings)]
        self._limit = limit
        self._body = bytearray()

    @property
    def size(self) -> int:
        """How many decoded bytes there are so far."""
        return len(self._body)

    def feed(self, chunk: bytes) -> None:
        """Take the next raw bytes; TooLargeError once the decoded ones exceed the limit."""
        for layer in self._layers:
            chunk = layer.feed(chunk)
        self._body += chunk
        if len(self._body) > self._limit:
            raise TooLargeError

    def finish(self) -> bytes:
        """The whole decoded body; EndMissingError when a layer is cut off."""
        for layer in self._layers:
            layer.finish()
        return bytes(self._body)
