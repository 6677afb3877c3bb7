"""What each line says happened: cue hits that survive the checks of actor, company and hedge, as scores per event type.

What comes in: a `Reading` with grammar. What goes out: one `Judged` per line with a surviving cue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from monitor.model import MODIFIERS, EventType, Modality
from monitor.understand.actors import NOBODY, Actor, find_actor
from monitor.understand.lexicon import Lexicon, phrase
from monitor.understand.needs import Spot, holds
from monitor.understand.reading import Hit, Line, Reading

POSITION = (1.3, 1.0, 0.95, 0.85, 0.8, 0.75)
"""Weight of a line by its place; the title counts most, everything after the fifth like the last."""
_THREAT = re.compile(r"\bthreaten(?:s|ed|ing)? (?:to|a|with)\b|威胁", re.IGNORECASE)
_LOSERS = frozenset({"ar.lose-access", "ar.locked-out"})
"""Cues whose subject is who loses, not who cuts."""
_SOFT: frozenset[str] = frozenset(
    {"service_ban", "access_restriction", "litigation", "licensing_regulation", "data_privacy", "relief", "mitigation", "divestiture"}
)


@dataclass(frozen=True)
class Finding:
    """A cue that holds, with who acts."""

    hit: Hit
    actor: Actor


@dataclass(frozen=True)
class Judged:
    """A line's surviving findings, its score per type, and how it says it."""

    line: Line
    findings: tuple[Finding, ...]
    scores: dict[EventType, float]
    modality: Modality
    background: bool

    @property
    def best(self) -> float:
        """The highest score of a measure or modifier in this line."""
        return max(self.scores.values())

    @property
    def providers(self) -> frozenset[str]:
        """Every provider the line names."""
        return frozenset(m.provider for m in self.line.mentions)

    @property
    def restricting(self) -> frozenset[str]:
        """Providers that act themselves."""
        return frozenset(
            i
            for f in self.findings
            if f.actor.kind == "provider" and f.hit.cue.type == "access_restriction" and f.hit.cue.id not in _LOSERS
            for i in f.actor.ids
        )

    @property
    def issuing(self) -> tuple[str, ...]:
        """Jurisdictions whose organ acts, in order; named lists and rules stand for theirs."""
        acting = [i for f in self.findings if f.actor.kind in ("gov", "court") for i in f.actor.ids]
        return tuple(dict.fromkeys(acting)) or tuple(dict.fromkeys(f.hit.cue.issuer for f in self.findings if f.hit.cue.issuer))


def judge(reading: Reading, lexicon: Lexicon) -> list[Judged]:
    """The lines that tell of a measure, in order."""
    judged: list[Judged] = []
    previous = _author(reading)
    title_off = bool(lexicon.off_topic.search(reading.lines[0].masked))
    opinion = bool(lexicon.opinion.search(reading.lines[0].sentence.text))
    for line in reading.lines:
        findings = []
        spot = Spot(line, reading)
        for hit in line.hits:
            actor = find_actor(line, hit, previous, lexicon)
            if _may_act(hit, actor) and not _misread(line, hit) and all(holds(need, spot) for need in hit.cue.needs):
                findings.append(Finding(hit, actor))
        if findings:
            judged.append(_scored(line, tuple(findings), lexicon, opinion=opinion, title_off=title_off))
        previous = _last_actor(line, findings, previous)
    return judged


def _author(reading: Reading) -> Actor:
    """Whom "we" means: in a provider's own notice the provider named first."""
    speaks = reading.document.kind.startswith("vendor") or phrase("judge.first-person").search(reading.text.norm)
    return Actor("provider", (reading.mentions[0].provider,)) if speaks and reading.mentions else NOBODY


def _may_act(hit: Hit, actor: Actor) -> bool:
    if actor.kind in hit.cue.actors:
        return True
    return actor.passive and actor.kind == "none" and "gov" in hit.cue.actors


def _misread(line: Line, hit: Hit) -> bool:
    """A noun where the cue means a verb ("the ban"), or a step against a measure ("sues to block the law")."""
    if line.index > 0 and hit.cue.starts_with_verb:
        first = next((t for t in line.sentence.tokens if t.end > hit.start), None)
        if first is not None and first.pos in ("NOUN", "PROPN", "ADJ"):
            return True
    if hit.cue.type not in ("access_restriction", "service_ban"):
        return False
    if phrase("judge.company-deal").search(line.sentence.text):
        return True
    return bool(phrase("judge.against-measure").match(line.masked[hit.start - line.sentence.start :]))


def _last_actor(line: Line, findings: list[Finding], previous: Actor) -> Actor:
    """The actor a pronoun in the next line means: the first provider of this line's findings, or the line's first name."""
    for finding in findings:
        if finding.actor.ids:
            return finding.actor
    if line.mentions:
        return Actor("provider", (line.mentions[0].provider,))
    governing = [p for p in line.places if p.ids and p.kind in ("organ", "capital")]
    return Actor("gov", governing[0].ids) if governing else previous


def _scored(line: Line, findings: tuple[Finding, ...], lexicon: Lexicon, *, opinion: bool, title_off: bool) -> Judged:
    modality: Modality = "asserted"
    factor = POSITION[min(line.index, len(POSITION) - 1)]
    if lexicon.denial.search(line.sentence.text):
        modality, factor = "denied", factor * 0.25
    elif lexicon.hypothetical.search(line.sentence.text):
        modality, factor = "hypothetical", factor * 0.6
    elif _THREAT.search(line.sentence.text):
        modality, factor = "threatened", factor * 0.8
    if opinion:
        factor *= 0.35
    off = lexicon.off_topic.search(line.masked)
    scores: dict[EventType, float] = {}
    for finding in findings:
        kind: EventType = finding.hit.cue.type  # type: ignore[assignment]
        soft = kind in _SOFT and (off or title_off)
        value = finding.hit.cue.weight * factor * (0.3 if soft else 1.0)
        old = scores.get(kind, 0.0)
        scores[kind] = max(old, value) + 0.25 * min(old, value)
    background = (line.index > 0 and bool(lexicon.background.search(line.sentence.text))) or _only_old_dates(line)
    return Judged(line, findings, scores, modality, background)


def _only_old_dates(line: Line) -> bool:
    return bool(line.dates) and all(d.role == "background" for d in line.dates)


def measures(judged: Judged) -> Iterator[EventType]:
    """The types of a line that stand by themselves."""
    return (kind for kind in judged.scores if kind not in MODIFIERS)
