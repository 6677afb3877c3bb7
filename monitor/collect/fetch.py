"""The one door to the network for sources. A source and what its server told us last come in, a response or a failure goes out.

Nothing here trusts the other side: one deadline for the whole redirect chain, a cap on decoded bytes, redirects followed
by hand with their bodies unread, and every address checked before it is dialled. Every lower error becomes a reason.
"""

from __future__ import annotations

import asyncio
import errno
import hashlib
import re
import ssl
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

import aiohttp
from aiohttp import client_exceptions as client
from aiohttp import http_exceptions as http
from aiohttp.abc import AbstractResolver
from yarl import URL

from monitor.collect.decode import BodyReader, CodingError, EndMissingError, TooLargeError
from monitor.collect.failures import RefusedError
from monitor.collect.headers import conditional, fresh_for_s, validators_of
from monitor.collect.pace import GAP_S, PER_HOST, Pace, silence_s, site_of
from monitor.collect.room import LARGE_AT_ONCE, LARGE_BYTES, Room
from monitor.model import FetchFailure, Reason, Response, Source, Validators
from monitor.network.address import BlockedAddressError, check_host
from monitor.network.dial import CheckedResolver
from monitor.network.waiting import retry_after_s

MAX_REDIRECTS = 5
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PERMANENT = frozenset({301, 308})
_MAX_HEADER = 64 * 1024
_RESOLVER_THREADS = 16
_SLOW_S = 3.0
_UNSAFE = re.compile(r"[\x00-\x20\x7f\\]")
_ACCEPT = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/json;q=0.9, application/xml;q=0.9, "
    "text/xml;q=0.9, text/html;q=0.8, */*;q=0.5"
)

# Walked from the top: the first class that fits gives the reason.
_REASONS: tuple[tuple[type[BaseException], Reason], ...] = (
    (BlockedAddressError, "blocked_address"),
    (TooLargeError, "too_large"),
    (EndMissingError, "truncated"),
    (CodingError, "decode"),
    (http.DecompressSizeError, "too_large"),
    (http.ContentEncodingError, "decode"),
    (http.ContentLengthError, "truncated"),
    (http.TransferEncodingError, "truncated"),
    (client.ClientPayloadError, "truncated"),
    (client.ServerFingerprintMismatch, "tls"),
    (client.ClientSSLError, "tls"),
    (ssl.SSLError, "tls"),
    (ssl.CertificateError, "tls"),
    (TimeoutError, "timeout"),
    (client.TooManyRedirects, "too_many_redirects"),
    (client.NonHttpUrlClientError, "blocked_scheme"),
    (client.RedirectClientError, "bad_redirect"),
    (client.InvalidURL, "blocked_address"),
    (client.ClientConnectionError, "connection"),
    (client.ClientError, "protocol"),
    (http.HttpProcessingError, "protocol"),
    (OSError, "connection"),
    (UnicodeError, "protocol"),
)
LOWER_ERRORS = tuple(kind for kind, _ in _REASONS)


@dataclass(frozen=True)
class FetchPolicy:
    """What every fetch keeps to; `private_hosts` are hosts, host:port, addresses or networks the operator opted in."""

    deadline_s: float
    max_bytes: int
    private_hosts: tuple[str, ...]
    user_agent: str


@dataclass(frozen=True)
class _Hop:
    """One request of a redirect chain."""

    url: URL
    source: Source
    headers: Mapping[str, str]
    clock: Callable[[], datetime]

    @property
    def site(self) -> str:
        return site_of(self.url.raw_host or "", self.url.port or 0)


