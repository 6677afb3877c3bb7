"""Dates: what each one is for, in the words around it."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.understand.dates import DateMention, find_dates

PUBLISHED = date(2024, 6, 25)  # a Tuesday
A, E, C, X, B, N = "announced", "effective", "comment", "expiry", "background", "none"


def dates(text: str, lang: str = "en", published: date = PUBLISHED) -> list[DateMention]:
    return find_dates(text, published, lang)


def roles(text: str, lang: str) -> list[tuple[str, str]]:
    """(the words, the role) of each mention."""
    return [(text[m.start : m.end], m.role) for m in dates(text, lang)]


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
    assert roles(text, "en") == expected


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
    assert roles(text, "zh") == expected


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
        pytest.param("It has until January 19 to divest.", date(2024, 4, 24), "2025-01-19", id="deadline nine months ahead"),
        pytest.param("It was sanctioned on January 19.", date(2024, 4, 24), "2024-01-19", id="act three months back"),
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
