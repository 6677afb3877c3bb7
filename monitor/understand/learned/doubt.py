"""What a person should look at: the band of a document and, for the middle one, why.

What comes in: a page's verdict. What goes out: `alert`, `review` or `archive`, with reasons in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np

from monitor.model import Band
from monitor.understand.learned.encoder import Floats
from monitor.understand.learned.page import ROLES, STAGES, TYPES, Page
from monitor.understand.learned.verdict import Verdict, day_chances

ALERT, ARCHIVE = 0.95, 0.15
"""Probabilities of relevance above and below which nobody needs to look."""
UNSURE = 0.5
"""A type, stage or role less likely than this is a reason to look."""
UNSURE_DAY = 0.65
"""So is a text of which neither a day nor "no day" is likelier than this."""


def band_of(page: Page, verdict: Verdict, seconded: bool) -> tuple[Band, tuple[str, ...]]:
    """The band, and the reasons of a review; `seconded` when a rule or the words of the headline tell of a live event too.

    On a real news stream heads that stand alone are wrong more often than right, however sure they are.
    """
    if verdict.relevant <= ARCHIVE:
        return "archive", ()
    reasons = [] if seconded else ["no rule tells of an event, and the headline does not show one"]
    if verdict.relevant < ALERT:
        reasons.append(f"relevant with probability {verdict.relevant:.2f}")
    reasons += _unsure("type", TYPES, verdict.primary)
    reasons += _unsure("stage", STAGES, verdict.stage)
    for entity, row in zip(page.providers, verdict.roles, strict=True):
        reasons += _unsure(f"role of {entity.key}", (*ROLES, "not named"), row)
    for role, chances in day_chances(page, verdict).items():
        reasons += _unsure_day(role, chances)
    return ("review" if reasons else "alert"), tuple(reasons)


def _unsure_day(role: str, chances: Mapping[date, float]) -> list[str]:
    """A reason when neither one day nor "no day" is likely enough."""
    best = max(chances, key=chances.__getitem__, default=None)
    none = 1 - sum(chances.values())
    if best is None or max(none, chances[best]) >= UNSURE_DAY:
        return []
    return [f"{role} day: {best} {chances[best]:.2f}, none {max(0.0, none):.2f}"]


def _unsure(field: str, names: Sequence[str], row: Floats) -> list[str]:
    first, second = np.argsort(-row)[:2]
    return [f"{field}: {names[first]} {row[first]:.2f} or {names[second]} {row[second]:.2f}"] if row[first] < UNSURE else []
