"""Commands about events that a person judges: what is true, what is one measure, what is right; and keys to say so over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.text import Text

from monitor.cli.origins import ByOption, ReasonOption
from monitor.cli.output import AsOfOption, JsonFlag, console, note, print_json, writing
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.answers.decisions import EventDecisionShape
    from monitor.answers.reader import Reader
    from monitor.model import EventDecision
    from monitor.pipeline import World

EventArgument = Annotated[str, typer.Argument(metavar="EVENT", help="An event id, from `forewarned events`.")]
PlacesOption = Annotated[str | None, typer.Option(metavar="PLACES", help="Comma list such as CN,HK, or none.")]
TypesOption = Annotated[str | None, typer.Option("--type", metavar="TYPES", help="The measure's type, then further natures after commas.")]
RoleOption = Annotated[
    list[str] | None, typer.Option("--role", metavar="PROVIDER=ROLE", help="A provider's part in it, or none; may be repeated.")
]


def confirm(event: EventArgument, by: ByOption, reason: ReasonOption, as_json: JsonFlag = False) -> None:
    """It is true: it needs no further origin, and no dispute that was found in texts halves it."""
    _rule(event, {"kind": "confirm", "reason": reason}, by, as_json)


def reject(
    event: EventArgument,
    by: ByOption,
    reason: ReasonOption,
    untrue: Annotated[bool, typer.Option("--untrue", help="The texts do tell it, but it is not so: no example of a bad reading.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """There is no such event: it counts nothing, is neither alerted nor told, and its record says why."""
    _rule(event, {"kind": "reject", "reason": reason, "misread": not untrue}, by, as_json)


def merge(
    event: EventArgument,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The event that is the same measure.")],
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """Both are one measure: what was known first keeps its id, and later documents of both follow."""
    _rule(event, {"kind": "merge", "reason": reason, "other": other}, by, as_json)


def split(
    event: EventArgument,
    documents: Annotated[list[str], typer.Argument(metavar="DOCUMENT...", help="The documents that tell another measure.")],
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """It is two measures: these documents are cut off, and later ones go where they fit better."""
    _rule(event, {"kind": "split", "reason": reason, "documents": documents}, by, as_json)


def correct(  # noqa: PLR0913, PLR0917 - one option per field
    event: EventArgument,
    by: ByOption,
    reason: ReasonOption,
    types: TypesOption = None,
    stage: Annotated[str | None, typer.Option(help="How far it has come.")] = None,
    effective: Annotated[str | None, typer.Option(metavar="DATE", help="The day from which it bites, or none.")] = None,
    roles: RoleOption = None,
    issuing: PlacesOption = None,
    affected: PlacesOption = None,
    as_json: JsonFlag = False,
) -> None:
    """These fields have these values, whatever documents say; what the machine reads stays visible beside them."""
    said = {
        "types": None if types is None else _listed(types),
        "stage": stage,
        "effective": effective,
        "providers": dict(_role(one) for one in roles or ()),
        "issuing": _places(issuing),
        "affected": _places(affected),
    }
    _rule(event, {"kind": "correct", "reason": reason, "correction": said}, by, as_json)


def dispute(event: EventArgument, by: ByOption, reason: ReasonOption, as_json: JsonFlag = False) -> None:
    """Whether it is true is open: it counts half and says so, until it is confirmed, rejected or this is taken back."""
    _rule(event, {"kind": "dispute", "reason": reason}, by, as_json)


def undo(
    number: Annotated[int, typer.Argument(help="The decision, from `forewarned decide list`.")],
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """Take a decision back, also one that took another back."""
    from monitor.pipeline.ruling import take_back

    _decided(lambda world: take_back(world, number, by, reason), as_json)


def listed(
    event: Annotated[str | None, typer.Option("--event", metavar="EVENT", help="Only those about this event.")] = None,
    as_of: AsOfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Every decision about events, the latest first, with what became of it."""
    from monitor.answers.decisions import decided

    reader = _reader()
    page = decided(reader, reader.instant(as_of), event)
    if as_json:
        print_json(page)
        return
    for one in page.items:
        _print_decision(one)


