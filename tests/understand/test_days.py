"""Every day a text may mean: the readings that heads choose from."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalog import load_catalog
from monitor.understand.learned.days import MOST, Day, days_of
from monitor.understand.reading import Reading
from monitor.understand.tag import Tagger, read_records

TAGGER = Tagger(load_catalog(), None)


def reading(body: str, published: str = "2024-06-25", lang: str = "en") -> Reading:
    """What rules read of a text that passes the gate."""
    row = {"id": "x", "title": "OpenAI to block users in China", "body": body, "published": published, "lang": lang}
    look = next(iter(TAGGER.look([r for r in read_records([json.dumps(row)]) if not hasattr(r, "error")])))
    assert look.reading
    return look.reading


def days(body: str, published: str = "2024-06-25", lang: str = "en") -> list[Day]:
    """The days of a text."""
    return list(days_of(reading(body, published, lang)))


@pytest.mark.parametrize(
    ("body", "expected", "source"),
    [
        ("The block starts from midnight on Monday.", "2024-07-01", None),
        ("From 01/10/2024 zones are no longer served.", "2024-01-10", "other"),
        ("From 01/10/2024 zones are no longer served.", "2024-10-01", "other"),
        ("It was published on 24 June and applies within 60 days of publication.", "2024-08-23", "counted"),
        ("We comply in 30 days from this mail.", "2024-07-25", None),
        ("A Anthropic avisou que o acesso termina daqui a 15 dias.", "2024-07-10", "counted"),
        ("本规定自公布之日起三十日内施行，今日公布。", "2024-07-25", None),
        ("사용자는 오늘부터 30일 후 접속할 수 없습니다.", "2024-07-25", None),
        ("Agencies must remove it by the end of the year.", "2024-12-31", "edge"),
        ("年底前全部停用。", "2024-12-31", "edge"),
        ("Sales may go on until the end of the third quarter.", "2024-09-30", "edge"),
        ("Announced on 4 June, effective on the 28th.", "2024-06-28", "edge"),
        ("From the first day of July no consignment shall leave.", "2024-07-01", "edge"),
        ("The ban ends at the end of September.", "2024-09-30", "edge"),
        ("7/9 起停止服務。", "2024-07-09", "edge"),
        ("It must be gone by the end of 2025.", "2025-12-31", "edge"),
        ("At the End of September it stops.", "2024-09-30", "edge"),
        ("2025年第一季度末前完成。", "2025-03-31", "edge"),
        ("Firms must comply within 30 days of June 3, 2024.", "2024-07-03", "counted"),
        ("Firms must comply within 30 days of 3 June 2024 or leave.", "2024-07-03", "counted"),
        ("The letter came two weeks ago.", "2024-06-11", "counted"),
    ],
)
def test_a_day_that_is_meant_is_among_those_found(body: str, expected: str, source: str | None) -> None:
    found = [d for d in days(body) if d.day == date.fromisoformat(expected)]
    assert found, days(body)
    assert source is None or source in {d.source for d in found}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("三年内完成改造。", "2024-12-31"),
        ("去年底已经停用。", "2024-12-31"),
        ("2月末完成。", "2024-06-30"),
        ("within thirty days of publication", "2024-08-24"),
        ("Support is there 24/7.", "2024-07-24"),
        ("The letter came two weeks ago.", "2024-07-09"),
        ("From 30/02/2024 on.", "2024-03-01"),
    ],
)
def test_a_day_that_is_not_meant_is_not_among_them(body: str, wrong: str) -> None:
    assert date.fromisoformat(wrong) not in {d.day for d in days(body)}


@pytest.mark.parametrize("word", ["aprıl", "APRİL", "fırst quarter"])
def test_letters_that_only_look_like_a_month_are_none(word: str) -> None:
    assert all(d.day.month != 4 for d in days(f"until the end of {word}"))


def test_many_periods_do_not_push_out_what_rules_read() -> None:
    found = days("the 27 member states met. " * 40 + "The ban takes effect on June 1, 2025.")
    assert date(2025, 6, 1) in {d.day for d in found}


def test_a_weekday_has_both_weeks() -> None:
    found = {d.day for d in days("The order bites on Thursday.")}
    assert {date(2024, 6, 20), date(2024, 6, 27)} <= found


def test_next_monday_has_one_week() -> None:
    assert {d.day for d in days("The order bites next Monday.")} == {date(2024, 7, 1)}


def test_what_rules_read_comes_first_and_once() -> None:
    found = days("OpenAI will block the API from 9 July 2024.")
    assert [(d.day, d.source) for d in found] == [(date(2024, 7, 9), "told")]


def test_a_text_without_dates_has_none() -> None:
    assert days("OpenAI will block the API. Version 3.5 of the model costs 20 per cent less.") == []


@given(st.text(alphabet="0123456789/.-年月日 daysin within the of end quarter Monday周一底", max_size=200))
def test_any_text_gives_bounded_days_that_lie_in_it(body: str) -> None:
    text = reading(body)
    found = days_of(text)
    assert len(found) <= MOST
    assert all(0 <= d.start < d.end <= len(text.text.norm) for d in found)
    assert len({(d.start, d.day) for d in found}) == len(found)


@pytest.mark.parametrize("body", ["Firms must comply within 30 days of June 3, 2024.", "It bites 30 days after 3 June 2024, they said."])
def test_rules_do_not_count_from_publication_what_counts_from_a_day_of_the_text(body: str) -> None:
    assert date(2024, 7, 25) not in {d.day for d in days(body) if d.source == "told"}
