"""What the heads say of a page, as probabilities."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from monitor.understand.learned.encoder import Floats
from monitor.understand.learned.page import DATE_ROLES, SECTORS, STAGES, TYPES, Page

DOCUMENT = {"relevant": 1, "types": len(TYPES), "primary": len(TYPES), "stage": len(STAGES), "today": 2, "sectors": len(SECTORS)}
"""What the document's head says, in order; its word on a sector is added to that of the sector's own head."""


CONTRADICTED = 0.03
"""What is left of the chance of a stage together with a day that contradicts it: two of two thousand labelled measures not yet in force
has its effect behind it, 7 of 900 that are have it ahead (another effect of the same measure, mostly)."""
_NOT_YET = ("rumoured", "proposed", "announced", "final")


@dataclass(frozen=True)
class Logits:
    """The heads' raw output for one page; the rows follow the page's sentences and entities."""

    document: Floats
    """Shape (46,): relevance, 13 types, 13 primary types, 7 stages, announced and effective on the publication day, 10 sectors."""
    sentence: Floats
    """Shape (sentences, 15): 13 types, then history, then whether it carries the news of the day."""
    provider: Floats
    """Shape (providers, 6): 5 roles, then no provider here."""
    place: Floats
    """Shape (places, 2): issuing, affected."""
    day: Floats
    """Shape (days, 3): announced, effective, comment; "no such day" scores 0."""
    sector: Floats
    """Shape (sectors, 1)."""
    offer: Floats
    """Shape (terms, 1)."""


@dataclass(frozen=True)
class Verdict:
    """Probabilities in [0, 1]; the shapes are those of `Logits`, split by meaning."""

    relevant: float
    types: Floats
    primary: Floats
    stage: Floats
    sectors: Floats
    today: Floats
    """That it is announced, and that it takes effect, on the day of publication, wherever the text says so."""
    sentence_types: Floats
    history: Floats
    carries: Floats
    roles: Floats
    issuing: Floats
    affected: Floats
    days: Floats
    """Per place that names a day: that it is announced, takes effect, ends comments then. What is left to 1 over all days is none."""
    offers: Floats


def verdict_of(logits: Logits) -> Verdict:
    """Probabilities from raw outputs: a softmax where one answer holds, a logistic where each stands for itself."""
    cuts = np.cumsum(list(DOCUMENT.values()))[:-1]
    relevant, types, primary, stage, today, sectors = np.split(logits.document, cuts)
    own, days = _dated(today, logits.day)
    return Verdict(
        relevant=float(_logistic(relevant)[0]), types=_logistic(types), primary=_softmax(primary), stage=_softmax(stage),
        sectors=_logistic(logits.sector[:, 0] + sectors), today=own,
        sentence_types=_logistic(logits.sentence[:, : len(TYPES)]), history=_logistic(logits.sentence[:, len(TYPES)]),
        carries=_logistic(logits.sentence[:, len(TYPES) + 1]),
        roles=_softmax(logits.provider), issuing=_logistic(logits.place[:, 0]), affected=_logistic(logits.place[:, 1]),
        days=days, offers=_logistic(logits.offer[:, 0]),
    )  # fmt: skip


def day_chances(page: Page, verdict: Verdict) -> dict[str, dict[date, float]]:
    """Per date role the probability of each day, over all places that name it; what is left to 1 is that there is none."""
    found: dict[str, dict[date, float]] = {role: {} for role in DATE_ROLES}
    for role, chance in zip(DATE_ROLES, verdict.today, strict=False):
        found[role][page.published] = float(chance)
    for entity, row in zip(page.days, verdict.days, strict=True):
        day = date.fromisoformat(entity.key.split("@")[0])
        for role, chance in zip(DATE_ROLES, row, strict=True):
            found[role][day] = found[role].get(day, 0.0) + float(chance)
    return found


def consistent(page: Page, verdict: Verdict) -> Verdict:
    """The verdict after stage and effective day were weighed together: what is in force takes no effect later, what is not, none before.

    Each chance becomes its marginal in the product of both, in which contradicting pairs keep `CONTRADICTED` of their chance.
    """
    effective = DATE_ROLES.index("effective")
    ahead = np.array([date.fromisoformat(e.key.split("@")[0]) > page.published for e in page.days], bool)
    chances = np.concatenate([verdict.today[effective : effective + 1], verdict.days[:, effective]])
    later = np.concatenate([[False], ahead])
    behind, in_future = float(chances[~later].sum()), float(chances[later].sum())
    none = max(0.0, 1 - behind - in_future)
    dated = np.array([[none, behind * _left(stage, False), in_future * _left(stage, True)] for stage in STAGES])
    together = verdict.stage[:, None] * dated
    total = float(together.sum())
    _, now_behind, now_ahead = together.sum(axis=0) / total
    scale = np.where(later, now_ahead / max(in_future, 1e-9), now_behind / max(behind, 1e-9))
    moved = np.asarray(chances * scale, np.float32)
    today, days = verdict.today.copy(), verdict.days.copy()
    today[effective], days[:, effective] = moved[0], moved[1:]
    return replace(verdict, stage=np.asarray(together.sum(axis=1) / total, np.float32), today=today, days=days)


def _left(stage: str, ahead: bool) -> float:
    contradicts = stage == "in_force" if ahead else stage in _NOT_YET
    return CONTRADICTED if contradicts else 1.0


def _dated(today: Floats, days: Floats) -> tuple[Floats, Floats]:
    """Shares of the day of publication (2,) and of each day of the text (days, 3), one softmax per role in which "none" scores 0."""
    own = np.exp(np.clip(today, -30, 30))
    each = np.exp(np.clip(days, -30, 30))
    total = 1 + each.sum(axis=0)
    total[: len(own)] += own
    return np.asarray(own / total[: len(own)], np.float32), np.asarray(each / total, np.float32)


def _logistic(x: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(x, -30, 30))), dtype=np.float32)


def _softmax(x: Floats) -> Floats:
    if not x.size:
        return x
    shifted = np.exp(x - x.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)
