"""What hits a team and what is decided about it, from the command line: listed, judged, expired, taken back."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.answers.reader import Reader
from tests.cli.inside import Inside

TEAMS = """
teams:
  - id: platform-cn
    name: Platform Shanghai
    systems:
      - id: chat-gateway
        criticality: high
        dependencies: [{provider: openai, called_from: [CN]}]
      - id: batch
        criticality: low
        dependencies: [{provider: openai, called_from: [CN]}]
  - {id: berlin, name: Berlin}
"""
SIGNED = ("--by", "Ann", "--reason", "moves to Qwen")


@pytest.fixture
def own(tmp_path: Path, demo_reader: Reader) -> Inside:
    """A shell over a copy of the episode with two teams, since decisions are for good and the episode is for all tests."""
    with closing(sqlite3.connect(demo_reader.store.url_without_password.removeprefix("sqlite:///"))) as episode:
        episode.execute("VACUUM INTO ?", (f"{tmp_path}/own.sqlite",))
    shell = Inside(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/own.sqlite", FOREWARNED_NOW="2024-08-01T12:00:00Z")
    (tmp_path / "teams.yaml").write_text(TEAMS, "utf-8")
    shell("inventory", "import", str(tmp_path / "teams.yaml"))
    return shell


def worst(own: Inside) -> str:
    event: str = own.json("exposure", "list", "--team", "platform-cn")["items"][0]["event"]
    return event


def found(own: Inside, event: str, *more: str) -> dict[str, dict[str, Any]]:
    items = own.json("exposure", "list", "--team", "platform-cn", *more)["items"]
    return {one["system"]: one["triage"] for one in items if one["event"] == event}


def test_exposures_are_judged_listed_and_taken_back(own: Inside) -> None:
    event, before = worst(own), own.json("exposure", "list")["items"]
    risk = own.json("risk", "openai", "--in", "CN", "--as-of", "2024-08-01")
    made = own.json("exposure", "triage", "platform-cn", event, "--state", "accepted", "--until", "2024-08-31", *SIGNED)
    assert (made["triage"]["number"], {one["triage"]["state"] for one in made["exposures"]}) == (1, {"accepted"})
    own("exposure", "triage", "platform-cn", event, "--state", "not-affected", "--system", "batch", *SIGNED)
    assert {name: one["state"] for name, one in found(own, event).items()} == {"chat-gateway": "accepted", "batch": "not_affected"}
    assert list(found(own, event, "--state", "accepted")) == ["chat-gateway"]
    assert found(own, event, "--state", "new") == {}
    listed = own.json("exposure", "list")["items"]
    assert [one["triage"]["state"] for one in listed][-2:] == ["accepted", "not_affected"], "what is settled comes last"
    shown = own("exposure", "list")
    assert "1: accepted by Ann until 2024-08-31: moves to Qwen" in " ".join(shown.split())
    numbers = {(one["system"], one["event"]): (one["score"], one["level"], one["team_score"]) for one in before}
    assert {(one["system"], one["event"]): (one["score"], one["level"], one["team_score"]) for one in listed} == numbers
    assert own.json("risk", "openai", "--in", "CN", "--as-of", "2024-08-01") == risk
    assert "undo 2" in own("exposure", "undo", "2", *SIGNED)
    assert {one["state"] for one in found(own, event).values()} == {"accepted"}
    own("exposure", "undo", "1", *SIGNED)
    assert own.json("exposure", "list")["items"] == before
    assert [one["undoes"] for one in own.json("exposure", "history")["items"]] == [1, 2, None, None]
    assert "triage 4 " in own("exposure", "history", "--team", "platform-cn")
    assert own("exposure", "history", "--team", "berlin") == ""
    assert own.json("exposure", "history", "--as-of", "2024-07-19")["items"] == []


def test_an_acceptance_that_is_over_is_new_again_and_says_so(own: Inside) -> None:
    event = worst(own)
    own("exposure", "triage", "platform-cn", event, "--state", "accepted", "--until", "2024-08-01", *SIGNED)
    assert found(own, event)["batch"]["state"] == "accepted"
    own.env["FOREWARNED_NOW"] = "2024-08-02T00:00:00Z"
    assert found(own, event)["batch"] | {"at": ""} == {
        "number": 1, "state": "new", "reason": "moves to Qwen", "by": "Ann", "at": "", "until": "2024-08-01", "expired": True,
        "was": "accepted", "since_then": "",
    }  # fmt: skip
    shown = " ".join(own("exposure", "list", "--state", "new").split())
    assert "1: new (accepted by Ann until 2024-08-01: moves to Qwen)" in shown


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param(("triage", "nobody", "EVENT", "--state", "affected", *SIGNED), 3, "inventory show", id="unknown team"),
        pytest.param(("triage", "berlin", "EVENT", "--state", "affected", *SIGNED), 2, "does not touch", id="team that is not hit"),
        pytest.param(
            ("triage", "platform-cn", "evt_0000000000000000", "--state", "affected", *SIGNED), 3, "exposure list", id="unknown event"
        ),
        pytest.param(("triage", "platform-cn", "evt_1", "--state", "affected", *SIGNED), 2, "no event id", id="no event id"),
        pytest.param(
            ("triage", "platform-cn", "EVENT", "--state", "affected", "--system", "x", *SIGNED), 3, "chat-gateway", id="unknown system"
        ),
        pytest.param(("triage", "platform-cn", "EVENT", "--state", "fine", *SIGNED), 2, "false_positive", id="unknown state"),
        pytest.param(("triage", "platform-cn", "EVENT", "--state", "affected", "--by", "A"), 2, "--reason", id="no reason"),
        pytest.param(
            ("triage", "platform-cn", "EVENT", "--state", "affected", "--by", "A", "--reason", " "), 2, "blank", id="blank reason"
        ),
        pytest.param(("triage", "platform-cn", "EVENT", "--state", "accepted", *SIGNED), 2, "last day", id="acceptance without end"),
        pytest.param(("triage", "platform-cn", "EVENT", "--state", "accepted", "--until", "9 July", *SIGNED), 2, "YYYY-MM-DD", id="no day"),
        pytest.param(
            ("triage", "platform-cn", "EVENT", "--state", "accepted", "--until", "2024-07-31", *SIGNED), 2, "is over", id="past day"
        ),
        pytest.param(
            ("triage", "platform-cn", "EVENT", "--state", "accepted", "--until", "2025-08-03", *SIGNED), 2, "366", id="too far away"
        ),
        pytest.param(("undo", "7", *SIGNED), 3, "exposure history", id="undo of nothing"),
        pytest.param(("list", "--state", "fine"), 2, "false_positive", id="list of an unknown state"),
        pytest.param(("list", "--team", "nobody"), 3, "inventory", id="list of an unknown team"),
    ],
)
def test_failures_say_what_to_do(own: Inside, arguments: tuple[str, ...], code: int, says: str) -> None:
    own("exposure", *[worst(own) if one == "EVENT" else one for one in arguments], code=code)
    assert says in own.stderr
    assert "Traceback" not in own.stderr
    assert own.json("exposure", "history")["items"] == []
