"""Property 29: what a score means for a team is a second number that never replaces the first."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.inventory.team_score import CRITICALITY, SUBSTITUTABILITY, team_score
from monitor.model import Criticality, Substitutability

METHODOLOGY = (Path(__file__).parents[2] / "docs" / "methodology.md").read_text(encoding="utf-8")
critical, replaceable = st.sampled_from(get_args(Criticality)), st.sampled_from(get_args(Substitutability))


@given(st.integers(0, 100), critical, replaceable)
def test_team_exposure_is_bounded_by_the_score(score: int, criticality: Criticality, substitutability: Substitutability) -> None:
    own = team_score(score, criticality, substitutability)
    assert 0 <= own <= score
    assert (own == 0) == (score == 0)


@given(st.integers(0, 99), critical, replaceable)
def test_team_exposure_rises_with_each_of_its_inputs(score: int, criticality: Criticality, substitutability: Substitutability) -> None:
    own = team_score(score, criticality, substitutability)
    assert team_score(score + 1, criticality, substitutability) >= own
    for heavier in get_args(Criticality)[get_args(Criticality).index(criticality) :]:
        assert team_score(score, heavier, substitutability) >= own
    for harder in get_args(Substitutability)[get_args(Substitutability).index(substitutability) :]:
        assert team_score(score, criticality, harder) >= own


def test_team_exposure_leaves_the_whole_score_where_all_hangs_on_it() -> None:
    assert team_score(79, "critical", "none") == 79
    assert (team_score(79, "high", "complex"), team_score(79, "medium", "medium"), team_score(79, "low", "easy")) == (60, 41, 19)


@pytest.mark.parametrize(("name", "weight"), [*CRITICALITY.items(), *SUBSTITUTABILITY.items()])
def test_the_page_gives_every_weight(name: str, weight: float) -> None:
    table = METHODOLOGY[METHODOLOGY.index("## What it means for a team") :]
    assert f"{name} {weight:.2g}".replace("0.", ".") in table


def test_every_kind_of_use_has_a_weight() -> None:
    assert all(team_score(100, one, other) for one, other in product(get_args(Criticality), get_args(Substitutability)))
