"""Due sources → documents: poll, parse, and store what is new."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from monitor import __version__
from monitor.collect.document import documents
from monitor.collect.failures import HeldBackError, RefusedError
from monitor.collect.fetch import Fetcher, FetchPolicy
from monitor.collect.isolate import Parser
from monitor.collect.page.guard import ERROR_BELIEVED_AFTER
from monitor.collect.robots import Robots
from monitor.collect.room import give_back_blocks
from monitor.collect.url import canonical_url
from monitor.logs import log
from monitor.model import Document, Entry, FetchFailure, Response, Source
from monitor.pipeline.asking import asked
from monitor.pipeline.owner import is_alive, this_process
from monitor.pipeline.settling import Ledger, Polled, ledger
from monitor.pipeline.watching import page_documents
from monitor.pipeline.world import Progress, World, no_progress
from monitor.settings import Settings
from monitor.store import Session, sources
from monitor.store import documents as stored

LEASE = timedelta(minutes=5)
POLLS = 200
"""Sources under way at once, most of them waiting for a slot or the parser; twice as many as there are slots if that is more."""
QUICK_BYTES = 256 * 1024
"""Three of four real feeds are smaller, and nearly everything that keeps a parser busy for seconds is larger."""
QUICK_READERS, PATIENT_READERS = 1, 1
"""Parser children; one that reads a feed of the largest size takes 110 MiB, others 40."""


@dataclass(frozen=True)
class Collected:
    """How many polls ended in which state, and how many document versions are new."""

    states: Counter[str]
    new: int


@dataclass(frozen=True)
class Lane:
    """Threads of one kind of source: `readers` wait for the parser's children, the `cleaner` turns entries into documents.

    One cleaner a lane: two would not be faster.
    """

    readers: Executor
    cleaner: Executor


@dataclass(frozen=True)
class Doors:
    """What every poll of a cycle shares."""

    fetcher: Fetcher
    parser: Parser
    robots: Robots
    quick: Lane
    patient: Lane
    ledger: Ledger

    def lane(self, task: sources.PollTask, body: bytes) -> Lane:
        """What is large or has failed may take long; it waits in a lane of its own, and nobody behind it."""
        return self.patient if len(body) > QUICK_BYTES or task.state == "failing" else self.quick

    async def read(self, task: sources.PollTask, answer: Response | FetchFailure) -> tuple[Entry, ...] | FetchFailure:
        """The entries in an answer: none in one without a body, the failure itself where there is no answer."""
        if isinstance(answer, FetchFailure) or answer.status != 200:
            return answer if isinstance(answer, FetchFailure) else ()
        readers = self.lane(task, answer.body).readers
        return await asyncio.get_running_loop().run_in_executor(readers, self.parser.parse, task.source, answer)


def collect(world: World, progress: Progress = no_progress) -> Collected:
    """Poll every source that is due when this begins."""
    give_back_blocks()
    with world.store.write() as tx:
        sources.sync_sources(tx, world.sources, world.clock())
        # A process killed in mid-poll must not keep its sources until the lease runs out.
        sources.release_leases(tx, [owner for owner in sources.lease_owners(tx) if not is_alive(owner)])
    return asyncio.run(_poll_all(world, progress))


def ingest(world: World, source: Source, entries: Iterable[Entry], retrieved_at: datetime) -> list[Document]:
    """Store entries that arrived by another way than polling (replays); the new documents."""
    found = _new_documents(world, source, entries, retrieved_at)
    world.shelf.expect(retrieved_at)
    with world.store.write() as tx:
        return stored.add_documents(tx, found, world.clock())


def fetch_policy(settings: Settings) -> FetchPolicy:
    """What the settings allow a fetch, and the name under which we knock, with where to complain."""
    return FetchPolicy(
        deadline_s=settings.fetch_deadline_s,
        max_bytes=int(settings.fetch_max_mib * 1024 * 1024),
        private_hosts=settings.private_hosts,
        user_agent=f"forewarned/{__version__} (+{settings.base_url})",
    )


async def _poll_all(world: World, progress: Progress) -> Collected:
    begun = world.clock()
    with world.store.read() as tx:
        held = sources.held_hosts(tx, begun)
    at_once = world.settings.fetch_at_once
    with (
        Parser(children=QUICK_READERS + PATIENT_READERS) as parser,
        _lane(QUICK_READERS) as quick,
        _lane(PATIENT_READERS) as patient,
        ledger(world) as settled,
    ):
        async with Fetcher(fetch_policy(world.settings), at_once, held) as fetcher:
            doors = Doors(fetcher, parser, Robots(fetcher, world.robots), quick, patient, settled)
            return await _poll_due(world, begun, doors, max(POLLS, 2 * at_once), progress)


async def _poll_due(world: World, begun: datetime, doors: Doors, most: int, progress: Progress) -> Collected:
    """Poll what was due at `begun`, `most` sources under way at once: when half are done others follow, so none waits for the slowest."""
    states: Counter[str] = Counter()
    new = claimed = 0
    ended: asyncio.Queue[asyncio.Task[tuple[str, int]]] = asyncio.Queue()
    under_way: set[asyncio.Task[tuple[str, int]]] = set()
    is_more = True
    while is_more or under_way:
        if is_more and 2 * len(under_way) <= most:
            tasks = _claim(world, begun, most - len(under_way))
            is_more, claimed = bool(tasks), claimed + len(tasks)
            # Who failed last time stands behind who did not: a slot given is first given to who will use it well.
            for task in sorted(tasks, key=lambda task: task.failures):
                poll = asyncio.create_task(_poll(world, task, doors))
                under_way.add(poll)
                poll.add_done_callback(ended.put_nowait)
        if under_way:
            poll = await ended.get()
            under_way.remove(poll)
            state, added = poll.result()
            states[state] += 1
            new += added
            progress("Reading sources", states.total(), claimed)
    return Collected(states, new)


@contextmanager
def _lane(count: int) -> Iterator[Lane]:
    lane = Lane(ThreadPoolExecutor(count, "read"), ThreadPoolExecutor(1, "clean"))
    try:
        yield lane
    finally:
        # Who is told to stop leaves what waits undone; it is polled again.
        for threads in (lane.readers, lane.cleaner):
            threads.shutdown(cancel_futures=True)


def _claim(world: World, begun: datetime, most: int) -> list[sources.PollTask]:
    """Sources that were due when the cycle began: a poll floor of zero must not make the cycle endless."""
    with world.store.write() as tx:
        return sources.claim_due(tx, begun, this_process(), LEASE, most)


async def _poll(world: World, task: sources.PollTask, doors: Doors) -> tuple[str, int]:
    """Fetch, parse and store one source; its failure is an outcome like any other. A held host's source is left for later."""
    try:
        return await _polled(world, task, doors)
    except HeldBackError as held:
        with world.store.write() as tx:
            sources.postpone(tx, task.source.id, task.owner, held.until)
        log("source held back", source=task.source.id, why=str(held))
        return "held back", 0


