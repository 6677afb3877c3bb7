"""Decisions about events: who has a key says what is true, everybody may read what was said."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from api.deps import AsOfDep, EditorDep, EventPath, ReaderDep
from monitor.answers.decisions import DecisionAnswer, DecisionPage, RuledEventAnswer, decided, shape_of
from monitor.model import DecisionRequest

router = APIRouter(tags=["decisions"])
NumberPath = Annotated[int, Path(ge=1, le=2**31 - 1)]
EventQuery = Annotated[str | None, Query(pattern=r"^evt_[0-9a-f]{16}$")]


class UndoRequest(BaseModel):
    """Why a decision is taken back."""

    reason: str = Field(max_length=2000)


@router.get("/decisions")
def list_decisions(reader: ReaderDep, as_of: AsOfDep, event: EventQuery = None) -> DecisionPage:
    """Every decision about events known at the asked instant, the latest first, with what became of it."""
    return decided(reader, as_of, event)


@router.get("/events/{event}/decisions")
def list_event_decisions(reader: ReaderDep, event: EventPath, as_of: AsOfDep) -> DecisionPage:
    """Every decision about one event, and those that take them back."""
    return decided(reader, as_of, event)


@router.post("/events/{event}/decisions", status_code=201)
def post_event_decision(
    request: Request, reader: ReaderDep, editor: EditorDep, event: EventPath, said: DecisionRequest
) -> RuledEventAnswer:
    """Confirm, reject, merge, split, correct or dispute an event; the author is whom the key was given to."""
    from monitor.pipeline.ruling import rule, world_of

    made, revisions = rule(world_of(reader.store, reader.catalog, request.app.state.settings, reader.clock), event, said, editor)
    shown = reader.event(event, reader.instant(None))
    return RuledEventAnswer(decision=shape_of(reader, made.number), event_revisions=revisions, event=shown)


@router.post("/decisions/{number}/undo", status_code=201)
def post_undo(request: Request, reader: ReaderDep, editor: EditorDep, number: NumberPath, said: UndoRequest) -> DecisionAnswer:
    """Take a decision back, also one that took another back."""
    from monitor.pipeline.ruling import take_back, world_of

    world = world_of(reader.store, reader.catalog, request.app.state.settings, reader.clock)
    made, revisions = take_back(world, number, editor, said.reason)
    return DecisionAnswer(decision=shape_of(reader, made.number), event_revisions=revisions)
