"""The Federal Register. Its API's JSON or an entry of its RSS comes in, entries with the gazette's own facts go out.

Identity is the document number: titles repeat and more than a quarter of the documents have no abstract. Documents on public
inspection, days before they are printed, have the number that they keep in print. What corrects or withdraws names what it changes.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from monitor.collect.failures import RefusedError
from monitor.collect.json_feed import json_object, string
from monitor.collect.when import day, instant
from monitor.model import Document, Entry, RegulatorFacts

_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_WRITTEN = re.compile(rf"\b({'|'.join(_MONTHS)})\s+(\d{{1,2}}),\s+(\d{{4}})", re.IGNORECASE)
_EFFECTIVE = re.compile(r"\beffective\b|\btakes? effect\b|\bin effect\b", re.IGNORECASE)
_COMMENT = re.compile(r"\bcomments?\b", re.IGNORECASE)
_LINK_NUMBER = re.compile(r"/documents/\d{4}/\d{2}/\d{2}/([\w-]+)/")


_NEXT_PAGE = re.compile(rb'"next_page_url"\s*:\s*("(?:[^"\\]|\\.){1,4000}")')
# The office's own corrections and republications bear the number of what they correct: C1-2024-01234.
_OWN_CORRECTION = re.compile(r"[CRZ]\d{1,2}-(?=\d{4}-|[A-Z]?\d)")
_AMENDS = (
    r"(?:technical )?corrections?|correcting amendments?|correction and extension.*|withdrawal(?: of .*)?|withdrawn|"
    r"rescission|cancellation|republication"
)
_AMENDING_TITLE = re.compile(rf"[;:,–—-]\s*(?:notice of )?(?:{_AMENDS})\.?$", re.IGNORECASE)
_AMENDING_START = re.compile(r"(?:notice of )?(?:withdrawal|correction|rescission|cancellation) (?:of|to)(?: the)? ", re.IGNORECASE)
_AMENDING_ACTION = re.compile(rf"(?:^|[;,:]\s*)(?:notice of )?(?:{_AMENDS})\.?$", re.IGNORECASE)
_CITED = re.compile(
    r"\b(?:FR\s+Doc(?:ument|s)?\.?|(?:rule|notice|document)\s+(?=no|number))\s*(?:no\.?|number)?\s*#?\s*((?:[A-Z]\d{0,2}-)?\d{4}\s?-\s?\d{4,5})\b",
    re.IGNORECASE,
)


def gazette_entries(text: str, asked: str = "") -> list[Entry]:
    """The `results` of a page of documents or of public inspection, or the one document of a single-document answer.

    The list of what is on public inspection now cannot be narrowed by its server, so the agencies and the term in the URL
    that was `asked` are applied to it here.
    """
    answer = json_object(text)
    rows = answer.get("results", [answer] if "document_number" in answer else None)
    if rows is None and answer.get("count") == 0:
        return []
    if not isinstance(rows, list):
        raise RefusedError("not_a_feed", "the JSON holds no Federal Register documents")
    wanted = [row for row in rows if isinstance(row, dict) and string(row.get("document_number"))]
    return [_inspected(row) if "filed_at" in row else _entry(row) for row in wanted if "filed_at" not in row or _fits(row, asked)]


def next_page(body: bytes, url: str) -> str | None:
    """Where a page of documents says the next one is, on the host of `url`; None at the end.

    Looked up in the bytes, since the JSON of a stranger is read in the parser's child only.
    """
    match = _NEXT_PAGE.search(body)
    try:
        link = string(json.loads(match[1])) if match else ""
        there, here = urlsplit(link), urlsplit(url)
    except ValueError:
        return None
    return link if link and (there.scheme, there.netloc) == (here.scheme, here.netloc) else None


def with_facts(entry: Entry) -> Entry:
    """An entry of the RSS form with the number its link holds as identity; unchanged when the link holds none."""
    match = _LINK_NUMBER.search(entry.url + "/")
    if not match:
        return entry
    agencies = tuple(a.strip() for a in entry.author.split(",") if a.strip())
    return entry.model_copy(update={"guid": match[1], "regulator": RegulatorFacts(number=match[1], agencies=agencies)})


def amended_titles(entries: Sequence[Entry]) -> dict[str, str]:
    """By guid: the title of what an entry corrects or withdraws, for those that do so without naming its number."""
    found = {}
    for entry in entries:
        title = html.unescape(entry.title).strip()
        if entry.regulator is not None and not entry.regulator.corrects and _is_amending(title):
            found[entry.guid] = _AMENDING_START.sub("", _AMENDING_TITLE.sub("", title)).strip()
    return found


def chained(entries: Sequence[Entry], known: Sequence[Document]) -> tuple[Entry, ...]:
    """`entries`; one that amends without naming a number is chained to the newest of them or of `known` before it with its title."""
    wanted = amended_titles(entries)
    told = [(entry.published_at, entry.guid, html.unescape(entry.title)) for entry in entries]
    told += [(document.published_at, document.guid, document.title) for document in known]
    return tuple(_with_original(entry, wanted[entry.guid], told) if entry.guid in wanted else entry for entry in entries)


def _with_original(entry: Entry, title: str, told: Sequence[tuple[datetime | None, str, str]]) -> Entry:
    facts, at = entry.regulator, entry.published_at
    before = [(day, guid) for day, guid, name in told if day and at and day < at and name.strip().casefold() == title.casefold()]
    if facts is None or not before:
        return entry
    return entry.model_copy(update={"regulator": facts.model_copy(update={"corrects": max(before)[1]})})


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


def _fits(row: dict[str, Any], asked: str) -> bool:
    conditions = parse_qsl(urlsplit(asked).query)
    agencies = {value for name, value in conditions if name.startswith("conditions[agencies]")}
    words = [word for name, value in conditions if name == "conditions[term]" for word in value.casefold().replace('"', " ").split()]
    listed = row.get("agencies")
    slugs = {string(a.get("slug")) for a in listed if isinstance(a, dict)} if isinstance(listed, list) else set()
    said = " ".join(string(row.get(name)) for name in ("title", "toc_subject", "toc_doc", "subject_1", "subject_2", "subject_3")).casefold()
    return (not agencies or bool(agencies & slugs)) and all(word in said for word in words)


def _inspected(row: dict[str, Any]) -> Entry:
    """A document that is filed and not yet printed. What changes with each answer (page views, file times) is left out."""
    number, filed = string(row["document_number"]), string(row.get("filed_at"))
    plan = day(row.get("publication_date"))
    special = " as a special filing" if string(row.get("filing_type")).lower() == "special" else ""
    planned = f"; to be published in the Federal Register of {plan:%B} {plan.day}, {plan.year}" if plan else ""
    notice = f"On public inspection{special}{planned}."
    paragraphs = [string(row.get("toc_subject")), notice, string(row.get("editorial_note"))]
    return Entry(
        guid=number,
        url=string(row.get("html_url")) or string(row.get("pdf_url")),
        title=html.escape(string(row.get("title")) or string(row.get("toc_doc")), quote=False),
        html="".join(f"<p>{html.escape(p, quote=False)}</p>" for p in paragraphs if p),
        published_at=instant(filed),
        published_raw=filed[:200],
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
        corrects=_corrected(number, row),
    )


def _corrected(number: str, row: dict[str, Any]) -> str:
    """The number of the document that this one corrects or withdraws, as far as its own fields say; empty when they do not."""
    stated = string(row.get("correction_of")).rstrip("/").rsplit("/", 1)[-1].split("?")[0].removesuffix(".json")
    if stated:
        return stated
    if own := _OWN_CORRECTION.match(number):
        return number[own.end() :]
    if not _is_amending(string(row.get("title"))) and not _AMENDING_ACTION.search(string(row.get("action")).strip()):
        return ""
    texts = " ".join(string(row.get(name)) for name in ("title", "abstract", "dates", "editorial_note", "explanation"))
    cited = {re.sub(r"\s", "", found) for found in _CITED.findall(texts)} - {number}
    return cited.pop() if len(cited) == 1 else ""


def _is_amending(title: str) -> bool:
    return _AMENDING_TITLE.search(title.strip()) is not None or _AMENDING_START.match(title.strip()) is not None


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
