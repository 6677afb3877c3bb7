"""Alerts: only what cannot wait, one mail per recipient and round, held in quiet hours, each thing once, and taken back when it ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from typing import Any

import icalendar
import pytest

from monitor.model import Delivery, Event, EventDates, Mail, StageStep, Team, Wave
from monitor.pipeline import World, deliver, preview_alert
from monitor.store import events, inventory, mailboxes, outbox
from monitor.store import sources as stored_sources
from tests.inform.episode import event, evidence
from tests.inform.smtp_servers import good_server
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_deliver import at, reader, team, through

NOON = datetime(2024, 6, 26, 4, tzinfo=UTC)  # twelve o'clock in Shanghai; today's digest was due four hours ago
MORNING = NOON - timedelta(hours=4)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE_VOICE = Wave(stage="announced", recorded_at=NOON, documents=("doc_1",), origins=1, alike=1, before=0, primary=False, plain=False)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    """One source that answers, nothing known, and today's digests decided."""
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield opened


def begin(world: World, *teams: Team) -> World:
    """The teams are told this morning that there is nothing."""
    with world.store.write() as tx:
        inventory.save_inventory(tx, teams or (team("a", reader("ops@example.com")),), MORNING - DAY)
    polled(at(world, MORNING))
    deliver(at(world, MORNING))
    return at(world, NOON)


def polled(world: World) -> None:
    with world.store.write() as tx:
        stored_sources.sync_sources(tx, world.sources, world.clock())
        for task in stored_sources.claim_due(tx, world.clock(), "test", timedelta(0), 1):
            done = stored_sources.PollOutcome(task.source.id, "test", world.clock(), "ok", next_poll_at=world.clock())
            stored_sources.save_poll(tx, done)


def known(world: World, *found: Event) -> World:
    """The same world, a minute after this is all that is known of events."""
    with world.store.write() as tx:
        events.save_events(tx, found, world.clock())
    return at(world, world.clock() + timedelta(minutes=1))


def cut(key: str = "evt_0000000000000001", effective: date | None = date(2024, 6, 28), **changed: object) -> Event:
    """OpenAI ends access from CN, told by two origins and the vendor; by default in two days."""
    stage = str(changed.pop("stage", "announced"))
    when = changed.pop("recorded_at", NOON)
    step = StageStep.model_validate(
        {"stage": stage, "date": NOON.date(), "recorded_at": when, "documents": ("doc_1",), "origins": 2, "primary": True}
    )
    told = {"stage": stage, "recorded_at": when, "documents": ("doc_1",), "origins": 2, "alike": 2, "before": 0, "primary": True}
    fields: dict[str, object] = {
        "wave": Wave.model_validate({**told, "plain": False}), "stage": stage, "stages": (step,),
        "dates": EventDates(effective=effective), "primary_source": True, "first_seen_at": when,
    }  # fmt: skip
    return event(key, **(fields | changed))


def alerts(world: World) -> list[Mail]:
    with world.store.read() as tx:
        rows = outbox.deliveries(tx)
    return [row.mail for row in sorted(rows, key=lambda row: row.due_at) if row.mail.kind == "alert"]


def reasons(mail: Mail) -> list[str]:
    return [one.alert.reason for one in mail.told]


def test_what_falls_due_within_72_hours_is_told_at_once_and_once_and_the_digest_says_so(world: World) -> None:
    now = known(begin(world), cut())
    assert (deliver(now)["alerts"], deliver(now)["alerts"]) == (1, 0)
    (mail,) = alerts(now)
    assert mail.subject == "[CRITICAL] OpenAI: access from CN ends 2024-06-28 (2 days)"
    assert "Move to an alternative before 2024-06-28" in mail.text
    tomorrow = at(world, MORNING + DAY)
    assert (deliver(tomorrow)["planned"], deliver(tomorrow)["alerts"]) == (1, 0)
    (digest,) = [d.mail for d in _rows(world) if d.mail.kind == "digest"]
    assert "already told by an alert of 2024-06-26 04:01 UTC" in " ".join(digest.text.split())
    assert "already told by an alert of 2024-06-26 04:01 UTC" in digest.html


