"""What a recipient is told, what not, and when there is silence."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitor.inform.digest import Digest, DigestQuery, DigestSection, Skipped, compose
from monitor.inform.hits import changes
from monitor.inform.query import MAX_AGE
from monitor.model import Alternative, DecisionKind, EventDates, Recipient, Ruling
from tests.inform.episode import NOW, SHANGHAI, assessment, draft_rule, event, exposure, query, rule_exposure, sources

YESTERDAY = datetime(2024, 6, 25, 0, 0, tzinfo=UTC)


def composed(asked: DigestQuery) -> Digest:
    digest = compose(asked)
    assert isinstance(digest, Digest), digest
    return digest


def section(digest: Digest, key: str) -> DigestSection | None:
    return next((part for part in digest.sections if part.key == key), None)


def titles(digest: Digest, key: str) -> list[str]:
    part = section(digest, key)
    return [entry.title for entry in part.entries] if part else []


def ruling(kind: DecisionKind, **said: Any) -> Ruling:
    """Ann's decision on the event."""
    values = {
        "number": 1,
        "author": "Ann",
        "reason": "seen",
        "recorded_at": NOW,
        "events": ("evt_9",) if kind in ("merge", "split") else (),
    }
    return Ruling.model_validate({"kind": kind} | values | said)


def second_day(**changed: object) -> DigestQuery:
    """The next digest after one that told the ban and the draft rule, all sources well."""
    fields: dict[str, object] = {
        "previous_as_of": YESTERDAY,
        "previous_events": (event(), draft_rule()),
        "previous_exposures": (exposure(), rule_exposure()),
        "previous_assessments": (assessment(),),
        "sources": sources(),
    }
    return query(**(fields | changed))


def test_first_digest_has_all_sections_in_reading_order() -> None:
    digest = composed(query())
    assert [part.key for part in digest.sections] == ["problems", "act_now", "new", "deadlines", "offers"]
    assert titles(digest, "act_now") == ["OpenAI: API access from CN ends 2024-07-09"]
    assert titles(digest, "new") == ["NVIDIA: investment restriction for CN proposed, comments close 2024-08-04"]
    assert digest.subject == "[HIGH] OpenAI: API access from CN ends 2024-07-09 (13 days) +1"


def test_a_card_says_what_who_when_do_and_proof() -> None:
    act_now = section(composed(query()), "act_now")
    assert act_now is not None
    facts = {fact.label: fact.text for fact in act_now.entries[0].facts}
    assert list(facts) == ["What", "You", "When", "Do", "Proof", "Quote"]
    assert facts["You"] == "chat-gateway calls OpenAI from CN (criticality high, substitution easy)"
    assert facts["When"] == "Effective Tue 2024-07-09 (13 days)"
    assert "Move to an alternative before 2024-07-09 (Alibaba Cloud, Zhipu AI, 01.AI, Baidu" in facts["Do"]
    assert facts["Proof"] == "2 independent origins, no official source yet; first seen 2024-06-25 04:10 UTC"


def test_offers_come_with_terms_end_and_own_level() -> None:
    offers = section(composed(query()), "offers")
    assert offers is not None
    assert [(fact.label, fact.text) for fact in offers.entries[0].facts] == [
        ("Alibaba Cloud", "22 million free tokens until 2024-07-31; own risk there low (9/100)"),
        ("Zhipu AI", "150 million free tokens; migration service; own risk there low (12/100)"),
        ("01.AI", "50 % off; own risk there low (15/100)"),
        ("No known offer", "Baidu, own risk there low (5/100)"),
    ]


