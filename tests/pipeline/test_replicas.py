"""Two real processes at once on one PostgreSQL: one digest per local day over both DST nights, stops and steps of the clock.

The scenarios are those of test_local_days.py, where two replicas take turns in one process; here they begin each cycle together and meet
at every statement. All moments of all days, and SQLite: benchmarks/mail_guarantees.py.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from sqlalchemy import make_url

from monitor.inform.slots import due_slot
from monitor.model import Recipient
from monitor.store import outbox
from tests.pipeline.conftest import source, world_over
from tests.pipeline.postman import Postmen, postmen, truth
from tests.pipeline.test_alerting import polled
from tests.pipeline.test_deliver import at
from tests.pipeline.test_local_days import HOUR, MINUTE, SCENARIOS, Scenario, digests, prepared

SKEW = timedelta(seconds=7)
STOPS = 4


@pytest.fixture(scope="module")
def post() -> Iterator[Postmen]:
    with postmen() as parent:
        yield parent


def around(scenario: Scenario) -> list[datetime]:
    """The cycles that decide: those of twenty minutes around each digest, the first after it, and the last of all."""
    who = Recipient(email="ops@example.com", timezone=scenario.zone, hour=scenario.hour)
    kept, late = [], set[str]()
    for moment in scenario.moments:
        slot = due_slot(who, moment)
        first = moment >= slot.due_at and slot.key not in late
        late |= {slot.key} if first else set()
        if first or abs(moment - slot.due_at) <= 20 * MINUTE or moment == scenario.moments[-1]:
            kept.append(moment)
    return kept


def lived(url: str, post: Postmen, scenario: Scenario, clocks: Sequence[Sequence[datetime]], *, in_step: bool = True) -> None:
    """Replicas with these clocks end well, and left one digest for each local day, in the mailbox too."""
    begun(url, scenario)
    with truth() as box:
        pids = post.begin_replicas(url, box.port, clocks, in_step=in_step)
        assert {post.end() for _ in pids} == {(pid, 0) for pid in pids}
        judged(url, scenario, box.by_message_id())


def begun(url: str, scenario: Scenario) -> None:
    with world_over(url, (source("a", "http://127.0.0.1/a"),)) as world:
        prepared(world, scenario)
        polled(at(world, scenario.moments[0]))


def judged(url: str, scenario: Scenario, arrived: dict[str, int]) -> None:
    with world_over(url, (source("a", "http://127.0.0.1/a"),)) as world:
        assert digests(world) == scenario.days, scenario.name
        with world.store.read() as tx:
            told = {one.mail.message_id: one.state for one in outbox.deliveries(tx) if one.mail.kind == "digest"}
    assert set(told.values()) == {"sent"}
    assert {name: count for name, count in arrived.items() if name in told} == dict.fromkeys(told, 1)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.name for one in SCENARIOS])
def test_one_digest_per_local_day_from_two_processes_at_once(postgresql_url: str, post: Postmen, scenario: Scenario) -> None:
    moments = around(scenario)
    lived(postgresql_url, post, scenario, [moments, [m + SKEW for m in moments]])


@pytest.mark.parametrize("ahead", [HOUR, -HOUR], ids=["an hour ahead", "an hour behind"])
def test_a_replica_whose_clock_is_wrong_by_an_hour_tells_no_day_twice(postgresql_url: str, post: Postmen, ahead: timedelta) -> None:
    calm = next(one for one in SCENARIOS if one.name == "an hour back right before")
    moments = sorted({*around(calm), *(m + HOUR for m in around(calm))})[:-1]
    lived(postgresql_url, post, calm, [moments, [m + ahead for m in moments]])


def test_a_replica_that_is_stopped_anywhere_holds_nobody_up_and_wakes_to_find_all_told(postgresql_url: str, post: Postmen) -> None:
    """Stopped in the middle of a transaction it holds locks; the server ends that session, or nobody would be told any more."""
    scenario = next(one for one in SCENARIOS if one.name == "stopped for two hours over its hour")
    url = make_url(postgresql_url).update_query_dict({"options": "-c idle_in_transaction_session_timeout=1500"})
    dice, moments = random.Random(20240626), around(scenario)
    begun(postgresql_url, scenario)
    stops = 0
    with truth() as box:
        for _ in range(10 * STOPS):
            stopped, other = post.begin_replicas(url.render_as_string(hide_password=False), box.port, [moments, moments], in_step=False)
            time.sleep(dice.uniform(0, 0.3))
            try:
                os.kill(stopped, signal.SIGSTOP)
                alive = True
            except ProcessLookupError:  # on a fast machine it may have told all by now: that was no stop
                alive = False
            try:
                first = post.end()
            finally:
                with suppress(ProcessLookupError):
                    os.kill(stopped, signal.SIGCONT)
            assert {first, post.end()} == {(stopped, 0), (other, 0)}
            stops += alive and first == (other, 0)
            if stops == STOPS:
                break
        judged(postgresql_url, scenario, box.by_message_id())
    assert stops == STOPS
