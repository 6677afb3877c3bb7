"""A text as the encoder sees it: word pieces in windows, and where each sentence, name, place and date lies in them.

What comes in: a `Reading` and the signals that rules made of it. What goes out: `Page`, the same for training and for use.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import get_args

from monitor.model import EventType, OfferKind, Provider, Role, Sector, Signal, Stage
from monitor.understand.learned.days import Day, Source, days_of
from monitor.understand.learned.terms import Term, terms_of
from monitor.understand.learned.windows import LONG_AGO, SPANS, Spot, Window, Windows
from monitor.understand.lexicon import load_lexicon, phrase
from monitor.understand.reading import Line, Reading

TYPES: tuple[EventType, ...] = get_args(EventType)
STAGES: tuple[Stage, ...] = get_args(Stage)
SECTORS: tuple[Sector, ...] = get_args(Sector)
ROLES: tuple[Role, ...] = ("mentioned", "alternative", "affected", "targeted", "restricting")
OFFERS: tuple[OfferKind, ...] = get_args(OfferKind)
SOURCES: tuple[Source, ...] = get_args(Source)
DATE_ROLES = ("announced", "effective", "comment")
_PLACE_KINDS = ("geo", "demonym", "capital", "organ")

LOOKED = 6_000
"""Characters in which the words of a sector are looked for."""


@dataclass(frozen=True)
class Entity:
    """A provider, jurisdiction, day, sector or term with its places in the text (none for one that is only implied) and its features."""

    key: str
    spots: tuple[Spot, ...]
    features: tuple[float, ...]


@dataclass(frozen=True)
class Page:
    """Everything the heads see of one text; `lines` are the sentences' indices in the reading."""

    published: date
    windows: tuple[Window, ...]
    sentences: tuple[Spot, ...]
    lines: tuple[int, ...]
    cues: tuple[tuple[float, ...], ...]
    """Per sentence: which types have a cue in it, whether it is the title, whether it states terms of an offer."""
    features: tuple[float, ...]
    providers: tuple[Entity, ...]
    places: tuple[Entity, ...]
    days: tuple[Entity, ...]
    sectors: tuple[Entity, ...]
    """All of `SECTORS`, in that order; those that no word or provider of the text stands for have no spots."""
    offers: tuple[Entity, ...]
    """One per entry of `terms`."""
    terms: tuple[Term, ...]
    staying: frozenset[str]
    """Providers of which some sentence says that they go on as before; the heads do not see it."""
    homes: frozenset[str]
    """Where the providers are at home that rules call targeted or restricting; of the former the heads see it as a feature of the place."""


def page_of(reading: Reading, found: Sequence[Signal], providers: Mapping[str, Provider]) -> Page:
    """The page of a reading; `providers` are the catalogue's."""
    terms = terms_of(reading.lines)
    days = days_of(reading)
    where = Windows(reading, terms, days)
    live = [s for s in found if not s.background]
    priced = {term.line for term in terms}
    return Page(
        published=reading.published, windows=where.windows, sentences=where.sentences, lines=where.lines,
        cues=tuple(_cues(reading.lines[i], priced) for i in where.lines),
        features=_features(reading, live, bool(terms)), providers=_providers(reading, live, where, providers, priced),
        places=_places(reading, live, where, providers), days=_days(days, live, where, reading.published),
        sectors=_sectors(reading, live, where, providers), offers=_offers(reading, terms, where), terms=terms, staying=_staying(reading),
        homes=_homes(live, providers, {"targeted", "restricting"}),
    )  # fmt: skip


def _homes(live: Sequence[Signal], providers: Mapping[str, Provider], roles: Collection[Role]) -> frozenset[str]:
    found = {p for s in live for p, role in s.providers.items() if role in roles}
    return frozenset(home for p in found if p in providers and (home := providers[p].home))


def _staying(reading: Reading) -> frozenset[str]:
    text, goes_on = reading.text.norm, phrase("roles.goes-on")
    return frozenset(m.provider for line in reading.lines for m in line.mentions if goes_on.match(text[m.end : line.sentence.end]))


