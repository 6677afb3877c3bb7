"""Which addresses a request may go to. Hosts and addresses come in, yes, no or an error goes out; nothing is resolved here.

The lists are explicit because the standard library's `is_global` differs between Python versions.
"""

from __future__ import annotations

import ipaddress
import re
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network

Address = IPv4Address | IPv6Address

_V4_SPECIAL = tuple(
    IPv4Network(n)
    for n in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
        "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
    )
)  # fmt: skip
_V6_PUBLIC = IPv6Network("2000::/3")
# IETF assignments with Teredo, documentation, 6to4: nothing a publisher serves from.
_V6_SPECIAL = tuple(IPv6Network(n) for n in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
_NAT64 = IPv6Network("64:ff9b::/96")
# Cloud metadata services hand out credentials: only the address itself, named on its own, opens them.
_METADATA = frozenset({ipaddress.ip_address("169.254.169.254"), ipaddress.ip_address("fd00:ec2::254")})
_NUMERIC_TAIL = re.compile(r"(?:^|\.)(?:\d+|0x[0-9a-f]*)$", re.IGNORECASE)


class BlockedAddressError(OSError):
    """A name or literal leads to an address we must not dial."""


def is_public(address: Address) -> bool:
    """Whether `address` lies in the public internet; IPv4 carried in mapped and NAT64 addresses is judged by what it carries."""
    if isinstance(address, IPv6Address):
        carried = address.ipv4_mapped or (IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else None)
        if carried is None:
            return address in _V6_PUBLIC and not any(address in net for net in _V6_SPECIAL)
        address = carried
    return not any(address in net for net in _V4_SPECIAL)


def literal(host: str) -> Address | None:
    """The address a URL's host stands for, None for a name; ValueError for decimal, octal, hexadecimal and short disguises."""
    if ":" in host:
        if "%" in host:
            raise ValueError("a zone in an address")
        return IPv6Address(host)
    if _NUMERIC_TAIL.search(host.rstrip(".")):
        return IPv4Address(host)
    return None


def is_opted_in(host: str, port: int, address: Address, allowed: tuple[str, ...]) -> bool:
    """Whether the operator named this private target: as host, host:port, address or network.

    A network opens loopback and link-local only when it lies inside them, and never a metadata service.
    """
    return any(_opens(entry.strip().lower(), host.rstrip(".").lower(), port, address) for entry in allowed)


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


def _opens(entry: str, host: str, port: int, address: Address) -> bool:
    if "/" in entry:
        return _network_opens(entry, address)
    for name in (entry, entry.removesuffix(f":{port}")):
        bare = name.removeprefix("[").removesuffix("]")
        try:
            if ipaddress.ip_address(bare) == address:
                return True
        except ValueError:
            if bare == host and address not in _METADATA:
                return True
    return False


def _network_opens(entry: str, address: Address) -> bool:
    try:
        network = ipaddress.ip_network(entry, strict=False)
    except ValueError:
        return False
    if address not in network:
        return False
    if network.num_addresses == 1:
        return True
    narrow = (not address.is_loopback or network.is_loopback) and (not address.is_link_local or network.is_link_local)
    return narrow and address not in _METADATA
