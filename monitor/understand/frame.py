"""Signals of a document: each cluster of lines becomes an event with roles, places, dates, stage, offers and evidence.

What comes in: a `Reading` and its judged lines. What goes out: `Signal`s in the order of telling, history marked as background.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, timedelta

from monitor.catalog import Catalog
from monitor.model import EventDates, EventType, Quote, Role, Sector, Signal
from monitor.understand.dates import DateMention
from monitor.understand.event_types import types_of
from monitor.understand.judge import Judged, judge
from monitor.understand.jurisdiction import affected_by, issuing_of, named_places
from monitor.understand.lexicon import Lexicon, load_lexicon, phrase
from monitor.understand.needs import is_unlisted
from monitor.understand.offering import is_cause, offers_of
from monitor.understand.reading import Line, Reading
from monitor.understand.roles import roles_of
from monitor.understand.segment import Cluster, segment
from monitor.understand.stage import stage_of

RELEVANT_SCORE = 2.6
"""The least event score that alerts; confidence is one half there."""
STRONG_CUE = 3.2
"""The least weight of a cue that may stand without any provider."""
OLD_AFTER = timedelta(days=60)
_TRADE: frozenset[EventType] = frozenset({"export_control", "sanctions_listing", "investment_restriction", "tariff"})
_BY_PROVIDER: frozenset[EventType] = frozenset(
    {"access_restriction", "service_ban", "divestiture", "litigation", "data_privacy", "antitrust"}
)


def signals(reading: Reading, catalog: Catalog, lexicon: Lexicon) -> list[Signal]:
    """The events a document tells, mitigations last."""
    judged = judge(reading, lexicon)
    clusters = segment(reading, judged)
    framed: list[Signal] = []
    for cluster in clusters:
        if cluster.offering is None and (signal := _measure(cluster, reading, catalog)):
            framed.append(signal)
    base = _cause(framed)
    for cluster in clusters:
        if cluster.offering is not None and (
            base is not None or (_tells_of_a_cut(judged, cluster, reading) and _leaves_someone(cluster, reading))
        ):
            framed.append(_mitigation(cluster, base, reading, catalog))
    return framed


def _leaves_someone(cluster: Cluster, reading: Reading) -> bool:
    """Whether the offer is made to those who leave another provider."""
    lines = [reading.lines[0], *cluster.lines]
    return any(is_cause(line, m) and m.provider != cluster.offering for line in lines for m in line.mentions)


def score_of(cluster: Cluster) -> float:
    """The event's strength: its best type."""
    return max(cluster.scores.values())


def confidence_of(score: float) -> float:
    """The share of such events that are real, as two honest digits."""
    return round(1 / (1 + math.exp(-1.3 * (score - RELEVANT_SCORE))), 2)


def _measure(cluster: Cluster, reading: Reading, catalog: Catalog) -> Signal | None:
    types = types_of(cluster, reading)
    if not types:
        return None
    roles = roles_of(cluster, types)
    issuing = issuing_of(cluster, types, reading)
    score = score_of(cluster)
    affected = affected_by(cluster, types, roles, issuing, reading, catalog)
    anchored = _anchored(cluster, types, roles, issuing, reading) and (bool(issuing or affected) or _cuts_a_party(cluster))
    modality = max(cluster.anchors, key=lambda j: j.best).modality
    if not anchored or (score < RELEVANT_SCORE and modality != "denied"):
        return None
    dates = _own_day(_dates(cluster), types, reading)
    background = modality == "denied" or _is_background(cluster, reading)
    stage = stage_of(cluster, types, dates.effective, reading.published)
    if phrase("frame.lobbied").search(reading.lines[0].masked):
        if not any(role != "mentioned" for role in roles.values()):
            return None
        roles, stage = {p: "affected" if role == "targeted" else role for p, role in roles.items()}, "proposed"
    return Signal(
        type=types[0], beneath=types[1:], modality=modality, background=background,
        providers=roles, issuing=issuing, affected=affected,
        stage=stage, dates=_old_only(dates, reading) if background and modality != "denied" else dates,
        sectors=_sectors(cluster, types, roles, reading, catalog), instrument=_instrument(cluster),
        evidence=_evidence(cluster, reading, dates.effective),
        confidence=confidence_of(score),
    )  # fmt: skip


