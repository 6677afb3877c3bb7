"""Commands about the inventory: import it from a file, a bill of materials or a repository; show it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import AsOfOption, JsonFlag, console, note, print_json
from monitor.cli.scanning import scan
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.catalog.inventory import Unknown
    from monitor.model import Team

LISTS = (".yaml", ".yml", ".csv", ".xlsx", ".xlsm")


def import_inventory(  # noqa: PLR0913, PLR0917 - each option of a command is an argument
    path: Annotated[Path, typer.Argument(help="inventory.yaml, CSV or XLSX; an SBOM in JSON; or a repository's folder.")],
    team: Annotated[str, typer.Option("--team", help="Whose it is; for an SBOM or a folder.")] = "",
    system: Annotated[str, typer.Option("--system", help="Which system it is; default: the folder's name.")] = "",
    called_from: Annotated[list[str] | None, typer.Option("--in", help="Where the system calls from: CN,HK or repeated.")] = None,
    users_in: Annotated[list[str] | None, typer.Option("--users-in", help="Where its users are, if elsewhere.")] = None,
    merge: Annotated[bool, typer.Option("--merge", help="Keep the teams that the file does not name.")] = False,
    skip_unknown: Annotated[bool, typer.Option("--skip-unknown", help="List providers that nobody knows and import the others.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Store who depends on what. A second import of the same changes nothing; what changes is shown."""
    from monitor.inventory.change import Scanned, with_scan, with_teams
    from monitor.inventory.manifests import manifest_kind

    if path.suffix.lower() in LISTS and not path.is_dir() and manifest_kind(path.name) is None:
        if team or system or called_from or users_in:
            raise UsageError("--team, --system, --in and --users-in are for an SBOM or a folder; this file says them itself")
        teams, unknown = _listed(path, skip_unknown)
        _store(lambda known: with_teams(known, teams, merge=merge), dry_run, as_json, {"unknown": [str(one) for one in unknown]})
        return
    if not team:
        raise UsageError(f"{path}: say whose it is: --team NAME, and where it calls from: --in CN")
    places = [_places(codes) for codes in (called_from, users_in)]
    whole = path.resolve()
    scanned = Scanned(team, system or (whole.name if path.is_dir() else whole.stem) or "system", *places)
    if not any(places):
        raise UsageError("say where the system calls from, --in CN, or where its users are, --users-in CN: events hit places")
    _, detection = scan(path)
    asked = [f"{question.asks} [{question.id}]" for question in detection.questions]
    told = {"unknown": asked, "skipped": [f"{skipped.path}: {skipped.why}" for skipped in detection.skipped]}
    if not detection.uses:
        why = "".join(f"\n{line}" for line in (*asked, *told["skipped"]))
        raise UsageError(f"{path}: nothing recognised in {detection.files} files, so nothing was imported{why}")
    _store(lambda known: with_scan(known, scanned, detection), dry_run, as_json, told)


def _listed(path: Path, skip_unknown: bool) -> tuple[Sequence[Team], Sequence[Unknown]]:
    from monitor.catalog import load_catalog
    from monitor.catalog.inventory import read_inventory, refuse_unknown

    inventory = read_inventory(path, load_catalog())
    if not skip_unknown:
        refuse_unknown(inventory.unknown)
    return inventory.teams, inventory.unknown


def _places(codes: list[str] | None) -> tuple[str, ...]:
    from monitor.catalog import checked_place

    return tuple(dict.fromkeys(checked_place(code) for text in codes or () for code in text.replace(",", " ").split()))


def _store(change: Callable[[tuple[Team, ...]], Sequence[Team]], dry_run: bool, as_json: bool, told: dict[str, list[str]]) -> None:
    """Apply a change to the stored teams, unless it is a dry run, and tell what it changes."""
    from monitor.catalog import load_channels
    from monitor.inventory.change import difference
    from monitor.settings import load_settings
    from monitor.store import open_store
    from monitor.store.inventory import change_inventory, inventory_as_of

    settings = load_settings()
    channels = load_channels(settings.channels)
    with closing(open_store(settings.store_url)) as store:
        with store.read() as tx:
            before = inventory_as_of(tx, None)
        if not dry_run:
            with store.write() as tx:
                change_inventory(tx, change, settings.clock())
        after = change(before)
    lines, systems = difference(before, after), [system for team in after for system in team.systems]
    counts = {"teams": len(after), "systems": len(systems), "dependencies": sum(len(s.dependencies) for s in systems)}
    if as_json:
        print_json(counts | {"changes": lines, "dry_run": dry_run} | told)
        return
    for line in lines:
        console().print(Text(line, style={"+": "green", "-": "red"}.get(line[0], "yellow")))
    for kind, listed in told.items():
        for line in listed:
            note(f"{kind}: {line}")
    for warning in _untold(after, channels, settings.channels):
        note(warning)
    verb = "would be" if dry_run else "imported" if lines else "unchanged:"
    console().print(f"{verb} " + ", ".join(f"{n} {what}" for what, n in counts.items()))


def _untold(teams: Sequence[Team], channels: Collection[str], file: Path) -> Iterator[str]:
    """Who would hear nothing, and what to do about it."""
    for team in teams:
        if not team.recipients:
            yield f"team {team.id} has no recipients: nobody is told; see docs/inventory.md"
    for name in sorted({who.channel for team in teams for who in team.recipients if who.channel} - set(channels)):
        yield f"channel {name} is not set up in {file}: nothing is sent to it; see docs/channels.md"


def show(as_of: AsOfOption = None, as_json: JsonFlag = False) -> None:
    """The stored inventory as YAML, fit to be edited and imported again."""
    from monitor.catalog.yaml_file import written
    from monitor.freshness import parse_as_of
    from monitor.settings import load_settings
    from monitor.store import open_store
    from monitor.store.inventory import inventory_as_of

    settings = load_settings()
    with closing(open_store(settings.store_url)) as store, store.read() as tx:
        teams = inventory_as_of(tx, parse_as_of(as_of, settings.clock()) if as_of else None)
    plain = {"teams": [team.model_dump(mode="json", exclude_defaults=True) for team in teams]}
    if as_json:
        print_json(plain)
    else:
        sys.stdout.write(written(plain))


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    inventory = typer.Typer(help="Who depends on what.", no_args_is_help=True)
    inventory.command("import")(import_inventory)
    inventory.command()(show)
    app.add_typer(inventory, name="inventory")