async def _polled(world: World, task: sources.PollTask, doors: Doors) -> tuple[str, int]:
    async with asked(world, task, doors) as (answer, entries):
        if isinstance(answer, FetchFailure) or isinstance(entries, FetchFailure) or answer.status != 200:
            return await doors.ledger.settle(Polled(task, entries if isinstance(entries, FetchFailure) else answer))
        # Cleaning a huge feed takes seconds: off the event loop, where others' deadlines run, and outside the transaction.
        cleaned = partial(_new_documents, world, task.source, entries, answer.retrieved_at, task.failures, task.is_known)
        try:
            found = await asyncio.get_running_loop().run_in_executor(doors.lane(task, answer.body).cleaner, cleaned)
        except RefusedError as refused:
            return await doors.ledger.settle(Polled(task, refused.failure(task.source.url, answer.retrieved_at)))
        return await doors.ledger.settle(Polled(task, answer, len(entries), found))


def _new_documents(
    world: World,
    source: Source,
    entries: Iterable[Entry],
    retrieved_at: datetime,
    failures: int = ERROR_BELIEVED_AFTER,
    is_known: bool = True,
) -> list[Document]:
    """Those of the entries that are new or changed, as documents that are still to be stored; `failures` in a row came before.

    Of a source that is not known nothing is stored.
    """
    listed = list(entries)
    if not listed:
        return []
    if source.format == "page":
        return page_documents(world, source, listed[0], retrieved_at, failures)
    if not is_known:
        return documents(source, listed, {}, retrieved_at)
    with world.store.read() as tx:
        latest = _known(tx, source, listed)
    return documents(source, listed, latest, retrieved_at)


def _known(tx: Session, source: Source, entries: Sequence[Entry]) -> dict[str, Document]:
    """What is stored of these entries, by guid; what has a guid that is not known may be known by its address."""
    by_guid = stored.latest_versions(tx, source.id, [entry.guid for entry in entries])
    urls = [canonical_url(entry.url) for entry in entries if entry.url and entry.guid not in by_guid]
    return by_guid | stored.latest_versions(tx, source.id, (), urls=urls)
