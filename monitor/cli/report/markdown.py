"""The report for a pull request: a `CheckAnswer` comes in, Markdown goes out in which foreign words stay words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from monitor.answers.checks import CheckAnswer, CheckedFinding
from monitor.cli.report.words import accepting, freshness, outcome, state_note, way_out

MOST_ROWS = 50
_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+!|~&@]|:(?=//))")
_URL = re.compile(r"https?://[^\s<>]+")
_ICONS = {"critical": "🔴", "high": "🔴", "medium": "🟠", "low": "🔵", "none": "⚪"}


def markdown(answer: CheckAnswer, base_url: str) -> str:
    """A comment that says what fails, what to do about it and what stays open."""
    return "\n".join(_lines(answer, base_url)) + "\n"


def _lines(answer: CheckAnswer, base_url: str) -> Iterator[str]:
    yield f"## {'✅' if answer.exit_code == 0 else '❌'} Forewarned: {plain(outcome(answer))}"
    yield ""
    failing = answer.failing()
    if failing:
        yield "| Level | Provider | What it means | By | Where |"
        yield "|---|---|---|---|---|"
        yield from (_row(finding, base_url) for finding in failing[:MOST_ROWS])
        yield ""
    for finding in failing[:MOST_ROWS]:
        yield from _remedy(answer, finding)
    others = [finding for finding in answer.findings if finding.state != "fails"]
    if others:
        yield f"<details><summary>{len(others)} that do not fail</summary>"
        yield ""
        for finding in others[:MOST_ROWS]:
            yield f"- {finding.level} {finding.score}: {plain(finding.meaning)} ({plain(state_note(finding))}) {code(finding.event)}"
        yield ""
        yield "</details>"
        yield ""
    if answer.questions:
        yield "**Open questions**, to be answered in `forewarned.toml`:"
        yield ""
        for question in answer.questions[:MOST_ROWS]:
            where = ", ".join(code(sighting.at) for sighting in question.sightings[:3])
            yield f"- {code(question.id)}: {plain(question.asks)} {where}"
        yield ""
    if answer.skipped:
        yield f"<details><summary>{len(answer.skipped)} files not read in full</summary>"
        yield ""
        yield from (f"- {code(skipped.path)}: {plain(skipped.why)}" for skipped in answer.skipped[:MOST_ROWS])
        yield ""
        yield "</details>"
        yield ""
    names = ", ".join(f"{plain(use.name)} ({use.confidence})" for use in answer.uses) or "none"
    yield f"Providers in use: {names}. {plain(freshness(answer))}"


def _row(finding: CheckedFinding, base_url: str) -> str:
    by = (
        f"{finding.effective}" + (f" ({finding.days_left} days)" if finding.days_left is not None else "")
        if finding.effective
        else "no day stated"
    )
    where = "<br>".join(code(sighting.at) for sighting in finding.sightings[:4])
    meaning = f"[{plain(finding.meaning)}]({base_url}{finding.page})"
    note = f"<br>{plain(state_note(finding))}" if state_note(finding) else ""
    return f"| {_ICONS[finding.level]} {finding.level} {finding.score} | {plain(finding.name)} | {meaning}{note} | {by} | {where} |"


def _remedy(answer: CheckAnswer, finding: CheckedFinding) -> Iterator[str]:
    yield f"<details><summary>What to do about {plain(finding.name)}</summary>"
    yield ""
    for other in finding.alternatives:
        yield f"- switch to {plain(way_out(other))}"
    yield "- or take the risk knowingly, in `forewarned.toml`:"
    yield ""
    yield "  ```toml"
    yield from (f"  {line}" for line in accepting(answer, finding))
    yield "  ```"
    yield ""
    if finding.proof:
        yield "Proof: " + ", ".join(f"<{proof.url}>" for proof in finding.proof if _URL.fullmatch(proof.url))
        yield ""
    yield "</details>"
    yield ""


def plain(text: str) -> str:
    """Foreign text in which no sign is markup, a mention or a reference."""
    return _MARKUP.sub(lambda sign: f"&#{ord(sign[1])};" if sign[1] in "@#:&<>" else f"\\{sign[1]}", " ".join(text.split()))


def code(text: str) -> str:
    """Text in a code span that it cannot leave, not even inside a table."""
    return f"`{' '.join(text.replace('`', '′').split())}`".replace("|", "\\|")
