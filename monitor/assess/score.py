"""The answer to a risk question: score, factors that sum to it, alternatives, unknowns.

In: events (as threaded from what was known) and a question. Out: an assessment.
"""

from __future__ import annotations

from collections.abc import Sequence

from monitor.assess.alternatives import NO_ALTERNATIVE, Ratings, alternatives
from monitor.assess.parties import ByParty, Record
from monitor.assess.question import Question
from monitor.assess.rate import Hashes, rate
from monitor.model import Assessment
from monitor.model.event_brief import Weighable

__all__ = ["Question", "score", "scored"]


def score(events: Sequence[Weighable], question: Question) -> Assessment:
    """Provider × jurisdiction × instant: 0–100 with its proof and with what to switch to.

    Pure: the same events in any order and the same question give the same answer. No event on record gives 0 and says
    that this is an absence of reports. Events in brief give it too.
    """
    return scored(ByParty(events), question, {}, {})


def scored(known: Record, question: Question, ratings: Ratings, hashes: Hashes) -> Assessment:
    """The same for who asks about many pairs of one instant, with the same `ratings` and `hashes` for all, in which is noted what others
    of them need.
    """
    events = known.concerning(question)
    answer = rate(events, question, hashes)
    ratings[question.provider, question.jurisdiction] = answer.score if answer.score < NO_ALTERNATIVE else None
    return answer.model_copy(update={"alternatives": alternatives(events, known, question, ratings)})
