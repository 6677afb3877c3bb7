"""Opening a store, its unit of work, and what it says when the database cannot be used."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from monitor.errors import ConfigError, StoreError, UsageError
from monitor.store import Store, open_store
from monitor.store.documents import DocumentQuery, add_documents, count_documents, documents_by_id, list_documents
from monitor.store.events import events_as_of, save_events
from monitor.store.outbox import mark, plan
from monitor.store.slots import take_slot
from monitor.store.sources import data_as_of, sync_sources
from tests.store.nouns import NOW, delivery, document, event, source, stored


def test_a_missing_folder_is_created_for_its_owner_only(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/new/deep/store.sqlite")
    stored(store, document())
    store.close()
    assert (tmp_path / "new/deep/store.sqlite").exists()
    assert (tmp_path / "new/deep").stat().st_mode & 0o077 == 0


def test_an_opened_store_keeps_its_rows(store_url: str) -> None:
    for expected in (1, 0):
        store = open_store(store_url)
        assert len(stored(store, document())) == expected
        store.close()


@pytest.mark.parametrize(
    ("url", "said"),
    [
        pytest.param("", "cannot be read", id="empty"),
        pytest.param("nonsense", "cannot be read", id="nonsense"),
        pytest.param("mysql://host/db", "no database of kind 'mysql'", id="another database"),
        pytest.param("sqlite://", "needs a file", id="memory"),
        pytest.param("sqlite:///:memory:", "needs a file", id="memory by name"),
        pytest.param("postgresql://host:port/db", "cannot be read", id="port is no number"),
    ],
)
def test_a_bad_url_is_a_configuration_error(url: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        open_store(url)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_an_unreachable_server_is_named_without_its_password(scheme: str) -> None:
    with pytest.raises(StoreError, match="is the server running") as caught:
        open_store(f"{scheme}://me:secret@127.0.0.1:1/db?sslpassword=secret")
    assert "127.0.0.1" in str(caught.value)
    assert "secret" not in str(caught.value)


def test_the_shown_url_has_no_password(store: Store) -> None:
    assert store.url_without_password.startswith(("sqlite:///", "postgresql+psycopg://"))
    assert "timeout" not in store.url_without_password


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("these are my notes\n" * 99)
    with pytest.raises(StoreError, match="move it away or restore"):
        open_store(f"sqlite:///{file}")
    assert file.read_text() == "these are my notes\n" * 99


@pytest.mark.parametrize(
    ("place", "said"),
    [
        pytest.param("a-file/store.sqlite", "cannot be created", id="folder is a file"),
        pytest.param("a-folder", "unable to open database file", id="database is a folder"),
    ],
)
def test_an_impossible_place_is_refused(tmp_path: Path, place: str, said: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "a-folder").mkdir()
    with pytest.raises(StoreError, match=said):
        open_store(f"sqlite:///{tmp_path}/{place}")


def test_a_newer_schema_is_refused(empty_url: str) -> None:
    store = open_store(empty_url)
    with store.write() as tx:
        tx.connection().exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    store.close()
    with pytest.raises(StoreError, match=r"schema 9999.*newer version"):
        open_store(empty_url)


READ_ONLY = """
import sys
from monitor.errors import StoreError
from monitor.store import open_store
from monitor.store.slots import take_slot
from tests.store.nouns import NOW
try:
    with open_store(sys.argv[1]).write() as tx:
        take_slot(tx, "job", "slot", NOW)
except StoreError as error:
    sys.exit(str(error))
