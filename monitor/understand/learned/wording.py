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
"""Places for hashed phrases. The 6,351 short texts of the corpus have 176,034; 136,108 of them stand in one text alone and weigh little."""
BELOW: Final = 300
"""Characters below the headline that are looked at, from the next three sentences: a feed's summary."""
TITLE, TEXT = 3, 2
"""The most words of a phrase in the headline alone, and in headline and summary together."""
START, END, BREAK = "^", "$", "|"
"""The borders of a headline."""
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
    return np.unique(np.fromiter(map(_number, _told(reading)), np.int64))


def telling(reading: Reading, most: int) -> dict[str, float]:
    """The phrases that speak loudest for a measure or, below 0, against it, at most so many, each with what it adds to the log-odds."""
    weights, _ = _shipped()
    told = dict.fromkeys(_told(reading))
    scale = np.sqrt(len(phrases(reading)))
    loudest = sorted(told, key=lambda phrase: -abs(weights[_number(phrase)]))[:most]
    return {phrase: round(float(weights[_number(phrase)] / scale), 2) for phrase in loudest}


def _told(reading: Reading) -> Iterator[str]:
    title = _words(reading.lines[0].masked)
    below = _words(" ".join(line.masked for line in reading.lines[1:4])[:BELOW])
    yield from _runs([START, *title, END], TITLE, "title")
    yield from _runs([*title, BREAK, *below], TEXT, "text")


def _number(phrase: str) -> int:
    return zlib.crc32(phrase.encode()) % SIZE


def _words(masked: str) -> list[str]:
    """Words in lower case, a name as one mark, a number as 0."""
    lowered = "".join(c if c in (PROVIDER, PLACE, PEOPLE, ORGAN) else c.lower() for c in masked)  # a mark has a lower case too
    return [word[0] if word[0] in (PROVIDER, PLACE, PEOPLE, ORGAN) else word for word in _WORD.findall(_NUMBER.sub("0", lowered))]


def _runs(words: Sequence[str], longest: int, where: str) -> Iterator[str]:
    """All runs of these words; a border alone, which every text has, would only tell how long the text is."""
    for length in range(1, longest + 1):
        for start in range(len(words) - length + 1):
            if length > 1 or words[start] not in (START, END, BREAK):
                yield f"{where} {' '.join(words[start : start + length])}"


@cache
def _shipped() -> tuple[Floats, float]:
    with as_file(files("monitor") / "data" / "learned" / "wording.npz") as path, np.load(path) as saved:
        return saved["weights"].astype(np.float32), float(saved["bias"])
