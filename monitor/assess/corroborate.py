"""Who really told it: groups of documents that count as one voice.

In: documents of one event, and who repeats whom. Out: copies and independent origins, each with the documents behind it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Generic, Literal, TypeVar

from monitor.assess.kinship import Groups, Kinship, Tie
from monitor.model import Document
from monitor.model.brief import DocumentBrief

Paper = TypeVar("Paper", Document, DocumentBrief)


@dataclass(frozen=True)
class Origin(Generic[Paper]):
    """One independent voice: `name` is its origin group, `documents` everything that only repeats it, first told first."""

    name: str
    documents: tuple[Paper, ...]


@dataclass(frozen=True)
class Chorus(Generic[Paper]):
    """Everything that tells one event: texts with their copies, and the independent voices; `ties` joined them beside the copies."""

    texts: tuple[tuple[Paper, ...], ...]
    origins: tuple[Origin[Paper], ...]
    ties: tuple[Tie, ...] = ()

    @cached_property
    def _voice(self) -> dict[str, int]:
        return {document.id: number for number, origin in enumerate(self.origins) for document in origin.documents}

    @cached_property
    def _first(self) -> dict[str, datetime]:
        return {document.id: text[0].told_at for text in self.texts for document in text}

    def voice(self, document: Paper) -> int:
        """The number of the origin behind a document; -1 for one that is not of this chorus."""
        return self._voice.get(document.id, -1)

    def first_told(self, document: Paper) -> datetime:
        """When the document's text first appeared anywhere: a copy is as old as what it copies."""
        return self._first.get(document.id, document.told_at)


def chorus(documents: Sequence[Paper], kin: Kinship) -> Chorus[Paper]:
    """The documents with their copies and origins: copies, equal texts and revisions of one entry are one text; texts of one
    origin group (a credited wire, else the publisher's family) are one voice.
    """
    ordered = sorted({d.id: d for d in documents}.values(), key=by_time)
    groups = kin.groups(document.entry for document in ordered)
    ties = _tied(groups, ordered, kin, "text", lambda document: document.content_hash)
    texts = _grouped(groups, ordered)
    ties += _tied(groups, ordered, kin, "origin", lambda document: document.origin_group)
    voices = _grouped(groups, ordered)
    return Chorus(texts, tuple(Origin(voice[0].origin_group, voice) for voice in voices), tuple(ties))


def by_time(document: Document | DocumentBrief) -> tuple[datetime, datetime, str]:
    """The order in which documents were told."""
    return (document.told_at, document.retrieved_at, document.id)


def _tied(groups: Groups, ordered: Sequence[Paper], kin: Kinship, why: Literal["text", "origin"], key: Callable[[Paper], str]) -> list[Tie]:
    """Joins each document to the first one of equal `key`; the ties that this made."""
    first: dict[str, str] = {}
    pairs = [(first.setdefault(key(document), document.entry), document.entry) for document in ordered if kin.may_tie(document.entry)]
    return [Tie(left, right, why) for left, right in pairs if left != right and groups.join(left, right)]


def _grouped(groups: Groups, ordered: Sequence[Paper]) -> tuple[tuple[Paper, ...], ...]:
    """The documents of each group, in their order."""
    found: dict[str, list[Paper]] = defaultdict(list)
    for document in ordered:
        found[groups.of(document.entry)].append(document)
    return tuple(map(tuple, found.values()))
