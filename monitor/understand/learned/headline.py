"""What an English headline says of a measure in so many words, before which heads that weigh the whole text have to yield.

What comes in: a text's first line, and what heads make of the text. What goes out: a stage, or yes or no.
"""

from __future__ import annotations

from collections.abc import Mapping

from monitor.model import MODIFIERS, EventType
from monitor.understand.lexicon import phrase
from monitor.understand.reading import Line

HALTED_BY_COURTS: frozenset[EventType] = frozenset({"service_ban", "licensing_regulation", "data_privacy"})
"""What courts keep from taking effect."""
_EASED: Mapping[str, EventType] = {
    "headline.eased-ban": "service_ban", "headline.eased-list": "sanctions_listing", "headline.eased-trade": "export_control",
}  # fmt: skip
"""What a headline on the end of a measure calls the measure."""
_MADE = frozenset({"announced", "final", "in_force"})


def cuts_a_network(title: Line) -> bool:
    """Whether a headline tells that a network is switched off, not what it costs, what broke it or that it is back."""
    return bool(phrase("reconcile.shutdown").search(title.masked)) and not phrase("reconcile.no-shutdown").search(title.masked)


def is_halted_by_court(title: Line) -> bool:
    """Whether a headline tells that a court keeps a measure from taking effect."""
    halted = phrase("reconcile.measure-halted")
    return bool(halted.search(title.masked) or halted.search(title.sentence.text))  # a mark hides that an organ is a court


def eased_by_title(title: Line) -> list[EventType]:
    """The kind of measure that a headline on a relief says has ended or is eased."""
    return [kind for name, kind in _EASED.items() if phrase(name).search(title.masked)][:1]


def stage_by_title(stage: str, kind: EventType, title: Line) -> str:
    """The stage that heads found, or the one that the headline on a measure of this kind tells instead."""
    ended = stage in ("suspended", "rescinded")
    if is_halted_by_court(title):
        return stage if ended or kind not in (*HALTED_BY_COURTS, *MODIFIERS) else "suspended"
    if ended and phrase("reconcile.stands").search(title.masked):
        return "in_force"
    if stage == "proposed" and phrase("headline.enacted").search(title.masked):
        return "final"
    if kind == "antitrust" and stage in _MADE and phrase("headline.demanded").search(title.sentence.text):
        return "proposed"
    if stage in _MADE and phrase("headline.one-chamber").search(title.masked) and not phrase("headline.enacted").search(title.masked):
        return "proposed"
    # Who suspends a service puts nothing off: the word for the end of a measure tells its beginning.
    is_ban = stage == "suspended" and phrase("reconcile.service-suspended").search(title.masked)
    is_cut = ended and kind in ("service_ban", "relief") and cuts_a_network(title)
    return "in_force" if is_ban or is_cut else stage
