"""Digests over a real SMTP server: one mail per recipient, team and local day; nothing lost, nothing twice."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.model import Delivery, Entry, Team
from monitor.pipeline import Tagger, World, assess, deliver, ingest, preview, read
from monitor.pipeline.mailing import LONGEST_CYCLE
from monitor.pipeline.owner import this_process
from monitor.store import inventory, outbox, slots
from monitor.store import sources as stored_sources
from tests.inform.smtp_servers import Scripted, free_port, good_server, scripted_server
from tests.pipeline.conftest import BLOCK, source, world_over

MORNING = datetime(2024, 6, 26, 1, tzinfo=UTC)  # nine o'clock in Shanghai, three in Berlin


def team(name: str, *recipients: dict[str, object]) -> Team:
    dependency = {"provider": "openai", "called_from": ["CN"], "users_in": ["CN"]}
    systems = [{"id": f"{name}-gateway", "criticality": "high", "dependencies": [dependency]}]
    return Team.model_validate({"id": name, "name": name, "recipients": recipients, "systems": systems})


def reader(email: str, timezone: str = "Asia/Shanghai", hour: int = 8) -> dict[str, object]:
    return {"email": email, "timezone": timezone, "hour": hour, "min_level": "low"}


Told = Callable[..., World]


@pytest.fixture
def told(store_url: str, tagger: Tagger) -> Iterator[Told]:
    """A world in which the cut-off is known and these teams are to be told, at a clock one can set."""
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:

        def tell(*teams: Team, smtp: int | None = None, news: bool = True) -> World:
            known = at(opened, MORNING - timedelta(hours=2))
            with opened.store.write() as tx:
                stored_sources.sync_sources(tx, opened.sources, known.clock())
                for task in stored_sources.claim_due(tx, known.clock(), "test", timedelta(minutes=1), 1):
                    done = stored_sources.PollOutcome(task.source.id, "test", known.clock(), "ok", next_poll_at=None)
                    stored_sources.save_poll(tx, done)
                inventory.save_inventory(tx, teams, known.clock())
            if news:
                learn(known, tagger)
            return at(opened, MORNING) if smtp is None else through(at(opened, MORNING), smtp)

        yield tell


def learn(world: World, tagger: Tagger) -> None:
    """The cut-off becomes known at the world's time."""
    now = world.clock()
    ingest(world, world.sources[0], [Entry(guid="1", title=BLOCK[0], html=BLOCK[1], published_at=now)], now)
    read(world, tagger)
    assess(world, tagger.version)


def at(world: World, moment: datetime) -> World:
    return replace(world, clock=lambda: moment)


def through(world: World, port: int) -> World:
    return replace(world, settings=world.settings.model_copy(update={"smtp_url": SecretStr(f"smtp://127.0.0.1:{port}")}))


def outcomes(world: World) -> list[tuple[str, str]]:
    return [(d.recipient, d.state) for d in rows(world)]


def rows(world: World) -> list[Delivery]:
    with world.store.read() as tx:
        return outbox.deliveries(tx)


def test_one_mail_per_recipient_team_and_local_day(told: Told) -> None:
    with good_server() as (box, port):
        world = told(team("a", reader("ops@example.com"), reader("boss@example.com")), team("b", reader("ops@example.com")), smtp=port)
        first = deliver(world)
        assert (first["planned"], first["sent"], first["waiting"]) == (3, 3, 0)
        assert Counter(mail.rcpt_tos[0] for mail in box.mails) == {"ops@example.com": 2, "boss@example.com": 1}
        for later in (timedelta(0), timedelta(minutes=1), timedelta(hours=14)):
            again = deliver(at(world, MORNING + later))
            assert (again["planned"], again["sent"], again["failed"]) == (0, 0, 0)
        assert len(box.mails) == 3


