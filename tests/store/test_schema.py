"""The schema: migrations give exactly what the models say, facts cannot be changed, a rebuilt table keeps rows and triggers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Column, Connection, Engine, Integer, insert, inspect, select

from monitor.errors import StoreError
from monitor.model import Anchor, Copy, Event, EventDates, EventDecision, Observed, OriginDecision, TriageFact, body_hash
from monitor.store import Store, decisions, dialect, migrate, open_store
from monitor.store.assessments import save_assessments
from monitor.store.documents import count_documents
from monitor.store.events import events_as_of, save_events
from monitor.store.inventory import save_inventory
from monitor.store.origins import decide, save_compared
from monitor.store.outbox import last_told
from monitor.store.signals import save_taggings, tagging_of
from monitor.store.sources import PollOutcome, claim_due, save_poll, source_statuses
from monitor.store.tables import APPEND_ONLY, Row
from monitor.store.triage import record_triage
from tests.store.nouns import MINUTE, NOW, assessment, document, event, signal, source, stored, tagging, team


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine: Engine = dialect.new_engine(dialect.database_url(url), migrating=True)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def shape(connection: Connection) -> dict[str, Any]:
    """Everything about the tables that the inspector can see and Alembic's comparison leaves out."""
    found = inspect(connection)
    return {
        table: (
            {c["name"]: str(c["sqltext"]) for c in found.get_check_constraints(table)},
            found.get_pk_constraint(table),
            sorted(str(f) for f in found.get_foreign_keys(table)),
            sorted(str(u) for u in found.get_unique_constraints(table)),
            sorted(f"{i['name']} {i['column_names']} {i['unique']} {_condition(i)}" for i in found.get_indexes(table)),
        )
        for table in sorted(Row.metadata.tables)
    }


def _condition(index: Any) -> list[str]:
    return [str(value) for option, value in sorted(index.get("dialect_options", {}).items()) if option.endswith("_where")]


def facts(store: Store) -> None:
    """One row in every append-only table."""
    one = document()
    stored(store, one)
    repeated = Copy(
        document=one.id, entry=one.entry, copied=one.id, copied_entry=one.entry, share=1, span=(0, 9), copied_span=(0, 9), recorded_at=NOW
    )
    ruled = EventDecision(
        kind="confirm", event="evt_1", anchors=(Anchor(document=one.id, entry=one.entry, signal=signal(), recorded_at=NOW),), author="Ann",
        reason="asked them", recorded_at=NOW,
    )  # fmt: skip
    decided = OriginDecision(verdict="apart", documents=(one.id,), entries=(one.entry,), author="Ann", reason="own words", recorded_at=NOW)
    with store.write() as tx:
        save_compared(tx, "1", [(one, b"")], [repeated], NOW)
        decide(tx, decided)
        decisions.decide(tx, ruled)
        record_triage(tx, TriageFact(team="platform", event="evt_1", state="affected", author="Ann", reason="asked", recorded_at=NOW))
        save_taggings(tx, [tagging(one, signals=[signal()])], NOW)
        save_events(tx, [event()], NOW)
        save_assessments(tx, [assessment()], NOW)
        save_inventory(tx, [team()], NOW)
        claim_due(tx, NOW, "me", MINUTE, 1)
        assert save_poll(tx, PollOutcome(source="wire", owner="me", at=NOW, state="ok", next_poll_at=None))


def test_migrations_and_models_agree(store_url: str) -> None:
    with connected(store_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, Row.metadata) == []


def test_migrations_and_models_agree_in_checks_and_keys(store_url: str, empty_url: str) -> None:
    if store_url.startswith("sqlite") != empty_url.startswith("sqlite"):
        pytest.skip("compares within one database")
    with connected(empty_url) as connection:
        Row.metadata.create_all(connection)
        expected = shape(connection)
    with connected(store_url) as connection:
        assert shape(connection) == expected


def test_head_is_the_newest_revision(store_url: str) -> None:
    scripts = ScriptDirectory(str(migrate.MIGRATIONS))
    assert scripts.get_heads() == [migrate.HEAD]
    with connected(store_url) as connection:
        assert migrate.schema_version(connection) == migrate.HEAD


def test_a_database_of_the_first_schema_keeps_its_rows(empty_url: str) -> None:
    with migrate.migrating(dialect.database_url(empty_url)) as connection:
        _upgrade(connection, "0001")
        connection.exec_driver_sql(
            "INSERT INTO source (id, url, listed, body, state, detail, etag, failures)"
            f" VALUES ('wire', 'https://wire.example/feed', true, '{source().model_dump_json()}', 'ok', '', '\"a\"', 3)"
        )
        old = '{"recipient": "a@x.cn", "subject": "s", "text": "t", "html": "h", "message_id": "<1@x>", "as_of": "2024-06-26T00:00:00Z"}'
        connection.exec_driver_sql(
            "INSERT INTO delivery (recipient, slot, channel, state, reason, attempts, due_at, message_id, body)"
            f" VALUES ('a@x.cn', '2024-06-26/Asia/Shanghai/platform', 'mail', 'sent', '', 1, '2024-06-26 00:00:00', '<1@x>', '{old}')"
        )
    store = open_store(empty_url)
    with store.read() as tx:
        (status,) = source_statuses(tx)
        assert last_told(tx, None) == {("a@x.cn", "platform"): datetime(2024, 6, 26, tzinfo=UTC)}
        assert migrate.schema_version(tx.connection()) == migrate.HEAD
    store.close()
    assert (status.state, status.failures, status.observed) == ("ok", 3, Observed())


