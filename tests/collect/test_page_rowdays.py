"""The day of news on a page: told by a list of news only, never guessed."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.collect.document import clean_text
from monitor.collect.page.diff import change
from monitor.collect.page.rowdays import news_day
from tests.collect.pages import COUNTRIES, NEWS, entry, html, known, news, rows

LATEST = date(2024, 6, 26)


def day_of(before: str, after: str) -> date | None:
    one, other = (clean_text(entry(page).html) for page in (before, after))
    told = change(one, other)
    assert told is not None
    return news_day(told, other, LATEST)


def listed(*days: str, form: str = "{day} · Note {n}") -> str:
    """A list of news with these days, newest first."""
    return html(rows(form.format(day=day, n=len(days) - at) for at, day in enumerate(days)))


OLD = ("June 3, 2024", "May 28, 2024")
GIVEN = {
    "month by name": (("June 20, 2024", *OLD), OLD, date(2024, 6, 20)),
    "two rows, the newer one": (("June 24, 2024", "June 20, 2024", *OLD), OLD, date(2024, 6, 24)),
    "weekday and ordinal": (("Thursday, 20th June 2024", *OLD), OLD, date(2024, 6, 20)),
    "Chinese": (("2024年6月20日", "2024年6月3日", "2024年5月8日"), ("2024年6月3日", "2024年5月8日"), date(2024, 6, 20)),
    "month first, as the order tells": (("06/05/2024", "06/01/2024", "05/28/2024"), ("06/01/2024", "05/28/2024"), date(2024, 6, 5)),
    "day first, as the order tells": (("05/06/2024", "01/06/2024", "28/05/2024"), ("01/06/2024", "28/05/2024"), date(2024, 6, 5)),
    "figures that may be either": (("03/02/2024", "02/02/2024", "01/02/2024"), ("02/02/2024", "01/02/2024"), None),
    "no order": (("June 1, 2024", *OLD), OLD, None),
    "too few rows to be a list of news": (("June 20, 2024", "June 3, 2024"), ("June 3, 2024",), None),
    "a day to come": (("July 20, 2024", *OLD), OLD, None),
    "no day of the calendar": (("June 31, 2024", *OLD), OLD, None),
    "two days in a row": (("June 20, 2024 · June 1, 2024", *OLD), OLD, None),
}


@pytest.mark.parametrize("case", GIVEN)
def test_the_day_of_news_is_the_one_its_list_tells(case: str) -> None:
    after, before, expected = GIVEN[case]
    assert day_of(listed(*before), listed(*after)) == expected


def test_a_day_within_a_row_is_not_the_day_of_the_row() -> None:
    form = "Note {n} on the order of January 5, 2021 · {day} - Notices"
    assert day_of(listed(*OLD, form=form), listed("June 20, 2024", *OLD, form=form)) == date(2024, 6, 20)


def test_a_table_of_places_with_days_tells_no_day() -> None:
    since = [f"{name} · June {at + 1}, 2023" for at, name in enumerate(COUNTRIES)]
    assert day_of(html(rows(since)), html(rows([*since, "Chad North · June 3, 2023"]))) is None
    assert day_of(html(rows(COUNTRIES)), html(rows([*COUNTRIES, "Zimbabwe"]))) is None


def test_what_changes_beside_the_list_takes_its_day() -> None:
    assert day_of(listed(*OLD), listed("June 20, 2024", *OLD).replace("<ul>", "<p>A new rule binds you.</p><ul>")) is None


def test_a_document_of_news_is_dated_by_its_row() -> None:
    told = known(html(news((("Designations relating to chips", "June 25, 2024"), *NEWS))), known(html(news(NEWS))))
    assert told.published_at is not None
    assert (told.published_at.date(), told.published_raw) == (date(2024, 6, 25), "2024-06-25")
    assert known(html(rows(COUNTRIES[:-1])), known(html(rows(COUNTRIES)))).published_at is None
