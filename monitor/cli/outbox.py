"""Commands about the outbox: what became of mails, sending one again, trying an address again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.origins import ByOption
from monitor.cli.output import JsonFlag, note, print_json, table
from monitor.errors import NotFoundError, UsageError
from monitor.model import DeliveryState

if TYPE_CHECKING:
    from monitor.answers.outbox import PostingShape

_STATE_STYLE = {"in_doubt": "bold yellow", "failed": "red", "sent": "green", "sending": "cyan"}
StateOption = Annotated[list[str] | None, typer.Option("--state", help="queued, sending, sent, failed or in_doubt; may be repeated.")]


def _states(wanted: list[str] | None) -> tuple[DeliveryState, ...]:
    from typing import get_args

    known = get_args(DeliveryState)
    if bad := [state for state in wanted or () if state not in known]:
        raise UsageError(f"--state {bad[0]}: unknown; write one of {', '.join(known)}")
    return tuple(state for state in known if state in (wanted or ()))


def listed(
    context: typer.Context,
    state: StateOption = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="How many at most.")] = 50,
    as_json: JsonFlag = False,
) -> None:
    """Every mail and what became of it; `resend` and `resume` do something about it."""
    if context.invoked_subcommand is not None:
        return
    from monitor.answers.outbox import outbox_answer
    from monitor.answers.reader import open_reader
    from monitor.settings import load_settings

    answer = outbox_answer(open_reader(load_settings()).store, _states(state), limit, masked=False)
    if as_json:
        print_json(answer)
        return
    counts = ", ".join(f"{count} {name}" for name, count in answer.counts.items()) or "empty"
    table(f"outbox: {counts}", ("ID", "STATE", "KIND", "RECIPIENT", "SLOT", "TRIES", "DUE", "REASON"), [_line(one) for one in answer.items])
    for closed in answer.suspended:
        note(f"left alone after {closed.refusals} refusals ({closed.reason}): forewarned outbox resume {closed.recipient}")
    for one in answer.consents:
        if one.state == "pending":
            when = f"asked {one.asked} times, last on {one.asked_at:%Y-%m-%d}" if one.asked_at else "not asked yet"
            note(f"waits for a confirmation, {when}: forewarned outbox ask {one.recipient}, or confirm {one.recipient} --by YOU")
    for gone in answer.unsubscribed:
        note(f"unsubscribed from {gone.team} on {gone.since:%Y-%m-%d}; if they ask for it: forewarned outbox resume {gone.recipient}")
    for advice in dict.fromkeys(one.advice for one in answer.items if one.advice):
        note(advice)


def _line(one: PostingShape) -> tuple[str | Text, ...]:
    state = Text(one.state + (" (underway)" if one.underway and one.state == "in_doubt" else ""), style=_STATE_STYLE.get(one.state, ""))
    return (one.id, state, one.kind, one.recipient, one.slot, str(one.attempts), f"{one.due_at:%Y-%m-%d %H:%M}", one.reason)


def resend(
    ids: Annotated[list[str] | None, typer.Argument(help="Ids of mails that are in doubt or failed.")] = None,
    state: Annotated[str | None, typer.Option("--all", help="Instead of ids: all that are in_doubt, or all that failed.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Queue mails again, with the Message-ID they had; a mail program that got one already shows it once."""
    from monitor.pipeline import open_world, posting
    from monitor.settings import load_settings

    if bool(ids) == bool(state) or (state and state not in ("in_doubt", "failed")):
        raise UsageError("give ids of mails, or --all in_doubt, or --all failed; forewarned outbox lists them")
    with open_world(load_settings(), with_sources=False) as world:
        count = posting.resend(world, ids or [], _states([state]) if state else ("in_doubt", "failed"))
    if ids and count < len(set(ids)):
        raise NotFoundError("mail in doubt or failed", " ".join(ids), f"{count} queued again; forewarned outbox lists them")
    if as_json:
        print_json({"queued": count})
    else:
        note(f"{count} queued again; the next cycle, or forewarned digest send, hands them over")


def resume(
    address: Annotated[str, typer.Argument(help="An address that is left alone or has unsubscribed.")], as_json: JsonFlag = False
) -> None:
    """Compose mails for an address again that had refused too many, or had unsubscribed and asks for them."""
    from monitor.pipeline import open_world, posting
    from monitor.settings import load_settings

    with open_world(load_settings(), with_sources=False) as world:
        posting.resume(world, address)
    if as_json:
        print_json({"resumed": address})
    else:
        note(f"{address} gets mails again")


def ask(address: Annotated[str, typer.Argument(help="An address that has not confirmed.")], as_json: JsonFlag = False) -> None:
    """Send the mail that asks for a confirmation once more: at most three in all, a day apart."""
    from monitor.pipeline import open_world
    from monitor.pipeline.consenting import ask_again
    from monitor.settings import load_settings

    with open_world(load_settings(), with_sources=False) as world:
        ask_again(world, address)
    if as_json:
        print_json({"asked": address})
    else:
        note(f"{address} is asked again with the next cycle, or forewarned digest send")


def confirm(
    by: ByOption,
    addresses: Annotated[list[str] | None, typer.Argument(help="Addresses of the inventory.")] = None,
    everyone: Annotated[bool, typer.Option("--all", help="Instead of addresses: all of the inventory.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Answer for addresses, such as those of your own staff: they get mails without being asked; who said so and when is kept."""
    from monitor.pipeline import open_world
    from monitor.pipeline.consenting import answer_for
    from monitor.settings import load_settings

    if bool(addresses) == everyone:
        raise UsageError("give addresses, or --all; forewarned outbox lists who waits")
    with open_world(load_settings(), with_sources=False) as world:
        count = answer_for(world, addresses or (), by)
    if as_json:
        print_json({"confirmed": count})
    else:
        note(f"{count} confirmed")


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    outbox = typer.Typer(help="Mails and what became of them.", invoke_without_command=True)
    outbox.callback()(listed)
    outbox.command()(resend)
    for command in (resume, ask, confirm):
        outbox.command()(command)
    app.add_typer(outbox, name="outbox")
