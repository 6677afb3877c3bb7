"""Commands about channels: which there are and how they fare, and trying one out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import JsonFlag, note, print_json, table

if TYPE_CHECKING:
    from monitor.answers.ways import ChannelShape

_STYLE = {"open": "green", "closed": "bold red", "unknown": "bold yellow"}


def listed(as_json: JsonFlag = False) -> None:
    """The channels of channels.yaml and of the inventory, with what became of their messages."""
    from monitor.answers.reader import open_reader
    from monitor.answers.ways import channels_answer
    from monitor.catalog import load_channels
    from monitor.settings import load_settings

    settings = load_settings()
    channels = load_channels(settings.channels)
    answer = channels_answer(open_reader(settings).store, channels)
    if as_json:
        print_json(answer)
        return
    head = ("NAME", "KIND", "WHERE", "STATE", "TEAMS", "MESSAGES")
    table(f"channels: {len(channels)} set up", head, [_line(one) for one in answer.items])
    for one in answer.items:
        if one.state == "closed":
            note(f"{one.name}: {one.reason}; forewarned channel test {one.name} opens it again when it takes a message")
        elif one.state == "unknown":
            note(f"{one.name}: {one.reason}")


def _line(one: ChannelShape) -> tuple[str | Text, ...]:
    counts = ", ".join(f"{count} {state}" for state, count in one.counts.items()) or "none yet"
    return (one.name, one.kind or "", one.where, Text(one.state, style=_STYLE[one.state]), ", ".join(one.teams), counts)


def tried(name: Annotated[str, typer.Argument(help="A channel of channels.yaml, or a mail address.")], as_json: JsonFlag = False) -> None:
    """Send a message that is marked as a test, in exactly the way of a warning, and say how it ended."""
    from monitor.logs import configure_logs
    from monitor.pipeline import open_world
    from monitor.pipeline.notifying import try_out
    from monitor.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log)
    with open_world(settings, with_sources=False) as world:
        ended = try_out(world, name)
    if as_json:
        print_json(ended)
    else:
        status = f" (HTTP {ended.status})" if ended.status else ""
        note(f"{name}: {ended.state}{status}{f': {ended.reason}' if ended.reason else ''}; {ended.delivery}")
    if ended.state != "sent":
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    channel = typer.Typer(help="Webhooks and chats that are told.", no_args_is_help=True)
    channel.command("list")(listed)
    channel.command("test")(tried)
    app.add_typer(channel, name="channel")