def _anchored(cluster: Cluster, types: tuple[EventType, ...], roles: dict[str, Role], issuing: tuple[str, ...], reading: Reading) -> bool:
    """The hard condition of relevance: a provider with a part in it, or a state's measure about a sector, or a named list."""
    own_act = "access_restriction" in types
    if not issuing and not own_act and types[0] != "relief":
        return False
    if any(role != "mentioned" for role in roles.values()):
        return True
    if not issuing or types[0] == "litigation":
        return False
    if any(f.hit.cue.issuer for j in cluster.anchors for f in j.findings):
        return True
    near = [reading.lines[0], *(j.line for j in cluster.anchors)]
    if reading.document.kind == "regulator" and types[0] not in _TRADE:
        near = near[:1]  # a gazette says in its title what its rule is about
    about = [phrase("needs.tech" if types[0] in _TRADE else "second.technical"), *load_lexicon().sectors.values()]
    sector = any(pattern.search(line.sentence.text) for pattern in about for line in near)
    strong = any(f.hit.cue.weight >= STRONG_CUE for j in cluster.anchors for f in j.findings)
    return sector and strong


def _cuts_a_party(cluster: Cluster) -> bool:
    """A provider that cuts off a named party or an unsupported region without saying where."""
    alone = ("ar.own-customer", "ar.unsupported", "ar.locked-out", "ar.stop-sell", "ar.restrictions-on", "ar.developers")
    return any(f.hit.cue.id in alone for j in cluster.anchors for f in j.findings) or any(is_unlisted(line) for line in cluster.lines)


def _is_background(cluster: Cluster, reading: Reading) -> bool:
    if all(j.ground for j in cluster.anchors):
        return True
    if any(j.line.index == 0 for j in cluster.anchors):
        return False
    if all(j.background for j in cluster.anchors):
        return True
    days = [d.day for line in cluster.lines for d in line.dates if d.day and d.role != "expiry"]
    return bool(days) and max(days) < reading.published - OLD_AFTER


def _old_only(dates: EventDates, reading: Reading) -> EventDates:
    """The days of history: one near the publication day belongs to the news beside it."""
    recent = reading.published - OLD_AFTER
    fresh = [name for name in ("announced", "effective", "comment") if (day := getattr(dates, name)) and day > recent]
    return dates.model_copy(update=dict.fromkeys(fresh))


def _own_day(dates: EventDates, types: tuple[EventType, ...], reading: Reading) -> EventDates:
    """A provider's own terms announce by being published."""
    if reading.document.kind != "vendor_terms" or "access_restriction" not in types or dates.announced is not None:
        return dates
    return dates.model_copy(update={"announced": reading.published})


def _dates(cluster: Cluster) -> EventDates:
    """The first day of each role, anchor lines before additions."""
    anchored = {j.line.index for j in cluster.anchors}
    lines = sorted(cluster.lines, key=lambda line: line.index not in anchored)
    days: dict[str, date] = {}
    months: dict[str, str] = {}
    for line in lines:
        for mention in line.dates:
            if mention.role not in ("announced", "effective", "comment") or _of_receipt(line, mention):
                continue
            if line.index not in anchored and phrase("frame.earlier").match(line.sentence.text):
                continue  # a line beside the event that tells of an earlier act
            if mention.day is not None:
                days.setdefault(mention.role, mention.day)
            elif mention.month:
                months.setdefault(mention.role, mention.month)
    return EventDates(
        announced=days.get("announced"), effective=days.get("effective"), comment=days.get("comment"),
        months={role: month for role, month in months.items() if role not in days},
    )  # fmt: skip


def _of_receipt(line: Line, mention: DateMention) -> bool:
    """Whether a day only says when people got the news."""
    if mention.role != "effective":
        return False
    text, base = line.sentence.text, line.sentence.start
    after, before = text[mention.end - base :], text[: mention.start - base]
    return bool(phrase("frame.received").match(after) or phrase("frame.receiving").search(before))


