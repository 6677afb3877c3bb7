"""What was known at an instant."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from monitor.assess.echo import further_voices
from monitor.model import Event
from monitor.pipeline.picture import Known
from tests.assess.builders import NOTICE_DAY, ban, event
from tests.pipeline.conftest import world_over


def _told(number: int) -> Event:
    """Every nine hours another paper tells, of one firm, a ban or an antitrust case."""
    kind = "service_ban" if number % 2 else "antitrust"
    told = event(ban(f"{number}", "IT", "openai", type=kind, told=NOTICE_DAY + timedelta(hours=9 * number)))
    return told.model_copy(update={"id": f"evt_{number}"})


def test_the_events_of_the_same_days_hold_every_further_voice(tmp_path: Path) -> None:
    found = tuple(_told(number) for number in range(20))
    with world_over(f"sqlite:///{tmp_path / 'w.sqlite'}", ()) as world:
        known = Known(world, NOTICE_DAY, found, None)
        around = {one.id: known.around(one).beside for one in found}
    assert all(further_voices(one, around[one.id]) == further_voices(one, found) > 0 for one in found)
    assert all(len(beside) < len(found) for beside in around.values())
