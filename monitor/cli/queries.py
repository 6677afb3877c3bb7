"""Commands that ask: risk, history, events, documents."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import AsOfOption, InOption, JsonFlag, console, level_text, print_json, table

if TYPE_CHECKING:
    from monitor.answers.history import Change
    from monitor.answers.reader import Reader
    from monitor.answers.shapes import Risk

LimitOption = Annotated[int, typer.Option("--limit", min=1, max=500, help="How many at most.")]
CursorOption = Annotated[str | None, typer.Option("--cursor", help="Where the next page begins, from `next_cursor`.")]


def _reader() -> Reader:
    from monitor.answers.reader import open_reader
    from monitor.settings import load_settings

    return open_reader(load_settings())


def risk(
    provider: Annotated[str, typer.Argument(help="Provider id, e.g. openai.")],
    place: InOption = None,
    as_of: AsOfOption = None,
    explain: Annotated[bool, typer.Option("--explain", help="With the quotes behind every point.")] = False,
    since: Annotated[str | None, typer.Option("--since", help="And why it is not what it was at this day or instant.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Score of a provider in a jurisdiction, with factors that sum to it and alternatives."""
    from monitor.answers.history import since as moved_since

    reader = _reader()
    answer = reader.risk(provider, place, reader.instant(as_of))
    change = moved_since(reader, answer, reader.instant(since)) if since else None
    if as_json:
        shown = answer if explain else without_evidence(answer)
        print_json(shown.model_dump(mode="json") | {"change": change.model_dump(mode="json")} if change else shown)
        return
    _print_risk(answer, reader, explain)
    if change:
        _print_change(change)


def history(
    provider: Annotated[str, typer.Argument(help="Provider id, e.g. openai.")],
    place: InOption = None,
    first: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="The first day; default: 30 days before the last.")
    ] = None,
    last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="The last day; default: today.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """A provider's score day by day, as it was known then, and what moved it."""
    from monitor.answers.history import history as told

    reader = _reader()
    answer = told(reader, provider, place, first and first.date(), last and last.date())
    if as_json:
        print_json(answer)
        return
    days = answer.items
    name = reader.catalog.providers[provider].name
    out = console()
    out.print(
        Text(f"{name} in {answer.jurisdiction}, {days[0].day} to {days[-1].day}, methodology {answer.methodology_version}", style="bold")
    )
    out.print(Text.assemble(f"  {days[0].day}  {days[0].score:>3} ", level_text(days[0].level)))
    for change in answer.changes:
        _print_change(change)
    if answer.stale:
        out.print(Text("  STALE: no source has been read in the last 48 hours", style="bold yellow"))


def _print_change(change: Change) -> None:
    out = console()
    moved = f"{change.after - change.before:+d}" if change.after != change.before else "±0"
    out.print(Text(f"  {change.until:%Y-%m-%d}  {change.after:>3}  {moved} since {change.since:%Y-%m-%d %H:%M} UTC", style="bold"))
    for cause in change.causes:
        out.print(Text(f"       {cause.points:+d}  {cause.why}  [{cause.event}]"))


def without_evidence(answer: Risk) -> Risk:
    """The same answer without the quotes behind factors and offers."""
    factors = tuple(f.model_copy(update={"evidence": ()}) for f in answer.factors)
    others = tuple(
        a.model_copy(update={"offers": tuple(o.model_copy(update={"evidence": ()}) for o in a.offers)}) for a in answer.alternatives
    )
    return answer.model_copy(update={"factors": factors, "alternatives": others})


def _print_risk(answer: Risk, reader: Reader, explain: bool) -> None:
    out = console()
    name = reader.catalog.providers[answer.provider].name
    out.print(
        Text.assemble(
            (f"{name} in {answer.jurisdiction}: ", "bold"),
            f"{answer.score} ",
            level_text(answer.level),
            f"   as of {answer.as_of:%Y-%m-%d %H:%M} UTC, methodology {answer.methodology_version}",
        )
    )
    for factor in answer.factors:
        out.print(Text(f"  {factor.points:>3}  {factor.why}  [{factor.event}]"))
        for proof in factor.evidence if explain else ():
            out.print(Text(f"       “{proof.quote}” {proof.url}", style="dim"))
    for other in answer.alternatives:
        terms = ", ".join(f"{offer.kind} {offer.amount or ''}".strip() for offer in other.offers) or "no known offer"
        terms += ", same client" if other.effort == "configuration" else ""
        terms += "" if other.availability == "stated" else ", not confirmed that it serves there"
        out.print(Text(f"  alternative  {reader.catalog.providers[other.provider].name} ({other.score} {other.level}): {terms}"))
    for unknown in answer.unknowns:
        out.print(Text(f"  unknown  {unknown}", style="yellow"))
    if answer.stale:
        out.print(Text("  STALE: no source has been read in the last 48 hours", style="bold yellow"))


def events(
    provider: Annotated[str | None, typer.Option("--provider", help="Only events that name this provider.")] = None,
    place: InOption = None,
    as_of: AsOfOption = None,
    limit: LimitOption = 50,
    cursor: CursorOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Known measures, the most severe first."""
    from monitor.answers.reader import EventQuery

    reader = _reader()
    page = reader.events(EventQuery(provider, place, reader.instant(as_of), limit, cursor))
    if as_json:
        print_json(page)
        return
    rows = [(level_text(e.severity), e.stage, str(e.dates.effective or ""), e.title, str(e.origins), e.id) for e in page.items]
    table(f"{len(rows)} events", ("SEVERITY", "STAGE", "EFFECTIVE", "WHAT", "ORIGINS", "ID"), rows)


def documents(
    source: Annotated[str | None, typer.Option("--source", help="Only documents of this source.")] = None,
    provider: Annotated[str | None, typer.Option("--provider", help="Only documents that name this provider.")] = None,
    as_of: AsOfOption = None,
    limit: LimitOption = 50,
    cursor: CursorOption = None,
    as_json: JsonFlag = False,
) -> None:
    """What was read, newest first."""

    reader = _reader()
    known_at = reader.instant(as_of) if as_of else None
    page = reader.documents(source=source, provider=provider, as_of=known_at, limit=limit, cursor=cursor)
    if as_json:
        print_json(page)
        return
    rows = [(f"{d.published_at or d.retrieved_at:%Y-%m-%d}", d.source, d.lang, d.title, d.id, d.url) for d in page.items]
    table(f"{len(rows)} documents", ("DAY", "SOURCE", "LANG", "TITLE", "ID", "URL"), rows)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (risk, history, events, documents):
        app.command()(command)
