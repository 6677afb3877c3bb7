"""Every number of the score, each with its reason: the one file to review when the methodology changes.

Nothing comes in; frozen tables go out. Changing any value needs a new `METHODOLOGY_VERSION`: a test pins the digest of
this table to the version. The values are expert judgement, calibrated on the cases named in docs/methodology.md; they
are not fitted to outcomes.
"""

from __future__ import annotations

import hashlib
import json
from types import MappingProxyType
from typing import Final

from monitor.model import EventType, Level, Modality, Reliability, Role, Stage

METHODOLOGY_VERSION: Final = "1.6.0"

SEVERITY: Final = MappingProxyType[EventType, float]({
    "service_ban": 1.0,  # the service may not be used at all
    "access_restriction": 0.95,  # the provider itself stops serving; resellers may remain for a while
    "sanctions_listing": 0.95,  # dealing with the firm becomes an offence for persons of the issuer
    "export_control": 0.85,  # goods or services may not be delivered, licences are possible
    "divestiture": 0.75,  # the service usually goes on under another owner, a ban is the fallback
    "data_privacy": 0.6,  # mostly conditions and fines; where it stops a service, service_ban is beneath it
    "licensing_regulation": 0.5,  # duties before use, rarely an end of service
    "investment_restriction": 0.45,  # money, not service: slow effect on the provider's health
    "antitrust": 0.4,  # remedies change terms and price, rarely availability
    "tariff": 0.35,  # a price, not a stop
    "litigation": 0.3,  # an open case whose measure beneath is not known to us
    "relief": 0.0,  # good news never adds risk
    "mitigation": 0.0,  # an offer never adds risk
})  # fmt: skip
STAGE: Final = MappingProxyType[Stage, float]({
    "rumoured": 0.15,  # most reported plans are never issued
    "proposed": 0.35,  # drafts change and many die, but the direction is official
    "announced": 0.55,  # declared by who can do it, may still be changed
    "final": 0.75,  # adopted; only time stands between it and its effect
    "in_force": 1.0,
    "suspended": 0.3,  # share of the weight reached before: it can come back without a new procedure
    "rescinded": 0.0,
})  # fmt: skip
DEADLINE_SCALE_DAYS: Final = 30.0
"""An announced or adopted measure gains 1/e of the way to full weight at 30 days: the usual notice period of services."""
MODALITY: Final = MappingProxyType[Modality, float]({
    "asserted": 1.0,
    "threatened": 0.5,  # said by who could act, as a condition
    "historical": 0.2,  # known from background sentences only: may show, must not alert (stays below `medium`)
    "hypothetical": 0.0,
    "denied": 0.0,
})  # fmt: skip
NO_PLACE: Final = 0.25
"""A measure that names no place counts weakly everywhere: it may or may not reach the caller."""
MEMBER_OF_REGION: Final = 0.5
"""The caller asks for a whole region and one member is hit: real, but not everywhere."""
PLACE_AFFECTED: Final = MappingProxyType[EventType, float]({
    "sanctions_listing": 0.6,  # at the listed firm's home it may be used, but its supply suffers
    "tariff": 0.5,  # at the exporter's side it costs sales, not use
})  # fmt: skip
"""Match in an affected place, 1 where not listed."""
PLACE_ISSUING: Final = MappingProxyType[EventType, float]({
    "service_ban": 1.0, "data_privacy": 1.0, "licensing_regulation": 1.0, "antitrust": 1.0, "divestiture": 1.0,
    "litigation": 1.0,  # domestic law binds whoever is at home with the issuer
    "sanctions_listing": 1.0,  # the issuer's persons may not deal
    "tariff": 1.0,  # the issuer's buyers pay
})  # fmt: skip
"""Match at the issuer's own place, 0 where not listed: export and investment rules bite at the destination."""
CORROBORATION_MISSING: Final = 0.35
"""What one origin alone lacks; each further independent origin halves it: .65, .825, .9125 …"""
RELIABILITY_SINGLE: Final = MappingProxyType[Reliability, float]({"primary": 1.0, "high": 0.76, "medium": 0.65, "low": 0.5})
"""One origin: .65 × .76 < .5, so that nothing told by one voice alone reaches the band `high` unless it is the act itself.

A careful paper can be misread by a machine; a second voice or the official text is what turns a hint into an alarm.
"""
RELIABILITY_SEVERAL: Final = MappingProxyType[Reliability, float]({"primary": 1.0, "high": 0.9, "medium": 0.85, "low": 0.6})
"""Several independent origins: the best one's tier. A second careful voice lifts by one band (.825 × .9 < .75), a third
can reach `critical`; two weak ones (.825 × .6) still stay below `high`."""
CONFIDENCE_WEIGHT: Final = MappingProxyType[Reliability, float]({"primary": 1.0, "high": 0.9, "medium": 0.75, "low": 0.5})
"""How far a source's tier lets the tagger's confidence through in `Event.confidence`."""
HALF_LIFE_DAYS: Final = MappingProxyType[EventType, float]({
    "sanctions_listing": 365.0, "export_control": 365.0, "service_ban": 270.0, "access_restriction": 270.0,
    "investment_restriction": 180.0, "divestiture": 180.0, "licensing_regulation": 180.0, "data_privacy": 150.0,
    "antitrust": 150.0, "litigation": 120.0, "tariff": 90.0, "relief": 90.0, "mitigation": 90.0,
})  # fmt: skip
"""Days until news that is neither in force nor awaiting a date counts half; the more severe, the slower it is forgotten."""
ROLE: Final = MappingProxyType[Role, float]({
    "restricting": 1.0, "targeted": 1.0,
    "affected": 0.3,  # touched, not the object (app stores in a ban, customers of a provider that leaves)
    "alternative": 0.0,  # who gains is not a victim
    "mentioned": 0.0,  # a name in passing is no evidence
})  # fmt: skip
ROLE_AFFECTED: Final = MappingProxyType[EventType, float]({
    "export_control": 0.8,  # the seller is who stops delivering
    "tariff": 0.7, "licensing_regulation": 0.6, "sanctions_listing": 0.5, "investment_restriction": 0.4,
})  # fmt: skip
"""Weight of role `affected` by type, where it differs from `ROLE`."""
ROLE_UNNAMED: Final = 0.4
"""A measure that names nobody reaches firms of its sectors at home in its places: a class, not a name. So does a state that switches off
the internet or social media as a whole, wherever the firms are at home."""
PARENT: Final = 0.7
"""Per step of ownership: what hits a controlling owner reaches the child in part."""
PARENT_STEPS: Final = 3
"""Longer chains of owners are too uncertain to score."""
CONTROL_SHARE: Final = 50.0
"""Per cent from which an owner controls; an owner of unknown share is taken to control."""
DISPUTED: Final = 0.5
"""A disputed event counts half until the dispute is settled."""
BAND_FLOOR: Final = MappingProxyType[Level, int]({"none": 0, "low": 1, "medium": 25, "high": 50, "critical": 75})
CROWDING_KAPPA: Final = 150.0
"""Further events of 150 points in sum close 63 % of the way from the worst one to its band's ceiling."""

