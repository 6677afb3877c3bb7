"""What a vendor's list of countries no longer holds. The change of a watched page comes in, a signal or None goes out.

Such a list is never announced: the country is gone, and with it the right to call the API from there. Nothing is told unless the page is
plainly a list of where the provider is offered, the name stands on it in no other spelling and place, and nothing came that may stand
for it. A country that comes is no relief: who was never cut off has nothing restored.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from monitor.catalog import Catalog, PlaceNamed, place_named
from monitor.model import PAGE_ADDED, PAGE_REMOVED, Document, EventDates, Jurisdiction, Provider, Quote, Signal
from monitor.understand.dates import find_dates
from monitor.understand.frame import STRONG_CUE, confidence_of
from monitor.understand.judge import POSITION
from monitor.understand.lexicon import phrase
from monitor.understand.link import Named

_LEAST_PLACES = 15
"""A list of fewer is none of where the world is served; those of vendors hold 150 to 220."""
_MOST_GONE = 1 / 3
"""If more of a list is gone at once, the page is told in another way or in part."""
_HEADING_CHARS, _NAME_CHARS, _NAME_WORDS = 120, 60, 8
_LEAST_NAMES = 4
_COMMA = re.compile(r"\s*[,;，、；]\s*(?:(?:and|or|以及|和)\s+)?")
_PROSE_END = re.compile(r"[.!?。！？]\s*$")
_NO_NAME = re.compile(r"\d|[.!?。！？:：]\s*$")


@dataclass(frozen=True)
class _Row:
    """A line that names places and nothing else, or names that may be places."""

    start: int
    text: str
    places: tuple[Jurisdiction, ...]
    unknown: tuple[str, ...]


def unlisted(document: Document, named: tuple[Named, ...], catalog: Catalog) -> Signal | None:
    """That a provider no longer lists places where it is offered; `named` are the providers that the document names."""
    if not document.snapshot or not document.kind.startswith("vendor"):
        return None
    added, removed = _parts(document)
    place = place_named()
    gone_rows = [row for row in _rows(removed, place) if row.places]
    if not gone_rows or any(row.unknown for row in _rows(added, place)):
        return None  # what came may be the new name of what went
    listed = _offered(document, place)
    gone = [p for p in dict.fromkeys(p for row in gone_rows for p in row.places) if not _holds(listed, p, catalog.members)]
    if not gone or len(listed) < _LEAST_PLACES or len(gone) > _MOST_GONE * (len(listed) + len(gone)):
        return None
    provider = _provider(document, named, catalog.providers)
    if provider is None:
        return None
    lost = [row for row in gone_rows if set(row.places) & set(gone)]
    seen = (document.published_at or document.retrieved_at).date()
    effective = _effective(document, added, lost, seen)
    return Signal(
        type="access_restriction",
        providers={provider.id: "restricting"},
        affected=tuple(gone),
        stage="announced" if effective is not None and effective > seen else "in_force",
        dates=EventDates(announced=seen, effective=effective),
        sectors=provider.sectors[:2],
        evidence=tuple(Quote(start=row.start, end=row.start + len(row.text), text=row.text) for row in lost),
        confidence=confidence_of(STRONG_CUE * POSITION[0]),
    )


def _parts(document: Document) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """The lines of what was added and of what was removed, each with its offset in the full text."""
    parts: dict[str, list[tuple[int, str]]] = {PAGE_ADDED: [], PAGE_REMOVED: []}
    at, part = len(document.title) + 1, list[tuple[int, str]]()
    for line in document.text.split("\n"):
        if line in parts:
            part = parts[line]
        else:
            part.append((at, line))
        at += len(line) + 1
    return parts[PAGE_ADDED], parts[PAGE_REMOVED]


def _rows(lines: list[tuple[int, str]], place: PlaceNamed) -> Iterator[_Row]:
    """The lines that are names: of a place, of several, or of what is not known."""
    for start, line in lines:
        if found := _names(line, place):
            yield _Row(start, line, *found)


def _names(line: str, place: PlaceNamed) -> tuple[tuple[Jurisdiction, ...], tuple[str, ...]] | None:
    """The places that a line names and the names on it that are of none; None for prose."""
    said = line.removeprefix("- ").strip()
    first = said.split(" · ")[0]  # of a table's row: what it is about
    if found := place(said) or place(first):
        return (found,), ()
    parts = [part for part in _COMMA.split(said.rstrip(".。")) if part]
    known = [code for part in parts if (code := place(part))]
    if len(parts) >= _LEAST_NAMES and 2 * len(known) > len(parts):
        return tuple(known), tuple(part for part in parts if not place(part))
    is_name = len(first) <= _NAME_CHARS and len(first.split()) <= _NAME_WORDS and not _NO_NAME.search(said)
    return ((), (first,)) if is_name and first else None


def _offered(document: Document, place: PlaceNamed) -> frozenset[Jurisdiction]:
    """The places that the page lists now; none when it does not say that it lists where the provider is offered, or also says where not."""
    title = document.title.rpartition(": ")[0] or document.title
    listed: set[str] = set()
    heading, before = title, [title]
    for line in document.snapshot.split("\n"):
        names = _names(line, place)
        if names is None or not names[0]:
            before += [line] if not listed else []
            heading = line if len(line) <= _HEADING_CHARS and not _PROSE_END.search(line) else heading
            continue
        if phrase("country-list.refused").search(heading):
            return frozenset()
        listed.update(names[0])
    said = "\n".join(before)
    is_offer = phrase("country-list.offered").search(said) and not phrase("country-list.refused").search(title)
    return frozenset(listed) if is_offer else frozenset()


def _holds(listed: frozenset[Jurisdiction], place: Jurisdiction, members: Mapping[str, tuple[Jurisdiction, ...]]) -> bool:
    """Whether the list names a place, a group that it belongs to, or all who belong to it."""
    if place in listed or any(place in members.get(group, ()) for group in listed):
        return True
    return place in members and listed.issuperset(members[place])


def _provider(document: Document, named: tuple[Named, ...], providers: Mapping[str, Provider]) -> Provider | None:
    """Whose page it is: who is named in its title and belongs to the source's family, else the family, else the only one named there."""
    family = document.origin_group
    titled = list(dict.fromkeys(m.provider for m in named if m.start < len(document.title)))
    own = [p for p in titled if p == family or family in (parent.id for parent in providers[p].parents)]
    chosen = own[0] if own else family if family in providers else titled[0] if len(titled) == 1 else ""
    return providers.get(chosen)


def _effective(document: Document, added: list[tuple[int, str]], lost: list[_Row], seen: date) -> date | None:
    """The day from which a place is no longer served, when a sentence that was added names the place and the day."""
    names = [name.casefold() for row in lost for name in _COMMA.split(row.text.removeprefix("- "))]
    told = [line for _, line in added if any(name in line.casefold() for name in names)]
    days = [m.day for line in told for m in find_dates(line, seen, document.lang) if m.role == "effective" and m.day is not None]
    return min(days, default=None)
