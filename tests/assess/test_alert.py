"""What is worth an interruption, case by case."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.assess.alert import Around, alert
from monitor.assess.casebook import Casebook
from monitor.assess.kinship import NO_KIN
from monitor.assess.merge import merged
from monitor.assess.thread import thread
from monitor.catalog import load_catalog
from monitor.model import Alert, Event, EventDates, Report
from tests.assess.builders import EU, NAMES, NOTICE_DAY, PROVIDERS, ban, days, gazette, notice, report
from tests.assess.strategies import many_reports, quick

REGIONS = {"EU": EU}
TWO = [ban("a", "IT", "openai"), ban("b", "IT", "openai", told=NOTICE_DAY + timedelta(hours=3))]


def given_for(event: Event, told: list[Alert] | None = None, after: timedelta = timedelta(hours=6), points: int = 25) -> Alert | None:
    return alert(event, told or [], NOTICE_DAY + after, Around(PROVIDERS, REGIONS), points)


def one(*reports: Report) -> Event:
    (event,) = thread(reports, NAMES)
    return event


WORTH: dict[str, list[Report]] = {
    "two origins tell a ban": TWO,
    "the provider's own notice": [notice()],
    "the gazette": [gazette("g", "2024-11111", type="service_ban", providers={"kaspersky": "targeted"}, affected=("US",), issuing=("US",))],
    "a rule that names nobody covers the firms of its sector": [
        gazette("g", "2024-1", type="export_control", providers={}, affected=("CN",), issuing=("US",), sectors=("ai",), stage="in_force"),
    ],
}  # fmt: skip
NOT_WORTH: dict[str, list[Report]] = {
    "one origin alone": TWO[:1],
    "copies of one text": [ban(tag, "IT", "openai", doc={"text": TWO[0].document.text, "title": "The news"}) for tag in "abc"],
    "a rumour": [ban(tag, "IT", "openai", stage="rumoured") for tag in "abc"],
    "what cannot become medium": [ban(tag, "IT", "openai", type="antitrust", stage="announced") for tag in "abc"],
    "background": [ban(tag, "IT", "openai", background=True) for tag in "abc"],
    "a threat": [ban(tag, "IT", "openai", modality="threatened", stage="in_force") for tag in "abc"],
    "a denial": [ban(tag, "IT", "openai", modality="denied") for tag in "abc"],
    "an offer": [report(tag, type="mitigation", providers={"zhipu": "alternative", "openai": "restricting"}) for tag in "abc"],
    "no place": [report(tag, affected=(), stage="in_force") for tag in "abc"],
    "a name in passing": [ban(tag, "IT", providers={"openai": "mentioned"}) for tag in "abc"],
}  # fmt: skip


@pytest.mark.parametrize("reports", WORTH.values(), ids=WORTH)
def test_worth_an_interruption(reports: list[Report]) -> None:
    given = given_for(one(*reports))
    assert given is not None
    assert given.reason == "new"
    assert given.pairs[0].points >= 25


@pytest.mark.parametrize("reports", NOT_WORTH.values(), ids=NOT_WORTH)
def test_not_worth_an_interruption(reports: list[Report]) -> None:
    assert given_for(one(*reports)) is None


def test_an_event_is_alerted_once_however_much_more_is_told() -> None:
    first = given_for(one(*TWO))
    assert first is not None
    more = [*TWO, *(ban(f"m{n}", "IT", "openai", told=NOTICE_DAY + days(n)) for n in range(1, 9))]
    assert given_for(one(*more), [first], days(9)) is None


PROPOSED = [ban(tag, "IT", "openai", stage="proposed", affected=("IT",)) for tag in "abcd"]
EASED: dict[str, Any] = {"type": "relief", "beneath": ("service_ban",), "stage": "rescinded"}


def told_of(tags: str, after: int, **fields: Any) -> list[Report]:
    """The same ban, told by so many further origins so many days later."""
    return [ban(tag, "IT", "openai", told=NOTICE_DAY + days(after), **fields) for tag in tags]


@pytest.mark.parametrize(
    ("later", "reason"),
    [
        (told_of("xy", 20, stage="final"), "advanced"),
        (told_of("x", 20, stage="final"), None),
        (told_of("xy", 1, stage="final"), None),
        (told_of("xy", 20, stage="proposed"), None),
        (told_of("xyz", 1, **EASED), "lifted"),
        (told_of("x", 20, **EASED), None),
    ],
    ids=["adopted", "adopted, says one", "adopted in the same news", "proposed again", "lifted", "lifted, says one"],
)
def test_a_step_is_alerted_when_it_is_news_of_its_own(later: list[Report], reason: str | None) -> None:
    first = given_for(one(*PROPOSED))
    assert first is not None
    then = given_for(one(*PROPOSED, *later), [first], days(21))
    assert (then.reason if then else None) == reason


def test_the_day_that_was_foretold_is_no_news_when_it_comes() -> None:
    known = [ban(tag, "IT", "openai", stage="final", effective=date(2024, 7, 9)) for tag in "ab"]
    first = given_for(one(*known))
    begun = [ban(tag, "IT", "openai", stage="in_force", effective=date(2024, 7, 9), told=NOTICE_DAY + days(14)) for tag in "xy"]
    assert first is not None
    assert given_for(one(*known, *begun), [first], days(15)) is None


UPHELD: dict[str, Any] = {"type": "litigation", "stage": "final", "doc": {"title": "Court upholds ban of OpenAI in Italy"}}


@pytest.mark.parametrize(("after", "is_news"), [(12, True), (14, False), (15, False)])
def test_a_ruling_before_the_eve_of_the_foretold_day_is_news(after: int, *, is_news: bool) -> None:
    known = [ban(tag, "IT", "openai", stage="final", effective=date(2024, 7, 9)) for tag in "ab"]
    first = given_for(one(*known))
    rulings = [ban(tag, "IT", "openai", told=NOTICE_DAY + days(after), **UPHELD) for tag in "xy"]
    assert first is not None
    then = given_for(one(*known, *rulings), [first], days(after) + timedelta(hours=6))
    assert (then.reason if then else None) == ("again" if is_news else None)


LIGHT: dict[str, Any] = {
    "type": "export_control",
    "providers": {},
    "affected": (),
    "issuing": ("US",),
    "sectors": ("ai",),
    "stage": "final",
}


@pytest.mark.parametrize(
    ("title", "stage", "is_told"),
    [
        ("Framework for Artificial Intelligence Diffusion", "final", True),
        ("Framework for Artificial Intelligence Diffusion", "proposed", False),
        ("Revision of License Requirements of Certain Models", "final", False),
    ],
)
def test_an_enacted_measure_that_covers_a_class_is_told_from_few_points_on(title: str, stage: str, *, is_told: bool) -> None:
    act = gazette("g", "2025-1", doc={"title": title}, **(LIGHT | {"stage": stage}))
    given = given_for(one(act), points=15)
    assert (given is not None) == is_told
    assert given is None or given.pairs[0].points < 15


@pytest.mark.parametrize(("place", "target", "apart", "held"), [
    ("IT", "openai", 1, True), ("IT", "openai", 3, False), ("FR", "openai", 1, False), ("IT", "baidu", 1, False),
])  # fmt: skip
def test_one_interruption_for_a_provider_in_a_place_in_the_same_days(place: str, target: str, apart: int, held: bool) -> None:
    first = given_for(one(*TWO))
    told = NOTICE_DAY + days(apart)
    other = one(*(ban(tag, place, target, type="licensing_regulation", stage="in_force", told=told) for tag in "xy"))
    assert first is not None
    assert (given_for(other, [first], days(apart) + timedelta(hours=6)) is None) == held


def test_the_order_of_former_alerts_does_not_matter() -> None:
    first = given_for(one(*PROPOSED))
    assert first is not None
    other = first.model_copy(update={"event": "evt_other", "at": NOTICE_DAY - days(30)})
    grown = one(*PROPOSED, *(ban(tag, "IT", "openai", stage="final", told=NOTICE_DAY + days(20)) for tag in "xy"))
    assert given_for(grown, [first, other], days(21)) == given_for(grown, [other, first], days(21)) is not None


@pytest.mark.parametrize("fields", [{"points": 10}, {"points": 80}])
def test_who_asks_for_more_points_gets_no_more_alerts(fields: dict[str, Any]) -> None:
    asked = given_for(one(*TWO), points=25)
    assert asked is not None
    assert (given_for(one(*TWO), **fields) is not None) == (asked.pairs[0].points >= fields["points"])


@given(many_reports(), st.integers(0, 300))
@quick
def test_learning_in_portions_gives_the_same_events(reports: list[Report], cut: int) -> None:
    border = NOTICE_DAY + days(cut)
    book = Casebook()
    touched = [book.learn([r for r in reports if r.recorded_at <= border]), book.learn([r for r in reports if r.recorded_at > border])]
    assert sorted((merged(t.claims, NAMES, NO_KIN) for t in book.threads), key=lambda e: e.id) == thread(reports, NAMES)
    assert {id(t) for found in touched for t in found} == {id(t) for t in book.threads}


def later(tags: str, after: int, title: str = "Italy bans ChatGPT", **fields: Any) -> list[Report]:
    """The same ban, told as decided by so many further origins so many days later."""
    told = NOTICE_DAY + days(after)
    return [ban(tag, "IT", "openai", told=told, **({"doc": {"title": f"{title} {tag}"}} | fields)) for tag in tags]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (later("uv", 20), "again"),
        (later("uvw", 6), "again"),
        (later("uv", 6), None),
        (later("uvw", 3), None),
        (later("u", 20), None),
        ([*later("mno", 14), *later("uvw", 17)], None),
        (later("uvw", 20, stage="proposed"), "again"),
        (later("uv", 20, stage="proposed"), None),
        (later("uvw", 20, "Rome could ban it"), None),
        (later("uvw", 20, "Report"), None),
        ([*later("uv", 20, "Report"), *later("w", 20)], "again"),
        (later("uvw", 20, "Why it was banned"), None),
        (later("uvw", 20, background=True), None),
    ],
    ids=[
        "two after a silent week", "three after some days", "two after some days", "three in the same news", "one alone",
        "coverage that never stopped", "three on a plan", "two on a plan", "a chance of it", "none in a plain headline",
        "one in a plain headline", "opinions", "recalled",
    ],
)  # fmt: skip
def test_a_further_act_under_one_event_comes_as_a_wave(more: list[Report], reason: str | None) -> None:
    first = given_for(one(*TWO))
    assert first is not None
    then = given_for(one(*TWO, *more), [first], days(21))
    assert (then.reason if then else None) == reason


def test_the_echo_of_a_cut_off_is_no_further_act() -> None:
    first = given_for(one(notice()))
    echo = [report(tag, told=NOTICE_DAY + days(20)) for tag in "uvw"]
    assert first is not None
    assert given_for(one(notice(), *echo), [first], days(21)) is None


def test_a_further_act_is_told_by_its_newest_report() -> None:
    first = given_for(one(*TWO))
    more = [*later("u", 20), *later("v", 21)]
    assert first is not None
    then = given_for(one(*TWO, *more), [first], days(21) + timedelta(hours=6))
    assert then is not None
    assert then.document == more[1].document.id


def test_an_alert_shows_the_report_that_says_it_plainly() -> None:
    plain = ban("a", "IT", "openai", doc={"title": "Italy bans ChatGPT"})
    newer = ban("b", "IT", "openai", doc={"title": "Chatbots in Rome: the fallout"}, told=NOTICE_DAY + timedelta(hours=3))
    given = given_for(one(plain, newer))
    assert given is not None
    assert given.document == plain.document.id


def test_a_class_measure_of_two_origins_needs_a_plain_headline() -> None:
    def told(title: str) -> list[Report]:
        facts: dict[str, Any] = {
            "type": "licensing_regulation",
            "providers": {},
            "affected": ("IT",),
            "issuing": ("IT",),
            "sectors": ("ai",),
        }
        return [report(tag, stage="in_force", doc={"title": f"{title} {tag}"}, confidence=0.95, **facts) for tag in "ab"]

    assert given_for(one(*told("Italy passes law on chatbots"))) is not None
    assert given_for(one(*told("Italy and the chatbots"))) is None


@pytest.mark.parametrize(
    ("title", "worth"), [("US limits exports of chips to Italy", True), ("US puts three firms of Italy on a trade blacklist", False)]
)
def test_a_list_that_names_none_of_ours_hits_none_of_them(title: str, worth: bool) -> None:
    facts: dict[str, Any] = {"type": "export_control", "providers": {}, "affected": ("IT",), "issuing": ("US",), "sectors": ("ai",)}
    told = [report(tag, stage="in_force", doc={"title": title, "text": f"{title}, said {tag}."}, **facts) for tag in "abc"]
    assert (given_for(one(*told), points=4) is not None) == worth
    more = report("d", stage="in_force", doc={"title": "US bans exports of AI chips to Italy"}, **facts)
    assert given_for(one(*told, more), points=4) is not None, "what is no list alone is for all in the trade"


@pytest.mark.parametrize("tags", ["abc", "abcdefghijkl"])
def test_a_list_of_others_is_no_further_act_of_an_older_control(tags: str) -> None:
    """However many quotes of the older reports an event shows."""
    facts: dict[str, Any] = {"type": "export_control", "affected": ("IT",), "issuing": ("US",), "sectors": ("ai",), "providers": {}}
    bans = [report(tag, stage="in_force", doc={"title": "US bans exports of AI chips to Italy"}, **facts) for tag in tags]
    first = given_for(one(*bans), points=4)
    assert first is not None
    told = NOTICE_DAY + days(20)
    title = "US bans sales to three firms of a trade blacklist"
    listed = [report(tag, told=told, stage="in_force", doc={"title": title, "text": f"{title}, {tag} said."}, **facts) for tag in "xyz"]
    grown = one(*bans, *listed)
    assert given_for(grown, [first], days(20) + timedelta(hours=6), 4) is None


def test_two_reports_weeks_apart_are_no_interruption() -> None:
    assert given_for(one(TWO[0], *later("u", 20, "Report")), after=days(20) + timedelta(hours=6)) is None


@pytest.mark.parametrize(("title", "confidence", "told"), [
    ("Italy bans ChatGPT", 1.0, True), ("Italy bans ChatGPT", 0.87, True), ("Italy bans ChatGPT", 0.85, False),
    ("Italy acts on ChatGPT", 1.0, False), ("Italy says ChatGPT is banned", 1.0, False),
    ("Italy wins fight over ChatGPT, banned", 1.0, False),
])  # fmt: skip
def test_one_origin_suffices_where_its_headline_says_so_plainly(title: str, confidence: float, told: bool) -> None:
    found = given_for(one(ban("a", "IT", "openai", doc={"title": title}, confidence=confidence)))
    assert (found is not None) == told


def test_the_plain_headline_must_be_sure_itself() -> None:
    """What others tell surely of the same measure does not make a doubtful reading plain."""
    doubtful = ban("a", "IT", "openai", doc={"title": "Italy bans ChatGPT"}, confidence=0.7)
    sure = [ban(tag, "IT", "openai", doc={"title": f"Could it happen? {tag}"}, told=NOTICE_DAY - timedelta(hours=2)) for tag in "bcd"]
    assert given_for(one(*sure, doubtful)) is None


def test_one_plain_voice_needs_a_firm_that_is_hit() -> None:
    touched = report("a", type="service_ban", providers={"openai": "affected"}, affected=("IT",), issuing=("IT",), stage="in_force",
                     doc={"title": "Italy bans chatbots"}, confidence=1.0)  # fmt: skip
    assert given_for(one(touched), points=5) is None


def test_a_suit_told_plainly_by_one_voice_is_worth_it() -> None:
    suit = ban("a", "IT", "openai", type="antitrust", stage="announced", doc={"title": "Italy sues OpenAI"}, confidence=1.0)
    assert given_for(one(suit), points=15) is not None
    unclear = ban("a", "IT", "openai", type="antitrust", stage="announced", doc={"title": "Italy and OpenAI"}, confidence=1.0)
    assert given_for(one(unclear), points=15) is None


def test_a_law_for_all_does_not_hide_the_ban_of_one() -> None:
    law: dict[str, Any] = {"type": "licensing_regulation", "providers": {}, "affected": ("IT",), "sectors": ("ai", "apps", "cloud")}
    first = given_for(one(*(ban(tag, "IT", stage="proposed", **law) for tag in "xyz")), points=15)
    assert first is not None
    assert "openai" in {pair.provider for pair in first.pairs}
    assert given_for(one(*TWO), [first], points=15) is not None


def test_hit_are_those_whom_the_news_of_these_days_names() -> None:
    """Of a thread that grew over weeks, who was in the news then is not interrupted for what hits another firm now."""
    both = dict.fromkeys(("openai", "baidu"), "targeted")
    then = [ban(tag, "IT", providers=both, doc={"title": f"Could it be banned? {tag}"}) for tag in "ab"]
    now = [ban(tag, "IT", "openai", told=NOTICE_DAY + days(6), doc={"title": f"A ban {tag}"}) for tag in "xy"]
    given = given_for(one(*then, *now), after=days(6) + timedelta(hours=6))
    assert given is not None
    assert {pair.provider for pair in given.pairs} == {"openai"}


def test_what_three_origins_tell_as_another_kind_is_no_part_of_the_same_news() -> None:
    cut = given_for(one(*TWO))
    assert cut is not None
    told = NOTICE_DAY + days(1)
    case: dict[str, Any] = {"type": "antitrust", "stage": "in_force", "told": told}
    narrow = cut.model_copy(update={"type": "access_restriction"})
    assert given_for(one(*(ban(tag, "IT", "openai", **case) for tag in "xyz")), [narrow], days(1) + timedelta(hours=6), 10) is not None
    assert given_for(one(*(ban(tag, "IT", "openai", **case) for tag in "xy")), [narrow], days(1) + timedelta(hours=6), 10) is None
    assert given_for(one(*(ban(tag, "IT", "openai", **case) for tag in "xyz")), [cut], days(1) + timedelta(hours=6), 10) is None


@pytest.mark.parametrize(("tags", "told"), [("abc", True), ("ab", False)])
def test_a_draft_that_names_nobody_is_told_when_many_tell_it(tags: str, told: bool) -> None:
    fields: dict[str, Any] = {"type": "investment_restriction", "providers": {}, "issuing": ("US",), "stage": "proposed"}
    drafts = [report(tag, **fields) for tag in tags]
    assert (given_for(one(*drafts)) is not None) == told


def test_what_one_issuer_does_to_one_provider_in_the_same_days_is_one_interruption() -> None:
    first = given_for(one(*TWO))
    abroad = [ban(tag, "IT", "openai", type="investment_restriction", affected=("CN",), stage="in_force") for tag in "xy"]
    assert first is not None
    assert given_for(one(*abroad), points=5) is not None
    assert given_for(one(*abroad), [first], points=5) is None


def test_an_alert_on_one_firm_does_not_hide_a_law_for_all() -> None:
    first = given_for(one(*(ban(tag, "IT", "openai", type="antitrust", stage="in_force") for tag in "ab")))
    law: dict[str, Any] = {"type": "licensing_regulation", "providers": {}, "affected": ("IT",), "sectors": ("ai", "apps", "cloud")}
    told = one(*(ban(tag, "IT", stage="final", **law) for tag in "xyz"))
    assert first is not None
    given = given_for(told, [first])
    assert given is not None
    assert "openai" in {pair.provider for pair in given.pairs}


def test_the_end_of_a_measure_from_before_we_watched_is_news_when_two_origins_tell_it() -> None:
    ends = [ban(tag, "IT", "openai", stage="rescinded", type="relief", beneath=("service_ban",)) for tag in "ab"]
    alone = given_for(one(ends[0]))
    given = given_for(one(*ends))
    assert alone is None
    assert given is not None
    assert (given.reason, given.stage, {pair.provider for pair in given.pairs}) == ("lifted", "rescinded", {"openai"})
    assert given_for(one(*ends), after=days(9)) is None, "old news"
    assert given_for(one(*ends), [given]) is None, "told"


ENDED: dict[str, Any] = {"type": "relief", "beneath": ("service_ban",), "stage": "rescinded"}


@pytest.mark.parametrize(("tags", "worth"), [("abc", True), ("ab", False)])
def test_a_law_for_all_that_a_court_halts_is_news_when_three_origins_tell_it(tags: str, worth: bool) -> None:
    halted: dict[str, Any] = {
        "type": "litigation", "beneath": ("licensing_regulation",), "providers": {}, "issuing": ("US",), "affected": ("US",),
        "stage": "suspended", "sectors": ("ai",),
    }  # fmt: skip
    given = given_for(one(*(report(tag, doc={"title": f"Court halts AI law, writes {tag}"}, **halted) for tag in tags)), points=15)
    assert bool(given) is worth
    assert given is None or given.reason == "lifted"


@pytest.mark.parametrize(
    ("title", "kind", "sector", "hit"),
    [
        ("India cuts internet", "service_ban", "apps", True),
        ("India blocks social media", "service_ban", "apps", True),
        ("India bans loan apps", "service_ban", "apps", False),
        ("India bans cameras", "service_ban", "hardware", False),
        ("India passes data protection law", "data_privacy", "apps", True),
    ],
)
def test_a_network_switched_off_and_a_law_on_data_hit_every_service(title: str, kind: str, sector: str, hit: bool) -> None:
    cut: dict[str, Any] = {
        "type": kind, "providers": {}, "issuing": ("IN",), "affected": ("IN",), "stage": "in_force", "sectors": (sector,),
    }  # fmt: skip
    catalog = load_catalog()
    told = one(*(report(tag, doc={"title": f"{title}, writes {tag}"}, **cut) for tag in "abc"))
    given = alert(told, [], NOTICE_DAY + days(1), Around(catalog.providers, catalog.members))
    assert bool(given) is hit
    assert given is None or {pair.jurisdiction for pair in given.pairs} == {"IN"}


@pytest.mark.parametrize("stage", ["rumoured", "proposed"])
def test_what_was_only_planned_has_not_ended(stage: str) -> None:
    planned = [ban(tag, "IT", "openai", stage=stage) for tag in "ab"]
    dropped = [ban(tag, "IT", "openai", told=NOTICE_DAY + days(1), **ENDED) for tag in "cd"]
    event = next(e for e in thread([*planned, *dropped], NAMES) if e.stage == "rescinded")
    assert given_for(event, after=days(1) + timedelta(hours=6), points=80) is None


def test_what_is_put_off_to_a_known_day_has_not_ended() -> None:
    paused = one(*(ban(tag, "IT", "openai", **(ENDED | {"stage": "suspended"})) for tag in "ab"))
    put_off = paused.model_copy(update={"dates": EventDates(effective=NOTICE_DAY.date() + days(90))})
    assert given_for(paused) is not None
    assert given_for(put_off) is None


def test_that_one_measure_ended_hides_no_other() -> None:
    ends = given_for(one(*(ban(tag, "IT", "openai", **ENDED) for tag in "ab")))
    assert ends is not None
    assert ends.reason == "lifted"
    told = NOTICE_DAY + days(1)
    other = one(*(ban(tag, "IT", "openai", type="sanctions_listing", told=told) for tag in "cdef"))
    assert other.id != ends.event
    given = given_for(other, [ends], days(1) + timedelta(hours=6))
    assert given is not None
    assert given.reason == "new"
