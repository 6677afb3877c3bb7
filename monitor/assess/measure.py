"""What identifies a measure: the parts of a report's key.

In: reports. Out: claims, a report seen as telling one measure each.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from monitor.assess.federation import parts_named
from monitor.model import MODIFIERS, EventDates, EventType, Jurisdiction, Offer, Report, Role, Sector, Signal, short_hash
from monitor.model.brief import Brief, SignalBrief, brief_of, same

Family = Literal["access", "ban", "trade", "investment", "licensing", "antitrust", "tariff", "mitigation", "unknown"]
Order = tuple[datetime, datetime, str, float, str]
FAMILY: Final[dict[EventType, Family]] = {
    "access_restriction": "access",
    "service_ban": "ban", "data_privacy": "ban", "divestiture": "ban",
    "export_control": "trade", "sanctions_listing": "trade",
    "investment_restriction": "investment", "licensing_regulation": "licensing", "antitrust": "antitrust", "tariff": "tariff",
    "mitigation": "mitigation", "litigation": "unknown", "relief": "unknown",
}  # fmt: skip
"""Types that reporters use for one and the same measure share a family; a modifier without its measure fits any."""
EITHER: Final[frozenset[Family]] = frozenset({"access", "ban"})
"""What headlines mix up: a provider's own cut-off and a government's ban."""
ACTIVE: Final[frozenset[Role]] = frozenset({"restricting", "targeted", "affected"})
OF_PROVIDERS: Final[frozenset[Family]] = frozenset({"access", "mitigation"})
"""Acts of providers, which only the places they affect can tell apart."""
_OFFICIAL = re.compile(r"^(\d{4}-[A-Z]{2}\d{2}|\d{4}-\d{4,6}|[A-Z]\d-\d{4}-\d{4,6})$")
_NONE: Final[frozenset[str]] = frozenset()
_KEPT: Final = 8_192
"""What so many measures are said to be is remembered: those of some weeks."""
_SAYS_NOTHING: Final = SignalBrief("litigation", (), "asserted", False, {}, (), (), "rumoured", EventDates(), (), (), "", (), 0.0)
"""What a report says of a measure beyond what it is."""
_LEADS_FOR_EU: Final[frozenset[str]] = frozenset({"IE", "LU"})
"""Seats of most firms' lead data-protection authorities, whose decisions reporters call the EU's (GDPR, article 56)."""


class Said(NamedTuple):
    """What a claim says its measure is; the fields of `Claim` of the same names, and of its signal."""

    families: frozenset[str]
    kinds: frozenset[str]
    principals: frozenset[str]
    causes: frozenset[str]
    named: frozenset[str]
    issuing: frozenset[str]
    affected: frozenset[str]
    sectors: frozenset[str]
    parts: frozenset[str] = frozenset()
    """States or provinces of the federation that issues it, by the headline."""


class Claim(NamedTuple):
    """One report seen as telling one measure; a report that tells several acts is split into one claim each."""

    report: Brief
    family: Family
    principals: frozenset[str]
    """Who the measure is about: the restricting provider, the named targets, or the offering alternative."""
    causes: frozenset[str]
    """For an offer: the providers whose loss it answers."""
    key: str
    """The text that identifies the measure as this report tells it."""
    order: Order
    """The order of knowledge: what we learn later never rearranges what we had; of one document the surest reading first."""
    reprint: tuple[str, str]
    """What a word-for-word copy shares with its original, whenever it is printed."""
    background: bool
    """Whether the report only recalls the measure."""
    primary: bool
    """Whether the document is the act itself: the issuer's own regulator, or the provider's notice about its own act or its end."""
    official: frozenset[str]
    """Gazette numbers and rule identification numbers: names that only one measure has."""
    named: frozenset[str]
    """Providers that the report ties to the measure; for a provider's own act and for modifiers a bare mention is a tie,
    and so is any name in a report of a ban that gives nobody a part in it.
    """
    issuers: frozenset[str]
    """Who takes the measure; a lead data-protection authority acts for the EU."""
    days: frozenset[date]
    """Days the report states for the measure itself."""
    said: Said
    """What a thread weighs of it, one object for all claims that say the same."""
    twin: bool = False
    """Whether the same document tells the act also the other way: as a government's ban and as the provider's own cut-off."""

    @property
    def event(self) -> str:
        """The id of the event that this claim opens when it is the first: it rests on what was known first and never changes."""
        return "evt_" + short_hash(self.key, self.report.document.versions[0])  # an edit tells no other event

    @property
    def told(self) -> datetime:
        """When the report was published."""
        return self.report.document.told_at

    @property
    def clarity(self) -> float:
        """The weight of its voice: a report that names several issuers does not say which of them took which measure."""
        return 1.0 / max(1, len(self.report.signal.issuing))


class Act(NamedTuple):
    """One measure that a signal tells: its family, who it is about, and for an offer whose loss it answers."""

    family: Family
    principals: frozenset[str]
    causes: frozenset[str] = frozenset()


class _Measure(NamedTuple):
    """What makes one act of a signal a claim, whoever reports it."""

    act: Act
    key: str
    named: frozenset[str]
    issuers: frozenset[str]
    said: Said


def claims(report: Report | Brief) -> Iterator[Claim]:
    """One claim per measure that the report tells."""
    told = brief_of(report) if isinstance(report, Report) else report
    signal = told.signal
    roles = tuple(signal.providers.items())
    what = _What(
        signal.type, signal.beneath, roles, signal.issuing, signal.affected, signal.sectors, signal.offers, signal.instrument,
        parts_named(told.document.title, signal.issuing),
    )  # fmt: skip
    yield from [_claim(told, measure) for measure in _measures(what)]


class _What(NamedTuple):
    """All of a signal that says which measures it tells."""

    type: EventType
    beneath: tuple[EventType, ...]
    roles: tuple[tuple[str, Role], ...]
    issuing: tuple[Jurisdiction, ...]
    affected: tuple[Jurisdiction, ...]
    sectors: tuple[Sector, ...]
    offers: tuple[Offer, ...]
    instrument: str
    parts: tuple[str, ...]


@lru_cache(maxsize=_KEPT)
def _measures(what: _What) -> tuple[_Measure, ...]:
    """The measures of a signal that says this: many reports say the same."""
    fields = what._asdict()
    parts = same(frozenset(fields.pop("parts")))
    signal = _SAYS_NOTHING._replace(providers=dict(fields.pop("roles")), **fields)
    return tuple(_measure(signal, act, parts) for act in acts(signal))


def _measure(signal: SignalBrief, act: Act, parts: frozenset[str]) -> _Measure:
    principals, causes, named, issuers = same(act.principals), same(act.causes), _named(signal, act), _issuers(signal)
    families = frozenset[str]() if act.family == "unknown" else frozenset((act.family,))
    kinds, affected, sectors = _natures(signal.type, signal.beneath), frozenset(signal.affected), frozenset(signal.sectors)
    said = Said(same(families), same(kinds), principals, causes, named, issuers, same(affected), same(sectors), parts)
    return _Measure(Act(act.family, principals, causes), act_key(signal, act), named, issuers, said)


def _claim(report: Brief, measure: _Measure) -> Claim:
    document, signal, recorded_at = report
    act, key, named, issuers, said = measure
    return Claim(
        report,
        act.family,
        act.principals,
        act.causes,
        key,
        (recorded_at, document.told_at, document.id, -signal.confidence, key),
        (document.content_hash, key),
        signal.background or signal.modality == "historical",
        _is_primary(report, act),
        _official(report),
        named,
        issuers,
        _days(signal.dates.announced, signal.dates.effective),
        said,
    )


def _is_primary(report: Brief, act: Act) -> bool:
    document, signal, _ = report
    if document.reliability == "low":
        return False
    if document.kind == "regulator":
        unsaid = not signal.issuing and act.family not in OF_PROVIDERS
        return unsaid or document.jurisdiction in signal.issuing or (document.jurisdiction is None and bool(signal.issuing))
    if document.kind in ("vendor", "vendor_terms") and document.reliability in ("primary", "high"):
        publisher = re.sub(r"[^a-z0-9]+", "-", document.origin_group.casefold()).strip("-")
        if signal.type == "relief":
            return signal.providers.get(publisher) == "restricting"
        return act.family in OF_PROVIDERS and (publisher in act.principals or publisher not in signal.providers)
    return False


def _official(report: Brief) -> frozenset[str]:
    facts, named = report.document.regulator, report.signal.instrument.strip()
    if not facts and not named:
        return _NONE
    numbers = {facts.number, facts.corrects, *facts.rin} if facts else set()
    return frozenset(n for n in {named, *numbers} if _OFFICIAL.match(n)) or _NONE


def _named(signal: SignalBrief, act: Act) -> frozenset[str]:
    roles = signal.providers
    active = frozenset(p for p, role in roles.items() if role in ACTIVE) | act.principals
    if act.family == "ban" and not active:
        return same(frozenset(roles))
    loose = act.family == "access" or signal.type in MODIFIERS
    return same(active | {p for p, role in roles.items() if role == "mentioned"} if loose else active)


def _issuers(signal: SignalBrief) -> frozenset[str]:
    for_eu = signal.type == "data_privacy" and not _LEADS_FOR_EU.isdisjoint(signal.issuing)
    return same(frozenset((*signal.issuing, "EU") if for_eu else signal.issuing))


@lru_cache(maxsize=65_536)
def _days(*stated: date | None) -> frozenset[date]:
    return frozenset(day for day in stated if day is not None)


def acts(signal: Signal | SignalBrief) -> Iterator[Act]:
    """Each offering alternative, each provider that restricts on its own, else the signal as it is."""
    family = _family(signal)
    by_role: dict[str, set[str]] = {}
    for provider, role in signal.providers.items():
        by_role.setdefault(role, set()).add(provider)
    restricting, targeted = frozenset(by_role.get("restricting", ())), frozenset(by_role.get("targeted", ()))
    if family == "mitigation":
        offering = sorted(by_role.get("alternative", set()) | {offer.provider for offer in signal.offers})
        causes = restricting | targeted
        yield from (Act(family, frozenset({p}), causes) for p in offering)
        if not offering:
            yield Act(family, frozenset(), causes)
    elif restricting and family in ("access", "unknown"):
        yield from (Act(family, frozenset({p})) for p in sorted(restricting))
    else:
        yield Act(family, targeted or restricting)


def act_key(signal: Signal | SignalBrief, act: Act) -> str:
    """The text that identifies a measure as a signal tells it."""
    parts = (act.family, signal.instrument, *sorted(act.principals), "/", *sorted(act.causes))
    places = ("<", *sorted(signal.issuing), ">", *sorted(signal.affected), "#", *sorted(signal.sectors))
    return short_hash(*parts, *places)


def narrowed(claim: Claim) -> Signal:
    """The claim's signal without the other measures that it tells: it gives this claim alone."""
    signal, own = claim.report.signal, claim.principals
    others = {"alternative"} if claim.family == "mitigation" else {"restricting"} if claim.family in ("access", "unknown") else set()
    providers: dict[str, Role] = {p: "mentioned" if role in others and p not in own else role for p, role in signal.providers.items()}
    offers = tuple(o for o in signal.offers if claim.family != "mitigation" or o.provider in own)
    return signal.whole().model_copy(update={"providers": providers, "offers": offers})


@lru_cache(maxsize=1024)
def _natures(kind: EventType, beneath: tuple[EventType, ...]) -> frozenset[EventType]:
    """The kinds of measure, without what only modifies one."""
    return frozenset(one for one in (kind, *beneath) if one not in MODIFIERS)


def _family(signal: Signal | SignalBrief) -> Family:
    if signal.type == "mitigation":
        return "mitigation"
    measure = next((t for t in (signal.type, *signal.beneath) if t not in MODIFIERS), signal.type)
    if measure == "access_restriction" and signal.type in MODIFIERS and signal.issuing:
        return "unknown"  # a court or a government eases or judges somebody's act: a ban as well as a provider's own
    if measure == "service_ban" and not signal.issuing and "restricting" in signal.providers.values():
        return "access"  # "ban" is what headlines call a provider's own cut-off
    return FAMILY[measure]
