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
    look = next(iter(TAGGER.look([r for r in read_records([json.dumps(row)]) if not hasattr(r, "error")])))  # type: ignore[misc]
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
    ],
)
def test_a_day_that_is_meant_is_among_those_found(body: str, expected: str, source: str | None) -> None:
    found = [d for d in days(body) if d.day == date.fromisoformat(expected)]
    assert found, days(body)
    assert source is None or source in {d.source for d in found}


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
