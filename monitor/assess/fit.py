"""Whether a report tells the measure that a thread of reports tells.

In: claims in the order of knowledge. Out: threads, and how well a claim fits one. What a small minority of a thread's
origins says does not attract further claims, so that one loose report cannot tie two measures together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from monitor.assess.constants import CLASS_FIRMS, ESTABLISHED_ORIGINS, NEWS_CYCLE_DAYS, SAME_NEWS_DAYS, WINDOW_DAYS
from monitor.assess.facts import is_primary
from monitor.assess.measure import EITHER, OF_PROVIDERS, Claim, Said
from monitor.assess.tally import Tally, outweighs
from monitor.model import MODIFIERS
from monitor.model.brief import same

Facet = Literal["families", "kinds", "principals", "causes", "named", "issuing", "affected", "sectors", "parts"]
_FACETS: Final[tuple[Facet, ...]] = ("families", "kinds", "principals", "causes", "named", "issuing", "affected", "sectors", "parts")
_INCLUSIVE: Final[frozenset[Facet]] = frozenset({"principals", "named", "affected", "sectors"})
"""Facets whose words do not exclude each other."""
_WINDOW = timedelta(days=WINDOW_DAYS)
_SAME_NEWS = timedelta(days=SAME_NEWS_DAYS)
_SAME_DAYS = timedelta(days=NEWS_CYCLE_DAYS)
_NOBODY: Final = frozenset[str]()
_NOTHING_CARRIED: Final[dict[Facet, frozenset[str]]] = dict.fromkeys(_FACETS, frozenset())


class _Scales:
    """What the claims of a thread say, voice by voice: what is carried is weighed on it.

    While all that say anything of a facet say the same of it, that is carried, and nothing needs to be weighed.
    """

    def __init__(self) -> None:
        self.agreed: dict[Facet, frozenset[str]] = {}
        self.tallies: dict[Facet, Tally[str]] = {}
        self.said: Said | None = None
        """What every claim says; None where they differ."""
        self.claims: list[Claim] = []
        self.voices: set[str] = set()
        self.reprints: set[tuple[str, str]] = set()
        self.ends: dict[str, datetime] = {}
        self.ended_by_primary = False

    def hear(self, claim: Claim) -> Iterator[tuple[Facet, frozenset[str]]]:
        """Take in what the claim says; what is carried now of the facets that this may change."""
        if not self.claims or claim.said != self.said:
            self.said = None if self.claims else claim.said
            for facet, said in zip(_FACETS, claim.said, strict=True):
                if said and self.agreed.get(facet) != said:
                    yield facet, self._weighed(facet, claim)

    def _weighed(self, facet: Facet, claim: Claim) -> frozenset[str]:
        if facet not in self.tallies and facet not in self.agreed:
            self.agreed[facet] = getattr(claim.said, facet)
            return self.agreed[facet]
        if facet in self.agreed:
            del self.agreed[facet]
            self.tallies[facet] = Tally()
            for known in self.claims:
                _tell(self.tallies[facet], facet, known)
        _tell(self.tallies[facet], facet, claim)
        return same(self.tallies[facet].kept(ESTABLISHED_ORIGINS) if facet in _INCLUSIVE else self.tallies[facet].kept())

    def ended(self) -> datetime | None:
        """When the measure ended, as far as the end is believed."""
        if not self.ends or not (self.ended_by_primary or outweighs(len(self.ends), len(self.voices))):
            return None
        return max(self.ends.values())


class Thread:
    """Claims gathered so far as one measure, with what is carried of their parts.

    A thread that rests keeps claims and what is carried; the next claim that it takes in has all of them weighed again.
    """

    __slots__ = (
        "_days",
        "_ended",
        "_first",
        "_instruments",
        "_last",
        "_official",
        "_scales",
        "_voices",
        "carried",
        "claims",
    )  # fmt: skip

    def __init__(self, claims: Iterable[Claim] = ()) -> None:
        self.claims: list[Claim] = []
        self.carried: dict[Facet, frozenset[str]] = _NOTHING_CARRIED
        self._voices = 0
        self._official: frozenset[str] = frozenset()
        self._instruments: frozenset[str] = frozenset()
        self._days: frozenset[date] = frozenset()
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._ended: datetime | None = None
        self._scales: _Scales | None = None
        for claim in claims:
            self.add(claim)

    def add(self, claim: Claim) -> None:
        """Take a claim in; one that only recalls the measure does not move the thread's clock, and a reprint adds no voice."""
        if self._scales is None:
            self._scales = _Scales()
            for known in self.claims:
                self._weigh(known, self._scales)
        self._weigh(claim, self._scales)
        self.claims.append(claim)
        if claim.official:
            self._official |= claim.official
        if claim.report.signal.instrument:
            self._instruments |= {claim.report.signal.instrument.casefold()}
        if not claim.days <= self._days:
            self._days = same(self._days | claim.days)
        if not claim.background:
            self._first = min(self._first or claim.told, claim.told)
            self._last = max(self._last or claim.told, claim.told)

    def rest(self) -> None:
        """Keep no more than is needed to see what fits."""
        self._scales = None

    @property
    def id(self) -> str:
        """The id of the event that the claims make, which must have been added in the order of knowledge."""
        return self.claims[0].event

    def window(self) -> tuple[datetime, datetime]:
        """From when to when news must be told to be of this measure, unless a number or its text says that it is."""
        first, last = self._span()
        return first - _WINDOW, last + _WINDOW

    def prints(self, claim: Claim) -> bool:
        """Whether a claim of the thread has the very text of this one."""
        return any(known.reprint == claim.reprint for known in self.claims)

    def match(self, claim: Claim) -> tuple[float, ...] | None:
        """How well the claim, whose text is not a reprint of any in the thread, fits; larger is better. None when it must be another
        measure.
        """
        same_id = bool(claim.official) and not self._official.isdisjoint(claim.official)
        if not same_id and ((self._official and claim.official) or self._is_elsewhere(claim)):
            return None
        if not self._family_fits(claim) or not self._continues(claim) or (not same_id and self._differs_in_kind(claim)):
            return None
        if not same_id and not (self._in_window(claim) and self._parties_fit(claim)):
            return None
        signal, principals = claim.report.signal, self.carried["principals"]
        return (
            float(same_id),
            float(signal.instrument.casefold() in self._instruments),
            float(claim.twin and any(claim.report.document.id == known.report.document.id for known in self.claims)),
            float(len(principals & claim.principals)),
            float(min(self._voices, ESTABLISHED_ORIGINS)),
            float(claim.family in self.carried["families"]),
            float(next(iter(signal.providers), "") in principals),
            float(not self._days.isdisjoint(claim.days)),
            float(len(self.carried["issuing"] & claim.issuers) + len(self.carried["affected"].intersection(signal.affected))),
            -self._distance(claim),
        )

    def _weigh(self, claim: Claim, scales: _Scales) -> None:
        if claim.reprint in scales.reprints:
            return
        scales.reprints.add(claim.reprint)
        voice = claim.report.document.origin_group
        scales.voices.add(voice)
        self._voices = len(scales.voices)
        if claim.said is not scales.said:
            heard = {facet: kept for facet, kept in scales.hear(claim) if kept != self.carried[facet]}
            if heard:
                self.carried = {**self.carried, **heard}
        scales.claims.append(claim)
        signal = claim.report.signal
        if signal.stage == "rescinded" and signal.modality == "asserted" and not claim.background:
            scales.ends[voice] = max(scales.ends.get(voice, claim.told), claim.told)
            scales.ended_by_primary |= claim.primary
        if scales.ends:
            self._ended = scales.ended()

    def _is_elsewhere(self, claim: Claim) -> bool:
        """Whether the places alone say that it is another measure: cheap, and true of most threads that a claim is held against."""
        carried, family = self.carried, claim.family
        if family != "mitigation" and not _compatible(carried["issuing"], claim.issuers):
            return True
        if not _compatible(carried["parts"], claim.said.parts):
            return True
        return family in OF_PROVIDERS and not _compatible(carried["affected"], claim.report.signal.affected)

    def _family_fits(self, claim: Claim) -> bool:
        if "mitigation" in (claim.family, *self.carried["families"]):
            return claim.family in self.carried["families"]
        if claim.family == "unknown" or not self.carried["families"] or claim.family in self.carried["families"]:
            return True
        return claim.family in EITHER and bool(self.carried["families"] & EITHER) and self._retells(claim)

    def _retells(self, claim: Claim) -> bool:
        """Whether a cut-off told as a ban, or the reverse, is the same news of the same provider and place, told loosely."""
        if not self.carried["principals"] & claim.principals or self._distance(claim) > _SAME_NEWS.total_seconds():
            return False
        mine = self.carried["issuing"] | self.carried["affected"]
        if not mine & (claim.issuers | set(claim.report.signal.affected)):
            return False
        return claim.twin or (self._voices >= ESTABLISHED_ORIGINS and not is_primary(claim))

    def _continues(self, claim: Claim) -> bool:
        """A measure taken after the end of the former one, as far as the end is believed, is not its continuation."""
        signal, ended = claim.report.signal, self._ended
        if ended is None:
            return True
        if claim.background or signal.type in MODIFIERS or signal.stage in ("suspended", "rescinded") or claim.told < ended:
            return True
        return not any(day > ended.date() for day in claim.days)

    def _differs_in_kind(self, claim: Claim) -> bool:
        """Whether the report asserts another kind of measure than the thread has been since its first days, such as a fine under a ban.

        In the first days reporters call one measure by several names; later ones know which it is.
        """
        if claim.background or self._first is None or claim.told - self._first <= _SAME_DAYS:
            return False
        return not _compatible(self.carried["kinds"], claim.said.kinds)

    def _span(self) -> tuple[datetime, datetime]:
        """From the first to the last report; for a measure only recalled, the days it is said to have happened."""
        if self._first is not None and self._last is not None:
            return self._first, self._last
        known = [datetime.combine(day, time(), UTC) for day in self._days] or [claim.told for claim in self.claims]
        return min(known), max(known)

    def _in_window(self, claim: Claim) -> bool:
        first, last = self._span()
        if claim.background:
            moments = [datetime.combine(day, time(), UTC) for day in claim.days]
            return any(first - _WINDOW <= m <= last + _WINDOW for m in moments) if moments else claim.told >= first - _WINDOW
        return first - _WINDOW <= claim.told <= last + _WINDOW

    def _distance(self, claim: Claim) -> float:
        first, last = self._span()
        return max((first - claim.told).total_seconds(), (claim.told - last).total_seconds(), 0.0)

    def _parties_fit(self, claim: Claim) -> bool:
        mine, theirs = self.carried["principals"], claim.principals
        if mine and theirs:
            if not self._targets_agree(claim):
                return False
        elif (mine or theirs) and not self._tied(claim):
            return False
        if claim.family == "mitigation":
            affected = self.carried["affected"]
            if not (mine or theirs or self._answers_alike(claim)):
                return False
            return _compatible(self.carried["causes"], claim.causes) and _compatible(affected, claim.report.signal.affected)
        return self._places_fit(claim)

    def _answers_alike(self, claim: Claim) -> bool:
        """Offers of which nobody says whose they are: one provider is named in both, or one issuer, or no issuer in either."""
        issuing = self.carried["issuing"]
        return bool(self.carried["named"] & claim.named or issuing & claim.issuers) or not (issuing or claim.issuers)

    def _targets_agree(self, claim: Claim) -> bool:
        """One list of names: half in common, or some on the same day; else one shared firm would tie a chain of measures together."""
        mine = self.carried["principals"]
        common, either = mine & claim.principals, mine | claim.principals
        if not common or len(common) * 2 >= len(either):
            return bool(common)
        return bool(self._days & claim.days) or self._distance(claim) <= _SAME_NEWS.total_seconds()

    def _tied(self, claim: Claim) -> bool:
        """One side names a principal, the other none: the other must name it in some role, or tell the same day and name nobody."""
        mine = self.carried["principals"]
        aimed, named = (mine, claim.named) if mine else (claim.principals, self.carried["named"])
        if aimed & named:
            return len(named) < CLASS_FIRMS or 2 * len(aimed & named) >= len(named)
        silent = not claim.named or not self.carried["named"]
        same_issuer = bool(self.carried["issuing"] & claim.issuers)
        return silent and same_issuer and bool(self._days & claim.days)

    def _places_fit(self, claim: Claim) -> bool:
        affected, issuing, names = self.carried["affected"], self.carried["issuing"], self.carried["named"]
        signal, principals = claim.report.signal, self.carried["principals"]
        same_party = bool(principals & claim.named or names & claim.principals)
        same_issuer = bool(issuing & claim.issuers)
        if not _compatible(issuing, claim.issuers):
            return False
        if same_party and same_issuer and "access" not in (claim.family, *self.carried["families"]):
            return True  # issuer and target say enough; reporters disagree on which side is "affected"
        if not _compatible(affected, signal.affected):
            return False
        same_place = bool(affected & set(signal.affected))
        same_kind = _compatible(self.carried["sectors"], signal.sectors)
        # Without a common name, who takes it is not enough: an issuer takes many measures, so a place or sector must be told by both.
        same_matter = same_place or bool(self.carried["sectors"] & set(signal.sectors))
        tied = same_kind and (same_matter if same_issuer else same_place and not issuing and not claim.issuers)
        return bool(principals & claim.principals) or bool(names & claim.named) or tied


