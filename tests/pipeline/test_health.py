"""Health over many polls: silence, flapping, moves and ends are seen, said in every answer, and never hidden by a good moment."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from pytest_httpserver import HTTPServer
from starlette.testclient import TestClient
from werkzeug import Request
from werkzeug import Response as Answer

from api.app import create_app
from monitor.answers.health import SourceHealthShape
from monitor.answers.reader import Reader
from monitor.doctor import Check, examine
from monitor.pipeline import World, collect
from monitor.store import sources
from tests.pipeline.conftest import NOW, rss, source, world_over

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
HEADLINE = "Agency {} publishes its weekly notice on trade"
RSS = {"Content-Type": "application/rss+xml"}


@dataclass
class Site:
    """A feed whose publisher does as it is told, and a service with a clock of its own."""

    world: World
    now: datetime
    answer: Callable[[Request], Answer]
    hits: int = 0

    def at(self, moment: datetime) -> World:
        self.now = moment
        return replace(self.world, clock=lambda: self.now)

    def poll(self, after: timedelta = timedelta(0)) -> SourceHealthShape:
        """What is known of the source after the polls that are due then."""
        world = self.at(self.now + after)
        collect(world)
        return self.health()

    def health(self) -> SourceHealthShape:
        return Reader(self.world.store, self.world.catalog, lambda: self.now).source_health("a")

    def next_poll(self) -> datetime | None:
        with self.world.store.read() as tx:
            return sources.source_statuses(tx)[0].next_poll_at


@pytest.fixture
def store_url(sqlite_template: Path, tmp_path: Path) -> str:
    """One database is enough here: what is remembered is tested on both in tests/store."""
    return f"sqlite:///{shutil.copy(sqlite_template, tmp_path / 'store.sqlite')}"


@pytest.fixture
def site(store_url: str, httpserver: HTTPServer) -> Iterator[Site]:
    with world_over(store_url, (source("a", httpserver.url_for("/a"), interval_s=1800),)) as world:
        made = Site(world, NOW, lambda _: Answer(status=500))

        def serve(request: Request) -> Answer:
            made.hits += 1
            return made.answer(request)

        httpserver.expect_request("/a").respond_with_handler(serve)
        yield made


def feed(days: Iterable[datetime], channel: str = "") -> Answer:
    """A feed with one item of each instant."""
    items = "".join(
        f"<item><title>{HEADLINE.format(day)}</title><guid>{day:%j-%H-%M}</guid><description>It was published.</description>"
        f"<pubDate>{format_datetime(day)}</pubDate></item>"
        for day in days
    )
    return Answer(f"<rss version='2.0'><channel><title>t</title>{channel}{items}</channel></rss>", headers=RSS)


def daily(count: int, newest: datetime, channel: str = "") -> Answer:
    """A feed of `count` items, one a day."""
    return feed((newest - n * DAY for n in range(count)), channel)


def test_silence_becomes_an_alert_and_an_item_ends_it(site: Site) -> None:
    site.answer = lambda _: daily(8, NOW)
    health = site.poll()
    assert (health.state, health.usual_gap_s, health.last_item_at) == ("ok", 86_400, NOW)
    assert (health.expected_at, health.quiet_after) == (NOW + DAY, NOW + 4 * DAY)
    assert site.poll(3 * DAY).state == "not_modified"
    health = site.poll(2 * DAY)
    assert (health.state, health.alerts, health.since) == ("quiet", ["quiet"], NOW + 5 * DAY)
    assert "nothing new for 5 days, usually one item every 24 h" in health.alert_details[0].text
    assert health.last_success_at == NOW + 5 * DAY
    site.answer = lambda _: daily(8, NOW + 6 * DAY)
    health = site.poll(DAY)
    assert (health.state, health.alerts) == ("ok", [])


def test_a_daily_source_is_not_asked_every_half_hour_and_a_busy_one_is(site: Site) -> None:
    site.answer = lambda _: daily(8, NOW)
    for _ in range(24):
        site.poll(HOUR)
    assert site.hits <= 10
    woken, before = site.now, site.hits
    site.answer = lambda _: feed(woken + n * HOUR / 2 for n in range(int((site.now - woken) / (HOUR / 2)) + 1))
    for _ in range(12):
        site.poll(HOUR)
    assert site.hits - before >= 9, "after the first look at the busy feed it is asked each time it may be"


def test_a_good_moment_does_not_hide_that_it_comes_and_goes(site: Site) -> None:
    good, bad = daily(8, NOW), Answer(status=503)
    for n in range(8):
        site.answer = lambda _, n=n: good if n % 2 else bad  # type: ignore[misc]
        health = site.poll(3 * HOUR)
    assert (health.state, health.reason) in (("ok", None), ("not_modified", None))
    assert health.alerts == ["flapping"]
    assert health.flaps >= 3
    assert health.last_failure is not None
    assert health.last_failure.reason == "bad_status"


def test_a_failure_is_an_alert_only_when_it_lasts(site: Site) -> None:
    health = site.poll()
    assert (health.state, health.reason, health.failures, health.alerts) == ("failing", "bad_status", 1, [])
    assert health.meaning
    assert health.action
    site.poll(HOUR)
    health = site.poll(3 * HOUR)
    assert (health.failures, health.since, health.alerts) == (3, NOW, ["failing"])
    assert "404" in health.alert_details[0].text


def test_gone_is_told_and_never_asked_again(site: Site) -> None:
    site.answer = lambda _: Answer(status=410)
    health = site.poll()
    assert (health.state, health.reason, health.next_poll_at, health.alerts) == ("gone", "gone", None, ["gone"])
    site.poll(9 * DAY)
    assert site.hits == 1


def test_a_permanent_move_is_shown_and_not_adopted(site: Site, httpserver: HTTPServer) -> None:
    target = httpserver.url_for("/moved")
    httpserver.expect_request("/moved").respond_with_handler(lambda _: daily(8, NOW))
    site.answer = lambda _: Answer(status=301, headers={"Location": target})
    health = site.poll()
    assert (health.state, health.permanent_url, health.alerts, health.url) == ("ok", target, ["moved"], httpserver.url_for("/a"))
    site.poll(7 * HOUR)
    assert site.hits == 2, "the listed address is asked, whatever it says"


def test_what_a_feed_asks_for_holds_when_it_answers_without_a_body(site: Site) -> None:
    site.answer = lambda request: Answer(status=304) if request.headers.get("If-None-Match") else _tagged(daily(1, NOW, "<ttl>600</ttl>"))
    health = site.poll()
    assert health.asks_for.wait_s == 36_000
    for _ in range(3):
        due = site.next_poll()
        assert due is not None
        assert 10 * HOUR <= due - site.now < 11 * HOUR
        assert site.poll(due - site.now).state == "not_modified"


def test_the_newest_validators_are_sent_even_if_the_body_stayed(site: Site) -> None:
    sent: list[str | None] = []

    def answer(request: Request) -> Answer:
        sent.append(request.headers.get("If-None-Match"))
        again = Answer(status=304) if len(sent) == 3 else daily(1, NOW)
        again.headers["ETag"] = f'"{len(sent)}"'
        return again

    site.answer = answer
    states = [site.poll(7 * HOUR).state for _ in range(4)]
    assert states == ["ok", "not_modified", "not_modified", "not_modified"]
    assert sent == [None, '"1"', '"2"', '"3"']


def _tagged(answer: Answer) -> Answer:
    answer.headers["ETag"] = '"1"'
    return answer


@pytest.mark.parametrize(
    ("headers", "status", "wait"),
    [
        pytest.param({"Retry-After": "14400"}, 429, 4 * HOUR, id="429"),
        pytest.param({"Retry-After": "14400"}, 503, 4 * HOUR, id="503"),
        pytest.param({"Retry-After": "9" * 400}, 503, DAY, id="400 digits"),
        pytest.param({"Retry-After": "Fri, 31 Dec 9999 23:59:59 GMT"}, 429, DAY, id="year 9999"),
        pytest.param({"Retry-After": "-5"}, 429, HOUR / 2, id="below zero"),
        pytest.param({"Retry-After": "soon"}, 429, HOUR / 2, id="words"),
        pytest.param({"Cache-Control": "max-age=14400"}, 200, 4 * HOUR, id="max-age"),
        pytest.param({"Cache-Control": "max-age=315360000"}, 200, DAY, id="max-age of ten years"),
    ],
)
def test_what_a_server_asks_for(site: Site, headers: dict[str, str], status: int, wait: timedelta) -> None:
    site.answer = lambda _: Answer(rss([("A notice on trade", "It was published.")]), status=status, headers={**RSS, **headers})
    site.poll()
    due = site.next_poll()
    assert due is not None
    assert wait <= due - NOW <= min(wait + HOUR / 20, DAY)


def test_alerts_are_in_the_list_the_api_and_doctor(site: Site, monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    site.answer = lambda _: daily(8, NOW)
    site.poll()
    assert _doctor(monkeypatch, store_url, site.now).ok
    site.poll(6 * DAY)
    with TestClient(create_app(Reader(site.world.store, site.world.catalog, lambda: site.now))) as client:
        (row,) = client.get("/api/v1/sources").json()["items"]
        body = client.get("/api/v1/sources/a/health").json()
        assert client.get("/api/v1/sources/b/health").status_code == 404
        assert client.get("/api/v1/sources/B!/health").status_code == 422
    assert (row["state"], row["alerts"], row["usual_gap_s"]) == ("quiet", ["quiet"], 86_400)
    assert row.items() <= body.items()
    assert body["alert_details"][0]["level"] == "warning"
    check = _doctor(monkeypatch, store_url, site.now)
    assert not check.ok
    assert "a: nothing new for 6 days" in check.detail


def test_doctor_does_not_call_a_young_failure_health(site: Site, monkeypatch: pytest.MonkeyPatch, store_url: str) -> None:
    site.answer = lambda _: Answer("", 500)
    assert site.poll().state == "failing"
    check = _doctor(monkeypatch, store_url, site.now)
    assert check.ok
    assert check.detail == "1 fails, not yet for long enough to be an alert"


def _doctor(monkeypatch: pytest.MonkeyPatch, store_url: str, now: datetime) -> Check:
    monkeypatch.setenv("FOREWARNED_DATABASE_URL", store_url)
    monkeypatch.setenv("FOREWARNED_NOW", now.isoformat())
    return next(check for check in examine() if check.name == "sources")


def test_memory_survives_and_the_same_polls_give_the_same_rows(site: Site) -> None:
    site.answer = lambda _: daily(8, NOW)
    first = site.poll()
    again = site.poll(3 * HOUR)
    assert again.usual_gap_s == first.usual_gap_s
    with site.world.store.read() as tx:
        (run,) = sources.source_statuses(tx)[0].observed.runs
    assert (run.polls, run.reason) == (2, None)
