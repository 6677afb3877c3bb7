"""The terms an alternative provider offers to those who must move: tokens, credits, a lower price, a migration service.

What comes in: text, its publication day, its language. What goes out: `OfferMention`s whose offsets count in that text.
Whose offer it is, is not decided here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import pairwise

from monitor.model import OfferKind
from monitor.understand.dates import DateMention, find_dates
from monitor.understand.dates.clause import sentence_starts
from monitor.understand.dates.expression import fold, number


@dataclass(frozen=True)
class OfferMention:
    """One offer at [start, end) of the text.

    `amount` is a bare number of tokens or money, per cent off for `price_cut`, None when the text names none.
    """

    start: int
    end: int
    kind: OfferKind
    amount: str | None
    until: date | None


_SCALES = {
    1_000: "k thousand 千 천 mil mille tausend",
    10_000: "万 만",
    1_000_000: "m mn mln million millions millionen millones milhões milioni миллионов миллиона млн 百万 백만",
    10_000_000: "千万 천만",
    100_000_000: "亿 억 億",
    1_000_000_000: "b bn billion billions milliarden миллиардов",
    1_000_000_000_000: "trillion 万亿",
}
_SCALE = {word: scale for scale, words in _SCALES.items() for word in words.split()}
_SCALE_WORDS = "|".join(word + ("(?![a-z])" if word < "一" else "") for word in sorted(_SCALE, key=len, reverse=True))
_UNIT = r"(?:tokens?|トークン|토큰|токен\w*|词元)(?![a-z])"
_FREE_UNIT = (
    r"\s*(?:(?:个|多|的)\s*)*(?:(?!(?:per|cents?|dollars?|euros?|and|to|for|in|than|with"
    rf"|users?)\b)[\w-]+\s+){{0,4}}?(?:[免费赠送专属推理额度调用大模型]*)\s*{_UNIT}"
)
_TOKENS = (
    re.compile(rf"(?<![A-Za-z\d.,$€£¥_-])(?P<n>\d[\d,]*(?:\.\d+)?)[\s-]*(?P<s>{_SCALE_WORDS})?{_FREE_UNIT}", re.I),
    re.compile(rf"(?<![第数上几近过超\d.])(?P<n>[一二三四五六七八九十两]*)(?P<s>[百千]?万|万?亿){_FREE_UNIT}", re.I),
    re.compile(
        r"\b(?P<n>(?:an?|one|two|three|five|ten|twenty|fifty)(?:\s+hundred)?)\s+(?P<s>thousand|million"
        rf"|billion){_FREE_UNIT}",
        re.I,
    ),
)
_LEAST_TOKENS = 1000
"""A smaller number without a scale word is the version of a model: "Ernie 3.5 tokens"."""
_BARE_TOKENS = re.compile(
    rf"\b(?:free|complimentary|bonus|gratis|kostenlose|бесплатн\w+)\s+(?:[\w-]+\s+){{0,2}}?{_UNIT}|(?:免费"
    rf"|赠送)\s*{_UNIT}",
    re.I,
)
_NO_TOKENS_BEFORE = re.compile(
    r"(?:\bper|\bevery|\beach|\bfor|train(?:ed|ing)\s+(?:on|with|using)|context\s+(?:window|length)|window\s+of"
    r"|process\w*|generat\w*|output|input|limit\w*\s+(?:of|to)"
    r"|每|训练|上下文|窗口|处理|支持|长度|高达)[^,，。]{0,16}$",
    re.I,
)
_NO_TOKENS_AFTER = re.compile(
    r"\s*(?:context|window|of\s+(?:text|data|training|context)|in\s+length|long\b|per\s+(?:second|request|minute)"
    r"|的?(?:上下文|窗口|训练|语料|文本|数据|长度)|/|\s*[\d.]+元|(?:cost|for)\s+\$)",
    re.I,
)

_GIVING = re.compile(
    r"\b(?:free|gifts?|giv(?:e|es|ing)|gave|offer\w*|grant\w*|bonus|complimentary|hand(?:s|ed|ing)?\s+out|discount\w*"
    r"|promotion\w*|award\w*|subsid\w+|incentiv\w+|receive|lur\w+|woo\w*|rebates?"
    r"|gratis|gratuit\w*|kostenlos\w*|offr\w+|ofrec\w+|oferec\w+|bietet|бесплатн\w+|предлага\w+)\b|赠|送|免费|优惠|礼"
    r"|提供|获得|派发|领取|补贴|福利|促销|折扣|特惠|无料|無料|무료|할인",
    re.I,
)

_MONEY = (
    r"(?:(?:US|HK|S|A|C)?[$€£¥]\s?(?P<a>\d[\d,]*(?:\.\d+)?)\s?(?P<as>k|m|million|thousand)?\b"
    r"|(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?P<bs>k|million|thousand|百万|千万|万|亿)?\s?(?:dollars|euros?|yuan|RMB|USD|EUR"
    r"|CNY|人民币|美元|元|块))"
)
_VOUCHER = (
    r"(?:credits?|vouchers?|coupons?|guthaben|crédits?|créditos?|кредит\w*|代金券|优惠券|抵扣券|消费券|代金卷|算力券"
    r"|额度|体验金|クーポン|크레딧)"
)
_CREDITS_AFTER = re.compile(
    rf"(?<![A-Za-z\d.,]){_MONEY}(?:\s*(?:in|of|worth\s+of|的|en|de|an"
    rf"|等值)?\s*)(?:[\w-]+\s+){{0,3}}?(?:[免费云算力服务调用接口API无门槛]*)\s*{_VOUCHER}(?!\w|的?(?:上限|限制))",
    re.I,
)
_CREDITS_BEFORE = re.compile(
    r"\b(?:credits?|vouchers?|coupons?)\s+(?:\w+\s+)?(?:worth|of|valued\s+at|totall?ing"
    rf"|up\s+to)\s+(?:up\s+to\s+)?{_MONEY}",
    re.I,
)
_FREE_CREDITS = re.compile(
    r"\b(?:free|complimentary|bonus|promotional|gratis)\s+(?:(?:[\w-]+|trial)\s+){0,2}?(?:credits?|vouchers?"
    r"|coupons?)\b|(?:赠送?|免费|发放|派发|领取)[^，。；,]{0,8}?(?:代金券|优惠券|抵扣券|算力券|额度)|无料クレジット",
    re.I,
)
_OTHER_CREDIT = re.compile(
    r"\b(?:tax|carbon|export|emissions?|course|college|consumer|bank|social|trade|investment"
    r"|credit\s+to)\s+(?:\w+\s+)?$|减税|出口|税",
    re.I,
)

_PERCENT = r"(?P<p>\d{1,3}(?:\.\d+)?)\s?(?:%|per\s?cent|percent|个百分点)"
_CUTS: tuple[re.Pattern[str], ...] = (
    re.compile(
        rf"{_PERCENT}\s+(?:off\b|discount|cheaper|price\s+(?:cut|reduction)|reduction\s+in\s+(?:\w+\s+)?pric"
        r"|lower\s+(?:price|pricing|cost)|rabatt|de\s+(?:réduction|descuento|desconto|remise))",
        re.I,
    ),
    re.compile(
        r"(?:discount|rebate|price\s+(?:cut|reduction)|rabatt|remise|réduction|descuento|desconto|скидк\w+)s?\s+(?:of\s+"
        rf"|von\s+|de\s+|del\s+|в\s+)?(?:up\s+to\s+|as\s+much\s+as\s+|nearly\s+|about\s+)?{_PERCENT}",
        re.I,
    ),
    re.compile(
        r"(?:\b(?:cut|cuts|cutting|slash\w*|reduc\w+|lower(?:s|ed|ing)?|drop(?:s|ped"
        rf"|ping)?)\s+(?:[\w'.-]+\s+){{0,6}}?(?:prices?|pricing|fees?|rates?|tariffs?|costs?)|\b(?:prices?|pricing"
        rf"|fees)\s+(?:[\w'.-]+\s+){{0,6}}?(?:cut|slashed|reduced|lowered|down))"
        rf"\s+(?:[\w'.-]+\s+){{0,6}}?by\s+(?:up\s+to\s+|as\s+much\s+as\s+|nearly\s+|about\s+|a\s+)?{_PERCENT}",
        re.I,
    ),
    re.compile(
        r"(?:降价|价格(?:直接|全线|大幅|最高)?(?:下调|降低|下降|直降|降)(?:了|幅度)?|降幅(?:高?达|最高达?|为|超过?)?|优惠"
        rf"|立减|直降|最高降)(?:幅度)?(?:高?达|超过?|最高|约|近|至多)*\s*{_PERCENT}",
        re.I,
    ),
)
_HALF = re.compile(
    r"\bhalf[-\s]pric(?:e|ed)\b|\b(?:at|for|to)?\s*half\s+(?:the|its|their|of\s+the"
    r"|of\s+its)\s+(?:[\w.'’-]+\s+){0,3}?(?:price|prices|pricing|cost|rate|fee)s?\b|\b(?:halv(?:e|es|ed|ing)"
    r"|cut\w*\s+in\s+half)\s+(?:[\w'.-]+\s+){0,4}?(?:prices?|pricing|fees?|rates?)\b"
    r"|\bprices?\s+(?:[\w'.-]+\s+){0,4}?(?:halved|cut\s+(?:in|by)\s+half)\b|zum\s+halben\s+preis|à\s+moitié\s+prix"
    r"|a\s+mitad\s+de\s+precio|pela\s+metade\s+do\s+preço|вдвое\s+дешевле|半价|半價|对折|價格减半|价格减半|반값",
    re.I,
)
_FOLD_CUT = re.compile(
    r"(?<![第\d.波百])(?P<z>\d(?:\.\d+)?"
    r"|[一二三四五六七八九两][一二三四五六七八九]?)\s*折(?![叠合屏线磨返纸断旧射算腰扇子])"
)
_TECH = re.compile(
    r"\b(?:api|apis|models?|tokens?|cloud|plans?|platforms?|developers?|migrat\w+|switch\w*|replac\w+|subscriptions?"
    r"|llms?|chatbot|software|inference|compute|gpu|customers?\s+(?:of|who|leav)|enterprise|startups?|saas|hosting"
    r"|servers?|code|coding)\b"
    r"|替换|迁移|模型|接口|用户|开发者|云|套餐|算力|平台|搬家|调用|企业|切换|tokens?|API|モデル|모델|модел\w+",
    re.I,
)
_SHOPPING = re.compile(
    r"\b(?:shares?|stocks?|shops?|stores?|shoppers?|retail\w*|shoes|cloth\w+|tickets?|grocer\w+|supermarkets?|oil|gas"
    r"|homes?|houses?|fares?|meals?|sneakers|toys|furniture)\b|股价|股票|超市|商场|门票|机票|房价|油价|服装|鞋",
    re.I,
)

_MIGRATION = re.compile(
    r"(?<!federal )\bmigration\s+(?:services?|plans?|program(?:me)?s?|tool(?:s|kits?|ing)?|help|support|assistance"
    r"|options?|packages?|offers?|schemes?|guides?|guidance|incentives?|path|channel|kit|bonus)\b"
    r"|\b(?:free|smooth|seamless|zero-cost|one-click|painless|easy|simple|no-cost)(?:\s+and\s+\w+)?\s+(?:transition"
    r"|migration|switch(?:ing|over)?|transfer|relocation)\b"
    r"|\b(?:help|assist|guid|support)\w*\s+(?:[\w'.-]+\s+){0,5}?(?:migrat\w+|switch(?:ing)?\b|transition\w*"
    r"|move\s+(?:over|across|off|away|their))"
    r"|\b(?:switch|migrate|move|transition)\s+(?:[\w'.-]+\s+){0,5}?(?:for\s+free|free\s+of\s+charge"
    r"|at\s+no\s+(?:extra\s+)?(?:cost|charge))\b|\b(?:switching|relocation|replacement)\s+(?:plan|program(?:me)?"
    r"|service|package|scheme|bonus)\b"
    r"|\bincentives?\s+to\s+(?:migrate|switch|move)\b|\btraining\s+and\s+consult(?:ing|ation|ancy)(?:\s+services?)?\b|\bimport\s+tools?\b"
    r"|迁移(?:服务|方案|计划|支持|工具包?|通道|专项|礼包|指南|补贴|套餐|扶持|援助|优惠)|搬家(?:计划|服务|方案|礼包"
    r"|专项|通道)?|(?:无缝|平滑|一键|零成本|免费|平稳|快速|轻松)(?:地)?(?:切换|迁移|衔接|对接|过渡|替换|搬家|搬迁)"
    r"|培训(?:与|和|及|以及|、)?(?:技术)?咨询|(?:替换|替代|切换|迁徙|平替|搬迁)(?:计划|方案|服务)|(?:协助|帮助"
    r"|助力)[^，。；]{0,12}(?:迁移|切换|搬家)"
    r"|移行(?:支援|サービス|プラン|ツール)|마이그레이션\s?(?:지원|서비스)|Migrationshilfe|Umzugs(?:service|hilfe)"
    r"|service\s+de\s+migration|servicio\s+de\s+migración|serviço\s+de\s+migração",
    re.I,
)
_SOUGHT = re.compile(r"(?:找不到|寻找|寻求|没有|缺乏|缺少|另觅|另找|另寻|需要|有待)[^，。；]{0,4}$")
"""Words before a way out that nobody offers."""
_PEOPLE = re.compile(r"\b(?:immigra\w+|refugees?|asylum|migrants?|visas?|federal\s+migration|border)\b|移民|难民|公司搬家|物流|家具", re.I)
_OFFER_ENDS = re.compile(
    r"\s*[\"“]?(?:(?:the|this|its|these)\s+)?(?:offers?|promotions?|deal|campaign|discounts?|credits?|tokens?"
    r"|vouchers?|it\s+(?:runs|ends|is\s+valid)|valid)\b|\s*(?:该|此|本次)?(?:活动|优惠|有效期|截止|代金券)",
    re.I,
)


def find_offers(text: str, published: date, lang: str) -> list[OfferMention]:
    """The offers of `text` in order; two firms' numbers in one sentence are two mentions. Offsets count in `text` as given."""
    folded = fold(text)
    starts = sentence_starts(folded)
    found: list[OfferMention] = []
    for begin, end in pairwise(starts):
        found += _in_sentence(folded, begin, min(end, len(folded)))
    if not found:
        return []
    dates = find_dates(text, published, lang)
    return [_with_end(mention, dates, folded, starts) for mention in sorted(found, key=lambda m: m.start)]


