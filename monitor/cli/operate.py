"""Commands that run things: demo, run, serve, doctor."""

from __future__ import annotations

import signal
import threading
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import AsOfOption, JsonFlag, bars, console, level_text, note, print_json, table

if TYPE_CHECKING:
    from monitor.demo import DemoResult
    from monitor.pipeline import CycleSummary, Tagger, World
    from monitor.settings import Settings

PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the API on 127.0.0.1.")]
# How often due sources and due digests are looked for; how often each source is polled is its own interval.
CYCLE_EVERY_S = 60


def demo(
    as_of: AsOfOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the demo's files go; default: the data dir.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Replay the bundled summer-2024 episode offline, and show who would have been warned of what."""
    from monitor.demo import run_demo
    from monitor.settings import data_dir, load_settings

    folder = out or data_dir() / "demo"
    with bars() as progress:
        result = run_demo(folder, as_of, load_settings(), progress)
    if as_json:
        print_json(result.answer())
    else:
        _print_demo(result)


def _print_demo(result: DemoResult) -> None:
    out = console()
    out.print(Text(f"{result.title}: {result.documents} documents, {result.events} events, as of {result.as_of:%Y-%m-%d}", style="bold"))
    rows = [
        (
            result.names[r.provider],
            r.jurisdiction,
            str(r.score),
            level_text(r.level),
            str(next((f.effective for f in r.factors if f.effective), "") or ""),
            r.factors[0].why if r.factors else "no known risk",
        )
        for r in result.risk
    ]
    table("", ("PROVIDER", "IN", "RISK", "LEVEL", "DATE", "WHY"), rows)
    top = max(result.risk, key=lambda r: r.score)
    if top.alternatives:
        offers = [
            (result.names[a.provider], str(a.score), level_text(a.level), ", ".join(result.terms(o) for o in a.offers) or "no known offer")
            for a in top.alternatives[:8]
        ]
        table(f"\nInstead of {result.names[top.provider]} in {top.jurisdiction}", ("ALTERNATIVE", "RISK", "LEVEL", "TERMS"), offers)
    out.print()
    for label, path in (("digest", result.html_path), ("mail", result.eml_path), ("calendar", result.calendar_path)):
        out.print(Text(f"{label:<9} {path}"))
    out.print(Text("\nNext:", style="bold"))
    out.print(Text("  forewarned demo --as-of 2024-06-26       the picture of another day"))
    out.print(Text("  forewarned inventory import FILE         who of yours depends on what (docs/inventory.md)"))
    out.print(Text("  forewarned run                           read feeds.yaml, serve http://127.0.0.1:8000, send digests"))
    out.print(Text("  (without an activated venv: .venv/bin/forewarned …)", style="dim"))


def run(
    once: Annotated[bool, typer.Option("--once", help="One full cycle, then exit.")] = False,
    no_serve: Annotated[bool, typer.Option("--no-serve", help="Without API and pages.")] = False,
    port: PortOption = 8000,
    as_json: JsonFlag = False,
) -> None:
    """Read the sources, link events, score, send digests; and serve the answers."""
    from monitor.logs import configure_logs
    from monitor.pipeline import Tagger, cycle, open_world
    from monitor.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log)
    with open_world(settings) as world:
        tagger = Tagger(world.catalog)
        if not once:
            _keep_running(world, tagger, None if no_serve else port)
            return
        with bars() as progress:
            summary = cycle(world, tagger, progress)
    _print_cycle(summary, as_json)


def _print_cycle(summary: CycleSummary, as_json: bool) -> None:
    if as_json:
        print_json(summary.answer())
        return
    for line in summary.lines():
        console().print(Text(line))


def _keep_running(world: World, tagger: Tagger, port: int | None) -> None:
    from monitor.pipeline import cycle
    from monitor.schedule import start_scheduler

    scheduler = start_scheduler({"cycle": (CYCLE_EVERY_S, partial(cycle, world, tagger))})
    try:
        if port is not None:
            note(f"serving on http://127.0.0.1:{port}; Ctrl-C ends")
            _serve(world.settings, port)
        else:
            _wait_for_signal()
    finally:
        scheduler.shutdown(wait=True)


def _wait_for_signal() -> None:
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    done.wait()


def _serve(settings: Settings, port: int) -> None:
    import uvicorn

    level = "info" if settings.log == "json" else "warning"
    uvicorn.run("api.app:create_app", factory=True, host="127.0.0.1", port=port, log_level=level)


def serve(port: PortOption = 8000) -> None:
    """Only the API, on 127.0.0.1."""
    from monitor.logs import configure_logs
    from monitor.settings import load_settings

    settings = load_settings()
    configure_logs(settings.log)
    note(f"serving on http://127.0.0.1:{port}; Ctrl-C ends")
    _serve(settings, port)


def doctor(as_json: JsonFlag = False) -> None:
    """Check settings, feeds.yaml, catalogue, database, tagger model, sources and mail; say what to mend."""
    from monitor.doctor import examine

    checks = examine()
    if as_json:
        print_json({"items": [check.model_dump(mode="json") for check in checks]})
    else:
        for check in checks:
            mark = Text("ok   ", style="green") if check.ok else Text("FAIL ", style="bold red")
            console().print(Text.assemble(mark, f"{check.name}: {check.detail}"))
    if not all(check.ok for check in checks):
        raise typer.Exit(1)


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (demo, run, serve, doctor):
        app.command()(command)
