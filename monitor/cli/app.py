"""The table of commands. Heavy libraries load inside the commands that need them, never for `--help`."""

from __future__ import annotations

import typer

from monitor import __version__
from monitor.cli import (
    alerts,
    backtesting,
    channels,
    checking,
    decisions,
    digests,
    evaluating,
    exposures,
    inventories,
    operate,
    origins,
    outbox,
    queries,
    reviews,
    sources,
    tagging,
    tokens,
)

app = typer.Typer(
    name="forewarned",
    help="Warns before a policy or geopolitical event cuts into a provider you depend on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"forewarned {__version__}")
        raise typer.Exit


@app.callback()
def root(version: bool = typer.Option(False, "--version", callback=_version, is_eager=True, help="Show the version and exit.")) -> None:
    """Warns before a policy or geopolitical event cuts into a provider you depend on."""


for commands in (
    operate, checking, tagging, evaluating, queries, origins, decisions, inventories, exposures, sources, digests, alerts, channels, outbox,
    reviews, backtesting, tokens,
):  # fmt: skip
    commands.register(app)
