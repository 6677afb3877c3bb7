"""Terms of an offer in whatever words: money, tokens, per cent off.

What comes in: sentences of a text that is known to tell of an offer. What goes out: kinds with bare amounts. Read on any other text
these patterns would find prices and growth rates, so only the reconciler asks them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from monitor.model import OfferKind
from monitor.understand.dates.expression import HAN, number

_WORDS = {
    10**3: "k thousand mil tausend 千", 10**4: "万 만", 10**6: "m million millions millionen millones 百万 백만", 10**7: "千万 천만",
    10**8: "亿 億 억", 10**9: "bn billion",
}  # fmt: skip
_SCALES = {word: scale for scale, words in _WORDS.items() for word in words.split()}
_SCALE = "|".join(sorted((re.escape(word) + (r"\b" if word.isascii() else "") for word in _SCALES), key=len, reverse=True))
_FIGURE = rf"(?:(?<![\d,.])\d[\d,.]{{0,14}}(?<![,.])(?!\d)|[{HAN}]{{1,8}}?)"
"""A number in digits or Chinese numerals; bounded, for a page may hold a million digits."""
_N = rf"(?P<n>{_FIGURE})\s*(?P<s>{_SCALE})?"
_SIGN = r"(?:US\$|USD|R\$|EUR|GBP|[$€£¥₩])"
_UNIT = r"(?:(?:US |Canadian |Australian )?dollars?|euros?|pounds?|yuan|美元|欧元|人民币|元|块|달러|유로|ドル|ユーロ|円|долл\w*|евро)"
_CREDIT = (
    r"(?:credits?|vouchers?|coupons?|Guthaben|Gutschrift|crédits?|créditos?|额度|代金券|抵用|抵扣券|赠金|点数|点數|額度|代金券"
    r"|크레딧|クレジット|кредит\w*|on us|on the house)"
)


def _money(first: int) -> str:
    """The pattern of an amount of money with groups numbered from `first`; the sign stands before or the unit behind."""
    left, right = (rf"(?P<n{first + i}>{_FIGURE})\s*(?P<s{first + i}>{_SCALE})?" for i in (0, 1))
    return rf"(?:{_SIGN}\s*{left}|{right}\s*-?\s*(?:{_UNIT}))"


_CREDITS = re.compile(rf"{_money(1)}[^.。;；!?]{{0,60}}?{_CREDIT}|{_CREDIT}[^.。;；!?]{{0,40}}?{_money(3)}", re.I)
_TOKENS = re.compile(rf"{_N}\s*(?:个|枚|多)?\s*(?:[\w-]+\s+){{0,3}}?(?:免费|免費)?\s*(?:tokens?|词元|詞元|トークン|토큰|токен\w*)", re.I)
_PERCENT = r"(?:%|per ?cent|percent|pct|Prozent|por ciento|por cento|pour cent|퍼센트|프로|パーセント|процент\w*)"
_OFF = (
    r"(?:off|discount\w*|rebate|reduc\w+|cheaper|less than|below|cut|knock\w*|waive\w*|Nachlass|Rabatt\w*|günstiger|remise|réduction|rabais"
    r"|descuento|rebaja|desconto|할인|깎|인하|割引|引き|скидк\w*)"
)
_CUTS = (
    re.compile(rf"(?P<n>\d{{1,2}})\s*{_PERCENT}[^.。;；!?]{{0,40}}?{_OFF}|{_OFF}[^.。;；!?]{{0,50}}?(?P<m>\d{{1,2}})\s*{_PERCENT}", re.I),
    re.compile(rf"(?:减|減|降|让利|讓利|优惠|優惠|折让|便宜)[^。;；]{{0,12}}?(?:百分之(?P<n>[{HAN}]{{1,3}}|\d{{1,2}})|(?P<m>\d{{1,2}})\s*%)"),
)  # fmt: skip
_TENTHS = re.compile(rf"(?:减|減|降|让利|讓利|优惠|優惠|便宜|省)[^。;；]{{0,8}}?(?P<n>[{HAN}])成(?P<m>[{HAN}])?")
_LEFT = re.compile(rf"(?<![转打骨曲])(?:打|享)?(?P<n>[{HAN}]|\d(?:\.\d)?)折(?![线算扣叠腾磨返])")
_HALF = re.compile(
    r"\bhalf[ -]price|\bhalf off|\bhalf (?:the|of the|for the|its) |\b(?:one )?half for\b|zum halben Preis|moitié prix|mitad de precio"
    r"|metade do preço|半价|半價|半額|반값|вдвое дешевле",
    re.I,
)


def terms(sentence: str) -> Iterator[tuple[OfferKind, str]]:
    """Each offer's kind and bare amount: tokens, money, or per cent off."""
    for hit in _TOKENS.finditer(sentence):
        if amount := _amount(hit["n"], hit["s"]):
            yield "free_tokens", amount
    for hit in _CREDITS.finditer(sentence):
        group = next(i for i in range(1, 5) if hit[f"n{i}"])
        if amount := _amount(hit[f"n{group}"], hit[f"s{group}"]):
            yield "free_credits", amount
    for pattern in _CUTS:
        for hit in pattern.finditer(sentence):
            if amount := _amount(hit["n"] or hit["m"], None):
                yield "price_cut", amount
    for hit in _TENTHS.finditer(sentence):
        yield "price_cut", str(number(hit["n"]) * 10 + (number(hit["m"]) if hit["m"] else 0))
    for hit in _LEFT.finditer(sentence):
        left = Decimal(hit["n"]) if hit["n"].isascii() else Decimal(number(hit["n"]))
        if 0 < left < 10:
            yield "price_cut", f"{100 - 10 * left:f}".removesuffix(".0")
    if _HALF.search(sentence):
        yield "price_cut", "50"


def _amount(digits: str, scale: str | None) -> str | None:
    """A bare number without separators; None for one that is not a number after all."""
    if digits.isascii():
        plain = digits.replace(",", "")
        if plain.count(".") == 1 and len(plain.split(".")[1]) == 3 and not scale:
            plain = plain.replace(".", "")
        if plain.count(".") > 1:
            plain = plain.replace(".", "")
        value = Decimal(plain)
    else:
        value = Decimal(number(digits))
    value *= _SCALES[scale.lower()] if scale else 1
    return f"{value.normalize():f}" if value else None
