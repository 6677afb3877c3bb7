"""Warnings over channels: the same rules as mails, on a real database, to real receivers; nothing lost, nothing twice, nothing shown."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pydantic import SecretStr

from monitor.answers.outbox import outbox_answer
from monitor.answers.ways import channels_answer
from monitor.errors import NotFoundError, UsageError
from monitor.inform.payload import WebhookMessage
from monitor.model import Channel, Delivery, DeliveryState, EventDates, Mail, Team
from monitor.pipeline import World, deliver, preview, preview_alert
from monitor.pipeline.notifying import WEBHOOK_PAUSES, try_out
from monitor.pipeline.posting import resend, resume
from monitor.store import inventory, outbox
from tests.inform.hooks import SECRET, TOKEN, chat, hooks, http, webhook
from tests.inform.smtp_servers import free_port, good_server
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_alerting import DAY, HOUR, MORNING, NOON, begin, cut, known, polled
from tests.pipeline.test_deliver import at, reader, rows, team, through

MINUTE = timedelta(minutes=1)
DEAD: tuple[DeliveryState, ...] = ("failed",)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield at(opened, MORNING)


def told_by(channel: str, **wishes: object) -> dict[str, object]:
    return {"channel": channel, "timezone": "Asia/Shanghai", "hour": 8, "min_level": "low"} | wishes


def wired(world: World, *channels: Channel) -> World:
    return replace(world, channels={channel.name: channel for channel in channels})


def queued(world: World, *channels: Channel, slots: tuple[str, ...] = ("2024-06-26/UTC/a",)) -> None:
    with world.store.write() as tx:
        for channel in channels:
            for slot in slots:
                key = f"<{slot}.{channel.name}>".replace("/", "-")
                mail = Mail(recipient=channel.address, subject="s", text='{"x":1}', html="", message_id=key)
                row = Delivery(recipient=channel.address, slot=slot, channel=channel.kind, due_at=world.clock(), mail=mail)
                assert outbox.plan(tx, row)


def states(world: World) -> list[tuple[str, str]]:
    return sorted((row.recipient, row.state) for row in rows(world))


def test_a_digest_goes_to_mail_chat_and_webhook_once_each_with_the_same_facts(world: World) -> None:
    with hooks() as hook, hooks() as room, good_server() as (box, port):
        start = wired(through(world, port), webhook(hook.port), chat(room.port))
        teams = team("a", reader("ops@example.com"), told_by("soc"), told_by("talk"))
        begin(start, teams)
        known(at(start, MORNING + HOUR), cut(recorded_at=MORNING + HOUR, type="data_privacy", effective=date(2024, 7, 9)))
        tomorrow = at(start, MORNING + DAY)
        first, again = deliver(tomorrow), deliver(tomorrow)
        assert (first["planned"], first["sent"], again["sent"]) == (3, 3, 0)
        assert (len(box.mails), len(hook.got), len(room.got)) == (1, 1, 1)
        (posted,), (said,) = hook.got, room.got
    message = WebhookMessage.model_validate_json(posted.body)
    (matter,) = message.data.matters
    assert (message.type, message.timestamp, message.data.team, message.data.channel) == ("digest.ready", MORNING + DAY, "a", "soc")
    assert (matter.providers, matter.jurisdictions, matter.systems, matter.deadline) == (
        ("openai",),
        ("CN",),
        ("a-gateway",),
        date(2024, 7, 9),
    )
    assert (matter.event.id, matter.new, matter.days_left) == ("evt_0000000000000001", True, 12)
    assert matter.event.url == "http://127.0.0.1:8000/events/evt_0000000000000001"
    assert [proof.url for proof in matter.evidence] == ["https://news.example.com/a"]
    assert {other.provider for other in matter.alternatives}
    assert said.json["title"].startswith("[")
    assert "OpenAI: data-protection measure in CN starts 2024-07-09" in said.json["message"]
    assert said.json["message"].splitlines()[-1] == matter.event.url
    assert {row.channel for row in rows(world)} == {"mail", "webhook", "chat"}
    assert {row.id for row in rows(world) if row.channel == "webhook"} == {posted.id}


def test_an_alert_is_raised_moved_and_lifted_one_message_a_matter(world: World) -> None:
    with hooks() as hook, hooks() as room:
        start = wired(world, webhook(hook.port), chat(room.port))
        two = (cut(), cut("evt_0000000000000002", type="service_ban", providers={"openai": "targeted"}))
        now = known(begin(start, team("a", told_by("soc"), told_by("talk"))), *two)
        assert deliver(now)["alerts"] == 3
        assert [got.json["type"] for got in hook.got] == ["alert.raised", "alert.raised"]
        assert {got.json["data"]["matters"][0]["event"]["id"] for got in hook.got} == {one.id for one in two}
        assert len(room.got) == 1
        assert "+1" in room.got[0].json["title"]
        moved = two[0].model_copy(update={"dates": EventDates(effective=date(2024, 7, 20))})
        later = known(at(now, NOON + HOUR), moved, two[1])
        assert deliver(later)["alerts"] == 2
        assert hook.got[-1].json["type"] == "deadline.moved"
        (matter,) = hook.got[-1].json["data"]["matters"]
        assert (matter["previous_effective"], matter["event"]["effective"]) == ("2024-06-28", "2024-07-20")
        assert "2024-06-28 → 2024-07-20" in room.got[-1].json["title"]
        ended = known(at(later, NOON + 2 * HOUR), cut(stage="rescinded", recorded_at=NOON + 2 * HOUR), two[1])
        assert deliver(ended)["alerts"] == 2
        assert hook.got[-1].json["type"] == "alert.lifted"
        assert deliver(at(ended, NOON + 3 * HOUR))["alerts"] == 0
        assert len({got.id for got in hook.got}) == 4


def test_a_quiet_week_is_told_to_channels_too(world: World) -> None:
    with hooks() as hook, hooks() as room:
        start = wired(world, webhook(hook.port), chat(room.port))
        begin(start, team("a", told_by("soc"), told_by("talk")))
        for day in range(1, 8):
            polled(at(start, MORNING + day * DAY))
            deliver(at(start, MORNING + day * DAY))
    (posted,), (said,) = hook.got, room.got
    assert (posted.json["type"], posted.json["data"]["matters"]) == ("digest.quiet", [])
    assert said.json["title"].startswith("All quiet: 1 provider, 1/1 sources fresh")
    assert "a-gateway (OpenAI in CN)" in said.json["message"]


def test_quiet_hours_hold_a_channel_too(world: World) -> None:
    with hooks() as hook:
        start = wired(world, webhook(hook.port))
        now = known(begin(start, team("a", told_by("soc", quiet="11-14"))), cut())
        assert (deliver(now)["alerts"], deliver(now)["held"]) == (0, 1)
        assert deliver(at(now, NOON + 2 * HOUR))["alerts"] == 1
        assert len(hook.got) == 1


def test_nothing_is_composed_for_a_channel_that_nobody_set_up_until_somebody_does(world: World) -> None:
    with hooks() as hook:
        now = known(begin(world, team("a", told_by("soc"))), cut())
        assert (deliver(now)["alerts"], rows(now)) == (0, [])
        (shown,) = channels_answer(now.store, {}).items
        assert (shown.name, shown.state, shown.teams) == ("soc", "unknown", ["a"])
        assert deliver(wired(now, webhook(hook.port)))["planned"] == 1, "the digest of the day, which was not decided before"
        assert [got.json["type"] for got in hook.got] == ["digest.ready"]


def test_a_webhook_is_tried_on_the_schedule_of_the_standard_under_one_id_and_then_is_a_dead_letter(world: World) -> None:
    with hooks([http("500 Oops")]) as hook:
        start = wired(world, webhook(hook.port))
        queued(start, webhook(hook.port))
        now, waits = MORNING, []
        while True:
            deliver(at(start, now))
            (row,) = rows(world)
            if row.state != "queued":
                break
            deliver(at(start, row.due_at - timedelta(microseconds=1)))
            waits.append(row.due_at - now)
            now = row.due_at
        assert len(hook.got) == len(WEBHOOK_PAUSES) + 1 == 10, "and not once before it was due"
        assert {got.id for got in hook.got} == {row.id}
        assert [got.headers["webhook-timestamp"] for got in hook.got] == sorted({got.headers["webhook-timestamp"] for got in hook.got})
        assert all(pause <= wait <= pause * 1.1 for pause, wait in zip(WEBHOOK_PAUSES, waits, strict=True))
        assert (row.state, row.reason) == ("failed", "given up after 10 tries: answered 500")
        (shown,) = outbox_answer(world.store, DEAD, 50, masked=True).items
        assert (shown.id, shown.recipient) == (row.id, "channel:soc")
        assert "resend" in shown.advice
        hook.script = [http()]
        assert resend(at(start, now), [row.id], ("failed",)) == 1
        assert deliver(at(start, now))["sent"] == 1
        assert hook.got[-1].id == row.id


def test_a_receiver_that_asks_for_patience_is_left_alone_with_everything_and_others_are_not(world: World) -> None:
    with hooks([http("429 Slow down", Retry_After="600")]) as busy, hooks() as other:
        channels = (webhook(busy.port, "busy"), webhook(other.port, "other"))
        start = wired(world, *channels)
        queued(start, *channels, slots=("1", "2", "3"))
        assert deliver(start)["sent"] == 3
        busy.script = [http()]
        assert deliver(at(start, MORNING + timedelta(seconds=599)))["sent"] == 0
        assert len(busy.got) == 1
        assert deliver(at(start, MORNING + timedelta(seconds=600)))["sent"] == 3


def test_410_closes_the_channel_until_it_takes_a_test(world: World) -> None:
    with hooks([http("410 Gone")]) as hook:
        channel = webhook(hook.port)
        start = wired(world, channel)
        begin(start, team("a", told_by("soc")))
        queued(start, channel, slots=("1", "2"))
        assert deliver(start)["failed"] == 2
        assert len(hook.got) == 1
        (shown,) = channels_answer(world.store, start.channels).items
        assert (shown.state, shown.reason) == ("closed", "410: the receiver wants no more messages")
        now = known(at(start, NOON), cut())
        assert deliver(now)["alerts"] == 0
        assert try_out(now, "soc").status == 410
        hook.script = [http()]
        assert try_out(now, "soc").state == "sent"
        assert channels_answer(world.store, start.channels).items[0].state == "open"
        assert deliver(now)["alerts"] == 1
        hook.script = [http("410 Gone")]
        assert try_out(now, "soc").state == "failed"
        resume(now, "channel:soc")
        assert channels_answer(world.store, start.channels).items[0].state == "open"


def test_a_channel_that_is_down_costs_its_other_messages_no_try_and_holds_nobody_up(world: World) -> None:
    with hooks() as hook, good_server() as (box, port):
        channels = (webhook(free_port(), "down"), webhook(hook.port, "up"))
        start = wired(through(world, port), *channels)
        queued(start, *channels, slots=("1", "2", "3"))
        with world.store.write() as tx:
            mail = Mail(recipient="ops@example.com", subject="s", text="t", html="<p>t</p>", message_id="<m@x>")
            outbox.plan(tx, Delivery(recipient="ops@example.com", slot="1", due_at=MORNING, mail=mail))
        assert deliver(start)["sent"] == 4
        assert (len(hook.got), len(box.mails)) == (3, 1)
        assert sorted(row.attempts for row in rows(world) if row.recipient == "channel:down") == [0, 0, 1]


def test_a_chat_in_doubt_is_shown_and_sent_again_by_a_person_only(world: World) -> None:
    with hooks([]) as room:
        start = wired(world, chat(room.port))
        queued(start, chat(room.port))
        assert deliver(start)["in_doubt"] == 1
        room.script = [http()]
        assert deliver(at(start, MORNING + 12 * HOUR))["sent"] == 0
        assert resend(start, [], ("in_doubt",)) == 1
        assert deliver(start)["sent"] == 1
        assert len(room.got) == 2


def test_a_chat_that_was_revoked_is_a_dead_letter_at_once_and_one_that_is_busy_waits_like_a_mail(world: World) -> None:
    with hooks([http("404 no_service")]) as gone, hooks([http("503 Busy")]) as busy:
        channels = (chat(gone.port, "gone"), chat(busy.port, "busy"))
        start = wired(world, *channels)
        queued(start, *channels)
        deliver(start)
    found = {row.recipient: row for row in rows(world)}
    assert (found["channel:gone"].state, found["channel:gone"].reason) == ("failed", "the service answered 404")
    assert (found["channel:busy"].state, found["channel:busy"].due_at - MORNING) == ("queued", MINUTE)


def test_what_lay_for_days_is_not_sent_any_more(world: World) -> None:
    with hooks() as hook:
        start = wired(world, webhook(hook.port))
        queued(start, webhook(hook.port))
        assert deliver(at(start, MORNING + 37 * HOUR))["failed"] == 1
        assert hook.got == []


def test_a_test_goes_the_way_of_a_warning_says_what_it_is_and_how_it_ended(world: World) -> None:
    with hooks() as hook, hooks() as room:
        start = wired(world, webhook(hook.port), chat(room.port))
        ended = [try_out(start, name) for name in ("soc", "talk")]
        assert [one.state for one in ended] == ["sent", "sent"]
        assert ended[0].status == 200
        message = WebhookMessage.model_validate_json(hook.got[0].body)
        assert (message.type, message.data.matters, hook.got[0].id) == ("channel.test", (), ended[0].delivery)
        assert "[TEST]" in room.got[0].json["title"]
        assert states(world) == [("channel:soc", "sent"), ("channel:talk", "sent")]
        hook.script = [http("503 Busy")]
        failed = try_out(start, "soc")
        assert (failed.state, failed.status, failed.reason) == ("failed", 503, "answered 503")
        assert deliver(at(start, MORNING + DAY))["sent"] == 0, "nobody wants a test hours later"
    with pytest.raises(NotFoundError, match=r"soc, talk"):
        try_out(start, "nobody")


def test_a_mailbox_is_tried_in_the_same_way(world: World) -> None:
    with good_server() as (box, port):
        ended = try_out(through(world, port), "ops@example.com")
        assert (ended.state, len(box.mails)) == ("sent", 1)
        assert b"[TEST]" in (box.mails[0].original_content or b"")
        refused = try_out(through(world, port), "nobody@example.com")
        assert (refused.state, "no such user" in refused.reason) == ("failed", True)
    assert try_out(through(world, free_port()), "ops@example.com").state == "failed", "once, and not again hours later"
    with pytest.raises(UsageError, match="FOREWARNED_SMTP_URL"):
        try_out(world, "ops@example.com")
    assert Counter(row.state for row in rows(world)) == {"sent": 1, "failed": 2}


def test_a_private_receiver_needs_both_the_channel_and_the_setting(world: World) -> None:
    with hooks() as hook:
        shut = webhook(hook.port, private=False)
        closed = replace(wired(world, webhook(hook.port)), settings=world.settings.model_copy(update={"allow_private_hosts": ""}))
        assert [try_out(one, "soc").state for one in (wired(world, shut), closed)] == ["failed", "failed"]
        assert hook.got == []
        assert try_out(wired(world, webhook(hook.port)), "soc").state == "sent"


def test_neither_urls_nor_keys_get_into_rows_logs_or_answers(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    with hooks([http("302 Found", Location=f"/{TOKEN}")]) as hook:
        channels = (webhook(hook.port), chat(hook.port), webhook(free_port(), "down", scheme="https"))
        odd = chat(1, "odd").model_copy(update={"url": SecretStr(f"nonsense://{TOKEN}")})
        start = wired(world, *channels, odd)
        queued(start, *start.channels.values())
        deliver(start)
        shown = [try_out(start, name).model_dump_json() for name in start.channels]
        shown.append(channels_answer(world.store, start.channels).model_dump_json())
        shown.append(outbox_answer(world.store, (), 50, masked=False).model_dump_json())
        shown += [row.model_dump_json() for row in rows(world)]
    assert len(rows(world)) == 8
    shown += capfd.readouterr()
    assert "handed over" in "".join(shown)
    for text in shown:
        assert TOKEN not in text
        assert SECRET.removeprefix("whsec_") not in text


def test_hostile_words_reach_no_chat(world: World) -> None:
    evil = "<!everyone> @channel [free](http://evil.example) *b* `x` |pipe| &lt;"
    with hooks() as room:
        start = wired(world, chat(room.port))
        named = Team.model_validate(json.loads(team("a", told_by("talk")).model_dump_json()) | {"name": f"A {evil}"})
        hostile = cut(title=evil, evidence=(cut().evidence[0].model_copy(update={"quote": evil, "url": "javascript:alert(1)"}),))
        assert deliver(known(begin(start, named), hostile))["alerts"] == 1
    (got,) = room.got
    said = got.json["title"] + got.json["message"]
    assert "evil.example" in said, "the team's own name stays readable"
    assert said.count("evil.example") == 1, "and foreign text is left out"
    assert not set(said.replace("[CRITICAL] ", "", 1)) & set("<>@[]*`|&#\\")
    assert [word for word in said.split() if "://" in word] == ["http://127.0.0.1:8000/events/evt_0000000000000001"]


def test_a_preview_shows_what_a_channel_would_get(world: World) -> None:
    start = wired(world, webhook(1), chat(1))
    now = known(begin(start, team("a", told_by("soc"), told_by("talk"))), cut())
    posted, said = preview_alert(now, "channel:soc", now.clock()), preview_alert(now, "channel:talk", now.clock())
    assert isinstance(posted, Mail)
    assert WebhookMessage.model_validate_json(posted.text).type == "alert.raised"
    assert isinstance(said, Mail)
    assert said.text.splitlines()[1].startswith("• CRITICAL: OpenAI: access from CN ends 2024-06-28")
    digest = preview(now, "channel:soc", MORNING + DAY)
    assert isinstance(digest, Mail)
    assert WebhookMessage.model_validate_json(digest.text).type == "digest.ready"


def test_two_teams_may_share_a_channel_and_leave_it_in_the_inventory(world: World) -> None:
    with hooks() as hook:
        start = wired(world, webhook(hook.port))
        now = known(begin(start, team("a", told_by("soc")), team("b", told_by("soc"))), cut())
        assert deliver(now)["alerts"] == 2
        assert {got.json["data"]["team"] for got in hook.got} == {"a", "b"}
        with world.store.write() as tx:
            inventory.save_inventory(tx, [team("a", reader("ops@example.com"))], now.clock())
        assert [one.teams for one in channels_answer(world.store, now.channels).items] == [[]]
