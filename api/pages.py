"""The few pages that mails link to, for people: events, one event, sources. No script, no other host."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from api.deps import AsOfDep, EventPath, PlaceQuery, ReaderDep
from monitor.answers.reader import EventQuery
from monitor.inform.render import render

router = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)


@router.get("/")
@router.get("/events")
def home(reader: ReaderDep, as_of: AsOfDep, place: PlaceQuery = None) -> HTMLResponse:
    """Known events, the gravest first."""
    return HTMLResponse(render("pages/home.html", page=reader.events(EventQuery(None, place, as_of, limit=200))))


@router.get("/deadlines")
def deadlines(reader: ReaderDep, as_of: AsOfDep) -> HTMLResponse:
    """Days that are still to come, the next first."""
    return HTMLResponse(render("pages/deadlines.html", rows=reader.deadlines(as_of)))


@router.get("/events/{event}")
def event_page(reader: ReaderDep, event: EventPath, as_of: AsOfDep) -> HTMLResponse:
    """One event with its proof."""
    return HTMLResponse(render("pages/event.html", event=reader.event(event, as_of), names=reader.catalog.display_names))


@router.get("/sources")
def sources_page(reader: ReaderDep) -> HTMLResponse:
    """Every source with its health."""
    return HTMLResponse(render("pages/sources.html", page=reader.sources()))
