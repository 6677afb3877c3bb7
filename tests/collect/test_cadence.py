"""When a source is asked again, and how it is said to be doing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.cadence import next_poll, state_after
from monitor.model import FetchFailure, Response, SourceState
from tests.collect.bodies import feed_source
from tests.collect.wire import NOW

HOUR, DAY = 3600, 86_400


def _ok(status: int = 200, max_age_s: int | None = None) -> Response:
    return Response(status=status, url="https://n.example/", retrieved_at=NOW, max_age_s=max_age_s)


def _failed(reason: str = "timeout", retry_after_s: int | None = None) -> FetchFailure:
    return FetchFailure.model_validate({"reason": reason, "detail": "x", "retrieved_at": NOW, "retry_after_s": retry_after_s})


WAITS: list[tuple[Response | FetchFailure, int, int, int]] = [  # outcome, failures, floor, wait without jitter
    (_ok(), 0, 0, HOUR),
    (_ok(304), 0, 0, HOUR),
    (_ok(), 0, 2 * HOUR, 2 * HOUR),
    (_ok(max_age_s=60), 0, 0, HOUR),
    (_ok(max_age_s=5 * HOUR), 0, 0, 5 * HOUR),
    (_ok(max_age_s=10 * DAY), 0, 0, DAY),
    (_failed(), 1, 0, HOUR),
    (_failed(), 2, 0, 2 * HOUR),
    (_failed(), 4, 0, 8 * HOUR),
    (_failed(), 10, 0, DAY),
    (_failed(), 10_000, 0, DAY),
    (_failed("rate_limited", 3 * HOUR), 1, 0, 3 * HOUR),
    (_failed("rate_limited", 1), 1, 0, HOUR),
    (_failed("rate_limited", 90 * DAY), 1, 0, DAY),
]


@pytest.mark.parametrize(("outcome", "failures", "floor", "wait"), WAITS)
def test_wait(outcome: Response | FetchFailure, failures: int, floor: int, wait: int) -> None:
    due = next_poll(feed_source(interval_s=HOUR), outcome, NOW, failures, floor)
    assert due is not None
    assert wait <= (due - NOW).total_seconds() <= wait + 0.1 * max(HOUR, floor)


def test_gone_is_never_asked_again() -> None:
    assert next_poll(feed_source(), _failed("gone"), NOW, 1, 0) is None


def test_an_interval_longer_than_a_day_is_kept() -> None:
    due = next_poll(feed_source(interval_s=7 * DAY), _failed(), NOW, 5, 0)
    assert due is not None
    assert due - NOW >= timedelta(days=7)


def test_jitter_depends_on_the_source_alone() -> None:
    dues = {next_poll(feed_source(id=f"s{n}", interval_s=HOUR), _ok(), NOW, 0, 0) for n in range(20)}
    assert len(dues) == 20
    assert next_poll(feed_source(), _ok(), NOW, 0, 0) == next_poll(feed_source(), _ok(), NOW, 0, 0)


@given(
    st.integers(0, 10**7), st.integers(0, 10**6), st.one_of(st.none(), st.integers(-(10**12), 10**12)), st.integers(0, 10**6), st.booleans()
)
def test_never_sooner_than_the_interval_nor_much_later_than_a_day(
    interval: int, floor: int, told: int | None, failures: int, failed: bool
) -> None:
    outcome = _failed(retry_after_s=told) if failed else _ok(max_age_s=told)
    due = next_poll(feed_source(interval_s=interval), outcome, NOW, failures, floor)
    assert due is not None
    shortest = max(interval, floor)
    assert shortest <= (due - NOW).total_seconds() <= max(shortest, DAY) + 0.1 * shortest + 1


STATES: list[tuple[Response | FetchFailure, int | None, timedelta | None, SourceState]] = [  # outcome, entries, age of the newest, state
    (_ok(), 5, timedelta(0), "ok"),
    (_ok(), 0, timedelta(0), "empty"),
    (_ok(304), None, timedelta(0), "not_modified"),
    (_ok(304), None, timedelta(days=30), "quiet"),
    (_ok(), 5, timedelta(days=30), "quiet"),
    (_ok(), 5, timedelta(days=13), "ok"),
    (_ok(), 5, None, "ok"),
    (_failed(), None, timedelta(0), "failing"),
    (_failed("gone"), None, None, "gone"),
]


@pytest.mark.parametrize(("outcome", "count", "age", "state"), STATES)
def test_state(outcome: Response | FetchFailure, count: int | None, age: timedelta | None, state: SourceState) -> None:
    newest: datetime | None = NOW - age if age is not None else None
    assert state_after(outcome, count, newest, HOUR, NOW) == state


def test_a_rare_source_is_not_quiet_too_soon() -> None:
    assert state_after(_ok(), 5, NOW - timedelta(days=30), 2 * DAY, NOW) == "ok"
