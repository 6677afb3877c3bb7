"""Captures of pages, from folders and git repositories, in the order in which they were taken."""

from __future__ import annotations

import html
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_STAMP = re.compile(r"(.+?)[-_](\d{8}.*)\.html?$")
_LINK = re.compile(r"!?\[((?:[^\[\]]|\[[^\[\]]*\])*)\]\([^()\s]*(?:\([^()]*\)[^()\s]*)*(?:\s\"[^\"]*\")?\)")
_CANONICAL = re.compile(r'<link rel="canonical" href="([^"]+)"')
_DAY_S = 86_400


@dataclass(frozen=True)
class Capture:
    """A page as it was fetched; `polls` is how often it was there to be fetched; `expected` is how it must end, where that is known."""

    page: str
    name: str
    body: str
    polls: int = 1
    is_reread: bool = False
    expected: str = ""


def captures(place: Path, reread: str) -> Iterator[Capture]:
    """All captures under `place`, a folder, a git repository, or a folder and a pattern of names; those of a page in their order."""
    if (place / ".git").exists():
        yield from _versions(place, reread)
        return
    found = place.rglob("*.htm*") if place.is_dir() else place.parent.rglob(place.name)
    for path in sorted(found):
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
            commit, seconds, subject = line[1:].split(" ", 2)
            head = (commit, int(seconds), subject)
        elif line.endswith(".md") and "/" in line:
            found[line].append(head)
    bodies = _bodies(folder, [f"{commit}:{page}" for page, versions in found.items() for commit, _, _ in versions])
    for page, versions in found.items():
        ends = [at for _, at, _ in versions[1:]] + [versions[-1][1] + _DAY_S]
        for (commit, at, subject), end in zip(versions, ends, strict=True):
            if body := bodies[f"{commit}:{page}"]:  # empty when this commit took it out
                text = _html(page.rpartition("/")[2].removesuffix(".md"), body)
                taken = f"{commit[:8]} {datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
                yield Capture(page, taken, text, 1 + (end - at) // _DAY_S, reread in subject)


def _bodies(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """The text of each named object, empty when there is none."""
    raw, bodies = _raw_git(folder, "cat-file", "--batch", typed="\n".join(names)), dict.fromkeys(names, "")
    at = 0
    for name in names:
        head, at = raw[at : raw.index(b"\n", at)], raw.index(b"\n", at) + 1
        if not head.endswith(b" missing"):
            size = int(head.rsplit(b" ", 1)[1])
            bodies[name] = raw[at : at + size].decode("utf-8", "replace")
            at += size + 1
    return bodies


def _git(folder: Path, *words: str) -> str:
    return _raw_git(folder, *words).decode("utf-8", "replace")


def _raw_git(folder: Path, *words: str, typed: str = "") -> bytes:
    command = ["git", "-C", str(folder), "-c", "core.quotepath=off", *words]
    return subprocess.run(command, input=typed.encode(), capture_output=True, check=True).stdout  # noqa: S603 - our own words


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
