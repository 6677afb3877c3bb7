"""One digest per local day, whatever the clocks do: DST nights in three zones, stops, steps of an hour and a day, two replicas."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Event
from monitor.pipeline import World, deliver
from monitor.store import events, inventory, outbox
from tests.inform.episode import evidence
from tests.inform.smtp_servers import content, good_server
from tests.pipeline.conftest import source, world_over
from tests.pipeline.test_alerting import cut, polled
from tests.pipeline.test_deliver import at, reader, team, through

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
STEP = timedelta(minutes=20)
NIGHTS = {
    "Europe/Berlin": (date(2024, 3, 31), date(2024, 10, 27)),
    "America/New_York": (date(2024, 3, 10), date(2024, 11, 3)),
    "Australia/Sydney": (date(2024, 4, 7), date(2024, 10, 6)),
}


class Scenario(NamedTuple):
    """Moments at which a cycle runs, as its clock shows them, over three local days."""

    name: str
    zone: str
    hour: int
    first: date
    moments: tuple[datetime, ...]

    @property
    def days(self) -> list[str]:
        """The local days that must each have one digest."""
        return [str(self.first + timedelta(days=n)) for n in range(3)]


def steady(zone: str, first: date) -> list[datetime]:
    """Every twenty minutes from the first local midnight over three days."""
    start = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    end = (datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)) + timedelta(days=3)).astimezone(UTC)
    return [start + n * STEP for n in range(int((end - start) / STEP))]


def dst_nights() -> Iterator[Scenario]:
    for zone, nights in NIGHTS.items():
        for night in nights:
            for hour in (1, 2, 3):
                first = night - timedelta(days=1)
                yield Scenario(f"{zone} {night} at {hour}", zone, hour, first, tuple(steady(zone, first)))


def troubles() -> Iterator[Scenario]:
    """What may happen to a process and its clock on the second of three ordinary days in Shanghai, digest at eight."""
    zone, first = "Asia/Shanghai", date(2024, 6, 26)
    calm = steady(zone, first)
    due = datetime(2024, 6, 27, 0, tzinfo=UTC)
    yield Scenario("stopped for two hours over its hour", zone, 8, first, tuple(m for m in calm if not due - HOUR < m < due + HOUR))
    yield Scenario(
        "stopped from its hour to the last minute of the day", zone, 8, first, tuple(m for m in calm if not due <= m < due + 15 * HOUR)
    )
    yield Scenario("an hour back right after sending", zone, 8, first, (*(m if m < due + STEP else m - HOUR for m in calm), calm[-1]))
    yield Scenario("an hour back right before", zone, 8, first, (*(m if m < due else m - HOUR for m in calm), calm[-1]))
    yield Scenario("an hour ahead right before", zone, 8, first, tuple(m if m < due - STEP else m + HOUR for m in calm)[:-3])
    yield Scenario(
        "a day back after the second digest",
        zone,
        8,
        first,
        (*(m for m in calm if m <= due), *(m - 24 * HOUR for m in calm if m > due), *calm[-50:]),
    )


SCENARIOS = [*dst_nights(), *troubles()]


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, (source("a", "http://127.0.0.1/a"),)) as opened:
        yield opened


def news(number: int, when: datetime) -> Event:
    """A new measure on each day, so that no digest is skipped."""
    key = f"evt_{number:016x}"
    proof = evidence(f"notice {number}")
    return cut(key, effective=(when + timedelta(days=60)).date(), type="data_privacy", recorded_at=when, evidence=(proof,))


def prepared(world: World, scenario: Scenario) -> None:
    start = scenario.moments[0]
    with world.store.write() as tx:
        inventory.save_inventory(tx, [team("a", reader("ops@example.com", scenario.zone, scenario.hour))], start - HOUR)
    told: list[Event] = []
    for number in range(3):
        moment = start + timedelta(days=number) - timedelta(hours=2)
        told.append(news(number, moment))
        with world.store.write() as tx:
            events.save_events(tx, told, moment)


def digests(world: World) -> list[str]:
    with world.store.read() as tx:
        return sorted(d.slot[:10] for d in outbox.deliveries(tx) if d.mail.kind == "digest")


def cycles(worlds: Sequence[World], moments: Sequence[datetime]) -> None:
    for number, moment in enumerate(moments):
        deliver(at(worlds[number % len(worlds)], moment))


def test_there_are_twenty_four_scenarios() -> None:
    assert len(SCENARIOS) == 24


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[one.name for one in SCENARIOS])
def test_one_digest_per_local_day_from_two_replicas_in_turn(world: World, store_url: str, scenario: Scenario) -> None:
    prepared(world, scenario)
    polled(at(world, scenario.moments[0]))
    around = [m for m in scenario.moments if _near(m, scenario)]
    with good_server() as (box, port), world_over(store_url, world.sources) as twin:
        cycles([through(one, port) for one in (world, twin)], around)
        assert digests(world) == scenario.days
        ids = Counter(str(message_from_bytes(content(mail))["Message-ID"]) for mail in box.mails)
    assert max(ids.values()) == 1


def _near(moment: datetime, scenario: Scenario) -> bool:
    """Around each digest's hour and each midnight: what lies between decides nothing and costs time."""
    local = moment.astimezone(ZoneInfo(scenario.zone))
    return abs(local.hour + local.minute / 60 - scenario.hour) <= 1.4 or local.hour == 23 or (local.hour, local.minute) == (0, 0)
