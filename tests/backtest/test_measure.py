"""Figures: every share with its count and bound, worked out by hand."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from monitor.assess.alert import Around, alert
from monitor.assess.thread import thread
from monitor.backtest.labels import Label, key_of, load_labels
from monitor.backtest.measure import (
    BIN,
    Lead,
    Share,
    Warned,
    calibration,
    calibration_error,
    label_of,
    mean_lead,
    precision,
    recall,
    warnings,
    weekly,
)
from monitor.backtest.replay import Outcome, Told
from monitor.backtest.truth import Report, TruthEvent
from monitor.errors import ConfigError
from tests.assess.builders import NAMES, NOTICE_DAY, PROVIDERS, ban, document

FIRST = NOTICE_DAY + timedelta(hours=1)


def told(number: int = 0, after: timedelta = timedelta(hours=5), confidence: float = 0.9, documents: frozenset[str] = frozenset()) -> Told:
    """An alert on Italy's ban of OpenAI."""
    (event,) = thread([ban("a", "IT", "openai"), ban("b", "IT", "openai")], NAMES)
    given_ = alert(event, [], FIRST + after, Around(PROVIDERS, {}))
    assert given_ is not None
    lead = document(f"lead{number}")
    return Told(given_.model_copy(update={"confidence": confidence}), lead, documents or frozenset({lead.id}))


def happened(**fields: object) -> TruthEvent:
    values = {"id": "e", "what": "w", "day": NOTICE_DAY.date(), "providers": ["openai"], "source": "s", "words": ["x"]}
    return TruthEvent.model_validate(values | fields)


def reported(*documents: str) -> dict[str, list[Report]]:
    return {"e": [Report(document=key, published_at=FIRST, known_at=FIRST + timedelta(hours=1)) for key in documents]}


@pytest.mark.parametrize(
    ("after", "documents", "providers", "in_time"),
    [
        (5, {"d1"}, ["openai"], True),
        (24, {"d1"}, ["openai"], True),
        (24.01, {"d1"}, ["openai"], False),
        (5, {"d2"}, ["openai"], False),
        (5, {"d1"}, ["baidu"], False),
        (5, {"d1"}, [], True),
    ],
    ids=["soon", "a day", "a day and more", "rests on other reports", "for another provider", "nobody is named"],
)
def test_in_time_is_a_day_after_the_first_report(after: float, documents: set[str], providers: list[str], in_time: bool) -> None:
    one = told(after=timedelta(hours=after), documents=frozenset(documents))
    (found,) = warnings([happened(providers=providers)], reported("d1"), [one], Outcome())
    assert found.in_time == in_time
    assert recall([found]) == Share(int(in_time), 1)


def test_what_the_corpus_does_not_tell_counts_for_nothing() -> None:
    found = warnings([happened()], {}, [told()], Outcome())
    assert recall(found) == Share(0, 0)
    assert recall(found).share == 0


def test_the_first_of_several_alerts_counts() -> None:
    late, soon = (told(after=timedelta(hours=hours), documents=frozenset({"d1"})) for hours in (30, 3))
    (found,) = warnings([happened(effective=FIRST.date() + timedelta(days=10))], reported("d1"), [late, soon], Outcome())
    assert (found.told, found.lead_days, found.delay) == (soon, 10, timedelta(hours=3))


def test_precision_is_of_what_was_labelled() -> None:
    alerts = [told(n) for n in range(4)]
    labels = {label_of(one): Label(label_of(one), right) for one, right in zip(alerts, (True, True, False), strict=False)}
    assert precision(map(label_of, alerts), labels) == Share(2, 3)


@example(0, 41)
@given(st.integers(0, 60), st.integers(0, 60))
def test_a_bound_lies_below_its_share_and_grows_with_the_count(hits: int, misses: int) -> None:
    share = Share(hits, hits + misses)
    assert 0 <= share.low <= share.share <= 1
    assert Share(hits * 4, (hits + misses) * 4).low >= share.low


def test_calibration_has_bins_of_equal_count_and_leaves_none_small() -> None:
    alerts = [told(n, confidence=0.5 + n / 200) for n in range(67)]
    labels = {label_of(one): Label(label_of(one), n % 10 != 0) for n, one in enumerate(alerts)}
    bins = calibration(alerts, labels)
    assert sum(one.right.n for one in bins) == 67
    assert min(one.right.n for one in bins) >= BIN
    assert [one.confidence for one in bins] == sorted(one.confidence for one in bins)
    assert 0 < calibration_error(bins) < 0.4
    assert calibration([], {}) == []
    assert calibration_error([]) == 0


def test_empty_weeks_are_weeks() -> None:
    moments = [datetime(2031, 3, day, 9, tzinfo=UTC) for day in (3, 4, 17)]
    assert weekly(moments, date(2031, 3, 3), date(2031, 3, 24)) == [
        (date(2031, 3, 3), 2), (date(2031, 3, 10), 0), (date(2031, 3, 17), 1), (date(2031, 3, 24), 0),
    ]  # fmt: skip


def test_labels_are_read_back_as_written(tmp_path: Path) -> None:
    labels = [
        Label(key_of("A title", "openai", "IT", "service_ban"), True),
        Label(key_of("A title", "openai"), False, "no measure"),
    ]
    path = tmp_path / "labels.jsonl"
    path.write_text("\n".join(label.row() for label in labels) + "\n\n", "utf-8")
    assert load_labels(path) == {label.key: label for label in labels}
    assert "title" not in json.loads(labels[1].row())


@pytest.mark.parametrize(
    "line",
    ["no json", "[]", '{"title_sha256": "a", "right": true}', '{"title_sha256": "a", "provider": "p", "right": 1}',
     '{"title_sha256": "a", "provider": "p", "right": false, "fault": "odd"}'],
)  # fmt: skip
def test_a_bad_label_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(Label(key_of("t", "p"), True).row() + "\n" + line + "\n", "utf-8")
    with pytest.raises(ConfigError, match=r"labels.jsonl:2"):
        load_labels(path)


def test_mean_lead_has_a_bound_from_two_on() -> None:
    def led(*days: int) -> list[Warned]:
        days_ = ((n, happened(effective=(FIRST + timedelta(hours=5)).date() + timedelta(days=n))) for n in days)
        return [Warned(event, 1, None, told()) for _, event in days_]

    assert mean_lead([]) is None
    assert mean_lead([Warned(happened(), 1, None, told())]) is None, "no effective day is known"
    assert mean_lead(led(14)) == Lead(14.0, None, 1)
    both = mean_lead(led(14, 30))
    assert both is not None
    assert (both.mean, both.n) == (22, 2)
    assert both.low == pytest.approx(22 - 3.078 * 8, abs=0.01)
    many = mean_lead(led(*range(-10, 50)))
    assert many is not None
    assert many.low is not None
    assert many.low < many.mean == 19.5
