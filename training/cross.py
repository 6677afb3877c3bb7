"""Leave one voice out: train without some voices, tag their texts, rate them. The figure that counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from monitor.catalog import load_catalog
from monitor.understand.learned.page import Page
from monitor.understand.learned.verdict import Verdict, verdict_of
from monitor.understand.record import tag_record
from monitor.understand.tag import Tagger
from training.examples import Example, Row, documents
from training.train import Cache, predict

Heads = Callable[[Sequence[Page]], Sequence[Verdict]]


def heads_of(net: Any, rows: Sequence[Example], cache: Cache) -> Heads:
    """The trained network as the tagger asks it: verdicts by the page they were made of."""
    verdicts = {row.page: verdict_of(logits) for row, logits in zip(rows, predict(net, rows, cache), strict=True)}
    return lambda pages: [verdicts[page] for page in pages]


def records(rows: Sequence[Row], heads: Heads | None) -> list[dict[str, Any]]:
    """Tag records of corpus rows under the given heads; None is the rules alone."""
    found = documents(rows)
    return [tag_record(d, t) for d, t in zip(found, Tagger(load_catalog(), heads).tag(found), strict=True)]


def folds(voices: Iterable[str], size: int) -> list[list[str]]:
    """The voices in groups that are left out together."""
    names = sorted(set(voices))
    return [names[i : i + size] for i in range(0, len(names), size)]