def test_nothing_leaves_before_the_recipients_hour(told: Told) -> None:
    with good_server() as (box, port):
        world = told(team("a", reader("ops@example.com", "Europe/Berlin", 8)), smtp=port)
        assert deliver(world)["planned"] == 0
        assert deliver(at(world, MORNING + timedelta(hours=4, minutes=59)))["planned"] == 0
        assert deliver(at(world, MORNING + timedelta(hours=5)))["sent"] == 1
        assert len(box.mails) == 1


def test_unreachable_server_keeps_the_mail_with_a_reason_and_sends_it_later(told: Told) -> None:
    world = told(team("a", reader("ops@example.com")), smtp=free_port())
    assert deliver(world)["waiting"] == 1
    (kept,) = rows(world)
    assert (kept.state, kept.attempts) == ("queued", 1)
    assert "unreachable" in kept.reason
    assert deliver(at(world, MORNING + timedelta(seconds=30)))["waiting"] == 1, "a mail that rests until its next try still waits"
    with good_server() as (box, port):
        ended = deliver(at(through(world, port), MORNING + timedelta(minutes=2)))
        assert (ended["sent"], ended["waiting"]) == (1, 0)
        assert len(box.mails) == 1


def test_without_a_server_mails_wait(told: Told) -> None:
    world = told(team("a", reader("ops@example.com")))
    assert deliver(world)["waiting"] == 1
    assert deliver(world)["waiting"] == 1


def test_refused_recipient_fails_alone(told: Told) -> None:
    with good_server() as (box, port):
        world = told(team("a", reader("nobody@example.com"), reader("later@example.com"), reader("ops@example.com")), smtp=port)
        ended = deliver(world)
        assert (ended["failed"], ended["waiting"], ended["sent"]) == (1, 1, 1)
        assert sorted(outcomes(world)) == [("later@example.com", "queued"), ("nobody@example.com", "failed"), ("ops@example.com", "sent")]
        assert [mail.rcpt_tos for mail in box.mails] == [["ops@example.com"]]


def test_mail_in_doubt_is_never_sent_again(told: Told) -> None:
    with scripted_server(Scripted(after_dot=None)) as port:
        world = told(team("a", reader("ops@example.com")), smtp=port)
        assert deliver(world)["in_doubt"] == 1
    with good_server() as (box, port):
        assert deliver(at(through(world, port), MORNING + timedelta(hours=3)))["sent"] == 0
        assert box.mails == []


@pytest.mark.parametrize("crashed_after", [0, 1])
def test_a_sender_that_dies_costs_no_mail_that_it_had_not_begun(told: Told, crashed_after: int) -> None:
    """Whoever claims many mails at once and dies has put all of them in doubt."""
    world = told(team("a", reader("a@example.com"), reader("b@example.com"), reader("c@example.com")))
    deliver(world)

    class Killed(BaseException):
        pass

    ticks = iter(range(100))

    def clock() -> datetime:
        if next(ticks) > 2 + 2 * crashed_after:
            raise Killed
        return MORNING

    with good_server() as (box, port):
        with pytest.raises(Killed):
            deliver(replace(through(world, port), clock=clock))
        deliver(at(through(world, port), MORNING + timedelta(minutes=10)))
        states = Counter(state for _, state in outcomes(world))
        assert states["in_doubt"] <= 1
        assert len(box.mails) == states["sent"] >= 2


@pytest.mark.parametrize(
    ("zone", "hour", "day", "due"),
    [
        pytest.param("Europe/Berlin", 2, (2024, 3, 31), datetime(2024, 3, 31, 1, tzinfo=UTC), id="the hour that spring skips"),
        pytest.param("Europe/Berlin", 2, (2024, 10, 27), datetime(2024, 10, 27, 0, tzinfo=UTC), id="the hour that autumn repeats"),
    ],
)
def test_one_mail_on_the_days_the_clock_changes(told: Told, zone: str, hour: int, day: tuple[int, int, int], due: datetime) -> None:
    with good_server() as (box, port):
        world = told(team("a", reader("ops@example.com", zone, hour)), smtp=port)
        for minutes in range(-120, 300, 30):
            moment = due + timedelta(minutes=minutes)
            if (moment + timedelta(hours=1)).date() == date(*day):
                deliver(at(world, moment))
        with world.store.read() as tx:
            slots = [d.slot[:10] for d in outbox.deliveries(tx)]
        assert slots == [f"{date(*day)}"]
        assert len(box.mails) == 1


