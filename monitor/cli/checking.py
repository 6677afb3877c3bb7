"""The check command: may this repository run there? Detects, judges here or at a server, reports, ends with a code that means something."""

from __future__ import annotations

import sys
from contextlib import closing
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.output import AsOfOption, console, print_json, writing
from monitor.cli.scanning import scan
from monitor.errors import UsageError

if TYPE_CHECKING:
    from monitor.answers.checks import CheckAnswer, CheckRequest


class ReportFormat(StrEnum):
    """How the verdict is told."""

    table = "table"
    json = "json"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"


class Threshold(StrEnum):
    """From which level on the gate fails."""

    low = "low"
    medium = "medium"
    high = "high"
    critical = "critical"


def check(  # noqa: PLR0913, PLR0917 - each option of a command is an argument
    path: Annotated[Path, typer.Argument(help="A folder, a manifest, a lock file or an SBOM (CycloneDX or SPDX JSON).")] = Path(),
    places: Annotated[
        list[str] | None, typer.Option("--in", help="Where calls come from: ISO 3166-1 alpha-2, or EU; CN,HK or repeated.")
    ] = None,
    fail_on: Annotated[Threshold | None, typer.Option("--fail-on", help="Fail from this level on.  [default: high]")] = None,
    horizon: Annotated[str | None, typer.Option("--horizon", help="Leave aside what takes effect later than this: 30d, 4w.")] = None,
    fail_on_unknown: Annotated[bool, typer.Option("--fail-on-unknown", help="Fail also for open questions and unread files.")] = False,
    report: Annotated[ReportFormat, typer.Option("--format", help="How the verdict is told.")] = ReportFormat.table,
    out: Annotated[Path | None, typer.Option("--out", help="Write the report there instead of to stdout.")] = None,
    config: Annotated[Path | None, typer.Option("--config", help="Another file than forewarned.toml in PATH.")] = None,
    server: Annotated[
        str | None, typer.Option("--server", help="Let this Forewarned judge, http://host:8000; only names of signs are sent.")
    ] = None,
    as_of: AsOfOption = None,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="No error when nothing is recognised.")] = False,
    allow_stale: Annotated[bool, typer.Option("--allow-stale", help="No error when the data is stale.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Same as --format json.")] = False,
) -> None:
    """Gate for CI: does what this repository uses hit a measure in the places it is called from?

    Exit codes: 0 clean, 1 findings, 2 usage or configuration, 3 nothing recognised, 4 data stale, 70 internal error.
    """
    from monitor.answers.checks import CheckRequest
    from monitor.catalog.check_file import days_of
    from monitor.catalog.tree import printable

    written, detection = scan(path, config)
    asked = list(dict.fromkeys(code for text in places or written.places for code in text.replace(",", " ").split()))
    if not asked:
        raise UsageError('say where calls come from: --in CN, or in = ["CN"] under [check] in forewarned.toml')
    days = horizon or written.horizon
    request = CheckRequest.model_validate(
        {
            "in": asked,
            "name": printable(path.resolve().name)[:200] or "repository",
            "detection": detection,
            "fail_on": fail_on.value if fail_on else written.fail_on or "high",
            "fail_on_unknown": fail_on_unknown,
            "horizon_days": days_of(days) if days else None,
            "accepted": written.accepted,
            "allow_empty": allow_empty,
            "allow_stale": allow_stale,
        }
    )
    answer, base_url = _judged(request, server, as_of)
    _tell(answer, ReportFormat.json if as_json else report, out, base_url)
    raise typer.Exit(answer.exit_code)


def _judged(request: CheckRequest, server: str | None, as_of: str | None) -> tuple[CheckAnswer, str]:
    """The verdict, and the address under which its pages are read."""
    if server is not None:
        from monitor.cli.remote import ask_server

        return ask_server(server, request, as_of), server.rstrip("/")
    from monitor.answers.checks import check as judge
    from monitor.answers.reader import open_reader
    from monitor.settings import load_settings

    settings = load_settings()
    reader = open_reader(settings)
    with closing(reader.store):
        return judge(reader, request, reader.instant(as_of)), settings.base_url.rstrip("/")


def _tell(answer: CheckAnswer, report: ReportFormat, out: Path | None, base_url: str) -> None:
    if report is ReportFormat.table and out is None:
        from monitor.cli.report.table import table_lines

        for line in table_lines(answer, base_url):
            console().print(line)
        return
    if report is ReportFormat.json and out is None:
        print_json(answer)
        return
    text = _text(answer, report, base_url)
    if out is None:
        sys.stdout.write(text)
        return
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, "utf-8")


def _text(answer: CheckAnswer, report: ReportFormat, base_url: str) -> str:
    from monitor.cli.report.junit import junit
    from monitor.cli.report.markdown import markdown
    from monitor.cli.report.sarif import sarif
    from monitor.cli.report.table import table_lines

    if report is ReportFormat.json:
        return answer.model_dump_json(indent=2) + "\n"
    if report is ReportFormat.table:
        return "".join(f"{line.plain}\n" for line in table_lines(answer, base_url))
    return {ReportFormat.sarif: sarif, ReportFormat.junit: junit, ReportFormat.markdown: markdown}[report](answer, base_url)


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(check)
