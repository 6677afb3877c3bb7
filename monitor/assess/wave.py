"""The newest wave of news on a measure: who tells it in these days, and who told it just before.

In: what reports of news say and when. Out: a `Wave`. Threads join what reporters call the same; a second fine, a further state's ban
or the next bill joins the former one. As news it is told apart: many voices at once, after days in which few spoke.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from monitor.assess.constants import NEWS_CYCLE_DAYS
from monitor.assess.stage import PHASE
from monitor.model import Stage, Wave

LENGTH: Final = timedelta(days=NEWS_CYCLE_DAYS)
"""Reports so close could know the same."""
QUIET: Final = 2 * LENGTH
"""Coverage of one thing dies down in that time."""
PLAIN_CONFIDENCE: Final = 0.65
"""Confidence of a report, weighed by its source's tier, from which one origin suffices whose headline says plainly that the measure was
taken: of a paper of medium standing what rules and heads find likely with .87, of a careful one with .72."""
TAKEN: Final[frozenset[Stage]] = frozenset({"announced", "final", "in_force"})


class Spoken(NamedTuple):
    """One report of news, with the stage it tells and the independent voice behind it."""

    document: str
    voice: int
    stage: Stage
    told: datetime
    recorded_at: datetime
    primary: bool
    plain: bool
    parties: frozenset[str] = frozenset()
    listing: bool = False


def wave(spoken: Sequence[Spoken]) -> Wave | None:
    """The wave that the newest report belongs to; None without any."""
    if not spoken:
        return None
    newest = max(spoken, key=lambda one: (one.told, one.recorded_at, one.document))
    within = [one for one in spoken if newest.told - LENGTH <= one.told]
    alike = [one for one in within if _told_as(one) == _told_as(newest)]
    earlier = (one for one in spoken if newest.told - 2 * LENGTH <= one.told < newest.told - LENGTH)
    before = [one for one in earlier if _told_as(one) == _told_as(newest)]
    # The newest first, but before it those whose headline says it plainly: the first one stands for the news.
    ordered = sorted(alike, key=lambda one: (one.plain, one.told, one.recorded_at, one.document), reverse=True)
    return Wave(
        stage=newest.stage,
        recorded_at=min(one.recorded_at for one in alike),
        documents=tuple(dict.fromkeys(one.document for one in ordered)),
        origins=len({one.voice for one in within if one.stage != "rumoured"}),
        alike=len({one.voice for one in alike}),
        before=len({one.voice for one in before}),
        primary=any(one.primary for one in within),
        plain=any(one.plain and one.stage in TAKEN for one in alike),
        listing=all(one.listing for one in alike),
        parties=tuple(sorted(frozenset().union(*(one.parties for one in alike)))),
    ).lean()


def _told_as(one: Spoken) -> int:
    """A rumour, a plan, or a decision: reporters use the stages within the last for the same news."""
    return min(PHASE[one.stage], PHASE["announced"]) if one.stage != "rumoured" else 0
