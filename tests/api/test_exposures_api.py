"""Exposures over HTTP: everybody reads what hits whom, who has a key says what becomes of it; what cannot be is a problem document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from monitor.answers.reader import Reader
from monitor.model import Dependency, System, Team
from monitor.settings import Settings
from monitor.store.inventory import save_inventory
from tests.api.test_decisions_api import ANN, KEYS, REASON, reader

__all__ = ["reader"]  # the fixture

PATH = "/api/v1/exposures"
USE = Dependency(provider="openai", called_from=("CN",))
TEAMS = [
    Team(id="platform-cn", name="Platform", systems=(System(id="chat", dependencies=(USE,)), System(id="batch", dependencies=(USE,)))),
    Team(id="berlin", name="Berlin", systems=(System(id="chat", dependencies=(Dependency(provider="openai", called_from=("DE",)),)),)),
]


@pytest.fixture
def client(reader: Reader) -> Iterator[TestClient]:
    with reader.store.write() as tx:
        save_inventory(tx, TEAMS, reader.clock())
    with TestClient(create_app(reader, Settings(editor_keys=KEYS))) as opened:
        yield opened


@pytest.fixture
def event(client: TestClient) -> str:
    worst: str = client.get(f"{PATH}?team=platform-cn").json()["items"][0]["event"]
    return worst


def said(client: TestClient, event: str, state: str, **more: Any) -> Any:
    return client.post(f"{PATH}/triage", headers=ANN, json={"team": "platform-cn", "event": event, "state": state, **REASON, **more})


def states(client: TestClient, event: str, query: str = "") -> dict[str, str]:
    items = client.get(f"{PATH}?team=platform-cn{query}").json()["items"]
    return {one["system"]: one["triage"]["state"] for one in items if one["event"] == event}


def test_a_triage_is_recorded_under_the_name_of_the_key_and_can_be_taken_back(client: TestClient, event: str) -> None:
    asked = f"{PATH}?team=platform-cn&as_of=2024-08-09"
    etag, risk = client.get(asked).headers["etag"], client.get("/api/v1/providers/openai/risk?in=CN&as_of=2024-08-09").json()
    made = said(client, event, "accepted", until="2024-08-10")
    assert made.status_code == 201
    assert (made.json()["triage"]["author"], made.json()["triage"]["number"]) == ("Ann", 1)
    assert {one["triage"]["by"] for one in made.json()["exposures"]} == {"Ann"}
    assert client.get(asked, headers={"If-None-Match": etag}).status_code == 200
    said(client, event, "in_triage", system="batch")
    assert states(client, event) == {"chat": "accepted", "batch": "in_triage"}
    assert states(client, event, "&state=accepted") == {"chat": "accepted"}
    assert set(states(client, event, "&as_of=2024-07-31").values()) == {"new"}, "what was known then stays"
    assert states(client, event, "&as_of=2024-08-11") == {"chat": "new", "batch": "in_triage"}
    assert client.get("/api/v1/providers/openai/risk?in=CN&as_of=2024-08-09").json() == risk
    for number in (2, 1):
        undone = client.post(f"{PATH}/triage/{number}/undo", headers=ANN, json=REASON)
        assert (undone.status_code, undone.json()["triage"]["undoes"]) == (201, number)
    assert client.get(asked, headers={"If-None-Match": etag}).status_code == 304
    history = client.get(f"{PATH}/triage?team=platform-cn").json()["items"]
    assert [one["number"] for one in history] == [4, 3, 2, 1]
    assert client.get(f"{PATH}/triage?team=berlin").json()["items"] == []


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_without_a_known_key_nothing_is_recorded(client: TestClient, event: str, headers: dict[str, str]) -> None:
    body = {"team": "platform-cn", "event": event, "state": "affected", **REASON}
    for path, sent in ((f"{PATH}/triage", body), (f"{PATH}/triage/1/undo", REASON)):
        answer = client.post(path, headers=headers, json=sent)
        assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert client.get(f"{PATH}/triage").json()["items"] == []


@pytest.mark.parametrize(
    ("wrong", "status", "says"),
    [
        pytest.param({"team": "nobody"}, 404, "no team", id="unknown team"),
        pytest.param({"team": "berlin"}, 400, "does not touch", id="team that is not hit"),
        pytest.param({"event": "evt_0000000000000000"}, 404, "no event", id="unknown event"),
        pytest.param({"event": "evt_x"}, 422, "event", id="no event id"),
        pytest.param({"system": "idle"}, 404, "no system", id="unknown system"),
        pytest.param({"state": "fine"}, 422, "state", id="unknown state"),
        pytest.param({"reason": " "}, 400, "blank", id="blank reason"),
        pytest.param({"reason": "nul \x00"}, 400, "NUL", id="what the store cannot keep"),
        pytest.param({"reason": "x" * 2001}, 422, "reason", id="endless reason"),
        pytest.param({"state": "accepted"}, 400, "last day", id="acceptance without end"),
        pytest.param({"until": "2024-07-31"}, 400, "over", id="past day"),
        pytest.param({"until": "2025-08-03"}, 400, "366", id="too far away"),
        pytest.param({"until": "9 July"}, 422, "until", id="no day"),
        pytest.param({"author": "Eve"}, 422, "author", id="in another's name"),
    ],
)
def test_what_cannot_be_is_a_problem_document(client: TestClient, event: str, wrong: dict[str, Any], status: int, says: str) -> None:
    body = {"team": "platform-cn", "event": event, "state": "affected", **REASON}
    answer = client.post(f"{PATH}/triage", headers=ANN, json=body | wrong)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert says in answer.text
    assert client.get(f"{PATH}/triage").json()["items"] == []


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/triage/9/undo", 404),
        ("POST", "/triage/0/undo", 422),
        ("GET", "?state=fine", 422),
        ("GET", "?team=nobody", 404),
        ("DELETE", "/triage", 405),
    ],
)
def test_unknown_things_are_told(client: TestClient, method: str, path: str, status: int) -> None:
    answer = client.request(method, f"{PATH}{path}", headers=ANN, json=REASON if method == "POST" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
