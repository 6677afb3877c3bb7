"""When to ask a source again, and how it is doing. What came of the last poll comes in, an instant and a state go out. Pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from monitor.model import FeedHints, FetchFailure, Observed, Response, Rhythm, Source, SourceState
from monitor.rhythm import quiet_from

_DAY_S = 86_400
# Ten doublings pass a day even from a floor of two minutes; more would only overflow.
_MAX_DOUBLINGS = 10
_JITTER = 0.1
# RFC 9111 (4.2.2) and the caches of the web: what has not changed for long will stay so for a tenth of that time.
_SHARE_OF_SILENCE = 0.1
# A rare source says what we exist for, so a half-hourly one is still asked every six hours.
_MOST_INTERVALS = 12
# Who asks every few minutes watches something happen; stretching would take away what was asked for.
_LIVELY_S = 300


def next_poll(
    source: Source, outcome: Response | FetchFailure, now: datetime, failures: int, floor_s: int, observed: Observed | None = None
) -> datetime | None:
    """The earliest instant to ask `source` again; None when its publisher said it is gone for good.

    Never sooner than the interval (and `floor_s`), never later than a day unless the interval is longer. In between the
    longest of these waits counts: what the server says (Retry-After, max-age, Expires), what the feed says (ttl,
    updatePeriod), `failures` in a row, this one included, each doubling the wait, and what its rhythm says (`stretch_s`).
    Then hours and days that the feed wants to be left alone in are passed over. Up to a tenth of the interval that
    depends on the source's id alone is added, so that sources do not march in step and a replay gives the same instants.
    """
    if isinstance(outcome, FetchFailure) and outcome.reason == "gone":
        return None
    observed = observed or Observed()
    interval = max(source.interval_s, floor_s)
    longest = max(interval, _DAY_S)
    if isinstance(outcome, FetchFailure):
        doublings = min(max(failures - 1, 0), _MAX_DOUBLINGS)
        asked = max(interval * 2**doublings, outcome.retry_after_s or 0)
    else:
        asked = max(outcome.max_age_s or 0, stretch_s(observed.rhythm, interval, now))
    wait = min(max(interval, asked, observed.hints.wait_s), longest)
    wait = min(_past_skipped(observed.hints, now, wait), longest)
    spread = _share(source.id) * _JITTER * interval
    # A day is the limit, jitter included; a longer interval is the operator's own wish.
    return now + timedelta(seconds=min(wait + spread, longest) if longest > interval else wait + spread)


def stretch_s(rhythm: Rhythm | None, interval_s: int, now: datetime) -> int:
    """How many seconds a source can wait by its rhythm: a tenth of its usual gap, or of its silence if that is longer.

    The heuristic of HTTP caches (RFC 9111, 4.2.2), applied to what the source publishes instead of one file: on average
    news is then read a twentieth of a gap after it appeared. The gap is the median of the newest twenty or of the newest
    three, whichever is shorter: one source that publishes daily is asked every 2.4 hours, and one that wakes up is asked
    at its interval after the third item in a row. At most 12 intervals; 0 for intervals below five minutes.
    """
    if rhythm is None or interval_s < _LIVELY_S:
        return 0
    gaps = [gap for gap in (rhythm.gap_s, rhythm.recent_s) if gap is not None]
    silence = (now - rhythm.newest_at).total_seconds()
    return int(min(_SHARE_OF_SILENCE * max(min(gaps, default=0), silence), _MOST_INTERVALS * interval_s))


def state_after(
    source: Source, outcome: Response | FetchFailure, entries: int | None, observed: Observed, now: datetime, before: SourceState = "never"
) -> SourceState:
    """How the source is doing, from how many entries the body held (None without one) and its rhythm until now.

    A source that answers but has told nothing for several of its usual gaps is `quiet`: silence is a finding. A watched
    page is silent by nature, so it is never quiet. An empty feed that has not changed (`before`) is still empty.
    """
    if isinstance(outcome, FetchFailure):
        return "gone" if outcome.reason == "gone" else "failing"
    if entries == 0 if outcome.status == 200 else before == "empty":
        return "empty"
    rhythm = observed.rhythm
    if source.format != "page" and rhythm is not None and now > quiet_from(rhythm, source.interval_s):
        return "quiet"
    return "not_modified" if outcome.status == 304 else "ok"


def _past_skipped(hints: FeedHints, now: datetime, wait_s: float) -> float:
    """The wait, or a longer one that ends when the first hour begins that the feed does not want to be left alone in."""
    due = now + timedelta(seconds=wait_s)
    start = due
    for _ in range(8 * 24):  # the hours of a week and a day: at least one of them is free
        if start.hour not in hints.skip_hours and start.weekday() not in hints.skip_days:
            break
        start = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return wait_s + (start - due).total_seconds()


def _share(source_id: str) -> float:
    """A number in [0, 1) that stands for the id, the same everywhere."""
    return int.from_bytes(hashlib.sha256(source_id.encode()).digest()[:4]) / 2**32
