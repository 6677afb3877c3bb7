"""The command line as people call it: a real process each time, results on stdout, exit codes that mean something."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer

from monitor.answers.reader import Reader

ROOT = Path(__file__).resolve().parents[2]
COMMANDS = [
    "demo",
    "run",
    "serve",
    "check",
    "tag",
    "evaluate",
    "risk",
    "events",
    "documents",
    "origins",
    "decide",
    "token",
    "sources",
    "inventory",
    "digest",
    "outbox",
    "review",
    "doctor",
]


class Shell:
    """Runs `forewarned` with an environment of its own."""

    def __init__(self, home: Path, **settings: str) -> None:
        keep = {name: value for name, value in os.environ.items() if not name.startswith(("FOREWARNED_", "XDG_"))}
        self.env = keep | {"HOME": str(home), "COLUMNS": "160"} | settings

    def __call__(self, *arguments: str, stdin: str = "", code: int = 0) -> str:
        run = subprocess.run(
            [sys.executable, "-m", "monitor", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            env=self.env,
            cwd=ROOT,
            timeout=120,
            check=False,
        )
        assert run.returncode == code, run.stderr
        self.stderr = run.stderr
        return run.stdout

    def json(self, *arguments: str, code: int = 0) -> Any:
        return json.loads(self(*arguments, "--json", code=code))


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A newcomer's empty home."""
    return Shell(tmp_path)


@pytest.fixture
def told(tmp_path: Path, demo_reader: Reader) -> Shell:
    """A shell over the replayed episode, at the end of June."""
    url = demo_reader.store.url_without_password
    return Shell(tmp_path, FOREWARNED_DATABASE_URL=url, FOREWARNED_NOW="2024-06-30T12:00:00Z")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(shell: Shell, command: str) -> None:
    assert command in shell("--help")
    assert len(shell(command, "--help").splitlines()) > 3


