"""Gaps between requests to one host, and hosts that are to be left alone."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime, timedelta

import pytest

from monitor.collect.failures import HeldBackError
from monitor.collect.fetch import Fetcher
from monitor.collect.pace import GAP_S, PER_HOST, Pace, silence_s, site_of
from monitor.model import FetchFailure, Response, Validators
from tests.collect.wire import NOW, Script, http, policy, source, wire
from tests.hostile.names import PUBLIC
from tests.hostile.server import network


def clock() -> datetime:
    return NOW


def test_turns_of_one_host_are_a_gap_apart() -> None:
    async def run() -> list[float]:
        pace = Pace({})
        turns: list[float] = []

        async def ask() -> None:
            await pace.turn("a", 0.1, clock)
            turns.append(time.monotonic())

        await asyncio.gather(*(ask() for _ in range(4)))
        return turns

    turns = asyncio.run(run())
    assert turns[-1] - turns[0] > 0.29


def test_other_hosts_and_late_comers_do_not_wait() -> None:
    async def run() -> None:
        pace = Pace({})
        await pace.turn("a", 0.1, clock)
        await asyncio.sleep(0.15)
        for host in ("a", "b"):
            await asyncio.wait_for(pace.turn(host, 3600, clock), 60)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(pace.turn("a", 3600, clock), 0.1)

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


def test_each_hop_of_a_redirect_keeps_the_gap() -> None:
    hops: dict[str, Script] = {
        "/feed": [http("302 Found", b"", Location="/a")],
        "/a": [http("301 Moved", b"", Location="/b")],
        "/b": [http()],
    }

    async def ask() -> tuple[float, Response | FetchFailure, int]:
        async with wire(hops) as server, Fetcher(policy(deadline_s=GAP_S)) as fetcher:
            begun = time.monotonic()
            outcome = await fetcher.fetch(source(server.url(host=PUBLIC), private=False), None, Validators(), NOW)
            return time.monotonic() - begun, outcome, len(server.requests)

    with network():
        waited, outcome, requests = asyncio.run(ask())
    assert isinstance(outcome, Response), "the gaps are not charged to the deadline"
    assert requests == 3
    assert waited >= 2 * GAP_S


def test_a_host_that_many_redirect_to_keeps_its_limit() -> None:
    running = most = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        path = (await reader.readuntil(b"\r\n\r\n")).split()[1].decode()
        if path == "/there":
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.2)
            running -= 1
        port = writer.get_extra_info("sockname")[1]
        writer.write(http() if path == "/there" else http("302 Found", b"", Location=f"http://127.0.0.1:{port}/there"))
        await writer.drain()
        writer.close()

    async def run() -> list[Response | FetchFailure]:
        there = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = there.sockets[0].getsockname()[1]
        other = await asyncio.start_server(answer, [f"127.0.0.{n}" for n in (2, 3, 4)], port)
        async with there, other, Fetcher(policy("127.0.0.0/8", deadline_s=0.5)) as fetcher:
            asked = [source(f"http://127.0.0.{host}:{port}/{n}") for host in (2, 3, 4) for n in range(2)]
            return await asyncio.gather(*(fetcher.fetch(one, None, Validators(), NOW) for one in asked))

    assert all(isinstance(outcome, Response) for outcome in asyncio.run(run()))
    assert most == PER_HOST


def test_http_and_https_of_a_host_are_one_site_and_another_port_is_another() -> None:
    assert site_of("n.example", 80) == site_of("n.example", 443) != site_of("n.example", 8443)


SILENCES = {(429, 120): 120, (429, 0): 0, (429, None): 60, (503, 120): 120, (503, None): 0, (500, 120): 0, (404, None): 0, (None, None): 0}


@pytest.mark.parametrize("told", SILENCES)
def test_which_answers_speak_for_the_whole_host(told: tuple[int | None, int | None]) -> None:
    assert silence_s(*told) == SILENCES[told]


TOLD_OFF = {"429": http("429 Too Many", b"", Retry_After="120"), "503": http("503 Busy", b"", Retry_After="120")}


@pytest.mark.parametrize("status", TOLD_OFF)
def test_nobody_asks_a_host_that_told_one_source_to_wait(status: str) -> None:
    scripts: dict[str, Script] = {
        "/busy": [TOLD_OFF[status]],
        "/feed": [http()],
        "/leads-there": [http("302 Found", b"", Location="http://127.0.0.1:{port}/feed")],
    }

    async def run() -> None:
        async with wire(scripts) as server, Fetcher(policy("127.0.0.1", "localhost")) as fetcher:

            async def ask(path: str, host: str = "127.0.0.1", later: float = 0.0) -> Response | FetchFailure:
                return await fetcher.fetch(source(server.url(path, host)), None, Validators(), NOW + timedelta(seconds=later))

            told = await ask("/busy")
            assert isinstance(told, FetchFailure)
            assert told.hold is not None
            assert told.hold.host == f"127.0.0.1:{server.port}"
            assert timedelta(seconds=120) <= told.hold.until - NOW < timedelta(seconds=125)
            for path, host in (("/feed", "127.0.0.1"), ("/leads-there", "localhost")):
                with pytest.raises(HeldBackError) as held:
                    await ask(path, host)
                assert held.value.until == told.hold.until
            assert isinstance(await ask("/feed", "localhost"), Response)
            assert isinstance(await ask("/feed", later=126), Response)
            assert [request.split()[1] for request in server.requests] == [b"/busy", b"/leads-there", b"/feed", b"/feed"]

    asyncio.run(run())


def test_who_waits_for_a_turn_meanwhile_is_held_back_too() -> None:
    async def run() -> None:
        pace = Pace({})
        await pace.turn("a", 0.2, clock)
        waiting = asyncio.ensure_future(pace.turn("a", 0.2, clock))
        await asyncio.sleep(0.05)
        hold = pace.hold("a", 60, NOW)
        assert hold is not None
        with pytest.raises(HeldBackError):
            await waiting
        shorter = pace.hold("a", 5, NOW)
        assert shorter is not None
        assert shorter.until == hold.until, "a shorter wait does not end a longer one"

    asyncio.run(run())
