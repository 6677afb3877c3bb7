"""The inventory from every file a team may have: one command, the difference shown, the same again changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import Workbook

from tests.catalog.test_yaml_files import CSV_TWIN, INVENTORY
from tests.cli.inside import Inside
from tests.cli.test_commands import Shell
from tests.inventory.repositories import laid
from tests.inventory.test_sbom import SAASBOM, SPDX2


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """The command line over an empty database."""
    return Inside(tmp_path, FOREWARNED_DATABASE_URL=f"sqlite:///{tmp_path}/db.sqlite")


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A repository that calls OpenAI."""
    return laid(tmp_path / "chat-gateway", {"requirements.txt": "openai==1.35.0\nlitellm\n", ".env": "OPENAI_API_KEY=sk-hunter2\n"})


SCAN = ("--team", "platform-cn", "--in", "CN")


def test_a_repository_in_one_command(shell: Shell, repo: Path) -> None:
    shown = shell("inventory", "import", str(repo), *SCAN, "--users-in", "CN,HK")
    assert "+ platform-cn/chat-gateway: openai, called from CN, users in CN HK" in shown
    assert "imported 1 teams, 1 systems, 1 dependencies" in shown
    assert "unknown: Calls are passed on by LiteLLM: to which providers? [litellm]" in shell.stderr
    assert "team platform-cn has no recipients" in shell.stderr
    assert "unchanged: 1 teams" in shell("inventory", "import", str(repo), *SCAN, "--users-in", "CN,HK")
    shown = shell("inventory", "show")
    assert "found:\n      - requirements.txt:1\n      - .env:1" in shown
    assert "hunter2" not in shown


def test_a_dry_run_shows_the_difference_and_stores_nothing(shell: Shell, repo: Path) -> None:
    assert "would be 1 teams" in shell("inventory", "import", str(repo), *SCAN, "--dry-run")
    assert shell.json("inventory", "show") == {"teams": []}
    told = shell.json("inventory", "import", str(repo), *SCAN, "--dry-run")
    assert (told["dry_run"], len(told["changes"]), len(told["unknown"])) == (True, 3, 1)


def test_what_is_shown_can_be_edited_and_imported_again(shell: Shell, repo: Path, tmp_path: Path) -> None:
    shell("inventory", "import", str(repo), *SCAN)
    edited = tmp_path / "edited.yaml"
    edited.write_text(shell("inventory", "show").replace("provider: openai\n", "provider: openai\n      owner: Kim\n"), "utf-8")
    assert "owner none → Kim" in shell("inventory", "import", str(edited))
    laid(repo, {"requirements.txt": "# moved\nopenai==1.35.0\nzhipuai\n"})
    shown = shell("inventory", "import", str(repo), *SCAN)
    assert shown.splitlines()[0] == "+ platform-cn/chat-gateway: zhipu, called from CN, substitutability medium"
    assert {d.get("owner") for t in shell.json("inventory", "show")["teams"] for s in t["systems"] for d in s["dependencies"]} == {
        "Kim",
        None,
    }


@pytest.mark.parametrize("first", ["repository", "people"])
def test_people_and_scans_come_in_either_order(shell: Shell, repo: Path, tmp_path: Path, first: str) -> None:
    people = tmp_path / "people.yaml"
    recipient = "{email: a@example.cn, timezone: Asia/Shanghai, hour: 8, min_level: medium, language: en}"
    people.write_text(f"teams:\n  - id: platform-cn\n    name: Platform\n    recipients: [{recipient}]\n", "utf-8")
    ways = {"repository": (str(repo), *SCAN), "people": (str(people),)}
    for way in (first, *(ways.keys() - {first})):
        shell("inventory", "import", *ways[way])
    (team,) = shell.json("inventory", "show")["teams"]
    assert (team["recipients"][0]["email"], team["systems"][0]["id"]) == ("a@example.cn", "chat-gateway")


def test_a_file_replaces_and_merge_keeps(shell: Shell, repo: Path, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV_TWIN.replace("platform-cn", "other"), "utf-8")
    shell("inventory", "import", str(repo), *SCAN)
    assert "teams" in shell("inventory", "import", str(tmp_path / "a.csv"), "--merge")
    assert [team["id"] for team in shell.json("inventory", "show")["teams"]] == ["platform-cn", "other"]
    assert "- team platform-cn" in shell("inventory", "import", str(tmp_path / "a.csv"))
    assert [team["id"] for team in shell.json("inventory", "show")["teams"]] == ["other"]


