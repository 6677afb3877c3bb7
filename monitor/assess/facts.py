"""Which claims of a thread carry the facts, and which of differing facts to show.

In: the claims of one measure. Out: the claims that count, and values ordered by how well they are supported.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, TypeVar

from monitor.assess.corroborate import Chorus
from monitor.assess.measure import EITHER, Claim, Family
from monitor.model import Modality, Reliability
from monitor.model.brief import DocumentBrief

_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_WEAKER: Final[tuple[Modality, ...]] = ("threatened", "hypothetical", "denied")
TIERS: Final[tuple[Reliability, ...]] = ("primary", "high", "medium", "low")
Value = TypeVar("Value", bound=Hashable)


@dataclass(frozen=True)
class Substance:
    """The claims that carry an event's facts, and the modality they give it."""

    modality: Modality
    claims: tuple[Claim, ...]


def current(claims: Sequence[Claim]) -> list[Claim]:
    """Claims of the newest known revision of each entry, since an edit replaces what it edits; of a document that tells the
    measure both as a ban and as the provider's own act only the surer reading.
    """
    standing = list(claims)
    if any(c.report.document.revision > 1 for c in claims):
        newest: dict[str, int] = defaultdict(int)
        for claim in claims:
            document = claim.report.document
            newest[document.entry] = max(newest[document.entry], document.revision)
        standing = [c for c in claims if c.report.document.revision == newest[c.report.document.entry]]
    if not {c.family for c in standing} >= EITHER:
        return standing
    reading: dict[str, Family] = {}
    for claim in sorted((c for c in standing if c.family in EITHER), key=lambda c: (c.background, c.order)):
        reading.setdefault(claim.report.document.id, claim.family)
    return [c for c in standing if c.family not in EITHER or reading[c.report.document.id] == c.family]


def substance(claims: Sequence[Claim]) -> Substance:
    """The strongest kind of claim present: asserted news, else relief alone, else threats, hypotheses, denials, background.

    News of relief is kept out where the measure itself is told as strongly, so that it can neither corroborate nor refresh it.
    """
    news = [c for c in claims if not c.background]
    asserted = [c for c in news if _modality(c) == "asserted"]
    if asserted:
        return Substance("asserted", _without_relief(asserted))
    for modality in _WEAKER:
        weaker = [c for c in news if _modality(c) == modality]
        if weaker:
            return Substance(modality, _without_relief(weaker))
    return Substance("historical", _without_relief(claims))


def _without_relief(claims: Sequence[Claim]) -> tuple[Claim, ...]:
    return tuple(c for c in claims if not is_relief(c)) or tuple(claims)


def is_relief(claim: Claim) -> bool:
    """Whether the claim's news is relief from the measure."""
    return claim.report.signal.type == "relief"


def is_primary(claim: Claim) -> bool:
    """Whether the document is the act itself: the issuer's own regulator, or the provider's notice about its own act."""
    return claim.primary


def tier(claim: Claim) -> Reliability:
    """The document's tier; `primary` only where it is the primary source of this very measure."""
    if is_primary(claim):
        return "primary"
    told = claim.report.document.reliability
    return "high" if told == "primary" else told


def supported(claims: Iterable[Claim], value: Callable[[Claim], Value | None], chorus: Chorus[DocumentBrief]) -> list[Value]:
    """The differing values that claims state, best first: of the latest primary source, of the most origins, the latest told.

    A copy adds neither an origin nor a later time.
    """
    told: dict[Value, list[Claim]] = defaultdict(list)
    for claim in claims:
        stated = value(claim)
        if stated is not None:
            told[stated].append(claim)
    if len(told) <= 1:
        return [*told]

    def support(stated: Value) -> tuple[datetime, int, datetime, str]:
        documents = [claim.report.document for claim in told[stated]]
        primary = [chorus.first_told(claim.report.document) for claim in told[stated] if is_primary(claim)]
        voices = len({chorus.voice(document) for document in documents})
        return (max(primary, default=_LONG_AGO), voices, max(map(chorus.first_told, documents)), str(stated))

    return sorted(told, key=support, reverse=True)


def _modality(claim: Claim) -> Modality:
    return claim.report.signal.modality
