"""Places and the organs that act for them.

What comes in: normalised text and the catalogue's places. What goes out: `PlaceName` spans: a territory, its people's
adjective, its capital standing for its government, or an organ; generic organs ("commerce ministry") carry no place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from monitor.model import AliasRule, Place
from monitor.understand.link import bounded
from monitor.understand.text import Covered, same_length_lower

PlaceKind = Literal["geo", "demonym", "capital", "organ"]
_RANK: dict[PlaceKind, int] = {"organ": 0, "geo": 1, "demonym": 2, "capital": 3}


@dataclass(frozen=True)
class PlaceName:
    """A place (or several: a region) named at [start, end) of the normalised text."""

    ids: tuple[str, ...]
    kind: PlaceKind
    start: int
    end: int


@dataclass(frozen=True)
class PlaceEntry:
    """One spelling; `ids` is empty for an organ that every country has, and `kind` None for a name to be ignored."""

    ids: tuple[str, ...]
    kind: PlaceKind | None
    text: str
    skip: int = 0
    """Leading characters that only let the name be recognised: the first one of 对华."""


def place_table(
    places: Mapping[str, Place],
    regions: Mapping[str, tuple[str, ...]],
    generic: Iterable[str],
    extra: Mapping[str, Mapping[str, Iterable[str]]],
    foreign: bool = False,
) -> dict[str, list[PlaceEntry]]:
    """All spellings of places by their lower-case form; `extra` adds organs and names per place, and names to ignore.

    `foreign` adds the names of languages that are read in part; some of them are common words or family names in English.
    """
    table: dict[str, list[PlaceEntry]] = {}

    def add(spelling: str, ids: tuple[str, ...], kind: PlaceKind | None) -> None:
        if spelling:
            table.setdefault(same_length_lower(spelling), []).append(PlaceEntry(ids, kind, spelling))

    for place in places.values():
        spellings: list[tuple[PlaceKind, Iterable[str]]] = [
            ("organ", place.organs), ("geo", (*place.en, *place.zh)), ("demonym", place.demonyms), ("capital", place.capitals),
        ]  # fmt: skip
        if foreign:
            spellings.append(("geo", (*place.names, *_declined(place.ru), *_inflected(place.adjectives))))
        for kind, names in spellings:
            for name in names:
                add(name, (place.id,), kind)
    rows: list[tuple[Iterable[str], tuple[str, ...], PlaceKind | None]] = [((name,), tuple(ids), "geo") for name, ids in regions.items()]
    rows += [(generic, (), "organ"), (extra.get("ignored", {}).get("names", ()), (), None)]
    rows += [(names, (place_id,), "organ") for place_id, names in extra.get("organs", {}).items()]
    rows += [(names, (place_id,), "geo") for place_id, names in extra.get("names", {}).items()]
    for names, ids, meant in rows:
        for name in names:
            add(name, ids, meant)
    for place_id, names in extra.get("one_character", {}).items():
        for name in names:
            table.setdefault(name, []).append(PlaceEntry((place_id,), "geo", name, len(name) - 1))
    return table


_RUSSIAN_ENDINGS = (
    ("ия", ("ии", "ию", "ией")),
    ("а", ("ы", "и", "е", "у", "ой")),
    ("я", ("и", "е", "ю", "ей")),
    ("ь", ("я", "ю", "е", "и", "ем", "ью")),
)
_ADJECTIVE_ENDINGS = ("ий", "ая", "ое", "ие", "ого", "ому", "им", "ом", "ой", "ую", "их", "ими")


def _declined(names: Iterable[str]) -> Iterator[str]:
    """Russian names with their case endings; names in capitals, plurals and several words stay as they are."""
    for name in names:
        yield name
        if name.isupper() or " " in name:
            continue
        for ending, others in _RUSSIAN_ENDINGS:
            if name.endswith(ending):
                yield from (name[: -len(ending)] + other for other in others)
                break
        else:
            yield from (name + other for other in ("а", "у", "е", "ом"))


def _inflected(stems: Iterable[str]) -> Iterator[str]:
    yield from (stem + ending for stem in stems for ending in _ADJECTIVE_ENDINGS)


def find_places(
    text: str, hits: Iterable[tuple[int, int]], table: Mapping[str, list[PlaceEntry]], ambiguous: Mapping[str, AliasRule]
) -> list[PlaceName]:
    """The places meant by the spelling hits, in text order, the longest spelling winning."""
    lowered = same_length_lower(text)
    found: list[PlaceName] = []
    covered = Covered(len(text))
    for start, end in sorted(hits, key=lambda span: (span[0] - span[1], span[0])):
        if not bounded(text, start, end) or covered.touches(start, end):
            continue
        entries = [e for e in table[lowered[start:end]] if _cased(text, start, end, e)]
        if not entries:
            continue
        covered.take(start, end)
        entry = min(entries, key=lambda e: (_RANK[e.kind] if e.kind else -1, not e.ids))
        if entry.kind is not None and not _vetoed(lowered, start, end, ambiguous.get(entry.text)):
            found.append(PlaceName(entry.ids, entry.kind, start + entry.skip, end))
    return _owned(text, sorted(found, key=lambda p: p.start))


def _owned(text: str, found: list[PlaceName]) -> list[PlaceName]:
    """Organs under the place named right before them: a Thai commerce ministry is not the one meant by default."""
    owned: list[PlaceName] = []
    for place in found:
        last = owned[-1] if owned else None
        near = last is not None and last.kind in ("geo", "demonym") and text[last.end : place.start].strip() in ("", "'s")
        owned.append(
            PlaceName(last.ids, place.kind, place.start, place.end) if last and near and place.kind == "organ" and last.ids else place
        )
    return owned


def _cased(text: str, start: int, end: int, entry: PlaceEntry) -> bool:
    found = text[start:end]
    if not entry.text.isascii():
        return True
    if len(entry.text) <= 4 and entry.text.isupper():
        return found == entry.text
    return found[:1].isupper() or not entry.text[:1].isupper()


def _vetoed(lowered: str, start: int, end: int, rule: AliasRule | None) -> bool:
    if rule is None:
        return False
    around = lowered[max(0, start - 120) : end + 120]
    after, before = lowered[end : end + 30].lstrip(), lowered[max(0, start - 30) : start].rstrip()
    if any(w.lower() in around for w in rule.veto) or any(after.startswith(w.lower()) for w in rule.veto_next):
        return True
    if any(before.endswith(w.lower()) for w in rule.veto_prev):
        return True
    if rule.after and not any(after.startswith(w) for w in rule.after):
        return True
    return bool(rule.require) and not any(w.lower() in lowered for w in rule.require)
