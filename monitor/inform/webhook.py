"""The door for webhooks (Standard Webhooks 1.0): a channel, an id and a body come in, the outcome of one signed POST goes out.

Nothing here trusts the other side: every address is checked when it is dialled, no redirect is followed, the status alone counts and
no body is read, one deadline spans all of it, and no text of the other side or of our secrets comes into a reason.
"""

from __future__ import annotations

import asyncio
import os
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import aiohttp
from standardwebhooks import Webhook
from yarl import URL

from monitor import __version__
from monitor.model import Channel, SendResult
from monitor.network.address import BlockedAddressError, check_host
from monitor.network.dial import CheckedResolver
from monitor.network.waiting import retry_after_s

DEADLINE_S: Final = 20.0
"""For names, TLS, request and status together; the standard advises 15 to 30."""
_MAX_FIELD: Final = 8 * 1024
_MAX_HEADERS: Final = 100


@dataclass(frozen=True)
class _Request:
    headers: dict[str, str]
    body: bytes
    now: datetime


def post(
    channel: Channel, id_: str, body: str, now: datetime, private_hosts: tuple[str, ...], deadline_s: float = DEADLINE_S
) -> SendResult:
    """Posts the JSON `body` once under `webhook-id` `id_`, which must hold no full stop; never raises for what the other side does.

    Any 2xx is `sent`; 410 is `failed` and gone; all else is a `retry`, because a receiver knows the id of what it has already.
    """
    try:
        return asyncio.run(_within(channel, _Request(_signed(channel, id_, body, now), body.encode(), now), private_hosts, deadline_s))
    except TimeoutError:
        return _lost(f"no answer within {deadline_s:g} s")
    except BlockedAddressError as error:
        return _lost(_blocked(error))
    except (aiohttp.ClientError, OSError, UnicodeError) as error:
        return _lost(_why(error))


def _signed(channel: Channel, id_: str, body: str, now: datetime) -> dict[str, str]:
    """The headers of one try: the timestamp is that of the try, the id that of the message."""
    at = now.astimezone(UTC)
    keys = [key.get_secret_value() for key in (channel.secret, channel.old_secret) if key is not None]
    return {
        "Content-Type": "application/json",
        "User-Agent": f"forewarned/{__version__}",
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(Webhook(key).sign(id_, at, body) for key in keys),
    }


async def _within(channel: Channel, request: _Request, private_hosts: tuple[str, ...], deadline_s: float) -> SendResult:
    allowed = private_hosts if channel.private else ()
    threads = ThreadPoolExecutor(1, thread_name_prefix="resolve")
    try:
        async with asyncio.timeout(deadline_s):
            url = URL(channel.url.get_secret_value())
            check_host(url.raw_host or "", url.port or 0, allowed)
            async with (
                _session(CheckedResolver(allowed, threads)) as session,
                session.post(url, data=request.body, headers=request.headers, allow_redirects=False) as answer,
            ):
                try:
                    return _judged(answer, request.now)
                finally:
                    answer.close()  # leaving the block would read the body first
    finally:
        threads.shutdown(wait=False, cancel_futures=True)


def _session(resolver: CheckedResolver) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True, ssl=ssl.create_default_context()),
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        auto_decompress=False,
        trust_env=False,
        max_line_size=_MAX_FIELD,
        max_field_size=_MAX_FIELD,
        max_headers=_MAX_HEADERS,
    )


def _judged(answer: aiohttp.ClientResponse, now: datetime) -> SendResult:
    status = answer.status
    if 200 <= status < 300:
        return SendResult(state="sent", status=status)
    if status == 410:
        return SendResult(state="failed", reason="410: the receiver wants no more messages", blame="recipient", status=status, gone=True)
    moved = ", a redirect, which is not followed: write the new address into channels.yaml" if 300 <= status < 400 else ""
    wait = retry_after_s(answer.headers.get("Retry-After", ""), now, answer.headers.get("Date", ""))
    return SendResult(state="retry", reason=f"answered {status}{moved}", blame="recipient", status=status, wait_s=wait)


def _lost(reason: str) -> SendResult:
    return SendResult(state="retry", reason=reason, blame="recipient")


def _blocked(error: BaseException) -> str:
    return f"{error}; the channel needs `private: true` and FOREWARNED_ALLOW_PRIVATE_HOSTS must name it"


def _why(error: BaseException) -> str:
    """A reason in our own words: what a library says of an error may quote the URL or the other side."""
    inner = getattr(error, "os_error", None) or error
    if isinstance(inner, BlockedAddressError):
        return _blocked(inner)
    if isinstance(inner, ssl.SSLCertVerificationError | ssl.CertificateError):
        return f"tls: the certificate is not trusted ({inner.verify_message})"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return "tls: no encrypted connection could be made"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "the name of the host is not known"
    if isinstance(error, aiohttp.ClientConnectionError | OSError):
        known = os.strerror(inner.errno) if isinstance(inner, OSError) and inner.errno and inner.errno > 0 else "closed by the other side"
        return f"no connection, or lost before the answer: {known}"
    return f"the answer is not HTTP as it should be ({type(error).__name__})"
