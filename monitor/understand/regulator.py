"""What a gazette says of its own document outranks what rules read from its text.

What comes in: a document with `RegulatorFacts` and the signals read from its text. What goes out: the signals with stage,
dates, issuing jurisdiction and instrument set from those facts.
"""

from __future__ import annotations

from datetime import date

from monitor.model import Document, RegulatorFacts, Signal, Stage

_RULE = frozenset({"rule", "final rule", "interim final rule", "interim rule", "determination"})
_PROPOSED = frozenset({"proposed rule", "prorule", "proposed_rule", "advance notice of proposed rulemaking"})


def trusted(document: Document, signals: list[Signal]) -> list[Signal]:
    """The signals with the gazette's facts in place of guesses; unchanged for other documents."""
    facts = document.regulator
    if facts is None:
        return signals
    published = (document.published_at or document.retrieved_at).date()
    return [_with_facts(signal, facts, published, document) for signal in signals]


def _with_facts(signal: Signal, facts: RegulatorFacts, published: date, document: Document) -> Signal:
    if signal.background:
        return signal
    dates = signal.dates.model_copy(
        update={
            "announced": signal.dates.announced or published,
            "effective": facts.effective_on or signal.dates.effective,
            "comment": facts.comments_close_on or signal.dates.comment,
        }
    )
    issuing = (document.jurisdiction,) if document.jurisdiction else signal.issuing
    return signal.model_copy(
        update={
            "dates": dates,
            "issuing": issuing,
            "affected": tuple(place for place in signal.affected if place not in issuing) or signal.affected,
            "stage": _stage(signal, facts, published),
            "instrument": facts.rin[0] if facts.rin else facts.number,
        }
    )


def _stage(signal: Signal, facts: RegulatorFacts, published: date) -> Stage:
    kind = facts.doc_type.lower().replace("-", " ").strip()
    if kind in _PROPOSED:
        return "proposed"
    if signal.type == "relief" and signal.stage in ("rescinded", "suspended"):
        return signal.stage
    if kind in _RULE:
        return "in_force" if facts.effective_on is not None and facts.effective_on <= published else "final"
    return signal.stage
