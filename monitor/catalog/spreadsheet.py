"""Rows of a spreadsheet, CSV or XLSX, with the line each stands in. A path comes in, texts by column go out.

The only module that imports openpyxl, which reads a sheet row by row: a stray cell in the last row costs nothing.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from monitor.errors import ConfigError

EXCEL_ENDINGS = (".xlsx", ".xlsm")
MOST_ROWS = 100_000
MOST_COLUMNS = 200
_MOST_BYTES = 64 * 2**20


class SheetRow(NamedTuple):
    """One filled row: its number as the spreadsheet shows it, and its filled cells by column."""

    line: int
    cells: dict[str, str]


def read_rows(path: Path, columns: Collection[str], required: Sequence[str]) -> list[SheetRow]:
    """The rows below the head; ConfigError, with the row, for an unknown column, too many cells or a cell that must be filled.

    Heads are read as people write them: `Called from` is `called_from`. Of a workbook the sheet called `inventory` is read, else the first.
    """
    lines = _excel_lines(path) if path.suffix.lower() in EXCEL_ENDINGS else _csv_lines(path)
    head: list[str] = []
    rows = []
    for number, cells in lines:
        if not any(cells):
            continue  # spreadsheets export empty lines at the end
        if not head:
            last = max(at for at, cell in enumerate(cells) if cell)
            head = [_column(cell) for cell in cells[: last + 1]]
            _check_head(path, number, head, columns)
            continue
        if any(cells[len(head) :]):
            raise ConfigError("has more cells than the first line has columns", file=path, line=number)
        filled = {name: cell for name, cell in zip(head, cells, strict=False) if name and cell}
        if not set(required) <= filled.keys():
            raise ConfigError(f"{', '.join(required[:-1])} and {required[-1]} must be filled", file=path, line=number)
        rows.append(SheetRow(number, filled))
        if len(rows) > MOST_ROWS:
            raise ConfigError(f"has more than {MOST_ROWS:,} rows", file=path, line=number)
    return rows


def _column(cell: str) -> str:
    return "_".join(cell.lower().split())


def _check_head(path: Path, number: int, head: Sequence[str], columns: Collection[str]) -> None:
    for at, name in enumerate(head):
        if name and name not in columns:
            raise ConfigError(f"unknown column {name!r}; allowed are: {', '.join(columns)}", file=path, line=number)
        if name and name in head[:at]:
            raise ConfigError(f"column {name!r} stands twice", file=path, line=number)


def _csv_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        text = path.read_bytes().decode("utf-8-sig") if path.stat().st_size <= _MOST_BYTES else None
    except FileNotFoundError as error:
        raise ConfigError("the file does not exist", file=path) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 ({error.reason}); save it as CSV UTF-8", file=path) from error
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=path) from error
    if text is None:
        raise ConfigError(f"is larger than {_MOST_BYTES // 2**20} MiB", file=path)
    # Where the comma is the decimal sign, spreadsheets write semicolons.
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in head and "," not in head else ",")
    try:
        yield from ((reader.line_num, [cell.strip() for cell in row]) for row in reader)
    except csv.Error as error:
        raise ConfigError(f"cannot be read: {error}", file=path, line=reader.line_num) from error


def _excel_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        raw = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else b""
        _refuse_bombs(raw)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about drop-down lists and print settings that it does not keep; nobody asked it to
            book = load_workbook(io.BytesIO(raw), read_only=True, data_only=True, keep_links=False)
        names = [sheet for sheet in book.sheetnames if sheet.strip().lower() == "inventory"]
        sheet = book[names[0]] if names else book.worksheets[0]
        yield from _texts(sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS))
    except FileNotFoundError as error:
        raise ConfigError("the file does not exist", file=path) from error
    # A damaged workbook breaks openpyxl in many ways; all of them mean the same to whoever sent it.
    except (
        OSError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        zipfile.BadZipFile,
        SyntaxError,
        EOFError,
        InvalidFileException,
    ) as error:
        raise ConfigError(f"is no readable workbook ({type(error).__name__}); save it again as .xlsx or as CSV", file=path) from error


def _texts(rows: Iterable[Sequence[object]]) -> Iterator[tuple[int, list[str]]]:
    empty = 0
    for number, row in enumerate(rows, 1):
        cells = [_text(cell) for cell in row]
        empty = 0 if any(cells) else empty + 1
        if empty > MOST_ROWS:
            return  # a stray format in the sheet's last row, not an inventory
        yield number, cells


def _text(cell: object) -> str:
    """A cell as people see it: 8.0 is 8, and a date has no time."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    return str(cell).strip()


def _refuse_bombs(raw: bytes) -> None:
    """ValueError for a workbook that unpacks beyond reason, or whose XML defines entities: the parser beneath would follow them."""
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        if sum(part.file_size for part in packed.infolist()) > _MOST_BYTES:
            raise ValueError("unpacks to too much")
        for part in packed.infolist():
            # Reading stops at the size that the directory declares, so the sum above binds.
            if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in packed.read(part).replace(b"\0", b""):
                raise ValueError("defines entities")
