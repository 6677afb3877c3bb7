"""The report for test runners: a `CheckAnswer` comes in, JUnit XML goes out; each provider, event and question is a case."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from monitor.answers.checks import CheckAnswer, CheckedFinding
from monitor.catalog.tree import printable
from monitor.cli.report.words import freshness, outcome, places_seen, state_note, ways_out


def junit(answer: CheckAnswer, base_url: str) -> str:
    """One suite; what makes the gate fail is a failure, what is accepted or open is skipped, stale data is an error."""
    suite = ET.Element("testsuite", name=f"forewarned {answer.name}", timestamp=f"{answer.as_of:%Y-%m-%dT%H:%M:%S}", time="0")
    if answer.verdict in ("stale", "nothing_recognised"):
        _case(suite, "forewarned", answer.verdict.replace("_", " "), "error", outcome(answer), freshness(answer))
    else:
        _case(suite, "forewarned", "data is fresh and something was recognised")
    hit = {finding.provider for finding in answer.findings if finding.state == "fails"}
    for use in answer.uses:
        if use.provider not in hit:
            _case(suite, use.provider, f"{use.name} from {', '.join(answer.jurisdictions)}")
    for finding in answer.findings:
        _finding(suite, finding, base_url)
    for question in answer.questions:
        kind = "failure" if answer.fail_on_unknown else "skipped"
        _case(suite, "open questions", question.id, kind, question.asks, "\n".join(s.at for s in question.sightings))
    for skipped in answer.skipped:
        _case(suite, "files not read", skipped.path, "failure" if answer.fail_on_unknown else "skipped", skipped.why)
    cases = list(suite)
    counts = {"tests": len(cases)} | {
        f"{k}s" if k != "skipped" else k: len(suite.findall(f"*/{k}")) for k in ("failure", "error", "skipped")
    }
    for name, count in counts.items():
        suite.set(name, str(count))
    root = ET.Element("testsuites", {"name": "forewarned", **{name: str(count) for name, count in counts.items()}, "time": "0"})
    root.append(suite)
    ET.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, encoding="unicode") + "\n"


def _finding(suite: ET.Element, finding: CheckedFinding, base_url: str) -> None:
    name = f"{finding.event} {finding.title}"
    if finding.state == "fails":
        said = [finding.meaning, state_note(finding), f"where: {places_seen(finding, 20)}", f"instead: {ways_out(finding)}"]
        _case(
            suite,
            finding.provider,
            name,
            "failure",
            f"{finding.level} {finding.score}: {finding.meaning}",
            "\n".join(filter(None, said)) + f"\n{base_url}{finding.page}",
        )
    elif finding.state == "accepted":
        _case(suite, finding.provider, name, "skipped", state_note(finding))
    else:
        _case(suite, finding.provider, f"{name} ({state_note(finding)})")


def _case(suite: ET.Element, group: str, name: str, kind: str = "", message: str = "", text: str = "") -> None:
    case = ET.SubElement(suite, "testcase", classname=f"forewarned.{printable(group)}", name=printable(name), time="0")
    if kind:
        told = ET.SubElement(case, kind, {"message": printable(message)} | ({} if kind == "skipped" else {"type": kind}))
        told.text = "\n".join(printable(line) for line in text.split("\n"))
