"""The learned heads: a page and its encoder states come in, logits of every field go out.

Each head is two dense layers with a rectifier between them. A sentence is the mean of its pieces; a name, place or day takes the
greatest value over its spots, each beside its sentence. What is said is the mean of several fits that differ in their seed alone: one fit
alone is surer than it may be. Weights: `monitor/data/learned/heads.npz`, made by `training`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources import as_file, files
from typing import Final

import numpy as np

from monitor.understand.learned.encoder import HIDDEN, Floats, load_encoder
from monitor.understand.learned.page import Entity, Page
from monitor.understand.learned.verdict import Logits, Verdict, verdict_of
from monitor.understand.learned.windows import Spot

ENTITIES: Final = ("provider", "place", "day", "sector", "offer")


class Heads:
    """Weights by name: `<head>.<layer>.weight` [fit, out, in] and `.bias` [fit, out], as training saves them."""

    def __init__(self, weights: dict[str, Floats]) -> None:
        full = {name: value.astype(np.float32) for name, value in weights.items()}
        self._fits = [_Fit({name: value[i] for name, value in full.items()}) for i in range(len(full["attention.weight"]))]

    def logits(self, page: Page, windows: Sequence[Floats]) -> Logits:
        """The raw outputs for one page, the mean over all fits; `windows` are the encoder's states, one array per window."""
        seen = _Seen.of(page, windows)
        found = [fit.logits(seen) for fit in self._fits]
        return Logits(**{field.name: np.mean([getattr(one, field.name) for one in found], axis=0) for field in fields(Logits)})


@dataclass(frozen=True)
class _Seen:
    """What all fits see alike: the sentences [sentences, hidden], and of each entity its spots and features."""

    sentences: Floats
    cues: Floats
    rules: Floats
    entities: tuple[tuple[tuple[Floats, Floats], ...], ...]
    """Of providers, places, days, sectors and offers."""

    @classmethod
    def of(cls, page: Page, windows: Sequence[Floats]) -> _Seen:
        sentences = np.stack([_mean(windows, spot) for spot in page.sentences])
        kinds = page.providers, page.places, page.days, page.sectors, page.offers
        entities = tuple(tuple((_spotted(windows, e, sentences), np.asarray(e.features, np.float32)) for e in kind) for kind in kinds)
        return cls(sentences, np.asarray(page.cues, np.float32), np.asarray(page.features, np.float32), entities)


class _Fit:
    def __init__(self, weights: dict[str, Floats]) -> None:
        self._weights = weights

    def logits(self, seen: _Seen) -> Logits:
        sentences, rules = seen.sentences, seen.rules
        pooled = _weighted(sentences, sentences @ self._weights["attention.weight"][0])
        told = self._dense("sentence", np.concatenate([sentences, np.broadcast_to(pooled, sentences.shape), seen.cues], axis=1))
        news = _weighted(sentences, told[:, -1])
        document = self._dense("document", np.concatenate([pooled, sentences.max(axis=0), sentences[0], news, rules])[None])[0]
        return Logits(
            document, told, *(self._entities(head, found, pooled, rules) for head, found in zip(ENTITIES, seen.entities, strict=True))
        )

    def _entities(self, head: str, found: Sequence[tuple[Floats, Floats]], pooled: Floats, rules: Floats) -> Floats:
        rows = [np.concatenate([spots, pooled, features, rules]) for spots, features in found]
        return self._dense(head, np.stack(rows)) if rows else np.zeros((0, len(self._weights[f"{head}.3.bias"])), np.float32)

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


def _spotted(windows: Sequence[Floats], entity: Entity, sentences: Floats) -> Floats:
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
