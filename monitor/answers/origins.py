"""Who really told it, and why that is believed: the id of a document or an event comes in, its origins with their copies go out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from monitor.answers.reader import Reader
from monitor.answers.shapes import Shape
from monitor.assess.corroborate import Origin, chorus
from monitor.assess.kinship import Kinship
from monitor.assess.provenance import Repeat, repeats
from monitor.errors import NotFoundError
from monitor.model import Copy, Document, Event, OriginDecision, OriginVerdict, standing
from monitor.store import Session
from monitor.store import documents as stored_documents
from monitor.store import origins as stored_origins

_SHOWN = 80
"""Characters of a common passage that are quoted."""


class RepeatShape(Shape):
    """One document of an origin: `why` it belongs to it, by way of document `of`; both empty for who told it first."""

    id: str
    source: str
    title: str
    url: str
    published_at: datetime | None
    retrieved_at: datetime
    asked: bool
    """Whether it is the document asked for, or tells the event asked for; others are shown because they tie those together."""
    of: str | None
    why: str
    share: float | None
    """Of a copy: how much of the shorter text stands in the other one."""
    passage: str
    """Of a copy: the beginning of the longest passage in common."""
    decision: int | None


class OriginShape(Shape):
    """Documents that count as one voice, who told it first at their head."""

    name: str
    counts: bool
    """Whether the event counts it among its origins; denials and background tell of it without counting."""
    documents: list[RepeatShape]


class DecisionShape(Shape):
    """What an analyst decided."""

    number: int
    verdict: OriginVerdict
    documents: list[str]
    undoes: int | None
    author: str
    reason: str
    recorded_at: datetime
    holds: bool


class OriginsShape(Shape):
    """The origins behind an event, or the one behind a document, with every decision about them."""

    id: str
    as_of: datetime
    origins: list[OriginShape]
    decisions: list[DecisionShape]


def origins_of(reader: Reader, key: str, as_of: datetime) -> OriginsShape:
    """Who told an event, or who told what a document tells, as known at `as_of`; NotFoundError for an unknown id."""
    if key.startswith("evt_"):
        return _explained(reader, key, [_event(reader, key, as_of)], None, as_of)
    with reader.store.read() as tx:
        document = stored_documents.documents_by_id(tx, [key], as_of).get(key)
    if document is None:
        raise NotFoundError("document", key, "see `forewarned documents`")
    telling = [event for event in reader.picture(as_of).events if not event.withdrawn and set(document.versions) & set(event.documents)]
    return _explained(reader, key, telling, document, as_of)


def decisions(reader: Reader, as_of: datetime) -> list[DecisionShape]:
    """Every decision about origins known at `as_of`, the latest first."""
    with reader.store.read() as tx:
        return _shaped(stored_origins.decisions(tx, as_of), None)


def _event(reader: Reader, key: str, as_of: datetime) -> Event:
    for event in reader.picture(as_of).events:
        if event.id == key:
            return event
    raise NotFoundError("event", key, f"known events as of {as_of:%Y-%m-%d}: forewarned events")


def _explained(reader: Reader, key: str, events: Sequence[Event], asked: Document | None, as_of: datetime) -> OriginsShape:
    """All origins of the events, or only the one of the document asked for."""
    counted = {name for event in events for name in event.origins}
    with reader.store.read() as tx:
        told = stored_documents.documents_by_id(tx, {name for event in events for name in event.documents}, as_of)
        if asked is not None:
            told = {name: one for name, one in told.items() if one.entry != asked.entry} | {asked.id: asked}
        copies, decided = stored_origins.known_origins(tx, told.values(), as_of)
        kin = Kinship(copies, decided)
        heard = chorus(list(told.values()), kin)
        voices = [voice for voice in heard.origins if asked is None or asked in voice.documents]
        members = {document.entry for voice in voices for document in voice.documents}
        trees = [
            repeats(voice.documents[0].entry, [*kin.ties, *heard.ties], None if asked else [d.entry for d in voice.documents])
            for voice in voices
        ]
        others = {repeat.entry for tree in trees for repeat in tree} - members
        known = {document.entry: document for document in [*_outside(tx, others, copies, decided, as_of), *told.values()]}
    wanted = {asked.entry} if asked else members
    origins = [_origin(voice, tree, known, wanted, counted) for voice, tree in zip(voices, trees, strict=True)]
    return OriginsShape(id=key, as_of=as_of, origins=origins, decisions=_shaped(decided, set(known)))


def _outside(tx: Session, entries: set[str], copies: Sequence[Copy], decided: Sequence[OriginDecision], as_of: datetime) -> list[Document]:
    """Documents of these entries, which others name only by id."""
    named = {copy.entry: copy.document for copy in copies} | {copy.copied_entry: copy.copied for copy in copies}
    named |= {entry: name for one in decided for entry, name in zip(one.entries, one.documents, strict=True)}
    return list(stored_documents.documents_by_id(tx, [named[entry] for entry in sorted(entries)], as_of).values())


def _origin(
    voice: Origin[Document], tree: Sequence[Repeat], known: dict[str, Document], wanted: set[str], counted: set[str]
) -> OriginShape:
    return OriginShape(
        name=voice.name,
        counts=any(document.origin_group in counted for document in voice.documents),
        documents=[_repeat(repeat, known, repeat.entry in wanted) for repeat in tree],
    )


def _repeat(repeat: Repeat, known: dict[str, Document], asked: bool) -> RepeatShape:
    document, why = known[repeat.entry], repeat.why
    return RepeatShape(
        id=document.id,
        source=document.source,
        title=document.title,
        url=document.url,
        published_at=document.published_at,
        retrieved_at=document.retrieved_at,
        asked=asked,
        of=known[repeat.of].id if repeat.of else None,
        why=_words(repeat, known),
        share=why.share if isinstance(why, Copy) else None,
        passage=_passage(why, document, known[repeat.of]) if isinstance(why, Copy) and repeat.of else "",
        decision=why.number if isinstance(why, OriginDecision) else None,
    )


def _words(repeat: Repeat, known: dict[str, Document]) -> str:
    """Why this document belongs to the origin, as a person reads it."""
    if repeat.of is None or repeat.why is None:
        return "told it first"
    document, other, why = known[repeat.entry], known[repeat.of], repeat.why
    if isinstance(why, OriginDecision):
        return f"one origin with {other.id}, says {why.author} on {why.recorded_at:%Y-%m-%d} (decision {why.number}): {why.reason}"
    if isinstance(why, Copy):
        verb = "copy of" if why.entry == repeat.entry else "copied by"
        passage = _passage(why, document, other)
        return f"{verb} {other.id}: {why.share:.0%} of the shorter text" + (f", beginning with “{passage}”" if passage else "")
    if why == "text":
        return f"the text of {other.id}, word for word"
    wire = document.origin_group.removeprefix("wire:")
    if wire != document.origin_group:
        return f"credits the same wire as {other.id}: {wire}"
    return f"of the same publisher family as {other.id}: {document.origin_group}"


def _passage(copy: Copy, *documents: Document) -> str:
    """The beginning of what both have in common; empty when other versions of both are shown than were compared."""
    spans = {copy.document: copy.span, copy.copied: copy.copied_span}
    for document in documents:
        if document.id in spans:
            words = " ".join(document.full_text[slice(*spans[document.id])].split())
            return words if len(words) <= _SHOWN else words[:_SHOWN].rstrip() + "…"
    return ""


def _shaped(decided: Sequence[OriginDecision], about: set[str] | None) -> list[DecisionShape]:
    """The decisions that name one of these entries, and those that undo them; None: all."""
    hold = {decision.number for decision in standing(decided)}
    named = {one.number for one in decided if about is None or about & set(one.entries)}
    for one in decided:  # in their order: what undoes an undo follows it
        if one.undoes in named:
            named.add(one.number)
    return [
        DecisionShape(
            number=one.number,
            verdict=one.verdict,
            documents=list(one.documents),
            undoes=one.undoes,
            author=one.author,
            reason=one.reason,
            recorded_at=one.recorded_at,
            holds=one.number in hold,
        )
        for one in reversed(decided)
        if one.number in named
    ]
