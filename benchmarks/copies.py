"""How fast and how well copies are found, against datasketch (MinHash + LSH): CPU time, both fed the same batches in turn.

`python benchmarks/copies.py [FILE.jsonl.gz ...] [--documents N] [--words N] [--batch N] [--rounds N] [--chinese] [--heavy]
[--alone]`; rows need `title`, `summary`. Without a file, texts are made of invented words.
Planted: copies (30 %; a word in 12 dropped or exchanged, and in turn nothing else, another headline, a third of the tail cut, or a wire's
credit and a line of boilerplate added; with `--heavy` all of it at once and up to a word in 4) and, as traps (10 %), notices of one
template with other facts and reports of one event in other words.
Prints documents per CPU second of both, recall and precision on what was planted, memory, and the time of one look-up.
Batches are as long as the pipeline's. datasketch (no dependency of ours; 128 permutations) gets its shingles by two lines of Python and
hashes them in bulk; how fast it is with shingles ready-made is printed too. It looks up what may be a copy and never compares texts.
`--alone` leaves it out.
"""

from __future__ import annotations

import argparse
import gc
import gzip
import json
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path
from statistics import median
from typing import Any

from monitor.collect.copies import Finder, Told
from monitor.pipeline.comparing import COMPARE_BATCH

NOW = datetime(2024, 1, 1, tzinfo=UTC)
HEAVY_THRESHOLD, LIGHT_THRESHOLD = 0.29, 0.25
"""Jaccard shares at which datasketch finds most of what is planted; .29 is that of two texts of one length of which .45 of the runs are
common."""
COPIES, TRAPS = 0.30, 0.10
KINDS = ("changed", "re-headed", "cut", "credited")
CREDITS = ("HARBOURTOWN (Agency) -", "June 21 (Wire Service) —", "（通讯社）", "By our partner agency.")
BOILERPLATE = (
    "Sign up for our free newsletter and never miss a story again.", "Read more on our website.", "点击这里订阅我们的每日新闻。",
    "Diese Meldung wurde automatisch übernommen.", "This story was produced by a partner newsroom.",
)  # fmt: skip


@dataclass
class Stream:
    """Texts in random order; `family` says which are copies of one text, `kind` how they were copied or that they only look like it."""

    texts: list[str] = field(default_factory=list)
    family: list[int] = field(default_factory=list)
    kind: list[str] = field(default_factory=list)

    def add(self, text: str, family: int, kind: str = "") -> None:
        """One more text."""
        self.texts.append(text)
        self.family.append(family)
        self.kind.append(kind)

    def shuffled(self, dice: random.Random) -> Stream:
        """The same texts in another order."""
        order = list(range(len(self.texts)))
        dice.shuffle(order)
        return Stream([self.texts[i] for i in order], [self.family[i] for i in order], [self.kind[i] for i in order])


