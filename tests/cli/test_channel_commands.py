"""`channel list` and `channel test` as an operator types them, the doctor's word, and the same over HTTP behind an editor's key."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import get_args

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from monitor.answers.reader import Reader, open_reader
from monitor.doctor import examine
from monitor.inform.payload import MessageType
from monitor.settings import Settings, load_settings
from tests.cli.inside import Inside
from tests.inform.hooks import SECRET, TOKEN, Hooks, hooks, http

KEY = "a-key-of-anns"


@pytest.fixture
def box(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hooks]:
    """A receiver, and an operator's machine on which two channels lead to it."""
    with hooks() as opened:
        rows = (
            f"{{name: soc, kind: webhook, url: 'http://127.0.0.1:{opened.port}/{TOKEN}', secret: {SECRET}, private: true}}",
            f"{{name: talk, kind: chat, url: 'json://127.0.0.1:{opened.port}/{TOKEN}', private: true}}",
        )
        path = tmp_path / "ways.yaml"
        path.write_text("channels:\n" + "".join(f"  - {row}\n" for row in rows), "utf-8")
        path.chmod(0o600)
        for name, value in {
            "DATABASE_URL": f"sqlite:///{tmp_path / 'f.sqlite'}",
            "CHANNELS": str(path),
            "ALLOW_PRIVATE_HOSTS": "127.0.0.1",
            "EDITOR_KEYS": f"Ann:{sha256(KEY.encode()).hexdigest()}",
        }.items():
            monkeypatch.setenv(f"FOREWARNED_{name}", value)
        yield opened


def run(*words: str, code: int = 0) -> str:
    """What a command says, which is never a secret; as JSON on stdout it is all there is."""
    shell = Inside(Path.cwd(), **{name: value for name, value in os.environ.items() if name.startswith("FOREWARNED_")})
    said = shell(*words, code=code)
    for text in (said, shell.stderr):
        assert TOKEN not in text
        assert SECRET.removeprefix("whsec_") not in text
    return said or " ".join(shell.stderr.split())


def test_a_test_says_how_it_ended_and_leaves_with_it(box: Hooks) -> None:
    assert "soc: sent (HTTP 200); dlv_" in run("channel", "test", "soc")
    assert json.loads(run("channel", "test", "soc", "--json")) == {
        "channel": "soc", "delivery": box.got[1].id, "state": "sent", "status": 200, "reason": "",
    }  # fmt: skip
    box.script = [http("404 Not Found")]
    for name in ("soc", "talk"):
        assert "failed (HTTP 404)" in run("channel", "test", name, code=1)
    assert "set up are: soc, talk" in run("channel", "test", "nobody", code=3)
    assert len(box.got) == 4


def test_the_list_shows_what_is_set_up_and_how_it_fares(box: Hooks) -> None:
    box.script = [http("410 Gone")]
    run("channel", "test", "soc", code=1)
    items = json.loads(run("channel", "list", "--json"))["items"]
    assert {one["name"]: (one["kind"], one["where"], one["state"], one["counts"]) for one in items} == {
        "soc": ("webhook", "127.0.0.1", "closed", {"failed": 1}),
        "talk": ("chat", "json", "open", {}),
    }
    assert "closed" in run("channel", "list")


def test_the_doctor_names_what_is_wrong_with_channels(box: Hooks) -> None:
    def found() -> tuple[bool, str]:
        (check,) = [one for one in examine() if one.name == "channels"]
        return check.ok, check.detail

    assert found() == (True, "soc (webhook), talk (chat)")
    box.script = [http("410 Gone")]
    run("channel", "test", "soc", code=1)
    load_settings().channels.chmod(0o644)
    ok, told = found()
    assert not ok
    assert "soc is closed: 410" in told
    assert "chmod 600" in told


@pytest.fixture
def client(box: Hooks) -> Iterator[TestClient]:
    settings: Settings = load_settings()
    reader: Reader = open_reader(settings)
    with TestClient(create_app(reader, settings)) as opened:
        yield opened
    reader.store.close()


def test_an_editor_may_try_a_channel_over_http_and_nobody_else(box: Hooks, client: TestClient) -> None:
    path = "/api/v1/channels/soc/test"
    assert client.post(path).status_code == 401
    assert client.post(path, headers={"Authorization": "Bearer wrong"}).status_code == 401
    assert box.got == []
    signed = {"Authorization": f"Bearer {KEY}"}
    answer = client.post(path, headers=signed)
    assert (answer.status_code, answer.json()["state"], answer.json()["status"]) == (201, "sent", 200)
    box.script = [http("503 Busy")]
    assert client.post(path, headers=signed).json() | {"delivery": ""} == {
        "channel": "soc", "delivery": "", "state": "failed", "status": 503, "reason": "answered 503",
    }  # fmt: skip
    assert client.post("/api/v1/channels/nobody/test", headers=signed).status_code == 404
    assert client.post("/api/v1/channels/..%2F..%2Fx/test", headers=signed).status_code in (404, 422)
    shown = client.get("/api/v1/channels")
    assert [one["name"] for one in shown.json()["items"]] == ["soc", "talk"]
    assert TOKEN not in shown.text
    assert len(box.got) == 2


def test_without_keys_nobody_may(box: Hooks) -> None:
    settings = load_settings().model_copy(update={"editor_keys": ""})
    reader = open_reader(settings)
    with TestClient(create_app(reader, settings)) as client:
        assert client.post("/api/v1/channels/soc/test", headers={"Authorization": f"Bearer {KEY}"}).status_code == 403
    reader.store.close()
    assert box.got == []


def test_what_webhooks_carry_stands_in_the_openapi_document(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert sorted(document["webhooks"]) == sorted(get_args(MessageType))
    body = document["webhooks"]["alert.raised"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body == {"$ref": "#/components/schemas/WebhookMessage"}
    assert document["components"]["schemas"]["WebhookMessage"]["required"] == ["type", "timestamp", "data"]


def test_an_import_says_which_channels_are_not_set_up(box: Hooks, tmp_path: Path) -> None:
    path = tmp_path / "inventory.yaml"
    path.write_text("teams: [{id: a, name: A, recipients: [{channel: soc}, {channel: pager}], systems: []}]", "utf-8")
    shell = Inside(tmp_path, **{name: value for name, value in os.environ.items() if name.startswith("FOREWARNED_")})
    shell("inventory", "import", str(path))
    told = " ".join(shell.stderr.split())
    assert "channel pager is not set up" in told
    assert "channel soc" not in told
    assert "channel: pager" in shell("inventory", "show")
