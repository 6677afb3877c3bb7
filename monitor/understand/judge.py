"""What each line says happened: cue hits that survive the checks of actor, company and hedge, as scores per event type.

What comes in: a `Reading` with grammar. What goes out: one `Judged` per line with a surviving cue.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from monitor.model import MODIFIERS, EventType, Modality
from monitor.understand.actors import NOBODY, Actor, find_actor
from monitor.understand.lexicon import Lexicon
from monitor.understand.places import PlaceName
from monitor.understand.reading import Hit, Line, Reading

POSITION = (1.3, 1.0, 0.95, 0.85, 0.8, 0.75)
"""Weight of a line by its place; the title counts most, everything after the fifth like the last."""
_ORIGIN = re.compile(
    r"(?:-(?:based|headquartered|owned|made|listed)|[- ]+(?:\S+ ){0,4}(?:(?:firm|company|start-?up|maker|giant|group|rival|developer|provider|distributor|parent|laboratory|unicorn|subsidiary|chipmaker|vendor|operator|platform|chatbot|app|lender|refiner)\b|Ⓟ))",
    re.IGNORECASE,
)
_ORIGIN_GEO = re.compile(
    r"(?:-(?:based|headquartered|owned)|\x27?s? (?:\w+ )?(?:firm|compan|start-?up|maker|giant|rival|chipmaker|tech giant|research company)|\x27s Ⓟ)",
    re.IGNORECASE,
)
_AGAINST_MEASURE = re.compile(
    r"\w+(?:ing|ed|s)? (?:\S+ ){0,4}?(?:law|laws|ban|bans|rule|rules|order|enforcement|bill|legislation|ruling|tariffs?|sanctions|curbs|decision|divest\S*|sale-or-ban|lawsuit|probe|merger|deal|acquisition|takeover)\b",
    re.IGNORECASE,
)
_COMPANY_DEAL = re.compile(
    r"\b(?:merg(?:e|er|ing)|acquisition|acquire|takeover|buyout|purchase of \w+ (?:Blizzard|Inc)|code of (?:practice|conduct)|disinformation code|voluntary agreement|bug|glitch)\b|收购|并购",
    re.IGNORECASE,
)
_THREAT = re.compile(r"\bthreaten(?:s|ed|ing)? (?:to|a|with)\b|威胁", re.IGNORECASE)
_FIRST_PERSON = re.compile(
    r"\b(?:we are writing|your (?:account|organi[sz]ation|workspace|subscription|API key)|our (?:services|terms|customers|records))\b|您的(?:账号|账户|组织)|我们将",
    re.IGNORECASE,
)
_ORDERED = re.compile(
    r"\b(?:court|regulator'?s?|government|ministry|judge|decree|authorit\w+)\b[^.]{0,60}\border|\border(?:s|ed)?\b[^.]{0,60}\b(?:court|regulator|government|ministry|judge|authorit)",
    re.IGNORECASE,
)
_LOSERS = frozenset({"ar.lose-access", "ar.locked-out"})
"""Cues whose subject is who loses, not who cuts."""
_LANGUAGE = re.compile(r"^[- ]?(?:language|speak|translation|subtitles)", re.IGNORECASE)
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
        for hit in line.hits:
            actor = find_actor(line, hit, previous, lexicon)
            if _may_act(hit, actor) and not _misread(line, hit) and all(_NEEDS[need](line, reading, lexicon) for need in hit.cue.needs):
                findings.append(Finding(hit, actor))
        if findings:
            judged.append(_scored(line, tuple(findings), lexicon, opinion=opinion, title_off=title_off))
        previous = _last_actor(line, findings, previous)
    return judged


def _author(reading: Reading) -> Actor:
    """Whom "we" means: in a provider's own notice the provider named first."""
    speaks = reading.document.kind.startswith("vendor") or _FIRST_PERSON.search(reading.text.norm)
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
    if _COMPANY_DEAL.search(line.sentence.text):
        return True
    return bool(_AGAINST_MEASURE.match(line.masked[hit.start - line.sentence.start :]))


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


def regions(line: Line) -> list[PlaceName]:
    """The places a line speaks of, without the adjective that only says where a firm is from ("the US company", "German rival SAP")."""
    found = []
    for place in line.places:
        after = line.masked[place.end - line.sentence.start :][:40]
        if place.kind == "organ" or ((place.kind == "demonym" or after.startswith("-")) and _ORIGIN.match(after)):
            continue
        if place.kind == "demonym" and (
            _LANGUAGE.match(after) or line.masked[: place.start - line.sentence.start].lower().endswith("non-")
        ):
            continue
        if place.kind == "geo" and _ORIGIN_GEO.match(after):
            continue
        found.append(place)
    return found


def _region(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    near = [reading.lines[0], *reading.lines[max(0, line.index - 2) : line.index + 1]]
    return any(regions(other) for other in near)


def _provider(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    return bool(line.mentions) or (line.index <= 3 and bool(reading.lines[0].mentions))


def _region_or_party(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    return len({m.provider for m in line.mentions}) > 1 or _region(line, reading, lexicon)


def _tech(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    return bool(line.mentions) or any(
        p.search(line.sentence.text) or p.search(reading.lines[0].sentence.text) for p in lexicon.sectors.values()
    )


def _gov(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    return any(p.kind in ("organ", "capital") for p in line.places) or bool(lexicon.words["gov"].search(line.masked))


def _tech_home(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    return bool(line.mentions) or any(p.kind == "demonym" for p in line.places) or bool(reading.lines[0].mentions)


def _acts(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    return bool(lexicon.words["acts"].search(line.masked)) and _tech(line, reading, lexicon)


def _law(line: Line, reading: Reading, lexicon: Lexicon) -> bool:
    return bool(lexicon.words["law"].search(reading.text.norm))


_Need = Callable[[Line, Reading, Lexicon], bool]
_NEEDS: dict[str, _Need] = {
    "region": _region,
    "region-or-party": _region_or_party,
    "provider": _provider,
    "tech": _tech,
    "gov": _gov,
    "acts": _acts,
    "tech-home": _tech_home,
    "measure-word": _law,
    "provider-or-tech": _tech,
    "gov-or-act": lambda line, reading, lexicon: _gov(line, reading, lexicon) or bool(re.search(r"\bAct\b|Measures", line.sentence.text)),
    "ordered": lambda line, reading, lexicon: bool(_ORDERED.search(reading.text.norm)),
    "region-or-gov": lambda line, reading, lexicon: _region(line, reading, lexicon) or _gov(line, reading, lexicon),
    "law-or-tech": lambda line, reading, lexicon: _law(line, reading, lexicon) and _tech(line, reading, lexicon),
}


def measures(judged: Judged) -> Iterator[EventType]:
    """The types of a line that stand by themselves."""
    return (kind for kind in judged.scores if kind not in MODIFIERS)
