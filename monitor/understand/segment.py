"""Events of a document: judged lines put together where they tell of the same measure.

What comes in: judged lines. What goes out: `Cluster`s, each with its anchor lines, the lines that add to it, and types in order.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from monitor.model import MODIFIERS, EventType
from monitor.understand.judge import Judged, measures
from monitor.understand.offering import offerers
from monitor.understand.reading import Line, Reading

MINIMUM = 2.2
"""The least score of a line that may start an event, and of a type that an event keeps."""
JOINING = 1.1
"""The least score of a line that goes on telling of an event already found."""
_PAIRS: dict[EventType, tuple[EventType, ...]] = {
    "service_ban": ("data_privacy", "divestiture", "sanctions_listing", "licensing_regulation", "export_control"),
    "access_restriction": ("sanctions_listing", "data_privacy", "licensing_regulation"),
    "sanctions_listing": ("export_control",),
    "divestiture": ("investment_restriction", "antitrust", "data_privacy"),
    "antitrust": ("licensing_regulation", "data_privacy"),
    "data_privacy": ("licensing_regulation",),
}
_TOGETHER = frozenset(frozenset((kind, other)) for kind, others in _PAIRS.items() for other in others)
"""Types that one measure may have at once."""


@dataclass
class Cluster:
    """The lines that tell of one measure; `offering` is set for an alternative's offer."""

    anchors: list[Judged]
    offering: str | None = None
    extra: list[Line] = field(default_factory=list)

    @property
    def scores(self) -> dict[EventType, float]:
        """Per type the best line's score and a quarter of the others'."""
        lists: dict[EventType, list[float]] = {}
        for judged in self.anchors:
            for kind, value in judged.scores.items():
                lists.setdefault(kind, []).append(value)
        return {kind: max(v) + 0.25 * min(sum(v) - max(v), max(v)) for kind, v in lists.items()}

    @property
    def measures(self) -> frozenset[EventType]:
        """The types told of that stand by themselves."""
        return frozenset(kind for judged in self.anchors for kind in measures(judged))

    @property
    def issuing(self) -> tuple[str, ...]:
        """The jurisdictions that act, in order of telling."""
        return tuple(dict.fromkeys(i for judged in self.anchors for i in judged.issuing))

    @property
    def restricting(self) -> frozenset[str]:
        """The providers that act themselves."""
        return frozenset(i for judged in self.anchors for i in judged.restricting)

    @property
    def providers(self) -> frozenset[str]:
        """All providers named in the anchor lines."""
        return frozenset(i for judged in self.anchors for i in judged.providers)

    @property
    def lines(self) -> list[Line]:
        """Anchor lines and additions, in text order."""
        found = {line.index: line for line in [*(j.line for j in self.anchors), *self.extra]}
        return [found[i] for i in sorted(found)]


def segment(reading: Reading, judged: list[Judged]) -> list[Cluster]:
    """The clusters of a document in text order."""
    clusters: list[Cluster] = []
    offers = _offering_lines(reading, judged)
    for found in judged:
        for own in _pieces(found):
            home = next((c for c in clusters if _same(c, own)), None)
            if home is None and (told := _told_of(clusters, own)) is not None:
                told.extra.append(own.line)
                continue
            if home is not None and own.best >= JOINING:
                home.anchors.append(own)
            elif home is None and (own.best >= MINIMUM or own.modality == "denied"):
                clusters.append(Cluster([own]))
    offering = [Cluster(lines, provider) for provider, lines in offers.items()]
    _attach(reading, clusters, {j.line.index for c in offering for j in c.anchors})
    return clusters + offering


def _pieces(found: Judged) -> list[Judged]:
    """A line's events: types that never go together are two events told in one sentence; modifiers go with the strongest."""
    scores: dict[EventType, float] = {kind: value for kind, value in found.scores.items() if kind != "mitigation"}
    if _only_loose_ban(found) and len([k for k in scores if k not in MODIFIERS]) > 1:
        del scores["service_ban"]
    groups: list[set[EventType]] = []
    for kind in sorted((k for k in scores if k not in MODIFIERS), key=lambda k: -scores[k]):
        home = next((g for g in groups if any(frozenset((kind, other)) in _TOGETHER for other in g)), None)
        if home is None:
            groups.append({kind})
        else:
            home.add(kind)
    modifiers = {kind for kind in scores if kind in MODIFIERS}
    if modifiers:
        groups = [groups[0] | modifiers, *groups[1:]] if groups else [modifiers]
    return [_part(found, {k: scores[k] for k in group}) for group in groups]


