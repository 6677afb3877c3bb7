"""How commands show things: JSON documents and tables on stdout, progress on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from monitor.errors import UsageError

JsonFlag = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
AsOfOption = Annotated[str | None, typer.Option("--as-of", help="A day (its end, UTC) or an instant: what was known then.")]
InOption = Annotated[str | None, typer.Option("--in", help="Jurisdiction: ISO 3166-1 alpha-2, or EU.")]
PIPE_WIDTH = 200
LEVEL_STYLE = {"critical": "bold red", "high": "red", "medium": "yellow", "low": "cyan", "none": "dim"}


def print_json(answer: BaseModel | dict[str, Any]) -> None:
    """One JSON document on stdout."""
    plain = answer.model_dump(mode="json") if isinstance(answer, BaseModel) else answer
    sys.stdout.write(json.dumps(plain, ensure_ascii=False, indent=2) + "\n")


def console() -> Console:
    """Where people read results; a pipe or file has room for whole lines."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    return Console(width=width, soft_wrap=False, highlight=False, emoji=False, markup=False)


def table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str | Text]]) -> None:
    """A table on stdout; foreign text in cells is shown as it is, never read as markup."""
    shown = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim", expand=False)
    for name in columns:
        shown.add_column(name, overflow="fold")
    for row in rows:
        shown.add_row(*[cell if isinstance(cell, Text) else Text(cell) for cell in row])
    console().print(shown)


def level_text(level: str) -> Text:
    """A level as a word with its colour."""
    return Text(level.upper(), style=LEVEL_STYLE[level])


class Bars:
    """Progress bars by label; used as the pipeline's progress callback."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, Any] = {}

    def __call__(self, label: str, done: int, total: int) -> None:
        """Show `done` of `total` under `label`."""
        if label not in self._tasks:
            self._tasks[label] = self._progress.add_task(label, total=total)
        self._progress.update(self._tasks[label], completed=done, total=total)


@contextmanager
def bars() -> Iterator[Bars]:
    """Bars on stderr while the block runs; plain lines at its end where stderr is no terminal."""
    stderr = Console(stderr=True, highlight=False)
    columns = (TextColumn("{task.description:<22}"), BarColumn(bar_width=28), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=stderr) as progress:
        yield Bars(progress)


@contextmanager
def writing(path: Path, option: str = "--out") -> Iterator[None]:
    """What the caller writes to `path` in the block; UsageError when the system refuses."""
    try:
        yield
    except OSError as error:
        raise UsageError(f"{option} {path}: cannot be written: {error.strerror}") from error


def note(text: str) -> None:
    """A line for people, on stderr."""
    print(text, file=sys.stderr)
