"""Synthetic documents, reports and events for the tests of assess: small, valid, and different from each other unless asked."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from monitor.assess.kinship import Kinship
from monitor.assess.question import Question
from monitor.assess.thread import thread
from monitor.collect.copies import Finder, Told
from monitor.model import (
    Document,
    Event,
    EventDates,
    NotOffered,
    OriginDecision,
    Parent,
    Provider,
    Quote,
    RegulatorFacts,
    Report,
    Signal,
    body_hash,
)
from monitor.model.event_brief import EventBrief, brief_of
from monitor.pipeline.comparing import as_copy

NOTICE_DAY = datetime(2024, 6, 25, 8, tzinfo=UTC)
DEADLINE = date(2024, 7, 9)
EU = ("AT", "BE", "DE", "FR", "IT", "NL")
NAMES = {"openai": "OpenAI", "baidu": "Baidu", "CN": "China", "US": "United States", "IT": "Italy"}
PROVIDERS = {
    provider.id: provider
    for provider in (
        Provider(id="openai", name="OpenAI", home="US", sectors=("ai",), substitutes=("anthropic", "zhipu", "baidu")),
        Provider(
            id="anthropic", name="Anthropic", home="US", sectors=("ai",),
            not_offered=NotOffered(places=("CN", "HK", "RU"), as_of=date(2024, 1, 1), source="https://example.com/supported"),
        ),
        Provider(id="zhipu", name="Zhipu AI", home="CN", sectors=("ai",)),
        Provider(id="baidu", name="Baidu", home="CN", sectors=("ai", "apps")),
        Provider(id="alibaba", name="Alibaba", home="CN", sectors=("cloud",)),
        Provider(id="alibaba-cloud", name="Alibaba Cloud", home="CN", sectors=("cloud", "ai"), parents=(Parent(id="alibaba", share=100),)),
        Provider(id="baichuan", name="Baichuan", home="CN", sectors=("ai",), parents=(Parent(id="alibaba", share=9),)),
        Provider(id="moonshot", name="Moonshot AI", home="CN", sectors=("ai",), parents=(Parent(id="alibaba", minority=True),)),
        Provider(id="qwen-shop", name="Qwen Shop", home="CN", sectors=("apps",), parents=(Parent(id="alibaba-cloud"),)),
        Provider(id="bytedance", name="ByteDance", home="CN", sectors=("apps",)),
        Provider(id="huawei", name="Huawei", home="CN", sectors=("hardware",)),
        Provider(id="kaspersky", name="Kaspersky", home="RU", sectors=("cybersecurity",)),
        Provider(id="nvidia", name="NVIDIA", home="US", sectors=("semiconductors",)),
    )
}  # fmt: skip
_STEMS = ("bar", "cor", "dal", "fen", "gim", "hol", "jun", "kel")
_VOCABULARY = [stem + ending for stem in _STEMS for ending in "aeiou"]


def prose(seed: str, words: int = 60) -> str:
    """A text that shares no run of five words with the prose of another seed."""
    digest = hashlib.sha256(seed.encode()).digest() * (words // 16 + 1)
    return f"{seed} " + " ".join(f"{_VOCABULARY[byte % 40]}{i % 7}" for i, byte in enumerate(digest[:words]))


def document(tag: str = "d1", told: datetime | None = NOTICE_DAY, **fields: Any) -> Document:
    """A news document of its own source, origin and text; `tag` sets all three apart."""
    title, text = fields.pop("title", f"Report {tag}"), fields.pop("text", prose(tag))
    retrieved = fields.pop("retrieved_at", (told or NOTICE_DAY) + timedelta(hours=1))
    values: dict[str, Any] = {
        "source": f"src-{tag}", "guid": f"guid-{tag}", "url": f"https://example.com/{tag}", "title": title, "text": text, "lang": "en",
        "published_at": told, "retrieved_at": retrieved, "origin_group": f"origin-{tag}", "kind": "news", "reliability": "medium",
        "content_hash": hashlib.sha256(f"{title}\n{text}".encode()).hexdigest(),
    }  # fmt: skip
    return Document(**(values | fields))


def signal(**fields: Any) -> Signal:
    """OpenAI's cut-off of China as announced; any field can be set."""
    days = {role: fields.pop(role, None) for role in ("announced", "effective", "comment")}
    values: dict[str, Any] = {
        "type": "access_restriction", "providers": {"openai": "restricting"}, "affected": ("CN",), "stage": "announced",
        "dates": EventDates(**days, months=fields.pop("months", {})), "sectors": ("ai",), "confidence": 0.9,
    }  # fmt: skip
    return Signal(**(values | fields))


