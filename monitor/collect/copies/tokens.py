"""Texts as numbers. A batch of texts comes in; the hashed words of each go out, with their places and which of them are facts.

All work is on whole arrays: one pass over the characters of a batch, whatever the number of texts. A word is a run of letters
and digits, or one character where a script writes without spaces; case, punctuation, line breaks and web addresses do not count.
"""

from __future__ import annotations

import re
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
_ADDRESS: Final = re.compile(r"https?://[^\s<>\"，。；、]+", re.IGNORECASE)
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


class Facts(NamedTuple):
    """The numbers and names of a text, in their order: the letters of these words, where they stand, and of what kind they are."""

    letters: str
    places: list[int]
    kinds: list[int]


@dataclass(frozen=True)
class Tokens:
    """The words of several texts, one behind the other; text i has those from `at[i]` to `at[i + 1]`. Places count in its own text."""

    hashes: Hashes
    starts: Counts
    ends: Counts
    facts: Kinds
    at: Counts
    bodies: Counts
    """The first word of each text behind its title line; 0 when there is nothing else."""
    by_character: Flags
    """Whether a text is mostly in a script without spaces, where runs of characters are compared."""

    def __len__(self) -> int:
        return len(self.bodies)

    # What follows is made once for all texts: cutting a list or a string is far cheaper than turning a small array into one.

    @cached_property
    def bounds(self) -> list[int]:
        """`at` as numbers of Python."""
        found: list[int] = self.at.tolist()
        return found

    @cached_property
    def letters(self) -> str:
        """Each word as one character, from the 20 bits that the upper planes of Unicode hold: what libraries for strings compare fastest.
        Two different words are one letter once in a million.
        """
        return ((self.hashes >> np.uint64(44)).astype("<u4") + np.uint32(0x10000)).tobytes().decode("utf-32-le")

    @cached_property
    def all_facts(self) -> tuple[list[int], Facts]:
        """The first fact of each text, and the facts of all texts."""
        places = self.facts.nonzero()[0]
        letters = "".join(map(self.letters.__getitem__, places.tolist()))
        of = np.repeat(np.arange(len(self)), np.diff(self.at))[places]
        first = np.searchsorted(of, np.arange(len(self) + 1))
        return first.tolist(), Facts(letters, (places - self.at[of]).tolist(), self.facts[places].tolist())

    @cached_property
    def runs_of_words(self) -> list[int]:
        """The run that begins with each word."""
        found: list[int] = runs(self.hashes, COVER_WORDS).tolist()
        return found

    @cached_property
    def runs_of_characters(self) -> list[int]:
        """The same for scripts without spaces."""
        found: list[int] = runs(self.hashes, COVER_CHARACTERS).tolist()
        return found


class Words:
    """The words of one text of several: each as a letter, the runs that they make, where they stand in the text."""

    def __init__(self, tokens: Tokens, i: int) -> None:
        self._tokens, self._number = tokens, i
        self._low, self._high = tokens.bounds[i], tokens.bounds[i + 1]
        self.by_character = bool(tokens.by_character[i])
        self.length = COVER_CHARACTERS if self.by_character else COVER_WORDS
        """How many neighbours make a run."""
        self.body = int(tokens.bodies[i])
        """The first word behind the title line; 0 when there is nothing else."""
        self.letters = tokens.letters[self._low : self._high]

    def __len__(self) -> int:
        return self._high - self._low

    @property
    def hashes(self) -> Hashes:
        """Of each word."""
        return self._tokens.hashes[self._low : self._high]

    @property
    def runs(self) -> list[int]:
        """Hashes of neighbours; the run that begins with each word."""
        found = self._tokens.runs_of_characters if self.by_character else self._tokens.runs_of_words
        return found[self._low : max(self._low, self._high - self.length + 1)]

    @property
    def facts(self) -> Facts:
        """Its numbers and names."""
        firsts, (letters, places, kinds) = self._tokens.all_facts
        low, high = firsts[self._number], firsts[self._number + 1]
        return Facts(letters[low:high], places[low:high], kinds[low:high])

    def span(self, first: int, last: int) -> tuple[int, int]:
        """First and one-past-last character of a passage, given by its first and last word."""
        return int(self._tokens.starts[self._low + first]), int(self._tokens.ends[self._low + last])


