"""Room in memory for large bodies. A fetch that meets one comes in and waits; it goes on when there is room.

Hundreds of sources are polled at once, and each may send megabytes that wait for a parser: without a limit the memory of
the service would be in their hands.
"""

from __future__ import annotations

import asyncio

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
        """Wait until there is room; the deadline stands still meanwhile, because the wait is not the server's fault."""
        if self._taken:
            return
        begun, end = asyncio.get_running_loop().time(), self.deadline.when()
        self.deadline.reschedule(None)
        await self._free.acquire()
        self._taken = True
        self.deadline.reschedule(None if end is None else end + asyncio.get_running_loop().time() - begun)

    def give_back(self) -> None:
        """Leave the room to the next one."""
        if self._taken:
            self._taken = False
            self._free.release()
