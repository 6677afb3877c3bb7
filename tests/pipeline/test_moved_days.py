"""Corrections over both days of a measure, its effective day and the end of comments: what was told of either is mended when it changes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import icalendar
import pytest

from monitor.model import Event, EventDates, Mail
from monitor.pipeline import World, deliver
from monitor.pipeline.rehearsing import rehearse
from tests.inform.episode import evidence
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_alerting import DAY, HOUR, MORNING, NOON, alerts, begin, cut, known, reasons
from tests.pipeline.test_deliver import at

JULY_9, JULY_20 = date(2024, 7, 9), date(2024, 7, 20)
SOON, LATER, LATEST = date(2024, 6, 28), date(2024, 8, 4), date(2024, 9, 4)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield opened


def draft(comment: date | None, effective: date | None = None, **changed: object) -> Event:
    """A draft rule that is open for comments until that day."""
    fields: dict[str, Any] = {"type": "export_control", "stage": "proposed", "dates": EventDates(effective=effective, comment=comment)}
    return cut(**(fields | changed))


def dated(told: Event, **days: date | None) -> Event:
    """The same with other days, and a proof that came later."""
    proof = evidence("the agency changes its dates", "https://gazette.example.gov/notice").model_copy(update={"retrieved_at": NOON + HOUR})
    return told.model_copy(update={"dates": told.dates.model_copy(update=days), "evidence": (*told.evidence, proof)})


def notices(world: World) -> list[tuple[str, list[str]]]:
    return [(mail.subject, reasons(mail)) for mail in alerts(world)[1:]]


def alerted(world: World, event: Event) -> World:
    now = known(begin(world), event)
    assert deliver(now)["alerts"] == 1
    return now


def foreseen(world: World) -> list[str]:
    (found,) = rehearse(world, "a", 90, world.clock())
    return [one.why for one in reversed(found.items)]


def test_a_moved_end_of_comments_is_told_with_both_days_and_proof(world: World) -> None:
    told = draft(SOON)
    alerted(world, told)
    later = known(at(world, NOON + 5 * HOUR), dated(told, comment=LATER))
    assert (deliver(later)["alerts"], deliver(later)["alerts"]) == (1, 0)
    ((subject, why),) = notices(later)
    assert (subject, why) == ("[MOVED] OpenAI: export control for CN comments close 2024-08-04", ["moved"])
    notice = alerts(later)[-1]
    assert "Comments close later than we told you: 2024-06-28 -> 2024-08-04." in " ".join(notice.text.split())
    for part in (" ".join(notice.text.split()), notice.html):
        assert "comments close Fri 2024-06-28 -&gt; Sun 2024-08-04" in part or "comments close Fri 2024-06-28 -> Sun 2024-08-04" in part
        assert "changes its dates" in part
    assert foreseen(later)[-1] == "end of comments moved: 2024-06-28 -> 2024-08-04"
    assert moved_in_calendar(alerts(later)) == ["20240628", "20240804"]


def moved_in_calendar(mails: list[Mail]) -> list[str]:
    """The days of one entry over these mails; its SEQUENCE rises, or calendars would not take the new day over."""
    entries: list[Any] = [entry for mail in mails for entry in icalendar.Calendar.from_ical(mail.calendar or "").walk("VEVENT")]
    assert len({str(entry["UID"]) for entry in entries}) == 1
    numbers = [int(entry["SEQUENCE"]) for entry in entries]
    assert numbers == sorted(set(numbers))
    return [entry["DTSTART"].to_ical().decode() for entry in entries]


def test_each_end_of_comments_is_told_once_ever_but_a_day_that_moves_back_is_another_one(world: World) -> None:
    told = draft(SOON)
    alerted(world, told)
    counts = []
    for number, day in enumerate((LATER, SOON, LATER, LATEST)):
        counts.append(deliver(known(at(world, NOON + (number + 1) * HOUR), dated(told, comment=day)))["alerts"])
    assert counts == [1, 1, 0, 1]


def test_both_days_that_move_at_once_are_one_notice_with_both(world: World) -> None:
    told = draft(SOON, JULY_20)
    alerted(world, told)
    later = known(at(world, NOON + HOUR), dated(told, comment=LATER, effective=LATEST))
    assert deliver(later)["alerts"] == 1
    ((subject, _),) = notices(later)
    assert subject.endswith("2024-07-20 -> 2024-09-04")
    text = " ".join(alerts(later)[-1].text.split())
    assert "Sat 2024-07-20 -> Wed 2024-09-04" in text
    assert "comments close Fri 2024-06-28 -> Sun 2024-08-04" in text
    assert foreseen(later)[-1] == "day moved: 2024-07-20 -> 2024-09-04; end of comments moved: 2024-06-28 -> 2024-08-04"
    assert deliver(known(at(world, NOON + 2 * HOUR), dated(told, comment=LATEST, effective=LATEST)))["alerts"] == 1, (
        "then one of them again"
    )


@pytest.mark.parametrize(
    ("told", "days"),
    [
        pytest.param(draft(SOON), {"comment": None}, id="no longer stated: the digest tells that"),
        pytest.param(draft(None, SOON), {"comment": LATER}, id="stated for the first time: no correction of ours"),
        pytest.param(draft(SOON), {"effective": LATEST}, id="the other day stated for the first time"),
        pytest.param(draft(date(2024, 6, 20), SOON), {"comment": date(2024, 6, 21)}, id="comments closed on another day than we said"),
    ],
)
def test_what_is_no_move_of_a_day_to_come_interrupts_nobody(world: World, told: Event, days: dict[str, date | None]) -> None:
    alerted(world, told)
    assert deliver(known(at(world, NOON + HOUR), dated(told, **days)))["alerts"] == 0


def test_closed_comments_that_open_again_are_told(world: World) -> None:
    told = draft(date(2024, 6, 20), SOON)
    alerted(world, told)
    assert deliver(known(at(world, NOON + HOUR), dated(told, comment=LATER)))["alerts"] == 1


def test_an_end_of_comments_that_the_digest_told_because_it_pressed_is_mended_at_once(world: World) -> None:
    begin(world)
    eve = MORNING + 20 * HOUR
    told = draft(date(2024, 6, 29), recorded_at=eve)
    known(at(world, eve), told)
    assert deliver(at(world, MORNING + DAY))["planned"] == 1
    assert deliver(known(at(world, MORNING + DAY + HOUR), dated(told, comment=LATER)))["alerts"] == 1


@pytest.mark.parametrize("stage", ["suspended", "rescinded"])
@pytest.mark.parametrize(
    "told",
    [draft(SOON), draft(LATER, SOON), draft(SOON, LATER), draft(None, SOON)],
    ids=["comments", "both", "comments first", "effective"],
)
def test_an_end_is_told_whichever_day_pressed_and_whatever_moved_meanwhile(world: World, told: Event, stage: str) -> None:
    alerted(world, told)
    days = {role: getattr(told.dates, role) + timedelta(days=70) for role in ("effective", "comment") if getattr(told.dates, role)}
    moved = dated(told, **days)
    assert deliver(known(at(world, NOON + HOUR), moved))["alerts"] == 1
    step = cut(stage=stage, recorded_at=NOON + 2 * HOUR).stages[0]
    ended = dated(moved.model_copy(update={"stage": stage, "stages": (*moved.stages, step)}), comment=LATEST, effective=LATEST)
    later = known(at(world, NOON + 2 * HOUR), ended)
    assert (deliver(later)["alerts"], deliver(later)["alerts"]) == (1, 0)
    assert [why for _, why in notices(later)] == [["moved"], ["lifted"]], "what ended has no days any more"
    assert notices(later)[-1][0].startswith("[LIFTED] OpenAI: export control for CN")
    assert [why for why in foreseen(later)[1:] if why == stage] == [stage]


def test_a_retracted_draft_is_withdrawn_from_whom_its_end_of_comments_pressed(world: World) -> None:
    alerted(world, draft(SOON))
    later = known(at(world, NOON + HOUR))
    assert deliver(later)["alerts"] == 1
    assert notices(later)[-1][1] == ["withdrawn"]
