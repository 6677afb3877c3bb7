"""Processes: they share a database without "database is locked", and kill -9 leaves all of a transaction or nothing."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

import pytest
from sqlalchemy import Connection, inspect

from monitor.model import Document, Validators
from monitor.store import Session, dialect, open_store
from monitor.store.documents import DocumentQuery, add_documents, count_documents, list_documents
from monitor.store.inventory import inventory_as_of, save_inventory
from monitor.store.sources import PollOutcome, claim_due, release_leases, save_poll, source_statuses, sync_sources
from tests.store.nouns import NOW, document, source, team

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(["tests.store.test_crash"])
ROUNDS = 50


def run(target: object, *arguments: object, count: int = 4) -> list[int | None]:
    """Exit codes of that many processes that run the function at once."""
    workers = [PROCESSES.Process(target=target, args=arguments) for _ in range(count)]  # type: ignore[arg-type]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [worker.exitcode for worker in workers]


def _open(url: str, together: Barrier) -> None:
    together.wait()
    open_store(url).close()


def test_processes_that_start_at_once_create_one_schema(empty_url: str) -> None:
    assert run(_open, empty_url, PROCESSES.Barrier(4)) == [0, 0, 0, 0]


def _append_teams(url: str) -> None:
    """Reads the teams and writes one more, again and again: a lost update would show as a missing team."""
    store = open_store(url)
    for _ in range(ROUNDS):
        with store.write() as tx:
            number = len(inventory_as_of(tx, None))
            save_inventory(tx, [team(f"t{n}") for n in range(number + 1)], NOW)
    store.close()


def test_four_processes_read_and_update_without_being_locked_out(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.sqlite"
    assert run(_append_teams, url) == [0, 0, 0, 0]
    store = open_store(url)
    with store.read() as tx:
        assert len(inventory_as_of(tx, None)) == 4 * ROUNDS
    store.close()


def _poll_for_ever(url: str, ready: Event) -> None:
    """Polls the source again and again: five entries and the validator that says how far it came."""
    store = open_store(url)
    with store.write() as tx:
        release_leases(tx, {"victim"})
    ready.set()
    while True:
        with store.write() as tx:
            (task,) = claim_due(tx, NOW, "victim", timedelta(minutes=5), 1)
            start = int(task.validators.etag or 0)
            for number in range(start, start + 5):
                add_documents(tx, [document(str(number))], NOW)
            reached = Validators(etag=str(start + 5))
            save_poll(tx, PollOutcome(source="wire", owner="victim", at=NOW, state="ok", next_poll_at=NOW, validators=reached))


def _all_documents(tx: Session) -> Iterator[Document]:
    """Page by page: a fast machine stores more than one page holds."""
    query = DocumentQuery(limit=1000)
    while (page := list_documents(tx, query)).next_cursor is not None:
        yield from page.items
        query = replace(query, cursor=page.next_cursor)
    yield from page.items


@pytest.mark.parametrize("delay_ms", [5, 20, 45, 80, 120, 170])
def test_a_killed_writer_leaves_whole_polls_only(store_url: str, delay_ms: int) -> None:
    """Entries, validators and schedule are one transaction: the stored numbers are 0..etag-1 without a hole."""
    store = open_store(store_url)
    with store.write() as tx:
        sync_sources(tx, [source()], NOW)
    for _ in range(2):
        ready = PROCESSES.Event()
        victim = PROCESSES.Process(target=_poll_for_ever, args=(store_url, ready))
        victim.start()
        assert ready.wait(30)
        time.sleep(delay_ms / 1000)
        victim.kill()
        victim.join()
    with store.write() as tx:
        etag = tx.connection().exec_driver_sql("SELECT etag FROM source").scalar_one()
        found = {int(document.guid) for document in _all_documents(tx)}
        (status,) = source_statuses(tx)
        assert status.documents == count_documents(tx) == int(etag or 0)
    assert found == set(range(int(etag or 0)))
    store.close()


def _die_at_the_end_of_the_migration(url: str) -> None:
    def die(connection: Connection) -> list[str]:
        os.kill(os.getpid(), signal.SIGKILL)
        return []

    dialect.broken_references = die
    open_store(url)


def test_a_killed_migration_leaves_nothing_and_the_next_start_finishes(empty_url: str) -> None:
    assert run(_die_at_the_end_of_the_migration, empty_url, count=1) == [-signal.SIGKILL]
    engine = dialect.new_engine(dialect.database_url(empty_url), migrating=True)
    with engine.connect() as connection:
        assert inspect(connection).get_table_names() == []
    engine.dispose()
    store = open_store(empty_url)
    with store.read() as tx:
        assert count_documents(tx) == 0
    store.close()
