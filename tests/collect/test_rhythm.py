"""How often a source speaks, how long its silence is normal, and whether it is steady."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Reason, Run
from monitor.rhythm import expected_at, flaps, is_flapping, last_failure, patience, quiet_from, rhythm_of, with_poll
from tests.collect.wire import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Moments = list[tuple[datetime | None, datetime]]


def _every(gap: timedelta, count: int, end: datetime = NOW) -> Moments:
    """Items published a gap apart and fetched all at once."""
    return [(end - n * gap, NOW) for n in range(count)]


WORKDAYS: Moments = [(NOW - n * DAY, NOW) for n in range(30) if (NOW - n * DAY).weekday() < 5]
CASES: dict[str, tuple[Moments, timedelta | None]] = {  # newest documents, usual gap
    "daily": (_every(DAY, 10), DAY),
    "hourly": (_every(HOUR, 64), HOUR),
    "three items": (_every(DAY, 3), None),
    "four items": (_every(DAY, 4), DAY),
    "undated, fetched at once": ([(None, NOW)] * 20, None),
    "undated, fetched one by one": ([(None, NOW - n * DAY) for n in range(6)], DAY),
    "dates without hours": ([(NOW - (n // 5) * DAY, NOW) for n in range(30)], DAY),
    "dates in the future": ([(NOW + n * DAY, NOW - n * HOUR) for n in range(6)], HOUR),
    "workdays": (WORKDAYS, DAY),
    "monthly, with one burst": (_every(30 * DAY, 12) + _every(HOUR, 4, NOW - 45 * DAY), 30 * DAY),
    "weekly once, daily for three weeks": (_every(DAY, 21) + _every(7 * DAY, 20, NOW - 21 * DAY), DAY),
}


@pytest.mark.parametrize("case", CASES)
def test_usual_gap(case: str) -> None:
    moments, gap = CASES[case]
    rhythm = rhythm_of(moments)
    assert rhythm is not None
    assert rhythm.gap_s == (gap.total_seconds() if gap else None)
    assert expected_at(rhythm) == (rhythm.newest_at + gap if gap else None)


def test_nothing_has_no_rhythm() -> None:
    assert rhythm_of([]) is None


def test_a_source_that_wakes_up_shows_in_its_recent_gap() -> None:
    rhythm = rhythm_of(_every(HOUR, 4) + _every(DAY, 20, NOW - 2 * DAY))
    assert rhythm is not None
    assert (rhythm.gap_s, rhythm.recent_s) == (DAY.total_seconds(), HOUR.total_seconds())


@pytest.mark.parametrize(
    ("moments", "interval", "patient"),
    [
        pytest.param(_every(HOUR, 64), HOUR, 3 * DAY, id="a busy one may have a weekend"),
        pytest.param(_every(DAY, 20), HOUR, 4 * DAY, id="four usual gaps"),
        pytest.param(WORKDAYS, HOUR, 4.5 * DAY, id="half a weekend more"),
        pytest.param(_every(DAY, 2), HOUR, 14 * DAY, id="unknown"),
        pytest.param(_every(DAY, 2), DAY, 20 * DAY, id="unknown and rarely asked"),
        pytest.param(_every(HOUR, 20), 7 * DAY, 14 * DAY, id="two polls at least"),
    ],
)  # fmt: skip
def test_patience(moments: Moments, interval: timedelta, patient: timedelta) -> None:
    rhythm = rhythm_of(moments)
    assert rhythm is not None
    assert patience(rhythm, int(interval.total_seconds())) == patient
    assert quiet_from(rhythm, int(interval.total_seconds())) == NOW + patient


@given(st.lists(st.tuples(st.none() | st.integers(-(10**8), 10**8), st.integers(-(10**8), 0)), min_size=1, max_size=80))
def test_any_moments_give_a_rhythm_within_them(offsets: list[tuple[int | None, int]]) -> None:
    moments = [(None if p is None else NOW + timedelta(seconds=p), NOW + timedelta(seconds=r)) for p, r in offsets]
    rhythm = rhythm_of(moments)
    assert rhythm is not None
    assert rhythm.newest_at <= rhythm.heard_at == max(r for _, r in moments)
    if rhythm.gap_s is not None:
        assert rhythm.long_s is not None
        assert 0 < rhythm.gap_s <= 2 * 10**8
        assert patience(rhythm, 0) >= timedelta(days=3)
    assert rhythm == rhythm_of(reversed(moments))


def _after(*outcomes: Reason | None, step: timedelta = HOUR) -> tuple[Run, ...]:
    runs: tuple[Run, ...] = ()
    for n, outcome in enumerate(outcomes):
        runs = with_poll(runs, outcome, NOW + n * step)
    return runs


def test_polls_that_end_alike_are_one_run() -> None:
    first, second, third = _after(None, None, "timeout", "timeout", "tls")
    assert (first.reason, first.polls, first.since, first.until) == (None, 2, NOW, NOW + HOUR)
    assert (second.reason, second.polls, third.reason) == ("timeout", 2, "tls")
    assert last_failure((first, second, third)) == third
    assert last_failure((first,)) is None


DOWN_AND_UP: tuple[Reason | None, ...] = ("timeout", None)
DOWN: tuple[Reason | None, ...] = ("timeout",)


def test_coming_and_going_is_flapping_and_an_answer_does_not_hide_it() -> None:
    steady, weak = _after(*[None] * 10, *DOWN_AND_UP), _after(*DOWN_AND_UP * 3)
    assert (flaps(steady, NOW + DAY), is_flapping(steady, NOW + DAY)) == (1, False)
    assert is_flapping(weak, NOW + DAY)
    assert not is_flapping(weak, NOW + 9 * DAY), "a steady week is forgiven"
    assert not is_flapping(_after(*DOWN * 99), NOW + DAY), "down all the time is failing, not flapping"
    assert not is_flapping(_after("timeout", "tls", "connection", "timeout"), NOW + DAY)


@given(st.lists(st.sampled_from([None, "timeout", "tls"]), max_size=60))
def test_memory_of_polls_is_bounded_and_in_order(outcomes: list[Reason | None]) -> None:
    runs = _after(*outcomes)
    assert len(runs) <= 12
    assert all(run.since <= run.until for run in runs)
    assert all(a.until < b.since and a.reason != b.reason for a, b in pairwise(runs))
    if outcomes:
        assert runs[-1].reason == outcomes[-1]
