"""The text that rules read: a document's full text in one spelling, with the way back to the original characters.

What comes in: title and body as published. What goes out: `Text`, whose `norm` is what every rule sees (compatibility
characters folded, invisible characters gone) and whose `quote` gives spans of the original.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

from monitor.model import Quote
from monitor.understand.lexicon import simplified_table

_IGNORABLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0]"
)
_CIRCLED = re.compile("[\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089\u2460-\u249b\u24ea\u3251-\u325f\u32b1-\u32bf]")
"""Numbers of a list or a footnote: folded they would grow together with the word or figure beside them."""
_KEEP = frozenset("，：；！？（）、“”")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_FOLD: dict[int, str] = str.maketrans({"’": "'", "‘": "'", "‐": "-", "‑": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
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
    if raw.isascii():
        return Text(raw, raw, len(title))
    moved = {char: new for char in set(_NOT_ASCII.findall(raw)) if (new := _spelled(char)) != char}
    norm = _exchanged(raw, {char: new for char, new in moved.items() if len(new) == 1})
    longer = sorted(found.start() for char, new in moved.items() if len(new) != 1 for found in re.finditer(re.escape(char), raw))
    if not longer:
        return Text(raw, norm, len(title))
    out: list[str] = []
    origin: list[int] = []
    at = 0
    for i in longer:
        new = moved[raw[i]]
        out += norm[at:i], new
        origin.extend(range(at, i))
        origin.extend([i] * len(new))
        at = i + 1
    out.append(norm[at:])
    origin.extend(range(at, len(norm)))
    return Text(raw, "".join(out), bisect_left(origin, len(title)), tuple(origin))


def _exchanged(raw: str, moved: dict[str, str]) -> str:
    """The text with some characters exchanged, one for one."""
    if any(not new.isascii() for new in moved.values()):
        return raw.translate({ord(char): new for char, new in moved.items()})
    for char, new in moved.items():  # a few marks for their typewriter form: faster one by one
        raw = raw.replace(char, new)
    return raw


@lru_cache(maxsize=20_000)
def _spelled(char: str) -> str:
    """How one character of a published text is read: nothing, itself, or what stands for it."""
    char = char.translate(_FOLD).translate(simplified_table())
    if _IGNORABLE.match(char):
        return ""
    if _CIRCLED.match(char):
        return " "
    return char if char in _KEEP else unicodedata.normalize("NFKC", char)


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
