"""The heads in training: what the encoder says of pages comes in, logits of every field go out.

The same sums as `monitor.understand.learned.heads`, for many pages at once and with gradients; weights go there by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from monitor.understand.learned.encoder import HIDDEN
from monitor.understand.learned.page import DATE_ROLES, ROLES, TYPES, Entity, Page
from monitor.understand.learned.verdict import DOCUMENT
from training.examples import Example

KINDS = ("provider", "place", "day", "sector", "offer")
OUT = {
    "document": sum(DOCUMENT.values()), "sentence": len(TYPES) + 2,
    "provider": len(ROLES) + 1, "place": 2, "day": len(DATE_ROLES), "sector": 1, "offer": 1,
}  # fmt: skip


DATE_WEIGHTS = (1.0, 2.0, 2.0)
"""Of the days announced, effective, of comments: the second is what people act on, few texts have the third."""
FAR = 30.0
"""Scores of days are held within this, so that their exponentials are."""


def entities(page: Page) -> tuple[tuple[Entity, ...], ...]:
    """A page's entities in the order of `KINDS`."""
    return page.providers, page.places, page.days, page.sectors, page.offers


def mlp(width: int, hidden: int, out: int, drop: float) -> nn.Sequential:
    """Two layers with a rectifier between them."""
    return nn.Sequential(nn.Linear(width, hidden), nn.ReLU(), nn.Dropout(drop), nn.Linear(hidden, out))


class Network(nn.Module):
    """All heads; the encoder stands before them."""

    def __init__(self, like: Page, hidden: int = 128, drop: float = 0.2) -> None:
        super().__init__()
        rules, cues = len(like.features), len(like.cues[0])
        widths = {kind: len(found[0].features) for kind, found in zip(KINDS, entities(like), strict=True)}
        self.attention = nn.Linear(HIDDEN, 1)
        self.drop, self.rule_drop = nn.Dropout(drop), nn.Dropout(0.15)
        self.document = mlp(4 * HIDDEN + rules, hidden, OUT["document"], drop)
        self.sentence = mlp(2 * HIDDEN + cues, hidden, OUT["sentence"], drop)
        self.provider, self.place, self.day, self.sector, self.offer = (
            mlp(3 * HIDDEN + widths[kind] + rules, hidden, OUT[kind], drop) for kind in KINDS
        )

    def forward(self, batch: Batch) -> dict[str, Tensor]:
        """Logits of every head."""
        sentences = _means(batch.states, batch.sentence)
        pooled = _weighted(sentences, self.attention(sentences).squeeze(-1), batch)
        strongest = _strongest(sentences, batch.document_of, batch.documents)
        titles = sentences[batch.first_of]
        rules = self.rule_drop(batch.features)
        told = self.sentence(torch.cat([self.drop(sentences), pooled[batch.document_of], self.rule_drop(batch.cues)], 1))
        news = _weighted(sentences, told[:, -1].detach(), batch)
        seen = [self.drop(x) for x in (pooled, strongest, titles, news)]
        out = {"document": self.document(torch.cat([*seen, rules], 1)), "sentence": told}
        for kind in KINDS:
            part = batch.parts[kind]
            if part.count:
                spots = torch.cat([_means(batch.states, part.spots), sentences[part.sentence_of]], 1)
                seen = _strongest(spots, part.entity_of, part.count)
                row = [self.drop(seen), self.drop(pooled[part.document_of]), self.rule_drop(part.features), rules[part.document_of]]
                out[kind] = getattr(self, kind)(torch.cat(row, 1))
        return out


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


def _weighted(sentences: Tensor, scores: Tensor, batch: Batch) -> Tensor:
    """The mean of each document's sentences under a softmax of their scores."""
    weights = torch.exp(scores - scores.max())
    total = torch.zeros(batch.documents).index_add_(0, batch.document_of, weights)
    shares = weights / total[batch.document_of].clamp(min=1e-30)
    return torch.zeros(batch.documents, HIDDEN).index_add_(0, batch.document_of, sentences * shares[:, None])


def _strongest(rows: Tensor, owner: Tensor, count: int) -> Tensor:
    """The greatest value per column of each owner's rows; zeros for an owner without any."""
    found = torch.full((count, rows.shape[1]), -1e4).index_reduce_(0, owner, rows, "amax")
    return torch.where(found > -9e3, found, torch.zeros(()))


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
    """Pages side by side; `states` are the vectors of all their pieces, one below the other."""

    states: Tensor
    sentence: Spans
    document_of: Tensor
    first_of: Tensor
    """The first sentence of each document."""
    documents: int
    features: Tensor
    cues: Tensor
    parts: dict[str, Part]


def collate(rows: Sequence[Example], states: Sequence[Sequence[Tensor]]) -> Batch:
    """One batch of examples with the encoder's states of their windows."""
    pages = [row.page for row in rows]
    offsets, total = [], 0
    for windows in states:
        offsets.append([total + sum(len(w) for w in windows[:k]) for k in range(len(windows))])
        total += sum(len(w) for w in windows)
    spans: list[range] = []
    document_of, first_sentence = [], []
    for d, page in enumerate(pages):
        first_sentence.append(len(document_of))
        for spot in page.sentences:
            spans.append(range(offsets[d][spot.window] + spot.first, offsets[d][spot.window] + spot.last))
            document_of.append(d)
    found = dict(zip(KINDS, zip(*map(entities, pages), strict=True), strict=True))
    return Batch(
        torch.cat([w for windows in states for w in windows]).float(), _spans(spans),
        torch.tensor(document_of), torch.tensor(first_sentence), len(pages),
        torch.tensor([p.features for p in pages]), torch.tensor([c for p in pages for c in p.cues]),
        {kind: _part(row, offsets, first_sentence) for kind, row in found.items()},
    )  # fmt: skip