class Writer:
    """Invented texts: words as frequent as in a language, names, numbers and turns of phrase that all texts share."""

    def __init__(self, dice: random.Random, words: int, *, chinese: bool) -> None:
        self.dice, self.size, self.chinese = dice, words, chinese
        make = self._chinese_word if chinese else self._word
        self.words = [make() for _ in range(20_000)]
        self.names = [make() if chinese else make().capitalize() for _ in range(5_000)]
        self.known = frozenset(self.names)
        self.weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))
        self.phrases = [self.dice.choices(self.words[:400], k=5) for _ in range(300)]

    def _word(self) -> str:
        return "".join(self.dice.choice("bcdfghklmnprstvw") + self.dice.choice("aeiou") for _ in range(self.dice.randint(1, 4)))

    def _chinese_word(self) -> str:
        return "".join(chr(0x5000 + min(int(self.dice.expovariate(1 / 600)), 6000)) for _ in range(self.dice.choice((1, 2, 2, 2, 3))))

    def text(self) -> list[str]:
        """The words of a text: two names and a number in ten, a turn of phrase now and then."""
        found: list[str] = []
        while len(found) < self.size:
            kind = self.dice.random()
            found += self.dice.choice(self.phrases) if kind < 0.02 else self.plain(6)
            found += [self.dice.choice(self.names), *self.plain(2), self.number()] if kind < 0.5 else [self.dice.choice(self.names)]
        return found

    def plain(self, count: int) -> list[str]:
        """Ordinary words."""
        return self.dice.choices(self.words, cum_weights=self.weights, k=count)

    def number(self) -> str:
        """A number as news tell them."""
        return str(self.dice.choice((self.dice.randint(2, 99), self.dice.randint(100, 9999), 2023)))

    def joined(self, title: Sequence[str], words: Sequence[str]) -> str:
        """A headline and a text."""
        space = "" if self.chinese else " "
        return f"{space.join(title)}\n{space.join(words)}"

    def template(self, words: Sequence[str]) -> list[str]:
        """The same notice of another matter: names and numbers are other ones."""
        names = self.known
        return [str(int(w) + self.dice.randint(1, 9)) if w.isdigit() else self.dice.choice(self.names) if w in names else w for w in words]

    def retold(self, words: Sequence[str]) -> list[str]:
        """Another report of the event: its names and numbers, a quotation of ten words, otherwise own words."""
        names = self.known
        facts = [w for w in words if w.isdigit() or w in names]
        found = list(words[5:15])
        for fact in facts:
            found += [*self.plain(max(1, self.size // max(1, len(facts)) - 1)), fact]
        return found


def edited(dice: random.Random, words: Sequence[str], spare: Sequence[str], share: float) -> list[str]:
    """The words, such a share of them dropped or exchanged."""
    found = []
    for word in words:
        if dice.random() >= share:
            found.append(word)
        elif dice.random() < 0.5:
            found.append(dice.choice(spare))
    return found


def copied(dice: random.Random, words: Sequence[str], spare: Sequence[str], kind: str) -> list[str]:
    """An editor's light work: a word in 12, and what the kind says."""
    if kind == "cut":
        words = words[: len(words) * 2 // 3]
    found = edited(dice, words, spare, 0.08)
    return [dice.choice(CREDITS), *found, dice.choice(BOILERPLATE)] if kind == "credited" else found


def reworked(dice: random.Random, words: Sequence[str], spare: Sequence[str]) -> list[str]:
    """An editor's heavy work: a word in 20 to a word in 4, a third of the tail cut at most, a line added."""
    found = edited(dice, words[: round(len(words) * dice.uniform(0.67, 1))], spare, dice.uniform(0.05, 0.25))
    return [*found, dice.choice(BOILERPLATE)] if dice.random() < 0.5 else found


def planted(dice: random.Random, count: int, writer: Writer, real: Sequence[tuple[str, str]], *, heavy: bool) -> Stream:
    """A stream of `count` texts, three in ten of them copies of others, one in ten traps."""
    stream = Stream()
    originals = round(count * (1 - COPIES - TRAPS))
    bases: list[tuple[list[str], list[str]]] = []
    for i in range(min(originals, len(real)) if real else originals):
        title, words = (real[i][0].split(), real[i][1].split()) if real else (writer.plain(8), writer.text())
        bases.append((title, words))
        stream.add(writer.joined(title, words), i)
    known = sorted({word.casefold() for _, words in bases[:2000] for word in words if word.isalpha()})
    spare = known if real else writer.words[:2000]
    for n in range(round(len(bases) / (1 - COPIES - TRAPS) * COPIES)):
        i = dice.randrange(len(bases))
        title, words = bases[i]
        kind = "reworked" if heavy else KINDS[n % len(KINDS)]
        heading = dice.choices(spare, k=8) if kind in ("reworked", "re-headed") else title
        stream.add(writer.joined(heading, reworked(dice, words, spare) if heavy else copied(dice, words, spare, kind)), i, kind)
    for n in range(0 if real else round(count * TRAPS)):
        words = bases[dice.randrange(len(bases))][1]
        made = writer.template(words) if n % 2 else writer.retold(words)
        stream.add(writer.joined(writer.plain(8), made), originals + n, "trap")
    return stream.shuffled(dice)


class Groups:
    """Texts joined by links."""

    def __init__(self, size: int, links: Sequence[tuple[int, int]]) -> None:
        self.root = list(range(size))
        for left, right in links:
            self.root[self.of(left)] = self.of(right)

    def of(self, i: int) -> int:
        """The text that stands for the group of text `i`."""
        while self.root[i] != i:
            self.root[i] = self.root[self.root[i]]
            i = self.root[i]
        return i


def quality(stream: Stream, links: Sequence[tuple[int, int]]) -> str:
    """Recall: copies in one group with another text of their family. Precision: pairs of one group that are of one family."""
    groups = Groups(len(stream.texts), links)
    both = Counter((groups.of(i), family) for i, family in enumerate(stream.family))
    families, joined = Counter(stream.family), Counter(groups.of(i) for i in range(len(stream.texts)))
    pairs = sum(n * (n - 1) // 2 for n in joined.values())
    right = sum(n * (n - 1) // 2 for n in both.values())
    meant = sum(n - 1 for n in families.values())
    found = meant - sum(n - 1 for n in Counter(family for _, family in both).values())
    wrong = sum(stream.family[a] != stream.family[b] for a, b in links)
    precise = f"{right / max(1, pairs):.4f} of pairs in groups, {1 - wrong / max(1, len(links)):.4f} of links"
    recall = f"recall {found / max(1, meant):.4f}"
    kinds = Counter(stream.kind)
    alone = Counter(stream.kind[i] for i, family in enumerate(stream.family) if families[family] > 1 and joined[groups.of(i)] == 1)
    missed = ", ".join(f"{alone[kind] / kinds[kind]:.4f} {kind}" for kind in sorted(kinds) if kind not in ("", "trap"))
    return f"{recall}  precision {precise}\n            joined to nobody: {missed}"


class Peer:
    """datasketch over the same runs of words (of characters in Chinese)."""

    def __init__(self, threshold: float, *, chinese: bool) -> None:
        from datasketch import MinHash, MinHashLSH

        self.lsh, self.minhash, self.chinese = MinHashLSH(threshold=threshold, num_perm=128), MinHash, chinese
        self.links: list[tuple[int, int]] = []

    def shingles(self, text: str) -> list[bytes]:
        """What it is given."""
        units, length = (list("".join(text.split())), 4) if self.chinese else (text.casefold().split(), 3)
        return [" ".join(units[i : i + length]).encode() for i in range(max(1, len(units) - length + 1))]

    def run(self, first: int, shingles: Sequence[list[bytes]]) -> None:
        """Looks each text up, then stores it."""
        for number, sketch in enumerate(self.minhash.bulk(shingles, num_perm=128), first):
            self.links += [(number, found) for found in self.lsh.query(sketch)]
            self.lsh.insert(number, sketch)


def ours(finder: Finder, first: int, texts: Sequence[str], known: Sequence[str]) -> list[tuple[int, int]]:
    """The links of one batch, which is remembered; every text is of a publisher of its own."""
    new = [Told(str(i), str(i), NOW, text) for i, text in enumerate(texts, first)]
    found, links = finder.find(new, lambda ids: {name: known[int(name)] for name in ids})
    finder.remember(found)
    return [(int(link.new), int(link.known)) for link in links]


def read(paths: Sequence[Path]) -> list[tuple[str, str]]:
    """Titles and texts of at least twenty words, each text once."""
    found: dict[str, str] = {}
    for path in paths:
        with gzip.open(path, "rt", encoding="utf-8") as lines:
            for row in map(json.loads, lines):
                if len((row["summary"] or "").split()) >= 20:
                    found.setdefault(row["summary"], row["title"] or "")
    return [(title, text) for text, title in found.items()]


def batches(stream: Stream, size: int) -> Iterator[tuple[int, list[str]]]:
    """Number of the first text, and the texts."""
    for first in range(0, len(stream.texts), size):
        yield first, stream.texts[first : first + size]


def timed(work: Any, *arguments: Any) -> tuple[float, Any]:
    """CPU seconds and what came out."""
    start = time.process_time()
    result = work(*arguments)
    return time.process_time() - start, result


@dataclass
class Round:
    """CPU seconds of both over one stream, a batch of each in turn, and what they found."""

    spent: list[float] = field(default_factory=list)
    theirs: float = 0.0
    shingling: float = 0.0
    links: list[tuple[int, int]] = field(default_factory=list)
    finder: Finder = field(default_factory=Finder)
    peer: Peer | None = None

    @property
    def ours(self) -> float:
        """Our seconds in all."""
        return sum(self.spent)

    @property
    def ratio(self) -> float:
        """Their seconds by ours."""
        return (self.theirs + self.shingling) / self.ours


def run(stream: Stream, size: int, peer: Peer | None) -> Round:
    """Feeds the stream to both."""
    found = Round(peer=peer)
    for first, batch in batches(stream, size):
        gc.freeze()  # else the collector walks, at the expense of one, through millions of objects of the other
        seconds, links = timed(ours, found.finder, first, batch, stream.texts)
        found.spent.append(seconds)
        found.links += links
        if peer:
            seconds, shingles = timed(lambda texts: [peer.shingles(text) for text in texts], batch)
            found.shingling += seconds
            found.theirs += timed(peer.run, first, shingles)[0]
    return found


def report(stream: Stream, rounds: Sequence[Round]) -> None:
    """Prints the figures: rates and ratio of the median round, quality of the last one, which all share."""
    count, last = len(stream.texts), rounds[-1]
    print(f"{count:,} texts\nours        {count / median(one.ours for one in rounds):>10,.0f} documents/s  {quality(stream, last.links)}")
    traps = [i for i, kind in enumerate(stream.kind) if kind == "trap"]
    joined = {i for pair in last.links for i in pair}
    print(f"            {len(joined.intersection(traps))} of {len(traps)} traps joined; index {last.finder.nbytes / 1e6:.0f} MB")
    tenth = max(1, len(last.spent) // 10)
    first, end = (count * tenth / len(last.spent) / sum(part) for part in (last.spent[:tenth], last.spent[-tenth:]))
    print(f"            {first:,.0f} documents/s in the first tenth, {end:,.0f} in the last")
    if last.peer:
        rate = count / median(one.theirs + one.shingling for one in rounds)
        ratios = [one.ratio for one in rounds]
        ready = median(one.theirs / one.ours for one in rounds)
        print(f"datasketch  {rate:>10,.0f} documents/s  {quality(stream, last.peer.links)}")
        print(f"ratio       {median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f}, {len(ratios)} rounds)")
        print(f"            {ready:.1f} with shingles ready-made")
    known = [*stream.texts, *stream.texts[:300]]
    one = [timed(ours, last.finder, count + i, [text], known)[0] * 1000 for i, text in enumerate(stream.texts[:300])]
    print(f"one look-up {median(one):.2f} ms (at most {max(one):.2f})")


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--documents", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=60)
    parser.add_argument("--batch", type=int, default=COMPARE_BATCH)
    parser.add_argument("--rounds", type=int, default=1)
    for switch in ("--chinese", "--heavy", "--alone"):
        parser.add_argument(switch, action="store_true")
    given = parser.parse_args()
    dice = random.Random(7)
    stream = planted(dice, given.documents, Writer(dice, given.words, chinese=given.chinese), read(given.files), heavy=given.heavy)
    threshold = HEAVY_THRESHOLD if given.heavy else LIGHT_THRESHOLD
    ours(Finder(), 0, ["warm up"], [])
    rounds = []
    for _ in range(given.rounds):
        peer = None if given.alone else Peer(threshold, chinese=given.chinese)
        rounds.append(run(stream, given.batch, peer))
    report(stream, rounds)


if __name__ == "__main__":
    main()
