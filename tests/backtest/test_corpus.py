"""Files of dated items become arrivals at the hour in which a live service would have known them."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.backtest.corpus import CYCLE, POLL_DELAY, domain, known_at, read_corpus
from monitor.errors import UsageError
from monitor.model import Source
from tests.backtest.corpora import BAN, BESIDE, GAZETTE, item, written


@given(st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2040, 1, 1)).map(lambda moment: moment.replace(tzinfo=UTC)))  # noqa: DTZ001
def test_nothing_is_known_before_a_poll_can_have_brought_it(published: datetime) -> None:
    known = known_at(published)
    assert published + POLL_DELAY <= known < published + POLL_DELAY + CYCLE
    assert (known.minute, known.second, known.microsecond) == (0, 0, 0)


@pytest.mark.parametrize(
    ("published", "known"),
    [("10:00", "11:00"), ("10:30", "11:00"), ("10:31", "12:00"), ("23:45", "01:00")],
)
def test_the_hour_in_which_an_item_is_known(published: str, known: str) -> None:
    assert f"{known_at(datetime.fromisoformat(f'2031-03-04T{published}:00+00:00')):%H:%M}" == known


def test_cycles_stand_in_the_order_of_knowledge(tmp_path: Path) -> None:
    corpus = read_corpus([written(tmp_path, [*BESIDE, GAZETTE, *BAN])], None, None)
    told = [(f"{now:%d %H}", [arrival.entry.title for arrival in arrivals]) for now, arrivals in corpus.cycles()]
    assert [hour for hour, _ in told] == ["04 11", "04 14", "04 15", "04 16", "05 10", "05 13"]
    assert told[0][1] == ["Norway bans TikTok from government computers"]
    assert (corpus.first, corpus.last) == (date(2031, 3, 4), date(2031, 3, 5))


def test_a_day_without_an_hour_is_taken_for_its_noon(tmp_path: Path) -> None:
    corpus = read_corpus([written(tmp_path, [GAZETTE, item("alpha", "2031-03-05", "A day", "Nothing more.")])], None, None)
    assert [f"{now:%d %H:%M}" for now, _ in corpus.cycles()] == ["05 13:00"]


def test_a_gazette_document_keeps_its_number_and_its_source(tmp_path: Path) -> None:
    corpus = read_corpus([written(tmp_path, [GAZETTE])], None, None)
    arrival = next(corpus.cycles())[1][0]
    assert (arrival.entry.guid, arrival.source.kind, arrival.source.reliability) == ("2031-04999", "regulator", "primary")
    assert arrival.entry.regulator is not None
    assert arrival.entry.regulator.number == "2031-04999"


def test_one_site_is_one_voice_and_listed_sources_keep_their_family(tmp_path: Path) -> None:
    feeds = ["https://rss.alpha.example/world", "https://alpha.example/tech", "https://listed.example/rss", "https://hub.example/front"]
    rows = [{**BAN[0], "feed": feed, "url": f"https://www.alpha.example/{n}"} for n, feed in enumerate(feeds)]
    listed = Source(id="listed", name="Listed", url=feeds[2], kind="news", publisher="Listed", family="owner", reliability="high")
    corpus = read_corpus([written(tmp_path, rows)], None, None, [listed])
    arrivals = [arrival for _, found in corpus.cycles() for arrival in found]
    voices = {a.source.id: a.entry.origin_publisher or a.source.family for a in arrivals}
    assert voices.pop("listed") == "owner"
    assert voices == dict.fromkeys(("rss-alpha-example-world", "alpha-example-tech", "hub-example-front"), "alpha.example")
    assert {source.reliability for source in corpus.sources} == {"medium", "high"}


@pytest.mark.parametrize(
    ("url", "site"),
    [
        ("https://www.alpha.example/a", "alpha.example"),
        ("https://news.bbc.co.uk/a", "bbc.co.uk"),
        ("https://alpha.example:8080/a", "alpha.example"),
        ("https://a.b.gov.au/x", "b.gov.au"),
        ("no address", ""),
        ("http://[broken/", ""),
    ],
)
def test_the_site_behind_an_address(url: str, site: str) -> None:
    assert domain(url) == site


def test_only_the_days_asked_for_are_replayed(tmp_path: Path) -> None:
    corpus = read_corpus([written(tmp_path, [*BAN, *BESIDE, GAZETTE])], date(2031, 3, 5), date(2031, 3, 31))
    assert [arrival.entry.title for _, found in corpus.cycles() for arrival in found] == [
        "Rain expected in the north",
        "Importation of Fresh Pears",
    ]
    assert (corpus.first, corpus.last) == (date(2031, 3, 5), date(2031, 3, 31))


def test_folders_packed_files_and_foreign_lines(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "packed.jsonl.gz", "wt", encoding="utf-8") as file:
        file.write(json.dumps(BAN[0]) + "\n")
    (tmp_path / "deep").mkdir()
    written(tmp_path / "deep", [BAN[1], {"no": "item"}, {**BAN[2], "published": "soon"}])
    (tmp_path / "deep" / "notes.txt").write_text("not read")
    with (tmp_path / "deep" / "corpus.jsonl").open("a") as file:
        file.write("no json\n[]\n")
    corpus = read_corpus([str(tmp_path)], None, None)
    assert (len(corpus.rows), corpus.left_out) == (2, 4)


def test_the_bundled_episode_is_a_corpus() -> None:
    corpus = read_corpus(["openai-china-2024"], None, date(2024, 6, 25))
    moments = [(now, arrival.retrieved_at) for now, found in corpus.cycles() for arrival in found]
    assert moments
    assert all(timedelta(0) <= now - retrieved < CYCLE for now, retrieved in moments)
    assert corpus.last == date(2024, 6, 25)


@pytest.mark.parametrize("name", ["absent.jsonl", "empty.jsonl", "broken.jsonl.gz"])
def test_what_cannot_be_replayed_is_refused_by_name(tmp_path: Path, name: str) -> None:
    if name != "absent.jsonl":
        (tmp_path / name).write_bytes(b"")
    if name.endswith(".gz"):
        (tmp_path / name).write_bytes(b"not packed")
    with pytest.raises(UsageError, match=name.split(".", maxsplit=1)[0]):
        read_corpus([str(tmp_path / name)], None, None)


@pytest.mark.parametrize("name", ["no-such-episode", "/no/such/folder"])
def test_what_is_neither_file_nor_episode_is_refused_by_the_name_it_was_given(name: str) -> None:
    with pytest.raises(UsageError, match=f"^{name}: no such file or folder, and no bundled episode is called so$"):
        read_corpus([name], None, None)
