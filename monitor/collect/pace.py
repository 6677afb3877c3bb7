"""Good manners towards one host: when the next request to it may begin. A host comes in, its turn goes out.

A host is what answers: its http and its https are one, another port may be another service. What one of its sources is told
(429, or 503 with Retry-After) is said to us, so it counts for all sources that lead there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from monitor.collect.failures import HeldBackError
from monitor.model import Hold

PER_HOST = 2
"""Requests to one host at once: browsers open six for a person who waits; nobody waits for us, and small sites have few workers."""
GAP_S = 0.5
"""Between the beginnings of two requests to one host: two a second is below what public interfaces call too often, and 200
sources of one host are still read within two minutes."""
_UNSAID_S = 60
"""How long a host is left alone that says "too many requests" and not until when: most limits count by the minute."""


def site_of(host: str, port: int) -> str:
    """Who is asked, as limits and holds count."""
    return host if port in (80, 443) else f"{host}:{port}"


def silence_s(status: int | None, retry_after_s: int | None) -> int:
    """For how many seconds an answer asks us to leave its host alone; 0 when it speaks of itself only."""
    if status == 429:
        return _UNSAID_S if retry_after_s is None else retry_after_s
    return retry_after_s or 0 if status == 503 else 0


class Pace:
    """Hands out turns, first come, first served; lives as long as one event loop. `held` are hosts to be left alone, each until when."""

    def __init__(self, held: Mapping[str, datetime]) -> None:
        self._free_at: dict[str, float] = {}
        self._held = dict(held)

    async def turn(self, host: str, gap_s: float, clock: Callable[[], datetime]) -> None:
        """Return when a request to `host` may begin; the next one may `gap_s` later. HeldBackError when it is to be left alone."""
        self.check(host, clock())
        now = asyncio.get_running_loop().time()
        begins = max(now, self._free_at.get(host, now))
        self._free_at[host] = begins + gap_s
        if begins > now:
            await asyncio.sleep(begins - now)
            self.check(host, clock())

    def check(self, host: str, now: datetime) -> None:
        """HeldBackError when `host` is to be left alone."""
        until = self._held.get(host)
        if until is not None and now < until:
            raise HeldBackError(host, until)

    def hold(self, host: str, seconds: int, now: datetime) -> Hold | None:
        """From `now` on, let nobody ask `host` for so many seconds."""
        if seconds <= 0:
            return None
        until = self._held[host] = max(now + timedelta(seconds=seconds), self._held.get(host, now))
        return Hold(host=host, until=until)
