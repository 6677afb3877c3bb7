"""Bodies become entries. A response of a source comes in; its entries, or why it has none, go out.

Hostile input may make the library below run for minutes or crash: the service calls this through `isolate` only.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.sax import SAXException

import feedparser

from monitor.collect.encoding import text_of
from monitor.collect.failures import RefusedError
from monitor.collect.federal_register import gazette_entries, with_facts
from monitor.collect.identity import identified
from monitor.collect.json_feed import json_entries
from monitor.collect.page.extract import page_entry
from monitor.collect.prolog import ForbiddenDtdError, Root, find_root, is_closed
from monitor.collect.when import instant
from monitor.model import Entry, FetchFailure, Response, Source

MAX_ENTRIES = 5_000
_FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel"})
_ITEM = re.compile(r"<(?:[\w.-]+:)?(?:item|entry)[\s>]")
# The tolerant parser turns `AT&T ` into `AT&T; `, so what cannot be a reference is escaped before it; CDATA stays as it is.
_BARE_AMPERSAND = re.compile(r"<!\[CDATA\[.*?\]\]>|&(?!#\d{1,7};|#[xX][0-9A-Fa-f]{1,6};|[A-Za-z]\w{1,31};)", re.DOTALL)
_HTML_CHARS = 2_000_000
# What feedparser is known to raise on hostile input; anything else is a bug and shall be seen.
_HOSTILE = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, SAXException, TypeError, ValueError)


def parse(source: Source, response: Response) -> tuple[Entry, ...] | FetchFailure:
    """The entries of `response` as `source.format` says, in the order of the body; an empty feed is no failure."""
    try:
        entries = _entries(source, response)
        if len(entries) > MAX_ENTRIES:
            raise RefusedError("too_many_entries", f"more than {MAX_ENTRIES} entries")
        return identified(entries)
    except RefusedError as refused:
        return refused.failure(response.url, response.retrieved_at)
    except ForbiddenDtdError:
        return RefusedError("forbidden_dtd", "the document brings its own DTD").failure(response.url, response.retrieved_at)


def _entries(source: Source, response: Response) -> list[Entry]:
    text = text_of(response.body, response.content_type, source.language)
    if not text.strip():
        raise RefusedError("empty_body", "the body is empty")
    if source.format == "page":
        return [page_entry(text, source, response)]
    if text.lstrip()[0] in "{[":
        return gazette_entries(text, source.url) if source.format == "federal_register" else json_entries(text, response.url)
    entries = _feed_entries(text, source, response.url)
    return [with_facts(entry) for entry in entries] if source.format == "federal_register" else entries


def _feed_entries(text: str, source: Source, url: str) -> list[Entry]:
    root = find_root(text)
    if root is None or root.name not in _FEED_ROOTS:
        raise RefusedError("not_a_feed", f"the body is {root.name if root else 'no XML'}, not a feed")
    # Counted before the parse: a million items are refused for the price of a scan.
    for count, _ in enumerate(_ITEM.finditer(root.document), 1):
        if count > MAX_ENTRIES:
            raise RefusedError("too_many_entries", f"more than {MAX_ENTRIES} entries")
    if not is_closed(root):
        raise RefusedError("truncated", f"the document stops before </{root.name}>")
    parsed = _parsed(root)
    rows = parsed["entries"]
    if not rows and parsed["bozo"]:
        raise RefusedError("not_a_feed", f"no entries, and not well-formed: {str(parsed.get('bozo_exception'))[:100]}")
    feed_lang = str(parsed["feed"].get("language") or "") or None
    return [_entry(row, url, source, feed_lang) for row in rows]


def _parsed(root: Root) -> Any:
    escaped = _BARE_AMPERSAND.sub(lambda found: "&amp;" if found[0] == "&" else found[0], root.document)
    document = '<?xml version="1.0" encoding="utf-8"?>\n' + escaped
    try:
        return feedparser.parse(
            io.BytesIO(document.encode("utf-8")),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except _HOSTILE as error:
        raise RefusedError("not_well_formed", f"the parser gave up: {type(error).__name__}: {str(error)[:100]}") from error


def _entry(row: dict[str, Any], url: str, source: Source, feed_lang: str | None) -> Entry:
    # dict.get, because feedparser's own answers `updated` with the published date and a warning
    published_raw = _text(dict.get(row, "published") or dict.get(row, "updated") or dict.get(row, "created"))
    published = dict.get(row, "published_parsed") or dict.get(row, "updated_parsed") or dict.get(row, "created_parsed")
    updated_raw = _text(dict.get(row, "updated"))
    publisher = _publisher(row, source, url)
    link = _text(row.get("link")).strip()
    title = _markup(row.get("title_detail"), row.get("title"))
    return Entry(
        guid=_text(row.get("id")).strip(),
        url=_absolute(link, url),
        title=_without_publisher(title, publisher),
        html=_content(row),
        author=_text(row.get("author")).strip()[:300],
        published_at=instant(published_raw, published),
        published_raw=published_raw[:200],
        updated_at=instant(updated_raw, dict.get(row, "updated_parsed")),
        lang=_language(row) or feed_lang,
        origin_publisher=publisher,
    )


def _text(value: object) -> str:
    return re.sub("[\ud800-\udfff]", "", value) if isinstance(value, str) else ""


def _absolute(link: str, base: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def _markup(detail: Any, value: object) -> str:
    """A text construct as HTML: what its publisher declared as plain text is escaped where it would read as markup."""
    text = _text(value)[:_HTML_CHARS]
    plain = isinstance(detail, Mapping) and detail.get("type") == "text/plain"
    return html.escape(text, quote=False) if plain and ("<" in text or html.unescape(text) != text) else text


def _content(row: Mapping[str, Any]) -> str:
    """The fullest of the contents and the summary."""
    parts = [_markup(part, part.get("value")) for part in row.get("content") or () if isinstance(part, Mapping)]
    return max([*parts, _markup(row.get("summary_detail"), row.get("summary"))], key=len)


def _language(row: Mapping[str, Any]) -> str | None:
    for key in ("language", "title_detail", "summary_detail"):
        value = row.get(key)
        found = value.get("language") if isinstance(value, Mapping) else value
        if found:
            return _text(found)[:20] or None
    return None


def _publisher(row: Mapping[str, Any], source: Source, url: str) -> str:
    """Whom an aggregator names: `<source>`, or on Google News what follows the last dash of the title."""
    named = row.get("source")
    name = _text(named.get("title")).strip() if isinstance(named, Mapping) else ""
    if not name and (urlsplit(url).hostname or "") == "news.google.com":
        _, dash, tail = _text(row.get("title")).rpartition(" - ")
        name = tail.strip() if dash else ""
    own = {source.publisher.casefold(), source.name.casefold()}
    return "" if name.casefold() in own else html.unescape(name)[:200]


def _without_publisher(title: str, publisher: str) -> str:
    for name in (publisher, html.escape(publisher, quote=False)):
        if publisher and title.endswith(f" - {name}"):
            return title[: -len(f" - {name}")].rstrip()
    return title
