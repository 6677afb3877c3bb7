"""The clockwork: the first run at once, an error of ours survived, an end that does not wait for ever."""

from __future__ import annotations

import threading
import time

from monitor.errors import StoreError
from monitor.schedule import start_scheduler, stop_scheduler


def test_first_run_is_at_once_not_after_one_interval() -> None:
    ran = threading.Event()
    scheduler = start_scheduler({"step": (3600, ran.set)})
    assert ran.wait(5)
    assert stop_scheduler(scheduler, 5)


def test_error_of_ours_does_not_end_the_schedule() -> None:
    runs = threading.Semaphore(0)

    def step() -> None:
        runs.release()
        raise StoreError("locked")

    scheduler = start_scheduler({"step": (1, step)})
    assert runs.acquire(timeout=5)
    assert runs.acquire(timeout=5)
    assert stop_scheduler(scheduler, 5)


def test_end_waits_for_a_running_step_only_so_long() -> None:
    started, release = threading.Event(), threading.Event()

    def step() -> None:
        started.set()
        release.wait(10)

    scheduler = start_scheduler({"step": (3600, step)})
    assert started.wait(5)
    begun = time.monotonic()
    assert not stop_scheduler(scheduler, 0.2)
    assert time.monotonic() - begun < 5
    release.set()
