"""When to ask a source again, and how it is doing. What came of the last poll comes in, an instant and a state go out. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from monitor.model import FetchFailure, Response, Source, SourceState

_DAY_S = 86_400
# Ten doublings pass a day even from a floor of two minutes; more would only overflow.
_MAX_DOUBLINGS = 10
_JITTER = 0.1
_QUIET_INTERVALS = 20
_QUIET_DAYS = 14


def next_poll(source: Source, outcome: Response | FetchFailure, now: datetime, failures: int, floor_s: int) -> datetime | None:
    """The earliest instant to ask `source` again; None when its publisher said it is gone for good.

    Never sooner than the interval (and `floor_s`), never later than a day unless the interval is longer. `failures` in a
    row, this one included, double the wait each; Retry-After and max-age lengthen it. A share that depends on the
    source's id alone is added, so that sources do not march in step and a replay gives the same instants.
    """
    if isinstance(outcome, FetchFailure) and outcome.reason == "gone":
        return None
    interval = max(source.interval_s, floor_s)
    longest = max(interval, _DAY_S)
    if isinstance(outcome, FetchFailure):
        doublings = min(max(failures - 1, 0), _MAX_DOUBLINGS)
        asked = max(interval * 2**doublings, outcome.retry_after_s or 0)
    else:
        asked = max(interval, outcome.max_age_s or 0)
    wait = min(asked, longest)
    spread = _share(source.id) * _JITTER * interval
    return now + timedelta(seconds=min(wait + spread, longest + interval * _JITTER))


def state_after(
    outcome: Response | FetchFailure, entries: int | None, newest: datetime | None, interval_s: int, now: datetime
) -> SourceState:
    """How the source is doing, from how many entries the body held (None without one) and when a new document last came.

    A source that answers but has told nothing for long (20 intervals, at least 14 days) is `quiet`: silence is a finding.
    """
    if isinstance(outcome, FetchFailure):
        return "gone" if outcome.reason == "gone" else "failing"
    if outcome.status == 200 and entries == 0:
        return "empty"
    patience = max(timedelta(days=_QUIET_DAYS), timedelta(seconds=_QUIET_INTERVALS * interval_s))
    if newest is not None and now - newest > patience:
        return "quiet"
    return "not_modified" if outcome.status == 304 else "ok"


def _share(source_id: str) -> float:
    """A number in [0, 1) that stands for the id, the same everywhere."""
    return int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:4]) / 2**32
