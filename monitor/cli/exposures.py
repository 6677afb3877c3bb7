"""Commands about exposures: what hits which team, and what people decide about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

import typer
from pydantic import ValidationError
from rich.text import Text

from monitor.cli.origins import ByOption, ReasonOption
from monitor.cli.output import AsOfOption, JsonFlag, console, level_text, print_json, table
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.answers.reader import Reader
    from monitor.model import Exposure, TriageFact, TriageState
    from monitor.pipeline import World

TeamOption = Annotated[str | None, typer.Option("--team", metavar="TEAM", help="Only those of this team.")]
STATES = "new, in_triage, affected, not_affected, accepted, mitigated or false_positive"


def listed(
    team: TeamOption = None,
    state: Annotated[str | None, typer.Option("--state", metavar="STATE", help=f"Only those that are {STATES}.")] = None,
    as_of: AsOfOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Which event hits which system, most urgent first and what is settled last, with what was decided about it."""
    from monitor.answers.exposed import exposed

    wanted = _state(state) if state is not None else None
    reader = _reader()
    page = exposed(reader, reader.instant(as_of), team, wanted)
    if as_json:
        print_json(page)
        return
    columns = ("TEAM", "SYSTEM", "PROVIDER", "LEVEL", "RISK", "FOR YOU", "DEADLINE", "EVENT", "STATE")
    table(f"{len(page.items)} exposures", columns, [_row(one) for one in page.items])


def triage(  # noqa: PLR0913, PLR0917 - each option of a command is an argument
    team: Annotated[str, typer.Argument(metavar="TEAM", help="A team of the inventory.")],
    event: Annotated[str, typer.Argument(metavar="EVENT", help="An event that hits it, from `forewarned exposure list`.")],
    state: Annotated[str, typer.Option("--state", metavar="STATE", help=f"What it is: {STATES}.")],
    by: ByOption,
    reason: ReasonOption,
    system: Annotated[str | None, typer.Option("--system", metavar="SYSTEM", help="Only this system; default: all of the team.")] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="The last day on which it holds; accepted needs one.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Say what becomes of it. What is settled is neither told as urgent nor alerted until the event changes or the day is over."""
    from monitor.model import TriageRequest
    from monitor.pipeline.triaging import judge

    said = {"team": team, "event": event, "state": _state(state), "reason": reason, "system": system, "until": until}
    try:
        request = TriageRequest.model_validate(said)
    except ValidationError as error:
        raise UsageError("; ".join(_impossible(one) for one in error.errors())) from error
    _recorded(lambda world: judge(world, request, by), as_json)


def undo(
    number: Annotated[int, typer.Argument(metavar="N", help="The triage, from `forewarned exposure history`.")],
    by: ByOption,
    reason: ReasonOption,
    as_json: JsonFlag = False,
) -> None:
    """Take a triage back, also one that took another back: what stood before it stands again."""
    from monitor.pipeline.triaging import take_back

    _recorded(lambda world: take_back(world, number, by, reason), as_json)


def history(team: TeamOption = None, as_of: AsOfOption = None, as_json: JsonFlag = False) -> None:
    """Everything that was decided about exposures, the latest first, also what was taken back."""
    from monitor.answers.exposed import history as decided

    reader = _reader()
    page = decided(reader, reader.instant(as_of), team)
    if as_json:
        print_json(page)
        return
    for one in page.items:
        console().print(Text(_line(one)))


def _row(one: Exposure) -> tuple[str | Text, ...]:
    said = one.triage
    told = f"{said.state.replace('_', ' ')} ({said.words})" if said.was else said.words or "new"
    numbered = f"{said.number}: {told}" if said.number else told
    deadline = str(one.deadline or "")
    return (
        one.team, one.system, one.provider, level_text(one.level), str(one.score), str(one.team_score), deadline, one.event, numbered,
    )  # fmt: skip


def _line(one: TriageFact) -> str:
    what = f"undo {one.undoes}" if one.undoes else f"{one.state}{f' until {one.until}' if one.until else ''}"
    where = " ".join(filter(None, (one.team, one.system, one.event)))
    return f"triage {one.number}  {one.recorded_at:%Y-%m-%d %H:%M}  {where}  {what}  {one.author}: {one.reason}"


def _state(said: str) -> TriageState:
    from pydantic import TypeAdapter

    from monitor.model import TriageState

    known: TypeAdapter[TriageState] = TypeAdapter(TriageState)
    try:
        return known.validate_python(said.strip().replace("-", "_"))
    except ValidationError as error:
        raise UsageError(f"--state {said}: write {STATES}") from error


def _impossible(error: Any) -> str:
    where = error["loc"][0]
    if where == "until":
        return f"--until {error['input']}: write a day as YYYY-MM-DD"
    if where == "event":
        return f"{error['input']!r} is no event id; see `forewarned exposure list`"
    return f"{where}: {error['msg']}"


def _recorded(work: Callable[[World], TriageFact], as_json: bool) -> None:
    from monitor.answers.exposed import answer
    from monitor.answers.reader import Reader
    from monitor.pipeline import open_world
    from monitor.settings import load_settings

    with open_world(load_settings(), with_sources=False) as world:
        made = work(world)
        shown = answer(Reader(world.store, world.catalog, world.clock), made)
    if as_json:
        print_json(shown)
        return
    console().print(Text(_line(made)))
    for one in shown.exposures:
        console().print(Text(f"  {one.system}  {one.provider}  {one.level}  {one.triage.state.replace('_', ' ')}"))


def _reader() -> Reader:
    from monitor.answers.reader import open_reader
    from monitor.settings import load_settings

    return open_reader(load_settings())


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    exposure = typer.Typer(help="What hits which team, and what people decide about it.", no_args_is_help=True)
    exposure.command("list")(listed)
    for command in (triage, undo, history):
        exposure.command()(command)
    app.add_typer(exposure, name="exposure")
