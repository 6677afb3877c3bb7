"""Each report against its golden twin and its own standard, and with words that try to be markup.

Golden files are written anew by `GOLDEN=write pytest tests/cli/test_reports.py`.
"""

from __future__ import annotations

import json
import os
import re
from datetime import date
from pathlib import Path

import pytest
from junitparser import Error, Failure, JUnitXml, Skipped
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as SarifLog

from monitor.answers.checks import CheckAnswer, Verdict
from monitor.cli.report.junit import junit
from monitor.cli.report.markdown import markdown
from monitor.cli.report.sarif import sarif
from monitor.cli.report.table import table_lines
from monitor.model import Skipped as SkippedFile
from tests.cli.verdicts import accepted, answer, finding, hostile

GOLDEN = Path(__file__).parent / "golden"
BASE = "https://forewarned.example"


def table(verdict: CheckAnswer, base_url: str) -> str:
    return "".join(f"{line.plain}\n" for line in table_lines(verdict, base_url))


REPORTS = {"table.txt": table, "markdown.md": markdown, "junit.xml": junit, "sarif.json": sarif}
VERDICTS = {
    "findings": answer(),
    "accepted": answer("clean", findings=[finding("accepted", acceptance=accepted()), finding("later", event="evt_00000000000000aa")]),
    "expired": answer(findings=[finding(acceptance=accepted(date(2024, 6, 25)), is_expired=True)], unmatched_acceptances=[accepted()]),
    "stale": answer("stale", stale=True),
    "never-read": answer("stale", stale=True, data_as_of=None, findings=[], uses=[], questions=[], skipped=[]),
    "nothing": answer("nothing_recognised", findings=[], uses=[]),
    "questions": answer("open_questions", findings=[], fail_on_unknown=True),
    "clean": answer("clean", findings=[], questions=[], skipped=[]),
}


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("report", REPORTS)
def test_report_is_the_golden_one(report: str, verdict: str) -> None:
    text, path = REPORTS[report](VERDICTS[verdict], BASE), GOLDEN / f"check-{verdict}.{report}"
    text = re.sub(r'"(semanticV|v)ersion": "(?!2\.1\.0)[^"]+"', r'"\1ersion": "X"', text)
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


@pytest.mark.parametrize("verdict", [*VERDICTS.values(), hostile()], ids=[*VERDICTS, "hostile"])
def test_sarif_is_valid_and_points_at_the_proof(verdict: CheckAnswer) -> None:
    plain = json.loads(sarif(verdict, BASE))
    log = SarifLog.model_validate(plain)
    (run,) = log.runs
    assert run.results is not None
    rules = [rule.id for rule in run.tool.driver.rules or []]
    for result, told in zip(plain["runs"][0]["results"], verdict.findings, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"] == told.event
        place = result["locations"][0]["physicalLocation"]
        assert place["region"]["startLine"] == told.sightings[0].line
        assert re.fullmatch(r"[A-Za-z0-9._~/%-]+", place["artifactLocation"]["uri"]), "a URI, not a path"
    assert plain["runs"][0]["invocations"][0]["exitCode"] == verdict.exit_code


def test_sarif_knows_a_finding_again_when_its_line_moves() -> None:
    moved = finding(sightings=tuple(sighting.model_copy(update={"line": 99}) for sighting in finding().sightings))
    prints = [
        json.loads(sarif(answer(findings=[told]), BASE))["runs"][0]["results"][0]["partialFingerprints"] for told in (finding(), moved)
    ]
    assert prints[0] == prints[1]


def test_an_accepted_finding_is_suppressed_with_its_reason() -> None:
    (accepted_result, later) = json.loads(sarif(VERDICTS["accepted"], BASE))["runs"][0]["results"]
    assert "moves to Zhipu in July" in accepted_result["suppressions"][0]["justification"]
    assert "suppressions" not in later


@pytest.mark.parametrize(
    ("verdict", "kinds"),
    [
        ("findings", {"failures": 1, "skipped": 2, "errors": 0}),
        ("accepted", {"failures": 0, "skipped": 3, "errors": 0}),
        ("stale", {"failures": 1, "skipped": 2, "errors": 1}),
        ("nothing", {"failures": 0, "skipped": 2, "errors": 1}),
        ("questions", {"failures": 2, "skipped": 0, "errors": 0}),
        ("clean", {"failures": 0, "skipped": 0, "errors": 0}),
    ],
)
def test_junit_is_read_by_a_junit_reader(verdict: str, kinds: dict[str, int]) -> None:
    suites = JUnitXml.fromstring(junit(VERDICTS[verdict], BASE).encode())
    results = [result for suite in suites for case in suite for result in case.result]
    counted = {"failures": Failure, "skipped": Skipped, "errors": Error}
    assert {name: sum(isinstance(result, kind) for result in results) for name, kind in counted.items()} == kinds
    (suite,) = suites
    assert {name: getattr(suite, name) for name in kinds} == kinds
    assert suite.tests == len(list(suite))


def test_hostile_words_stay_words() -> None:
    shown = markdown(hostile(), BASE)
    assert "<img" not in shown
    assert "@team" not in shown
    assert "javascript:alert" not in shown
    assert not re.search(r"(?<!\\)\]\(javascript", shown)
    (row,) = [line for line in shown.splitlines() if line.startswith("| 🔴") and "Its acceptance" not in line][:1]
    assert len(re.findall(r"(?<!\\)\|", row)) == 6, "five cells"
    for report in (table, markdown, junit):
        lines = report(hostile(), BASE).splitlines()
        assert not any(line.lstrip().startswith("::") for line in lines), "no line that a CI runner takes for a command"
    JUnitXml.fromstring(junit(hostile(), BASE).encode())


@pytest.mark.parametrize("verdict", ["clean", "findings", "open_questions", "nothing_recognised", "stale"])
def test_every_report_says_the_verdict(verdict: Verdict) -> None:
    told = answer(verdict, skipped=[SkippedFile(path="a", why="b")] * 60)
    assert len({report(told, BASE) for report in REPORTS.values()}) == len(REPORTS)
    assert ("✅" in markdown(told, BASE)) == (told.exit_code == 0)
    assert len(markdown(told, BASE)) < 60_000
