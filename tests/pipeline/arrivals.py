"""Reports that reach the service as documents of its sources, read as the report says: for tests of what comes after reading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from monitor.model import Report, Tagging
from monitor.pipeline import World, assess
from monitor.store import signals
from monitor.store import sources as stored_sources
from monitor.store.documents import add_documents
from tests.store.nouns import source

VERSION = "as-told"


def at(world: World, now: datetime) -> World:
    """The same process at another time."""
    return replace(world, clock=lambda: now)


def arrive(world: World, reports: Sequence[Report], now: datetime) -> int:
    """These reports are stored, read and assessed at `now`; how many event revisions that gave."""
    store(world, reports, now)
    return assess(at(world, now), VERSION)


def store(world: World, reports: Sequence[Report], now: datetime) -> None:
    """The documents of the reports with their signals, as the tagger's rows."""
    told: dict[str, list[Report]] = {}
    for report in reports:
        told.setdefault(report.document.id, []).append(report)
    for report in reports:
        world.shelf.expect(report.document.retrieved_at)
    with world.store.write() as tx:
        known = {row.source.id for row in stored_sources.source_statuses(tx)}
        names = known | {some[0].document.source for some in told.values()}
        if names != known:
            stored_sources.sync_sources(tx, [source(name) for name in sorted(names)], now)
        add_documents(tx, [some[0].document for some in told.values()], now)
        signals.save_taggings(tx, [_tagging(some) for some in told.values()], now)


def _tagging(told: Sequence[Report]) -> Tagging:
    document = told[0].document
    return Tagging(
        document=document.id,
        tagger_version=VERSION,
        relevant=True,
        confidence=0.9,
        lang=document.lang,
        signals=tuple(report.signal for report in told),
    )
