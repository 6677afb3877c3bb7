"""`forewarned run` and `serve` as processes: they serve while they read, end on a signal, and share a database with their like."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from tests.inform.smtp_servers import free_port, good_server
from tests.pipeline.conftest import BLOCK, NOISE, rss
from tests.pipeline.test_kill import FEEDS, RUN, content, environment

pytestmark = pytest.mark.slow
ENDS_WITHIN_S = 10
LONG = "The regulator said on Tuesday that it would publish the decision next week and that companies had time to prepare for it. " * 3


@pytest.fixture
def feeds(httpserver: HTTPServer) -> HTTPServer:
    for n in range(FEEDS):
        items = [(f"{BLOCK[0]} ({n})", BLOCK[1]), (f"{NOISE[0]} {n}", NOISE[1]), (f"Regulator to decide in week {n}", LONG)]
        httpserver.expect_request(f"/{n}").respond_with_data(rss(items), content_type="application/rss+xml")
    return httpserver


@contextmanager
def running(*arguments: str, env: dict[str, str], folder: Path) -> Iterator[subprocess.Popen[str]]:
    with (folder / "out.txt").open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "monitor", *arguments], env=env, stdout=out, stderr=out, text=True)
        try:
            yield process
        finally:
            process.kill()
            process.wait()


def wait_for(port: int, path: str, wanted: str) -> str:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
                body = str(answer.read().decode())
        except OSError:
            body = ""
        if wanted in body:
            return body
        time.sleep(0.3)
    raise AssertionError(f"{path} never said {wanted!r}: {body}")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_run_reads_at_once_serves_and_ends_on_a_signal(tmp_path: Path, feeds: HTTPServer, number: signal.Signals) -> None:
    port = free_port()
    env = environment(f"sqlite:///{tmp_path / 'run.sqlite'}", tmp_path, feeds)
    begun = time.monotonic()
    with running("run", "--port", str(port), env=env, folder=tmp_path) as process:
        wait_for(port, "/api/v1/events", "access_restriction")
        assert time.monotonic() - begun < 50, "the first cycle must not wait for one interval"
        languages = {d["lang"] for d in json.loads(wait_for(port, "/api/v1/documents?limit=500", "items"))["items"]}
        assert languages == {"en"}
        process.send_signal(number)
        assert process.wait(ENDS_WITHIN_S) == 0
    assert "Traceback" not in (tmp_path / "out.txt").read_text("utf-8")


def test_signal_in_the_middle_of_a_cycle_does_not_wait_for_slow_sources(tmp_path: Path, feeds: HTTPServer) -> None:
    port, waiting = free_port(), socket.create_server(("127.0.0.1", 0))
    env = environment(f"sqlite:///{tmp_path / 'run.sqlite'}", tmp_path, feeds)
    with waiting, Path(env["FOREWARNED_FEEDS"]).open("a", encoding="utf-8") as listed:
        silent = f"http://127.0.0.1:{waiting.getsockname()[1]}/never"
        listed.write(f"  - {{id: silent, name: silent, url: '{silent}', kind: news, publisher: silent, private: true}}\n")
        listed.flush()
        with running("run", "--port", str(port), env=env, folder=tmp_path) as process:
            waiting.settimeout(60)
            with waiting.accept()[0]:  # the cycle now hangs on this source
                wait_for(port, "/healthz", "ok")
                process.send_signal(signal.SIGTERM)
                assert process.wait(ENDS_WITHIN_S) == 0
    said = (tmp_path / "out.txt").read_text("utf-8")
    assert "the next run goes on" in said
    assert "Traceback" not in said


@pytest.mark.parametrize("command", ["run", "serve"])
def test_taken_port_is_one_line(tmp_path: Path, feeds: HTTPServer, command: str) -> None:
    env = environment(f"sqlite:///{tmp_path / 'run.sqlite'}", tmp_path, feeds)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [sys.executable, "-m", "monitor", command, "--port", port], env=env, capture_output=True, text=True, timeout=60, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr.splitlines() == [
        f"forewarned: port {port} of 127.0.0.1 cannot be used (Address already in use); choose another one with --port"
    ]


def test_serve_answers_and_ends_on_a_signal(tmp_path: Path, feeds: HTTPServer) -> None:
    port = free_port()
    with running(
        "serve", "--port", str(port), env=environment(f"sqlite:///{tmp_path / 'x.sqlite'}", tmp_path, feeds), folder=tmp_path
    ) as process:
        wait_for(port, "/healthz", '"ok"')
        process.send_signal(signal.SIGTERM)
        assert process.wait(ENDS_WITHIN_S) == 0


def test_two_runs_at_once_leave_the_rows_and_mails_of_one(
    empty_url: str, tmp_path_factory: pytest.TempPathFactory, feeds: HTTPServer
) -> None:
    calm, shared = tmp_path_factory.mktemp("calm"), tmp_path_factory.mktemp("shared")
    calm_url = f"sqlite:///{calm / 'calm.sqlite'}"
    subprocess.run(RUN, env=environment(calm_url, calm, feeds), check=True, capture_output=True, timeout=120)
    inventory = shared / "inventory.yaml"
    inventory.write_text(
        "teams:\n  - id: a\n    name: A\n    recipients: [{email: ops@example.com, hour: 0, min_level: low}]\n"
        "    systems: [{id: gateway, dependencies: [{provider: openai, called_from: [CN]}]}]\n",
        "utf-8",
    )
    with good_server() as (box, smtp):
        env = environment(empty_url, shared, feeds) | {"FOREWARNED_SMTP_URL": f"smtp://127.0.0.1:{smtp}"}
        subprocess.run(
            [sys.executable, "-m", "monitor", "inventory", "import", str(inventory)], env=env, check=True, capture_output=True, timeout=60
        )
        both = [subprocess.Popen(RUN, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) for _ in range(2)]
        for process in both:
            _, said = process.communicate(timeout=180)
            assert process.returncode == 0, said
        subprocess.run(RUN, env=env, check=True, capture_output=True, timeout=120)
        assert len(box.mails) == 1
    documents, tagged, events, copies = content(empty_url)
    calm_documents, calm_tagged, calm_events, calm_copies = content(calm_url)
    assert documents == calm_documents
    assert tagged == calm_tagged
    assert copies == calm_copies
    # An event's id comes from the report known first, which of two processes decides by being faster; all else is equal.
    assert [event[1:4] for event in events] == [event[1:4] for event in calm_events]  # type: ignore[attr-defined]
