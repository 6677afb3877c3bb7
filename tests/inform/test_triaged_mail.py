"""What is settled is not told, until it is no longer what somebody judged; the digest says how much is left out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.inform.digest import DigestQuery, Skipped, compose
from monitor.inform.hits import OPENED
from monitor.inform.render import render_digest
from monitor.model import Event, Exposure, Triage
from tests.inform.episode import assessment, draft_rule, event, exposure, query, rule_exposure, sources
from tests.inform.test_digest import composed, section, titles

YESTERDAY = datetime(2024, 6, 25, 0, 0, tzinfo=UTC)
ACCEPTED = Triage(number=1, state="accepted", by="Ann", reason="moves to Qwen", until=date(2024, 6, 30), at=YESTERDAY)
EXPIRED = ACCEPTED.model_copy(update={"state": "new", "was": "accepted", "expired": True, "until": date(2024, 6, 25)})
CHANGED = ACCEPTED.model_copy(update={"state": "new", "was": "accepted", "since_then": "stage announced -> in force"})
LINE = "1 exposure settled and not told: 1 accepted. See them: forewarned exposure list --team platform-cn"


def second_day(now: Triage, before: Triage, told: Event | None = None, **changed: object) -> DigestQuery:
    """The digest after one that told the draft rule, with the ban judged `before` and `now`."""
    fields: dict[str, object] = {
        "events": (told or event(), draft_rule()),
        "exposures": (exposure(triage=now), rule_exposure()),
        "previous_as_of": YESTERDAY,
        "previous_events": (event(), draft_rule()),
        "previous_exposures": (exposure(triage=before), rule_exposure()),
        "previous_assessments": (assessment(),),
        "sources": sources(),
    }
    return query(**(fields | changed))


def facts(asked: DigestQuery, key: str = "act_now") -> dict[str, str]:
    part = section(composed(asked), key)
    assert part is not None
    return {fact.label: fact.text for fact in part.entries[0].facts}


def test_what_is_settled_is_told_nowhere_but_counted_in_one_line() -> None:
    digest = composed(query(exposures=(exposure(triage=ACCEPTED), rule_exposure()), sources=sources()))
    assert [part.key for part in digest.sections] == ["new"]
    assert digest.footer[0] == LINE
    mail = render_digest(digest)
    assert f"\n{LINE[:70]}".split(" list")[0] in mail.text
    assert LINE in " ".join(mail.text.split())
    assert LINE in mail.html


def test_where_nothing_is_settled_no_line_says_so() -> None:
    assert "settled" not in str(composed(query()).footer)
    in_hand = exposure(triage=ACCEPTED.model_copy(update={"state": "affected", "until": None}))
    digest = composed(query(exposures=(in_hand,), sources=sources()))
    assert titles(digest, "act_now") == ["OpenAI: API access from CN ends 2024-07-09"]
    assert "settled" not in str(digest.footer)
    assert facts(query(exposures=(in_hand,), sources=sources()))["Triage"] == "affected by Ann: moves to Qwen"


def test_another_teams_settled_exposures_are_not_counted() -> None:
    other = exposure(team="berlin", triage=ACCEPTED)
    assert "settled" not in str(composed(query(exposures=(exposure(), other))).footer)


@pytest.mark.parametrize("before", [Triage(), ACCEPTED], ids=["settled since", "settled before"])
def test_a_saved_triage_is_no_mail(before: Triage) -> None:
    assert compose(second_day(ACCEPTED, before)) == Skipped(reason="nothing_new")


def test_that_a_part_is_settled_is_no_fall_of_the_level() -> None:
    batch = exposure(system="batch", level="low")
    asked = second_day(
        ACCEPTED, Triage(), exposures=(exposure(triage=ACCEPTED), batch), previous_exposures=(exposure(), batch), events=(event(),)
    )
    assert compose(asked) == Skipped(reason="nothing_new")


def test_opening_again_is_no_mail_and_told_in_the_next_one() -> None:
    opened = Triage()
    assert compose(second_day(opened, ACCEPTED)) == Skipped(reason="nothing_new")
    asked = second_day(opened, ACCEPTED, previous_exposures=(exposure(triage=ACCEPTED),))
    assert facts(asked)["Changed"] == OPENED[0].upper() + OPENED[1:]


def test_an_expired_acceptance_is_told_with_who_accepted_it_and_once() -> None:
    told = facts(second_day(EXPIRED, ACCEPTED))
    assert told["Changed"] == "Acceptance expired after 2024-06-25"
    assert told["Triage"] == "accepted by Ann until 2024-06-25: moves to Qwen (acceptance expired)"
    assert facts(second_day(EXPIRED, Triage()))["Changed"] == told["Changed"], "also where no digest fell between"
    assert compose(second_day(EXPIRED, EXPIRED)) == Skipped(reason="nothing_new")


def test_an_expired_acceptance_of_lesser_weight_is_under_changed() -> None:
    quiet: dict[str, Any] = {"level": "medium", "deadline": None}
    asked = second_day(
        EXPIRED,
        ACCEPTED,
        exposures=(exposure(triage=EXPIRED, **quiet),),
        previous_exposures=(exposure(triage=ACCEPTED, **quiet),),
    )
    assert facts(asked, "changed")["Changed"] == "Acceptance expired after 2024-06-25"
    assert facts(asked, "changed")["Triage"].startswith("accepted by Ann")


def test_a_settled_event_that_changed_is_told_with_the_old_decision() -> None:
    told = facts(second_day(CHANGED, ACCEPTED, event(stage="in_force")))
    assert told["Changed"] == ("Stage: announced -> in force; no longer settled as accepted")
    assert told["Triage"] == "accepted by Ann until 2024-06-30: moves to Qwen (stage announced -> in force)"


def gone(told: Event, before: Triage) -> DigestQuery:
    kept: tuple[Exposure, ...] = (rule_exposure(),)
    return second_day(Triage(), before, told, exposures=kept)


def test_a_settled_event_that_is_withdrawn_is_told_and_one_that_left_the_inventory_is_not() -> None:
    assert titles(composed(gone(event(withdrawn=True), ACCEPTED)), "changed") == [
        "OpenAI: report withdrawn (API access from CN ends 2024-07-09)"
    ]
    assert compose(gone(event(), ACCEPTED)) == Skipped(reason="nothing_new")
    assert titles(composed(gone(event(), Triage())), "changed") == ["OpenAI: API access from CN ends 2024-07-09"]


def test_a_first_digest_tells_an_expired_acceptance_as_what_it_is() -> None:
    asked = query(exposures=(exposure(triage=EXPIRED),), sources=sources())
    assert facts(asked)["Triage"].endswith("(acceptance expired)")
