"""The frozen picture for a vendor decision: a DossierQuery comes in, a Dossier with its own sha256 goes out.

The same query gives the same bytes on every machine; the digest covers the canonical JSON, not any layout made from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Literal

from pydantic import Field

from monitor.comply.verdict import Verdict, binding, context, known_by, verdict
from monitor.errors import UsageError
from monitor.model import (
    Assessment,
    Event,
    EventType,
    Evidence,
    Instant,
    Jurisdiction,
    Level,
    Modality,
    NotOffered,
    Noun,
    Provider,
    Ruling,
    Stage,
    StageStep,
)

FORMAT = "forewarned-dossier/2"


class DossierDocument(Noun):
    """A document that evidence points at, by the hash of the text we read."""

    id: str
    url: str
    source: str
    sha256: str
    published_at: Instant | None = None
    retrieved_at: Instant


class DossierQuery(Noun):
    """What is to be pinned: vendors, one jurisdiction, one instant, and all that was known then."""

    providers: tuple[Provider, ...]
    jurisdiction: Jurisdiction
    as_of: Instant
    assessments: tuple[Assessment, ...]
    """One per provider, for `jurisdiction` at `as_of`."""
    events: tuple[Event, ...] = ()
    documents: Mapping[str, DossierDocument] = Field(default_factory=dict)
    """Stored documents by id; a quote whose document is not among them is cited by its own hash and address."""
    names: Mapping[str, str] = Field(default_factory=dict)
    """Names of further providers, such as the alternatives."""
    methodology_version: str
    data_versions: Mapping[str, str] = Field(default_factory=dict)
    """Version per data set and program, e.g. tagger, catalogue, migration."""


class Measure(Noun):
    """One event as a reviewer reads it: what, how far, which days, what proof; points None when it is context only."""

    event: str
    type: EventType
    title: str
    stage: Stage
    modality: Modality
    stages: tuple[StageStep, ...]
    effective: date | None
    comment: date | None
    days_left: int | None
    date_conflicts: dict[str, tuple[date, ...]]
    issuing: tuple[Jurisdiction, ...]
    affected: tuple[Jurisdiction, ...]
    points: int | None = None
    why: str = ""
    origins: int
    primary_source: bool
    disputed: bool
    decisions: tuple[Ruling, ...] = Field(default=(), exclude_if=lambda rulings: not rulings)
    """What analysts decided about it."""
    evidence: tuple[Evidence, ...]


class DossierAlternative(Noun):
    """What to use instead, with its terms and its own risk in the same jurisdiction."""

    provider: str
    name: str
    score: int
    level: Level
    offers: tuple[str, ...]
    availability: Literal["stated", "unknown"] = "unknown"
    evidence: tuple[Evidence, ...] = ()


class VendorSheet(Noun):
    """One vendor's column."""

    provider: str
    name: str
    home: Jurisdiction | None
    owners: tuple[str, ...]
    verdict: Verdict
    score: int
    level: Level
    measures: tuple[Measure, ...]
    context: tuple[Measure, ...]
    alternatives: tuple[DossierAlternative, ...]
    unknowns: tuple[str, ...]
    not_offered: NotOffered | None
    """What the provider itself says, as known on the day; None when it says nothing we know of."""
    disputed: bool
    stale: bool
    data_as_of: Instant | None
    input_digest: str


class Dossier(Noun):
    """The pinned picture; `digest` is the sha256 of the canonical JSON of everything else."""

    format: str = FORMAT
    jurisdiction: Jurisdiction
    as_of: Instant
    methodology_version: str
    data_versions: dict[str, str]
    vendors: tuple[VendorSheet, ...]
    documents: tuple[DossierDocument, ...]
    """Every document that a quote rests on, in the order of first mention."""
    digest: str = ""

    def number(self, document: str) -> int:
        """The place of a document in the list of sources, counted from 1."""
        return [known.id for known in self.documents].index(document) + 1


def dossier(query: DossierQuery) -> Dossier:
    """Vendors side by side in the order asked for; UsageError when an assessment is missing or of another place or time."""
    sheets = tuple(_sheet(query, provider) for provider in query.providers)
    pinned = Dossier(
        jurisdiction=query.jurisdiction,
        as_of=query.as_of,
        methodology_version=query.methodology_version,
        data_versions=dict(sorted(query.data_versions.items())),
        vendors=sheets,
        documents=tuple(_documents(query, sheets)),
    )
    return pinned.model_copy(update={"digest": dossier_digest(pinned)})


