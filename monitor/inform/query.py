"""What a digest is made from: one frozen question per recipient and slot. Nouns come in and stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import Field

from monitor.model import Assessment, Dependency, Event, Exposure, Instant, Noun, Recipient, SourceState, Team

LOST: frozenset[SourceState] = frozenset({"failing", "gone", "never"})
DOWN: frozenset[SourceState] = LOST | {"quiet"}
MAX_AGE = timedelta(hours=48)
"""Data older than this is stale everywhere in the product."""
DOWN_SHARE = 0.1
"""From this share of sources that do not answer on a digest calls itself incomplete; one of many dead feeds is only listed."""


class SourceHealth(Noun):
    """How one source fares; `since` is when it entered that state."""

    id: str
    name: str
    state: SourceState
    reason: str = ""
    since: Instant | None = None

    @property
    def down(self) -> bool:
        """Whether nothing new can be known from it."""
        return self.state in DOWN

    @property
    def lost(self) -> bool:
        """Whether it does not answer. A quiet source does: over a holiday whole newsrooms are quiet, and the data is whole."""
        return self.state in LOST


class DigestQuery(Noun):
    """Everything a digest for one recipient and slot is decided on.

    `exposures` and `assessments` (of every pair that an exposure names) are as of now; the `previous_*` are as they were at
    `previous_as_of`, the instant of the last digest this recipient got; None for the first, in which all is new.
    """

    recipient: Recipient
    team: Team
    slot: str
    as_of: Instant
    data_as_of: Instant | None
    events: tuple[Event, ...]
    exposures: tuple[Exposure, ...]
    assessments: tuple[Assessment, ...] = ()
    previous_as_of: Instant | None = None
    previous_events: tuple[Event, ...] = ()
    previous_exposures: tuple[Exposure, ...] = ()
    previous_assessments: tuple[Assessment, ...] = ()
    """Of the pairs that are assessed now, as they were then."""
    alerted: Mapping[str, Instant] = Field(default_factory=dict)
    """Event → when an alert told it, since the last digest."""
    names: Mapping[str, str] = Field(default_factory=dict)
    """Provider id → the name people know; an id without one is shown as it is."""
    sources: tuple[SourceHealth, ...] = ()
    methodology_version: str
    base_url: str
    revisions: Mapping[str, int] = Field(default_factory=dict)
    """How often the store revised each event."""

    @property
    def day(self) -> date:
        """The recipient's local day, from which countdowns count."""
        return date.fromisoformat(self.slot[:10])

    @cached_property
    def previous_day(self) -> date | None:
        """The recipient's local day of the last digest."""
        zone = ZoneInfo(self.recipient.timezone)
        return self.previous_as_of.astimezone(zone).date() if self.previous_as_of else None

    @property
    def stale(self) -> bool:
        """Whether the data behind the digest is too old or too thin to trust its silence."""
        too_old = self.data_as_of is None or self.as_of - self.data_as_of > MAX_AGE
        lost = sum(source.lost for source in self.sources)
        return too_old or (lost > 0 and lost >= DOWN_SHARE * len(self.sources))

    @property
    def became_stale(self) -> bool:
        """Whether the reader does not know yet that the data is stale."""
        last, data = self.previous_as_of, self.data_as_of
        aged = last is None or (data is not None and last - data <= MAX_AGE < self.as_of - data)
        return self.stale and (aged or any(source.lost for source in self.went_down()))

    def name_of(self, provider: str) -> str:
        """The provider's name for people."""
        return self.names.get(provider, provider)

    def went_down(self) -> tuple[SourceHealth, ...]:
        """The sources that fell silent since the last digest."""
        last = self.previous_as_of
        return tuple(s for s in self.sources if s.down and (last is None or s.since is None or s.since > last))

    def dependency(self, exposure: Exposure) -> Dependency | None:
        """The use of a provider that an exposure speaks of; None when the inventory no longer has it."""
        systems = (system for system in self.team.systems if system.id == exposure.system)
        uses = (use for system in systems for use in system.dependencies if use.provider == exposure.provider)
        return next(uses, None)

    def link(self, path: str) -> str:
        """A page of this service."""
        return f"{self.base_url.rstrip('/')}/{path}"


def utc_minute(instant: datetime) -> str:
    """An instant as people read it in mails and pages: `2024-06-26 00:00 UTC`."""
    return f"{instant:%Y-%m-%d %H:%M} UTC"