def _spans(rows: Sequence[range]) -> Spans:
    flat = [i for row in rows for i in row]
    owner = [n for n, row in enumerate(rows) for _ in row]
    return Spans(torch.tensor(flat, dtype=torch.long), torch.tensor(owner, dtype=torch.long), len(rows))


def _part(found: Sequence[tuple[Entity, ...]], offsets: list[list[int]], first_sentence: list[int]) -> Part:
    spans: list[range] = []
    entity_of, sentence_of, document_of, features = [], [], [], []
    for d, row in enumerate(found):
        for entity in row:
            for spot in entity.spots:
                spans.append(range(offsets[d][spot.window] + spot.first, offsets[d][spot.window] + spot.last))
                entity_of.append(len(document_of))
                sentence_of.append(first_sentence[d] + spot.sentence)
            document_of.append(d)
            features.append(entity.features)
    long = torch.long
    return Part(
        _spans(spans), torch.tensor(entity_of, dtype=long), torch.tensor(sentence_of, dtype=long), torch.tensor(document_of, dtype=long),
        torch.tensor(features), len(document_of),
    )  # fmt: skip


def _role_loss(logits: Tensor, wanted: Tensor, live: Tensor) -> Tensor:
    """Roles count in relevant texts; in the others a name only is one or is none, or every head would learn to say "mentioned"."""
    total = functional.cross_entropy(logits[live], wanted[live]) if live.any() else torch.zeros(())
    if not live.all():
        named = torch.stack([torch.logsumexp(logits[~live, :-1], 1), logits[~live, -1]], 1)
        total = total + functional.cross_entropy(named, (wanted[~live] == logits.shape[1] - 1).long()) * 0.5
    return total


def _date_loss(days: Tensor | None, today: Tensor, rows: Sequence[Example], batch: Batch) -> Tensor:
    """Per role one choice among no day, the day of publication and all days of the text; each place that gives the right day is right.

    The negative log of the right ones' share of a softmax; texts whose labelled day is not among the choices do not count.
    """
    size, roles = len(rows), len(DATE_ROLES)
    none, dated = torch.zeros(size, roles), torch.tensor([r.dated for r in rows])
    own = torch.cat([today, torch.full((size, roles - today.shape[1]), -FAR)], 1).clamp(-FAR, FAR)
    is_own = torch.cat([torch.tensor([r.today for r in rows]), torch.zeros(size, roles - today.shape[1])], 1)
    every = none.exp() + own.exp()
    right = none.exp() * (1 - dated) + own.exp() * is_own
    if days is not None:
        owner, wanted = batch.parts["day"].document_of, torch.tensor([y for r in rows for y in r.days])
        chances = days.clamp(-FAR, FAR).exp()
        every = every.index_add(0, owner, chances)
        right = right.index_add(0, owner, chances * wanted)
    counts = (right.detach() > 0) & (torch.tensor([r.relevant for r in rows]) > 0)[:, None]
    value = torch.where(counts, every.log() - torch.where(counts, right, 1.0).log(), 0.0)
    return (value.sum(0) / counts.sum(0).clamp(min=1) * torch.tensor(DATE_WEIGHTS)).sum()


def loss(out: dict[str, Tensor], rows: Sequence[Example], batch: Batch) -> Tensor:
    """The sum of all heads' losses; a head counts only where its label does."""
    relevant = torch.tensor([r.relevant for r in rows])
    live = relevant > 0
    rel, types, primary, stage, today, sectors = torch.split(out["document"], list(DOCUMENT.values()), 1)
    binary = functional.binary_cross_entropy_with_logits
    total = binary(rel[:, 0], relevant) * 2
    if live.any():
        total = total + binary(types[live], torch.tensor([r.types for r in rows])[live]) * 4
        total = total + functional.cross_entropy(primary[live], torch.tensor([r.primary for r in rows])[live], label_smoothing=0.05) * 2
        total = total + functional.cross_entropy(stage[live], torch.tensor([r.stage for r in rows])[live], label_smoothing=0.05) * 2
        logits = out["sector"].view(len(rows), -1)[live] + sectors[live]
        total = total + binary(logits, torch.tensor([r.sectors for r in rows])[live]) * 4
    wanted = torch.tensor([[*y, b, c] for r in rows for y, b, c in zip(r.sentence_types, r.background, r.carries, strict=True)])
    total = total + binary(out["sentence"], wanted) * 6
    if "provider" in out:
        wanted = torch.tensor([y for r in rows for y in r.roles])
        total = total + _role_loss(out["provider"], wanted, live[batch.parts["provider"].document_of]) * 2
    if "place" in out:
        mask = live[batch.parts["place"].document_of]
        if mask.any():
            total = total + binary(out["place"][mask], torch.tensor([y for r in rows for y in r.places])[mask]) * 4
    total = total + _date_loss(out.get("day"), today, rows, batch)
    if "offer" in out:
        mask = live[batch.parts["offer"].document_of]
        if mask.any():
            total = total + binary(out["offer"][mask, 0], torch.tensor([y for r in rows for y in r.offers])[mask])
    return total