def report(tag: str = "d1", told: datetime = NOTICE_DAY, doc: dict[str, Any] | None = None, **fields: Any) -> Report:
    """A report recorded two hours after it was published; `doc` sets document fields, the rest fields of the signal."""
    recorded = fields.pop("recorded_at", told + timedelta(hours=2))
    told_by = document(tag, told, **(doc or {}))
    quoted = Quote(start=0, end=len(told_by.title), text=told_by.title)
    return Report(document=told_by, signal=signal(**({"evidence": (quoted,)} | fields)), recorded_at=recorded)


def notice(tag: str = "notice", **fields: Any) -> Report:
    """OpenAI's own notice, with its deadline."""
    own = {"kind": "vendor", "reliability": "primary", "origin_group": "openai"} | fields.pop("doc", {})
    return report(tag, doc=own, **({"effective": DEADLINE} | fields))


def gazette(tag: str, number: str = "", rin: tuple[str, ...] = (), **fields: Any) -> Report:
    """A US regulator's own document."""
    facts = RegulatorFacts(number=number, rin=rin) if number else None
    own: dict[str, Any] = {
        "kind": "regulator",
        "reliability": "primary",
        "jurisdiction": "US",
        "origin_group": "us-government",
        "regulator": facts,
    }
    return report(tag, doc=own | fields.pop("doc", {}), **fields)


def draft_rule(tag: str = "draft", **fields: Any) -> Report:
    """The US Treasury's proposed rule on outbound investment, which names no firm."""
    values: dict[str, Any] = {
        "type": "investment_restriction", "providers": {}, "issuing": ("US",), "affected": ("CN",), "stage": "proposed",
        "sectors": ("ai", "semiconductors", "quantum"), "comment": date(2024, 8, 4),
    }  # fmt: skip
    return gazette(tag, **(values | fields))


def ban(tag: str, issuer: str = "US", target: str = "kaspersky", **fields: Any) -> Report:
    """A government's ban of a provider at home."""
    places = {"issuing": (issuer,), "affected": (issuer,)}
    return report(tag, **({"type": "service_ban", "providers": {target: "targeted"}, "stage": "final"} | places | fields))


def event(*reports: Report) -> Event:
    """The one event that the reports make."""
    found = thread(reports, NAMES)
    assert len(found) == 1, [one.title for one in found]
    return found[0]


def crafted(tag: str, **fields: Any) -> Event:
    """An event of its own, in force and told by one origin, with any field set directly."""
    base = event(report(tag, type="service_ban", providers={"openai": "targeted"}, stage="in_force", issuing=("CN",), affected=("CN",)))
    return base.model_copy(update={"id": f"evt_{tag}"} | fields)


def in_brief(known: Event) -> EventBrief:
    """What a store gives of the event for scores."""
    body = known.model_dump(mode="json")
    kept = [json.dumps(brief_of(body)[name]) for name in ("roles", "body", "evidence")]
    return EventBrief(known.id, known.withdrawn, body_hash(body), *kept)


def kin(*documents: Document, decisions: Sequence[OriginDecision] = ()) -> Kinship:
    """Who repeats whom among the documents, as the service finds it, and as was decided."""
    known = {one.id: one for one in documents}
    _, links = Finder().find([Told(d.id, d.origin_group, d.retrieved_at, d.full_text) for d in known.values()], lambda _ids: {})
    return Kinship([as_copy(known[link.new], known[link.known], link, NOTICE_DAY) for link in links], decisions)


def question(provider: str = "openai", place: str = "CN", as_of: datetime = NOTICE_DAY + timedelta(days=1), **fields: Any) -> Question:
    """What a team in `place` asks about `provider` the day after the notice."""
    return Question(provider=provider, jurisdiction=place, as_of=as_of, providers=PROVIDERS, regions={"EU": EU}, **fields)


def days(number: float) -> timedelta:
    """A span of days."""
    return timedelta(days=number)