def _in_sentence(text: str, begin: int, end: int) -> Iterator[OfferMention]:
    """All offers of one sentence; overlapping readings of one kind count once."""
    taken: dict[OfferKind, bytearray] = {}
    candidates = [*_tokens(text, begin, end), *_credits(text, begin, end), *_price_cuts(text, begin, end), *_migration(text, begin, end)]
    for mention in sorted(candidates, key=lambda m: (m.amount is None, m.start, -m.end)):
        covered = taken.setdefault(mention.kind, bytearray(end - begin))
        span = slice(mention.start - begin, mention.end - begin)
        if 1 not in covered[span]:
            covered[span] = b"\1" * (mention.end - mention.start)
            yield mention


def _tokens(text: str, begin: int, end: int) -> Iterator[OfferMention]:
    if not _GIVING.search(text, begin, end):
        return
    counted = False
    for hit in (found for pattern in _TOKENS for found in pattern.finditer(text, begin, end)):
        near = text[max(begin, hit.start() - 40) : hit.start()]
        given = re.search(r"free|gratis|免费|赠|送", hit[0] + near[-6:], re.I)
        if _NO_TOKENS_AFTER.match(text, hit.end()) or (_NO_TOKENS_BEFORE.search(near) and not given):
            continue
        amount = _amount(hit["n"], hit["s"])
        if amount is not None and (hit["s"] or Decimal(amount) >= _LEAST_TOKENS):
            counted = True
            yield OfferMention(hit.start(), hit.end(), "free_tokens", amount, None)
    if not counted:
        for hit in _BARE_TOKENS.finditer(text, begin, end):
            yield OfferMention(hit.start(), hit.end(), "free_tokens", None, None)