def test_who_is_not_confirmed_to_serve_there_is_never_advised() -> None:
    known = {one.provider: one for one in assessment().alternatives}
    maybe = known["baidu"].model_copy(update={"provider": "aws", "availability": "unknown", "score": 0, "level": "none"})

    def advised(*alternatives: Alternative) -> str:
        act_now = section(composed(query(assessments=(assessment(alternatives=alternatives),))), "act_now")
        assert act_now is not None
        return {fact.label: fact.text for fact in act_now.entries[0].facts}["Do"]

    assert advised(maybe, known["baidu"]) == "Move to an alternative before 2024-07-09 (Baidu) or record a decision."
    assert advised(maybe, known["zhipu"]).startswith("Move to an alternative before 2024-07-09 (Zhipu AI: terms below)")
    assert advised(maybe).startswith("No alternative is confirmed to serve you there: plan for the outage")
    assert advised().startswith("No alternative is known: plan for the outage")


def test_an_ended_offer_is_not_shown() -> None:
    digest = composed(query(slot="2024-08-01/Asia/Shanghai"))
    offers = section(digest, "offers")
    assert offers is not None
    assert "22 million" not in str(offers)


SILENT = [
    ("nothing_touches_the_team", query(exposures=(), sources=sources()), "nothing_new"),
    ("only_another_team_is_touched", query(exposures=(exposure(team="berlin"),), sources=sources()), "nothing_new"),
    ("told_already", second_day(), "nothing_new"),
    (
        "more_copies_are_no_news",
        second_day(events=(event(documents=("doc_1", "doc_2", "doc_3"), origins=("wire", "daily", "x")),)),
        "nothing_new",
    ),
    (
        "new_but_below_level",
        query(recipient=SHANGHAI.model_copy(update={"min_level": "critical"}), exposures=(rule_exposure(),), sources=sources()),
        "below_min_level",
    ),
    (
        "sources_still_down",
        second_day(sources=sources("A", "B", "C", "D"), previous_as_of=datetime(2024, 6, 25, 13, tzinfo=UTC)),
        "nothing_new",
    ),
]


@pytest.mark.parametrize(("asked", "reason"), [case[1:] for case in SILENT], ids=[case[0] for case in SILENT])
def test_silence_has_a_reason(asked: DigestQuery, reason: str) -> None:
    assert compose(asked) == Skipped(reason=reason)


CHANGES = [
    ("stage", event(stage="in_force"), "stage: announced -> in force"),
    ("date_moved", event(dates=EventDates(effective=date(2024, 7, 16))), "effective date moved: 2024-07-09 -> 2024-07-16"),
    ("date_gone", event(dates=EventDates()), "effective date 2024-07-09 no longer stated"),
    (
        "comment_date_known",
        event(dates=EventDates(effective=date(2024, 7, 9), comment=date(2024, 8, 4))),
        "end of comments now known: 2024-08-04",
    ),
    ("official_now", event(primary_source=True), "an official source now confirms it"),
    ("disputed", event(disputed=True), "now disputed"),
    ("more_places", event(affected=("CN", "HK")), "now also affects HK"),
]


@pytest.mark.parametrize(("now", "words"), [case[1:] for case in CHANGES], ids=[case[0] for case in CHANGES])
def test_a_change_is_told_in_words(now: object, words: str) -> None:
    act_now = section(composed(second_day(events=(now, draft_rule()))), "act_now")
    assert act_now is not None
    assert act_now.entries[0].facts[0].text == words[0].upper() + words[1:]


MONDAY = {"slot": "2024-06-24/Asia/Shanghai", "as_of": datetime(2024, 6, 24, 0, tzinfo=UTC)}
CALM = {"exposures": (), "sources": sources()}
BEATS = [
    ("never_written_to_on_a_monday", query(**CALM, **MONDAY), True),
    ("never_written_to_on_another_day", query(**CALM), False),
    ("a_week_after_the_last", query(**CALM, previous_as_of=NOW - timedelta(days=7)), True),
    ("six_days_after_the_last", query(**CALM, previous_as_of=NOW - timedelta(days=6)), False),
    ("alerted_within_the_week", query(**CALM, previous_as_of=NOW - timedelta(days=9), alerted={"evt_ban": NOW - timedelta(days=2)}), False),
]


