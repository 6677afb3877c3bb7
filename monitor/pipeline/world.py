"""What every step of the pipeline works on: the store, what the operator and the catalogue say, and a clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from monitor.catalog import Catalog, load_catalog, load_channels, load_sources
from monitor.clock import Clock
from monitor.model import Channel, ChannelKind, Recipient, Source
from monitor.pipeline.notebook import Notebook
from monitor.settings import Settings
from monitor.store import Store, open_store

if TYPE_CHECKING:
    from monitor.collect.copies import Finder
    from monitor.collect.robots import RulesBySite

Progress = Callable[[str, int, int], None]


def no_progress(_label: str, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass
class Shelf:
    """What this process remembers of compared texts: up to `last` in the order of comparing, of documents retrieved from `since` on."""

    last: int = 0
    since: datetime | None = None
    swept_until: datetime | None = None
    """No document retrieved before that was uncompared at the last look, and none has been stored by this process since."""
    swept_at: datetime | None = None
    """When all documents were looked at, or all that were stored since the time before."""

    @cached_property
    def finder(self) -> Finder:
        """What finds copies; it brings numpy, which fetching does without."""
        from monitor.collect.copies import Finder

        return Finder()

    def expect(self, retrieved_at: datetime) -> None:
        """A document retrieved then has been stored."""
        if self.swept_until is not None:
            self.swept_until = min(self.swept_until, retrieved_at)


@dataclass(frozen=True)
class World:
    """One store with everything its steps need; a replay changes nothing but `clock`.

    `robots`, `shelf` and `notebook` outlive the cycles, not the process.
    """

    store: Store
    catalog: Catalog
    sources: tuple[Source, ...]
    settings: Settings
    clock: Clock
    robots: RulesBySite = field(default_factory=dict)
    shelf: Shelf = field(default_factory=Shelf)
    notebook: Notebook = field(default_factory=Notebook)
    channels: Mapping[str, Channel] = field(default_factory=dict)

    def channel(self, recipient: Recipient) -> Channel | None:
        """The channel that a recipient names, when it is set up; None for a mail address."""
        return self.channels.get(recipient.channel)

    def way(self, recipient: Recipient) -> ChannelKind | Literal["mail"]:
        """The way on which a recipient is told."""
        channel = self.channel(recipient)
        return channel.kind if channel else "mail"


@contextmanager
def open_world(settings: Settings, *, with_sources: bool = True) -> Iterator[World]:
    """The world that the settings describe, closed at the end; bad files are refused before the store is touched."""
    catalog = load_catalog()
    sources = load_sources(settings.feeds) if with_sources else ()
    channels = load_channels(settings.channels)
    with closing(open_store(settings.store_url)) as store:
        yield World(store, catalog, sources, settings, settings.clock, channels=channels)
