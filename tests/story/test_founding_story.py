"""The founding story as people live it: who is warned of what, by when, with which proof and which way out."""

from __future__ import annotations

import email
import email.policy
from datetime import date
from pathlib import Path

import pytest

from monitor.answers.shapes import Risk
from monitor.demo import DemoResult, run_demo
from monitor.pipeline import no_progress
from monitor.settings import Settings

OFFERING = ("baidu", "alibaba-cloud", "zhipu", "01ai", "sensetime", "baichuan")
# Provider, kind of offer and amount as the founding article tells them.
TERMS = {
    ("baidu", "free_tokens", "50000000"),
    ("alibaba-cloud", "free_tokens", "22000000"),
    ("zhipu", "free_tokens", "150000000"),
    ("01ai", "price_cut", "50"),
}


@pytest.fixture(scope="module")
def end_of_june(tmp_path_factory: pytest.TempPathFactory) -> DemoResult:
    return run_demo(tmp_path_factory.mktemp("demo"), "2024-06-30", Settings(), no_progress)


def risk(result: DemoResult, provider: str, place: str = "CN") -> Risk:
    return next(r for r in result.risk if (r.provider, r.jurisdiction) == (provider, place))


def test_openai_in_china_is_high_with_its_date_and_proof(end_of_june: DemoResult) -> None:
    found = risk(end_of_june, "openai")
    assert found.level in ("high", "critical")
    lead = found.factors[0]
    assert (lead.type, lead.effective) == ("access_restriction", date(2024, 7, 9))
    assert lead.evidence
    assert sum(factor.points for factor in found.factors) == found.score


def test_openai_in_germany_is_unmoved(end_of_june: DemoResult) -> None:
    moved = {f.event for f in risk(end_of_june, "openai").factors} & {f.event for f in risk(end_of_june, "openai", "DE").factors}
    assert moved == set()


@pytest.mark.parametrize("provider", OFFERING)
def test_who_offers_a_way_out_is_an_alternative(end_of_june: DemoResult, provider: str) -> None:
    alternatives = {a.provider: a for a in risk(end_of_june, "openai").alternatives}
    assert provider in alternatives
    assert alternatives[provider].offers


def test_terms_are_those_of_the_story(end_of_june: DemoResult) -> None:
    told = {(a.provider, o.kind, o.amount) for a in risk(end_of_june, "openai").alternatives for o in a.offers}
    assert told >= TERMS


@pytest.mark.parametrize("provider", OFFERING)
def test_an_offer_adds_no_risk_to_who_makes_it(end_of_june: DemoResult, provider: str) -> None:
    assert not {f.type for f in risk(end_of_june, provider).factors} & {"mitigation", "access_restriction"}


def test_every_quote_is_in_the_document_it_cites(end_of_june: DemoResult, tmp_path: Path) -> None:
    from contextlib import closing
    from hashlib import sha256

    from monitor.store import documents, events, open_store

    with closing(open_store(f"sqlite:///{end_of_june.calendar_path.parent / 'demo.sqlite'}")) as store, store.read() as tx:
        proofs = [proof for event in events.events_as_of(tx, end_of_june.as_of) for proof in event.evidence]
        cited = documents.documents_by_id(tx, {proof.document for proof in proofs})
    assert proofs
    for proof in proofs:
        text = cited[proof.document].full_text
        assert proof.quote in text
        assert proof.sha256 == sha256(text.encode()).hexdigest()


def test_shanghai_mail_says_what_who_when_what_to_do_and_proof(end_of_june: DemoResult) -> None:
    assert end_of_june.eml_path
    assert end_of_june.text_path
    assert end_of_june.html_path
    mail = email.message_from_bytes(end_of_june.eml_path.read_bytes(), policy=email.policy.SMTP)
    assert mail["Subject"].startswith(("[HIGH] OpenAI", "[CRITICAL] OpenAI"))
    assert "2024-07-09" in mail["Subject"]
    for part, path in (("plain", end_of_june.text_path), ("html", end_of_june.html_path)):
        text = path.read_text("utf-8")
        assert mail.get_body((part,)) is not None
        for needle in ("OpenAI", "chat-gateway", "2024-07-09", "Zhipu", "150"):
            assert needle in text, (part, needle)


def test_calendar_holds_the_deadline(end_of_june: DemoResult) -> None:
    text = end_of_june.calendar_path.read_text("utf-8")
    assert "DTSTART;VALUE=DATE:20240709" in text


def test_later_knowledge_does_not_leak_into_an_earlier_day(tmp_path: Path) -> None:
    early = run_demo(tmp_path, "2024-06-22", Settings(), no_progress)
    assert "access_restriction" not in {f.type for f in risk(early, "openai").factors}
    assert risk(early, "openai").alternatives == () or all(not a.offers for a in risk(early, "openai").alternatives)


def test_on_the_day_it_is_in_force(tmp_path: Path) -> None:
    late = run_demo(tmp_path, "2024-07-10", Settings(), no_progress)
    found = risk(late, "openai")
    assert found.level == "critical"
    assert found.factors[0].stage == "in_force"
