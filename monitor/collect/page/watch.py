"""A watched page becomes documents. The page as fetched and the newest document of it come in, the entry of a change goes out.

The first fetch is the baseline: a document with the whole text. Each change after it is a document of its own that tells what was
added and removed and keeps the page's text beside it as `snapshot`; a change that is undone is the next revision of the same document.
"""

from __future__ import annotations

import html
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from monitor.collect.document import clean_text, clean_title
from monitor.collect.page.diff import Change, change
from monitor.collect.page.guard import ERROR_BELIEVED_AFTER, refuse_error, refuse_torso
from monitor.collect.page.noise import passages
from monitor.collect.page.rowdays import news_day
from monitor.model import Document, Entry, short_hash

_LEAD_CHARS = 160


@dataclass(frozen=True)
class Sighting:
    """An entry to store, and the page's text that it stands for; empty when the entry is that text."""

    entry: Entry
    snapshot: str = ""


def sighting(page: Entry, before: Document | None, failures: int = ERROR_BELIEVED_AFTER, *, today: date) -> Sighting | None:
    """What `page` (as extracted on the day `today`, UTC) tells beyond `before`, the newest document of it; None when only noise differs.

    A change is published on the day that its rows of news name; other changes carry no day, since nobody tells when a page was edited.
    RefusedError when most of the page is gone and fewer than two polls in a row have failed before (`failures`).
    """
    if before is None:
        return Sighting(page)
    known, text = before.snapshot or before.text, clean_text(page.html)
    refuse_torso(known, text, failures)
    told = change(known, text)
    if told is None:
        return None
    refuse_error(told, failures)
    lead = told.lead if len(told.lead) <= _LEAD_CHARS else told.lead[:_LEAD_CHARS].rsplit(" ", 1)[0] + " …"
    title = f"{clean_title(page.title)}: {lead}"
    day = news_day(told, text, today)
    entry = page.model_copy(
        update={
            "published_at": datetime.combine(day, time(), UTC) if day else None,
            "published_raw": day.isoformat() if day else "",
            "guid": f"{page.guid}#{_between(known, text, told)}",
            "title": html.escape(title, quote=False),
            "html": html.escape(told.text(), quote=False).replace("\n", "<br>"),
        }
    )
    return Sighting(entry, text)


def _between(one: str, other: str, told: Change) -> str:
    """Stands for the change between two texts in either direction, so that there and back is one chain of revisions."""
    states = sorted("\n".join(sorted({passage.key for passage in passages(text)})) for text in (one, other))
    moved = sorted((*told.added, *told.removed)) if states[0] == states[1] else ()
    return short_hash(*states, *moved)
