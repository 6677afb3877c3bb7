"""What well-formed XML lacks to be a feed as the web writes it. A document comes in, what mends it goes out."""

from __future__ import annotations

import re
from html.entities import html5

from monitor.collect.failures import OddError

# All but the five that XML knows.
_ENTITY = re.compile(r"&(?!(?:lt|gt|amp|quot|apos);)([^\s#&;<>][^\s&;<>]*);")
_MAX_JUNK = 4_096
_ENTRY = re.compile(rb"<(?:[\w.-]+:)?(?:item|entry)[\s/>]", re.IGNORECASE)


def html_entities(document: str) -> str:
    """Declarations of the characters `document` calls by HTML's names; OddError for a name that HTML does not know.

    Complete or nothing: once there are declarations, a name without one would vanish silently.
    """
    names = set(_ENTITY.findall(document))
    values = {name: html5.get(f"{name};", "<") for name in names}
    if unknown := [name for name, value in values.items() if "<" in value or "&" in value]:
        raise OddError(f"unknown entity {unknown[0]}")
    return "".join(f'<!ENTITY {name} "{"".join(f"&#{ord(c)};" for c in value)}">' for name, value in values.items())


def is_harmless(rest: bytes | memoryview) -> bool:
    """Whether what follows the end of a document is no second one: content networks hang their scripts there."""
    return len(rest) <= _MAX_JUNK and not _ENTRY.search(rest)
