"""Events: measures as threads over their stages."""

from __future__ import annotations

from fastapi import APIRouter

from api.deps import AsOfDep, CursorQuery, EventPath, LimitQuery, PlaceQuery, ProviderQuery, ReaderDep
from monitor.answers.origins import OriginsShape, origins_of
from monitor.answers.reader import EventQuery
from monitor.answers.shapes import EventShape, Page

router = APIRouter(prefix="/events", tags=["events"])


@router.get("")
def list_events(
    reader: ReaderDep,
    as_of: AsOfDep,
    provider: ProviderQuery = None,
    place: PlaceQuery = None,
    limit: LimitQuery = 50,
    cursor: CursorQuery = None,
) -> Page[EventShape]:
    """Events known as of the asked instant, the most severe first."""
    return reader.events(EventQuery(provider, place, as_of, limit, cursor))


@router.get("/{event}")
def get_event(reader: ReaderDep, event: EventPath, as_of: AsOfDep) -> EventShape:
    """One event as known at the asked instant."""
    return reader.event(event, as_of)


@router.get("/{event}/origins")
def get_event_origins(reader: ReaderDep, event: EventPath, as_of: AsOfDep) -> OriginsShape:
    """Who told the event independently, with all that only repeats them, and why."""
    return origins_of(reader, event, as_of)
