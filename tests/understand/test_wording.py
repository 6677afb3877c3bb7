"""How a news item is worded: phrases without names, and when that is believed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.catalog import load_catalog
from monitor.model import Signal
from monitor.understand.learned.second import shows_who_acts
from monitor.understand.learned.wording import SIZE, phrases, worded
from monitor.understand.reading import Reading
from monitor.understand.tag import Look, Tagger
from tests.understand.test_feed_items import item

TAGGER = Tagger(load_catalog(), None)


def look_at(title: str, text: str = "", **fields: str) -> Look:
    (look,) = TAGGER.look([item(title, text).model_copy(update=fields)])
    return look


def read(title: str, text: str = "", **fields: str) -> Reading:
    found = look_at(title, text, **fields).reading
    assert found is not None
    return found


def test_names_are_no_phrases() -> None:
    """A model that knew names would know the firms of its corpus."""
    assert phrases(read("Italy bans ChatGPT")).tolist() == phrases(read("Nepal bans TikTok")).tolist()
    assert phrases(read("Italy bans ChatGPT")).tolist() != phrases(read("Italy lauds ChatGPT ban")).tolist()


@given(st.text(max_size=200))
def test_any_text_has_phrases_with_numbers_in_reach(text: str) -> None:
    found = phrases(read(f"Italy bans ChatGPT {text}"))
    assert 0 <= found.min() <= found.max() < SIZE
    assert len(set(found.tolist())) == len(found)
    assert 0 <= worded(read(f"Italy bans ChatGPT {text}")) <= 1


def test_words_of_a_measure_are_likelier_than_words_of_a_product() -> None:
    measures = ["Regulator fines Meta over ads", "Taipei tells its staff: hands off DeepSeek", "Moscow court cuts off access to Discord"]
    products = [
        "Meta stops testing of new ads on Instagram",
        "DeepSeek limits what its free app can do",
        "Netflix bans shared passwords in Canada",
    ]
    assert min(worded(read(title)) for title in measures) > max(worded(read(title)) for title in products)


@pytest.mark.parametrize("fields", [{"lang": "de"}, {"kind": "regulator"}, {"kind": "vendor_terms"}])
def test_only_english_news_is_judged_by_its_words(fields: dict[str, str]) -> None:
    assert worded(read("Italy bans ChatGPT")) > 0.5
    assert worded(read("Italy bans ChatGPT", **fields)) == 0


def signal(**fields: object) -> Signal:
    told: dict[str, object] = {
        "type": "service_ban", "providers": {"huawei": "targeted"}, "issuing": ("DE",), "affected": ("DE",), "stage": "final",
        "evidence": (), "confidence": 0.9,
    }  # fmt: skip
    return Signal.model_validate(told | fields)


@pytest.mark.parametrize(("title", "fields", "shown"), [
    ("Berlin rips Huawei out of 5G", {}, True),
    ("Berlin bans Chinese gear from 5G", {}, True),  # whom it hits, the text alone says
    ("Berlin adopts rules for AI models", {"providers": {"openai": "affected"}, "type": "licensing_regulation"}, True),
    ("Berlin will invest in AI models", {"providers": {}, "type": "licensing_regulation"}, False),
    ("Huawei fined over data protection", {"type": "data_privacy"}, True),
    ("Huawei fined over data protection", {"type": "data_privacy", "providers": {"zte": "targeted"}}, False),
    ("German judge blocks social media law", {"providers": {}, "type": "litigation", "stage": "suspended"}, True),
    ("German judge blocks chimney law", {"providers": {}, "type": "litigation", "stage": "suspended"}, False),
    ("Huawei and ZTE face start of German rules", {"providers": {"zte": "affected"}, "type": "licensing_regulation"}, True),
    ("Huawei loses ground in 5G", {}, False),  # nobody acts
    ("Berlin rips Huawei out of 5G", {"issuing": ()}, False),
    ("Beijing slams Germany over ban of Huawei", {}, False),
    ("Why Berlin rips Huawei out of 5G", {}, False),
    ("Berlin rips Huawei out of 5G", {"stage": "rescinded"}, False),
    ("Berlin rips Huawei out of 5G", {"type": "relief"}, False),
    ("Huawei leaves Germany", {"type": "access_restriction", "providers": {"huawei": "restricting"}}, False),
    ("Berlin adopts rules for AI models", {"providers": {}, "type": "licensing_regulation"}, True),
    ("Berlin adopts rules and fines for chimneys", {"providers": {}, "type": "licensing_regulation"}, False),
    ("Berlin fines Huawei", {"providers": {}, "type": "licensing_regulation"}, False),  # a name that the measure does not hit
])  # fmt: skip
def test_the_headline_must_show_who_acts_on_whom(title: str, fields: dict[str, object], shown: bool) -> None:
    assert shows_who_acts(read(title, "Makers of AI models were told on Monday."), [signal(**fields)]) is shown


def test_nothing_told_shows_nothing() -> None:
    assert not shows_who_acts(read("Berlin rips Huawei out of 5G"), [])


def test_a_document_asks_heads_for_a_rule_or_its_words() -> None:
    assert look_at("Italy bans ChatGPT").asked
    assert not look_at("ChatGPT and a sanctions game for children in Italy").asked
