"""A small invented corpus through the real pipeline, on both databases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import datetime
from pathlib import Path

import pytest

from monitor.assess.thread import thread
from monitor.backtest.baseline import Baseline
from monitor.backtest.corpus import read_corpus
from monitor.backtest.reading import Ahead, reading, tagger_of
from monitor.backtest.run import Backtest, Query, run_backtest
from monitor.backtest.truth import load_truth
from monitor.catalog import load_catalog
from monitor.collect.document import documents
from monitor.store import documents as stored
from monitor.store import events, open_store, signals
from tests.backtest.corpora import BAN, BESIDE, GAZETTE, TRUTH, Row, item, written

EDITED = {
    **BAN[1],
    "title": "Ministers post more videos",
    "summary": "TikTok is where they reach the young, says a study.",
    "published": "2031-03-04T18:00:00+00:00",
}
LATER = [
    item("alpha", "2031-03-20T10:00:00+00:00", "Portugal bans TikTok", "Portugal banned TikTok from phones of ministries on Thursday."),
    item(
        "beta", "2031-03-20T11:00:00+00:00", "TikTok ban in Portugal", "Portugal's government banned TikTok from phones of its officials."
    ),
]


def replayed(folder: Path, rows: Sequence[Row], database: str = "", **more: object) -> Backtest:
    (folder / "truth.yaml").write_text(TRUTH, "utf-8")
    truth = load_truth(folder / "truth.yaml", load_catalog())
    return run_backtest(Query((written(folder, rows),), truth=truth, database=database, **more))  # type: ignore[arg-type]


@pytest.fixture
def result(tmp_path: Path, store_url: str) -> Backtest:
    return replayed(tmp_path, [*BAN, *BESIDE, GAZETTE], store_url)


def test_a_plain_headline_makes_the_alert_at_the_hour_in_which_it_is_known(result: Backtest) -> None:
    (told,) = result.told
    assert (f"{told.alert.at:%d %H:%M}", told.alert.origins) == ("04 11:00", 1)
    assert (told.alert.pairs[0].provider, told.alert.pairs[0].jurisdiction, told.alert.type) == ("bytedance", "NO", "service_ban")
    assert told.lead.title == BAN[0]["title"]


def test_where_no_headline_is_plain_the_second_voice_makes_the_alert(tmp_path: Path) -> None:
    vague = [{**row, "title": f"TikTok and the Norwegian government, part {n}"} for n, row in enumerate(BAN)]
    (told,) = replayed(tmp_path, vague).told
    assert (f"{told.alert.at:%d %H:%M}", told.alert.origins) == ("04 14:00", 2)
    assert told.lead.title == vague[1]["title"]


def test_what_happened_is_held_against_it(result: Backtest) -> None:
    (warned,) = result.warned
    assert (warned.reports, warned.in_time, warned.lead_days) == (3, True, 6)
    assert warned.first_report is not None
    assert f"{warned.first_report.published_at:%d %H:%M}" == "04 10:10"
    assert warned.delay is not None
    assert warned.delay.total_seconds() == 60 * 50
    assert [step.stage for step in warned.stages] == ["in_force"]
    assert result.figures[0].recall.hits == 1


def test_the_rows_are_those_of_the_live_pipeline(result: Backtest, store_url: str) -> None:
    version = tagger_of("both").version
    with closing(open_store(store_url)) as store, store.read() as tx:
        drawn = thread(signals.reports(tx, None, version), load_catalog().display_names)
        assert events.events_as_of(tx, None) == drawn
        told = result.told[0].alert
        assert [event.id for event in events.events_as_of(tx, told.at)] == [told.event]
        assert len(events.events_as_of(tx, told.at)[0].documents) == 1, "the others came hours later"


@pytest.mark.parametrize("hour", ["04T11", "04T14", "04T16", "20T12"])
def test_what_comes_later_changes_nothing_before_it(tmp_path: Path, hour: str) -> None:
    rows = [*BAN, *BESIDE, GAZETTE, EDITED, *LATER]
    moment = datetime.fromisoformat(f"2031-03-{hour}:00:00+00:00")
    known = [row for row in rows if datetime.fromisoformat(row.get("published", "2031-03-05T12:00:00+00:00")) < moment]
    part, whole = replayed(tmp_path, known, readers="rules"), replayed(tmp_path, rows, readers="rules")
    assert [told.alert for told in part.told] == [told.alert for told in whole.told if told.alert.at <= moment]


def test_an_edit_replaces_what_it_edits(tmp_path: Path, store_url: str) -> None:
    replayed(tmp_path, [*BAN[:2], EDITED], store_url)
    with closing(open_store(store_url)) as store, store.read() as tx:
        version = tagger_of("both").version
        assert events.events_as_of(tx, None) == thread(signals.reports(tx, None, version), load_catalog().display_names)
        assert len(events.events_as_of(tx, None)[0].documents) == 1


def test_rules_alone_are_a_choice(tmp_path: Path) -> None:
    assert len(replayed(tmp_path, BAN, readers="rules").told) == 1


def test_simple_rules_ring_on_titles(tmp_path: Path) -> None:
    result = replayed(tmp_path, [*BESIDE, *BAN])
    assert [ring.document.title for ring in result.rings["keyword"]] == [BAN[0]["title"]]
    assert [ring.document.title for ring in result.rings["recency"]] == [BAN[0]["title"]]
    assert [(one.name, one.recall.hits) for one in result.figures] == [("forewarned", 1), ("keyword", 1), ("recency", 1)]


def test_reading_ahead_in_other_processes_reads_the_same(tmp_path: Path) -> None:
    corpus = read_corpus([written(tmp_path, [*BAN, *BESIDE, GAZETTE])], None, None)
    with reading(corpus.cycles(), "rules", 1) as there, reading(corpus.cycles(), "rules", 0) as here:
        (portion, read), *none = list(there)
        assert (len(portion), none) == (6, [])
        assert list(here) == [(portion, read)]
    assert {tagging.tagger_version for _, tagging in read} == {tagger_of("rules").version}
    assert sum(tagging.relevant for _, tagging in read) == len(BAN)


def test_what_was_read_ahead_is_found_by_entry_and_hour(tmp_path: Path) -> None:
    corpus = read_corpus([written(tmp_path, [BAN[1], EDITED])], None, None)
    with reading(corpus.cycles(), "rules", 0) as read:
        ((_, found),) = list(read)
    ahead = Ahead()
    ahead.know(found)
    (first, _), (edited, _) = found
    assert ahead.of(first.source, [first.guid, first.guid], first.retrieved_at) == found[:1]
    assert ahead.of(first.source, [first.guid], edited.retrieved_at) == found[1:]
    assert ahead.of("elsewhere", [first.guid], first.retrieved_at) == []


def test_documents_that_say_nothing_are_counted_and_not_stored(result: Backtest, store_url: str) -> None:
    with closing(open_store(store_url)) as store, store.read() as tx:
        kept = stored.list_documents(tx, stored.DocumentQuery()).items
    assert result.documents == 6
    assert {document.title for document in kept} == {row["title"] for row in (*BAN, BESIDE[0])}


def _mondays(count: int) -> Iterator[Row]:
    for n in range(count):
        yield item(f"s{n}", f"2031-03-{3 + n:02}T08:00:00+00:00", f"TikTok ban number {n}", "Nothing else is known.")


def test_a_baseline_rings_no_oftener_than_it_may(tmp_path: Path) -> None:
    baseline, tagger = Baseline("keyword"), tagger_of("rules")
    for now, found in read_corpus([written(tmp_path, _mondays(14))], None, None).cycles():
        for arrival in found:
            (document,) = documents(arrival.source, [arrival.entry], {}, now)
            baseline.see(document, next(tagger.tag([document])), now)
    assert len(baseline.rings) == 7, "once in more than a day"
    assert [len(baseline.within(per_week)) for per_week in (0, 1, 2.5, 100)] == [0, 2, 5, 7]
