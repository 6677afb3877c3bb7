"""Decisions over HTTP: who has a key decides, everybody reads; what cannot be is a problem document and records nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from monitor.answers.reader import Reader
from monitor.settings import Settings
from monitor.store import open_store

KEY = "a key of Ann's"
KEYS = f"Bob:{'0' * 64}, Ann:{sha256(KEY.encode()).hexdigest()}"
ANN = {"Authorization": f"Bearer {KEY}"}
REASON = {"reason": "asked the provider"}


@pytest.fixture
def reader(tmp_path: Path, demo_reader: Reader) -> Iterator[Reader]:
    """The episode in a database of its own, a little later at each look at the clock."""
    with closing(sqlite3.connect(demo_reader.store.url_without_password.removeprefix("sqlite:///"))) as episode:
        episode.execute("VACUUM INTO ?", (f"{tmp_path}/own.sqlite",))
    looks = iter(range(10**6))
    with closing(open_store(f"sqlite:///{tmp_path}/own.sqlite")) as store:
        yield replace(demo_reader, store=store, clock=lambda: datetime(2024, 8, 1, tzinfo=UTC) + timedelta(seconds=next(looks)))


@pytest.fixture
def client(reader: Reader) -> Iterator[TestClient]:
    with TestClient(create_app(reader, Settings(editor_keys=KEYS))) as opened:
        yield opened


@pytest.fixture
def event(client: TestClient) -> dict[str, Any]:
    factor = client.get("/api/v1/providers/openai/risk?in=CN").json()["factors"][0]
    found: dict[str, Any] = client.get(f"/api/v1/events/{factor['event']}").json()
    return found


def said(client: TestClient, event: str, kind: str, **more: Any) -> Any:
    return client.post(f"/api/v1/events/{event}/decisions", headers=ANN, json={"kind": kind, **REASON, **more})


def test_a_decision_is_recorded_under_the_name_of_the_key_and_changes_answers(client: TestClient, event: dict[str, Any]) -> None:
    path, asked = f"/api/v1/events/{event['id']}", f"/api/v1/events/{event['id']}?as_of=2024-09-01"
    etag, risk = client.get(asked).headers["etag"], client.get("/api/v1/providers/openai/risk?in=CN&as_of=2024-09-01").json()
    answer = said(client, event["id"], "dispute")
    assert answer.status_code == 201
    body = answer.json()
    assert (body["decision"]["author"], body["decision"]["state"], body["event"]["disputed"]) == ("Ann", "holds", True)
    assert client.get(asked, headers={"If-None-Match": etag}).status_code == 200
    now = client.get("/api/v1/providers/openai/risk?in=CN&as_of=2024-09-01").json()
    assert now["input_digest"] != risk["input_digest"]
    assert [one["number"] for one in client.get(f"{path}/decisions").json()["items"]] == [1]
    assert client.get(f"{path}/decisions?as_of=2024-07-25").json()["items"] == []
    undone = client.post("/api/v1/decisions/1/undo", headers=ANN, json=REASON)
    assert (undone.status_code, undone.json()["decision"]["undoes"]) == (201, 1)
    assert client.get(asked, headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/api/v1/providers/openai/risk?in=CN&as_of=2024-09-01").json() == risk
    assert [one["state"] for one in client.get("/api/v1/decisions").json()["items"]] == ["holds", "undone"]


def test_the_page_of_an_event_shows_who_decided_what_and_escapes_it(client: TestClient, event: dict[str, Any]) -> None:
    said(client, event["id"], "correct", reason="<script>the notice</script>", correction={"stage": "final"})
    said(client, event["id"], "reject")
    said(client, event["id"], "confirm")
    page = client.get(f"/events/{event['id']}").text
    assert "&lt;script&gt;the notice" in page
    assert f"stage: final; read by machine: stage: {event['stage'].replace('_', ' ')}" in page
    assert "<s>reject" in page


@pytest.mark.parametrize(
    "headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic QW5uOg=="}, {"Authorization": ANN["Authorization"] + "x"}]
)
def test_without_a_known_key_nothing_is_decided(client: TestClient, event: dict[str, Any], headers: dict[str, str]) -> None:
    for path, body in ((f"/api/v1/events/{event['id']}/decisions", {"kind": "confirm", **REASON}), ("/api/v1/decisions/1/undo", REASON)):
        answer = client.post(path, headers=headers, json=body)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
        assert (answer.headers["www-authenticate"], answer.json()["type"]) == ("Bearer", "/problems/unauthorized")
    assert client.get("/api/v1/decisions").json()["items"] == []


def test_where_no_key_was_given_out_nobody_decides(reader: Reader) -> None:
    with TestClient(create_app(reader, Settings())) as client:
        answer = client.post("/api/v1/decisions/1/undo", headers=ANN, json=REASON)
    assert (answer.status_code, answer.json()["type"]) == (403, "/problems/forbidden")
    assert "FOREWARNED_EDITOR_KEYS" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        pytest.param({"kind": "confirm"}, 422, "reason", id="no reason"),
        pytest.param({"kind": "confirm", "reason": "  "}, 400, "blank", id="blank reason"),
        pytest.param({"kind": "confirm", "reason": "x" * 2001}, 422, "reason", id="endless reason"),
        pytest.param({"kind": "bless", **REASON}, 422, "kind", id="no such kind"),
        pytest.param({"kind": "undo", **REASON}, 422, "kind", id="undo has a path of its own"),
        pytest.param({"kind": "merge", **REASON}, 400, "other event", id="merge with nothing"),
        pytest.param({"kind": "merge", "other": "evt_0000000000000000", **REASON}, 404, "no event", id="merge with an unknown event"),
        pytest.param({"kind": "split", "documents": ["doc_1"], **REASON}, 404, "it is told by", id="split off an unknown document"),
        pytest.param({"kind": "correct", "correction": {"stage": "soon"}, **REASON}, 422, "stage", id="no such stage"),
        pytest.param({"kind": "correct", "correction": {"effective": "9 July"}, **REASON}, 422, "effective", id="no day"),
        pytest.param({"kind": "correct", "correction": {"affected": ["XX"]}, **REASON}, 400, "ISO 3166-1", id="code of no country"),
        pytest.param({"kind": "correct", "correction": {"severity": 3}, **REASON}, 422, "severity", id="no such field"),
        pytest.param({"kind": "confirm", "reason": "nul \x00"}, 400, "NUL", id="what the store cannot keep"),
        pytest.param({"kind": "confirm", "by": "Eve", **REASON}, 422, "by", id="in another's name"),
    ],
)
def test_what_cannot_be_decided_is_a_problem_document(
    client: TestClient, event: dict[str, Any], body: dict[str, Any], status: int, says: str
) -> None:
    answer = client.post(f"/api/v1/events/{event['id']}/decisions", headers=ANN, json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.text
    assert client.get("/api/v1/decisions").json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/events/evt_0000000000000000/decisions", 404),
        ("POST", "/api/v1/events/evt_x/decisions", 422),
        ("POST", "/api/v1/decisions/9/undo", 404),
        ("POST", "/api/v1/decisions/0/undo", 422),
        ("GET", "/api/v1/events/evt_0000000000000000/decisions", 404),
        ("GET", "/api/v1/decisions?event=evt_0000000000000000", 404),
        ("PUT", "/api/v1/decisions", 405),
    ],
)
def test_unknown_events_and_decisions_are_told(client: TestClient, method: str, path: str, status: int) -> None:
    body = {"kind": "confirm", **REASON} if "events" in path else REASON
    answer = client.request(method, path, headers=ANN, json=None if method == "GET" else body)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
