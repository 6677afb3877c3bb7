"""Rules and heads put together: the heads' word holds, and nothing is told twice."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from monitor.catalog import load_catalog
from monitor.model import Document, EventType, Stage
from monitor.understand.learned.encoder import Floats
from monitor.understand.learned.page import DATE_ROLES, ROLES, STAGES, TYPES, Page
from monitor.understand.learned.verdict import DOCUMENT, Verdict
from monitor.understand.record import tag_record
from monitor.understand.tag import Tagger, read_records

TAGGER = Tagger(load_catalog(), None)
BAN = {
    "id": "ban", "title": "Italy bans DeepSeek", "published": "2024-06-25", "lang": "en",
    "body": "Italy's data protection authority banned DeepSeek on June 20, 2024. It said that the app breaks the law.",
}  # fmt: skip
OFFERS = {
    "id": "offers", "title": "Rivals woo OpenAI users in China", "published": "2024-06-26", "lang": "en",
    "body": "Alibaba Cloud offers 22 million free tokens until July 31 to developers who leave OpenAI. "
    "Zhipu AI gives 50 million free tokens to those who switch.",
}  # fmt: skip


def told(page: Page, primary: EventType, stage: Stage, roles: dict[str, str]) -> Verdict:
    """Sure heads: relevant, of one type and stage, with these roles, without any date."""
    chosen, days = none(len(page.providers), len(ROLES) + 1), none(len(page.days), len(DATE_ROLES))
    for row, entity in zip(chosen, page.providers, strict=True):
        row[ROLES.index(roles.get(entity.key, "mentioned"))] = 1
    kinds = np.eye(len(TYPES), dtype=np.float32)[TYPES.index(primary)]
    stages = np.eye(len(STAGES), dtype=np.float32)[STAGES.index(stage)]
    sentences = len(page.sentences)
    return Verdict(
        relevant=1.0, primary=kinds, types=kinds, stage=stages, sectors=none(len(page.sectors)), today=none(DOCUMENT["today"]),
        sentence_types=none(sentences, len(TYPES)), history=none(sentences), carries=none(sentences), roles=chosen,
        issuing=none(len(page.places)), affected=none(len(page.places)), days=days, offers=none(len(page.offers)),
    )  # fmt: skip


def none(*shape: int) -> Floats:
    """Heads that say no."""
    return np.zeros(shape, np.float32)


def record(row: dict[str, str], primary: EventType, stage: Stage, roles: dict[str, str], **heads: float) -> dict[str, Any]:
    """The record of a text under such heads; `heads` fill whole fields."""
    (document,) = [d for d in read_records([json.dumps(row)]) if isinstance(d, Document)]
    (look,) = TAGGER.look([document])
    assert look.page
    verdict = told(look.page, primary, stage, roles)
    for name, value in heads.items():
        verdict = replace(verdict, **{name: np.full_like(getattr(verdict, name), value)})
    return tag_record(document, TAGGER.settle(document, look, verdict))


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Italy bans DeepSeek", True),
        ("Italy's privacy watchdog fines DeepSeek over user data", True),
        ("Italy could ban DeepSeek", False),
        ("Italy bans posts about DeepSeek", False),
        ("Senator warns of ban of DeepSeek in Italy", False),
        ("Italy banned DeepSeek in 2020", False),
        ("DeepSeek grows in Italy", False),
    ],
)
def test_heads_have_no_veto_on_what_the_headline_tells_plainly(title: str, told: bool) -> None:
    found = record(BAN | {"title": title, "body": ""}, "tariff", "rumoured", {}, relevant=0.01)
    assert found["relevant"] is told
    assert [e["providers"] for e in found["events"] if not e["background"]] == ([{"deepseek": "targeted"}] if told else [])


def test_a_plain_headline_hits_whom_it_names() -> None:
    row = BAN | {"title": "Italy bans DeepSeek", "body": "Italy's data protection authority also banned ChatGPT."}
    found = record(row, "tariff", "rumoured", {}, relevant=0.01)
    hit = [{p for p, role in e["providers"].items() if role == "targeted"} for e in found["events"] if not e["background"]]
    assert hit
    assert all(one == {"deepseek"} for one in hit)


def test_the_rules_signal_that_becomes_the_news_is_not_told_a_second_time() -> None:
    found = record(BAN, "data_privacy", "final", {"deepseek": "targeted"})
    assert [event["type"] for event in found["events"]].count("data_privacy") == 1


def test_offers_are_told_once_each_with_its_provider() -> None:
    found = record(OFFERS, "mitigation", "announced", {"alibaba-cloud": "alternative", "zhipu": "alternative"}, offers=1.0)
    priced = [(o["provider"], o["kind"], o["amount"]) for o in found["offers"] if o["amount"]]
    assert sorted(priced) == [("alibaba-cloud", "free_tokens", "22000000"), ("zhipu", "free_tokens", "50000000")]


def test_terms_that_heads_refuse_are_no_offers() -> None:
    found = record(OFFERS, "mitigation", "announced", {"alibaba-cloud": "alternative", "zhipu": "alternative"}, offers=0.0)
    assert {o["kind"] for o in found["offers"]} == {"migration_service"}
    assert len(found["offers"]) == 2


def test_the_last_day_of_an_offer_is_kept() -> None:
    found = record(OFFERS, "mitigation", "announced", {"alibaba-cloud": "alternative", "zhipu": "alternative"}, offers=1.0)
    assert {o.get("until") for e in found["events"] for o in e["offers"] if o["provider"] == "alibaba-cloud"} == {"2024-07-31"}


def dated(text: str, chances: dict[str, float], today: tuple[float, float] = (0.0, 0.0), stage: Stage = "announced") -> dict[str, Any]:
    """The dates of a text of that stage when heads give each place of these days that chance of being the effective one."""
    row = {"id": "days", "title": "Notion leaves Turkey", "published": "2024-06-25", "lang": "en", "body": text}
    (document,) = [d for d in read_records([json.dumps(row)]) if isinstance(d, Document)]
    (look,) = TAGGER.look([document])
    assert look.page
    verdict = told(look.page, "access_restriction", stage, {"notion": "restricting"})
    for chance, entity in zip(verdict.days, look.page.days, strict=True):
        chance[DATE_ROLES.index("effective")] = chances.get(entity.key.split("@")[0], 0.0)
    verdict = replace(verdict, today=np.array(today, np.float32))
    found: dict[str, Any] = tag_record(document, TAGGER.settle(document, look, verdict))["dates"]
    return found


def test_places_that_name_one_day_count_together() -> None:
    text = "Notion will stop serving Turkey on July 9, 2024. Staff there were told on 1 July 2024. From 9 July 2024 pages are closed."
    assert dated(text, {"2024-07-09": 0.3, "2024-07-01": 0.4})["effective"] == "2024-07-09"


def test_a_day_less_likely_than_none_is_not_told() -> None:
    assert dated("Notion will stop serving Turkey on July 9, 2024.", {"2024-07-09": 0.3})["effective"] is None


def test_one_day_may_be_the_announced_and_the_effective_one() -> None:
    found = dated("Notion stopped serving Turkey on June 25, 2024.", {"2024-06-25": 0.9}, (0.9, 0.05), "in_force")
    assert (found["announced"], found["effective"]) == ("2024-06-25", "2024-06-25")
