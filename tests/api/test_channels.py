"""A team's calendar and Atom feed over a real server, read with the libraries that readers use, while events move and end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import feedparser
import httpx2
import icalendar
import pytest

from api.app import create_app
from monitor.answers.reader import Reader
from monitor.catalog import load_catalog
from monitor.errors import NotFoundError
from monitor.model import Event, EventDates, StageStep, Team
from monitor.pipeline import World
from monitor.pipeline.channels import give_out, take_back
from monitor.settings import Settings
from monitor.store import Store, events, inventory
from tests.api.served import served
from tests.inform.episode import SEEN, draft_rule, event
from tests.pipeline.test_deliver import reader, team

BASE_URL = "https://risk.example.org"
NOW = datetime(2024, 6, 26, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
BAN, RULE = "evt_000000000000000a", "evt_000000000000000b"


@dataclass
class Service:
    """A running service whose clock and knowledge the test sets."""

    store: Store
    web: httpx2.Client
    now: datetime = NOW

    @property
    def world(self) -> World:
        return World(self.store, load_catalog(), (), Settings(base_url=BASE_URL), lambda: self.now)

    def lists(self, *teams: Team) -> None:
        with self.store.write() as tx:
            inventory.save_inventory(tx, teams, self.now)

    def knows(self, *found: Event) -> None:
        """An hour later this is all that is known of events."""
        self.now += HOUR
        with self.store.write() as tx:
            events.save_events(tx, found, self.now)

    def path(self, kind: str = "calendar", of: str = "a") -> str:
        given = give_out(self.world, of)
        return (given.calendar if kind == "calendar" else given.feed).removeprefix(BASE_URL)

    def calendar(self) -> dict[str, Any]:
        answer = self.web.get(self.path())
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
        whole = icalendar.Calendar.from_ical(answer.text)
        return {str(entry["UID"]): entry for entry in whole.walk("VEVENT")}

    def feed(self) -> Any:
        answer = self.web.get(self.path("feed"))
        assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
        parsed = feedparser.parse(answer.content)
        assert not parsed.bozo
        return parsed


@pytest.fixture
def service(store: Store) -> Iterator[Service]:
    opened = Service(store, httpx2.Client())
    known = Reader(store, load_catalog(), lambda: opened.now)
    with served(create_app(known, Settings(base_url=BASE_URL))) as address, httpx2.Client(base_url=address) as web:
        opened.web.close()
        opened.web = web
        opened.lists(team("a", reader("ops@example.com")), team("secret-team", reader("boss@example.com")))
        yield opened


def ban(**changed: object) -> Event:
    return event(BAN, **changed)


def rule() -> Event:
    return draft_rule().model_copy(update={"id": RULE})


def moved() -> Event:
    return ban(dates=EventDates(effective=date(2024, 9, 1)))


def rescinded() -> Event:
    step = StageStep(stage="rescinded", date=date(2024, 7, 1), recorded_at=SEEN, documents=("doc_2",))
    return ban(stage="rescinded", stages=(*ban().stages, step))


def only(service: Service) -> Any:
    (entry,) = service.calendar().values()
    return entry


def test_the_calendar_holds_what_hits_the_team_and_nothing_else(service: Service) -> None:
    service.knows(ban(), rule())
    found = service.calendar()
    assert list(found) == [f"{BAN}.effective@risk.example.org"]
    (entry,) = found.values()
    assert (entry.decoded("DTSTART"), str(entry["STATUS"])) == (date(2024, 7, 9), "CONFIRMED")
    alarms = entry.walk("VALARM")
    assert [(str(alarm["ACTION"]), alarm["TRIGGER"].dt) for alarm in alarms] == [
        ("DISPLAY", timedelta(days=-7, hours=9)),
        ("DISPLAY", timedelta(days=-1, hours=9)),
    ]
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT6H" in service.web.get(service.path()).text


def test_a_day_that_moves_without_a_new_document_moves_the_same_entry_with_a_higher_sequence(service: Service) -> None:
    service.knows(ban())
    before = only(service)
    service.knows(moved())
    after = only(service)
    assert before["UID"] == after["UID"]
    assert after.decoded("DTSTART") == date(2024, 9, 1)
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["DTSTAMP"].dt > before["DTSTAMP"].dt


ENDS: list[tuple[str, tuple[Event, ...]]] = [
    ("rescinded", (rescinded(),)),
    ("not told any more", ()),
    ("withdrawn", (ban(withdrawn=True),)),
    ("it does not concern the team's place any more", (ban(affected=("US",)),)),
    ("its provider was misread", (ban(providers={"zhipu": "restricting"}),)),
    ("its day is not stated any more", (ban(dates=EventDates()),)),
    ("it was only hypothetical", (ban(modality="hypothetical"),)),
]


@pytest.mark.parametrize("then", [case[1] for case in ENDS], ids=[case[0] for case in ENDS])
def test_what_ends_is_struck_out_and_comes_back_when_it_does(service: Service, then: tuple[Event, ...]) -> None:
    service.knows(ban())
    first = only(service)
    service.knows(*then)
    ended = only(service)
    assert (first["UID"], str(ended["STATUS"])) == (ended["UID"], "CANCELLED")
    assert ended.decoded("DTSTART") == first.decoded("DTSTART")
    assert ended["SEQUENCE"] > first["SEQUENCE"]
    assert not ended.walk("VALARM")
    service.knows(ban())
    again = only(service)
    assert (str(again["STATUS"]), again["SEQUENCE"] > ended["SEQUENCE"]) == ("CONFIRMED", True)


def test_an_event_that_never_hit_the_team_is_not_told_when_it_ends(service: Service) -> None:
    service.knows(ban(affected=("US",)))
    service.knows(ban(affected=("US",), withdrawn=True))
    assert service.calendar() == {}
    assert service.feed().entries == []


def test_the_feed_updates_the_same_entry_for_a_new_stage_and_not_for_another_report(service: Service) -> None:
    service.knows(ban())
    (first,) = service.feed().entries
    service.knows(ban(documents=("doc_1", "doc_2", "doc_3"), last_reported_at=NOW))
    (same,) = service.feed().entries
    assert (same.id, same.updated) == (first.id, first.updated)
    service.knows(ban(stage="in_force"))
    (after,) = service.feed().entries
    assert after.id == first.id == f"{BASE_URL}/events/{BAN}"
    assert after.updated_parsed > first.updated_parsed
    assert after.published == first.published
    assert after.title == "OpenAI: access from CN - in force"
    assert service.feed().feed.updated == after.updated
    service.knows()
    (gone,) = service.feed().entries
    assert gone.title.endswith(" - withdrawn")
    assert "does not hold any more" in gone.summary


def test_foreign_words_stay_text(service: Service) -> None:
    words = "<script>alert(1)</script> & \u2028\ufffe\x07]]> <b>百度</b>"
    service.knows(ban(title=words))
    raw = service.web.get(service.path("feed")).text
    assert "<script" not in raw
    assert 'type="html"' not in raw
    (entry,) = service.feed().entries
    assert entry.summary_detail.type == "text/plain"
    assert "<script>alert(1)</script>" in entry.summary
    assert "百度" in str(only(service)["DESCRIPTION"])


@pytest.mark.parametrize("kind", ["calendar", "feed"])
def test_a_copy_stays_good_until_something_changes(service: Service, kind: str) -> None:
    service.knows(ban())
    first = service.web.get(service.path(kind))
    has = {"If-None-Match": first.headers["etag"]}
    service.now += 24 * HOUR
    answer = service.web.get(service.path(kind), headers=has)
    assert (answer.status_code, answer.content) == (304, b"")
    assert service.web.head(service.path(kind)).headers["etag"] == first.headers["etag"]
    service.knows(moved())
    assert service.web.get(service.path(kind), headers=has).status_code == 200


@pytest.mark.parametrize("kind", ["calendar", "feed"])
def test_an_empty_one_is_well_formed_and_stays_the_same(service: Service, kind: str) -> None:
    first = service.web.get(service.path(kind)).content
    service.now += HOUR
    assert service.web.get(service.path(kind)).content == first
    assert service.calendar() == {}
    assert service.feed().feed.title == "Forewarned: a"


WRONG = ["x", "a", "secret-team", "%00", "%F0%9F%92%A9", "x" * 5000, "..%2F..", "A" * 22]


@pytest.mark.parametrize("token", WRONG, ids=lambda token: token[:12])
def test_an_unknown_token_is_not_found_and_says_nothing_of_teams(service: Service, token: str) -> None:
    service.path(of="secret-team")
    for path in (f"/api/v1/calendars/{token}.ics", f"/api/v1/feeds/{token}.atom"):
        answer = service.web.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
        assert "secret-team" not in answer.text.replace(token, "")
        assert "boss" not in answer.text


def test_addresses_are_the_same_until_renewed_and_void_once_taken_back(service: Service) -> None:
    first = service.path()
    assert service.path() == first
    other = service.path(of="secret-team")
    assert service.web.get(first).status_code == 200
    second = give_out(service.world, "a", renew=True).calendar.removeprefix(BASE_URL)
    assert [service.web.get(path).status_code for path in (first, second, other)] == [404, 200, 200]
    take_back(service.world, "a")
    assert [service.web.get(path).status_code for path in (second, other)] == [404, 200]
    assert service.path() not in (first, second)
    with pytest.raises(NotFoundError, match="no team called 'nobody'"):
        give_out(service.world, "nobody")
    take_back(service.world, "a")
    with pytest.raises(NotFoundError, match="forewarned token --team a"):
        take_back(service.world, "a")


def test_a_team_that_left_the_inventory_has_no_calendar_until_it_is_back(service: Service) -> None:
    path = service.path()
    service.lists(team("b", reader("ops@example.com")))
    assert service.web.get(path).status_code == 404
    service.lists(team("a", reader("ops@example.com")))
    assert service.web.get(path).status_code == 200
