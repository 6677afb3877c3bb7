"""What the rules of alerts would have told a team, looked at before they tell anybody."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request

from api.deps import AsOfDep, ReaderDep
from monitor.answers.outbox import shown_address
from monitor.pipeline.rehearsing import Rehearsal

router = APIRouter(prefix="/teams", tags=["inventory"])
TeamPath = Annotated[str, Path(max_length=100)]
DaysQuery = Annotated[int, Query(ge=1, le=3660, description="How many days before the asked instant.")]


@router.get("/{team}/alerts/preview")
def get_alerts_preview(request: Request, reader: ReaderDep, as_of: AsOfDep, team: TeamPath, days: DaysQuery = 90) -> Rehearsal:
    """Every alert that the present rules would have sent to the inventory of the asked instant, by what was known at each time, with what
    quiet hours and the cap would have held; addresses are masked."""
    from monitor.pipeline.rehearsing import rehearse
    from monitor.pipeline.ruling import world_of

    world = world_of(reader.store, reader.catalog, request.app.state.settings, reader.clock)
    (found,) = rehearse(world, team, days, as_of)
    hidden = tuple(one.model_copy(update={"recipient": shown_address(one.recipient, masked=True)}) for one in found.items)
    return found.model_copy(update={"items": hidden})
