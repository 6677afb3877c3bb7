"""The evaluator: each rate from a case small enough to count by hand."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.understand.evaluate import evaluate, gold_row, wilson_low

BAN: dict[str, Any] = {
    "types": ["service_ban"], "providers": {"bytedance": "targeted"}, "issuing": ["IN"], "affected": ["IN"], "stage": "final",
    "dates": {"effective": "2024-07-09"}, "sectors": ["apps"], "evidence": ["India bars TikTok from 9 July."],
}  # fmt: skip
GOLD: dict[str, Any] = {"id": "a", "title": "India bars TikTok from 9 July.", "events": [BAN], "mentioned": ["google"]}
QUIET: dict[str, Any] = {"id": "b", "title": "Google opens an office.", "events": [], "mentioned": ["google"]}


def record(row: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**gold_row(row), "confidence": 0.9, **changes}


def test_a_row_of_events_gets_its_document_fields() -> None:
    old = {**BAN, "types": ["export_control"], "providers": {"nvidia": "affected"}, "issuing": ["US"], "background": True}
    easing = {**BAN, "types": ["relief", "service_ban"], "providers": {"bytedance": "affected", "google": "affected"}, "dates": {}}
    row = gold_row({"id": "c", "events": [BAN, easing, old], "mentioned": ["apple"]})
    assert row["relevant"]
    assert row["primary"] == "service_ban"
    assert row["types"] == ["service_ban", "relief"]
    assert row["providers"] == {"bytedance": "targeted", "google": "affected", "apple": "mentioned", "nvidia": "mentioned"}
    assert row["issuing"] == ["IN"]
    assert row["dates"] == {"announced": None, "effective": "2024-07-09", "comment": None}
    assert not gold_row({"id": "d", "events": [old]})["relevant"]


def test_right_answers_score_one_in_every_field() -> None:
    found = evaluate([GOLD, QUIET], [record(GOLD), record(QUIET)])
    counted = {name: rate.score for name, rate in found.rates.items() if rate.n}
    assert set(found.rates) - set(counted) == {"offers", "announced", "comment"}
    assert set(counted.values()) == {1.0}
    assert (found.false_alerts, found.worst, found.missing) == (0.0, (), ())
    assert found.calibration_error == pytest.approx(0.1)


def test_a_missed_document_counts_as_empty_in_every_field() -> None:
    found = evaluate([GOLD], [record(GOLD, relevant=False)])
    assert {found.rates[name].score for name in ("primary", "stage", "types", "role", "issuing", "evidence", "effective")} == {0.0}
    assert found.rates["link"].score == 1.0


def test_false_alerts_are_counted_among_irrelevant_documents() -> None:
    found = evaluate([GOLD, QUIET, {**QUIET, "id": "e"}], [record(GOLD), record(QUIET, relevant=True), record(QUIET, id="e")])
    assert found.false_alerts == 50.0
    assert (found.rates["relevant"].precision, found.rates["relevant"].recall) == (0.5, 1.0)


def test_wrong_fields_are_listed_worst_first_with_both_values() -> None:
    other = {**GOLD, "id": "z"}
    wrong = record(other, stage="proposed", primary="tariff", types=["tariff"], providers={"bytedance": "affected"})
    found = evaluate([GOLD, other], [record(GOLD, stage="in_force"), wrong])
    assert [m.id for m in found.worst] == ["z", "a"]
    assert ("stage", "final", "proposed") in found.worst[0].wrong
    assert found.confusions["stage"] == (("final", "in_force", 1), ("final", "proposed", 1))
    assert ("targeted", "affected", 1) in found.confusions["role"]
    assert ("mentioned", "not named", 1) in found.confusions["role"]


def test_a_document_without_a_record_is_reported_not_dropped() -> None:
    found = evaluate([GOLD, QUIET], [record(QUIET), {"id": "a", "error": "bad value"}])
    assert found.missing == ("a",)
    assert found.rates["relevant"].recall == 0.0


def test_evidence_may_be_a_part_of_the_sentence_or_hold_it() -> None:
    part = {**GOLD, "events": [{**BAN, "evidence": ["bars TikTok"]}]}
    assert evaluate([part], [record(GOLD)]).rates["evidence"].score == 1.0
    assert evaluate([GOLD], [record(GOLD, evidence=[{"text": "Google opens an office."}])]).rates["evidence"].score == 0.0


@given(st.floats(0, 1), st.integers(1, 10_000))
def test_the_lower_bound_lies_below_the_share_and_rises_with_its_trials(share: float, n: int) -> None:
    low = wilson_low(share, n)
    assert 0 <= low <= share + 1e-12
    assert low <= wilson_low(share, n * 4) + 1e-12


def test_the_lower_bound_of_a_known_case() -> None:
    assert wilson_low(0.9, 100) == pytest.approx(0.85486, abs=1e-5)
    assert wilson_low(1.0, 0) == 0.0
