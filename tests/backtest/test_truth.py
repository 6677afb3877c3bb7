"""What happened: rows with facts, and which documents tell them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.backtest.truth import TruthEvent, Watch, load_truth
from monitor.catalog import load_catalog
from monitor.errors import ConfigError
from tests.assess.builders import document
from tests.backtest.corpora import TRUTH

COMMITTED = sorted((Path(__file__).parents[2] / "corpus" / "backtest").glob("truth-*.yaml"))


def _event(**fields: Any) -> TruthEvent:
    values: dict[str, Any] = {"id": "e", "what": "It happened.", "day": date(2031, 3, 4), "source": "invented", "words": [["TikTok"]]}
    return TruthEvent.model_validate(values | fields)


def _tells(event: TruthEvent, title: str, told: datetime = datetime(2031, 3, 4, 10, tzinfo=UTC)) -> bool:
    watch = Watch([event])
    watch.see(document("d", told, title=title, text=""), told)
    return bool(watch.reports)


@pytest.mark.parametrize(
    ("words", "title", "expected"),
    [
        (["TikTok", ["ban", "bar"]], "Norway bans TikTok", True),
        (["TikTok", ["ban", "bar"]], "TikTok opens a shop", False),
        (["tiktok"], "Norway bans TikTok", True),
        (["ban"], "An urban park", False),
        (["US"], "He told us about it", False),
        (["US"], "The US acts", True),
        (["US"], "The USA acts", False),
        (["19 "], "All 19 platforms", True),
        (["禁止"], "政府禁止使用", True),
        (["€390"], "A fine of €390m", True),
    ],
)
def test_words_begin_where_words_begin(words: list[Any], title: str, expected: bool) -> None:
    assert _tells(_event(words=words), title) == expected


@pytest.mark.parametrize(
    ("day", "fields", "expected"),
    [
        (2, {}, False),
        (3, {}, True),
        (10, {}, True),
        (11, {}, False),
        (3, {"seen_from": date(2031, 3, 4)}, False),
        (11, {"seen_to": date(2031, 3, 11)}, True),
    ],
)
def test_reports_are_looked_for_around_the_day(day: int, fields: dict[str, Any], expected: bool) -> None:
    assert _tells(_event(**fields), "TikTok", datetime(2031, 3, day, 23, tzinfo=UTC)) == expected


def test_without_words_a_provider_and_a_place_are_looked_for(tmp_path: Path) -> None:
    path = tmp_path / "truth.yaml"
    path.write_text(TRUTH.replace("    words: [TikTok, [Norway, Norwegian], [ban, bar]]\n", ""), "utf-8")
    (event,) = load_truth(path, load_catalog())
    assert _tells(event, "Norwegian ministries lose TikTok")
    assert not _tells(event, "Danish ministries lose TikTok")
    assert not _tells(event, "Norway loses a match")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("providers: [bytedance]", "providers: [bytedanse]", r"truth.yaml:3: unknown provider 'bytedanse'; close are bytedance"),
        ("types: [service_ban]", "types: [servicing]", r"truth.yaml:7: .*service_ban"),
        ("day: 2031-03-04", "date: 2031-03-04", r"truth.yaml:5: unknown key 'date'"),
        ("source: invented", "source:", r"truth.yaml:11: source"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "truth.yaml"
    path.write_text(TRUTH.replace(old, new), "utf-8")
    with pytest.raises(ConfigError, match=message):
        load_truth(path, load_catalog())


def test_an_id_stands_once_and_a_row_can_be_found(tmp_path: Path) -> None:
    path = tmp_path / "truth.yaml"
    path.write_text(TRUTH + TRUTH.split("events:\n")[1], "utf-8")
    with pytest.raises(ConfigError, match="stands twice"):
        load_truth(path, load_catalog())
    path.write_text("events:\n  - {id: a, what: w, day: 2031-03-04, source: s}\n", "utf-8")
    with pytest.raises(ConfigError, match="words"):
        load_truth(path, load_catalog())


@pytest.mark.parametrize("path", COMMITTED, ids=lambda path: path.stem)
def test_the_committed_lists_are_well_formed(path: Path) -> None:
    events = load_truth(path, load_catalog())
    assert events
    assert all(first <= event.day <= last for event in events for first, last in [event.window])
