"""Commands about sources: how each is doing, what a poll would find, and lists of feed readers in and out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import JsonFlag, console, note, print_json, table, writing
from monitor.model import SourceFormat

if TYPE_CHECKING:
    from monitor.answers.reader import Reader
    from monitor.answers.shapes import SourceShape
    from monitor.catalog.opml import Imported
    from monitor.pipeline.probing import Probe

_STATE_STYLE = {"failing": "red", "gone": "bold red", "quiet": "yellow", "empty": "yellow", "never": "dim"}


def _reader() -> Reader:
    from monitor.answers.reader import open_reader
    from monitor.settings import load_settings

    return open_reader(load_settings())


def listed(context: typer.Context, as_json: JsonFlag = False) -> None:
    """Every source with its health; `test`, `show`, `import` and `export` do more."""
    if context.invoked_subcommand is not None:
        return
    page = _reader().sources()
    if as_json:
        print_json(page)
        return
    columns = ("ID", "STATE", "REASON", "LAST SUCCESS", "USUAL", "LAST ITEM", "DOCS", "ALERTS", "URL")
    table(f"{len(page.items)} sources", columns, [_line(source) for source in page.items])
    if any(source.alerts for source in page.items):
        note("what an alert means and what to do: forewarned sources show ID")


def _line(source: SourceShape) -> tuple[str | Text, ...]:
    from monitor.answers.health import span

    return (
        source.id,
        Text(source.state, style=_STATE_STYLE.get(source.state, "")),
        source.reason or "",
        f"{source.last_success_at:%Y-%m-%d %H:%M}" if source.last_success_at else "never",
        span(source.usual_gap_s) if source.usual_gap_s else "",
        f"{source.last_item_at:%Y-%m-%d}" if source.last_item_at else "",
        str(source.documents),
        Text(" ".join(source.alerts), style="yellow"),
        source.url,
    )


def show(source: Annotated[str, typer.Argument(help="Source id.")], as_json: JsonFlag = False) -> None:
    """All about how one source is doing, and what to do."""
    health = _reader().source_health(source)
    if as_json:
        print_json(health)
        return
    shown = health.model_dump(mode="json", exclude={"alert_details", "alerts", "last_failure", "asks_for", "data_as_of", "stale"})
    _print_fields({name: value for name, value in shown.items() if value not in (None, "")})
    if health.last_failure:
        failed = health.last_failure
        polls = "1 poll" if failed.polls == 1 else f"{failed.polls} polls"
        _print_fields({"last_failure": f"{failed.reason}, {polls}, until {failed.until:%Y-%m-%d %H:%M} UTC"})
    for alert in health.alert_details:
        console().print(Text(f"{alert.level}: {alert.text}", style="bold yellow" if alert.level == "warning" else "yellow"))


def try_source(
    target: Annotated[str, typer.Argument(metavar="URL", help="A URL, or the id of a listed source.")],
    kind: Annotated[str | None, typer.Option("--format", help="feed, page or federal_register; default: as listed, else feed.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Fetch and parse a source now as a poll would, and store nothing; exit code 1 when it gives nothing."""
    from monitor.catalog import load_sources
    from monitor.pipeline.probing import probe
    from monitor.settings import load_settings

    settings = load_settings()
    found = probe(target, _format_of(kind), load_sources(settings.feeds), settings)
    if as_json:
        print_json(found)
    else:
        _print_probe(found)
    if found.reason is not None:
        raise typer.Exit(1)


def _format_of(kind: str | None) -> SourceFormat | None:
    from typing import get_args

    from monitor.errors import UsageError

    for known in get_args(SourceFormat):
        if known == kind:
            return known  # type: ignore[no-any-return]
    if kind is not None:
        raise UsageError(f"--format {kind}: use one of {', '.join(get_args(SourceFormat))}")
    return None


