"""Decisions as labelled texts: what analysts confirmed, corrected or rejected comes in, rows of the gold format go out.

A row must be right as a whole, so a document is left out while something that it tells is undecided, disputed, or corrected in a field
of which nobody can say whether this document or another one of the event was misread.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from monitor.answers.reader import Reader
from monitor.assess.anchors import Key, Register, key_of
from monitor.assess.correct import reading, same_fields
from monitor.assess.measure import claims
from monitor.model import VERDICTS, Anchor, Correction, Document, EventDecision, EventType, Report, Signal, Tagging, standing
from monitor.store import Session, signals
from monitor.store import decisions as stored
from monitor.store import documents as stored_documents
from monitor.understand.record import tag_record

_OF_THE_TAGGER = ("band", "reasons", "tagger_version", "unknown_organisations", "mentions", "confidence")
"""What a tag record says of the tagger, not of the text."""


@dataclass
class _Judged:
    """One signal of one document with what was decided about it, oldest first."""

    anchor: Anchor
    story: str
    alone: bool = True
    verdict: EventDecision | None = None
    corrections: list[tuple[Correction, Correction]] = field(default_factory=list)
    """What is right, and what was read in the same fields of the event."""


@dataclass(frozen=True)
class Gold:
    """Rows in the order of their documents, and how many documents with decisions gave none."""

    rows: list[dict[str, Any]]
    left_out: int


def gold_rows(reader: Reader) -> Gold:
    """One row per document of which everything that it tells is decided."""
    with reader.store.read() as tx:
        held = standing(stored.decisions(tx, None))[::-1]
        judged = _judged(held)
        found = stored_documents.documents_by_id(tx, list(judged))
        rows = [_row(found[name], _whole(tx, found[name]), judged[name], held) for name in sorted(found)]
    return Gold([row for row in rows if row], sum(row is None for row in rows))


def _judged(held: Sequence[EventDecision]) -> dict[str, dict[Key, _Judged]]:
    """What was decided about the signals of each document."""
    found: dict[str, dict[Key, _Judged]] = defaultdict(dict)
    for decision in held:
        if decision.kind not in VERDICTS and decision.kind != "correct":
            continue
        alone = len({anchor.entry for anchor in decision.anchors}) == 1
        for anchor in decision.anchors:
            one = found[anchor.document].setdefault(key_of(anchor), _Judged(anchor, decision.event))
            one.alone &= alone
            if decision.kind in VERDICTS:
                one.verdict = decision
            elif decision.correction and decision.read:
                one.corrections.append((decision.correction, decision.read))
    return found


def _whole(tx: Session, document: Document) -> Tagging:
    """The newest reading of a document; there is one, since something in it was decided about."""
    tagging = signals.tagging_of(tx, document.id)
    assert tagging is not None
    return tagging


def _row(document: Document, tagging: Tagging, judged: Mapping[Key, _Judged], held: Sequence[EventDecision]) -> dict[str, Any] | None:
    reports = [Report(document=document, signal=s, recorded_at=document.retrieved_at) for s in tagging.signals if tagging.relevant]
    live = [claim for report in reports if not report.signal.background for claim in claims(report)]
    register = Register(enumerate(live), held)
    if set(range(len(live))) - {register.find(one.anchor) for one in judged.values()}:
        return None
    right = list(_right(judged.values()))
    if None in right:
        return None
    told = tuple(signal for signal in right if signal is not None)
    labels = tagging.model_copy(
        update={"signals": told, "relevant": any(not s.background for s in told), "primary": _primary(told, tagging), "lang": document.lang}
    )
    record = tag_record(document, labels)
    text = {"published": document.told_at.date().isoformat(), "source": document.kind, "title": document.title, "body": document.text}
    place = {"source_jurisdiction": document.jurisdiction} if document.jurisdiction else {}
    story = {"id": document.id, "story": min(one.story for one in judged.values()), **text, **place}
    return story | {name: value for name, value in record.items() if name not in (*_OF_THE_TAGGER, "id")}


def _right(judged: Iterable[_Judged]) -> Iterator[Signal | None]:
    """The right reading of each signal: nothing for one that was rejected as misread, None for one of which it cannot be told."""
    for one in judged:
        kind = one.verdict.kind if one.verdict else "confirm"
        if kind == "confirm":
            yield _corrected(one)
        elif kind == "dispute" or (one.verdict and not one.verdict.misread):
            yield None


def _corrected(one: _Judged) -> Signal | None:
    """The signal with its fields put right; None where it says neither what was corrected nor what is right, and is not alone in it."""
    right = one.anchor.signal
    for correction, was in one.corrections:
        own = reading(one.anchor.signal, correction).values
        for name, value in correction.values.items():
            if own[name] != value and own[name] != was.values[name] and not one.alone:
                return None
        stage = {"stage": correction.stage} if correction.stage else {}
        right = right.model_copy(update=same_fields(right, correction) | stage)
    return right


def _primary(told: Sequence[Signal], tagging: Tagging) -> EventType | None:
    live = [signal.type for signal in told if not signal.background]
    return tagging.primary if tagging.primary in live else next(iter(live), None)
