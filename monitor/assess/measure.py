"""What identifies a measure: the parts of a report's key, and whether two keys can mean the same measure.

In: reports. Out: claims (a report seen as telling one measure each) and matches between a claim and a thread of claims.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from typing import Final, Literal

from monitor.assess.constants import SAME_NEWS_DAYS, WINDOW_DAYS
from monitor.assess.corroborate import told_at
from monitor.model import MODIFIERS, EventType, Report, Role, short_hash

Family = Literal["access", "ban", "trade", "investment", "licensing", "antitrust", "tariff", "mitigation", "unknown"]
FAMILY: Final[dict[EventType, Family]] = {
    "access_restriction": "access",
    "service_ban": "ban", "data_privacy": "ban", "divestiture": "ban",
    "export_control": "trade", "sanctions_listing": "trade",
    "investment_restriction": "investment", "licensing_regulation": "licensing", "antitrust": "antitrust", "tariff": "tariff",
    "mitigation": "mitigation", "litigation": "unknown", "relief": "unknown",
}  # fmt: skip
"""Types that reporters use for one and the same measure share a family; a modifier without its measure fits any."""
ACTIVE: Final[frozenset[Role]] = frozenset({"restricting", "targeted", "affected"})
_OFFICIAL = re.compile(r"^(\d{4}-[A-Z]{2}\d{2}|\d{4}-\d{4,6}|[A-Z]\d-\d{4}-\d{4,6})$")
_WINDOW = timedelta(days=WINDOW_DAYS)
_SAME_NEWS = timedelta(days=SAME_NEWS_DAYS)


@dataclass(frozen=True)
class Claim:
    """One report seen as telling one measure; a report that tells several acts is split into one claim each."""

    report: Report
    family: Family
    principals: frozenset[str]
    """Who the measure is about: the restricting provider, the named targets, or the offering alternative."""
    causes: frozenset[str] = frozenset()
    """For an offer: the providers whose loss it answers."""

    @cached_property
    def order(self) -> tuple[datetime, datetime, str, str]:
        """The order of knowledge: what we learn later never rearranges what we had."""
        document = self.report.document
        return (self.report.recorded_at, told_at(document), document.id, self.key)

    @cached_property
    def key(self) -> str:
        """The text that identifies the measure as this report tells it."""
        signal = self.report.signal
        parts = (self.family, signal.instrument, *sorted(self.principals), "/", *sorted(self.causes))
        places = ("<", *sorted(signal.issuing), ">", *sorted(signal.affected), "#", *sorted(signal.sectors))
        return short_hash(*parts, *places)

    @property
    def told(self) -> datetime:
        """When the report was published."""
        return told_at(self.report.document)

    @cached_property
    def reprint(self) -> tuple[str, str]:
        """What a word-for-word copy shares with its original, whenever it is printed."""
        return self.report.document.content_hash, self.key

    @cached_property
    def background(self) -> bool:
        """Whether the report only recalls the measure."""
        return self.report.signal.background or self.report.signal.modality == "historical"

    @cached_property
    def official(self) -> frozenset[str]:
        """Gazette numbers and rule identification numbers: names that only one measure has."""
        facts, named = self.report.document.regulator, self.report.signal.instrument.strip()
        numbers = {facts.number, facts.corrects, *facts.rin} if facts else set()
        return frozenset(n for n in {named, *numbers} if _OFFICIAL.match(n))

    @cached_property
    def named(self) -> frozenset[str]:
        """Providers that the report ties to the measure; for a provider's own act and for modifiers a bare mention is a tie."""
        roles = self.report.signal.providers
        loose = self.family == "access" or self.report.signal.type in MODIFIERS
        return frozenset(p for p, role in roles.items() if role in ACTIVE or (loose and role == "mentioned")) | self.principals

    @cached_property
    def days(self) -> frozenset[date]:
        """Days the report states for the measure itself."""
        dates = self.report.signal.dates
        return frozenset(d for d in (dates.announced, dates.effective) if d is not None)


def claims(report: Report) -> Iterator[Claim]:
    """One claim per measure: each offering alternative, each provider that restricts on its own, else the report as it is."""
    signal = report.signal
    family = _family(report)
    by_role: dict[str, set[str]] = {}
    for provider, role in signal.providers.items():
        by_role.setdefault(role, set()).add(provider)
    restricting, targeted = frozenset(by_role.get("restricting", ())), frozenset(by_role.get("targeted", ()))
    if family == "mitigation":
        offering = sorted(by_role.get("alternative", set()) | {offer.provider for offer in signal.offers})
        causes = restricting | targeted
        yield from (Claim(report, family, frozenset({p}), causes) for p in offering)
        if not offering:
            yield Claim(report, family, frozenset(), causes)
    elif restricting and family in ("access", "unknown"):
        yield from (Claim(report, family, frozenset({p})) for p in sorted(restricting))
    else:
        yield Claim(report, family, targeted or restricting)


def _family(report: Report) -> Family:
    signal = report.signal
    if signal.type == "mitigation":
        return "mitigation"
    measure = next((t for t in (signal.type, *signal.beneath) if t not in MODIFIERS), signal.type)
    if measure == "service_ban" and not signal.issuing and "restricting" in signal.providers.values():
        return "access"  # "ban" is what headlines call a provider's own cut-off
    return FAMILY[measure]


