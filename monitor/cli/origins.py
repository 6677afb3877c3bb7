"""Commands about origins: who really told an event, why documents count as one, and what an analyst decides about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import AsOfOption, JsonFlag, console, print_json

if TYPE_CHECKING:
    from monitor.answers.origins import DecisionShape, OriginShape
    from monitor.answers.reader import Reader
    from monitor.model import OriginDecision
    from monitor.pipeline import World

ByOption = Annotated[str, typer.Option("--by", metavar="NAME", help="Who decides.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; it is shown with every answer that rests on it.")]
DocumentsArgument = Annotated[list[str], typer.Argument(metavar="DOCUMENT...", help="Document ids, from `forewarned documents`.")]


def show(
    key: Annotated[str, typer.Argument(metavar="ID", help="A document or an event.")], as_of: AsOfOption = None, as_json: JsonFlag = False
) -> None:
    """Who told an event independently, or with which documents one counts as one origin; each with the reason."""
    from monitor.answers.origins import origins_of

    reader = _reader()
    answer = origins_of(reader, key, reader.instant(as_of))
    if as_json:
        print_json(answer)
        return
    for origin in answer.origins:
        _print_origin(origin)
    _print_decisions(answer.decisions)


def decisions(as_of: AsOfOption = None, as_json: JsonFlag = False) -> None:
    """Every decision about origins, the latest first."""
    from monitor.answers.origins import decisions as decided

    reader = _reader()
    found = decided(reader, reader.instant(as_of))
    if as_json:
        print_json({"items": [one.model_dump(mode="json") for one in found]})
    else:
        _print_decisions(found)


def same(documents: DocumentsArgument, by: ByOption, reason: ReasonOption, as_json: JsonFlag = False) -> None:
    """Decide that these documents are one origin."""
    from monitor.pipeline.deciding import decide

    _decided(lambda world: decide(world, "same", documents, by, reason), as_json)


def apart(
    documents: DocumentsArgument,
    by: ByOption,
    reason: ReasonOption,
    group: Annotated[bool, typer.Option("--group", help="Undo the whole group: all that one document now counts as one with.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Decide that each of these documents is an origin of its own; a single one repeats nobody, whatever is found."""
    from monitor.pipeline.deciding import decide

    named = [name for key in documents for name in _group(key)] if group else documents
    _decided(lambda world: decide(world, "apart", named, by, reason), as_json)


def undo(
    number: Annotated[int, typer.Argument(help="The decision, from `forewarned origins decisions`.")],
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """Take a decision back, also one that took another back."""
    from monitor.pipeline.deciding import undo as take_back

    _decided(lambda world: take_back(world, number, by, reason), as_json)


def _reader() -> Reader:
    from monitor.answers.reader import open_reader
    from monitor.settings import load_settings

    return open_reader(load_settings())


def _group(key: str) -> list[str]:
    from monitor.answers.origins import origins_of

    reader = _reader()
    return [one.id for origin in origins_of(reader, key, reader.instant(None)).origins for one in origin.documents]


def _decided(work: Callable[[World], tuple[OriginDecision, int]], as_json: bool) -> None:
    from monitor.pipeline import open_world
    from monitor.settings import load_settings

    with open_world(load_settings(), with_sources=False) as world:
        decision, revisions = work(world)
    if as_json:
        print_json({"decision": decision.model_dump(mode="json"), "event_revisions": revisions})
    else:
        console().print(Text(f"decision {decision.number} recorded; {revisions} event revisions"))


def _print_origin(origin: OriginShape) -> None:
    out = console()
    count = len(origin.documents)
    aside = "" if origin.counts else ", not counted"
    out.print(Text(f"{origin.name}: {count} document{'s' if count > 1 else ''}{aside}", style="bold"))
    for one in origin.documents:
        told = one.published_at or one.retrieved_at
        out.print(Text(f"  {one.id}  {told:%Y-%m-%d %H:%M}  {one.source}  {one.title}", style="" if one.asked else "dim"))
        out.print(Text(f"      {one.why}", style="dim"))


def _print_decisions(found: list[DecisionShape]) -> None:
    for one in found:
        what = f"undoes {one.undoes}" if one.undoes else f"{one.verdict} {' '.join(one.documents)}"
        line = f"decision {one.number}  {one.recorded_at:%Y-%m-%d %H:%M}  {what}  {one.author}: {one.reason}"
        console().print(Text(line if one.holds else f"{line}  (undone)", style="" if one.holds else "dim"))


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    origins = typer.Typer(help="Who really told it: independent origins, their copies, and decisions about them.", no_args_is_help=True)
    for command in (show, same, apart, undo, decisions):
        origins.command()(command)
    app.add_typer(origins, name="origins")
