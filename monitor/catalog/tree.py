"""The one door to the files of a repository: a folder or a file comes in, bounded bodies under relative paths go out.

Links are never followed, so that a scan neither leaves the folder nor runs in circles; third parties' code is passed over.
"""

from __future__ import annotations

import codecs
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Protocol

from monitor.errors import ConfigError, UsageError
from monitor.model import Skipped

# Other people's code and what tools leave behind. A virtual environment shows itself by its pyvenv.cfg.
PASSED_OVER = frozenset(
    {
        ".git", ".hg", ".svn", "node_modules", "bower_components", "site-packages", "__pycache__", ".venv", ".tox", ".nox", ".eggs",
        ".mypy_cache", ".pytest_cache", ".ruff_cache", ".hypothesis", ".cache", ".next", ".nuxt", ".terraform", ".gradle", ".yarn",
        ".pnpm-store", ".idea", ".vs", "Pods", "vendor",
    }
)  # fmt: skip
MOST_FILES = 100_000
_HEAD = 8_192
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

Limit = Callable[[str], int]
"""How many bytes of a file of that name may be read; 0 for a file that is of no interest."""


@dataclass(frozen=True)
class RepoFile:
    """One file: its path from the root with slashes, its bytes in UTF-8, and whether the caller named it."""

    path: str
    body: bytes
    named: bool = False

    @property
    def name(self) -> str:
        """The last part of its path."""
        return self.path.rpartition("/")[2]


class Files(Protocol):
    """Where a scan gets its files: a folder, or texts that came over the API."""

    skipped: list[Skipped]

    def __iter__(self) -> Iterator[RepoFile]: ...

    def get(self, path: str) -> RepoFile | None:
        """The file at that path from the root; None when there is none that may be read."""
        ...


@dataclass
class Tree:
    """A folder, or one file by itself; `skipped` fills while it is read."""

    root: Path
    limit: Limit
    only: str = ""
    exclude: tuple[str, ...] = ()
    """Patterns of paths from the root, `docs` or `tests/*.py`; what they match is passed over with all below it."""
    skipped: list[Skipped] = field(default_factory=list)

    def __iter__(self) -> Iterator[RepoFile]:
        """Every file of interest, folder by folder in the order of names."""
        if self.only:
            found = self._read(self.root / self.only, self.only, named=True)
            yield from [found] if found else []
            return
        read = 0
        for path in self._walk():
            if read == MOST_FILES:
                self.skipped.append(Skipped(path=path, why=f"the scan stops after {MOST_FILES:,} files"))
                return
            if (found := self._read(self.root / path, path)) is not None:
                read += 1
                yield found

    def get(self, path: str) -> RepoFile | None:
        """The file at that path below the root; None when it is absent, lies outside or is no regular file."""
        whole = self.root / path
        if not whole.resolve().is_relative_to(self.root.resolve()) or whole.is_symlink():
            return None
        return self._read(whole, path, named=True)

    def _walk(self) -> Iterator[str]:
        waiting = [""]
        while waiting:
            folder = waiting.pop()
            try:
                entries = sorted(os.scandir(self.root / folder), key=lambda entry: entry.name)
            except OSError as error:
                self.skipped.append(Skipped(path=_shown(folder) or ".", why=f"cannot be read: {error.strerror}"))
                continue
            names = {entry.name for entry in entries}
            if "pyvenv.cfg" in names:
                continue
            for entry in entries:
                path = f"{folder}/{entry.name}" if folder else entry.name
                if entry.is_file(follow_symlinks=False) and self.limit(entry.name) and not self._is_excluded(path):
                    yield path
            folders = (e.name for e in reversed(entries) if e.is_dir(follow_symlinks=False) and e.name not in PASSED_OVER)
            below = (f"{folder}/{name}" if folder else name for name in folders)
            waiting += [path for path in below if not self._is_excluded(path)]

    def _is_excluded(self, path: str) -> bool:
        return any(fnmatchcase(path, pattern.rstrip("/")) for pattern in self.exclude)

    def _read(self, whole: Path, path: str, *, named: bool = False) -> RepoFile | None:
        most, shown = self.limit(whole.name) or (self.limit("requirements.txt") if named else 0), _shown(path)
        try:
            # A pipe that took the file's place must not hold the scan up.
            with open(os.open(whole, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb") as handle:
                if not stat.S_ISREG(os.fstat(handle.fileno()).st_mode):
                    return None
                body = handle.read(most + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            self.skipped.append(Skipped(path=shown, why=f"cannot be read: {error.strerror}"))
            return None
        if len(body) > most:
            self.skipped.append(Skipped(path=shown, why=f"is larger than {most // 2**20} MiB"))
            return None
        text = as_utf8(body)
        if text is None:
            if named or not whole.suffix:
                self.skipped.append(Skipped(path=shown, why="is no text"))
            return None
        return RepoFile(shown, text, named)


@dataclass
class Texts:
    """Files that came as texts by their paths, as the API takes them."""

    texts: Mapping[str, str]
    limit: Limit
    skipped: list[Skipped] = field(default_factory=list)

    def __iter__(self) -> Iterator[RepoFile]:
        """Every text; one of no known kind is listed as skipped."""
        for path, text in self.texts.items():
            if self.limit(path.rpartition("/")[2]):
                yield RepoFile(_shown(path), text.encode("utf-8", "replace"), named=True)
            else:
                self.skipped.append(Skipped(path=_shown(path), why="is of no kind that is read; docs/inventory.md lists them"))

    def get(self, path: str) -> RepoFile | None:
        """The text at that path."""
        text = self.texts.get(path)
        return None if text is None else RepoFile(_shown(path), text.encode("utf-8", "replace"), named=True)


def open_tree(path: Path, limit: Limit, exclude: tuple[str, ...] = ()) -> Tree:
    """The tree at `path`; UsageError when there is nothing."""
    if path.is_dir():
        return Tree(path, limit, exclude=exclude)
    if path.is_file():
        whole = path.resolve()  # whoever names a link means what it points at
        return Tree(whole.parent, limit, only=whole.name)
    raise UsageError(f"{path}: there is no such file or folder")


def read_whole(path: Path, most: int) -> bytes:
    """The bytes of a file that the caller named, in UTF-8; ConfigError when it is absent, too large or no text."""
    try:
        body = path.read_bytes() if path.stat().st_size <= most else None
    except FileNotFoundError as error:
        raise ConfigError("the file does not exist", file=path) from error
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=path) from error
    if body is None:
        raise ConfigError(f"is larger than {most // 2**20} MiB", file=path)
    text = as_utf8(body)
    if text is None:
        raise ConfigError("is no text", file=path)
    return text


def as_utf8(body: bytes) -> bytes | None:
    """The bytes in UTF-8 without a mark, also of a file that a Windows shell wrote in UTF-16; None for what is no text."""
    for mark, codec in _BOMS:
        if body.startswith(mark):
            return body.decode(codec, "replace").encode()
    return None if b"\0" in body[:_HEAD] else body


def printable(text: str) -> str:
    """The text with a mark for every sign that is not printable: control characters forge lines in logs and reports."""
    return "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)


def _shown(path: str) -> str:
    """A path as text, whatever bytes its name has."""
    return printable(path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))