class Fetcher:
    """Fetches sources over one connection pool per trust; use as `async with Fetcher(policy) as fetcher`."""

    def __init__(self, policy: FetchPolicy, at_once: int = 32, held: Mapping[str, datetime] | None = None) -> None:
        """`held` are hosts that asked to be left alone, each until when."""
        self._policy = policy
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._all = asyncio.Semaphore(at_once)
        self._hosts: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(PER_HOST))
        self._pace = Pace(held or {})
        self._stack = AsyncExitStack()
        self._sessions: dict[bool, aiohttp.ClientSession] = {}

    async def __aenter__(self) -> Self:
        threads = ThreadPoolExecutor(_RESOLVER_THREADS, thread_name_prefix="resolve")
        self._stack.callback(threads.shutdown, wait=False, cancel_futures=True)
        # Two pools, so that a public source can never ride on a connection opened for a private one.
        for private in (False, True):
            resolver = CheckedResolver(self._policy.private_hosts if private else (), threads)
            self._sessions[private] = await self._stack.enter_async_context(self._session(resolver))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    def _session(self, resolver: AbstractResolver) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, resolver=resolver, use_dns_cache=False),
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": self._policy.user_agent, "Accept": _ACCEPT, "Accept-Encoding": "gzip, deflate"},
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
            max_line_size=_MAX_HEADER,
            max_field_size=_MAX_HEADER,
        )

    async def fetch(self, source: Source, url: str | None, validators: Validators, now: datetime) -> Response | FetchFailure:
        """The answer of `source` (at `url` instead of its own, if given), or why there is none; HeldBackError when it was not asked.

        Waiting for a free slot of a host does not count against the deadline: a slow neighbour is not this source's fault.
        """
        async with self.fetching(source, url, validators, now) as answer:
            return answer

    def check_free(self, url: str, now: datetime) -> None:
        """HeldBackError when the host of `url` asked to be left alone."""
        checked = _checked_url(url)
        self._pace.check(site_of(checked.raw_host or "", checked.port or 0), now)

    @asynccontextmanager
    async def fetching(
        self, source: Source, url: str | None, validators: Validators, now: datetime
    ) -> AsyncIterator[Response | FetchFailure]:
        """What `fetch` gives, until the block ends: only few large bodies are held at once, whatever the sources send."""
        room = Room(self._large)
        try:
            yield await self._answer(source, url, validators, now, room)
        finally:
            room.give_back()

    async def _answer(self, source: Source, url: str | None, validators: Validators, now: datetime, room: Room) -> Response | FetchFailure:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        try:
            hop = _Hop(
                _checked_url(url or source.url), source, conditional(validators), lambda: now + timedelta(seconds=loop.time() - begun)
            )
            try:
                async with asyncio.timeout(self._policy.deadline_s) as room.deadline:
                    return await self._follow(hop, validators, now, room)
            except TimeoutError as error:
                raise RefusedError("timeout", f"no complete answer within {self._policy.deadline_s:g} s") from error
        except RefusedError as refusal:
            return refusal.failure(source.url if url is None else url, now)
        except LOWER_ERRORS as error:
            return explain(error).failure(source.url if url is None else url, now)

    @asynccontextmanager
    async def _slot(self, hop: _Hop, room: Room) -> AsyncIterator[None]:
        """A slot of the host, its turn, and one of all; a slow answer gives both back early, so that nobody starves its neighbours.

        A private host is the operator's own: it keeps the limit but needs no gaps.
        """
        held: list[asyncio.Semaphore] = []

        def give_back() -> None:
            while held:
                held.pop().release()

        try:
            async with room.unhurried():
                await self._hosts[hop.site].acquire()
                held.append(self._hosts[hop.site])
                await self._turn(hop)
                await self._all.acquire()
                held.append(self._all)
            early = asyncio.get_running_loop().call_later(_SLOW_S, give_back)
            try:
                yield
            finally:
                early.cancel()
        finally:
            give_back()

    async def _turn(self, hop: _Hop) -> None:
        await self._pace.turn(hop.site, 0 if hop.source.private else GAP_S, hop.clock)

    async def _follow(self, hop: _Hop, validators: Validators, now: datetime, room: Room) -> Response:
        permanent, unbroken = None, True
        seen, hops = {hop.url}, list[str]()
        async with AsyncExitStack() as slot:
            await slot.enter_async_context(self._slot(hop, room))
            while True:
                answer = await self._hop(hop, validators, now, room)
                if isinstance(answer, Response):
                    return answer.model_copy(update={"permanent_url": str(permanent) if permanent else None, "redirects": tuple(hops)})
                status, target = answer
                hops.append(f"{status} {target}")
                unbroken = unbroken and status in _PERMANENT
                permanent = target if unbroken else permanent
                if target in seen:
                    raise RefusedError("redirect_loop", f"redirected to {target} again", status)
                if len(hops) > MAX_REDIRECTS:
                    raise RefusedError("too_many_redirects", f"more than {MAX_REDIRECTS} redirects")
                seen.add(target)
                hop = await self._moved(hop, target, slot, room)

    async def _moved(self, hop: _Hop, target: URL, slot: AsyncExitStack, room: Room) -> _Hop:
        """The next hop when it may be asked: on the same site with the slot that is held, so that it does not stand in line again."""
        further = replace(hop, url=target)
        if further.site == hop.site:
            async with room.unhurried():
                await self._turn(further)
        else:
            await slot.aclose()
            await slot.enter_async_context(self._slot(further, room))
        return further

    async def _hop(self, hop: _Hop, validators: Validators, now: datetime, room: Room) -> Response | tuple[int, URL]:
        """One request: the final response, or the status and target of a redirect whose body stays unread."""
        self._check_target(hop.url, hop.source)
        session = self._sessions[hop.source.private]
        async with session.get(hop.url, headers=hop.headers, allow_redirects=False) as answer:
            try:
                if answer.status in _REDIRECTS:
                    return answer.status, redirect_target(hop.url, answer.headers.get("Location"), answer.status)
                if answer.status == 304 and hop.headers:
                    return _not_modified(answer, hop.url, validators, now)
                _check_status(answer, now)
                body = await _body(answer, self._policy.max_bytes, room)
                return _response(answer, hop.url, body, validators, now)
            except RefusedError as refusal:
                refusal.hold = self._pace.hold(hop.site, silence_s(refusal.status, refusal.retry_after_s), hop.clock())
                raise
            finally:
                if not answer.content.at_eof():
                    answer.close()  # leaving the block would read the rest first

    def _check_target(self, url: URL, source: Source) -> None:
        host, port = url.raw_host or "", url.port or 0
        check_host(host, port, self._policy.private_hosts if source.private else ())
        if port not in (80, 443, URL(source.url).port):
            raise RefusedError("blocked_port", f"port {port} is neither 80, 443 nor the source's own")


