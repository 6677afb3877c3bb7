"""Which events reach which systems, with a negative beside each positive."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor.inventory.exposure import event_level, exposures
from monitor.model import Assessment, Dependency, Event, EventDates, Evidence, Factor, Level, Parent, Provider, StageStep, System, Team

AS_OF = datetime(2024, 6, 26, tzinfo=UTC)
REGIONS = {"EU": ("DE", "FR")}
PROVIDERS = {
    "openai": Provider(id="openai", name="OpenAI"),
    "qwen": Provider(id="qwen", name="Qwen"),
    "tiktok": Provider(id="tiktok", name="TikTok", parents=(Parent(id="bytedance"),)),
    "bytedance": Provider(id="bytedance", name="ByteDance"),
}


def event(**changed: object) -> Event:
    """OpenAI restricts access from CN from 2024-07-09 on."""
    seen = datetime(2024, 6, 25, tzinfo=UTC)
    proof = Evidence(
        document="doc_1", url="https://a.example", source="a", quote="q", sha256="0" * 64, published_at=seen, retrieved_at=seen
    )
    fields: dict[str, object] = {
        "id": "evt_1",
        "type": "access_restriction",
        "title": "t",
        "stage": "announced",
        "stages": (StageStep(stage="announced", date=seen.date(), recorded_at=seen, documents=("doc_1",)),),
        "providers": {"openai": "restricting", "qwen": "alternative"},
        "affected": ("CN",),
        "dates": EventDates(effective=date(2024, 7, 9)),
        "origins": ("a",),
        "documents": ("doc_1",),
        "evidence": (proof,),
        "first_seen_at": seen,
        "last_reported_at": seen,
        "confidence": 0.9,
    }
    return Event.model_validate(fields | changed)


def team(provider: str, called_from: tuple[str, ...] = (), users_in: tuple[str, ...] = (), name: str = "t1") -> Team:
    use = Dependency(provider=provider, called_from=called_from, users_in=users_in)
    return Team(id=name, name=name, systems=(System(id="chat-gateway", criticality="high", dependencies=(use,)),))


def assess(provider: str, place: str, points: tuple[tuple[str, int], ...] = (("evt_1", 60),), level: Level = "high") -> Assessment:
    factors = tuple(Factor(event=key, type="access_restriction", stage="announced", points=share, why="") for key, share in points)
    return Assessment(
        provider=provider,
        jurisdiction=place,
        as_of=AS_OF,
        score=sum(share for _, share in points),
        level=level,
        factors=factors,
        methodology_version="1",
        input_digest="0",
    )


CASES = [
    ("called_from_affected_place", event(), team("openai", ("CN",)), ("CN",)),
    ("users_in_affected_place", event(), team("openai", ("US",), ("CN",)), ("CN",)),
    ("called_from_elsewhere", event(), team("openai", ("DE",), ("DE",)), ()),
    ("alternative_is_not_hit", event(), team("qwen", ("CN",)), ()),
    ("berlin_on_qwen_is_not_told_of_openai_in_cn", event(), team("qwen", ("DE",), ("DE",)), ()),
    ("mention_is_not_hit", event(providers={"openai": "mentioned", "qwen": "targeted"}), team("openai", ("CN",)), ()),
    (
        "targeted_by_a_ban_at_home_of_issuer",
        event(type="service_ban", providers={"qwen": "targeted"}, affected=(), issuing=("DE",)),
        team("qwen", ("DE",)),
        ("DE",),
    ),
    (
        "export_control_does_not_bind_the_issuer",
        event(type="export_control", issuing=("US",), affected=("CN",)),
        team("openai", ("US",)),
        (),
    ),
    ("eu_measure_binds_members", event(affected=("EU",)), team("openai", ("DE",)), ("DE",)),
    ("eu_measure_leaves_non_members", event(affected=("EU",)), team("openai", ("GB",)), ()),
    ("member_measure_binds_who_serves_the_eu", event(affected=("FR",)), team("openai", (), ("EU",)), ("EU",)),
    ("hong_kong_is_not_china", event(), team("openai", ("HK",)), ()),
    ("withdrawn", event(withdrawn=True), team("openai", ("CN",)), ()),
    ("denied", event(modality="denied"), team("openai", ("CN",)), ()),
    ("hypothetical", event(modality="hypothetical"), team("openai", ("CN",)), ()),
    ("threat_is_told", event(modality="threatened"), team("openai", ("CN",)), ("CN",)),
    ("an_offer_hits_nobody", event(type="mitigation"), team("openai", ("CN",)), ()),
    ("owner_hit_and_scored", event(providers={"bytedance": "targeted"}), team("tiktok", ("CN",)), ("CN",)),
    ("owned_one_named_as_alternative", event(providers={"bytedance": "targeted", "tiktok": "alternative"}), team("tiktok", ("CN",)), ()),
    ("owner_depends_not_on_the_owned", event(providers={"tiktok": "targeted"}), team("bytedance", ("CN",)), ()),
]


@pytest.mark.parametrize(("told", "who", "places"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_where_a_dependency_is_hit(told: Event, who: Team, places: tuple[str, ...]) -> None:
    found = exposures([who], [told], assess, PROVIDERS, AS_OF, REGIONS)
    assert [exposure.jurisdictions for exposure in found] == ([places] if places else [])


def test_an_owner_that_does_not_score_hits_nobody() -> None:
    told = event(id="evt_other", providers={"bytedance": "targeted"})
    assert exposures([team("tiktok", ("CN",))], [told], assess, PROVIDERS, AS_OF, REGIONS) == []


MEANINGS = [
    ("future_day", {}, "access ends on 2024-07-09, 13 days from now"),
    ("tomorrow", {"dates": EventDates(effective=date(2024, 6, 27))}, "access ends on 2024-06-27, 1 day from now"),
    ("past_day", {"dates": EventDates(effective=date(2024, 6, 1))}, "access ended on 2024-06-01"),
    ("today", {"dates": EventDates(effective=date(2024, 6, 26))}, "access ends on 2024-06-26, today"),
    ("month_only", {"dates": EventDates(months={"effective": "2024-07"})}, "access ends in 2024-07"),
    ("no_day", {"dates": EventDates()}, "an end of access is announced, no day stated"),
    ("in_force_no_day", {"dates": EventDates(), "stage": "in_force"}, "an end of access is in force"),
    ("suspended", {"stage": "suspended"}, "an end of access was suspended"),
    ("rumoured", {"stage": "rumoured"}, "an end of access is rumoured; it would take effect on 2024-07-09, 13 days from now"),
    (
        "draft_with_comments",
        {"type": "investment_restriction", "stage": "proposed", "dates": EventDates(comment=date(2024, 8, 4))},
        "an investment restriction is proposed; comments close on 2024-08-04, 39 days from now",
    ),
    ("comments_closed", {"stage": "proposed", "dates": EventDates(comment=date(2024, 6, 1))}, "an end of access is proposed"),
]


@pytest.mark.parametrize(("changed", "consequence"), [case[1:] for case in MEANINGS], ids=[case[0] for case in MEANINGS])
def test_meaning_is_one_plain_sentence(changed: dict[str, object], consequence: str) -> None:
    (exposure,) = exposures([team("openai", ("CN",))], [event(**changed)], assess, PROVIDERS, AS_OF, REGIONS)
    assert exposure.meaning == f"chat-gateway calls OpenAI from CN: {consequence}."


def test_meaning_for_users_and_deadline() -> None:
    (exposure,) = exposures([team("openai", ("US",), ("CN",))], [event()], assess, PROVIDERS, AS_OF, REGIONS)
    assert exposure.meaning.startswith("chat-gateway uses OpenAI for users in CN: ")
    assert (exposure.deadline, exposure.score, exposure.level) == (date(2024, 7, 9), 60, "high")


@pytest.mark.parametrize(("points", "level"), [(40, "high"), (25, "high"), (20, "medium"), (10, "low"), (1, "low"), (0, "none")], ids=str)
def test_a_lesser_event_has_a_lesser_level_than_its_pair(points: int, level: Level) -> None:
    assessed = assess("openai", "CN", (("evt_heavy", 40), ("evt_1", points)))
    assert event_level("evt_1", assessed) == level


def test_most_urgent_first_and_each_team_its_own() -> None:
    def by_event(provider: str, place: str) -> Assessment:
        return assess(provider, place, (("evt_1", 40), ("evt_soon", 40), ("evt_small", 3)))

    told = [event(id="evt_small"), event(), event(id="evt_soon", dates=EventDates(effective=date(2024, 6, 30)))]
    found = exposures([team("openai", ("CN",)), team("qwen", ("DE",), name="berlin")], told, by_event, PROVIDERS, AS_OF, REGIONS)
    assert [(e.team, e.event) for e in found] == [("t1", "evt_soon"), ("t1", "evt_1"), ("t1", "evt_small")]


def test_two_products_of_one_provider_in_one_system_are_told_once() -> None:
    uses = tuple(Dependency(provider="openai", product=product, called_from=("CN",)) for product in ("api", "chatgpt"))
    who = Team(id="t", name="t", systems=(System(id="s", dependencies=uses),))
    assert len(exposures([who], [event()], assess, PROVIDERS, AS_OF, REGIONS)) == 1


def test_two_products_of_one_provider_are_hit_wherever_one_of_them_is() -> None:
    places = (("api", ("CN",), "easy"), ("chatgpt", ("HK",), "complex"), ("batch", ("DE",), "none"))
    uses = tuple(Dependency(provider="openai", product=p, called_from=c, substitutability=how) for p, c, how in places)
    who = Team(id="t", name="t", systems=(System(id="s", dependencies=uses),))
    (found,) = exposures([who], [event(affected=("CN", "HK"))], assess, PROVIDERS, AS_OF, REGIONS)
    assert (found.jurisdictions, found.substitutability) == (("CN", "HK"), "complex")
    assert "from CN and HK" in found.meaning
