"""Cleaning, canonical addresses and the chain of revisions."""

from __future__ import annotations

import hashlib
import re
import time
import unicodedata
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.collect.document import TEXT_CHARS, TITLE_CHARS, clean_text, clean_title, documents
from monitor.collect.url import canonical_url
from monitor.model import Document, Entry
from tests.collect.bodies import feed_source
from tests.collect.wire import NOW

URLS = {
    "HTTPS://News.Example:443/a?b=2&a=1#top": "https://news.example/a?a=1&b=2",
    "http://news.example:80": "http://news.example/",
    "http://news.example:8080/a/": "http://news.example:8080/a/",
    "https://n.example/a?utm_source=x&UTM_Medium=y&id=3&fbclid=1&gclid=2": "https://n.example/a?id=3",
    "https://n.example/a?utm_source=x": "https://n.example/a",
    "https://n.example/a?": "https://n.example/a",
    "https://n.example/?q=a&q=b": "https://n.example/?q=a&q=b",
    "https://user:pw@n.example/a": "https://n.example/a",
    "https://n.example./a": "https://n.example/a",
    " https://n.example/a\n": "https://n.example/a",
    "https://[2606:4700::1111]:443/a": "https://[2606:4700::1111]/a",
    "https://例え.jp/ニュース": "https://例え.jp/ニュース",
    "javascript:alert(1)": "",
    "data:text/html,x": "",
    "ftp://n.example/a": "",
    "https:///a": "",
    "https://n.example:99999/": "",
    "https://[::1": "",
    "/relative": "",
    "": "",
}


@pytest.mark.parametrize("link", URLS)
def test_canonical_url(link: str) -> None:
    assert canonical_url(link) == URLS[link]


@given(st.one_of(st.text(max_size=200), st.from_regex(r"https?://[a-z.:0-9@\[\]]{0,20}/[ -~]{0,60}", fullmatch=True)))
@settings(max_examples=500, deadline=None)
def test_canonical_url_is_idempotent(link: str) -> None:
    once = canonical_url(link)
    assert canonical_url(once) == once
    assert once == "" or re.match(r"https?://[^/?#\s]+/", once)


TEXTS = {
    "<p>One</p><p>Two<br>three</p>": "One\nTwo\nthree",
    "<b>Bold</b>face": "Boldface",
    "<ul><li>a<li>b</ul>": "a\nb",
    "AT&amp;T &amp;amp; R&D": "AT&T & R&D",
    "&lt;p&gt;Escaped&lt;/p&gt; twice": "Escaped\ntwice",
    "a < b and c > d": "a < b and c > d",
    "x<script>alert(1)</script>y": "xy",
    "x<style>p{}</style >y": "xy",
    "<svg/onload=alert(1)>text": "text",
    "<img src=x onerror=alert(1)>text": "text",
    '<a title="a > b" href="x">link</a>': "link",
    "<a title='</a>' href=x>link</a>": "link",
    "a<!-- hidden -->b": "ab",
    "a<!-- open": "a open",
    "5 <!-- <b>x</b>": "5 x",
    "<scr<script>ipt>x": "ipt>x",
    "Open\u200bAI \u202eban\u202c\ufeff": "OpenAI ban",
    "a\x00b\x1b[31mc\x85d\u2028e": "ab[31mc\nd\ne",
    "cafe\u0301": "café",
    "  a \t\xa0 b \n\n\n c ": "a b\nc",
    "&#8203;Open&#x200b;AI": "OpenAI",
    "&#0;&#xD800;x": "\ufffd\ufffdx",
    "": "",
}


@pytest.mark.parametrize("markup", TEXTS)
def test_clean_text(markup: str) -> None:
    assert clean_text(markup) == TEXTS[markup]


_PIECES = st.sampled_from(
    [
        *"<>&;\"' \n=/aé中",
        *("amp;", "lt;", "&lt;", "&#60;", "&#38;", "&amp;amp;lt;b&gt;", "\u200b", "\x00", "e\u0301", "\u037e", "b<c"),
        *("script", "<p>", "</p>", "<!--", "-->", "<svg/onload=x>", "]]>", "<![CDATA[", "<textarea>", "</title>"),
    ]
)


