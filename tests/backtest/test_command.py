"""The command as people call it: table, JSON, page, and what waits for a label."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from typer.testing import CliRunner

from monitor.backtest.labels import load_labels
from monitor.cli.app import app
from tests.backtest.corpora import BAN, BESIDE, GAZETTE, TRUTH, written


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A corpus and what happened in it."""
    path = tmp_path_factory.mktemp("corpus")
    written(path, [*BAN, *BESIDE, GAZETTE, {"no": "item"}])
    (path / "truth.yaml").write_text(TRUTH, "utf-8")
    return path


def called(folder: Path, *options: str, code: int = 0) -> str:
    ran = CliRunner().invoke(app, ["backtest", str(folder / "corpus.jsonl"), "--truth", str(folder / "truth.yaml"), *options])
    assert ran.exit_code == code, ran.output
    return ran.stdout


def test_json_page_and_labels(folder: Path, tmp_path: Path) -> None:
    page, waiting = tmp_path / "report.html", tmp_path / "waiting.jsonl"
    told = json.loads(called(folder, "--json", "--html", str(page), "--to-label", str(waiting)))
    assert (told["documents"], told["left_out"], told["events"]) == (6, 1, 1)
    assert told["truth"][0]["delay_hours"] == 0.8
    assert [one["name"] for one in told["figures"]] == ["forewarned", "keyword", "recency"]
    assert told["figures"][0]["recall"] == {"share": 1.0, "low": 0.378, "hits": 1, "n": 1}
    _judged(waiting, tmp_path / "labels.jsonl")
    again = json.loads(called(folder, "--json", "--labels", str(tmp_path / "labels.jsonl"), "--to-label", str(waiting)))
    assert again["alerts"][0]["right"] is True
    assert [one["precision"]["hits"] for one in again["figures"]] == [1, 1, 1]
    assert waiting.read_text("utf-8") == ""
    _loads_nothing_and_quotes_nobody(page.read_text("utf-8"))


def _judged(waiting: Path, labels: Path) -> None:
    rows = [json.loads(line) for line in waiting.read_text("utf-8").splitlines()]
    assert [row["title"] for row in rows] == [BAN[0]["title"]] * 2
    labels.write_text("".join(json.dumps({**row, "right": True}) + "\n" for row in rows), "utf-8")
    assert len(load_labels(labels)) == 2


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.drawings = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.drawings += tag == "svg"
        self.loaded += [tag for name, _ in attrs if name in ("src", "href", "srcset")]


def _loads_nothing_and_quotes_nobody(page: str) -> None:
    seen = _Links()
    seen.feed(page)
    assert seen.loaded == []
    assert "url(" not in page
    assert seen.drawings == 3, "weeks, how soon, thresholds; no calibration without labels"
    assert all(str(row["title"]) not in page and str(row["summary"]) not in page for row in BAN)
    assert "Norway (NO) bans ByteDance" in page


def test_the_table_says_what_happened_and_when_it_was_told(folder: Path) -> None:
    shown = called(folder)
    assert re.search(r"tiktok-norway\s+2031-03-04\s+03-04 10:10\s+03-04 11:00\s+0\.8 h\s+2031-03-10\s+6 d\s+in_force 03-04", shown)
    assert re.search(r"forewarned\s+1\s+3\.5\s+not known\s+1\.00 \(1/1\)", shown)


@pytest.mark.parametrize(
    ("options", "said"),
    [(["--from", "yesterday"], "--from"), (["--from", "2040-01-01"], "no dated items"), (["--labels", "absent.jsonl"], "absent.jsonl")],
)
def test_what_cannot_be_done_is_a_usage_error(folder: Path, options: list[str], said: str) -> None:
    ran = CliRunner().invoke(app, ["backtest", str(folder / "corpus.jsonl"), *options])
    assert said in str(ran.exception)
    assert getattr(ran.exception, "exit_code", None) == 2
