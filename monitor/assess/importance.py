"""How grave an event is by itself, for ordering lists: whoever and wherever one is.

In: an event and an instant. Out: 0–100 with its level: the most that the event alone can give any provider in any place.
"""

from __future__ import annotations

from datetime import datetime
from math import floor, prod

from monitor.assess.factors import FACTORS
from monitor.assess.question import Question
from monitor.assess.rate import level_of
from monitor.model import Event, Level

_OF_THE_ASKER = frozenset({"jurisdiction", "role"})
"""Factors that say how near the event is to who asks; they are left out."""


def importance(event: Event, as_of: datetime) -> tuple[int, Level]:
    """100 × the product of the factors of the event itself, in the place where its gravest nature bites; (0, "none") when withdrawn."""
    if event.withdrawn:
        return 0, "none"
    places = {*event.affected, *event.issuing} or {""}
    size = max(_size(event, Question("", place, as_of, {}, {})) for place in places)
    shown = max(1, floor(100 * size)) if size > 0 else 0
    return shown, level_of(shown)


def _size(event: Event, question: Question) -> float:
    return prod(factor(event, question) for name, factor in FACTORS.items() if name not in _OF_THE_ASKER)
