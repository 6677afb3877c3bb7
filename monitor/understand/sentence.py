"""Sentences and their grammar, free of any library. What comes in: text; what goes out: `Sentence`s with offsets.

A title is always a sentence of its own. English tokens are filled later, and only where a rule needs grammar.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|Sen|Rep|Gov|Gen|Inc|Corp|Co|Ltd|No|St|vs|etc|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec"
    r"|Art|Sec|para|cf|al|Fed|Reg|Bros|Jr|Sr)|\b(?:[A-Za-z]\.)+[A-Za-z])\.$"
)
_EN_END = re.compile(r"[.!?]+[\"')\]”]*\s+(?=[\"'(\[“•*\-–]*[A-Z0-9\u3400-\u9fff])|\s*\n\s*")
_ZH_END = re.compile(r"[。！？!?；;]+[\"”’』」）)]*\s*|\s*\n\s*|(?<=[a-z]{3})\.\s+")
_ORDINAL = re.compile(r"\b\d{1,2}\.$")
"""A day such as the German "9. Juli"."""
_FULL_STOPS = ("zh", "ja")
"""Languages with a full stop of their own."""
MAX_SENTENCE = 1200
"""Characters of a sentence; a longer one is cut."""


@dataclass(frozen=True)
class Token:
    """A word with its place in the sentence's grammar; `head` indexes the sentence's tokens, offsets count in the text."""

    start: int
    end: int
    text: str
    lemma: str
    pos: str
    dep: str
    head: int


@dataclass(frozen=True)
class Sentence:
    """A sentence at [start, end) of the text; index 0 is the title."""

    index: int
    start: int
    end: int
    text: str
    tokens: tuple[Token, ...] = field(default=(), repr=False)

    def holds(self, start: int, end: int) -> bool:
        """Whether a span of the text lies in this sentence."""
        return self.start <= start and end <= self.end


def split_sentences(text: str, title_end: int, lang: str) -> list[Sentence]:
    """The sentences of a text, the title first (even when it is empty)."""
    title = min(title_end, MAX_SENTENCE)
    spans = [(0, title), *_trimmed(text, title, title_end), *_body_spans(text, title_end + 1, lang)]
    return [Sentence(i, a, b, text[a:b]) for i, (a, b) in enumerate(spans)]


def _body_spans(text: str, begin: int, lang: str) -> list[tuple[int, int]]:
    ends = _ZH_END if lang in _FULL_STOPS else _EN_END
    spans: list[tuple[int, int]] = []
    start = begin
    for match in ends.finditer(text, begin):
        before = text[max(start, match.start() - 12) : match.start() + 1]
        if lang not in _FULL_STOPS and text[match.start()] == "." and _ABBREVIATION.search(before):
            continue
        if lang not in ("en", *_FULL_STOPS) and _ORDINAL.search(text[max(start, match.start() - 2) : match.start() + 1]):
            continue
        spans.append((start, match.end()))
        start = match.end()
    spans.append((start, len(text)))
    return [piece for a, b in spans for piece in _trimmed(text, a, b)]


def _trimmed(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """The span without surrounding space, cut into pieces a parser can stand; nothing when it is empty."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return [(a, min(a + MAX_SENTENCE, end)) for a in range(start, end, MAX_SENTENCE)]
