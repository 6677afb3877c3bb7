"""Reports as threads keep them: the same names as `Report`, `Document` and `Signal`, a fifth of the memory, no text.

In: stored bodies, or the nouns themselves. Out: briefs. What many reports say alike (parties, places, days) is kept once. Nothing is
validated: bodies were written from nouns.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import lru_cache
from sys import intern
from typing import Any, Final, NamedTuple, Protocol, TypeVar

from pydantic_core import from_json

from monitor.model.assess import Report
from monitor.model.base import EventType, Jurisdiction, Modality, Reliability, Role, Sector, SourceKind, Stage
from monitor.model.collect import Document, RegulatorFacts, entry_id, version_id
from monitor.model.understand import EventDates, Offer, Quote, Signal

Value = TypeVar("Value")
_KEPT: Final = 65_536
_MEASURES: Final = 8_192
"""What so many measures are said to be is remembered: those of some weeks."""
_PROOF: Final = ',"evidence":['


class Quotation(NamedTuple):
    """A `Quote`."""

    start: int
    end: int
    text: str


class DocumentBrief(NamedTuple):
    """A `Document` without its text."""

    id: str
    entry: str
    source: str
    guid: str
    revision: int
    url: str
    title: str
    published_at: datetime | None
    retrieved_at: datetime
    told_at: datetime
    content_hash: str
    origin_group: str
    kind: SourceKind
    jurisdiction: Jurisdiction | None
    reliability: Reliability
    regulator: RegulatorFacts | None

    @property
    def versions(self) -> tuple[str, ...]:
        """The ids of this version and of those before it."""
        if self.revision == 1:
            return (self.id,)
        return tuple(version_id(self.source, self.guid, revision) for revision in range(1, self.revision + 1))


class SignalBrief(NamedTuple):
    """A `Signal`; its fields are in the same order."""

    type: EventType
    beneath: tuple[EventType, ...]
    modality: Modality
    background: bool
    providers: Mapping[str, Role]
    issuing: tuple[Jurisdiction, ...]
    affected: tuple[Jurisdiction, ...]
    stage: Stage
    dates: EventDates
    sectors: tuple[Sector, ...]
    offers: tuple[Offer, ...]
    instrument: str
    evidence: tuple[Quotation, ...]
    confidence: float

    def whole(self) -> Signal:
        """The noun again."""
        quotes = tuple(Quote(start=quote.start, end=quote.end, text=quote.text) for quote in self.evidence)
        return Signal(**(self._asdict() | {"providers": dict(self.providers), "evidence": quotes}))


class Brief(NamedTuple):
    """A `Report`."""

    document: DocumentBrief
    signal: SignalBrief
    recorded_at: datetime


def brief_of(report: Report) -> Brief:
    """The report in brief."""
    return Brief(document_brief(report.document), signal_brief(report.signal), report.recorded_at)


def stored_document(id: str, title: str, body: Mapping[str, Any]) -> DocumentBrief:
    """The document of that id with its title, from the rest of it as it is stored."""
    published = body.get("published_at")
    retrieved = same(datetime.fromisoformat(body["retrieved_at"]))
    told = same(datetime.fromisoformat(published)) if published else None
    facts = body.get("regulator")
    return DocumentBrief(
        id=id,
        entry=entry_id(body["source"], body["guid"]),
        source=intern(body["source"]),
        guid=body["guid"],
        revision=body.get("revision", 1),
        url=body["url"],
        title=title,
        published_at=told,
        retrieved_at=retrieved,
        told_at=told or retrieved,
        content_hash=body["content_hash"],
        origin_group=intern(body["origin_group"]),
        kind=same(body["kind"]),
        jurisdiction=same(body.get("jurisdiction")),
        reliability=same(body.get("reliability", "medium")),
        regulator=RegulatorFacts.model_validate(facts) if facts else None,
    )


def stored_signal(written: str, title: str) -> SignalBrief:
    """The signal as it is stored; a quote of the whole title of its document is kept as that title.

    Bodies are written in the order of the fields, and reports of one measure mostly say the same until the quotes: that is read once.
    """
    said, _, proof = written.partition(_PROOF)
    rest = from_json('{"evidence":[' + proof) if proof else {}
    if rest.keys() != {"evidence", "confidence"}:
        rest, facts = from_json(written), _facts(written)
    else:
        facts = _facts(said + "}")
    quotes = ((quote["start"], quote["end"], quote["text"]) for quote in rest.get("evidence", ()))
    evidence = tuple([Quotation(start, end, title if text == title else text) for start, end, text in quotes])
    return SignalBrief._make((*facts, evidence, rest["confidence"]))


@lru_cache(maxsize=_MEASURES)
def _facts(written: str) -> tuple[Any, ...]:
    """All fields before the evidence."""
    body = from_json(written)
    return (
        same(body["type"]),
        same(tuple(body.get("beneath", ()))),
        same(body.get("modality", "asserted")),
        body.get("background", False),
        _roles(tuple(body.get("providers", {}).items())),
        same(tuple(body.get("issuing", ()))),
        same(tuple(body.get("affected", ()))),
        same(body["stage"]),
        stored_dates(body.get("dates", {})),
        same(tuple(body.get("sectors", ()))),
        tuple(map(Offer.model_validate, body.get("offers", ()))),
        same(body.get("instrument", "")),
    )


class _Same(Protocol):
    def __call__(self, value: Value, /) -> Value: ...


same: _Same = lru_cache(maxsize=_KEPT)(lambda value: value)
"""One object for all equal values, as long as it is among the last that were asked for."""


def document_brief(document: Document) -> DocumentBrief:
    """The document in brief."""
    return DocumentBrief(
        id=document.id,
        entry=document.entry,
        source=document.source,
        guid=document.guid,
        revision=document.revision,
        url=document.url,
        title=document.title,
        published_at=document.published_at,
        retrieved_at=document.retrieved_at,
        told_at=document.told_at,
        content_hash=document.content_hash,
        origin_group=document.origin_group,
        kind=document.kind,
        jurisdiction=document.jurisdiction,
        reliability=document.reliability,
        regulator=document.regulator,
    )


def signal_brief(signal: Signal) -> SignalBrief:
    """The signal in brief."""
    values = dict(_fields(signal))
    quotes = tuple(Quotation(quote.start, quote.end, quote.text) for quote in signal.evidence)
    return SignalBrief(**(values | {"providers": _roles(tuple(signal.providers.items())), "evidence": quotes}))


def _fields(signal: Signal) -> Iterator[tuple[str, Any]]:
    return ((name, getattr(signal, name)) for name in SignalBrief._fields)


@lru_cache(maxsize=_KEPT)
def _roles(pairs: tuple[tuple[str, Role], ...]) -> Mapping[str, Role]:
    return {intern(provider): role for provider, role in pairs}


def stored_dates(body: Mapping[str, Any]) -> EventDates:
    """The days as they are stored."""
    days = (body.get("announced"), body.get("effective"), body.get("comment"))
    return _dates(days, tuple(body.get("months", {}).items()))


@lru_cache(maxsize=_KEPT)
def _dates(days: tuple[str | None, ...], months: tuple[tuple[str, str], ...]) -> EventDates:
    announced, effective, comment = (date.fromisoformat(day) if day else None for day in days)
    return EventDates(announced=announced, effective=effective, comment=comment, months=dict(months))
