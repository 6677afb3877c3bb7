"""A look back at what alerts the rules would have sent: it says what the service really sends, cycle by cycle, over the same days."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from starlette.testclient import TestClient
from typer.testing import CliRunner

from api.app import create_app
from monitor.answers.reader import Reader
from monitor.cli.app import app
from monitor.errors import NotFoundError
from monitor.model import Event, EventDates, StageStep, Team, TriageRequest
from monitor.pipeline import World, deliver
from monitor.pipeline.rehearsing import Rehearsal, rehearse
from monitor.pipeline.triaging import judge
from monitor.settings import Settings
from monitor.store import events, inventory, outbox
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_alerting import DAY, HOUR, cut, polled
from tests.pipeline.test_deliver import at, reader, team

START = datetime(2024, 6, 24, tzinfo=UTC)
DAYS = 6
Sent = tuple[str, str, str, str, datetime]


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield opened


TEAMS = (
    team(
        "a",
        reader("ops@example.com") | {"quiet": "20-07"},
        reader("night@example.com", "America/New_York", 17) | {"quiet": "22-06", "break_quiet": True},
        reader("calm@example.com", "Europe/Berlin", 9) | {"min_level": "critical"},
    ),
    team("b", reader("ops@example.com") | {"quiet": "20-07"}, reader("deaf@example.com") | {"alerts": False}),
)


@dataclass
class History:
    """How events go on, drawn by lot: born, dated anew, taken further, ended, retracted; sometimes settled by the team."""

    dice: Random
    known: dict[str, Event]
    number: int = 0

    def step(self, now: datetime) -> Sequence[Event] | None:
        """All that is known after this hour, or None when nothing came."""
        if self.dice.random() > 0.16:
            return None
        if not self.known or self.dice.random() < 0.45:
            self.number += 1
            key = f"evt_{self.number:016x}"
            self.known[key] = self._born(key, now)
        else:
            key = self.dice.choice(sorted(self.known))
            changed = self._changed(self.known[key], now)
            if changed is None:
                del self.known[key]
            else:
                self.known[key] = changed
        return list(self.known.values())

    def _day(self, now: datetime) -> date | None:
        return self.dice.choice([None, *((now + timedelta(days=ahead)).date() for ahead in (1, 2, 4, 6, 30))])

    def _born(self, key: str, now: datetime) -> Event:
        kind = self.dice.choice(["access_restriction", "service_ban", "data_privacy", "tariff"])
        places = self.dice.choice([("CN",), ("CN", "DE"), ("RU",)])
        stage = self.dice.choice(["proposed", "announced", "announced", "final"])
        days = EventDates(effective=self._day(now), comment=self._day(now))
        reliability = self.dice.choice(["primary", "high"])
        since = now - self.dice.choice([timedelta(0), timedelta(0), 3 * DAY])
        told = cut(key, type=kind, affected=places, stage=stage, reliability=reliability, recorded_at=since, dates=days)
        return told.model_copy(update={"first_seen_at": now})

    def _changed(self, event: Event, now: datetime) -> Event | None:
        lot = self.dice.random()
        if lot < 0.15:
            return None
        if lot < 0.5:
            return event.model_copy(update={"dates": EventDates(effective=self._day(now), comment=self._day(now))})
        stage = self.dice.choice(["final", "in_force", "suspended", "rescinded"])
        step = StageStep.model_validate(
            {"stage": stage, "date": now.date(), "recorded_at": now, "documents": ("doc_2",), "origins": 2, "primary": True}
        )
        assert event.wave is not None
        wave = event.wave.model_copy(update={"stage": stage, "recorded_at": now, "documents": ("doc_2",)})
        return event.model_copy(update={"stage": stage, "stages": (*event.stages, step), "wave": wave})


def lived(world: World, seed: int, teams: Sequence[Team] = TEAMS) -> datetime:
    """The service runs a cycle an hour over these days while events go on; when it ended."""
    with world.store.write() as tx:
        inventory.save_inventory(tx, teams, START - DAY)
    history = History(Random(seed), {})
    now = START
    for hour in range(24 * DAYS):
        now = START + hour * HOUR
        present = at(world, now)
        if not 60 < hour < 120:  # for some days no source answers
            polled(present)
        if (told := history.step(now)) is not None:
            with world.store.write() as tx:
                events.save_events(tx, told, now)
            _settle(present, history)
        deliver(present)
    return now


def _settle(world: World, history: History) -> None:
    if history.number % 4 == 3 and (key := f"evt_{history.number:016x}") in history.known and "CN" in history.known[key].affected:
        until = (world.clock() + DAY).date()
        judge(world, TriageRequest(team="a", event=key, state="accepted", reason="known", until=until), "ana")


def really(world: World, only: str) -> Counter[Sent]:
    """What alerts left for a team."""
    with world.store.read() as tx:
        rows = [row for row in outbox.deliveries(tx) if row.mail.kind == "alert" and row.mail.as_of is not None]
    return Counter(
        (row.recipient, one.alert.event, one.alert.reason, row.mail.subject, row.mail.as_of or row.due_at)
        for row in rows
        for one in row.mail.told
        if one.team == only
    )


def foretold(found: Rehearsal) -> Counter[Sent]:
    return Counter((one.recipient, one.event, one.reason, one.subject, one.sent_at) for one in found.items if one.sent_at)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [11])
def test_what_the_look_back_says_is_what_the_service_sends(world: World, seed: int) -> None:
    end = lived(world, seed)
    for name in ("a", "b"):
        (found,) = rehearse(world, name, 90, end)
        sent = really(world, name)
        assert foretold(found) == sent
        assert found.mails == len({(who, when) for who, *_, when in sent})
    seen = [one for found in rehearse(world, None, 90, end) for one in found.items]
    fates = Counter((one.held, one.fate) for one in seen)
    assert {("", "sent"), ("quiet_hours", "sent")} <= fates.keys()
    assert {"digest", "lapsed"} & {fate for _, fate in fates}
    assert {held for held, _ in fates} == {"", "quiet_hours", "daily_cap"}
    assert {"new", "lifted"} <= {one.reason for one in seen}
    middle = START + 3 * DAY
    (then,) = rehearse(world, "a", 90, middle)
    assert foretold(then) == Counter({one: count for one, count in really(world, "a").items() if one[-1] <= middle})


def known(world: World, now: datetime, *found: Event) -> None:
    with world.store.write() as tx:
        events.save_events(tx, found, now)


def listed(world: World, *teams: Team) -> None:
    polled(at(world, START))
    with world.store.write() as tx:
        inventory.save_inventory(tx, teams or (team("a", reader("ops@example.com") | {"quiet": "22-07"}),), START)


def items(world: World, as_of: datetime) -> list[tuple[str, str]]:
    (found,) = rehearse(world, "a", 90, as_of)
    return [(one.held, one.fate) for one in found.items]


NIGHT = START + 17 * HOUR  # one o'clock in Shanghai


def test_what_is_held_waits_and_what_was_retracted_meanwhile_is_told_to_nobody(world: World) -> None:
    listed(world)
    known(world, NIGHT, cut(effective=date(2024, 6, 26), recorded_at=NIGHT))
    assert items(world, NIGHT + HOUR) == [("quiet_hours", "waiting")]
    known(world, NIGHT + 2 * HOUR)
    assert items(world, NIGHT + HOUR) == [("quiet_hours", "waiting")], "what was learnt later changes no answer for the time before"
    assert items(world, NIGHT + 2 * HOUR) == [("quiet_hours", "lapsed")]
    assert items(world, NIGHT + 3 * DAY) == [("quiet_hours", "lapsed")]


def test_the_inventory_of_today_meets_the_events_of_then(world: World) -> None:
    """A rule is tried on days in which nobody was listed yet."""
    noon = START + 4 * HOUR
    known(world, noon, cut(recorded_at=noon, effective=date(2024, 6, 26)))
    polled(at(world, START))
    with world.store.write() as tx:
        inventory.save_inventory(tx, [team("a", reader("ops@example.com"))], START + 9 * DAY)
    (found,) = rehearse(world, "a", 90, START + 10 * DAY)
    (one,) = found.items
    assert (found.mails, one.at, one.why, one.deadline) == (1, noon, "new; critical; due 2024-06-26, within 72 hours", date(2024, 6, 26))
    assert one.subject == "[CRITICAL] OpenAI: access from CN ends 2024-06-26 (2 days)"
    (later,) = rehearse(world, "a", 9, START + 10 * DAY)
    assert (later.mails, later.items) == (0, ())


def test_a_team_nobody_has_is_not_found_and_no_team_is_no_error(world: World) -> None:
    assert rehearse(world, None, 90, START) == []
    with pytest.raises(NotFoundError, match="nobody"):
        rehearse(world, "nobody", 90, START)


def test_the_api_shows_it_without_addresses(world: World) -> None:
    listed(world)
    known(world, NIGHT, cut(effective=date(2024, 6, 26), recorded_at=NIGHT))
    with TestClient(create_app(Reader(world.store, world.catalog, lambda: NIGHT + DAY), Settings())) as client:
        body = client.get("/api/v1/teams/a/alerts/preview?days=30").json()
        assert client.get("/api/v1/teams/b/alerts/preview").status_code == 404
        assert client.get("/api/v1/teams/a/alerts/preview?days=0").status_code == 422
    assert (body["mails"], [(one["recipient"], one["held"], one["fate"]) for one in body["items"]]) == (
        1,
        [("o***@example.com", "quiet_hours", "sent")],
    )
    assert (body["since"], body["as_of"]) == ("2024-05-26T17:00:00Z", "2024-06-25T17:00:00Z")


def test_the_command_shows_it_in_words(store_url: str, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    both = team("a", reader("ops@example.com"), reader("boss@example.com"), reader("night@example.com") | {"quiet": "22-07"})
    listed(world, both)
    known(world, NIGHT, cut(effective=date(2024, 6, 27), recorded_at=NIGHT))
    monkeypatch.setenv("FOREWARNED_DATABASE_URL", store_url)
    shown = CliRunner().invoke(app, ["alerts", "preview", "--team", "a", "--as-of", "2024-06-25T20:00:00Z"])
    assert shown.exit_code == 0, shown.output
    assert "a: would have fired 3 times in 90 days" in shown.stdout
    assert "2 recipients" in shown.stdout
    assert "held by quiet hours, then sent 2024-06-24 23:00" in shown.stdout
    plain = CliRunner().invoke(app, ["alerts", "preview", "--as-of", "2024-06-25T20:00:00Z", "--format", "json"])
    assert [one["mails"] for one in json.loads(plain.stdout)["items"]] == [3]
