"""What one can switch to, and in which order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from hypothesis import given

from monitor.assess.alternatives import NO_ALTERNATIVE, Ratings
from monitor.assess.parties import ByParty
from monitor.assess.rate import Hashes
from monitor.assess.score import score, scored
from monitor.assess.thread import thread
from monitor.model import Alternative, Event, Offer, Report, body_hash
from tests.assess.builders import NOTICE_DAY, PROVIDERS, ban, days, notice, question, report
from tests.assess.strategies import many_events, quick

TOKENS = Offer(provider="alibaba-cloud", kind="free_tokens", amount="22000000")


def offered(*reports: Report, place: str = "CN", provider: str = "openai") -> list[Alternative]:
    return list(score(thread(reports), question(provider, place)).alternatives)


def migration(tag: str = "m", offerer: str = "alibaba-cloud", cause: str = "openai", **fields: Any) -> Report:
    return report(tag, type="mitigation", providers={offerer: "alternative", cause: "restricting"}, **fields)


def test_substitutes_of_the_catalogue_where_they_are_offered() -> None:
    assert [a.provider for a in offered()] == ["baidu", "zhipu"]
    assert [a.provider for a in offered(place="DE")] == ["anthropic", "baidu", "zhipu"]


def test_who_offers_comes_first_with_terms_and_evidence() -> None:
    found = offered(notice(), migration(offers=(TOKENS,)), migration("s", "zhipu"))
    assert [a.provider for a in found] == ["alibaba-cloud", "zhipu", "baidu"]
    (offer,) = found[0].offers
    assert (offer.kind, offer.amount, offer.evidence[0].source) == ("free_tokens", "22000000", "src-m")
    assert found[1].offers == ()


def test_an_offer_for_another_cause_or_place_is_no_alternative_here() -> None:
    assert [a.provider for a in offered(migration(cause="anthropic"))] == ["baidu", "zhipu"]
    assert [a.provider for a in offered(migration(affected=("IT",)))] == ["baidu", "zhipu"]


def test_an_offer_told_of_a_holding_counts_for_the_service_that_it_owns() -> None:
    free = Offer(provider="alibaba", kind="migration_service")
    found = offered(notice(), migration(offers=(TOKENS,)), migration("h", "alibaba", offers=(free,)))
    assert [a.provider for a in found] == ["alibaba-cloud", "baidu", "zhipu"]
    assert [offer.kind for offer in found[0].offers] == ["free_tokens", "migration_service"]


def test_a_holding_with_several_services_or_none_speaks_for_itself_and_so_does_one_in_this_business() -> None:
    several = offered(notice(), migration(), migration("q", "qwen-shop"), migration("h", "alibaba"))
    assert [a.provider for a in several] == ["alibaba", "alibaba-cloud", "qwen-shop", "baidu", "zhipu"]
    in_this_business = offered(notice(), migration(), migration("q", "qwen-shop"))
    assert [a.provider for a in in_this_business] == ["alibaba-cloud", "qwen-shop", "baidu", "zhipu"]
    assert [a.provider for a in offered(notice(), migration("h", "alibaba"))] == ["alibaba", "baidu", "zhipu"]


def test_an_offer_that_has_run_out_is_not_shown() -> None:
    ended = Offer(provider="alibaba-cloud", kind="free_tokens", amount="22000000", until=date(2024, 6, 1))
    assert offered(migration(told=NOTICE_DAY - days(60), offers=(ended,)))[0].offers == ()


def test_who_is_restricted_there_is_left_out_and_elsewhere_kept() -> None:
    banned = [ban(f"b{i}", "CN", "baidu", stage="in_force") for i in range(3)]
    assert [a.provider for a in offered(*banned)] == ["zhipu"]
    assert "baidu" in [a.provider for a in offered(*banned, place="DE")]


def test_at_low_risk_an_offer_counts_more_than_a_few_points() -> None:
    found = offered(notice(), ban("b", "CN", "baidu", stage="proposed"), migration("m", "baidu"))
    assert [(a.provider, a.level) for a in found] == [("baidu", "low"), ("zhipu", "none")]


def test_an_alternative_at_medium_risk_comes_later_in_spite_of_its_offer() -> None:
    banned = [ban(f"b{i}", "CN", "baidu", stage="announced") for i in range(2)]
    found = offered(notice(), *banned, migration("m", "baidu"))
    assert [(a.provider, a.level) for a in found] == [("zhipu", "none"), ("baidu", "medium")]


def test_a_substitute_of_which_nothing_says_that_it_serves_there_is_marked_and_last() -> None:
    found = offered(notice(), place="DE")
    assert {a.availability for a in found if a.provider in ("baidu", "zhipu")} == {"unknown"}, "their home is China"
    assert sorted(a.availability for a in found) == [a.availability for a in found], "stated before unknown"
    assert {a.availability for a in offered(notice())} == {"stated"}, "in China they are at home"


def test_an_offer_that_names_no_cause_answers_whom_it_mentions() -> None:
    told = report("m", type="mitigation", providers={"alibaba-cloud": "alternative", "openai": "mentioned"}, offers=(TOKENS,))
    assert offered(told)[0].provider == "alibaba-cloud"


def test_effort_is_what_is_known_of_a_move() -> None:
    """Another address in the same client, help of who offers, else a change of code; never less than is known."""
    speaking = {"zhipu": PROVIDERS["zhipu"].model_copy(update={"speaks": ("openai",)})}
    asked = replace(question(), providers=PROVIDERS | speaking)
    helped = migration("help", "baidu", offers=(Offer(provider="baidu", kind="migration_service"),))
    found = {one.provider: one.effort for one in score(thread([notice(), helped]), asked).alternatives}
    assert (found["zhipu"], found["baidu"]) == ("configuration", "assisted")
    assert {one.effort for one in score(thread([notice()]), question()).alternatives} == {"code"}
    assert score(thread([notice()]), asked).input_digest == score(thread([notice()]), question()).input_digest


@given(many_events())
@quick
def test_scores_noted_for_other_pairs_change_no_answer(events: list[Event]) -> None:
    ratings: Ratings = {}
    hashes: Hashes = {}
    asked = [question(provider, place) for provider in ("openai", "zhipu", "baidu") for place in ("CN", "IT")]
    assert [scored(ByParty(events), one, ratings, hashes) for one in asked] == [score(events, one) for one in asked]
    for pair, noted in ratings.items():
        exact = score(events, question(*pair)).score
        assert exact >= NO_ALTERNATIVE if noted is None else exact == noted
    assert hashes == {event.id: body_hash(event.model_dump(mode="json")) for event in events if event.id in hashes}
