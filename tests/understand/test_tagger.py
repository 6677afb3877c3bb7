"""The tagger end to end on texts written for these tests: what is told, and what is not."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from typing import Any

import pytest

from monitor.catalog import load_catalog
from monitor.model import Document
from monitor.understand.record import tag_record
from monitor.understand.tag import BadRecord, Tagger, read_records


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load_catalog(), None)


def records(tagger: Tagger, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    documents = [
        d
        for d in read_records(json.dumps({"id": "t", "published": "2024-07-25", "body": "", **row}) for row in rows)
        if isinstance(d, Document)
    ]
    return [tag_record(document, tagging) for document, tagging in zip(documents, tagger.tag(documents), strict=True)]


def events(record: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [event for event in record["events"] if event["type"] == kind]


ARTICLE = {
    "title": "Chinese model makers court developers stranded by OpenAI",
    "body": (
        "OpenAI's decision to block access to its API in China has set off a race for its customers. "
        "Last month the American company announced limits on its API that took effect on July 9.\n"
        "The step came shortly after a draft rule issued by the US Treasury Department on June 22 that would restrict American investments "
        "in Chinese AI, semiconductors and quantum computing.\n"
        "Baidu is giving developers who move 50 million free tokens for its Ernie model.\n"
        "Alibaba Cloud, a unit of Alibaba Group, offers 22 million free tokens and migration services to OpenAI users.\n"
        "Other firms that lure developers with migration help include SenseTime and Baichuan, which is backed by Alibaba and Tencent.\n"
        "Zhipu AI has started a migration program with training and 150 million free tokens.\n"
        "01.AI also announced a half-price replacement plan for users who migrate to its Yi models."
    ),
}


def test_an_article_with_three_kinds_of_events_keeps_them_apart(tagger: Tagger) -> None:
    record = records(tagger, [ARTICLE])[0]
    (cut,) = events(record, "access_restriction")
    (rule,) = events(record, "investment_restriction")
    assert cut["providers"]["openai"] == "restricting"
    assert (cut["affected"], cut["dates"]["effective"], cut["stage"]) == (["CN"], "2024-07-09", "in_force")
    assert (rule["issuing"], rule["affected"], rule["stage"], rule["dates"]["announced"]) == (["US"], ["CN"], "proposed", "2024-06-22")
    assert set(rule["sectors"]) == {"ai", "semiconductors", "quantum"}
    offers = {(o["provider"], o["kind"], o["amount"]) for e in events(record, "mitigation") for o in e["offers"]}
    assert offers >= {
        ("baidu", "free_tokens", "50000000"), ("alibaba-cloud", "free_tokens", "22000000"), ("zhipu", "free_tokens", "150000000"),
        ("01ai", "price_cut", "50"), ("sensetime", "migration_service", None), ("baichuan", "migration_service", None),
    }  # fmt: skip
    assert record["providers"]["openai"] == "restricting"
    assert record["providers"]["tencent"] == record["providers"]["alibaba"] == "mentioned"
    assert all(event["evidence"] for event in record["events"])


def told(name: str, title: str, body: str, *expected: object, **more: str) -> Any:
    return pytest.param({"title": title, "body": body, **more}, expected, id=name)


TOLD = [
    told(
        "failed-review", "China fails Micron in security review",
        "Operators of critical infrastructure must stop buying the firm's chips, the cyberspace regulator said.",
        "service_ban", ["CN"], ["CN"], {"micron": "targeted"},
    ),
    told("headline-only", "Beijing bars Micron chips from key infrastructure", "", "service_ban", ["CN"], ["CN"], {"micron": "targeted"}),
    told(
        "failed-review-zh", "美光产品未能通过网络安全审查", "国家网信办表示，关键信息基础设施运营者应停止采购美光产品。",
        "service_ban", ["CN"], ["CN"], {"micron": "targeted"},
    ),
    told(
        "privacy-authority-bans", "ChatGPT banned in Italy", "The data protection authority ordered OpenAI to stop at once.",
        "data_privacy", ["IT"], ["IT"], {"openai": "targeted"},
    ),
    told(
        "traditional-chinese", "OpenAI將終止對中國提供API服務", "OpenAI將於7月9日起封鎖來自中國的API流量。",
        "access_restriction", [], ["CN"], {"openai": "restricting"},
    ),
    told(
        "export-control", "US tightens curbs on AI chip exports", "The new export rules stop Nvidia from shipping two processors to China.",
        "export_control", ["US"], ["CN"], {"nvidia": "affected"},
    ),
    told(
        "vendor-speaks-of-itself", "Service notice",
        "From March 18 we are suspending new sign-ups and payments for accounts based in Russia, Atlassian wrote.",
        "access_restriction", [], ["RU"], {"atlassian": "restricting"}, source="vendor",
    ),
    told(
        "court-stops-a-ban", "Court overturns Montana's TikTok ban", "A federal judge issued an injunction against the law.",
        "litigation", ["US"], ["US"], {"bytedance": "targeted"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("row", "expected"), TOLD)
def test_a_measure_is_told_with_who_and_where(tagger: Tagger, row: dict[str, Any], expected: tuple[Any, ...]) -> None:
    record = records(tagger, [row])[0]
    kind, issuing, affected, providers = expected
    assert (record["primary"], record["issuing"], record["affected"]) == (kind, issuing, affected)
    assert providers.items() <= record["providers"].items()


def quiet(name: str, title: str, body: str) -> Any:
    return pytest.param({"title": title, "body": body}, id=name)


QUIET = [
    quiet("opinion", "Opinion: why blocking DeepSeek would be wrong", "If Washington bans DeepSeek, nobody wins."),
    quiet("denial", "OpenAI denies plan to leave Japan", "OpenAI said it has no plans to restrict its API in Japan."),
    quiet("outage", "ChatGPT outage hits Europe", "OpenAI said the service was down for two hours; access was restored."),
    quiet("price-cut", "OpenAI halves API prices", "Customers in all regions pay less from today."),
    quiet("sport", "Sprinter banned for two years", "The ban takes effect immediately."),
    quiet("school", "City schools block ChatGPT", "Students can no longer open the chatbot on school networks."),
    quiet("copyright", "Authors sue OpenAI over copyright", "A judge in New York will hear the case."),
    quiet("explainer", "Explainer: what is the Entity List?", "A guide for newcomers."),
    quiet("apples-zh", "苹果大丰收 果农忙采摘", "今年的苹果已获准出口。"),
    quiet("launch", "DeepSeek publishes a new model", "The licence allows unrestricted commercial use."),
]


@pytest.mark.parametrize("row", QUIET)
def test_what_is_no_measure_stays_quiet(tagger: Tagger, row: dict[str, Any]) -> None:
    record = records(tagger, [row])[0]
    assert not record["relevant"]
    assert (record["types"], record["primary"], record["stage"]) == ([], None, None)
    assert all(event["background"] for event in record["events"])
    assert set(record["providers"].values()) <= {"mentioned"}


def test_records_keep_the_order_and_the_offsets_of_the_original(tagger: Tagger) -> None:
    rows = [
        {"id": str(n), "title": f"Ｏｐｅｎ\u200bAI blocks API users in China ({n})", "body": "The cut-off starts on July 9."}
        for n in range(70)
    ]
    found = records(tagger, rows)
    assert [record["id"] for record in found] == [str(n) for n in range(70)]
    for row, record in zip(rows, found, strict=True):
        whole = f"{row['title']}\n{row['body']}"
        assert record["mentions"][0]["provider"] == "openai"
        for span in [*record["evidence"], *record["mentions"]]:
            assert whole[span["start"] : span["end"]] == span.get("text", span.get("alias"))


@pytest.mark.parametrize(
    ("line", "name"),
    [
        pytest.param("{", None, id="not-json"),
        pytest.param("[]", None, id="not-an-object"),
        pytest.param('{"title": "x", "published": "2024-01-01"}', None, id="no-id"),
        pytest.param('{"id": "a", "published": "yesterday"}', "a", id="bad-date"),
        pytest.param('{"id": "a"}', "a", id="no-date"),
        pytest.param('{"id": "a", "published": "2024-01-01", "source": "rumour"}', "a", id="bad-source"),
        pytest.param('{"id": "a", "published": "2024-01-01", "title": 3}', "a", id="title-not-text"),
        pytest.param('{"id": "a", "published": "2024-01-01", "source_jurisdiction": "usa"}', "a", id="bad-jurisdiction"),
    ],
)
def test_a_bad_line_is_an_error_record_and_the_rest_goes_on(line: str, name: str | None) -> None:
    bad, good = read_records([line, '{"id": "b", "title": "x", "published": "2024-01-01T08:00:00+08:00"}'])
    assert isinstance(bad, BadRecord)
    assert (bad.id, bool(bad.error)) == (name, True)
    assert isinstance(good, Document)


def test_a_stream_without_candidates_never_loads_spacy() -> None:
    code = (
        "import sys\nfrom monitor.catalog import load_catalog\nfrom monitor.understand.tag import Tagger, read_records\n"
        'docs = list(read_records([\'{"id": "a", "title": "OpenAI hires a chef", "published": "2024-01-01"}\']))\n'
        "assert [t.mentions[0].provider for t in Tagger(load_catalog()).tag(docs)] == ['openai']\nassert 'spacy' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
