"""When things happen: APScheduler calls the pipeline's steps and nothing else. A `Steps` table comes in, a running scheduler goes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler

from monitor.errors import ForewarnedError
from monitor.logs import warn

# A process that was stopped or a clock that stepped must not drop a run (the library's default grace is one second);
# steps are idempotent, so a late run is harmless and one catch-up run is enough.
JOB_DEFAULTS = {"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}


def start_scheduler(steps: Mapping[str, tuple[int, Callable[[], Any]]]) -> BackgroundScheduler:
    """Run each named step every so many seconds (UTC), the first time at once; call `.shutdown(wait=True)` to stop."""
    scheduler = BackgroundScheduler(timezone="UTC", job_defaults=JOB_DEFAULTS)
    for name, (seconds, step) in steps.items():
        scheduler.add_job(_guarded(name, step), "interval", seconds=seconds, jitter=max(1, seconds // 20), id=name)
    scheduler.start()
    for job in scheduler.get_jobs():
        job.modify(next_run_time=job.trigger.start_date)
    return scheduler


def _guarded(name: str, step: Callable[[], Any]) -> Callable[[], None]:
    """The step with our own errors logged: the next run tries again; a bug still reaches the scheduler's error log."""

    def run() -> None:
        try:
            step()
        except ForewarnedError as error:
            warn("step failed", step=name, error=str(error))

    return run
