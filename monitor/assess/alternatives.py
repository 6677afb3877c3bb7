"""What one can switch to: substitutes and providers with an offer, each with its own risk in the same place.

In: events and a question. Out: alternatives, those one can count on first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from monitor.assess.constants import BAND_FLOOR
from monitor.assess.factors import jurisdiction
from monitor.assess.parties import Record
from monitor.assess.question import Question
from monitor.assess.rate import level_of, rated_below
from monitor.model import Alternative, Effort, EventOffer, Jurisdiction, OfferKind
from monitor.model.event_brief import Weighable

NO_ALTERNATIVE: Final = BAND_FLOOR["high"]
"""From this score on nobody is told to switch to a provider."""
Ratings: TypeAlias = dict[tuple[str, Jurisdiction], int | None]
"""Scores of providers in places, all of one instant and from the same events; None from `NO_ALTERNATIVE` on."""


def alternatives(events: Sequence[Weighable], known: Record, question: Question, ratings: Ratings) -> tuple[Alternative, ...]:
    """Providers to switch to from the one asked about: known to serve there first, then at low risk, with an offer, by score.

    Taken from the catalogue's substitutes and from migration offers that answer this provider's case; left out are those
    that do not offer themselves in the place asked about and those whose own risk there is high or worse. `events` are those that
    concern the question; in `ratings` scores are looked up, and noted.
    """
    offering = _offered(events, question)
    names = sorted({*_substitutes(question), *offering} - {question.provider})
    asked = [question.about(name) for name in names if _is_offered(name, question)]
    for other in asked:
        if (other.provider, other.jurisdiction) not in ratings:
            ratings[other.provider, other.jurisdiction] = rated_below(known.concerning(other), other, NO_ALTERNATIVE)
    scores = [(other.provider, ratings[other.provider, other.jurisdiction]) for other in asked]
    kept = [_alternative(name, own, offering.get(name), question) for name, own in scores if own is not None]
    return tuple(
        sorted(kept, key=lambda a: (a.availability != "stated", a.level == "medium", a.provider not in offering, a.score, a.provider))
    )


def candidates(events: Sequence[Weighable], question: Question) -> set[str]:
    """Whom one might switch to: the catalogue's substitutes, and who offers to replace the provider asked about."""
    return {*_substitutes(question), *_offered(events, question)} - {question.provider}


def _substitutes(question: Question) -> tuple[str, ...]:
    known = question.providers.get(question.provider)
    return known.substitutes if known else ()


def _offered(events: Sequence[Weighable], question: Question) -> dict[str, list[EventOffer]]:
    return _by_service(_offering(events, question), _substitutes(question), question)


def _alternative(name: str, own: int, offers: list[EventOffer] | None, question: Question) -> Alternative:
    stated = offers is not None or _speaks_for(name, question)
    standing = _standing(offers or [], question)
    return Alternative(
        provider=name,
        score=own,
        level=level_of(own),
        offers=standing,
        availability="stated" if stated else "unknown",
        effort=_effort(name, standing, question),
    )


def _effort(name: str, standing: Sequence[EventOffer], question: Question) -> Effort:
    provider = question.providers.get(name)
    if provider is not None and question.provider in provider.speaks:
        return "configuration"
    return "assisted" if any(offer.kind == "migration_service" for offer in standing) else "code"


def _speaks_for(name: str, question: Question) -> bool:
    """Whether the catalogue knows a reason to think that the provider serves the place: its home, or its own list of places."""
    provider = question.providers.get(name)
    if provider is None:
        return False
    at_home = provider.home is not None and question.jurisdiction in (provider.home, *question.regions.get(provider.home, ()))
    return at_home or provider.not_offered is not None


def _offering(events: Sequence[Weighable], question: Question) -> dict[str, list[EventOffer]]:
    """Providers with a migration offer whose cause is the provider asked about, with their terms."""
    found: dict[str, list[EventOffer]] = {}
    about = [event for event in events if question.provider in event.providers and not event.withdrawn]
    for event in sorted(about, key=lambda event: (event.type != "mitigation", event.id)):
        told = event.modality in ("asserted", "historical")
        if not (told and (event.offers or event.type == "mitigation") and _answers(event, question)):
            continue
        offering = {offer.provider for offer in event.offers}
        if event.type == "mitigation":
            offering |= {p for p, role in event.providers.items() if role == "alternative"}
        for provider in offering:
            found.setdefault(provider, []).extend(offer for offer in event.offers if offer.provider == provider)
    return found


def _by_service(offering: dict[str, list[EventOffer]], substitutes: Sequence[str], question: Question) -> dict[str, list[EventOffer]]:
    """The same offers, with those of a holding in another business told for the one candidate that it owns: the service."""
    held = dict(offering)
    for holding in sorted(offering.keys() - set(substitutes)):
        owned = [name for name in sorted({*substitutes, *offering}) if holding in dict(question.about(name).owners)]
        if len(owned) == 1 and not _share_a_business(holding, question):
            held[owned[0]] = [*held.get(owned[0], []), *held.pop(holding)]
    return held


def _share_a_business(name: str, question: Question) -> bool:
    other, asked = question.providers.get(name), question.providers.get(question.provider)
    return other is None or asked is None or bool({*other.sectors} & {*asked.sectors})


def _answers(event: Weighable, question: Question) -> bool:
    """Whether the event's offers answer a loss of this provider here; one that names no cause answers whom it mentions."""
    role = event.providers.get(question.provider)
    causes = [held for held in event.providers.values() if held in ("restricting", "targeted")]
    return (role in ("restricting", "targeted") or (role == "mentioned" and not causes)) and jurisdiction(event, question) > 0


def _standing(offers: Sequence[EventOffer], question: Question) -> tuple[EventOffer, ...]:
    """Offers that have not run out, one per kind; those of a migration offer's own event come first."""
    today = question.as_of.date()
    standing: dict[OfferKind, EventOffer] = {}
    for offer in offers:
        if offer.until is None or offer.until >= today:
            standing.setdefault(offer.kind, offer)
    return tuple(standing[kind] for kind in sorted(standing))


def _is_offered(name: str, question: Question) -> bool:
    provider = question.providers.get(name)
    return provider is None or provider.not_offered is None or question.jurisdiction not in provider.not_offered.places
