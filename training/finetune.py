"""The upper encoder layers in training: the lower ones stay as they are, and run as they ship."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

from monitor.understand.learned.encoder import HIDDEN, Encoder
from monitor.understand.learned.page import MARKS, Window
from training.base import NAMES, Base
from training.encoder import FROZEN, write
from training.examples import Example
from training.network import collate, loss
from training.train import Plan, fit


class Layer(nn.Module):
    """One BERT layer; its parts carry the usual names."""

    def __init__(self, base: Base, number: int, drop: float) -> None:
        super().__init__()
        self.heads, self.eps, self.drop = base.shape.heads, float(base.eps), nn.Dropout(drop)
        self.parts = nn.ParameterDict()
        for short, long in NAMES.items():
            for end in ("weight", "bias"):
                self.parts[f"{short}_{end}"] = nn.Parameter(torch.from_numpy(base.tensor(f"encoder.layer.{number}.{long}", end).copy()))

    def forward(self, state: Tensor, mask: Tensor) -> Tensor:
        """States [window, piece, hidden]; `mask` [window, 1, 1, piece] is minus infinity where a window has ended."""
        windows, pieces, hidden = state.shape

        def split(short: str) -> Tensor:
            return self._dense(state, short).view(windows, pieces, self.heads, hidden // self.heads).transpose(1, 2)

        chance = torch.softmax(split("q") @ split("k").transpose(2, 3) * (hidden // self.heads) ** -0.5 + mask, dim=-1)
        mixed = (chance.to(state.dtype) @ split("v")).transpose(1, 2).reshape(windows, pieces, hidden)
        state = self._norm(self.drop(self._dense(mixed, "ao")) + state, "aln")
        inner = functional.gelu(self._dense(state, "fi"))
        return self._norm(self.drop(self._dense(inner, "fo")) + state, "oln")

    def _dense(self, x: Tensor, short: str) -> Tensor:
        return functional.linear(x, self.parts[f"{short}_weight"], self.parts[f"{short}_bias"])

    def _norm(self, x: Tensor, short: str) -> Tensor:
        return functional.layer_norm(x, (HIDDEN,), self.parts[f"{short}_weight"], self.parts[f"{short}_bias"], self.eps)


class Upper(nn.Module):
    """The layers that learn, after marks for names, places and dates."""

    def __init__(self, base: Base, frozen: int = FROZEN, drop: float = 0.1) -> None:
        super().__init__()
        self.frozen = frozen
        self.mark = nn.Embedding(MARKS, HIDDEN)
        nn.init.zeros_(self.mark.weight)
        self.layers = nn.ModuleList(Layer(base, number, drop) for number in range(frozen, base.shape.layers))

    def forward(self, states: Sequence[Tensor], marks: Sequence[Sequence[int]]) -> list[Tensor]:
        """The windows' states after all layers, one tensor each."""
        padded = nn.utils.rnn.pad_sequence([s.float() for s in states], batch_first=True)
        marked = nn.utils.rnn.pad_sequence([torch.tensor(m) for m in marks], batch_first=True)
        sizes = torch.tensor([len(s) for s in states])
        mask = torch.zeros(len(states), 1, 1, padded.shape[1]).masked_fill_(
            (torch.arange(padded.shape[1])[None] >= sizes[:, None])[:, None, None], float("-inf")
        )
        state = padded + self.mark(marked)
        with torch.autocast("cpu", torch.bfloat16, enabled=self.training):
            for layer in self.layers:
                state = layer(state, mask)
        state = state.float()
        return [state[i, : len(s)] for i, s in enumerate(states)]

    def each(self, rows: Sequence[Example], lower: Sequence[Sequence[Tensor]]) -> list[list[Tensor]]:
        """The states of every example's windows, in half precision, without gradient."""
        self.eval()
        with torch.no_grad():
            return [[s.half() for s in self(lower[i], [w.marks for w in row.page.windows])] for i, row in enumerate(rows)]

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
    """How the upper layers learn: heads are fitted first, then learn on, `faster` times as fast."""

    epochs: int = 8
    rate: float = 1e-4
    faster: float = 5.0
    first: int = 10
    seed: int = 0
    pieces: int = 2_000
    drop: float = 0.1
    log: bool = True


def finetune(base: Base, rows: Sequence[Example], lower: Sequence[Sequence[Tensor]], course: Course) -> Upper:
    """New upper layers for these examples; their heads are thrown away, as the service's are fitted on 8-bit states."""
    torch.manual_seed(course.seed)
    shuffle = random.Random(course.seed)
    upper = Upper(base, drop=course.drop)
    net = fit(rows, upper.each(rows, lower), Plan(epochs=course.first, seed=course.seed))
    groups = [
        {"params": list(upper.parameters()), "lr": course.rate},
        {"params": list(net.parameters()), "lr": course.rate * course.faster},
    ]
    optimiser = torch.optim.AdamW(groups, weight_decay=0.02)
    total = course.epochs * len(_batches(rows, course.pieces, shuffle))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min((step + 1) / (0.1 * total), max(0.02, 1.05 - step / total)))
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
            torch.nn.utils.clip_grad_norm_([*upper.parameters(), *net.parameters()], 1.0)
            optimiser.step()
            schedule.step()
            seen += float(value.detach()) * len(chosen)
        if course.log:
            print(f"epoch {epoch + 1}: loss {seen / len(rows):.3f}", flush=True)
    return upper.eval()


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