# ---------------------------------------------------------------- features
def _hot(value: object, values: Sequence[object]) -> list[float]:
    return [float(value == v) for v in values]


def _many(chosen: Iterable[object], values: Sequence[object]) -> list[float]:
    held = set(chosen)
    return [float(v in held) for v in values]


def _cues(line: Line, priced: Collection[int]) -> tuple[float, ...]:
    return (*_many((hit.cue.type for hit in line.hits), TYPES), float(line.index == 0), float(line.index in priced))


_AGES: tuple[Callable[[int], bool], ...] = (
    lambda age: age > 0,
    lambda age: age == 0,
    lambda age: -LONG_AGO < age < 0,
    lambda age: age <= -LONG_AGO,
)
"""Days after publication that tell a stage: ahead, today, just past, long past."""


def _features(reading: Reading, live: Sequence[Signal], priced: bool) -> tuple[float, ...]:
    lead = max(live, key=lambda s: s.confidence, default=None)
    document = reading.document
    ages = [((m.day - reading.published).days, m.role) for line in reading.lines for m in line.dates if m.day]
    biting = [age for age, role in ages if role == "effective"]
    return (
        *(float(any(map(test, found))) for found in ([age for age, _ in ages], biting) for test in _AGES),
        *_hot(lead.type if lead else None, TYPES),
        *_many((t for s in live for t in (s.type, *s.beneath)), TYPES),
        *_hot(lead.stage if lead else None, STAGES),
        *_many((x for s in live for x in s.sectors), SECTORS),
        float(any(line.offers for line in reading.lines)),
        float(priced),
        float(bool(live)), lead.confidence if lead else 0.0, min(3, len(live)) / 3,
        float(document.kind == "regulator"), float(document.kind not in ("regulator", "news")),
        float(bool(reading.mentions)), float(bool(reading.places)), float(len(reading.lines) > 1),
        float(reading.lang == "zh"),
    )  # fmt: skip


def _providers(
    reading: Reading, live: Sequence[Signal], where: Windows, providers: Mapping[str, Provider], priced: Collection[int]
) -> tuple[Entity, ...]:
    spans: dict[str, list[tuple[int, int]]] = {}
    sure = {m.provider for m in reading.mentions}
    for named in (*reading.mentions, *reading.doubtful):
        if named.sure or named.provider not in sure:
            spans.setdefault(named.provider, []).append((named.start, named.end))
    roles = {p: role for s in reversed(live) for p, role in s.providers.items()}
    beside = {m.provider for i in priced for m in reading.lines[i].mentions}
    return tuple(
        Entity(
            p, where.spots(places),
            (
                *_hot(roles.get(p), ROLES), float(p in sure), float(places[0][0] < reading.text.title_end), min(5, len(places)) / 5,
                *_hot(providers[p].home, ("US", "CN", "RU")), *_many(providers[p].sectors, SECTORS), 1 / len(spans), float(p in beside),
                float(places[0][0] == min(found[0][0] for found in spans.values())),
            ),
        )
        for p, places in spans.items()
    )  # fmt: skip


def _places(reading: Reading, live: Sequence[Signal], where: Windows, providers: Mapping[str, Provider]) -> tuple[Entity, ...]:
    spans: dict[str, list[tuple[int, int]]] = {}
    kinds: dict[str, set[str]] = {}
    for place in reading.places:
        for jurisdiction in place.ids[:1] if "EU" in place.ids else place.ids:
            spans.setdefault(jurisdiction, []).append((place.start, place.end))
            kinds.setdefault(jurisdiction, set()).add(place.kind)
    homes = {p.id: p.home for p in providers.values() if p.home}
    at_home = {homes[m.provider] for m in (*reading.mentions, *reading.doubtful) if m.provider in homes}
    issuing, affected = ({j for s in live for j in getattr(s, field)} for field in ("issuing", "affected"))
    hit_homes = _homes(live, providers, {"targeted"})
    own = reading.document.jurisdiction
    implied = [*([own] if own else []), *sorted(at_home), *sorted(issuing | affected)]
    for jurisdiction in implied:
        spans.setdefault(jurisdiction, [])
    return tuple(
        Entity(
            j, where.spots(found),
            (
                *_many(kinds.get(j, ()), _PLACE_KINDS), float(j == own), float(j in at_home), float(j in issuing), float(j in affected),
                float(j in hit_homes), float(bool(found) and found[0][0] < reading.text.title_end), float(bool(found)),
                min(5, len(found)) / 5,
            ),
        )
        for j, found in spans.items()
    )  # fmt: skip