def test_all_forms_of_one_list_are_the_same_inventory(shell: Shell, tmp_path: Path) -> None:
    workbook = Workbook()
    for line in CSV_TWIN.splitlines():
        workbook.worksheets[0].append(line.split(","))
    workbook.save(tmp_path / "a.xlsx")
    (tmp_path / "a.yaml").write_text(INVENTORY, "utf-8")
    (tmp_path / "a.csv").write_text(CSV_TWIN, "utf-8")
    assert shell.json("inventory", "import", str(tmp_path / "a.xlsx"))["changes"]
    for ending in ("csv", "yaml", "xlsx"):
        assert shell.json("inventory", "import", str(tmp_path / f"a.{ending}"))["changes"] == []


@pytest.mark.parametrize(("bill", "providers"), [(SAASBOM, {"openai", "alibaba-cloud", "anthropic"}), (SPDX2, {"openai"})])
def test_a_bill_of_materials(shell: Shell, tmp_path: Path, bill: dict[str, object], providers: set[str]) -> None:
    path = tmp_path / "shop.json"
    path.write_text(json.dumps(bill), "utf-8")
    shell("inventory", "import", str(path), *SCAN)
    (system,) = shell.json("inventory", "show")["teams"][0]["systems"]
    assert (system["id"], {dependency["provider"] for dependency in system["dependencies"]}) == ("shop", providers)
    if bill is SAASBOM:
        assert {d["provider"]: d.get("data_class") for d in system["dependencies"]}["openai"] == "personal, public"


def test_a_lock_that_ends_like_a_list_is_a_lock(shell: Shell, tmp_path: Path) -> None:
    laid(tmp_path, {"pnpm-lock.yaml": "packages:\n  openai@4.52.0:\n    x: 1\n"})
    assert "openai" in shell("inventory", "import", str(tmp_path / "pnpm-lock.yaml"), *SCAN)


def test_unknown_providers_are_listed_and_never_passed_in_silence(shell: Shell, tmp_path: Path) -> None:
    text = INVENTORY + "          - {provider: Acme Cleaning, called_from: [CN]}\n          - {provider: opnai, called_from: [CN]}\n"
    path = tmp_path / "a.yaml"
    path.write_text(text, "utf-8")
    shell("inventory", "import", str(path), code=2)
    assert f"{path}:11: unknown provider 'Acme Cleaning'" in shell.stderr
    assert f"{path}:12: unknown provider 'opnai'; did you mean openai?" in shell.stderr
    assert shell.json("inventory", "show") == {"teams": []}
    told = shell.json("inventory", "import", str(path), "--skip-unknown")
    assert (told["dependencies"], len(told["unknown"])) == (1, 2)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        pytest.param(("REPO",), "--team NAME", id="whose it is"),
        pytest.param(("REPO", "--team", "a"), "--in CN", id="called from nowhere"),
        pytest.param(("REPO", "--team", "a", "--in", "UK"), "did you mean GB?", id="no such place"),
        pytest.param(("none.json", *SCAN), "no such file or folder", id="no such file"),
        pytest.param(("EMPTY", *SCAN), "nothing recognised in 0 files", id="nothing recognised"),
        pytest.param(("DAMAGED", *SCAN), "is not JSON (line 2", id="a damaged bill"),
        pytest.param(("a.yaml", *SCAN), "this file says them itself", id="a team for a file that names its own"),
    ],
)
def test_usage_errors_say_what_to_do(shell: Shell, repo: Path, tmp_path: Path, arguments: tuple[str, ...], says: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "bom.json").write_text('{"bomFormat":\n', "utf-8")
    named = {"REPO": str(repo), "EMPTY": str(tmp_path / "empty"), "DAMAGED": str(tmp_path / "bom.json")}
    shell("inventory", "import", *[named.get(argument, argument) for argument in arguments], code=2)
    assert says in shell.stderr


def test_the_inventory_of_an_earlier_day(tmp_path: Path, repo: Path) -> None:
    url = f"sqlite:///{tmp_path}/db.sqlite"
    Inside(tmp_path, FOREWARNED_DATABASE_URL=url, FOREWARNED_NOW="2024-06-20T00:00:00Z")("inventory", "import", str(repo), *SCAN)
    laid(repo, {"requirements.txt": "zhipuai\n"})
    later = Inside(tmp_path, FOREWARNED_DATABASE_URL=url, FOREWARNED_NOW="2024-06-25T00:00:00Z")
    later("inventory", "import", str(repo), *SCAN)
    found = {day: later.json("inventory", "show", "--as-of", day)["teams"] for day in ("2024-06-19", "2024-06-22", "2024-06-26")}
    providers = {day: [d["provider"] for team in teams for s in team["systems"] for d in s["dependencies"]] for day, teams in found.items()}
    assert providers == {"2024-06-19": [], "2024-06-22": ["openai"], "2024-06-26": ["openai", "zhipu"]}
