"""Terms of an offer in whatever words: money, tokens, per cent off.

What comes in: the sentences of a text. What goes out: `Term`s with bare amounts. On most texts these patterns find prices and growth
rates: whether a term is offered is for the heads to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from monitor.model import OfferKind
from monitor.understand.dates.expression import HAN, number
from monitor.understand.reading import Line

READ = 40
"""Sentences in which terms of an offer are looked for."""
MOST = 24
"""Terms that are looked at in one text."""


@dataclass(frozen=True)
class Term:
    """What may be an offer at [start, end) of the text, in line `line`; the amount is a bare number, or None."""

    line: int
    start: int
    end: int
    kind: OfferKind
    amount: str | None
    until: date | None = None


_GAP = r"\s{0,3}"
"""Bounded like every run in these patterns: a page may hold a million blanks."""
_WORDS = {
    10**3: "k thousand mil tausend 千", 10**4: "万 만", 10**6: "m million millions millionen millones 百万 백만", 10**7: "千万 천만",
    10**8: "亿 億 억", 10**9: "bn billion",
}  # fmt: skip
_SCALES = {word: scale for scale, words in _WORDS.items() for word in words.split()}
_SCALE = "|".join(sorted((re.escape(word) + (r"\b" if word.isascii() else "") for word in _SCALES), key=len, reverse=True))
_GROUPED = (
    r"(?<![\w,.$€£¥-])\d{1,3}(?:[ '’]\d{3}){1,4}"
    r"(?=\s{0,2}(?:€|£|₽|(?:euros?|EUR|CHF|USD|GBP|SEK|NOK|PLN|CZK|francs?|dollars?|Franken|riyals?|dirhams?|tokens?)\b|долл|руб|евро|токен))"
)
"""Digits in groups of three with blanks or apostrophes between them, where the unit stands behind."""
_FIGURE = rf"(?:{_GROUPED}|(?<![\d,.])\d[\d,.]{{0,14}}(?<![,.])(?!\d)|[{HAN}]{{1,4}}[万萬][{HAN}]{{1,4}}|[{HAN}]{{1,8}})"
"""A number in digits or Chinese numerals; bounded, for a page may hold a million digits."""
_N = rf"(?P<n>{_FIGURE}){_GAP}(?P<s>{_SCALE})?"
_SPELLED: dict[str, Decimal | int] = {
    "half a": Decimal("0.5"), "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "a hundred": 100,
    "one hundred": 100, "two hundred": 200, "five hundred": 500,
}  # fmt: skip
_SPELLED_OUT = "|".join(sorted(_SPELLED, key=len, reverse=True))
_CODES = (
    "USD EUR GBP CNY RMB JPY KRW INR BRL ZAR TRY MYR SGD HKD TWD AED SAR NGN KES MXN IDR VND THB PHP CHF SEK NOK DKK PLN CZK HUF ILS PKR"
    " UAH KZT EGP AUD CAD NZD RUB COP CLP ARS"
).replace(" ", "|")
_SIGN = rf"(?:(?:US|HK|NT|S|A|C|R)?\$|[€£¥₩₹₽₺]|\b(?:{_CODES})\b)"
_UNIT = (
    rf"(?:\b(?:{_CODES})\b|\b(?:\w{{1,14}} )?(?:dollars?|euros?|pounds?|yuan|francs?|roubles?|rubles?|rupees?|lira|reais|rand|pesos?"
    r"|ringgit|won|yen|dirhams?|riyals?|naira|shillings?|crowns?|zloty|złotych"
    r"|tenge|baht|hryvnias?|shekels?|dong|rupiah|taka)\b|[€£₩₹₽₺]"
    rf"|(?:(?![{HAN}万萬亿億])[一-鿿]){{0,4}}元"
    r"|人民币|人民幣|港币|新台币|块|塊|英镑|英鎊|卢布|盧布|卢比|盧比|里拉|法郎|比索|泰铢|泰銖|越南盾|兰特|蘭特|里亚尔|令吉|雷亚尔|달러|원|유로"
    r"|ドル|ユーロ|円|долл\w{0,12}|евро|руб\w{0,12})"
)
_CREDIT = (
    r"(?:credit\w{0,12}|vouchers?|coupons?|Guthaben|Gutschrift|Gutschein\w{0,12}|crédits?|créditos?|额度|額度|代金券|抵用|抵扣|赠金|贈金|试用金|試用金|体验金"
    r"|體驗金|消费金|补贴|補貼|点数|點數|推广金|推廣金|流量金|礼金|禮金|红包|紅包|[一-鿿]{0,4}券|크레딧|바우처|クレジット|クーポン|кредит\w{0,12}|ваучер\w{0,12}"
    r"|на счёт|saldo|bons? d'achat|分(?:を差し上げ|を進呈|無料|プレゼント)|on us|on the house|free of charge|set against)"
)


def _money(first: int) -> str:
    """The pattern of an amount of money with groups numbered from `first`; the sign stands before or the unit behind."""
    left, right = (rf"(?P<n{first + i}>{_FIGURE}){_GAP}(?P<s{first + i}>{_SCALE})?" for i in (0, 1))
    return rf"(?:{_SIGN}{_GAP}{left}|{right}{_GAP}-?{_GAP}(?:{_UNIT}))"


_CREDITS = re.compile(rf"{_money(1)}[^.。;；!?]{{0,60}}?{_CREDIT}|{_CREDIT}[^.。;；!?]{{0,40}}?{_money(3)}", re.I)
_OF_TOKENS = r"(?:tokens?|词元|詞元|トークン|토큰|токен\w{0,12})"
_TOKENS = (
    re.compile(rf"{_N}{_GAP}(?:个|枚|多)?{_GAP}(?:[\w-]{{1,24}}\s{{1,3}}){{0,3}}?(?:免费|免費)?{_GAP}{_OF_TOKENS}", re.I),
    re.compile(
        rf"\b(?P<n>{_SPELLED_OUT})\s{{1,3}}(?P<s>thousand|million|billion)\s{{1,3}}(?:[\w-]{{1,24}}\s{{1,3}}){{0,3}}?{_OF_TOKENS}", re.I
    ),
    re.compile(rf"(?:토큰|トークン){_GAP}{_N}", re.I),
)
_LONG = r"(?:days?|weeks?|months?|years?)"
_COUNT = rf"(?:\d{{1,3}}|{_SPELLED_OUT}|twelve)"
_FREE_TIME = re.compile(
    rf"\b{_COUNT}[ -](?:\w{{1,12}} )?{_LONG}(?:['’] use)? (?:free|gratis|on us|on our bill|for nothing"
    r"|without (?:charge|fees?)|at no c(?:harge|ost))\b"
    rf"|\bfree (?:\w{{1,12}} )?{_LONG}\b|\bfree for (?:\w{{1,12}} ){{1,3}}?{_LONG}\b"
    rf"|\b(?:nothing|no fees?|zero|\$0)(?: to pay)? (?:for|until|in) (?:\w{{1,12}} ){{1,3}}?{_LONG}\b"
    rf"|\b(?:first|whole) (?:\w{{1,12}} )?{_LONG} (?:is |are )?(?:free|on us)\b"
    r"|(?:Monate?|Wochen|Jahre?) (?:lang )?(?:kostenlos|gratis|kostenfrei|umsonst)|(?:mois|semaines|ans?) (?:gratuits?|offerts?)"
    r"|(?:meses|mes|semanas|años?|anos?) (?:gratis|grátis|sin coste|sem custo)"
    rf"|[送赠贈][{HAN}\d]{{1,2}}(?:个|個)?(?:月|周|年|天)"
    rf"|(?:首|前|头)[{HAN}\d]{{0,2}}(?:个|個)?(?:月|周|年|季度?)[^。;；，,]{{0,6}}?免[费費]"
    rf"|免[费費](?:使用|试用|試用)?[{HAN}\d]{{1,3}}(?:个|個)?(?:月|周|年|天)"
    r"|\d{1,2} ?(?:か月|ヶ月|カ月|개월|달)(?:間|간)? ?(?:無料|무료)|(?:месяц\w{0,3}|недел\w{0,3}) бесплатно",
    re.I,
)
"""Time that costs nothing: a credit without an amount."""
_PERCENT = r"(?:[%％]|per ?cent(?:age points)?|percent|pct|Prozent|por ciento|por cento|pour cent|퍼센트|프로|パーセント|процент\w{0,12})"
_COUNTED = {
    w: n
    for n, words in {
        5: "five", 10: "ten", 15: "fifteen", 20: "twenty", 25: "twenty-five", 30: "thirty", 33: "thirty-three", 35: "thirty-five",
        40: "forty", 45: "forty-five", 50: "fifty", 55: "fifty-five", 60: "sixty", 65: "sixty-five", 70: "seventy", 75: "seventy-five",
        80: "eighty", 85: "eighty-five", 90: "ninety", 95: "ninety-five",
    }.items()
    for w in (words, words.replace("-", " "))
}  # fmt: skip
_SHARE = rf"(?<![A-Za-z\d.,-])(?:\d{{1,2}}(?:[.,]\d)?|{'|'.join(sorted(_COUNTED, key=len, reverse=True))})"
_OFF = (
    r"(?:\boff\b|discount\w{0,12}|rebate|reduc\w{1,12}|cheaper|less\b|below|under|lower\w{0,12}|cut|knock\w{0,12}|waive\w{0,12}|sav(?:e|ing)\w{0,12}|Nachlass|Rabatt\w{0,12}|günstiger"
    r"|weniger|unter|remise|réduction|rabais|moins|descuento|rebaja|menos|desconto|할인|깎|인하|저렴|割引|引き|オフ|値引|скидк\w{0,12}|дешевле)"
)
_DOWN = r"(?:减|減|降|让利|讓利|优惠|優惠|折让|便宜|下调|下調|立减|直降|省)"
_CUTS = (
    re.compile(
        rf"(?P<n>{_SHARE}){_GAP}{_PERCENT}[^.。;；!?]{{0,40}}?{_OFF}|{_OFF}[^.。;；!?]{{0,50}}?(?P<m>{_SHARE}){_GAP}{_PERCENT}",
        re.I,
    ),
    re.compile(rf"{_DOWN}[^。;；]{{0,12}}?(?:百分之(?P<n>[{HAN}]{{1,3}}|\d{{1,2}}(?!\d))|(?<![\d.,])(?P<m>\d{{1,2}}(?:\.\d)?){_GAP}[%％])"),
    re.compile(rf"(?:百分之(?P<n>[{HAN}]{{1,3}}|\d{{1,2}}(?!\d))|(?<![\d.,])(?P<m>\d{{1,2}}(?:\.\d)?){_GAP}[%％])[^。;；]{{0,8}}?(?:{_DOWN}|折扣)"),
)  # fmt: skip
_FRACTIONS = {"half": "50", "a third": "33", "one third": "33", "a quarter": "25", "one quarter": "25", "a fifth": "20", "one fifth": "20",
    "a tenth": "10", "one tenth": "10", "two fifths": "40", "two thirds": "66", "three quarters": "75", "四分之一": "25", "三分之一": "33",
    "五分之一": "20", "一半": "50"}  # fmt: skip
_FRACTION = re.compile(
    rf"\b(?P<f>(?:a|one|two|three)[ -](?:third|quarter|fifth|tenth)s?)\b[^.。;；!?]{{0,40}}?{_OFF}"
    rf"|{_OFF}[^.。;；!?]{{0,40}}?\b(?P<g>(?:a|one|two|three)[ -](?:third|quarter|fifth|tenth)s?)\b"
    rf"|{_DOWN}[^。;；]{{0,8}}?(?P<h>[一三四五]分之一|一半)",
    re.I,
)
_TENTHS = re.compile(r"(?:减|減|降|让利|讓利|优惠|優惠|便宜|省)[^。;；]{0,8}?(?P<n>[一二两三四五六七八九])成(?P<m>[一二三四五六七八九])?")
_LEFT = re.compile(rf"(?<![转打骨曲\d.])(?:打|享)?(?P<n>[{HAN}]{{1,2}}|\d\d|\d(?:\.\d)?)折(?![线算扣叠腾磨返])")
_HALF = re.compile(
    r"\bhalf[ -]price|\bhalf off|\bhalf (?:the|of the|for the|its|our|list|price) |\b(?:one )?half for\b"
    r"|\b(?:by|at|pays?|paying|costs?) (?:you |them )?(?:one )?half\b|\bhalve[sd]?\b|zum halben Preis|halbiert|hälftig"
    r"|moitié prix|la moitié d"
    r"|mitad de(?:l| la)? (?:precio|tarifa)|la mitad de|metade do preço|pela metade"
    r"|半价|半價|半額|对折|對折|반값|절반|вдвое дешевле|за полцены",
    re.I,
)


def terms_of(lines: Sequence[Line]) -> tuple[Term, ...]:
    """The terms of a text in order: those that rules take for an offer, and any other figure that may be one."""
    found: dict[tuple[int, OfferKind, str | None], Term] = {}
    for line in lines[:READ]:
        rules = [Term(line.index, m.start, m.end, m.kind, m.amount, m.until) for m in line.offers]
        at = line.sentence.start
        figures = [Term(line.index, at + start, at + end, kind, amount) for kind, amount, start, end in terms(line.sentence.text)]
        priced = {term.kind for term in (*rules, *figures) if term.amount}
        for term in (*rules, *figures):
            if term.amount or term.kind not in priced:
                found.setdefault((line.index, term.kind, term.amount), term)
    return tuple(sorted(found.values(), key=lambda term: (term.start, term.kind)))[:MOST]


def terms(sentence: str) -> Iterator[tuple[OfferKind, str | None, int, int]]:
    """Each figure that may be offered: kind, bare amount (tokens, money, per cent off, None for free time), and where it stands."""
    for pattern in _TOKENS:
        for hit in pattern.finditer(sentence):
            if amount := _amount(hit["n"], hit["s"]):
                yield "free_tokens", amount, *hit.span()
    for hit in _FREE_TIME.finditer(sentence):
        yield "free_credits", None, *hit.span()
    for hit in _CREDITS.finditer(sentence):
        group = next(i for i in range(1, 5) if hit[f"n{i}"])
        if amount := _amount(hit[f"n{group}"], hit[f"s{group}"]):
            yield "free_credits", amount, *hit.span()
    for pattern in _CUTS:
        for hit in pattern.finditer(sentence):
            if amount := _amount(hit["n"] or hit["m"], None):
                yield "price_cut", amount, *hit.span()
    yield from _shares_in_words(sentence)


def _shares_in_words(sentence: str) -> Iterator[tuple[OfferKind, str, int, int]]:
    """Cuts told as a fraction, as tenths (成, 折) or as a half."""
    for hit in _FRACTION.finditer(sentence):
        named = (hit["f"] or hit["g"] or hit["h"]).lower().replace("-", " ")
        if amount := _FRACTIONS.get(named):
            yield "price_cut", amount, *hit.span()
    for hit in _TENTHS.finditer(sentence):
        yield "price_cut", str(number(hit["n"]) * 10 + (number(hit["m"]) if hit["m"] else 0)), *hit.span()
    for hit in _LEFT.finditer(sentence):
        left = Decimal(hit["n"]) if hit["n"].isascii() else Decimal(number(hit["n"]))
        left = left / 10 if left > 10 else left
        if 0 < left < 10:
            yield "price_cut", f"{100 - 10 * left:f}".removesuffix(".0"), *hit.span()
    if half := _HALF.search(sentence):
        yield "price_cut", "50", *half.span()


def _amount(told: str, scale: str | None) -> str | None:
    """A bare number without separators; None for one that is not a number after all."""
    factor = _SCALES.get(scale.lower()) if scale else 1
    value = _value(told, scale) * factor if factor else Decimal(0)
    return f"{value.normalize():f}" if value > 0 else None


def _value(told: str, scale: str | None) -> Decimal:
    """The number in digits, in English words or in Chinese numerals; not above zero when it is none."""
    if not told[:1].isdecimal():
        tens, _, rest = told.replace("萬", "万").partition("万")
        if rest:
            return Decimal(number(tens) * 10_000 + number(rest))
        return Decimal(_COUNTED.get(told.lower()) or _SPELLED.get(told.lower()) or number(told))
    told = re.sub(r"[ '’]", "", told)
    last = max(told.rfind("."), told.rfind(","))
    if last < 0:
        return Decimal(told)
    mark, tail = told[last], told[last + 1 :]
    grouped = told.count(mark) > 1 or (
        len(tail) == 3 and told[:last] != "0" and len({".", ","} & set(told)) == 1 and not (scale and mark == ".")
    )
    whole = told[:last].replace(".", "").replace(",", "")
    return Decimal(whole + tail) if grouped else Decimal(f"{whole}.{tail}")
