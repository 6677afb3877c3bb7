"""The reader for feeds in any state of repair. A document from its root on comes in, what it holds goes out.

Slow, and hostile input may make the library below run for minutes: what `strict` reads never gets here.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any
from xml.sax import SAXException

from monitor.collect.failures import RefusedError
from monitor.collect.when import instant
from monitor.collect.written import Feed, Text, Written

# The library turns `AT&T ` into `AT&T; ` and gives up at references to half characters, so both are mended before it; CDATA stays as it is.
_AMPERSAND = re.compile(r"<!\[CDATA\[.*?\]\]>|&#(?:\d{1,7}|[xX][0-9A-Fa-f]{1,6});|&(?![A-Za-z]\w{1,31};)", re.DOTALL)
_SURROGATES = re.compile("[\ud800-\udfff]")
# What feedparser is known to raise on hostile input; anything else is a bug and shall be seen.
_HOSTILE = (ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError, SAXException, TypeError, ValueError)


def looks_like_html(text: str) -> bool:
    """Whether nominally plain text of RSS is meant as HTML; many publishers do not say."""
    if "</" not in text and "&" not in text:
        return False  # without a closing tag or an entity it is not, and the library need not be loaded to say so
    from feedparser.api import StrictFeedParser

    return bool(StrictFeedParser.looks_like_html(text))


def read_tolerantly(document: str) -> Feed:
    """What `document` holds, however broken; a refusal when there are no entries because it is, or the library gives up."""
    parsed = _parsed(document)
    rows = parsed["entries"]
    if not rows and parsed["bozo"]:
        raise RefusedError("not_a_feed", f"no entries, and not well-formed: {str(parsed.get('bozo_exception'))[:100]}")
    return Feed(tuple(_written(row) for row in rows), str(parsed["feed"].get("language") or "") or None)


def _parsed(document: str) -> Any:
    import feedparser

    escaped = _AMPERSAND.sub(_mended, document)
    try:
        return feedparser.parse(
            io.BytesIO(f'<?xml version="1.0" encoding="utf-8"?>\n{escaped}'.encode()),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except _HOSTILE as error:
        raise RefusedError("not_well_formed", f"the parser gave up: {type(error).__name__}: {str(error)[:100]}") from error


def _mended(found: re.Match[str]) -> str:
    """A bare ampersand escaped, a reference to what is no character as the mark for one; the rest as it is."""
    text = found[0]
    if not text.startswith("&#"):
        return "&amp;" if text == "&" else text
    code = int(text[3:-1], 16) if text[2] in "xX" else int(text[2:-1])
    return "\ufffd" if code == 0 or 0xD800 <= code <= 0xDFFF or code > 0x10FFFF else text


def _written(row: dict[str, Any]) -> Written:
    # dict.get, because feedparser's own answers `updated` with the published date and a warning
    published_raw = _string(dict.get(row, "published") or dict.get(row, "updated") or dict.get(row, "created"))
    loose = dict.get(row, "published_parsed") or dict.get(row, "updated_parsed") or dict.get(row, "created_parsed")
    named = row.get("source")
    contents = tuple(_text(part, part.get("value")) for part in row.get("content") or () if isinstance(part, Mapping))
    return Written(
        guid=_string(row.get("id")).strip(),
        link=_string(row.get("link")).strip(),
        title=_text(row.get("title_detail"), row.get("title")),
        texts=(*contents, _text(row.get("summary_detail"), row.get("summary"))),
        author=_string(row.get("author")).strip(),
        published_at=instant(published_raw, loose),
        published_raw=published_raw,
        updated_at=instant(_string(dict.get(row, "updated")), dict.get(row, "updated_parsed")),
        lang=_language(row),
        named_publisher=_string(named.get("title")).strip() if isinstance(named, Mapping) else "",
    )


def _text(detail: Any, value: object) -> Text:
    return Text(_string(value), plain=isinstance(detail, Mapping) and detail.get("type") == "text/plain")


def _string(value: object) -> str:
    """`value` when it is text, without half characters, which no database and no mail can hold."""
    return _SURROGATES.sub("", value) if isinstance(value, str) else ""


def _language(row: Mapping[str, Any]) -> str | None:
    for key in ("language", "title_detail", "summary_detail"):
        value = row.get(key)
        found = value.get("language") if isinstance(value, Mapping) else value
        if found:
            return _string(found)[:20] or None
    return None
