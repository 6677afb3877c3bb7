"""What may be dialled: every trick that leads a fetch to a machine it has no business with, and the operator's opt-in."""

from __future__ import annotations

import asyncio
import ssl
from ipaddress import ip_address

import aiohttp
import pytest
from aiohttp import client_exceptions, http_exceptions

from monitor.collect.fetch import LOWER_ERRORS, explain, reason_of
from monitor.model import FetchFailure, Reason, Response
from monitor.network.address import is_opted_in, is_public, literal
from tests.collect.wire import fetch_once, http, policy, source, wire

PRIVATE = [
    "127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "100.64.0.1", "100.127.255.255", "169.254.169.254", "172.16.0.1", "172.31.255.255",
    "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.9", "224.0.0.1", "240.0.0.1",
    "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a00:1",
    "64:ff9b:1::1", "100::1", "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "3fff::1",
    "fc00::1", "fd00:ec2::254", "fe80::1", "fec0::1", "ff02::1", "5f00::1",
]  # fmt: skip
PUBLIC = [
    "8.8.8.8", "1.1.1.1", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1", "2606:4700::1111", "2a00:1450::1",
    "::ffff:8.8.8.8", "64:ff9b::808:808",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_address_is_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_public_address_is_public(address: str) -> None:
    assert is_public(ip_address(address))


DISGUISED = ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1.5", "1.2.3", "08.8.8.8", "fe80::1%eth0", "0x"]


@pytest.mark.parametrize("host", DISGUISED)
def test_a_disguised_address_is_refused(host: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        literal(host)


@pytest.mark.parametrize("host", ["news.example", "1password.com", "cafe.example", "0x7f.example", "a.b.c"])
def test_a_name_is_no_literal(host: str) -> None:
    assert literal(host) is None


OPT_IN = [  # allowed entry, host, port, address, whether it opens
    ("127.0.0.1", "127.0.0.1", 8000, "127.0.0.1", True),
    ("127.0.0.1:8000", "127.0.0.1", 8000, "127.0.0.1", True),
    ("127.0.0.1:8000", "127.0.0.1", 8001, "127.0.0.1", False),
    ("127.0.0.1", "127.0.0.9", 8000, "127.0.0.9", False),
    ("127.0.0.0/8", "127.0.0.9", 8000, "127.0.0.9", True),
    ("0.0.0.0/0", "127.0.0.9", 8000, "127.0.0.9", False),
    ("0.0.0.0/0", "10.0.0.1", 8000, "10.0.0.1", True),
    ("10.0.0.0/8", "rss.corp.example", 80, "10.2.3.4", True),
    ("10.0.0.0/8", "rss.corp.example", 80, "11.2.3.4", False),
    ("RSS.corp.example", "rss.corp.example.", 80, "10.2.3.4", True),
    ("rss.corp.example:80", "rss.corp.example", 80, "10.2.3.4", True),
    ("rss.corp.example:80", "rss.corp.example", 443, "10.2.3.4", False),
    ("corp.example", "rss.corp.example", 80, "10.2.3.4", False),
    ("rss.corp.example", "rss.corp.example", 80, "169.254.169.254", False),
    ("169.254.0.0/16", "169.254.169.254", 80, "169.254.169.254", False),
    ("169.254.169.254", "169.254.169.254", 80, "169.254.169.254", True),
    ("169.254.169.254/32", "169.254.169.254", 80, "169.254.169.254", True),
    ("[::1]:8000", "::1", 8000, "::1", True),
    ("::1", "::1", 8000, "::1", True),
    ("127.0.0.1", "::ffff:127.0.0.1", 8000, "::ffff:127.0.0.1", False),
    ("nonsense/99", "10.0.0.1", 80, "10.0.0.1", False),
    ("", "10.0.0.1", 80, "10.0.0.1", False),
]


@pytest.mark.parametrize(("entry", "host", "port", "address", "opens"), OPT_IN)
def test_opt_in(entry: str, host: str, port: int, address: str, opens: bool) -> None:
    assert is_opted_in(host, port, ip_address(address), (entry,)) is opens


URLS: dict[str, tuple[str, Reason]] = {
    "loopback": ("http://127.0.0.1/", "blocked_address"),
    "another loopback": ("http://127.0.0.9/", "blocked_address"),
    "loopback by name": ("http://localhost/", "blocked_address"),
    "IPv6 loopback": ("http://[::1]/", "blocked_address"),
    "mapped": ("http://[::ffff:127.0.0.1]/", "blocked_address"),
    "decimal": ("http://2130706433/", "blocked_address"),
    "hexadecimal": ("http://0x7f000001/", "blocked_address"),
    "octal": ("http://0177.0.0.1/", "blocked_address"),
    "short": ("http://127.1/", "blocked_address"),
    "zero": ("http://0.0.0.0/", "blocked_address"),
    "full-width digits": ("http://１２７.０.０.１/", "blocked_address"),
    "trailing dot": ("http://127.0.0.1./", "blocked_address"),
    "metadata": ("http://169.254.169.254/latest/meta-data/", "blocked_address"),
    "shared space": ("http://100.64.0.1/", "blocked_address"),
    "user info": ("http://news.example@127.0.0.1/", "blocked_address"),
    "backslash": ("http://127.0.0.1\\@news.example/", "blocked_address"),
    "line break": ("http://127.0.0.1/\r\nX: y", "blocked_address"),
    "no host": ("http:///feed", "blocked_address"),
    "file": ("file:///etc/passwd", "blocked_scheme"),
    "scheme missing": ("//127.0.0.1/", "blocked_scheme"),
    "unknown name": ("http://nowhere.invalid/", "connection"),
}


@pytest.mark.parametrize("private", [False, True], ids=["public source", "private source without opt-in"])
@pytest.mark.parametrize("case", URLS)
def test_a_source_may_not_reach(case: str, private: bool) -> None:
    url, reason = URLS[case]
    outcome = asyncio.run(fetch_once(source(url, private=private), policy("192.168.77.77")))
    assert isinstance(outcome, FetchFailure), outcome
    assert outcome.reason == reason, outcome


TARGETS = {
    "other loopback": "http://127.0.0.9:{port}/canary",
    "decimal": "http://2130706433:{port}/canary",
    "mapped": "http://[::ffff:127.0.0.1]:{port}/canary",
    "zero": "http://0.0.0.0:{port}/canary",
    "without scheme": "//127.0.0.9:{port}/canary",
    "short": "http://127.1:{port}/canary",
}


@pytest.mark.parametrize("case", TARGETS)
def test_a_redirect_is_checked_like_the_first_hop_and_the_canary_stays_silent(case: str) -> None:
    async def run() -> tuple[Response | FetchFailure, list[bytes]]:
        scripts = {"/feed": [http("302 Found", b"", Location=TARGETS[case])], "/canary": [http()]}
        async with wire(scripts, host="0.0.0.0") as server:
            return await fetch_once(source(server.url()), policy("127.0.0.1")), server.requests

    outcome, requests = asyncio.run(run())
    assert isinstance(outcome, FetchFailure), outcome
    assert outcome.reason == "blocked_address"
    assert not any(b"canary" in request for request in requests)


def test_opting_in_needs_both_the_policy_and_the_source() -> None:
    async def run() -> list[Response | FetchFailure]:
        async with wire({"/feed": [http()]}) as server:
            return [
                await fetch_once(source(server.url(), private=True), policy("127.0.0.1")),
                await fetch_once(source(server.url(host="localhost"), private=True), policy("localhost")),
                await fetch_once(source(server.url(), private=False), policy("127.0.0.1")),
                await fetch_once(source(server.url(), private=True), policy()),
            ]

    outcomes = asyncio.run(run())
    assert [isinstance(outcome, Response) for outcome in outcomes] == [True, True, False, False]


def _classes(root: type[BaseException]) -> set[type[BaseException]]:
    return {root} | {found for child in root.__subclasses__() for found in _classes(child)}


LOWER = sorted(
    {
        kind
        for root in (aiohttp.ClientError, http_exceptions.HttpProcessingError, OSError, UnicodeError)
        for kind in _classes(root)
        if kind.__module__.split(".")[0] in ("aiohttp", "ssl", "socket", "builtins", "monitor")
    },
    key=lambda kind: kind.__qualname__,
)


@pytest.mark.parametrize("kind", LOWER, ids=lambda kind: kind.__qualname__)
def test_every_lower_error_has_a_reason(kind: type[BaseException]) -> None:
    assert issubclass(kind, LOWER_ERRORS)
    assert reason_of(kind.__new__(kind))


REASONS: list[tuple[BaseException, Reason]] = [
    (ssl.SSLError("bad record"), "tls"),
    (ssl.SSLCertVerificationError("expired"), "tls"),
    (TimeoutError(), "timeout"),
    (client_exceptions.ServerTimeoutError(), "timeout"),
    (client_exceptions.ServerDisconnectedError(), "connection"),
    (client_exceptions.ClientPayloadError("cut"), "truncated"),
    (http_exceptions.BadStatusLine("x"), "protocol"),
    (ConnectionRefusedError(), "connection"),
]


@pytest.mark.parametrize(("error", "reason"), REASONS, ids=lambda value: type(value).__name__)
def test_a_lower_error_gives_its_reason(error: BaseException, reason: Reason) -> None:
    assert explain(error).reason == reason
