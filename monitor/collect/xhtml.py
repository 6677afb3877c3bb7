"""Markup that stands unescaped in a feed. Elements and text of one text construct come in, HTML pieces go out."""

from __future__ import annotations

from collections.abc import Mapping
from xml.sax.saxutils import escape

from monitor.collect.failures import OddError
from monitor.collect.names import own_attributes

# HTML whose names mean nothing in a feed: <title>, <link>, <source> or <summary> would.
_SAFE = frozenset({
    "a", "abbr", "acronym", "address", "article", "aside", "audio", "b", "big", "blockquote", "br", "button", "caption", "center",
    "cite", "code", "col", "colgroup", "dd", "del", "details", "dfn", "div", "dl", "dt", "em", "embed", "figcaption", "figure",
    "font", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "i", "iframe", "img", "input", "ins", "kbd",
    "label", "li", "main", "mark", "nav", "noscript", "object", "ol", "option", "p", "param", "picture", "pre", "q", "s", "samp",
    "script", "section", "select", "small", "span", "strike", "strong", "style", "sub", "sup", "table", "tbody", "td", "textarea",
    "tfoot", "th", "thead", "time", "tr", "tt", "u", "ul", "var", "video", "wbr",
})  # fmt: skip


class Xhtml:
    """Writes pieces of HTML as the document goes on."""

    def __init__(self, pieces: list[str]) -> None:
        self._pieces = pieces

    def text(self, text: str) -> None:
        self._pieces.append(escape(text))

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Open an element; OddError for one that has a meaning in feeds."""
        plain = name.removeprefix("xhtml_")
        if plain not in _SAFE:
            raise OddError(f"<{name}> in XHTML")
        written = []
        for key, value in own_attributes(attributes).items() if attributes else ():
            if ":" in key and not key.startswith("xml:"):
                raise OddError(f"{key} in XHTML")
            shown = value.lower() if key in ("rel", "type") else value
            written.append(f' {key}="{escape(shown, {chr(34): "&quot;"})}"')
        self._pieces.append(f"<{plain}{''.join(written)}>")

    def end(self, name: str) -> None:
        self._pieces.append(f"</{name.removeprefix('xhtml_')}>")

    def unwrap(self) -> None:
        """Take off the `div` around everything, which belongs to Atom and not to the text."""
        pieces = self._pieces
        while len(pieces) > 1 and not pieces[-1].strip():
            del pieces[-1]
        while len(pieces) > 1 and not pieces[0].strip():
            del pieces[0]
        if pieces and (pieces[0] == "<div>" or pieces[0].startswith("<div ")) and pieces[-1] == "</div>" and _is_one(pieces):
            pieces[:] = pieces[1:-1]


def _is_one(pieces: list[str]) -> bool:
    """Whether the first element ends with the last piece only."""
    depth = 0
    for piece in pieces[:-1]:
        if piece.startswith("</"):
            depth -= 1
            if depth == 0:
                return False
        elif piece.startswith("<"):
            depth += 1
    return True