def test_what_the_digest_of_the_same_round_tells_needs_no_alert(world: World) -> None:
    begin(world)
    known(at(world, MORNING + 20 * HOUR), cut(effective=date(2024, 6, 29), recorded_at=MORNING + 20 * HOUR))
    round_ = deliver(at(world, MORNING + DAY))
    assert (round_["planned"], round_["alerts"]) == (1, 0)


def test_a_clock_that_was_set_back_tells_nothing_again(world: World) -> None:
    begin(world)
    known(at(world, MORNING + 20 * HOUR), cut(effective=date(2024, 6, 29), recorded_at=MORNING + 20 * HOUR))
    assert deliver(at(world, MORNING + DAY))["planned"] == 1
    assert deliver(at(world, MORNING + DAY - HOUR))["alerts"] == 0


def _rows(world: World) -> list[Delivery]:
    with world.store.read() as tx:
        return outbox.deliveries(tx)


@pytest.mark.parametrize(
    "calm",
    [
        pytest.param(cut(effective=date(2024, 7, 9), type="data_privacy"), id="due in two weeks and not critical"),
        pytest.param(cut(primary_source=False, origins=("wire",), wave=ONE_VOICE), id="told by one origin only"),
        pytest.param(cut(affected=("RU",)), id="where nobody of theirs is"),
        pytest.param(cut(providers={"openai": "mentioned"}), id="about somebody else"),
        pytest.param(cut(modality="denied"), id="denied"),
    ],
)
def test_what_can_wait_waits_for_the_digest(world: World, calm: Event) -> None:
    assert deliver(known(begin(world), calm))["alerts"] == 0


def test_a_critical_measure_interrupts_however_far_its_day(world: World) -> None:
    assert deliver(known(begin(world), cut(effective=date(2024, 7, 20), reliability="primary", stage="in_force")))["alerts"] == 1


def test_a_lesser_measure_interrupts_when_it_falls_due_within_72_hours(world: World) -> None:
    rule = cut(type="data_privacy", effective=date(2024, 6, 29))
    now = known(begin(world), rule)
    assert deliver(now)["alerts"] == 1
    assert "CRITICAL" not in alerts(now)[0].subject


def test_what_the_digest_told_is_not_told_again_and_a_day_that_comes_nearer_is_no_news(world: World) -> None:
    begin(world)
    far = cut(effective=date(2024, 7, 9), type="data_privacy", recorded_at=MORNING - HOUR)
    early = known(at(world, MORNING - HOUR), far)
    assert deliver(at(world, MORNING + DAY))["planned"] == 1
    nearer = far.model_copy(update={"documents": ("doc_1", "doc_2", "doc_3")})  # one more copy on the eve, and nothing else
    assert deliver(known(at(world, datetime(2024, 7, 8, 4, tzinfo=UTC)), nearer))["alerts"] == 0
    assert alerts(early) == []


def test_one_mail_for_all_matters_of_a_recipient_in_all_teams(world: World) -> None:
    both = (reader("ops@example.com"), reader("boss@example.com"))
    now = known(
        begin(world, team("a", *both), team("b", reader("ops@example.com"))), cut(), cut("evt_0000000000000002", type="service_ban")
    )
    assert deliver(now)["alerts"] == 2
    mails = {mail.recipient: mail for mail in alerts(now)}
    assert {(one.team, one.alert.event[-1]) for one in mails["ops@example.com"].told} >= {("a", "1"), ("b", "1")}
    assert {one.team for one in mails["boss@example.com"].told} == {"a"}
    assert "Team" in mails["ops@example.com"].text
    assert mails["ops@example.com"].subject.endswith(f"+{len(mails['ops@example.com'].told) - 1}")