@given(st.one_of(st.text(max_size=80), st.lists(_PIECES, max_size=25).map("".join)))
@settings(max_examples=1500, deadline=None)
def test_clean_text_has_no_tags_and_no_controls_and_is_idempotent(markup: str) -> None:
    text = clean_text(markup)
    assert not re.search(r"</?[A-Za-z]|<!--", text)
    assert not any(unicodedata.category(c) in ("Cc", "Cs") and c != "\n" for c in text)
    assert not re.search("[\u200b-\u200f\u202a-\u202e\ufeff]", text)
    assert clean_text(text) == text
    assert unicodedata.is_normalized("NFC", text)
    assert "\n" not in clean_title(markup)


def test_lengths_are_bounded() -> None:
    assert len(clean_title("x" * 5_000_000)) == TITLE_CHARS
    assert len(clean_text("y " * 500_000)) <= TEXT_CHARS


NESTED = {
    "div": "<div>" * 400_000,
    "odd": '<div title="<">' * 150_000,
    "inline": "<b><i><a>" * 200_000,
    "comments": "<!--" * 400_000,
    "scripts": "<script>" * 200_000,
    "ampersands": "&" + "amp;" * 400_000,
    "quotes": '<a "' * 400_000,
    "open": "<a " * 600_000,
}


@pytest.mark.parametrize("case", NESTED)
def test_cleaning_time_stays_linear(case: str) -> None:
    begun = time.process_time()
    clean_text(NESTED[case])
    assert time.process_time() - begun < 3


def _entry(**fields: object) -> Entry:
    return Entry.model_validate({"guid": "1", "url": "https://n.example/1", "title": "Ban", "html": "<p>It ends.</p>"} | fields)


def _latest(*known: Document) -> dict[str, Document]:
    return {document.guid: document for document in known}


def test_a_new_entry_is_a_first_revision_with_its_hash() -> None:
    source = feed_source(kind="vendor", jurisdiction="US", reliability="high")
    (found,) = documents(source, [_entry()], {}, NOW)
    assert (found.source, found.guid, found.revision, found.full_text) == ("s", "1", 1, "Ban\nIt ends.")
    assert found.content_hash == hashlib.sha256(b"Ban\nIt ends.").hexdigest()
    assert (found.kind, found.jurisdiction, found.reliability, found.origin_group) == ("vendor", "US", "high", "family")


def test_unchanged_gives_nothing_and_an_edit_one_revision() -> None:
    (first,) = documents(feed_source(), [_entry()], {}, NOW)
    assert documents(feed_source(), [_entry(html="It <b>ends</b>.")], _latest(first), NOW) == []
    (second,) = documents(feed_source(), [_entry(html="It ended.")], _latest(first), NOW)
    assert (second.guid, second.revision) == ("1", 2)
    (third,) = documents(feed_source(), [_entry()], _latest(second), NOW)
    assert third.revision == 3


def test_duplicates_in_one_batch_collapse() -> None:
    assert len(documents(feed_source(), [_entry(), _entry(), _entry(html="later copy")], {}, NOW)) == 1


def test_a_new_guid_at_the_same_place_is_the_same_document() -> None:
    (first,) = documents(feed_source(), [_entry()], {}, NOW)
    moved = _entry(guid="other", url="https://n.example/1?utm_source=feed")
    assert documents(feed_source(), [moved], _latest(first), NOW) == []
    (edited,) = documents(feed_source(), [moved.model_copy(update={"html": "edited"})], _latest(first), NOW)
    assert (edited.guid, edited.revision) == ("1", 2)


def test_a_new_guid_beside_the_old_one_is_another_document() -> None:
    (first,) = documents(feed_source(), [_entry()], {}, NOW)
    (other,) = documents(feed_source(), [_entry(), _entry(guid="2", html="live blog, next post")], _latest(first), NOW)
    assert (other.guid, other.revision) == ("2", 1)


def test_a_date_in_the_future_is_held_to_tomorrow_and_kept_raw() -> None:
    far = _entry(published_at=NOW + timedelta(days=4000), published_raw="far", updated_at=NOW + timedelta(hours=5))
    (found,) = documents(feed_source(), [far], {}, NOW)
    assert (found.published_at, found.published_raw) == (NOW + timedelta(days=1), "far")
    assert found.updated_at == NOW + timedelta(hours=5)


def test_an_entry_without_a_usable_link_points_to_its_source() -> None:
    (found,) = documents(feed_source(), [_entry(url="javascript:alert(1)")], {}, NOW)
    assert found.url == "https://news.example/feed.xml"
