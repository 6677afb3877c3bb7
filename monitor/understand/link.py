"""The provider linker: which provider a name in a text means.

What comes in: normalised text and the catalogue. What goes out: `Named` spans, longest match first, with ambiguous
names accepted only where their rule allows. No grammar is needed, so the gate can run it on every document.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.model import AliasRule, Provider
from monitor.understand.lexicon import simplified_table
from monitor.understand.text import Covered, same_length_lower

SHORT = 2
"""A name this short counts only in its own capitals."""
_CLAUSE = re.compile(r"[.!?。！？\n]")
_WORD_AFTER = re.compile(r"[\s\-]*([\w']+)")
_LETTER_OF_ANOTHER = (
    re.compile(r"[\-/+&]\s?$"),
    re.compile(r"^(?:-(?:\d|[A-Z](?!wned|ased|ival|inked)|like\b|ray|rated\b|energy\b|date\b)|\s?[/+&]|\.(?!com\b)\w)"),
)
"""What stands before and after a single letter that is part of another name: S/X, 7-X, X-22, X-Mode, X.org."""
_WORD = re.compile(r"[^\W\d_][\w'-]*")
_SMALL = frozenset({"of", "the", "and", "for", "to", "in", "on", "a", "an", "de"})
"""Words that an abbreviation leaves out."""
_FREE_BEFORE = re.compile(r"(?:^|[\n.!?:;,|—–\"(]|(?<![\w])[^\W\dA-Z_]+(?:'s)?)\s*$")
"""A headline's or clause's start, or a word in small letters."""


@dataclass(frozen=True)
class Named:
    """A provider's name (or product) at [start, end) of the normalised text."""

    provider: str
    alias: str
    kind: Literal["name", "product"]
    start: int
    end: int
    sure: bool = True
    """False for a word that may be the name (an ambiguous one without its context, or in small letters)."""


@dataclass(frozen=True)
class Alias:
    """One spelling of one provider; the same spelling may stand for several under different rules."""

    provider: str
    text: str
    kind: Literal["name", "product"]
    rule: AliasRule | None
    strict_case: bool


def aliases(providers: Mapping[str, Provider]) -> dict[str, list[Alias]]:
    """All spellings of all providers by their lower-case form."""
    table: dict[str, list[Alias]] = {}
    for provider in providers.values():
        seen: set[str] = set()
        spellings = [(a, "name") for a in (provider.name, *provider.aliases, *provider.zh, *provider.further)] + [
            (a, "product") for a in provider.products
        ]
        spellings += [(a, "name") for a in provider.ambiguous]
        for spelling, kind in spellings:
            if spelling in seen or len(spelling) < 1 or "(" in spelling:
                continue
            seen.add(spelling)
            rule = provider.ambiguous.get(spelling)
            strict = (rule is not None and rule.case) or len(spelling) <= SHORT
            plain = spelling.translate(simplified_table())  # as texts are read
            alias = Alias(provider.id, plain, "product" if kind == "product" else "name", rule, strict)
            table.setdefault(same_length_lower(plain), []).append(alias)
    return table


def link(text: str, lowered: str, hits: Iterable[tuple[int, int]], table: Mapping[str, list[Alias]]) -> list[Named]:
    """The providers meant by the spelling hits (spans of any overlap), in text order, longest match first.

    Sure names come first: a word that only may be a name never takes their place.
    """
    accepted: list[Named] = []
    doubtful: list[Named] = []
    covered = Covered(len(text))
    for start, end in sorted(hits, key=lambda span: (span[0] - span[1], span[0])):
        if not bounded(text, start, end) or covered.touches(start, end):
            continue
        spelt, bearers = text[start:end], table[lowered[start:end]]
        cased = [alias for alias in bearers if _cased(spelt, alias)]
        if meant := next((a for a in cased if _means(text, lowered, (start, end), a, cased)), None):
            accepted.append(Named(meant.provider, spelt, meant.kind, start, end))
            covered.take(start, end)
        elif may := next((a for a in bearers if a in cased or not (len(a.text) <= SHORT or (a.rule and a.rule.common))), None):
            doubtful.append(Named(may.provider, spelt, may.kind, start, end, sure=False))
    for named in doubtful:
        if not covered.touches(named.start, named.end):
            covered.take(named.start, named.end)
            accepted.append(named)
    others = {(one.provider, one.alias) for one in accepted if _is_other_acronym(text, one, accepted)}
    return sorted((one for one in accepted if (one.provider, one.alias) not in others), key=lambda n: n.start)


