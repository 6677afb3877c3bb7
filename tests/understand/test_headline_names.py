"""How headlines name a firm: by its product, by a bare word or letter, by what everybody calls it; and what only looks like it."""

from __future__ import annotations

import pytest

from monitor.catalog import load_catalog
from monitor.understand.gate import Gate
from monitor.understand.lexicon import load_lexicon
from monitor.understand.text import read_text


@pytest.fixture(scope="module")
def gate() -> Gate:
    return Gate(load_catalog(), load_lexicon())


MEANT = [
    pytest.param("Meta fined over advertisers' records in Dublin", ["meta"], id="meta-fined"),
    pytest.param("Meta begins blocking news in Canada", ["meta"], id="meta-begins"),
    pytest.param("Meta faces daily fine in Norway", ["meta"], id="meta-faces"),
    pytest.param("Court rules Meta can be sued in Kenya", ["meta"], id="court-rules-meta"),
    pytest.param("Regulator orders Meta to stop", ["meta"], id="orders-meta"),
    pytest.param("Meta's boss heads to Brussels", ["meta"], id="possessive"),
    pytest.param("Meta被罚三亿欧元", ["meta"], id="meta-in-chinese"),
    pytest.param("Facebook owner fined in Ireland", ["meta"], id="facebook-owner"),
    pytest.param("Zuckerberg's Meta blocks links", ["meta"], id="zuckerbergs-meta"),
    pytest.param("Zuckerberg's company fined in Lagos", ["meta"], id="zuckerbergs-company"),
    pytest.param("X fined in Australia over child abuse material", ["x"], id="x-fined"),
    pytest.param("X blocked in Brazil", ["x"], id="x-blocked"),
    pytest.param("EU opens probe into X over disinformation", ["x"], id="probe-into-x"),
    pytest.param("Court upholds ban on X", ["x"], id="ban-on-x"),
    pytest.param("Minister: X banned from tonight", ["x"], id="x-after-colon"),
    pytest.param("X sues watchdog over takedown order", ["x"], id="x-sues"),
    pytest.param("X, formerly Twitter, leaves pact", ["x", "x"], id="formerly-twitter"),
    pytest.param("Elon Musk's X loses in court", ["x"], id="musks-x"),
    pytest.param("Musk's social network told to pay", ["x"], id="musks-social-network"),
    pytest.param("Musk's social media platform throttled in Turkey", ["x"], id="musks-platform"),
    pytest.param("TikTok owner to appeal", ["bytedance"], id="tiktok-owner"),
    pytest.param("ChatGPT maker under investigation in Italy", ["openai"], id="chatgpt-maker"),
    pytest.param("iPhone maker loses appeal", ["apple"], id="iphone-maker"),
    pytest.param("Musk denies taking X offline, users wait", ["x"], id="a-word-that-ends-like-a-title"),
    pytest.param("联邦机构：聯想筆電加徵关税", ["lenovo"], id="both-scripts-in-one-text"),
    pytest.param("SEC sues crypto firms Genesis and Gemini over lending", ["genesis-global", "gemini-exchange"], id="crypto-genesis"),
    pytest.param("Kenya halts Worldcoin sign-ups", ["worldcoin"], id="worldcoin"),
    pytest.param("Spyware maker Intellexa sanctioned by US", ["intellexa"], id="intellexa"),
    pytest.param("网信办责令滴滴出行下架", ["didi"], id="didi-in-chinese"),
    pytest.param("Vietnamese gamers lose access to Steam", ["valve"], id="steam-of-gamers"),
    pytest.param("Waymo and Cruise robotaxis limited in San Francisco", ["waymo", "cruise"], id="robotaxis"),
]

NOT_MEANT = [
    pytest.param("Malcolm X sued the city of New York", id="a-last-name"),
    pytest.param("Granit X banned for three matches", id="another-last-name"),
    pytest.param("Russian X-22 missile hits users of a platform", id="letter-and-figure"),
    pytest.param("Patch for X.org breaks things, users say", id="letter-and-dot"),
    pytest.param("ASDE-X surfaces at 43 airports, social media users note", id="letter-after-hyphen"),
    pytest.param("Series S/X users get a patch", id="one-of-two-letters"),
    pytest.param("Lil Nas X fined over a show on a social platform", id="singer"),
    pytest.param("Surface Pro X users lose their camera", id="device"),
    pytest.param("X-ray platform draws users", id="x-ray"),
    pytest.param("X-rated film banned; ban on X-rated material holds", id="x-rated"),
    pytest.param("Gen X sues over pensions", id="generation"),
    pytest.param("Drug X banned in Canada", id="placeholder"),
    pytest.param("Product X blocked at customs", id="product-placeholder"),
    pytest.param("X marks the spot, a platform for pirates", id="x-marks"),
    pytest.param("Ministry fines X percent of turnover", id="unknown-number"),
    pytest.param("Meta de inflação: governo muda regra", id="portuguese-goal"),
    pytest.param("Villavicencio, Meta: alcalde ordena cierre de apps", id="colombian-department"),
    pytest.param("Tool to Read, Write and Edit Meta Information", id="meta-information"),
    pytest.param("Thanos Meta begins to bore players", id="meta-of-a-game"),
    pytest.param("The meta is shifting again", id="small-letters"),
    pytest.param("Arctic Circle ban on oil", id="circle"),
    pytest.param("Cruise ship banned from Venice", id="cruise-ship"),
    pytest.param("Orange County bans gas blowers", id="county"),
    pytest.param("Full Steam Ahead for games ban", id="steam"),
    pytest.param("Genesis Market seized in crypto raid", id="another-genesis"),
    pytest.param("Usain Bolt sues over missing millions", id="sprinter"),
    pytest.param("Delhi LG orders inquiry", id="governor"),
    pytest.param("Hamid Mir banned from cards and television", id="journalist"),
    pytest.param("Liverpool lose at the Amex Stadium", id="stadium"),
    pytest.param("星座：蘋果豐收，與任何公司無涉", id="a-fruit-in-traditional-script"),
    pytest.param("巴西数据保护局立案", id="inside-chinese-words"),
]


@pytest.mark.parametrize(("title", "providers"), MEANT)
def test_a_headline_means_the_firm(gate: Gate, title: str, providers: list[str]) -> None:
    assert [m.provider for m in gate(read_text(title, "").norm).mentions] == providers


@pytest.mark.parametrize("title", NOT_MEANT)
def test_a_headline_means_something_else(gate: Gate, title: str) -> None:
    assert [m.provider for m in gate(read_text(title, "").norm).mentions] == []


@pytest.mark.parametrize("title", ["orange smoke over the city, ban on fires", "steam cars fined", "a circle of friends sued"])
def test_an_everyday_word_in_small_letters_is_no_doubtful_name(gate: Gate, title: str) -> None:
    assert gate(read_text(title, "").norm).doubtful == ()
