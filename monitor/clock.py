"""The one place that reads the machine's clock; everything else is given `now`."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """The present instant, aware, UTC."""
    return datetime.now(UTC)


def clock_from(start: datetime | None) -> Clock:
    """A clock that begins at `start` and runs on with the machine's monotonic time; the system clock for None."""
    if start is None:
        return system_clock
    begin, tick = start.astimezone(UTC), time.monotonic()
    return lambda: begin + timedelta(seconds=time.monotonic() - tick)
