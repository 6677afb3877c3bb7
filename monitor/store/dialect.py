"""The one file that names a database. A URL comes in; engines, statements and DDL in the right dialect go out.

SQLite is the embedded default, PostgreSQL (psycopg 3) the shared store. Everything else in `monitor.store` is the same on both.
"""

from __future__ import annotations

import json
import re
import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Final

from sqlalchemy import (
    URL,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    Engine,
    Integer,
    NullPool,
    QueuePool,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    event,
    exc,
    literal_column,
    make_url,
    select,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.orm import Mapped, Session
from sqlmodel import SQLModel

from monitor.errors import ConfigError, ForewarnedError, StoreError, UsageError

SQLITE: Final = "sqlite"
POSTGRESQL: Final = "postgresql"
BUSY_S = 30
"""How long a writer waits for another one, unless the URL says `?timeout=SECONDS`."""
CONNECT_S = 10
IDLE_S = 600
"""After how long a server ends the session of a process that was stopped within a transaction: its locks would hold up every other
replica. Longer than any of ours is silent."""
_SESSION: Final = {
    "idle_in_transaction_session_timeout": IDLE_S * 1000,
    "cursor_tuple_fraction": 1,  # what is read bit by bit is read to its end; else plans are made for the first tenth, row against row
}
"""Settings of a server's sessions, unless the URL says `?options=-c …`."""
SWITCH_TRIES, SWITCH_PAUSE = 100, 0.05
"""How often and how long apart, in seconds, a new file is asked to switch to the write-ahead log."""
_READING: Final = "forewarned_reading"
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)
_ESCAPED_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")

_ADVICE = (
    ("database is locked", "another process holds it; try again, or stop the process that keeps it open"),
    ("database or disk is full", "free some space; nothing that was acknowledged is lost"),
    ("no space left", "free some space on the database server"),
    ("readonly database", "the file is read-only for this user; change its owner or mode"),
    ("read-only transaction", "the database refuses writing; it may be a replica"),
    ("unable to open database file", "the folder is missing or closed to this user"),
    ("not a database", "the file is no SQLite database; move it away or restore a backup"),
    ("malformed", "the file is damaged; restore a backup"),
    ("append-only", "what was recorded is never changed; add a new version instead"),
    ("no such table", "the schema is incomplete; run `forewarned db upgrade`"),
    ("connection", "is the server running, and are host, port, user and password right?"),
)


# ---------------------------------------------------------------- URLs and engines
def database_url(url: str) -> URL:
    """The URL with its driver: `sqlite:///FILE` or `postgresql://…`; ConfigError for anything else."""
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError) as error:
        raise ConfigError("the database URL cannot be read; write sqlite:///FILE or postgresql://USER@HOST/NAME") from error
    if parsed.get_backend_name() in (POSTGRESQL, "postgres"):
        return parsed.set(drivername=f"{POSTGRESQL}+psycopg")
    if parsed.get_backend_name() != SQLITE:
        raise ConfigError(f"no database of kind {parsed.drivername!r} is supported; use sqlite:///FILE or postgresql://…")
    if not parsed.database or parsed.database == ":memory:":
        raise ConfigError("SQLite needs a file: sqlite:///FILE (a database in memory has one connection only)")
    return parsed.set(drivername=SQLITE)


def shown(url: URL) -> str:
    """The URL as it may be logged: no password, wherever it stands."""
    hidden = {name: "***" if "password" in name.lower() else value for name, value in url.query.items()}
    return url.set(query=hidden).render_as_string(hide_password=True)


def database_file(url: URL) -> str | None:
    """The path of an embedded database, None for a server."""
    return url.database if url.get_backend_name() == SQLITE else None


def new_engine(url: URL, *, migrating: bool = False) -> Engine:
    """An engine whose transactions write at once; `migrating` leaves foreign keys off, or a rebuilt table would cascade."""
    pool = NullPool if migrating else QueuePool
    if url.get_backend_name() == SQLITE:
        waiting: dict[str, Any] = {} if "timeout" in url.query else {"timeout": BUSY_S}
        engine = create_engine(url, poolclass=pool, json_serializer=dumps, connect_args={"isolation_level": None, **waiting})
        _listen_sqlite(engine, foreign_keys=not migrating)
    else:
        arguments = {"connect_timeout": CONNECT_S, "client_encoding": "utf8", "application_name": "forewarned"}
        own = url.normalized_query.get("options", ())  # of two the last holds
        arguments["options"] = " ".join((*(f"-c {name}={value}" for name, value in _SESSION.items()), *own))
        engine = create_engine(
            url.difference_update_query(arguments),
            poolclass=pool,
            json_serializer=dumps,
            pool_pre_ping=not migrating,
            connect_args=arguments,
        )
    event.listen(engine, "before_cursor_execute", _refuse_unstorable_text)
    event.listen(engine, "handle_error", lambda context: _translated(context, shown(url)))
    return engine


