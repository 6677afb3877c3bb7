"""Whether we find in a folder of feeds all that feedparser finds: entries, and letters of titles and texts.

`python benchmarks/fixtures.py FOLDER [FOLDER ...] [--all]`. Every file is a body, whatever its name; a comment `Header: Content-type: X`
in it, as feedparser's own suite has, stands for the server's label. Ends with 1 when an error escapes or entries or letters are missing;
`--all` also lists where we find more.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import feedparser

from monitor.collect.document import clean_text
from monitor.collect.parse import parse
from monitor.model import Entry, FetchFailure, Response, Source

NOW = datetime(2024, 6, 25, tzinfo=UTC)
SOURCE = Source(
    id="s", name="S", url="https://feeds.example/feed", publisher="P", family="p", kind="news", language="en", reliability="medium"
)
_LABEL = re.compile(rb"Header:\s*Content-type:\s*([^\r\n]{1,200})", re.IGNORECASE)


@dataclass(frozen=True)
class Verdict:
    """What of a file the two readers found."""

    theirs: int
    ours: int
    reason: str
    lost: str
    """Letters that only feedparser has; empty when none are."""
    error: str

    @property
    def is_worse(self) -> bool:
        return bool(self.error or self.lost or self.ours < self.theirs)


def compare(body: bytes) -> Verdict:
    """Both readers on one body, with the same label."""
    label = _LABEL.search(body)
    content_type = label[1].decode("latin-1").strip() if label else ""
    theirs = _feedparser(body, content_type)
    try:
        found = parse(SOURCE, Response(status=200, url=SOURCE.url, content_type=content_type, body=body, retrieved_at=NOW))
    except Exception:  # noqa: BLE001 - whatever escapes is what this script looks for
        return Verdict(len(theirs), 0, "", "", traceback.format_exc(limit=-2))
    if isinstance(found, FetchFailure):
        return Verdict(len(theirs), 0, f"{found.reason}: {found.detail}", "", "")
    return Verdict(len(theirs), len(found), "", _lost(theirs, found), "")


def _feedparser(body: bytes, content_type: str) -> list[str]:
    """Title and texts of each entry; none for those without title, link and id, which nobody can know again."""
    headers = {"content-type": content_type} if content_type else {}
    try:
        parsed = feedparser.parse(io.BytesIO(body), response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    except Exception:  # noqa: BLE001 - theirs, not ours
        return []
    known = [row for row in parsed["entries"] if row.get("title") or row.get("link") or row.get("id")]
    return [f"{row.get('title', '')}\n{max(_texts(row), key=len)}" for row in known]


def _texts(row: feedparser.FeedParserDict) -> list[str]:
    return [row.get("summary") or "", *(part.get("value") or "" for part in row.get("content") or ())]


def _lost(theirs: Iterable[str], ours: Iterable[Entry]) -> str:
    found, known = _letters(theirs), _letters(f"{entry.title}\n{entry.html}" for entry in ours)
    if _is_east_asian(known) and not _is_east_asian(found):
        return ""  # unlabelled bytes that feedparser reads as Latin letters
    return "".join(sorted((found - known).elements()))


def _is_east_asian(letters: Counter[str]) -> bool:
    return any(c > "\u2e80" for c in letters)


def _letters(texts: Iterable[str]) -> Counter[str]:
    return Counter(c for text in texts for c in clean_text(text) if c.isalnum())


def files(folders: Iterable[Path]) -> Iterator[Path]:
    for folder in folders:
        yield from sorted(path for path in folder.rglob("*") if path.is_file())


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folders", nargs="+", type=Path)
    arguments.add_argument("--all", action="store_true")
    given = arguments.parse_args()
    warnings.simplefilter("ignore")
    counts: Counter[str] = Counter()
    for path in files(given.folders):
        verdict = compare(path.read_bytes())
        counts.update({"files": 1, "our entries": verdict.ours, "their entries": verdict.theirs, "worse": verdict.is_worse})
        counts.update({"more": verdict.ours > verdict.theirs, "errors": bool(verdict.error)})
        if verdict.is_worse or (given.all and verdict.ours != verdict.theirs):
            print(f"{path}: {verdict.ours} of {verdict.theirs} {verdict.reason}{verdict.error} lost: {verdict.lost[:80]!r}")
    print(", ".join(f"{name} {count}" for name, count in counts.items()))
    return int(counts["worse"] > 0)


if __name__ == "__main__":
    sys.exit(main())
