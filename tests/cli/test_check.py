"""The gate as a team's CI runs it: a real process over the replayed episode, a repository made for the test, exit codes."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from monitor.answers.reader import Reader
from tests.cli.inside import Inside
from tests.cli.test_commands import ROOT, Shell
from tests.inventory.repositories import laid

DAY = ("--as-of", "2024-06-26")
SHANGHAI = {
    "requirements.txt": "fastapi==0.111.0\nopenai==1.35.0\n",
    "gateway/llm.py": "import os\n\nfrom openai import OpenAI\n\nclient = OpenAI(api_key=os.environ['OPENAI_API_KEY'])\n",
    ".env": "OPENAI_API_KEY=sk-hunter2\nREGION=cn-shanghai-1\n",
    "deploy/values.yaml": "region: cn-shanghai\nreplicas: 2\n",
}
BERLIN = {
    "package.json": '{"name": "support-bot", "dependencies": {"@azure/openai": "^1.0.0"}}\n',
    "src/bot.ts": "const qwen = 'https://dashscope-intl.aliyuncs.com/compatible-mode/v1'\n",
}


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """The Shanghai team's repository."""
    return laid(tmp_path / "chat-gateway", dict(SHANGHAI))


@pytest.fixture
def berlin(tmp_path: Path) -> Path:
    """The Berlin team's repository."""
    return laid(tmp_path / "support-bot", dict(BERLIN))


@pytest.fixture
def told(tmp_path: Path, demo_reader: Reader) -> Shell:
    """The command line over the replayed episode."""
    return Inside(tmp_path, FOREWARNED_DATABASE_URL=demo_reader.store.url_without_password)


@pytest.fixture
def shell(tmp_path: Path, demo_reader: Reader) -> Shell:
    """The same, each command in a process of its own."""
    return Shell(tmp_path, FOREWARNED_DATABASE_URL=demo_reader.store.url_without_password)


@pytest.fixture
def fresh(tmp_path: Path, demo_reader: Reader) -> Shell:
    """The same at the episode's end, when its data is fresh."""
    return Shell(
        tmp_path, FOREWARNED_DATABASE_URL=demo_reader.store.url_without_password, FOREWARNED_NOW=f"{demo_reader.clock():%Y-%m-%dT%H:%M:%SZ}"
    )


def test_the_story_shanghai_fails_from_china_and_passes_from_germany(shell: Shell, repo: Path) -> None:
    shown = shell("check", str(repo), "--in", "CN", *DAY, code=1)
    assert "chat-gateway calls OpenAI from CN: access ends on 2024-07-09, 13 days from now." in shown
    assert "requirements.txt:2  openai 1.35.0" in shown
    assert "gateway/llm.py:5" in shown
    assert "Zhipu AI" in shown or "Baidu" in shown or "Alibaba" in shown
    assert "1 finding at or above high for calls from CN." in shown
    assert "hunter2" not in shown + shell.stderr
    assert "Nothing at or above high" in shell("check", str(repo), "--in", "DE", *DAY)


def test_the_story_berlin_passes(told: Shell, berlin: Path) -> None:
    answer = told.json("check", str(berlin), "--in", "DE", *DAY)
    assert {use["provider"] for use in answer["uses"]} == {"alibaba-cloud", "microsoft"}
    assert answer["verdict"] == "clean"


def test_the_answer_says_what_who_when_proof_and_ways_out(told: Shell, repo: Path) -> None:
    answer = told.json("check", str(repo), "--in", "cn", "--fail-on", "high", *DAY, code=1)
    assert (answer["exit_code"], answer["verdict"], answer["jurisdictions"]) == (1, "findings", ["CN"])
    (finding,) = [finding for finding in answer["findings"] if finding["state"] == "fails"]
    assert (finding["provider"], finding["effective"], finding["days_left"]) == ("openai", "2024-07-09", 13)
    assert {f"{s['path']}:{s['line']}" for s in finding["sightings"]} == {"requirements.txt:2", "gateway/llm.py:5", ".env:1"}
    assert finding["proof"][0]["url"].startswith("https://")
    assert len(finding["alternatives"]) == 4
    assert "hunter2" not in json.dumps(answer)
    assert answer["data_as_of"] <= "2024-06-26T23:59:59Z"


def test_before_it_was_known_nothing_fails(told: Shell, repo: Path) -> None:
    assert told.json("check", str(repo), "--in", "CN", "--as-of", "2024-06-22")["verdict"] == "clean"


def test_stale_data_is_never_green_from_outside(shell: Shell, repo: Path) -> None:
    shell("check", str(repo), "--in", "CN", code=4)


