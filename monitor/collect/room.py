"""Room in memory for large bodies. A fetch that meets one comes in and waits; it goes on when there is room.

Hundreds of sources are polled at once, and each may send megabytes that wait for a parser: without a limit the memory of
the service would be in their hands.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

LARGE_BYTES = 1024 * 1024
"""More than nine of ten real feeds are smaller and never wait."""
LARGE_AT_ONCE = 2
"""One is parsed while the other arrives."""


class Room:
    """One fetch's right to hold a large body, taken when the body turns out to be large, kept until it is dealt with."""

    deadline: asyncio.Timeout
    """The fetch's own deadline; to be set before `take`."""

    def __init__(self, free: asyncio.Semaphore) -> None:
        self._free, self._taken = free, False

    async def take(self) -> None:
        """Wait until there is room."""
        if not self._taken:
            async with self.unhurried():
                await self._free.acquire()
                self._taken = True

    @asynccontextmanager
    async def unhurried(self) -> AsyncIterator[None]:
        """The deadline stands still in the block: a wait for others is not the server's fault."""
        loop = asyncio.get_running_loop()
        begun, end = loop.time(), self.deadline.when()
        self.deadline.reschedule(None)
        try:
            yield
        finally:
            self.deadline.reschedule(None if end is None else end + loop.time() - begun)

    def give_back(self) -> None:
        """Leave the room to the next one."""
        if self._taken:
            self._taken = False
            self._free.release()
