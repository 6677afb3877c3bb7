"""The evaluate command: how well the tagger agrees with labelled texts, no database, no network."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from monitor.cli.output import JsonFlag, console, print_json, table
from monitor.cli.tagging import tagged
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.understand.evaluate import Evaluation

Rows = list[dict[str, Any]]


class GroupBy(StrEnum):
    """Keys of a gold row by which results can be shown apart."""

    voice = "voice"
    form = "form"
    lang = "lang"
    source = "source"


def evaluate(
    gold: Annotated[list[Path], typer.Argument(help="JSON lines: tag records with right labels, or rows with only `events`.")],
    predictions: Annotated[Path | None, typer.Option(help="What `tag` printed for these texts; default: tag them now.")] = None,
    by: Annotated[GroupBy | None, typer.Option(help="One line of rates per value of this key too.")] = None,
    worst: Annotated[int, typer.Option(min=0, help="How many of the worst documents to list with their errors.")] = 10,
    as_json: JsonFlag = False,
) -> None:
    """Precision, recall and F1 per field with one-sided 90 % lower bounds, calibration, confusions, worst errors first."""
    from monitor.understand.evaluate import evaluate as compare

    rows = [row for path in gold for row in _rows(path)]
    if not rows:
        raise UsageError(f"{', '.join(map(str, gold))}: no labelled rows")
    records = _rows(predictions) if predictions else list(tagged(_inputs(rows)))
    whole = compare(rows, records, worst)
    groups = {name: compare(part, records, 0) for name, part in _grouped(rows, by)}
    if as_json:
        print_json(asdict(whole) | ({"by": {name: asdict(part) for name, part in groups.items()}} if groups else {}))
    else:
        _print(whole, groups)
    if whole.missing:
        raise typer.Exit(1)


def _rows(path: Path) -> Rows:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
    rows = [_row(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if doubled := len(rows) - len({row["id"] for row in rows}):
        raise UsageError(f"{path}: {doubled} ids stand twice")
    return rows


def _row(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}:{number}: not JSON: {error.msg}") from error
    if not isinstance(row, dict) or not row.get("id"):
        raise UsageError(f"{path}:{number}: not a JSON object with an id")
    return row


def _inputs(rows: Rows) -> Iterator[str]:
    """What the tagger may see of a row: its text, never its labels."""
    keys = ("id", "title", "body", "published", "lang", "source", "source_jurisdiction", "url")
    return (json.dumps({key: row[key] for key in keys if row.get(key) is not None}) for row in rows)


def _grouped(rows: Rows, by: GroupBy | None) -> Iterable[tuple[str, Rows]]:
    if by is None:
        return []
    groups: dict[str, Rows] = {}
    for row in rows:
        groups.setdefault(str(row.get(by.value)), []).append(row)
    return sorted(groups.items())


def _print(whole: Evaluation, groups: Mapping[str, Evaluation]) -> None:
    def cell(value: float | None) -> str:
        return "" if value is None else f"{value:.3f}"

    rates = [[name, cell(r.precision), cell(r.recall), cell(r.score), cell(r.low), str(r.n)] for name, r in whole.rates.items()]
    table(f"{whole.documents} documents, {whole.relevant} relevant", ["field", "precision", "recall", "score", "low 90 %", "n"], rates)
    out = console()
    out.print(f"\nfalse alerts per 100 irrelevant documents: {whole.false_alerts:.1f}   calibration error: {whole.calibration_error:.3f}")
    if groups:
        names = list(whole.rates)
        lines = [[g, str(e.documents), f"{e.false_alerts:.1f}", *[cell(e.rates[n].score) for n in names]] for g, e in groups.items()]
        table("\nBy group", ["group", "n", "false/100", *names], lines)
    for field, pairs in whole.confusions.items():
        if pairs:
            table(f"\n{field}: most frequent confusions", ["labelled", "tagged", "n"], [[a, b, str(n)] for a, b, n in pairs])
    for miss in whole.worst:
        out.print(f"\n{miss.id}: {len(miss.wrong)} fields wrong")
        for field, wanted, got in miss.wrong:
            out.print(f"  {field}: labelled {wanted}, tagged {got}")


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(evaluate)
