"""How an event went on for a team: its revisions come in, what stands, what moved and since when goes out. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from monitor.inform.wording import coming_days
from monitor.model import Event


class Day(NamedTuple):
    """A day that an event states or stated, with its role and verb; `stands` is false once it was taken back or left the team alone."""

    role: str
    verb: str
    day: date
    stands: bool


@dataclass(frozen=True)
class Course:
    """The revisions of an event, each with when it was recorded, oldest first; `hit` is the newest of them that hit the team."""

    history: tuple[tuple[datetime, Event], ...]
    hit: int

    @property
    def event(self) -> Event:
        """As it last hit the team."""
        return self.history[self.hit][1]

    @property
    def now(self) -> Event:
        """As it is known now."""
        return self.history[-1][1]

    @property
    def hits(self) -> bool:
        """Whether it hits the team now."""
        return self.hit == len(self.history) - 1

    @property
    def sequence(self) -> int:
        """How often it was revised: rises with whatever can move a day, also when no document tells why."""
        return len(self.history) - 1

    @property
    def recorded_at(self) -> datetime:
        """When it was last revised."""
        return self.history[-1][0]

    @property
    def changed_at(self) -> datetime:
        """When it last came to a new stage, moved a day, reached another place or was withdrawn; more reports of the same do not count."""
        changed, before = self.history[0]
        for at, event in self.history[1:]:
            if _shape(event) != _shape(before):
                changed = at
            before = event
        return changed

    def days(self) -> Iterator[Day]:
        """Each kind of day that it ever stated for the team, as it was last stated."""
        present = {role for role, _, _ in coming_days(self.event)} if self.hits else set()
        seen: set[str] = set()
        for _, event in reversed(self.history[: self.hit + 1]):
            for role, verb, day in coming_days(event):
                if role not in seen:
                    seen.add(role)
                    yield Day(role, verb, day, role in present)


def _shape(event: Event) -> tuple[object, ...]:
    return (event.stage, event.dates, event.withdrawn, event.affected)
