"""How fast documents are stored, against sqlite3's own `executemany` of the same rows under the same indexes: CPU time, interleaved rounds.

`python benchmarks/store.py [--documents N] [--batch N] [--rounds N]`. Ours is what the pipeline calls: nouns come in, one transaction per
batch, and it is told which were new; beside it the same without making rows of nouns, which the other side is spared too. The other side
gets finished tuples and the same schema (indexes, triggers, foreign keys).
"""

from __future__ import annotations

import argparse
import hashlib
import random
import sqlite3
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from monitor.model import Document, Source
from monitor.store import open_store, sources
from monitor.store.dialect import insert_new
from monitor.store.documents import _row, add_documents
from monitor.store.tables import DocumentRow

NOW = datetime(2024, 6, 25, tzinfo=UTC)
SOURCE = Source(id="s", name="S", url="https://feeds.example/feed", publisher="P", family="p", kind="news")
WORDS = [f"word{number}" for number in range(5_000)]


def documents(count: int, seed: int) -> list[Document]:
    """News of sixty words each."""
    chance = random.Random(seed)
    return [document(chance, f"{seed}-{number}") for number in range(count)]


def document(chance: random.Random, guid: str) -> Document:
    title, text = " ".join(chance.choices(WORDS, k=9)), " ".join(chance.choices(WORDS, k=60))
    at = NOW - timedelta(seconds=chance.randrange(10**6))
    return Document(
        source=SOURCE.id,
        guid=guid,
        url=f"https://feeds.example/{guid}",
        title=title,
        text=text,
        lang="en",
        published_at=at,
        published_raw=at.isoformat(),
        updated_at=None,
        retrieved_at=NOW,
        content_hash=hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
        origin_group="p",
        kind="news",
    )


def store_at(folder: str) -> Any:
    store = open_store(f"sqlite:///{folder}/store.db")
    with store.write() as tx:
        sources.sync_sources(tx, [SOURCE], NOW)
    return store


def ours(batches: Sequence[list[Document]], *, from_rows: bool = False) -> tuple[float, list[tuple[object, ...]]]:
    """CPU seconds, and the rows as the database has them."""
    made = [[_row(document, NOW) for document in batch] for batch in batches] if from_rows else []
    with tempfile.TemporaryDirectory() as folder:
        store = store_at(folder)
        begun = time.process_time()
        for number, batch in enumerate(batches):
            with store.write() as tx:
                new: Sequence[object] = insert_new(tx, DocumentRow, made[number], "id") if from_rows else add_documents(tx, batch, NOW)
                assert len(new) == len(batch)
        spent = time.process_time() - begun
        store.close()
        with sqlite3.connect(f"{folder}/store.db") as raw:
            rows = raw.execute("SELECT * FROM document").fetchall()
        raw.close()
    return spent, rows


def theirs(batches: Sequence[Sequence[tuple[object, ...]]]) -> float:
    """CPU seconds of sqlite3 alone."""
    with tempfile.TemporaryDirectory() as folder:
        store_at(folder).close()
        raw = sqlite3.connect(f"{folder}/store.db", isolation_level=None)
        for pragma in ("synchronous=NORMAL", "foreign_keys=ON", "recursive_triggers=ON", "cache_size=-8192"):
            raw.execute(f"PRAGMA {pragma}")
        insert = f"INSERT INTO document VALUES ({', '.join('?' * len(batches[0][0]))})"
        begun = time.process_time()
        for batch in batches:
            raw.execute("BEGIN IMMEDIATE")
            raw.executemany(insert, batch)
            raw.execute("COMMIT")
        spent = time.process_time() - begun
        raw.close()
    return spent


def parts(rows: Sequence[Any], size: int) -> list[Any]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--documents", type=int, default=20_000)
    arguments.add_argument("--batch", type=int, default=1_000)
    arguments.add_argument("--rounds", type=int, default=7)
    given = arguments.parse_args()
    batches = parts(documents(given.documents, 1), given.batch)
    _, rows = ours(batches)  # to warm up
    rounds = [(ours(batches)[0], ours(batches, from_rows=True)[0], theirs(parts(rows, given.batch))) for _ in range(given.rounds)]
    print(f"{given.documents} documents in transactions of {given.batch}, {given.rounds} rounds after one to warm up")
    for at, name in enumerate(("ours from nouns", "ours from rows", "sqlite3 executemany")):
        ratios = [once[2] / once[at] for once in rounds]
        speed = given.documents / median(once[at] for once in rounds)
        print(f"{name:20} {speed:10.0f} rows/s   × {median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})")


if __name__ == "__main__":
    main()
