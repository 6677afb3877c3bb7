"""The learned heads: a page and its encoder states come in, logits of every field go out.

Each head is two dense layers with a rectifier between them. A sentence is the mean of its pieces; a name, place or day takes the
greatest value over its spots, each beside its sentence. Weights: `monitor/data/learned/heads.npz`, made by `training`.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.resources import as_file, files

import numpy as np

from monitor.understand.learned.encoder import HIDDEN, Floats, load_encoder
from monitor.understand.learned.page import Entity, Page
from monitor.understand.learned.verdict import Logits, Verdict, verdict_of
from monitor.understand.learned.windows import Spot


class Heads:
    """Weights by name: `<head>.<layer>.weight` [out, in] and `.bias` [out], as training saves them."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        self._weights = {name: value.astype(np.float32) for name, value in weights.items()}

    def logits(self, page: Page, windows: Sequence[Floats]) -> Logits:
        """The raw outputs for one page; `windows` are the encoder's states, one array per window."""
        sentences = np.stack([_mean(windows, spot) for spot in page.sentences])
        pooled = _weighted(sentences, sentences @ self._weights["attention.weight"][0])
        rules = np.asarray(page.features, np.float32)
        cues = np.asarray(page.cues, np.float32)
        told = self._dense("sentence", np.concatenate([sentences, np.broadcast_to(pooled, sentences.shape), cues], axis=1))
        news = _weighted(sentences, told[:, -1])

        def entities(head: str, found: Sequence[Entity]) -> Floats:
            rows = [np.concatenate([_seen(windows, e, sentences), pooled, np.asarray(e.features, np.float32), rules]) for e in found]
            return self._dense(head, np.stack(rows)) if rows else np.zeros((0, len(self._weights[f"{head}.3.bias"])), np.float32)

        return Logits(
            self._dense("document", np.concatenate([pooled, sentences.max(axis=0), sentences[0], news, rules])[None])[0], told,
            entities("provider", page.providers), entities("place", page.places), entities("day", page.days),
            entities("sector", page.sectors), entities("offer", page.offers),
        )  # fmt: skip

    def _dense(self, head: str, rows: Floats) -> Floats:
        w = self._weights
        inner = np.maximum(rows @ w[f"{head}.0.weight"].T + w[f"{head}.0.bias"], 0)
        return np.asarray(inner @ w[f"{head}.3.weight"].T + w[f"{head}.3.bias"], np.float32)


def _weighted(sentences: Floats, scores: Floats) -> Floats:
    """The mean of the sentences under a softmax of their scores."""
    weights = np.exp(scores - scores.max())
    return np.asarray((weights / weights.sum()) @ sentences, np.float32)


def _mean(windows: Sequence[Floats], spot: Spot) -> Floats:
    return np.asarray(windows[spot.window][spot.first : spot.last].mean(axis=0), np.float32)


def _seen(windows: Sequence[Floats], entity: Entity, sentences: Floats) -> Floats:
    if not entity.spots:
        return np.zeros(2 * HIDDEN, np.float32)
    return np.asarray(np.max([np.concatenate([_mean(windows, s), sentences[s.sentence]]) for s in entity.spots], axis=0), np.float32)


def judge(pages: Sequence[Page]) -> list[Verdict]:
    """The shipped heads' verdict on each page, in order."""
    heads, encoder = _shipped(), load_encoder()
    return [verdict_of(heads.logits(page, list(encoder.states(page.windows)))) for page in pages]


@cache
def _shipped() -> Heads:
    with as_file(files("monitor") / "data" / "learned" / "heads.npz") as path, np.load(path) as weights:
        return Heads(dict(weights))