def _only_loose_ban(found: Judged) -> bool:
    """Whether a line's ban rests on words that also tell of limits to trade, funding or a provider's own step."""
    ids = {f.hit.cue.id for f in found.findings if f.hit.cue.type == "service_ban"}
    return bool(ids) and ids <= {"sb.ban-tech", "sb.not-use", "sb.stop-buying", "sb.throttle"}


def _part(found: Judged, scores: dict[EventType, float]) -> Judged:
    return replace(found, scores=scores, findings=tuple(f for f in found.findings if f.hit.cue.type in scores))


def _same(cluster: Cluster, found: Judged) -> bool:
    """Whether a line goes on telling of the cluster's measure."""
    mine, yours = cluster.measures, frozenset(measures(found))
    if any((j.modality == "denied") != (found.modality == "denied") or j.ground != found.ground for j in cluster.anchors):
        return False
    if cluster.issuing and found.issuing and not set(cluster.issuing) & set(found.issuing):
        return False
    if (
        cluster.restricting
        and found.restricting
        and not cluster.restricting & found.restricting
        and "access_restriction" not in mine & yours
    ):
        return False
    if any(j.background != found.background for j in cluster.anchors) and found.line.index > 2:
        return False
    if not yours and found.modality == "hypothetical":
        return False
    if not mine or not yours:
        return not cluster.providers or not found.providers or bool(cluster.providers & found.providers) or found.line.index <= 2
    if mine & yours:
        return True
    pairs = any(frozenset((a, b)) in _TOGETHER for a in mine for b in yours)
    return pairs and (bool(cluster.providers & found.providers) or not cluster.providers or not found.providers or found.line.index <= 2)


def _told_of(clusters: list[Cluster], found: Judged) -> Cluster | None:
    """The event whose effect a line tells without saying who acts ("updates will be cut off" after a state's ban)."""
    if set(measures(found)) - {"access_restriction", "service_ban"} or found.restricting or found.issuing:
        return None
    fits = [
        c for c in clusters if c.measures & {"access_restriction", "service_ban"} and (not found.providers or c.providers & found.providers)
    ]
    return fits[-1] if fits else None


def _attach(reading: Reading, clusters: list[Cluster], taken: set[int]) -> None:
    """Lines without a cue of their own add to the event told just before (roles and dates often stand there)."""
    ranked = sorted(((j.best, j.line.index, c) for c in clusters for j in c.anchors), key=lambda row: row[0])
    anchored = {index: cluster for _, index, cluster in ranked}
    current: Cluster | None = None
    distance = 0
    for line in reading.lines:
        if line.index in anchored:
            current, distance = anchored[line.index], 0
        elif line.index in taken:
            current = None
        elif current is not None and distance < 3:
            current.extra.append(line)
            distance += 1
    title = reading.lines[0]
    for cluster in clusters:
        if cluster.anchors[0].line.index == 1 and title.index not in anchored:
            cluster.extra.append(title)


def _offering_lines(reading: Reading, judged: list[Judged]) -> dict[str, list[Judged]]:
    """Lines with a way out, by the provider that offers it."""
    found: dict[str, list[Judged]] = {}
    cutting = {provider for j in judged if j.modality != "denied" for provider in j.restricting}
    by_index = {j.line.index: j for j in judged if not j.ground}
    for line in reading.lines:
        mine = by_index.get(line.index)
        moving = mine is not None and "mitigation" in mine.scores
        if not line.offers and not moving:
            continue
        for provider in offerers(reading, line):
            if provider in cutting:
                continue
            scores: dict[EventType, float] = {"mitigation": max(2.6, mine.scores["mitigation"] if mine and moving else 0.0)}
            findings = tuple(f for f in mine.findings if f.hit.cue.type == "mitigation") if mine else ()
            found.setdefault(provider, []).append(Judged(line, findings, scores, "asserted", False))
    return found
