"""How polls went → rows. What was fetched comes in one by one; documents, validators and next polls are stored, several sources at once.

A source is settled in one transaction, whole or not at all, and counts as polled when that is committed: a kill before it leaves
the source as it was, to be polled again. That others share the transaction changes nothing for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from monitor.collect.cadence import next_poll, state_after
from monitor.collect.hints import hints_in
from monitor.errors import UsageError
from monitor.logs import log
from monitor.model import Document, FetchFailure, Observed, Response
from monitor.pipeline.world import World
from monitor.rhythm import MOMENTS, rhythm_of, with_poll
from monitor.store import Session, sources
from monitor.store import documents as stored

GATHER_S = 0.02
"""How long an outcome waits for others; nobody waits for it but the next cycle."""
AT_ONCE = 100
"""Sources in one transaction: a cold feed brings some 25 rows, and other writers should not wait for longer than a moment."""


@dataclass(frozen=True)
class Polled:
    """What came of one poll; `entries` is how many the body held, None without one."""

    task: sources.PollTask
    outcome: Response | FetchFailure
    entries: int | None = None
    found: Sequence[Document] = ()


@dataclass
class Ledger:
    """Stores what polls bring, in the order they come; lives as long as one event loop."""

    world: World
    thread: Executor
    _waiting: list[tuple[Polled, asyncio.Future[tuple[str, int]]]] = field(default_factory=list)
    _writer: asyncio.Task[None] | None = None

    async def settle(self, polled: Polled) -> tuple[str, int]:
        """The state of the source and how many document versions are new, once they are committed."""
        answer: asyncio.Future[tuple[str, int]] = asyncio.get_running_loop().create_future()
        self._waiting.append((polled, answer))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())
        return await answer

    async def _write(self) -> None:
        while self._waiting:
            await asyncio.sleep(GATHER_S)
            batch, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            polls = [polled for polled, _ in batch]
            results = await asyncio.get_running_loop().run_in_executor(self.thread, _settled, self.world, polls)
            for (_, answer), result in zip(batch, results, strict=True):
                if answer.cancelled():
                    continue
                if isinstance(result, Exception):
                    answer.set_exception(result)
                else:
                    answer.set_result(result)
        self._writer = None


@contextmanager
def ledger(world: World) -> Iterator[Ledger]:
    """A ledger with its thread; who is told to stop ends the transaction that is under way and begins no other."""
    thread = ThreadPoolExecutor(1, "settle")
    try:
        yield Ledger(world, thread)
    finally:
        thread.shutdown(cancel_futures=True)


def _settled(world: World, polls: Sequence[Polled]) -> Sequence[tuple[str, int] | Exception]:
    """What each poll came to. One that the store refuses is stored alone, so that it harms no other; a store in trouble fails all."""
    try:
        return _stored(world, polls)
    except UsageError as refused:
        if len(polls) == 1:
            return [refused]
        return [result for polled in polls for result in _settled(world, [polled])]
    except Exception as error:  # noqa: BLE001 - not ended here: it is raised again in every poll that waits for it
        return [error] * len(polls)


def _stored(world: World, polls: Sequence[Polled]) -> list[tuple[str, int]]:
    for document in (document for polled in polls for document in polled.found):
        world.shelf.expect(document.retrieved_at)
    with world.store.write() as tx:
        now = world.clock()
        new = {document.id for document in stored.add_documents(tx, [d for polled in polls for d in polled.found], now)}
        added = [sum(document.id in new for document in polled.found) for polled in polls]
        outcomes = [
            _poll_outcome(world, polled, _observed(tx, polled, bool(count)), now) for polled, count in zip(polls, added, strict=True)
        ]
        # Should a lease have passed on, the row is left to its new owner; the documents are the same whoever stores them.
        sources.save_polls(tx, outcomes)
    for poll, count in zip(outcomes, added, strict=True):
        log("source polled", source=poll.source, status=poll.state, reason=poll.reason or "", new=count)
    return [(poll.state, count) for poll, count in zip(outcomes, added, strict=True)]


def _observed(tx: Session, polled: Polled, anything_new: bool) -> Observed:
    """What is remembered after this poll; the rhythm is read anew only when there is something new to read it from."""
    before, outcome = polled.task.observed, polled.outcome
    rhythm = before.rhythm
    if (anything_new or rhythm is None) and not polled.task.is_known:
        rhythm = rhythm_of(_moments(polled.found))
    elif anything_new or rhythm is None:
        rhythm = rhythm_of(stored.newest_moments(tx, polled.task.source.id, MOMENTS))
    return Observed(
        hints=hints_in(outcome.body) if not isinstance(outcome, FetchFailure) and outcome.status == 200 else before.hints,
        rhythm=rhythm,
        runs=with_poll(before.runs, outcome.reason if isinstance(outcome, FetchFailure) else None, outcome.retrieved_at),
        hold=outcome.hold if isinstance(outcome, FetchFailure) else None,
    )


def _moments(found: Sequence[Document]) -> list[tuple[datetime | None, datetime]]:
    """When the newest of a first poll's documents were published and retrieved: what the store would say of them."""
    newest = sorted(found, key=lambda document: document.told_at, reverse=True)
    return [(document.published_at, document.retrieved_at) for document in newest[:MOMENTS]]


def _poll_outcome(world: World, polled: Polled, observed: Observed, now: datetime) -> sources.PollOutcome:
    """What the source's row says after this poll; a failure keeps the validators of the last good answer."""
    task, outcome = polled.task, polled.outcome
    failure = outcome if isinstance(outcome, FetchFailure) else None
    failures = task.failures + 1 if failure else 0
    return sources.PollOutcome(
        source=task.source.id,
        owner=task.owner,
        at=now,
        state=state_after(task.source, outcome, polled.entries, observed, now, task.state),
        next_poll_at=next_poll(task.source, outcome, now, failures, world.settings.poll_floor_s, observed),
        validators=task.validators if isinstance(outcome, FetchFailure) else outcome.validators,
        reason=failure.reason if failure else None,
        detail=failure.detail if failure else "",
        failures=failures,
        permanent_url=None if isinstance(outcome, FetchFailure) else outcome.permanent_url,
        observed=observed,
    )
