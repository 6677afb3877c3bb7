"""A page's HTML becomes lines. The body of a page comes in, one entry with a line per block goes out.

The frame around the content (navigation, footer, forms, banners) is left out, so that a new menu is no news. A row of a list
or a table is one line that begins with `- `, so that it is compared and read as a whole.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

from monitor.collect.failures import RefusedError
from monitor.collect.page.guard import refuse_guard_page
from monitor.collect.url import canonical_url
from monitor.model import Entry, Response, Source

ROW = "- "
"""How the line of a list's or table's row begins."""
_ROW_CHARS = 400
_BREAK = "\x00break"
_MAX_CHARS = 300_000
# Deeper nesting is hostile or broken; its text is kept, its structure is not.
_MAX_DEPTH = 200

_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{0,1000})", re.IGNORECASE)
_LANG = re.compile(r"<html[^>]{0,500}?\slang\s*=\s*[\"']?([A-Za-z-]{2,20})", re.IGNORECASE)
_HTML_TYPES = ("", "text/html", "application/xhtml+xml", "text/plain", "application/octet-stream")
_VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"})
_RAW = frozenset({"title", "script", "style", "noscript", "template", "svg", "iframe", "object", "math", "canvas"})
_FRAME = _RAW | frozenset({"head", "nav", "header", "footer", "aside", "form", "select", "button", "dialog"})
_FRAME_ROLES = frozenset({
    "navigation", "banner", "contentinfo", "search", "dialog", "alertdialog", "complementary", "menu", "menubar", "toolbar", "alert",
    "status", "timer",
})  # fmt: skip
_BLOCKS = frozenset({
    "address", "article", "blockquote", "body", "br", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "html", "li", "main", "ol", "p", "pre", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
# The start of one on the left ends an open one in the middle, unless an element on the right stands between them: authors leave ends out.
_ENDS: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "li": (frozenset({"li"}), frozenset({"ul", "ol"})),
    "dt": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "dd": (frozenset({"dt", "dd"}), frozenset({"dl"})),
    "tr": (frozenset({"tr"}), frozenset({"table"})),
    "td": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "th": (frozenset({"td", "th"}), frozenset({"tr", "table"})),
    "body": (frozenset({"head"}), frozenset()),
}
_ROWS = frozenset({"li", "tr", "dt", "dd", "article"})
_LISTS = frozenset({"ul", "ol", "dl", "table"})
# What pages call their frame where they do not use its element: whole class names and ids.
_FRAME_NAME = re.compile(
    r"(?:(?:site|main|page|top|global|primary|secondary|mobile|side|block|region|usa|c|l|js)[-_]+)*"
    r"(?:nav|navbar|navigation|menu|breadcrumbs?|cookies?|consent|gdpr|ccpa|onetrust|footer|sidebar|sidenav|pager|pagination|skip-?links?|"
    r"visually-hidden|sr-only|screen-reader-text|modal|popup|toast|share|sharing|social|social-media|newsletter|subscribe|advert|ads?|"
    r"related|recommended|recommendations|trending|most-(?:read|popular)|you-may-(?:also-)?like|comments|feedback|helpful|search-form|"
    r"language-switcher|back-to-top|countdown|view-?count(?:er)?)"
    r"(?:[-_]+(?:bar|banner|notice|popup|modal|overlay|dialog|wrapper|container|content|links?|list|items?|articles?|posts?|stories|news|"
    r"block|section|widget|form|menu|top|bottom|main|sdk|root|buttons?|icons?))*",
    re.IGNORECASE,
)
_ROW_NAME = re.compile(r"(?:[a-z0-9]+[-_]+)*(?:row|item|card|teaser|result|entry)", re.IGNORECASE)


def page_entry(text: str, source: Source, response: Response) -> Entry:
    """The page as one entry whose identity is the address in `source`, wherever it redirects to today.

    A refusal when it is no page, has no content, or is a guard's or an error's page in its place.
    """
    kind = response.content_type.split(";")[0].strip().lower()
    if kind not in _HTML_TYPES:
        raise RefusedError("not_a_feed", f"the page is {kind[:60]!r}, not HTML")
    title, lang = _TITLE.search(text), _LANG.search(text)
    name = " ".join(html.unescape(title[1]).split()) if title else ""
    lines = [line.strip() for line in text.splitlines()] if kind == "text/plain" else page_lines(text)
    refuse_guard_page(name, lines)
    address = canonical_url(source.url) or source.url
    return Entry(
        guid=address,
        url=address,
        title=html.escape(name, quote=False) or address,
        html="<br>".join(html.escape(line, quote=False) for line in _bounded(lines)),
        lang=lang[1] if lang else None,
    )


def _bounded(lines: list[str]) -> Iterator[str]:
    room = _MAX_CHARS
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            return
        if line:
            yield line


@dataclass
class _Node:
    """An element; text and children in order. Once measured: its characters of text, and whether it holds lists or rows of its own."""

    tag: str
    names: tuple[str, ...] = ()
    role: str = ""
    content: list[_Node | str] = field(default_factory=list)
    size: int = 0
    holds_rows: bool = False

    @property
    def is_main(self) -> bool:
        return self.tag == "main" or self.role == "main"

    @property
    def is_frame(self) -> bool:
        return self.tag in _FRAME or self.role in _FRAME_ROLES or any(map(_FRAME_NAME.fullmatch, self.names))

    @property
    def is_row(self) -> bool:
        return self.tag in _ROWS or (self.tag in _BLOCKS and any(map(_ROW_NAME.fullmatch, self.names)))

    @property
    def is_list_or_row(self) -> bool:
        return self.tag in _LISTS or self.is_row

    def children(self) -> Iterator[_Node]:
        return (child for child in self.content if isinstance(child, _Node))


class _Builder(HTMLParser):
    """Builds the tree; ends that are missing or too many are forgiven."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("html")
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._open[-1].tag == "p" and tag in _BLOCKS and tag != "br":
            self._open.pop()
        self._end_before(tag)
        given = {name: value or "" for name, value in attrs}
        names = tuple(f"{given.get('class', '')} {given.get('id', '')}"[:1_000].split())
        node = _Node(tag, names, given.get("role", "").strip().lower())
        self._open[-1].content.append(node)
        if tag not in _VOID and len(self._open) < _MAX_DEPTH:
            self._open.append(node)

    def _end_before(self, tag: str) -> None:
        ended, between = _ENDS.get(tag, (frozenset(), frozenset()))
        for at in range(len(self._open) - 1, 0, -1) if ended else ():
            if self._open[at].tag in between:
                return
            if self._open[at].tag in ended:
                del self._open[at:]
                return

    def handle_endtag(self, tag: str) -> None:
        for at in range(len(self._open) - 1, 0, -1):
            if self._open[at].tag == tag:
                del self._open[at:]
                return

    def handle_data(self, data: str) -> None:
        if self._open[-1].tag not in _RAW:
            self._open[-1].content.append(data)


