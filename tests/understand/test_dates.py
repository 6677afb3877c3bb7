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


def told(text: str, lang: str = "en", published: date = PUBLISHED) -> list[tuple[str, str, str]]:
    """(the words, the day or month, the role) of each mention."""
    return [(text[m.start : m.end], str(m.day or m.month), m.role) for m in dates(text, lang, published)]


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


# ---------------------------------------------------------------- what for
A, E, C, X, B, N = "announced", "effective", "comment", "expiry", "background", "none"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the day it bites, and its opposite
        pytest.param("The block is effective July 9.", [("July 9", E)], id="effective"),
        pytest.param("Access is blocked starting July 9.", [("July 9", E)], id="starting"),
        pytest.param("Access is blocked from July 9.", [("July 9", E)], id="from"),
        pytest.param("A letter from July 9 is being studied.", [("July 9", N)], id="letter from a day is no start"),
        pytest.param("Access is blocked as of July 9.", [("July 9", E)], id="as of"),
        pytest.param("The rule takes effect on July 9.", [("July 9", E)], id="takes effect"),
        pytest.param("The rule took effect on Monday.", [("Monday", E)], id="took effect"),
        pytest.param("The law comes into force on 1 August.", [("1 August", E)], id="comes into force"),
        pytest.param("The law enters into force on 1 August.", [("1 August", E)], id="enters into force"),
        pytest.param("The provider will end service on July 9.", [("July 9", E)], id="will end on"),
        pytest.param("On July 9 the provider will cut off Iran.", [("July 9", E)], id="date before the verb"),
        pytest.param("The Senate will vote on July 9.", [("July 9", N)], id="a vote does not bite"),
        pytest.param("Firms must comply by July 9.", [("July 9", E)], id="must by"),
        pytest.param("The compliance deadline is July 9.", [("July 9", E)], id="deadline is"),
        pytest.param("The July 9 deadline stays.", [("July 9", E)], id="deadline after the date"),
        pytest.param("It has until July 9 to divest.", [("July 9", E)], id="has until to divest"),
        pytest.param("It has until July 9 to respond.", [("July 9", N)], id="has until to respond"),
        pytest.param("Firms must report by July 9.", [("July 9", N)], id="reporting deadline"),
        pytest.param("Customers keep access until July 9.", [("July 9", E)], id="access until"),
        pytest.param("It will not renew subscriptions after July 9.", [("July 9", E)], id="no more after"),
        pytest.param("The rule covers goods shipped after July 9.", [("July 9", N)], id="goods shipped after"),
        pytest.param("It gave firms 30 days to sell.", [("30 days", E)], id="days to sell"),
        pytest.param("It gave the firm 30 days to respond.", [("30 days", N)], id="days to respond"),
        pytest.param("Since June 20 carriers have been throttling it.", [("June 20", E)], id="since a recent day"),
        pytest.param("Since 20 June 2022 carriers have been throttling it.", [("20 June 2022", B)], id="since a day long past"),
        pytest.param("Effective date: July 9, 2024", [("July 9, 2024", E)], id="effective date line"),
        pytest.param("Updated: 2024-06-25 06:54", [("2024-06-25", N)], id="time stamp line"),
        pytest.param("The rule is effective immediately.", [("effective immediately", E)], id="effective immediately"),
        pytest.param("It banned the app with immediate effect.", [("with immediate effect", E)], id="with immediate effect"),
        pytest.param("Analysts do not see an effect immediately.", [], id="no effect immediately"),
        pytest.param("The block applies on July 9 and July 16.", [("July 9", E), ("July 16", E)], id="two days of one verb"),
        pytest.param("The rule is effective July 1 through December 31.", [("July 1", E), ("December 31", N)], id="range"),
        # moved and frozen
        pytest.param("The start was pushed back from July 1 to September 1.", [("July 1", N), ("September 1", E)], id="pushed back"),
        pytest.param("The start was postponed to September 1.", [("September 1", E)], id="postponed to"),
        pytest.param("The ban was delayed until September 1.", [("September 1", E)], id="delayed until"),
        pytest.param("The ministry delayed the ban on Monday.", [("Monday", A)], id="delayed on is the act"),
        pytest.param("The comment period was extended to September 1.", [("September 1", C)], id="extended comments"),
        pytest.param("It scrapped the rule, which had been due to apply from July 15.", [("July 15", N)], id="had been due"),
        pytest.param("A judge blocked the ban that takes effect on July 9.", [("July 9", N)], id="frozen by a judge"),
        pytest.param("A judge blocked the ban on Monday.", [("Monday", A)], id="the day of the ruling"),
        pytest.param("A court froze the order. It was due to take effect on July 9.", [("July 9", N)], id="frozen in the sentence before"),
        pytest.param("The ban is due to take effect on July 9.", [("July 9", E)], id="due without a court"),
        # comments
        pytest.param("Comments are due July 31.", [("July 31", C)], id="comments due"),
        pytest.param("Comments close on July 31.", [("July 31", C)], id="comments close"),
        pytest.param("Comments must be received on or before July 31.", [("July 31", C)], id="comments received before"),
        pytest.param("It will accept comments until July 31.", [("July 31", C)], id="comments until"),
        pytest.param("The public comment period ends July 31.", [("July 31", C)], id="comment period ends"),
        pytest.param("The consultation closes on 31 July.", [("31 July", C)], id="consultation closes"),
        pytest.param("The consultation runs from 1 to 31 July.", [("1", N), ("31 July", C)], id="consultation from to"),
        pytest.param("The consultation opened on Monday.", [("Monday", A)], id="consultation opened"),
        pytest.param("The public has until July 31 to comment.", [("July 31", C)], id="until to comment"),
        pytest.param("It declined to comment on Monday.", [("Monday", N)], id="declined to comment"),
        # acts
        pytest.param("The agency announced the ban on Monday.", [("Monday", A)], id="announced"),
        pytest.param("The agency said Monday it will ban the app.", [("Monday", A)], id="said"),
        pytest.param("The president on Monday signed the bill.", [("Monday", A)], id="signed after the day"),
        pytest.param("On June 21 the Treasury published a draft.", [("June 21", A)], id="published"),
        pytest.param("The rule was issued on June 21, 2024.", [("June 21, 2024", A)], id="issued"),
        pytest.param("Shares fell 5 percent on Monday.", [("Monday", N)], id="market day"),
        pytest.param("The rule, published on June 20, is effective July 9.", [("June 20", A), ("July 9", E)], id="each date its own verb"),
        pytest.param("The compliance date for the annual duty is July 9.", [("July 9", E)], id="compliance date is"),
        pytest.param("As of June 24, the firm had 500 users.", [("June 24", N)], id="counted as of"),
        pytest.param("Comments must be sent by 5 p.m. ET on July 31.", [("July 31", C)], id="clock time between"),
        pytest.param("Requests to speak must arrive by 5 p.m. ET on July 31.", [("July 31", N)], id="clock time and an answer"),
        pytest.param("Decision CBP Dec. 19-02 was extended.", [], id="a number with a month in it"),
        pytest.param("WASHINGTON, June 24 (Reuters) - The agency acted.", [("June 24", N)], id="dateline"),
        pytest.param("A group filed a bill on Monday, which would ban it.", [("Monday", A)], id="bill that would"),
        pytest.param("The agency said on Monday that the ban starts on July 9.", [("Monday", A), ("July 9", E)], id="act and start"),
        # ends of offers and licences
        pytest.param("The offer is valid until July 31.", [("July 31", X)], id="offer until"),
        pytest.param("The free credits are valid through July 31.", [("July 31", X)], id="valid through"),
        pytest.param("The licence expires on July 31.", [("July 31", X)], id="licence expires"),
        pytest.param("Wind-down deals are allowed until July 31.", [("July 31", X)], id="wind-down end"),
        pytest.param("The promotion runs from July 1 to July 31.", [("July 1", N), ("July 31", X)], id="promotion from to"),
        # the story so far
        pytest.param("It was sanctioned in October 2022.", [("October 2022", B)], id="was sanctioned in"),
        pytest.param("The state took the same step in 2022.", [("2022", B)], id="past year"),
        pytest.param("A 50 percent duty will start in 2025.", [], id="coming year"),
        pytest.param("It had banned the app on June 10.", [("June 10", B)], id="had banned"),
        pytest.param("The firm was sanctioned by the EU on June 10.", [("June 10", B)], id="was sanctioned on"),
        pytest.param("The firm was sanctioned by the EU on Monday.", [("Monday", A)], id="was sanctioned yesterday"),
        pytest.param("It announced the plan on July 9, 2023.", [("July 9, 2023", B)], id="announced a year ago"),
    ],
)
def test_the_role(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(words, role) for words, _, role in told(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("自7月9日起停止服务。", [("7月9日", E)], id="自起"),
        pytest.param("从7月9日开始停止服务。", [("7月9日", E)], id="从开始"),
        pytest.param("该规定将于7月9日生效。", [("7月9日", E)], id="生效"),
        pytest.param("本办法自2024年8月1日起施行。", [("2024年8月1日", E)], id="施行"),
        pytest.param("新规7月9日正式实施。", [("7月9日", E)], id="实施"),
        pytest.param("该公司将于7月9日关闭接口。", [("7月9日", E)], id="将于关闭"),
        pytest.param("参议院将于7月9日表决。", [("7月9日", N)], id="表决"),
        pytest.param("企业须在7月9日前完成整改。", [("7月9日", E)], id="须在前"),
        pytest.param("企业须在7月9日前提交报告。", [("7月9日", N)], id="报告期限"),
        pytest.param("即日起停止服务。", [("即日起", E)], id="即日起"),
        pytest.param("该禁令立即生效。", [("立即生效", E)], id="立即生效"),
        pytest.param("本公告自公布之日起实施。", [("自公布之日起实施", E)], id="自公布之日起"),
        pytest.param("商务部6月21日宣布了新规。", [("6月21日", A)], id="宣布"),
        pytest.param("商务部21日发布公告，自7月9日起实施管制。", [("21日", A), ("7月9日", E)], id="发布与起"),
        pytest.param("公开征求意见至7月31日。", [("7月31日", C)], id="征求意见至"),
        pytest.param("意见反馈截止时间为7月31日。", [("7月31日", C)], id="意见截止"),
        pytest.param("公众可在7月31日前提出意见。", [("7月31日", C)], id="前提出意见"),
        pytest.param("征求意见时间为7月1日至7月31日。", [("7月1日", N), ("7月31日", C)], id="征求意见期间"),
        pytest.param("工信部周一公开征求意见。", [("周一", A)], id="征求意见的发布日"),
        pytest.param("生效日期由7月1日推迟至9月1日。", [("7月1日", N), ("9月1日", E)], id="推迟至"),
        pytest.param("原定7月1日生效的关税延期至9月1日。", [("7月1日", N), ("9月1日", E)], id="原定与延期"),
        pytest.param("优惠活动截至7月31日。", [("7月31日", X)], id="优惠截至"),
        pytest.param("代金券有效期至7月31日。", [("7月31日", X)], id="有效期至"),
        pytest.param("该公司2022年10月被制裁。", [("2022年10月", B)], id="过去的月份"),
        pytest.param("2022年该公司被制裁。", [("2022年", B)], id="过去的年份"),
        pytest.param("該公司宣布，將於7月9日終止服務。", [("7月9日", E)], id="繁体"),
        pytest.param("新华社北京6月24日电 商务部发布公告。", [("6月24日", N)], id="电头"),
    ],
)
def test_the_role_in_chinese(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(words, role) for words, _, role in told(text, "zh")] == expected