def _print_probe(found: Probe) -> None:
    asks = found.asks_for
    hints = [f"every {asks.wait_s} s" if asks.wait_s else "", f"not at hours {asks.skip_hours} UTC" if asks.skip_hours else ""]
    hints += [f"not on weekdays {asks.skip_days} (0 is Monday)" if asks.skip_days else ""]
    moved = " → ".join(found.redirects)
    _print_fields(
        {
            "state": f"{found.state} {found.reason or ''}".strip(),
            "why": found.detail,
            "means": found.meaning,
            "do": found.action,
            "status": found.status,
            "redirected": moved,
            "moved for good": found.permanent_url,
            "etag": found.etag,
            "last_modified": found.last_modified,
            "body": f"{found.bytes:,} bytes, {found.content_type or 'no content type'}" if found.bytes else "",
            "format": found.format,
            "entries": found.entries if found.reason is None else "",
            "usual_gap_s": found.usual_gap_s,
            "asks_for": ", ".join(hint for hint in hints if hint),
            "max_age_s": found.max_age_s,
            "next_poll": f"{found.next_poll_at:%Y-%m-%d %H:%M:%S} UTC" if found.next_poll_at else "never",
            "robots": found.robots,
            "warning": found.warning,
        }
    )
    for entry in found.newest:
        day = f"{entry.published_at:%Y-%m-%d %H:%M}" if entry.published_at else "undated"
        console().print(Text(f"  {day:<16}  {entry.title}"))


def _print_fields(fields: dict[str, object]) -> None:
    for name, value in fields.items():
        if value not in (None, ""):
            console().print(Text.assemble((f"{name.replace('_', ' '):<16}", "dim"), str(value)))


def export_sources(
    file: Annotated[Path, typer.Option("--opml", help="Where the OPML file goes; - is stdout.")], as_json: JsonFlag = False
) -> None:
    """Write the listed sources as OPML, which any feed reader takes."""
    from monitor.catalog import export_opml, load_sources
    from monitor.settings import load_settings

    sources = load_sources(load_settings().feeds)
    text = export_opml(sources)
    if str(file) == "-":
        typer.echo(text, nl=False)
        return
    with writing(file, "--opml"):
        file.write_text(text, "utf-8")
    if as_json:
        print_json({"file": str(file), "sources": len(sources)})
    else:
        note(f"{len(sources)} sources written to {file}")


def import_sources(
    file: Annotated[Path, typer.Argument(help="An OPML file.")],
    append: Annotated[bool, typer.Option("--append", help="Add the entries to feeds.yaml instead of printing them.")] = False,
    own: Annotated[bool, typer.Option("--own", help="We exported this file: take kind, reliability, family and private from it.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Print entries for feeds.yaml from a feed reader's list; exit code 1 when some outline is no valid feed."""
    from monitor.catalog import append_sources, entries_text, import_opml, load_sources, read_opml
    from monitor.settings import load_settings

    feeds = load_settings().feeds
    result = import_opml(read_opml(file), file, load_sources(feeds), own=own)
    if append and result.added:
        append_sources(feeds, result.added)
    if as_json:
        print_json(_imported(result))
    else:
        if not append:
            typer.echo(entries_text(result.added), nl=False)
        for what, outlines in (("duplicate", result.duplicates), ("invalid", result.invalid)):
            for outline in outlines:
                note(f"{what}: {outline.why}: {outline.url}")
        note(f"{len(result.added)} new, {len(result.duplicates)} duplicate, {len(result.invalid)} invalid")
    if result.invalid:
        raise typer.Exit(1)


def _imported(result: Imported) -> dict[str, object]:
    from dataclasses import asdict

    from monitor.catalog.sources import source_row

    duplicates, invalid = ([asdict(outline) for outline in outlines] for outlines in (result.duplicates, result.invalid))
    return {"added": [source_row(source) for source in result.added], "duplicates": duplicates, "invalid": invalid}


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    sources = typer.Typer(help="Every source with its health; test one, or exchange lists with feed readers.", invoke_without_command=True)
    sources.callback()(listed)
    sources.command()(show)
    sources.command("test")(try_source)
    sources.command("export")(export_sources)
    sources.command("import")(import_sources)
    app.add_typer(sources, name="sources")
