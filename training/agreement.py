"""How far two readers agree: first labels against blind second ones, per field. The ceiling of any tagger.

`python -m training.agreement` reads corpus/relabelled, corpus/voices and, for the texts whose labels were settled otherwise than they
were first written, corpus/first; it writes corpus/agreement.json.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from monitor.understand.evaluate import evaluate, gold_row

CORPUS = Path(__file__).resolve().parent.parent / "corpus"


def main() -> None:
    """Compare, print and write."""
    first = {row["id"]: row for path in (CORPUS / "voices").glob("*.jsonl") for row in _rows(path)}
    first |= {row["id"]: first[row["id"]] | row for path in (CORPUS / "first").glob("*.jsonl") for row in _rows(path)}
    second = {row["id"]: row for path in sorted((CORPUS / "relabelled").glob("*.jsonl")) for row in _rows(path)}
    both = [first[name] for name in second if name in first]
    found = evaluate(both, [_record(gold_row({**row, "confidence": 1.0})) for row in second.values()], 0)
    rates = {name: {"score": round(rate.score, 4), "low": round(rate.low, 4), "n": rate.n} for name, rate in found.rates.items()}
    told = {"texts": found.documents, "relevant": found.relevant, "rates": rates}
    (CORPUS / "agreement.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
    print(json.dumps(told, indent=1))


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def _record(row: dict[str, Any]) -> dict[str, Any]:
    """Labels in the shape of a tag record."""
    return {**row, "evidence": [{"text": quote} for quote in row["evidence"]], "dates": row["dates"] or {}}


if __name__ == "__main__":
    main()
