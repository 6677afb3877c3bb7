"""The nouns of the product: frozen, validated, UTC-aware values that every stage takes and gives.

Nothing comes in; the classes go out. They stand in the order of the way of the data: catalogue, collect, understand,
assess, inventory, inform.
"""

from monitor.model.assess import Alternative, Assessment, Event, EventOffer, Evidence, Factor, Report, StageStep
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
from monitor.model.collect import Document, Entry, FetchFailure, RegulatorFacts, Response, Validators
from monitor.model.inform import Delivery, DeliveryState, Mail
from monitor.model.inventory import Dependency, Exposure, Recipient, System, Team
from monitor.model.understand import EventDates, Mention, Offer, Quote, Signal, Tagging

__all__ = [
    "LEVELS", "MODIFIERS", "ROLE_PRECEDENCE", "AliasRule", "Alternative", "Assessment", "Criticality", "Delivery", "DeliveryState",
    "Dependency", "Document", "Entry", "Event", "EventDates", "EventOffer", "EventType", "Evidence", "Exposure", "Factor",
    "FetchFailure", "Instant", "Jurisdiction", "Level", "Mail", "Mention", "Modality", "NotOffered", "Noun", "Offer", "OfferKind",
    "Parent", "Place", "Provider", "Quote", "Reason", "Recipient", "RegulatorFacts", "Reliability", "Report", "Response", "Role",
    "Sector", "Signal", "Source", "SourceFormat", "SourceKind", "SourceState", "Stage", "StageStep", "Substitutability", "System",
    "Tagging", "Team", "Validators", "short_hash",
]  # fmt: skip
