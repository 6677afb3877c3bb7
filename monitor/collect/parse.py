"""Bodies become entries. A response of a source comes in; its entries, or why it has none, go out.

Hostile input may make the tolerant reader run for minutes or crash: the service calls this through `isolate` only.
"""

from __future__ import annotations

import html
import re
from urllib.parse import urljoin, urlsplit

from monitor.collect.direct import FEED_ROOTS, read_directly
from monitor.collect.encoding import text_of
from monitor.collect.failures import OddError, RefusedError
from monitor.collect.federal_register import gazette_entries, with_facts
from monitor.collect.identity import identified
from monitor.collect.json_feed import json_entries
from monitor.collect.prolog import ForbiddenDtdError, Root, find_root, is_closed, without_second_root
from monitor.collect.shape import check_shape
from monitor.collect.strict import MAX_ENTRIES, read_strictly
from monitor.collect.tolerant import looks_like_html, read_tolerantly
from monitor.collect.written import Feed, Text, Written
from monitor.model import Entry, FetchFailure, Response, Source

# Links that joining would leave as they are, for a twentieth of its price.
_ABSOLUTE = re.compile(r"https?://[\w.:-]+/[\w./%~+:,=@!()*'-]*(?:\?[\w./%~+:,=@!()*'&-]+)?", re.ASCII)


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
    if source.format != "page" and (feed := read_directly(response.body, response.content_type)) is not None:
        return _of_feed(feed, source, response)
    text = text_of(response.body, response.content_type, source.language)
    if not text.strip():
        raise RefusedError("empty_body", "the body is empty")
    if source.format == "page":
        from monitor.collect.page.extract import page_entry

        return [page_entry(text, source, response)]
    if text.lstrip()[0] in "{[":
        return gazette_entries(text, source.url) if source.format == "federal_register" else json_entries(text, response.url)
    return _of_feed(_feed(text), source, response)


def _of_feed(feed: Feed, source: Source, response: Response) -> list[Entry]:
    entries = [_entry(written, response.url, source, feed.lang) for written in feed.entries]
    return [with_facts(entry) for entry in entries] if source.format == "federal_register" else entries


def _feed(text: str) -> Feed:
    """The feed in `text`: by the strict reader when it is well-formed and plain, else by the tolerant one, which takes 50 times as long."""
    root = find_root(text)
    if root is None or root.name not in FEED_ROOTS:
        raise RefusedError("not_a_feed", f"the body is {root.name if root else 'no XML'}, not a feed")
    try:
        return read_strictly(root.document.encode(), looks_like_html)
    except OddError:
        return _broken_feed(root)


def _broken_feed(root: Root) -> Feed:
    # Before the parse: what would take the tolerant reader minutes is refused for the price of a scan.
    check_shape(root.document, MAX_ENTRIES)
    if not is_closed(root):
        raise RefusedError("truncated", f"the document stops before </{root.name}>")
    return read_tolerantly(without_second_root(root))


def _entry(written: Written, url: str, source: Source, feed_lang: str | None) -> Entry:
    title = written.title.markup()
    publisher = written.named_publisher or _last_part(written.title.value, url)
    if publisher and publisher.casefold() in (source.publisher.casefold(), source.name.casefold()):
        publisher = ""
    if publisher:
        publisher = html.unescape(publisher)[:200]
        title = _without_publisher(title, publisher)
    return Entry(
        guid=written.guid,
        url=_absolute(written.link, url),
        title=title,
        html=max(written.texts, key=_chars).markup(),
        author=written.author[:300],
        published_at=written.published_at,
        published_raw=written.published_raw[:200],
        updated_at=written.updated_at,
        lang=written.lang or feed_lang,
        origin_publisher=publisher,
    )


def _chars(text: Text) -> int:
    return len(text.value)


def _absolute(link: str, base: str) -> str:
    if _ABSOLUTE.fullmatch(link):
        return link
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""


def _last_part(title: str, url: str) -> str:
    """Whom Google News names: what follows the last dash of the title."""
    if "news.google.com" not in url or urlsplit(url).hostname != "news.google.com":
        return ""
    _, dash, tail = title.rpartition(" - ")
    return tail.strip() if dash else ""


def _without_publisher(title: str, publisher: str) -> str:
    for name in (publisher, html.escape(publisher, quote=False)):
        if title.endswith(f" - {name}"):
            return title[: -len(f" - {name}")].rstrip()
    return title
