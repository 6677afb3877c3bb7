"""What docs/inventory.md tells a newcomer to write is what the product reads."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from monitor.answers.checks import EXIT_CODES, CheckRequest
from monitor.catalog import load_catalog, load_inventory
from monitor.catalog.check_file import load_check_file
from monitor.catalog.inventory import COLUMNS
from monitor.cli.checking import ReportFormat

PAGE = (Path(__file__).parents[2] / "docs" / "inventory.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_list_is_an_inventory(tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text(blocks("yaml")[0], "utf-8")
    (team,) = load_inventory(path, load_catalog())
    assert team.systems[0].dependencies[0].owner == "Kim"


def test_the_rules_are_a_check_file(tmp_path: Path) -> None:
    path = tmp_path / "forewarned.toml"
    path.write_text(blocks("toml")[0], "utf-8")
    written = load_check_file(path, load_catalog())
    assert (written.places, written.horizon, len(written.accepted), len(written.answers)) == (("CN",), "30d", 1, 1)


def test_the_request_is_one() -> None:
    (asked,) = re.findall(r"-d '(\{.*?\})'", PAGE)
    assert CheckRequest.model_validate(json.loads(asked)).jurisdictions == ["CN"]


@pytest.mark.parametrize("word", [*COLUMNS, *(report.value for report in ReportFormat), *map(str, {*EXIT_CODES.values(), 2, 70})])
def test_it_names_every_column_report_and_exit_code(word: str) -> None:
    assert re.search(rf"(?<!\w){re.escape(word)}(?!\w)", PAGE)
