"""A receiver of webhooks and chat messages on loopback that answers exactly the bytes it is told to, and keeps what it got."""

from __future__ import annotations

import json
import os
import shutil
import socket
import socketserver
import ssl
import struct
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.model import Channel, ChannelKind

SECRET = "whsec_" + "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
OLD_SECRET = "whsec_" + "ZmVkY2JhOTg3NjU0MzIxMGZlZGNiYTk4NzY1NDMyMTA="
TOKEN = "Tok3nThatNobodyMaySee"
RESET = None
"""A step: break the connection with RST."""

Step = bytes | float | None
Script = Sequence[Step] | Callable[[], Iterator[Step]]


@dataclass
class Got:
    """One request."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, parsed."""
        return json.loads(self.body)

    @property
    def id(self) -> str:
        """Its webhook-id."""
        return self.headers["webhook-id"]


@dataclass
class Hooks:
    """The running receiver."""

    port: int = 0
    script: Script = ()
    got: list[Got] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    """Set when a request was read in full."""
    go_on: threading.Event = field(default_factory=threading.Event)
    """While it is not set, answers are held back."""


def http(status: str = "200 OK", body: bytes = b"ok", **headers: str) -> bytes:
    """A complete answer."""
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()), "Connection: close"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}"]).encode("latin-1") + b"\r\n\r\n" + body


FINE = (http(),)


@contextmanager
def hooks(script: Script = FINE, tls: ssl.SSLContext | None = None) -> Iterator[Hooks]:
    """The receiver, a thread for each connection."""
    box = Hooks(script=script)
    box.go_on.set()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError, ValueError):  # a sender that is killed, or will not trust us, just goes away
                if tls is None:
                    self._talk()
                    return
                with tls.wrap_socket(self.request, server_side=True) as self.request, self.request.makefile("rb") as self.rfile:
                    self._talk()

        def _talk(self) -> None:
            path = self.rfile.readline().decode("latin-1").split(" ")[1]
            headers = {}
            while (line := self.rfile.readline()) not in (b"\r\n", b""):
                name, _, value = line.decode("latin-1").partition(":")
                headers[name.lower()] = value.strip()
            box.got.append(Got(path, headers, self.rfile.read(int(headers.get("content-length", "0")))))
            box.arrived.set()
            box.go_on.wait(60)
            for step in box.script() if callable(box.script) else box.script:
                self._perform(step)

        def _perform(self, step: Step) -> None:
            if step is RESET:
                self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.request.close()
            elif isinstance(step, bytes):
                self.request.sendall(step)
            else:
                time.sleep(step)

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        block_on_close = False
        request_queue_size = 64

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A connection that we broke ourselves is no news."""

    with Server(("127.0.0.1", 0), Talk) as server:
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield box
        finally:
            box.go_on.set()
            server.shutdown()
            thread.join(10)


def forever(step: bytes, pause: float = 0.0, first: bytes = b"") -> Callable[[], Iterator[Step]]:
    """A script without an end."""

    def steps() -> Iterator[Step]:
        yield first
        while True:
            yield step
            yield pause

    return steps


def webhook(port: int, name: str = "soc", host: str = "127.0.0.1", scheme: str = "http", *, private: bool = True) -> Channel:
    """A channel whose URL and key must never be seen."""
    url = SecretStr(f"{scheme}://{host}:{port}/{TOKEN}?key={TOKEN}")
    return Channel(name=name, kind="webhook", url=url, secret=SecretStr(SECRET), private=private)


def chat(port: int, name: str = "talk", scheme: str = "json", *, private: bool = True) -> Channel:
    """A chat behind an apprise URL."""
    kind: ChannelKind = "chat"
    return Channel(name=name, kind=kind, url=SecretStr(f"{scheme}://127.0.0.1:{port}/{TOKEN}"), private=private)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A certificate for 127.0.0.1 that this process, and its children, trust."""
    if shutil.which("openssl") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("openssl is not installed: apt-get install openssl")
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    made = "openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=127.0.0.1 -addext subjectAltName=IP:127.0.0.1 -keyout"
    subprocess.run([*made.split(), str(key), "-out", str(cert)], check=True, capture_output=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return context
