"""A second opinion on what heads alone see: a reading and its signals come in, whether to trust them goes out.

Heads that stand alone are wrong on a stream as often as right: what a firm does to its own product, private quarrels and opinion look like
measures to them. Where no rule reads an event, the words must say so too (`wording.py`), and the headline must show who acts on whom.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from monitor.model import MODIFIERS, EventType, Signal
from monitor.understand.learned.headline import cuts_a_network, is_halted_by_court
from monitor.understand.lexicon import load_lexicon, phrase
from monitor.understand.reading import Line, Reading

_LEFT_TO_RULES: frozenset[EventType] = MODIFIERS | {"access_restriction"}
_ENDED = frozenset({"suspended", "rescinded"})
_OF_NONE = (
    "judge.reaction", "second.question", "second.spared", "second.approved", "reconcile.content-order", "judge.ordinary-pay",
    "judge.private-suit",
)  # fmt: skip
"""Phrases of headlines that tell of no measure."""
WORDED = 0.7
"""The least probability that words like these tell of a measure: four in five of those that do have it, four in a hundred others."""


def shows_who_acts(reading: Reading, live: Sequence[Signal], doubtful: Collection[str] = ()) -> bool:
    """Whether the headline is news of an authority's measure, not an opinion or a reaction, and names whom the measure hits, or, where
    it names nobody, the technology. A fine needs no authority in the headline. A provider's own step is left to the rules, as most are
    about its product; so are suits and ends, which would end or put off the wrong measure, but for a court that halts a law
    and a reprieve for a named firm. An official act names itself. A `doubtful` name in the headline counts where heads take it for one.
    """
    title = reading.lines[0]
    if not live or not live[0].issuing or (not is_official(reading) and _tells_of_none(title)):
        return False
    named = {mention.provider for mention in title.mentions} | (set(doubtful) & live[0].providers.keys())
    hit = named & {provider for provider, role in live[0].providers.items() if role in ("targeted", "restricting", "affected")}
    if is_official(reading):
        return bool(hit) if named else _is_technical(title)
    if is_halted_by_court(title):
        return bool(hit) if named else _is_technical(title)
    if live[0].type == "relief" and live[0].stage == "suspended" and phrase("second.reprieve").search(title.masked):
        return bool(hit) and _names_a_state(title)
    if live[0].type in _LEFT_TO_RULES or live[0].stage in _ENDED:
        return False
    if not _names_a_state(title):
        return bool(hit) and bool(phrase("second.fined").search(title.masked))
    if named:
        return bool(hit)
    is_law = live[0].stage == "proposed" and live[0].type == "licensing_regulation"  # fines that it threatens are nobody's yet
    return _is_technical(title) and (is_law or not phrase("second.party").search(title.masked))


def is_official(reading: Reading) -> bool:
    """Whether this is a regulator's own paper whose title says that it bans something or puts off a ban."""
    return reading.document.kind == "regulator" and bool(phrase("second.gazette").search(reading.lines[0].masked))


def _tells_of_none(title: Line) -> bool:
    """Whether a headline comments, asks, is off our topic, tells that nothing is done, or of an order on what stands on a service."""
    lexicon = load_lexicon()
    if phrase("reconcile.shutdown").search(title.masked) and not cuts_a_network(title):
        return True
    # A law may make firms pay for what they otherwise buy.
    others = [phrase(name) for name in _OF_NONE if name != "judge.ordinary-pay" or not phrase("reconcile.law").search(title.masked)]
    said = (lexicon.off_topic, *others)
    return bool(lexicon.opinion.search(title.sentence.text)) or any(pattern.search(title.masked) for pattern in said)


def _names_a_state(line: Line) -> bool:
    words = load_lexicon().words
    return any(place.ids for place in line.places) or bool(words["gov"].search(line.masked) or words["court"].search(line.masked))


def _is_technical(line: Line) -> bool:
    text = line.sentence.text
    return bool(phrase("needs.tech").search(text) or phrase("second.technical").search(text)) or any(
        sector.search(text) for sector in load_lexicon().sectors.values()
    )
