"""Agreeing to get mails: a page with a button for whoever was asked; looking changes nothing, because mail scanners follow links."""

from __future__ import annotations

from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import HTMLResponse

from api.deps import ReaderDep
from monitor.answers.outbox import shown_address
from monitor.errors import UsageError
from monitor.inform.render import render
from monitor.pipeline.consenting import Invitation, accept, invitation

router = APIRouter(prefix="/confirm", include_in_schema=False, default_response_class=HTMLResponse)
FIELD, CLICK = "confirm", "yes"
MAX_FORM_BYTES = 1_000


@router.get("/{token}")
def ask(reader: ReaderDep, token: str) -> HTMLResponse:
    """A button."""
    return _page(invitation(reader.store, token, reader.clock()))


@router.post("/{token}")
async def click(request: Request, reader: ReaderDep, token: str) -> HTMLResponse:
    """Says yes; a second click finds it done."""
    body = await request.body()
    if len(body) > MAX_FORM_BYTES or CLICK not in parse_qs(body.decode("utf-8", "replace")).get(FIELD, []):
        raise UsageError(f"post the form field {FIELD}={CLICK}")
    return _page(await run_in_threadpool(accept, reader.store, token, reader.clock()))


def _page(known: Invitation) -> HTMLResponse:
    shown = known.model_copy(update={"recipient": shown_address(known.recipient, masked=True)})
    return HTMLResponse(render("pages/confirm.html", known=shown, field=FIELD, click=CLICK), headers={"Cache-Control": "no-store"})