@dataclass
class Thread:
    """Claims gathered so far as one measure, with the union of what they say."""

    claims: list[Claim] = field(default_factory=list)
    family: Family = "unknown"
    principals: set[str] = field(default_factory=set)
    causes: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    official: set[str] = field(default_factory=set)
    reprints: set[tuple[str, str]] = field(default_factory=set)
    instruments: set[str] = field(default_factory=set)
    issuing: set[str] = field(default_factory=set)
    affected: set[str] = field(default_factory=set)
    sectors: set[str] = field(default_factory=set)
    days: set[date] = field(default_factory=set)
    first: datetime | None = None
    last: datetime | None = None
    ended: datetime | None = None

    def add(self, claim: Claim) -> None:
        """Take a claim in; one that only recalls the measure does not move the thread's clock."""
        signal = claim.report.signal
        self.claims.append(claim)
        self.family = claim.family if self.family == "unknown" else self.family
        self.principals |= claim.principals
        self.causes |= claim.causes
        self.named |= claim.named
        self.official |= claim.official
        self.reprints.add(claim.reprint)
        self.instruments |= {signal.instrument.casefold()} - {""}
        self.issuing |= set(signal.issuing)
        self.affected |= set(signal.affected)
        self.sectors |= set(signal.sectors)
        self.days |= claim.days
        if not claim.background:
            self.first = min(self.first or claim.told, claim.told)
            self.last = max(self.last or claim.told, claim.told)
        if signal.stage == "rescinded" and signal.modality == "asserted" and not claim.background:
            self.ended = max(self.ended or claim.told, claim.told)

    def match(self, claim: Claim) -> tuple[float, ...] | None:
        """How well the claim fits, larger is better; None when it must be another measure."""
        if claim.reprint in self.reprints:
            return (2.0,)
        same_id = bool(self.official & claim.official)
        if not same_id and (self.official and claim.official):
            return None
        if not self._family_fits(claim) or not self._continues(claim):
            return None
        if not same_id and not (self._in_window(claim) and self._parties_fit(claim)):
            return None
        signal = claim.report.signal
        return (
            float(same_id),
            float(signal.instrument.casefold() in self.instruments),
            float(len(self.principals & claim.principals)),
            float(bool(self.days & claim.days)),
            float(len(self.issuing & set(signal.issuing)) + len(self.affected & set(signal.affected))),
            -self._distance(claim),
        )

    def _family_fits(self, claim: Claim) -> bool:
        if "mitigation" in (self.family, claim.family):
            return self.family == claim.family
        return self.family == claim.family or "unknown" in (self.family, claim.family)

    def _continues(self, claim: Claim) -> bool:
        """A measure taken after the end of the former one is not its continuation."""
        signal = claim.report.signal
        if self.ended is None or claim.background or signal.type in MODIFIERS or signal.stage in ("suspended", "rescinded"):
            return True
        return not any(day > self.ended.date() for day in claim.days)

    def _span(self) -> tuple[datetime, datetime]:
        """From the first to the last report; for a measure only recalled, the days it is said to have happened."""
        if self.first is not None and self.last is not None:
            return self.first, self.last
        known = [datetime.combine(day, time(), UTC) for day in self.days] or [claim.told for claim in self.claims]
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
        mine, theirs = self.principals, claim.principals
        if mine and theirs:
            if not self._targets_agree(claim):
                return False
        elif (mine or theirs) and not self._tied(claim):
            return False
        if claim.family == "mitigation":
            return _compatible(self.causes, claim.causes) and _compatible(self.affected, claim.report.signal.affected)
        return self._places_fit(claim)

    def _targets_agree(self, claim: Claim) -> bool:
        """One list of names: half in common, or some on the same day; else one shared firm would tie a chain of measures together."""
        common, either = self.principals & claim.principals, self.principals | claim.principals
        if not common or len(common) * 2 >= len(either):
            return bool(common)
        return bool(self.days & claim.days) or self._distance(claim) <= _SAME_NEWS.total_seconds()

    def _tied(self, claim: Claim) -> bool:
        """One side names a principal, the other none: the other must name it in some role, or tell the same day and name nobody."""
        if self.principals & claim.named or claim.principals & self.named:
            return True
        silent = not claim.named or not self.named
        same_issuer = bool(self.issuing & set(claim.report.signal.issuing))
        return silent and same_issuer and bool(self.days & claim.days)

    def _places_fit(self, claim: Claim) -> bool:
        signal = claim.report.signal
        same_principal = bool(self.principals & claim.principals)
        same_issuer = bool(self.issuing & set(signal.issuing))
        if not _compatible(self.issuing, signal.issuing):
            return False
        if same_principal and same_issuer and "access" not in (self.family, claim.family):
            return True  # issuer and target say enough; reporters disagree on which side is "affected"
        if not _compatible(self.affected, signal.affected):
            return False
        same_place = not self.issuing and not signal.issuing and bool(self.affected & set(signal.affected))
        return (
            same_principal or bool(self.named & claim.named) or ((same_issuer or same_place) and _compatible(self.sectors, signal.sectors))
        )


def _compatible(mine: set[str] | frozenset[str], theirs: set[str] | frozenset[str] | tuple[str, ...]) -> bool:
    """Whether two sets agree in part, or one says nothing."""
    return not mine or not theirs or bool(mine & set(theirs))
