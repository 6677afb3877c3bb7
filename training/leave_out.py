"""Every voice is read once by a tagger that was trained without it: the figure that counts.

`python -m training.leave_out` trains once per fold, without the voices of that fold, and rates those; it writes corpus/leave-out.json: per
voice, their mean and worst, per language and per form. About half an hour a fold. Everyday voices are always trained on, sealed ones never,
and neither is rated here: what is tuned on these figures must not have seen the sealed voices.
"""

from __future__ import annotations

import argparse
import json
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import mean
from typing import Any

from monitor.understand.evaluate import Evaluation, evaluate
from training import ROOT, VOICES
from training.__main__ import SEALED, lower_of, plain, records, train_encoder, train_heads
from training.base import Base
from training.cross import Corpus, load
from training.finetune import Course

FOLDS = 3
EPOCHS = 4
"""Fewer than what ships, so that a round of all folds takes an hour and a half; the figures are on the careful side."""
LEAST = 20
"""Texts that a language or form must have to be told of."""
EVERYDAY = "everyday-"
Record = Mapping[str, Any]


def main() -> None:
    """Train the folds that are asked for, keep their records, and write the figures of all records so far."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("records", type=Path, help="folder for the held-out tag records, one file per fold")
    parser.add_argument("--fold", type=int, nargs="*", default=list(range(FOLDS)))
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    chosen = parser.parse_args()
    chosen.records.mkdir(parents=True, exist_ok=True)
    corpus, base = load(sorted(VOICES.glob("*.jsonl"))), Base()
    voices = [v for v in dict.fromkeys(row["voice"] for row in corpus.rows) if not v.startswith(EVERYDAY) and v not in SEALED]
    seen = corpus.learnable(range(len(corpus.rows)))
    lower = dict(zip(seen, lower_of(corpus.chosen(seen), base), strict=True))
    for fold in chosen.fold:
        held = voices[fold::FOLDS]
        learn = corpus.learnable(corpus.of([*held, *SEALED], False))
        rows = corpus.chosen(learn)
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            train_encoder(rows, [lower[i] for i in learn], base, out, Course(epochs=chosen.epochs))
            train_heads(rows, out)
            found = records(corpus, corpus.of(held), out)
        lines = "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in found)
        (chosen.records / f"{fold}.jsonl").write_text(lines, "utf-8")
        told = [json.loads(line) for path in sorted(chosen.records.glob("*.jsonl")) for line in path.read_text("utf-8").splitlines()]
        figures = figures_of(corpus, told)
        (ROOT / "corpus" / "leave-out.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
        print(json.dumps(figures["mean"]), flush=True)


def figures_of(corpus: Corpus, found: Sequence[Record]) -> dict[str, Any]:
    """Rates per voice, their mean and worst, and rates per language and form, of the rows that have a record."""
    told = {record["id"] for record in found}
    rows = [row for row in corpus.rows if row["id"] in told]

    def by(key: str, least: int = LEAST) -> dict[str, Evaluation]:
        values = sorted({_named(row[key]) for row in rows})
        groups = {value: [row for row in rows if _named(row[key]) == value] for value in values}
        return {value: evaluate(group, found, 0) for value, group in groups.items() if len(group) >= least}

    voices = by("voice", 1)
    fields = next(iter(voices.values())).rates
    scores = {field: [each.rates[field].score for each in voices.values() if each.rates[field].n] for field in fields}
    alerts = [each.false_alerts for each in voices.values()]
    return {
        "mean": {field: round(mean(s), 4) for field, s in scores.items() if s} | {"false_alerts": round(mean(alerts), 2)},
        "worst": {field: round(min(s), 4) for field, s in scores.items() if s} | {"false_alerts": round(max(alerts), 2)},
        "all": plain(evaluate(rows, found, 0)),
        "voice": {value: plain(each) for value, each in voices.items()},
        "language": {value: plain(each) for value, each in by("lang").items()},
        "form": {value: plain(each) for value, each in by("form").items()},
    }  # fmt: skip


def _named(value: object) -> str:
    """A form as all voices may have written it: "follow-up" and "follow_up" are one."""
    return re.sub(r"[^a-z]+", "-", str(value).lower().replace("\u2019", "").replace("'", "")).strip("-")


if __name__ == "__main__":
    main()
