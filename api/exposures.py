"""Which teams are hit by what."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import AsOfDep, ReaderDep
from monitor.answers.exposed import exposed
from monitor.answers.shapes import Page
from monitor.model import Exposure

router = APIRouter(prefix="/exposures", tags=["inventory"])


@router.get("")
def list_exposures(reader: ReaderDep, as_of: AsOfDep, team: Annotated[str | None, Query(max_length=100)] = None) -> Page[Exposure]:
    """Event × dependency, most urgent first: the provider's `score`, and beside it the `team_score` that orders a team's own work."""
    return exposed(reader, as_of, team)
