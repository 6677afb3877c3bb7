"""Whether a report tells the measure that a thread of reports tells.

In: claims in the order of knowledge. Out: threads, and how well a claim fits one. What a small minority of a thread's
origins says does not attract further claims, so that one loose report cannot tie two measures together.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Final, Literal

from monitor.assess.constants import CLASS_FIRMS, ESTABLISHED_ORIGINS, NEWS_CYCLE_DAYS, SAME_NEWS_DAYS, WINDOW_DAYS
from monitor.assess.facts import is_primary
from monitor.assess.measure import EITHER, Claim, Family, natures
from monitor.assess.tally import Tally, outweighs
from monitor.model import MODIFIERS, EventType

Facet = Literal["principals", "causes", "named", "issuing", "affected", "sectors"]
_FACETS: Final[tuple[Facet, ...]] = ("principals", "causes", "named", "issuing", "affected", "sectors")
_INCLUSIVE: Final[frozenset[Facet]] = frozenset({"principals", "named", "affected", "sectors"})
"""Facets whose words do not exclude each other."""
_WINDOW = timedelta(days=WINDOW_DAYS)
_SAME_NEWS = timedelta(days=SAME_NEWS_DAYS)
_SAME_DAYS = timedelta(days=NEWS_CYCLE_DAYS)


class Thread:
    """Claims gathered so far as one measure, with what is carried of their parts."""

    def __init__(self) -> None:
        self.claims: list[Claim] = []
        self._tallies: dict[Facet, Tally[str]] = {facet: Tally() for facet in _FACETS}
        self._family_tally: Tally[Family] = Tally()
        self._kind_tally: Tally[EventType] = Tally()
        self._carried: dict[Facet, frozenset[str]] = dict.fromkeys(_FACETS, frozenset())
        self._families: frozenset[Family] = frozenset()
        self._documents: set[str] = set()
        self._voices: set[str] = set()
        self._official: set[str] = set()
        self._reprints: set[tuple[str, str]] = set()
        self._instruments: set[str] = set()
        self._days: set[date] = set()
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._ends: dict[str, datetime] = {}
        self._ended_by_primary = False

    def add(self, claim: Claim) -> None:
        """Take a claim in; one that only recalls the measure does not move the thread's clock, and a reprint adds no voice."""
        if claim.reprint not in self._reprints:
            self._weigh(claim)
        signal = claim.report.signal
        self.claims.append(claim)
        self._documents.add(claim.report.document.id)
        self._official |= claim.official
        self._reprints.add(claim.reprint)
        self._instruments |= {signal.instrument.casefold()} - {""}
        self._days |= claim.days
        if not claim.background:
            self._first = min(self._first or claim.told, claim.told)
            self._last = max(self._last or claim.told, claim.told)

    @property
    def id(self) -> str:
        """The id of the event that the claims make, which must have been added in the order of knowledge."""
        return self.claims[0].event

    def window(self) -> tuple[datetime, datetime]:
        """From when to when news must be told to be of this measure, unless a number or its text says that it is."""
        first, last = self._span()
        return first - _WINDOW, last + _WINDOW

    def match(self, claim: Claim) -> tuple[float, ...] | None:
        """How well the claim fits, larger is better; None when it must be another measure."""
        if claim.reprint in self._reprints:
            return (2.0,)
        same_id = bool(self._official & claim.official)
        if not same_id and (self._official and claim.official):
            return None
        if not self._family_fits(claim) or not self._continues(claim) or (not same_id and self._differs_in_kind(claim)):
            return None
        if not same_id and not (self._in_window(claim) and self._parties_fit(claim)):
            return None
        principals = self._carried["principals"]
        return (
            float(same_id),
            float(claim.report.signal.instrument.casefold() in self._instruments),
            float(claim.twin and claim.report.document.id in self._documents),
            float(len(principals & claim.principals)),
            float(min(len(self._voices), ESTABLISHED_ORIGINS)),
            float(claim.family in self._families),
            float(next(iter(claim.report.signal.providers), "") in principals),
            float(bool(self._days & claim.days)),
            float(len(self._carried["issuing"] & claim.issuers) + len(self._carried["affected"] & set(claim.report.signal.affected))),
            -self._distance(claim),
        )

    def _weigh(self, claim: Claim) -> None:
        signal, voice, primary = claim.report.signal, claim.report.document.origin_group, is_primary(claim)
        self._voices.add(voice)
        if claim.family != "unknown":
            self._family_tally.tell(claim.family, voice, 1.0, primary)
            self._families = frozenset(self._family_tally.carried())
        for kind in natures(claim):
            self._kind_tally.tell(kind, voice, 1.0, primary)
        words: dict[Facet, frozenset[str]] = {
            "principals": claim.principals, "causes": claim.causes, "named": claim.named, "issuing": claim.issuers,
            "affected": frozenset(signal.affected), "sectors": frozenset(signal.sectors),
        }  # fmt: skip
        for facet, said in words.items():
            for word in said:
                self._tallies[facet].tell(word, voice, claim.clarity, primary)
            tally = self._tallies[facet]
            self._carried[facet] = frozenset(tally.named() if facet in _INCLUSIVE else tally.carried())
        if signal.stage == "rescinded" and signal.modality == "asserted" and not claim.background:
            self._ends[voice] = max(self._ends.get(voice, claim.told), claim.told)
            self._ended_by_primary |= primary

    def _family_fits(self, claim: Claim) -> bool:
        if "mitigation" in (claim.family, *self._families):
            return claim.family in self._families
        if claim.family == "unknown" or not self._families or claim.family in self._families:
            return True
        return claim.family in EITHER and bool(self._families & EITHER) and self._retells(claim)

    def _retells(self, claim: Claim) -> bool:
        """Whether a cut-off told as a ban, or the reverse, is the same news of the same provider and place, told loosely."""
        if not self._carried["principals"] & claim.principals or self._distance(claim) > _SAME_NEWS.total_seconds():
            return False
        mine = self._carried["issuing"] | self._carried["affected"]
        if not mine & (claim.issuers | set(claim.report.signal.affected)):
            return False
        return claim.twin or (len(self._voices) >= ESTABLISHED_ORIGINS and not is_primary(claim))

    def _continues(self, claim: Claim) -> bool:
        """A measure taken after the end of the former one, as far as the end is believed, is not its continuation."""
        if not self._ends or not (self._ended_by_primary or outweighs(len(self._ends), len(self._voices))):
            return True
        signal, ended = claim.report.signal, max(self._ends.values())
        if claim.background or signal.type in MODIFIERS or signal.stage in ("suspended", "rescinded") or claim.told < ended:
            return True
        return not any(day > ended.date() for day in claim.days)

    def _differs_in_kind(self, claim: Claim) -> bool:
        """Whether the report asserts another kind of measure than the thread has been since its first days, such as a fine under a ban.

        In the first days reporters call one measure by several names; later ones know which it is.
        """
        theirs = natures(claim)
        if claim.background or not theirs or self._first is None or claim.told - self._first <= _SAME_DAYS:
            return False
        mine = frozenset(self._kind_tally.carried())
        return bool(mine) and not mine & theirs

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
        mine, theirs = self._carried["principals"], claim.principals
        if mine and theirs:
            if not self._targets_agree(claim):
                return False
        elif (mine or theirs) and not self._tied(claim):
            return False
        if claim.family == "mitigation":
            affected = self._carried["affected"]
            return _compatible(self._carried["causes"], claim.causes) and _compatible(affected, claim.report.signal.affected)
        return self._places_fit(claim)

    def _targets_agree(self, claim: Claim) -> bool:
        """One list of names: half in common, or some on the same day; else one shared firm would tie a chain of measures together."""
        mine = self._carried["principals"]
        common, either = mine & claim.principals, mine | claim.principals
        if not common or len(common) * 2 >= len(either):
            return bool(common)
        return bool(self._days & claim.days) or self._distance(claim) <= _SAME_NEWS.total_seconds()

    def _tied(self, claim: Claim) -> bool:
        """One side names a principal, the other none: the other must name it in some role, or tell the same day and name nobody."""
        mine = self._carried["principals"]
        aimed, named = (mine, claim.named) if mine else (claim.principals, self._carried["named"])
        if aimed & named:
            return len(named) < CLASS_FIRMS or 2 * len(aimed & named) >= len(named)
        silent = not claim.named or not self._carried["named"]
        same_issuer = bool(self._carried["issuing"] & claim.issuers)
        return silent and same_issuer and bool(self._days & claim.days)

    def _places_fit(self, claim: Claim) -> bool:
        affected, issuing, names = self._carried["affected"], self._carried["issuing"], self._carried["named"]
        signal, principals = claim.report.signal, self._carried["principals"]
        same_party = bool(principals & claim.named or names & claim.principals)
        same_issuer = bool(issuing & claim.issuers)
        if not _compatible(issuing, claim.issuers):
            return False
        if same_party and same_issuer and "access" not in (claim.family, *self._families):
            return True  # issuer and target say enough; reporters disagree on which side is "affected"
        if not _compatible(affected, signal.affected):
            return False
        same_place = bool(affected & set(signal.affected))
        same_kind = _compatible(self._carried["sectors"], signal.sectors)
        # Without a common name, who takes it is not enough: an issuer takes many measures, so a place or sector must be told by both.
        same_matter = same_place or bool(self._carried["sectors"] & set(signal.sectors))
        tied = same_kind and (same_matter if same_issuer else same_place and not issuing and not claim.issuers)
        return bool(principals & claim.principals) or bool(names & claim.named) or tied


def _compatible(mine: frozenset[str], theirs: frozenset[str] | tuple[str, ...]) -> bool:
    """Whether two sets agree in part, or one says nothing."""
    return not mine or not theirs or bool(mine & set(theirs))
