"""Texts as numbers. A batch of texts comes in; the hashed words of each go out, with their places and which of them are facts.

All work is on whole arrays: one pass over the characters of a batch, whatever the number of texts. A word is a run of letters
and digits, or one character where a script writes without spaces; case, punctuation and line breaks do not count.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

MAX_CHARS: Final = 12_000
"""What is read of a text, about 2,000 words: copies are cut at the tail, so the head is what they share."""
_BATCH_CHARS: Final = 1 << 18
_BASE: Final = 0x9E3779B97F4A7C15
_TABLE: Final = 1 << 16
_WORD, _SINGLE, _UPPER, _DIGIT, _BREAK, _JOINT = 1, 2, 4, 8, 16, 32
_SENTENCE_ENDS: Final = '.!?:;…\n“"‘—•。！？：；'
_JOINTS: Final = "/.@=_"
"""Between words without a space: an address."""
_NUMERALS: Final = "二三四五六七八九十百千万亿零两"
"""一 is left out: it stands in too many words that count nothing."""

COVER_WORDS, COVER_CHARACTERS = 3, 4
"""Length of the runs that are compared when two texts are read side by side."""
NAME, NUMBER = 1, 2
"""Kinds of facts; 0 is none."""

Hashes: TypeAlias = NDArray[np.uint64]
Counts: TypeAlias = NDArray[np.int64]
Flags: TypeAlias = NDArray[np.bool_]
Kinds: TypeAlias = NDArray[np.uint8]


class Words(NamedTuple):
    """The words of one text: their hashes, where they stand in it, and what kind of fact each is."""

    hashes: Hashes
    starts: Counts
    ends: Counts
    facts: Kinds
    runs: Hashes
    """Hashes of neighbours, as many as `length`; the run that begins with each word."""
    length: int
    body: int
    """The first word behind the title line; 0 when there is nothing else."""
    by_character: bool
    """Whether the text is mostly in a script without spaces, where runs of characters are compared."""


@dataclass(frozen=True)
class Tokens:
    """The words of several texts, one behind the other; text i has those from `at[i]` to `at[i + 1]`. Places count in its own text."""

    hashes: Hashes
    starts: Counts
    ends: Counts
    facts: Kinds
    at: Counts
    bodies: Counts
    by_character: Flags

    def __len__(self) -> int:
        return len(self.bodies)

    def words(self, i: int) -> Words:
        """The words of one text."""
        low, high = int(self.at[i]), int(self.at[i + 1])
        by_character = bool(self.by_character[i])
        length = COVER_CHARACTERS if by_character else COVER_WORDS
        found = (self._runs_of_characters if by_character else self._runs_of_words)[low : max(low, high - length + 1)]
        hashes, starts, ends, facts = self.hashes[low:high], self.starts[low:high], self.ends[low:high], self.facts[low:high]
        return Words(hashes, starts, ends, facts, found, length, int(self.bodies[i]), by_character)

    @cached_property
    def _runs_of_words(self) -> Hashes:
        return runs(self.hashes, COVER_WORDS)

    @cached_property
    def _runs_of_characters(self) -> Hashes:
        return runs(self.hashes, COVER_CHARACTERS)


def tokens_of(texts: Sequence[str]) -> Iterator[Tokens]:
    """The words of the texts in their order, title line first, in parts; only the first `MAX_CHARS` characters are read."""
    return map(_read, _parts([text[:MAX_CHARS] for text in texts]))


def words_of(texts: Sequence[str]) -> list[Words]:
    """The words of each text."""
    return [tokens.words(i) for tokens in tokens_of(texts) for i in range(len(tokens))]


def runs(hashes: Hashes, length: int) -> Hashes:
    """A hash of each run of `length` neighbours; none when there are fewer."""
    count = len(hashes) - length + 1
    if count <= 0:
        return np.empty(0, np.uint64)
    found = hashes[:count].copy()
    for step in range(1, length):
        found *= np.uint64(_BASE)
        found += hashes[step : step + count]
    return mixed(found)


def mixed(hashes: Hashes) -> Hashes:
    """Hashes whose every bit depends on every bit (the finaliser of splitmix64); in place."""
    hashes ^= hashes >> np.uint64(30)
    hashes *= np.uint64(0xBF58476D1CE4E5B9)
    hashes ^= hashes >> np.uint64(27)
    hashes *= np.uint64(0x94D049BB133111EB)
    hashes ^= hashes >> np.uint64(31)
    return hashes


def _parts(texts: Sequence[str]) -> Iterator[list[str]]:
    """The texts in parts whose arrays stay small enough for the processor's cache and for memory."""
    part: list[str] = []
    size = 0
    for text in texts:
        if part and size + len(text) > _BATCH_CHARS:
            yield part
            part, size = [], 0
        part.append(text)
        size += len(text) + 2
    if part:
        yield part


