"""What people decided about a team's exposures: facts with their time, and what stands for one exposure on a day."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field, model_validator

from monitor.model.base import Instant, Jurisdiction, Level, Noun, Stage

TriageState = Literal["new", "in_triage", "affected", "not_affected", "accepted", "mitigated", "false_positive"]
SETTLED: frozenset[TriageState] = frozenset({"not_affected", "accepted", "mitigated", "false_positive"})
"""States in which nobody has to act, as long as the event stays what it was."""


class Seen(Noun):
    """One exposure as it was when somebody judged it: where a system's provider was hit, and how hard."""

    system: str
    provider: str
    places: tuple[Jurisdiction, ...]
    level: Level


class TriageFact(Noun):
    """What somebody decided about the exposures of a team to an event, with the event as it was then; the latest holds.

    An undo (`undoes`) takes a fact back, also another undo; its team, event and system are those of what it takes back.
    """

    number: int = Field(default=0, ge=0)
    """Counted from 1; 0 until it is recorded."""
    team: str
    event: str
    system: str | None = None
    """None: all of the team's systems."""
    state: TriageState | None = None
    """None for an undo."""
    reason: str = Field(min_length=1)
    author: str = Field(min_length=1)
    until: date | None = None
    """The last day on which it holds, in the time zone of whoever looks."""
    undoes: int | None = None
    stage: Stage | None = None
    days: dict[str, str] = {}
    """The event's days by role (`effective`, `comment`) then, `2024-07-09` or, known to the month only, `2024-07`."""
    seen: tuple[Seen, ...] = ()
    recorded_at: Instant

    @model_validator(mode="after")
    def _is_whole(self) -> TriageFact:
        if (self.state is None) != (self.undoes is not None):
            raise ValueError("a triage has a state, or takes another one back")
        if self.state == "accepted" and self.until is None:
            raise ValueError("an acceptance has a day until which it holds")
        return self


class TriageRequest(Noun):
    """What somebody wants to say of exposures; whether that can be is for the pipeline to say."""

    team: str = Field(max_length=100)
    event: str = Field(pattern=r"^evt_[0-9a-f]{16}$")
    state: TriageState
    reason: str = Field(max_length=2000)
    system: str | None = Field(default=None, max_length=200)
    """None: all of the team's systems."""
    until: date | None = None
    """The last day on which it holds; an acceptance needs one."""


class Triage(Noun):
    """What stands for one exposure: the state that holds, who said so and why; `number` is 0 where nobody said anything."""

    number: int = 0
    state: TriageState = "new"
    reason: str = ""
    by: str = ""
    at: Instant | None = None
    until: date | None = None
    expired: bool = False
    """Its last day is over, so that the state is `new` again."""
    was: TriageState | None = None
    """What was decided, where that does not hold any more because it expired or the event changed."""
    since_then: str = ""
    """What changed in the event since it was settled; empty where nothing did."""

    @property
    def settled(self) -> bool:
        """Whether nobody has to act."""
        return self.state in SETTLED

    @property
    def words(self) -> str:
        """The decision as a person reads it, also one that does not hold any more; empty without one."""
        if not self.number:
            return ""
        until = f" until {self.until}" if self.until else ""
        return f"{(self.was or self.state).replace('_', ' ')} by {self.by}{until}: {self.reason}"
