"""Stored documents → copies: whatever one method has not compared is compared with what was retrieved around it, a batch a transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from monitor.assess.corroborate import by_time
from monitor.collect.copies import METHOD, WINDOW, Finder, Known, Link, Told
from monitor.model import Copy, Document
from monitor.pipeline.world import Progress, Shelf, World, no_progress
from monitor.store import Session, origins
from monitor.store import documents as stored
from monitor.store.dialect import serialise

COMPARE_BATCH = 300
CATCH_UP_BATCH = 5_000
SWEEP = timedelta(hours=1)
"""How soon after its retrieval any process has stored a document, but for imports of old ones, which are found by the next hourly look; and
how soon after its clock said so what a process stored can be seen."""
SLACK = timedelta(days=1)
"""How much longer than needed texts are remembered: documents do not come quite in the order of their retrieval, and forgetting
copies the whole index."""


def compare(world: World, progress: Progress = no_progress) -> int:
    """Find the copies of every document that has not been compared; how many there are.

    What this process remembers is filled from rows alone: a batch that could not be stored is not known, and one that another
    process stored is.
    """
    now, copies, done = world.clock(), 0, 0  # one instant for all batches, as in reading
    with world.store.read() as tx:
        since = since_when(tx, world.shelf, now)
        first = origins.uncompared(tx, METHOD, since, 1)
        if first:
            _catch_up(tx, world.shelf, first[0].retrieved_at)  # takes a second after a start, in which others may write
    due = _is_due(world.shelf, now)
    while first:
        with world.store.write() as tx:
            serialise(tx, "copies")  # two processes at once: who compares second must know what the first one stored
            batch = origins.uncompared(tx, METHOD, since, COMPARE_BATCH)
            if not batch:
                break
            _catch_up(tx, world.shelf, batch[0].retrieved_at)
            copies += _compare(tx, world.shelf.finder, batch, now)
        done, since = done + len(batch), batch[-1].retrieved_at
        progress("Comparing texts", done, done)
    world.shelf.swept_until = now - SWEEP
    if due:
        world.shelf.swept_at = now
    return copies


def since_when(tx: Session, shelf: Shelf, now: datetime) -> datetime | None:
    """From which time of retrieval on documents may be uncompared; None: all are to be looked at, which takes longer the more there are.

    That is done at a start. Every hour all is looked at that was stored since the hour before the last such look: another process may
    have stored what was retrieved long ago.
    """
    if shelf.swept_at is None or shelf.swept_until is None or now < shelf.swept_at:
        return None
    return (
        shelf.swept_until
        if not _is_due(shelf, now)
        else min([shelf.swept_until, *origins.uncompared_moments(tx, METHOD, shelf.swept_at - SWEEP)])
    )


def _is_due(shelf: Shelf, now: datetime) -> bool:
    return shelf.swept_at is None or not shelf.swept_at <= now < shelf.swept_at + SWEEP


def _catch_up(tx: Session, shelf: Shelf, retrieved_at: datetime) -> None:
    """Remembers every compared document within the window before that time, and not many more."""
    horizon = retrieved_at - WINDOW
    if shelf.since is None or horizon < shelf.since:
        shelf.finder, shelf.last, shelf.since = Finder(), 0, horizon - SLACK
    elif horizon - shelf.since > 2 * SLACK:
        shelf.since = horizon - SLACK
        shelf.finder.forget(shelf.since)
    while news := origins.compared(tx, METHOD, shelf.last, shelf.since, CATCH_UP_BATCH):
        shelf.finder.remember([Known(one.document, one.origin_group, one.retrieved_at, one.sketch) for one in news])
        shelf.last = news[-1].number


def _compare(tx: Session, finder: Finder, batch: Sequence[Document], now: datetime) -> int:
    """Stores what the batch repeats; how many copies."""
    known = {document.id: document for document in batch}

    def texts(ids: Collection[str]) -> Mapping[str, str]:
        found = stored.documents_by_id(tx, ids)
        known.update(found)
        return {name: document.full_text for name, document in found.items()}

    kept, links = finder.find([Told(d.id, d.origin_group, d.retrieved_at, d.full_text) for d in batch], texts)
    copies = [as_copy(known[link.new], known[link.known], link, now) for link in links if known[link.new].entry != known[link.known].entry]
    origins.save_compared(tx, METHOD, [(known[one.id], one.sketch) for one in kept], copies, now)
    return len(copies)


def as_copy(new: Document, old: Document, link: Link, now: datetime) -> Copy:
    """The link as a fact; who told it first is who was copied."""
    sides = [(new, link.overlap.span), (old, link.overlap.known_span)]
    (copied, copied_span), (document, span) = sorted(sides, key=lambda side: by_time(side[0]))
    return Copy(
        document=document.id,
        entry=document.entry,
        copied=copied.id,
        copied_entry=copied.entry,
        share=link.overlap.share,
        span=span,
        copied_span=copied_span,
        recorded_at=now,
    )
