"""What a webhook says: a query and its hits, or one matter, come in; a message with one schema for every type goes out. Pure.

The shapes are public API (docs/channels.md, and under `webhooks` in the OpenAPI document): fields are added, never renamed or taken away.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final, Literal

from monitor.inform import sections
from monitor.inform.hits import Hit, hits
from monitor.inform.notice import Matter
from monitor.inform.query import DigestQuery
from monitor.inform.render import clean, safe_url
from monitor.model import (
    Alternative,
    Criticality,
    Effort,
    EventType,
    Exposure,
    Instant,
    Jurisdiction,
    Level,
    Noun,
    OfferKind,
    Stage,
    Substitutability,
    TriageState,
)

MessageType = Literal["digest.ready", "digest.quiet", "alert.raised", "alert.lifted", "deadline.moved", "channel.test"]
MOST_MATTERS: Final = 20
MOST_EXPOSURES: Final = 20
MOST_EVIDENCE: Final = 5
MOST_ALTERNATIVES: Final = 10
_TYPES: Final[dict[str, MessageType]] = {"risk": "alert.raised", "moved": "deadline.moved", "lifted": "alert.lifted"}


class EventTold(Noun):
    """The measure. `title` is built from its fields, never from foreign text; `url` is its page here."""

    id: str
    type: EventType
    stage: Stage
    title: str
    url: str
    effective: date | None
    comments_close: date | None
    withdrawn: bool
    official: bool
    """Whether an official source is among those that tell it."""
    origins: int
    """How many sources tell it independently."""
    first_seen_at: Instant


class ExposureTold(Noun):
    """A system of the team that the measure hits."""

    system: str
    provider: str
    jurisdictions: tuple[Jurisdiction, ...]
    level: Level
    score: int
    team_score: int
    deadline: date | None
    criticality: Criticality
    substitutability: Substitutability
    triage: TriageState
    meaning: str


class EvidenceTold(Noun):
    """Where it stands, in the source's words; foreign text, so escape it."""

    url: str
    quote: str
    primary: bool


class TermsTold(Noun):
    """What an alternative offers to those who move."""

    kind: OfferKind
    amount: str | None
    until: date | None
    url: str


class AlternativeTold(Noun):
    """A provider to switch to, with its own risk there."""

    provider: str
    name: str
    instead_of: str
    jurisdiction: Jurisdiction
    level: Level
    score: int
    stated: bool
    """Whether something says that it serves there."""
    effort: Effort
    """What a move costs, as far as it is known."""
    offers: tuple[TermsTold, ...]


class MatterTold(Noun):
    """One measure as it touches the team."""

    level: Level
    score: int
    new: bool
    """Whether the team is told of it for the first time."""
    changes: tuple[str, ...]
    deadline: date | None
    days_left: int | None
    previous_effective: date | None
    """The day the team was last told, where it was told one."""
    advice: str
    providers: tuple[str, ...]
    jurisdictions: tuple[Jurisdiction, ...]
    systems: tuple[str, ...]
    event: EventTold
    exposures: tuple[ExposureTold, ...]
    evidence: tuple[EvidenceTold, ...]
    alternatives: tuple[AlternativeTold, ...]


class MessageData(Noun):
    """Whom it is told and what; `matters` are most urgent first, `more` counts those left out."""

    channel: str
    team: str
    team_name: str
    day: date
    """The recipient's local day, from which `days_left` counts."""
    as_of: Instant
    data_as_of: Instant | None
    stale: bool
    methodology_version: str
    matters: tuple[MatterTold, ...]
    more: int = 0


class WebhookMessage(Noun):
    """What is posted: `type` says why, `timestamp` as of when, `data` has the same schema for every type."""

    type: MessageType
    timestamp: Instant
    data: MessageData


def digest_message(query: DigestQuery, *, quiet: bool) -> WebhookMessage:
    """All that reaches the recipient's level: what is new or changed says so; `quiet` after a week without news."""
    told = [hit for hit in hits(query) if hit.reaches(query.recipient.min_level)]
    return _message("digest.quiet" if quiet else "digest.ready", query, told)


def alert_message(matter: Matter) -> WebhookMessage:
    """The one matter that cannot wait, or that takes back what we said."""
    return _message(_TYPES[matter.kind], matter.query, [matter.hit])


