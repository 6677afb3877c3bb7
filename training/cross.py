"""Leave one voice out: train without a voice, tag its texts, rate them. The figure that counts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor

from monitor.catalog import load_catalog
from monitor.understand.learned.heads import Heads
from monitor.understand.learned.page import Page
from monitor.understand.learned.verdict import Verdict, verdict_of
from monitor.understand.record import tag_record
from monitor.understand.tag import Heads as Judge
from monitor.understand.tag import Tagger
from training.examples import Example, Row, documents


def judge_of(heads: Heads, states: Mapping[Page, Sequence[Tensor]]) -> Judge:
    """Heads in training as the tagger asks them, on states computed before."""

    def judge(pages: Sequence[Page]) -> list[Verdict]:
        return [verdict_of(heads.logits(page, [s.float().numpy() for s in states[page]])) for page in pages]

    return judge


def records(rows: Sequence[Row], judge: Judge | None) -> list[dict[str, Any]]:
    """Tag records of corpus rows under the given heads; None is the rules alone."""
    found = documents(rows)
    return [tag_record(d, t) for d, t in zip(found, Tagger(load_catalog(), judge).tag(found), strict=True)]


__all__ = ["Example", "judge_of", "records"]
