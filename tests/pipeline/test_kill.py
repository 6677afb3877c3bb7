"""`kill -9` at any moment of a run, then another run: the same rows as an undisturbed one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer

from monitor.store import documents, events, open_store, origins, signals
from tests.pipeline.conftest import BLOCK, NOISE, rss

FEEDS = 12
RUN = [sys.executable, "-m", "monitor", "run", "--once", "--no-serve"]
# From before the first fetch to after the events are written, on a machine of any speed.
KILL_AFTER_S = (0.4, 1.0, 1.6, 2.2, 3.0, 4.0, 5.0)


def environment(url: str, folder: Path, site: HTTPServer) -> dict[str, str]:
    feeds = folder / "feeds.yaml"
    rows = "".join(
        f"  - {{id: s{n}, name: s{n}, url: '{site.url_for(f'/{n}')}', kind: news, publisher: p{n}, reliability: high, private: true}}\n"
        for n in range(FEEDS)
    )
    feeds.write_text("sources:\n" + rows, "utf-8")
    keep = {name: value for name, value in os.environ.items() if not name.startswith("FOREWARNED_")}
    return keep | {
        "FOREWARNED_DATABASE_URL": url,
        "FOREWARNED_FEEDS": str(feeds),
        "FOREWARNED_ALLOW_PRIVATE_HOSTS": "127.0.0.1,localhost",
        "FOREWARNED_POLL_FLOOR_S": "0",
    }


def content(url: str) -> tuple[object, ...]:
    """Everything that must be equal: which documents, which tag records, which events in which state, which copies."""
    store = open_store(url)
    with store.read() as tx:
        found = documents.list_documents(tx, documents.DocumentQuery(limit=500)).items
        tagged = {d.id: signals.tagging_of(tx, d.id) for d in found}
        copies, _ = origins.known_origins(tx, found, None)
        known = [(e.id, e.type, e.stage, sorted(e.documents), len(events.event_revisions(tx, e.id))) for e in events.events_as_of(tx, None)]
    store.close()
    repeated = sorted(tuple(sorted((one.document, one.copied))) for one in copies)
    return sorted((d.id, d.revision, d.content_hash) for d in found), sorted(tagged.items(), key=lambda kv: kv[0]), known, repeated


@pytest.mark.slow
def test_kill_then_run_ends_with_the_rows_of_an_undisturbed_run(
    empty_url: str, tmp_path_factory: pytest.TempPathFactory, httpserver: HTTPServer
) -> None:
    for n in range(FEEDS):
        items = [(f"{BLOCK[0]} ({n})", BLOCK[1]), (f"{NOISE[0]} {n}", NOISE[1])]
        httpserver.expect_request(f"/{n}").respond_with_data(rss(items), content_type="application/rss+xml")
    calm = tmp_path_factory.mktemp("calm")
    calm_url = f"sqlite:///{calm / 'calm.sqlite'}"
    subprocess.run(RUN, env=environment(calm_url, calm, httpserver), check=True, capture_output=True, timeout=120)
    killed = tmp_path_factory.mktemp("killed")
    env = environment(empty_url, killed, httpserver)
    for pause in KILL_AFTER_S:
        run = subprocess.Popen(RUN, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(pause)
        run.send_signal(signal.SIGKILL)
        run.wait(timeout=30)
    subprocess.run(RUN, env=env, check=True, capture_output=True, timeout=120)
    assert content(empty_url) == content(calm_url)
