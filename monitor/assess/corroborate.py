"""Who really told it: groups of documents that count as one voice.

In: documents of one event. Out: copies (near-identical texts) and independent origins, each with the documents behind it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from monitor.assess.constants import COPY_MIN_SHINGLES, COPY_OVERLAP, SHINGLE
from monitor.model import Document

_WORD = re.compile(r"\w+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


@dataclass(frozen=True)
class Origin:
    """One independent voice: `name` is its origin group, `documents` everything that only repeats it, first told first."""

    name: str
    documents: tuple[Document, ...]


@dataclass(frozen=True)
class Chorus:
    """Everything that tells one event: texts with their copies, and the independent voices."""

    texts: tuple[tuple[Document, ...], ...]
    origins: tuple[Origin, ...]

    @cached_property
    def _voice(self) -> dict[str, int]:
        return {document.id: number for number, origin in enumerate(self.origins) for document in origin.documents}

    @cached_property
    def _first(self) -> dict[str, datetime]:
        return {document.id: told_at(text[0]) for text in self.texts for document in text}

    def voice(self, document: Document) -> int:
        """The number of the origin behind a document; -1 for one that is not of this chorus."""
        return self._voice.get(document.id, -1)

    def first_told(self, document: Document) -> datetime:
        """When the document's text first appeared anywhere: a copy is as old as what it copies."""
        return self._first.get(document.id, told_at(document))


def told_at(document: Document) -> datetime:
    """When a document was published, or retrieved where it does not say."""
    return document.published_at or document.retrieved_at


def copies(documents: Sequence[Document]) -> tuple[tuple[Document, ...], ...]:
    """Groups of near-identical texts and revisions of one entry; the first told first."""
    ordered = sorted({d.id: d for d in documents}.values(), key=_by_time)
    pairs = [*_copied_pairs(ordered), *_pairs_with_equal(ordered, lambda d: (d.source, d.guid))]
    return _grouped(ordered, pairs)


def origins(documents: Sequence[Document]) -> tuple[Origin, ...]:
    """Independent origins: documents of one origin group, and near-identical texts whoever prints them, are one voice."""
    return chorus(documents).origins


def chorus(documents: Sequence[Document]) -> Chorus:
    """The documents with their copies and origins."""
    texts = copies(documents)
    ordered = [document for group in texts for document in group]
    position = {document.id: i for i, document in enumerate(ordered)}
    copied = [(position[group[0].id], position[document.id]) for group in texts for document in group]
    same = _pairs_with_equal(ordered, lambda d: d.origin_group)
    voices = (tuple(sorted(voice, key=_by_time)) for voice in _grouped(ordered, copied + same))
    return Chorus(texts, tuple(Origin(voice[0].origin_group, voice) for voice in voices))


def shingles(text: str) -> frozenset[str]:
    """Runs of five words, or of five characters where the text is mostly Chinese, Japanese or Korean."""
    words = _WORD.findall(text.casefold())
    joined = "".join(words)
    if len(_CJK.findall(joined)) * 2 > len(joined):
        return frozenset(joined[i : i + SHINGLE] for i in range(max(1, len(joined) - SHINGLE + 1)))
    return frozenset(" ".join(words[i : i + SHINGLE]) for i in range(max(1, len(words) - SHINGLE + 1)))


def are_copies(left: frozenset[str], right: frozenset[str]) -> bool:
    """Whether the smaller text is mostly contained in the other one (which a high Jaccard share implies)."""
    return _overlap_is_copy(len(left & right), left, right)


def _overlap_is_copy(common: int, left: frozenset[str], right: frozenset[str]) -> bool:
    smaller = min(len(left), len(right))
    if smaller < COPY_MIN_SHINGLES:
        return left == right
    return common / smaller >= COPY_OVERLAP


def _by_time(document: Document) -> tuple[datetime, datetime, str]:
    return (told_at(document), document.retrieved_at, document.id)


Pairs = list[tuple[int, int]]


def _grouped(ordered: list[Document], pairs: Pairs) -> tuple[tuple[Document, ...], ...]:
    """The documents joined by `pairs` of positions, directly or over others."""
    root = list(range(len(ordered)))

    def find(i: int) -> int:
        while root[i] != i:
            i = root[i]
        return i

    for left, right in pairs:
        a, b = find(left), find(right)
        root[max(a, b)] = min(a, b)
    groups: dict[int, list[Document]] = defaultdict(list)
    for i, document in enumerate(ordered):
        groups[find(i)].append(document)
    return tuple(tuple(group) for group in groups.values())


def _pairs_with_equal(ordered: list[Document], key: Callable[[Document], Hashable]) -> Pairs:
    first: dict[Hashable, int] = {}
    return [(first.setdefault(key(document), i), i) for i, document in enumerate(ordered)]


def _copied_pairs(ordered: list[Document]) -> Pairs:
    """Pairs of near-identical texts; each distinct text is compared once, and only with texts that share a run of words."""
    same_text = _pairs_with_equal(ordered, lambda d: d.content_hash)
    distinct = [i for first, i in same_text if first == i]
    if len(distinct) < 2:
        return same_text
    return same_text + _similar_pairs({i: shingles(ordered[i].full_text) for i in distinct})


def _similar_pairs(texts: dict[int, frozenset[str]]) -> Pairs:
    pairs: Pairs = []
    seen_in: dict[str, list[int]] = defaultdict(list)
    for i, runs in texts.items():
        common = Counter(j for run in runs for j in seen_in[run])
        pairs += [(j, i) for j in sorted(common) if _overlap_is_copy(common[j], texts[j], runs)]
        for run in runs:
            seen_in[run].append(i)
    return pairs
