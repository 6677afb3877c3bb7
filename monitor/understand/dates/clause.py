"""Where sentences begin. What comes in: folded text; what goes out: offsets."""

from __future__ import annotations

import re
from collections.abc import Iterable

_SENTENCE_END = re.compile(r"[。！？；\n]|[.!?;](?=[\"'”’)]?\s+[\"'“‘(]?[^\Wa-z_])")
_ABBREVIATION = re.compile(
    r"(?:\b(?:[A-Za-z]|No|Nos|Art|Sec|vs|Mr|Mrs|Ms|Dr|St|Inc|Corp|Co|Ltd|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Gov|Sen|Rep|Gen|Prof|ca)"
    r"|[.][A-Za-z])$",
    re.I,
)


def sentence_starts(text: str, unbroken: Iterable[tuple[int, int]] = ()) -> list[int]:
    """Where the sentences of `text` begin, then one past its end; no sentence ends inside an `unbroken` span ("9. Juli") or at "Jan."."""
    inside = sorted(unbroken)
    starts, at = [0], 0
    for hit in _SENTENCE_END.finditer(text):
        while at < len(inside) and inside[at][1] <= hit.start():
            at += 1
        within = at < len(inside) and inside[at][0] <= hit.start() < inside[at][1] - 1
        if not within and not (hit[0] == "." and _ABBREVIATION.search(text, max(0, hit.start() - 8), hit.start())):
            starts.append(hit.end())
    return [*starts, len(text) + 1]
