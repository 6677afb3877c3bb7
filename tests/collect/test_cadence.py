"""When a source is asked again, and how it is said to be doing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.cadence import next_poll, state_after, stretch_s
from monitor.model import FeedHints, FetchFailure, Observed, Response, Rhythm, SourceState
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


def _heard(gap: int | None = None, recent: int | None = None, silence: int = 0, heard: int | None = None) -> Observed:
    """A rhythm whose newest item is `silence` seconds old and was retrieved `heard` seconds ago."""
    newest, at = NOW - timedelta(seconds=silence), NOW - timedelta(seconds=silence if heard is None else heard)
    return Observed(rhythm=Rhythm(gap_s=gap, long_s=gap, recent_s=gap if recent is None else recent, newest_at=newest, heard_at=at))


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


STRETCHES: dict[str, tuple[Observed, int, int]] = {  # what was heard, interval, wait
    "nothing is known": (Observed(), 1800, 0),
    "daily, just now": (_heard(DAY), 1800, 8640),
    "daily, silent over the weekend": (_heard(DAY, silence=3 * DAY), 1800, 21_600),
    "every ten minutes": (_heard(600), 1800, 60),
    "every ten minutes, silent at night": (_heard(600, silence=8 * HOUR), 1800, 2880),
    "daily, but the last three came within the hour": (_heard(DAY, recent=600), 1800, 60),
    "weekly, in one batch of an hour": (_heard(600, silence=5 * DAY), 1800, 21_600),
    "twice a year": (_heard(180 * DAY), 1800, 21_600),
    "twice a year, asked hourly": (_heard(180 * DAY), HOUR, 12 * HOUR),
    "daily, but watched every minute": (_heard(DAY), 60, 0),
    "too few gaps to know, silent for ten hours": (_heard(silence=10 * HOUR), 1800, HOUR),
    "lives in the future": (_heard(600, silence=-DAY), 1800, 60),
}


@pytest.mark.parametrize("case", STRETCHES)
def test_rhythm_stretches_the_wait(case: str) -> None:
    observed, interval, wait = STRETCHES[case]
    assert stretch_s(observed.rhythm, interval, NOW) == wait


def test_rhythm_counts_only_for_sources_that_answer() -> None:
    asked, daily = feed_source(interval_s=1800), _heard(DAY)
    due = next_poll(asked, _ok(304), NOW, 0, 0, daily)
    broken = next_poll(asked, _failed(), NOW, 1, 0, daily)
    assert due is not None
    assert broken is not None
    assert 8640 <= (due - NOW).total_seconds() <= 8640 + 180
    assert (broken - NOW).total_seconds() <= 1800 + 180


HINTS: dict[str, tuple[FeedHints, float, float]] = {  # what the feed asks for at 08:00 on a Wednesday, hours until the poll
    "two hours": (FeedHints(wait_s=2 * HOUR), 2, 2.1),
    "a minute": (FeedHints(wait_s=60), 1, 1.1),
    "ten years": (FeedHints(wait_s=10 * 365 * DAY), 24, 24),
    "not before noon": (FeedHints(skip_hours=tuple(range(12))), 4, 4.1),
    "not at seven": (FeedHints(skip_hours=(7,)), 1, 1.1),
    "not at nine": (FeedHints(skip_hours=(9,)), 2, 2.1),
    "on Thursdays only": (FeedHints(skip_days=(0, 1, 2, 4, 5, 6)), 16, 16.1),
    "on Tuesdays only, which is more than a day away": (FeedHints(skip_days=(0, 2, 3, 4, 5, 6)), 24, 24),
    "on Thursdays after three": (FeedHints(skip_days=(2,), skip_hours=(0, 1, 2)), 19, 19.1),
}


@pytest.mark.parametrize("case", HINTS)
def test_what_the_feed_asks_for(case: str) -> None:
    hints, least, most = HINTS[case]
    for outcome in (_ok(), _ok(304), _failed()):
        due = next_poll(feed_source(interval_s=HOUR), outcome, NOW, 1, 0, Observed(hints=hints))
        assert due is not None
        assert least <= (due - NOW).total_seconds() / HOUR <= most


@st.composite
def memories(draw: st.DrawFn) -> Observed:
    gap = st.none() | st.integers(0, 10**9)
    instant = st.integers(-(10**8), 10**8).map(lambda s: NOW + timedelta(seconds=s))
    rhythm = st.builds(Rhythm, gap_s=gap, long_s=gap, recent_s=gap, newest_at=instant, heard_at=instant)
    hints = st.builds(
        FeedHints,
        wait_s=st.integers(0, 10**9),
        skip_hours=st.sets(st.integers(0, 23)).map(tuple),
        skip_days=st.sets(st.integers(0, 6)).map(tuple),
    )
    return Observed(hints=draw(hints), rhythm=draw(st.none() | rhythm))


@given(
    st.integers(0, 10**7),
    st.integers(0, 10**6),
    st.one_of(st.none(), st.integers(-(10**12), 10**12)),
    st.integers(0, 10**6),
    st.booleans(),
    memories(),
)
def test_never_sooner_than_the_interval_and_never_later_than_a_day(
    interval: int, floor: int, told: int | None, failures: int, failed: bool, observed: Observed
) -> None:
    outcome = _failed(retry_after_s=told) if failed else _ok(max_age_s=told)
    due = next_poll(feed_source(interval_s=interval), outcome, NOW, failures, floor, observed)
    assert due is not None
    shortest = max(interval, floor)
    # Only an interval beyond a day may lead beyond a day, and then by its jitter at most.
    longest = DAY if shortest < DAY else 1.1 * shortest + 1
    assert shortest <= (due - NOW).total_seconds() <= longest


STATES: list[tuple[Response | FetchFailure, int | None, Observed, SourceState]] = [  # outcome, entries, what was heard, state
    (_ok(), 5, _heard(DAY), "ok"),
    (_ok(), 0, _heard(DAY), "empty"),
    (_ok(304), None, _heard(DAY), "not_modified"),
    (_ok(304), None, _heard(DAY, silence=5 * DAY), "quiet"),
    (_ok(), 5, _heard(DAY, silence=5 * DAY), "quiet"),
    (_ok(), 5, _heard(DAY, silence=3 * DAY), "ok"),
    (_ok(), 5, _heard(600, silence=3 * DAY - 1), "ok"),
    (_ok(), 5, _heard(600, silence=3 * DAY + 1), "quiet"),
    (_ok(), 5, _heard(30 * DAY, silence=119 * DAY), "ok"),
    (_ok(), 5, _heard(30 * DAY, silence=121 * DAY), "quiet"),
    (_ok(), 5, _heard(silence=13 * DAY), "ok"),
    (_ok(), 5, _heard(silence=15 * DAY), "quiet"),
    (_ok(), 5, _heard(DAY, silence=900 * DAY, heard=0), "ok"),
    (_ok(), 5, Observed(), "ok"),
    (_failed(), None, _heard(DAY), "failing"),
    (_failed("gone"), None, Observed(), "gone"),
]


@pytest.mark.parametrize(("outcome", "count", "observed", "state"), STATES)
def test_state(outcome: Response | FetchFailure, count: int | None, observed: Observed, state: SourceState) -> None:
    assert state_after(feed_source(interval_s=HOUR), outcome, count, observed, NOW) == state


def test_a_rare_source_is_not_quiet_too_soon() -> None:
    assert state_after(feed_source(interval_s=2 * DAY), _ok(), 5, _heard(silence=30 * DAY), NOW) == "ok"


def test_a_watched_page_may_stay_as_it_is() -> None:
    assert state_after(feed_source(format="page"), _ok(304), None, _heard(DAY, silence=900 * DAY), NOW) == "not_modified"


@pytest.mark.parametrize(("before", "after"), [("empty", "empty"), ("ok", "not_modified"), ("failing", "not_modified")])
def test_an_empty_feed_that_did_not_change_is_still_empty(before: SourceState, after: SourceState) -> None:
    assert state_after(feed_source(), _ok(304), None, Observed(), NOW, before) == after
