"""A watched page against what is stored of it: the page as fetched comes in, the document of what changed goes out."""

from __future__ import annotations

from datetime import datetime

from monitor.collect.document import documents
from monitor.collect.page.watch import sighting
from monitor.model import Document, Entry, Source
from monitor.pipeline.world import World
from monitor.store import documents as stored


def page_documents(world: World, source: Source, page: Entry, retrieved_at: datetime, failures: int) -> list[Document]:
    """The baseline, the document of a change, or nothing; RefusedError while the loss of most of the page is not to be believed."""
    with world.store.read() as tx:
        before = stored.newest_at(tx, source.id, page.url)
    seen = sighting(page, before, failures, today=retrieved_at.date())
    if seen is None:
        return []
    with world.store.read() as tx:
        chain = stored.latest_versions(tx, source.id, [seen.entry.guid])
    return [told.model_copy(update={"snapshot": seen.snapshot}) for told in documents(source, [seen.entry], chain, retrieved_at)]
