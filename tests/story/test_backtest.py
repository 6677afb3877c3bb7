"""The founding episode, replayed as if live: who depends on OpenAI in China is alerted within a day, two weeks ahead."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from monitor.backtest.run import Query, run_backtest
from monitor.backtest.truth import load_truth
from monitor.catalog import load_catalog

TRUTH = Path(__file__).parents[2] / "corpus" / "backtest" / "truth-openai-china-2024.yaml"


def test_the_cut_off_is_alerted_within_a_day_and_two_weeks_ahead() -> None:
    result = run_backtest(Query(("openai-china-2024",), truth=load_truth(TRUTH, load_catalog())))
    found = {one.event.id: one for one in result.warned}
    cut_off = found["openai-notice"]
    assert cut_off.in_time
    assert cut_off.lead_days == 14
    assert cut_off.told is not None
    assert ("openai", "CN") in {(pair.provider, pair.jurisdiction) for pair in cut_off.told.alert.pairs}
    assert cut_off.told.alert.effective == date(2024, 7, 9)
    assert {one.alert.pairs[0].provider for one in result.told if one.alert.type == "mitigation"} == set()
