"""Builders for dossiers: two vendors, their assessments and events in June 2024, from facts in our own words."""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitor.comply.dossier import DossierQuery
from monitor.model import (
    Alternative,
    Assessment,
    Event,
    EventDates,
    EventOffer,
    Evidence,
    Factor,
    NotOffered,
    Parent,
    Provider,
    StageStep,
)

AS_OF = datetime(2024, 6, 26, tzinfo=UTC)
SEEN = datetime(2024, 6, 25, 4, 10, tzinfo=UTC)

OPENAI = Provider(
    id="openai",
    name="OpenAI",
    home="US",
    sectors=("ai",),
    not_offered=NotOffered(places=("KP",), as_of=date(2024, 6, 1), source="https://platform.example.com/docs/supported-countries"),
)
BAIDU = Provider(id="baidu", name="Baidu", home="CN", sectors=("ai",), parents=(Parent(id="baidu-inc", share=100),))


def proof(document: str, quote: str, **changed: object) -> Evidence:
    fields: dict[str, object] = {
        "document": document,
        "url": f"https://news.example.com/2024/06/{document}",
        "source": "wire",
        "quote": quote,
        "sha256": document[-1] * 64,
        "published_at": SEEN,
        "retrieved_at": SEEN,
    }
    return Evidence.model_validate(fields | changed)


def ban(**changed: object) -> Event:
    """OpenAI ends API access from CN on 2024-07-09."""
    fields: dict[str, object] = {
        "id": "evt_ban",
        "type": "access_restriction",
        "title": "OpenAI ends API access from China on 9 July",
        "stage": "announced",
        "stages": (StageStep(stage="announced", date=date(2024, 6, 25), recorded_at=SEEN, documents=("doc_a",)),),
        "providers": {"openai": "restricting", "baidu": "alternative"},
        "affected": ("CN",),
        "dates": EventDates(effective=date(2024, 7, 9)),
        "sectors": ("ai",),
        "origins": ("wire", "daily"),
        "documents": ("doc_a", "doc_b"),
        "evidence": (
            proof("doc_a", "stops traffic from unsupported regions on July 9"),
            proof("doc_b", "OpenAI 将于 7 月 9 日停止中国 API 服务"),
        ),
        "first_seen_at": SEEN,
        "last_reported_at": SEEN,
        "confidence": 0.9,
    }
    return Event.model_validate(fields | changed)


def draft_rule(**changed: object) -> Event:
    """The US Treasury's draft rule on outbound investment, which names no vendor."""
    fields: dict[str, object] = {
        "id": "evt_rule",
        "type": "investment_restriction",
        "title": "US Treasury drafts a rule on outbound investment in AI, chips and quantum",
        "stage": "proposed",
        "stages": (StageStep(stage="proposed", date=date(2024, 6, 21), recorded_at=SEEN, documents=("doc_c",)),),
        "providers": {},
        "issuing": ("US",),
        "dates": EventDates(announced=date(2024, 6, 21), comment=date(2024, 8, 4)),
        "origins": ("us-government",),
        "primary_source": True,
        "documents": ("doc_c",),
        "evidence": (proof("doc_c", "would require notification of certain transactions", source="treasury", primary=True),),
    }
    return ban(**(fields | changed))


def assessed(provider: str, **changed: object) -> Assessment:
    fields: dict[str, object] = {
        "provider": provider,
        "jurisdiction": "CN",
        "as_of": AS_OF,
        "score": 0,
        "level": "none",
        "data_as_of": datetime(2024, 6, 25, 23, 30, tzinfo=UTC),
        "methodology_version": "1.0.0",
        "input_digest": "ef" * 32,
    }
    return Assessment.model_validate(fields | changed)


def openai_assessed(**changed: object) -> Assessment:
    """OpenAI in CN: 78, all of it from the ban."""
    offers = (
        EventOffer(provider="baidu", kind="free_tokens", amount="50000000", evidence=(proof("doc_d", "50 million free tokens"),)),
        EventOffer(provider="baidu", kind="migration_service"),
    )
    fields: dict[str, object] = {
        "score": 78,
        "level": "high",
        "factors": (Factor(event="evt_ban", type="access_restriction", stage="announced", points=78, why="access from CN ends"),),
        "alternatives": (
            Alternative(provider="baidu", score=0, level="none", offers=offers),
            Alternative(provider="zhipu", score=9, level="low"),
        ),
        "unknowns": ("no statement on Azure OpenAI in CN",),
    }
    return assessed("openai", **(fields | changed))


def query(**changed: object) -> DossierQuery:
    fields: dict[str, object] = {
        "providers": (OPENAI, BAIDU),
        "jurisdiction": "CN",
        "as_of": AS_OF,
        "assessments": (openai_assessed(), assessed("baidu")),
        "events": (ban(), draft_rule()),
        "names": {"zhipu": "Zhipu AI", "baidu-inc": "Baidu, Inc."},
        "methodology_version": "1.0.0",
        "data_versions": {"tagger": "2024.1", "catalogue": "abc123"},
    }
    return DossierQuery.model_validate(fields | changed)
