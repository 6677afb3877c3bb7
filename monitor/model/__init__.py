"""The nouns of the product: frozen, validated, UTC-aware values that every stage takes and gives.

Nothing comes in; the classes go out. They stand in the order of the way of the data: catalogue, collect, understand,
assess, inventory, inform.

A class is loaded when it is first asked for: the parser's process, which starts often, needs a fifth of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from monitor.model.assess import (
        ANYONE,
        ANYWHERE,
        HIT,
        RISKS,
        Alert,
        AlertPair,
        AlertReason,
        Alternative,
        Assessment,
        DayRole,
        Event,
        EventOffer,
        Evidence,
        Factor,
        Report,
        StageStep,
        Wave,
    )
    from monitor.model.base import (
        LEVELS,
        MODIFIERS,
        ROLE_PRECEDENCE,
        Criticality,
        EventType,
        Instant,
        Jurisdiction,
        Level,
        Modality,
        Noun,
        OfferKind,
        Reason,
        Reliability,
        Role,
        Sector,
        SourceFormat,
        SourceKind,
        SourceState,
        Stage,
        Substitutability,
        short_hash,
    )
    from monitor.model.catalogue import AliasRule, NotOffered, Parent, Place, Provider, Source
    from monitor.model.channel import CHANNEL_NAME, Channel, ChannelKind, SendResult, channel_address, channel_of
    from monitor.model.collect import PAGE_ADDED, PAGE_REMOVED, Document, Entry, FetchFailure, RegulatorFacts, Response, Validators
    from monitor.model.decision import VERDICTS, Anchor, Correction, DecisionKind, DecisionRequest, EventDecision, Ruling
    from monitor.model.health import AlertCode, FeedHints, Hold, Observed, Rhythm, Run
    from monitor.model.inform import (
        Consent,
        ConsentState,
        Delivery,
        DeliveryState,
        Fate,
        Firing,
        HeldBy,
        Mail,
        MailKind,
        Posting,
        Suspension,
        ToldAlert,
        Unsubscription,
        delivery_id,
    )
    from monitor.model.inventory import (
        Acceptance,
        Answer,
        Confidence,
        Dependency,
        Detection,
        Exposure,
        Finding,
        FindingState,
        OpenQuestion,
        Recipient,
        Sighting,
        SightingKind,
        Skipped,
        System,
        Team,
        Use,
    )
    from monitor.model.origin import Copy, OriginDecision, OriginVerdict, Span, standing
    from monitor.model.reasons import REASONS, Meaning
    from monitor.model.triage import SETTLED, Seen, Triage, TriageFact, TriageRequest, TriageState
    from monitor.model.understand import Band, EventDates, Mention, Offer, Quote, Signal, Tagging

__all__ = [
    "ANYONE",
    "ANYWHERE",
    "CHANNEL_NAME",
    "HIT",
    "LEVELS",
    "MODIFIERS",
    "PAGE_ADDED",
    "PAGE_REMOVED",
    "REASONS",
    "RISKS",
    "ROLE_PRECEDENCE",
    "SETTLED",
    "VERDICTS",
    "Acceptance",
    "Alert",
    "AlertCode",
    "AlertPair",
    "AlertReason",
    "AliasRule",
    "Alternative",
    "Anchor",
    "Answer",
    "Assessment",
    "Band",
    "Channel",
    "ChannelKind",
    "Confidence",
    "Consent",
    "ConsentState",
    "Copy",
    "Correction",
    "Criticality",
    "DayRole",
    "DecisionKind",
    "DecisionRequest",
    "Delivery",
    "DeliveryState",
    "Dependency",
    "Detection",
    "Document",
    "Entry",
    "Event",
    "EventDates",
    "EventDecision",
    "EventOffer",
    "EventType",
    "Evidence",
    "Exposure",
    "Factor",
    "Fate",
    "FeedHints",
    "FetchFailure",
    "Finding",
    "FindingState",
    "Firing",
    "HeldBy",
    "Hold",
    "Instant",
    "Jurisdiction",
    "Level",
    "Mail",
    "MailKind",
    "Meaning",
    "Mention",
    "Modality",
    "NotOffered",
    "Noun",
    "Observed",
    "Offer",
    "OfferKind",
    "OpenQuestion",
    "OriginDecision",
    "OriginVerdict",
    "Parent",
    "Place",
    "Posting",
    "Provider",
    "Quote",
    "Reason",
    "Recipient",
    "RegulatorFacts",
    "Reliability",
    "Report",
    "Response",
    "Rhythm",
    "Role",
    "Ruling",
    "Run",
    "Sector",
    "Seen",
    "SendResult",
    "Sighting",
    "SightingKind",
    "Signal",
    "Skipped",
    "Source",
    "SourceFormat",
    "SourceKind",
    "SourceState",
    "Span",
    "Stage",
    "StageStep",
    "Substitutability",
    "Suspension",
    "System",
    "Tagging",
    "Team",
    "ToldAlert",
    "Triage",
    "TriageFact",
    "TriageRequest",
    "TriageState",
    "Unsubscription",
    "Use",
    "Validators",
    "Wave",
    "channel_address",
    "channel_of",
    "delivery_id",
    "short_hash",
    "standing",
]  # fmt: skip
# In this order they are looked through, the few first that everything else is made of.
_HOMES = (
    "base", "collect", "catalogue", "health", "understand", "reasons", "origin", "assess", "decision", "triage", "inventory", "inform",
    "channel",
)  # fmt: skip


def __getattr__(name: str) -> Any:
    """The noun of this name."""
    if name in __all__:
        for home in _HOMES:
            module = import_module(f"{__name__}.{home}")
            if hasattr(module, name):
                globals()[name] = getattr(module, name)
                return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
