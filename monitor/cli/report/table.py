"""The report for a terminal: a `CheckAnswer` comes in, lines with colours go out."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from monitor.answers.checks import CheckAnswer, CheckedFinding
from monitor.cli.output import level_text
from monitor.cli.report.words import accepting, freshness, outcome, state_note, ways_out

MOST_SKIPPED = 20
MOST_SIGHTINGS = 5


def table_lines(answer: CheckAnswer, base_url: str) -> Iterator[Text]:
    """What is used and where that stands, what hits it, what is open, and the verdict."""
    for use in answer.uses:
        risk = ", ".join(f"{row.jurisdiction} {row.score} {row.level}" for row in use.risk)
        yield Text.assemble((use.name, "bold"), f"  {use.why} ({use.confidence})  risk in {risk}")
        for sighting in use.sightings[:MOST_SIGHTINGS]:
            yield Text(f"  {sighting.at}  {sighting.what}", style="dim")
        for finding in answer.findings:
            if finding.provider == use.provider:
                yield from _finding(answer, finding, base_url)
    for question in answer.questions:
        yield Text.assemble(("asked  ", "yellow"), f"{question.asks}  [{question.id}]")
        yield from (Text(f"  {sighting.at}  {sighting.what}", style="dim") for sighting in question.sightings[:MOST_SIGHTINGS])
    if answer.questions:
        yield Text('  answer in forewarned.toml: [[answers]] question = "…", providers = ["…"] or [] for none of the catalogue')
    for skipped in answer.skipped[:MOST_SKIPPED]:
        yield Text.assemble(("not read  ", "yellow"), f"{skipped.path}: {skipped.why}")
    if (more := len(answer.skipped) - MOST_SKIPPED) > 0:
        yield Text(f"  … and {more} more")
    for unused in answer.unmatched_acceptances:
        yield Text.assemble(("accepted, but no finding  ", "yellow"), f"{unused.event} ({unused.reason}): take it out of forewarned.toml")
    style = "bold green" if answer.exit_code == 0 else "bold red"
    yield Text.assemble((outcome(answer), style), f" {freshness(answer)}")


def _finding(answer: CheckAnswer, finding: CheckedFinding, base_url: str) -> Iterator[Text]:
    note = state_note(finding)
    yield Text.assemble("  ", level_text(finding.level), f" {finding.score}  {finding.meaning}" + (f"  ({note})" if note else ""))
    yield Text(f"       {finding.event}  {base_url}{finding.page}")
    if finding.state != "fails":
        return
    if finding.proof:
        yield Text(f"       proof: {'  '.join(proof.url for proof in finding.proof)}")
    if finding.alternatives:
        yield Text(f"       instead: {ways_out(finding)}")
    yield Text("       or take the risk knowingly, in forewarned.toml:", style="dim")
    yield from (Text(f"         {line}", style="dim") for line in accepting(answer, finding))
