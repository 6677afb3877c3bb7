"""Shapes that no publisher writes and that a tolerant parser needs minutes for. The text of a feed comes in, a refusal goes out.

All patterns are linear on any input: each stops at the next tag, so that no character is looked at more than a few times.
"""

from __future__ import annotations

import re

from monitor.collect.failures import RefusedError

_ENTRY = re.compile(r"<(?:[\w.-]{1,40}:)?(?:item|entry)[\s/>]")
_TAG = re.compile(r"<(/?)[A-Za-z][^<>]*?(/?)>")
_CDATA = re.compile(r"<!\[CDATA\[.*?\]\]>", re.DOTALL)
# Broken feeds forget to close a line break per paragraph; ten thousand open elements are an attack.
_MAX_OPEN = 10_000
_MANY_ATTRIBUTES = re.compile(r"<[A-Za-z](?:[^<>=]*=){1000}")
_LONG_AUTHOR = re.compile(
    r"<(?:[\w.-]{1,40}:)?(?:author|creator|contributor|publisher|name|email|managingEditor|webMaster)(?:\s[^<>]*)?>"
    r"\s*+(?:<!\[CDATA\[)?+[^<]{4000}",
    re.IGNORECASE,
)
_MAX_UNCLOSED = 100


def check_shape(document: str, max_entries: int) -> None:
    """RefusedError for too many entries, elements within elements, attributes of one element, unclosed sections, endless authors."""
    for count, _ in enumerate(_ENTRY.finditer(document), 1):
        if count > max_entries:
            raise RefusedError("too_many_entries", f"more than {max_entries} entries")
    if document.count("<![CDATA[") > document.count("]]>") + _MAX_UNCLOSED:
        raise RefusedError("not_well_formed", "sections are opened again and again")
    if _MANY_ATTRIBUTES.search(document):
        raise RefusedError("not_well_formed", "an element of a thousand attributes")
    if _LONG_AUTHOR.search(document):
        raise RefusedError("not_well_formed", "an author of thousands of letters")
    if _deepest(document) > _MAX_OPEN:
        raise RefusedError("not_well_formed", f"more than {_MAX_OPEN} elements are open at once")


def _deepest(document: str) -> int:
    """How many elements are open at most; markup within CDATA is text."""
    if document.count("<") <= _MAX_OPEN:
        return 0
    depth = deepest = 0
    for closing, closed in _TAG.findall(_CDATA.sub("", document)):
        depth += 0 if closed else -1 if closing else 1
        deepest = max(deepest, depth)
    return deepest
