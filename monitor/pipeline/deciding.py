"""An analyst's word on origins: a decision comes in, is recorded as a fact, and the events are drawn anew by it."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.errors import NotFoundError, UsageError
from monitor.model import OriginDecision, OriginVerdict
from monitor.pipeline.assessing import assess
from monitor.pipeline.world import World
from monitor.store import documents as stored
from monitor.store import origins, signals


def decide(world: World, verdict: OriginVerdict, documents: Sequence[str], author: str, reason: str) -> tuple[OriginDecision, int]:
    """Records that these documents are one origin (`same`), or that each is one of its own (`apart`); how many event revisions that gave.

    NotFoundError for an unknown document, UsageError when fewer than two entries are to be one or nobody gives a reason.
    """
    with world.store.read() as tx:
        known = stored.documents_by_id(tx, documents)
    for name in documents:
        if name not in known:
            raise NotFoundError("document", name, "see `forewarned documents`")
    entries = {known[name].entry: name for name in documents}
    if verdict == "same" and len(entries) < 2:
        raise UsageError("give two documents or more that are one origin; versions of one entry are one anyway")
    return _record(world, _decision(world, author, reason, verdict=verdict, documents=tuple(entries.values()), entries=tuple(entries)))


def undo(world: World, number: int, author: str, reason: str) -> tuple[OriginDecision, int]:
    """Takes a decision back, also one that took another back; how many event revisions that gave."""
    return _record(world, _decision(world, author, reason, verdict="undo", undoes=number))


def _decision(world: World, author: str, reason: str, **said: object) -> OriginDecision:
    if not author.strip() or not reason.strip():
        raise UsageError("a decision needs who made it and why: --by NAME --reason TEXT")
    return OriginDecision.model_validate({"author": author.strip(), "reason": reason.strip(), "recorded_at": world.clock(), **said})


def _record(world: World, decision: OriginDecision) -> tuple[OriginDecision, int]:
    with world.store.write() as tx:
        recorded = origins.decide(tx, decision)
        tagger = signals.tagger_version(tx, recorded.recorded_at)
    return recorded, assess(world, tagger) if tagger else 0
