"""The hostile site as a process of its own: commands come in as lines of JSON, answers go out the same way.

It is kept apart so that its memory and its work are not taken for the service's.
"""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

from tests.collect.wire import Script, Wire, wire
from tests.hostile.case import Served
from tests.hostile.cases import GROUPS
from tests.hostile.names import CANARY_ADDRESSES, source_id


class _Scripts(Mapping[str, Script]):
    """What is served now, by path; notes each request as it is looked up."""

    def __init__(self) -> None:
        self.served: dict[str, Served] = {}
        self.requests: list[tuple[float, str, str]] = []
        self.wire: Wire | None = None

    def __getitem__(self, path: str) -> Script:
        assert self.wire is not None
        self.requests.append((time.monotonic(), path, self.wire.requests.pop().decode("latin-1")))
        served = self.served[path]
        return served() if callable(served) else served

    def __iter__(self) -> Iterator[str]:
        return iter(self.served)

    def __len__(self) -> int:
        return len(self.served)


def _served(groups: list[str], turn: int) -> Iterator[tuple[str, Served]]:
    """Everything that the groups serve at this poll, by path."""
    for group in groups:
        for case in GROUPS[group]:
            if turn < len(case.polls):
                name, poll = source_id(group, case), case.polls[turn]
                yield f"/{name}/feed", poll.served
                for part, served in poll.more.items():
                    yield f"/{name}/{part}", served


async def _canary(address: str, port: int, seen: list[str]) -> asyncio.Server:
    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(address)
        writer.transport.abort()

    return await asyncio.start_server(note, address, port)


def _exists(address: str) -> bool:
    """Whether this machine has the address (IPv6 may be off)."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as probe:
        try:
            probe.bind((address, 0))
        except OSError:
            return False
    return True


async def _run() -> None:
    """Obey commands until the other side hangs up: `serve` groups at a poll, or tell what was asked and where the canary was touched."""
    scripts, touched = _Scripts(), list[str]()
    async with wire(scripts) as running:
        scripts.wire = running
        canaries = [await _canary(address, running.port, touched) for address in CANARY_ADDRESSES if _exists(address)]
        _say({"port": running.port})
        while line := await asyncio.to_thread(sys.stdin.readline):
            command = json.loads(line)
            if "serve" in command:
                scripts.served = dict(_served(command["serve"], command["turn"]))
                scripts.requests.clear()
                touched.clear()
            _say({"requests": scripts.requests, "touched": touched})
        for listener in canaries:
            listener.close()


def _say(answer: dict[str, Any]) -> None:
    print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    asyncio.run(_run())
