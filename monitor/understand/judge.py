"""What each line says happened: cue hits that survive the checks of actor, company and hedge, as scores per event type.

What comes in: a `Reading` with grammar. What goes out: one `Judged` per line with a surviving cue.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from monitor.model import MODIFIERS, EventType, Modality
from monitor.understand.actors import NOBODY, Actor, find_actor
from monitor.understand.lexicon import Lexicon, load_lexicon, phrase
from monitor.understand.needs import Spot, holds, regions
from monitor.understand.reading import Hit, Line, Reading

POSITION = (1.3, 1.0, 0.95, 0.85, 0.8, 0.75)
"""Weight of a line by its place; the title counts most, everything after the fifth like the last."""
_LOSERS = frozenset({"ar.lose-access", "ar.locked-out"})
"""Cues whose subject is who loses, not who cuts; the provider they name is what is lost."""
_GROUNDS: frozenset[str] = frozenset({"antitrust", "data_privacy", "licensing_regulation"})
"""Types whose law may be named as the mere ground of a provider's own step."""
_MISREAD = {"lr.fined": "judge.ordinary-pay", "lr.settled": "judge.ordinary-pay", "lr.state-suit": "judge.private-suit"}
"""What the words of these cues tell of as well."""
_OF_MERGERS: frozenset[str] = frozenset({"antitrust", "litigation", "relief"})
"""Types that a merger's clearance or review resembles; it changes nobody's use of a provider."""
_CERTAINTY: dict[Modality, float] = {"asserted": 1.0, "threatened": 0.8, "hypothetical": 0.6, "denied": 0.25, "historical": 1.0}
"""How much of its weight a line keeps."""
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
    ground: bool = False

    @property
    def best(self) -> float:
        """The highest score of a measure or modifier in this line."""
        return max(self.scores.values())

    @cached_property
    def providers(self) -> frozenset[str]:
        """Every provider the line names."""
        return frozenset(m.provider for m in self.line.mentions)

    @cached_property
    def restricting(self) -> frozenset[str]:
        """Providers that act themselves."""
        return frozenset(
            i
            for f in self.findings
            if f.actor.kind == "provider" and f.hit.cue.type == "access_restriction" and f.hit.cue.id not in _LOSERS
            for i in f.actor.ids
        ) | frozenset(
            m.provider
            for f in self.findings
            if f.hit.cue.id in _LOSERS
            for m in self.line.mentions
            if f.hit.start <= m.start and m.end <= f.hit.end
        )

    @cached_property
    def issuing(self) -> tuple[str, ...]:
        """Jurisdictions whose organ acts, in order; named lists and rules stand for theirs."""
        acting = [i for f in self.findings if f.actor.kind in ("gov", "court") for i in f.actor.ids]
        return tuple(dict.fromkeys(acting)) or tuple(dict.fromkeys(f.hit.cue.issuer for f in self.findings if f.hit.cue.issuer))


def judge(reading: Reading, lexicon: Lexicon) -> list[Judged]:
    """The lines that tell of a measure, in order."""
    judged: list[Judged] = []
    previous = author = _author(reading)
    own_terms = reading.document.kind == "vendor_terms"
    title_off = bool(lexicon.off_topic.search(reading.lines[0].masked))
    opinion = bool(lexicon.opinion.search(reading.lines[0].sentence.text))
    for line in reading.lines:
        findings = []
        spot = Spot(line, reading)
        for hit in line.hits:
            actor = find_actor(line, hit, previous, lexicon)
            if actor.kind == "none" and not actor.passive and hit.cue.type == "access_restriction" and own_terms:
                actor = author
            if _may_act(hit, actor) and not _misread(line, hit, reading) and all(holds(need, spot) for need in hit.cue.needs):
                findings.append(Finding(hit, actor))
        findings = _one_act(line, findings)
        for part, told, ground in _apart(line, findings):
            found = _scored(part, told, lexicon, opinion=opinion, title_off=title_off)
            judged.append(replace(found, background=True, ground=True) if ground else found)
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


def _misread(line: Line, hit: Hit, reading: Reading) -> bool:
    """A noun where the cue means a verb ("the ban"), a state that only objects, or a step against a measure ("sues to block the law")."""
    if line.index > 0 and hit.cue.starts_with_verb:
        first = next((t for t in line.sentence.tokens if t.end > hit.start), None)
        if first is not None and (first.pos in ("NOUN", "PROPN", "ADJ") or first.dep == "amod"):
            return True
    reaction = phrase("judge.reaction").search(line.masked)
    if reaction and reaction.end() <= hit.start - line.sentence.start:
        return True
    if hit.cue.id in _MISREAD and phrase(_MISREAD[hit.cue.id]).search(line.masked):
        return True
    if hit.cue.id == "sb.shutdown" and any(phrase("reconcile.no-shutdown").search(near.masked) for near in (line, reading.lines[0])):
        return True
    if hit.cue.type == "antitrust" and phrase("judge.suit").search(line.masked) and not _is_public(line):
        return True
    if hit.cue.type in _OF_MERGERS:
        return any(phrase("judge.merger").search(near.masked) for near in (line, reading.lines[0]))
    if hit.cue.type not in ("access_restriction", "service_ban"):
        return False
    if phrase("judge.company-deal").search(line.sentence.text):
        return True
    said = line.masked[hit.start - line.sentence.start : hit.end - line.sentence.start]
    if hit.cue.type == "access_restriction" and (phrase("judge.premises").search(said) or _stops_data(line, hit)):
        return True
    return bool(phrase("judge.against-measure").match(line.masked[hit.start - line.sentence.start :]))