def export_gold(
    file: Annotated[Path, typer.Argument(help="Where the labelled rows go, as JSON lines.")], as_json: JsonFlag = False
) -> None:
    """Write what was confirmed, corrected or rejected as labelled texts, for `forewarned evaluate`."""
    from monitor.answers.gold import gold_rows

    gold = gold_rows(_reader())
    with writing(file, "FILE"):
        file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in gold.rows), "utf-8")
    if as_json:
        print_json({"rows": len(gold.rows), "left_out": gold.left_out})
    else:
        console().print(Text(f"{len(gold.rows)} labelled texts written to {file}"))
    if gold.left_out:
        note(f"{gold.left_out} left out: not all that they tell is decided, or nobody can say which text was misread")


def _role(said: str) -> tuple[str, str]:
    provider, equals, role = said.partition("=")
    if not provider or not equals:
        raise UsageError(f"--role {said}: write PROVIDER=ROLE, such as openai=restricting, or PROVIDER=none")
    return provider.strip(), role.strip()


def _places(said: str | None) -> list[str] | None:
    return None if said is None else [] if said.strip().casefold() == "none" else _listed(said.upper())


def _listed(said: str) -> list[str]:
    return [one.strip() for one in said.split(",") if one.strip()]


def _rule(event: str, said: dict[str, Any], by: str, as_json: bool) -> None:
    from monitor.model import DecisionRequest
    from monitor.pipeline.ruling import rule

    try:
        request = DecisionRequest.model_validate(said)
    except ValidationError as error:
        raise UsageError("; ".join(dict.fromkeys(_impossible(one) for one in error.errors()))) from error
    _decided(lambda world: rule(world, event, request, by), as_json)


def _impossible(error: Any) -> str:
    """What is wrong with one value; a value with two forms is told as one."""
    where = [str(part) for part in error["loc"] if part != "correction"]
    if where[0] == "effective":
        return f"effective: {error['input']!r} is no day; write YYYY-MM-DD, or none"
    return f"{'.'.join(where[: 2 if where[0] == 'providers' else 1])}: {error['input']!r}: {error['msg']}"


def _decided(work: Callable[[World], tuple[EventDecision, int]], as_json: bool) -> None:
    from monitor.answers.decisions import shape_of
    from monitor.answers.reader import Reader
    from monitor.pipeline import open_world
    from monitor.settings import load_settings

    with open_world(load_settings(), with_sources=False) as world:
        made, revisions = work(world)
        shown = shape_of(Reader(world.store, world.catalog, world.clock), made.number)
    if as_json:
        print_json({"decision": shown.model_dump(mode="json"), "event_revisions": revisions})
    else:
        console().print(Text(f"decision {made.number} recorded; {revisions} event revisions"))


def _reader() -> Reader:
    from monitor.answers.reader import open_reader
    from monitor.settings import load_settings

    return open_reader(load_settings())


def _print_decision(one: EventDecisionShape) -> None:
    what = f"undo {one.undoes}" if one.undoes else " ".join(filter(None, (one.kind, one.event, one.other)))
    said = f"  ({one.correction.words})" if one.correction else ""
    line = f"decision {one.number}  {one.recorded_at:%Y-%m-%d %H:%M}  {what}{said}  {one.author}: {one.reason}"
    console().print(Text(line if one.state == "holds" else f"{line}  ({one.state})", style="" if one.state == "holds" else "dim"))


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    decide = typer.Typer(help="What a person says of an event: true or not, one or two, right or wrong.", no_args_is_help=True)
    for command in (confirm, reject, merge, split, correct, dispute, undo):
        decide.command()(command)
    decide.command("list")(listed)
    decide.command("export-gold")(export_gold)
    app.add_typer(decide, name="decide")