def _is_other_acronym(text: str, one: Named, accepted: Sequence[Named]) -> bool:
    """Whether the text defines these letters as something else: "superabsorbent polymers (SAP)"; a firm's full name is linked itself."""
    if not (one.alias.isupper() and text[one.start - 1 : one.start] == "(" and text[one.end : one.end + 1] == ")"):
        return False
    words = [word for word in _WORD.finditer(text, max(0, one.start - 120), one.start - 1) if word[0] not in _SMALL]
    for first in range(len(words) - 1, max(-1, len(words) - 1 - len(one.alias)), -1):
        # In capitals they may be the firm's own name in another spelling.
        if _abbreviates(one.alias.lower(), [word[0] for word in words[first:]]):
            return not any(words[first].start() <= other.start < one.start - 1 for other in accepted)
    return False


def _abbreviates(letters: str, words: Sequence[str]) -> bool:
    """Whether each word begins with the next of the letters, and those that are left over stand in it in their order."""
    if not words or not letters:
        return not words and not letters
    return any(_opens(words[0], letters[:n]) and _abbreviates(letters[n:], words[1:]) for n in range(1, len(letters) + 1))


def _opens(word: str, letters: str) -> bool:
    rest = iter(word)
    return word[0] == letters[0] and all(letter in rest for letter in letters)


def bounded(text: str, start: int, end: int) -> bool:
    """Whether a span is not part of a longer Latin word or number; Chinese names have no such borders."""
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_latin(before) and _latin(text[start])) and not (_latin(after) and _latin(text[end - 1]))


def _latin(char: str) -> bool:
    return bool(char) and (char == "_" or (char.isalnum() and char < "\u2e80"))


def _cased(found: str, alias: Alias) -> bool:
    if found == alias.text:
        return True
    if alias.strict_case:
        return False
    if found.upper() == found:
        return len(found) > 3
    capital_inside = any(c.isupper() for c in alias.text[1:])
    return found[:1].isupper() or capital_inside or not alias.text[:1].isupper()


def _means(text: str, lowered: str, span: tuple[int, int], alias: Alias, cased: Iterable[Alias]) -> bool:
    """Whether the context speaks for this alias and no rule of its provider for the same spelling speaks against it."""
    if alias.rule and not _called_for(text, lowered, *span, alias.rule):
        return False
    return not any(_vetoed(text, lowered, *span, other.rule) for other in cased if other.provider == alias.provider and other.rule)


def _called_for(text: str, lowered: str, start: int, end: int, rule: AliasRule) -> bool:
    if not rule.require or _placed(text, lowered, start, end, rule):
        return True
    return any(_says(lowered, word, (start, end)) for word in rule.require)


def _vetoed(text: str, lowered: str, start: int, end: int, rule: AliasRule) -> bool:
    if end - start == 1 and any(border.search(side) for border, side in zip(_LETTER_OF_ANOTHER, _sides(text, start, end), strict=True)):
        return True
    left = max((m.end() for m in _CLAUSE.finditer(text, max(0, start - 300), start)), default=max(0, start - 300))
    stop = _CLAUSE.search(text, end)
    clause = lowered[left : stop.start() if stop else len(text)]
    if any(_says(clause, phrase, None) for phrase in rule.veto):
        return True
    after, before = _WORD_AFTER.match(lowered, end), lowered[max(0, start - 40) : start].rstrip(" -")
    if after and any(lowered.startswith(w.lower(), after.start(1)) for w in rule.veto_next):
        return True
    return any(before.endswith(w.lower()) and bounded(before, len(before) - len(w), len(before)) for w in rule.veto_prev)


def _placed(text: str, lowered: str, start: int, end: int, rule: AliasRule) -> bool:
    """Whether a neighbour tells that the name is meant; of a short one nobody else may bear it as a last name (Malcolm X sued)."""
    before, after = _sides(lowered, start, end)
    if any(before.endswith(f"{word} ") and bounded(lowered, start - len(word) - 1, start - 1) for word in rule.before):
        return True
    at = end + len(after) - len(after.lstrip(" "))
    told = any(lowered.startswith(word, at) and bounded(lowered, at, at + len(word)) for word in rule.after)
    return told and (end - start > SHORT or bool(_FREE_BEFORE.search(_sides(text, start, end)[0])))


def _sides(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands shortly before and after a span."""
    return text[max(0, start - 40) : start], text[end : end + 40]


def _says(lowered: str, word: str, itself: tuple[int, int] | None) -> bool:
    """Whether a word stands in the text outside the span `itself`."""
    needle = same_length_lower(word.translate(simplified_table()))
    at = lowered.find(needle)
    while at >= 0:
        end = at + len(needle)
        if bounded(lowered, at, end) and not (itself and at < itself[1] and itself[0] < end):
            return True
        at = lowered.find(needle, at + 1)
    return False
