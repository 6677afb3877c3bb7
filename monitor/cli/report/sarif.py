"""The report for code scanning: a `CheckAnswer` comes in, SARIF 2.1.0 goes out; an event is a rule, a use that it hits a result."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from monitor import __version__
from monitor.answers.checks import CheckAnswer, CheckedFinding
from monitor.cli.report.markdown import plain
from monitor.cli.report.words import freshness, outcome, state_note, ways_out
from monitor.model import Level, Sighting, short_hash

_LEVELS: dict[Level, str] = {"critical": "error", "high": "error", "medium": "warning", "low": "note", "none": "none"}
# Where code hosts draw their own lines between severities: 9 critical, 7 high, 4 medium.
_SEVERITIES: dict[Level, str] = {"critical": "9.5", "high": "8.0", "medium": "5.5", "low": "2.0", "none": "0.0"}


def sarif(answer: CheckAnswer, base_url: str) -> str:
    """One run: rules, results at the lines where the use was seen, and what was asked or not read as notifications."""
    rules = {finding.event: finding for finding in answer.findings}
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "Forewarned",
                "version": __version__,
                "semanticVersion": __version__,
                "informationUri": base_url,
                "rules": [_rule(finding, base_url) for finding in rules.values()],
            }
        },
        "invocations": [_invocation(answer)],
        "columnKind": "utf16CodeUnits",
        "results": [_result(finding, list(rules).index(finding.event)) for finding in answer.findings],
    }
    whole = {"$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": [run]}
    return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"


def _rule(finding: CheckedFinding, base_url: str) -> dict[str, Any]:
    help_text = f"{finding.title}. Instead: {ways_out(finding) or 'no alternative known'}."
    proofs = "".join(f"\n- <{proof.url}>" for proof in finding.proof)
    return {
        "id": finding.event,
        "name": "".join(word.capitalize() for word in finding.type.split("_")),
        "shortDescription": {"text": finding.title},
        "fullDescription": {"text": f"{finding.title} ({finding.type}, {finding.stage})"},
        "helpUri": f"{base_url}{finding.page}",
        "help": {"text": help_text, "markdown": f"{plain(help_text)}\n{proofs}"},
        "defaultConfiguration": {"level": _LEVELS[finding.level]},
        "properties": {"security-severity": _SEVERITIES[finding.level], "tags": ["security", "policy-risk", finding.type]},
    }


def _result(finding: CheckedFinding, rule: int) -> dict[str, Any]:
    note = state_note(finding)
    places = finding.sightings or (Sighting(path=".", line=1, kind="declared", what=finding.provider),)
    result: dict[str, Any] = {
        "ruleId": finding.event,
        "ruleIndex": rule,
        "level": _LEVELS[finding.level] if finding.state == "fails" else "note",
        "message": {"text": finding.meaning + (f" ({note})" if note else "")},
        "locations": [_location(places[0])],
        # Independent of the line, so that a code host knows the finding again after an edit above it.
        "partialFingerprints": {"forewarned/v1": short_hash(finding.event, finding.provider, places[0].path)},
        "properties": {
            "provider": finding.provider,
            "score": finding.score,
            "jurisdictions": list(finding.jurisdictions),
            "state": finding.state,
        },
    }
    if len(places) > 1:
        result["relatedLocations"] = [_location(place, at) for at, place in enumerate(places[1:], 1)]
    if finding.state == "accepted" and finding.acceptance:
        # Without a status it is accepted; the name of that field differs between editions of the schema.
        result["suppressions"] = [{"kind": "external", "justification": note}]
    return result


def _location(sighting: Sighting, at: int | None = None) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(sighting.path), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": sighting.line},
        },
        "message": {"text": sighting.what},
    }
    return location | ({"id": at} if at is not None else {})


def _invocation(answer: CheckAnswer) -> dict[str, Any]:
    notes = [("note", f"{question.asks} [{question.id}]", question.sightings) for question in answer.questions]
    notes += [("warning", f"{skipped.path}: {skipped.why}", ()) for skipped in answer.skipped]
    if answer.exit_code not in (0, 1):
        notes.append(("error", f"{outcome(answer)} {freshness(answer)}", ()))
    return {
        "executionSuccessful": answer.exit_code in (0, 1),
        "exitCode": answer.exit_code,
        "exitCodeDescription": outcome(answer),
        "endTimeUtc": f"{answer.as_of:%Y-%m-%dT%H:%M:%SZ}",
        "toolExecutionNotifications": [
            {"level": level, "message": {"text": text}, "locations": [_location(place) for place in places]}
            for level, text, places in notes
        ],
    }