def canonical_json(pinned: Dossier) -> str:
    """The dossier as one line of JSON with sorted keys: the same bytes for the same content."""
    return json.dumps(pinned.model_dump(mode="json", by_alias=True), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def dossier_digest(pinned: Dossier) -> str:
    """The sha256 over the canonical JSON without the digest itself."""
    bare = pinned.model_copy(update={"digest": ""})
    return hashlib.sha256(canonical_json(bare).encode("utf-8", "surrogatepass")).hexdigest()


def is_intact(pinned: Dossier) -> bool:
    """Whether the dossier still is what its digest was taken of."""
    return pinned.digest == dossier_digest(pinned)


def _sheet(query: DossierQuery, provider: Provider) -> VendorSheet:
    assessment = _assessment(query, provider)
    today = query.as_of.date()
    scored = binding(query.events, assessment)
    not_offered = known_by(provider.not_offered, today)
    around = sorted(context(query.events, provider, scored), key=lambda event: event.id)
    return VendorSheet(
        provider=provider.id,
        name=provider.name,
        home=provider.home,
        owners=tuple(_owner(query, parent.id, parent.share) for parent in provider.parents),
        verdict=verdict(provider, assessment, scored, not_offered),
        score=assessment.score,
        level=assessment.level,
        measures=tuple(_measure(event, today, assessment) for event in scored),
        context=tuple(_measure(event, today, None) for event in around),
        alternatives=tuple(_alternatives(query, assessment)),
        unknowns=assessment.unknowns,
        not_offered=not_offered,
        disputed=assessment.disputed,
        stale=assessment.stale,
        data_as_of=assessment.data_as_of,
        input_digest=assessment.input_digest,
    )


def _assessment(query: DossierQuery, provider: Provider) -> Assessment:
    for assessment in query.assessments:
        if assessment.provider == provider.id and assessment.jurisdiction == query.jurisdiction and assessment.as_of == query.as_of:
            return assessment
    raise UsageError(f"a dossier needs the assessment of {provider.id} in {query.jurisdiction} as of {query.as_of:%Y-%m-%dT%H:%M:%SZ}")


def _measure(event: Event, today: date, assessment: Assessment | None) -> Measure:
    factor = next((factor for factor in assessment.factors if factor.event == event.id), None) if assessment else None
    coming = [day for day in (event.dates.effective, event.dates.comment) if day and day >= today]
    return Measure(
        event=event.id,
        type=event.type,
        title=event.title,
        stage=event.stage,
        modality=event.modality,
        stages=event.stages,
        effective=event.dates.effective,
        comment=event.dates.comment,
        days_left=(min(coming) - today).days if coming else None,
        date_conflicts=event.date_conflicts,
        issuing=event.issuing,
        affected=event.affected,
        points=factor.points if factor else None,
        why=factor.why if factor else "",
        origins=len(event.origins),
        primary_source=event.primary_source,
        disputed=event.disputed,
        decisions=event.decisions,
        evidence=tuple(sorted((factor.evidence if factor and factor.evidence else event.evidence), key=lambda e: not e.primary)),
    )


def _documents(query: DossierQuery, sheets: Iterable[VendorSheet]) -> Iterable[DossierDocument]:
    cited = (e for sheet in sheets for measure in (*sheet.measures, *sheet.context) for e in measure.evidence)
    offered = (e for sheet in sheets for alternative in sheet.alternatives for e in alternative.evidence)
    found: dict[str, DossierDocument] = {}
    for e in (*cited, *offered):
        known = DossierDocument(
            id=e.document, url=e.url, source=e.source, sha256=e.sha256, published_at=e.published_at, retrieved_at=e.retrieved_at
        )
        found.setdefault(e.document, query.documents.get(e.document, known))
    return found.values()


def _alternatives(query: DossierQuery, assessment: Assessment) -> list[DossierAlternative]:
    ranked = sorted(assessment.alternatives, key=lambda a: (not a.offers, not any(o.amount for o in a.offers), a.score, a.provider))
    return [
        DossierAlternative(
            provider=alternative.provider,
            name=_name(query, alternative.provider),
            score=alternative.score,
            level=alternative.level,
            availability=alternative.availability,
            offers=tuple(_terms(offer.kind, offer.amount, offer.until) for offer in alternative.offers),
            evidence=tuple(e for offer in alternative.offers for e in offer.evidence),
        )
        for alternative in ranked
    ]


def _terms(kind: str, amount: str | None, until: date | None) -> str:
    words = kind.replace("_", " ")
    named = f"{int(amount):,} {words}" if amount and amount.isascii() and amount.isdigit() and kind != "price_cut" else words
    named = f"{amount} % off" if kind == "price_cut" and amount else named
    return f"{named} until {until}" if until else named


def _owner(query: DossierQuery, owner: str, share: float | None) -> str:
    return _name(query, owner) + (f" ({share:g} %)" if share is not None else "")


def _name(query: DossierQuery, key: str) -> str:
    known = {provider.id: provider.name for provider in query.providers}
    return known.get(key) or query.names.get(key, key)
