"""The network: a pruned sentence encoder with marks for names, places and dates, and small heads on top of it.

The encoder is the lower half of multilingual-e5-small (Wang et al. 2024, MIT). Its lowest layers stay as they are, so their
output is computed once; marks join after them. Every head also sees what the rules found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertConfig, BertModel

from monitor.understand.learned.page import ROLES, SECTORS, STAGES, TYPES, Entity
from training.examples import Example

HIDDEN = 384
MARKS = 5
DOC = 1 + len(TYPES) + len(TYPES) + len(STAGES) + len(SECTORS) + 1
"""Relevance, types, primary, stage, sectors, announced on the publication day."""
KINDS = ("provider", "place", "day")


@dataclass(frozen=True)
class Sizes:
    """Widths of the rule features, read off the first example."""

    document: int
    sentence: int
    provider: int
    place: int
    day: int


def mlp(width: int, hidden: int, out: int, drop: float) -> nn.Sequential:
    """Two layers with GELU between them."""
    return nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(drop), nn.Linear(hidden, out))


class Network(nn.Module):
    """The upper encoder layers and all heads; `lower` is applied apart, without gradient."""

    def __init__(self, base: dict[str, Any], sizes: Sizes, layers: int = 6, frozen: int = 2, drop: float = 0.1) -> None:
        super().__init__()
        config = BertConfig(**base["cfg"])
        config.num_hidden_layers = layers
        config._attn_implementation = "eager"
        encoder = BertModel(config, add_pooling_layer=False)
        state = {k: v for k, v in base["sd"].items() if not k.startswith("encoder.layer.") or int(k.split(".")[2]) < layers}
        encoder.load_state_dict(state, strict=False)
        self.embeddings = encoder.embeddings
        self.lower = nn.ModuleList(encoder.encoder.layer[:frozen])
        self.upper = nn.ModuleList(encoder.encoder.layer[frozen:])
        for parameter in [*self.embeddings.parameters(), *self.lower.parameters()]:
            parameter.requires_grad = False
        self.mark = nn.Embedding(MARKS, HIDDEN)
        nn.init.zeros_(self.mark.weight)
        self.attention = nn.Linear(HIDDEN, 1)
        self.drop, self.rule_drop = nn.Dropout(drop), nn.Dropout(0.15)
        rules = sizes.document
        self.document = mlp(2 * HIDDEN + rules, 256, DOC, drop)
        self.sentence = mlp(2 * HIDDEN + sizes.sentence, 192, len(TYPES) + 1, drop)
        self.provider = mlp(3 * HIDDEN + sizes.provider + rules, 192, len(ROLES) + 1, drop)
        self.place = mlp(3 * HIDDEN + sizes.place + rules, 192, 2, drop)
        self.day = mlp(3 * HIDDEN + sizes.day + rules, 128, 4, drop)

    def below(self, ids: Tensor, present: Tensor) -> Tensor:
        """The frozen part: [window, piece, hidden]."""
        state = self.embeddings(input_ids=ids)
        for layer in self.lower:
            state = _applied(layer, state, present)
        return state

    def above(self, state: Tensor, marks: Tensor, present: Tensor) -> Tensor:
        """The trained part, from the frozen part's output."""
        state = state + self.mark(marks)
        for layer in self.upper:
            state = _applied(layer, state, present)
        return state

    def heads(self, state: Tensor, batch: Batch) -> dict[str, Tensor]:
        """Logits of every head from the encoder's output."""
        flat = state.reshape(-1, HIDDEN)
        sentences = _means(flat, batch.sentence)
        weights = self.attention(sentences).squeeze(-1)
        weights = torch.exp(weights - weights.max())
        total = torch.zeros(batch.documents).index_add_(0, batch.document_of, weights)
        pooled = torch.zeros(batch.documents, HIDDEN).index_add_(
            0, batch.document_of, sentences * (weights / total[batch.document_of])[:, None]
        )
        strongest = torch.full((batch.documents, HIDDEN), -1e4).index_reduce_(0, batch.document_of, sentences, "amax")
        rules = self.rule_drop(batch.features)
        out = {
            "document": self.document(torch.cat([self.drop(pooled), self.drop(strongest), rules], 1)),
            "sentence": self.sentence(torch.cat([sentences, pooled[batch.document_of], self.rule_drop(batch.cues)], 1)),
        }
        for kind in KINDS:
            part = batch.parts[kind]
            if part.count:
                spots = torch.cat([_means(flat, part.spots), sentences[part.sentence_of]], 1)
                seen = torch.full((part.count, 2 * HIDDEN), -1e4).index_reduce_(0, part.entity_of, spots, "amax")
                seen = torch.where(seen > -9e3, seen, torch.zeros(()))
                row = [self.drop(seen), pooled[part.document_of], self.rule_drop(part.features), rules[part.document_of]]
                out[kind] = getattr(self, kind)(torch.cat(row, 1))
        return out


def _applied(layer: nn.Module, state: Tensor, present: Tensor) -> Tensor:
    out = layer(state, attention_mask=(1.0 - present[:, None, None, :]) * -1e9)
    return out[0] if isinstance(out, tuple) else out


@dataclass(frozen=True)
class Spans:
    """Flat piece indices and the span each belongs to."""

    pieces: Tensor
    span_of: Tensor
    count: int


def _means(flat: Tensor, spans: Spans) -> Tensor:
    total = torch.zeros(spans.count, flat.shape[1]).index_add_(0, spans.span_of, flat[spans.pieces])
    size = torch.zeros(spans.count).index_add_(0, spans.span_of, torch.ones(len(spans.span_of)))
    return total / size.clamp(min=1)[:, None]


