"""Gaps between requests to one host."""

from __future__ import annotations

import asyncio
import time

import pytest

from monitor.collect.fetch import Fetcher
from monitor.collect.pace import GAP_S, Pace
from monitor.model import FetchFailure, Response, Validators
from tests.collect.wire import NOW, http, policy, source, wire


def test_turns_of_one_host_are_a_gap_apart() -> None:
    async def run() -> list[float]:
        pace = Pace()
        turns: list[float] = []

        async def ask() -> None:
            await pace.turn("a", 0.1)
            turns.append(time.monotonic())

        await asyncio.gather(*(ask() for _ in range(4)))
        return turns

    turns = asyncio.run(run())
    assert turns[-1] - turns[0] > 0.29


def test_other_hosts_and_late_comers_do_not_wait() -> None:
    async def run() -> None:
        pace = Pace()
        await pace.turn("a", 0.1)
        await asyncio.sleep(0.15)
        for host in ("a", "b"):
            await asyncio.wait_for(pace.turn(host, 3600), 60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pace.turn("a", 3600), 0.1)

    asyncio.run(run())


def test_a_foreign_host_is_spared_and_an_own_one_is_not() -> None:
    async def ask(count: int, private: bool) -> tuple[float, list[Response | FetchFailure]]:
        async with wire({"/feed": [http()]}) as server, Fetcher(policy("127.0.0.1")) as fetcher:
            begun = time.monotonic()
            asked = source(server.url(), private=private)
            outcomes = await asyncio.gather(*(fetcher.fetch(asked, None, Validators(), NOW) for _ in range(count)))
            return time.monotonic() - begun, list(outcomes)

    # The foreign one is refused at the door, but only when its turn has come.
    waited, refused = asyncio.run(ask(3, private=False))
    assert all(isinstance(outcome, FetchFailure) and outcome.reason == "blocked_address" for outcome in refused)
    assert waited >= 2 * GAP_S
    waited, answered = asyncio.run(ask(20, private=True))
    assert all(isinstance(outcome, Response) for outcome in answered)
    assert waited < 19 * GAP_S
