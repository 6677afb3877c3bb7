"""The shipped tagger on two voices that it was not made from: no field may fall below what was measured, less its noise."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.cli.tagging import tagged
from monitor.understand.evaluate import Evaluation, evaluate

CORPUS = Path(__file__).resolve().parents[2] / "corpus"
MEASURED = json.loads((CORPUS / "metrics.json").read_text("utf-8"))
INPUT = ("id", "title", "body", "published", "lang", "source", "source_jurisdiction")


@pytest.fixture(scope="module")
def found() -> Evaluation:
    """The rates of the sealed voices together."""
    rows = [
        json.loads(line) for voice in MEASURED["voices"] for line in (CORPUS / "voices" / f"{voice}.jsonl").read_text("utf-8").splitlines()
    ]
    return evaluate(rows, tagged(json.dumps({key: row.get(key) for key in INPUT}) for row in rows), 0)


@pytest.mark.parametrize("field", sorted(MEASURED["rates"]))
def test_no_field_falls_by_more_than_its_noise(found: Evaluation, field: str) -> None:
    assert found.rates[field].score >= MEASURED["rates"][field]["low"]


def test_false_alerts_stay_few(found: Evaluation) -> None:
    assert found.false_alerts <= MEASURED["false_alerts"] + 2


def test_the_measured_field_names_are_all_there(found: Evaluation) -> None:
    assert set(MEASURED["rates"]) == set(found.rates)
