"""What makes two entries the same one. Entries of one body come in, entries each with its own guid go out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from monitor.collect.url import canonical_url
from monitor.model import Entry, short_hash


def identified(entries: Sequence[Entry]) -> tuple[Entry, ...]:
    """`entries` with guids that tell them apart: the publisher's guid, else the link, else title and day.

    A guid that stands at several links is no guid (some publishers repeat the feed's own); identity falls to the link.
    Without title, link and guid an entry says nothing and is left out.
    """
    places: defaultdict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in entries:
        if entry.guid:
            places[entry.guid].setdefault(entry.url or _title_and_day(entry), entry)
    shared = {guid for guid, at in places.items() if len(at) > 1 and len({_place(entry) for entry in at.values()}) > 1}
    named = ((_guid(entry, shared), entry) for entry in entries if entry.guid or entry.url or entry.title)
    return tuple(entry if guid == entry.guid else entry.model_copy(update={"guid": guid}) for guid, entry in named)


def _guid(entry: Entry, shared: set[str]) -> str:
    return entry.guid[:2_000] if entry.guid and entry.guid not in shared else _place(entry)


def _place(entry: Entry) -> str:
    return canonical_url(entry.url) or _title_and_day(entry)


def _title_and_day(entry: Entry) -> str:
    return "title:" + short_hash(entry.title, entry.published_at.date().isoformat() if entry.published_at else "")
