"""Fitting the heads: examples come in, trained heads go out. Seeded; two cores are enough."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from monitor.understand.learned.encoder import Encoder, Floats
from training.examples import Example
from training.network import Network, collate, entities, loss


@dataclass(frozen=True)
class Plan:
    """How long and how fast to train."""

    epochs: int = 10
    rate: float = 1e-3
    seed: int = 0
    batch: int = 32
    hidden: int = 128
    drop: float = 0.2
    decay: float = 0.05
    fits: int = 3
    """How many heads that differ in their seed speak together."""
    log: bool = False


def states_of(rows: Sequence[Example], encoder: Encoder) -> list[list[Tensor]]:
    """The encoder's states per example and window, in half precision."""
    return [[torch.from_numpy(state).half() for state in encoder.states(row.page.windows)] for row in rows]


def fit(rows: Sequence[Example], states: Sequence[Sequence[Tensor]], plan: Plan) -> Network:
    """New heads for these examples: AdamW, a short warm-up, then a linear way down."""
    torch.manual_seed(plan.seed)
    torch.set_flush_denormal(True)  # numbers that are nearly nothing slow a processor threefold
    shuffle = random.Random(plan.seed)
    like = next((row.page for row in rows if all(entities(row.page))), None)
    if like is None:
        raise ValueError("no example has a provider, a place, a day, a sector and a term")
    net = Network(like, plan.hidden, plan.drop)
    optimiser = torch.optim.AdamW(net.parameters(), lr=plan.rate, weight_decay=plan.decay)
    order = list(range(len(rows)))
    total = plan.epochs * -(-len(order) // plan.batch)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min((step + 1) / (0.1 * total), max(0.02, 1.05 - step / total)))
    for epoch in range(plan.epochs):
        net.train()
        shuffle.shuffle(order)
        seen = 0.0
        for start in range(0, len(order), plan.batch):
            index = order[start : start + plan.batch]
            chosen = [rows[i] for i in index]
            batch = collate(chosen, [states[i] for i in index])
            value = loss(net(batch), chosen, batch)
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            seen += float(value.detach()) * len(chosen)
        if plan.log:
            print(f"epoch {epoch + 1}: loss {seen / len(rows):.3f}", flush=True)
    return net.eval()


def fits(rows: Sequence[Example], states: Sequence[Sequence[Tensor]], plan: Plan) -> list[Network]:
    """`plan.fits` heads for these examples, each from a seed of its own: what ships says their mean."""
    return [fit(rows, states, replace(plan, seed=plan.seed + i)) for i in range(plan.fits)]


def weights_of(nets: Sequence[Network]) -> dict[str, Floats]:
    """The weights of all fits by name, in half precision as they ship."""
    return {name: torch.stack([net.state_dict()[name] for net in nets]).detach().half().numpy() for name in nets[0].state_dict()}
