"""Dates: which day a text means, and what for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.understand.dates import DateMention, find_dates

PUBLISHED = date(2024, 6, 25)  # a Tuesday


def dates(text: str, lang: str = "en", published: date = PUBLISHED) -> list[DateMention]:
    return find_dates(text, published, lang)


def test_a_further_day_is_no_other_because_it_bears_the_same_name() -> None:
    told = dates("It was banned for staff on September 29, 2017. All sales are banned from September 29.")
    assert told[-1].day == date(2024, 9, 29)


@pytest.mark.parametrize("text", ["Access is restored after seven-month ban.", "It is back after a 7-month suspension."])
def test_what_lasted_until_now_gives_no_day_to_come(text: str) -> None:
    assert dates(text) == []


def test_a_day_told_before_with_its_year_is_that_day_again() -> None:
    told = dates("On October 7, 2022, it made a rule. The October 7 rule is amended, and the October 9 one is not.")
    assert [mention.day for mention in told] == [date(2022, 10, 7), date(2022, 10, 7), date(2024, 10, 9)]


# ---------------------------------------------------------------- which day
@pytest.mark.parametrize(
    ("text", "lang", "day"),
    [
        pytest.param("Access ends on 9 July 2024.", "en", "2024-07-09", id="day month year"),
        pytest.param("Access ends on July 9, 2024.", "en", "2024-07-09", id="month day year"),
        pytest.param("Access ends on July 9th, 2024.", "en", "2024-07-09", id="ordinal"),
        pytest.param("Access ends on the 9th of July 2024.", "en", "2024-07-09", id="ordinal of month"),
        pytest.param("Access ends on Tuesday, July 9.", "en", "2024-07-09", id="weekday and date are one mention"),
        pytest.param("Access ends on Tues. July 9.", "en", "2024-07-09", id="short weekday is no mention of its own"),
        pytest.param("Access ends on 9 Jul 2024.", "en", "2024-07-09", id="short month"),
        pytest.param("Access ends on Sept. 9, 2024.", "en", "2024-09-09", id="short month with a dot"),
        pytest.param("Access ends on JULY 9, 2024.", "en", "2024-07-09", id="capitals"),
        pytest.param("Access ends on 2024-07-09.", "en", "2024-07-09", id="iso"),
        pytest.param("Access ends at 2024-07-09T00:00:00Z.", "en", "2024-07-09", id="iso with a time"),
        pytest.param("Access ends on 2024/07/09.", "en", "2024-07-09", id="year first with slashes"),
        pytest.param("Access ends on 07/19/2024.", "en", "2024-07-19", id="slashes, only month first is possible"),
        pytest.param("Access ends on 19/07/2024.", "en", "2024-07-19", id="slashes, only day first is possible"),
        pytest.param("L'accès prend fin le 09/07/2024.", "fr", "2024-07-09", id="slashes in French are day first"),
        pytest.param("Der Zugang endet am 09.07.2024.", "de", "2024-07-09", id="dots are day first"),
        pytest.param("Access ends July 9 next year.", "en", "2025-07-09", id="next year"),
        pytest.param("Access ends on Friday.", "en", "2024-06-28", id="weekday ahead"),
        pytest.param("The ministry said so on Friday.", "en", "2024-06-21", id="weekday past"),
        pytest.param("The ministry said so on Tuesday.", "en", "2024-06-25", id="weekday of publication"),
        pytest.param("The ban starts next Monday.", "en", "2024-07-01", id="next Monday"),
        pytest.param("The rule was published last Friday.", "en", "2024-06-21", id="last Friday"),
        pytest.param("Access will end tomorrow.", "en", "2024-06-26", id="tomorrow"),
        pytest.param("The ministry announced the ban yesterday.", "en", "2024-06-24", id="yesterday"),
        pytest.param("The ban takes effect today.", "en", "2024-06-25", id="today"),
        pytest.param("Access will end at midnight on Friday.", "en", "2024-06-28", id="midnight on Friday"),
        pytest.param("The rule takes effect in 30 days.", "en", "2024-07-25", id="in 30 days"),
        pytest.param("The rule takes effect in two weeks.", "en", "2024-07-09", id="in two weeks"),
        pytest.param("Firms must comply within 60 days of publication.", "en", "2024-08-24", id="within 60 days of publication"),
        pytest.param("The rule takes effect 30 days after publication.", "en", "2024-07-25", id="30 days after publication"),
        pytest.param("The rule takes effect sixty days after it is published.", "en", "2024-08-24", id="number word"),
        pytest.param("Firms must comply within ten business days.", "en", "2024-07-09", id="business days skip weekends"),
        pytest.param("Firms must comply within six months of publication.", "en", "2024-12-25", id="months after publication"),
        pytest.param("接口将于2024年7月9日停用。", "zh", "2024-07-09", id="zh year month day"),
        pytest.param("接口将于２０２４年７月９日停用。", "zh", "2024-07-09", id="zh full-width digits"),
        pytest.param("接口将于二〇二四年七月九日停用。", "zh", "2024-07-09", id="zh numerals"),
        pytest.param("接口将于7月9号停用。", "zh", "2024-07-09", id="zh month day"),
        pytest.param("接口將於7月9號停用。", "zh", "2024-07-09", id="zh traditional"),
        pytest.param("接口将于明年1月1日停用。", "zh", "2025-01-01", id="zh next year"),
        pytest.param("该公司21日宣布停止服务。", "zh", "2024-06-21", id="zh bare day"),
        pytest.param("该公司28日宣布停止服务。", "zh", "2024-05-28", id="zh bare day of the month before"),
        pytest.param("本月9日宣布停止服务。", "zh", "2024-06-09", id="zh this month's day"),
        pytest.param("自下月1日起停止服务。", "zh", "2024-07-01", id="zh next month's day"),
        pytest.param("商务部周一发布公告。", "zh", "2024-06-24", id="zh weekday past"),
        pytest.param("服务将于下周一停止。", "zh", "2024-07-01", id="zh next Monday"),
        pytest.param("上周五宣布停止服务。", "zh", "2024-06-21", id="zh last Friday"),
        pytest.param("今日起停止服务。", "zh", "2024-06-25", id="zh from today"),
        pytest.param("将于明日停止服务。", "zh", "2024-06-26", id="zh tomorrow"),
        pytest.param("本办法自公布之日起30日后施行。", "zh", "2024-07-25", id="zh 30 days after publication"),
        pytest.param("相关企业须在六十日内完成整改。", "zh", "2024-08-24", id="zh within sixty days"),
        pytest.param("Der Zugang endet am 9. Juli 2024.", "de", "2024-07-09", id="de"),
        pytest.param("L'accès prendra fin le 9 juillet 2024.", "fr", "2024-07-09", id="fr"),
        pytest.param("El acceso terminará el 9 de julio de 2024.", "es", "2024-07-09", id="es"),
        pytest.param("O acesso terminará em 9 de julho de 2024.", "pt", "2024-07-09", id="pt"),
        pytest.param("Доступ закроется 9 июля 2024 года.", "ru", "2024-07-09", id="ru"),
        pytest.param("7月9日から提供を停止する。", "ja", "2024-07-09", id="ja"),
        pytest.param("7월 9일부터 서비스를 중단한다.", "ko", "2024-07-09", id="ko"),
    ],
)
def test_the_day(text: str, lang: str, day: str) -> None:
    assert [str(mention.day) for mention in dates(text, lang)] == [day]


@pytest.mark.parametrize(
    ("text", "month"),
    [
        pytest.param("Last month the company announced the cut-off.", "2024-05", id="last month"),
        pytest.param("The ban will take effect next month.", "2024-07", id="next month"),
        pytest.param("The company announced the cut-off in late May.", "2024-05", id="part of a month"),
        pytest.param("The rule will take effect in September 2024.", "2024-09", id="month and year"),
        pytest.param("The rule will take effect in February.", "2025-02", id="month ahead"),
        pytest.param("It was sanctioned in October 2022.", "2022-10", id="month long past"),
        pytest.param("The ban will be imposed by the end of July.", "2024-07", id="end of a month"),
        pytest.param("该规则将于9月生效。", "2024-09", id="zh month ahead"),
        pytest.param("上个月该公司宣布停止服务。", "2024-05", id="zh last month"),
        pytest.param("该公司5月底宣布停止服务。", "2024-05", id="zh end of May"),
    ],
)
def test_a_month_is_not_a_day(text: str, month: str) -> None:
    assert [(mention.day, mention.month) for mention in dates(text)] == [(None, month)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The office moved to 9 July 1947 Street.", id="street"),
        pytest.param("It ships with version 2024.07.", id="version"),
        pytest.param("It ships with version 2024.07.09 of the tool.", id="version that looks like a day"),
        pytest.param("The model gpt-x-2024-05-13 is affected.", id="model name"),
        pytest.param("See https://example.com/2024/07/09/post for more.", id="url"),
        pytest.param("Support is there 24/7.", id="round the clock"),
        pytest.param("It filed Form 10-K and Form 8-K.", id="form number"),
        pytest.param("Call +86 10 6596 2024 or 555-07-09.", id="phone numbers"),
        pytest.param("The plan costs $9.07 or 12 euros.", id="prices"),
        pytest.param("Article 5 and Section 9 apply.", id="articles"),
        pytest.param("Users may 2 times a day may be refused.", id="may the verb"),
        pytest.param("They march 20 miles and march on.", id="march the verb"),
        pytest.param("May the best model win.", id="may at the beginning"),
        pytest.param("March 3,000 protesters through the city.", id="march of thousands"),
        pytest.param("It is due on 07/09/2024.", id="ambiguous slashes"),
        pytest.param("It ended on 31 February 2024 and on 31/31/2024.", id="no such day"),
        pytest.param("Founded on July 9, 1947, and planned for July 9, 2150.", id="years out of reason"),
        pytest.param("The office is open Monday to Friday.", id="opening hours"),
        pytest.param("Black Friday and Cyber Monday sales; monday.com too.", id="named days"),
        pytest.param("It could come by year-end or at the end of the year.", id="year end"),
        pytest.param("The pause lasts for 75 days.", id="duration"),
        pytest.param("It lost users in the last 30 days.", id="past period"),
        pytest.param("They must answer within 30 days of receiving the parcel.", id="counted from a day nobody told"),
        pytest.param("根据第9条和第七十二号令。", id="zh article"),
        pytest.param("营业时间为周一至周五。", id="zh opening hours"),
        pytest.param("为期30日，共6个月。", id="zh durations"),
        pytest.param("今日头条和明日方舟很受欢迎。", id="zh names with day words"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_only_looks_like_a_date(text: str) -> None:
    assert dates(text) == []


# ---------------------------------------------------------------- properties
FORMATS: dict[str, Callable[[date], str]] = {
    "iso": lambda d: d.isoformat(),
    "day month year": lambda d: f"{d.day} {d:%B} {d.year}",
    "month day year": lambda d: f"{d:%B} {d.day}, {d.year}",
    "short month": lambda d: f"{d:%b}. {d.day}, {d.year}" if d.month != 5 else f"May {d.day}, {d.year}",
    "weekday first": lambda d: f"{d:%A}, {d:%B} {d.day}, {d.year}",
    "dots": lambda d: f"{d.day:02d}.{d.month:02d}.{d.year}",
    "slashes": lambda d: f"{d.year}/{d.month}/{d.day}",
    "Chinese": lambda d: f"{d.year}年{d.month}月{d.day}日",
    "Chinese with spaces": lambda d: f"{d.year} 年 {d.month} 月 {d.day} 日",
    "full-width": lambda d: f"{d.year}年{d.month}月{d.day}日".translate({48 + n: 0xFF10 + n for n in range(10)}),
    "Korean": lambda d: f"{d.year}년 {d.month}월 {d.day}일",
}
SANE = st.dates(date(1990, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize("form", FORMATS)
@given(day=SANE, published=SANE)
@settings(max_examples=60, deadline=None)
def test_a_written_day_is_read_back(form: str, day: date, published: date) -> None:
    written = FORMATS[form](day)
    text = f"It says {written} here."
    [mention] = find_dates(text, published, "en")
    assert mention.day == day
    assert text[mention.start : mention.end] == written


@given(published=SANE, away=st.integers(-45, 319))
@settings(max_examples=100, deadline=None)
def test_a_start_without_a_year_is_found_near_publication(published: date, away: int) -> None:
    day = published + timedelta(days=away)
    if day.year > 2100:
        return
    if (day.month, day.day) == (2, 29):
        return  # without a year it may be no day of the year tried
    [mention] = find_dates(f"The rule is effective {day:%B} {day.day}.", published, "en")
    assert (mention.role, mention.day) == ("effective", day)


WORDS = st.sampled_from(
    [
        "July",
        "9",
        "2024",
        "7月9日",
        "自",
        "起",
        "until",
        "至",
        "on",
        "in",
        "within",
        "30",
        "days",
        "of",
        "publication",
        "Monday",
        "next",
        "下周一",
        ",",
        ".",
        "。",
        "\n",
        "effective",
        "5",
        "12/31/2024",
        "一二三",
        "May",
        "the",
        "9th",
        "９",
        "年",
        "月",
        "日",
        "10日内",
        "İ",
        "ß",
    ]
)
TEXTS = st.one_of(st.text(max_size=120), st.lists(WORDS, max_size=30).map(" ".join), st.lists(WORDS, max_size=30).map("".join))


@given(text=TEXTS, published=SANE, lang=st.sampled_from(["en", "zh", "de", "und", ""]))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_ordered_sane_mentions(text: str, published: date, lang: str) -> None:
    mentions = find_dates(text, published, lang)
    assert mentions == find_dates(text, published, lang)
    at = 0
    for mention in mentions:
        assert at <= mention.start < mention.end <= len(text)
        assert mention.day is None or 1990 <= mention.day.year <= 2100
        assert mention.month is None or 1990 <= int(mention.month[:4]) <= 2100
        assert mention.day is None or mention.month is None
        assert mention.day is not None or mention.month is not None or mention.role == "background"
        at = mention.end
