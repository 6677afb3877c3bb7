"""Threads by what a claim that fits them can be found by: claims and numbers of threads come in, numbers of candidates go out.

What is found may be more than what fits, never less.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from itertools import product
from typing import Final

from monitor.assess.measure import EITHER, FAMILY, OF_PROVIDERS, Claim, Family, Said
from monitor.model.brief import same

_SPAN_DAYS: Final = 90
"""Length of a stretch of time that threads are found by: half the window, so that a thread stands under a handful of them."""
_FAMILIES: Final[tuple[Family, ...]] = tuple(sorted({*FAMILY.values()}))
_FITTING: Final[dict[Family, tuple[Family, ...]]] = {
    **{family: tuple({family, "unknown", *(EITHER if family in EITHER else ())}) for family in _FAMILIES},
    "unknown": tuple(family for family in _FAMILIES if family != "mitigation"),
    "mitigation": ("mitigation",),
}
"""The families of threads that a claim of a family can match."""
_NOWHERE: Final = frozenset[str]()
_NO_FAMILY: Final[frozenset[Family]] = frozenset()


class Index:
    """Numbers of threads under their keys; most keys have one, which then stands alone."""

    def __init__(self) -> None:
        self._by_key: dict[Hashable, int | list[int]] = {}
        self._shelves: dict[int, _Shelf] = {}

    def reprints(self, claim: Claim) -> Sequence[int]:
        """The threads that tell the very text."""
        return self._under(claim.reprint)

    def alike(self, claim: Claim) -> set[int]:
        """Threads that the claim can match."""
        found: set[int] = set()
        for key in _sought(claim):
            if under := self._under(key):
                found.update(under)
        return found

    def add(self, number: int, claim: Claim, window: tuple[datetime, datetime]) -> None:
        """The thread has taken the claim in; in `window` it can be matched by news."""
        for key in _names(claim):
            self._put(key, number)
        shelf = self._shelves.get(number)
        if shelf is None:
            shelf = self._shelves[number] = _Shelf()
        for key in shelf.widen(claim, window):
            self._put(key, number)

    def replace(self, number: int, before: Iterable[Claim], now: Iterable[Claim]) -> None:
        """The thread had the one claims and has the others, each of which was added."""
        left = {key for claim in now for key in _names(claim)}
        gone = {key for claim in before for key in _names(claim)} - left
        if not left:
            gone |= self._shelves.pop(number).keys()
        for key in gone:
            self._drop(key, number)

    def _under(self, key: Hashable) -> Sequence[int]:
        found = self._by_key.get(key, ())
        return (found,) if isinstance(found, int) else found

    def _put(self, key: Hashable, number: int) -> None:
        found = self._by_key.setdefault(key, number)
        if isinstance(found, list):
            if number not in found:
                found.append(number)
        elif found != number:
            self._by_key[key] = [found, number]

    def _drop(self, key: Hashable, number: int) -> None:
        found = self._by_key[key]
        if isinstance(found, int) or len(found) == 1:
            del self._by_key[key]
        else:
            found.remove(number)


class _Shelf:
    """Where one thread stands: under every tie with every family told, these with every stretch of time that its window reached, and
    with every place.
    """

    __slots__ = ("_families", "_places", "_stretches", "_ties")

    def __init__(self) -> None:
        self._ties: frozenset[str] = frozenset()
        self._families = _NO_FAMILY
        self._stretches: frozenset[int] = frozenset()
        self._places: frozenset[str] = frozenset()

    def keys(self) -> set[Hashable]:
        """All its keys but for the names of its claims."""
        ties, families = self._ties, self._families
        return {*product(ties, families), *product(ties, families, self._stretches), *product(ties, families, self._places)}

    def widen(self, claim: Claim, window: tuple[datetime, datetime]) -> Iterable[Hashable]:
        """The keys that the claim adds to it."""
        ties, stretches, places = _ties(claim), range(_stretch(window[0]), _stretch(window[1]) + 1), _stands(claim.said)
        known = ties <= self._ties and places <= self._places
        if known and claim.family in self._families and self._stretches.issuperset(stretches):
            return ()
        before = self.keys()
        self._places = same(self._places | places)
        self._ties = same(self._ties | ties)
        self._families = same(self._families | {claim.family})
        self._stretches = same(self._stretches.union(stretches))
        return self.keys() - before


def _names(claim: Claim) -> Iterator[Hashable]:
    """What ties claims together whenever they are told: their text, an official number, or the issuer's day."""
    yield claim.reprint
    yield from _told_names(claim)


def _told_names(claim: Claim) -> Iterator[Hashable]:
    yield from claim.official
    if claim.days and claim.issuers:
        yield from product(claim.issuers, claim.days)


def _ties(claim: Claim) -> frozenset[str]:
    """What ties claims together that are told within the window: a provider, or the issuer of a measure that names nobody."""
    if claim.principals:
        return claim.named
    return claim.named | {f"issuer:{place}" for place in claim.issuers or ("",)}


def _sought(claim: Claim) -> Iterator[Hashable]:
    """Keys under which every thread stands that the claim can match, but for its text.

    News matches within the window only, what only recalls a measure by the days that it states, or without any by place; and what is no
    modifier only its own family, the one that it is mixed up with, or none.
    """
    yield from _told_names(claim)
    families = _FITTING[claim.family]
    if not claim.background:
        yield from _shelved(_ties(claim), families, _stretch(claim.told))
    elif claim.days:
        yield from product(_ties(claim), families, {_stretch(datetime.combine(day, time(), UTC)) for day in claim.days})
    elif places := _must_share(claim):
        yield from product(_ties(claim), families, places)
    else:
        yield from product(_ties(claim), families)


@lru_cache(maxsize=8_192)
def _stands(said: Said) -> frozenset[str]:
    """The places under which a claim puts its thread: who issues it, where it bites, and that it says neither."""
    return _issued_by(said.issuing) | _biting_in(said.affected)


def _must_share(claim: Claim) -> frozenset[str]:
    """Places of which every thread that the claim can match, but for a number, stands under one; empty where it may be anywhere."""
    if claim.family in OF_PROVIDERS and claim.said.affected:
        return _biting_in(claim.said.affected) | _biting_in(_NOWHERE)
    if claim.family != "mitigation" and claim.issuers:
        return _issued_by(claim.issuers) | _issued_by(_NOWHERE)
    return _NOWHERE


def _issued_by(places: frozenset[str]) -> frozenset[str]:
    return frozenset(f"by {place}" for place in places or ("",))


def _biting_in(places: frozenset[str]) -> frozenset[str]:
    return frozenset(f"in {place}" for place in places or ("",))


@lru_cache(maxsize=8_192)
def _shelved(ties: frozenset[str], families: tuple[Family, ...], stretch: int) -> tuple[Hashable, ...]:
    return tuple(product(ties, families, (stretch,)))


def _stretch(moment: datetime) -> int:
    return moment.toordinal() // _SPAN_DAYS
