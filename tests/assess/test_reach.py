"""Where a measure bites and whom it reaches: properties of the score; each test is named after the property."""

from __future__ import annotations

from typing import Any

import pytest

from monitor.assess.factors import FACTORS
from monitor.assess.score import score
from monitor.model import Event
from tests.assess.builders import crafted, draft_rule, event, notice, question

PLACES: dict[str, tuple[Event, str, float]] = {
    "the place itself": (crafted("e"), "CN", 1),
    "another country": (crafted("e"), "DE", 0),
    "a member of the region named": (crafted("e", affected=("EU",), issuing=("EU",)), "DE", 1),
    "outside the region named": (crafted("e", affected=("EU",), issuing=("EU",)), "CN", 0),
    "the region of a member named": (crafted("e", affected=("IT",), issuing=("IT",)), "EU", 0.5),
    "Hong Kong is not China": (crafted("e"), "HK", 0),
    "Taiwan is not China": (crafted("e"), "TW", 0),
    "Macau when named": (crafted("e", affected=("CN", "MO")), "MO", 1),
    "no place named": (crafted("e", affected=(), issuing=(), type="access_restriction"), "CN", 0.25),
    "the issuer of a listing": (crafted("e", affected=("CN",), issuing=("US",), type="sanctions_listing"), "US", 1),
    "the home of a listed firm": (crafted("e", affected=("CN",), issuing=("US",), type="sanctions_listing"), "CN", 0.6),
    "the issuer of an export rule": (crafted("e", affected=("CN",), issuing=("US",), type="export_control"), "US", 0),
    "the government behind a firm's act": (crafted("e", affected=("CN",), issuing=("US",), type="access_restriction"), "US", 0),
}


@pytest.mark.parametrize(("told", "place", "match"), PLACES.values(), ids=PLACES)
def test_jurisdiction_specificity(told: Event, place: str, match: float) -> None:
    assert FACTORS["jurisdiction"](told, question(place=place)) == match
    assert (score([told], question(place=place)).score > 0) == (match > 0)


CHINAS: dict[str, Any] = {"providers": {}, "issuing": ("US",), "affected": ("CN",)}
ROLES: dict[str, tuple[Event, str, float]] = {
    "restricting": (event(notice()), "openai", 1),
    "named in passing": (event(notice(providers={"openai": "restricting", "baidu": "mentioned"})), "baidu", 0),
    "not named": (event(notice()), "baidu", 0),
    "who gains": (event(notice(providers={"openai": "restricting", "baidu": "alternative"})), "baidu", 0),
    "app store in a ban": (crafted("e", providers={"bytedance": "targeted", "openai": "affected"}), "openai", 0.3),
    "seller under an export rule": (crafted("e", type="export_control", providers={"nvidia": "affected"}), "nvidia", 0.8),
    "child of a target": (crafted("e", providers={"alibaba": "targeted"}), "alibaba-cloud", 0.7),
    "grandchild over an owner of unknown share": (crafted("e", providers={"alibaba": "targeted"}), "qwen-shop", 0.7**2),
    "minority holding": (crafted("e", providers={"alibaba": "targeted"}), "baichuan", 0),
    "minority holding of unknown size": (crafted("e", providers={"alibaba": "targeted"}), "moonshot", 0),
    "parent of a target": (crafted("e", providers={"alibaba-cloud": "targeted"}), "alibaba", 0),
    "child that gains": (crafted("e", providers={"alibaba": "targeted", "alibaba-cloud": "alternative"}), "alibaba-cloud", 0),
    "class of firms": (event(draft_rule()), "baidu", 0.4),
    "firm of another sector": (event(draft_rule()), "huawei", 0),
    "firm of another home": (event(draft_rule()), "openai", 0),
    "maker of goods under a tariff": (crafted("t", type="tariff", **CHINAS | {"sectors": ("hardware",)}), "huawei", 0.4),
    "service under a tariff": (crafted("t", type="tariff", **CHINAS | {"sectors": ("apps",)}), "bytedance", 0),
    "unknown provider": (event(draft_rule()), "nobody", 0),
}


@pytest.mark.parametrize(("told", "provider", "weight"), ROLES.values(), ids=ROLES)
def test_entity_specificity(told: Event, provider: str, weight: float) -> None:
    assert FACTORS["role"](told, question(provider)) == pytest.approx(weight)


def test_entity_specificity_says_why_a_child_is_reached() -> None:
    (factor,) = score([crafted("e", providers={"alibaba": "targeted"})], question("alibaba-cloud")).factors
    assert "it reaches Alibaba Cloud through its owner Alibaba (targeted), counted at 0.7" in factor.why