def _read(texts: list[str]) -> Tokens:
    # A leading break lets every word look two characters back; one behind each text ends its last word.
    joined = "\n\n" + "".join(text + "\n" for text in texts)
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    kinds = _kinds()[np.minimum(codes, _TABLE - 1)]
    kinds[codes >= 0x20000] = _WORD | _SINGLE  # further Han; everything between is pictures and dead scripts
    starts, ends = _bounds(kinds)
    sizes = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    begins = np.concatenate(([0], np.cumsum(sizes)[:-1])) + 2
    titles = begins + np.fromiter((max(0, text.find("\n")) for text in texts), np.int64, len(texts))
    at = np.searchsorted(starts, np.append(begins, len(codes)))
    counts = np.diff(at)
    in_body = starts >= np.repeat(titles, counts)
    singles = _sums(kinds[starts] & _SINGLE > 0)[at]
    own = np.repeat(begins, counts)
    return Tokens(
        hashes=_hashes(codes, starts, ends),
        starts=starts - own,
        ends=ends - own,
        facts=_facts(kinds, starts, ends, in_body),
        at=at,
        bodies=np.diff(_sums(~in_body)[at]) % np.maximum(1, counts),
        by_character=np.diff(singles) * 2 > counts,
    )


def _sums(flags: Flags) -> Counts:
    """How many are set before each place."""
    return np.concatenate(([0], np.cumsum(flags)))


def _bounds(kinds: NDArray[np.uint8]) -> tuple[Counts, Counts]:
    """First and one-past-last character of each word."""
    word, single = kinds & _WORD > 0, kinds & _SINGLE > 0
    joins = word[1:] & word[:-1] & ~single[1:] & ~single[:-1]
    starts = np.flatnonzero(word[1:] & ~joins) + 1
    ends = np.flatnonzero(word[:-1] & ~joins) + 1
    return starts, ends


def _hashes(codes: NDArray[np.uint32], starts: Counts, ends: Counts) -> Hashes:
    """A polynomial hash of each word in lower case, from sums over all characters before its ends."""
    powers, inverses = _powers(len(codes))
    lower = _lower()[np.minimum(codes, _TABLE - 1)].astype(np.uint64)
    lower += (codes >= _TABLE) * codes.astype(np.uint64)
    sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(lower * powers)))
    return mixed((sums[ends] - sums[starts]) * inverses[starts])


def _facts(kinds: NDArray[np.uint8], starts: Counts, ends: Counts, in_body: Flags) -> Kinds:
    """Words with a digit, parts of addresses, and capitals within a sentence, save in a headline, which capitalises what it likes."""
    digits = _sums(kinds & _DIGIT > 0)
    before, further = kinds[starts - 1], kinds[starts - 2]
    opens = (before & _BREAK > 0) | ((before == 0) & (further & _BREAK > 0))
    in_address = (before & _JOINT > 0) & (further & (_WORD | _JOINT) > 0)
    named = in_address | ((kinds[starts] & _UPPER > 0) & ~opens & in_body)
    return np.where(digits[ends] > digits[starts], NUMBER, named * NAME).astype(np.uint8)


@cache
def _kinds() -> NDArray[np.uint8]:
    table = np.zeros(_TABLE, np.uint8)
    for code in range(_TABLE):
        table[code] = _kind(chr(code))
    return table


def _kind(char: str) -> int:
    if char in _SENTENCE_ENDS or char in _JOINTS:
        return (char in _SENTENCE_ENDS) * _BREAK | (char in _JOINTS) * _JOINT
    if not (char.isalnum() or unicodedata.category(char) in ("Mn", "Mc")):
        return 0
    single = "\u3040" <= char <= "\u30ff" or "\u3400" <= char <= "\u9fff" or "\uac00" <= char <= "\ud7af" or "\uf900" <= char <= "\ufaff"
    upper, digit = char.isupper(), char.isdecimal() or char in _NUMERALS
    return _WORD | single * _SINGLE | upper * _UPPER | digit * _DIGIT


@cache
def _lower() -> NDArray[np.uint32]:
    return np.array([ord(low) if len(low := chr(code).lower()) == 1 else code for code in range(_TABLE)], np.uint32)


@cache
def _powers_to(exponent: int) -> tuple[Hashes, Hashes]:
    count, inverse = 1 << exponent, pow(_BASE, -1, 1 << 64)
    both = []
    for base in (_BASE, inverse):
        powers = np.full(count, base, np.uint64)
        powers[0] = 1
        both.append(np.cumprod(powers))
    return both[0], both[1]


def _powers(count: int) -> tuple[Hashes, Hashes]:
    powers, inverses = _powers_to(max(12, (count - 1).bit_length()))
    return powers[:count], inverses[:count]
