"""The backtest command: replays a dated corpus and holds its alerts against what happened."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import JsonFlag, bars, console, note, print_json, table, writing
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.backtest.measure import Figures, Share, Warned
    from monitor.backtest.run import Backtest


class ReadBy(StrEnum):
    """Whose word on a text counts."""

    both = "both"
    rules = "rules"


def backtest(  # noqa: PLR0913, PLR0917 - each option is a parameter to Typer
    corpus: Annotated[
        list[str], typer.Argument(help="Files or folders of dated JSON lines, an episode's YAML, or a bundled episode's name.")
    ],
    first: Annotated[str | None, typer.Option("--from", help="First day of publication.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last day of publication.")] = None,
    truth: Annotated[Path | None, typer.Option(help="What happened (docs/backtest.md says how it is written).")] = None,
    labels: Annotated[Path | None, typer.Option(help="Labels of alerts, for precision.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="Write the report here.")] = None,
    to_label: Annotated[Path | None, typer.Option(help="Write alerts without a label here, with their texts.")] = None,
    read_by: Annotated[ReadBy, typer.Option(help="Act on what rules and heads both tell, or on rules alone.")] = ReadBy.both,
    as_json: JsonFlag = False,
) -> None:
    """Replay a dated corpus as if it were live: first report, first alert, lead time, alerts a week, precision, recall, calibration."""
    from monitor.backtest.answer import answer
    from monitor.backtest.labels import load_labels
    from monitor.backtest.report import report
    from monitor.backtest.run import Query, run_backtest
    from monitor.backtest.truth import load_truth
    from monitor.catalog import load_catalog, load_sources
    from monitor.settings import load_settings

    query = Query(
        paths=tuple(corpus),
        first=_day("--from", first),
        last=_day("--to", last),
        truth=load_truth(truth, load_catalog()) if truth else (),
        labels=load_labels(labels) if labels else {},
        listed=load_sources(load_settings().feeds),
        readers=read_by.value,
        workers=os.cpu_count() or 1,
    )
    with bars() as progress:
        result = run_backtest(query, progress)
    if html is not None:
        with writing(html, "--html"):
            html.write_text(report(result), "utf-8")
    if to_label is not None:
        with writing(to_label, "--to-label"):
            to_label.write_text("".join(_to_label(result)), "utf-8")
    if as_json:
        print_json(answer(result))
    else:
        _print(result)


def _day(option: str, text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise UsageError(f"{option} {text!r} is not a day; write 2023-01-31") from error


def _to_label(result: Backtest) -> Iterator[str]:
    """Alerts that nobody has judged yet, ours first, with what one needs to judge them. Set `right`, and `fault` where it is false."""
    from monitor.backtest.labels import key_of
    from monitor.backtest.measure import label_of

    names = ("title_sha256", "provider", "jurisdiction", "type")
    seen = set(result.labels)
    told = [(label_of(one), one.alert.at, one.lead, one.alert.title) for one in result.told]
    told += [(key_of(r.document.title, r.provider), r.at, r.document, kind) for kind, rings in result.rings.items() for r in rings]
    for key, at, document, said in told:
        if key not in seen:
            seen.add(key)
            row = {**dict(zip(names, key, strict=True)), "right": None, "at": at.isoformat(), "alert": said}
            yield json.dumps({**row, "title": document.title, "text": document.text[:600], "url": document.url}, ensure_ascii=False) + "\n"


def _print(result: Backtest) -> None:
    out = console()
    where = f"{result.first} to {result.last}"
    read = "rules and heads" if result.readers == "both" else "rules alone"
    out.print(Text(f"{where}: {result.documents} documents, {result.events} events, {result.seconds:.0f} s, read by {read}", style="bold"))
    if result.left_out:
        note(f"{result.left_out} lines are no dated items and were left out")
    table("", ("ALERTS BY", "N", "A WEEK", "PRECISION", "LOW 90 %", "RECALL 24 H", "LOW 90 %"), [_line(one) for one in result.figures])
    floors = [_line(one) for _, one in result.floors]
    table("\nIf an alert asked for", ("", "N", "A WEEK", "PRECISION", "LOW 90 %", "RECALL 24 H", "LOW 90 %"), floors)
    if result.warned:
        columns = ("WHAT", "DAY", "FIRST REPORT", "FIRST ALERT", "AFTER", "EFFECTIVE", "AHEAD", "STAGES")
        table("\nWhat happened, and when it was told", columns, [_told(one) for one in result.warned])
    if result.bins:
        rows = [(f"{one.confidence:.3f}", *_shares(one.right)) for one in result.bins]
        table(f"\nCalibration (error {result.calibration_error:.3f})", ("CONFIDENCE", "RIGHT", "LOW 90 %"), rows)
    out.print(Text(f"\nbusiest week {max((n for _, n in result.weeks), default=0)} alerts"))
    if result.lead_days is not None:
        out.print(Text(f"median of {result.lead_days:.0f} days between alert and effective day, where the day was still ahead"))
    if (lead := result.mean_lead) is not None:
        bound = f", at least {lead.low:.0f} with 90 % confidence" if lead.low is not None else ""
        out.print(Text(f"mean of {lead.mean:.0f} days of warning over {lead.n} with an effective day{bound}"))


def _line(one: Figures) -> list[str]:
    return [one.name, str(one.alerts), f"{one.per_week:.1f}", *_shares(one.precision), *_shares(one.recall)]


def _shares(share: Share) -> list[str]:
    return [f"{share.share:.2f} ({share.hits}/{share.n})", f"{share.low:.2f}"] if share.n else ["not known", ""]


def _told(one: Warned) -> list[str]:
    delay = one.delay
    return [
        one.event.id,
        str(one.event.day),
        f"{one.first_report.published_at:%m-%d %H:%M}" if one.first_report else "not in the corpus",
        f"{one.told.alert.at:%m-%d %H:%M}" if one.told else "none" if one.first_report else "",
        f"{delay.total_seconds() / 3600:.1f} h" if delay is not None else "",
        str(one.event.effective or ""),
        f"{one.lead_days} d" if one.lead_days is not None else "",
        " > ".join(f"{step.stage} {step.date:%m-%d}" for step in one.stages),
    ]


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(backtest)
