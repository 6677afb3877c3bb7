"""What page watch makes of the captures of pages: which become documents, which stay silent, which are refused.

`python benchmarks/pages.py FOLDER [--show told|silent|refused ...]`. A folder holds captures as `PAGE-STAMP.html` (a stamp begins with a
day, 20240626, and may go on), those of a page (by its canonical address, else its name) in the order of their stamps. A folder that is a
git repository holds pages as files (Markdown becomes HTML again), each version a capture, asked for once a day until the next one.
Versions that their keeper made by reading the same page in another way (`--reread WORDS` in the commit's subject) are the new baseline.
`--show` prints what a person has to judge.
"""

from __future__ import annotations

import argparse
import difflib
import html
import re
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from monitor.collect.document import clean_text, documents
from monitor.collect.failures import RefusedError
from monitor.collect.page.extract import page_entry
from monitor.collect.page.guard import ERROR_BELIEVED_AFTER
from monitor.collect.page.watch import sighting
from monitor.model import Document, Response, Source

_STAMP = re.compile(r"(.+?)[-_](\d{8}.*)\.html?$")
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s\"[^\"]*\")?\)")
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')
_DAY_S = 86_400


@dataclass(frozen=True)
class Capture:
    """A page as it was fetched; `polls` is how often it was there to be fetched."""

    page: str
    name: str
    body: str
    polls: int = 1
    is_reread: bool = False


@dataclass(frozen=True)
class Seen:
    """What came of a capture: `told`, `silent`, `refused`, `baseline` or `same` (byte for byte), and what there is to judge."""

    end: str
    words: str = ""


def captures(folder: Path, reread: str) -> Iterator[Capture]:
    """All captures under `folder`, those of a page in their order."""
    if (folder / ".git").exists():
        yield from _versions(folder, reread)
        return
    for path in sorted(folder.rglob("*.htm*")):
        if match := _STAMP.match(path.name):
            body = path.read_text("utf-8", "replace")
            own = _CANONICAL.search(body)
            yield Capture(own[1] if own else match[1], path.name, body)


def _versions(folder: Path, reread: str) -> Iterator[Capture]:
    log = _git(folder, "log", "--reverse", "--no-renames", "--format=@%H %ct %s", "--name-only")
    found: defaultdict[str, list[tuple[str, int, str]]] = defaultdict(list)
    head = ("", 0, "")
    for line in log.split("\n"):
        if line.startswith("@"):
            commit, at, subject = line[1:].split(" ", 2)
            head = (commit, int(at), subject)
        elif line.endswith(".md") and "/" in line:
            found[line].append(head)
    for page, versions in found.items():
        ends = [at for _, at, _ in versions[1:]] + [versions[-1][1] + _DAY_S]
        for (commit, at, subject), end in zip(versions, ends, strict=True):
            if body := _git(folder, "show", f"{commit}:{page}"):  # empty when this commit took it out
                text = _html(page.rpartition("/")[2].removesuffix(".md"), body)
                yield Capture(
                    page, f"{commit[:8]} {datetime.fromtimestamp(at, UTC):%Y-%m-%d}", text, 1 + (end - at) // _DAY_S, reread in subject
                )


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "core.quotepath=off", *words]
    return subprocess.run(command, capture_output=True, check=False).stdout.decode("utf-8", "replace")  # noqa: S603 - our own words


def _html(title: str, markdown: str) -> str:
    """The page again, as far as words and blocks go."""
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", markdown))
    text = re.sub(r"[*_]{2,3}|(?<![\w*])[*_](?=\S)|(?<=\S)[*_](?![\w*])|\\(?=[\W_])", "", text)
    blocks = []
    for line in text.split("\n"):
        row = re.match(r"\s*(?:[*+-]|\d+\.)\s+(.*)", line)
        is_rule = re.fullmatch(r"[\s=|:-]*", line)
        if not is_rule:
            blocks.append(f"<li>{html.escape(row[1])}</li>" if row else f"<p>{html.escape(line.strip('# |'))}</p>")
    return f"<html><title>{html.escape(title)}</title><main>{''.join(blocks)}</main></html>"


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
                seen = sighting(page, known, failures)
            except RefusedError as refused:
                failures += 1
                if poll + 1 == min(capture.polls, ERROR_BELIEVED_AFTER + 1):
                    yield capture, Seen("refused", f"{refused.reason}: {refused}")
                continue
            failures = 0
            if seen is None:
                assert before is not None
                yield capture, Seen("silent", _words(before.snapshot or before.text, clean_text(page.html)))
                break
            (told,) = documents(source, [seen.entry], {}, now)
            yield capture, Seen("told" if known else "baseline", f"{told.title}\n{told.text}" if known else "")
            before = told.model_copy(update={"snapshot": seen.snapshot})
            break


def _words(one: str, other: str) -> str:
    """What differs between two texts, word by word, lines that only moved left out."""
    lines = Counter(one.split("\n")), Counter(other.split("\n"))
    old, new = (re.findall(r"\w+|[^\w\s]", "\n".join(said.elements())) for said in (lines[0] - lines[1], lines[1] - lines[0]))
    steps = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return " | ".join(f"{' '.join(old[a:b])} => {' '.join(new[c:d])}" for step, a, b, c, d in steps if step != "equal")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path)
    arguments.add_argument("--show", nargs="*", default=[], choices=["told", "silent", "refused"])
    arguments.add_argument("--reread", default="\n", help="words in the subject of a commit that read pages in another way")
    arguments.add_argument("--chars", type=int, default=600, help="how much of each is shown")
    given = arguments.parse_args()
    pages: defaultdict[str, list[Capture]] = defaultdict(list)
    for capture in captures(given.folder, given.reread):
        pages[capture.page].append(capture)
    counts: Counter[str] = Counter()
    for page, found in pages.items():
        for capture, seen in watch(found):
            counts[seen.end] += 1
            if seen.end in given.show:
                print(f"== {seen.end} | {page} | {capture.name}\n{seen.words[: given.chars]}\n")
    print(f"{len(pages)} pages, {counts.total()} captures: " + ", ".join(f"{n} {end}" for end, n in counts.most_common()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
