"""The dossier: the same bytes for the same picture, and the page that answers a reviewer."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.comply.dossier import Dossier, DossierDocument, canonical_json, dossier, dossier_digest, is_intact
from monitor.errors import UsageError
from monitor.inform.render import render
from monitor.model import Correction, Ruling
from tests.comply.vendors import AS_OF, OPENAI, SEEN, assessed, ban, draft_rule, openai_assessed, proof, query

PINNED = "8de3e630f9876a781fa5c115fff0916ac5e4b525d84e9183511f3c0e6314a45d"


def page(**changed: object) -> str:
    return render("dossier.html", dossier=dossier(query(**changed)))


def test_digest_is_pinned() -> None:
    """Changes only together with the format: then raise FORMAT, so that old dossiers still verify with their own program."""
    assert dossier(query()).digest == PINNED


def test_digest_is_the_same_in_another_process() -> None:
    program = "from monitor.comply.dossier import dossier; from tests.comply.vendors import query; print(dossier(query()).digest)"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == dossier(query()).digest


@settings(max_examples=30, deadline=None)
@given(st.permutations((ban(), draft_rule(), ban(id="evt_x", affected=("RU",)))))
def test_order_of_events_does_not_matter(events: list[object]) -> None:
    assert (
        dossier(query(events=tuple(events))).digest
        == dossier(query(events=(ban(), draft_rule(), ban(id="evt_x", affected=("RU",))))).digest
    )


def test_a_dossier_survives_its_json() -> None:
    pinned = dossier(query())
    again = Dossier.model_validate_json(canonical_json(pinned))
    assert again == pinned
    assert is_intact(again)
    assert json.loads(canonical_json(pinned))["as_of"] == "2024-06-26T00:00:00Z"


def test_a_decision_stands_beside_the_measure_with_what_the_machine_reads() -> None:
    right, read = Correction(effective=date(2024, 7, 9)), Correction(effective=date(2024, 7, 19))
    said = Ruling(number=3, kind="correct", author="<b>Ann</b>", reason="the notice", recorded_at=SEEN, correction=right, read=read)
    decided = ban(decisions=(said, said.model_copy(update={"number": 4, "holds": False})))
    pinned = dossier(query(events=(decided, draft_rule())))
    assert [one.number for one in pinned.vendors[0].measures[0].decisions] == [3, 4]
    shown = render("dossier.html", dossier=pinned)
    assert "&lt;b&gt;Ann&lt;/b&gt;" in shown
    assert "(decision 3): the notice (effective: 2024-07-09; read by machine: effective: 2024-07-19)" in shown
    assert "decision 4" not in shown
    assert is_intact(Dossier.model_validate_json(canonical_json(pinned)))


@pytest.mark.parametrize("field", ["jurisdiction", "methodology_version", "vendors", "documents"])
def test_a_changed_dossier_is_not_intact(field: str) -> None:
    other = {"jurisdiction": "HK", "methodology_version": "9", "vendors": (), "documents": ()}
    assert not is_intact(dossier(query()).model_copy(update={field: other[field]}))


CHANGES = [
    ("score", {"assessments": (openai_assessed(score=77), assessed("baidu"))}),
    ("quote", {"events": (ban(evidence=(proof("doc_a", "other words"),)), draft_rule())}),
    ("data_version", {"data_versions": {"tagger": "2"}}),
    ("vendors_swapped", {"providers": tuple(reversed(query().providers))}),
]


@pytest.mark.parametrize("changed", [case[1] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_any_change_of_content_changes_the_digest(changed: dict[str, object]) -> None:
    assert dossier(query(**changed)).digest != dossier(query()).digest


WRONG = [
    ("none", ()),
    ("other_place", (openai_assessed(jurisdiction="HK"), assessed("baidu"))),
    ("other_time", (openai_assessed(as_of=datetime(2024, 6, 27, tzinfo=UTC)), assessed("baidu"))),
]


@pytest.mark.parametrize("assessments", [case[1] for case in WRONG], ids=[case[0] for case in WRONG])
def test_an_assessment_of_another_question_is_refused(assessments: tuple[object, ...]) -> None:
    with pytest.raises(UsageError, match="openai in CN as of 2024-06-26"):
        dossier(query(assessments=assessments))


def test_every_quote_has_its_source_with_hash_and_times() -> None:
    pinned = dossier(query())
    assert [document.id for document in pinned.documents] == ["doc_a", "doc_b", "doc_c", "doc_d"]
    assert [pinned.number(document.id) for document in pinned.documents] == [1, 2, 3, 4]
    assert dossier_digest(pinned) == pinned.digest


def test_a_stored_document_is_cited_as_stored() -> None:
    stored = DossierDocument(id="doc_a", url="https://stored.example", source="wire", sha256="9" * 64, retrieved_at=SEEN)
    assert dossier(query(documents={"doc_a": stored, "doc_unused": stored})).documents[0] == stored


def test_the_page_answers_the_first_questions() -> None:
    html = page()
    for words in (
        "OpenAI and Baidu in CN",
        "Only until 2024-07-09 (13 days left).",
        "2 independent origins; no official source yet.",
        "stops traffic from unsupported regions on July 9",
        "50,000,000 free tokens; migration service",
        "2024-06-26 00:00 UTC",
        "no statement on Azure OpenAI in CN",
        "Measures on this vendor&#39;s home and sectors (context, not scored)".replace("&#39;", "'"),
        "Methodology 1.0.0",
        "tagger 2024.1",
        dossier(query()).digest,
        "a" * 64,
        '<span lang="zh-Hans">OpenAI 将于 7 月 9 日停止中国 API 服务</span>',
    ):
        assert words in html, words


def test_the_page_needs_nothing_from_elsewhere() -> None:
    html = page()
    assert "<script" not in html
    assert "<link" not in html
    assert "<img" not in html
    assert "url(" not in html
    assert " style=" not in html


def test_hostile_words_stay_words_on_the_page() -> None:
    evil = ban(title="<script>alert(1)</script>", evidence=(proof("doc_a", "</p><img src=x onerror=a>", url="javascript:alert(1)"),))
    html = page(events=(evil,))
    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript:' not in html


def test_what_was_not_known_then_is_not_told() -> None:
    later = OPENAI.model_copy(update={"not_offered": OPENAI.not_offered.model_copy(update={"as_of": SEEN.date().replace(year=2025)})})  # type: ignore[union-attr]
    (sheet,) = dossier(query(providers=(later,), as_of=AS_OF)).vendors
    assert sheet.not_offered is None


@pytest.mark.parametrize("count", [1, 4])
def test_one_vendor_or_many(count: int) -> None:
    many = tuple(OPENAI.model_copy(update={"id": f"p{n}", "name": f"P{n}"}) for n in range(count))
    html = page(providers=many, assessments=tuple(assessed(p.id) for p in many))
    assert html.count('<th scope="col">') == count