@dataclass(frozen=True)
class Part:
    """The entities of one kind in a batch."""

    spots: Spans
    entity_of: Tensor
    sentence_of: Tensor
    document_of: Tensor
    features: Tensor
    count: int


@dataclass(frozen=True)
class Batch:
    """Pages side by side, every window padded to the longest."""

    ids: Tensor
    marks: Tensor
    present: Tensor
    windows: list[int]
    sentence: Spans
    document_of: Tensor
    documents: int
    features: Tensor
    cues: Tensor
    parts: dict[str, Part]


def collate(rows: Sequence[Example]) -> Batch:
    """One batch of examples."""
    pages = [row.page for row in rows]
    windows = [w for page in pages for w in page.windows]
    offsets, total = [], 0
    for page in pages:
        offsets.append(total)
        total += len(page.windows)
    width = max(len(w.ids) for w in windows)
    ids, marks, present = torch.ones(total, width, dtype=torch.long), torch.zeros(total, width, dtype=torch.long), torch.zeros(total, width)
    for i, w in enumerate(windows):
        ids[i, : len(w.ids)], marks[i, : len(w.ids)], present[i, : len(w.ids)] = torch.tensor(w.ids), torch.tensor(w.marks), 1
    spans: list[list[int]] = []
    document_of, first_sentence = [], []
    for d, page in enumerate(pages):
        first_sentence.append(len(document_of))
        for spot in page.sentences:
            spans.append([(offsets[d] + spot.window) * width + j for j in range(spot.first, spot.last)])
            document_of.append(d)
    entities = {"provider": [p.providers for p in pages], "place": [p.places for p in pages], "day": [p.days for p in pages]}
    return Batch(
        ids, marks, present, [len(p.windows) for p in pages], _spans(spans), torch.tensor(document_of), len(pages),
        torch.tensor([p.features for p in pages]), torch.tensor([c for p in pages for c in p.cues]),
        {kind: _part(found, offsets, first_sentence, width) for kind, found in entities.items()},
    )  # fmt: skip


def _spans(rows: list[list[int]]) -> Spans:
    flat = [i for row in rows for i in row]
    owner = [n for n, row in enumerate(rows) for _ in row]
    return Spans(torch.tensor(flat, dtype=torch.long), torch.tensor(owner, dtype=torch.long), len(rows))


def _part(found: list[tuple[Entity, ...]], offsets: list[int], first_sentence: list[int], width: int) -> Part:
    spans: list[list[int]] = []
    entity_of, sentence_of, document_of, features = [], [], [], []
    for d, row in enumerate(found):
        for entity in row:
            for spot in entity.spots:
                spans.append([(offsets[d] + spot.window) * width + j for j in range(spot.first, spot.last)])
                entity_of.append(len(document_of))
                sentence_of.append(first_sentence[d] + spot.sentence)
            document_of.append(d)
            features.append(entity.features)
    long = torch.long
    return Part(
        _spans(spans), torch.tensor(entity_of, dtype=long), torch.tensor(sentence_of, dtype=long), torch.tensor(document_of, dtype=long),
        torch.tensor(features), len(document_of),
    )  # fmt: skip


def loss(out: dict[str, Tensor], rows: Sequence[Example], batch: Batch) -> Tensor:
    """The sum of all heads' losses; a head counts only where its label does."""
    relevant = torch.tensor([r.relevant for r in rows])
    live = relevant > 0
    rel, types, primary, stage, sectors, today = torch.split(out["document"], [1, len(TYPES), len(TYPES), len(STAGES), len(SECTORS), 1], 1)
    binary = functional.binary_cross_entropy_with_logits
    total = binary(rel[:, 0], relevant) * 2
    if live.any():
        total = total + binary(types[live], torch.tensor([r.types for r in rows])[live]) * 4
        total = total + functional.cross_entropy(primary[live], torch.tensor([r.primary for r in rows])[live], label_smoothing=0.05)
        total = total + functional.cross_entropy(stage[live], torch.tensor([r.stage for r in rows])[live], label_smoothing=0.05)
        total = total + binary(sectors[live], torch.tensor([r.sectors for r in rows])[live]) * 3
        total = total + binary(today[live, 0], torch.tensor([r.announced_today for r in rows])[live])
    wanted = torch.tensor([[*y, b] for r in rows for y, b in zip(r.sentence_types, r.background, strict=True)])
    total = total + binary(out["sentence"], wanted) * 6
    if "provider" in out:
        total = total + functional.cross_entropy(out["provider"], torch.tensor([y for r in rows for y in r.roles]))
    if "place" in out:
        mask = live[batch.parts["place"].document_of]
        if mask.any():
            total = total + binary(out["place"][mask], torch.tensor([y for r in rows for y in r.places])[mask]) * 2
    if "day" in out:
        mask = live[batch.parts["day"].document_of]
        if mask.any():
            total = total + functional.cross_entropy(out["day"][mask], torch.tensor([y for r in rows for y in r.days])[mask])
    return total


def sizes_of(row: Example) -> Sizes:
    """The widths of the rule features."""
    page = row.page
    width = {kind: len(found[0].features) if found else 0 for kind, found in (("p", page.providers), ("j", page.places), ("d", page.days))}
    return Sizes(len(page.features), len(page.cues[0]), width["p"], width["j"], width["d"])