def reading(engine: Engine) -> Engine:
    """The same pool, with transactions that see one snapshot and cannot write."""
    if engine.dialect.name == SQLITE:
        return engine.execution_options(**{_READING: True})
    return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)


def _write_ahead(cursor: Any) -> None:
    """Switch to the write-ahead log; SQLite asks no busy handler when two processes switch a new file at once, so ask again."""
    for _ in range(SWITCH_TRIES - 1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error):
                raise
            time.sleep(SWITCH_PAUSE)
        else:
            return
    cursor.execute("PRAGMA journal_mode=WAL")


def _listen_sqlite(engine: Engine, *, foreign_keys: bool) -> None:
    """Pragmas per connection; BEGIN IMMEDIATE for writers, because a promoted reader fails at once whatever the busy timeout."""

    def connect(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        _write_ahead(cursor)
        for pragma in (
            "synchronous=NORMAL",
            f"foreign_keys={'ON' if foreign_keys else 'OFF'}",
            "recursive_triggers=ON",  # else REPLACE would slip past the append-only triggers
            "cache_size=-8192",  # KiB per connection; the rest is the page cache of the system
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    def begin(connection: Connection) -> None:
        only_reads = connection.get_execution_options().get(_READING, False)
        connection.exec_driver_sql(f"PRAGMA query_only={'ON' if only_reads else 'OFF'}")
        connection.exec_driver_sql("BEGIN DEFERRED" if only_reads else "BEGIN IMMEDIATE")

    event.listen(engine, "connect", connect)
    event.listen(engine, "begin", begin)


# ---------------------------------------------------------------- values and errors
class Written(str):
    """JSON text, to be stored as it is."""

    __slots__ = ()


def dumps(value: object) -> str:
    """JSON as it is stored; ValueError for NUL and lone surrogates, which only one of the databases would take."""
    written = str(value) if isinstance(value, Written) else _ENCODER.encode(value)
    if "\\u0000" in written and _ESCAPED_NUL.search(written):
        raise ValueError("text with a NUL character")
    if not written.isascii():
        written.encode()
    return written


def _refuse_unstorable_text(_c: Connection, _cursor: object, _statement: str, parameters: Any, *_rest: object) -> None:
    """Refuses NUL and lone surrogates in any bound text, the same on both databases."""
    rows = parameters if isinstance(parameters, list) else [parameters]
    values = (row.values() if isinstance(row, Mapping) else row for row in rows)
    texts = [value for value in chain.from_iterable(values) if isinstance(value, str)]
    if not _is_storable("".join(texts)):
        value = next((text for text in texts if not _is_storable(text)), "")
        raise UsageError(f"the store cannot keep text with NUL or lone surrogate characters: {value[:60]!r}")


def _is_storable(value: str) -> bool:
    if "\x00" in value:
        return False
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _translated(context: ExceptionContext, where: str) -> ForewarnedError | None:
    """What a database error means for us: UsageError for an impossible value, StoreError for the store's own trouble."""
    original, error = context.original_exception, context.sqlalchemy_exception
    if isinstance(original, (ValueError, OverflowError)) or isinstance(error, exc.DataError):
        return UsageError(f"the store cannot keep this value: {_first_line(original)}")
    if not isinstance(error, (exc.DatabaseError, exc.InterfaceError)) or isinstance(error, exc.ProgrammingError):
        return None  # a bug of ours: shown as it is
    said = _first_line(original)
    advice = next((hint for sign, hint in _ADVICE if sign in said.lower()), "")
    return StoreError(f"{where}: {said}" + (f"; {advice}" if advice else ""))


def _first_line(error: BaseException) -> str:
    """What went wrong, without the details that follow: those may quote rows."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


# ---------------------------------------------------------------- statements
def insert_new(tx: Session, row: type[SQLModel], values: Sequence[Mapping[str, Any]], key: str) -> list[Any]:
    """Inserts in bulk what has a new primary key, leaves the rest alone; column `key` of the rows really inserted."""
    if not values:
        return []
    table = row.metadata.tables[str(row.__tablename__)]
    is_sqlite = tx.get_bind().dialect.name == SQLITE
    statement = _inserting(table, is_sqlite)
    if is_sqlite and all(set(value) == set(table.c.keys()) for value in values):
        return _insert_alone(tx.connection(), statement, values, table.c[key])
    return list(tx.scalars(statement.returning(table.c[key]), [dict(v) for v in values]))


@cache
def _inserting(table: Table, is_sqlite: bool) -> sqlite.Insert | postgresql.Insert:
    insert = sqlite.insert if is_sqlite else postgresql.insert
    return insert(table).on_conflict_do_nothing(index_elements=list(table.primary_key))


@lru_cache(maxsize=64)  # tables of a process's few databases
def _written(statement: sqlite.Insert | postgresql.Insert, dialect: Dialect) -> str:
    return str(statement.values({column.name: bindparam(column.name) for column in statement.table.c}).compile(dialect=dialect))


def _insert_alone(
    connection: Connection, statement: sqlite.Insert | postgresql.Insert, values: Sequence[Mapping[str, Any]], key: Column[Any]
) -> list[Any]:
    """Whole rows where no other writer can come between: one `executemany`, whose new rows have the highest row ids.

    RETURNING costs a statement per row, and SQLAlchemy binds value by value; here each column is turned at once, by its own type.
    """
    table = key.table
    turned = [_turned([row[column.name] for row in values], column, connection) for column in table.c]
    written = _written(statement, connection.dialect)
    done = connection.exec_driver_sql(written, list(zip(*turned, strict=True)))
    if done.rowcount == len(values):
        return [row[key.name] for row in values]
    rowid: ColumnElement[int] = literal_column("rowid", Integer)
    return [*connection.scalars(select(key).order_by(rowid.desc()).limit(done.rowcount))][::-1]


def _turned(values: list[Any], column: Column[Any], connection: Connection) -> list[Any]:
    """A column's values as the driver takes them; instants repeat, and are written once each."""
    turn = column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect)
    if turn is None:
        return values
    try:
        if isinstance(values[0], datetime):
            written = {value: turn(value) for value in set(values)}
            return [written[value] for value in values]
        return [turn(value) for value in values]
    except (ValueError, OverflowError) as error:
        raise UsageError(f"the store cannot keep this value: {_first_line(error)}") from error


def as_written(column: Mapped[Any], name: str) -> ColumnElement[str]:
    """A JSON column as its text under this name, for readers that are faster than the driver."""
    return cast(column, Text).label(name)


def serialise(connection: Connection | Session, subject: str) -> None:
    """Lets one transaction at a time pass for `subject`, until it ends; SQLite's writers already queue."""
    bind = connection.get_bind() if isinstance(connection, Session) else connection
    if bind.dialect.name == POSTGRESQL:
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext(:subject))"), {"subject": f"forewarned {subject}"})


