"""When things happen: APScheduler calls the pipeline's steps and nothing else. A `Steps` table comes in, a running scheduler goes out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.clock import system_clock
from monitor.errors import ForewarnedError
from monitor.logs import warn

# A process that was stopped or a clock that stepped must not drop a run (the library's default grace is one second);
# steps are idempotent, so a late run is harmless and one catch-up run is enough.
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}


def start_scheduler(steps: Mapping[str, tuple[int, Callable[[], Any]]]) -> BackgroundScheduler:
    """Run each named step every so many seconds (UTC), the first time at once; end it with `stop_scheduler`."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=JOB_DEFAULTS)
    for name, (seconds, step) in steps.items():
        jitter = max(1, seconds // 20)
        # Left alone, an interval's first run is one interval away.
        scheduler.add_job(_guarded(name, step), "interval", seconds=seconds, jitter=jitter, id=name, next_run_time=system_clock())
    scheduler.start()
    return scheduler


def stop_scheduler(scheduler: BackgroundScheduler, within_s: float) -> bool:
    """Start no further step and wait for the running one; False when it still ran after `within_s` seconds."""
    waiter = threading.Thread(target=scheduler.shutdown, daemon=True)
    waiter.start()
    waiter.join(within_s)
    return not waiter.is_alive()


def _guarded(name: str, step: Callable[[], Any]) -> Callable[[], None]:
    """The step with our own errors logged: the next run tries again; a bug still reaches the scheduler's error log."""

    def run() -> None:
        try:
            step()
        except ForewarnedError as error:
            warn("step failed", step=name, error=str(error))

    return run
