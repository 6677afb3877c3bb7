"""The short way from bytes to a feed says what the long way through text says, or nothing."""

from __future__ import annotations

import pytest

from monitor.collect.direct import read_directly
from monitor.collect.encoding import text_of
from monitor.collect.failures import RefusedError
from monitor.collect.prolog import ForbiddenDtdError, find_root
from monitor.collect.strict import read_strictly
from monitor.collect.tolerant import looks_like_html
from monitor.collect.written import Feed
from tests.collect.mutants import mutant

LABELS = ("", "application/rss+xml; charset=utf-8", "text/xml; charset=gbk", "text/html; charset=iso-8859-1")
FEED = (
    '<rss version="2.0"><channel><title>N</title><language>en</language><item><guid>1</guid><title>Café “AT&amp;T” 禁令</title>'
    "<description>&lt;p&gt;plain&lt;/p&gt;</description></item></channel></rss>"
).encode()
DECLARED = '<?xml version="1.0" encoding="{}"?>\n'

SHORT = {
    "bare": FEED,
    "declared": DECLARED.format("utf-8").encode() + FEED,
    "mislabelled as latin": DECLARED.format("iso-8859-1").encode() + FEED,
    "byte order mark": b"\xef\xbb\xbf" + FEED,
    "blank lines and a comment before": b"\n\n<!-- made by hand --><?xml-stylesheet href='x'?>\n" + FEED,
    "entities of HTML": FEED.replace(b"plain", b"caf&eacute;&nbsp;bar"),
    "a script behind": FEED + b"\n<script>let seen = 1</script>",
    "plain document type": b'<!DOCTYPE rss PUBLIC "-//N//DTD RSS 0.91//EN" "http://n.example/rss.dtd">' + FEED,
}
LONG = {
    "another encoding in the prolog": DECLARED.format("gb2312").encode() + FEED,
    "delete character": FEED.replace(b"plain", b"pl\x7fain"),
    "control character": FEED.replace(b"plain", b"pl\x08ain"),
    "no character": FEED.replace(b"plain", "pl\uffffain".encode()),
    "half a character": FEED.replace(b"plain", b"pl\xed\xa0\x80ain"),
    "stray byte of Windows": FEED.replace(b"plain", b"pl\x93ain"),
    "letters before the root": "<!-- été -->".encode() + FEED,
    "control character before the root": b"<!-- \x02 -->" + FEED,
    "words before the root": b"oops " + FEED,
    "JSON": b'{"title": "<rss>"}',
    "UTF-16": FEED.decode().encode("utf-16"),
    "a page": b"<html><body><rss></rss></body></html>",
    "a bare ampersand": FEED.replace(b"AT&amp;T", b"AT&T"),
    "a root beyond the head": b"<!--" + 10_000 * b"x" + b"-->" + FEED,
    "nothing": b"",
}


def long_way(body: bytes, label: str) -> Feed:
    root = find_root(text_of(body, label))
    assert root is not None
    return read_strictly(root.document.encode(), looks_like_html)


@pytest.mark.parametrize("body", SHORT.values(), ids=SHORT)
def test_plain_utf8_is_read_the_short_way(body: bytes) -> None:
    feed = read_directly(body, "")
    assert feed == long_way(body, "")
    assert [entry.title.value for entry in feed.entries] == ["Café “AT&T” 禁令"]


@pytest.mark.parametrize("body", LONG.values(), ids=LONG)
def test_everything_else_is_left_to_the_long_way(body: bytes) -> None:
    assert read_directly(body, "") is None


def test_a_label_of_another_encoding_is_left_to_the_long_way() -> None:
    assert read_directly(FEED, "text/xml; charset=gb2312") is None
    assert read_directly(b"\xef\xbb\xbf" + FEED, "text/xml; charset=gb2312") is not None


def test_both_ways_agree_on_damaged_feeds() -> None:
    short = 0
    for seed in range(4_000):
        body, label = mutant(seed), LABELS[seed % len(LABELS)]
        try:
            feed = read_directly(body, label)
        except (RefusedError, ForbiddenDtdError) as refused:
            with pytest.raises(type(refused)):
                long_way(body, label)
        else:
            if feed is not None:
                short += 1
                assert feed == long_way(body, label), f"seed {seed}"
    assert short > 80  # most damage is odd
