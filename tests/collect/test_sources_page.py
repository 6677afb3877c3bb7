"""docs/sources.md lists exactly the words that the code uses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest

from monitor.model import REASONS, AlertCode, Reason, SourceState

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sources.md").read_text("utf-8")


def _table(heading: str) -> dict[str, tuple[str, ...]]:
    """The rows of the table under a heading, by their code in the first column."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in section.splitlines() if line.startswith("| `")]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0].strip("`"): row[1:] for row in rows}


def test_reason_codes_and_their_words() -> None:
    assert tuple(REASONS) == get_args(Reason)
    assert _table("Reason codes") == {code: tuple(meaning) for code, meaning in REASONS.items()}


@pytest.mark.parametrize(("heading", "vocabulary"), [("States", SourceState), ("Alerts", AlertCode)], ids=["states", "alerts"])
def test_vocabulary(heading: str, vocabulary: object) -> None:
    assert set(_table(heading)) == set(get_args(vocabulary))


def test_named_settings_and_commands_exist() -> None:
    from monitor.settings import PREFIX, Settings

    for name in re.findall(rf"{PREFIX}([A-Z_]+)", PAGE + "".join(f"{m.means} {m.do}" for m in REASONS.values())):
        assert name.lower() in Settings.model_fields
