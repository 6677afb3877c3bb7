"""Due sources → documents: poll, parse, and store what is new, one transaction a source."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from monitor import __version__
from monitor.collect.cadence import next_poll, state_after
from monitor.collect.document import documents
from monitor.collect.failures import HeldBackError, RefusedError
from monitor.collect.fetch import Fetcher, FetchPolicy
from monitor.collect.hints import hints_in
from monitor.collect.isolate import Parser
from monitor.collect.page.guard import BELIEVED_AFTER
from monitor.collect.robots import Robots
from monitor.collect.url import canonical_url
from monitor.logs import log
from monitor.model import Document, Entry, FetchFailure, Observed, Response, Source
from monitor.pipeline.asking import asked
from monitor.pipeline.owner import is_alive, this_process
from monitor.pipeline.watching import page_documents
from monitor.pipeline.world import Progress, World, no_progress
from monitor.rhythm import MOMENTS, rhythm_of, with_poll
from monitor.settings import Settings
from monitor.store import Session, sources
from monitor.store import documents as stored

LEASE = timedelta(minutes=5)
POLL_BATCH = 200
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
    with world.store.write() as tx:
        sources.sync_sources(tx, world.sources, world.clock())
        # A process killed in mid-poll must not keep its sources until the lease runs out.
        sources.release_leases(tx, [owner for owner in sources.lease_owners(tx) if not is_alive(owner)])
    return asyncio.run(_poll_all(world, progress))


def ingest(world: World, source: Source, entries: Iterable[Entry], retrieved_at: datetime) -> list[Document]:
    """Store entries that arrived by another way than polling (replays); the new documents."""
    found = _new_documents(world, source, entries, retrieved_at)
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
    collected, begun = Collected(Counter(), 0), world.clock()
    with world.store.read() as tx:
        held = sources.held_hosts(tx, begun)
    with Parser(children=QUICK_READERS + PATIENT_READERS) as parser, _lane(QUICK_READERS) as quick, _lane(PATIENT_READERS) as patient:
        async with Fetcher(fetch_policy(world.settings), held=held) as fetcher:
            doors = Doors(fetcher, parser, Robots(fetcher, world.robots), quick, patient)
            while tasks := _claim(world, begun):
                # Who failed last time stands behind who did not: a slot given is first given to who will use it well.
                polls = [asyncio.ensure_future(_poll(world, task, doors)) for task in sorted(tasks, key=lambda task: task.failures)]
                for done, poll in enumerate(asyncio.as_completed(polls), 1):
                    state, added = await poll
                    collected = Collected(collected.states + Counter([state]), collected.new + added)
                    progress("Reading sources", done, len(tasks))
    return collected


@contextmanager
def _lane(count: int) -> Iterator[Lane]:
    lane = Lane(ThreadPoolExecutor(count, "read"), ThreadPoolExecutor(1, "clean"))
    try:
        yield lane
    finally:
        # Who is told to stop leaves what waits undone; it is polled again.
        for threads in (lane.readers, lane.cleaner):
            threads.shutdown(cancel_futures=True)


def _claim(world: World, begun: datetime) -> list[sources.PollTask]:
    """Sources that were due when the cycle began: a poll floor of zero must not make the cycle endless."""
    with world.store.write() as tx:
        return sources.claim_due(tx, begun, this_process(), LEASE, POLL_BATCH)


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
            return _settle(world, task, entries if isinstance(entries, FetchFailure) else answer, None, [])
        # Cleaning a huge feed takes seconds: off the event loop, where others' deadlines run, and outside the transaction.
        cleaned = partial(_new_documents, world, task.source, entries, answer.retrieved_at, task.failures)
        try:
            found = await asyncio.get_running_loop().run_in_executor(doors.lane(task, answer.body).cleaner, cleaned)
        except RefusedError as refused:
            return _settle(world, task, refused.failure(task.source.url, answer.retrieved_at), None, [])
        return _settle(world, task, answer, len(entries), found)


def _settle(
    world: World, task: sources.PollTask, outcome: Response | FetchFailure, entries: int | None, found: list[Document]
) -> tuple[str, int]:
    """One transaction for entries, validators and the next poll: a crash keeps all of them or none."""
    with world.store.write() as tx:
        added = stored.add_documents(tx, found, world.clock())
        poll = _poll_outcome(world, task, outcome, entries, _observed(tx, task, outcome, anything_new=bool(added)))
        # Should the lease have passed on, the row is left to its new owner; the documents are the same whoever stores them.
        sources.save_poll(tx, poll)
    log("source polled", source=task.source.id, status=poll.state, reason=poll.reason or "", new=len(added))
    return poll.state, len(added)


def _observed(tx: Session, task: sources.PollTask, outcome: Response | FetchFailure, *, anything_new: bool) -> Observed:
    """What is remembered after this poll; the rhythm is read anew only when there is something new to read it from."""
    before = task.observed
    rhythm = before.rhythm
    if anything_new or rhythm is None:
        rhythm = rhythm_of(stored.newest_moments(tx, task.source.id, MOMENTS))
    return Observed(
        hints=hints_in(outcome.body) if not isinstance(outcome, FetchFailure) and outcome.status == 200 else before.hints,
        rhythm=rhythm,
        runs=with_poll(before.runs, outcome.reason if isinstance(outcome, FetchFailure) else None, outcome.retrieved_at),
        hold=outcome.hold if isinstance(outcome, FetchFailure) else None,
    )


def _poll_outcome(
    world: World, task: sources.PollTask, outcome: Response | FetchFailure, entries: int | None, observed: Observed
) -> sources.PollOutcome:
    """What the source's row says after this poll; a failure keeps the validators of the last good answer."""
    now, failed = world.clock(), isinstance(outcome, FetchFailure)
    failures = task.failures + 1 if failed else 0
    return sources.PollOutcome(
        source=task.source.id,
        owner=task.owner,
        at=now,
        state=state_after(task.source, outcome, entries, observed, now, task.state),
        next_poll_at=next_poll(task.source, outcome, now, failures, world.settings.poll_floor_s, observed),
        validators=task.validators if isinstance(outcome, FetchFailure) else outcome.validators,
        reason=outcome.reason if isinstance(outcome, FetchFailure) else None,
        detail=outcome.detail if isinstance(outcome, FetchFailure) else "",
        failures=failures,
        permanent_url=None if isinstance(outcome, FetchFailure) else outcome.permanent_url,
        observed=observed,
    )


def _new_documents(
    world: World, source: Source, entries: Iterable[Entry], retrieved_at: datetime, failures: int = BELIEVED_AFTER
) -> list[Document]:
    """Those of the entries that are new or changed, as documents that are still to be stored; `failures` in a row came before."""
    listed = list(entries)
    if not listed:
        return []
    if source.format == "page":
        return page_documents(world, source, listed[0], retrieved_at, failures)
    urls = [canonical_url(entry.url) for entry in listed if entry.url]
    with world.store.read() as tx:
        latest = stored.latest_versions(tx, source.id, [entry.guid for entry in listed], urls=urls)
    return documents(source, listed, latest, retrieved_at)
