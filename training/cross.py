"""Leave one voice out: train without a voice, tag its texts, rate them. The figure that counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from training.train import states_of

States = Sequence[Tensor]
Predict = Callable[[Page, States], Verdict]


@dataclass(frozen=True)
class Corpus:
    """Rows with everything that does not depend on training: what rules saw, labels, and the encoder's states."""

    rows: list[Row]
    documents: list[Document]
    looks: list[Look]
    examples: list[Example | None]
    states: list[States]
    tagger: Tagger

    def of(self, voices: Sequence[str], inside: bool = True) -> list[int]:
        """The rows of these voices, or of all others."""
        return [i for i, row in enumerate(self.rows) if (row["voice"] in voices) == inside]

    def learnable(self, chosen: Sequence[int]) -> tuple[list[Example], list[States]]:
        """The examples among these rows, with their states."""
        kept = [(example, self.states[i]) for i in chosen if (example := self.examples[i]) is not None]
        return [example for example, _ in kept], [states for _, states in kept]

    def records(self, chosen: Sequence[int], predict: Predict | None) -> list[dict[str, Any]]:
        """Tag records of these rows; without `predict` those of the rules alone."""
        found = []
        for i in chosen:
            page = self.looks[i].page
            verdict = predict(page, self.states[i]) if predict and page else None
            found.append(tag_record(self.documents[i], self.tagger.settle(self.documents[i], self.looks[i], verdict)))
        return found


def load(paths: Sequence[Path]) -> Corpus:
    """Corpus files, read and encoded."""
    tagger = Tagger(load_catalog())
    rows = load_rows(paths)
    found = documents(rows)
    looks = list(tagger.look(found))
    labelled = examples(rows, looks)
    encoded = iter(states_of([e for e in labelled if e is not None]))
    return Corpus(rows, found, looks, labelled, [next(encoded) if e else [] for e in labelled], tagger)


def predictor(heads: Heads) -> Predict:
    """Heads as a prediction on states computed before."""
    return lambda page, states: verdict_of(heads.logits(page, [s.float().numpy() for s in states]))
