"""The text that rules read: a document's full text in one spelling, with the way back to the original characters.

What comes in: title and body as published. What goes out: `Text`, whose `norm` is what every rule sees (compatibility
characters folded, invisible characters gone) and whose `quote` gives spans of the original.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from monitor.model import Quote
from monitor.understand.lexicon import simplified_table

_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_KEEP = frozenset("，：；！？（）、“”")
_FOLD = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})


READ = 120_000
"""Characters of title and body that are read: three times the longest article; a hostile page may be endless."""


@dataclass(frozen=True)
class Text:
    """A full text as rules see it; `origin` maps each of its characters to the original, None when nothing moved."""

    raw: str
    norm: str
    title_end: int
    origin: tuple[int, ...] | None = None

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The span of the original that `norm[start:end]` came from."""
        if self.origin is None:
            return start, end
        return self.origin[start], self.origin[end - 1] + 1

    def quote(self, start: int, end: int) -> Quote:
        """The original characters behind `norm[start:end]`."""
        first, last = self.original(start, end)
        return Quote(start=first, end=last, text=self.raw[first:last])


def read_text(title: str, body: str) -> Text:
    """Title and body in one spelling, as far as they are read."""
    title = title[:READ]
    raw = f"{title}\n{body[: READ - len(title)]}"
    plain = raw.translate({**_FOLD, **simplified_table()} if not raw.isascii() else _FOLD)
    if raw.isascii() or (unicodedata.is_normalized("NFKC", plain) and not _IGNORABLE.search(plain)):
        return Text(raw, plain, len(title))
    out: list[str] = []
    origin: list[int] = []
    title_end = 0
    for i, char in enumerate(plain):
        if i == len(title):
            title_end = len(origin)
        if _IGNORABLE.match(char):
            continue
        folded = char if char in _KEEP else unicodedata.normalize("NFKC", char)
        out.append(folded)
        origin.extend([i] * len(folded))
    return Text(raw, "".join(out), title_end, tuple(origin))


class Covered:
    """The characters of a text that some span has taken; asking costs no more than the span is long."""

    def __init__(self, length: int) -> None:
        self._taken = bytearray(length)

    def take(self, start: int, end: int) -> None:
        """Mark [start, end)."""
        self._taken[start:end] = b"\1" * (end - start)

    def touches(self, start: int, end: int) -> bool:
        """Whether any character of [start, end) is taken."""
        return self._taken.find(1, start, end) >= 0


def same_length_lower(text: str) -> str:
    """Lower case without moving an offset (a few capitals grow when lowered)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(low if len(low := c.lower()) == 1 else c for c in text)
