"""Offers: what an alternative provider promises to those who must move."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.understand.offers import find_offers

PUBLISHED = date(2024, 7, 25)
TOKENS, CREDITS, CUT, MIGRATION = "free_tokens", "free_credits", "price_cut", "migration_service"


def told(text: str, lang: str = "en") -> list[tuple[str, str | None]]:
    return [(offer.kind, offer.amount) for offer in find_offers(text, PUBLISHED, lang)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        pytest.param("It gives away 50 million free tokens.", "50000000", id="million"),
        pytest.param("It offers 22M tokens to newcomers.", "22000000", id="M"),
        pytest.param("It offers 1.5 billion free API tokens.", "1500000000", id="billion with a fraction"),
        pytest.param("It offers 500k tokens as a gift.", "500000", id="k"),
        pytest.param("It hands out 20,000,000 tokens for free.", "20000000", id="written out"),
        pytest.param("One hundred million free tokens await each developer.", "100000000", id="in words"),
        pytest.param("Newcomers receive a million free tokens.", "1000000", id="a million"),
        pytest.param("It is offering free tokens to developers.", None, id="no number"),
        pytest.param("新用户免费领取5000万tokens。", "50000000", id="zh 万"),
        pytest.param("向开发者赠送1.5亿 token。", "150000000", id="zh 亿 with a fraction"),
        pytest.param("注册即送1 亿 Tokens。", "100000000", id="zh spaces"),
        pytest.param("注册即送百万tokens。", "1000000", id="zh 百万"),
        pytest.param("免费赠送五千万词元。", "50000000", id="zh numerals"),
        pytest.param("提供2200万免费tokens。", "22000000", id="zh free after the number"),
        pytest.param("赠送旗舰模型５０００万Ｔｏｋｅｎｓ。", "50000000", id="zh full-width digits"),
        pytest.param("註冊即贈5000萬tokens。", "50000000", id="zh traditional"),
        pytest.param("50 Millionen kostenlose Token für Entwickler.", "50000000", id="de"),
        pytest.param("50 millions de tokens gratuits.", "50000000", id="fr"),
        pytest.param("5000万トークンを無料で提供。", "50000000", id="ja"),
    ],
)
def test_free_tokens(text: str, amount: str | None) -> None:
    assert told(text) == [(TOKENS, amount)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        pytest.param("Teams that switch get $1,000 in credits.", "1000", id="dollars in credits"),
        pytest.param("It offers up to $500 of API credits.", "500", id="up to"),
        pytest.param("It offers credits worth $2,500.", "2500", id="credits worth"),
        pytest.param("It offers credits worth up to €10k.", "10000", id="thousands of euros"),
        pytest.param("It is offering free credits to public bodies.", None, id="no number"),
        pytest.param("新用户可领取100元代金券。", "100", id="zh voucher"),
        pytest.param("赠送价值1万元的算力券。", "10000", id="zh compute voucher"),
        pytest.param("为迁移用户提供免费额度。", None, id="zh free quota"),
    ],
)
def test_free_credits(text: str, amount: str | None) -> None:
    assert told(text) == [(CREDITS, amount)]


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        pytest.param("Users of the API pay half price.", "50", id="half price"),
        pytest.param("A half-price plan for developers was announced.", "50", id="half-price"),
        pytest.param("Its models come at half the price.", "50", id="at half the price"),
        pytest.param("Startups get 30% off the API.", "30", id="per cent off"),
        pytest.param("Startups get a 30 percent discount on cloud hosting.", "30", id="per cent discount"),
        pytest.param("It grants a discount of up to 40% to teams that migrate.", "40", id="discount of"),
        pytest.param("It cut API prices by up to 75 percent.", "75", id="cut prices by"),
        pytest.param("模型接口全线半价。", "50", id="zh half price"),
        pytest.param("模型接口五折优惠。", "50", id="zh five tenths"),
        pytest.param("模型接口5折优惠。", "50", id="zh 5 tenths"),
        pytest.param("套餐打8折。", "20", id="zh eight tenths are twenty off"),
        pytest.param("套餐七五折。", "25", id="zh three quarters"),
        pytest.param("套餐打8.5折。", "15", id="zh a fraction"),
        pytest.param("大模型降价90%。", "90", id="zh price cut"),
        pytest.param("接口价格下调了60%。", "60", id="zh price lowered"),
    ],
)
def test_price_cuts(text: str, amount: str) -> None:
    assert told(text) == [(CUT, amount)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("It launched a migration service for developers.", id="service"),
        pytest.param("It announced a migration plan for API users.", id="plan"),
        pytest.param("It will help developers to migrate.", id="help"),
        pytest.param("Developers can switch their apps for free.", id="switch for free"),
        pytest.param("It promises a smooth and free transition to its model.", id="transition"),
        pytest.param("The programme comes with training and consulting.", id="training and consulting"),
        pytest.param("提供专属迁移服务。", id="zh service"),
        pytest.param("推出特别搬家计划。", id="zh moving"),
        pytest.param("开发者可无缝切换至其模型。", id="zh seamless"),
        pytest.param("为客户提供培训与咨询。", id="zh training and consulting"),
    ],
)
def test_migration_services(text: str) -> None:
    assert told(text) == [(MIGRATION, None)]


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("The model has a context window of 128k tokens and is free.", id="context window"),
        pytest.param("The free model takes 128k tokens of context.", id="context after the number"),
        pytest.param("The free model was trained on 3 trillion tokens.", id="training data"),
        pytest.param("Prices start at 25 cents per million input tokens, it offers more.", id="price list"),
        pytest.param("The offer costs $3 per 1M tokens.", id="price per million"),
        pytest.param("It served 50 million tokens.", id="no offer word"),
        pytest.param("About 50% of users left the platform.", id="share of users"),
        pytest.param("Shares of the cloud firm fell 5 %.", id="shares"),
        pytest.param("A cloud firm's shares were cut in half price terms, 50% off the peak.", id="share price off its peak"),
        pytest.param("Winter sales bring half price in shops.", id="shop sales"),
        pytest.param("Get 50% off shoes and clothes on our platform.", id="retail"),
        pytest.param("A $500 tax credit helps software firms.", id="tax credit"),
        pytest.param("It offers a free credit card and a credit rating.", id="credit card"),
        pytest.param("Migration policy and refugees divide the union; the Migration Service helps.", id="people who migrate"),
        pytest.param("三折叠手机上市，模型升级。", id="zh folding phone"),
        pytest.param("模型发布一波三折。", id="zh idiom"),
        pytest.param("上下文窗口达128k tokens，免费使用。", id="zh context window"),
        pytest.param("用3万亿tokens训练，免费开放。", id="zh training data"),
        pytest.param("输入价格为每百万tokens 0.5元，有优惠。", id="zh price list"),
        pytest.param("商场全场半价。", id="zh shop sales"),
        pytest.param("", id="nothing"),
    ],
)
def test_what_is_no_offer(text: str) -> None:
    assert told(text) == []


def test_two_firms_in_one_sentence_are_two_mentions() -> None:
    text = "Acorn gives 50 million free tokens and Birch 22 million tokens."
    offers = find_offers(text, PUBLISHED, "en")
    assert [(text[o.start : o.end], o.amount) for o in offers] == [
        ("50 million free tokens", "50000000"),
        ("22 million tokens", "22000000"),
    ]


@pytest.mark.parametrize(
    ("text", "until"),
    [
        pytest.param("It offers 5 million free tokens until August 31.", date(2024, 8, 31), id="until"),
        pytest.param("It offers 5 million free tokens, valid through Aug 31, 2024.", date(2024, 8, 31), id="valid through"),
        pytest.param("It offers 30% off its API. The offer runs until August 31.", date(2024, 8, 31), id="in the next sentence"),
        pytest.param("It offers 5 million free tokens. Access ends on August 31.", None, id="another date in the next sentence"),
        pytest.param("On July 24 it offered 5 million free tokens.", None, id="the day of the announcement"),
        pytest.param("赠送5000万tokens，活动截至8月31日。", date(2024, 8, 31), id="zh until"),
        pytest.param("赠送5000万tokens，有效期至8月31日。", date(2024, 8, 31), id="zh valid to"),
    ],
)
def test_the_end_of_an_offer(text: str, until: date | None) -> None:
    assert [offer.until for offer in find_offers(text, PUBLISHED, "en")] == [until]


WORDS = st.sampled_from(
    [
        "free",
        "免费",
        "赠",
        "50",
        "5000",
        "万",
        "亿",
        "百万",
        "million",
        "M",
        "tokens",
        "token",
        "$1,000",
        "credits",
        "代金券",
        "元",
        "half",
        "price",
        "50%",
        "off",
        "五",
        "折",
        "8.5",
        "打",
        "migration",
        "service",
        "迁移",
        ".",
        "。",
        ",",
        "until",
        "Aug",
        "31",
        "0",
        "99999999999999999999",
        "İ",
        "９",
        "API",
    ]
)


@given(text=st.one_of(st.text(max_size=100), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS, max_size=25).map("".join)))
@settings(max_examples=400, deadline=None)
def test_any_text_gives_ordered_mentions_with_bare_numbers(text: str) -> None:
    offers = find_offers(text, PUBLISHED, "en")
    assert offers == find_offers(text, PUBLISHED, "en")
    assert [o.start for o in offers] == sorted(o.start for o in offers)
    for offer in offers:
        assert 0 <= offer.start < offer.end <= len(text)
        assert offer.amount is None or float(offer.amount) > 0
        assert offer.kind != MIGRATION or offer.amount is None