def test_a_second_risk_of_a_provider_waits_for_the_next_day(world: World) -> None:
    first = cut()
    now = known(begin(world), first)
    assert deliver(now)["alerts"] == 1
    # Three days apart for the rule of one news cycle, on one local day for the cap.
    later = cut("evt_0000000000000002", type="service_ban", recorded_at=NOON - 3 * DAY)
    assert deliver(known(at(world, NOON + HOUR), first, later))["alerts"] == 0
    assert deliver(at(world, NOON + 13 * HOUR))["alerts"] == 1, "after midnight in Shanghai, and no digest has told it yet"


def test_quiet_hours_hold_an_alert_till_their_end_in_the_readers_zone(world: World) -> None:
    quiet = reader("ops@example.com", "Asia/Shanghai", 23) | {"quiet": "22-07"}
    now = at(begin(world, team("a", quiet)), NOON + 11 * HOUR)  # the digest of the day is out, it is eleven at night
    deliver(now)
    night = known(now, cut(effective=date(2024, 6, 29), recorded_at=now.clock()))
    assert (deliver(night)["alerts"], deliver(night)["held"]) == (0, 1)
    assert deliver(at(world, datetime(2024, 6, 26, 22, 59, tzinfo=UTC)))["alerts"] == 0
    assert deliver(at(world, datetime(2024, 6, 26, 23, 0, tzinfo=UTC)))["alerts"] == 1


@pytest.mark.parametrize(("allowed", "day", "alerted"), [(True, 27, 1), (False, 27, 0), (True, 28, 0)])
def test_only_what_is_critical_and_due_before_morning_breaks_quiet_hours_and_only_if_allowed(
    world: World, allowed: bool, day: int, alerted: int
) -> None:
    quiet = reader("ops@example.com", "Asia/Shanghai", 23) | {"quiet": "22-07", "break_quiet": allowed}
    now = at(begin(world, team("a", quiet)), NOON + 11 * HOUR)
    deliver(now)
    event = cut(effective=date(2024, 6, day), stage="final", reliability="primary", recorded_at=now.clock())
    assert deliver(known(now, event))["alerts"] == alerted


def test_a_risk_that_ends_is_told_to_whom_it_was_told(world: World) -> None:
    told = cut()
    now = known(begin(world), told)
    assert deliver(now)["alerts"] == 1
    over = cut(stage="rescinded", recorded_at=NOON + 5 * HOUR, evidence=(evidence("the company takes its decision back"),))
    ended = over.model_copy(update={"stages": (*told.stages, *over.stages)})
    later = known(at(world, NOON + 5 * HOUR), ended)
    assert (deliver(later)["alerts"], deliver(later)["alerts"]) == (1, 0)
    notice = alerts(later)[-1]
    assert (notice.subject, reasons(notice)) == ("[LIFTED] OpenAI: access from CN rescinded", ["lifted"])
    assert "Look again at decisions taken because of it" in notice.text
    assert "takes its decision back" in notice.text


def test_who_was_not_interrupted_hears_of_the_end_from_the_digest(world: World) -> None:
    ended = cut(stage="suspended", effective=date(2024, 8, 9))
    assert deliver(known(begin(world), ended))["alerts"] == 0


def _entry(mail: Mail) -> Any:
    (entry,) = icalendar.Calendar.from_ical(mail.calendar or "").walk("VEVENT")
    return entry


