"""What a provider's score means for one team: the score, how critical the system is and how hard the provider is to replace come in.

A second number beside the score, never in its place: the score says what the published record tells of a provider in a place and is the
same for everybody; this one orders a team's own work. The weights are expert judgement, as those of the score, and stand in
docs/methodology.md.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import floor
from types import MappingProxyType
from typing import Final

from monitor.model import Criticality, Substitutability

CRITICALITY: Final[Mapping[Criticality, float]] = MappingProxyType({
    "critical": 1.0,  # the business stops with the system
    "high": 0.85,
    "medium": 0.7,
    "low": 0.5,  # a loss is a nuisance, but somebody has to act all the same
})  # fmt: skip
SUBSTITUTABILITY: Final[Mapping[Substitutability, float]] = MappingProxyType({
    "none": 1.0,  # nothing takes its place
    "complex": 0.9,
    "medium": 0.75,
    "easy": 0.5,  # a change of address and key; half, because it must be done in time
})  # fmt: skip


def team_score(score: int, criticality: Criticality, substitutability: Substitutability) -> int:
    """0–100: score × CRITICALITY × SUBSTITUTABILITY, rounded down, at least 1 where the score is; never more than the score."""
    if score <= 0:
        return 0
    return max(1, floor(score * CRITICALITY[criticality] * SUBSTITUTABILITY[substitutability] + 1e-9))
