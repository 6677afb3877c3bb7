"""Decisions about events: who has a key says what is true, everybody may read what was said."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, Field

from api.deps import AsOfDep, EditorDep, EventPath, ReaderDep
from monitor.answers.decisions import DecisionAnswer, DecisionPage, RuledEventAnswer, decided, shape_of
from monitor.answers.reader import Reader
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
    from monitor.pipeline.ruling import rule

    made, revisions = rule(_world(request, reader), event, said, editor)
    shown = reader.event(event, reader.instant(None))
    return RuledEventAnswer(decision=shape_of(reader, made.number), event_revisions=revisions, event=shown)


@router.post("/decisions/{number}/undo", status_code=201)
def post_undo(request: Request, reader: ReaderDep, editor: EditorDep, number: NumberPath, said: UndoRequest) -> DecisionAnswer:
    """Take a decision back, also one that took another back."""
    from monitor.pipeline.ruling import take_back

    made, revisions = take_back(_world(request, reader), number, editor, said.reason)
    return DecisionAnswer(decision=shape_of(reader, made.number), event_revisions=revisions)


def _world(request: Request, reader: Reader) -> Any:
    """What decisions are made in, kept from the first one on: it remembers the threads."""
    from monitor.pipeline.ruling import world_of

    state = request.app.state
    if not hasattr(state, "deciding"):
        state.deciding = world_of(reader.store, reader.catalog, state.settings, reader.clock)
    return state.deciding
