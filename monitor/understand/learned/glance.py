"""A first look that spares the encoder: most texts of a news stream that pass the gate tell of no measure at all.

What comes in: a page. What goes out: whether the encoder should read it. A logistic model over the mean of the pieces' own vectors and
what the rules saw; made by `training.glance` so that on voices it has not seen fewer than one relevant text in five hundred is passed over.
A text in which rules find a live event, or in which a name is in doubt, is always read.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import as_file, files

import numpy as np

from monitor.understand.learned.encoder import Floats, load_encoder
from monitor.understand.learned.page import DATE_ROLES, ROLES, STAGES, TYPES, Page
from monitor.understand.learned.verdict import DOCUMENT, Verdict


def glance_features(page: Page, pieces: Floats) -> Floats:
    """What the first look sees: the mean of the pieces' vectors, the strongest cues of any sentence, the rules' features."""
    mean = pieces.mean(axis=0)
    return np.concatenate([mean, np.asarray(page.cues, np.float32).max(axis=0), np.asarray(page.features, np.float32)])


def worth_reading(page: Page) -> bool:
    """False for a page that the first look finds all but surely irrelevant."""
    if page.open:
        return True
    weights = _weights()
    seen = glance_features(page, load_encoder().pieces([i for window in page.windows for i in window.ids]))
    return bool(seen @ weights["weight"] + weights["bias"] >= weights["least"])


def unread(page: Page) -> Verdict:
    """The verdict on a page that is not worth reading: irrelevant, and every name is only mentioned."""
    sentences = len(page.sentences)
    roles, days = _none(len(page.providers), len(ROLES) + 1), _none(len(page.days), len(DATE_ROLES) + 1)
    roles[:, 0] = days[:, 0] = 1
    return Verdict(
        relevant=0.0, types=_none(len(TYPES)), primary=_none(len(TYPES)), stage=_none(len(STAGES)), sectors=_none(len(page.sectors)),
        today=_none(DOCUMENT["today"]), sentence_types=_none(sentences, len(TYPES)), history=_none(sentences), carries=_none(sentences),
        roles=roles, issuing=_none(len(page.places)), affected=_none(len(page.places)), days=days, offers=_none(len(page.offers)),
    )  # fmt: skip


def _none(*shape: int) -> Floats:
    return np.zeros(shape, np.float32)


@cache
def _weights() -> dict[str, Floats]:
    with as_file(files("monitor") / "data" / "learned" / "glance.npz") as path, np.load(path) as weights:
        return dict(weights)
