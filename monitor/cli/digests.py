"""Commands about the digest mail."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from monitor.cli.output import JsonFlag, note, print_json


class MailFormat(StrEnum):
    """Which part of the mail to print."""

    text = "text"
    html = "html"
    eml = "eml"


def preview(
    to: Annotated[str, typer.Option("--to", help="A recipient of the inventory.")],
    at: Annotated[str | None, typer.Option("--at", help="The instant the digest would be composed; default: now.")] = None,
    part: Annotated[MailFormat, typer.Option("--format", help="text, html or eml.")] = MailFormat.text,
    alert: Annotated[bool, typer.Option("--alert", help="The alert that would interrupt now, instead of the digest.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Print the digest of a recipient's slot, or the alert, without sending anything."""
    from monitor.freshness import parse_as_of
    from monitor.pipeline import mailing, open_world, preview_alert
    from monitor.settings import load_settings

    settings = load_settings()
    with open_world(settings) as world:
        shows = preview_alert if alert else mailing.preview
        found = shows(world, to, parse_as_of(at, settings.clock()))
    if isinstance(found, str):
        print_json({"skipped": found})
    elif as_json:
        print_json({"subject": found.subject, "text": found.text, "html": found.html, "message_id": found.message_id})
    else:
        from monitor.inform.mail import message

        shown = {"text": found.text, "html": found.html}.get(part.value)
        sys.stdout.write(shown if shown is not None else message(found, settings.mail_from, parse_as_of(at, settings.clock())).decode())


def send(as_json: JsonFlag = False) -> None:
    """Compose the digests that are due and hand queued mails over; an unreachable server leaves them queued."""
    from monitor.logs import configure_logs
    from monitor.pipeline import deliver, open_world
    from monitor.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log)
    with open_world(settings) as world:
        counts = deliver(world)
    if as_json:
        print_json(counts)
    else:
        note(", ".join(f"{what} {n}" for what, n in counts.items()))
    if counts["failed"] or counts["waiting"]:
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    digest = typer.Typer(help="The digest mail.", no_args_is_help=True)
    digest.command()(preview)
    digest.command()(send)
    app.add_typer(digest, name="digest")
