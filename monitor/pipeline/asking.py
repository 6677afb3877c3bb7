"""One source is asked: what was known of it comes in; its answer and its entries, or why it gave none, go out.

A page is asked only when its site's robots.txt allows it. A gazette is asked for further pages while all it says is new.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from monitor.collect.federal_register import amended_titles, chained, next_page
from monitor.collect.fetch import Fetcher
from monitor.collect.isolate import Parser
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
    def parser(self) -> Parser: ...
    @property
    def robots(self) -> Robots: ...


async def ask(world: World, task: PollTask, doors: Doors) -> tuple[Response | FetchFailure, Entries | FetchFailure]:
    """The answer to `task` and the entries in it (none for a 304); a failure stands in both places."""
    source = task.source
    if source.format == "page" and (refusal := await doors.robots.refusal(source, world.clock())):
        return refusal, refusal
    answer = await doors.fetcher.fetch(source, None, task.validators, world.clock())
    if isinstance(answer, FetchFailure):
        return answer, answer
    if answer.status != 200:
        return answer, ()
    entries = await asyncio.to_thread(doors.parser.parse, source, answer)
    if source.format == "federal_register" and isinstance(entries, tuple):
        entries = await _with_further_pages(world, source, doors, answer, entries)
        if isinstance(entries, tuple):
            entries = _chained(world, source, entries)
    return answer, entries


async def _with_further_pages(world: World, source: Source, doors: Doors, first: Response, entries: Entries) -> Entries | FetchFailure:
    """`entries` and those of the pages after it, up to the first page that holds something known.

    A page that fails fails the poll: stored in part, the rest would pass for known at the next poll and be lost.
    """
    found, page, response = entries, entries, first
    for _ in range(MAX_PAGES - 1):
        url = next_page(response.body, response.url)
        if url is None or not page or _knows_one(world, source, page):
            break
        answer = await doors.fetcher.fetch(source, url, Validators(), world.clock())
        if isinstance(answer, FetchFailure):
            return answer
        further = await asyncio.to_thread(doors.parser.parse, source, answer)
        if isinstance(further, FetchFailure):
            return further
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
