"""The gate: does what a repository uses hit a measure in the places it is called from? A detection and a store come in, a verdict goes out.

The command line and the API ask the same question here. A green answer needs fresh data and something that was recognised.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache, partial
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from monitor.answers.reader import Picture, Reader
from monitor.answers.shapes import JurisdictionRisk, Shape
from monitor.catalog import Catalog, checked_place
from monitor.catalog.signs import load_signs
from monitor.catalog.tree import Texts
from monitor.errors import UsageError
from monitor.inform.wording import offer_terms
from monitor.inventory.check import Gate, as_team, findings, is_expired, unmatched
from monitor.inventory.detect import detect, readable
from monitor.inventory.exposure import exposures
from monitor.model import (
    Acceptance,
    Alternative,
    Answer,
    Detection,
    Effort,
    Event,
    Finding,
    Instant,
    Jurisdiction,
    Level,
    OpenQuestion,
    Skipped,
    Use,
)

Verdict = Literal["clean", "findings", "open_questions", "nothing_recognised", "stale"]
EXIT_CODES: dict[Verdict, int] = {"clean": 0, "findings": 1, "open_questions": 1, "nothing_recognised": 3, "stale": 4}
FailOn = Literal["low", "medium", "high", "critical"]
MOST_ALTERNATIVES = 4
MOST_PROOFS = 3
_Listed = Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(max_length=10_000)]


class CheckRequest(Shape):
    """What is to be judged: a detection made elsewhere, or texts of files, package URLs, host names and names of variables."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jurisdictions: Annotated[
        list[str], Field(alias="in", min_length=1, max_length=300, description="Where calls come from: ISO 3166-1, or EU.")
    ]
    name: Annotated[str, Field(max_length=200)] = "this repository"
    files: Annotated[
        dict[str, str], Field(default_factory=dict, description="Texts by file name: requirements.txt, package.json, bom.json …")
    ]
    packages: Annotated[_Listed, Field(description="Package URLs.")] = ()
    hosts: _Listed = ()
    environment: Annotated[_Listed, Field(description="Names of variables; never their values.")] = ()
    detection: Detection | None = None
    fail_on: FailOn = "high"
    fail_on_unknown: bool = False
    horizon_days: Annotated[int | None, Field(ge=0, le=1_000_000)] = None
    accepted: tuple[Acceptance, ...] = ()
    answers: tuple[Answer, ...] = ()
    allow_empty: bool = False
    allow_stale: bool = False


class WayOut(Shape):
    """A provider to switch to, with its own risk in the same place and what it offers."""

    provider: str
    name: str
    score: int
    level: Level
    terms: list[str]
    confirmed: bool
    """Whether something states that it serves the place."""
    effort: Effort = "code"
    """What a move costs, as far as it is known."""


class Proof(Shape):
    """A sentence that tells of the measure, and where it stands."""

    url: str
    quote: str


class CheckedFinding(Finding):
    """A finding with what a person needs to act on it."""

    name: str
    days_left: int | None
    is_expired: bool
    """An acceptance covered it until its last day passed."""
    page: str
    alternatives: list[WayOut]
    proof: list[Proof]


class CheckedUse(Use):
    """A provider in use, with its score in each asked place."""

    name: str
    risk: list[JurisdictionRisk]


class CheckAnswer(Shape):
    """The verdict and all that led to it; `exit_code` is what the command ends with."""

    verdict: Verdict
    exit_code: int
    name: str
    jurisdictions: list[Jurisdiction]
    fail_on: FailOn
    fail_on_unknown: bool
    horizon_days: int | None
    as_of: Instant
    data_as_of: Instant | None
    stale: bool
    files: int
    findings: list[CheckedFinding]
    uses: list[CheckedUse]
    questions: list[OpenQuestion]
    skipped: list[Skipped]
    unmatched_acceptances: list[Acceptance]

    def failing(self) -> list[CheckedFinding]:
        """The findings that make the gate fail."""
        return [finding for finding in self.findings if finding.state == "fails"]


