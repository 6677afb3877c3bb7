"""What all nouns share: the base class, instants, and the value sets that are API values (never rename one)."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone is ambiguous; give an offset or Z")
    return value.astimezone(UTC)


Instant = Annotated[datetime, AfterValidator(_utc)]
"""An aware UTC datetime."""
Jurisdiction = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
"""ISO 3166-1 alpha-2, or `EU`; HK, MO and TW stand on their own."""

EventType = Literal[
    "access_restriction", "service_ban", "export_control", "sanctions_listing", "investment_restriction", "data_privacy",
    "licensing_regulation", "antitrust", "tariff", "divestiture", "litigation", "relief", "mitigation",
]  # fmt: skip
Role = Literal["restricting", "targeted", "affected", "alternative", "mentioned"]
Stage = Literal["rumoured", "proposed", "announced", "final", "in_force", "suspended", "rescinded"]
Modality = Literal["asserted", "threatened", "denied", "hypothetical", "historical"]
Level = Literal["none", "low", "medium", "high", "critical"]
Sector = Literal[
    "ai", "semiconductors", "quantum", "cloud", "apps", "hardware", "enterprise_software", "devtools", "cybersecurity", "fintech"
]
OfferKind = Literal["free_tokens", "free_credits", "price_cut", "migration_service"]
SourceKind = Literal["regulator", "news", "vendor", "vendor_terms", "status"]
SourceFormat = Literal["feed", "federal_register", "page"]
Reliability = Literal["primary", "high", "medium", "low"]
SourceState = Literal["ok", "not_modified", "empty", "failing", "quiet", "gone", "never"]
Reason = Literal[
    "timeout", "connection", "tls", "protocol", "truncated", "decode", "too_large", "not_a_feed", "not_well_formed", "forbidden_dtd",
    "entity_bomb", "empty_body", "bad_status", "rate_limited", "gone", "bad_redirect", "redirect_loop", "too_many_redirects",
    "blocked_address", "blocked_scheme", "blocked_port", "too_many_entries", "no_identity", "parser_killed",
]  # fmt: skip
Criticality = Literal["low", "medium", "high", "critical"]
Substitutability = Literal["easy", "medium", "complex", "none"]

ROLE_PRECEDENCE: tuple[Role, ...] = ("restricting", "targeted", "affected", "alternative", "mentioned")
LEVELS: tuple[Level, ...] = ("none", "low", "medium", "high", "critical")
MODIFIERS: frozenset[EventType] = frozenset({"litigation", "relief", "mitigation"})


def short_hash(*parts: str) -> str:
    """16 hex digits that stand for `parts` in their order; the same on every machine."""
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def body_hash(body: object) -> str:
    """sha256 hex of a JSON value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(body, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class Noun(BaseModel):
    """Base of all nouns: immutable, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def lean(self) -> Self:
        """The noun itself, which shares the set of fields that were given with all others of its class: pydantic keeps one in each,
        which is most of an event's memory. For nouns of which nobody asks what was left out.
        """
        object.__setattr__(self, "__pydantic_fields_set__", _all_fields(type(self)))
        return self


@cache
def _all_fields(noun: type[Noun]) -> set[str]:
    return {*noun.model_fields}
