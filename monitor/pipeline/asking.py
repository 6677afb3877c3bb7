"""One source is asked: what was known of it comes in; its answer and its entries, or why it gave none, go out.

A page is asked only when its site's robots.txt allows it. A gazette is asked for further pages while all it says is new.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Protocol

from monitor.collect.federal_register import amended_titles, chained, next_page
from monitor.collect.fetch import Fetcher
from monitor.collect.robots import Robots
from monitor.model import Entry, FetchFailure, Response, Source, Validators
from monitor.pipeline.world import World
from monitor.store import documents as stored
from monitor.store.sources import PollTask

MAX_PAGES = 5
"""How many pages of a gazette one poll reads at most."""

Entries = tuple[Entry, ...]


class Doors(Protocol):
    """What asking needs of the doors that a cycle shares."""

    @property
    def fetcher(self) -> Fetcher: ...
    @property
    def robots(self) -> Robots: ...
    async def read(self, task: PollTask, answer: Response | FetchFailure) -> Entries | FetchFailure: ...


@asynccontextmanager
async def asked(world: World, task: PollTask, doors: Doors) -> AsyncIterator[tuple[Response | FetchFailure, Entries | FetchFailure]]:
    """The answer to `task` and the entries in it (none for a 304); a failure stands in both places.

    A large body has its room until the block ends; a gazette's page gives it back before the next page, which may need it.
    """
    source = task.source
    if source.format == "page" and (refusal := await doors.robots.refusal(source, world.clock())):
        yield refusal, refusal
        return
    async with doors.fetcher.fetching(source, None, task.validators, world.clock()) as answer:
        entries = await doors.read(task, answer)
        if source.format != "federal_register" or not entries or isinstance(answer, FetchFailure) or isinstance(entries, FetchFailure):
            yield answer, entries
            return
    further = await _with_further_pages(world, task, doors, answer, entries)
    yield answer, _chained(world, source, further) if isinstance(further, tuple) else further


async def _with_further_pages(world: World, task: PollTask, doors: Doors, first: Response, entries: Entries) -> Entries | FetchFailure:
    """`entries` and those of the pages after it, up to the first page that holds something known.

    A page that fails fails the poll: stored in part, the rest would pass for known at the next poll and be lost.
    """
    found, page, response = entries, entries, first
    for _ in range(MAX_PAGES - 1):
        url = next_page(response.body, response.url)
        if url is None or not page or _knows_one(world, task.source, page):
            break
        async with doors.fetcher.fetching(task.source, url, Validators(), world.clock()) as answer:
            further = await doors.read(task, answer)
        if isinstance(answer, FetchFailure) or isinstance(further, FetchFailure):
            return answer if isinstance(answer, FetchFailure) else further
        response, page, found = answer, further, found + further
    return found


def _knows_one(world: World, source: Source, page: Entries) -> bool:
    with world.store.read() as tx:
        return bool(stored.latest_versions(tx, source.id, [entry.guid for entry in page]))


def _chained(world: World, source: Source, entries: Entries) -> Entries:
    """`entries`, with corrections and withdrawals that name no number chained to what the source told before under their title."""
    titles = amended_titles(entries)
    if not titles:
        return entries
    with world.store.read() as tx:
        return chained(entries, stored.titled(tx, source.id, set(titles.values())))
