"""Links that need no login: what was signed comes back whole, and nothing else does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.inform.links import MAX_URL, is_reachable, team_of, team_token, unsubscribe_subject, unsubscribe_token, unsubscribe_url

KEY, OTHER = "ab" * 32, "cd" * 32
WORDS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=40)


@given(recipient=WORDS, teams=st.sets(WORDS, min_size=1, max_size=4))
def test_a_token_gives_back_what_was_signed_and_only_under_its_key(recipient: str, teams: set[str]) -> None:
    token = unsubscribe_token(KEY, recipient, teams)
    assert unsubscribe_subject(KEY, token) == (recipient, tuple(sorted(teams)))
    assert unsubscribe_subject(OTHER, token) is None
    url = unsubscribe_url("https://risk.example.org", KEY, recipient, teams)
    assert url is None or (is_reachable(url) and len(url) <= MAX_URL)


def test_no_link_is_promised_that_a_header_cannot_carry_or_nobody_can_follow() -> None:
    many = [f"team-number-{number}" for number in range(60)]
    assert unsubscribe_url("https://risk.example.org", KEY, "ops@example.com", many) is None
    assert unsubscribe_url("http://127.0.0.1:8000", KEY, "ops@example.com", ["a"]) is None
    assert unsubscribe_url("https://risk.example.org/fw/", KEY, "ops@example.com", ["a"])


@given(token=st.text(max_size=80))
def test_no_other_text_is_a_token(token: str) -> None:
    assert unsubscribe_subject(KEY, token) is None
    assert team_of(token, {"a": KEY}) is None


@given(at=st.integers(0, 200), sign=st.sampled_from("abcXYZ019-_."))
def test_a_changed_sign_makes_a_token_void(at: int, sign: str) -> None:
    token = unsubscribe_token(KEY, "ops@example.com", ["a"])
    at %= len(token)
    changed = token[:at] + sign + token[at + 1 :]
    # The last sign of a signature carries two bits that mean nothing, but it is compared as text.
    assert (unsubscribe_subject(KEY, changed) is not None) == (changed == token)


def test_a_team_is_found_by_its_token_alone_and_a_new_key_ends_that() -> None:
    keys = {"a": KEY, "b": OTHER, "c": "ef" * 32}
    assert [team_of(team_token(key, team), keys) for team, key in keys.items()] == ["a", "b", "c"]
    assert team_of(team_token(KEY, "a"), keys | {"a": "01" * 32}) is None
    assert team_of(team_token(KEY, "b"), keys) is None
    assert team_of("", {}) is None


@pytest.mark.parametrize(
    ("base_url", "expected"),
    [
        ("https://risk.example.org", True),
        ("http://risk.example.org:8080/path", True),
        ("https://10.0.0.5", True),
        ("http://127.0.0.1:8000", False),
        ("http://127.8.9.1", False),
        ("http://[::1]:8000", False),
        ("http://0.0.0.0", False),
        ("http://localhost:8000", False),
        ("http://LOCALHOST.", False),
        ("http://fw.localhost", False),
        ("https://räte.example", False),
        ("https://a.example/<b>", False),
        ("ftp://a.example", False),
    ],
)
def test_only_an_address_that_others_can_follow_makes_a_link(base_url: str, expected: bool) -> None:
    assert is_reachable(base_url) is expected