def _amount(digits: str, scale: str | None) -> str | None:
    """A bare number: `1.5`, `亿` → `150000000`; None when it is not positive. No digits at all mean one (百万)."""
    first, _, hundred = digits.lower().partition(" ")
    written = first.replace(",", "") if first[:1].isdigit() else number(first or "one")
    value = Decimal(written)
    product = value * (100 if hundred.strip() else 1) * (_SCALE[scale.lower()] if scale else 1)
    return _plain(product) if product > 0 else None


def _plain(value: Decimal) -> str:
    return str(int(value)) if value == value.to_integral_value() else format(value.normalize(), "f")


def _credits(text: str, begin: int, end: int) -> Iterator[OfferMention]:
    for pattern in (_CREDITS_AFTER, _CREDITS_BEFORE):
        for hit in pattern.finditer(text, begin, end):
            other = _OTHER_CREDIT.search(re.split(r"(?i)credit", hit[0])[0]) or re.match(
                r"\s+(?:cards?|rating|lines?)\b", text[hit.end() : hit.end() + 9]
            )
            if not other:
                yield OfferMention(hit.start(), hit.end(), "free_credits", _amount(hit["a"] or hit["b"], hit["as"] or hit["bs"]), None)
    for hit in _FREE_CREDITS.finditer(text, begin, end):
        if not _OTHER_CREDIT.search(hit[0]) and not re.match(
            r"\s+(?:cards?|rating|reports?|scores?|checks?)\b", text[hit.end() : hit.end() + 9]
        ):
            yield OfferMention(hit.start(), hit.end(), "free_credits", None, None)


