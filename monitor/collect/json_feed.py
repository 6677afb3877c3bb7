"""JSON Feed (jsonfeed.org, versions 1 and 1.1). Text comes in, entries go out."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import urljoin

from monitor.collect.failures import RefusedError
from monitor.collect.when import instant
from monitor.model import Entry


def json_object(text: str) -> dict[str, Any]:
    """The JSON object in `text`; a refusal when it is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RefusedError("not_well_formed", f"not JSON: {str(error)[:100]}") from error
    if not isinstance(found, dict):
        raise RefusedError("not_a_feed", "the JSON is no object")
    return found


def string(value: object) -> str:
    """`value` as text without lone surrogates; numbers as written, everything else empty."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return value.encode("utf-8", "ignore").decode("utf-8") if isinstance(value, str) else ""


def json_entries(text: str, url: str) -> list[Entry]:
    """The items of a JSON Feed in their order; a refusal for other JSON."""
    feed = json_object(text)
    items = feed.get("items")
    if not isinstance(items, list) or not string(feed.get("version")).startswith(("https://jsonfeed.org/", "http://jsonfeed.org/")):
        raise RefusedError("not_a_feed", "the JSON is no JSON Feed")
    language = string(feed.get("language")) or None
    return [_entry(item, url, language) for item in items if isinstance(item, dict)]


def _entry(item: dict[str, Any], url: str, language: str | None) -> Entry:
    link = string(item.get("url")) or string(item.get("external_url"))
    raw = string(item.get("date_published"))
    authors = item.get("authors") or [item.get("author")]
    names = [string(a.get("name")) for a in authors if isinstance(a, dict)] if isinstance(authors, list) else []
    plain = html.escape(string(item.get("content_text")), quote=False).replace("\n", "<br>")
    return Entry(
        guid=string(item.get("id")).strip(),
        url=_joined(url, link),
        title=html.escape(string(item.get("title")), quote=False),
        html=string(item.get("content_html")) or plain or html.escape(string(item.get("summary")), quote=False),
        author=", ".join(n for n in names if n)[:300],
        published_at=instant(raw),
        published_raw=raw[:200],
        updated_at=instant(string(item.get("date_modified"))),
        lang=string(item.get("language")) or language,
    )


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link) if link else ""
    except ValueError:
        return ""
