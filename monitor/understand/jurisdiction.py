"""Who issues a measure and where it bites.

What comes in: a cluster with its types and roles. What goes out: jurisdictions. Three things stay apart: who acts, where
users or companies lose, and where a provider is at home.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from monitor.catalog import Catalog
from monitor.model import EventType, Role
from monitor.understand.lexicon import phrase
from monitor.understand.needs import is_occasion, is_setting, regions
from monitor.understand.reading import Line, Reading
from monitor.understand.segment import Cluster

_DOMESTIC: frozenset[EventType] = frozenset({"service_ban", "data_privacy", "divestiture", "antitrust", "licensing_regulation"})
_OF_NOBODY = frozenset({"us", "io", "co", "ai", "tv", "me", "fm", "ly", "to", "gg", "sh", "so", "cc", "ws", "eu"})
"""Endings of two letters that sites everywhere use."""


def issuing_of(cluster: Cluster, types: tuple[EventType, ...], reading: Reading) -> tuple[str, ...]:
    """The jurisdictions whose organ acts; empty for a provider's own act unless it says that it obeys an order."""
    document = reading.document
    if document.kind == "regulator" and document.jurisdiction:
        return (document.jurisdiction,)
    if types[0] == "access_restriction" and (cluster.restricting or not cluster.issuing):
        return _ordering(cluster)
    into = _transfer_ends(cluster, reading) if types[0] == "data_privacy" else frozenset()
    if acting := tuple(i for i in cluster.issuing if i not in into):
        return acting[:3]
    if types[0] == "relief" and (granting := _licensing(cluster)):
        return granting
    if "access_restriction" in types and types[0] == "relief" and cluster.measures <= {"access_restriction"}:
        return _ordering(cluster)
    return _first_state(cluster, types, reading, into)


def _licensing(cluster: Cluster) -> tuple[str, ...]:
    """Whose licence makes a relief possible."""
    lines = [j.line for j in cluster.anchors if any(f.hit.cue.id in ("re.licence-granted", "re.general-licence") for f in j.findings)]
    return tuple(dict.fromkeys(i for line in lines for p in line.places if p.kind in ("organ", "capital") for i in p.ids))[:2]


def _ordering(cluster: Cluster) -> tuple[str, ...]:
    found: list[str] = []
    for line in cluster.lines:
        for place in line.places:
            before = line.sentence.text[: place.start - line.sentence.start]
            after = line.masked[place.end - line.sentence.start :]
            if place.ids and phrase("jurisdiction.under-order").search(before) and phrase("jurisdiction.order-after").match(after):
                found += place.ids
    return tuple(dict.fromkeys(found))


def _transfer_ends(cluster: Cluster, reading: Reading) -> frozenset[str]:
    """Where data flows to; its state does not punish the transfer."""
    lines = [reading.lines[0], *(j.line for j in cluster.anchors)]
    return frozenset(
        i
        for line in lines
        for place in line.places
        if phrase("jurisdiction.transfer-to").search(line.sentence.text[: place.start - line.sentence.start])
        for i in place.ids
    )


def _first_state(cluster: Cluster, types: tuple[EventType, ...], reading: Reading, into: frozenset[str]) -> tuple[str, ...]:
    """The first organ or capital told, else the first country a sentence opens with."""
    lines = [*(j.line for j in cluster.anchors), reading.lines[0], *cluster.lines]
    if any(
        f.hit.cue.id == "lr.state-suit" and phrase("jurisdiction.us-states").search(j.line.masked)
        for j in cluster.anchors
        for f in j.findings
    ):
        return ("US",)
    for line in lines:
        for place in line.places:
            if place.ids and place.kind in ("organ", "capital") and not into & set(place.ids):
                return place.ids[:1]
    for line in lines:
        for place in line.places:
            if place.ids and place.kind == "geo" and place.start - line.sentence.start <= 3:
                return place.ids[:1]
    for line in lines:
        for match in _with_body(line):
            return match
    somebody = any(f.actor.passive or f.actor.kind in ("gov", "court") for j in cluster.anchors for f in j.findings)
    if set(types) & _DOMESTIC and (somebody or types[0] != "service_ban"):
        own = [replace(line, places=tuple(p for p in line.places if not is_occasion(line, p))) for line in lines]
        found = named_places(own, tuple(into))[:1] or (("EU",) if into and _speaks_of_europe(lines) else ())
        return found or assumed_state(reading)
    return assumed_state(reading)


