"""The check at the moment of dialling. A host and what the operator opted in come in; addresses to dial, or an error, go out."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.network.address import check_address


class CheckedResolver(AbstractResolver):
    """Resolves a name and lets only allowed addresses through, so the connector dials nothing else."""

    def __init__(self, allowed: tuple[str, ...], threads: ThreadPoolExecutor) -> None:
        """`threads` are the caller's to end: a name server that never answers must not hold up the end of a loop."""
        self._allowed = allowed
        self._threads = threads

    async def resolve(self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC) -> list[ResolveResult]:
        """The addresses of `host`; BlockedAddressError when one of them must not be dialled."""
        infos = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, family, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
        )
        found = []
        for kind, _, proto, _, at in infos:
            address = str(at[0])
            check_address(host, port, ip_address(address), self._allowed)
            found.append(ResolveResult(hostname=host, host=address, port=port, family=kind, proto=proto, flags=socket.AI_NUMERICHOST))
        return found

    async def close(self) -> None:
        """Nothing of its own to close."""
