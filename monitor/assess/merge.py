"""One thread of claims to one event: whose facts win where reports differ.

In: the claims of one measure and display names. Out: the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from functools import lru_cache
from typing import NamedTuple, TypeVar

from monitor.assess.constants import CONFIDENCE_WEIGHT, EVIDENCE_MAX
from monitor.assess.dates import dated
from monitor.assess.facts import TIERS, is_primary, supported, tier
from monitor.assess.headline import names_a_network
from monitor.assess.history import Account, account
from monitor.assess.kinship import Kinship
from monitor.assess.measure import ACTIVE, EITHER, FAMILY, Claim, Family
from monitor.assess.proof import evidence, offers
from monitor.assess.tally import Tally
from monitor.assess.title import title
from monitor.model import HIT, MODIFIERS, ROLE_PRECEDENCE, Event, EventType, Role, Sector

Word = TypeVar("Word", bound=str)


def merged(claims: Sequence[Claim], names: Mapping[str, str], kin: Kinship) -> Event:
    """The event that the claims tell together; its id rests on what was known first and never changes."""
    known = sorted(claims, key=lambda c: c.order)
    told = account(known, kin)
    kinds = _types(told)
    dates, conflicts = dated(told)
    agreeing = _agreeing(told, kinds[0])
    providers = _providers(told, agreeing)
    event = Event(
        id=known[0].event,
        type=kinds[0],
        beneath=kinds[1:],
        title="",
        modality=told.core.modality,
        stage=told.past.stage,
        stages=told.past.steps,
        wave=told.past.wave,
        providers=providers,
        issuing=_told_of(told, agreeing, lambda c: c.report.signal.issuing).carried(),
        affected=_told_of(told, told.core.claims, lambda c: c.report.signal.affected).named(),
        dates=dates,
        date_conflicts=conflicts,
        sectors=_sectors(told, kinds[0], providers),
        offers=offers(told),
        origins=tuple(voice.name for voice in told.chorus.origins),
        primary_source=any(is_primary(c) for c in told.core.claims),
        reliability=min({tier(c) for c in told.core.claims}, key=TIERS.index),
        documents=tuple(dict.fromkeys(c.report.document.id for c in known)),
        evidence=evidence(told.claims, EVIDENCE_MAX),
        instrument=_instrument(told),
        first_seen_at=known[0].report.recorded_at,
        last_reported_at=_last_reported(told),
        confidence=_confidence(told),
        disputed=_disputed(told),
    )
    return event.model_copy(update={"title": title(event, names)}).lean()


def _types(told: Account) -> tuple[EventType, ...]:
    """The measure's own type first, as most origins call it; then its further natures; then what modified it."""
    given = {_kinds_of(c) for c in told.claims}
    if len(given) == 1:  # all say the same, which no voice outweighs
        (only,) = given
        return tuple(dict.fromkeys((only.lead, *sorted(only.natures), *sorted(kind for kind in only.all if kind in MODIFIERS))))
    measures = [c for c in told.core.claims if _kinds_of(c).lead not in MODIFIERS] or told.core.claims
    lead = _told_of(told, measures, lambda c: (_kinds_of(c).lead,)).carried()[0]
    natures = _told_of(told, told.core.claims, lambda c: _kinds_of(c).natures)
    news = _told_of(told, told.claims, lambda c: _kinds_of(c).all)
    kinds = (lead, *natures.carried(), *sorted(kind for kind in news.carried() if kind in MODIFIERS))
    return tuple(dict.fromkeys(kinds))


class _Kinds(NamedTuple):
    """The types that a claim gives: its own in its own family (a provider's own act that a headline calls a ban is an access
    restriction), that with what lies beneath but for modifiers, and all.
    """

    lead: EventType
    natures: tuple[EventType, ...]
    all: tuple[EventType, ...]


def _kinds_of(claim: Claim) -> _Kinds:
    return _kinds(claim.family, claim.report.signal.type, claim.report.signal.beneath)


@lru_cache(maxsize=1024)
def _kinds(family: Family, kind: EventType, beneath: tuple[EventType, ...]) -> _Kinds:
    lead: EventType = "access_restriction" if family == "access" and FAMILY[kind] not in ("access", "unknown") else kind
    return _Kinds(lead, tuple(k for k in (lead, *beneath) if k not in MODIFIERS), (lead, kind, *beneath))