@pytest.mark.parametrize(
    ("text", "lang", "role"),
    [
        pytest.param("Die Sperre gilt ab dem 9. Juli.", "de", E, id="de from"),
        pytest.param("Die Behörde teilte das am 24. Juni mit.", "de", A, id="de act"),
        pytest.param("L'accès sera bloqué à compter du 9 juillet.", "fr", E, id="fr from"),
        pytest.param("La loi entre en vigueur le 1er août.", "fr", E, id="fr in force"),
        pytest.param("La CNIL a annoncé la décision le 24 juin.", "fr", A, id="fr act"),
        pytest.param("El acceso se bloquea a partir del 9 de julio.", "es", E, id="es from"),
        pytest.param("El gobierno anunció la medida el 24 de junio.", "es", A, id="es act"),
        pytest.param("A lei entra em vigor em 1 de agosto.", "pt", E, id="pt in force"),
        pytest.param("Закон вступает в силу 1 августа.", "ru", E, id="ru in force"),
        pytest.param("Министерство объявило об этом 24 июня.", "ru", A, id="ru act"),
        pytest.param("7月9日から利用できなくなる。", "ja", E, id="ja from"),
        pytest.param("同社は24日に発表した。", "ja", A, id="ja act"),
        pytest.param("委員会は24日、利用の停止を命じたと発表した。", "ja", A, id="ja act at the end"),
        pytest.param("A agência determinou nesta terça-feira a suspensão.", "pt", A, id="pt act"),
        pytest.param("7월 9일부터 차단한다.", "ko", E, id="ko from"),
    ],
)
def test_the_role_in_other_languages(text: str, lang: str, role: str) -> None:
    assert [mention.role for mention in dates(text, lang)] == [role]


