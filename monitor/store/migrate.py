"""Bringing a database to the present schema. A URL comes in; what goes out is the database at `HEAD`, with its triggers.

Alembic is imported only when there is something to do, because an open store is at head nearly always.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import URL, Connection, inspect, text

from monitor.errors import StoreError
from monitor.store import dialect
from monitor.store.tables import APPEND_ONLY

MIGRATIONS: Final = Path(__file__).parent / "migrations"
HEAD: Final = "0010"
"""The newest revision under migrations/versions; a test compares both."""


def schema_version(connection: Connection) -> str | None:
    """The revision that the database is at, None for an empty one."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def upgrade(url: URL) -> None:
    """Runs the missing migrations in one transaction; StoreError when the schema is newer than this program."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    with migrating(url) as connection:
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        version = schema_version(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if version is not None and version not in known:
            raise StoreError(f"{dialect.shown(url)} has schema {version}, this program knows {HEAD}; run a newer version of forewarned")
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


@contextmanager
def migrating(url: URL) -> Iterator[Connection]:
    """One transaction for DDL, all or nothing and one at a time: foreign keys off on entry; triggers remade and keys checked at the end.

    A table rebuilt by Alembic's batch mode is dropped, which would cascade through foreign keys and silently loses its triggers.
    """
    engine = dialect.new_engine(url, migrating=True)
    try:
        with engine.begin() as connection:
            dialect.serialise(connection, "migration")
            yield connection
            present = set(inspect(connection).get_table_names())  # not all of them after a step to an older revision
            dialect.make_append_only(connection, [table for table in APPEND_ONLY if table in present])
            if broken := dialect.broken_references(connection):
                raise StoreError(f"{dialect.shown(url)}: the migration would leave {len(broken)} broken references, first {broken[0]}")
    finally:
        engine.dispose()
