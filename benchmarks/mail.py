"""How dear a mail is: render and MIME against premailer with EmailMessage, and a slot of ten thousand recipients.

`python benchmarks/mail.py ready [--rounds N]` needs premailer (in an environment of your own: `pip install premailer`). Both make a
mail that is ready to be sent of one digest, in turn: ours renders its templates and builds the message; the other renders a template
with classes instead of styles, inlines its style sheet and builds the message. CPU time, median of the rounds' ratios.

`python benchmarks/mail.py slot [--recipients N] [--teams N]` plans one slot on SQLite: wall and CPU seconds, peak memory of the process.
"""

from __future__ import annotations

import argparse
import re
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader

from monitor.catalog import load_catalog
from monitor.inform.digest import Digest, DigestQuery, SourceHealth, compose
from monitor.inform.mail import message
from monitor.inform.render import clean, host, render_digest, safe_url, said, template_dir, wrap
from monitor.inform.wording import text_lang
from monitor.model import Dependency, Event, EventDates, Evidence, Exposure, Recipient, Source, StageStep, System, Team
from monitor.pipeline import World
from monitor.pipeline.mailing import deliver
from monitor.settings import Settings
from monitor.store import events, inventory, open_store
from monitor.store import sources as stored_sources

NOW = datetime(2024, 6, 26, 0, 30, tzinfo=UTC)
FROM = "Forewarned <fw@risk.example.org>"


def _event(number: int) -> Event:
    seen = NOW - timedelta(hours=5)
    proof = Evidence(
        document=f"doc_{number:016x}", url=f"https://news.example.com/{number}", source="wire",
        quote=f"access from unsupported regions stops, notice {number}", sha256="ab" * 32, published_at=seen, retrieved_at=seen,
    )  # fmt: skip
    return Event(
        id=f"evt_{number:016x}", type="access_restriction", title=f"A vendor tells developers that API access ends ({number})",
        stage="announced",
        stages=(StageStep(stage="announced", date=seen.date(), recorded_at=seen, documents=(proof.document,), origins=2),),
        providers={("openai", "nvidia", "google", "anthropic")[number % 4]: "restricting"}, affected=("CN",),
        dates=EventDates(effective=date(2024, 7, 9) + timedelta(days=number)), origins=("wire", "daily"), documents=(proof.document,),
        evidence=(proof,), first_seen_at=seen, last_reported_at=seen, confidence=0.9,
    )  # fmt: skip


def _team(number: int, recipients: int) -> Team:
    people = [Recipient(email=f"p{number}-{n}@example.cn", timezone="Asia/Shanghai", hour=8, min_level="low") for n in range(recipients)]
    uses = [Dependency(provider=p, product="api", called_from=("CN",), users_in=("CN",)) for p in ("openai", "nvidia")]
    return Team(
        id=f"t{number}",
        name=f"Team {number}",
        recipients=tuple(people),
        systems=(System(id=f"gateway-{number}", dependencies=tuple(uses)),),
    )


def _digest() -> Digest:
    team = _team(1, 1)
    found = [_event(number) for number in range(4)]
    hit = [
        Exposure(
            team=team.id, system=team.systems[0].id, provider=next(iter(one.providers)), jurisdictions=("CN",), event=one.id, type=one.type,
            stage=one.stage, score=78, level="high", meaning="access ends", deadline=one.dates.effective, criticality="high",
            substitutability="easy",
        )
        for one in found
    ]  # fmt: skip
    query = DigestQuery(
        recipient=team.recipients[0], team=team, slot="2024-06-26/Asia/Shanghai", as_of=NOW, data_as_of=NOW, events=tuple(found),
        exposures=tuple(hit), names={"openai": "OpenAI", "nvidia": "NVIDIA"},
        sources=tuple(SourceHealth(id=str(n), name=str(n), state="ok") for n in range(24)), methodology_version="1.0.0",
        base_url="https://risk.example.org",
    )  # fmt: skip
    digest = compose(query)
    assert isinstance(digest, Digest)
    return digest