WINDOW_DAYS: Final = 180
"""A report this long after the last one on the same measure is taken for a new measure, unless an official id says otherwise."""
SAME_NEWS_DAYS: Final = 7
"""Reports this close that share some of their targets tell one list in part; later ones must share half of it."""
MINORITY: Final = 1 / 3
"""What at most a third as many independent origins tell as its best-supported rival is not carried: one of four, not one of three."""
NEWS_CYCLE_DAYS: Final = 2
"""Reports this close could know the same: they are weighed against each other when they differ on how far a measure has come."""
ESTABLISHED_ORIGINS: Final = 3
"""So many independent origins do not all misread: a party or place they name stays, and a lone report that turns what they
call a ban into the provider's own act, or the reverse, is taken for a loose word."""
CLASS_FIRMS: Final = 3
"""A report that so many firms are touched, and none is aimed at, tells a rule for a class: it is not the measure against one of them unless
that one is half of those it names."""
EVIDENCE_MAX: Final = 6
"""Quotes per event: enough to check, few enough to read."""


def constants_digest() -> str:
    """The sha256 of every constant that a score depends on, version excluded."""
    table = {name: dict(value) if isinstance(value, MappingProxyType) else value for name, value in globals().items() if name.isupper()}
    del table["METHODOLOGY_VERSION"]
    return hashlib.sha256(json.dumps(table, sort_keys=True).encode()).hexdigest()
