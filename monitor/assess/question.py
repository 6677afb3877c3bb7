"""What is asked: the risk of which provider, used from where, as of when.

In: a caller's wish and the catalogue. Out: one frozen value that every scoring function takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from monitor.assess.constants import CONTROL_SHARE, PARENT_STEPS
from monitor.model import Jurisdiction, Parent, Provider


@dataclass(frozen=True)
class Question:
    """Provider × jurisdiction × instant, with the catalogue it is to be read against.

    `stale` and `data_as_of` say how fresh the events are; they are passed on and never change a score.
    """

    provider: str
    jurisdiction: Jurisdiction
    as_of: datetime
    providers: Mapping[str, Provider]
    regions: Mapping[str, tuple[str, ...]]
    stale: bool = False
    data_as_of: datetime | None = None

    def about(self, provider: str) -> Question:
        """The same question for another provider."""
        return self._others.get(provider) or self._others.setdefault(provider, replace(self, provider=provider))

    def name_of(self, provider: str) -> str:
        """The display name of a provider, or its id where the catalogue has none."""
        found = self.providers.get(provider)
        return found.name if found else provider

    @cached_property
    def _others(self) -> dict[str, Question]:
        return {}

    @cached_property
    def owners(self) -> tuple[tuple[str, int], ...]:
        """Controlling owners of the provider with their distance in steps, nearest first; minority owners are left out."""
        level, seen, found = [self.provider], {self.provider}, []
        for step in range(1, PARENT_STEPS + 1):
            level = sorted({p.id for child in level for p in self._parents(child) if _controls(p)} - seen)
            seen |= set(level)
            found += [(owner, step) for owner in level]
        return tuple(found)

    @cached_property
    def parties(self) -> frozenset[str]:
        """The provider and its controlling owners."""
        return frozenset({self.provider, *(owner for owner, _ in self.owners)})

    @cached_property
    def within(self) -> frozenset[Jurisdiction]:
        """The place asked about and the regions that it is part of."""
        asked = self.jurisdiction
        return frozenset({asked, *(region for region, members in self.regions.items() if asked in members)})

    @cached_property
    def members(self) -> frozenset[Jurisdiction]:
        """The places of which the one asked about consists, where it is a region."""
        return frozenset(self.regions.get(self.jurisdiction, ()))

    def _parents(self, provider: str) -> tuple[Parent, ...]:
        found = self.providers.get(provider)
        return found.parents if found else ()


def _controls(parent: Parent) -> bool:
    return not parent.minority if parent.share is None else parent.share >= CONTROL_SHARE
