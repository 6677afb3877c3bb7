"""What is remembered of a source between its polls: what its feed asks for, how often it speaks, how its polls went."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from monitor.model.base import Instant, Noun, Reason

AlertCode = Literal["gone", "failing", "quiet", "empty", "flapping", "moved"]
Hour = Annotated[int, Field(ge=0, le=23)]
Weekday = Annotated[int, Field(ge=0, le=6)]


class FeedHints(Noun):
    """When a feed wants to be asked, in its own words: RSS `ttl`, `skipHours`, `skipDays`, `sy:updatePeriod`."""

    wait_s: int = 0
    """Seconds between polls, 0 when it does not say."""
    skip_hours: tuple[Hour, ...] = ()
    """Hours of the day, UTC."""
    skip_days: tuple[Weekday, ...] = ()
    """Days of the week, UTC, Monday is 0."""


class Rhythm(Noun):
    """How often a source tells something new; the gaps are None until there are enough of them."""

    gap_s: int | None = None
    """The median gap between its newest items."""
    long_s: int | None = None
    """Nine in ten gaps are not longer."""
    recent_s: int | None = None
    """The median of the last three gaps."""
    newest_at: Instant
    """When its newest item was published, or retrieved if it carries no date."""
    heard_at: Instant
    """When we last got something new from it."""


class Run(Noun):
    """Polls in a row that ended alike; no `reason` means that the source answered."""

    since: Instant
    until: Instant
    reason: Reason | None = None
    polls: int = 1


class Hold(Noun):
    """A host asked to be left alone by all, until then."""

    host: str
    until: Instant


class Observed(Noun):
    """Everything remembered; empty for a source that was never polled."""

    hints: FeedHints = FeedHints()
    rhythm: Rhythm | None = None
    runs: tuple[Run, ...] = ()
    hold: Hold | None = None
    """What the last poll was told for all sources of a host."""