def trial_message(channel: str, now: Instant, methodology_version: str) -> WebhookMessage:
    """A message that tells nothing, for trying a channel out."""
    data = MessageData(
        channel=channel, team="", team_name="This is a test", day=now.date(), as_of=now, data_as_of=None, stale=False,
        methodology_version=methodology_version, matters=(),
    )  # fmt: skip
    return WebhookMessage(type="channel.test", timestamp=now, data=data)


def _message(kind: MessageType, query: DigestQuery, told: Sequence[Hit]) -> WebhookMessage:
    data = MessageData(
        channel=query.recipient.channel, team=query.team.id, team_name=query.team.name, day=query.day, as_of=query.as_of,
        data_as_of=query.data_as_of, stale=query.stale, methodology_version=query.methodology_version,
        matters=tuple(_matter(query, hit) for hit in told[:MOST_MATTERS]), more=max(0, len(told) - MOST_MATTERS),
    )  # fmt: skip
    return WebhookMessage(type=kind, timestamp=query.as_of, data=data)


def _matter(query: DigestQuery, hit: Hit) -> MatterTold:
    before = next((event for event in query.previous_events if event.id == hit.event.id), None)
    hurts = not hit.gone and hit.event.type != "relief"
    proofs = sorted(hit.event.evidence, key=lambda proof: not proof.primary)[:MOST_EVIDENCE]
    return MatterTold(
        level=hit.level, score=hit.score, new=hit.new, changes=hit.changes, deadline=hit.deadline, days_left=hit.days_left,
        previous_effective=before.dates.effective if before else None, advice=sections.advice(query, hit),
        providers=tuple(sorted({one.provider for one in hit.exposures})),
        jurisdictions=tuple(sorted({place for one in hit.exposures for place in one.jurisdictions})),
        systems=tuple(sorted({one.system for one in hit.exposures})),
        event=_event(query, hit),
        exposures=tuple(_exposure(one) for one in hit.exposures[:MOST_EXPOSURES]),
        evidence=tuple(EvidenceTold(url=_web(one.url), quote=sections.shortened(clean(one.quote)), primary=one.primary) for one in proofs),
        alternatives=_alternatives(query, hit) if hurts else (),
    )  # fmt: skip


def _web(url: str) -> str:
    """The address where it leads to a web page, else nothing: feeds may say `javascript:`."""
    return "" if safe_url(url) == "#" else safe_url(url)


def _event(query: DigestQuery, hit: Hit) -> EventTold:
    event = hit.event
    return EventTold(
        id=event.id, type=event.type, stage=event.stage, title=sections.title(query, hit), url=sections.page(query, hit),
        effective=event.dates.effective, comments_close=event.dates.comment, withdrawn=event.withdrawn, official=event.primary_source,
        origins=len(event.origins), first_seen_at=event.first_seen_at,
    )  # fmt: skip


def _exposure(one: Exposure) -> ExposureTold:
    fields = {name: getattr(one, name) for name in ExposureTold.model_fields if name != "triage"}
    return ExposureTold.model_validate(fields | {"triage": one.triage.state})


def _alternatives(query: DigestQuery, hit: Hit) -> tuple[AlternativeTold, ...]:
    pairs = {(one.provider, place) for one in hit.exposures for place in one.jurisdictions}
    found = [(score, other) for score in query.assessments if (score.provider, score.jurisdiction) in pairs for other in score.alternatives]
    ranked = sorted(found, key=lambda pair: (sections.standing_of(pair[1]), pair[0].jurisdiction))
    return tuple(_alternative(query, other, score.provider, score.jurisdiction) for score, other in ranked[:MOST_ALTERNATIVES])


def _alternative(query: DigestQuery, other: Alternative, instead_of: str, place: str) -> AlternativeTold:
    offers = tuple(
        TermsTold(kind=one.kind, amount=one.amount, until=one.until, url=next((_web(proof.url) for proof in one.evidence), ""))
        for one in other.offers
        if one.until is None or one.until >= query.day
    )
    return AlternativeTold(
        provider=other.provider, name=query.name_of(other.provider), instead_of=instead_of, jurisdiction=place, level=other.level,
        score=other.score, stated=other.availability == "stated", effort=other.effort, offers=offers,
    )  # fmt: skip
