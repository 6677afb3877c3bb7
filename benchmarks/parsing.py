"""How fast a folder of feeds is parsed, against feedparser: CPU time, interleaved rounds, every feed read by both in each.

`python benchmarks/parsing.py FOLDER [--rounds N]`. Prints MB/s of our parser (from the body to entries, encoding and identity included),
of feedparser as it comes and of feedparser without its two slow options, and how many feeds the strict reader left to the tolerant one.
"""

from __future__ import annotations

import argparse
import io
import time
import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import feedparser

from monitor.collect.encoding import text_of
from monitor.collect.failures import OddError, RefusedError
from monitor.collect.parse import parse
from monitor.collect.prolog import ForbiddenDtdError, find_root
from monitor.collect.strict import read_strictly
from monitor.collect.tolerant import looks_like_html
from monitor.model import Response, Source

NOW = datetime(2024, 6, 25, tzinfo=UTC)
SOURCE = Source(id="s", name="S", url="https://feeds.example/feed", publisher="P", kind="news")


def ours(body: bytes) -> int:
    """How many entries we find."""
    found = parse(SOURCE, Response(status=200, url=SOURCE.url, body=body, retrieved_at=NOW))
    return len(found) if isinstance(found, tuple) else 0


def theirs(body: bytes) -> int:
    return len(feedparser.parse(io.BytesIO(body))["entries"])


def theirs_bare(body: bytes) -> int:
    return len(feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)["entries"])


READERS: dict[str, Callable[[bytes], int]] = {"ours": ours, "feedparser": theirs, "feedparser, options off": theirs_bare}


def left_over(bodies: Sequence[bytes]) -> int:
    """How many feeds are none of the strict reader's."""
    left = 0
    for body in bodies:
        try:
            root = find_root(text_of(body, ""))
            left += root is None or not read_strictly(root.document.encode(), looks_like_html)
        except (OddError, RefusedError, ForbiddenDtdError):
            left += 1
    return left


def spent(reader: Callable[[bytes], int], bodies: Sequence[bytes]) -> tuple[float, int]:
    """CPU seconds, and entries found."""
    begun = time.process_time()
    found = sum(map(reader, bodies))
    return time.process_time() - begun, found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--rounds", type=int, default=5)
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    bodies = [path.read_bytes() for path in sorted(given.folder.rglob("*")) if path.is_file()]
    size = sum(map(len, bodies)) / 1e6
    rounds = [{name: spent(reader, bodies) for name, reader in READERS.items()} for _ in range(given.rounds + 1)][1:]
    print(f"{len(bodies)} feeds, {size:.1f} MB, {left_over(bodies)} not for the strict reader, {given.rounds} rounds after one to warm up")
    for name in READERS:
        ratios = [once[name][0] / once["ours"][0] for once in rounds]
        speed = size / median(once[name][0] for once in rounds)
        shown = f"{min(ratios):.1f}–{median(ratios):.1f}–{max(ratios):.1f}"
        print(f"{name:24} {speed:7.1f} MB/s, {rounds[0][name][1]} entries, {shown} times our CPU (least–median–most)")


if __name__ == "__main__":
    main()
