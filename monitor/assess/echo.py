"""Who tells the same thing under another name: events of the same days come in, how many further voices one of them has goes out.

Reporters call one law a ban, a rule or a matter of data, with names and without, and each kind is an event of its own. Whether to
interrupt somebody for one of them asks how many independent origins tell that this state does something to these firms just now.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from monitor.assess.constants import NEWS_CYCLE_DAYS
from monitor.assess.factors import ACTIVE
from monitor.assess.stage import HALTED
from monitor.model import Event, EventType, Wave

SAME_NEWS: Final = timedelta(days=NEWS_CYCLE_DAYS)
"""How far apart two events may become news that tell one measure."""
_LAWS: Final[frozenset[EventType]] = frozenset({"licensing_regulation", "data_privacy", "antitrust", "service_ban"})
"""What one law for a whole class may be called."""
_CASES: Final[frozenset[EventType]] = _LAWS | {"divestiture", "litigation"}
"""What one act against a firm may be called, and the next, of trade."""
_TRADE: Final[frozenset[EventType]] = frozenset({"export_control", "sanctions_listing", "tariff", "investment_restriction", "service_ban"})
_OTHERS: Final[frozenset[EventType]] = frozenset({"mitigation", "relief", "access_restriction"})
"""What is done about a measure, or by a provider, tells of no measure of a state."""


def further_voices(event: Event, others: Iterable[Event]) -> int:
    """How many independent origins that do not tell the event tell another one of `echoes`."""
    heard = {origin for other in echoes(event, others) for origin in other.origins}
    return len(heard.difference(event.origins))


def echoes(event: Event, others: Iterable[Event]) -> list[Event]:
    """Those that tell the event under another name: asserted in the same days, by one of its issuers against one of its providers, or,
    where both name nobody, for one of its sectors, of a kind that it may be called. Only events all of whose origins are of these days
    count, and no copy of what tells the event.
    """
    wave = event.wave
    if wave is None or wave.stage == "rumoured" or event.withdrawn or event.type in _OTHERS or not event.issuing:
        return []
    quotes = {proof.quote for proof in event.evidence}
    return [
        other
        for other in others
        if _is_news_with(other, wave) and _could_be_one(event, other) and quotes.isdisjoint(proof.quote for proof in other.evidence)
    ]


def _is_news_with(other: Event, wave: Wave) -> bool:
    news = other.wave
    if news is None or news.stage == "rumoured" or news.origins < len(other.origins):
        return False
    return abs(news.recorded_at - wave.recorded_at) <= SAME_NEWS


def _could_be_one(event: Event, other: Event) -> bool:
    if other.id == event.id or other.withdrawn or other.stage in HALTED or not set(event.issuing) & set(other.issuing):
        return False
    kinds, ours, theirs = {event.type, other.type}, _hit(event), _hit(other)
    if ours or theirs:
        return bool(ours & theirs) and (kinds <= _CASES or kinds <= _TRADE)
    is_nameless = set(ACTIVE).isdisjoint((*event.providers.values(), *other.providers.values()))
    return is_nameless and bool(set(event.sectors) & set(other.sectors)) and (kinds <= _LAWS or kinds <= _TRADE)


def _hit(event: Event) -> set[str]:
    """Whom the measure is aimed at; a law touches many."""
    return {provider for provider, role in event.providers.items() if role in ("restricting", "targeted")}
