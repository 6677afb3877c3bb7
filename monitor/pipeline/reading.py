"""Untagged documents → taggings: whatever has no row of the current tagger version is read, a batch a transaction."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.model import Document
from monitor.pipeline.world import Progress, World, no_progress
from monitor.store import documents as stored
from monitor.store import signals
from monitor.understand.tag import Tagger

TAG_BATCH = 200


@dataclass(frozen=True)
class Tagged:
    """How many documents were read, how many of them tell of an event, and how many may (heads or a rule alone say so)."""

    documents: int
    relevant: int
    doubtful: int


def read(world: World, tagger: Tagger, progress: Progress = no_progress) -> Tagged:
    """Tag every document that this tagger version has not read."""
    done = relevant = doubtful = 0
    now = world.clock()  # one instant for all batches: which batch a document fell into says nothing of the world
    with world.store.read() as tx:
        total = stored.count_untagged(tx, tagger.version)
    while batch := _untagged(world, tagger.version):
        taggings = list(tagger.tag(batch))
        with world.store.write() as tx:
            signals.save_taggings(tx, taggings, now)
        done += len(taggings)
        relevant += sum(tagging.relevant and tagging.agreed for tagging in taggings)
        doubtful += sum(tagging.relevant and not tagging.agreed for tagging in taggings)
        progress("Linking providers", done, max(total, done))
    return Tagged(done, relevant, doubtful)


def _untagged(world: World, version: str) -> list[Document]:
    with world.store.read() as tx:
        return stored.untagged(tx, version, TAG_BATCH)
