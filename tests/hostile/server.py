"""The hostile site and the network around it, as a run sees them: a server process with a canary, names, and a route.

Every case has a host name of its own, as feeds have in the world. Names end at loopback; `public.hostile.example` has a
public address, and the route to that address leads here, so that a public source can really be polled.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from asyncio.selector_events import BaseSelectorEventLoop
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.hostile.names import DOMAIN, ELSEWHERE, PUBLIC_ADDRESS

_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Request:
    """A request as it came: when (monotonic), for what path, and its bytes as Latin-1."""

    at: float
    path: str
    raw: str

    def header(self, name: str) -> str | None:
        """The value of a header line, None when there is none."""
        for line in self.raw.split("\r\n")[1:]:
            key, _, value = line.partition(":")
            if key.lower() == name.lower():
                return value.strip()
        return None


class Site:
    """The running server."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self.port: int = self._heard()["port"]

    @property
    def pid(self) -> int:
        return self._process.pid

    def serve(self, groups: Sequence[str], turn: int) -> None:
        """From now on, serve what the cases of these groups serve at this poll; what was noted is forgotten."""
        self._told({"serve": list(groups), "turn": turn})

    def noted(self) -> tuple[list[Request], list[str]]:
        """The requests since, and the canary's addresses that were connected to."""
        answer = self._told({})
        return [Request(*row) for row in answer["requests"]], answer["touched"]

    def _told(self, command: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        heard: dict[str, Any] = json.loads(self._process.stdout.readline())
        return heard


@contextmanager
def hostile_site() -> Iterator[Site]:
    """The server in a process of its own, with its names and its route for this one."""
    command = [sys.executable, "-m", "tests.hostile.site"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            site = Site(process)
            with network():
                yield site
        finally:
            assert process.stdin is not None
            process.stdin.close()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def network() -> Iterator[None]:
    """Our names and our route for everyone in this process."""
    real_names, real_route = socket.getaddrinfo, BaseSelectorEventLoop.sock_connect
    asked: dict[str, int] = {}

    def names(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
        name = str(host)
        if not name.endswith(DOMAIN):
            return real_names(host, port, *rest, **more)
        answers = ELSEWHERE.get(name, (("127.0.0.1",),))
        turn = asked[name] = asked.get(name, -1) + 1
        return [found for address in answers[min(turn, len(answers) - 1)] for found in real_names(address, port, *rest[:2])]

    async def route(self: BaseSelectorEventLoop, sock: socket.socket, address: Any) -> None:
        await real_route(self, sock, ("127.0.0.1", address[1]) if address[0] == PUBLIC_ADDRESS else address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", names)
        patch.setattr(BaseSelectorEventLoop, "sock_connect", route)
        yield
