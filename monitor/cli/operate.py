"""Commands that run things: demo, run, serve, doctor."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from monitor.cli.output import AsOfOption, JsonFlag, bars, console, level_text, note, print_json, table, writing
from monitor.errors import ForewarnedError, UsageError
from monitor.model import LEVELS

if TYPE_CHECKING:
    from monitor.demo import DemoResult
    from monitor.pipeline import CycleSummary, Tagger, World
    from monitor.settings import Settings

PortOption = Annotated[int, typer.Option("--port", min=1, max=65535, help="Port of the API on 127.0.0.1.")]
# How often due sources and due digests are looked for; how often each source is polled is its own interval.
SHOWN_ALTERNATIVES = 9
CYCLE_EVERY_S = 60
# How long an ending process waits for open answers, then for a cycle: both together stay below what service managers grant.
GRACE_ANSWERS_S = 2
GRACE_CYCLE_S = 6.0


def demo(
    as_of: AsOfOption = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where the demo's files go; default: the data dir.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Replay the bundled summer-2024 episode offline, and show who would have been warned of what."""
    from monitor.demo import run_demo
    from monitor.settings import data_dir, load_settings

    folder = out or data_dir() / "demo"
    with bars() as progress, writing(folder):
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
            r.factors[0].why.partition(": ")[0] if r.factors else "no known risk",
        )
        for r in result.risk
    ]
    table("", ("PROVIDER", "IN", "RISK", "LEVEL", "DATE", "WHY"), rows)
    top = max(result.risk, key=lambda r: r.score)
    if top.alternatives and LEVELS.index(top.level) >= LEVELS.index("medium"):
        shown = top.alternatives[:SHOWN_ALTERNATIVES]
        offers = [(result.names[a.provider], str(a.score), level_text(a.level), result.words(a)) for a in shown]
        table(f"\nInstead of {result.names[top.provider]} in {top.jurisdiction}", ("ALTERNATIVE", "RISK", "LEVEL", "TERMS"), offers)
    out.print()
    mail = result.no_digest and f"none: {result.no_digest}"
    for label, path in (("digest", mail or result.html_path), ("mail", mail or result.eml_path), ("calendar", result.calendar_path)):
        out.print(Text(f"{label:<9} {path}"))
    out.print(Text("\nNext:", style="bold"))
    out.print(Text("  forewarned demo --as-of 2024-06-26       the picture of another day"))
    database = result.calendar_path.parent / "demo.sqlite"
    out.print(Text(f"  FOREWARNED_DATABASE_URL=sqlite:///{database} forewarned serve"))
    out.print(Text("                                           browse this episode on http://127.0.0.1:8000"))
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
    listener = None if once or no_serve else _listen(port)
    with open_world(settings) as world:
        tagger = Tagger(world.catalog)
        if not once:
            _keep_running(world, tagger, listener)
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


def _keep_running(world: World, tagger: Tagger, listener: socket.socket | None) -> None:
    from monitor.pipeline import cycle
    from monitor.schedule import start_scheduler, stop_scheduler

    stop = _stop_signal()
    scheduler = start_scheduler({"cycle": (CYCLE_EVERY_S, partial(cycle, world, tagger))})
    try:
        if listener is None:
            stop.wait()
        else:
            _serve(world.settings, listener, stop)
    finally:
        ended = stop_scheduler(scheduler, GRACE_CYCLE_S)
    if not ended:
        # A cycle may be killed at any instant and takes up where it was; Python itself would wait for its thread.
        note("ended in the middle of a cycle; the next run goes on from there")
        sys.stderr.flush()
        os._exit(0)


def _stop_signal() -> threading.Event:
    """Set by SIGINT and SIGTERM from now on, so that both end the process in order and with exit code 0."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    return stop


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server(("127.0.0.1", port))
    except OSError as error:
        why = os.strerror(error.errno or 0)
        raise UsageError(f"port {port} of 127.0.0.1 cannot be used ({why}); choose another one with --port") from error


def _serve(settings: Settings, listener: socket.socket, stop: threading.Event) -> None:
    """Answer until a signal comes: the server takes signals over, and hands those it got on to `stop` at its end."""
    import uvicorn

    from monitor.logs import hide_tokens

    hide_tokens()
    note(f"serving on http://127.0.0.1:{listener.getsockname()[1]}; Ctrl-C ends")
    level = "info" if settings.log == "json" else "warning"
    config = uvicorn.Config("api.app:create_app", factory=True, log_level=level, timeout_graceful_shutdown=GRACE_ANSWERS_S)
    server = uvicorn.Server(config)
    if not stop.is_set():
        server.run(sockets=[listener])
    if not server.started and not stop.is_set():
        raise ForewarnedError("the API could not start; see above")


def serve(port: PortOption = 8000) -> None:
    """Only the API, on 127.0.0.1."""
    from monitor.logs import configure_logs
    from monitor.settings import load_settings
    from monitor.store import open_store

    settings = load_settings()
    configure_logs(settings.log)
    with closing(_listen(port)) as listener:
        open_store(settings.store_url).close()  # a database that cannot be used is one line here, a stack trace in there
        _serve(settings, listener, _stop_signal())


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
