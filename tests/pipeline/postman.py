"""A sender of mails that costs little to start and may be killed or stopped at any instant, and a server whose mailbox is the truth.

A parent has everything loaded and forks for each life (see mortal.py); lives come in as lines of JSON, pids and wait statuses go out.
"""

from __future__ import annotations

import gc
import json
import os
import select
import socketserver
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.catalog import Catalog, load_catalog
from monitor.clock import clock_from
from monitor.errors import StoreError
from monitor.model import Channel
from monitor.pipeline import World, deliver
from monitor.settings import Settings
from monitor.store import events, inventory, open_store
from tests.inform.hooks import chat, webhook
from tests.pipeline.conftest import source
from tests.pipeline.test_alerting import cut
from tests.pipeline.test_deliver import reader, team

WAYS: dict[str, Callable[[int, str], Channel]] = {"webhook": webhook, "chat": chat}
_ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Truth:
    """What a server has taken: a mail is in the box from its final dot on, whether or not the sender lived to hear of it."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    at_rcpt: threading.Event = field(default_factory=threading.Event)
    """Set when a recipient was named."""
    go_on: threading.Event = field(default_factory=threading.Event)
    """While it is not set, a recipient's answer is held back."""

    def by_message_id(self) -> Counter[str]:
        """How often each mail arrived."""
        return Counter(str(message_from_bytes(mail)["Message-ID"]) for mail in self.mails)


@contextmanager
def truth() -> Iterator[Truth]:
    """A quick server on loopback, a thread for each connection."""
    box = Truth()
    box.go_on.set()

    class Talk(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(OSError):  # a sender that is killed just goes away
                self._talk()

        def _talk(self) -> None:
            self.wfile.write(b"220 ready\r\n")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"RCPT":
                    box.at_rcpt.set()
                    box.go_on.wait(60)
                if verb != b"DATA":
                    self.wfile.write(b"221 bye\r\n" if verb == b"QUIT" else b"250 fine\r\n")
                    continue
                self.wfile.write(b"354 go on\r\n")
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line)
                if line == b".\r\n":
                    box.mails.append(b"".join(lines))
                    self.wfile.write(b"250 taken\r\n")

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        request_queue_size = 64

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


class Postmen:
    """The parent, seen from a test."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        self._parent = parent
        assert self._heard() == "ready"

    def begin(self, url: str, port: int, now: datetime, channels: Mapping[str, int] | None = None) -> int:
        """The pid of a process that plans and sends at `now` through the server at `port` until nothing waits.

        `channels` are a `webhook` and a `chat`, by the port of their receiver.
        """
        return self.begin_replicas(url, port, [[now]], in_step=False, channels=channels)[0]

    def begin_replicas(
        self, url: str, port: int, clocks: Sequence[Sequence[datetime]], *, in_step: bool, channels: Mapping[str, int] | None = None
    ) -> list[int]:
        """The pids of as many processes at once as there are clocks, each of which runs a cycle at each moment of its own clock.

        In step, they begin each of their cycles at the same instant, so that they meet at every statement.
        """
        assert self._parent.stdin is not None
        told = [url, port, [[m.isoformat() for m in moments] for moments in clocks], in_step, dict(channels or {})]
        self._parent.stdin.write(json.dumps(told) + "\n")
        self._parent.stdin.flush()
        return [int(pid) for pid in self._heard().split()]

    def end(self) -> tuple[int, int]:
        """Wait for the end of any life: its pid, and its exit code or less than 0 for the signal that ended it."""
        pid, status = self._heard().split()
        return int(pid), os.waitstatus_to_exitcode(int(status))

    def has_news(self) -> bool:
        """Whether a life has ended."""
        assert self._parent.stdout is not None
        return bool(select.select([self._parent.stdout], [], [], 0)[0])

    def _heard(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()


@contextmanager
def postmen() -> Iterator[Postmen]:
    """The parent process, ended with the block."""
    command = [sys.executable, "-m", "tests.pipeline.postman"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        try:
            yield Postmen(parent)
        finally:
            parent.kill()


def _main() -> None:
    catalog = load_catalog()
    said = threading.Lock()

    def say(what: str) -> None:
        with said:
            print(what, flush=True)

    _warm(catalog)
    gc.freeze()
    say("ready")
    for line in sys.stdin:
        url, port, clocks, in_step, channels = json.loads(line)
        barrier = get_context("fork").Barrier(len(clocks)) if in_step else None
        lives = [_Life(url, port, tuple(datetime.fromisoformat(m) for m in moments), channels, barrier) for moments in clocks]
        pids = [_fork(life, catalog) for life in lives]
        say(" ".join(map(str, pids)))
        for pid in pids:
            threading.Thread(target=lambda child=pid: say(f"{child} {os.waitpid(child, 0)[1]}"), daemon=True).start()


def _warm(catalog: Catalog) -> None:
    """Load what a first mail loads, so that lives do not pay for it; nothing is sent, since the sender's name is that of its process."""
    with TemporaryDirectory() as folder, closing(open_store(f"sqlite:///{folder}/warm.sqlite")) as store:
        now = datetime(2024, 6, 26, 9, tzinfo=UTC)
        with store.write() as tx:
            inventory.save_inventory(tx, [team("a", reader("a@example.com"))], now)
            events.save_events(tx, [cut(recorded_at=now)], now)
        assert deliver(World(store, catalog, (), Settings(), clock_from(now)))["planned"] == 1


@dataclass(frozen=True)
class _Life:
    """What one process does: a cycle at each moment, in step with others where there is a barrier."""

    url: str
    port: int
    moments: Sequence[datetime]
    channels: Mapping[str, int]
    barrier: Barrier | None


def _fork(life: _Life, catalog: Catalog) -> int:
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            _live(life, catalog)
            code = 0
        finally:  # not even an error may go on in the parent's place
            os._exit(code)
    return pid


def _live(life: _Life, catalog: Catalog) -> None:
    with open(os.devnull, "w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    settings = Settings.model_validate({"smtp_url": f"smtp://127.0.0.1:{life.port}", "allow_private_hosts": "127.0.0.1"})
    ways = {name: WAYS[name](at, name) for name, at in life.channels.items()}
    with closing(open_store(life.url)) as store:
        for now in life.moments:
            if life.barrier is not None:
                life.barrier.wait(60)
            try:
                deliver(World(store, catalog, (source("a", "http://127.0.0.1/a"),), settings, clock_from(now), channels=ways))
            except StoreError:
                if len(life.moments) == 1:
                    raise  # a service tries again with its next cycle, which a single one does not have


if __name__ == "__main__":
    _main()