def _is_public(line: Line) -> bool:
    """Whether anybody but firms stands in the line: an organ, a word for one, or a place that is more than where a firm is from."""
    organ = any(place.kind in ("organ", "capital") for place in line.places)
    return organ or bool(regions(line)) or bool(load_lexicon().words["gov"].search(line.masked))


def _stops_data(line: Line, hit: Hit) -> bool:
    """Whether what is cut off is a flow of data, which no user loses."""
    spans = [(m.start(), m.end()) for m in phrase("judge.data-flow").finditer(line.masked)]
    return any(a + line.sentence.start < hit.end and hit.start < b + line.sentence.start for a, b in spans)


def grounds(line: Line) -> list[tuple[int, int]]:
    """The parts of a line that name another measure only as a reason or a yardstick ("retaliation for sanctions")."""
    base = line.sentence.start
    return [(base + m.start(), base + m.end()) for m in phrase("judge.ground").finditer(line.sentence.text)]


def _apart(line: Line, findings: list[Finding]) -> Iterator[tuple[Line, tuple[Finding, ...], bool]]:
    """The line's own news, then what it names as a ground, with the names that stand there."""
    spans = grounds(line) if findings else []
    inside = tuple(f for f in findings if any(a <= f.hit.start < b for a, b in spans))
    own = tuple(f for f in findings if f not in inside)
    if own:
        yield line, own, False
    if inside:
        named = tuple(m for m in line.mentions if any(a <= m.start < b for a, b in spans))
        yield replace(line, mentions=named), inside, True


def _one_act(line: Line, findings: list[Finding]) -> list[Finding]:
    """The findings without second readings of the same words: a provider's own cut is no state's ban, its ground no event."""
    cuts = [f for f in findings if f.hit.cue.type == "access_restriction" and f.actor.kind == "provider" and f.actor.ids]
    return [f for f in findings if not _is_ground(line, f, cuts) and not any(_same_words(f, cut) for cut in cuts)]


def _is_ground(line: Line, finding: Finding, cuts: list[Finding]) -> bool:
    if finding.hit.cue.type not in _GROUNDS or not cuts:
        return False
    return bool(phrase("needs.because").search(line.sentence.text[: finding.hit.start - line.sentence.start]))


def _same_words(ban: Finding, cut: Finding) -> bool:
    """Whether a ban rests on the words of a provider's own cut, and on no other named state."""
    if ban.hit.cue.type != "service_ban" or (ban.actor.kind in ("gov", "court") and ban.actor.ids):
        return False
    return ban.hit.start < cut.hit.end and cut.hit.start < ban.hit.end


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
    findings, modality = _said(line, findings, lexicon)
    factor = POSITION[min(line.index, len(POSITION) - 1)] * _CERTAINTY[modality] * (0.35 if opinion else 1.0)
    off = title_off or bool(lexicon.off_topic.search(line.masked))
    scores: dict[EventType, float] = {}
    for finding in findings:
        kind: EventType = finding.hit.cue.type  # type: ignore[assignment]
        value = finding.hit.cue.weight * factor * (0.3 if off and kind in _SOFT and not _is_states_act(line, finding) else 1.0)
        old = scores.get(kind, 0.0)
        scores[kind] = max(old, value) + 0.25 * min(old, value)
    background = (line.index > 0 and bool(lexicon.background.search(line.sentence.text))) or _only_old_dates(line)
    return Judged(line, findings, scores, modality, background)


def _is_states_act(line: Line, finding: Finding) -> bool:
    """Whether a named state bans or sues: what looks like a firm's rule for its staff, or tells of health, is then a measure."""
    if finding.hit.cue.id == "lr.state-suit":
        return bool(finding.actor.ids) and bool(line.mentions)
    is_state = finding.hit.cue.type == "service_ban" and finding.actor.kind == "gov" and bool(finding.actor.ids)
    return is_state and not phrase("judge.private-rule").search(line.masked)


def _said(line: Line, findings: tuple[Finding, ...], lexicon: Lexicon) -> tuple[tuple[Finding, ...], Modality]:
    """How certain the line is of what it tells; a denial in one clause leaves what stands behind "although" as it is."""
    text = line.sentence.text
    denials = [m.start() for m in lexicon.denial.finditer(text)]
    if denials:
        turns = [m.start() for m in phrase("judge.turn").finditer(text)]
        denied = {sum(t <= at for t in turns) for at in denials}
        free = tuple(f for f in findings if sum(t <= f.hit.start - line.sentence.start for t in turns) not in denied)
        return (free, "asserted") if free else (findings, "denied")
    doubt = lexicon.hypothetical.search(text)
    if doubt and not _weighed(text, doubt.start()):
        return findings, "hypothetical"
    return findings, "threatened" if phrase("judge.threat").search(text) else "asserted"


def _weighed(text: str, at: int) -> bool:
    """Whether a condition only says when a step would come that an actor is said to weigh or to have warned of."""
    return bool(phrase("judge.condition").match(text, at) and phrase("judge.weighing").search(text))


def _only_old_dates(line: Line) -> bool:
    return bool(line.dates) and all(d.role == "background" for d in line.dates)


def measures(judged: Judged) -> Iterator[EventType]:
    """The types of a line that stand by themselves."""
    return (kind for kind in judged.scores if kind not in MODIFIERS)