def test_preview_shows_the_team_with_news(told: Told) -> None:
    quiet = Team.model_validate({"id": "a-quiet", "name": "quiet", "recipients": [reader("ops@example.com")], "systems": []})
    world = told(quiet, team("b", reader("ops@example.com")))
    mail = preview(world, "OPS@example.com", MORNING)
    assert not isinstance(mail, str)
    assert "b-gateway" in mail.text


ELSEWHERE, DEAD = "another.example/7/7", f"{socket.gethostname()}/999999999/7"


@pytest.mark.parametrize(("other", "stays"), [(ELSEWHERE, True), (DEAD, False), (this_process(), False), (None, False)])
def test_a_digest_with_nothing_to_tell_waits_for_a_process_that_may_have_news(
    told: Told, tagger: Tagger, other: str | None, stays: bool
) -> None:
    world = told(team("a", reader("ops@example.com")), news=False)
    if other:
        with world.store.write() as tx:
            slots.enter(tx, other, MORNING)
    assert deliver(world)["skipped"] == 1
    afternoon = at(world, MORNING + timedelta(minutes=30))
    learn(afternoon, tagger)
    assert deliver(afternoon)["planned"] == stays, "once decided, news of the afternoon belong into tomorrow's mail"


def test_a_process_that_never_said_it_was_through_is_waited_for_an_hour(told: Told, tagger: Tagger) -> None:
    world = told(team("a", reader("ops@example.com")), news=False)
    with world.store.write() as tx:
        slots.enter(tx, ELSEWHERE, MORNING)
    assert deliver(at(world, MORNING + LONGEST_CYCLE))["skipped"] == 1
    later = at(world, MORNING + LONGEST_CYCLE + timedelta(seconds=1))
    assert deliver(later)["skipped"] == 1
    learn(later, tagger)
    assert deliver(later)["planned"] == 0


def test_a_digest_with_news_waits_for_nobody(told: Told) -> None:
    world = told(team("a", reader("ops@example.com")))
    with world.store.write() as tx:
        slots.enter(tx, ELSEWHERE, MORNING)
    assert deliver(world)["planned"] == 1


def test_a_digest_is_not_left_open_for_one_cycle_after_the_other(told: Told, tagger: Tagger) -> None:
    world = told(team("a", reader("ops@example.com")), news=False)
    for minutes in (0, 30, 59, 61):
        busy = at(world, MORNING + timedelta(minutes=minutes))
        with world.store.write() as tx:
            slots.leave(tx, [ELSEWHERE])
            slots.enter(tx, ELSEWHERE, busy.clock())
        assert deliver(busy)["skipped"] == 1
    late = at(world, MORNING + timedelta(minutes=62))
    learn(late, tagger)
    assert deliver(late)["planned"] == 0


def test_a_long_cycle_of_a_living_process_of_this_host_is_waited_for(told: Told, tagger: Tagger) -> None:
    world = told(team("a", reader("ops@example.com")), news=False)
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        ticks = Path(f"/proc/{other.pid}/stat").read_text("utf-8").rpartition(")")[2].split()[19]
        with world.store.write() as tx:
            slots.enter(tx, f"{socket.gethostname()}/{other.pid}/{ticks}", MORNING - timedelta(hours=2))
        assert deliver(world)["skipped"] == 1
        other.communicate(b"\n", timeout=30)
    afternoon = at(world, MORNING + timedelta(minutes=30))
    learn(afternoon, tagger)
    assert deliver(afternoon)["planned"] == 1
