"""What a text says about a day, before it is known which day is meant.

What comes in: nothing. What goes out: `Expression`, the number and month words, and `fold`, which keeps every offset.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from typing import Literal

Kind = Literal["day", "weekday", "shift", "now", "month", "year", "void"]
Unit = Literal["day", "business day", "week", "month"]
Base = Literal["", "act", "publication", "unknown"]


@dataclass(frozen=True, slots=True)
class Expression:
    """One date expression at [start, end) of the text; only the fields of its kind are set.

    `void` marks a look-alike (a street, a version) that must not be read again in parts.
    """

    start: int
    end: int
    kind: Kind
    year: int | None = None
    month: int | None = None
    day: int | None = None
    weekday: int | None = None
    turn: int | None = None
    """-1 last, 0 this, +1 next: of the week, month or year; None when the text leaves it open."""
    shift: int = 0
    unit: Unit = "day"
    base: Base = ""
    role: Literal["", "effective", "none"] = ""
    """Set where the expression itself decides ("30 days to comply", "effective immediately")."""
    in_range: Literal["", "first", "last"] = ""


_FULLWIDTH = {0xFEE0 + ord(c): c for c in string.digits + string.ascii_letters}
_TRADITIONAL = dict(
    zip(
        "號週後內個發佈實徵見應將於從開結滿當這禮點兩遲終優動執啟間贈費務轉遷幣額買萬億報訂簽許證參與據關閉過規對國議問稱說達復頒長標則備銷處罰訊電導認審決凍擱緩順為設訴聽辯條約變書現進運營業機構網絡絕緊戶組織領錄產權",
        "号周后内个发布实征见应将于从开结满当这礼点两迟终优动执启间赠费务转迁币额买万亿报订签许证参与据关闭过规对国议问称说达复颁长标则备销处罚讯电导认审决冻搁缓顺为设诉听辩条约变书现进运营业机构网络绝紧户组织领录产权",
        strict=True,
    )
)
_SPACES = dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " ")
_MARKS = {"／": "/", "－": "-", "．": ".", "：": ":", "，": "，", "％": "%", "＄": "$", "’": "'"}
_FOLD = str.maketrans(_TRADITIONAL | _SPACES | _MARKS) | _FULLWIDTH


def fold(text: str) -> str:
    """`text` with full-width digits, traditional characters and odd spaces replaced one for one, so that offsets stay true."""
    return text if text.isascii() else text.translate(_FOLD)


_MONTH_WORDS = {
    1: "january januar jänner janvier enero janeiro gennaio januari января январе stycznia ocak січня",
    2: "february februar février fevrier febrero fevereiro febbraio februari февраля феврале lutego şubat лютого",
    3: "march märz mars marzo março marco maart марта марте marca mart березня",
    4: "april avril abril aprile апреля апреле kwietnia nisan квітня",
    5: "may mai mayo maio maggio mei мая мае maja mayıs травня",
    6: "june juni juin junio junho giugno июня июне czerwca haziran червня",
    7: "july juli juillet julio julho luglio июля июле lipca temmuz липня",
    8: "august août aout agosto augustus agustus августа августе sierpnia ağustos серпня",
    9: "september septembre septiembre setiembre setembro settembre сентября сентябре września eylül вересня",
    10: "october oktober octobre octubre outubro ottobre октября октябре października ekim жовтня",
    11: "november novembre noviembre novembro ноября ноябре listopada kasım листопада",
    12: "december dezember décembre decembre diciembre dezembro dicembre desember декабря декабре grudnia aralık грудня",
}
_SHORT = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS: dict[str, int] = {word: number for number, words in _MONTH_WORDS.items() for word in words.split()}
MONTHS |= {word.lower(): number for number, word in enumerate(_SHORT, 1)} | {"sept": 9}

# "may" and "march" in lower case are verbs; short forms in lower case are other words
_NAMES = "|".join(
    sorted((w for w in MONTHS if (w not in {"may", "march", "mart", "marca"} and len(w) > 3) or w == "mai"), key=len, reverse=True)
)
MONTH = rf"(?:(?i:{_NAMES})\b|May\b|MAY\b|March\b|MARCH\b|mart\b|(?:Sept|SEPT|{'|'.join(_SHORT)}|{'|'.join(_SHORT).upper()})\b\.?)"

_WEEKDAY_WORDS = (
    "monday montag lundi lunes segunda-feira lunedì maandag понедельник senin",
    "tuesday dienstag mardi martes terça-feira martedì dinsdag вторник selasa",
    "wednesday mittwoch mercredi miércoles quarta-feira mercoledì woensdag среду",
    "thursday donnerstag jeudi jueves quinta-feira giovedì donderdag четверг",
    "friday freitag vendredi viernes sexta-feira venerdì vrijdag пятницу",
    "saturday samstag samedi sábado sabato zaterdag субботу",
    "sunday sonntag dimanche domingo domenica zondag воскресенье",
)
WEEKDAYS: dict[str, int] = {word: number for number, words in enumerate(_WEEKDAY_WORDS) for word in words.split()}
WEEKDAY = rf"(?i:{'|'.join(sorted(WEEKDAYS, key=len, reverse=True))})\b"

_NUMBER_WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
NUMBERS: dict[str, int] = {word: n for n, word in enumerate(_NUMBER_WORDS, 1)}
NUMBERS |= {"a": 1, "an": 1, "fourteen": 14, "fifteen": 15, "twenty": 20, "thirty": 30, "forty-five": 45, "sixty": 60, "ninety": 90}
NUMBER = rf"(?:\d{{1,3}}|(?i:{'|'.join(sorted(NUMBERS, key=len, reverse=True))}))"

_HAN = {c: n for n, c in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
HAN = "〇零一二三四五六七八九十百千两"


def number(word: str) -> int:
    """The value of a number in digits, in English words or in Chinese numerals; -1 when it is none."""
    if word.isascii() and word.isdigit():
        return int(word)
    if word.lower() in NUMBERS:
        return NUMBERS[word.lower()]
    if word and re.fullmatch(f"[{HAN}]+", word):
        return _han_number(word)
    return -1


def _han_number(word: str) -> int:
    if not re.search("[十百千]", word):
        return int("".join(str(_HAN[c]) for c in word))
    total, digit = 0, 0
    for character in word:
        if character in "十百千":
            total += (digit or 1) * {"十": 10, "百": 100, "千": 1000}[character]
            digit = 0
        else:
            digit = _HAN[character]
    return total + digit
