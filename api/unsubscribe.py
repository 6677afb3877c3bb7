"""Unsubscribing with one click (RFC 8058): a page with a button for people, a POST without a login for mail programs."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from api.deps import ReaderDep
from monitor.answers.outbox import shown_address
from monitor.errors import UsageError
from monitor.inform.render import render
from monitor.pipeline.unsubscribing import Membership, membership, unsubscribe

router = APIRouter(prefix="/unsubscribe", include_in_schema=False, default_response_class=HTMLResponse)
FIELD, CLICK = "List-Unsubscribe", "One-Click"
MAX_FORM_BYTES = 10_000


async def _is_click(request: Request) -> bool:
    """Whether the form says what RFC 8058 asks for; it may come URL-encoded or as multipart/form-data."""
    body = await request.body()
    kind = request.headers.get("content-type", "")
    if len(body) > MAX_FORM_BYTES:
        return False
    if not kind.lower().startswith("multipart/form-data"):
        return CLICK in parse_qs(body.decode("utf-8", "replace")).get(FIELD, [])
    parts = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode("latin-1") + b"\r\n\r\n" + body)
    return any(
        part.get_param("name", header="content-disposition") == FIELD and str(part.get_payload()).strip() == CLICK for part in parts.walk()
    )


@router.get("/{token}")
def ask(reader: ReaderDep, token: str) -> HTMLResponse:
    """A button; mail scanners follow links, so that looking changes nothing."""
    return _page(membership(reader.store, token))


@router.post("/{token}")
async def click(request: Request, reader: ReaderDep, token: str) -> HTMLResponse:
    """Stops the mails, without a login and without a redirect; a second click finds it done."""
    if not await _is_click(request):
        raise UsageError(f"post the form field {FIELD}={CLICK}")
    return _page(await run_in_threadpool(unsubscribe, reader.store, token, reader.clock()))


def _page(known: Membership) -> HTMLResponse:
    shown = known.model_copy(update={"recipient": shown_address(known.recipient, masked=True)})
    return HTMLResponse(render("pages/unsubscribe.html", known=shown, field=FIELD, click=CLICK), headers={"Cache-Control": "no-store"})