@pytest.mark.parametrize(("asked", "beats"), [case[1:] for case in BEATS], ids=[case[0] for case in BEATS])
def test_a_quiet_week_is_told(asked: DigestQuery, beats: bool) -> None:
    found = compose(asked.model_copy(update={"data_as_of": asked.as_of - timedelta(minutes=30)}))
    assert isinstance(found, Digest) == beats
    if isinstance(found, Digest):
        assert found.subject == "All quiet: 2 providers, 24/24 sources fresh"
        assert found.preheader == "Nothing new in a week on what Platform Shanghai depends on; the watch is on."
        assert titles(found, "watched") == ["chat-gateway"]
        assert found.sections[0].entries[0].note == "OpenAI in CN; NVIDIA in CN"


def test_a_quiet_week_with_lost_sources_says_that_first() -> None:
    down = tuple(one.model_copy(update={"since": NOW - timedelta(days=20)}) for one in sources("A", "B", "C"))
    found = composed(query(exposures=(), previous_as_of=NOW - timedelta(days=8), sources=down))
    assert found.subject.startswith("[STALE] ")
    assert [part.key for part in found.sections][:2] == ["problems", "watched"]


def test_new_offers_are_news_while_the_cut_off_presses() -> None:
    zhipu = assessment().alternatives[0]
    digest = composed(
        second_day(previous_assessments=(assessment(alternatives=(zhipu, zhipu.model_copy(update={"provider": "yi", "offers": ()}))),))
    )
    act_now = section(digest, "act_now")
    assert act_now is not None
    facts = {fact.label: fact.text for fact in act_now.entries[0].facts}
    assert facts["Changed"] == "New offers by Alibaba Cloud, 01.AI"
    assert {"What", "You", "When", "Do", "Proof"} <= set(facts)
    assert section(digest, "offers") is not None
    further = zhipu.model_copy(update={"offers": (*zhipu.offers, zhipu.offers[0].model_copy(update={"kind": "price_cut"}))})
    more_terms = assessment(alternatives=(further, *assessment().alternatives[1:]))
    assert compose(second_day(assessments=(more_terms,))) == Skipped(reason="nothing_new")
    calm = exposure(level="medium", deadline=None)
    later = second_day(exposures=(calm,), previous_exposures=(calm,), previous_assessments=(), events=(event(dates=EventDates()),))
    assert isinstance(compose(later.model_copy(update={"previous_events": later.events})), Skipped)


def test_a_moved_date_of_lesser_weight_is_under_changed_and_leads_the_subject() -> None:
    moved = draft_rule(dates=EventDates(announced=date(2024, 6, 21), comment=date(2024, 8, 11)))
    digest = composed(
        second_day(
            events=(moved,),
            exposures=(rule_exposure(deadline=date(2024, 8, 11)),),
            previous_events=(draft_rule(),),
            previous_exposures=(rule_exposure(),),
        )
    )
    assert titles(digest, "changed") == ["NVIDIA: investment restriction for CN proposed, comments close 2024-08-11"]
    assert digest.subject.startswith("[MOVED] NVIDIA: investment restriction")
    assert [e.id for e in digest.calendar_events] == ["evt_rule"]


def test_a_withdrawn_event_is_told_once_as_withdrawn() -> None:
    gone = second_day(events=(event(withdrawn=True), draft_rule()), exposures=(rule_exposure(),))
    digest = composed(gone)
    assert titles(digest, "changed") == ["OpenAI: report withdrawn (API access from CN ends 2024-07-09)"]
    assert section(digest, "act_now") is None
    assert titles(digest, "deadlines") == []
    assert digest.subject.startswith("[WITHDRAWN] OpenAI")


