"""The answer to a risk question: score, factors that sum to it, alternatives, unknowns.

In: events (as threaded from what was known) and a question. Out: an assessment.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.assess.alternatives import Ratings, alternatives
from monitor.assess.parties import ByParty
from monitor.assess.question import Question
from monitor.assess.rate import Hashes, rate
from monitor.model import Assessment
from monitor.model.event_brief import Weighable

__all__ = ["Question", "score"]


def score(events: Sequence[Weighable], question: Question, ratings: Ratings | None = None, hashes: Hashes | None = None) -> Assessment:
    """Provider × jurisdiction × instant: 0–100 with its proof and with what to switch to.

    Pure: the same events in any order and the same question give the same answer. No event on record gives 0 and says
    that this is an absence of reports. Events in brief give it too. Who asks about many pairs gives
    `ratings` and `hashes`, the same for all.
    """
    known = ByParty(events)
    answer = rate(known.concerning(question), question, hashes)
    return answer.model_copy(update={"alternatives": alternatives(known, question, ratings)})
