"""The check at the moment of dialling. A host and what the operator opted in come in; addresses to dial, or an error, go out."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from aiohttp.abc import AbstractResolver, ResolveResult

from monitor.network.address import Address, is_opted_in, is_public, literal


class BlockedAddressError(OSError):
    """A name or literal leads to an address we must not dial."""


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


def check_address(host: str, port: int, address: Address, allowed: tuple[str, ...]) -> None:
    """BlockedAddressError unless `address` is public or the operator opted this host, port or address in."""
    if not is_public(address) and not is_opted_in(host, port, address, allowed):
        raise BlockedAddressError(f"{host} is {address}, which is not a public address")


def check_host(host: str, port: int, allowed: tuple[str, ...]) -> None:
    """BlockedAddressError for an address that is disguised or not allowed, which no resolver would see; a name passes."""
    try:
        address = literal(host)
    except ValueError as error:
        raise BlockedAddressError(f"{host} is a disguised address") from error
    if address is not None:
        check_address(host, port, address, allowed)
