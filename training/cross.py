"""Leave one voice out: train without a voice, tag its texts, rate them. The figure that counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from monitor.catalog import load_catalog
from monitor.model import Document
from monitor.understand.learned.heads import Heads
from monitor.understand.learned.page import Page
from monitor.understand.learned.verdict import Verdict, verdict_of
from monitor.understand.record import tag_record
from monitor.understand.tag import Look, Tagger
from training.examples import Example, Row, documents, examples, load_rows

States = Sequence[Tensor]
Predict = Callable[[Page, States], Verdict]


@dataclass(frozen=True)
class Corpus:
    """Rows with everything that does not depend on training: what rules saw, and labels."""

    rows: list[Row]
    documents: list[Document]
    looks: list[Look]
    examples: list[Example | None]
    tagger: Tagger

    def of(self, voices: Sequence[str], inside: bool = True) -> list[int]:
        """The rows of these voices, or of all others."""
        return [i for i, row in enumerate(self.rows) if (row["voice"] in voices) == inside]

    def learnable(self, chosen: Sequence[int]) -> list[int]:
        """Those of these rows that pass the gate."""
        return [i for i in chosen if self.examples[i] is not None]

    def chosen(self, rows: Sequence[int]) -> list[Example]:
        """The examples of rows that pass the gate."""
        return [example for i in rows if (example := self.examples[i]) is not None]

    def records(self, chosen: Sequence[int], predict: Predict | None, states: Mapping[int, States]) -> list[dict[str, Any]]:
        """Tag records of these rows, their states given by row; without `predict` those of the rules alone."""
        found = []
        for i in chosen:
            page = self.looks[i].page
            verdict = predict(page, states[i]) if predict and page else None
            found.append(tag_record(self.documents[i], self.tagger.settle(self.documents[i], self.looks[i], verdict)))
        return found


def load(paths: Sequence[Path]) -> Corpus:
    """Corpus files, read and encoded."""
    tagger = Tagger(load_catalog(), None)
    rows = load_rows(paths)
    found = documents(rows)
    looks = list(tagger.look(found))
    return Corpus(rows, found, looks, examples(rows, looks), tagger)


def predictor(heads: Heads) -> Predict:
    """Heads as a prediction on states computed before."""
    return lambda page, states: verdict_of(heads.logits(page, [s.float().numpy() for s in states]))
