"""A small made-up June 2024 for digests and calendars: events, teams and assessments built from facts in our own words."""

from __future__ import annotations

from datetime import UTC, date, datetime

from monitor.inform.digest import DigestQuery, SourceHealth
from monitor.model import (
    Alternative,
    Assessment,
    Dependency,
    Event,
    EventDates,
    EventOffer,
    Evidence,
    Exposure,
    Factor,
    Recipient,
    StageStep,
    System,
    Team,
)

NOW = datetime(2024, 6, 26, 0, 0, tzinfo=UTC)
BASE_URL = "https://risk.example.org"
SEEN = datetime(2024, 6, 25, 4, 10, tzinfo=UTC)
NAMES = {"openai": "OpenAI", "zhipu": "Zhipu AI", "baidu": "Baidu", "alibaba-cloud": "Alibaba Cloud", "nvidia": "NVIDIA", "yi": "01.AI"}

SHANGHAI = Recipient(email="platform@example.cn", timezone="Asia/Shanghai", hour=8, min_level="medium")
TEAM = Team(
    id="platform-cn",
    name="Platform Shanghai",
    recipients=(SHANGHAI,),
    systems=(
        System(
            id="chat-gateway",
            criticality="high",
            dependencies=(
                Dependency(provider="openai", product="api", called_from=("CN",), users_in=("CN",), substitutability="easy"),
                Dependency(provider="nvidia", called_from=("CN",), substitutability="none"),
            ),
        ),
    ),
)


def evidence(quote: str, url: str = "https://news.example.com/a", primary: bool = False) -> Evidence:
    return Evidence(
        document="doc_1111111111111111",
        url=url,
        source="wire",
        quote=quote,
        sha256="ab" * 32,
        published_at=SEEN,
        retrieved_at=SEEN,
        primary=primary,
    )


def event(key: str = "evt_ban", **changed: object) -> Event:
    """OpenAI ends API access from CN on 2024-07-09, told by two origins; `changed` overrides fields."""
    fields: dict[str, object] = {
        "id": key,
        "type": "access_restriction",
        "title": "OpenAI tells developers in China that API access ends on 9 July",
        "stage": "announced",
        "stages": (StageStep(stage="announced", date=date(2024, 6, 25), recorded_at=SEEN, documents=("doc_1",)),),
        "providers": {"openai": "restricting", "zhipu": "alternative"},
        "affected": ("CN",),
        "dates": EventDates(effective=date(2024, 7, 9)),
        "origins": ("wire", "daily"),
        "documents": ("doc_1", "doc_2"),
        "evidence": (evidence("access from unsupported regions stops on July 9"),),
        "first_seen_at": SEEN,
        "last_reported_at": SEEN,
        "confidence": 0.9,
    }
    return Event.model_validate(fields | changed)


def draft_rule(**changed: object) -> Event:
    """The US Treasury's draft rule on outbound investment, comments open until 4 August."""
    fields: dict[str, object] = {
        "type": "investment_restriction",
        "title": "US Treasury drafts a rule on outbound investment in AI, chips and quantum",
        "stage": "proposed",
        "stages": (StageStep(stage="proposed", date=date(2024, 6, 21), recorded_at=SEEN, documents=("doc_9",)),),
        "providers": {"nvidia": "affected"},
        "issuing": ("US",),
        "dates": EventDates(announced=date(2024, 6, 21), comment=date(2024, 8, 4)),
        "primary_source": True,
        "origins": ("us-government",),
    }
    return event("evt_rule", **(fields | changed))


def exposure(key: str = "evt_ban", **changed: object) -> Exposure:
    fields: dict[str, object] = {
        "team": "platform-cn",
        "system": "chat-gateway",
        "provider": "openai",
        "jurisdictions": ("CN",),
        "event": key,
        "type": "access_restriction",
        "stage": "announced",
        "score": 78,
        "level": "high",
        "meaning": "chat-gateway calls OpenAI from CN: access ends on 2024-07-09, 13 days from now.",
        "deadline": date(2024, 7, 9),
        "criticality": "high",
        "substitutability": "easy",
    }
    return Exposure.model_validate(fields | changed)


def rule_exposure(**changed: object) -> Exposure:
    fields: dict[str, object] = {
        "provider": "nvidia",
        "type": "investment_restriction",
        "stage": "proposed",
        "score": 31,
        "level": "medium",
        "deadline": date(2024, 8, 4),
        "substitutability": "none",
    }
    return exposure("evt_rule", **(fields | changed))


def assessment(**changed: object) -> Assessment:
    """OpenAI in CN, with three alternatives and their offers."""
    fields: dict[str, object] = {
        "provider": "openai",
        "jurisdiction": "CN",
        "as_of": NOW,
        "score": 78,
        "level": "high",
        "factors": (Factor(event="evt_ban", type="access_restriction", stage="announced", points=78, why="access ends"),),
        "alternatives": (
            Alternative(
                provider="zhipu",
                availability="stated",
                score=12,
                level="low",
                offers=(
                    EventOffer(provider="zhipu", kind="free_tokens", amount="150000000", evidence=(evidence("150 million tokens"),)),
                    EventOffer(provider="zhipu", kind="migration_service"),
                ),
            ),
            Alternative(
                provider="alibaba-cloud",
                availability="stated",
                score=9,
                level="low",
                offers=(EventOffer(provider="alibaba-cloud", kind="free_tokens", amount="22000000", until=date(2024, 7, 31)),),
            ),
            Alternative(
                provider="yi",
                availability="stated",
                score=15,
                level="low",
                offers=(EventOffer(provider="yi", kind="price_cut", amount="50"),),
            ),
            Alternative(provider="baidu", score=5, level="low", availability="stated"),
        ),
        "methodology_version": "1.0.0",
        "input_digest": "cd" * 32,
    }
    return Assessment.model_validate(fields | changed)


def sources(*down: str, total: int = 24) -> tuple[SourceHealth, ...]:
    fine = [SourceHealth(id=f"s{n}", name=f"Source {n}", state="ok") for n in range(total - len(down))]
    since = datetime(2024, 6, 25, 12, 0, tzinfo=UTC)
    return (*fine, *(SourceHealth(id=name.lower(), name=name, state="failing", reason="timeout", since=since) for name in down))


def query(**changed: object) -> DigestQuery:
    """The first digest of the Shanghai team on 26 June; `changed` overrides fields."""
    fields: dict[str, object] = {
        "recipient": SHANGHAI,
        "team": TEAM,
        "slot": "2024-06-26/Asia/Shanghai",
        "as_of": NOW,
        "data_as_of": datetime(2024, 6, 25, 23, 30, tzinfo=UTC),
        "events": (event(), draft_rule()),
        "exposures": (exposure(), rule_exposure()),
        "assessments": (assessment(),),
        "names": NAMES,
        "sources": sources("Ministry of Commerce"),
        "methodology_version": "1.0.0",
        "base_url": BASE_URL,
    }
    return DigestQuery.model_validate(fields | changed)
