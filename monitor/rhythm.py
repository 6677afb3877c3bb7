"""How often a source speaks, how long its silence is normal, and whether it is steady. Instants come in, judgements go out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from math import ceil
from statistics import median

from monitor.model.base import Reason
from monitor.model.health import Rhythm, Run

MOMENTS = 64
"""How many of its newest documents a rhythm is read from: a week of a busy regulator, a year of a weekly one."""
_USUAL_GAPS = 20
_RECENT_GAPS = 3
# Fewer gaps than this are chance.
_LEAST_GAPS = 3
_QUIET_GAPS = 4
_QUIET_LONG_GAPS = 1.5
# From Friday evening to Monday evening nobody publishes, and nobody should be woken for it.
_LEAST_PATIENCE = timedelta(days=3)
# For a source whose rhythm is not known yet.
_BLIND_PATIENCE = timedelta(days=14)
_MAX_RUNS = 12
_FLAPS = 3
_FLAP_WINDOW = timedelta(days=7)


def rhythm_of(moments: Iterable[tuple[datetime | None, datetime]]) -> Rhythm | None:
    """The rhythm of a source's newest documents, given as (published, retrieved); None without any.

    Items of one instant count once: a batch says how often its publisher works, not how much. A publication date counts
    only up to its retrieval, so that a feed that lives in the future has no part in it.
    """
    pairs = list(moments)
    if not pairs:
        return None
    told = sorted({min(published, retrieved) if published else retrieved for published, retrieved in pairs})
    gaps = [(after - before).total_seconds() for before, after in pairwise(told)]
    known = len(gaps) >= _LEAST_GAPS
    return Rhythm(
        gap_s=round(median(gaps[-_USUAL_GAPS:])) if known else None,
        long_s=round(sorted(gaps)[ceil(0.9 * len(gaps)) - 1]) if known else None,
        recent_s=round(median(gaps[-_RECENT_GAPS:])) if known else None,
        newest_at=told[-1],
        heard_at=max(retrieved for _, retrieved in pairs),
    )


def patience(rhythm: Rhythm, interval_s: int) -> timedelta:
    """How long nothing new is normal: 4 usual gaps, half as long again as its long gaps, at least 3 days and 2 polls.

    Without a known rhythm: 14 days and 20 polls.
    """
    if rhythm.gap_s is None:
        return max(_BLIND_PATIENCE, timedelta(seconds=20 * interval_s))
    usual = max(_QUIET_GAPS * rhythm.gap_s, _QUIET_LONG_GAPS * (rhythm.long_s or 0), 2 * interval_s)
    return max(_LEAST_PATIENCE, timedelta(seconds=usual))


def quiet_from(rhythm: Rhythm, interval_s: int) -> datetime:
    """The instant from which silence is a finding; it counts from what we heard, not from dates that a feed tells."""
    return rhythm.heard_at + patience(rhythm, interval_s)


def expected_at(rhythm: Rhythm) -> datetime | None:
    """When the next item should come, None without a known rhythm; it may lie in the past."""
    return None if rhythm.gap_s is None else rhythm.newest_at + timedelta(seconds=rhythm.gap_s)


def with_poll(runs: Sequence[Run], reason: Reason | None, at: datetime) -> tuple[Run, ...]:
    """The newest runs after one more poll."""
    if runs and runs[-1].reason == reason:
        last = runs[-1]
        return (*runs[:-1], last.model_copy(update={"until": at, "polls": last.polls + 1}))
    return (*runs, Run(since=at, until=at, reason=reason))[-_MAX_RUNS:]


def flaps(runs: Sequence[Run], now: datetime) -> int:
    """How often it broke down and came back within the last 7 days: an answer in between does not undo a failure."""
    return sum(
        broken.reason is not None and mended.reason is None and mended.since > now - _FLAP_WINDOW for broken, mended in pairwise(runs)
    )


def is_flapping(runs: Sequence[Run], now: datetime) -> bool:
    """Whether it comes and goes: three times or more within 7 days."""
    return flaps(runs, now) >= _FLAPS


def last_failure(runs: Sequence[Run]) -> Run | None:
    """The newest run of failures, also when the source has answered since."""
    return next((run for run in reversed(runs) if run.reason is not None), None)
