"""How well tag records agree with labels: rates per field with lower bounds, calibration, confusions, worst documents.

What comes in: gold rows (tag records with labels, or rows that state only their `events`) and the records of the same
ids. What goes out: an `Evaluation`. A relevant document that the tagger calls irrelevant counts as empty in every field.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from monitor.model import ROLE_PRECEDENCE

Row = Mapping[str, Any]

Z_90 = 1.2815515655446004
"""The 90 % quantile of the normal distribution: bounds are one-sided."""
BINS = 10
"""Equal-width confidence bins of the calibration error (Guo et al. 2017)."""
_DATES = ("announced", "effective", "comment")


@dataclass(frozen=True)
class Rate:
    """One field: F1 of a set-valued field, or the share of right answers; `low` is Wilson's one-sided 90 % bound, `n` the labels."""

    precision: float | None
    recall: float | None
    score: float
    low: float
    n: int


@dataclass(frozen=True)
class Bin:
    """Decisions of like confidence: how sure the tagger was on average, and how often it was right."""

    confidence: float
    right: float
    n: int


@dataclass(frozen=True)
class Miss:
    """A document with wrong fields: how many, and `(field, gold, predicted)` of each."""

    id: str
    wrong: tuple[tuple[str, Any, Any], ...]


@dataclass(frozen=True)
class Evaluation:
    """What `forewarned evaluate` prints; rates and `false_alerts` (per 100 irrelevant documents) are over `documents` rows."""

    documents: int
    relevant: int
    rates: dict[str, Rate]
    false_alerts: float
    calibration_error: float
    bins: tuple[Bin, ...]
    confusions: dict[str, tuple[tuple[str, str, int], ...]]
    worst: tuple[Miss, ...]
    missing: tuple[str, ...]


def evaluate(gold: Iterable[Row], records: Iterable[Row], worst: int = 20) -> Evaluation:
    """The agreement of `records` with `gold`, joined by id; `worst` is how many documents are listed with their errors."""
    by_id = {str(record["id"]): record for record in records if "error" not in record}
    rows = [gold_row(row) for row in gold]
    pairs = [(row, _answer(by_id.get(str(row["id"])))) for row in rows]
    seen = [(row, record if record["relevant"] else _EMPTY) for row, record in pairs if row["relevant"]]
    misses = [Miss(str(row["id"]), tuple(_wrong(row, record))) for row, record in pairs]
    negatives = [record for row, record in pairs if not row["relevant"]]
    bins = _bins([(float(record.get("confidence") or 0.0), record["relevant"] == row["relevant"]) for row, record in pairs])
    return Evaluation(
        documents=len(pairs), relevant=len(seen), rates=_rates(pairs, seen),
        false_alerts=100 * sum(bool(r["relevant"]) for r in negatives) / max(1, len(negatives)),
        calibration_error=sum(b.n * abs(b.confidence - b.right) for b in bins) / max(1, len(pairs)), bins=bins,
        confusions={"primary": _confusion(seen, "primary"), "stage": _confusion(seen, "stage"), "role": _role_confusion(seen)},
        worst=tuple(sorted((m for m in misses if m.wrong), key=lambda m: (-len(m.wrong), m.id))[:worst]),
        missing=tuple(str(row["id"]) for row in rows if str(row["id"]) not in by_id),
    )  # fmt: skip


def gold_row(row: Row) -> Row:
    """The row with document-level labels; where it states only `events`, they follow from those that are not background."""
    if "relevant" in row:
        return row
    events = list(row.get("events") or [])
    live = [event for event in events if not event.get("background")]
    lead = live[0] if live else None
    return {
        **row, "relevant": lead is not None, "primary": lead["types"][0] if lead else None,
        "types": _union(event["types"] for event in live),
        "providers": _roles(live, events, row.get("mentioned") or []),
        "issuing": _union(event.get("issuing") or [] for event in live),
        "affected": _union(event.get("affected") or [] for event in live),
        "stage": lead["stage"] if lead else None, "dates": _dates(live),
        "sectors": _union(event.get("sectors") or [] for event in live),
        "offers": [offer for event in live for offer in event.get("offers") or []],
        "evidence": [quote for event in live for quote in event.get("evidence") or []],
    }  # fmt: skip


def _union(lists: Iterable[Iterable[str]]) -> list[str]:
    return list(dict.fromkeys(value for values in lists for value in values))


def _roles(live: Sequence[Row], events: Sequence[Row], mentioned: Iterable[str]) -> dict[str, str]:
    roles: dict[str, str] = {}
    for event in live:
        for provider, role in (event.get("providers") or {}).items():
            roles[provider] = min(role, roles.get(provider, "mentioned"), key=ROLE_PRECEDENCE.index)
    for provider in [*mentioned, *(p for event in events for p in event.get("providers") or {})]:
        roles.setdefault(provider, "mentioned")
    return roles


def _dates(live: Sequence[Row]) -> dict[str, str | None]:
    """The lead event's dates; what it leaves open comes from the next event of the same measure."""
    same = [event for event in live if set(live[0]["types"]) & set(event["types"])]
    return {kind: next((d for event in same if (d := (event.get("dates") or {}).get(kind))), None) for kind in _DATES}


