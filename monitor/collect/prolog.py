"""The part of an XML document before its root. Text comes in, the root's name and the document without its prolog go out.

The document type is cut off here so that no parser below ever sees one; an internal subset (where entities and their
bombs live) is refused. Only `find` and anchored matches are used: the scan is linear on any input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ROOT = re.compile(r"<([A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]*)(?=[\s/>])")
_DOCTYPE = re.compile(r"<!DOCTYPE\b", re.IGNORECASE)
_DTD_TOKEN = re.compile(r"[^\[\]<>\"']+|\"[^\"]*\"|'[^']*'")


class ForbiddenDtdError(Exception):
    """The document brings its own declarations."""


@dataclass(frozen=True)
class Root:
    """Where the root element begins; `name` without prefix, lower case."""

    name: str
    document: str
    """The document from its root on."""


def find_root(text: str) -> Root | None:
    """The root element, None when there is none; ForbiddenDtdError for a document type with an internal subset."""
    at = text.find("<")
    while at != -1:
        if text.startswith("<!--", at):
            at = _after(text, "-->", at + 4)
        elif text.startswith("<?", at):
            at = _after(text, "?>", at + 2)
        elif _DOCTYPE.match(text, at):
            at = _after_doctype(text, at)
        elif match := _ROOT.match(text, at):
            return Root(match[2].lower(), text[at:])
        else:
            return None
        at = text.find("<", at) if at != -1 else -1
    return None


def is_closed(root: Root, tail: int = 4096) -> bool:
    """Whether the root's end tag is there (its last character may be missing), or the root is empty; else the document was cut off."""
    end = re.compile(rf"</(?:[\w.-]+:)?{re.escape(root.name)}\s*(?:>|\Z)", re.IGNORECASE)
    if end.search(root.document, max(0, len(root.document) - tail)) or end.search(root.document):
        return True
    start = root.document.find(">")
    return start > 0 and root.document[start - 1] == "/"


def without_second_root(root: Root) -> str:
    """The document up to the end of its first root: a tolerant parser would read a second feed behind it as its own."""
    second = re.search(
        rf"(</(?:[\w.-]+:)?{re.escape(root.name)}\s*>)\s*(?:<\?[^<>]*>\s*)?<(?:[\w.-]+:)?(?:rss|feed|rdf)[\s>]",
        root.document,
        re.IGNORECASE,
    )
    return root.document[: second.end(1)] if second else root.document


def _after(text: str, mark: str, start: int) -> int:
    found = text.find(mark, start)
    return -1 if found == -1 else found + len(mark)


def _after_doctype(text: str, at: int) -> int:
    at += len("<!DOCTYPE")
    while match := _DTD_TOKEN.match(text, at):
        at = match.end()
    if at < len(text) and text[at] == ">":
        return at + 1
    if at < len(text) and text[at] in "[]":
        raise ForbiddenDtdError
    return -1
