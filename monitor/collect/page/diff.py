"""What changed. Two texts of one page come in; what was added and removed, ready to be read, goes out, or None.

Passages are compared wherever they stand, so that moved blocks and reordered lists are no change.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.collect.page.noise import Passage, passages
from monitor.model import PAGE_ADDED, PAGE_REMOVED

_SHOWN_CHARS = 12_000
_PASSAGE_CHARS = 1_500


@dataclass(frozen=True)
class Change:
    """What a page says that it did not say before, and what it no longer says, each in the order of the page."""

    added: tuple[str, ...]
    removed: tuple[str, ...]

    @property
    def lead(self) -> str:
        """The first words of what changed, for a title."""
        return _row(self.added[0]) if self.added else "no longer: " + _row(self.removed[0])

    def text(self) -> str:
        """The change as a text of about 24,000 characters at most, added before removed."""
        parts = [_shown(label, told) for label, told in ((PAGE_ADDED, self.added), (PAGE_REMOVED, self.removed)) if told]
        return "\n".join(parts)


def change(before: str, after: str) -> Change | None:
    """What of `after` is new and what of `before` is gone; None when only noise differs."""
    old, new = list(passages(before)), list(passages(after))
    added, gone = _without(new, old), _without(old, new)
    gone = _without_rolled_off(old, gone, added)
    if _words(added) == _words(gone):
        return None
    return Change(tuple(p.text for p in added), tuple(p.text for p in gone))


def _without(some: Sequence[Passage], known: Sequence[Passage]) -> list[Passage]:
    """Those of `some` that `known` does not hold, told once each; one that only stands more often than before is not new."""
    left = {passage.key for passage in known}
    found = []
    for passage in some:
        if passage.key not in left:
            left.add(passage.key)
            found.append(passage)
    return found


def _without_rolled_off(old: Sequence[Passage], gone: Sequence[Passage], added: Sequence[Passage]) -> list[Passage]:
    """`gone` without the dated rows that only left the end of a list because newer ones came to its head."""
    if not any(passage.is_dated_row for passage in added):
        return list(gone)
    missing = {passage.key for passage in gone}
    still_there: set[int] = set()
    rolled: set[str] = set()
    for passage in reversed(old):
        if passage.run and passage.key not in missing:
            still_there.add(passage.run)
        elif passage.is_dated_row and passage.run not in still_there:
            rolled.add(passage.key)
    return [passage for passage in gone if passage.key not in rolled]


def _words(found: Sequence[Passage]) -> list[str]:
    """The words of the passages in their order: text that was only cut or joined in another way has the same."""
    return [word for passage in found for word in passage.key.split()]


def _row(passage: str) -> str:
    return passage.removeprefix("- ")


def _shown(label: str, told: Sequence[str]) -> str:
    lines, room = [label], _SHOWN_CHARS
    for at, passage in enumerate(told):
        line = passage if len(passage) <= _PASSAGE_CHARS else passage[:_PASSAGE_CHARS].rsplit(" ", 1)[0] + " …"
        room -= len(line) + 1
        if room < 0:
            return "\n".join([*lines, f"… and {len(told) - at} more."])
        lines.append(line)
    return "\n".join(lines)
