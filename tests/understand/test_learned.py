"""The learned part: terms of offers, the vote of rules, bands with reasons, and readings that repeat."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from monitor.catalog import load_catalog
from monitor.cli.tagging import tagged
from monitor.understand.learned.doubt import band_of
from monitor.understand.learned.heads import judge
from monitor.understand.learned.page import DATE_ROLES, ROLES, STAGES, TYPES
from monitor.understand.learned.terms import terms
from monitor.understand.learned.verdict import consistent, day_chances
from monitor.understand.learned.vote import voted
from monitor.understand.tag import Look, Tagger, read_records

SHIPPED = Path(__file__).resolve().parents[2] / "monitor" / "data" / "learned"
CUT = {
    "id": "cut", "title": "OpenAI to block users in China", "published": "2024-06-25",
    "body": "OpenAI will block API access in China from July 9.",
}  # fmt: skip
MAIL = {
    "id": "mail", "title": "A change to your workspace", "published": "2025-03-03", "source": "vendor",
    "body": "Dear customer, as of 1 April 2025 accounts billed in Belarus can no longer renew their Notion plans. Please export pages.",
}  # fmt: skip
LEAVING = {
    "id": "leaving", "title": "Anthropic ends service in Turkey", "published": "2024-06-25",
    "body": "Anthropic said it will stop serving customers in Turkey from 1 August 2024.",
}  # fmt: skip
STAYING = {
    "id": "staying", "title": "OpenAI to block users in China, Microsoft stays", "published": "2024-06-25",
    "body": "OpenAI will block API access in China from July 9. Microsoft said that its cloud service there is unaffected.",
}  # fmt: skip
QUIET = {
    "id": "quiet",
    "title": "Netflix raises prices in Germany",
    "body": "Plans cost two euros more from May.",
    "published": "2025-03-03",
}


def lines(*rows: dict[str, str]) -> list[str]:
    """Input lines of the tag command."""
    return [json.dumps(row) for row in rows]


def look_at(row: dict[str, str]) -> Look:
    """What rules see of one text."""
    found = [record for record in read_records(lines(row)) if not hasattr(record, "error")]
    return next(Tagger(load_catalog(), None).look(found))


def test_all_files_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in SHIPPED.iterdir()) <= 30_000_000


def test_a_reading_does_not_depend_on_what_is_read_beside_it() -> None:
    together = list(tagged(lines(QUIET, CUT, MAIL)))
    assert together == [record for row in (QUIET, CUT, MAIL) for record in tagged(lines(row))]


def test_two_texts_under_one_id_are_read_apart() -> None:
    first, second = tagged(lines(CUT, {**QUIET, "id": "cut"}))
    assert first["relevant"]
    assert not second["relevant"]


def test_a_mail_that_no_rule_was_written_for_is_read() -> None:
    (record,) = tagged(lines(MAIL))
    assert record["relevant"]
    assert record["primary"] == "access_restriction"
    assert record["affected"] == ["BY"]
    assert record["dates"]["effective"] == "2025-04-01"


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Anyone who switches gets 50 million free tokens.", [("free_tokens", "50000000")]),
        ("迁移用户可得五百万枚免费词元。", [("free_tokens", "5000000")]),
        ("$25,000 in credits for each team", [("free_credits", "25000")]),
        ("credits in the amount of USD 12,000", [("free_credits", "12000")]),
        ("可获赠2万元人民币代金券", [("free_credits", "20000")]),
        ("30 per cent off list for a year", [("price_cut", "30")]),
        ("erhält 30 Prozent Nachlass", [("price_cut", "30")]),
        ("首年托管费减两成五", [("price_cut", "25")]),
        ("首年服务器费用打五折", [("price_cut", "50")]),
        ("首年费用打七五折", [("price_cut", "25")]),
        ("首月推理单价直接对折", [("price_cut", "50")]),
        ("Forty-five per cent off for the first year", [("price_cut", "45")]),
        ("the list price is lowered by 25 per cent", [("price_cut", "25")]),
        ("a tenth off the storage list", [("price_cut", "10")]),
        ("menos 40% na tabela", [("price_cut", "40")]),
        ("200,000 Russian roubles of credit", [("free_credits", "200000")]),
        ("every body that signs is credited with ZAR 120,000", [("free_credits", "120000")]),
        ("并送8000元插件抵扣金", [("free_credits", "8000")]),
        ("한 달 요금을 30퍼센트 깎는다", [("price_cut", "30")]),
        ("We give 1 200 Euro Guthaben to every team.", [("free_credits", "1200")]),
        ("1'200 CHF credit for each desk", [("free_credits", "1200")]),
        ("In 2024 100 firms got $500 in credits", [("free_credits", "500")]),
        ("get $5 100 users share credits", [("free_credits", "5")]),
        ("the first two months half price", [("price_cut", "50")]),
        ("half a million tokens for each desk that moves", [("free_tokens", "500000")]),
        ("twenty million tokens, free of charge", [("free_tokens", "20000000")]),
        ("토큰 3천만 개를 드립니다", [("free_tokens", "30000000")]),
        ("four months free on every plan", [("free_credits", None)]),
        ("and pay nothing for the first six weeks", [("free_credits", None)]),
        ("新团队免费使用三个月", [("free_credits", None)]),
        ("zwei Monate kostenlos", [("free_credits", None)]),
        ("送价值六百澳门元的广告额度", [("free_credits", "600")]),
        ("总额一万五千美元的云券", [("free_credits", "15000")]),
        ("300,000 tenge of hosting credit", [("free_credits", "300000")]),
        ("20 000 долларов кредитов", [("free_credits", "20000")]),
        ("初年度40%引きで", [("price_cut", "40")]),
        ("the first year costs you half", [("price_cut", "50")]),
        ("a free press for months to come", []),
        ("in the first two months of the year", []),
        ("revenue rose 15% last year", []),
        ("这是一个转折点", []),
        ("", []),
    ],
)
def test_terms_are_found_in_many_words(sentence: str, expected: list[tuple[str, str | None]]) -> None:
    assert [(kind, amount) for kind, amount, _, _ in terms(sentence)] == expected


def test_a_sure_rule_votes_and_an_unsure_one_does_not() -> None:
    look = look_at(CUT)
    assert look.page
    (verdict,) = judge([look.page])
    flat = replace(verdict, relevant=0.5, primary=np.full(len(TYPES), 1 / len(TYPES), np.float32))
    (signal,) = look.found
    sure = voted(look.page, flat, [signal.model_copy(update={"confidence": 1.0})])
    assert TYPES[int(np.argmax(sure.primary))] == "access_restriction"
    assert sure.relevant == flat.relevant
    assert float(sure.primary.sum()) == pytest.approx(1, abs=1e-5)
    assert voted(look.page, flat, [signal.model_copy(update={"confidence": 0.5})]) is flat
    assert voted(look.page, flat, [signal.model_copy(update={"background": True})]) is flat


def test_a_bystander_that_rules_know_does_not_cut_off() -> None:
    look = look_at(STAYING)
    assert look.page
    (verdict,) = judge([look.page])
    restricting = ROLES.index("restricting")
    everybody = np.eye(len(ROLES) + 1, dtype=np.float32)[[restricting] * len(look.page.providers)]
    moved = voted(look.page, replace(verdict, roles=everybody), look.found)
    roles = {e.key: ROLES[int(np.argmax(row[: len(ROLES)]))] for e, row in zip(look.page.providers, moved.roles, strict=True)}
    assert roles == {"openai": "restricting", "microsoft": "mentioned"}
    assert np.allclose(moved.roles.sum(axis=1), 1)


@pytest.mark.parametrize(
    ("sentence", "stays"),
    [
        ("Mistral will go on serving its customers there", True), ("Mistral keeps its models available in Belarus", True),
        ("Mistral remains available", True), ("Mistral's service is unaffected", True), ("Mistral继续向企业客户提供服务", True),
        ("Mistral will stop serving its customers there", False), ("Mistral continues to block users there", False),
        ("Mistral keeps Belarus out", False),
    ],
)  # fmt: skip
def test_who_goes_on_as_before_is_known(sentence: str, stays: bool) -> None:
    look = look_at({**CUT, "body": f"{CUT['body']} {sentence}."})
    assert look.page
    assert ("mistral" in look.page.staying) is stays


def test_who_goes_on_as_before_does_not_cut_off() -> None:
    look = look_at({**CUT, "body": f"{CUT['body']} Mistral will go on serving its customers there."})
    assert look.page
    (verdict,) = judge([look.page])
    everybody = np.eye(len(ROLES) + 1, dtype=np.float32)[[ROLES.index("restricting")] * len(look.page.providers)]
    moved = voted(look.page, replace(verdict, roles=everybody), look.found)
    roles = {e.key: ROLES[int(np.argmax(row[: len(ROLES)]))] for e, row in zip(look.page.providers, moved.roles, strict=True)}
    assert roles["mistral"] == "mentioned"
    assert "restricting" in roles.values()


def test_two_that_offer_the_same_both_offer_it() -> None:
    offer = "Baidu offers 50 million free tokens to those who move, SenseTime 50 million free tokens and training."
    (record,) = tagged(lines({**CUT, "title": "After OpenAI's exit from China rivals lure its users", "body": f"{CUT['body']} {offer}"}))
    assert {(o["provider"], o["amount"]) for o in record["offers"] if o["kind"] == "free_tokens"} == {
        ("baidu", "50000000"), ("sensetime", "50000000"),
    }  # fmt: skip


def test_a_free_quota_counted_in_tokens_is_one_offer() -> None:
    body = "OpenAI宣布7月9日起停止对中国提供API服务。百度为从OpenAI迁移来的用户提供5000万Tokens免费额度。"
    (record,) = tagged(lines({**CUT, "title": "百度向OpenAI用户送5000万Tokens免费额度", "body": body}))
    assert [(o["kind"], o["amount"]) for o in record["offers"] if o["provider"] == "baidu"] == [("free_tokens", "50000000")]


def test_who_cuts_off_is_not_what_its_users_can_switch_to() -> None:
    look = look_at(STAYING)
    assert look.page
    (verdict,) = judge([look.page])
    everybody = np.eye(len(ROLES) + 1, dtype=np.float32)[[ROLES.index("alternative")] * len(look.page.providers)]
    moved = voted(look.page, replace(verdict, roles=everybody), look.found)
    roles = {e.key: ROLES[int(np.argmax(row[: len(ROLES)]))] for e, row in zip(look.page.providers, moved.roles, strict=True)}
    assert roles == {"openai": "restricting", "microsoft": "alternative"}


def test_where_a_banned_maker_comes_from_is_not_where_it_is_banned() -> None:
    body = "美國政府禁止俄羅斯防毒軟件商卡巴斯基在當地銷售產品，指其與俄羅斯政府關係密切。禁令9月29日生效。"
    (record,) = tagged(lines({"id": "maker", "title": "美國禁售卡巴斯基防毒軟件", "body": body, "published": "2024-06-21"}))
    assert (record["primary"], record["issuing"], record["affected"]) == ("service_ban", ["US"], ["US"])


def test_a_review_says_why() -> None:
    look = look_at(CUT)
    assert look.page
    (verdict,) = judge([look.page])
    clear = replace(verdict, relevant=0.99, primary=np.eye(len(TYPES), dtype=np.float32)[0], stage=np.eye(7, dtype=np.float32)[2])
    clear = replace(clear, roles=np.eye(len(ROLES) + 1, dtype=np.float32)[[4] * len(look.page.providers)])
    assert band_of(look.page, clear, True) == ("alert", ())
    assert band_of(look.page, clear, False) == ("review", ("no rule tells of an event, and the headline does not show one",))
    assert band_of(look.page, replace(clear, relevant=0.1), True) == ("archive", ())
    band, reasons = band_of(look.page, replace(clear, relevant=0.6), True)
    assert (band, reasons) == ("review", ("relevant with probability 0.60",))
    torn = np.zeros(len(TYPES), np.float32)
    torn[:3] = 0.4, 0.35, 0.25
    band, reasons = band_of(look.page, replace(clear, primary=torn), True)
    assert band == "review"
    assert reasons == (f"type: {TYPES[0]} 0.40 or {TYPES[1]} 0.35",)


def test_an_explanation_shows_names_cues_rules_and_heads() -> None:
    (record,) = tagged(lines(LEAVING), explain=True)
    explained = record["explain"]
    assert explained["gate"]["providers"][0]["text"] == "Anthropic"
    assert "access_restriction" in {cue["type"] for cue in explained["cues"]}
    assert explained["rules"][0]["types"][0] == "access_restriction"
    assert next(iter(explained["heads"]["roles"]["anthropic"])) == "restricting"
    assert next(iter(explained["heads"]["primary"])) == "access_restriction"
    assert explained["words"]["relevant"] > 0.5
    assert len(explained["words"]["phrases"]) == 8
    assert all(phrase.startswith(("title ", "text ")) and "anthropic" not in phrase for phrase in explained["words"]["phrases"])
    text = f"{LEAVING['title']}\n{LEAVING['body']}"
    for sentence in explained["heads"]["sentences"]:
        assert text[sentence["start"] : sentence["end"]] == sentence["text"]


def test_a_text_whose_day_is_split_between_readings_is_for_review() -> None:
    look = look_at(MAIL)
    assert look.page
    (verdict,) = judge([look.page])
    split = np.zeros_like(verdict.days)
    split[0, DATE_ROLES.index("effective")] = 0.34
    chances = day_chances(look.page, replace(verdict, days=split, today=np.array([0.0, 0.33], np.float32)))
    assert sorted(chances["effective"].values()) == pytest.approx([0.33, 0.34])
    _, reasons = band_of(look.page, replace(verdict, days=split, today=np.array([0.0, 0.33], np.float32)), True)
    assert any(reason.startswith("effective day: 2025-04-01 0.34") for reason in reasons)


def test_the_vote_on_days_leaves_a_share_for_none() -> None:
    look = look_at(CUT)
    assert look.page
    (verdict,) = judge([look.page])
    (signal,) = (s for s in look.found if not s.background)
    moved = voted(look.page, verdict, [signal.model_copy(update={"confidence": 1.0})])
    for chances in day_chances(look.page, moved).values():
        assert -1e-6 <= sum(chances.values()) <= 1 + 1e-6
    assert max(day_chances(look.page, moved)["effective"].values()) >= max(day_chances(look.page, verdict)["effective"].values()) - 1e-6


@pytest.mark.parametrize(("stage", "day", "wanted"), [("in_force", "2025-04-01", "final"), ("final", "2025-01-02", "in_force")])
def test_a_stage_that_contradicts_a_sure_day_gives_way(stage: str, day: str, wanted: str) -> None:
    look = look_at({**MAIL, "published": "2025-02-10", "body": f"{MAIL['body']} See the notes of 2 January 2025 and 1 April 2025."})
    assert look.page
    (verdict,) = judge([look.page])
    effective = DATE_ROLES.index("effective")
    chances = np.array([[0.45, 0.55][STAGES.index(s) == STAGES.index(stage)] if s in (stage, wanted) else 0 for s in STAGES], np.float32)
    days, today = np.zeros_like(verdict.days), verdict.today.copy()
    days[next(i for i, e in enumerate(look.page.days) if e.key.startswith(day)), effective] = 0.9
    today[effective] = 0
    settled = consistent(look.page, replace(verdict, stage=chances, days=days, today=today))
    assert STAGES[int(np.argmax(settled.stage))] == wanted
    assert settled.stage.sum() == pytest.approx(1)
    assert day_chances(look.page, settled)["effective"][date.fromisoformat(day)] == pytest.approx(0.81, abs=0.02)


def test_stage_and_day_that_agree_stay_as_they_were() -> None:
    look = look_at(MAIL)
    assert look.page
    (verdict,) = judge([look.page])
    only = np.array([s == "suspended" for s in STAGES], np.float32)
    settled = consistent(look.page, replace(verdict, stage=only))
    np.testing.assert_allclose(settled.days, verdict.days, rtol=1e-5)
    np.testing.assert_allclose(settled.today, verdict.today, rtol=1e-5)
    np.testing.assert_allclose(settled.stage, only)
