"""The upper encoder layers and the heads in training: the lower layers stay as they are, and run as they ship."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from monitor.understand.learned.encoder import HIDDEN, Encoder
from monitor.understand.learned.windows import MARKS, Window
from training.base import NAMES, Base
from training.encoder import FROZEN, write
from training.examples import Example
from training.network import collate, loss
from training.train import Plan, fit


class Layer(nn.Module):
    """One BERT layer; its parts carry the usual names."""

    def __init__(self, base: Base, number: int, drop: float, rng: np.random.Generator) -> None:
        super().__init__()
        self.heads, self.eps, self.drop, self.rng = base.shape.heads, float(base.eps), drop, rng
        self.parts = nn.ParameterDict()
        for short, long in NAMES.items():
            for end in ("weight", "bias"):
                self.parts[f"{short}_{end}"] = nn.Parameter(torch.from_numpy(base.tensor(f"encoder.layer.{number}.{long}", end).copy()))

    def forward(self, state: Tensor, mask: Tensor) -> Tensor:
        """States [window, piece, hidden]; `mask` [window, 1, 1, piece] is minus infinity where a window has ended."""
        windows, pieces, hidden = state.shape
        size = hidden // self.heads
        w, b = (torch.cat([self.parts[f"{x}_{end}"] for x in "qkv"]) for end in ("weight", "bias"))
        split = functional.linear(state, w, b).view(windows, pieces, 3, self.heads, size).permute(2, 0, 3, 1, 4)
        query, key, value = split.reshape(3, windows * self.heads, pieces, size)
        score = torch.bmm(query * size**-0.5, key.transpose(1, 2)).view(windows, self.heads, pieces, pieces) + mask
        with torch.autocast("cpu", enabled=False):  # autocast would widen the largest tensor of the layer
            chance = torch.softmax(score, dim=-1).view(windows * self.heads, pieces, pieces)
        mixed = torch.bmm(chance, value).view(windows, self.heads, pieces, size).transpose(1, 2).reshape(windows, pieces, hidden)
        state = self._norm(self._dropped(self._dense(mixed, "ao")) + state, "aln")
        inner = functional.gelu(self._dense(state, "fi"))
        return self._norm(self._dropped(self._dense(inner, "fo")) + state, "oln")

    def _dropped(self, x: Tensor) -> Tensor:
        """Dropout from one random byte a number: torch's own takes a third of a training step on a processor."""
        if not self.training:
            return x
        least = round(self.drop * 256)
        kept = torch.from_numpy(self.rng.integers(0, 256, x.numel(), np.uint8)).view(x.shape) >= least
        return x * kept * (256 / (256 - least))

    def _dense(self, x: Tensor, short: str) -> Tensor:
        return functional.linear(x, self.parts[f"{short}_weight"], self.parts[f"{short}_bias"])

    def _norm(self, x: Tensor, short: str) -> Tensor:
        return functional.layer_norm(x, (HIDDEN,), self.parts[f"{short}_weight"], self.parts[f"{short}_bias"], self.eps)


class Upper(nn.Module):
    """The layers that learn, after marks for names, places and dates."""

    def __init__(self, base: Base, frozen: int = FROZEN, drop: float = 0.1, seed: int = 0) -> None:
        super().__init__()
        self.frozen = frozen
        rng = np.random.default_rng(seed)
        self.mark = nn.Embedding(MARKS, HIDDEN)
        nn.init.zeros_(self.mark.weight)
        self.layers = nn.ModuleList(Layer(base, number, drop, rng) for number in range(frozen, base.shape.layers))

    def forward(self, states: Sequence[Tensor], marks: Sequence[Sequence[int]]) -> list[Tensor]:
        """The windows' states after all layers, one tensor each."""
        padded = nn.utils.rnn.pad_sequence([s.float() for s in states], batch_first=True)
        marked = nn.utils.rnn.pad_sequence([torch.tensor(m) for m in marks], batch_first=True)
        sizes = torch.tensor([len(s) for s in states])
        mask = torch.zeros(len(states), 1, 1, padded.shape[1]).masked_fill_(
            (torch.arange(padded.shape[1])[None] >= sizes[:, None])[:, None, None], float("-inf")
        )
        state = padded + self.mark(marked)
        short = self.training or torch.is_autocast_enabled("cpu")
        if short:
            state, mask = state.bfloat16(), mask.bfloat16()
        with torch.autocast("cpu", torch.bfloat16, enabled=short):
            for layer in self.layers:
                state = layer(state, mask)
        state = state.float()
        return [state[i, : len(s)] for i, s in enumerate(states)]

    def each(self, rows: Sequence[Example], lower: Sequence[Sequence[Tensor]], size: int = 16) -> list[list[Tensor]]:
        """The states of every example's windows, in half precision, without gradient; `size` examples of like length at a time."""
        self.eval()
        found: list[list[Tensor]] = [[] for _ in rows]
        order = sorted(range(len(rows)), key=lambda i: len(rows[i].page.windows[0].ids))
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
            for start in range(0, len(order), size):
                index = order[start : start + size]
                states = iter(self([s for i in index for s in lower[i]], [w.marks for i in index for w in rows[i].page.windows]))
                for i in index:
                    found[i] = [next(states).half() for _ in rows[i].page.windows]
        return found

    def changed(self) -> dict[str, Tensor]:
        """The learned weights by their usual BERT names, and `mark`."""
        found = {"mark": self.mark.weight.detach()}
        for number, layer in enumerate(self.layers, self.frozen):
            for short, long in NAMES.items():
                for end in ("weight", "bias"):
                    found[f"encoder.layer.{number}.{long}.{end}"] = layer.parts[f"{short}_{end}"].detach()
        return found