def test_stale_data_is_never_green(told: Shell, repo: Path) -> None:
    for place in ("CN", "DE"):
        assert told.json("check", str(repo), "--in", place, code=4)["verdict"] == "stale"
    assert told.json("check", str(repo), "--in", "DE", "--allow-stale")["verdict"] == "clean"
    assert told.json("check", str(repo), "--in", "CN", "--allow-stale", code=1)["verdict"] == "findings"


def test_a_database_that_never_read_anything_is_stale(tmp_path: Path, repo: Path) -> None:
    new = Inside(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/new.sqlite")
    assert "No source was ever read" in new("check", str(repo), "--in", "CN", code=4)


def test_nothing_recognised_is_never_green(told: Shell, tmp_path: Path) -> None:
    empty = laid(tmp_path / "empty", {"README.md": "OpenAI", "a.py": "print()"})
    assert "No provider recognised in 1 file" in told("check", str(empty), "--in", "CN", *DAY, code=3)
    assert told.json("check", str(empty), "--in", "CN", "--allow-empty", *DAY)["verdict"] == "clean"
    told("check", str(empty), "--in", "CN", "--allow-empty", code=4)
    asked = laid(tmp_path / "asked", {"requirements.txt": "litellm\n"})
    assert "1 open question" in told("check", str(asked), "--in", "CN", *DAY, code=3)


def test_the_horizon_leaves_aside_what_takes_effect_later(told: Shell, repo: Path) -> None:
    assert told.json("check", str(repo), "--in", "CN", "--horizon", "12d", *DAY)["findings"][0]["state"] == "later"
    told("check", str(repo), "--in", "CN", "--horizon", "2w", *DAY, code=1)


def test_open_questions_fail_where_that_is_asked_for(told: Shell, berlin: Path) -> None:
    laid(berlin, {"requirements.txt": "litellm\n"})
    assert told.json("check", str(berlin), "--in", "DE", *DAY)["questions"][0]["id"] == "litellm"
    assert told.json("check", str(berlin), "--in", "DE", "--fail-on-unknown", *DAY, code=1)["verdict"] == "open_questions"
    laid(berlin, {"forewarned.toml": '[[answers]]\nquestion = "litellm"\nproviders = ["openai"]\n'})
    answer = told.json("check", str(berlin), "--in", "DE", "--fail-on-unknown", *DAY)
    assert {use["provider"]: use["why"] for use in answer["uses"]}["openai"] == "answered in forewarned.toml"


def accepting(event: str, until: str) -> str:
    return f'[check]\nin = ["CN"]\nhorizon = "30d"\n\n[[accepted]]\nevent = "{event}"\nuntil = {until}\nreason = "moves to Qwen"\n'


def test_an_accepted_risk_passes_until_its_day_and_comes_back(told: Shell, repo: Path) -> None:
    event = told.json("check", str(repo), "--in", "CN", *DAY, code=1)["findings"][0]["event"]
    laid(repo, {"forewarned.toml": accepting(event, "2024-06-26")})
    assert "accepted until 2024-06-26: moves to Qwen" in told("check", str(repo), *DAY)
    shown = told("check", str(repo), "--as-of", "2024-06-27", code=1)
    assert "its acceptance expired on 2024-06-26: moves to Qwen" in shown
    laid(repo, {"forewarned.toml": accepting("evt_0000000000000000", "2024-09-30")})
    assert "accepted, but no finding  evt_0000000000000000" in told("check", str(repo), *DAY, code=1)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param((".",), "--in CN", id="no place"),
        pytest.param((".", "--in", "UK"), "did you mean GB?", id="no such place"),
        pytest.param(("nowhere", "--in", "CN"), "no such file or folder", id="no such path"),
        pytest.param((".", "--in", "CN", "--fail-on", "severe"), "fail-on", id="no such level"),
        pytest.param((".", "--in", "CN", "--horizon", "soon"), "30d or 4w", id="no such horizon"),
        pytest.param((".", "--in", "CN", "--format", "pdf"), "format", id="no such format"),
        pytest.param((".", "--in", "CN", "--as-of", "soon"), "is not a time", id="no such time"),
        pytest.param((".", "--in", "CN", "--config", "none.toml"), "does not exist", id="no such config"),
        pytest.param((".", "--in", "CN", "--server", "ftp://x"), "http://host:8000", id="no server's address"),
        pytest.param((".", "--in", "CN", "--out", "/proc/none/a.json", "--format", "json"), "cannot be written", id="report to nowhere"),
    ],
)
def test_usage_errors_are_2_and_say_what_to_do(told: Shell, repo: Path, arguments: tuple[str, ...], says: str) -> None:
    path = str(repo) if arguments[0] == "." else arguments[0]
    told("check", path, *arguments[1:], code=2)
    assert says in told.stderr
    assert "Traceback" not in told.stderr


