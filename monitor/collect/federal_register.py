"""The Federal Register. Its API's JSON or an entry of its RSS comes in, entries with the gazette's own facts go out.

Identity is the document number: titles repeat and more than a quarter of the documents have no abstract.
"""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, time
from typing import Any

from monitor.collect.failures import RefusedError
from monitor.collect.json_feed import json_object, string
from monitor.collect.when import day
from monitor.model import Entry, RegulatorFacts

_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_WRITTEN = re.compile(rf"\b({'|'.join(_MONTHS)})\s+(\d{{1,2}}),\s+(\d{{4}})", re.IGNORECASE)
_EFFECTIVE = re.compile(r"\beffective\b|\btakes? effect\b|\bin effect\b", re.IGNORECASE)
_COMMENT = re.compile(r"\bcomments?\b", re.IGNORECASE)
_LINK_NUMBER = re.compile(r"/documents/\d{4}/\d{2}/\d{2}/([\w-]+)/")


def gazette_entries(text: str) -> list[Entry]:
    """The `results` of a documents.json page, or the one document of a single-document answer."""
    answer = json_object(text)
    rows = answer.get("results", [answer] if "document_number" in answer else None)
    if rows is None and answer.get("count") == 0:
        return []
    if not isinstance(rows, list):
        raise RefusedError("not_a_feed", "the JSON holds no Federal Register documents")
    return [_entry(row) for row in rows if isinstance(row, dict) and string(row.get("document_number"))]


def with_facts(entry: Entry) -> Entry:
    """An entry of the RSS form with the number its link holds as identity; unchanged when the link holds none."""
    match = _LINK_NUMBER.search(entry.url + "/")
    if not match:
        return entry
    agencies = tuple(a.strip() for a in entry.author.split(",") if a.strip())
    return entry.model_copy(update={"guid": match[1], "regulator": RegulatorFacts(number=match[1], agencies=agencies)})


def _entry(row: dict[str, Any]) -> Entry:
    number = string(row["document_number"])
    published = day(row.get("publication_date"))
    paragraphs = [string(row.get(name)) for name in ("abstract", "action", "dates")]
    return Entry(
        guid=number,
        url=string(row.get("html_url")),
        title=html.escape(string(row.get("title")), quote=False),
        html="".join(f"<p>{html.escape(p, quote=False)}</p>" for p in paragraphs if p),
        published_at=datetime.combine(published, time(), UTC) if published else None,
        published_raw=string(row.get("publication_date")),
        lang="en",
        regulator=_facts(number, row),
    )


def _facts(number: str, row: dict[str, Any]) -> RegulatorFacts:
    dates = string(row.get("dates"))
    rin = row.get("regulation_id_numbers")
    return RegulatorFacts(
        number=number,
        doc_type=string(row.get("type")),
        agencies=_agencies(row.get("agencies")),
        effective_on=day(row.get("effective_on")) or _stated(dates, _EFFECTIVE, _COMMENT),
        comments_close_on=day(row.get("comments_close_on")) or _stated(dates, _COMMENT, _EFFECTIVE),
        rin=tuple(filter(None, map(string, rin))) if isinstance(rin, list) else (),
        corrects=string(row.get("correction_of")).rstrip("/").rsplit("/", 1)[-1].split("?")[0],
    )


def _agencies(value: object) -> tuple[str, ...]:
    rows = value if isinstance(value, list) else []
    names = [string(a.get("name") or a.get("raw_name")) if isinstance(a, dict) else string(a) for a in rows]
    return tuple(filter(None, names))


def _stated(dates: str, about: re.Pattern[str], other: re.Pattern[str]) -> date | None:
    """The one day that the sentences of `dates` speaking only of `about` state; None when there is none or several."""
    found = set()
    for sentence in re.split(r"(?<=[.;])\s+(?=[A-Z])", dates):
        if about.search(sentence) and not other.search(sentence):
            found |= {_written(match) for match in _WRITTEN.finditer(sentence)}
    return found.pop() if len(found) == 1 else None


def _written(match: re.Match[str]) -> date | None:
    try:
        return date(int(match[3]), _MONTHS.index(match[1].lower()) + 1, int(match[2]))
    except ValueError:
        return None
