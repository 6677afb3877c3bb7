"""A server that says exactly the bytes it is told to: per path a script of bytes, pauses and breaks."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain, repeat

from monitor.collect.fetch import Fetcher, FetchPolicy
from monitor.model import FetchFailure, Response, Source, Validators

NOW = datetime(2024, 6, 26, 8, 0, tzinfo=UTC)
FEED = (
    b'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title><item><guid>1</guid><link>https://news.example/1</link>'
    b"<title>Access ends</title><description>It ends in July.</description></item></channel></rss>"
)
RESET = None
"""A step: break the connection with RST."""
NOTHING = Validators()

Step = bytes | float | None
Script = Iterable[Step]


def http(status: str = "200 OK", body: bytes = FEED, length: str | None = "true", **headers: str) -> bytes:
    """A complete answer; `length` None leaves Content-Length out, other texts stand in its place."""
    lines = [f"HTTP/1.1 {status}", *(f"{k.replace('_', '-')}: {v}" for k, v in headers.items()), "Connection: close"]
    if length is not None:
        lines.append(f"Content-Length: {len(body) if length == 'true' else length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def forever(step: bytes, pause: float = 0.0) -> Iterable[Step]:
    """`step` without end."""
    return chain.from_iterable(repeat((step, pause))) if pause else repeat(step)


@dataclass
class Wire:
    """The running server: its port and the raw requests it got."""

    port: int
    requests: list[bytes] = field(default_factory=list)

    def url(self, path: str = "/feed", host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"


@asynccontextmanager
async def wire(scripts: Mapping[str, Script], host: str = "127.0.0.1") -> AsyncIterator[Wire]:
    """Serve `scripts` by path; `{port}` in them stands for the server's own port."""
    running: Wire

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await reader.readuntil(b"\r\n\r\n")
            running.requests.append(request)
            path = request.split(b" ")[1].decode()
            for step in scripts.get(path, [http("404 Not Found", b"")]):
                await _perform(step, writer, running.port)
            writer.close()
            await writer.wait_closed()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client hung up, as it should, or the test is over
        finally:
            writer.transport.abort()

    server = await asyncio.start_server(answer, host, 0)
    running = Wire(server.sockets[0].getsockname()[1])
    try:
        yield running
    finally:
        server.close()
        tasks = [t for t in asyncio.all_tasks() if t is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _perform(step: Step, writer: asyncio.StreamWriter, port: int) -> None:
    if step is RESET:
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    elif isinstance(step, bytes):
        writer.write(step.replace(b"{port}", str(port).encode()))
        await writer.drain()
    else:
        await asyncio.sleep(step)


def source(url: str, *, private: bool = True, **fields: object) -> Source:
    return Source.model_validate(
        {"id": "s", "name": "S", "url": url, "kind": "news", "publisher": "Publisher", "family": "family", "private": private} | fields
    )


def policy(*allowed: str, deadline_s: float = 1.0, max_bytes: int = 256 * 1024) -> FetchPolicy:
    return FetchPolicy(deadline_s, max_bytes, allowed, "forewarned/test (+https://forewarned.example)")


async def fetch_once(
    asked: Source, rules: FetchPolicy, validators: Validators = NOTHING, url: str | None = None
) -> Response | FetchFailure:
    async with Fetcher(rules) as fetcher:
        return await fetcher.fetch(asked, url, validators, NOW)


def fetched(scripts: Mapping[str, Script], validators: Validators = NOTHING, path: str = "/feed") -> Response | FetchFailure:
    """What a private, opted-in source at `path` gives."""

    async def run() -> Response | FetchFailure:
        async with wire(scripts) as server:
            return await fetch_once(source(server.url(path)), policy("127.0.0.1"), validators)

    return asyncio.run(run())
