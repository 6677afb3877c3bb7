"""What page watch makes of the captures of pages: which become documents, which stay silent, which are refused.

`PYTHONPATH=. python benchmarks/pages.py SET=PLACE [SET=PLACE ...] [--json FILE] [--show told|silent|refused ...] [--sample N --seed S]`.
A place is a folder, or a folder and a pattern of names, of captures as `PAGE-STAMP.html` (a stamp begins with a day, 20240626, and may go
on), those of a page (by its canonical address, else its name) in the order of their stamps. A folder that is a git repository holds pages
as files (Markdown becomes HTML again), each version a capture, asked for once a day until the next one. Versions that their keeper
made by reading the same page in another way (`--reread WORDS` in the commit's subject) are the new baseline. A JSON file of supported
places (`{"supported": {VENDOR: [CODE, ...]}}`) becomes histories of the vendors' pages, of which the right verdict is known
(`vendor_page.py`).
`--show` prints what a person has to judge, all or `--sample` of each; `--json` writes every verdict.
"""

from __future__ import annotations

import argparse
import difflib
import json
import random
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from captured import Capture, captures
from vendor_page import histories

from monitor.collect.document import clean_text, documents
from monitor.collect.failures import RefusedError
from monitor.collect.page.extract import page_entry
from monitor.collect.page.guard import ERROR_BELIEVED_AFTER
from monitor.collect.page.watch import sighting
from monitor.model import Document, Response, Source

_ENDS = ("baseline", "told", "silent", "same", "refused")
_MOST_PAIRS = 100_000
_WORKERS = 4


@dataclass(frozen=True)
class Seen:
    """What came of a capture: `told`, `silent`, `refused`, `baseline` or `same` (byte for byte), and what there is to judge."""

    end: str
    words: str = ""


@dataclass(frozen=True)
class Verdict:
    """How a capture of a set ended, how it had to end (empty where unknown), and what there is to judge."""

    set: str
    page: str
    capture: str
    end: str
    expected: str
    words: str

    @property
    def is_wrong(self) -> bool:
        """Whether the right verdict is known and another one."""
        if not self.expected:
            return False
        return self.expected != (self.words.split("\n", 1)[-1] if self.end == "told" else self.end)


def watch(found: Sequence[Capture]) -> Iterator[tuple[Capture, Seen]]:
    """The captures of one page through page watch, in order."""
    source = Source(id="page", name="Page", url="https://pages.example/page", format="page", kind="vendor_terms", publisher="P", family="p")
    before: Document | None = None
    last, failures = "", 0
    for capture in found:
        if capture.body == last:
            yield capture, Seen("same")
            continue
        last = capture.body
        for poll in range(min(capture.polls, ERROR_BELIEVED_AFTER + 1)):
            now = datetime(2024, 6, 26, tzinfo=UTC)
            response = Response(status=200, url=source.url, content_type="text/html", body=b"", retrieved_at=now)
            try:
                page = page_entry(capture.body, source, response)
                known = None if capture.is_reread else before
                seen = sighting(page, known, failures, today=now.date())
            except RefusedError as refused:
                failures += 1
                if poll + 1 == min(capture.polls, ERROR_BELIEVED_AFTER + 1):
                    yield capture, Seen("refused", f"{refused.reason}: {refused}")
                continue
            failures = 0
            if seen is None:
                assert before is not None
                yield capture, Seen("silent", _difference(before.snapshot or before.text, clean_text(page.html)))
                break
            (told,) = documents(source, [seen.entry], {}, now)
            yield capture, Seen("told" if known else "baseline", f"{told.title}\n{told.text}" if known else "")
            before = told.model_copy(update={"snapshot": seen.snapshot})
            break


def _difference(one: str, other: str) -> str:
    """What differs between two texts, word by word, lines that only moved left out."""
    lines = Counter(one.split("\n")), Counter(other.split("\n"))
    gone, came = ("\n".join(said.elements()) for said in (lines[0] - lines[1], lines[1] - lines[0]))
    old, new = (re.findall(r"\w+|[^\w\s]", said) for said in (gone, came))
    if len(old) * len(new) > _MOST_PAIRS:
        return f"{gone}\n=>\n{came}"
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return " | ".join(f"{' '.join(old[a:b])} => {' '.join(new[c:d])}" for step, a, b, c, d in steps if step != "equal")


def judged(name: str, place: Path, reread: str) -> Iterator[Verdict]:
    """The verdicts of a set, page by page."""
    pages: defaultdict[str, list[Capture]] = defaultdict(list)
    for capture in histories(place) if place.suffix == ".json" else captures(place, reread):
        pages[capture.page].append(capture)
    with ProcessPoolExecutor(_WORKERS) as pool:
        for page, ends in zip(pages, pool.map(_watched, pages.values()), strict=True):
            for capture, seen in ends:
                yield Verdict(name, page, capture.name, seen.end, capture.expected, seen.words)


def _watched(found: Sequence[Capture]) -> list[tuple[Capture, Seen]]:
    return [(replace(capture, body=""), seen) for capture, seen in watch(found)]


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sets", nargs="+", metavar="SET=PLACE")
    arguments.add_argument("--json", type=Path, help="where to write every verdict")
    arguments.add_argument("--show", nargs="*", default=[], choices=["told", "silent", "refused"])
    arguments.add_argument("--sample", type=int, default=sys.maxsize, help="how many of each to show, drawn at random")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--reread", default="\n", help="words in the subject of a commit that read pages in another way")
    arguments.add_argument("--chars", type=int, default=600, help="how much of each is shown")
    given = arguments.parse_args()
    all_verdicts: list[Verdict] = []
    for name, place in (words.split("=", 1) for words in given.sets):
        verdicts = list(judged(name, Path(place), given.reread))
        all_verdicts += verdicts
        counts = Counter(v.end for v in verdicts)
        wrong = [v for v in verdicts if v.is_wrong]
        print(f"{name}: {len({v.page for v in verdicts})} pages, {len(verdicts)} captures: " + ", ".join(f"{counts[e]} {e}" for e in _ENDS))
        for v in wrong:
            print(f"== wrong | {v.page} | {v.capture}\nexpected: {v.expected}\ncame: {v.end} {v.words}\n")
        if known := sum(bool(v.expected) for v in verdicts):
            print(f"{name}: {known - len(wrong)} of {known} as they had to be")
        for end in given.show:
            some = [v for v in verdicts if v.end == end]
            for v in random.Random(given.seed).sample(some, min(given.sample, len(some))):
                print(f"== {v.end} | {v.page} | {v.capture}\n{v.words[: given.chars]}\n")
    if given.json:
        given.json.write_text(json.dumps([asdict(v) for v in all_verdicts], ensure_ascii=False, indent=1), "utf-8")
    return int(any(v.is_wrong for v in all_verdicts))


if __name__ == "__main__":
    sys.exit(main())
