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
from monitor.model import Event, EventType

_SAME_NEWS: Final = timedelta(days=NEWS_CYCLE_DAYS)
_LAWS: Final[frozenset[EventType]] = frozenset({"licensing_regulation", "data_privacy", "antitrust", "service_ban"})
"""What one law for a whole class may be called."""
_TRADE: Final[frozenset[EventType]] = frozenset({"export_control", "sanctions_listing", "tariff", "investment_restriction"})
_OTHERS: Final[frozenset[EventType]] = frozenset({"mitigation", "relief", "access_restriction"})
"""What is done about a measure, or by a provider, tells of no measure of a state."""


def further_voices(event: Event, others: Iterable[Event]) -> int:
    """How many independent origins that do not tell the event tell another one, asserted in the same days, by which one of its issuers
    hits one of its providers, or, where both name nobody, one of its sectors. Only events all of whose origins are of these days count.
    """
    wave = event.wave
    if wave is None or wave.stage == "rumoured" or event.type in _OTHERS or not event.issuing:
        return 0
    heard: set[str] = set()
    for other in others:
        news = other.wave
        if other.id == event.id or news is None or news.stage == "rumoured" or news.origins < len(other.origins):
            continue
        if abs(news.recorded_at - wave.recorded_at) <= _SAME_NEWS and _could_be_one(event, other):
            heard.update(other.origins)
    return len(heard.difference(event.origins))


def _could_be_one(event: Event, other: Event) -> bool:
    if other.withdrawn or other.stage in HALTED or other.type in _OTHERS or not set(event.issuing) & set(other.issuing):
        return False
    ours, theirs = _hit(event), _hit(other)
    if ours or theirs:
        return bool(ours & theirs)
    kinds = {event.type, other.type}
    return bool(set(event.sectors) & set(other.sectors)) and (kinds <= _LAWS or kinds <= _TRADE)


def _hit(event: Event) -> set[str]:
    return {provider for provider, role in event.providers.items() if role in ACTIVE}
