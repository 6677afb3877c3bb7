"""What changed. Two texts of one page come in; what was added and removed, ready to be read, goes out, or None.

Passages are compared wherever they stand, so that moved blocks and reordered lists are no change.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.collect.document import TEXT_CHARS
from monitor.collect.page.noise import Passage, passages
from monitor.collect.page.relisted import relisted
from monitor.model import PAGE_ADDED, PAGE_REMOVED

_SHOWN_CHARS = 12_000
_PASSAGE_CHARS = 1_500
# Of passages that begin with one word so many are tried, so that the time stays linear.
_MOST_STARTS = 200
# A text that was cut off may have lost the blanks at its end.
_EDGE_CHARS = 3


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
    all_old, all_new = list(passages(before)), list(passages(after))
    is_cut_off = max(len(before), len(after)) >= TEXT_CHARS - _EDGE_CHARS
    old = _kept_on_both(all_old, all_new) if is_cut_off else all_old
    new = _kept_on_both(all_new, all_old) if is_cut_off else all_new
    added, gone = _recut_left_out(_without(new, all_old), _without(old, all_new))
    gone = _without_rolled_off(old, gone, added)
    came, left = relisted(old, new)
    added, gone = [*added, *came], [*gone, *left]
    if not added and not gone:
        return None
    return Change(tuple(p.text for p in added), tuple(p.text for p in gone))


def _kept_on_both(some: list[Passage], other: list[Passage]) -> list[Passage]:
    """`some` up to its last passage that both pages hold once: what follows is new, gone, or was pushed over the end of a text cut off."""
    once = _once(some) & _once(other)
    ends = [at for at, passage in enumerate(some, 1) if passage.key in once]
    return some[: ends[-1]] if ends else some


def _once(some: Sequence[Passage]) -> set[str]:
    return {key for key, times in Counter(passage.key for passage in some).items() if times == 1}


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


def _recut_left_out(added: Sequence[Passage], gone: Sequence[Passage]) -> tuple[list[Passage], list[Passage]]:
    """Both without the runs that say the same words in the same order and are only cut or joined in another way."""
    starts: defaultdict[str, list[int]] = defaultdict(list)
    for at, passage in enumerate(gone):
        starts[_first_word(passage)].append(at)
    came_recut, went_recut = set[int](), set[int]()
    for at, passage in enumerate(added):
        if at in came_recut:
            continue
        for start in starts[_first_word(passage)][:_MOST_STARTS]:
            if start not in went_recut and (ends := _same_run(added, at, gone, start)):
                came_recut.update(range(at, ends[0]))
                went_recut.update(range(start, ends[1]))
                break
    return (
        [passage for at, passage in enumerate(added) if at not in came_recut],
        [passage for at, passage in enumerate(gone) if at not in went_recut],
    )


def _first_word(passage: Passage) -> str:
    return passage.key.partition(" ")[0]


def _same_run(one: Sequence[Passage], at: int, other: Sequence[Passage], start: int) -> tuple[int, int] | None:
    """Where the runs that begin there end with the same words; None when they part before."""
    said, told = one[at].key, other[start].key
    at, start = at + 1, start + 1
    while said != told:
        if told.startswith(said + " ") and at < len(one):
            said, at = f"{said} {one[at].key}", at + 1
        elif said.startswith(told + " ") and start < len(other):
            told, start = f"{told} {other[start].key}", start + 1
        else:
            return None
    return at, start


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
