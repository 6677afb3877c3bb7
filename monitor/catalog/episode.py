"""The bundled demo episode: dated entries of real events in our own words. A YAML file comes in, an `Episode` goes out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from monitor.catalog.providers import DATA
from monitor.catalog.sources import parse_sources
from monitor.catalog.yaml_file import read_yaml
from monitor.errors import ConfigError
from monitor.model import Entry, RegulatorFacts, Source


@dataclass(frozen=True)
class Arrival:
    """One entry as our service would have met it: from which source, and when."""

    source: Source
    entry: Entry
    retrieved_at: datetime


@dataclass(frozen=True)
class Episode:
    """A replayable stretch of history; arrivals are sorted by `retrieved_at`."""

    title: str
    first: date
    last: date
    sources: tuple[Source, ...]
    arrivals: tuple[Arrival, ...]


_KEYS = {"source", "guid", "url", "published", "retrieved", "lang", "title", "text", "author", "regulator"}


def load_episode(name: str = "openai-china-2024") -> Episode:
    """The bundled episode called `name`, or the one in the file `name`; ConfigError with file and line when its file is wrong."""
    path = Path(name) if name.endswith((".yaml", ".yml")) else DATA / "episode" / f"{name}.yaml"
    if not path.exists():
        raise ConfigError("no such file or folder, and no bundled episode is called so", file=name)
    file = read_yaml(path)
    sources = {source.id: source for source in parse_sources(file)}
    arrivals = []
    for at, row in enumerate(file.rows("documents")):
        unknown = sorted(set(row) - _KEYS)
        if unknown or row.get("source") not in sources:
            raise file.error(f"unknown key {unknown[0]!r}" if unknown else f"unknown source {row.get('source')!r}", "documents", at)
        try:
            arrivals.append(Arrival(sources[row["source"]], _entry(row), datetime.fromisoformat(row["retrieved"])))
        except (KeyError, ValueError, ValidationError) as error:
            raise file.error(f"bad document: {error}", "documents", at) from error
    first, last = (date.fromisoformat(file.data[key]) for key in ("from", "to"))
    ordered = tuple(sorted(arrivals, key=lambda a: (a.retrieved_at, a.source.id, a.entry.guid)))
    return Episode(file.data["title"], first, last, tuple(sources.values()), ordered)


def _entry(row: dict[str, str]) -> Entry:
    facts = row.get("regulator")
    return Entry(
        guid=row["guid"],
        url=row["url"],
        title=row["title"],
        html=row["text"],
        author=row.get("author", ""),
        published_at=datetime.fromisoformat(row["published"]),
        published_raw=row["published"],
        lang=row["lang"],
        regulator=RegulatorFacts.model_validate(facts) if facts else None,
    )
