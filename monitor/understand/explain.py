"""Why a record says what it says: the gate's names and words, the cues and events of the rules, every head's probabilities, and
the phrases that the words are judged by.

What comes in: a look and a verdict. What goes out: plain JSON; offsets count in `title + "\\n" + body`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from monitor.model import Signal
from monitor.understand.learned.encoder import Floats
from monitor.understand.learned.page import DATE_ROLES, ROLES, STAGES, TYPES, Page
from monitor.understand.learned.verdict import Verdict
from monitor.understand.learned.wording import telling, worded
from monitor.understand.tag import Look

JsonObject = dict[str, Any]
SHOWN = 0.05
"""Less likely answers are left out."""
PHRASES = 8
"""Phrases that are shown of those the words are judged by."""


def explained(look: Look, verdict: Verdict | None) -> JsonObject:
    """What each stage of reading found in one document."""
    found: JsonObject = {"gate": _gate(look), "cues": [], "rules": [], "heads": None, "words": None}
    if look.reading is not None:
        hits = [(line.index, hit) for line in look.reading.lines for hit in line.hits]
        found["cues"] = [{"sentence": number, "type": hit.cue.type, **_span(look, hit.start, hit.end)} for number, hit in hits]
        found["rules"] = [_signal(signal) for signal in look.found]
    if look.page is not None and verdict is not None:
        found["heads"] = _heads(look, look.page, verdict)
    if look.reading is not None and (chance := worded(look.reading)):
        found["words"] = {"relevant": round(chance, 3), "phrases": telling(look.reading, PHRASES)}
    return found


def _span(look: Look, start: int, end: int) -> JsonObject:
    quote = look.text.quote(start, end)
    return {"start": quote.start, "end": quote.end, "text": quote.text}


def _gate(look: Look) -> JsonObject:
    gate = look.gate
    return {
        "candidate": gate.candidate,
        "providers": [{"provider": m.provider, **_span(look, m.start, m.end)} for m in gate.mentions],
        "doubtful": [{"provider": m.provider, **_span(look, m.start, m.end)} for m in gate.doubtful],
        "places": [{"jurisdictions": list(p.ids), "kind": p.kind, **_span(look, p.start, p.end)} for p in gate.places],
    }


def _signal(signal: Signal) -> JsonObject:
    return {
        "types": [signal.type, *signal.beneath], "background": signal.background, "modality": signal.modality, "stage": signal.stage,
        "providers": dict(signal.providers), "confidence": signal.confidence,
    }  # fmt: skip


def _heads(look: Look, page: Page, verdict: Verdict) -> JsonObject:
    assert look.reading is not None
    lines = [look.reading.lines[i].sentence for i in page.lines]
    return {
        "relevant": round(verdict.relevant, 3),
        "primary": _likely(TYPES, verdict.primary), "types": _likely(TYPES, verdict.types), "stage": _likely(STAGES, verdict.stage),
        "on_publication_day": dict(zip(DATE_ROLES, (round(float(chance), 3) for chance in verdict.today), strict=False)),
        "sectors": _likely([e.key for e in page.sectors], verdict.sectors),
        "roles": {e.key: _likely((*ROLES, "not named"), row) for e, row in zip(page.providers, verdict.roles, strict=True)},
        "issuing": _likely([e.key for e in page.places], verdict.issuing),
        "affected": _likely([e.key for e in page.places], verdict.affected),
        "dates": [
            {"day": e.key.split("@")[0], **_likely(DATE_ROLES, row)}
            for e, row in zip(page.days, verdict.days, strict=True)
        ],
        "sentences": [
            {**_span(look, line.start, line.end), "types": _likely(TYPES, row), "history": round(float(past), 3)}
            for line, row, past in zip(lines, verdict.sentence_types, verdict.history, strict=True)
        ],
    }  # fmt: skip


def _likely(names: Sequence[str], row: Floats | Iterable[float]) -> dict[str, float]:
    """Names with their probabilities, the likeliest first."""
    pairs = sorted(zip(names, row, strict=True), key=lambda pair: -pair[1])
    return {name: round(float(chance), 3) for name, chance in pairs if chance >= SHOWN}
