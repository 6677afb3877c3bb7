"""A made world for the benchmark of scores: providers, places and measures come out, and reports of them in the order of knowledge.

Seeded: the same seed gives the same world. Reports come at a steady rate, because a longer history is what makes a store grow. A measure is
told by a few reports, seldom by thousands; it advances over its stages; a tenth of the reports only recalls one, some are edits.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from monitor.model import Document, EventDates, EventType, Jurisdiction, Provider, Quote, Report, Role, Signal, Stage

START = datetime(2020, 1, 1, tzinfo=UTC)
PER_DAY = 600
"""Signals a day: what 30,000 documents give of which two in a hundred tell of an event."""
SOURCES = 2_000
_PLACES = (
    "AE AR AT AU BE BR CA CH CL CN CO CZ DE DK EG ES EU FI FR GB GR HK HU ID IE IL IN IT JP KE KR KZ LU MO MX MY NG NL NO NZ PE PH PK PL "
    "PT QA RO RU SA SE SG TH TR TW UA US UZ VN ZA ZM"
)
PLACES: tuple[Jurisdiction, ...] = tuple(_PLACES.split(" "))
_ORDER: tuple[Stage, ...] = ("rumoured", "proposed", "announced", "final", "in_force")
_TYPES: tuple[EventType, ...] = (
    "service_ban", "access_restriction", "export_control", "sanctions_listing", "data_privacy", "licensing_regulation", "antitrust",
    "tariff", "divestiture", "litigation", "mitigation", "relief", "investment_restriction",
)  # fmt: skip
_EDITED = 0.02
_RECALLED = 0.1


def providers(count: int = 500) -> dict[str, Provider]:
    """A catalogue: a tenth has an owner, each has four substitutes."""
    ids = [f"provider-{n}" for n in range(count)]
    dice = random.Random(1)
    return {
        name: Provider(id=name, name=name.title(), home=dice.choice(PLACES), sectors=("ai",), substitutes=tuple(dice.sample(ids, 4)))
        for name in ids
    }


@dataclass
class _Measure:
    number: int
    kind: EventType
    provider: str
    other: str
    issuing: Jurisdiction
    affected: tuple[Jurisdiction, ...]
    effective: date
    born: datetime
    told: int = 0
    wanted: int = 1
    cause: dict[str, Role] = field(default_factory=dict)


def reports(count: int, seed: int = 7, names: int = 500) -> Iterator[Report]:
    """`count` reports, each recorded a little after the one before it."""
    dice = random.Random(seed)
    ids = [f"provider-{n}" for n in range(names)]
    weights = [1 / (rank + 10) for rank in range(names)]
    open_measures: list[_Measure] = []
    numbers = iter(range(10**9))
    recent: list[Report] = []
    for n in range(count):
        now = START + timedelta(days=n / PER_DAY)
        if recent and dice.random() < _EDITED:
            yield _edited(recent.pop(dice.randrange(len(recent))), now, dice)
            continue
        if len(open_measures) < 60 or dice.random() < 0.05:
            open_measures.append(_measure(next(numbers), now, ids, weights, dice))
        at = min(dice.randrange(len(open_measures)), dice.randrange(len(open_measures)))
        measure = open_measures[at]
        told = _report(measure, n, now, dice)
        if measure.told >= measure.wanted:
            open_measures[at] = open_measures[-1]
            open_measures.pop()
        if told.document.revision == 1:
            recent = [*recent[-200:], told]
        yield told


def _measure(number: int, now: datetime, ids: list[str], weights: list[float], dice: random.Random) -> _Measure:
    provider, other = dice.choices(ids, weights, k=2)
    kind = dice.choice(_TYPES)
    wanted = min(1_000, int(2 * dice.paretovariate(1.1)))
    affected = tuple(sorted(dice.sample(PLACES, dice.choice((1, 1, 1, 2, 3)))))
    effective = (now + timedelta(days=dice.randint(-5, 90))).date()
    return _Measure(number, kind, provider, other, dice.choice(PLACES), affected, effective, now, wanted=wanted)


def _report(measure: _Measure, n: int, now: datetime, dice: random.Random) -> Report:
    measure.told += 1
    source = dice.randrange(SOURCES)
    stage = _ORDER[min(4, 1 + int(4 * measure.told / measure.wanted))]
    title = f"Measure {measure.number} on {measure.provider} told by source {source} as number {n}"
    text = f"{measure.kind} of {measure.provider} in {' and '.join(measure.affected)} from {measure.effective}. " * 3
    document = Document(
        source=f"source-{source}", guid=f"guid-{n}", url=f"https://source-{source}.example/{n}", title=title, text=text, lang="en",
        published_at=now - timedelta(hours=1), retrieved_at=now, origin_group=f"origin-{source}", kind="news",
        reliability=("high", "medium", "low")[source % 3], content_hash=hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
    )  # fmt: skip
    roles: dict[str, Role] = {measure.provider: "targeted"}
    if measure.kind == "access_restriction":
        roles = {measure.provider: "restricting"}
    if measure.kind == "mitigation":
        roles = {measure.provider: "restricting", measure.other: "alternative"}
    issuing = () if measure.kind in ("access_restriction", "mitigation") else (measure.issuing,)
    signal = Signal(
        type=measure.kind, providers=roles, issuing=issuing, affected=measure.affected, stage=stage, sectors=("ai",), confidence=0.9,
        dates=EventDates(effective=measure.effective if dice.random() < 0.7 else None), background=dice.random() < _RECALLED,
        evidence=(Quote(start=0, end=len(title), text=title),),
    )  # fmt: skip
    return Report(document=document, signal=signal, recorded_at=now)


def _edited(told: Report, now: datetime, dice: random.Random) -> Report:
    old = told.document
    title = f"{old.title}, corrected {dice.random()}"
    changed = {"revision": old.revision + 1, "title": title, "retrieved_at": now, "published_at": now}
    changed["content_hash"] = hashlib.sha256(f"{title}\n{old.text}".encode()).hexdigest()
    signal = told.signal.model_copy(update={"evidence": (Quote(start=0, end=len(title), text=title),)})
    return Report(document=old.model_copy(update=changed), signal=signal, recorded_at=now)