_EMPTY: Row = {
    "relevant": False, "confidence": 0.0, "primary": None, "types": [], "providers": {}, "issuing": [], "affected": [], "stage": None,
    "dates": {}, "sectors": [], "offers": [], "evidence": [],
}  # fmt: skip


def _answer(record: Row | None) -> Row:
    return {**_EMPTY, **(record or {})}


def _day(kind: str, row: Row) -> list[str]:
    day = (row["dates"] or {}).get(kind)
    return [day] if day else []


_SETS: dict[str, Callable[[Row], Iterable[object]]] = {
    "types": lambda row: row["types"],
    "role": lambda row: row["providers"].items(),
    "issuing": lambda row: row["issuing"],
    "affected": lambda row: row["affected"],
    "sectors": lambda row: row["sectors"],
    "offers": lambda row: ((o["provider"], o["kind"]) for o in row["offers"] if o["kind"] != "migration_service"),
    **{kind: partial(_day, kind) for kind in _DATES},
}
"""Set-valued fields of relevant documents; migration services have no terms to compare."""


def _rates(pairs: Sequence[tuple[Row, Row]], seen: Sequence[tuple[Row, Row]]) -> dict[str, Rate]:
    rates = {
        "relevant": _set_rate((["x"] * g["relevant"], ["x"] * bool(p["relevant"])) for g, p in pairs),
        "primary": _share(g["primary"] == p["primary"] for g, p in seen),
        "link": _set_rate((g["providers"], p["providers"]) for g, p in pairs),
        "stage": _share(g["stage"] == p["stage"] for g, p in seen),
        "evidence": _share(_quoted(g, p) for g, p in seen if g["evidence"]),
    }
    return rates | {name: _set_rate((of(g), of(p)) for g, p in seen) for name, of in _SETS.items()}


def _quoted(gold: Row, record: Row) -> bool:
    """Whether one piece of evidence lies inside the other: a label may be a part of the sentence, or two sentences."""
    said = [_text(quote) for quote in record["evidence"]]
    return any(label in text or (text in label and len(text) > 15) for label in map(_text, gold["evidence"]) for text in said)


def _text(quote: Any) -> str:
    return str(quote["text"]) if isinstance(quote, Mapping) else str(quote)


def _set_rate(pairs: Iterable[tuple[Iterable[object], Iterable[object]]]) -> Rate:
    hit = extra = lost = 0
    for gold, predicted in pairs:
        wanted, got = set(gold), set(predicted)
        hit, extra, lost = hit + len(wanted & got), extra + len(got - wanted), lost + len(wanted - got)
    precision, recall = hit / max(1, hit + extra), hit / max(1, hit + lost)
    score = 2 * hit / max(1, 2 * hit + extra + lost)
    return Rate(precision, recall, score, wilson_low(score, hit + lost), hit + lost)


def _share(answers: Iterable[bool]) -> Rate:
    right = list(answers)
    score = sum(right) / max(1, len(right))
    return Rate(None, None, score, wilson_low(score, len(right)), len(right))


def wilson_low(share: float, n: int) -> float:
    """Wilson's one-sided 90 % lower bound of a share seen in `n` trials (Wilson 1927); 0 without trials."""
    if n == 0:
        return 0.0
    spread = Z_90 * math.sqrt(share * (1 - share) / n + Z_90**2 / (4 * n * n))
    return max(0.0, (share + Z_90**2 / (2 * n) - spread) / (1 + Z_90**2 / n))


def _bins(decisions: Sequence[tuple[float, bool]]) -> tuple[Bin, ...]:
    grouped: dict[int, list[tuple[float, bool]]] = {}
    for confidence, right in decisions:
        grouped.setdefault(min(BINS - 1, int(confidence * BINS)), []).append((confidence, right))
    return tuple(Bin(sum(c for c, _ in g) / len(g), sum(r for _, r in g) / len(g), len(g)) for _, g in sorted(grouped.items()))


def _confusion(seen: Sequence[tuple[Row, Row]], field: str) -> tuple[tuple[str, str, int], ...]:
    return _ranked(Counter((str(g[field]), str(p[field])) for g, p in seen if g[field] != p[field]))


def _role_confusion(seen: Sequence[tuple[Row, Row]]) -> tuple[tuple[str, str, int], ...]:
    names = ((g["providers"], p["providers"], i) for g, p in seen for i in {*g["providers"], *p["providers"]})
    return _ranked(Counter((g.get(i, "not named"), p.get(i, "not named")) for g, p, i in names if g.get(i) != p.get(i)))


def _ranked(counts: Counter[tuple[str, str]]) -> tuple[tuple[str, str, int], ...]:
    return tuple((gold, predicted, n) for (gold, predicted), n in counts.most_common(15))


def _wrong(gold: Row, record: Row) -> Iterable[tuple[str, Any, Any]]:
    if gold["relevant"] != record["relevant"]:
        yield "relevant", gold["relevant"], record["relevant"]
    if set(gold["providers"]) != set(record["providers"]):
        yield "link", sorted(gold["providers"]), sorted(record["providers"])
    if not gold["relevant"]:
        return
    record = record if record["relevant"] else _EMPTY
    for field in ("primary", "stage"):
        if gold[field] != record[field]:
            yield field, gold[field], record[field]
    for field, of in _SETS.items():
        wanted, got = set(of(gold)), set(of(record))
        if wanted != got:
            yield field, sorted(map(str, wanted)), sorted(map(str, got))