"""


def test_a_read_only_file_says_so(sqlite_template: Path, tmp_path: Path) -> None:
    if os.geteuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may write everywhere, and setpriv is not here to drop that right")
    file = tmp_path / "store.sqlite"
    shutil.copy(sqlite_template, file)
    file.chmod(0o444)
    # Root without the right to override modes is an ordinary user who owns nothing of this.
    drop = ["setpriv", "--bounding-set=-dac_override", "--inh-caps=-dac_override"] if os.geteuid() == 0 else []
    asked = subprocess.run([*drop, sys.executable, "-c", READ_ONLY, f"sqlite:///{file}"], capture_output=True, text=True, check=False)
    assert asked.returncode == 1
    assert "read-only for this user" in asked.stderr


def test_a_full_disk_says_so_and_loses_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "store.sqlite"
    shutil.copy(sqlite_template, file)
    store = open_store(f"sqlite:///{file}")
    stored(store, document("1"))
    big = document("2", text="x" * 10**6)
    with store.write() as tx:
        pages = tx.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        tx.connection().exec_driver_sql(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError, match="free some space"):
            add_documents(tx, [big], NOW)
    with store.write() as tx:
        tx.connection().exec_driver_sql("PRAGMA max_page_count=1000000")
    assert stored(store, document("1"), big) == [big]
    store.close()


def test_a_database_that_another_process_keeps_says_so(store: Store, tmp_path: Path) -> None:
    if not store.url_without_password.startswith("sqlite"):
        pytest.skip("a server locks rows, not the database")
    hasty = open_store(f"sqlite:///{tmp_path}/store.sqlite?timeout=0.05")

    def take() -> bool:
        with hasty.write() as tx:
            return take_slot(tx, "job", "slot", NOW)

    with store.write() as keeper:
        assert take_slot(keeper, "job", "other slot", NOW)
        with pytest.raises(StoreError, match="another process holds it"):
            take()
        with hasty.read() as tx:
            assert data_as_of(tx) is None, "readers never wait"
    assert take()
    hasty.close()


def test_an_error_rolls_everything_back(store: Store) -> None:
    def fail_in_the_middle() -> None:
        with store.write() as tx:
            sync_sources(tx, [source()], NOW)
            add_documents(tx, [document()], NOW)
            raise KeyError("a bug")

    with pytest.raises(KeyError):
        fail_in_the_middle()
    with store.read() as tx:
        assert count_documents(tx) == 0


def test_a_reader_sees_one_snapshot(store: Store) -> None:
    stored(store, document("1"))
    with store.read() as tx:
        assert count_documents(tx) == 1
        stored(store, document("2"))
        assert count_documents(tx) == 1
    with store.read() as tx:
        assert count_documents(tx) == 2


def test_a_reader_cannot_write_and_a_writer_can_afterwards(store: Store) -> None:
    with store.read() as tx, pytest.raises(StoreError, match=r"(?i)read-?only"):
        take_slot(tx, "job", "slot", NOW)
    with store.write() as tx:
        assert take_slot(tx, "job", "slot", NOW)


@pytest.mark.parametrize("text", ["nul \x00 inside", "lone \ud800 surrogate"], ids=["NUL", "surrogate"])
def test_text_that_one_database_would_refuse_is_refused_by_both(store: Store, text: str) -> None:
    bad = document().model_copy(update={"text": text})
    bad_body = document().model_copy(update={"published_raw": text})
    stored(store)
    for refused in (bad, bad_body):
        with store.write() as tx, pytest.raises(UsageError, match="cannot keep"):
            add_documents(tx, [refused], NOW)
    with store.write() as tx, pytest.raises(UsageError, match="cannot keep"):
        save_events(tx, [event().model_copy(update={"title": text})], NOW)
    with store.read() as tx, pytest.raises(UsageError, match="cannot keep"):
        documents_by_id(tx, [text])
    with store.read() as tx, pytest.raises(UsageError, match="cannot keep"):
        list_documents(tx, DocumentQuery(q=text))
    with store.read() as tx:
        assert count_documents(tx) == 0
        assert events_as_of(tx, None) == []


@pytest.mark.parametrize("number", [2**63, 2**200, -(2**64)])
def test_a_number_out_of_range_is_refused(store: Store, number: int) -> None:
    stored(store)
    with store.write() as tx, pytest.raises(UsageError, match="cannot keep"):
        add_documents(tx, [document(revision=number)], NOW)
    with store.write() as tx:
        plan(tx, delivery())
    with store.write() as tx, pytest.raises(UsageError, match="cannot keep"):
        mark(tx, delivery(attempts=number))


def test_a_server_that_restarts_is_reached_again_by_itself(store: Store) -> None:
    if store.url_without_password.startswith("sqlite"):
        pytest.skip("an embedded database has no server")
    end_all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

    def lose_the_connection() -> None:
        with store.read() as tx:
            data_as_of(tx)
            with store.write() as other:
                other.connection().exec_driver_sql(end_all)
            data_as_of(tx)

    with pytest.raises(StoreError, match="is the server running"):
        lose_the_connection()
    with store.write() as tx:
        assert take_slot(tx, "job", "slot", NOW)
