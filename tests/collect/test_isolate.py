"""The wall around the parser: what burns CPU, eats memory or never ends is killed, and the next feed is read as if nothing was."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.collect.isolate import ParseLimits, Parser
from monitor.collect.parse import parse
from monitor.model import FetchFailure
from tests.collect.bodies import entries, feed_source, item, response, rss

GOOD = response(rss(item() + item("second", "2")).encode())
HOSTILE = {
    "comments in comments": rss("<item><title>x</title><description>" + "<!--" * 200_000 + "</description></item>"),
    "an endless author": rss(f"<item><author>{'a' * 400_000}@</author></item>"),
    "a million attributes": rss("<item " + " ".join(f"a{n}='1'" for n in range(150_000)) + "></item>"),
    "deep nesting": rss("<item><description>" + "<a>" * 300_000 + "</description></item>"),
}


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser(ParseLimits(wall_s=2, cpu_s=2), children=1) as running:
        yield running


def _children() -> set[int]:
    """The children of this process, without the one that multiprocessing keeps for itself once anything used it."""
    pids = {int(pid) for pid in Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()}
    return {pid for pid in pids if b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()}


def test_the_answer_is_that_of_the_parser(parser: Parser) -> None:
    assert parser.parse(feed_source(), GOOD) == parse(feed_source(), GOOD)
    refused = response(b"<html></html>")
    assert parser.parse(feed_source(), refused) == parse(feed_source(), refused)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_feed_ends_in_time_and_the_next_is_read(parser: Parser, case: str) -> None:
    begun = time.monotonic()
    outcome = parser.parse(feed_source(), response(HOSTILE[case].encode()))
    assert time.monotonic() - begun < 5
    if isinstance(outcome, FetchFailure):
        assert outcome.reason in ("parser_killed", "not_well_formed", "not_a_feed", "truncated")
    assert len(entries(parser.parse(feed_source(), GOOD))) == 2


def test_too_much_memory_is_refused() -> None:
    with Parser(ParseLimits(memory_mib=200)) as small:
        outcome = small.parse(feed_source(), response(rss(item("x" * 60_000_000)).encode()))
    assert isinstance(outcome, FetchFailure)
    assert outcome.reason == "parser_killed"


def test_too_long_an_answer_is_refused() -> None:
    with Parser(ParseLimits(answer_mib=1)) as short:
        outcome = short.parse(feed_source(), response(rss(item(description="x" * 1_500_000)).encode()))
        assert isinstance(outcome, FetchFailure)
        assert outcome.reason == "parser_killed"
        assert len(entries(short.parse(feed_source(), GOOD))) == 2


def test_one_child_serves_many_feeds_and_is_replaced_when_killed() -> None:
    others = _children()  # what servers of other tests may have left
    with Parser(ParseLimits(wall_s=2, cpu_s=2), children=1) as running:
        running.parse(feed_source(), GOOD)
        before = _children()
        for _ in range(5):
            running.parse(feed_source(), GOOD)
        assert _children() == before
        (child,) = before - others
        os.kill(child, signal.SIGKILL)
        outcome = running.parse(feed_source(), GOOD)
        assert isinstance(outcome, FetchFailure)
        assert (outcome.reason, "SIGKILL" in outcome.detail) == ("parser_killed", True)
        assert len(entries(running.parse(feed_source(), GOOD))) == 2
        assert child not in _children()


def test_a_child_that_has_grown_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    with Parser(children=1) as running:
        running.parse(feed_source(), GOOD)
        first = _children()
        running.parse(feed_source(), GOOD)
        assert _children() == first
        monkeypatch.setattr("monitor.collect.isolate._GROWN_MIB", 1)
        assert len(entries(running.parse(feed_source(), GOOD))) == 2
        assert len(_children()) == len(first) - 1


def test_closing_leaves_no_process_behind() -> None:
    before = _children()
    with Parser(children=2) as running:
        threads = [threading.Thread(target=running.parse, args=(feed_source(), GOOD)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert 1 <= len(_children() - before) <= 2
    assert _children() == before
