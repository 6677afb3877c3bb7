"""Addresses to subscribe to, and who has left, as an operator sees them: a real process, a real server, its real log."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest

from monitor.inform.links import unsubscribe_token
from monitor.store import consents, links, open_store
from tests.cli.inside import Inside

INVENTORY = (
    "teams:\n  - id: platform\n    name: Platform\n    recipients: [{email: ops@example.com}]\n"
    "    systems: [{id: gateway, dependencies: [{provider: openai, called_from: [CN]}]}]\n"
)


@pytest.fixture
def shell(tmp_path: Path, sqlite_template: Path) -> Inside:
    file = tmp_path / "store.sqlite"
    file.write_bytes(sqlite_template.read_bytes())
    opened = Inside(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{file}", FOREWARNED_BASE_URL="https://risk.example.org/fw/")
    (tmp_path / "inventory.yaml").write_text(INVENTORY, "utf-8")
    opened("inventory", "import", str(tmp_path / "inventory.yaml"))
    return opened


def test_a_teams_addresses_are_shown_replaced_and_taken_back(shell: Inside) -> None:
    first = shell.json("token", "--team", "platform")
    assert first["calendar"].startswith("https://risk.example.org/fw/api/v1/calendars/")
    assert first["feed"].endswith(".atom")
    assert shell.json("token", "--team", "platform") == first
    assert first["calendar"] in shell("token", "--team", "platform")
    second = shell.json("token", "--team", "platform", "--renew")
    assert second["calendar"] != first["calendar"]
    assert shell.json("token", "--team", "platform", "--revoke") == {"revoked": "platform"}
    shell("token", "--team", "platform", "--revoke", code=3)
    shell("token", "--team", "nobody", code=3)
    assert "known are platform" in shell.stderr


@pytest.mark.parametrize(
    "arguments", [(), ("Ann", "--team", "platform"), ("Ann", "--renew"), ("--team", "platform", "--renew", "--revoke")], ids=" ".join
)
def test_a_key_or_addresses_but_not_both(shell: Inside, arguments: tuple[str, ...]) -> None:
    shell("token", *arguments, code=2)
    assert "forewarned token" in shell.stderr


def test_a_click_is_shown_can_be_taken_back_and_leaves_no_token_in_the_log(shell: Inside, tmp_path: Path) -> None:
    store = open_store(shell.env["FOREWARNED_DATABASE_URL"])
    with store.write() as tx:
        links.make_unsubscribe_key(tx, datetime(2024, 6, 26, tzinfo=UTC))
        consents.add(tx, "ops@example.com", "pending", "", datetime(2024, 6, 26, tzinfo=UTC))
        consents.add_link(tx, "yes-it-is-me", "ops@example.com", datetime(2099, 1, 1, tzinfo=UTC))
    with store.read() as tx:
        token = unsubscribe_token(links.unsubscribe_key(tx) or "", "Ops@example.com", ["platform"])
    store.close()
    given = shell.json("token", "--team", "platform")
    paths = [urlsplit(given[kind]).path.removeprefix("/fw") for kind in ("calendar", "feed")]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    log = tmp_path / "log.txt"
    with log.open("w") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "monitor", "serve", "--port", str(port)],
            env=shell.env | {"FOREWARNED_LOG": "json"},
            stdout=out,
            stderr=out,
        )
        try:
            with httpx2.Client(base_url=f"http://127.0.0.1:{port}") as web:
                _await(web)
                assert web.post(f"/unsubscribe/{token}", data={"List-Unsubscribe": "One-Click"}).status_code == 200
                assert "Confirmed" in web.post("/confirm/yes-it-is-me", data={"confirm": "yes"}).text
                assert [web.get(path).status_code for path in paths] == [200, 200]
        finally:
            server.terminate()
            server.wait(30)
    said = log.read_text()
    assert said.count("***") == 4
    assert token not in said
    assert "yes-it-is-me" not in said
    assert not [path for path in paths if path.rpartition("/")[2] in said]
    (left,) = shell.json("outbox")["unsubscribed"]
    assert (left["recipient"], left["team"]) == ("ops@example.com", "platform")
    shell("outbox")
    assert "forewarned outbox resume ops@example.com" in shell.stderr
    found = {check["name"]: check for check in shell.json("doctor")["items"]}
    assert "ops@example.com has unsubscribed from platform" in found["outbox"]["detail"]
    shell("outbox", "resume", "ops@example.com")
    assert shell.json("outbox")["unsubscribed"] == []


def _await(web: httpx2.Client) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until:
        try:
            web.get("/healthz")
            return
        except httpx2.TransportError:
            time.sleep(0.2)
    raise AssertionError("the server never answered")
