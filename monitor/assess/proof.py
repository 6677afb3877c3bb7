"""What a reviewer can check: quotes with the hash of the text they come from, and offers with theirs.

In: claims of a measure. Out: evidence and offers, best first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from monitor.assess.facts import TIERS, is_primary, is_relief, supported, tier
from monitor.assess.history import Account
from monitor.assess.measure import Claim
from monitor.model import EventOffer, Evidence, Offer, OfferKind
from monitor.model.brief import Quotation

_OFFER_EVIDENCE_MAX: Final = 2


def evidence(claims: Sequence[Claim], limit: int) -> tuple[Evidence, ...]:
    """Quotes, best first: news of the measure before relief and background, primary, reliable, early; one per document first."""
    ranked = sorted(sorted(claims, key=lambda c: (c.told, c.order)), key=_standing)
    shown: dict[tuple[str, str], tuple[Claim, Quotation]] = {}
    for claim, quote in _by_turns(ranked):
        shown.setdefault((claim.report.document.content_hash, quote.text), (claim, quote))
        if len(shown) == limit:
            break
    return tuple(_proof(claim, quote) for claim, quote in shown.values())


def _by_turns(claims: Sequence[Claim]) -> Iterator[tuple[Claim, Quotation]]:
    """The first quote of each, then the second ones, and so on."""
    left, turn = claims, 0
    while left:
        for claim in left:
            yield claim, (claim.report.signal.evidence or (_title(claim),))[turn]
        turn += 1
        left = [claim for claim in left if len(claim.report.signal.evidence) > turn]


def _standing(claim: Claim) -> int:
    """Place among the claims that prove the same, 0 is the best."""
    weaker = 4 * claim.background + 2 * is_relief(claim) + (not claim.primary)
    return len(TIERS) * weaker + TIERS.index(tier(claim))


def offers(told: Account) -> tuple[EventOffer, ...]:
    """One offer per provider and kind: the terms of the best-supported report that states an amount, with its evidence."""
    if not any(c.report.signal.offers for c in told.claims):
        return ()
    telling = [c for c in told.claims if c.report.signal.modality in ("asserted", "historical")]
    keys = sorted({(offer.provider, offer.kind) for c in telling for offer in _own(c)})
    return tuple(_offer(told, telling, provider, kind) for provider, kind in keys)


def _offer(told: Account, telling: Sequence[Claim], provider: str, kind: OfferKind) -> EventOffer:
    terms = _terms(provider, kind)
    stating = [c for c in telling if terms(c) is not None]
    exact = [c for c in stating if (offer := terms(c)) is not None and offer.amount is not None]
    best = supported(exact or stating, terms, told.chorus)[0]
    proof = evidence([c for c in stating if terms(c) == best], _OFFER_EVIDENCE_MAX)
    return EventOffer(provider=provider, kind=kind, amount=best.amount, until=best.until, evidence=proof)


def _terms(provider: str, kind: OfferKind) -> Callable[[Claim], Offer | None]:
    return lambda claim: next((o for o in _own(claim) if (o.provider, o.kind) == (provider, kind)), None)


def _own(claim: Claim) -> list[Offer]:
    """A report on several offers is split: each thread keeps its provider's."""
    return [o for o in claim.report.signal.offers if claim.family != "mitigation" or o.provider in claim.principals]


def _title(claim: Claim) -> Quotation:
    """A report that quotes nothing is quoted by its document's title, so that every event can be checked."""
    text = claim.report.document.title
    return Quotation(0, len(text), text)


def _proof(claim: Claim, quote: Quotation) -> Evidence:
    document = claim.report.document
    return Evidence(
        document=document.id,
        url=document.url,
        source=document.source,
        quote=quote.text,
        sha256=document.content_hash,
        published_at=document.published_at,
        retrieved_at=document.retrieved_at,
        primary=is_primary(claim),
    ).lean()