def lower_states(base: Base, windows: Sequence[Window], frozen: int = FROZEN) -> list[Tensor]:
    """The frozen layers' states of windows, from the 8-bit weights that ship; half precision."""
    with tempfile.TemporaryDirectory() as folder:
        write(base, Path(folder), layers=frozen)
        encoder = Encoder(Path(folder))
        return [torch.from_numpy(state).half() for state in encoder.states(windows)]


@dataclass(frozen=True)
class Course:
    """How upper layers and heads learn: heads are fitted first, then both learn on, the heads `faster` times as fast."""

    epochs: int = 6
    rate: float = 2e-4
    faster: float = 5.0
    first: int = 3
    seed: int = 0
    pieces: int = 6_000
    drop: float = 0.1
    memory: float = 0.98
    """Weight of the past in the running mean of the weights, which is what ships (Polyak and Juditsky 1992)."""
    log: bool = True


def finetune(base: Base, rows: Sequence[Example], lower: Sequence[Sequence[Tensor]], course: Course) -> Upper:
    """New upper layers for these examples; the heads that learn beside them are thrown away: they know the examples by heart."""
    torch.manual_seed(course.seed)
    shuffle = random.Random(course.seed)
    upper = Upper(base, drop=course.drop, seed=course.seed)
    net = fit(rows, upper.each(rows, lower), Plan(epochs=course.first, seed=course.seed))
    weights = [*upper.parameters(), *net.parameters()]
    mean = [weight.detach().clone() for weight in weights]
    quick = [upper.mark.weight, *net.parameters()]
    groups = [{"params": quick, "lr": course.rate * course.faster}, {"params": list(upper.layers.parameters()), "lr": course.rate}]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.02, fused=True)
    total = course.epochs * len(_batches(rows, course.pieces, random.Random(course.seed)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min((step + 1) / (0.1 * total), max(0.02, 1.05 - step / total)))
    step = 0
    for epoch in range(course.epochs):
        upper.train()
        net.train()
        seen = 0.0
        for index in _batches(rows, course.pieces, shuffle):
            chosen = [rows[i] for i in index]
            states = iter(upper([s for i in index for s in lower[i]], [w.marks for i in index for w in rows[i].page.windows]))
            batch = collate(chosen, [[next(states) for _ in row.page.windows] for row in chosen])
            value = loss(net(batch), chosen, batch)
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            step += 1
            _move(mean, weights, min(course.memory, step / (step + 10)))
            seen += float(value.detach()) * len(chosen)
        if course.log:
            print(f"epoch {epoch + 1}: loss {seen / len(rows):.3f}", flush=True)
    _move(weights, mean, 0.0)
    return upper.eval()


def _move(mean: Sequence[Tensor], towards: Sequence[Tensor], memory: float) -> None:
    """Each tensor of `mean` moves to the other one, all the way when `memory` is 0."""
    with torch.no_grad():
        for kept, new in zip(mean, towards, strict=True):
            kept.mul_(memory).add_(new.detach(), alpha=1 - memory)


def _batches(rows: Sequence[Example], pieces: int, shuffle: random.Random) -> list[list[int]]:
    """Indices of like length together, so that little is padded; shuffled as a whole."""
    widths = [max(len(w.ids) for w in row.page.windows) + shuffle.random() * 8 for row in rows]
    found: list[list[int]] = []
    size = 0
    for i in sorted(range(len(rows)), key=widths.__getitem__):
        cost = int(widths[i]) * len(rows[i].page.windows)
        if not found or size + cost > pieces:
            found.append([])
            size = 0
        found[-1].append(i)
        size += cost
    shuffle.shuffle(found)
    return found