def test_a_rejected_event_is_told_once_to_who_was_told_of_it_and_why() -> None:
    gone = event(withdrawn=True, decisions=(ruling("reject", reason="a parody"),))
    digest = composed(second_day(events=(gone, draft_rule()), exposures=(rule_exposure(),)))
    assert titles(digest, "changed") == ["OpenAI: report rejected (API access from CN ends 2024-07-09)"]
    assert "Rejected by Ann: a parody" in str(section(digest, "changed"))
    again = second_day(
        events=(gone, draft_rule()), exposures=(rule_exposure(),), previous_events=(gone,), previous_exposures=(rule_exposure(),)
    )
    assert "parody" not in str(compose(again))
    first = second_day(events=(gone, draft_rule()), exposures=(rule_exposure(),), previous_events=(), previous_exposures=())
    assert "OpenAI" not in str(composed(first).sections), "who was not told of it is not told of its end"


@pytest.mark.parametrize(
    ("kind", "changed", "says"),
    [
        pytest.param("confirm", {}, "confirmed by Ann: seen", id="confirmed"),
        pytest.param("dispute", {"disputed": True}, "now disputed by Ann: seen", id="disputed"),
        pytest.param("correct", {"affected": ("CN", "HK")}, "record corrected by Ann: seen; now also affects HK", id="corrected"),
        pytest.param("merge", {}, "joined with another event by Ann: seen", id="merged"),
        pytest.param("split", {}, "cut in two by Ann: seen", id="split"),
        pytest.param("merge", {"withdrawn": True}, "one measure with evt_9 by Ann: seen", id="merged away"),
    ],
)
def test_a_decision_is_told_with_its_reason(kind: DecisionKind, changed: dict[str, Any], says: str) -> None:
    now = event(decisions=(ruling(kind),), **changed)
    assert "; ".join(changes(event(), now)) == says
    assert list(changes(now, now)) == []
    assert list(changes(event(), event(decisions=(ruling(kind, holds=False),)))) == []


def test_the_proof_says_who_confirmed_or_disputes_it() -> None:
    sure, open_ = event(decisions=(ruling("confirm"),)), event(decisions=(ruling("dispute"),), disputed=True)
    for told, says in ((sure, "; confirmed by Ann"), (open_, "; disputed by Ann")):
        assert says in str(section(composed(query(events=(told, draft_rule()))), "act_now"))


def test_relief_is_told_as_lifted() -> None:
    lifted = event(stage="rescinded")
    digest = composed(second_day(events=(lifted,), exposures=(exposure(stage="rescinded", level="none", score=0, deadline=None),)))
    assert digest.subject.startswith("[LIFTED] OpenAI: API access from CN rescinded")
    assert section(digest, "act_now") is None


def test_an_old_matter_without_a_day_is_one_line_beside_a_new_one() -> None:
    standing = event(stage="in_force", dates=EventDates(effective=date(2024, 5, 1)))
    asked = second_day(
        events=(standing, draft_rule()),
        exposures=(exposure(deadline=None), rule_exposure()),
        previous_events=(standing,),
        previous_exposures=(exposure(deadline=None),),
    )
    act_now = section(composed(asked), "act_now")
    assert act_now is not None
    assert [fact.text for fact in act_now.entries[0].facts] == ["Unchanged since the last digest"]


@pytest.mark.parametrize(
    ("day", "told"),
    [("2024-06-25", True), ("2024-06-26", False), ("2024-07-02", True), ("2024-07-05", False), ("2024-07-06", True), ("2024-07-08", True)],
    ids=["fourteen_days_left", "thirteen", "seven", "four", "three", "one"],
)
def test_an_approaching_deadline_is_recalled_on_fixed_days(day: str, told: bool) -> None:
    today = datetime.fromisoformat(f"{day}T00:00:00Z")
    asked = second_day(
        slot=f"{day}/Asia/Shanghai", as_of=today, data_as_of=today, previous_as_of=datetime.fromtimestamp(today.timestamp() - 86400, UTC)
    )
    assert isinstance(compose(asked), Digest) is told


