"""`python -m training.wording`: the weights of `monitor.understand.learned.wording`, from all short texts of the corpus.

Voices of feeds, streams and everyday news; the others write at length. A minute. `--ship` replaces the file of the package; without it
each eighth of the voices is rated by what the others teach.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import GroupKFold

from monitor.catalog import load_catalog
from monitor.understand.learned.wording import SIZE, phrases
from monitor.understand.tag import Tagger
from training import SHIPPED, VOICES
from training.examples import documents, load_rows

SHORT = ("feed-", "stream-", "everyday-")
LOOSENESS = 30.0
"""scikit-learn's C: the best rate at one false alarm in a hundred; 10 and 100 differ by .003 of the area or less."""
LEAST = (0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True)
class Texts:
    """Phrases per text [texts, SIZE], scaled as `worded` scales them; whether each tells of a measure; who wrote it."""

    seen: csr_matrix
    relevant: NDArray[np.bool_]
    voice: NDArray[np.str_]


def main() -> None:
    """Rate by voices left out, or fit all and ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ship", action="store_true", help="fit all texts and replace the file of the package")
    texts = load()
    if parser.parse_args().ship:
        fitted = fit(texts, np.arange(len(texts.relevant)))
        np.savez_compressed(SHIPPED / "wording.npz", weights=fitted.coef_[0].astype(np.float16), bias=fitted.intercept_[0])
        print(f"{len(texts.relevant)} texts, {int(texts.relevant.sum())} of them tell of a measure")
        return
    chance = np.zeros(len(texts.relevant))
    for known, unknown in GroupKFold(8).split(texts.seen, texts.relevant, texts.voice):
        chance[unknown] = fit(texts, known).predict_proba(texts.seen[unknown])[:, 1]
    print(f"area {roc_auc_score(texts.relevant, chance):.3f}")
    for least in LEAST:
        print(f"from {least}: {(chance[texts.relevant] >= least).mean():.3f} found, {(chance[~texts.relevant] >= least).mean():.4f} false")


def load() -> Texts:
    """The English short texts that pass the gate."""
    rows = [row for row in load_rows(sorted(p for p in VOICES.glob("*.jsonl") if p.stem.startswith(SHORT))) if row["lang"] == "en"]
    looks = Tagger(load_catalog(), None).look(documents(rows))
    read = [(row, look.reading) for row, look in zip(rows, looks, strict=True) if look.reading is not None]
    told = [any(not event.get("background") for event in row["events"]) for row, _ in read]
    return Texts(_matrix([phrases(reading) for _, reading in read]), np.array(told), np.array([row["voice"] for row, _ in read]))


def _matrix(found: Sequence[NDArray[np.int64]]) -> csr_matrix:
    ends = np.cumsum([0, *map(len, found)])
    values = np.concatenate([np.full(len(one), 1 / np.sqrt(len(one))) for one in found])
    return csr_matrix((values, np.concatenate(found), ends), shape=(len(found), SIZE))


def fit(texts: Texts, chosen: NDArray[np.int64]) -> LogisticRegression:
    """A regression on these texts."""
    return LogisticRegression(C=LOOSENESS, max_iter=1000).fit(texts.seen[chosen], texts.relevant[chosen])


if __name__ == "__main__":
    main()