def _price_cuts(text: str, begin: int, end: int) -> Iterator[OfferMention]:
    if not _TECH.search(text, begin, end) or _SHOPPING.search(text, begin, end):
        return
    for pattern in _CUTS:
        for hit in pattern.finditer(text, begin, end):
            if 0 < Decimal(hit["p"]) <= 100:
                yield OfferMention(hit.start(), hit.end(), "price_cut", _plain(Decimal(hit["p"])), None)
    for hit in _HALF.finditer(text, begin, end):
        yield OfferMention(hit.start(), hit.end(), "price_cut", "50", None)
    for hit in _FOLD_CUT.finditer(text, begin, end):
        if (off := _fold_off(hit["z"])) is not None:
            yield OfferMention(hit.start(), hit.end(), "price_cut", off, None)


def _fold_off(digits: str) -> str | None:
    """Per cent off for a Chinese 折, which names what is left: 8 → 20, 七五 → 25."""
    if digits[0].isdigit() and digits.isascii():
        left = Decimal(digits) * 10
    else:
        values = [number(character) for character in digits]
        left = Decimal(values[0] * 10 + (values[1] if len(values) > 1 else 0))
    return _plain(100 - left) if 0 < left < 100 else None


def _migration(text: str, begin: int, end: int) -> Iterator[OfferMention]:
    if _PEOPLE.search(text, begin, end):
        return
    for hit in _MIGRATION.finditer(text, begin, end):
        if _SOUGHT.search(text, max(begin, hit.start() - 12), hit.start()):
            continue
        yield OfferMention(hit.start(), hit.end(), "migration_service", None, None)


def _with_end(mention: OfferMention, dates: list[DateMention], text: str, starts: list[int]) -> OfferMention:
    """The mention with the day its offer ends, when its sentence or a following sentence about the offer says so."""
    at = bisect_right(starts, mention.start) - 1
    last = starts[at + 1]
    if at + 2 < len(starts) and _OFFER_ENDS.match(text, last):
        last = starts[at + 2]
    ends = [d.day for d in dates if d.role == "expiry" and d.day is not None and starts[at] <= d.start < last]
    return OfferMention(mention.start, mention.end, mention.kind, mention.amount, ends[0] if ends else None)