def test_a_slip_in_forewarned_toml_is_2_with_its_line(told: Shell, repo: Path) -> None:
    laid(repo, {"forewarned.toml": "[check]\nin = ['CN']\n\n[[accepted]]\nevent = 'evt_1'\n"})
    told("check", str(repo), *DAY, code=2)
    assert "forewarned.toml:4: " in told.stderr


def test_a_database_that_cannot_be_opened_is_70(tmp_path: Path, repo: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    blocked = Inside(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/file/deep/db.sqlite")
    blocked("check", str(repo), "--in", "CN", code=70)


@pytest.mark.parametrize("report", ["json", "sarif", "junit", "markdown", "table"])
def test_reports_go_to_stdout_or_to_a_file(told: Shell, repo: Path, tmp_path: Path, report: str) -> None:
    printed = told("check", str(repo), "--in", "CN", "--format", report, *DAY, code=1)
    out = tmp_path / "reports" / f"check.{report}"
    assert told("check", str(repo), "--in", "CN", "--format", report, "--out", str(out), *DAY, code=1) == ""
    if report == "json":
        assert json.loads(out.read_text("utf-8")) == json.loads(printed)
    elif report != "table":  # a terminal's table is wrapped
        assert out.read_text("utf-8") == printed
    assert "13 days" in out.read_text("utf-8")


def test_a_bill_of_materials_by_itself(told: Shell, tmp_path: Path) -> None:
    bill = tmp_path / "bom.json"
    bill.write_text('{"bomFormat": "CycloneDX",\n"services": [{"name": "chat",\n"endpoints": ["https://api.openai.com"]}]}', "utf-8")
    answer = told.json("check", str(bill), "--in", "CN", *DAY, code=1)
    assert (answer["findings"][0]["sightings"][0]["path"], answer["findings"][0]["sightings"][0]["line"]) == ("bom.json", 2)


@pytest.fixture
def server(fresh: Shell) -> Iterator[str]:
    """A served Forewarned over the episode, ended by its own pid."""
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    run = subprocess.Popen([sys.executable, "-m", "monitor", "serve", "--port", str(port)], env=fresh.env, cwd=ROOT)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{url}/healthz", timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
    finally:
        os.kill(run.pid, signal.SIGTERM)
        run.wait(30)


def test_a_server_judges_like_the_database_behind_it(server: str, tmp_path: Path, told: Shell, repo: Path) -> None:
    runner = Inside(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/none.sqlite")
    for place, code in (("CN", 1), ("DE", 0)):
        asked = runner.json("check", str(repo), "--in", place, "--server", server, *DAY, code=code)
        assert asked == told.json("check", str(repo), "--in", place, *DAY, code=code)
    assert not (tmp_path / "none.sqlite").exists()
    assert f"{server}/events/evt_" in runner("check", str(repo), "--in", "CN", "--server", f"{server}/", *DAY, code=1)
    runner("check", str(repo), "--in", "UK", "--server", server, code=2)
    assert "did you mean GB?" in runner.stderr
    runner("check", str(repo), "--in", "CN", "--server", f"{server}/nothing", code=70)
    assert "404" in runner.stderr


def test_only_signs_are_sent_to_a_server(told: Shell, repo: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/api/v1/check", method="POST").respond_with_json({"verdict": "clean"})
    told("check", str(repo), "--in", "CN", "--server", httpserver.url_for("/"), code=70)
    assert "not that of a Forewarned" in told.stderr
    sent = httpserver.log[0][0].get_data(as_text=True)
    assert "requirements.txt" in sent
    for secret in ("hunter2", "fastapi", "cn-shanghai", "import os"):
        assert secret not in sent


@pytest.mark.parametrize("status", [500, 503])
def test_a_server_that_fails_is_70(told: Shell, repo: Path, httpserver: HTTPServer, status: int) -> None:
    httpserver.expect_request("/api/v1/check").respond_with_json({"detail": "the store is away"}, status=status)
    told("check", str(repo), "--in", "CN", "--server", httpserver.url_for(""), code=70)
    assert f"{status} the store is away" in told.stderr


def test_a_server_that_is_not_there_is_70(told: Shell, repo: Path) -> None:
    told("check", str(repo), "--in", "CN", "--server", "http://127.0.0.1:9", code=70)
    assert "cannot be asked" in told.stderr