@pytest.mark.parametrize("arguments", [("--help",), ("risk", "--help"), ("--version",)])
def test_help_does_not_load_heavy_libraries(arguments: tuple[str, ...]) -> None:
    code = (
        "import sys\n"
        f"sys.argv = ['forewarned', *{arguments!r}]\n"
        "from monitor.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'spacy', 'sqlalchemy', 'fastapi', 'aiohttp', 'feedparser', 'apscheduler'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert run.returncode == 0, run.stderr


def test_risk_with_and_without_the_quotes(told: Shell) -> None:
    explained = told.json("risk", "openai", "--in", "cn", "--explain")
    assert explained["level"] in ("high", "critical")
    assert explained["factors"][0]["evidence"]
    assert told.json("risk", "openai", "--in", "CN")["factors"][0]["evidence"] == []
    assert "OpenAI" in told("risk", "openai", "--in", "CN", "--explain")


def test_events_documents_and_sources(told: Shell) -> None:
    events = told.json("events", "--provider", "openai", "--in", "CN")
    assert events["items"][0]["providers"]["openai"] == "restricting"
    documents = told.json("documents", "--limit", "3")
    assert len(documents["items"]) == 3
    assert documents["next_cursor"]
    assert told.json("sources")["items"]
    for command in ("events", "documents", "sources"):
        assert told(command).strip()


def test_one_source_with_its_health(told: Shell) -> None:
    listed = told.json("sources")["items"][0]
    assert {"id", "url", "state", "reason", "since", "last_fetch_at", "last_success_at", "documents", "next_poll_at"} <= listed.keys()
    shown = told.json("sources", "show", listed["id"])
    assert listed.items() <= shown.items()
    assert listed["id"] in told("sources", "show", listed["id"])


def test_origins_are_explained_decided_and_taken_back(tmp_path: Path, demo_reader: Reader) -> None:
    with closing(sqlite3.connect(demo_reader.store.url_without_password.removeprefix("sqlite:///"))) as episode:
        episode.execute("VACUUM INTO ?", (f"{tmp_path}/own.sqlite",))  # decisions are for good, and the episode is for all tests
    shell = Shell(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/own.sqlite", FOREWARNED_NOW="2024-07-20T12:00:00Z")
    event = shell.json("events", "--provider", "openai", "--in", "CN")["items"][0]
    origins = shell.json("origins", "show", event["id"])["origins"]
    one, other = (origin["documents"][0]["id"] for origin in origins[:2])
    assert "told it first" in shell("origins", "show", one)
    decided = shell.json("origins", "same", one, other, "--by", "Ann", "--reason", "one press release")
    assert (decided["decision"]["number"], decided["event_revisions"]) == (1, 1)
    assert shell.json("events", "--provider", "openai", "--in", "CN")["items"][0]["origins"] == event["origins"] - 1
    assert "says Ann" in shell("origins", "show", event["id"])
    shell("origins", "undo", "1", "--by", "Bob", "--reason", "two of them")
    assert shell.json("origins", "show", event["id"])["origins"] == origins
    shell("origins", "apart", one, "--group", "--by", "Bob", "--reason", "each asked on its own")
    assert [d["verdict"] for d in shell.json("origins", "decisions")["items"]] == ["apart", "undo", "same"]
    assert "(undone)" in shell("origins", "decisions")


FEED = "<rss version='2.0'><channel><title>t</title><item><title>A notice</title><guid>1</guid></item></channel></rss>"


def test_sources_test_prints_a_poll_and_stores_nothing(tmp_path: Path, httpserver: HTTPServer) -> None:
    httpserver.expect_request("/feed").respond_with_data(FEED, content_type="application/rss+xml")
    shell = Shell(tmp_path, FOREWARNED_ALLOW_PRIVATE_HOSTS="127.0.0.1,localhost", FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite")
    printed = shell("sources", "test", httpserver.url_for("/feed"))
    assert "A notice" in printed
    assert "next poll" in printed
    assert shell.json("sources", "test", httpserver.url_for("/none"), code=1)["reason"] == "bad_status"
    assert not (tmp_path / "db.sqlite").exists()


def test_opml_goes_out_and_comes_in(tmp_path: Path) -> None:
    feeds, exported, foreign = tmp_path / "feeds.yaml", tmp_path / "out.opml", tmp_path / "in.opml"
    feeds.write_text(
        "sources:\n  - {id: a, name: A, url: 'https://a.example/', kind: regulator, publisher: A, jurisdiction: US}\n", "utf-8"
    )
    shell = Shell(tmp_path, FOREWARNED_FEEDS=str(feeds))
    shell("sources", "export", "--opml", str(exported))
    assert shell("sources", "export", "--opml", "-") == exported.read_text("utf-8")
    assert shell.json("sources", "import", str(exported))["duplicates"][0]["url"] == "https://a.example/"
    outlines = "".join(
        f'<outline type="rss" text="{name}" xmlUrl="{url}"/>' for name, url in (("B", "https://b.example/"), ("C", "gopher://c"))
    )
    foreign.write_text(f"<opml version='2.0'><body>{outlines}</body></opml>", "utf-8")
    assert shell("sources", "import", str(foreign), code=1).startswith("  - id: b\n")
    assert "invalid: " in shell.stderr
    assert "1 new, 0 duplicate, 1 invalid" in shell.stderr
    assert [row["id"] for row in shell.json("sources", "import", str(foreign), "--append", code=1)["added"]] == ["b"]
    assert "https://b.example/" in feeds.read_text("utf-8")
    foreign.write_text("<!DOCTYPE opml [<!ENTITY a 'b'>]><opml/>", "utf-8")
    shell("sources", "import", str(foreign), code=2)
    assert "DTD" in shell.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param(("risk", "opnai"), 3, "did you mean openai", id="unknown provider"),
        pytest.param(("risk", "openai", "--in", "China"), 2, "ISO 3166-1", id="place is not a code"),
        pytest.param(("risk", "openai", "--as-of", "soon"), 2, "is not a time", id="time is not a time"),
        pytest.param(("risk", "openai", "--in", "UK"), 2, "did you mean GB?", id="code of no country"),
        pytest.param(("risk", "openai", "--in", "öä"), 2, "ISO 3166-1", id="letters that are no code"),
        pytest.param(("events", "--as-of", "0001-01-01T00:00:00+14:00"), 2, "outside the calendar", id="instant before the calendar"),
        pytest.param(("origins", "show", "doc_1"), 3, "forewarned documents", id="origins of an unknown document"),
        pytest.param(("origins", "show", "evt_1"), 3, "forewarned events", id="origins of an unknown event"),
        pytest.param(("origins", "undo", "4", "--by", "A", "--reason", "b"), 3, "origins decisions", id="undo of nothing"),
        pytest.param(("origins", "apart", "doc_1", "--by", "A"), 2, "--reason", id="decision without a reason"),
        pytest.param(("documents", "--source", "nope"), 3, "forewarned sources", id="unknown source"),
        pytest.param(("review", "dossier", "openai", "--in", "12"), 2, "ISO 3166-1", id="dossier for no country"),
        pytest.param(
            ("review", "dossier", "openai", "--in", "CN", "--out", "/proc/none/d.html"), 2, "cannot be written", id="dossier to nowhere"
        ),
        pytest.param(("review", "dossier", "openai", "--in", "CN", "--out", "d.pdf"), 2, ".html or .json", id="dossier of another kind"),
        pytest.param(("demo", "--out", "pyproject.toml"), 2, "cannot be written", id="demo into a file"),
        pytest.param(("nonsense",), 2, "No such command", id="unknown command"),
        pytest.param(("sources", "show", "nope"), 3, "forewarned sources", id="health of an unknown source"),
        pytest.param(("sources", "test", "nope"), 3, "whole URL", id="test of neither id nor URL"),
        pytest.param(("sources", "test", "http://a.example/", "--format", "pdf"), 2, "federal_register", id="test of another format"),
        pytest.param(("sources", "import", "nowhere.opml"), 2, "cannot be read", id="missing OPML file"),
        pytest.param(("sources", "export", "--opml", "/proc/none/a.opml"), 2, "cannot be written", id="OPML to nowhere"),
        pytest.param(("inventory", "import", "nowhere.yaml"), 2, "does not exist", id="missing file"),
        pytest.param(("digest", "preview", "--to", "nobody@example.com"), 3, "inventory", id="unknown recipient"),
        pytest.param(("digest", "preview", "--alert", "--to", "nobody@example.com"), 3, "inventory", id="unknown recipient of an alert"),
        pytest.param(("outbox", "--state", "lost"), 2, "in_doubt", id="unknown state of a mail"),
        pytest.param(("outbox", "resend"), 2, "--all", id="no mail to send again"),
        pytest.param(("outbox", "resend", "dlv_0000000000000000"), 3, "forewarned outbox", id="unknown mail"),
        pytest.param(("outbox", "resume", "nobody@example.com"), 3, "refusing", id="address that refused nothing"),
        pytest.param(("review", "dossier", "opnai", "--in", "CN"), 3, "did you mean openai", id="dossier of an unknown provider"),
    ],
)
def test_failures_say_what_to_do(shell: Shell, arguments: tuple[str, ...], code: int, says: str) -> None:
    shell(*arguments, code=code)
    assert says in shell.stderr
    assert "Traceback" not in shell.stderr


def test_unwritable_data_dir_is_a_clear_error(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("", "utf-8")
    shell = Shell(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{blocked}/deep/db.sqlite")
    shell("events", code=70)
    assert "cannot be created" in shell.stderr
    assert "Traceback" not in shell.stderr


def test_missing_database_folder_is_made(tmp_path: Path) -> None:
    shell = Shell(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/not/yet/here.sqlite")
    assert shell.json("events")["items"] == []
    assert shell.json("events")["stale"] is True


def test_malformed_feeds_yaml_stops_before_anything_is_stored(tmp_path: Path) -> None:
    feeds = tmp_path / "feeds.yaml"
    feeds.write_text("sources:\n  - id: a\n    url: gopher://x\n", "utf-8")
    shell = Shell(tmp_path, FOREWARNED_FEEDS=str(feeds), FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite")
    shell("run", "--once", code=2)
    assert f"{feeds}:" in shell.stderr
    assert not (tmp_path / "db.sqlite").exists()


def test_tag_keeps_order_and_reports_bad_lines(shell: Shell) -> None:
    lines = [
        json.dumps(
            {
                "id": "1",
                "title": "OpenAI to block API access from China from July 9",
                "body": "OpenAI said so on Tuesday.",
                "published": "2024-06-26",
            }
        ),
        "{not json",
        json.dumps({"id": "3", "title": "No date", "body": "x"}),
        json.dumps({"id": "4", "title": "Weather", "body": "It rains.", "published": "2024-06-26"}),
    ]
    out = [json.loads(line) for line in shell("tag", stdin="\n".join(lines), code=1).splitlines()]
    assert [("error" in record) for record in out] == [False, True, True, False]
    assert out[0]["relevant"] is True
    assert out[0]["events"][0]["dates"]["effective"] == "2024-07-09"
    assert out[2]["id"] == "3"
    assert out[3]["relevant"] is False


def test_inventory_then_preview_then_dossier(told: Shell, tmp_path: Path) -> None:
    html = tmp_path / "dossier.html"
    printed = told("review", "dossier", "openai", "alibaba-cloud", "--in", "CN", "--as-of", "2024-07-01", "--out", str(html))
    assert printed == ""
    assert "2024-07-09" in html.read_text("utf-8")
    pinned = told.json("review", "dossier", "openai", "alibaba-cloud", "--in", "CN", "--as-of", "2024-07-01")
    assert pinned["digest"] in told.json("review", "dossier", "openai", "alibaba-cloud", "--in", "CN", "--as-of", "2024-07-01")["digest"]
    text = told("digest", "preview", "--to", "platform@shanghai.example", "--at", "2024-06-26T01:00:00Z")
    assert "chat-gateway" in text
    skipped = told.json("digest", "preview", "--to", "platform@berlin.example", "--at", "2024-06-26T07:00:00Z")
    assert "skipped" in skipped


def test_doctor_names_what_is_wrong(tmp_path: Path) -> None:
    shell = Shell(tmp_path, FOREWARNED_SMTP_URL="smtp://127.0.0.1:1", FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite")
    checks = {check["name"]: check for check in shell.json("doctor", code=1)["items"]}
    assert not checks["mail"]["ok"]
    assert "FOREWARNED_SMTP_URL" in checks["mail"]["detail"]
    assert checks["database"]["ok"]
    assert checks["tagger"]["ok"]


def test_digest_commands_work_in_an_empty_folder(told: Shell, tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "monitor", "digest", "send"],
        env=told.env | {"PYTHONPATH": str(ROOT)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "feeds.yaml" not in run.stderr
    assert run.returncode in (0, 1)


def test_demo_on_a_day_without_news_says_so(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "digest-2024-06-30.html").write_text("of another day", "utf-8")
    answer = shell.json("demo", "--as-of", "2024-06-20", "--out", str(tmp_path))
    assert answer["digest"]["skipped"]
    assert list(tmp_path.glob("digest-*")) == []


def test_evaluate_tags_labelled_texts_and_prints_rates(shell: Shell, tmp_path: Path) -> None:
    said = "OpenAI will block API access from China on July 9."
    event = {"types": ["access_restriction"], "providers": {"openai": "restricting"}, "affected": ["CN"], "stage": "announced",
             "dates": {"effective": "2024-07-09"}, "sectors": ["ai"], "evidence": [said]}  # fmt: skip
    row = {"id": "v1-1", "voice": "v1", "title": "OpenAI to cut off China", "published": "2024-06-25", "lang": "en",
           "body": said, "events": [event]}  # fmt: skip
    gold = tmp_path / "gold.jsonl"
    gold.write_text(json.dumps(row) + "\n", encoding="utf-8")
    answer = json.loads(shell("evaluate", str(gold), "--by", "voice", "--json"))
    assert answer["rates"]["primary"]["score"] == answer["by"]["v1"]["rates"]["effective"]["score"] == 1.0
    assert "false alerts per 100" in shell("evaluate", str(gold))


def test_evaluate_names_the_line_that_is_no_label(shell: Shell, tmp_path: Path) -> None:
    gold = tmp_path / "gold.jsonl"
    gold.write_text('{"id": "a", "events": []}\nnot json\n', encoding="utf-8")
    shell("evaluate", str(gold), code=2)
    shell("evaluate", str(tmp_path / "none.jsonl"), code=2)
