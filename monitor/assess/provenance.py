"""Why documents count as one origin: a chorus and who repeats whom come in, each entry's tie to who told it before it goes out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from monitor.assess.kinship import Tie, Why


class Repeat(NamedTuple):
    """An entry, the one that it is tied to on the way to who told it first, and by what; neither for that one itself."""

    entry: str
    of: str | None = None
    why: Why | None = None


def repeats(first: str, ties: Iterable[Tie], entries: Collection[str] | None = None) -> list[Repeat]:
    """Everything that ties join to `first`, the nearest first; with `entries` only those and what lies between them and it.

    The ties must make a forest, as those of `Kinship` and of a `Chorus` over it do.
    """
    beside: dict[str, list[tuple[str, Why]]] = defaultdict(list)
    for left, right, why in ties:
        beside[left].append((right, why))
        beside[right].append((left, why))
    found = {first: Repeat(first)}
    for repeat in _walk(first, beside):
        found[repeat.entry] = repeat
    if entries is None:
        return list(found.values())
    wanted = {name for entry in entries if entry in found for name in _way(found, entry)}
    return [repeat for entry, repeat in found.items() if entry in wanted]


def _walk(first: str, beside: dict[str, list[tuple[str, Why]]]) -> Iterator[Repeat]:
    reached, front = {first}, [first]
    for here in front:
        for entry, why in beside[here]:
            if entry not in reached:
                reached.add(entry)
                front.append(entry)
                yield Repeat(entry, here, why)


def _way(found: dict[str, Repeat], entry: str) -> Iterator[str]:
    here: str | None = entry
    while here is not None:
        yield here
        here = found[here].of
