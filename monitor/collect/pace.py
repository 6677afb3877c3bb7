"""Good manners towards one host: when the next request to it may begin. A host comes in, its turn goes out."""

from __future__ import annotations

import asyncio

PER_HOST = 2
"""Requests to one host at once: browsers open six for a person who waits; nobody waits for us, and small sites have few workers."""
GAP_S = 0.5
"""Between the beginnings of two requests to one host: two a second is below what public interfaces call too often, and 200
sources of one host are still read within two minutes."""


class Pace:
    """Hands out turns, first come, first served; lives as long as one event loop."""

    def __init__(self) -> None:
        self._free_at: dict[str, float] = {}

    async def turn(self, host: str, gap_s: float) -> None:
        """Return when a request to `host` may begin; the next one may `gap_s` later."""
        now = asyncio.get_running_loop().time()
        begins = max(now, self._free_at.get(host, now))
        self._free_at[host] = begins + gap_s
        if begins > now:
            await asyncio.sleep(begins - now)
