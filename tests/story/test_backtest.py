"""The founding episode, replayed as if live: who depends on OpenAI in China is alerted within a day, two weeks ahead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from monitor.backtest.labels import load_labels
from monitor.backtest.run import Backtest, Query, run_backtest
from monitor.backtest.truth import load_truth
from monitor.catalog import load_catalog

CORPUS = Path(__file__).parents[2] / "corpus" / "backtest"


@pytest.fixture(scope="module")
def result() -> Backtest:
    truth = load_truth(CORPUS / "truth-openai-china-2024.yaml", load_catalog())
    return run_backtest(Query(("openai-china-2024",), truth=truth, labels=load_labels(CORPUS / "labels-openai-china-2024.jsonl")))


def test_the_cut_off_is_alerted_within_a_day_and_two_weeks_ahead(result: Backtest) -> None:
    found = {one.event.id: one for one in result.warned}
    cut_off = found["openai-notice"]
    assert cut_off.in_time
    assert cut_off.lead_days == 14
    assert cut_off.told is not None
    assert ("openai", "CN") in {(pair.provider, pair.jurisdiction) for pair in cut_off.told.alert.pairs}
    assert cut_off.told.alert.effective == date(2024, 7, 9)
    assert {one.alert.pairs[0].provider for one in result.told if one.alert.type == "mitigation"} == set()


def test_calibration(result: Backtest) -> None:
    """Frozen history gives the mean lead and the precision, each with its count and one-sided 90 % bound."""
    lead, alerts = result.mean_lead, result.figures[0]
    assert lead is not None
    assert lead.low is not None
    assert lead.n == 2
    assert lead.mean >= 14
    assert lead.low < lead.mean, "two cases bound little, and it is said"
    assert all(result.label(told) is not None for told in result.told), "every alert of the episode was read by eye"
    assert alerts.precision.n == alerts.alerts
    assert alerts.precision.share == 1
    assert 0.5 < alerts.precision.low < alerts.precision.share
    assert sum(one.right.n for one in result.bins) == alerts.precision.n
