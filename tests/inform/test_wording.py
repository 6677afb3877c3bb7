"""Short phrases for events and offers."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.inform.wording import headline, left_words, offer_terms
from monitor.model import Event, EventDates, Offer
from tests.inform.episode import draft_rule, event

DAY = date(2024, 6, 26)

OFFERS = [
    (Offer(provider="p", kind="free_tokens", amount="50000000"), "50 million free tokens"),
    (Offer(provider="p", kind="free_tokens", amount="1500000000"), "1.5 billion free tokens"),
    (Offer(provider="p", kind="free_tokens", amount="5000", until=date(2024, 7, 31)), "5,000 free tokens until 2024-07-31"),
    (Offer(provider="p", kind="free_tokens", amount="3.5"), "free tokens"),
    (Offer(provider="p", kind="free_tokens"), "free tokens"),
    (Offer(provider="p", kind="free_credits", amount="100"), "free credits worth 100"),
    (Offer(provider="p", kind="free_credits", amount="many"), "free credits"),
    (Offer(provider="p", kind="price_cut", amount="50"), "50 % off"),
    (Offer(provider="p", kind="price_cut"), "price cut"),
    (Offer(provider="p", kind="migration_service"), "migration service"),
]


@pytest.mark.parametrize(("offer", "words"), OFFERS, ids=[words for _, words in OFFERS])
def test_offer_in_words(offer: Offer, words: str) -> None:
    assert offer_terms(offer) == words


HEADLINES = [
    ("coming", event(), "access from CN ends 2024-07-09"),
    ("today", event(dates=EventDates(effective=DAY)), "access from CN ends 2024-06-26"),
    ("past", event(dates=EventDates(effective=date(2024, 6, 1))), "access from CN ended 2024-06-01"),
    ("no_day", event(dates=EventDates()), "access from CN announced"),
    ("in_force", event(dates=EventDates(), stage="in_force"), "access from CN in force"),
    ("suspended", event(stage="suspended"), "access from CN suspended"),
    ("threatened", event(modality="threatened"), "access from CN threatened"),
    ("draft", draft_rule(), "investment restriction for CN proposed, comments close 2024-08-04"),
    ("draft_comments_over", draft_rule(dates=EventDates(comment=date(2024, 6, 1))), "investment restriction for CN proposed"),
]


@pytest.mark.parametrize(("told", "words"), [case[1:] for case in HEADLINES], ids=[case[0] for case in HEADLINES])
def test_headline_is_built_from_fields(told: Event, words: str) -> None:
    assert headline(told, ("CN",), DAY) == words


def test_days_left() -> None:
    assert [left_words(date(2024, 6, day), DAY) for day in (26, 27, 28)] == ["due today", "1 day left", "2 days left"]