def assumed_state(reading: Reading) -> tuple[str, ...]:
    """The United States where an English headline tells of a court and the text names no place: papers tell others' courts with theirs.

    Not where the paper is of another country, whose readers know which court is meant, or a name stands before the court.
    """
    title = reading.lines[0]
    if reading.lang != "en" or not title.mentions or not phrase("jurisdiction.us-court").search(title.sentence.text):
        return ()
    if reading.document.jurisdiction not in (None, "US") or phrase("jurisdiction.other-court").search(reading.text.norm):
        return ()
    if any(place.ids and "US" not in place.ids for line in reading.lines for place in line.places):
        return ()
    ending = (urlsplit(reading.document.url).hostname or "").rpartition(".")[2]
    return () if len(ending) == 2 and ending not in _OF_NOBODY else ("US",)


def _speaks_of_europe(lines: list[Line]) -> bool:
    return any(phrase("jurisdiction.europe").search(line.sentence.text) for line in lines)


def _with_body(line: Line) -> list[tuple[str, ...]]:
    """Jurisdictions whose adjective stands before a word for a state's body."""
    found = []
    for place in line.places:
        after = line.masked[place.end - line.sentence.start :]
        if place.ids and phrase("jurisdiction.body").match(after):
            found.append(place.ids[:1])
    return found


def affected_by(
    cluster: Cluster, types: tuple[EventType, ...], roles: dict[str, Role], issuing: tuple[str, ...], reading: Reading, catalog: Catalog
) -> tuple[str, ...]:
    """Where users or companies lose or regain, by the family of the measure."""
    measure = next((t for t in types if t not in ("relief", "litigation", "mitigation")), types[0])
    if any(f.hit.cue.id == "sl.covered" for j in cluster.anchors for f in j.findings):
        return issuing
    anchors = [j.line for j in cluster.anchors]
    title = reading.lines[0]
    if measure == "sanctions_listing":
        homes = [catalog.providers[p].home for p, role in roles.items() if role == "targeted"]
        return tuple(dict.fromkeys(h for h in homes if h and h not in issuing)) or named_places([title, *anchors], issuing)[:2]
    if measure in _DOMESTIC:
        return issuing
    if measure == "access_restriction":
        found = named_places(anchors, issuing) or named_places(_telling(cluster, title), () if types[0] == "relief" else issuing)
        own = {catalog.providers[p].home for p, role in roles.items() if role == "restricting"}
        return tuple(p for p in found if p not in own) or found
    if measure == "export_control" and (found := _destinations(anchors, issuing)):
        return found
    return named_places(anchors, issuing) or named_places(_defining(cluster), issuing) or named_places([title], issuing)


def _telling(cluster: Cluster, title: Line) -> list[Line]:
    """The title, the lines up to the last that tells of the cut, and later ones that say who is not on a list."""
    last = max(j.line.index for j in cluster.anchors)
    return [title, *(line for line in cluster.lines if line.index <= last), *_defining(cluster)]


def _defining(cluster: Cluster) -> list[Line]:
    """The lines that name the places a list leaves out or a rule aims at."""
    return [line for line in cluster.lines if phrase("jurisdiction.names-places").search(line.masked)]


def _destinations(lines: list[Line], issuing: tuple[str, ...]) -> tuple[str, ...]:
    """The places that goods go to, where a sentence says so."""
    found = [
        i
        for line in lines
        for place in regions(line)
        if place.kind == "geo"
        and not is_setting(line, place)
        and phrase("jurisdiction.toward").search(line.sentence.text[: place.start - line.sentence.start])
        for i in place.ids
    ]
    return tuple(dict.fromkeys(i for i in found if i not in issuing))


def named_places(lines: list[Line], issuing: tuple[str, ...]) -> tuple[str, ...]:
    """The places the lines speak of, without those that act."""
    found = [i for line in lines for place in regions(line) if place.kind != "capital" and not is_setting(line, place) for i in place.ids]
    return tuple(dict.fromkeys(i for i in found if i not in issuing))
