"""Keys and addresses that are given out: to somebody who may decide over HTTP, to a team that subscribes."""

from __future__ import annotations

from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated

import typer
from pydantic import ValidationError

from monitor.cli.output import JsonFlag, note, print_json
from monitor.errors import UsageError

TeamOption = Annotated[str | None, typer.Option("--team", help="Instead of a name: the addresses of this team's calendar and Atom feed.")]


def token(
    name: Annotated[str | None, typer.Argument(help="Who gets the key; decisions made with it carry this name.")] = None,
    team: TeamOption = None,
    renew: Annotated[bool, typer.Option("--renew", help="New addresses for the team; the old ones are void.")] = False,
    revoke: Annotated[bool, typer.Option("--revoke", help="The team's addresses are void, and there are no new ones.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Make a key with which somebody may record decisions over HTTP (shown once, stored nowhere), or show what a team subscribes to."""
    if (name is None) == (team is None) or ((renew or revoke) and team is None) or (renew and revoke):
        raise UsageError("write forewarned token NAME, or forewarned token --team TEAM with --renew or --revoke if wanted")
    if team is not None:
        _subscribe(team, renew, revoke, as_json)
    elif name is not None:
        _key(name, as_json)


def _key(name: str, as_json: bool) -> None:
    from monitor.settings import Settings

    key = token_urlsafe(32)
    entry = f"{name.strip()}:{sha256(key.encode()).hexdigest()}"
    try:
        Settings.model_validate({"editor_keys": entry})
    except ValidationError as error:
        raise UsageError(f"{name!r} is no name for a key: it must not be blank or hold a colon or comma") from error
    if as_json:
        print_json({"key": key, "setting": entry})
        return
    typer.echo(f"key      {key}\nsetting  {entry}")
    note("Add the setting to FOREWARNED_EDITOR_KEYS and start the service anew; send the key as `Authorization: Bearer KEY`.")


def _subscribe(team: str, renew: bool, revoke: bool, as_json: bool) -> None:
    from monitor.pipeline import channels, open_world
    from monitor.settings import load_settings

    with open_world(load_settings(), with_sources=False) as world:
        if revoke:
            channels.take_back(world, team)
            given = None
        else:
            given = channels.give_out(world, team, renew=renew)
    if as_json:
        print_json(given or {"revoked": team})
    elif given is None:
        note(f"the addresses of {team} are void")
    else:
        typer.echo(f"calendar  {given.calendar}\nfeed      {given.feed}")
        note("Whoever knows an address can read it; --renew replaces both, --revoke takes them back.")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    app.command()(token)