def _tell(tally: Tally[str], facet: Facet, claim: Claim) -> None:
    weight = 1.0 if facet in ("families", "kinds") else claim.clarity
    for word in getattr(claim.said, facet):
        tally.tell(word, claim.report.document.origin_group, weight, claim.primary)


def within_reach(claim: Claim, numbers: Iterable[int], of: Callable[[int], Thread]) -> Iterator[tuple[int, Thread]]:
    """The threads of these numbers but for those that family or places alone rule out: most, so that the look is a short one, and
    first at who issued it, which differs most.
    """
    families = EITHER if claim.family in EITHER else claim.said.families
    issuers = _NOBODY if claim.official or claim.family == "mitigation" else claim.issuers
    affected = claim.said.affected if claim.family in OF_PROVIDERS and not claim.official else _NOBODY
    for number in numbers:
        thread = of(number)
        carried = thread.carried
        if issuers and issuers.isdisjoint(told := carried["issuing"]) and told:
            continue
        if families and families.isdisjoint(told := carried["families"]) and told:
            continue
        if affected and affected.isdisjoint(told := carried["affected"]) and told:
            continue
        yield number, thread


def _compatible(mine: frozenset[str], theirs: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether two sets agree in part, or one says nothing."""
    return not mine or not theirs or not mine.isdisjoint(theirs)
