"""Polling cases through the service's own collecting. Groups of cases come in, what was seen after each poll goes out.

One process collects, as the service does it: all cases of a group are due at once, with the healthy feeds beside them.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import count
from pathlib import Path

from monitor.catalog import load_catalog
from monitor.language import detect
from monitor.model import Source
from monitor.pipeline.collecting import collect
from monitor.pipeline.world import World
from monitor.settings import Settings
from monitor.store import Store, documents, open_store, sources
from tests.hostile.case import FLOOR_S, Case
from tests.hostile.names import DOMAIN, source_id
from tests.hostile.server import Request, Site

START = datetime(2024, 6, 26, 8, 0, tzinfo=UTC)
BETWEEN = timedelta(days=2)
DEADLINE_S = 5.0
_LONGEST_DEADLINE_S = 20.0
"""What is slow in the cases is slower than this."""
_MIB = 1024 * 1024
_catalog = cache(load_catalog)
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Stored:
    """What the claims need of a document; thousands of whole ones would be taken for the service's memory."""

    title: str
    text: str
    url: str
    revision: int
    origin_group: str
    published_at: datetime | None
    retrieved_at: datetime


@dataclass(frozen=True)
class Seen:
    """What is known of a case after one of its polls."""

    status: sources.SourceStatus
    documents: tuple[Stored, ...]
    requests: tuple[Request, ...]
    at: datetime
    """When the poll was settled."""
    seconds: float
    """From the request that reached the server (or the start, when none did) to the settled poll."""
    since_start: float
    source: Source


@dataclass
class Polled:
    """A group after all its polls."""

    seen: dict[str, list[Seen]] = field(default_factory=dict)
    canary: list[str] = field(default_factory=list)
    """Connections and requests where none may be."""
    growth_mib: float = 0.0
    """Of the whole process tree, against before all groups."""
    seconds: float = 0.0
    crowding: float = 1.0
    """How many times as long as on an idle machine everything took; allowed times are to be taken as often."""


def settled_mib(site: Site) -> float:
    """The memory of a service that has been running for a while: it holds the catalogue and, since the first long text, the model of
    languages."""
    _catalog()
    detect("The text is long enough to need the model. " * 5, "en")
    return tree_mib(site.pid)


def poll_group(site: Site, group: str, cases: Mapping[str, tuple[Case, ...]], folder: Path, before_mib: float) -> Polled:
    """Poll each case of the group, and the healthy feeds, as often as it says; memory is compared with `before_mib`."""
    every = [(name, case) for name in dict.fromkeys((group, "healthy")) for case in cases[name]]
    polled, clock, begun = Polled(crowding=_crowding()), _Clock(), time.monotonic()
    store = open_store(f"sqlite:///{folder / f'{group}.sqlite'}")
    settings = Settings.model_validate(
        {
            "allow_private_hosts": "127.0.0.1",
            "fetch_deadline_s": min(DEADLINE_S * polled.crowding, _LONGEST_DEADLINE_S),
            "poll_floor_s": FLOOR_S,
            "log": "json",
        }
    )
    try:
        for turn in range(max(len(case.polls) for _, case in every)):
            due = {source_id(name, case): case for name, case in every if turn < len(case.polls)}
            site.serve(list(dict.fromkeys((group, "healthy"))), turn)
            with memory_growth(site.pid, before_mib) as growth:
                begun_turn = _collect(store, settings, clock, due, site.port)
            polled.growth_mib = max(polled.growth_mib, growth.mib)
            _look(store, clock, site, due, begun_turn, polled)
            clock.leap(BETWEEN)
    finally:
        store.close()
    polled.crowding = max(polled.crowding, _crowding())
    polled.seconds = time.monotonic() - begun
    return polled


def _crowding() -> float:
    """How long a fixed piece of work takes, against the processor time it needs: 1 when the machine is ours."""
    begun, used, work = time.monotonic(), time.thread_time(), 0.1
    while time.thread_time() - used < work:
        pass
    return max(1.0, (time.monotonic() - begun) / work)