def _checked_url(text: str, base: URL | None = None) -> URL:
    """`text` as an absolute http(s) URL without fragment; RefusedError for anything that parsers read in different ways."""
    malformed: Reason = "blocked_address" if base is None else "bad_redirect"
    if _UNSAFE.search(text.strip(" ")):
        raise RefusedError(malformed, "backslash, space or control character in the URL")
    try:
        url = URL(text.strip(" "))
        url = base.join(url) if base is not None else url
        if url.scheme not in ("http", "https"):
            raise RefusedError("blocked_scheme", f"scheme {url.scheme[:20]!r} is not http or https")
        if not url.raw_host or not url.port:
            raise RefusedError(malformed, "the URL names no host")
        user_info = url.raw_user is not None or url.raw_password is not None
    except (ValueError, UnicodeError) as error:
        raise RefusedError(malformed, f"not a URL: {error}") from error
    if user_info:
        raise RefusedError(malformed, "user info in the URL")
    return url.with_fragment(None)


def redirect_target(base: URL, location: str | None, status: int) -> URL:
    """Where a redirect leads; RefusedError for none, for anything odd, and for a step down from https to http."""
    if not location:
        raise RefusedError("bad_redirect", "a redirect without a target", status)
    target = _checked_url(location, base)
    if base.scheme == "https" and target.scheme == "http":
        raise RefusedError("bad_redirect", f"redirected from https to {target}", status)
    return target


def _check_status(answer: aiohttp.ClientResponse, now: datetime) -> None:
    """RefusedError unless the status promises a complete body: the status wins, whatever the body looks like."""
    status = answer.status
    retry = retry_after_s(answer.headers.get("Retry-After", ""), now, answer.headers.get("Date", ""))
    if status in (200, 203):
        return
    if status == 410:
        raise RefusedError("gone", "the publisher says it is gone for good", status)
    if status == 429:
        raise RefusedError("rate_limited", "too many requests", status, retry)
    if status in (204, 205):
        raise RefusedError("empty_body", f"status {status} has no body", status)
    raise RefusedError("bad_status", f"status {status}", status, retry)


async def _body(answer: aiohttp.ClientResponse, limit: int, room: Room) -> bytes:
    reader = BodyReader(",".join(answer.headers.getall("Content-Encoding", ())), limit)
    try:
        async for chunk in answer.content.iter_any():
            reader.feed(chunk)
            if reader.size > LARGE_BYTES:
                await room.take()
    except (aiohttp.ClientConnectionError, ConnectionError) as error:
        raise RefusedError("truncated", f"the connection broke within the body: {error}", answer.status) from error
    return reader.finish()


def _not_modified(answer: aiohttp.ClientResponse, url: URL, before: Validators, now: datetime) -> Response:
    """A 304 that keeps what we knew, renewed by what it says itself."""
    told = validators_of(answer.headers, None).model_dump(exclude_none=True)
    age = fresh_for_s(answer.headers, now)
    return Response(status=304, url=str(url), validators=before.model_copy(update=told), max_age_s=age, retrieved_at=now)


def _response(answer: aiohttp.ClientResponse, url: URL, body: bytes, before: Validators, now: datetime) -> Response:
    """A complete body; 304 when it is byte for byte the one we had, because many servers never say so."""
    digest = hashlib.sha256(body).hexdigest()
    validators = validators_of(answer.headers, digest)
    if digest == before.body_sha256:
        return _not_modified(answer, url, validators, now)
    content_type = answer.headers.get("Content-Type", "")[:200]
    return Response(
        status=200,
        url=str(url),
        content_type=content_type if content_type.isascii() and content_type.isprintable() else "",
        body=body,
        validators=validators,
        max_age_s=fresh_for_s(answer.headers, now),
        retrieved_at=now,
    )


def explain(error: BaseException) -> RefusedError:
    """The refusal that stands for `error` of a library below us."""
    return RefusedError(reason_of(error), f"{type(error).__name__}: {error}" if str(error) else type(error).__name__)


def reason_of(error: BaseException) -> Reason:
    """The reason of a lower error; what the connector wrapped is looked at first."""
    inner = getattr(error, "os_error", None)
    if getattr(inner, "errno", None) == errno.ETIMEDOUT:
        return "timeout"
    error = inner if isinstance(inner, BlockedAddressError | TimeoutError) else error
    return next(reason for kind, reason in _REASONS if isinstance(error, kind))