def _sectors(
    cluster: Cluster, types: tuple[EventType, ...], roles: dict[str, Role], reading: Reading, catalog: Catalog
) -> tuple[Sector, ...]:
    """The measure's sectors: those the text names, kept to those of the providers it hits when a provider is its object."""
    lines = {0: reading.lines[0], **{j.line.index: j.line for j in cluster.anchors}}
    text = phrase("frame.ai-chips").sub("chips", " ".join(line.sentence.text for line in lines.values()))
    told = [name for name, pattern in load_lexicon().sectors.items() if pattern.search(text)]
    hit = [p for p, role in roles.items() if role in ("restricting", "targeted")] or [p for p, role in roles.items() if role == "affected"]
    known = [s for p in hit for s in catalog.providers[p].sectors] if hit else []
    measure = next((t for t in types if t not in ("relief", "litigation", "mitigation")), types[0])
    if known and measure in _BY_PROVIDER:
        chosen: Iterable[str] = [s for s in told if s in known] or known[:2]
    else:
        chosen = told or known[:2]
    return tuple(dict.fromkeys(chosen))  # type: ignore[arg-type]


def _instrument(cluster: Cluster) -> str:
    for line in cluster.lines:
        if match := phrase("frame.instrument").search(line.sentence.text):
            return next(group for group in match.groups() if group)
    return ""


def _evidence(cluster: Cluster, reading: Reading, effective: date | None) -> tuple[Quote, ...]:
    """The strongest body sentences, at most two, and the one that states the day; a title only where no sentence carries the event.

    The sentence with the effective day comes first when it is an anchor: a reader checks the date before anything else.
    """
    body = [j for j in cluster.anchors if j.line.index > 0] or cluster.anchors
    best = [j.line for j in sorted(body, key=lambda j: -j.best)[:2]]
    dated = next((line for line in cluster.lines if line.index > 0 and effective is not None and _states(line, effective)), None)
    if dated is not None and dated not in best:
        best.append(dated)
    ordered = sorted(best, key=lambda line: (line is not dated or line not in [j.line for j in cluster.anchors], line.index))
    return tuple(_quote(line, reading) for line in ordered)


def _states(line: Line, day: date) -> bool:
    return any(mention.role == "effective" and mention.day == day for mention in line.dates)


def _quote(line: Line, reading: Reading) -> Quote:
    return reading.text.quote(line.sentence.start, line.sentence.end)


def _cause(framed: list[Signal]) -> Signal | None:
    """The measure that makes people look for a way out."""
    live = [s for s in framed if s.type in ("access_restriction", "service_ban", "export_control", "divestiture", "sanctions_listing")]
    return max(live, key=lambda s: (s.type == "access_restriction", s.confidence), default=None)


def _tells_of_a_cut(judged: list[Judged], cluster: Cluster, reading: Reading) -> bool:
    """Whether some cut-off is told, or feared beside the offer, even if no event of its own came out of it."""
    near = " ".join(line.sentence.text for line in (reading.lines[0], *cluster.lines))
    return bool(phrase("frame.feared").search(near)) or any(
        kind in ("access_restriction", "service_ban") and value >= 1.0 for j in judged for kind, value in j.scores.items()
    )


def _mitigation(cluster: Cluster, base: Signal | None, reading: Reading, catalog: Catalog) -> Signal:
    provider = cluster.offering or ""
    lines = cluster.lines
    roles: dict[str, Role] = {provider: "alternative"}
    roles |= {p: "mentioned" for line in lines for p in (m.provider for m in line.mentions) if p != provider}
    if base is not None:
        roles |= {p: role for p, role in base.providers.items() if role in ("restricting", "targeted") and p != provider}
    own = _dates(cluster)
    dates = EventDates(announced=own.announced, effective=base.dates.effective if base else None, months=own.months)
    sectors = base.sectors if base else _sectors(cluster, ("mitigation",), {}, reading, catalog)
    return Signal(
        type="mitigation", beneath=(base.type,) if base else (), providers=roles, issuing=base.issuing if base else (),
        affected=base.affected if base else named_places([reading.lines[0], *lines], ()),
        stage=base.stage if base else "announced", dates=dates, sectors=sectors, offers=offers_of(lines, provider, reading),
        evidence=tuple(_quote(line, reading) for line in lines), confidence=confidence_of(score_of(cluster)),
    )  # fmt: skip
