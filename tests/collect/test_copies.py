"""Copies are found whoever edited them; reports of one event and notices of one template are not copies."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.collect.copies import WINDOW, Finder, Link, Overlap, Texts, Told, overlap_of
from monitor.collect.copies.index import HOT, SKETCH, Index, sketches_of
from monitor.collect.copies.tokens import tokens_of, words_of

NOW = datetime(2024, 6, 25, 8, tzinfo=UTC)
STORY = (
    "Ministry drafts curbs on foreign chips\nThe ministry in Harbourtown said on Friday 21 June that it would bar public bodies from "
    "buying chips of eleven foreign makers, among them Norvex and Kelmar, from 4 August on. Officials around Minister Adela Brandt "
    "told makers to hand in their views by 12 July, and promised relief for hospitals and small schools until the end of next year."
)
BODY = STORY.partition("\n")[2]
REPORT = (
    "Chip makers brace for ban\nShares of Norvex lost a tenth on Friday after the ministry in Harbourtown announced a bar on foreign "
    "chips in public offices. Adela Brandt, the minister, wants it to begin on 4 August; eleven firms including Kelmar are on her list. "
    "Investors asked what would happen to hospitals, for which the minister has hinted at relief."
)
NOTICE = (
    "Notice\nThe Bureau of Standards hereby gives notice that the licence of Norvex Limited, number 4471, ends on 3 May. Objections must "
    "reach the Bureau in writing within thirty days of publication; the file can be seen at the office on working days."
)
CHINESE = (
    "通知\n公司周二通知中国开发者,自7月9日起将采取额外措施,停止来自不受支持国家和地区的接口流量,"
    "受影响的团队需要尽快迁移到其他平台,以免业务中断。"
)

COPIES: dict[str, tuple[str, str]] = {
    "the same text": (STORY, STORY),
    "under another headline": (STORY, f"Eleven firms out\n{BODY}"),
    "shortened": (STORY, STORY[: len(STORY) * 2 // 3]),
    "with a credit": (STORY, f"Ministry drafts curbs\nHARBOURTOWN, June 21 (Agency) - {BODY}"),
    "reworded": (STORY, STORY.replace("would bar", "will keep").replace("told", "asked").replace("promised", "held out")),
    "with a line of the house": (STORY, f"{STORY} Sign up for our free newsletter."),
    "with a line in another language": (STORY, f"{STORY} 点击这里订阅我们的每日新闻。"),
    "one number brought up to date": (STORY, STORY.replace("eleven", "12")),
    "other case, quotation marks and breaks": (STORY, STORY.upper().replace(". ", ".\n\n")),
    "the opening of a long article": (BODY[:200], f"{STORY} " + " ".join(f"further{i} words{i % 7}" for i in range(200))),
    "Chinese, reworded and longer": (CHINESE, CHINESE.replace("额外", "进一步").replace("尽快", "马上") + "本报记者报道。"),
    "Chinese, shortened": (CHINESE, CHINESE[:50]),
    "a name spelled otherwise": (STORY, STORY.replace("Brandt", "Brant")),
    "two words in nine exchanged": (STORY, " ".join(word if i % 9 not in (0, 3) else f"other{i}" for i, word in enumerate(STORY.split()))),
    "two words in nine dropped": (STORY, " ".join(word for i, word in enumerate(STORY.split()) if i % 9 not in (0, 3))),
    "with links of their own": (
        f"{BODY[:200]} https://paper.example.org/news/2024/drafts-curbs?from=feed",
        f"{BODY[:200]} http://house.example.com/item/4471/chips",
    ),
    "passages put in another order": (STORY, f"{BODY[len(BODY) // 2 :]} {BODY[: len(BODY) // 2]}"),
    "an opening between own words": (BODY[:200], " ".join(["We hear that", BODY[:200], *(f"further{i}" for i in range(60))])),
}
NO_COPIES: dict[str, tuple[str, str]] = {
    "two reports of one event": (STORY, REPORT),
    "one template, two firms": (NOTICE, NOTICE.replace("Norvex", "Kelmar").replace("4471", "5020").replace("3 May", "9 June")),
    "one template, two days, Chinese": (CHINESE, CHINESE.replace("7月9日", "8月3日").replace("周二", "周五")),
    "what an aggregator writes around a link": (
        "Fonts\nArticle URL: https://fonts.example.io/ Comments URL: https://news.example.com/item?id=35226586 Points: 8 # Comments: 0",
        "Store\nArticle URL: https://store.example.org/ Comments URL: https://news.example.com/item?id=35226197 Points: 46 # Comments: 2",
    ),
    "two jobs behind links": (
        "Harbour (B 22) Is Hiring Engineers\nArticle URL: https://boards.example.com/companies/harbour/jobs Comments URL: "
        "https://boards.example.com/item?id=35154599 Points: 1 # Comments: 0",
        "Kelp is hiring fishers\nArticle URL: https://kelp.example.com Comments URL: https://boards.example.com/item?id=34984749 "
        "Points: 1 # Comments: 0",
    ),
    "two short items on one firm": (
        "Norvex cuts off callers in Harbourtown\nNorvex said on Friday that it will end access to its models in Harbourtown in July.",
        "Norvex opens an office in Kelmar\nNorvex said on Friday that it will open an office for its models in Kelmar in July.",
    ),
    "two short items on one firm, Chinese": (
        "诺维公司停止服务\n诺维公司周五表示,将于七月停止在港镇提供接口服务。",
        "诺维公司开设办事处\n诺维公司周五表示,将于七月在凯马市开设一家新的办事处。",
    ),
    "a sentence quoted": (STORY, f"Comment\n{REPORT.partition(chr(10))[2]} {BODY[-80:]}"),
    "a survey that has it among others": (BODY[:200], "Today\n" + " ".join(f"other{i} news{i % 9}" for i in range(200)) + BODY[:200]),
    "bare headlines": ("Norvex leaves the country in July", "Norvex leaves the country in July, again"),
    "nothing": ("", ""),
}


@pytest.mark.parametrize(("left", "right"), COPIES.values(), ids=COPIES)
def test_a_copy_is_found_and_explained(left: str, right: str) -> None:
    found = overlap_of(left, right)
    assert isinstance(found, Overlap)
    here, there = left[slice(*found.span)], right[slice(*found.known_span)]
    assert [words.hashes.tolist() for words in words_of([here])] == [words.hashes.tolist() for words in words_of([there])]
    assert len(words_of([here])[0]) >= 3
    back = overlap_of(right, left)
    assert back == Overlap(found.share, found.known_span, found.span)
    assert linked([left, right]) == {(0, 1)}


@pytest.mark.parametrize(("left", "right"), NO_COPIES.values(), ids=NO_COPIES)
def test_what_only_looks_like_a_copy_is_none(left: str, right: str) -> None:
    assert overlap_of(left, right) is None
    assert linked([left, right]) == set()


def test_what_is_one_voice_already_is_not_compared() -> None:
    told = [Told("a", "wire", NOW, STORY), Told("b", "wire", NOW, STORY), Told("c", "paper", NOW, STORY)]
    _, links = Finder().find(told, texts_of({}))
    assert pairs(links) == {("a", "c"), ("b", "c")}


@pytest.mark.parametrize(("later", "found"), [(WINDOW, True), (WINDOW + timedelta(seconds=1), False)], ids=["within", "beyond"])
@pytest.mark.parametrize("order", [1, -1], ids=["in time", "the older one last"])
def test_texts_are_compared_within_the_window_whichever_comes_first(later: timedelta, found: bool, order: int) -> None:
    finder = Finder()
    for told in [Told("a", "a", NOW, STORY), Told("b", "b", NOW + later, STORY)][::order]:
        kept, links = finder.find([told], texts_of({"a": STORY, "b": STORY}))
        finder.remember(kept)
    assert pairs(links) == ({("a", "b")} if found else set())


def test_an_index_made_from_sketches_finds_what_the_first_one_found() -> None:
    texts = {str(i): text for i, text in enumerate(planted(random.Random(1), 40))}
    kept, links = Finder().find(told(texts), texts_of(texts))
    again = Finder()
    again.remember(kept)
    _, found = again.find([Told("new", "new", NOW, texts["0"])], texts_of(texts))
    assert {link.known for link in found} == {"0"} | {name for pair in pairs(links) if "0" in pair for name in pair}
    assert len(again) == len(texts)
    assert again.nbytes <= len(again) * (SKETCH + 2) * 8


def test_finding_alone_remembers_nothing() -> None:
    finder = Finder()
    finder.find([Told("a", "a", NOW, STORY)], texts_of({}))
    assert len(finder) == 0
    assert finder.find([Told("a", "a", NOW, STORY)], texts_of({}))[1] == []


def test_what_is_too_short_to_compare_hinders_nothing_that_follows() -> None:
    finder = Finder()
    for name, text in (("short", "Norvex leaves"), ("first", STORY), ("second", STORY)):
        kept, links = finder.find([Told(name, name, NOW, text)], texts_of(dict.fromkeys(("short", "first"), STORY)))
        finder.remember(kept)
    assert pairs(links) == {("first", "second")}


def test_what_is_forgotten_is_found_no_more_and_the_rest_as_before() -> None:
    finder = Finder()
    day = timedelta(days=1)
    for name, at in (("old", NOW), ("late", NOW + 2 * day), ("older", NOW - day), ("new", NOW + 3 * day)):
        finder.remember(finder.find([Told(name, name, at, STORY)], texts_of(dict.fromkeys(("old", "late", "older"), STORY)))[0])
    finder.forget(NOW + day)
    _, links = finder.find([Told("last", "last", NOW + 3 * day, STORY)], texts_of(dict.fromkeys(("late", "older", "new"), STORY)))
    assert {link.known for link in links} == {"late", "older", "new"}
    finder.forget(NOW + 9 * day)
    assert len(finder) == 0
    assert finder.find([Told("last", "last", NOW, STORY)], texts_of({}))[1] == []


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(1, 7))
def test_pairs_do_not_depend_on_order_or_batches(dice: random.Random, size: int) -> None:
    texts = planted(random.Random(2), 20)
    expected = linked(texts)
    assert expected
    order = list(range(len(texts)))
    dice.shuffle(order)
    named = {str(i): texts[i] for i in order}
    finder = Finder()
    found: set[tuple[str, str]] = set()
    for start in range(0, len(order), size):
        kept, links = finder.find(told({str(i): texts[i] for i in order[start : start + size]}), texts_of(named))
        finder.remember(kept)
        found |= pairs(links)
    assert found == {tuple(sorted((str(a), str(b)))) for a, b in expected}


def test_a_text_with_more_copies_than_are_looked_at_still_meets_some() -> None:
    named = {str(i): STORY for i in range(HOT * 3)}
    _, links = Finder().find(told(named), texts_of(named))
    assert {link.new for link in links} == {str(i) for i in range(1, HOT * 3)}
    assert len(links) <= HOT * HOT * 3


def test_a_line_that_a_house_prints_under_everything_makes_no_candidates() -> None:
    texts = planted(random.Random(3), HOT * 4)[::2]
    footer = " This story was produced by a partner newsroom and is brought to you by the friends of the house."
    index = Index()
    sketches = [one for tokens in tokens_of([text + footer for text in texts]) for one in sketches_of(tokens)]
    index.add(sketches[:-1], np.arange(len(sketches) - 1, dtype=np.uint32))
    assert index.pairs(sketches[-1:], np.array([len(sketches)], np.uint32)).tolist() == []


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_text_has_words_with_places(texts: list[str]) -> None:
    for text, words in zip(texts, words_of(texts), strict=True):
        places = [words.span(i, i) for i in range(len(words))]
        assert all(0 <= start < end <= len(text) for start, end in places)
        assert all(before[1] <= after[0] for before, after in pairwise(places))
        assert words_of([text])[0].hashes.tolist() == words.hashes.tolist()
        by_text: dict[str, int] = {}
        assert all(by_text.setdefault(text[a:b].lower(), h) == h for (a, b), h in zip(places, words.hashes.tolist(), strict=True))


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Norvex Wins Big\nThe firm said Norvex paid 40 euros. It left.", ["Norvex", "40"]),
        ("通知\n公司周二说,自7月九日起", ["二", "7", "九"]),
        ("Bill 40", ["40"]),
        ("See\nSee news.example.org/wares and go.", ["example", "org", "wares"]),
    ],
    ids=["names within sentences and numbers", "Chinese numbers", "a headline alone", "addresses"],
)
def test_facts_are_numbers_and_names(text: str, facts: list[str]) -> None:
    (words,) = words_of([text])
    assert [text[slice(*words.span(place, place))] for place in words.facts.places] == facts


def texts_of(texts: dict[str, str]) -> Texts:
    return lambda ids: {name: texts[name] for name in ids}


def told(texts: dict[str, str]) -> list[Told]:
    return [Told(name, name, NOW, text) for name, text in texts.items()]


def pairs(links: list[Link]) -> set[tuple[str, str]]:
    return {(min(link.new, link.known), max(link.new, link.known)) for link in links}


def linked(texts: list[str]) -> set[tuple[int, int]]:
    named = {str(i): text for i, text in enumerate(texts)}
    _, links = Finder().find(told(named), texts_of(named))
    return {tuple(sorted((int(link.new), int(link.known)))) for link in links}  # type: ignore[misc]


def planted(dice: random.Random, count: int) -> list[str]:
    """Invented texts of sixty words; each second one is the one before it with a word in eight exchanged."""
    vocabulary = [f"{stem}{end}" for stem in ("bar", "cor", "dal", "fen", "gim", "hol") for end in range(40)]
    found: list[str] = []
    for i in range(count):
        words = dice.choices(vocabulary, k=60) if i % 2 == 0 else found[-1].partition("\n")[2].split()
        changed = [dice.choice(vocabulary) if i % 2 and dice.random() < 0.125 else word for word in words]
        found.append(f"Title {i}\n{' '.join(changed)}")
    return found
