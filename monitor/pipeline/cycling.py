"""One full cycle: the steps in their order. A world and a tagger come in, what was done goes out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

from monitor.logs import log
from monitor.pipeline.assessing import assess
from monitor.pipeline.collecting import collect
from monitor.pipeline.comparing import compare
from monitor.pipeline.mailing import LONGEST_CYCLE, deliver
from monitor.pipeline.owner import is_alive, is_here, this_process
from monitor.pipeline.reading import read
from monitor.pipeline.world import Progress, World, no_progress
from monitor.store import slots
from monitor.understand.tag import Tagger


@dataclass(frozen=True)
class CycleSummary:
    """What one full cycle did."""

    polled: int
    states: dict[str, int]
    new_documents: int
    copies: int
    tagged: int
    relevant: int
    doubtful: int
    event_revisions: int
    deliveries: dict[str, int]
    seconds: float

    def answer(self) -> dict[str, Any]:
        """The summary as plain JSON."""
        return asdict(self)

    def lines(self) -> list[str]:
        """The summary in words."""
        states = ", ".join(f"{n} {state}" for state, n in sorted(self.states.items())) or "none due"
        mails = ", ".join(f"{n} {what}" for what, n in self.deliveries.items() if n) or "none due"
        return [
            f"sources    {self.polled} polled: {states}",
            f"documents  {self.new_documents} new, {self.tagged} read, {self.relevant} tell of an event, {self.doubtful} may",
            f"copies     {self.copies} found",
            f"events     {self.event_revisions} new or changed",
            f"digests    {mails}",
            f"took       {self.seconds:.1f} s",
        ]


def cycle(world: World, tagger: Tagger, progress: Progress = no_progress) -> CycleSummary:
    """Collect, compare, read, assess and deliver once."""
    with _under_way(world):
        started = world.clock()
        collected = collect(world, progress)
        copies = compare(world, progress)
        tagged = read(world, tagger, progress)
        summary = CycleSummary(
            polled=sum(collected.states.values()),
            states=dict(collected.states),
            new_documents=collected.new,
            copies=copies,
            tagged=tagged.documents,
            relevant=tagged.relevant,
            doubtful=tagged.doubtful,
            event_revisions=assess(world, tagger.version),
            deliveries=deliver(world),
            seconds=round((world.clock() - started).total_seconds(), 1),
        )
    if summary.polled:
        log("cycle finished", **{name: value for name, value in asdict(summary).items() if isinstance(value, int | float)})
    return summary


@contextmanager
def _under_way(world: World) -> Iterator[None]:
    """Other processes see meanwhile that this one may hold news that are not drawn yet."""
    with world.store.write() as tx:
        begun, now = slots.under_way(tx), world.clock()
        over = [owner for owner, at in begun.items() if not is_alive(owner) or (not is_here(owner) and at < now - LONGEST_CYCLE)]
        slots.leave(tx, [this_process(), *over])
        slots.enter(tx, this_process(), now)
    try:
        yield
    finally:
        with world.store.write() as tx:
            slots.leave(tx, [this_process()])