def test_events_of_an_older_schema_are_known_in_brief(empty_url: str, store: Store) -> None:
    told = [(1, event()), (2, event(withdrawn=True)), (3, event(origins=("a", "b"), dates=EventDates(effective=NOW.date())))]
    with migrate.migrating(dialect.database_url(empty_url)) as connection:
        _upgrade(connection, "0009")
        rows = [_event_row(number, known) for number, known in told]
        connection.execute(insert(Row.metadata.tables["event"]), rows)
    for _, known in told:
        with store.write() as tx:
            save_events(tx, [known], NOW)
    briefs = select(Row.metadata.tables["event_brief"]).order_by("revision")
    older = open_store(empty_url)
    with store.read() as written, older.read() as migrated:
        assert migrated.execute(briefs).all() == written.execute(briefs).all()
        assert events_as_of(migrated, None) == [told[-1][1]]
    older.close()


def _event_row(revision: int, known: Event) -> dict[str, Any]:
    body = known.model_dump(mode="json")
    row = {"event_id": known.id, "revision": revision, "recorded_at": NOW, "withdrawn": known.withdrawn}
    return row | {"body_hash": body_hash(body), "body": body}


def _upgrade(connection: Connection, revision: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(migrate.MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


@pytest.mark.parametrize("verb", ["update", "delete", "truncate", "replace"])
def test_a_fact_cannot_be_changed(store: Store, verb: str) -> None:
    if verb == ("truncate" if store.url_without_password.startswith("sqlite") else "replace"):
        pytest.skip("this database has no such statement")
    facts(store)
    for table in APPEND_ONLY:
        with store.read() as tx:
            known = tx.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()
        assert known >= 1, table
        column = "at" if table == "fetch_success" else "recorded_at"
        statement = {
            "update": f"UPDATE {table} SET {column} = {column}",
            "delete": f"DELETE FROM {table}",
            "truncate": f"TRUNCATE {table} CASCADE",
            "replace": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",
        }[verb]
        with store.write() as tx, pytest.raises(StoreError, match="append-only"):
            tx.connection().exec_driver_sql(statement)
        with store.read() as tx:
            assert tx.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one() == known, table


@pytest.mark.parametrize(("table", "column"), [("source", "state"), ("source", "reason"), ("delivery", "state")], ids=str)
def test_a_value_outside_its_set_is_refused(store: Store, table: str, column: str) -> None:
    with store.write() as tx:
        checks = {c["name"] for c in inspect(tx.connection()).get_check_constraints(table)}
    assert f"ck_{table}_{column}" in checks
    if table == "source":
        stored(store)
        with store.write() as tx, pytest.raises(StoreError, match=f"ck_{table}_{column}"):
            tx.connection().exec_driver_sql(f"UPDATE {table} SET {column} = 'nonsense'")


def test_a_rebuilt_table_keeps_its_rows_children_and_triggers(empty_url: str) -> None:
    store = open_store(empty_url)
    facts(store)
    with store.read() as tx:
        triggers = dialect.trigger_names(tx.connection())
    assert len(triggers) == len(APPEND_ONLY) * (2 if empty_url.startswith("sqlite") else 1)
    with migrate.migrating(dialect.database_url(empty_url)) as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("document", recreate="auto") as batch:
            batch.add_column(Column("words", Integer))
        with operations.batch_alter_table("document", recreate="auto") as batch:
            batch.alter_column("words", new_column_name="word_count")
    with store.read() as tx:
        assert dialect.trigger_names(tx.connection()) == triggers
        assert "word_count" in {column["name"] for column in inspect(tx.connection()).get_columns("document")}
        assert count_documents(tx) == 1
        assert tagging_of(tx, document().id) == tagging(document(), signals=[signal()])
    with store.write() as tx, pytest.raises(StoreError, match="append-only"):
        tx.connection().exec_driver_sql("DELETE FROM document")
    store.close()


def test_a_migration_that_breaks_references_is_undone(store: Store, store_url: str) -> None:
    if not store_url.startswith("sqlite"):
        pytest.skip("a server checks by itself")
    facts(store)

    def lose_the_sources() -> None:
        with migrate.migrating(dialect.database_url(store_url)) as connection:
            connection.exec_driver_sql("DELETE FROM source")

    with pytest.raises(StoreError, match="1 broken references, first document"):
        lose_the_sources()
    with store.read() as tx:
        assert tx.connection().exec_driver_sql("SELECT count(*) FROM source").scalar_one() == 1


def test_opening_at_head_does_not_load_alembic(sqlite_template: Path) -> None:
    code = "import sys; from monitor.store import open_store; open_store(sys.argv[1]).close(); sys.exit('alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, f"sqlite:///{sqlite_template}"], check=False).returncode == 0
