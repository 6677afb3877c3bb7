"""Opening the store and its unit of work. A URL comes in; a `Store` goes out, whose transactions are the only ones that commit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from monitor.errors import StoreError
from monitor.store import dialect, migrate

__all__ = ["Session", "Store", "open_store"]


class Store:
    """An open database; give its transactions to the functions of the subject modules."""

    def __init__(self, engine: Engine) -> None:
        self._writer = engine
        self._reader = dialect.reading(engine)

    @property
    def url_without_password(self) -> str:
        """Which database this is, fit for logs and pages."""
        return dialect.shown(self._writer.url)

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that may change rows: committed at the end, rolled back by any exception.

        An error of the store ends it: let it pass, because a server forgets everything before it as well.
        """
        with self._transaction(self._writer) as tx:
            yield tx

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One transaction that sees a single snapshot and cannot write."""
        with self._transaction(self._reader) as tx:
            yield tx

    def close(self) -> None:
        """Closes all connections; the store can be opened again."""
        self._writer.dispose()

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Session]:
        try:
            with Session(engine, autoflush=False) as tx, tx.begin():
                yield tx
        except PoolTimeout as error:
            raise StoreError(f"{self.url_without_password}: all connections are in use; try again") from error


def open_store(url: str) -> Store:
    """Opens the database, creating folder and schema when missing; StoreError when it cannot be used or is of a newer version."""
    parsed = dialect.database_url(url)
    file = dialect.database_file(parsed)
    if file is not None:
        _create_folder(Path(file).expanduser().parent)
        parsed = parsed.set(database=str(Path(file).expanduser()))
    engine = dialect.new_engine(parsed)
    try:
        with engine.connect() as connection:
            version = migrate.schema_version(connection)
        if version != migrate.HEAD:
            migrate.upgrade(parsed)
    except BaseException:
        engine.dispose()
        raise
    return Store(engine)


def _create_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(f"the folder {folder} for the database cannot be created: {error.strerror}") from error
