"""Date expressions in Chinese, Japanese and Korean.

What comes in: folded text (simplified characters, ASCII digits). What goes out: `Expression`s, possibly overlapping.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from monitor.understand.dates.expression import HAN, Base, Expression, Unit, number

_SCRIPT = re.compile("[年月日号周天曜後后즉\uac00-\ud7af期即立直]")
_N = rf"(?:\d{{1,3}}|[{HAN}]+)"
_D = rf"(?:[0-3]?\d|[{HAN}]{{1,3}})"
_M = rf"(?:[01]?\d|[{HAN}]{{1,2}})"
_YEAR = r"(?:(?P<y>(?:1\d|2[01])\d\d|[〇零一二三四五六七八九]{4})\s*年\s*|(?P<turn>今年|本年|明年|去年|次年|来年|昨年)\s*)?"
_MARK = r"(?:\s*[(（](?:周|星期)?[一二三四五六日天月火水木金土](?:曜日?)?[)）])?"
_TO = r"\s*(?:-|–|—|~|～|至|到|から)+\s*"
_DAY = re.compile(
    rf"(?<![\d第]){_YEAR}(?P<m>{_M})\s*月\s*(?P<d>{_D})\s*[日号]{_MARK}(?:(?P<to>{_TO})(?P<d2>{_D})\s*[日号](?![内后以]){_MARK})?"
)
_BARE_DAY = re.compile(
    rf"(?<![\d.,/:第月年近每约为期满前了个零〇一二三四五六七八九十百千{HAN}])(?P<turn>本月|当月|上月|上个月|下月|下个月"
    rf"|今月|来月|先月)?\s*(?P<d>[12]?\d|3[01]|(?<=月)[{HAN}]{{1,3}})\s*(?P<u>[日号])(?P<next>内|之内|以内|后|之后|以上"
    r"|以后|间|元|游|均|线|常|益|期|门|楼|院|令|文|公告|店|馆|机|车|厅|产|本)?"
)
_KOREAN = re.compile(r"(?:(?P<y>(?:1\d|2[01])\d\d)년\s*|(?P<turn>올해|내년|지난해)\s*)?(?P<m>1[0-2]|0?[1-9])월\s*(?P<d>[0-3]?\d)일")
_KOREAN_BARE = re.compile(r"(?<![\d월])(?P<d>[0-3]?\d)일(?=\s|부터|까지|에|,)(?!\s*(?:이내|내|간|후|동안))")
_KOREAN_WEEKDAY = re.compile(r"(?P<turn>지난주|다음\s?주|이번\s?주)?\s*(?P<w>[월화수목금토일])요일")
_KOREAN_WORD = re.compile(r"오늘|어제|내일")
_WEEKDAY = re.compile(
    r"(?P<turn>上上?|下下?|本|这)?个?(?P<u>周|星期"
    r"|礼拜)(?P<w>[一二三四五六日天])(?![线到至~～\-年个期家人鸣])(?!\s*[、和]\s*周)"
)
_WEEKDAY_SPAN = re.compile(
    r"(?:周|星期)[一二三四五六日天]\s*(?:到|至|~|～|-)\s*(?:周|星期)?[一二三四五六日天]|每(?:个)?(?:周"
    r"|星期)[一二三四五六日天]"
)
_JAPANESE_WEEKDAY = re.compile(r"(?P<turn>先週|来週|今週)?の?(?P<w>[月火水木金土日])曜日?")
_WORD = re.compile(r"(?P<w>今天|今日|昨天|昨日|明天|明日|后天|前天|本日)(?!头条|方舟|资本|俄罗斯|美国)(?P<from>起|开始|から|より)?")
_WORDS = {"昨天": -1, "昨日": -1, "明天": 1, "明日": 1, "后天": 2, "前天": -2}
_NOW = re.compile(
    r"(?:从|自)?即日起|立即(?:生效|停止|下架|执行|实施|施行|封锁|停用|禁止|终止|暂停|中止)|即时生效|即刻(?:生效|起"
    r"|停止|下架)|(?:自|于|从)?(?:公布|发布|印发|公告|签署|颁布|签发)之日起?(?:即)?(?:施行|实施|生效|执行|实行)"
    r"|即日(?:生效|実施|施行)|直ちに(?:発効|施行|停止)|即時(?:発効|停止)|즉시\s?(?:발효|시행|중단|차단)"
)
_MONTH = re.compile(
    rf"(?<![\d第]){_YEAR}(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])\s*月(?P<part>份|初|底|末|中旬|上旬|下旬"
    r"|中|下)?(?![\d日号个])(?!\s*\d+\s*[日号])"
)
_MONTH_TURN = re.compile(r"(?P<turn>上个?月|下个?月|本月|先月|来月|今月|지난달|다음\s?달|이번\s?달)(?!\s*\d|[一二三四五六七八九十])")
_YEAR_ONLY = re.compile(
    r"(?<!\d)(?P<y>(?:19|20)\d\d)年(?!\s*\d|度|代|[一二三四五六七八九十]{1,2}月|版)|(?P<w>去年|前年)(?!\s*\d"
    r"|[一二三四五六七八九十]{1,2}月)|(?<!\d)(?P<k>(?:19|20)\d\d)년(?!\s*\d)"
)
_SPAN = re.compile(
    r"(?P<base>(?:自|从|于|在)?(?:本)?(?P<what>公布|发布|公告|印发|通知|刊登|刊宪|签署|生效|颁布|决定|收到|送达"
    rf"|[一-龥]{{0,4}})(?:(?:之|当)?日起?(?:的|满)?|后)\s*)?"
    rf"(?P<n>{_N})\s*(?P<u>个?工作日|个?交易日|日|天|周|星期|个月)\s*(?P<when>之?内|以内|之?后|以后)"
)
_SPAN_BARE = re.compile(rf"(?P<base>(?:自|从)?(?:公布|发布|公告|印发)之日起\s*)(?P<n>{_N})\s*(?P<u>日|天)(?=施行|实施|生效)")
_AGO = re.compile(rf"(?P<n>{_N})\s*天前")
_JAPANESE_SPAN = re.compile(r"(?P<n>\d{1,3})日(?:以内|後)|(?P<k>\d{1,3})일\s*(?:이내|내|후|뒤)")

_TURNS = {
    **dict.fromkeys(("去年", "昨年", "上", "上月", "上个月", "先月", "先週", "지난해", "지난주", "지난달"), -1),
    **dict.fromkeys(("今年", "本年", "本", "这", "本月", "当月", "今月", "今週", "올해", "이번 주", "이번주", "이번 달", "이번달"), 0),
    **dict.fromkeys(("明年", "次年", "来年", "下", "下月", "下个月", "来月", "来週", "내년", "다음 주", "다음주", "다음 달", "다음달"), 1),
    "上上": -2,
    "下下": 2,
}


def expressions(text: str) -> Iterator[Expression]:
    """All Chinese, Japanese and Korean date expressions in folded `text`."""
    if _SCRIPT.search(text) is None:
        return
    yield from _days(text)
    yield from _weekdays_and_words(text)
    yield from _months_and_years(text)
    yield from _spans(text)
    for hit in _NOW.finditer(text):
        yield Expression(hit.start(), hit.end(), "now", role="effective")


def _int(word: str | None) -> int | None:
    return number(word) if word else None


def _days(text: str) -> Iterator[Expression]:
    for hit in _DAY.finditer(text):
        turn = _TURNS.get(hit["turn"] or "")
        whole = Expression(hit.start(), hit.end(), "day", _int(hit["y"]), number(hit["m"]), number(hit["d"]), turn=turn)
        if hit["d2"]:
            yield replace(whole, end=hit.start("to"), in_range="first")
            yield replace(whole, start=hit.start("d2"), day=number(hit["d2"]), in_range="last")
        else:
            yield whole
    for hit in _BARE_DAY.finditer(text):
        if not hit["next"] and (hit["u"] == "日" or hit["turn"]):
            yield Expression(hit.start(), hit.end(), "day", day=number(hit["d"]), turn=_TURNS.get(hit["turn"] or ""))
    for hit in _KOREAN.finditer(text):
        turn = _TURNS.get(hit["turn"] or "")
        yield Expression(hit.start(), hit.end(), "day", _int(hit["y"]), int(hit["m"]), int(hit["d"]), turn=turn)
    for hit in _KOREAN_BARE.finditer(text):
        yield Expression(hit.start(), hit.end(), "day", day=int(hit["d"]))


def _weekdays_and_words(text: str) -> Iterator[Expression]:
    for hit in _WEEKDAY_SPAN.finditer(text):
        yield Expression(hit.start(), hit.end(), "void")
    for hit in _WEEKDAY.finditer(text):
        weekday = "一二三四五六日".find(hit["w"].replace("天", "日"))
        yield Expression(hit.start(), hit.end(), "weekday", weekday=weekday, turn=_TURNS.get(hit["turn"] or ""))
    for hit in _JAPANESE_WEEKDAY.finditer(text):
        yield Expression(hit.start(), hit.end(), "weekday", weekday="月火水木金土日".find(hit["w"]), turn=_TURNS.get(hit["turn"] or ""))
    for hit in _KOREAN_WEEKDAY.finditer(text):
        yield Expression(hit.start(), hit.end(), "weekday", weekday="월화수목금토일".find(hit["w"]), turn=_TURNS.get(hit["turn"] or ""))
    for hit in _WORD.finditer(text):
        yield Expression(hit.start(), hit.end("w"), "shift", shift=_WORDS.get(hit["w"], 0), base="publication")
    for hit in _KOREAN_WORD.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift={"어제": -1, "내일": 1}.get(hit[0], 0), base="publication")


def _months_and_years(text: str) -> Iterator[Expression]:
    for hit in _MONTH.finditer(text):
        yield Expression(hit.start(), hit.end(), "month", _int(hit["y"]), number(hit["m"]), turn=_TURNS.get(hit["turn"] or ""))
    for hit in _MONTH_TURN.finditer(text):
        yield Expression(hit.start(), hit.end(), "month", turn=_TURNS.get(hit["turn"], 0))
    for hit in _YEAR_ONLY.finditer(text):
        if hit["w"]:
            yield Expression(hit.start(), hit.end(), "year", turn=-1)
        else:
            yield Expression(hit.start(), hit.end(), "year", int(hit["y"] or hit["k"]))


def _unit(word: str) -> Unit:
    if "工作" in word or "交易" in word:
        return "business day"
    return "month" if "月" in word else "week" if word in {"周", "星期"} else "day"


def _spans(text: str) -> Iterator[Expression]:
    for hit in _SPAN.finditer(text):
        base: Base = (
            "unknown"
            if hit["base"] and not re.search("公布|发布|公告|印发|通知|刊|签署|颁布|决定|命令|裁定|判决|今|即", hit["base"])
            else "act"
        )
        yield Expression(hit.start(), hit.end(), "shift", shift=number(hit["n"]), unit=_unit(hit["u"]), base=base)
    for hit in _SPAN_BARE.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift=number(hit["n"]), base="act")
    for hit in _AGO.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift=-number(hit["n"]), base="publication")
    for hit in _JAPANESE_SPAN.finditer(text):
        yield Expression(hit.start(), hit.end(), "shift", shift=int(hit["n"] or hit["k"]), base="act")
