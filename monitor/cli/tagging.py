"""The tag command: JSON lines in, JSON lines out, no database, no network."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import UsageError


def tag(
    file: Annotated[Path | None, typer.Argument(help="JSON lines (or one JSON object); default: standard input.")] = None,
) -> None:
    """Tag texts: one JSON object per line in, one tag record per line out, in order."""
    from monitor.catalog import load_catalog
    from monitor.understand.tag import tag_lines

    failed = False
    try:
        handle = file.open(encoding="utf-8", errors="surrogateescape") if file else sys.stdin
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from error
    with handle:
        for record in tag_lines(handle, load_catalog()):
            failed = failed or "error" in record
            sys.stdout.write(json.dumps(record, ensure_ascii=False) + "\n")
            sys.stdout.flush()
    if failed:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(tag)