def test_a_holiday_in_newsrooms_makes_no_digest_stale() -> None:
    quiet = tuple(source.model_copy(update={"state": "quiet"}) if n % 2 else source for n, source in enumerate(sources()))
    asked = query(sources=quiet)
    assert not asked.stale
    assert not asked.became_stale
    digest = compose(asked)
    assert isinstance(digest, Digest)
    assert "STALE" not in digest.subject


STALE = [
    (
        "six_of_24_silent",
        query(sources=sources("A", "B", "C", "D", "E", "F"), exposures=()),
        "[STALE] Digest incomplete: 6 of 24 sources silent",
    ),
    (
        "old_data",
        query(sources=sources(), exposures=(), data_as_of=datetime(2024, 6, 23, tzinfo=UTC)),
        "[STALE] Digest incomplete: no fresh data for 48 hours",
    ),
    ("never_any_data", query(sources=sources(), exposures=(), data_as_of=None), "[STALE] Digest incomplete: no fresh data for 48 hours"),
    ("urgent_fact_kept", query(sources=sources("A", total=2)), "[STALE] [HIGH] OpenAI: API access from CN ends 2024-07-09 (13 days) +1"),
]


@pytest.mark.parametrize(("asked", "subject"), [case[1:] for case in STALE], ids=[case[0] for case in STALE])
def test_stale_data_is_said_first(asked: DigestQuery, subject: str) -> None:
    digest = composed(asked)
    assert digest.subject == subject
    assert digest.stale
    assert digest.sections[0].key == "problems"
    assert digest.sections[0].entries[0].title == "This digest may be incomplete"


def test_data_that_grows_stale_after_the_last_digest_is_told_once() -> None:
    data = NOW - MAX_AGE
    late = second_day(as_of=datetime(2024, 6, 26, 0, 1, tzinfo=UTC), data_as_of=data)
    assert composed(late).stale
    assert compose(late.model_copy(update={"previous_as_of": datetime(2024, 6, 26, 0, 0, 30, tzinfo=UTC)})) == Skipped(reason="nothing_new")


def test_one_dead_source_of_many_is_listed_but_cries_no_wolf() -> None:
    digest = composed(query(sources=sources("Ministry of Commerce")))
    assert not digest.stale
    assert titles(digest, "problems") == ["Ministry of Commerce"]


@pytest.mark.parametrize("name", ["Ünïcode GmbH", "百度", "A" * 200, "=?utf-8?q?x?=", "a\r\nBcc: x@example.org"], ids=ascii)
def test_subject_is_short_ascii_on_one_line(name: str) -> None:
    subject = composed(query(names={"openai": name})).subject
    assert subject.isascii()
    assert len(subject) <= 70
    assert subject.isprintable()
    assert "=?" not in subject
    assert subject.startswith("[HIGH] ")


def test_countdown_counts_in_the_recipients_own_day() -> None:
    """At 20:00 UTC it is the next day in Auckland already."""
    who = Recipient(email="a@example.nz", timezone="Pacific/Auckland", min_level="medium")
    digest = composed(query(recipient=who, slot="2024-06-27/Pacific/Auckland", as_of=datetime(2024, 6, 26, 20, tzinfo=UTC)))
    assert "(12 days)" in digest.subject


def test_message_id_is_fixed_per_slot_and_recipient() -> None:
    one, same = composed(query()), composed(query(events=(event(title="x"), draft_rule())))
    other = composed(query(slot="2024-06-27/Asia/Shanghai"))
    assert one.message_id == same.message_id != other.message_id
    assert one.message_id.endswith("@risk.example.org>")


def test_lists_are_cut_with_a_count_and_a_link() -> None:
    many = tuple(event(f"evt_{n:03}") for n in range(40))
    digest = composed(query(events=many, exposures=tuple(exposure(e.id) for e in many)))
    act_now = section(digest, "act_now")
    assert act_now is not None
    assert (len(act_now.entries), act_now.more, act_now.more_url) == (10, 30, "https://risk.example.org/events")
