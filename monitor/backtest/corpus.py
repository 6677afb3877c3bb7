"""A dated corpus: files come in, arrivals go out, grouped by the hour in which a live service would have known them.

Three kinds of rows in JSON lines (`.jsonl`, `.jsonl.gz`), told apart by their keys: a news item (`title`, `published`; also `url`,
`summary`, `feed`, `lang`), a document of the Federal Register's API (`document_number`), and anything else, which is counted and left.
A YAML file is an episode such as the bundled one.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.catalog import Arrival, load_episode
from monitor.collect.federal_register import gazette_entries
from monitor.collect.when import instant
from monitor.errors import UsageError
from monitor.language import detect
from monitor.model import Entry, Source

POLL_DELAY = timedelta(minutes=30)
"""How long after its publication an item is taken to be in what a poll brings: the service's own floor between polls."""
CYCLE = timedelta(hours=1)
"""The pipeline runs at every full hour: what was published between two of them is known at the next, half an hour late or more."""
GAZETTE_HOUR = time(12)
"""UTC. A row that states only a day is taken to be published then: the Federal Register is out in the morning of Washington."""
_SECOND_LEVEL = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})
GAZETTE = Source(
    id="federal-register", name="Federal Register", url="https://www.federalregister.gov/", format="federal_register", kind="regulator",
    publisher="Office of the Federal Register", family="us-government", jurisdiction="US", reliability="primary",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the corpus before it is an entry: small, because hundreds of thousands are held."""

    known_at: datetime
    source: str
    line: str


@dataclass(frozen=True)
class Corpus:
    """Everything to be replayed, in the order of knowledge."""

    sources: tuple[Source, ...]
    first: date
    last: date
    rows: Sequence[Row | Arrival]
    left_out: int = 0
    """Rows that are neither a news item nor a document of the gazette, or state no time."""

    def cycles(self) -> Iterator[tuple[datetime, list[Arrival]]]:
        """The hours that brought something, with what they brought."""
        by_id = {source.id: source for source in self.sources}
        for now, rows in groupby(self.rows, key=lambda row: row.known_at if isinstance(row, Row) else _full_hour(row.retrieved_at)):
            yield now, [_arrival(row, by_id, now) for row in rows]


@dataclass
class _Sources:
    """The sources of the rows: listed ones by their address, others made from it."""

    listed: dict[str, Source]
    found: dict[str, Source] = field(default_factory=dict)

    def of(self, feed: str) -> Source:
        if feed not in self.found:
            slug = re.sub(r"[^a-z0-9]+", "-", re.sub(r"^https?://(www\.)?", "", feed.lower())).strip("-")[:60] or "corpus"
            name = f"{slug}-{len(self.found)}" if slug in {source.id for source in self.found.values()} else slug
            site = domain(feed) or feed
            made = Source(id=name, name=site, url=feed, kind="news", publisher=site, family=site)
            self.found[feed] = self.listed.get(feed, made)
        return self.found[feed]


def read_corpus(paths: Sequence[str], first: date | None, last: date | None, listed: Iterable[Source] = ()) -> Corpus:
    """The corpus in files and folders, or the episode of that name or file; only what was published from `first` to `last`.

    `listed` sources give publisher, family and tier of rows that name their feed; others are news of medium reliability, and one
    site is one voice. UsageError when nothing is left to replay.
    """
    if len(paths) == 1 and not Path(paths[0]).is_dir() and Path(paths[0]).suffix not in (".jsonl", ".gz"):
        return _episode(paths[0], first, last)
    sources, left_out = _Sources({source.url: source for source in listed}), 0
    rows: list[Row] = []
    for path in _files(paths):
        for line in _lines(path):
            item = _item(line)
            published = _published(item) if item else None
            if item is None or published is None:
                left_out += 1
            elif (first or date.min) <= published.date() <= (last or date.max):
                source = GAZETTE if "document_number" in item else sources.of(str(item.get("feed") or item.get("url") or ""))
                rows.append(Row(known_at(published), source.id, line))
    if not rows:
        raise UsageError(f"{', '.join(paths)}: no dated items between {first or 'the beginning'} and {last or 'the end'}")
    rows.sort(key=lambda row: (row.known_at, row.source, row.line))
    used = {row.source for row in rows}
    known = (*sources.found.values(), GAZETTE)
    days = first or rows[0].known_at.date(), last or rows[-1].known_at.date()
    return Corpus(tuple(source for source in known if source.id in used), *days, rows, left_out)


def known_at(published: datetime) -> datetime:
    """The first full hour at least half an hour after publication."""
    return _full_hour(published + POLL_DELAY)


def _full_hour(moment: datetime) -> datetime:
    """The moment itself, or the next full hour."""
    full = moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return full if full == moment else full + CYCLE


def domain(url: str) -> str:
    """The site behind an address: two labels, three below such as co.uk; empty for what is no address."""
    try:
        labels = (urlsplit(url).hostname or "").split(".")
    except ValueError:
        return ""
    deep = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in _SECOND_LEVEL
    return ".".join(labels[-3:] if deep else labels[-2:])


def _episode(name: str, first: date | None, last: date | None) -> Corpus:
    episode = load_episode(name)
    start, end = first or episode.first, last or episode.last
    arrivals = [arrival for arrival in episode.arrivals if start <= arrival.retrieved_at.date() <= end]
    return Corpus(episode.sources, start, end, arrivals)


def _files(paths: Sequence[str]) -> Iterator[Path]:
    for name in paths:
        path = Path(name)
        if not path.exists():
            raise UsageError(f"{name}: no such file or folder, and no bundled episode is called so")
        found = (p for p in path.rglob("*") if p.name.endswith((".jsonl", ".jsonl.gz"))) if path.is_dir() else (path,)
        yield from sorted(found)


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            yield from lines
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error


def _item(line: str) -> dict[str, Any] | None:
    """The line as an object with a title; None for anything else."""
    try:
        told = json.loads(line)
    except ValueError:
        return None
    return told if isinstance(told, dict) and isinstance(told.get("title"), str) else None


def _published(row: dict[str, Any]) -> datetime | None:
    if "document_number" in row:
        day = instant(str(row.get("publication_date")))
        return datetime.combine(day.date(), GAZETTE_HOUR, UTC) if day else None
    raw = str(row.get("published") or "")
    told = instant(raw)
    return datetime.combine(told.date(), GAZETTE_HOUR, UTC) if told and len(raw.strip()) == len("2023-01-31") else told


def _arrival(row: Row | Arrival, sources: dict[str, Source], now: datetime) -> Arrival:
    if isinstance(row, Arrival):
        return row
    source = sources[row.source]
    if source.id == GAZETTE.id:
        return Arrival(source, gazette_entries(row.line)[0], now)
    told = json.loads(row.line)
    url, title, text = str(told.get("url") or ""), told["title"], str(told.get("summary") or told.get("text") or "")
    lang = str(told.get("lang") or "") or detect(f"{title}\n{text}", source.language)
    entry = Entry(
        guid=url or title, url=url, title=title, html=text, published_at=_published(told), published_raw=str(told["published"]), lang=lang,
        origin_publisher=domain(url) if source.family == source.publisher == source.name else "",
    )  # fmt: skip
    return Arrival(source, entry, now)
