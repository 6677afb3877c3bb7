"""Decisions on events from the command line: made, listed, taken back, written as labelled texts; and keys to make them over HTTP."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from monitor.answers.reader import Reader
from tests.cli.inside import Inside


@pytest.fixture
def shell(tmp_path: Path) -> Inside:
    """A newcomer's empty home."""
    return Inside(tmp_path)


@pytest.fixture
def own(tmp_path: Path, demo_reader: Reader) -> Inside:
    """A shell over a copy of the episode, since decisions are for good and the episode is for all tests."""
    with closing(sqlite3.connect(demo_reader.store.url_without_password.removeprefix("sqlite:///"))) as episode:
        episode.execute("VACUUM INTO ?", (f"{tmp_path}/own.sqlite",))
    return Inside(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/own.sqlite", FOREWARNED_NOW="2024-07-20T12:00:00Z")


def decided(shell: Inside, *arguments: str) -> dict[str, Any]:
    answer: dict[str, Any] = shell.json("decide", *arguments, "--by", "Ann", "--reason", "asked them")["decision"]
    return answer


def test_events_are_decided_on_and_all_of_it_is_taken_back(own: Inside, tmp_path: Path) -> None:
    before = own.json("risk", "openai", "--in", "CN")
    events = own.json("events", "--provider", "openai", "--in", "CN")["items"]
    event = next(one for one in events if one["id"] == before["factors"][0]["event"])
    measures = [one for one in own.json("events", "--limit", "500")["items"] if one["type"] != "mitigation"]
    other = next(one for one in measures if one["id"] != event["id"])
    assert decided(own, "dispute", event["id"])["state"] == "holds"
    disputed = own.json("risk", "openai", "--in", "CN")
    assert (disputed["disputed"], disputed["input_digest"] != before["input_digest"]) == (True, True)
    assert decided(own, "confirm", event["id"])["number"] == 2
    said = decided(
        own, "correct", event["id"], "--stage", "suspended", "--effective", "none", "--role", "openai=affected", "--affected", "hk,cn"
    )
    assert said["correction"]["affected"] == ["HK", "CN"]
    now = next(one for one in own.json("events", "--provider", "openai")["items"] if one["id"] == event["id"])
    assert (now["stage"], now["dates"]["effective"], now["providers"]["openai"]) == ("suspended", None, "affected")
    assert now["decisions"][-1]["read"]["effective"] == event["dates"]["effective"]
    assert decided(own, "split", event["id"], event["documents"][-1])["others"]
    assert decided(own, "reject", event["id"], "--untrue")["misread"] is False
    assert event["id"] not in {one["id"] for one in own.json("events")["items"]}
    own("decide", "undo", "5", "--by", "Ann", "--reason", "no")
    assert decided(own, "merge", event["id"], other["id"])["other"] == other["id"]
    assert "decision 7" in own("decide", "list", "--event", event["id"])
    assert "(overruled)" in own("decide", "list")
    gold = tmp_path / "gold.jsonl"
    answer = own.json("decide", "export-gold", str(gold))
    assert answer["rows"] == len(gold.read_text("utf-8").splitlines())
    for number in (1, 2, 3, 4, 7):
        own("decide", "undo", str(number), "--by", "Bob", "--reason", "all of it")
    after = own.json("risk", "openai", "--in", "CN")
    same = ("score", "level", "factors", "alternatives", "unknowns", "disputed")
    assert {name: after[name] for name in same} == {name: before[name] for name in same}
    assert own.json("decide", "list", "--as-of", "2024-07-19")["items"] == []


def test_labelled_texts_of_decisions_can_be_evaluated(own: Inside, tmp_path: Path) -> None:
    for event in own.json("events", "--limit", "500")["items"]:
        decided(own, "confirm", event["id"])
    gold = tmp_path / "gold.jsonl"
    assert own.json("decide", "export-gold", str(gold))["rows"] > 10
    assert own.json("evaluate", str(gold))["documents"] > 10
    own("decide", "export-gold", "/proc/none/gold.jsonl", code=2)


def test_a_key_is_shown_once_with_its_setting(shell: Inside) -> None:
    made = shell.json("token", "Ann Lee")
    assert made["setting"].startswith("Ann Lee:")
    assert made["key"] not in made["setting"]
    assert made != shell.json("token", "Ann Lee")
    assert "key      " in shell("token", "Ann")
    shell("token", "a:b", code=2)
    assert "colon" in shell.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        pytest.param(("decide", "confirm", "evt_1", "--by", "A", "--reason", "b"), 3, "forewarned events", id="decision on no event"),
        pytest.param(("decide", "confirm", "evt_1", "--by", "A"), 2, "--reason", id="decision on an event without a reason"),
        pytest.param(("decide", "confirm", "evt_1", "--by", "A", "--reason", " "), 2, "blank", id="decision with a blank reason"),
        pytest.param(
            ("decide", "correct", "evt_1", "--by", "A", "--reason", "b", "--effective", "2024-02-30"), 2, "YYYY-MM-DD", id="no such day"
        ),
        pytest.param(("decide", "correct", "evt_1", "--by", "A", "--reason", "b", "--stage", "soon"), 2, "in_force", id="no such stage"),
        pytest.param(("decide", "correct", "evt_1", "--by", "A", "--reason", "b", "--type", "war"), 2, "service_ban", id="no such type"),
        pytest.param(("decide", "correct", "evt_1", "--by", "A", "--reason", "b", "--role", "x"), 2, "PROVIDER=ROLE", id="no role"),
        pytest.param(("decide", "correct", "evt_1", "--by", "A", "--reason", "b", "--role", "a=b"), 2, "'targeted'", id="no such role"),
        pytest.param(("decide", "correct", "evt_1", "--by", "A", "--reason", "b", "--affected", "China"), 2, "affected", id="no place"),
        pytest.param(("decide", "undo", "4", "--by", "A", "--reason", "b"), 3, "decide list", id="undo of no decision"),
        pytest.param(("decide", "list", "--event", "evt_1"), 3, "forewarned events", id="decisions on no event"),
    ],
)
def test_failures_say_what_to_do(shell: Inside, arguments: tuple[str, ...], code: int, says: str) -> None:
    shell(*arguments, code=code)
    assert says in shell.stderr
    assert "Traceback" not in shell.stderr
