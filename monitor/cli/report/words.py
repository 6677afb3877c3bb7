"""What every report says in the same words: a `CheckAnswer` comes in, plain lines go out."""

from __future__ import annotations

from datetime import timedelta

from monitor.answers.checks import CheckAnswer, CheckedFinding, WayOut
from monitor.inform.wording import plural


def outcome(answer: CheckAnswer) -> str:
    """The verdict in one sentence."""
    places = ", ".join(answer.jurisdictions)
    failing = plural(len(answer.failing()), "finding")
    asked = f" ({plural(len(answer.questions), 'open question')})" if answer.questions else ""
    return {
        "clean": f"Nothing at or above {answer.fail_on} for calls from {places}.",
        "findings": f"{failing} at or above {answer.fail_on} for calls from {places}.",
        "open_questions": f"{plural(_open(answer), 'open question')} and --fail-on-unknown was asked for.",
        "nothing_recognised": f"No provider recognised in {plural(answer.files, 'file')}{asked}, so this is no green answer.",
        "stale": "The data is stale: no source has been read in the last 48 hours, so this is no green answer.",
    }[answer.verdict]


def _open(answer: CheckAnswer) -> int:
    return len(answer.questions) + len(answer.skipped)


def freshness(answer: CheckAnswer) -> str:
    """How fresh the data is."""
    return f"Data as of {answer.data_as_of:%Y-%m-%d %H:%M} UTC." if answer.data_as_of else "No source was ever read: forewarned run --once."


def state_note(finding: CheckedFinding) -> str:
    """Why a finding fails or does not, where that needs words."""
    accepted = finding.acceptance
    if accepted and finding.state == "accepted":
        return f"accepted until {accepted.until}{f' by {accepted.by}' if accepted.by else ''}: {accepted.reason}"
    if accepted and finding.is_expired:
        return f"its acceptance expired on {accepted.until}: {accepted.reason}"
    return {"later": "beyond the horizon", "below": "below the threshold"}.get(finding.state, "")


def ways_out(finding: CheckedFinding) -> str:
    """The alternatives in a line; empty when none is known."""
    return "; ".join(way_out(other) for other in finding.alternatives)


def way_out(other: WayOut) -> str:
    """`Zhipu AI (6 low: 150 million free tokens)`."""
    terms = ", ".join(other.terms) or "no known offer"
    return f"{other.name} ({other.score} {other.level}: {terms}{'' if other.confirmed else '; not confirmed that it serves there'})"


def accepting(answer: CheckAnswer, finding: CheckedFinding) -> list[str]:
    """The lines for forewarned.toml that take the risk knowingly for a month."""
    until = answer.as_of.date() + timedelta(days=30)
    return ["[[accepted]]", f'event = "{finding.event}"', f"until = {until}", 'reason = "why, and what is planned"']


def places_seen(finding: CheckedFinding, most: int = 4) -> str:
    """`requirements.txt:3, app/llm.py:12`."""
    return ", ".join(sighting.at for sighting in finding.sightings[:most])
