"""Commands for compliance reviews."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.output import AsOfOption, JsonFlag, note, print_json, writing
from monitor.errors import UsageError


def dossier(
    providers: Annotated[list[str], typer.Argument(help="Provider ids, side by side.")],
    place: Annotated[str, typer.Option("--in", help="Jurisdiction: ISO 3166-1 alpha-2, or EU.")],
    as_of: AsOfOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="FILE.html, or FILE.json.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Vendors side by side for a review: score, measures, deadlines, proof, alternatives, versions."""
    from monitor.answers.dossiers import compile_dossier
    from monitor.answers.reader import open_reader
    from monitor.comply.dossier import canonical_json
    from monitor.inform.render import render
    from monitor.settings import load_settings

    if out is not None and out.suffix.lower() not in (".html", ".htm", ".json"):
        raise UsageError(f"--out {out}: the name must end in .html or .json")
    reader = open_reader(load_settings())
    found = compile_dossier(reader, tuple(dict.fromkeys(providers)), place, reader.instant(as_of))
    if out is None or as_json:
        print_json(found)
    if out is not None:
        with writing(out):
            out.parent.mkdir(parents=True, exist_ok=True)
            out.write_text(canonical_json(found) if out.suffix.lower() == ".json" else render("dossier.html", dossier=found), "utf-8")
        note(f"written {out} (digest {found.digest})")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    review = typer.Typer(help="Compliance reviews.", no_args_is_help=True)
    # A group keeps its name on the command line only when it holds a callback or several commands.
    review.callback()(_group)
    review.command()(dossier)
    app.add_typer(review, name="review")


def _group() -> None:
    """Compliance reviews."""
