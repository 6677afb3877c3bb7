"""A process that was stopped within a transaction holds nobody up for ever: a server ends its session and frees its locks."""

from __future__ import annotations

import threading
from contextlib import closing
from datetime import UTC, datetime

import pytest
from sqlalchemy import make_url, text

from monitor.errors import StoreError
from monitor.store import open_store, slots
from monitor.store.dialect import IDLE_S

NOW = datetime(2024, 6, 26, tzinfo=UTC)


def test_whoever_waits_for_a_silent_one_goes_on_when_the_server_ends_its_session(postgresql_url: str) -> None:
    impatient = make_url(postgresql_url).update_query_dict({"options": "-c idle_in_transaction_session_timeout=500"})
    took: list[bool] = []

    def other() -> None:
        with closing(open_store(postgresql_url)) as store, store.write() as tx:
            took.append(slots.take_slot(tx, "digest/ops@example.com", "2024-06-26/UTC/a", NOW))

    waiting = threading.Thread(target=other)
    with closing(open_store(impatient.render_as_string(hide_password=False))) as silent:

        def stopped() -> None:
            with silent.write() as tx:
                assert slots.take_slot(tx, "digest/ops@example.com", "2024-06-26/UTC/a", NOW)
                waiting.start()
                waiting.join(60)
                assert took == [True], "the slot is free again, because nothing was told for it"
                slots.taken(tx, ["2024-06-26/UTC/a"])

        with pytest.raises(StoreError):
            stopped()
        with silent.write() as tx:  # the next transaction has a session again
            assert slots.taken(tx, ["2024-06-26/UTC/a"]) == {("digest/ops@example.com", "2024-06-26/UTC/a")}


def test_sessions_are_ended_after_ten_minutes_of_silence_unless_the_url_says_otherwise(postgresql_url: str) -> None:
    own = make_url(postgresql_url).update_query_dict({"options": "-c idle_in_transaction_session_timeout=7s"})
    for url, shown in ((postgresql_url, f"{IDLE_S // 60}min"), (own.render_as_string(hide_password=False), "7s")):
        with closing(open_store(url)) as store, store.read() as tx:
            assert tx.scalar(text("SHOW idle_in_transaction_session_timeout")) == shown
