"""Workbooks as procurement keeps them, and as nobody should send them."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook

from monitor.catalog import load_catalog, load_inventory
from monitor.catalog.inventory import read_inventory
from monitor.errors import ConfigError
from tests.catalog.test_yaml_files import CSV_TWIN, INVENTORY

HEAD = ("Team", "Team name", "Email", "Timezone", "Hour", "Min level", "Language", "System", "Criticality", "Provider", "Product",
        "Called from", "Users in", "Substitutability", "Data class", "Owner")  # fmt: skip
ROW = ("platform-cn", "Platform Shanghai", "platform@example.cn", "Asia/Shanghai", 8, "medium", "en", "chat-gateway", "high", "openai",
       "api", "CN", "CN", "easy", "personal", "Kim")  # fmt: skip
OPENAI = ROW.index("openai")


def book(path: Path, *rows: Sequence[object], sheets: Sequence[str] = ("Sheet1",)) -> Path:
    """A workbook whose last sheet has these rows."""
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for name in sheets:
        workbook.create_sheet(name)
    for row in rows:
        workbook.worksheets[-1].append(list(row))
    workbook.save(path)
    return path


def changed(at: int, value: object) -> tuple[object, ...]:
    return (*ROW[:at], value, *ROW[at + 1 :])


def test_a_workbook_gives_the_same_teams_as_yaml(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(
        INVENTORY.replace("substitutability: easy", "substitutability: easy, data_class: personal, owner: Kim"), "utf-8"
    )
    expected = load_inventory(tmp_path / "a.yaml", load_catalog())
    assert load_inventory(book(tmp_path / "a.xlsx", HEAD, ROW), load_catalog()) == expected
    assert load_inventory(book(tmp_path / "b.xlsx", (), HEAD, (), ROW, (), sheets=("Notes", "Inventory")), load_catalog()) == expected


def test_a_provider_may_go_by_its_name(tmp_path: Path) -> None:
    rows = [changed(OPENAI, name) for name in ("OpenAI, L.L.C.", "Alibaba Cloud", "智谱AI", "Mistral AI SAS")]
    teams = load_inventory(book(tmp_path / "a.xlsx", HEAD, *rows), load_catalog())
    assert [d.provider for d in teams[0].systems[0].dependencies] == ["openai", "alibaba-cloud", "zhipu", "mistral"]


BAD = [
    pytest.param([HEAD, ROW, changed(OPENAI, "opnai")], 3, "unknown provider 'opnai'; did you mean openai", id="misspelt provider"),
    pytest.param([HEAD, (), changed(4, 25)], 3, "less than or equal to 23", id="hour 25, after an empty row"),
    pytest.param([HEAD, changed(4, date(2024, 1, 2))], 2, "valid integer", id="a day for an hour"),
    pytest.param([HEAD, changed(OPENAI, None)], 2, "team, system and provider must be filled", id="half a row"),
    pytest.param([(*HEAD, "Budget"), ROW], 1, "unknown column 'budget'", id="unknown column"),
    pytest.param([(*HEAD, "Owner"), ROW], 1, "stands twice", id="double column"),
    pytest.param([HEAD, (*ROW, "more")], 2, "more cells", id="too many cells"),
]


@pytest.mark.parametrize(("rows", "line", "says"), BAD)
def test_a_bad_row_is_named(tmp_path: Path, rows: list[Sequence[object]], line: int, says: str) -> None:
    path = book(tmp_path / "a.xlsx", *rows)
    with pytest.raises(ConfigError) as raised:
        load_inventory(path, load_catalog())
    assert str(raised.value).startswith(f"{path}:{line}: ")
    assert says in str(raised.value)


def test_every_unknown_provider_is_listed_and_the_others_are_read(tmp_path: Path) -> None:
    path = book(tmp_path / "a.xlsx", HEAD, changed(OPENAI, "Acme Cleaning"), ROW, changed(OPENAI, "opnai"))
    with pytest.raises(ConfigError) as raised:
        load_inventory(path, load_catalog())
    assert [f"{path}:{line}: unknown provider" in str(raised.value) for line in (2, 3, 4)] == [True, False, True]
    inventory = read_inventory(path, load_catalog())
    assert [unknown.line for unknown in inventory.unknown] == [2, 4]
    assert [d.provider for d in inventory.teams[0].systems[0].dependencies] == ["openai"]


def test_a_stray_cell_in_the_last_row_costs_little(tmp_path: Path) -> None:
    workbook = Workbook()
    for row in (HEAD, ROW):
        workbook.worksheets[0].append(list(row))
    workbook.worksheets[0].cell(1_048_576, 16_384, "stray")
    workbook.save(tmp_path / "a.xlsx")
    assert len(load_inventory(tmp_path / "a.xlsx", load_catalog())) == 1


def packed(parts: dict[str, bytes]) -> bytes:
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in parts.items():
            archive.writestr(name, body)
    return raw.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"team,system\n", id="CSV under another name"),
        pytest.param(packed({"a.txt": b"x"}), id="another archive"),
        pytest.param(packed({"xl/workbook.xml": b"x" * (65 * 2**20)}), id="bomb"),
        pytest.param(packed({"xl/workbook.xml": b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>"}), id="entities"),
        pytest.param(packed({"xl/workbook.xml": "<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>".encode("utf-16")}), id="entities in UTF-16"),
    ],
)
def test_what_is_no_workbook_is_refused(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / "a.xlsx").write_bytes(raw)
    with pytest.raises(ConfigError, match=r"a\.xlsx: is no readable workbook"):
        load_inventory(tmp_path / "a.xlsx", load_catalog())


def test_damaged_workbooks_are_errors_of_the_file(tmp_path: Path) -> None:
    good = book(tmp_path / "a.xlsx", HEAD, ROW).read_bytes()
    dice, damaged = random.Random(20240709), tmp_path / "b.xlsx"
    for _ in range(150):
        raw = bytearray(good)
        for _ in range(dice.randrange(1, 8)):
            raw[dice.randrange(len(raw))] = dice.randrange(256)
        damaged.write_bytes(bytes(raw[: dice.randrange(len(raw) // 2, len(raw) + 1)]))
        with suppress(ConfigError):
            load_inventory(damaged, load_catalog())


def test_csv_reads_its_heads_like_a_workbook(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(CSV_TWIN.replace("called_from", "Called From"), "utf-8")
    assert load_inventory(tmp_path / "a.csv", load_catalog())[0].systems[0].dependencies[0].called_from == ("CN",)
