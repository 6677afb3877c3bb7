"""Which teams are hit by what, and what they decided about it: who has a key triages, everybody may read."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from api.deps import AsOfDep, EditorDep, ReaderDep
from monitor.answers.exposed import TriageAnswer, TriagePage, answer, exposed, history
from monitor.answers.shapes import Page
from monitor.model import Exposure, TriageRequest, TriageState

router = APIRouter(prefix="/exposures", tags=["inventory"])
TeamQuery = Annotated[str | None, Query(max_length=100)]
NumberPath = Annotated[int, Path(ge=1, le=2**31 - 1)]


class TriageUndoRequest(BaseModel):
    """Why a triage is taken back."""

    reason: str = Field(max_length=2000)


@router.get("")
def list_exposures(reader: ReaderDep, as_of: AsOfDep, team: TeamQuery = None, state: TriageState | None = None) -> Page[Exposure]:
    """Event × dependency, most urgent first and what is settled last: the provider's `score`, and beside it the `team_score` that
    orders a team's own work; `triage` is what people decided about it, on the UTC day of the asked instant."""
    return exposed(reader, as_of, team, state)


@router.get("/triage")
def list_triage(reader: ReaderDep, as_of: AsOfDep, team: TeamQuery = None) -> TriagePage:
    """Everything people decided about exposures by the asked instant, the latest first, also what was taken back."""
    return history(reader, as_of, team)


@router.post("/triage", status_code=201)
def post_triage(request: Request, reader: ReaderDep, editor: EditorDep, said: TriageRequest) -> TriageAnswer:
    """Say what becomes of a team's exposures to an event; the author is whom the key was given to."""
    from monitor.pipeline.ruling import world_of
    from monitor.pipeline.triaging import judge

    return answer(reader, judge(world_of(reader.store, reader.catalog, request.app.state.settings, reader.clock), said, editor))


@router.post("/triage/{number}/undo", status_code=201)
def post_triage_undo(request: Request, reader: ReaderDep, editor: EditorDep, number: NumberPath, said: TriageUndoRequest) -> TriageAnswer:
    """Take a triage back, also one that took another back."""
    from monitor.pipeline.ruling import world_of
    from monitor.pipeline.triaging import take_back

    world = world_of(reader.store, reader.catalog, request.app.state.settings, reader.clock)
    return answer(reader, take_back(world, number, editor, said.reason))
