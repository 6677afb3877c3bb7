"""How a score went over days, and why it moved: a provider, a place and days come in, the shape of CLI and API goes out.

Each day is answered as of its end from what was known by then, never from scores that were stored: those miss what only owners tell.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import pairwise

from monitor.answers.reader import Reader
from monitor.answers.shapes import Risk, Shape
from monitor.assess.explain import Cause, explain_delta
from monitor.errors import UsageError
from monitor.freshness import parse_as_of
from monitor.model import Level

MOST_DAYS = 366
USUAL_DAYS = 30


class CauseShape(Shape):
    """One event's part of a change, in whole points."""

    event: str
    points: int
    why: str

    @classmethod
    def of(cls, cause: Cause) -> CauseShape:
        """The same as JSON."""
        return cls(event=cause.event, points=cause.points, why=cause.why)


class DayScore(Shape):
    """The score as it was known at the end of a day in UTC."""

    day: date
    score: int
    level: Level


class Change(Shape):
    """From one instant to another: both scores, and causes whose points sum to the difference."""

    since: datetime
    until: datetime
    before: int
    after: int
    causes: list[CauseShape]


class History(Shape):
    """A score day by day with what moved it."""

    provider: str
    jurisdiction: str
    items: list[DayScore]
    changes: list[Change]
    methodology_version: str
    data_as_of: datetime | None
    stale: bool


def history(reader: Reader, provider: str, place: str | None, first: date | None, last: date | None) -> History:
    """The days from `first` to `last`, both included (default: the 30 before today, and today); without a place where it is worst on
    the last of them. UsageError for more than 366 days, or for days that have not been.
    """
    now = reader.instant(None)
    last = last or now.date()
    first = first or last - timedelta(days=USUAL_DAYS)
    if first > last or (last - first).days >= MOST_DAYS:
        raise UsageError(f"{first} to {last}: give at most {MOST_DAYS} days, the earlier one first")
    if last > now.date():
        raise UsageError(f"{last} has not been yet")
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    ends = [min(now, parse_as_of(day.isoformat(), now)) for day in days]
    newest = reader.risk(provider, place, ends[-1])
    rated = [*(reader.risk(provider, newest.jurisdiction, end) for end in ends[:-1]), newest]
    return History(
        provider=provider,
        jurisdiction=newest.jurisdiction,
        items=[DayScore(day=one.as_of.date(), score=one.score, level=one.level) for one in rated],
        changes=[found for before, after in pairwise(rated) if (found := change(before, after)).causes],
        methodology_version=newest.methodology_version,
        data_as_of=newest.data_as_of,
        stale=newest.stale,
    )


def since(reader: Reader, answer: Risk, then: datetime) -> Change:
    """Why the answer is not what it would have been at `then`."""
    return change(reader.risk(answer.provider, answer.jurisdiction, then), answer)


def change(before: Risk, after: Risk) -> Change:
    """What lies between two answers about one provider in one place."""
    causes = [CauseShape.of(cause) for cause in explain_delta(before, after)]
    return Change(since=before.as_of, until=after.as_of, before=before.score, after=after.score, causes=causes)
