"""Which types an event has, the news first. What comes in: a cluster. What goes out: types in order, empty for no event."""

from __future__ import annotations

from monitor.model import MODIFIERS, EventType
from monitor.understand.jurisdiction import named_places
from monitor.understand.lexicon import phrase
from monitor.understand.reading import Reading
from monitor.understand.segment import MINIMUM, Cluster

_BENEATH: tuple[EventType, ...] = (
    "tariff",
    "sanctions_listing",
    "export_control",
    "divestiture",
    "investment_restriction",
    "antitrust",
    "data_privacy",
    "service_ban",
    "access_restriction",
)
"""Measures a modifier may speak of, the most telling word first."""


def types_of(cluster: Cluster, reading: Reading) -> tuple[EventType, ...]:
    """The event's types: the news first, then what lies beneath; () when a modifier has nothing beneath it."""
    scores = cluster.scores
    floor = max(MINIMUM * 0.7, 0.5 * max(scores.values()))
    measures = sorted((t for t in scores if t not in MODIFIERS and scores[t] >= floor), key=lambda t: -scores[t])
    if not measures:
        measures = [t for t in scores if t not in MODIFIERS and scores[t] >= 1.8] or list(_inferred(cluster, reading))
    if not measures:
        return ()
    ordered = _by_convention(measures, cluster)[:2]
    modifiers: list[EventType] = []
    kinds: tuple[EventType, ...] = ("relief", "litigation")
    for kind in kinds:
        if kind in scores and scores[kind] >= floor * 0.9 and _in_lead(cluster, kind):
            modifiers.append(kind)
    return _combined(ordered, modifiers, cluster)


def _in_lead(cluster: Cluster, kind: str) -> bool:
    first = min(j.line.index for j in cluster.anchors)
    return any(kind in j.scores and j.line.index <= max(first + 1, 1) for j in cluster.anchors)


def _inferred(cluster: Cluster, reading: Reading) -> tuple[EventType, ...]:
    text = " ".join([reading.lines[0].sentence.text, *(j.line.sentence.text for j in cluster.anchors)])
    has_provider = bool(cluster.providers or reading.lines[0].mentions or reading.mentions)
    if _provider_resumes(cluster):
        return ("access_restriction",)
    deal = bool(phrase("judge.company-deal").search(text))
    for kind in _BENEATH:
        if deal and kind in ("service_ban", "access_restriction"):
            continue
        if kind == "access_restriction" and "relief" not in cluster.scores:
            continue
        if phrase(f"beneath.{kind}").search(text) and (has_provider or kind in ("export_control", "tariff", "investment_restriction")):
            return (kind,)
    if "relief" not in cluster.scores:
        return ()
    actors = {f.actor.kind for j in cluster.anchors for f in j.findings if f.hit.cue.type == "relief"}
    if actors and reading.mentions and phrase("event_types.access").search(text):
        return ("access_restriction",) if actors == {"provider"} else ("service_ban",)
    return ()


def _provider_resumes(cluster: Cluster) -> bool:
    own = ("re.restore", "re.licence-granted", "zh.re.restore")
    lifting = ("re.ease", "re.allow", "re.restore", "re.unblock", "re.pause", "re.measure-gone")
    if any(f.actor.kind in ("court", "gov") and f.hit.cue.id in lifting for j in cluster.anchors for f in j.findings):
        return False
    return any(f.actor.kind == "provider" and f.hit.cue.id in own for j in cluster.anchors for f in j.findings) and not any(
        phrase("event_types.goods").search(line.sentence.text) for line in cluster.lines
    )


def _fired(cluster: Cluster, prefix: str) -> bool:
    return any(f.hit.cue.id.startswith(prefix) for j in cluster.anchors for f in j.findings)


def _by_convention(measures: list[EventType], cluster: Cluster) -> list[EventType]:
    """Pairs whose order is settled: listing before export control, privacy or divestiture before a ban."""
    order = list(measures)

    def before(first: EventType, second: EventType) -> None:
        if first in order and second in order and order.index(first) > order.index(second):
            order.remove(first)
            order.insert(order.index(second), first)

    if _fired(cluster, "sl.entity-list") or _fired(cluster, "zh.sl.entity"):
        before("sanctions_listing", "export_control")
        before("sanctions_listing", "service_ban")
        if "export_control" not in order:
            order.append("export_control")
    if "export_control" in order and _fired(cluster, "sb.bar-buying"):
        order.remove("export_control")
    if "export_control" in order and "service_ban" in order and named_places([j.line for j in cluster.anchors], cluster.issuing):
        order.remove("service_ban")
    if _fired(cluster, "sl.covered"):
        before("sanctions_listing", "service_ban")
    before("data_privacy", "service_ban")
    if _fired(cluster, "dp.authority"):
        before("data_privacy", "access_restriction")
    before("divestiture", "service_ban")
    before("divestiture", "sanctions_listing")
    if "access_restriction" in order and cluster.restricting:
        before("access_restriction", "sanctions_listing")
        before("access_restriction", "service_ban")
    return order


def _combined(measures: list[EventType], modifiers: list[EventType], cluster: Cluster) -> tuple[EventType, ...]:
    measure_in_title = any(t in j.scores for j in cluster.anchors if j.line.index == 0 for t in measures)
    sued_in_title = any("litigation" in j.scores for j in cluster.anchors if j.line.index == 0)
    second = ("antitrust" in measures and not _fired(cluster, "li.sue")) or (measure_in_title and not sued_in_title)
    if "litigation" in modifiers and (second or _court_imposes(cluster)):
        modifiers.remove("litigation")
        measures = [*measures, "litigation"]
    if "relief" in modifiers and "litigation" in modifiers:
        scores = cluster.scores
        modifiers = ["litigation"] if scores["litigation"] >= scores["relief"] or _halted_by_court(cluster) else ["relief"]
        if modifiers == ["relief"]:
            measures = [*measures[:1], "litigation"]
    return tuple(dict.fromkeys([*modifiers, *measures]))


def _court_imposes(cluster: Cluster) -> bool:
    """A court that itself bans, or finds a breach: the measure is the news, the court second."""
    return any(
        f.actor.kind == "court" and f.hit.cue.type == "service_ban" and f.hit.cue.id not in ("sb.x-ban", "sb.ban-on")
        for j in cluster.anchors
        for f in j.findings
        if not j.scores.get("relief")
    ) and not _fired(cluster, "li.sue")


def _halted_by_court(cluster: Cluster) -> bool:
    return _fired(cluster, "li.injunction") or any(
        f.actor.kind == "court" and f.hit.cue.id == "re.pause" for j in cluster.anchors for f in j.findings
    )