def tokens_of(texts: Sequence[str]) -> Iterator[Tokens]:
    """The words of the texts in their order, title line first, in parts; only the first `MAX_CHARS` characters are read."""
    return map(_read, _parts([_without_addresses(text[:MAX_CHARS]) for text in texts]))


def words_of(texts: Sequence[str]) -> list[Words]:
    """The words of each text."""
    return [Words(tokens, i) for tokens in tokens_of(texts) for i in range(len(tokens))]


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


def _without_addresses(text: str) -> str:
    """The text with blanks for its web addresses, whose words nobody wrote: two entries that link to one site share many."""
    return _ADDRESS.sub(lambda found: " " * len(found[0]), text) if "://" in text else text


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
    joined = "\n\n" + "\n".join(texts) + "\n"
    kinds, values = _characters(joined)
    starts, ends = _bounds(kinds)
    sizes = np.fromiter((len(text) + 1 for text in texts), np.int64, len(texts))
    begins = np.concatenate(([0], np.cumsum(sizes)[:-1])) + 2
    titles = begins + np.fromiter((max(0, text.find("\n")) for text in texts), np.int64, len(texts))
    at, behind_title = np.searchsorted(starts, np.append(begins, len(kinds))), np.searchsorted(starts, titles)
    counts = np.diff(at)
    bodies = (behind_title - at[:-1]) % np.maximum(1, counts)
    own = np.repeat(begins, counts)
    singles = _sums(kinds[starts] & _SINGLE > 0)[at]
    return Tokens(
        hashes=_hashes(values, starts, ends),
        starts=starts - own,
        ends=ends - own,
        facts=_facts(kinds, starts, starts >= np.repeat(titles, counts)),
        at=at,
        bodies=bodies,
        by_character=np.diff(singles) * 2 > counts,
    )


def _characters(joined: str) -> tuple[Kinds, Hashes]:
    """Kind and value, in lower case, of each character."""
    narrow = joined.encode("utf-16-le", "surrogatepass")
    if len(narrow) == 2 * len(joined):
        codes = np.frombuffer(narrow, np.uint16).astype(np.intp)  # looking up by this type is three times as fast
        return _kinds()[codes], _lower()[codes]
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.intp)
    low = np.minimum(codes, _TABLE - 1)
    kinds, values = _kinds()[low], _lower()[low]
    kinds[codes >= 0x20000] = _WORD | _SINGLE  # further Han; everything between is pictures and dead scripts
    values += (codes >= _TABLE) * codes.astype(np.uint64)
    return kinds, values


def _sums(flags: Flags) -> Counts:
    """How many are set before each place."""
    return np.concatenate(([0], np.cumsum(flags)))


def _bounds(kinds: Kinds) -> tuple[Counts, Counts]:
    """First and one-past-last character of each word."""
    word, single = kinds & _WORD > 0, kinds & _SINGLE > 0
    joins = word[1:] & word[:-1] & ~single[1:] & ~single[:-1]
    starts = np.flatnonzero(word[1:] & ~joins) + 1
    ends = np.flatnonzero(word[:-1] & ~joins) + 1
    return starts, ends


def _hashes(values: Hashes, starts: Counts, ends: Counts) -> Hashes:
    """A polynomial hash of each word, from sums over all characters before its ends; `values` are used up."""
    powers, inverses = _powers(len(values))
    values *= powers
    sums = np.empty(len(values) + 1, np.uint64)
    sums[0] = 0
    np.cumsum(values, out=sums[1:])
    return mixed((sums[ends] - sums[starts]) * inverses[starts])


def _facts(kinds: Kinds, starts: Counts, in_body: Flags) -> Kinds:
    """Words with a digit, parts of addresses, and capitals within a sentence, save in a headline, which capitalises what it likes."""
    before, further = kinds[starts - 1], kinds[starts - 2]
    opens = (before & _BREAK > 0) | ((before == 0) & (further & _BREAK > 0))
    in_address = (before & _JOINT > 0) & (further & (_WORD | _JOINT) > 0)
    named = in_address | ((kinds[starts] & _UPPER > 0) & ~opens & in_body)
    facts: Kinds = named.view(np.uint8) * np.uint8(NAME)
    facts[np.searchsorted(starts, np.flatnonzero(kinds & _DIGIT), "right") - 1] = NUMBER
    return facts


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
def _lower() -> Hashes:
    return np.array([ord(low) if len(low := chr(code).lower()) == 1 else code for code in range(_TABLE)], np.uint64)


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
