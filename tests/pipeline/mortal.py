"""The service as a process that costs little to start and may be killed at any instant.

A parent has everything loaded and forks for each life, so that hundreds of deaths do not cost hundreds of imports. Lives come in
as lines of JSON; of each its pid and, after its end, its wait status go out.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path

from monitor.catalog import Catalog, load_catalog
from monitor.clock import system_clock
from monitor.collect.document import documents
from monitor.logs import configure_logs
from monitor.model import Entry
from monitor.pipeline import Tagger, World, cycle
from monitor.settings import Settings
from monitor.store import open_store
from tests.pipeline.conftest import BLOCK, NOW, source

_ROOT = Path(__file__).resolve().parents[2]


class Lives:
    """The parent, seen from a test; one life at a time."""

    def __init__(self, parent: subprocess.Popen[str]) -> None:
        self._parent = parent
        assert self._heard() == "ready"

    def begin(self, url: str, feeds: Mapping[str, str], cycles: int | None = None) -> int:
        """The pid of a service over the database at `url` that reads `feeds` (address by id), for ever or so many cycles."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(json.dumps([url, dict(feeds), cycles]) + "\n")
        self._parent.stdin.flush()
        return int(self._heard())

    def end(self) -> int:
        """Wait for the end of the life that was begun: its exit code, or less than 0 for the signal that ended it."""
        return os.waitstatus_to_exitcode(int(self._heard()))

    def _heard(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()


@contextmanager
def lives() -> Iterator[Lives]:
    command = [sys.executable, "-m", "tests.pipeline.mortal"]
    with subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        try:
            yield Lives(parent)
        finally:
            parent.kill()


def _main() -> None:
    catalog = load_catalog()
    tagger = Tagger(catalog, None)
    entry = Entry(guid="1", title=BLOCK[0], html=BLOCK[1])
    list(tagger.tag(documents(source("warm", "https://news.example/"), [entry], {}, NOW)))
    configure_logs("json")
    gc.freeze()
    _say("ready")
    for line in sys.stdin:
        url, feeds, cycles = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _live(url, feeds, cycles, catalog, tagger)
            os._exit(0)
        _say(pid)
        _say(os.waitpid(pid, 0)[1])


def _live(url: str, feeds: Mapping[str, str], cycles: int | None, catalog: Catalog, tagger: Tagger) -> None:
    with open(os.devnull, "w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    settings = Settings(allow_private_hosts="127.0.0.1,localhost", poll_floor_s=0)
    with closing(open_store(url)) as store:
        world = World(store, catalog, tuple(source(name, at) for name, at in feeds.items()), settings, system_clock)
        for _ in count() if cycles is None else range(cycles):
            cycle(world, tagger)


def _say(what: object) -> None:
    print(what, flush=True)


if __name__ == "__main__":
    _main()
