"""How a news item is worded: a reading comes in, how likely its words are those that tell of a measure goes out.

Heads see what a text means, and on a stream too much means nearly the same. This looks at the words alone: which short phrases stand in
the headline and below it, with every name turned into its mark, so that it knows phrases and no parties. The two err on different texts.
Weights: `monitor/data/learned/wording.npz`, a logistic regression over hashed phrases, made by `python -m training.wording`.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.resources import as_file, files
from typing import Final

import numpy as np
from numpy.typing import NDArray

from monitor.understand.learned.encoder import Floats
from monitor.understand.lexicon import ORGAN, PEOPLE, PLACE, PROVIDER
from monitor.understand.reading import Reading

SIZE: Final = 1 << 16
"""Places for hashed phrases; ten thousand short texts have some 150,000, most of them once."""
BELOW: Final = 300
"""Characters below the headline that are looked at, from the next three sentences: a feed's summary."""
TITLE, TEXT = 3, 2
"""The most words of a phrase in the headline alone, and in headline and summary together."""
_NUMBER = re.compile(r"\d[\d.,]*")
_WORD = re.compile(rf"[a-z]+(?:['’][a-z]+)?|0|[$€£?]|{PROVIDER}+|{PLACE}+|{PEOPLE}+|{ORGAN}+")


def worded(reading: Reading) -> float:
    """The probability, in [0, 1], that words like these tell of a measure; English news only, 0 for all else."""
    if reading.lang != "en" or reading.document.kind != "news":
        return 0.0
    weights, bias = _shipped()
    found = phrases(reading)
    return float(1 / (1 + np.exp(-(weights[found].sum() / np.sqrt(len(found)) + bias))))


def phrases(reading: Reading) -> NDArray[np.int64]:
    """The numbers, in [0, SIZE), of all phrases of headline and summary, each once, ordered."""
    title = _words(reading.lines[0].masked)
    below = _words(" ".join(line.masked for line in reading.lines[1:4])[:BELOW])
    told = [*_runs(["^", *title, "$"], TITLE, "title"), *_runs([*title, "|", *below], TEXT, "text")]
    return np.unique(np.fromiter((zlib.crc32(phrase.encode()) % SIZE for phrase in told), np.int64))


def _words(masked: str) -> list[str]:
    """Words in lower case, a name as one mark, a number as 0."""
    lowered = "".join(c if c in (PROVIDER, PLACE, PEOPLE, ORGAN) else c.lower() for c in masked)  # a mark has a lower case too
    return [word[0] if word[0] in (PROVIDER, PLACE, PEOPLE, ORGAN) else word for word in _WORD.findall(_NUMBER.sub("0", lowered))]


def _runs(words: Sequence[str], longest: int, where: str) -> Iterator[str]:
    for length in range(1, longest + 1):
        for start in range(len(words) - length + 1):
            yield f"{where} {' '.join(words[start : start + length])}"


@cache
def _shipped() -> tuple[Floats, float]:
    with as_file(files("monitor") / "data" / "learned" / "wording.npz") as path, np.load(path) as saved:
        return saved["weights"].astype(np.float32), float(saved["bias"])
