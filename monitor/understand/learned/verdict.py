"""What the heads say of a page, as probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from monitor.understand.learned.page import STAGES, TYPES

Floats = npt.NDArray[np.float32]

_PARTS = {"relevant": 1, "types": len(TYPES), "primary": len(TYPES), "stage": len(STAGES), "today": 1}


@dataclass(frozen=True)
class Logits:
    """The heads' raw output for one page; the rows follow the page's sentences, providers, places, days and sectors."""

    document: Floats
    """Shape (35,): relevance, 13 types, 13 primary types, 7 stages, announced on the publication day."""
    sentence: Floats
    """Shape (sentences, 14): 13 types, then history."""
    provider: Floats
    """Shape (providers, 6): 5 roles, then no provider here."""
    place: Floats
    """Shape (places, 2): issuing, affected."""
    day: Floats
    """Shape (days, 4): nothing, announced, effective, comment."""
    sector: Floats
    """Shape (sectors, 1)."""


@dataclass(frozen=True)
class Verdict:
    """Probabilities in [0, 1]; the shapes are those of `Logits`, split by meaning."""

    relevant: float
    types: Floats
    primary: Floats
    stage: Floats
    sectors: Floats
    today: float
    sentence_types: Floats
    history: Floats
    roles: Floats
    issuing: Floats
    affected: Floats
    days: Floats


def verdict_of(logits: Logits) -> Verdict:
    """Probabilities from raw outputs: a softmax where one answer holds, a logistic where each stands for itself."""
    cuts = np.cumsum(list(_PARTS.values()))[:-1]
    relevant, types, primary, stage, today = np.split(logits.document, cuts)
    return Verdict(
        relevant=float(_logistic(relevant)[0]), types=_logistic(types), primary=_softmax(primary), stage=_softmax(stage),
        sectors=_logistic(logits.sector[:, 0]), today=float(_logistic(today)[0]),
        sentence_types=_logistic(logits.sentence[:, : len(TYPES)]), history=_logistic(logits.sentence[:, len(TYPES)]),
        roles=_softmax(logits.provider), issuing=_logistic(logits.place[:, 0]), affected=_logistic(logits.place[:, 1]),
        days=_softmax(logits.day),
    )  # fmt: skip


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)


def _softmax(x: Floats) -> Floats:
    if not x.size:
        return x
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)
