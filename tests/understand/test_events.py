"""Events told by notices, headlines and gazettes: each rule with a text it reads and a twin it must leave alone."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest

from monitor.catalog import load_catalog
from monitor.model import Document, RegulatorFacts, Signal
from monitor.understand.tag import Tagger, read_records


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    return Tagger(load_catalog(), None)


def live(tagger: Tagger, title: str, body: str = "", **more: str) -> list[Signal]:
    row = {"id": "t", "published": "2024-06-25", "title": title, "body": body, **more}
    (document,) = (d for d in read_records([json.dumps(row)]) if isinstance(d, Document))
    (tagging,) = tagger.tag([document])
    return [s for s in tagging.signals if not s.background]


def told(signals: list[Signal]) -> list[tuple[str, dict[str, str], tuple[str, ...], tuple[str, ...]]]:
    """Type, active providers, issuing and affected of every measure."""
    return [
        (s.type, {p: r for p, r in s.providers.items() if r != "mentioned"}, s.issuing, s.affected)
        for s in signals
        if s.type != "mitigation"
    ]


def case(name: str, title: str, body: str, *expected: Any, **more: str) -> Any:
    return pytest.param(title, body, more, list(expected), id=name)


CUT = {"openai": "restricting"}
READ = [
    case(
        "notice-about-unlisted-regions", "Traffic from unsupported regions",
        "OpenAI sees calls from regions that it does not support. From 9 July we will block traffic from countries off our list.",
        ("access_restriction", CUT, (), ()), source="vendor_terms",
    ),
    case(
        "notice-about-supported-regions", "New data centre", "OpenAI opens a site. From 9 July we will add capacity in all regions.",
        source="vendor_terms",
    ),
    case(
        "list-names-who-is-out", "Supported countries",
        "OpenAI offers its API in these countries. Access from anywhere else may lead to a suspended account. Cuba and Iran are not on it.",
        ("access_restriction", CUT, (), ("CU", "IR")), source="vendor_terms",
    ),
    case("unlisted-regions-zh", "OpenAI将阻止来自不支持地区的API流量", "", ("access_restriction", CUT, (), ())),
    case("place-at-the-end-issues-nothing", "OpenAI to block API access from China", "", ("access_restriction", CUT, (), ("CN",))),
    case("place-as-subject-issues", "China blocks ChatGPT", "", ("service_ban", {"openai": "targeted"}, ("CN",), ("CN",))),
    case(
        "dateline-issues-nothing", "Access ends",
        "BEIJING, June 25 (Reuters) - OpenAI will block API access from China and other unsupported countries.",
        ("access_restriction", CUT, (), ("CN",)),
    ),
    case(
        "who-is-blamed-acts-zh", "搬家计划", "针对OpenAI宣布7月9日起停止对中国开发者提供API服务，百度推出方案。",
        ("access_restriction", CUT, (), ("CN",)),
    ),
    case(
        "another-provider-does-not-follow", "Microsoft will not follow OpenAI",
        "There will be no change, Microsoft said, although OpenAI blocks API access from China.",
        ("access_restriction", CUT, (), ("CN",)),
    ),
    case(
        "leaving-as-it-is", "Microsoft leaves Azure in Hong Kong as it is", "Customers keep their accounts.",
    ),
    case("leaving", "Microsoft leaves Russia", "", ("access_restriction", {"microsoft": "restricting"}, (), ("RU",))),
    case(
        "founder-of-a-firm-is-a-person", "Ban seen as a spur",
        "Baidu opened a lab. Jo Li, founder of Zhipu, expects growth. OpenAI blocks API access in China from July 9.",
        ("access_restriction", CUT, (), ("CN",)),
    ),
    case(
        "law-as-a-ground", "苹果今年不在欧盟推出AI功能", "苹果公司称，由于欧盟《数字市场法》，今年不会向欧盟用户提供iPhone镜像。",
        ("access_restriction", {"apple": "restricting"}, (), ("EU",)),
    ),
    case(
        "condition-of-a-weighed-step", "US weighs tougher rules on chip tool sales to China",
        "Washington is considering the foreign direct product rule against ASML if it keeps serving China, people familiar said.",
        ("export_control", {"asml": "affected"}, ("US",), ("CN",)),
    ),
    case("somebody-wonders-whether", "Open models", "Dorje wants to watch whether Meta's Llama models could be blocked in China."),
    case("analyst-on-controls", "Chips get cheaper", "One analyst expects OpenAI to gain; Washington's chip controls weigh on China."),
    case(
        "warning-to-allies-zh", "美国拟升级技术围堵", "美国通知荷兰和日本，若不收紧对华限制，可能对阿斯麦实施外国直接产品规则。",
        ("export_control", {"asml": "affected"}, ("US",), ("CN",)),
    ),
    case(
        "law-that-would-bar-an-app", "Court to hear TikTok case",
        "A federal appeals court in Washington will hear TikTok and its Chinese owner ByteDance against the law that orders a sale.",
        ("litigation", {"bytedance": "targeted"}, ("US",), ("US",)),
    ),
    case(
        "authority-forbids-a-use-zh", "意大利调查OpenAI", "意大利数据保护局认定OpenAI不得使用个人数据，并要求其整改。",
        ("data_privacy", {"openai": "targeted"}, ("IT",), ("IT",)),
    ),
    case("ban-on-sales-zh", "美國將禁售卡巴斯基防毒軟件", "", ("service_ban", {"kaspersky": "targeted"}, ("US",), ("US",))),
    case(
        "antitrust-in-preparation-zh", "法國擬對英偉達提起反壟斷訴訟", "",
        ("antitrust", {"nvidia": "targeted"}, ("FR",), ("FR",)),
    ),
    case("a-state-that-only-objects", "China protests against Australia's TikTok ban", ""),
    case("labels-are-no-measure", "Twitter removes 'US state-affiliated' label from accounts", ""),
    case("competition-is-no-service", "UK regulator says Microsoft is restricting competition in cloud", ""),
    case(
        "a-use-in-a-place", "SpaceX stops Ukraine's ability to use Starlink internet for drones", "",
        ("access_restriction", {"spacex": "restricting"}, (), ("UA",)),
    ),
    case("closed-offices-cut-nobody-off", "Twitter closes two offices in India", ""),
    case("limits-of-a-feature", "Microsoft announced new limits on Bing's AI chatbot for all users", ""),
    case("an-account-is-no-service", "A senator's Twitter account was suspended over a photo", ""),
    case(
        "retaliation-names-a-ground", "China bans Micron chips from key networks",
        "It is seen as retaliation for sanctions Washington put on Chinese chipmakers.",
        ("service_ban", {"micron": "targeted"}, ("CN",), ("CN",)),
    ),
    case(
        "retaliation-is-the-news", "China adds Micron to its unreliable entity list in retaliation", "",
        ("sanctions_listing", {"micron": "targeted"}, ("CN",), ("US",)),
    ),
    case(
        "retaliation-names-a-ground-zh", "中国禁止采购美光产品", "此举被视为报复美国对中国芯片的出口管制。",
        ("service_ban", {"micron": "targeted"}, ("CN",), ("CN",)),
    ),
    case("former-employee", "Ex-Apple engineer indicted over restricted tech sent to China", ""),
    case("firm-itself", "Apple blocks access to its services in China", "", ("access_restriction", {"apple": "restricting"}, (), ("CN",))),
    case("former-employee-zh", "前苹果工程师被起诉，涉嫌向中国转移受限技术", ""),
    case("cleared-merger", "EU antitrust regulator approves Microsoft's acquisition of a games maker", ""),
    case("antitrust-fine", "EU antitrust regulator fines Microsoft", "", ("antitrust", {"microsoft": "targeted"}, ("EU",), ("EU",))),
    case("cleared-merger-zh", "欧盟反垄断机构批准微软收购游戏公司", ""),
    case("end-of-a-transfer", "Meta fined over data transfers to the US under Europe's privacy law", "",
         ("data_privacy", {"meta": "targeted"}, ("EU",), ("EU",))),
    case("stopped-data-cut-nobody-off", "Meta fined and ordered to stop sending EU data to the US", "",
         ("data_privacy", {"meta": "targeted"}, ("EU",), ("EU",))),
    case("tax-rules", "EU ministers agree on tax rules for crypto", ""),
    case("lobby-without-provider", "Estate agents push back against Australia's privacy rules",
         "New rules on personal data on phones would apply."),
    case("explainer-of-a-ban", "Why does the United States want to ban TikTok?", "Officials ban TikTok over national security."),
    case("explainer-of-states", "These governments ban TikTok", "Officials ban TikTok."),
    case("poll-on-a-ban", "Many Americans back a TikTok ban: poll", "The federal government could ban TikTok."),
    case("a-state-that-has-objected", "A Dutch plan", "China has criticised a Dutch plan to restrict the export of chip equipment."),
    case("ban", "The United States bans TikTok", "", ("service_ban", {"bytedance": "targeted"}, ("US",), ("US",))),
    case("state-bans-for-its-staff", "European Commission bans staff from using TikTok", "",
         ("service_ban", {"bytedance": "targeted"}, ("EU",), ("EU",))),
    case("firm-bans-for-its-staff", "Samsung bans staff from using ChatGPT", ""),
    case("bank-of-a-state", "Commonwealth Bank of Australia restricts staff from using ChatGPT", ""),
    case("blocked-bid", "U.K. blocks Microsoft's Activision bid, a blow to the tech giant", ""),
    case("part-of-a-state", "Ohio bans TikTok on government devices", "", ("service_ban", {"bytedance": "targeted"}, ("US",), ("US",))),
    case("place-behind-the-body", "University of Texas at Austin bans TikTok from its networks", "",
         ("service_ban", {"bytedance": "targeted"}, ("US",), ("US",))),
    case("first-ban-of-its-kind", "Montana Blocks TikTok in First Statewide Ban", "",
         ("service_ban", {"bytedance": "targeted"}, ("US",), ("US",))),
    case("blocks-a-ban", "Montana judge blocks state's TikTok ban", "", ("litigation", {"bytedance": "targeted"}, ("US",), ("US",))),
    case("fine-over-cookies", "TikTok fined 5 million by French regulator for violating cookie laws", "",
         ("data_privacy", {"bytedance": "targeted"}, ("FR",), ("FR",))),
    case("fine-over-rivals", "South Korea fines Google for squeezing out local rival", "",
         ("antitrust", {"google": "targeted"}, ("KR",), ("KR",))),
    case("a-firm-limits-rivals", "Apple limits rivals in its store", ""),
    case("german-cut", "OpenAI sperrt Zugang in China", "", ("access_restriction", CUT, (), ("CN",)), lang="de"),
    case("german-launch", "OpenAI startet neuen Dienst in Deutschland", "", lang="de"),
    case("german-ban", "Italien verbietet ChatGPT", "", ("service_ban", {"openai": "targeted"}, ("IT",), ("IT",)), lang="de"),
    case("french-ban", "L'Italie interdit ChatGPT", "", ("service_ban", {"openai": "targeted"}, ("IT",), ("IT",)), lang="fr"),
    case("spanish-cut", "OpenAI bloquea el acceso a su API en China", "", ("access_restriction", CUT, (), ("CN",)), lang="es"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "body", "more", "expected"), READ)
def test_measures_are_told_with_who_issues_and_who_is_hit(
    tagger: Tagger, title: str, body: str, more: dict[str, str], expected: list[Any]
) -> None:
    assert told(live(tagger, title, body, **more)) == expected


DATES = [
    case("receipt-is-no-effect-zh", "OpenAI通知",
         "从6月25号开始，有开发者收到OpenAI的通知：7月9日起，OpenAI将封锁来自中国的API流量。", None, date(2024, 7, 9)),
    case("a-due-decision-bites-nobody", "EU charges Apple",
         "The European Commission on Monday told Apple of its preliminary view that the App Store breaches the Digital Markets Act. "
         "A decision is due within twelve months of 25 March 2024.", date(2024, 6, 24), None),
    case("told-on-a-day-zh", "Meta暂停在巴西提供AI工具", "Meta周一表示，Meta决定暂停在巴西提供生成式AI工具。", date(2024, 6, 24), None),
    case("reported-on-a-day-de", "OpenAI sperrt China aus",
         "OpenAI will die Nutzung in China sperren, wie die Zeitung am Dienstag berichtete. Ab dem 9. Juli folgt die Sperre.",
         None, date(2024, 7, 9), lang="de"),
    case("own-terms-announce-by-publication", "Unsupported regions",
         "OpenAI will block API traffic from unsupported regions from 9 July.", date(2024, 6, 25), date(2024, 7, 9), source="vendor_terms"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "body", "more", "expected"), DATES)
def test_days_are_what_the_text_says_they_are(
    tagger: Tagger, title: str, body: str, more: dict[str, str], expected: list[date | None]
) -> None:
    signal = live(tagger, title, body, **more)[0]
    assert [signal.dates.announced, signal.dates.effective] == expected


STAGES = [
    case("preliminary-view", "EU tells Apple of its preliminary view that the App Store breaches antitrust law", "", "announced"),
    case("done-act-beside-a-draft", "OpenAI blocked API access in China", "The draft policy was known since May.", "in_force"),
    case("draft", "US proposes rule to restrict investment in Chinese chips", "", "proposed"),
    case("wanted", "Montana's governor wants to ban WeChat and Telegram", "", "rumoured"),
    case("done", "Montana's governor bans WeChat and Telegram", "", "in_force"),
    case("weighed", "US weighs tougher rules on chip sales to China", "", "rumoured"),
]


@pytest.mark.parametrize(("title", "body", "more", "expected"), STAGES)
def test_stages(tagger: Tagger, title: str, body: str, more: dict[str, str], expected: list[str]) -> None:
    assert [s.stage for s in live(tagger, title, body, **more)][:1] == expected


BLOCK = "OpenAI blocks API access in China from July 9. "
BLOCK_ZH = "OpenAI 7月9日起停止对中国提供API服务。"
OFFERS = [
    case("firm-and-amount-lists", "Rivals give tokens",
         BLOCK + "Baidu offers 50 million free tokens, SenseTime 20 million tokens and Zhipu AI 150 million tokens.",
         ("baidu", "50000000"), ("sensetime", "20000000"), ("zhipu", "150000000")),
    case("firm-and-amount-lists-zh", "国产模型送额度",
         BLOCK_ZH + "智谱AI为开发者提供1.5亿Token，百度赠送5000万Token，腾讯云赠送1亿Token。",
         ("zhipu", "150000000"), ("baidu", "50000000"), ("tencent", "100000000")),
    case("backers-offer-nothing", "AI gifts",
         BLOCK + "Model maker Baichuan, which Alibaba and Tencent back, gives away 10 million tokens.",
         ("baichuan", "10000000")),
    case("left-users-offer-nothing-zh", "OpenAI API用户特别搬家计划", BLOCK_ZH + "智谱推出搬家计划，赠送1亿Token免费额度。",
         ("zhipu", "100000000")),
    case("nobody-offers-zh", "OpenAI停止中国服务", BLOCK_ZH + "找不到替代方案的公司会被淘汰。"),
    case("group-without-names-zh", "OpenAI停止中国服务", BLOCK_ZH + "微软继续提供服务。国产厂商忙着送迁移服务。"),
    case("a-version-is-no-amount", "Switch", BLOCK + "Baidu gives free Ernie 3.5 tokens to those who migrate.", ("baidu", None)),
]  # fmt: skip


@pytest.mark.parametrize(("title", "body", "more", "expected"), OFFERS)
def test_amounts_go_to_the_firm_that_offers_them(
    tagger: Tagger, title: str, body: str, more: dict[str, str], expected: list[tuple[str, str | None]]
) -> None:
    found = {(o.provider, o.amount) for s in live(tagger, title, body, **more) for o in s.offers}
    assert {row for row in found if row[1]} == {row for row in expected if row[1]}
    assert {provider for provider, _ in found} == {provider for provider, _ in expected}


@pytest.mark.parametrize(
    ("text", "affected"),
    [
        pytest.param("The country of concern is China with Hong Kong and Macau.", ("CN", "HK", "MO"), id="named"),
        pytest.param("Persons of such a country are defined below.", (), id="not-named"),
    ],
)
def test_a_gazette_says_what_the_rule_is_and_the_text_whom_it_aims_at(tagger: Tagger, text: str, affected: tuple[str, ...]) -> None:
    at = datetime(2024, 7, 5, tzinfo=UTC)
    document = Document(
        source="gazette", guid="g", url="https://example.org/", title="Provisions on Investments in Countries of Concern", lang="en",
        text="Treasury would require notice of transactions with a country of concern in semiconductors. " + text,
        published_at=at, retrieved_at=at, content_hash="0", origin_group="gazette", kind="regulator", jurisdiction="US",
        regulator=RegulatorFacts(number="2024-13923", doc_type="PRORULE", comments_close_on=date(2024, 8, 4)),
    )  # fmt: skip
    (tagging,) = tagger.tag([document])
    (signal,) = tagging.signals
    assert (signal.type, signal.stage, signal.issuing, signal.affected) == ("investment_restriction", "proposed", ("US",), affected)
    assert (signal.instrument, signal.dates.comment) == ("2024-13923", date(2024, 8, 4))


def test_a_yardstick_of_the_past_is_no_event_of_today(tagger: Tagger) -> None:
    signals = live(tagger, "Ireland's regulator fines Meta over user data", "The fine tops the sum that Luxembourg put on Amazon in 2021.")
    assert told(signals) == [("data_privacy", {"meta": "targeted"}, ("IE",), ("IE",))]


@pytest.mark.parametrize(
    ("title", "relevant"),
    [
        pytest.param("Licensing requirements for generative AI services", True, id="about-technology"),
        pytest.param("Land Uses; Special Uses; Communications Facilities", False, id="about-land"),
    ],
)
def test_a_gazette_without_provider_counts_when_its_title_names_technology(tagger: Tagger, title: str, relevant: bool) -> None:
    at = datetime(2023, 5, 22, tzinfo=UTC)
    document = Document(
        source="gazette", guid="g", url="https://example.org/", title=title, lang="en",
        text="The agency issued rules for artificial intelligence apps that providers must register before they publish services.",
        published_at=at, retrieved_at=at, content_hash="0", origin_group="gazette", kind="regulator", jurisdiction="US",
    )  # fmt: skip
    (tagging,) = tagger.tag([document])
    assert tagging.relevant is relevant


@pytest.mark.parametrize(
    "title",
    [
        "Norway opens a cybersecurity review of Micron",
        "Brussels names Amazon among platforms that must comply with the new rules",
        "Norwegian parliament approves a law on artificial intelligence",
    ],
)
def test_reviews_designations_and_votes_are_read(title: str) -> None:
    row = json.dumps({"id": "a", "title": title, "body": "", "published": "2031-03-04", "lang": "en", "source": "news"})
    document = next(iter(read_records([row])))
    assert isinstance(document, Document)
    (tagging,) = Tagger(load_catalog(), None).tag([document])
    assert tagging.relevant
