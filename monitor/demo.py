"""The offline demo: the bundled episode through the real pipeline. A folder and a day come in, files and a result go out.

The clock of the replay is the hour in which each entry arrived, so `as_of` answers hold exactly what was known then.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from monitor.answers.reader import Reader
from monitor.answers.shapes import Risk
from monitor.catalog import Arrival, Episode, load_catalog, load_episode, load_inventory
from monitor.catalog.providers import DATA
from monitor.freshness import parse_as_of
from monitor.inform.calendar import deadlines_calendar
from monitor.inform.mail import message
from monitor.model import Alternative, EventOffer, Mail
from monitor.pipeline import Progress, Tagger, World, assess, compare, ingest, preview, read
from monitor.settings import Settings
from monitor.store import inventory as stored_inventory
from monitor.store import sources as stored_sources
from monitor.store.engine import open_store

# The pairs the demo's table shows: the cut-off, a place it does not touch, and the alternatives of the founding story.
PAIRS = (
    ("openai", "CN"), ("openai", "DE"), ("baidu", "CN"), ("alibaba-cloud", "CN"), ("zhipu", "CN"), ("01ai", "CN"),
    ("sensetime", "CN"), ("baichuan", "CN"), ("microsoft", "CN"),
)  # fmt: skip
STEP = timedelta(hours=3)
READER = "platform@shanghai.example"


@dataclass(frozen=True)
class DemoResult:
    """What the demo shows, and where it wrote it."""

    title: str
    as_of: datetime
    risk: tuple[Risk, ...]
    names: dict[str, str]
    documents: int
    events: int
    no_digest: str
    """Why there is no mail on that day; empty when there is one."""
    text_path: Path | None
    html_path: Path | None
    eml_path: Path | None
    calendar_path: Path

    @classmethod
    def words(cls, alternative: Alternative) -> str:
        """What speaks for an alternative."""
        offers = ", ".join(cls.terms(offer) for offer in alternative.offers) or "no known offer"
        return offers if alternative.availability == "stated" else f"{offers}; not confirmed that it serves there"

    @staticmethod
    def terms(offer: EventOffer) -> str:
        """An offer in a few words."""
        words = {"free_tokens": "free tokens", "free_credits": "free credits", "price_cut": "% off", "migration_service": "migration help"}
        amount = f"{int(offer.amount):,} " if offer.amount and offer.amount.isdigit() and offer.kind != "price_cut" else offer.amount or ""
        return f"{amount}{words[offer.kind]}".strip()

    def answer(self) -> dict[str, Any]:
        """The JSON of `demo --json`: paths, counts and the risk table without evidence texts."""
        return {
            "as_of": self.as_of.isoformat().replace("+00:00", "Z"),
            "risk": [_without_quotes(r.model_dump(mode="json")) for r in self.risk],
            "digest": {"skipped": self.no_digest}
            if self.no_digest
            else {"text_path": str(self.text_path), "html_path": str(self.html_path), "eml_path": str(self.eml_path)},
            "calendar_path": str(self.calendar_path),
            "documents": self.documents,
            "events": self.events,
        }


def run_demo(folder: Path, as_of: str | None, settings: Settings, progress: Progress) -> DemoResult:
    """Replay the episode into a fresh database under `folder` and write digest and calendar as of that day."""
    episode, catalog = load_episode(), load_catalog()
    moment = parse_as_of(as_of or episode.last.isoformat(), settings.clock())
    folder.mkdir(parents=True, exist_ok=True)
    for old in (*folder.glob("demo.sqlite*"), *folder.glob("digest-????-??-??.*")):
        old.unlink()  # a digest of another day beside today's calendar would mislead
    with closing(open_store(f"sqlite:///{folder / 'demo.sqlite'}")) as store:
        world = World(store, catalog, episode.sources, settings, lambda: moment)
        with store.write() as tx:
            teams = load_inventory(DATA / "episode" / "inventory.yaml", catalog)
            stored_inventory.save_inventory(tx, teams, datetime.combine(episode.first, time.min, UTC))
        replay(world, episode, progress)
        return _result(world, moment, folder, episode.title)


def replay(world: World, episode: Episode, progress: Progress) -> None:
    """Put the arrivals through the pipeline step by step; what a step brought is known at its end."""
    tagger, done = Tagger(world.catalog), 0
    everyone = {source.id for source in episode.sources}
    midnights = (datetime.combine(episode.first + timedelta(days=n), time.min, UTC) for n in range((episode.last - episode.first).days + 2))
    by_step: dict[datetime, list[Arrival]] = {midnight: [] for midnight in midnights}
    for arrival in episode.arrivals:
        by_step.setdefault(_step_end(arrival.retrieved_at), []).append(arrival)
    for now, arrivals in sorted(by_step.items()):
        step = replace(world, clock=partial(_same, now))
        _mark_polled(step, everyone if now == max(by_step) else {a.source.id for a in arrivals} or {episode.sources[0].id})
        for arrival in arrivals:
            ingest(step, arrival.source, [arrival.entry], arrival.retrieved_at)
        if arrivals:
            compare(step)
            if read(step, tagger).relevant:
                assess(step, tagger.version)
        done += len(arrivals)
        progress("Replaying documents", done, len(episode.arrivals))


def _same(now: datetime) -> datetime:
    return now


def _step_end(moment: datetime) -> datetime:
    midnight = datetime.combine(moment.astimezone(UTC).date(), time.min, UTC)
    return midnight + STEP * ((moment - midnight) // STEP + 1)


def _mark_polled(world: World, answered: Collection[str]) -> None:
    """Note that these sources answered, as a live service would have: those with news, and one at midnight."""
    now = world.clock()
    with world.store.write() as tx:
        stored_sources.sync_sources(tx, world.sources, now)
        for task in stored_sources.claim_due(tx, now, "demo", timedelta(0), len(world.sources)):
            if task.source.id in answered:
                stored_sources.save_poll(tx, stored_sources.PollOutcome(task.source.id, "demo", now, "ok", next_poll_at=now))


def _result(world: World, moment: datetime, folder: Path, title: str) -> DemoResult:
    reader = Reader(world.store, world.catalog, world.clock)
    picture = reader.picture(moment)
    known = [event for event in picture.events if not event.withdrawn]
    mail = preview(world, READER, moment)
    paths = _write_mail(mail, folder, world.settings, moment) if isinstance(mail, Mail) else {}
    calendar = folder / "deadlines.ics"
    calendar.write_text(deadlines_calendar(known, moment, world.settings.base_url, world.catalog.display_names), "utf-8", newline="")
    return DemoResult(
        title=title,
        as_of=moment,
        risk=tuple(reader.risk(provider, place, moment, picture) for provider, place in PAIRS),
        names={provider.id: provider.name for provider in world.catalog.providers.values()},
        documents=reader.document_count(moment),
        events=len(known),
        no_digest="" if isinstance(mail, Mail) else mail,
        text_path=paths.get("txt"),
        html_path=paths.get("html"),
        eml_path=paths.get("eml"),
        calendar_path=calendar,
    )


def _write_mail(mail: Mail, folder: Path, settings: Settings, moment: datetime) -> dict[str, Path]:
    """The digest's parts as files, by ending."""
    parts = {"txt": mail.text.encode(), "html": mail.html.encode(), "eml": message(mail, settings.mail_from, moment)}
    paths = {ending: folder / f"digest-{moment:%Y-%m-%d}.{ending}" for ending in parts}
    for ending, path in paths.items():
        path.write_bytes(parts[ending])
    return paths


def _without_quotes(plain: Any) -> Any:
    """The same JSON without the sentences behind it: where the proof lies and its hash stay."""
    if isinstance(plain, dict):
        return {key: _without_quotes(value) for key, value in plain.items() if key != "quote"}
    return [_without_quotes(value) for value in plain] if isinstance(plain, list) else plain
