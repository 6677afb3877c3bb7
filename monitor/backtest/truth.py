"""What happened: a file of dated events comes in, and which documents of a corpus tell each of them goes out.

The replay never sees it: it is held against the alerts afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from pathlib import Path

from pydantic import field_validator

from monitor.catalog import Catalog
from monitor.catalog.yaml_file import read_yaml
from monitor.model import Document, EventType, Jurisdiction, Noun, Provider

DAYS_BEFORE, DAYS_AFTER = 1, 6
"""Days around the day of an event in which its first report is looked for, where its row names none."""


class TruthEvent(Noun):
    """One thing that happened, with facts that can be checked and the words by which its reports are known."""

    id: str
    what: str
    """In a sentence of our own."""
    day: date
    """The day on which it happened or was made known."""
    providers: tuple[str, ...] = ()
    """Those it hits; an alert counts only if it is for one of them. Empty for a measure that names nobody."""
    types: tuple[EventType, ...] = ()
    issuing: tuple[Jurisdiction, ...] = ()
    affected: tuple[Jurisdiction, ...] = ()
    effective: date | None = None
    source: str
    """Where the facts can be checked."""
    words: tuple[tuple[str, ...], ...] = ()
    """Of each group one must begin a word of title or summary; without groups a provider and a place of it must be named."""
    seen_from: date | None = None
    seen_to: date | None = None

    @field_validator("words", mode="before")
    @classmethod
    def _groups(cls, value: object) -> object:
        """A bare word stands for a group of its own."""
        return [[group] if isinstance(group, str) else group for group in value] if isinstance(value, list) else value

    @property
    def window(self) -> tuple[date, date]:
        """First and last day on which a report of it may be published."""
        first, last = self.seen_from or self.day - timedelta(days=DAYS_BEFORE), self.seen_to or self.day + timedelta(days=DAYS_AFTER)
        return first, last

    @cached_property
    def patterns(self) -> tuple[re.Pattern[str], ...]:
        """One per group of words."""
        return tuple(_pattern(group) for group in self.words)


class Report(Noun):
    """A document that tells an event."""

    document: str
    published_at: datetime
    known_at: datetime


@dataclass
class Watch:
    """Notes, as documents come in, which of them tell which event."""

    events: Sequence[TruthEvent]
    reports: dict[str, list[Report]] = field(default_factory=dict)

    def see(self, document: Document, known_at: datetime) -> None:
        """Note the document under each event that it tells."""
        published = document.published_at or document.retrieved_at
        for event in self.events:
            first, last = event.window
            if first <= published.date() <= last and all(p.search(document.full_text) for p in event.patterns):
                told = Report(document=document.id, published_at=published, known_at=known_at)
                self.reports.setdefault(event.id, []).append(told)


def load_truth(path: Path, catalog: Catalog) -> tuple[TruthEvent, ...]:
    """The events of a YAML (or JSON) file under `events:`; ConfigError with file and line for a bad row."""
    file = read_yaml(path)
    file.only("events")
    found: dict[str, TruthEvent] = {}
    for at, row in enumerate(file.rows("events")):
        event = file.build(TruthEvent, row, "events", at)
        unknown = [provider for provider in event.providers if provider not in catalog.providers]
        if unknown or event.id in found:
            slip = f"unknown provider {unknown[0]!r}; close are {', '.join(catalog.suggestions(unknown[0])) or 'none'}" if unknown else ""
            raise file.error(slip or f"id {event.id!r} stands twice", "events", at)
        if not event.words and not event.providers:
            raise file.error("without providers it needs `words` by which its reports are known", "events", at)
        found[event.id] = event if event.words else event.model_copy(update={"words": _named(event, catalog)})
    return tuple(found.values())


def _named(event: TruthEvent, catalog: Catalog) -> tuple[tuple[str, ...], ...]:
    """Names of its providers, and of the places it concerns where it gives any."""
    names = [name for provider in event.providers for name in _names(catalog.providers, provider)]
    told = (catalog.places[code] for code in (*event.issuing, *event.affected) if code in catalog.places)
    places = [word for place in told for word in (*place.en, *place.demonyms, *place.capitals, *place.organs, *place.zh)]
    return (tuple(names), tuple(places)) if places else (tuple(names),)


def _names(providers: Mapping[str, Provider], key: str) -> Iterable[str]:
    provider = providers[key]
    return (provider.name, *provider.aliases, *provider.products, *provider.zh)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of the words where a word begins; Chinese has no borders, and capitals count only for words all in capitals (`US`)."""
    forms = [rf"\b{re.escape(w)}" if w[:1].isascii() else re.escape(w) for w in words]
    exact = [rf"{form}\b" for form, w in zip(forms, words, strict=True) if w.isupper() and len(w) < 5]
    loose = [f"(?i:{form})" for form, w in zip(forms, words, strict=True) if not (w.isupper() and len(w) < 5)]
    return re.compile("|".join([*exact, *loose]))