class _Clock:
    """A clock that runs, and leaps between the polls."""

    def __init__(self) -> None:
        self._from, self._tick = START, time.monotonic()

    def __call__(self) -> datetime:
        return self.at(time.monotonic())

    def at(self, tick: float) -> datetime:
        """What it shows at a moment of the machine's own."""
        return self._from + timedelta(seconds=tick - self._tick)

    def leap(self, by: timedelta) -> None:
        self._from += by


def _collect(store: Store, settings: Settings, clock: _Clock, due: Mapping[str, Case], port: int) -> float:
    """One cycle over the cases that are due; when it began."""
    world = World(store, _catalog(), _listed(due, port), settings, clock)
    begun = time.monotonic()
    collect(world)
    return begun


def _listed(due: Mapping[str, Case], port: int) -> tuple[Source, ...]:
    return tuple(_source(name, case, port) for name, case in due.items())


def _look(store: Store, clock: _Clock, site: Site, due: Mapping[str, Case], begun: float, polled: Polled) -> None:
    """Note what is stored and what the server was asked."""
    noted, touched = site.noted()
    polled.canary += touched + [f"{r.path} by {r.header('host')}" for r in noted if r.path.startswith("/canary")]
    with store.read() as tx:
        statuses = {status.id: status for status in sources.source_statuses(tx)}
    for source in _listed(due, site.port):
        status = statuses[source.id]
        requests = tuple(r for r in noted if r.path.startswith(f"/{source.id}/"))
        at = status.last_fetch_at or clock()
        start = clock.at(requests[0].at if requests else begun)
        seen = Seen(
            status, _documents(store, source.id), requests, at,
            (at - start).total_seconds(), (at - clock.at(begun)).total_seconds(), source,
        )  # fmt: skip
        polled.seen.setdefault(source.id, []).append(seen)


def _source(name: str, case: Case, port: int) -> Source:
    url = case.url.replace("{port}", str(port)).replace("{name}", name) or f"http://{name}.{DOMAIN}:{port}/{name}/feed"
    fields = {"id": name, "name": name, "url": url, "kind": "news", "publisher": name, "family": name, "private": True}
    return Source.model_validate({**fields, **case.source})


def _documents(store: Store, source: str) -> tuple[Stored, ...]:
    found: list[Stored] = []
    cursor: str | None = None
    with store.read() as tx:
        for _ in count():
            page = documents.list_documents(tx, documents.DocumentQuery(source=source, limit=250, cursor=cursor))
            found += [Stored(d.title, d.text, d.url, d.revision, d.origin_group, d.published_at, d.retrieved_at) for d in page.items]
            cursor = page.next_cursor
            if cursor is None:
                break
    return tuple(found)


@dataclass
class _Growth:
    mib: float = 0.0


@contextmanager
def memory_growth(but: int, before_mib: float) -> Iterator[_Growth]:
    """How far the resident memory of this process and its children, without the child `but`, went above `before_mib` in the block."""
    growth, stop = _Growth(), threading.Event()

    def watch() -> None:
        while not stop.wait(0.05):
            growth.mib = max(growth.mib, tree_mib(but) - before_mib)

    watcher = threading.Thread(target=watch, name="memory")
    watcher.start()
    try:
        yield growth
    finally:
        stop.set()
        watcher.join()


def tree_mib(but: int = 0) -> float:
    """Resident memory of this process and all below it except `but`, MiB."""
    total, waiting = 0, [os.getpid()]
    while waiting:
        pid = waiting.pop()
        if pid != but and not _is_being_born(pid):
            total += _pages(pid)
            waiting += _children(pid)
    return total * _PAGE / _MIB


def _is_being_born(pid: int) -> bool:
    """Whether it is a copy of us that has not become a program of its own yet: its memory is still ours."""
    return pid != os.getpid() and _read(f"/proc/{pid}/cmdline") == _read("/proc/self/cmdline")


def _pages(pid: int) -> int:
    return int((_read(f"/proc/{pid}/statm").split() or ["0", "0"])[1])


def _children(pid: int) -> list[int]:
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return []
    return [int(child) for thread in threads for child in _read(f"/proc/{pid}/task/{thread}/children").split()]


def _read(path: str) -> str:
    """A file of /proc; empty when its process ended while we looked."""
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return ""
