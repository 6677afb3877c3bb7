"""Commands about alerts: what the rules would have told, before they tell anybody."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import AsOfOption, JsonFlag, level_text, note, print_json, table

if TYPE_CHECKING:
    from monitor.model import Firing
    from monitor.pipeline.rehearsing import Rehearsal


class ListFormat(StrEnum):
    """How to print a list."""

    table = "table"
    json = "json"


def preview(
    team: Annotated[str | None, typer.Option("--team", metavar="TEAM", help="Only this team; default: each.")] = None,
    days: Annotated[int, typer.Option("--days", min=1, max=3660, help="How many days to look back.")] = 90,
    as_of: AsOfOption = None,
    shown: Annotated[ListFormat, typer.Option("--format", help="table or json.")] = ListFormat.table,
    as_json: JsonFlag = False,
) -> None:
    """Every alert that the present inventory would have got, with what quiet hours and the cap would have held. Sends nothing."""
    from monitor.freshness import parse_as_of
    from monitor.pipeline import open_world
    from monitor.pipeline.rehearsing import rehearse
    from monitor.settings import load_settings

    settings = load_settings()
    with open_world(settings, with_sources=False) as world:
        found = rehearse(world, team, days, parse_as_of(as_of, settings.clock()))
    if as_json or shown is ListFormat.json:
        print_json({"items": [one.model_dump(mode="json") for one in found]})
        return
    for one in found:
        columns = ("WHEN (UTC)", "WHAT", "LEVEL", "WHY", "DEADLINE", "TO", "BECAME")
        table(f"{one.team}: would have fired {one.mails} time{'' if one.mails == 1 else 's'} in {days} days", columns, list(_rows(one)))
    if not found:
        note("no team in the inventory: forewarned inventory import FILE")


def _rows(found: Rehearsal) -> Iterator[tuple[str | Text, ...]]:
    """One line for all to whom the same became of the same at the same time."""
    for _, alike in groupby(found.items, key=lambda one: one.model_copy(update={"recipient": "", "subject": ""})):
        told = list(alike)
        first = told[0]
        to = told[0].recipient if len(told) == 1 else f"{len(told)} recipients"
        yield (
            f"{first.at:%Y-%m-%d %H:%M}", first.title, level_text(first.level), first.why, str(first.deadline or ""), to, became(first),
        )  # fmt: skip


def became(one: Firing) -> str:
    """What became of it, in words."""
    by = {"quiet_hours": "held by quiet hours", "daily_cap": "held by the cap of one new risk per provider and day", "": ""}[one.held]
    after = f"sent {one.sent_at:%Y-%m-%d %H:%M}" if one.held and one.sent_at else "sent"
    ends = {"sent": after, "digest": "told by the digest", "lapsed": "pressed no more", "waiting": "still waiting"}[one.fate]
    return f"{by}, then {ends}" if by else ends


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    alerts = typer.Typer(help="What is told at once.", no_args_is_help=True)
    alerts.callback()(lambda: None)
    alerts.command()(preview)
    app.add_typer(alerts, name="alerts")