def _providers(told: Account, claims: Sequence[Claim]) -> dict[str, Role]:
    """Each provider's role: of a primary source where one gives it, else the strongest that is carried among the roles told of it.

    Who only a small minority of origins ties to the measure, beside the best-supported party, is merely mentioned.
    """
    if len({(id(c.report.signal.providers), c.principals, c.family) for c in claims}) == 1:
        claims = [next((c for c in claims if is_primary(c)), claims[0])]  # all say the same, which no voice outweighs
    parties: Tally[str] = Tally()
    roles: dict[str, Tally[Role]] = {p: Tally() for p in _named(told)}
    first_hand: dict[str, list[Role]] = {}
    for claim in claims:
        voice, primary = told.chorus.voice(claim.report.document), is_primary(claim)
        for provider in claim.report.signal.providers.keys() | claim.principals:
            role = _role(claim, provider)
            if role == "mentioned":
                continue
            roles[provider].tell(role, voice, claim.clarity, primary=False)
            if role in ACTIVE:
                parties.tell(provider, voice, claim.clarity, primary)
            if primary:
                first_hand.setdefault(provider, []).append(role)
    tied = parties.named()
    held: dict[str, Role] = {p: _strongest(first_hand.get(p) or roles[p].carried()) for p in sorted(roles)}
    return {p: role if role not in ACTIVE or p in tied else "mentioned" for p, role in held.items()}


def _named(told: Account) -> set[str]:
    said = {(id(c.report.signal.providers), c.principals): c for c in told.core.claims}
    return {p for c in said.values() for p in (*c.report.signal.providers, *c.principals)}


def _strongest(roles: Sequence[Role]) -> Role:
    return min(roles, key=ROLE_PRECEDENCE.index, default="mentioned")


def _role(claim: Claim, provider: str) -> Role:
    """The role a claim gives; who acts for himself in another claim of the same report is only mentioned in this one."""
    role: Role = claim.report.signal.providers.get(provider, "mentioned")
    if claim.family == "mitigation":
        return "alternative" if provider in claim.principals else "mentioned" if role == "alternative" else role
    return "mentioned" if role == "restricting" and provider not in claim.principals and claim.family in ("access", "unknown") else role


def _agreeing(told: Account, lead: EventType) -> list[Claim]:
    """The core without reports that call a provider's own act a ban, or the reverse: they name other actors for the same act."""
    if FAMILY[lead] not in EITHER:
        return list(told.core.claims)
    return [c for c in told.core.claims if c.family not in EITHER or c.family == FAMILY[lead]]


def _sectors(told: Account, kind: EventType, providers: Mapping[str, Role]) -> tuple[Sector, ...]:
    """What is named of sectors. A ban that names nobody is of all online services only where a headline names the network: else some apps
    are banned, of which it is not said whose they are.
    """
    named = _told_of(told, told.core.claims, lambda c: c.report.signal.sectors).named()
    if kind != "service_ban" or not HIT.isdisjoint(providers.values()):
        return named
    is_network = any(names_a_network(claim.report.document.title) for claim in told.core.claims)
    return named if is_network else tuple(sector for sector in named if sector != "apps")


def _told_of(told: Account, claims: Iterable[Claim], words: Callable[[Claim], tuple[Word, ...]]) -> Tally[Word]:
    """The words that claims give, with the origins behind each."""
    tally: Tally[Word] = Tally()
    given = [(claim, said) for claim in claims if (said := words(claim))]
    if len({said for _, said in given}) == 1:
        del given[1:]  # all say the same, which no voice outweighs
    for claim, said in given:
        voice, clarity, primary = told.telling[id(claim)]
        for word in said:
            tally.tell(word, voice, clarity, primary)
    return tally


def _instrument(told: Account) -> str:
    """The name that identifies the measure: an official number where one is known, else the rule's best-supported name."""
    official = sorted(number for c in told.core.claims for number in c.official)
    named = supported(told.core.claims, lambda c: c.report.signal.instrument or None, told.chorus)
    return next((name for name in named if name in official), official[0] if official else named[0] if named else "")


def _last_reported(told: Account) -> datetime:
    """When the measure was last news: a copy counts when its text first appeared, a measure only recalled on its own days."""
    if told.core.modality == "historical" and (days := [day for c in told.core.claims for day in c.days]):
        return datetime.combine(max(days), time(), UTC)
    return max(text[0].told_at for text in told.chorus.texts)


def _confidence(told: Account) -> float:
    """1 − Π(1 − best claim of each origin), each weighted by its source's tier."""
    best: dict[str, float] = {}
    for claim in told.core.claims:
        weighed = claim.report.signal.confidence * CONFIDENCE_WEIGHT[tier(claim)]
        best[claim.report.document.id] = max(best.get(claim.report.document.id, 0.0), weighed)
    doubt = 1.0
    for voice in told.chorus.origins:
        doubt *= 1.0 - max(best[document.id] for document in voice.documents)
    return round(1.0 - doubt, 4)


def _disputed(told: Account) -> bool:
    """Whether someone else denies what no primary source confirms."""
    if told.core.modality not in ("asserted", "threatened") or any(is_primary(c) for c in told.core.claims):
        return False
    asserting = {document.origin_group for voice in told.chorus.origins for document in voice.documents}
    denials = [c for c in told.claims if c.report.signal.modality == "denied" and not c.background]
    return any(c.report.document.origin_group not in asserting for c in denials)
