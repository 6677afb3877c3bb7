"""The tag record: the JSON of one tagged document. A document and its Tagging come in, a plain dict goes out.

The events are the truth; every document-level field is derived from the events that are not background.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from monitor.model import ROLE_PRECEDENCE, Document, EventDates, Quote, Role, Signal, Tagging

JsonObject = dict[str, Any]


def tag_record(document: Document, tagging: Tagging) -> JsonObject:
    """The record of `document` as `forewarned tag` prints it; offsets count in `title + "\\n" + body`."""
    live = [s for s in tagging.signals if not s.background] if tagging.relevant else []
    lead = max(live, key=lambda s: (s.type == tagging.primary, s.confidence), default=None)
    return {
        "id": document.guid,
        "relevant": tagging.relevant,
        "confidence": tagging.confidence,
        "lang": tagging.lang,
        "types": _types(live, tagging.primary),
        "primary": tagging.primary,
        "providers": _roles(live, tagging),
        "issuing": _union(s.issuing for s in live),
        "affected": _union(s.affected for s in live),
        "stage": lead.stage if lead else None,
        "dates": _dates([lead, *live] if lead else []),
        "sectors": _union(s.sectors for s in live),
        "offers": [_offer(o) for s in live for o in s.offers],
        "evidence": _distinct(_quote(q) for s in ([lead, *live] if lead else []) for q in s.evidence),
        "events": [_event(s) for s in tagging.signals],
        "mentions": [m.model_dump() for m in tagging.mentions],
        "unknown_organisations": list(tagging.unknown_organisations),
        "band": tagging.band,
        "reasons": list(tagging.reasons),
        "tagger_version": tagging.tagger_version,
    }


def _types(live: list[Signal], primary: str | None) -> list[str]:
    ordered = sorted(live, key=lambda s: s.type != primary)
    return list(dict.fromkeys(t for s in ordered for t in (s.type, *s.beneath)))


def _roles(live: list[Signal], tagging: Tagging) -> dict[str, Role]:
    roles: dict[str, Role] = {}
    for signal in live:
        for provider, role in signal.providers.items():
            roles[provider] = min(role, roles.get(provider, "mentioned"), key=ROLE_PRECEDENCE.index)
    for mention in tagging.mentions:
        roles.setdefault(mention.provider, "mentioned")
    return roles


def _union(rows: Iterable[tuple[str, ...]]) -> list[str]:
    return list(dict.fromkeys(value for row in rows for value in row))


def _distinct(rows: Iterable[JsonObject]) -> list[JsonObject]:
    return list({(row["start"], row["end"]): row for row in rows}.values())


def _dates(live: list[Signal]) -> JsonObject:
    """The lead event's dates; what it leaves open comes from the next event that tells of the same measure."""
    same = {t for s in live[:1] for t in (s.type, *s.beneath)}
    live = [s for s in live if same & {s.type, *s.beneath}]
    stated = {role: next((d for s in live if (d := getattr(s.dates, role))), None) for role in ("announced", "effective", "comment")}
    return {role: day.isoformat() if day else None for role, day in stated.items()}


def _event(signal: Signal) -> JsonObject:
    return {
        "type": signal.type,
        "beneath": list(signal.beneath),
        "modality": signal.modality,
        "background": signal.background,
        "providers": signal.providers,
        "issuing": list(signal.issuing),
        "affected": list(signal.affected),
        "stage": signal.stage,
        "dates": _event_dates(signal.dates),
        "sectors": list(signal.sectors),
        "offers": [_offer(o) for o in signal.offers],
        "instrument": signal.instrument,
        "evidence": [_quote(q) for q in signal.evidence],
        "confidence": signal.confidence,
    }


def _event_dates(dates: EventDates) -> JsonObject:
    days = {role: getattr(dates, role) for role in ("announced", "effective", "comment")}
    return {**{role: day.isoformat() if day else None for role, day in days.items()}, **({"months": dates.months} if dates.months else {})}


def _offer(offer: Any) -> JsonObject:
    return {key: value for key, value in offer.model_dump(mode="json").items() if value is not None or key == "amount"}


def _quote(quote: Quote) -> JsonObject:
    return quote.model_dump()
