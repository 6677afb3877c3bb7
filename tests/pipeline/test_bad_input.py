"""Input that is wrong or hostile, through the real pipeline on both databases: it moves the score by what one source may at most move
it, and the rest is said beside the answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from monitor.answers.reader import Reader
from monitor.answers.shapes import Risk
from monitor.model import LEVELS, Document, Entry, Event, Source, Tagging
from monitor.pipeline import Reads, Tagger, World, assess, ingest, read
from monitor.store import events
from monitor.store import sources as stored_sources
from tests.pipeline.conftest import BLOCK, source, world_over

NOW = datetime(2024, 6, 25, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CAP = LEVELS.index("medium")
"""The level that one voice can reach at most, unless it is the act itself."""
FLOOD = 5_000
PAPER, OTHER, THIRD = (source(name, f"http://127.0.0.1/{name}") for name in ("paper", "other", "third"))
SPAM = source("spam", "http://127.0.0.1/spam", reliability="low")
REGULATOR = source("mask", "http://127.0.0.1/mask", reliability="medium", publisher="US Department of Commerce")
SOURCES = (PAPER, OTHER, THIRD, SPAM, REGULATOR)


@pytest.fixture
def world(store_url: str) -> Iterator[World]:
    with world_over(store_url, SOURCES) as opened:
        with opened.store.write() as tx:
            stored_sources.sync_sources(tx, SOURCES, NOW)
        yield opened


def entry(guid: str, title: str, text: str = "", published: datetime | None = NOW) -> Entry:
    return Entry(guid=guid, url=f"https://news.example/{guid}", title=title, html=text, published_at=published)


def told(world: World, tagger: Reads, by: Source, entries: Sequence[Entry], now: datetime = NOW) -> Risk:
    """The answer for OpenAI in China after these entries of one source were fetched, compared, read and assessed."""
    then = replace(world, clock=lambda: now)
    ingest(then, by, entries, now)
    read(then, tagger)
    assess(then, tagger.version)
    return Reader(world.store, world.catalog, lambda: now).risk("openai", "CN", now)


class ReadAlike:
    """Reads the first text and takes the others to say the same: five thousand of them would take minutes."""

    def __init__(self, tagger: Tagger) -> None:
        self._tagger = tagger
        self._first: Tagging | None = None

    @property
    def version(self) -> str:
        return self._tagger.version

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]:
        for document in documents:
            self._first = self._first or next(self._tagger.tag([document]))
            yield self._first.model_copy(update={"document": document.id})


def known(world: World) -> list[Event]:
    with world.store.read() as tx:
        return [event for event in events.events_as_of(tx, None) if not event.withdrawn]


def test_a_flood_from_one_source_moves_the_score_by_one_voice(world: World, tagger: Tagger) -> None:
    flood = [entry(str(n), "China bans OpenAI", f"China banned OpenAI on Monday. Number {n} of our notices.") for n in range(FLOOD)]
    one = told(world, tagger, SPAM, flood[:1])
    many = told(world, ReadAlike(tagger), SPAM, flood[1:], NOW + HOUR)
    assert LEVELS.index(many.level) <= CAP
    assert 0 < many.score <= one.score + 1, "it is told again, not by more"
    banned = [event for event in known(world) if event.providers.get("openai") == "targeted"]
    assert [len(event.origins) for event in banned] == [1]
    assert len(banned[0].documents) == FLOOD
    assert any("single origin" in said for said in many.unknowns)


def test_a_backdated_entry_is_known_from_when_it_came(world: World, tagger: Tagger) -> None:
    before = told(world, tagger, PAPER, [entry("1", *BLOCK)])
    old = entry("2", "China bans OpenAI", "China banned OpenAI on Monday.", datetime(2019, 1, 1, tzinfo=UTC))
    after = told(world, tagger, SPAM, [old], NOW + DAY)
    assert LEVELS.index(after.level) <= CAP
    reader = Reader(world.store, world.catalog, lambda: NOW + DAY)
    assert reader.risk("openai", "CN", NOW) == before, "what is said to be old does not change what was known then"
    assert all(event.first_seen_at >= NOW for event in known(world))
    future = entry("3", "China bans OpenAI", "China banned OpenAI on Monday.", NOW + timedelta(days=4000))
    assert LEVELS.index(told(world, tagger, SPAM, [future], NOW + 2 * DAY).level) <= CAP


def test_who_poses_as_a_regulator_is_no_primary_source(world: World, tagger: Tagger) -> None:
    text = "The Department of Commerce today bans OpenAI in China, final rule, effective today. Federal Register 2024-12345."
    answer = told(world, tagger, REGULATOR, [entry("1", "Commerce Department bans OpenAI in China", text)])
    assert LEVELS.index(answer.level) <= CAP
    assert not any(event.primary_source for event in known(world))
    assert all(not proof.primary for factor in answer.factors for proof in factor.evidence)
    assert not answer.factors or any("primary" in said or "single origin" in said for said in answer.unknowns)


def test_a_series_that_contradicts_itself_counts_as_one_voice(world: World, tagger: Tagger) -> None:
    titles = (
        "China bans OpenAI", "China denies ban of OpenAI", "China lifts ban of OpenAI", "China bans OpenAI from July 9",
        "China bans OpenAI from July 1",
    )  # fmt: skip
    scores = []
    for n, title in enumerate(titles):
        answer = told(world, tagger, SPAM, [entry(str(n), title, f"{title}, officials said on Tuesday.", NOW + n * HOUR)], NOW + n * HOUR)
        scores.append(answer.score)
        assert LEVELS.index(answer.level) <= CAP, title
        assert sum(factor.points for factor in answer.factors) == answer.score
    assert all(len(event.origins) == 1 for event in known(world))
    assert any(event.date_conflicts for event in known(world)), "both days stay visible"


def test_an_event_without_a_date_is_kept_and_said(world: World, tagger: Tagger) -> None:
    undated = [entry("1", "OpenAI to block API access from China", "OpenAI will block API traffic from China.", None)]
    answer = told(world, tagger, PAPER, undated)
    assert answer.score > 0
    assert LEVELS.index(answer.level) <= CAP
    assert any("no effective date is stated" in said for said in answer.unknowns)
    reader = Reader(world.store, world.catalog, lambda: NOW)
    (document,) = reader.documents(source="paper", provider=None, as_of=None, limit=5, cursor=None).items
    assert document.published_at is None


def test_a_lie_does_not_hold_back_what_is_true(world: World, tagger: Tagger) -> None:
    told(world, tagger, SPAM, [entry("0", "OpenAI denies it will block API access from China", "OpenAI denied that it will block China.")])
    for n, paper in enumerate((PAPER, OTHER, THIRD), 1):
        own_words = " ".join(f"{paper.id}{i}" for i in range(30))
        last = told(world, tagger, paper, [entry("1", BLOCK[0], f"{BLOCK[1]} {own_words}")], NOW + n * HOUR)
    assert LEVELS.index(last.level) > CAP
    assert not any(event.primary_source for event in known(world))