def only_where(condition: str) -> dict[str, Any]:
    """Arguments that make an index partial."""
    return {f"{SQLITE}_where": text(condition), f"{POSTGRESQL}_where": text(condition)}


# ---------------------------------------------------------------- DDL beyond the models
def make_append_only(connection: Connection, tables: Iterable[str]) -> None:
    """(Re)creates the triggers that refuse UPDATE, DELETE and TRUNCATE; safe to repeat."""
    if connection.dialect.name == SQLITE:
        statements = [s for table in tables for s in _sqlite_triggers(table)]
    else:
        statements = [_POSTGRESQL_FUNCTION, *(s for table in tables for s in _postgresql_trigger(table))]
    for statement in statements:
        connection.exec_driver_sql(statement)


_POSTGRESQL_FUNCTION = """
CREATE OR REPLACE FUNCTION forewarned_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE integrity_constraint_violation USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$
"""


def _sqlite_triggers(table: str) -> Iterable[str]:
    for verb in ("UPDATE", "DELETE"):
        name = f"{table}_no_{verb.lower()}"
        yield f"DROP TRIGGER IF EXISTS {name}"
        yield f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"


def _postgresql_trigger(table: str) -> Iterable[str]:
    name = f"{table}_append_only"
    yield f"DROP TRIGGER IF EXISTS {name} ON {table}"
    yield (
        f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION forewarned_append_only()"
    )


def trigger_names(connection: Connection) -> set[str]:
    """The triggers that the database really has."""
    if connection.dialect.name == SQLITE:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    return {str(name) for (name,) in connection.exec_driver_sql(query)}


def broken_references(connection: Connection) -> list[str]:
    """Foreign keys that point nowhere after a migration; always none on a server, which checks by itself."""
    if connection.dialect.name != SQLITE:
        return []
    return [f"{table} row {rowid} -> {parent}" for table, rowid, parent, _ in connection.exec_driver_sql("PRAGMA foreign_key_check")]