def page_lines(text: str) -> list[str]:
    """The blocks of the content of `text` (HTML), a line each; rows of lists and tables begin with `- `."""
    builder = _Builder()
    builder.feed(text)
    builder.close()
    nodes = _measured(builder.root)
    mains = [node for node in nodes if node.is_main and node.size]
    content = max(mains, key=lambda node: node.size) if mains else builder.root
    return [line for line in _lines(content, content.size) if line]


def _measured(root: _Node) -> list[_Node]:
    """Every node, parents first, each with its size."""
    nodes = [root]
    for node in nodes:
        nodes.extend(node.children())
    for node in reversed(nodes):
        node.size = sum(child.size if isinstance(child, _Node) else len(child.strip()) for child in node.content)
        node.holds_rows = any(child.holds_rows or child.is_list_or_row for child in node.children())
    return nodes


def _lines(content: _Node, whole: int) -> Iterator[str]:
    """The lines of `content`; what looks like frame but holds more than half of the text is none."""
    line: list[str] = []
    prefix, terms = "", list[str]()

    def flush() -> Iterator[str]:
        nonlocal line, prefix
        said = " ".join("".join(line).split())
        line = []
        if said:
            yield prefix + said
            prefix = ""

    waiting: list[_Node | str] = [content]
    while waiting:
        node = waiting.pop()
        if isinstance(node, str):
            if node == _BREAK:
                yield from flush()
            else:
                line.append(node)
            continue
        if node is not content and (node.tag in _RAW or (node.is_frame and node.size <= whole / 2)):
            continue
        is_block = node.tag in _BLOCKS
        if is_block:
            yield from flush()
        if node is not content and node.is_row and node.size <= _ROW_CHARS and not node.holds_rows:
            prefix, parts = "", _parts(node)
            terms = parts if node.tag == "dt" else terms
            if parts:
                yield ROW + " · ".join((*terms, *parts) if node.tag == "dd" else parts)
            continue
        if node.tag == "li":
            prefix = ROW
        waiting.extend([_BREAK] if is_block else [])
        waiting.extend(reversed(node.content))
    yield from flush()


def _parts(node: _Node) -> list[str]:
    """The texts of a short row, split where a block begins or ends; its frame elements left out."""
    parts: list[list[str]] = [[]]
    waiting: list[_Node | str] = list(reversed(node.content))
    while waiting:
        child = waiting.pop()
        if isinstance(child, str):
            if child == _BREAK:
                parts.append([])
            else:
                parts[-1].append(child)
        elif child.tag not in _FRAME:
            edge: list[_Node | str] = [_BREAK] if child.tag in _BLOCKS else []
            waiting.extend([*edge, *reversed(child.content), *edge])
    said = (" ".join("".join(part).split()) for part in parts)
    return [part for part in said if part]
