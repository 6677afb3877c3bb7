"""What feeds say about how often they want to be asked."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.collect.hints import hints_in
from monitor.model import FeedHints
from tests.collect.bodies import item, rss

DAY = 86_400


def _channel(inside: str) -> bytes:
    return rss(item(), channel=f"<title>News</title>{inside}").encode()


CASES: dict[str, tuple[bytes, FeedHints]] = {
    "nothing": (_channel(""), FeedHints()),
    "ttl": (_channel("<ttl>60</ttl>"), FeedHints(wait_s=3600)),
    "ttl with spaces and capitals": (_channel("<TTL> 5\n</TTL>"), FeedHints(wait_s=300)),
    "ttl of nine nines": (_channel(f"<ttl>{'9' * 9}</ttl>"), FeedHints(wait_s=365 * DAY)),
    "ttl of ten digits": (_channel(f"<ttl>{'9' * 10}</ttl>"), FeedHints()),
    "ttl below zero": (_channel("<ttl>-5</ttl>"), FeedHints()),
    "ttl in words": (_channel("<ttl>soon</ttl>"), FeedHints()),
    "ttl in Arabic digits": (_channel("<ttl>٦٠</ttl>"), FeedHints()),
    "ttl of an entry": (rss("<item><ttl>60</ttl></item>").encode(), FeedHints()),
    "ttl in a comment": (_channel("<!-- <ttl>60</ttl> -->"), FeedHints()),
    "skipHours": (_channel("<skipHours><hour>0</hour><hour>23</hour></skipHours>"), FeedHints(skip_hours=(0, 23))),
    "skipHours that call midnight 24": (_channel("<skipHours><hour>24</hour></skipHours>"), FeedHints(skip_hours=(0,))),
    "skipHours beyond the day": (_channel("<skipHours><hour>25</hour><hour>99</hour></skipHours>"), FeedHints()),
    "skipHours all": (_channel("<skipHours>" + "".join(f"<hour>{h}</hour>" for h in range(24)) + "</skipHours>"), FeedHints()),
    "skipHours without end": (_channel("<skipHours><hour>1</hour>"), FeedHints()),
    "hours outside": (_channel("<hour>1</hour>"), FeedHints()),
    "skipDays": (_channel("<skipDays><day>Saturday</day><day>Sunday</day></skipDays>"), FeedHints(skip_days=(5, 6))),
    "skipDays of no week": (_channel("<skipDays><day>Someday</day></skipDays>"), FeedHints()),
    "hourly": (_channel("<sy:updatePeriod>hourly</sy:updatePeriod>"), FeedHints(wait_s=3600)),
    "twice a day": (
        _channel("<sy:updatePeriod> daily </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>"), FeedHints(wait_s=DAY // 2)
    ),
    "weekly under another prefix": (_channel("<syn:updatePeriod>weekly</syn:updatePeriod>"), FeedHints(wait_s=7 * DAY)),
    "never a day": (_channel("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>"), FeedHints(wait_s=DAY)),
    "of no period": (_channel("<sy:updatePeriod>always</sy:updatePeriod>"), FeedHints()),
    "ttl and period": (_channel("<ttl>90</ttl><sy:updatePeriod>hourly</sy:updatePeriod>"), FeedHints(wait_s=5400)),
    "UTF-16": (rss(item(), channel="<ttl>60</ttl>", prolog="").encode("utf-16"), FeedHints(wait_s=3600)),
    "no XML": (b'{"version": "https://jsonfeed.org/version/1.1"}', FeedHints()),
    "nothing at all": (b"", FeedHints()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_hints(case: str) -> None:
    body, hints = CASES[case]
    assert hints_in(body) == hints


@given(st.binary(max_size=300) | st.text("<>/!-:thoursdayskip1 \n", max_size=300).map(str.encode))
def test_any_bytes_give_hints(body: bytes) -> None:
    hints_in(body)


@pytest.mark.parametrize(
    "pattern",
    ["<!--", "<ttl>", "<ttl>" + " " * 19, "<a:updatePeriod>", "<" + "a" * 39, "<skipHours>", "<day>", "<a:updatePeriod>" + " " * 199],
)
def test_hostile_repetition_costs_little(pattern: str) -> None:
    body = pattern.encode() * (8_000_000 // len(pattern))
    begun = time.process_time()
    hints_in(body)
    assert time.process_time() - begun < 0.5
