"""Fitting the network: examples come in, a trained network goes out. Seeded; two cores are enough."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from monitor.understand.learned.verdict import Logits
from training.examples import Example
from training.network import KINDS, Batch, Network, collate, loss, sizes_of

BATCH_PIECES = 2_400
"""Word pieces of a batch, padding included."""


def batches(rows: Sequence[Example], shuffle: random.Random | None) -> list[list[int]]:
    """Indices of like length together, so that little is padded; shuffled as a whole."""
    widths = [max(len(w.ids) for w in row.page.windows) + (shuffle.random() * 8 if shuffle else 0) for row in rows]
    order = sorted(range(len(rows)), key=widths.__getitem__)
    found: list[list[int]] = []
    current: list[int] = []
    for i in order:
        width = max(len(w.ids) for w in rows[i].page.windows)
        count = sum(len(rows[j].page.windows) for j in [*current, i])
        if current and count * width > BATCH_PIECES:
            found.append(current)
            current = []
        current.append(i)
    found.append(current)
    if shuffle:
        shuffle.shuffle(found)
    return found


class Cache:
    """The frozen layers' output per example, computed once, in half precision."""

    def __init__(self, net: Network) -> None:
        self._net = net
        self._rows: dict[int, list[Tensor]] = {}

    def fill(self, rows: Sequence[Example]) -> None:
        """Compute what is missing."""
        todo = [row for row in rows if id(row) not in self._rows]
        self._net.eval()
        with torch.no_grad():
            for index in batches(todo, None) if todo else []:
                chosen = [todo[i] for i in index]
                batch = collate(chosen)
                state = self._net.below(batch.ids, batch.present).half()
                at = 0
                for row in chosen:
                    self._rows[id(row)] = [state[at + k, : len(w.ids)].clone() for k, w in enumerate(row.page.windows)]
                    at += len(row.page.windows)

    def state(self, rows: Sequence[Example], batch: Batch) -> Tensor:
        """The cached states as one padded block."""
        out = torch.zeros(*batch.ids.shape, next(iter(self._rows.values()))[0].shape[-1])
        at = 0
        for row in rows:
            for window in self._rows[id(row)]:
                out[at, : len(window)] = window.float()
                at += 1
        return out


def build(base: dict[str, Any], rows: Sequence[Example], layers: int, frozen: int, seed: int) -> Network:
    """A fresh network for these examples' features."""
    torch.manual_seed(seed)
    full = next(row for row in rows if row.page.providers and row.page.places and row.page.days)
    return Network(base, sizes_of(full), layers, frozen)


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train; `rate` is that of the encoder's layers, heads learn ten times as fast."""

    epochs: int = 40
    rate: float = 3e-4
    seed: int = 0
    log: bool = False


def fit(net: Network, rows: Sequence[Example], cache: Cache, plan: Plan) -> None:
    """Train in place: AdamW, a short warm-up, then a linear way down."""
    cache.fill(rows)
    epochs, rate = plan.epochs, plan.rate
    torch.manual_seed(plan.seed)
    shuffle = random.Random(plan.seed)
    encoder = [p for n, p in net.named_parameters() if n.startswith("upper") and p.requires_grad]
    heads = [p for n, p in net.named_parameters() if not n.startswith("upper") and p.requires_grad]
    optimiser = torch.optim.AdamW([{"params": encoder, "lr": rate}, {"params": heads, "lr": rate * 10}], weight_decay=0.01)
    total = epochs * len(batches(rows, None))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min((step + 1) / (0.1 * total), max(0.02, 1.05 - step / total)))
    for epoch in range(epochs):
        net.train()
        seen = 0.0
        for index in batches(rows, shuffle):
            chosen = [rows[i] for i in index]
            batch = collate(chosen)
            value = loss(net.heads(net.above(cache.state(chosen, batch), batch.marks, batch.present), batch), chosen, batch)
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(encoder + heads, 1.0)
            optimiser.step()
            schedule.step()
            seen += float(value.detach()) * len(chosen)
        if plan.log:
            print(f"epoch {epoch + 1}: loss {seen / len(rows):.3f}", flush=True)


def predict(net: Network, rows: Sequence[Example], cache: Cache) -> list[Logits]:
    """The heads' outputs for each example, in order."""
    cache.fill(rows)
    net.eval()
    found: dict[int, Logits] = {}
    with torch.no_grad():
        for index in batches(rows, None):
            chosen = [rows[i] for i in index]
            batch = collate(chosen)
            out = {k: v.numpy() for k, v in net.heads(net.above(cache.state(chosen, batch), batch.marks, batch.present), batch).items()}
            at = dict.fromkeys(("sentence", *KINDS), 0)
            for d, i in enumerate(index):
                page = rows[i].page
                sizes = {"sentence": len(page.sentences), "provider": len(page.providers), "place": len(page.places), "day": len(page.days)}
                cut = {}
                for kind, size in sizes.items():
                    width = {"sentence": 14, "provider": 6, "place": 2, "day": 4}[kind]
                    cut[kind] = out[kind][at[kind] : at[kind] + size] if kind in out else np.zeros((0, width), np.float32)
                    at[kind] += size
                found[i] = Logits(out["document"][d], cut["sentence"], cut["provider"], cut["place"], cut["day"])
    return [found[i] for i in range(len(rows))]
