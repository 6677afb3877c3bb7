"""The web application: routes read the store; some hand on a decision, a reader's wish to get mails or no more, a channel to be tried.

A `Reader` comes in, an ASGI application goes out.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from hashlib import sha256
from typing import cast

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline
from starlette.responses import StreamingResponse

from api import (
    alerts,
    channels,
    checks,
    confirm,
    decisions,
    documents,
    events,
    exposures,
    health,
    outbox,
    pages,
    providers,
    sources,
    unsubscribe,
    ways,
)
from api.limits import BodyLimit
from api.problems import install_problems
from monitor import __version__
from monitor.answers.reader import Reader, open_reader
from monitor.settings import Settings, load_settings

PAGE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
SECURITY_HEADERS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "X-Frame-Options": "DENY"}


def create_app(reader: Reader | None = None, settings: Settings | None = None) -> FastAPI:
    """The application over `reader` and `settings`; without them, as the environment says, the store being opened at start."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.settings = settings or load_settings()
        app.state.reader = reader or open_reader(app.state.settings)
        yield
        if reader is None:
            app.state.reader.store.close()

    app = FastAPIOffline(
        title="Forewarned",
        version=__version__,
        summary="Which policy or geopolitical event hits which provider you depend on, where, and from which day.",
        lifespan=lifespan,
    )
    routers = (
        providers.router, events.router, documents.router, sources.router, checks.router, decisions.router, exposures.router, outbox.router,
        channels.router, ways.router, alerts.router,
    )  # fmt: skip
    for router in routers:
        app.include_router(router, prefix="/api/v1")
    app.include_router(health.router)
    app.include_router(pages.router)
    app.include_router(unsubscribe.router)
    ways.describe_webhooks(app)
    app.include_router(confirm.router)
    install_problems(app)
    app.add_middleware(BodyLimit)
    app.middleware("http")(_conditional)
    return app


async def _conditional(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    """Give every JSON answer an ETag of its body, and 304 to a client that has it."""
    is_head = request.method == "HEAD"
    if is_head:  # answered like GET, without the body; routes know GET only, the server must know better
        request.scope["method"] = "GET"
    response = await call_next(request)
    request.scope["method"] = "HEAD" if is_head else request.method
    response.headers.update(SECURITY_HEADERS)
    if not request.url.path.startswith(("/docs", "/redoc", "/static-offline-docs")):  # these bring scripts of their own
        response.headers["Content-Security-Policy"] = PAGE_POLICY
    is_tagged = request.method in ("GET", "HEAD") and response.status_code == 200 and request.url.path.startswith("/api/")
    if not is_head and not is_tagged:
        return response
    body = b"".join(
        [chunk if isinstance(chunk, bytes) else str(chunk).encode() async for chunk in cast(StreamingResponse, response).body_iterator]
    )
    headers = {**response.headers, "content-length": str(len(body))}
    if is_tagged:
        etag = f'"{sha256(body).hexdigest()[:32]}"'
        headers |= {"ETag": etag, "Cache-Control": "no-cache"}
        asked = request.headers.get("if-none-match", "")
        if etag in asked or asked.strip() == "*":
            return Response(status_code=304, headers={k: v for k, v in headers.items() if k not in ("content-type", "content-length")})
    return Response(b"" if is_head else body, response.status_code, headers=headers)
