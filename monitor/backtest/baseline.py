"""What a team without threads and scores would set up: documents come in, the alerts of a simple rule go out.

Both watch titles, where news says what it is about, and both may ring as often as the product does: the first of each week.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from monitor.model import Document, Tagging

MEASURE = re.compile(
    r"\b(?:bans?|banned|banning|block\w*|restrict\w*|curb\w*|sanction\w*|blacklist\w*|prohibit\w*|suspend\w*|fine[sd]?|tariffs?|outlaw\w*|"
    r"forbid\w*|divest\w*|crackdown|export controls?|entity list)\b",
    re.IGNORECASE,
)
"""What one would type into a news alert beside a provider's name."""
QUIET = timedelta(days=1)
"""The keyword alert does not ring twice a day for one provider."""
RECENT = timedelta(days=7)
"""The recency alert rings when a provider is in a title that was in none for a week."""


@dataclass(frozen=True)
class Ring:
    """One alert of a baseline."""

    at: datetime
    provider: str
    document: Document


@dataclass
class Baseline:
    """A simple rule with what it noticed; the newest mention of each provider decides what comes next."""

    kind: Literal["keyword", "recency"]
    rings: list[Ring] = field(default_factory=list)
    _last: dict[str, datetime] = field(default_factory=dict)

    def see(self, document: Document, tagging: Tagging, now: datetime) -> None:
        """Ring for the providers of the title, where the rule says so."""
        if self.kind == "keyword" and not MEASURE.search(document.title):
            return
        for provider in dict.fromkeys(m.provider for m in tagging.mentions if m.end <= len(document.title)):
            last = self._last.get(provider)
            if last is None or now - last > (QUIET if self.kind == "keyword" else RECENT):
                self.rings.append(Ring(now, provider, document))
                self._last[provider] = now
            elif self.kind == "recency":
                self._last[provider] = now

    def within(self, per_week: float) -> Sequence[Ring]:
        """The first rings of each week, as many as `per_week` on the average of the weeks."""
        return tuple(self._first_of_weeks(per_week))

    def _first_of_weeks(self, per_week: float) -> Iterator[Ring]:
        spent: Counter[tuple[int, int]] = Counter()
        weeks: list[tuple[int, int]] = []
        for ring in self.rings:
            week = ring.at.isocalendar()[:2]
            if week not in weeks:
                weeks.append(week)
            if spent.total() < per_week * len(weeks) and spent[week] < per_week + 1:
                spent[week] += 1
                yield ring