# ---------------------------------------------------------------- one mail
def _styled_by_classes(folder: Path) -> None:
    """Our HTML template with each distinct inline style as a class of one style sheet, which is how mails are written for an inliner."""
    for old in template_dir().glob("mail/**/*"):
        if old.is_file():
            new = folder / old.relative_to(template_dir())
            new.parent.mkdir(parents=True, exist_ok=True)
            new.write_text(old.read_text("utf-8"), "utf-8")
    path = folder / "mail" / "layout.html"
    text = path.read_text("utf-8")
    for name, value in re.findall(r'\{% set (\w+) = "([^"]+)" %\}', text):
        text = text.replace("{{ " + name + " }}", value)
    rules: dict[str, str] = {}

    def named(found: re.Match[str]) -> str:
        if "{" in found.group(1):
            return found.group(0)
        return f'data-c="{rules.setdefault(found.group(1), f"s{len(rules)}")}"'

    text = re.sub(r'style="([^"]*)"', named, text)
    sheet = "".join(f'[data-c="{name}"] {{ {style} }}\n' for style, name in rules.items())
    path.write_text(text.replace("<style>", f"<style>\n{sheet}", 1), "utf-8")


def _peer(folder: Path) -> Callable[[Digest], bytes]:
    from premailer import Premailer  # type: ignore[import-not-found,unused-ignore]

    _styled_by_classes(folder)
    environment = Environment(loader=FileSystemLoader(folder), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"clean": clean, "said": said, "wrap": wrap, "safe_url": safe_url, "host": host, "text_lang": text_lang}

    def ready(digest: Digest) -> bytes:
        html = Premailer(environment.get_template("mail/digest/body.html").render(digest=digest)).transform()
        built = EmailMessage(policy=policy.SMTP)
        built["From"], built["To"], built["Subject"] = FROM, digest.recipient, digest.subject
        built["Date"], built["Message-ID"] = format_datetime(NOW), digest.message_id
        built.set_content(environment.get_template("mail/digest/body.txt").render(digest=digest))
        built.add_alternative(html, subtype="html")
        return built.as_bytes()

    return ready


def _ready(rounds: int) -> None:
    digest = _digest().model_copy(update={"calendar_events": ()})

    def ours(one: Digest) -> bytes:
        return message(render_digest(one), FROM, NOW)

    with tempfile.TemporaryDirectory() as folder:
        theirs = _peer(Path(folder))
        sizes = len(ours(digest)), len(theirs(digest))
        pairs = [(_cpu(ours, digest), _cpu(theirs, digest)) for _ in range(rounds)]
    ratio = statistics.median(other / own for own, other in pairs)
    own, other = (statistics.median(column) * 1000 for column in zip(*pairs, strict=True))
    print(f"ours {own:.2f} ms ({sizes[0]} bytes), premailer + EmailMessage {other:.2f} ms ({sizes[1]} bytes), ratio {ratio:.1f}")


def _cpu(make: Callable[[Digest], bytes], digest: Digest, times: int = 5) -> float:
    begun = time.process_time()
    for _ in range(times):
        make(digest)
    return (time.process_time() - begun) / times


# ---------------------------------------------------------------- a slot
def _slot(recipients: int, teams: int) -> None:
    catalog = load_catalog()
    source = Source.model_validate(
        {"id": "a", "name": "a", "url": "https://a.example/", "kind": "news", "publisher": "a", "family": "a", "reliability": "high"}
    )
    with tempfile.TemporaryDirectory() as folder:
        store = open_store(f"sqlite:///{folder}/slot.sqlite")
        with store.write() as tx:
            inventory.save_inventory(tx, [_team(n, recipients // teams) for n in range(teams)], NOW - timedelta(days=1))
            events.save_events(tx, [_event(n) for n in range(8)], NOW - timedelta(hours=1))
            stored_sources.sync_sources(tx, [source], NOW)
            for task in stored_sources.claim_due(tx, NOW, "x", timedelta(minutes=1), 1):
                stored_sources.save_poll(tx, stored_sources.PollOutcome(task.source.id, "x", NOW, "ok", next_poll_at=None))
        world = World(store, catalog, (source,), Settings(), lambda: NOW)
        wall, cpu, before = time.perf_counter(), time.process_time(), _peak_mib()
        counts = deliver(world)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        store.close()
    print(f"{counts['planned']} of {recipients} planned: {wall:.1f} s, {cpu:.1f} s CPU, peak {_peak_mib():.0f} MiB ({before:.0f} before)")


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str]) -> None:
    """Runs the benchmark that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="what", required=True)
    ready = commands.add_parser("ready")
    ready.add_argument("--rounds", type=int, default=15)
    slot = commands.add_parser("slot")
    slot.add_argument("--recipients", type=int, default=10_000)
    slot.add_argument("--teams", type=int, default=1_000)
    asked = parser.parse_args(arguments)
    if asked.what == "ready":
        _ready(asked.rounds)
    else:
        _slot(asked.recipients, asked.teams)


if __name__ == "__main__":
    main(sys.argv[1:])