@pytest.mark.parametrize(
    ("text", "published", "expected"),
    [
        pytest.param("The ban starts on January 19.", date(2024, 12, 6), "2025-01-19", id="start across the new year"),
        pytest.param("The agency announced it on December 30.", date(2025, 1, 2), "2024-12-30", id="act across the new year"),
        pytest.param("The ban took effect on June 1.", date(2024, 6, 25), "2024-06-01", id="start 24 days back"),
        pytest.param("Comments close on March 1.", date(2024, 12, 20), "2025-03-01", id="comments across the new year"),
        pytest.param("From Thursday the ban applies.", date(2025, 1, 2), "2025-01-02", id="from the weekday of publication"),
        pytest.param("It applies until Feb. 29, so firms must comply by February 29.", date(2024, 1, 5), "2024-02-29", id="leap day"),
    ],
)
def test_the_year_follows_from_the_role(text: str, published: date, expected: str) -> None:
    assert {str(mention.day) for mention in dates(text, published=published)} == {expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("It ordered agencies on Friday to remove the app within 30 days.", "2024-07-21", id="period from the act"),
        pytest.param("It told agencies to remove the app within 30 days.", "2024-07-25", id="period from publication"),
        pytest.param("The ministry issued the ban on Friday. It takes effect immediately.", "2024-06-21", id="at once from the act"),
        pytest.param("The ministry has banned the app. It takes effect immediately.", "2024-06-25", id="at once from publication"),
        pytest.param("The court ruled on Friday, two days before the deadline.", "2024-06-23", id="days before the deadline"),
    ],
)
def test_periods_count_from_the_act_beside_them(text: str, expected: str) -> None:
    assert [str(mention.day) for mention in dates(text) if mention.role == "effective"] == [expected]


def test_the_trigger_names_the_words_that_decided() -> None:
    [mention] = dates("The block is effective July 9.")
    assert mention.trigger == "effective"


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
