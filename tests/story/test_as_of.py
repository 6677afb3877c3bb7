"""What was answered for a day stays the answer for that day: later arrivals change nothing, whatever they tell."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.answers.dossiers import compile_dossier
from monitor.answers.reader import EventQuery, Reader
from monitor.catalog import load_catalog, load_episode
from monitor.demo import PAIRS, replay
from monitor.pipeline import World, no_progress
from monitor.settings import Settings
from monitor.store import open_store


@pytest.mark.slow
@pytest.mark.parametrize(
    "then",
    [
        pytest.param(datetime(2024, 6, 22, 15, tzinfo=UTC), id="after the draft rule"),
        pytest.param(datetime(2024, 6, 25, 12, tzinfo=UTC), id="while the notice spreads"),
        pytest.param(datetime(2024, 7, 9, 9, tzinfo=UTC), id="on the day of the cut-off"),
    ],
)
def test_later_arrivals_change_no_answer_for_an_earlier_instant(demo_reader: Reader, tmp_path: Path, then: datetime) -> None:
    episode, catalog = load_episode(), load_catalog()
    known = tuple(arrival for arrival in episode.arrivals if arrival.retrieved_at < then)
    assert 0 < len(known) < len(episode.arrivals)
    with closing(open_store(f"sqlite:///{tmp_path / 'then.sqlite'}")) as store:
        replay(World(store, catalog, episode.sources, Settings(), lambda: then), replace(episode, arrivals=known), no_progress)
        reader = Reader(store, catalog, lambda: then)
        for question in (risks, events, documents, dossier):
            assert question(demo_reader, then) == question(reader, then), question.__name__


def risks(reader: Reader, then: datetime) -> object:
    picture = reader.picture(then)
    return [reader.risk(provider, place, then, picture).model_dump() for provider, place in PAIRS]


def events(reader: Reader, then: datetime) -> object:
    return reader.events(EventQuery(None, None, then, limit=500)).model_dump()


def documents(reader: Reader, then: datetime) -> object:
    return reader.documents(source=None, provider=None, as_of=then, limit=500, cursor=None).model_dump()


def dossier(reader: Reader, then: datetime) -> object:
    return compile_dossier(reader, ("openai", "alibaba-cloud", "zhipu"), "CN", then).model_dump()
