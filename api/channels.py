"""What a team subscribes to with a calendar or feed program; the secret token in the address is the only key."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import Response

from api.deps import ReaderDep
from monitor.answers.channels import calendar_of, feed_of

router = APIRouter(tags=["subscriptions"], default_response_class=Response)
CALENDAR, ATOM = "text/calendar; charset=utf-8", "application/atom+xml; charset=utf-8"

TEXT = {"schema": {"type": "string"}}


@router.get("/calendars/{token}.ics", responses={200: {"content": {"text/calendar": TEXT}}})
def get_calendar(request: Request, reader: ReaderDep, token: str) -> Response:
    """The team's days as an iCalendar to subscribe to; `forewarned token --team TEAM` gives the address out."""
    return Response(calendar_of(reader, token, request.app.state.settings.base_url), media_type=CALENDAR)


@router.get("/feeds/{token}.atom", responses={200: {"content": {"application/atom+xml": TEXT}}})
def get_feed(request: Request, reader: ReaderDep, token: str) -> Response:
    """The team's events as an Atom feed; an entry is updated by a new stage, a moved day or a withdrawal."""
    return Response(feed_of(reader, token, request.app.state.settings.base_url), media_type=ATOM)
