"""The methodology page says what the code does."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.assess import constants
from monitor.assess.factors import FACTORS

PAGE = (Path(__file__).parents[2] / "docs" / "methodology.md").read_text(encoding="utf-8")


def _written(value: float) -> str:
    return f"{value:g}".removeprefix("0") or "0"


def test_the_page_is_of_this_version() -> None:
    assert f"(methodology {constants.METHODOLOGY_VERSION})" in PAGE


@pytest.mark.parametrize("name", FACTORS)
def test_the_page_has_a_row_for_every_factor(name: str) -> None:
    assert f"\n| {name} | " in PAGE


@pytest.mark.parametrize(("kind", "value"), constants.SEVERITY.items(), ids=list(constants.SEVERITY))
def test_the_page_gives_every_severity(kind: str, value: float) -> None:
    assert f"{kind} {_written(value)}" in PAGE


@pytest.mark.parametrize(("stage", "value"), constants.STAGE.items(), ids=list(constants.STAGE))
def test_the_page_gives_every_stage(stage: str, value: float) -> None:
    assert f"{stage.replace('_', ' ')} {_written(value)}" in PAGE