def check(reader: Reader, request: CheckRequest, as_of: Instant) -> CheckAnswer:
    """The verdict on `request` with what was known at `as_of`; UsageError for places or providers that nobody knows."""
    places = tuple(dict.fromkeys(checked_place(place) for place in request.jurisdictions))
    detection = request.detection or _detected(request, reader.catalog)
    _refuse_strangers(detection, reader.catalog)
    picture = reader.picture(as_of)
    found = _found(reader, picture, request, detection, places)
    verdict = _verdict(request, detection, found, picture.stale)
    return CheckAnswer(
        verdict=verdict,
        exit_code=EXIT_CODES[verdict],
        name=request.name,
        jurisdictions=list(places),
        fail_on=request.fail_on,
        fail_on_unknown=request.fail_on_unknown,
        horizon_days=request.horizon_days,
        as_of=as_of,
        data_as_of=picture.data_as_of,
        stale=picture.stale,
        files=detection.files,
        findings=[_finding(reader, picture, finding) for finding in found],
        uses=[_use(reader, picture, use, places) for use in detection.uses],
        questions=list(detection.questions),
        skipped=list(detection.skipped),
        unmatched_acceptances=list(unmatched(request.accepted, found)),
    )


def _detected(request: CheckRequest, catalog: Catalog) -> Detection:
    bill = {"bomFormat": "CycloneDX", "components": [{"purl": purl} for purl in request.packages]}
    listed: Mapping[str, str] = {
        "packages.cdx.json": json.dumps(bill, indent=0) if request.packages else "",
        "hosts.conf": "\n".join(request.hosts),
        "environment.env": "\n".join(request.environment),
    }
    texts = Texts({name: text for name, text in listed.items() if text} | request.files, readable)
    return detect(texts, load_signs(), catalog, request.answers)


def _refuse_strangers(detection: Detection, catalog: Catalog) -> None:
    for use in detection.uses:
        if use.provider not in catalog.providers:
            raise UsageError(f"unknown provider {use.provider!r}: the detection comes from a version with another catalogue")


def _found(
    reader: Reader, picture: Picture[Event], request: CheckRequest, detection: Detection, places: tuple[Jurisdiction, ...]
) -> tuple[Finding, ...]:
    team = as_team(request.name, detection.uses, places)
    assess = cache(partial(reader.assess, picture))
    exposed = exposures([team], picture.events, assess, reader.catalog.providers, picture.as_of, reader.catalog.members)
    gate = Gate(request.fail_on, request.horizon_days, request.accepted, picture.as_of.date())
    return findings(exposed, {event.id: event for event in picture.events}, detection.uses, gate)


def _verdict(request: CheckRequest, detection: Detection, found: tuple[Finding, ...], stale: bool) -> Verdict:
    """Nothing recognised and stale data come first: neither a finding nor its absence can be trusted then."""
    if not detection.uses and not request.allow_empty:
        return "nothing_recognised"
    if stale and not request.allow_stale:
        return "stale"
    if any(finding.state == "fails" for finding in found):
        return "findings"
    if request.fail_on_unknown and (detection.questions or detection.skipped):
        return "open_questions"
    return "clean"


def _finding(reader: Reader, picture: Picture[Event], finding: Finding) -> CheckedFinding:
    event = next(event for event in picture.events if event.id == finding.event)
    today = picture.as_of.date()
    worst = max(
        (reader.assess(picture, finding.provider, place) for place in finding.jurisdictions), key=lambda assessment: assessment.score
    )
    proofs = {proof.url: Proof(url=proof.url, quote=proof.quote) for proof in reversed(event.evidence)}
    return CheckedFinding(
        **finding.model_dump(),
        name=reader.catalog.providers[finding.provider].name,
        days_left=_days_left(finding.effective, today),
        is_expired=is_expired(finding, today),
        page=f"/events/{event.id}",
        alternatives=[_way_out(reader, other) for other in worst.alternatives[:MOST_ALTERNATIVES]],
        proof=list(proofs.values())[::-1][:MOST_PROOFS],
    )


def _days_left(effective: date | None, today: date) -> int | None:
    return (effective - today).days if effective is not None and effective >= today else None


def _way_out(reader: Reader, other: Alternative) -> WayOut:
    return WayOut(
        provider=other.provider,
        name=reader.catalog.providers[other.provider].name,
        score=other.score,
        level=other.level,
        terms=[offer_terms(offer) for offer in other.offers],
        confirmed=other.availability == "stated",
        effort=other.effort,
    )


def _use(reader: Reader, picture: Picture[Event], use: Use, places: tuple[Jurisdiction, ...]) -> CheckedUse:
    rows = [reader.assess(picture, use.provider, place) for place in places]
    return CheckedUse(
        **use.model_dump(),
        name=reader.catalog.providers[use.provider].name,
        risk=[JurisdictionRisk(jurisdiction=row.jurisdiction, score=row.score, level=row.level) for row in rows],
    )
