"""What callers mean by a time, and when data is too old."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from monitor.errors import UsageError
from monitor.freshness import STALE_AFTER, is_stale, parse_as_of

NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        pytest.param(None, NOW, id="nothing is now"),
        pytest.param("2024-06-30", datetime(2024, 6, 30, 23, 59, 59, tzinfo=UTC), id="a day is its end"),
        pytest.param("2024-06-30T08:00:00+08:00", datetime(2024, 6, 30, tzinfo=UTC), id="an offset"),
        pytest.param("2024-06-30T08:00:00Z", datetime(2024, 6, 30, 8, tzinfo=UTC), id="Z"),
    ],
)
def test_time_as_typed(text: str | None, instant: datetime) -> None:
    assert parse_as_of(text, NOW) == instant


@pytest.mark.parametrize("text", ["yesterday", "2024-13-01", "2024-06-30T08:00:00", "30.6.2024", "0"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_as_of(text, NOW)


def test_stale_from_48_hours_on() -> None:
    assert not is_stale(NOW - STALE_AFTER, NOW)
    assert is_stale(NOW - STALE_AFTER - timedelta(seconds=1), NOW)
    assert is_stale(None, NOW), "never fetched is stale, not fresh"
