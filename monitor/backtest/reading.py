"""Reading ahead: arrivals come in portions, documents with their taggings go out in the same order, read by further processes.

What a document says depends on nothing but the document, so it may be read before the replay's clock comes to it. What the replay
does with it does not: that happens in `replay.py`, at the hour in which it became known.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import groupby
from typing import Literal

from monitor.catalog import Arrival, load_catalog
from monitor.collect.document import documents
from monitor.model import Document, Tagging
from monitor.understand.learned.heads import judge
from monitor.understand.tag import Tagger

Readers = Literal["both", "rules"]
Cycle = tuple[datetime, list[Arrival]]
Read = tuple[Document, Tagging]
"""A document as it is where nothing was known of its entry, and what it says."""
PORTION = 400
"""Arrivals that one process reads at a time: a second's work."""


class Seconding(Tagger):
    """Rules, and heads where a rule or the words tell of a live event. What heads tell of other texts waits for a person (ADR 8) and
    cannot alert, so a replay, which has no such person, does not ask them.
    """

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]:
        """One Tagging per document, in order."""
        listed = list(documents)
        for document, look in zip(listed, self.look(listed), strict=True):
            yield self.settle(document, look, judge([look.page])[0] if look.asked and look.page is not None else None)


class Ahead:
    """What was read ahead of the present portion, found by entry."""

    def __init__(self) -> None:
        self._read: dict[tuple[str, str], list[Read]] = {}

    def know(self, found: Iterable[Read]) -> None:
        """Replace what is known by this."""
        self._read = {}
        for document, tagging in found:
            self._read.setdefault((document.source, document.guid), []).append((document, tagging))

    def of(self, source: str, guids: Iterable[str], moment: datetime) -> list[Read]:
        """What was read of these entries as they stood at that moment, in their order."""
        found = (read for guid in dict.fromkeys(guids) for read in self._read.get((source, guid), ()))
        return [(document, tagging) for document, tagging in found if document.retrieved_at == moment]


def tagger_of(readers: Readers) -> Tagger:
    """The tagger whose word counts: heads and rules together, or rules alone."""
    return Seconding(load_catalog()) if readers == "both" else Tagger(load_catalog(), None)


def portions(cycles: Iterable[Cycle]) -> Iterator[list[Cycle]]:
    """The cycles in groups of some hundred arrivals."""
    portion: list[Cycle] = []
    for cycle in cycles:
        portion.append(cycle)
        if sum(len(arrivals) for _, arrivals in portion) >= PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


@contextmanager
def reading(cycles: Iterable[Cycle], readers: Readers, workers: int) -> Iterator[Iterator[tuple[list[Cycle], list[Read]]]]:
    """Portions of the cycles with what was read in them, in order; `workers` 0 reads in this process."""
    if workers == 0:
        tagger = tagger_of(readers)
        yield ((portion, _read(portion, tagger)) for portion in portions(cycles))
        return
    # Each process is a core's work: threads of the linear algebra beside it would only wait for each other, five times as long.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # noqa: TID251 - told to the children, read by nobody here
    # Processes of their own kind: a forked one would inherit threads of the encoder and connections of the store.
    with multiprocessing.get_context("spawn").Pool(workers, _open, (readers,)) as pool:
        yield pool.imap(_read_there, portions(cycles))


_TAGGER: list[Tagger] = []
"""One per process."""


def _open(readers: Readers) -> None:
    _TAGGER.append(tagger_of(readers))


def _read_there(portion: list[Cycle]) -> tuple[list[Cycle], list[Read]]:
    return portion, _read(portion, _TAGGER[0])


def _read(portion: list[Cycle], tagger: Tagger) -> list[Read]:
    found = [document for _, arrivals in portion for document in _documents(arrivals)]
    return list(zip(found, tagger.tag(found), strict=True))


def _documents(arrivals: Sequence[Arrival]) -> Iterator[Document]:
    """The documents that arrivals make where nothing was known of their entries before; a watched page says nothing by itself."""
    for (source, moment), told in groupby(arrivals, key=lambda arrival: (arrival.source, arrival.retrieved_at)):
        if source.format != "page":
            yield from documents(source, [arrival.entry for arrival in told], {}, moment)
