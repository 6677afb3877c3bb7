"""What a server makes of long answers when its statistics are behind, as they are after much came in at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

from sqlalchemy import event, text

from monitor.store import Store, open_store, origins, signals
from tests.conftest import new_database
from tests.store.nouns import NOW, V1, document, signal, stored, tagging

MANY = 2_000


def test_a_whole_draw_looks_at_each_report_a_few_times_whatever_is_known_of_its_tables(postgresql_server: str) -> None:
    with new_database(postgresql_server) as url, closing(open_store(url)) as store:
        told = [document(str(number)) for number in range(MANY)]
        stored(store, *told)
        with store.write() as tx:
            origins.save_compared(tx, "bands", [(one, b"") for one in told], [], NOW)
            signals.save_taggings(tx, [tagging(one, signals=[signal()]) for one in told], NOW)
            for table in ("document", "text_sketch", "signal"):  # all but the taggings
                tx.execute(text(f"ANALYZE {table}"))
        assert sum(_thrown_away(plan) for plan in _plans(store)) <= 10 * MANY


def _plans(store: Store) -> list[dict[str, Any]]:
    """How the server went about all reports, for a reader who takes them bit by bit."""
    asked: list[tuple[str, Any]] = []
    with store.read() as tx:
        connection = tx.connection()

        @event.listens_for(connection, "before_cursor_execute")
        def _note(_c: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
            asked.append((statement, parameters))

        assert sum(1 for _ in signals.briefs(tx, V1, compared_by="bands")) == MANY
        ((statement, parameters),) = asked
        explained = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) DECLARE told CURSOR FOR {statement}", parameters)
        return [plan["Plan"] for (plans,) in explained for plan in plans]


def _thrown_away(plan: dict[str, Any]) -> float:
    """Pairs of rows that were put together for nothing, in this step of a plan and below."""
    return sum(float(step.get("Rows Removed by Join Filter", 0) * step["Actual Loops"]) for step in _steps(plan))


def _steps(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _steps(below)
