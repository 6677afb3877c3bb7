"""Invented verdicts, plain and hostile, for tests of the reports."""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitor.answers.checks import EXIT_CODES, CheckAnswer, CheckedFinding, CheckedUse, Proof, Verdict, WayOut
from monitor.answers.shapes import JurisdictionRisk
from monitor.model import Acceptance, OpenQuestion, Sighting, Skipped

HOSTILE = "a|b `c` <img src=x onerror=alert(1)> @team #1 ]](javascript:x) **\n\x1b[2J::error::x ]]> &amp; \u202e"
SEEN = (
    Sighting(path="requirements.txt", line=3, kind="package", what="openai 1.35.0"),
    Sighting(path="app/my llm.py", line=12, kind="client", what="OpenAI"),
)


def finding(state: str = "fails", **changed: object) -> CheckedFinding:
    """OpenAI ends access from China on 9 July 2024."""
    fields: dict[str, object] = {
        "provider": "openai",
        "name": "OpenAI",
        "event": "evt_0123456789abcdef",
        "title": "OpenAI restricts access in China (CN), effective 2024-07-09",
        "type": "access_restriction",
        "stage": "announced",
        "level": "critical",
        "score": 79,
        "jurisdictions": ("CN",),
        "meaning": "shop calls OpenAI from CN: access ends on 2024-07-09, 13 days from now.",
        "effective": date(2024, 7, 9),
        "deadline": date(2024, 7, 9),
        "state": state,
        "confidence": "medium",
        "sightings": SEEN,
        "days_left": 13,
        "is_expired": False,
        "page": "/events/evt_0123456789abcdef",
        "alternatives": [
            WayOut(provider="zhipu", name="Zhipu AI", score=6, level="low", terms=["150 million free tokens"], confirmed=True),
            WayOut(provider="mistral", name="Mistral AI", score=0, level="none", terms=[], confirmed=False),
        ],
        "proof": [Proof(url="https://news.example/openai", quote="Access ends on 9 July.")],
    }
    return CheckedFinding.model_validate(fields | changed)


def accepted(until: date = date(2024, 9, 30)) -> Acceptance:
    """A risk that Kim took."""
    return Acceptance(event="evt_0123456789abcdef", until=until, reason="moves to Zhipu in July", by="Kim")


def answer(verdict: Verdict = "findings", **changed: object) -> CheckAnswer:
    """A verdict on the application `shop`, called from China, as of 26 June 2024."""
    low = finding(
        "below",
        provider="zhipu",
        name="Zhipu AI",
        event="evt_00000000000000ff",
        type="investment_restriction",
        stage="proposed",
        title="United States (US) restricts investment",
        meaning="shop calls Zhipu AI from CN: an investment restriction is proposed.",
        level="low",
        score=6,
        effective=None,
        days_left=None,
        page="/events/evt_00000000000000ff",
        alternatives=[],
        sightings=(Sighting(path="app/glm.py", line=4, kind="host", what="open.bigmodel.cn"),),
    )
    fields: dict[str, object] = {
        "verdict": verdict,
        "exit_code": EXIT_CODES[verdict],
        "name": "shop",
        "jurisdictions": ["CN"],
        "fail_on": "high",
        "fail_on_unknown": False,
        "horizon_days": None,
        "as_of": datetime(2024, 6, 26, 12, tzinfo=UTC),
        "data_as_of": datetime(2024, 6, 26, 9, tzinfo=UTC),
        "stale": False,
        "files": 12,
        "findings": [finding(), low],
        "uses": [
            used("zhipu", "Zhipu AI", "API host open.bigmodel.cn", low.sightings, (6, "low")),
            used("openai", "OpenAI", "client for OpenAI's API, called with its default endpoint", SEEN, (79, "critical")),
            used("stripe", "Stripe", "SDK stripe 9.1.0", (), (0, "none")),
        ],
        "questions": [OpenQuestion(id="litellm", asks="Calls are passed on by LiteLLM: to which providers?", sightings=SEEN[:1])],
        "skipped": [Skipped(path="dist/app.js", why="is larger than 4 MiB")],
        "unmatched_acceptances": [],
    }
    return CheckAnswer.model_validate(fields | changed)


def used(provider: str, name: str, why: str, seen: tuple[Sighting, ...], risk: tuple[int, str]) -> CheckedUse:
    """A provider in use, with its risk in China."""
    rows = [JurisdictionRisk.model_validate({"jurisdiction": "CN", "score": risk[0], "level": risk[1]})]
    confidence = "high" if seen and seen[0].kind == "host" else "medium"
    return CheckedUse.model_validate(
        {"provider": provider, "name": name, "why": why, "confidence": confidence, "sightings": seen, "risk": rows}
    )


def hostile() -> CheckAnswer:
    """Foreign words wherever foreign words can come from."""
    seen = (Sighting(path="a`|<b>.py", line=1, kind="service", what=HOSTILE),)
    bad = finding(title=HOSTILE, meaning=HOSTILE, name=HOSTILE, sightings=seen, proof=[Proof(url="javascript:alert(1)", quote=HOSTILE)])
    asked = [OpenQuestion(id="service-x", asks=HOSTILE, sightings=seen)]
    taken = accepted().model_copy(update={"reason": HOSTILE, "by": HOSTILE, "until": date(2024, 6, 1)})
    expired = bad.model_copy(update={"acceptance": taken, "is_expired": True})
    return answer(findings=[bad, expired], uses=[used("openai", HOSTILE, HOSTILE, seen, (79, "critical"))], questions=asked)
