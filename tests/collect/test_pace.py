"""Gaps between requests to one host."""

from __future__ import annotations

import asyncio
import time

from monitor.collect.fetch import Fetcher
from monitor.collect.pace import GAP_S, Pace
from monitor.model import FetchFailure, Response, Validators
from tests.collect.wire import NOW, http, policy, source, wire


def test_turns_of_one_host_are_a_gap_apart_and_others_do_not_wait() -> None:
    async def run() -> dict[str, list[float]]:
        pace, begun = Pace(), time.monotonic()
        turns: dict[str, list[float]] = {"a": [], "b": []}

        async def ask(host: str) -> None:
            await pace.turn(host, 0.2)
            turns[host].append(time.monotonic() - begun)

        await asyncio.gather(*(ask(host) for host in ("a", "a", "b", "a")))
        await asyncio.sleep(0.3)
        await ask("a")
        return turns

    turns = asyncio.run(run())
    gaps = [after - before for before, after in zip(turns["a"], turns["a"][1:], strict=False)]
    assert min(gaps) > 0.19
    assert turns["b"][0] < 0.1
    assert gaps[-1] < 0.55, "who comes later than the gap does not wait"


def test_a_foreign_host_is_spared_and_an_own_one_is_not() -> None:
    async def three(private: bool) -> tuple[float, list[Response | FetchFailure]]:
        async with wire({"/feed": [http()]}) as server, Fetcher(policy("127.0.0.1")) as fetcher:
            begun = time.monotonic()
            asked = source(server.url(), private=private)
            outcomes = await asyncio.gather(*(fetcher.fetch(asked, None, Validators(), NOW) for _ in range(3)))
            return time.monotonic() - begun, list(outcomes)

    # The foreign one is refused at the door, but only when its turn has come.
    waited, refused = asyncio.run(three(private=False))
    assert all(isinstance(outcome, FetchFailure) and outcome.reason == "blocked_address" for outcome in refused)
    assert waited >= 2 * GAP_S
    waited, answered = asyncio.run(three(private=True))
    assert all(isinstance(outcome, Response) for outcome in answered)
    assert waited < 2 * GAP_S
