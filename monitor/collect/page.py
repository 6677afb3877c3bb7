"""A watched page. Its HTML comes in, one entry goes out whose guid is the address; an edit becomes a revision.

The frame around the content (navigation, footer, forms) is left out, so that a new menu is no news.
"""

from __future__ import annotations

import html
import re

from monitor.collect.failures import RefusedError
from monitor.collect.url import canonical_url
from monitor.model import Entry, Response

_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
# What guards and error pages call themselves although their status says 200; as content they would be a false revision.
_NO_CONTENT = re.compile(
    r"(?:access denied|request access|just a moment|attention required|page not found|not found|forbidden|robot check|security check|"
    r"are you a (?:human|robot)|service unavailable|bad gateway|federal register :: request access|"
    r"(?:error )?(?:302|403|404|500|502|503)\s*(?:$|[:–-]|found|forbidden|not found|internal|bad|service|temporarily))",
    re.IGNORECASE,
)
_LANG = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z-]{2,20})", re.IGNORECASE)
_MAIN = re.compile(r"<main[\s>]", re.IGNORECASE)
_FRAME = re.compile(
    r"<(head|script|style|noscript|template|svg|nav|header|footer|aside|form|iframe|select|button)(?=[\s/>])", re.IGNORECASE
)
_MARKUP = re.compile(r"<[^>]*>")
_HTML_TYPES = ("", "text/html", "application/xhtml+xml", "text/plain", "application/octet-stream")


def page_entry(text: str, response: Response) -> Entry:
    """The page as one entry; a refusal when it is no page or has no content."""
    kind = response.content_type.split(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        raise RefusedError("not_a_feed", f"the page is {kind[:60]!r}, not HTML")
    body = html.escape(text, quote=False).replace("\n", "<br>") if kind == "text/plain" else _content(text)
    if not _MARKUP.sub("", body).strip():
        raise RefusedError("empty_body", "the page has no content")
    title, lang = _TITLE.search(text), _LANG.search(text)
    if title and _NO_CONTENT.match(html.unescape(title[1]).strip()):
        raise RefusedError("bad_status", f"the page says {title[1].strip()[:60]!r} instead of its content")
    return Entry(
        guid=canonical_url(response.url) or response.url,
        url=response.url,
        title=(title[1] if title else "").strip() or response.url,
        html=body,
        lang=lang[1] if lang else None,
    )


def _content(text: str) -> str:
    """`<main>` when there is one, else everything, without the frame elements."""
    start = _MAIN.search(text)
    end = text.lower().rfind("</main") if start else -1
    inner = text[start.start() : end] if start and end > start.start() else text
    kept, at, unclosed = [], 0, set()
    while match := _FRAME.search(inner, at):
        kept.append(inner[at : match.start()])
        name, at = match[1].lower(), match.end()
        close = None if name in unclosed else re.compile(rf"</{name}[^<>]*>", re.IGNORECASE).search(inner, at)
        if close is not None:
            at = close.end()
        else:
            unclosed.add(name)
            at = match.start() + 1
            kept.append("<")
    kept.append(inner[at:])
    return "".join(kept)
