"""`python -m training.glance`: fits the first look that spares the encoder, and tells what it passes over. About two minutes.

Trained on all voices but the sealed ones. Its threshold comes from predictions on voices left out in turn: it lets through all but
`MISSED` of the relevant texts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from monitor.understand.learned.encoder import Encoder
from monitor.understand.learned.glance import glance_features
from training.__main__ import SEALED, SHIPPED, VOICES
from training.cross import load
from training.examples import Example

MISSED = 0.002
"""Share of relevant texts of unseen voices that may be passed over."""
DECAY = 1e-3
"""Weight decay; the features are scaled to unit variance."""


def main() -> None:
    """Fit, choose the threshold, write `glance.npz`, and rate the sealed voices."""
    torch.manual_seed(0)
    corpus, encoder = load(sorted(VOICES.glob("*.jsonl"))), Encoder(SHIPPED)
    learn, sealed = (corpus.chosen(corpus.learnable(corpus.of(SEALED, inside))) for inside in (False, True))
    x, y = _inputs(learn, encoder), np.array([row.relevant for row in learn])
    unseen = np.zeros(len(learn))
    for voice in sorted({row.group for row in learn}):
        held = np.array([row.group == voice for row in learn])
        weight, bias = _fitted(x[~held], y[~held])
        unseen[held] = x[held] @ weight + bias
    least = float(np.quantile(unseen[y > 0], MISSED))
    weight, bias = _fitted(x, y)
    np.savez_compressed(SHIPPED / "glance.npz", weight=weight, bias=np.float32(bias), least=np.float32(least))
    print(f"unseen voices: {np.mean(unseen[y == 0] < least):.3f} of the irrelevant texts are not read by the encoder")
    score, gold = _inputs(sealed, encoder) @ weight + bias, np.array([row.relevant for row in sealed])
    shut = np.array([not row.page.open for row in sealed])
    over = (score < least) & shut
    print(
        f"sealed voices: {over[gold > 0].sum()} of {int(gold.sum())} relevant passed over, {over[gold == 0].mean():.3f} of the irrelevant"
    )


def _inputs(rows: Sequence[Example], encoder: Encoder) -> np.ndarray:
    return np.stack([glance_features(r.page, encoder.pieces([i for w in r.page.windows for i in w.ids])) for r in rows])


def _fitted(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression on raw features."""
    mean, spread = x.mean(axis=0), x.std(axis=0) + 1e-3
    inputs, wanted = torch.from_numpy((x - mean) / spread).float(), torch.from_numpy(y).float()
    weight, bias = torch.zeros(x.shape[1], requires_grad=True), torch.zeros(1, requires_grad=True)
    optimiser = torch.optim.LBFGS([weight, bias], max_iter=300, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        value = functional.binary_cross_entropy_with_logits(inputs @ weight + bias, wanted) + DECAY * weight.square().sum()
        value.backward()
        return value

    optimiser.step(closure)
    raw = weight.detach().numpy() / spread
    return raw.astype(np.float32), float(bias.detach()) - float(raw @ mean)


if __name__ == "__main__":
    main()
