"""Untagged documents → taggings: whatever has no row of the current tagger version is read, a batch a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from monitor.model import Document, Tagging
from monitor.pipeline.world import Progress, World, no_progress
from monitor.store import documents as stored
from monitor.store import signals

TAG_BATCH = 200


class Reads(Protocol):
    """What a tagger is to the pipeline."""

    @property
    def version(self) -> str: ...
    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]: ...


@dataclass(frozen=True)
class Tagged:
    """How many documents were read, how many of them tell of an event, and how many may (heads or a rule alone say so)."""

    documents: int
    relevant: int
    doubtful: int


def read(world: World, tagger: Reads, progress: Progress = no_progress) -> Tagged:
    """Tag every document that this tagger version has not read."""
    done = relevant = doubtful = 0
    now = world.clock()  # one instant for all batches: which batch a document fell into says nothing of the world
    with world.store.read() as tx:
        total = stored.count_untagged(tx, tagger.version)
    while batch := _untagged(world, tagger.version):
        taggings = read_documents(world, tagger, batch, now)
        done += len(taggings)
        relevant += sum(tagging.relevant and tagging.agreed for tagging in taggings)
        doubtful += sum(tagging.relevant and not tagging.agreed for tagging in taggings)
        progress("Linking providers", done, max(total, done))
    return Tagged(done, relevant, doubtful)


def read_documents(world: World, tagger: Reads, batch: Sequence[Document], now: datetime) -> list[Tagging]:
    """Tag these stored documents and keep what was read."""
    taggings = list(tagger.tag(batch))
    with world.store.write() as tx:
        signals.save_taggings(tx, taggings, now)
    return taggings


def _untagged(world: World, version: str) -> list[Document]:
    with world.store.read() as tx:
        return stored.untagged(tx, version, TAG_BATCH)
