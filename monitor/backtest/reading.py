"""Reading ahead: arrivals come in portions, their taggings go out in the same order, read by further processes.

What a document says depends on nothing but the document, so it may be read before the replay's clock comes to it. What the replay
does with it does not: that happens in `replay.py`, at the hour in which it became known.
"""

from __future__ import annotations

import multiprocessing
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
PORTION = 400
"""Arrivals that one process reads at a time: a second's work."""


class Seconding(Tagger):
    """Rules, and heads where a rule tells of a live event. What heads alone tell waits for a person (ADR 8) and cannot alert, so a
    replay, which has no such person, does not ask them.
    """

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]:
        """One Tagging per document, in order."""
        listed = list(documents)
        for document, look in zip(listed, self.look(listed), strict=True):
            is_live = look.page is not None and any(not signal.background for signal in look.found)
            yield self.settle(document, look, judge([look.page])[0] if is_live and look.page is not None else None)


class Prepared:
    """A tagger that knows what was read ahead, and reads the rest itself, such as a later version of an entry."""

    def __init__(self, tagger: Tagger) -> None:
        self.version = tagger.version
        self._tagger = tagger
        self._known: dict[str, tuple[str, Tagging]] = {}

    def know(self, taggings: Iterable[tuple[str, Tagging]]) -> None:
        """Replace what is known by these, each with the content hash of the document that was read."""
        self._known = {tagging.document: (digest, tagging) for digest, tagging in taggings}

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]:
        """One Tagging per document, in order."""
        for document in documents:
            digest, tagging = self._known.get(document.id, ("", None))
            yield tagging if tagging is not None and digest == document.content_hash else next(self._tagger.tag([document]))


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
def reading(cycles: Iterable[Cycle], readers: Readers, workers: int) -> Iterator[Iterator[tuple[list[Cycle], list[tuple[str, Tagging]]]]]:
    """Portions of the cycles with what was read in them; `workers` 0 reads nothing ahead."""
    if workers == 0:
        yield ((portion, []) for portion in portions(cycles))
        return
    # Processes of their own kind: a forked one would inherit threads of the encoder and connections of the store.
    with multiprocessing.get_context("spawn").Pool(workers, _open, (readers,)) as pool:
        yield pool.imap(_read, portions(cycles))


_TAGGER: list[Tagger] = []
"""One per process."""


def _open(readers: Readers) -> None:
    _TAGGER.append(tagger_of(readers))


def _read(portion: list[Cycle]) -> tuple[list[Cycle], list[tuple[str, Tagging]]]:
    found = [document for _, arrivals in portion for document in _documents(arrivals)]
    taggings = _TAGGER[0].tag(found)
    return portion, [(document.content_hash, tagging) for document, tagging in zip(found, taggings, strict=True)]


def _documents(arrivals: Sequence[Arrival]) -> Iterator[Document]:
    """The documents that arrivals make where nothing was known of their entries before."""
    for (source, moment), told in groupby(arrivals, key=lambda arrival: (arrival.source, arrival.retrieved_at)):
        yield from documents(source, [arrival.entry for arrival in told], {}, moment)