def _sectors(reading: Reading, live: Sequence[Signal], where: Windows, providers: Mapping[str, Provider]) -> tuple[Entity, ...]:
    """One entity per sector with its words and the providers of it; features tell how much of the text it is."""
    text = reading.text.norm[:LOOKED]
    told = {s for signal in live for s in signal.sectors}
    roles = {p: role for s in reversed(live) for p, role in s.providers.items()}
    object_of = {p for p, role in roles.items() if role in ("targeted", "restricting")}
    named = {m.provider for m in reading.mentions}
    found = []
    for sector in SECTORS:
        words = [match.span() for match in load_lexicon().sectors[sector].finditer(text)]
        own = [m for m in reading.mentions if sector in providers[m.provider].sectors]
        holders = {m.provider for m in own}
        spans = sorted([*words[: SPANS // 2], *((m.start, m.end) for m in own[: SPANS // 2])])
        features = (
            *_hot(sector, SECTORS), float(sector in told), float(bool(words)), float(bool(words) and words[0][0] < reading.text.title_end),
            min(5, len(words)) / 5, len(holders) / max(1, len(named)), float(bool(holders & object_of)),
            float(any(providers[p].sectors[0] == sector for p in holders)), float(any(m.start < reading.text.title_end for m in own)),
            float(any(len(providers[p].sectors) == 1 for p in holders)), min(3, len(named)) / 3,
        )  # fmt: skip
        found.append(Entity(sector, where.spots(spans), features))
    return tuple(found)


def _days(days: Sequence[Day], live: Sequence[Signal], where: Windows, published: date) -> tuple[Entity, ...]:
    """One entity per day and place in the text; the key is `day@start`."""
    used = {role: {getattr(s.dates, role) for s in live} for role in DATE_ROLES}
    found = []
    for day in days:
        spots = where.spots([(day.start, day.end)])
        if spots:
            features = (
                *_hot(day.role if day.source == "told" else None, (*DATE_ROLES, "background", "expiry")), *_hot(day.source, SOURCES),
                *(float(day.day in used[role]) for role in DATE_ROLES), *_distance(day.day, published),
            )  # fmt: skip
            found.append(Entity(f"{day.day.isoformat()}@{day.start}", spots, features))
    return tuple(found)


def _distance(day: date, published: date) -> tuple[float, ...]:
    days = (day - published).days
    return (
        float(days == 0), float(days > 0), float(days <= -LONG_AGO), float(-8 < days < 0), float(0 < days < 8), float(days > 400),
        max(-1.0, min(1.0, days / 180)),
    )  # fmt: skip


def _offers(reading: Reading, terms: Sequence[Term], where: Windows) -> tuple[Entity, ...]:
    """One entity per term; features tell its kind, whether rules take it for an offer, and who stands in its sentence."""
    found = []
    for term in terms:
        line = reading.lines[term.line]
        features = (
            *_hot(term.kind, OFFERS), float(term.amount is not None), float(any(m.start == term.start for m in line.offers)),
            float(bool(line.mentions)), float(term.line == 0), float(bool(line.hits)), min(5, len(terms)) / 5,
        )  # fmt: skip
        found.append(Entity(f"{term.kind}@{term.start}", where.spots([(term.start, term.end)]), features))
    return tuple(found)
