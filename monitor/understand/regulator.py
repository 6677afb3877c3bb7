"""What a regulator's own paper says of itself outranks what rules and heads read from its text.

What comes in: a document and the signals read from its text. What goes out, for a regulator's paper: the signals without those of its
daily routine, with no class that its words do not name, and, from a gazette's `RegulatorFacts`, with its stage, dates, issuing
jurisdiction and instrument.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from monitor.model import HIT, Document, EventDates, EventType, RegulatorFacts, Signal, Stage
from monitor.understand.dates.roles import OLD_AFTER_DAYS
from monitor.understand.lexicon import load_lexicon, phrase

_LEAD = 600
"""Letters of the text that say what the paper does."""
_TRADE = frozenset({"export_control", "sanctions_listing", "tariff", "investment_restriction"})
"""Measures whose goods the text names; of others the title says whom they are for."""
_BY_TITLE: Mapping[str, EventType] = {"regulator.prohibition": "service_ban", "regulator.imports": "tariff"}
_WORDED = ("en", "zh")
"""Languages whose words for a sector we know."""

_RULE = frozenset({"rule", "final rule", "interim final rule", "interim rule", "determination"})
_PROPOSED = frozenset({"proposed rule", "prorule", "proposed_rule", "advance notice of proposed rulemaking"})


def trusted(document: Document, signals: list[Signal]) -> list[Signal]:
    """The signals with a regulator's facts in place of guesses; unchanged for documents of others."""
    if document.kind == "regulator" and document.lang[:2].lower() in _WORDED:
        signals = [told for signal in signals if (told := _told_by_itself(signal, document)) is not None]
    facts = document.regulator
    if facts is None:
        return signals
    published = (document.published_at or document.retrieved_at).date()
    return [_with_facts(signal, facts, published, document) for signal in signals]


def kind_by_title(document: Document) -> EventType | None:
    """The measure that a regulator's title names in so many words, which heads that learnt from news read as something else."""
    if document.kind != "regulator":
        return None
    return next((kind for name, kind in _BY_TITLE.items() if phrase(name).search(document.title)), None)


def _told_by_itself(signal: Signal, document: Document) -> Signal | None:
    """The signal as the paper's own words bear it out; None for routine, and for a measure that hits nobody and no technology."""
    title, lead = document.title, document.text[:_LEAD]
    if signal.background:
        return signal
    if phrase("regulator.routine").search(title):
        return None
    eased, tightened = (any(phrase(name).search(text) for text in (title, lead)) for name in ("regulator.eases", "regulator.tightens"))
    if signal.type in ("export_control", "sanctions_listing") and eased and not tightened:
        beneath = (signal.type, *(kind for kind in signal.beneath if kind != "relief"))
        signal = signal.model_copy(update={"type": "relief", "beneath": beneath})
    is_made = signal.stage == "proposed" and phrase("regulator.decided").search(lead)
    signal = signal.model_copy(update={"dates": _own_days(signal.dates, document), "stage": "final" if is_made else signal.stage})
    if HIT & {*signal.providers.values()}:
        return signal
    if phrase("regulator.other-goods").search(title):
        return None
    is_trade = not _TRADE.isdisjoint((signal.type, *signal.beneath))
    named = _sectors_named(f"{title}\n{document.text}" if is_trade else title)
    if not named and not is_trade and not phrase("regulator.technical").search(title):
        return None
    return signal.model_copy(update={"sectors": tuple(sector for sector in signal.sectors if sector in named)})


def _own_days(dates: EventDates, document: Document) -> EventDates:
    """The days of the paper itself: older ones are those of a rule that it speaks of, and who gives more time tells until when."""
    oldest = (document.published_at or document.retrieved_at).date() - timedelta(days=OLD_AFTER_DAYS)
    announced, effective = (day if day is None or day >= oldest else None for day in (dates.announced, dates.effective))
    lead = document.text[:_LEAD]
    if dates.comment is None and phrase("regulator.comments").search(lead) and not phrase("regulator.takes-effect").search(lead):
        return dates.model_copy(update={"announced": announced, "effective": None, "comment": effective})
    return dates.model_copy(update={"announced": announced, "effective": effective})


def _sectors_named(text: str) -> set[str]:
    told = phrase("regulator.paperwork").sub(" ", text)
    return {sector for sector, pattern in load_lexicon().sectors.items() if pattern.search(told)}


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