def test_a_moved_day_is_told_with_old_day_new_day_and_proof(world: World) -> None:
    told = cut()
    deliver(known(begin(world), told))
    new = evidence("the date is put off to 9 July", "https://vendor.example/notice").model_copy(update={"retrieved_at": NOON + 5 * HOUR})
    moved = told.model_copy(update={"dates": EventDates(effective=date(2024, 7, 9)), "evidence": (*told.evidence, new)})
    later = known(at(world, NOON + 5 * HOUR), moved)
    assert (deliver(later)["alerts"], deliver(later)["alerts"]) == (1, 0)
    notice = alerts(later)[-1]
    assert (notice.subject, reasons(notice)) == ("[MOVED] OpenAI: access from CN 2024-06-28 -> 2024-07-09", ["moved"])
    for part in (" ".join(notice.text.split()), notice.html):
        assert "put off to 9 July" in part
        assert "https://vendor.example/notice" in part
    assert "Fri 2024-06-28 -> Tue 2024-07-09 (13 days)" in notice.text
    first, second = (_entry(mail) for mail in alerts(later))
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] > first["SEQUENCE"], "a calendar takes over a moved day only for a higher number"
    back = known(at(world, NOON + 6 * HOUR), told)
    assert deliver(back)["alerts"] == 1, "a day that moves back is another day than the one told last"
    forth = known(at(world, NOON + 7 * HOUR), moved)
    assert deliver(forth)["alerts"] == 0, "each day is told once ever"


def test_a_retracted_report_is_taken_back_from_whom_it_alarmed(world: World) -> None:
    deliver(known(begin(world), cut()))
    later = known(at(world, NOON + 5 * HOUR))
    assert deliver(later)["alerts"] == 1
    notice = alerts(later)[-1]
    assert notice.subject.startswith("[WITHDRAWN] OpenAI: report withdrawn")
    assert "The reports it rests on were retracted." in notice.text


def test_a_further_step_of_a_measure_interrupts_again(world: World) -> None:
    told = cut(stage="proposed", effective=date(2024, 6, 28), reliability="primary", recorded_at=NOON)
    first = deliver(known(begin(world), told))["alerts"]
    deliver(at(world, MORNING + 3 * DAY))
    final = cut(stage="final", effective=date(2024, 6, 30), reliability="primary", recorded_at=NOON + 3 * DAY)
    later = known(at(world, NOON + 3 * DAY), final.model_copy(update={"stages": (*told.stages, *final.stages)}))
    assert deliver(later)["alerts"] == 1
    assert reasons(alerts(later)[-1]) == (["advanced"] if first else ["new"])


def test_two_replicas_send_one_alert(world: World) -> None:
    now = known(begin(world), cut())
    twin = replace(now, clock=lambda: now.clock() + timedelta(seconds=1))
    with good_server() as (box, port):
        assert sum(deliver(through(one, port))["alerts"] for one in (now, twin, now)) == 1
        assert len(box.mails) == 1
        content = box.mails[0].content
        assert isinstance(content, bytes)
        mail = message_from_bytes(content, policy=policy.default)
        assert mail["List-Id"] == "Forewarned alert <alert.localhost>"


def test_who_wants_no_alerts_gets_none(world: World) -> None:
    assert deliver(known(begin(world, team("a", reader("ops@example.com") | {"alerts": False})), cut()))["alerts"] == 0


def test_nothing_is_composed_for_an_address_that_refuses_mail(world: World) -> None:
    now = begin(world)
    with now.store.write() as tx:
        for _ in range(mailboxes.MANY):
            mailboxes.refused(tx, "ops@example.com", "550 5.1.1 no", NOON)
    assert deliver(known(now, cut()))["alerts"] == 0
    assert deliver(at(world, MORNING + DAY))["suspended"] == 1
    with now.store.write() as tx:
        mailboxes.accepted(tx, "ops@example.com")
    assert deliver(at(world, MORNING + DAY + HOUR))["planned"] == 1


def test_preview_shows_the_alert_without_sending_or_deciding(world: World) -> None:
    now = known(begin(world), cut())
    shown = preview_alert(now, "OPS@example.com", now.clock())
    assert isinstance(shown, Mail)
    assert shown.subject.startswith("[CRITICAL] OpenAI")
    assert deliver(now)["alerts"] == 1
    assert preview_alert(now, "ops@example.com", now.clock() + HOUR) == "nothing_urgent"
