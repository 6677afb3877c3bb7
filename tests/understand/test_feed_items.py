"""Headlines as feeds carry them: what rules read in them, and when heads are believed without a rule."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from monitor.catalog import load_catalog
from monitor.model import Document, Signal
from monitor.understand.lexicon import phrase
from monitor.understand.tag import Tagger

DAY = datetime(2024, 3, 5, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def rules() -> Tagger:
    return Tagger(load_catalog(), None)


def item(title: str, text: str = "") -> Document:
    return Document(
        source="feed", guid=title, url="https://news.example/1", title=title, text=text, lang="en", published_at=DAY, retrieved_at=DAY,
        content_hash=title, origin_group=title, kind="news",
    )  # fmt: skip


def live(tagger: Tagger, title: str, text: str = "") -> list[Signal]:
    (look,) = tagger.look([item(title, text)])
    return [signal for signal in look.found if not signal.background]


TOLD = [
    ("Google fined 162 million dollars by India over Android", "google", "IN"),
    ("EU hits Apple and Meta with fines", "apple", "EU"),
    ("Nigeria watchdog fines Meta 220 million dollars", "meta", "NG"),
    ("FTC investigating ChatGPT over harm to consumers", "openai", "US"),
    ("Brussels opens probe into TikTok over child safety", "bytedance", "EU"),
    ("41 states sue Meta over harm to youth", "meta", "US"),
    ("Attorneys general sue TikTok over addictive features", "bytedance", "US"),
    ("Meta sued by 33 US states over claims that it harms mental health of minors", "meta", "US"),
    ("EU antitrust case: Google loses appeal against fine", "google", "EU"),
    ("FTC and 17 states file sweeping antitrust suit against Amazon", "amazon", "US"),
    ("Google will pay 93 million dollars to settle California's privacy claims", "google", "US"),
    ("Binance pleads guilty to US charges over sanctions", "binance", "US"),
    ("FCC adds Kaspersky to its list of national security threats", "kaspersky", "US"),
    ("Google has illegal monopoly on ads, judge rules", "google", "US"),
    ("Google Is a Monopolist in Maps, Judge Says", "google", "US"),
    ("Federal appeals court upholds ban of TikTok", "bytedance", "US"),
    ("Europe charges Apple with antitrust breach", "apple", "EU"),
    ("Taliban order ban on TikTok", "bytedance", "AF"),
]


@pytest.mark.parametrize(("title", "provider", "issuing"), TOLD, ids=[title for title, _, _ in TOLD])
def test_whom_an_authority_acts_against_is_its_target(rules: Tagger, title: str, provider: str, issuing: str) -> None:
    (signal, *_) = live(rules, title)
    assert signal.providers[provider] == "targeted"
    assert issuing in signal.issuing


NAMELESS = [
    ("UK Parliament passes online safety bill", "licensing_regulation", "GB"),
    ("EU clinches accord on world's strictest AI curbs", "licensing_regulation", "EU"),
    ("China to curb graphite exports in latest minerals move", "export_control", "CN"),
    ("Beijing limits civilian drone exports over military use", "export_control", "CN"),
    ("Biden sets new limits on U.S. investment in Chinese tech", "investment_restriction", "US"),
    ("President of US signs executive order on artificial intelligence", "licensing_regulation", "US"),
    ("Gabon cuts internet access after vote", "service_ban", "GA"),
    ("Kazakhstan pulls the plug on the internet as unrest grows", "service_ban", "KZ"),
    ("Gabon: Internet switched off after vote", "service_ban", "GA"),
    ("China passes strict data privacy law", "data_privacy", "CN"),
]


@pytest.mark.parametrize(("title", "kind", "issuing"), NAMELESS, ids=[title for title, _, _ in NAMELESS])
def test_a_measure_that_names_nobody_is_read(rules: Tagger, title: str, kind: str, issuing: str) -> None:
    (signal, *_) = live(rules, title)
    assert signal.type == kind
    assert issuing in signal.issuing


@pytest.mark.parametrize(
    ("title", "address", "issuing"),
    [
        ("Appeals court upholds ban of TikTok", "https://news.example/1", ("US",)),
        ("Appeals court upholds ban of TikTok", "https://news.example.in/1", ()),
        ("Indian appeals court upholds ban of TikTok", "https://news.example/1", ("IN",)),
        ("High court upholds ban of TikTok", "https://news.example/1", ()),
    ],
)
def test_a_court_that_no_place_is_told_of_is_one_of_the_united_states(title: str, address: str, issuing: tuple[str, ...]) -> None:
    (look,) = Tagger(load_catalog(), None).look([item(title).model_copy(update={"url": address})])
    assert look.reading is not None
    assert {place for signal in look.found for place in signal.issuing} == set(issuing)


def test_a_part_of_a_federation_is_where_something_happens(rules: Tagger) -> None:
    (signal, *_) = live(rules, "Bluesky goes dark in Mississippi")
    assert (signal.type, signal.providers["bluesky"], signal.affected) == ("access_restriction", "restricting", ("US",))


SILENT = [
    "Google opens a second office in India",
    "Meta faces questions over its new headset",
    "States sue tobacco maker over vapes",
    "China limits exports of pork",
    "UK passes bill on rented homes",
    "News chain Gannett sues Google, alleges online ad monopoly",
]


@pytest.mark.parametrize("title", SILENT)
def test_the_same_words_of_other_things_are_not(rules: Tagger, title: str) -> None:
    assert live(rules, title) == []


@pytest.fixture(scope="module")
def reader() -> Tagger:
    return Tagger(load_catalog())


def test_heads_are_believed_where_a_rule_or_the_words_say_so_too(reader: Tagger) -> None:
    """Else what they tell waits for a person."""
    titles = [
        "Berlin moves to rip Huawei kit out of 5G networks", "Juba pulls plug on Facebook, TikTok", "Nairobi gives Facebook a week to act",
        "Amazon to close eight of its shops without cashiers", "Netflix clamps down on shared passwords in Canada",
        "US orders its workers to update their iPhones", "Beijing hits out at US over its ban of TikTok",
    ]  # fmt: skip
    judged = list(reader.judged([item(title) for title in titles]))
    assert all(look.live or look.asked for look, _, tagging in judged if tagging.relevant and tagging.agreed)
    assert all(tagging.relevant for _, verdict, tagging in judged if verdict and verdict.relevant >= 0.8)
    told = [tagging.relevant and tagging.agreed for _, _, tagging in judged]
    assert told == [True, True, False, False, False, False, False]


STAGES = [
    ("US House passes bill that could see TikTok banned", "proposed"),
    ("President of US signs bill that could ban TikTok", "final"),
    ("US Supreme Court upholds law that bans TikTok", "final"),
]


@pytest.mark.parametrize(("title", "stage"), STAGES, ids=[title for title, _ in STAGES])
def test_how_far_a_bill_has_come_is_told_by_who_acts(reader: Tagger, title: str, stage: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert tagging.agreed
    assert tagging.signals[0].stage == stage


def test_what_a_relief_ends_is_told_by_its_headline(reader: Tagger) -> None:
    (tagging,) = reader.tag([item("Nigeria lifts Twitter ban")])
    assert (tagging.signals[0].type, tagging.signals[0].beneath) == ("relief", ("service_ban",))


def test_whom_an_older_measure_hit_has_no_part_in_the_new_one(reader: Tagger) -> None:
    (tagging,) = reader.tag([item("U.S. Cuts Off Russia From Chips", "The rules reach goods made abroad, a weapon honed against Huawei.")])
    assert tagging.signals[0].providers.get("huawei", "mentioned") == "mentioned"


def test_who_suspends_a_service_puts_nothing_off(reader: Tagger) -> None:
    told = list(reader.tag([item("Brazilian court orders suspension of Telegram"), item("Court suspends Montana's TikTok ban")]))
    assert [tagging.signals[0].stage == "suspended" for tagging in told if tagging.signals][:2] == [False, True]


ADDRESSED = [
    ("Vietnam cracks down on Telegram, orders providers to block it", "telegram"),
    ("EU imposes record fine on Google", "google"),
    ("Irish watchdog imposes 1.2 billion euro fine on Meta over data transfers to US", "meta"),
    ("EU court upholds antitrust fine on Google", "google"),
    ("Regulator fines Facebook owner for failing to protect Instagram users in Italy", "meta"),
]


@pytest.mark.parametrize(("title", "provider"), ADDRESSED, ids=[title for title, _ in ADDRESSED])
def test_whom_a_fine_is_on_is_no_occasion_of_it(reader: Tagger, title: str, provider: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert tagging.signals[0].providers[provider] == "targeted"


OCCASIONS = [
    "FTC fines drug discount app for sharing user data with Facebook",
    "FTC fines drug discount app $1.5M for handing prescriptions to Google and Facebook",
    "US to fine therapy app $7.8 million for passing Facebook the worries of patients",
]


@pytest.mark.parametrize("title", OCCASIONS)
def test_whose_data_another_firm_is_fined_over_is_not_fined(reader: Tagger, title: str) -> None:
    (tagging,) = reader.tag([item(title, "It must pay, the agency said on Wednesday.")])
    assert all(signal.providers.get(name) in {None, "mentioned"} for signal in tagging.signals for name in ("meta", "google"))


def test_a_merger_that_is_halted_puts_nothing_off(reader: Tagger) -> None:
    (halted,) = reader.tag([item("Microsoft-Activision merger temporarily blocked by US judge", "The FTC had asked for it.")])
    assert all(signal.stage != "suspended" for signal in halted.signals)


MERGERS = [
    "Microsoft acquisition challenge halted",
    "Trial over Meta's acquisition of Within paused",
    "Court blocks ban on TikTok after acquisition talks",
]


@pytest.mark.parametrize("title", MERGERS)
def test_a_case_against_a_merger_that_is_halted_is_put_off(title: str) -> None:
    assert not phrase("reconcile.service-suspended").search(title)


@pytest.mark.parametrize(
    ("title", "provider"),
    [
        ("Apple to pull TikTok from US app store as ban takes effect", "bytedance"),
        ("Vodafone to remove Huawei from core network after government ban", "huawei"),
        ("Kaspersky to end US operations after Commerce Department ban", "kaspersky"),
        ("Ireland fines social network $370 million for mishandling children's data on TikTok", "bytedance"),
    ],
)
def test_who_obeys_or_is_hit_is_no_author_and_no_bystander(reader: Tagger, title: str, provider: str) -> None:
    (tagging,) = reader.tag([item(title, "It was announced on Tuesday.")])
    live = [signal for signal in tagging.signals if not signal.background]
    assert not live or live[0].providers[provider] in {"targeted", "affected"}


@pytest.mark.parametrize("title", ["US suspends Huawei sanctions", "Trump suspends Huawei export controls"])
def test_who_suspends_a_measure_begins_none(reader: Tagger, title: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert all(signal.stage != "in_force" for signal in tagging.signals)


OWN_ACTS = [
    ("Meta to block news in Canada over law on payments", "access_restriction", "restricting"),
    ("Facebook and Instagram will pull news in Canada over new law", "access_restriction", "restricting"),
    ("TikTok ban to get vote in US House panel", "service_ban", "targeted"),
    ("YouTube blocked in Russia by regulator", "service_ban", "targeted"),
]


@pytest.mark.parametrize(("title", "kind", "role"), OWN_ACTS, ids=[title for title, _, _ in OWN_ACTS])
def test_who_shuts_users_out_of_its_own_service_is_no_government(reader: Tagger, title: str, kind: str, role: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert (tagging.signals[0].type, {*tagging.signals[0].providers.values()}) == (kind, {role})


SCENES = [
    ("Dutch curb exports of chip tools amid US pressure", "US", False),
    ("China limits exports of drones amid war in Ukraine", "UA", False),
    ("Irish watchdog fines TikTok for sending data on users to China", "CN", False),
    ("Amid trade war, US limits AI chip exports to China", "CN", True),
    ("Netherlands, amid US pressure, curbs chip exports to China", "CN", True),
    ("Amid row with Ottawa, Meta blocks news in Canada", "CA", True),
    ("Nvidia fined for selling chips to China, barred from exports to Russia", "CN", True),
    ("Meta fined for violating privacy rules of the EU", "EU", True),
    ("US limits exports of AI chips to China", "CN", True),
]


@pytest.mark.parametrize(("title", "place", "affected"), SCENES, ids=[title for title, _, _ in SCENES])
def test_the_scene_of_a_measure_is_not_where_it_bites(reader: Tagger, title: str, place: str, affected: bool) -> None:
    (tagging,) = reader.tag([item(title)])
    assert tagging.signals
    assert any(place in signal.affected for signal in tagging.signals) == affected


KINDS = [
    ("Russia fines Wikipedia two million roubles over article on the war", "licensing_regulation"),
    ("China opens cybersecurity review of Micron as chip rivalry grows", "licensing_regulation"),
    ("Irish watchdog fines WhatsApp over privacy", "data_privacy"),
    ("EU opens antitrust probe into Microsoft over Teams", "antitrust"),
]


@pytest.mark.parametrize(("title", "kind"), KINDS, ids=[title for title, _ in KINDS])
def test_a_fine_or_a_probe_is_of_the_kind_that_the_words_name(reader: Tagger, title: str, kind: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert tagging.signals[0].type == kind


@pytest.mark.parametrize("title", ["Judge blocks Montana's TikTok ban", "Montana's ban of TikTok halted by federal judge"])
def test_a_court_that_stops_a_ban_imposes_none(reader: Tagger, title: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert (tagging.signals[0].type, tagging.signals[0].stage) == ("litigation", "suspended")


BLOCKED = [
    "Brazil judge blocks WhatsApp nationwide for ignoring court order",
    "Court suspends X in Brazil for breaking law",
    "Indian court stops Telegram over breach of IT act",
]


@pytest.mark.parametrize("title", BLOCKED)
def test_a_court_that_blocks_a_service_for_breaking_a_law_stops_no_law(reader: Tagger, title: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert (tagging.signals[0].type, tagging.signals[0].stage) == ("service_ban", "in_force")


TAKEN_DOWN = [
    "Kenya orders Google to remove videos on protests",
    "Brazil tells Google to stop campaign against law",
    "India orders Twitter to remove accounts, threatens ban",
    "Vietnam orders Netflix to drop series over map",
]


@pytest.mark.parametrize("title", TAKEN_DOWN)
def test_an_order_to_take_something_down_is_no_ban_of_the_service(rules: Tagger, reader: Tagger, title: str) -> None:
    assert all(signal.type != "service_ban" for signal in live(rules, title))
    (tagging,) = reader.tag([item(title)])
    assert tagging.signals[0].type != "service_ban"
    assert not tagging.agreed, "a person looks at it first"


LET_OFF = [
    "UK watchdog clears Microsoft over OpenAI ties",
    "Italy rules out curbs on Starlink",
    "EU decides against fining Apple over browser",
    "EU spares Apple and Meta daily fines",
    "EU gives Nvidia's purchase of Arm the nod",
    "EU approves takeover of Activision by Microsoft",
    "Microsoft's purchase of Activision gets UK approval",
    "SEC charges actors with touting crypto",
    "Texas governor's kid quits TikTok",
    "Italy seizes 120 million euros from Amazon in tax case",
    "TikTok cuts hundreds of moderators in Germany",
    "Amazon blocks union vote of workers in Germany",
    "Steam removes game with slurs in Germany",
    "Microsoft ends free upgrade offer in Germany",
]


@pytest.mark.parametrize("title", LET_OFF)
def test_what_is_not_done_or_touches_no_user_is_not_acted_on(reader: Tagger, title: str) -> None:
    (tagging,) = reader.tag([item(title)])
    assert not (tagging.relevant and tagging.agreed)


@pytest.fixture(scope="module")
def service() -> Tagger:
    return Tagger(load_catalog())


def news(tagger: Tagger, title: str, text: str = "") -> Signal | None:
    (tagging,) = tagger.tag([item(title, text)])
    return tagging.signals[0] if tagging.relevant and tagging.agreed else None


STANDS = [
    ("White House declines to overturn ban on Apple Watch", "service_ban", "in_force"),
    ("Import ban on Apple Watch takes effect in the US after government refuses a veto", "service_ban", "in_force"),
    ("Senegal cuts mobile internet again amid unrest", "service_ban", "in_force"),
    ("Kazakhstan: internet cut off, emergency declared", "service_ban", "in_force"),
    ("Biden signs sweeping order to rein in artificial intelligence", "licensing_regulation", "announced"),
    ("US Supreme Court blocks Texas social media law", "litigation", "suspended"),
]


@pytest.mark.parametrize(("title", "kind", "stage"), STANDS, ids=[title for title, _, _ in STANDS])
def test_words_for_an_end_that_tell_no_end(service: Tagger, title: str, kind: str, stage: str) -> None:
    told = news(service, title, "It was made known on Tuesday.")
    assert told is not None
    assert (told.type, told.stage) == (kind, stage)


def test_a_network_that_comes_back_is_not_cut(service: Tagger) -> None:
    told = news(service, "Senegal restores internet access after days of unrest")
    assert told is None or told.stage in ("suspended", "rescinded")


def test_a_firm_that_pays_an_authority_is_told_of_though_heads_doubt_it(service: Tagger) -> None:
    told = news(service, "Epic Games will pay 520 million dollars to settle FTC claims over Fortnite")
    assert told is not None
    assert told.providers["epic-games"] == "targeted"
    assert news(service, "Meta to pay 725 million dollars to settle class action over data") is None


STAYED = [
    ("US court blocks Montana TikTok ban that takes effect in January", "suspended"),
    ("Judge blocks Utah social media law before it takes effect", "suspended"),
    ("US delays TikTok ban after request denied by court", "suspended"),
    ("US suspends ban on Huawei as appeal bid fails", "suspended"),
    ("Italy lifts block on ChatGPT after appeal by OpenAI dismissed", "rescinded"),
    ("Mauritius suspends social media ban after outcry", "suspended"),
]


@pytest.mark.parametrize(("title", "stage"), STAYED, ids=[title for title, _ in STAYED])
def test_what_is_stopped_is_not_told_as_standing(service: Tagger, title: str, stage: str) -> None:
    told = news(service, title, "It was told on Tuesday.")
    assert told is None or told.stage == stage


NO_CUTS = [
    "Iraq cuts internet, restores it after two hours",
    "Senegal court rules internet shutdown illegal",
    "Kenya pledges not to shut down internet during vote",
    "Nigeria denies internet shutdown rumours",
    "Kenya cuts internet costs with new cable",
    "Power cut shuts down internet in Nigeria",
    "India tops world in internet shutdowns for sixth year",
    "India's Jio cuts internet prices to lure users",
    "UK schools cut social media from homework",
    "Iran police shuts down internet cafe over hijab",
    "Tonga internet cut off after volcano severs cable",
    "Zambia's internet cut by 40% as drought hits power",
]


@pytest.mark.parametrize("title", NO_CUTS)
def test_a_network_that_nobody_switches_off_is_no_ban(service: Tagger, title: str) -> None:
    told = news(service, title, "It was told on Tuesday.")
    assert told is None or told.stage in ("suspended", "rescinded")


NOT_PUNISHED = [
    "Google settles in new London office",
    "Google to pay 118 million dollars to settle women's pay claims in California",
    "Meta to pay Canadian news publishers 50 million dollars",
    "Microsoft to pay 3.3 billion dollars for Wisconsin data centre",
    "US to pay Intel 8.5 billion dollars for chip plants",
    "Oracle lost bid for US Air Force contract to Microsoft",
    "Florida mother sues Character.AI after son's death",
    "Texas school district sues TikTok, Meta and Snap",
    "Apple sued by US consumers in eight states over iCloud",
]


@pytest.mark.parametrize("title", NOT_PUNISHED)
def test_payments_and_private_suits_are_no_measures(service: Tagger, title: str) -> None:
    assert news(service, title, "It was told on Tuesday.") is None


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("英国大臣多米尼克·拉布宣布禁止政府设备使用TikTok", "DM"),
        ("加拿大下令TikTok退出 廣東加強出口管制", "TO"),
        ("法属圭亚那封禁TikTok 法国政府宣布", "GY"),
        ("Niger State suspends social media aides", "NE"),
    ],
)
def test_a_place_is_not_found_inside_another_name(service: Tagger, title: str, place: str) -> None:
    (tagging,) = service.tag([item(title)])
    assert all(place not in (*signal.issuing, *signal.affected) for signal in tagging.signals)
