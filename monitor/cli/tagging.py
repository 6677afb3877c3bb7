"""The tag command: JSON lines in, JSON lines out, no database, no network."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor.cli.output import JsonFlag
from monitor.errors import UsageError

# Lines that are read before the first record is written: enough to batch the parser, few enough to stream.
BATCH = 64


def tag(
    file: Annotated[Path | None, typer.Argument(help="JSON lines (or one JSON object); default: standard input.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Add what the gate, the rules and the heads found to each record.")] = False,
    _as_json: JsonFlag = False,
) -> None:
    """Tag texts: one JSON object per line in, one tag record per line out, in order (always JSON)."""
    try:
        handle = file.open(encoding="utf-8", errors="replace") if file else sys.stdin
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    failed = False
    with handle:
        for record in tagged(handle, explain):
            failed = failed or "error" in record
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
    if failed:
        raise typer.Exit(1)


def tagged(lines: Iterable[str], explain: bool = False) -> Iterator[dict[str, Any]]:
    """One record per line, in order; a bad line gives an error record and the rest goes on."""
    from monitor.catalog import load_catalog
    from monitor.understand.explain import explained
    from monitor.understand.record import tag_record
    from monitor.understand.tag import BadRecord, Tagger, read_records

    tagger, records = Tagger(load_catalog()), read_records(lines)
    while batch := list(islice(records, BATCH)):
        judged = tagger.judged(record for record in batch if not isinstance(record, BadRecord))
        for record in batch:
            if isinstance(record, BadRecord):
                yield {"id": record.id, "error": record.error}
            else:
                look, verdict, tagging = next(judged)
                yield tag_record(record, tagging) | ({"explain": explained(look, verdict)} if explain else {})


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(tag)
