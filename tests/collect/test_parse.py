"""Feeds in every state of repair: what must be read exactly, and what must be refused with a reason."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.collect.parse import parse
from monitor.collect.strict import MAX_ENTRIES
from monitor.model import Entry, FetchFailure, Reason
from tests.collect.bodies import TITLE, entries, feed_source, item, response, rss

LATIN = "Économie: accès refusé"
HAN = "美国财政部发布对华投资限制草案"
NETSCAPE = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'


def _declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>'


EXACT: dict[str, tuple[bytes, str, str]] = {  # body, content type, title
    "utf-8": (rss(item(TITLE)).encode(), "application/xml", TITLE),
    "utf-8 with mark": (b"\xef\xbb\xbf" + rss(item(TITLE)).encode(), "", TITLE),
    "utf-16 with mark": (rss(item(TITLE), _declared("utf-16")).encode("utf-16"), "application/xml", TITLE),
    "utf-16 without mark": (rss(item(TITLE), _declared("utf-16")).encode("utf-16-le"), "", TITLE),
    "utf-8 in a latin-1 envelope": (rss(item(TITLE)).encode(), "text/xml; charset=ISO-8859-1", TITLE),
    "utf-8 declared as gbk": (rss(item(TITLE), _declared("gbk")).encode(), "", TITLE),
    "gb18030 declared": (rss(item(TITLE), _declared("gb18030")).encode("gb18030"), "", TITLE),
    "gbk by header only": (rss(item(HAN), "").encode("gbk"), "text/xml; charset=GBK", HAN),
    "gbk declared as gb2312": (rss(item("镕基：朱" + HAN), _declared("gb2312")).encode("gbk"), "", "镕基：朱" + HAN),
    "gbk declared as utf-8": (rss(item(HAN)).encode("gbk"), "", HAN),
    "short gbk that is valid utf-8": (rss(item("联通"), _declared("gbk")).encode("gbk"), "", "联通"),
    "big5": (rss(item("臺灣限制晶片出口"), _declared("big5")).encode("big5"), "", "臺灣限制晶片出口"),
    "shift_jis": (rss(item("輸出規制の強化"), _declared("Shift_JIS")).encode("cp932"), "", "輸出規制の強化"),
    "euc-jp by header": (rss(item("輸出規制の強化"), "").encode("euc_jp"), "text/xml; charset=EUC-JP", "輸出規制の強化"),
    "iso-2022-jp": (rss(item("輸出規制"), _declared("iso-2022-jp")).encode("iso2022_jp"), "", "輸出規制"),
    "euc-kr": (rss(item("수출 규제 강화"), _declared("euc-kr")).encode("cp949"), "", "수출 규제 강화"),
    "windows-1251": (rss(item("Запрет на экспорт"), _declared("windows-1251")).encode("cp1251"), "", "Запрет на экспорт"),
    "latin-1 declared": (rss(item(LATIN), _declared("iso-8859-1")).encode("latin-1"), "", LATIN),
    "latin-1 declared as utf-8": (rss(item(LATIN)).encode("latin-1"), "application/xml", LATIN),
    "windows quotes declared as utf-8": (rss(item("“Quoted” €")).encode("cp1252"), "", "“Quoted” €"),
    "a hostile codec": (rss(item(TITLE), _declared("punycode")).encode(), "text/xml; charset=undefined", TITLE),
    "an unknown codec": (rss(item(TITLE), _declared("x-unknown")).encode(), "", TITLE),
    "type says HTML": (rss(item(TITLE)).encode(), "text/html", TITLE),
    "blank lines first": (b"\r\n \n" + rss(item(TITLE)).encode(), "", TITLE),
    "Netscape DTD": (rss(item("A&nbsp;B"), NETSCAPE).encode(), "", "A\xa0B"),
    "comment and instruction first": (rss(item("x"), "<?xml version='1.0'?><?xml-stylesheet href='a'?><!-- <rss> -->").encode(), "", "x"),
    "bare ampersand": (rss(item("AT&T cut off")).encode(), "", "AT&T cut off"),
    "HTML entities": (rss(item("caf&eacute;&nbsp;bar")).encode(), "", "café\xa0bar"),
    "control characters": (rss(item("a\x00\x08\x1fb")).encode(), "", "ab"),
    "a surrogate reference": (rss(item("a&#xD800;b") + item("second", "2")).encode(), "", "a"),
    "mismatched tags": (rss("<item><title>x</title><guid>1</guid><b></i></item>").encode(), "", "x"),
    "undeclared prefix": (rss("<item><title>x</title><guid>1</guid><media:x>y</media:x></item>").encode(), "", "x"),
}


@pytest.mark.parametrize("case", EXACT)
def test_title_is_read_exactly(case: str) -> None:
    body, content_type, title = EXACT[case]
    found = parse(feed_source(), response(body, content_type))
    if case == "a surrogate reference":
        assert isinstance(found, FetchFailure) or found[0].title.startswith(title)
    else:
        assert entries(found)[0].title.replace("&amp;", "&").replace("&eacute;", "é").replace("&nbsp;", "\xa0") == title


SUBSET = '<!DOCTYPE rss [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
REFUSED: dict[str, tuple[bytes, Reason]] = {
    "empty": (b"", "empty_body"),
    "blank": (b" \r\n\t", "empty_body"),
    "only a mark": (b"\xef\xbb\xbf", "empty_body"),
    "HTML": (b"<!DOCTYPE html><html><body><item><title>x</title></item></body></html>", "not_a_feed"),
    "other XML": (b"<?xml version='1.0'?><note><to>you</to></note>", "not_a_feed"),
    "plain text": (b"Service unavailable", "not_a_feed"),
    "compressed, unlabelled": (b"\x1f\x8b\x08\x00abcdefgh", "not_a_feed"),
    "other JSON": (b'{"error": "rate limit"}', "not_a_feed"),
    "a JSON list": (b"[1, 2]", "not_a_feed"),
    "broken JSON": (b'{"version": "https://jsonfeed.org/version/1", "items": [', "not_well_formed"),
    "deep JSON": (b'{"a":' + b"[" * 200_000, "not_well_formed"),
    "broken, no entries": (b"<rss><channel><title>x</b></channel></rss>", "not_a_feed"),
    "cut off": (rss(item() + item("second", "2")).encode()[:-30], "truncated"),
    "cut off in an entry": (rss(item() + "<item><title>sec").encode().split(b"</channel>")[0], "truncated"),
    "internal subset": (rss(item("&b;"), SUBSET).encode(), "forbidden_dtd"),
    "empty subset": (rss(item(), "<!DOCTYPE rss []>").encode(), "forbidden_dtd"),
    "subset behind a comment": (rss(item(), "<!-- <x --><?p <y ?>" + SUBSET).encode(), "forbidden_dtd"),
    "subset behind a quoted bracket": (rss(item(), '<!DOCTYPE rss SYSTEM "a>b" [<!ENTITY x "y">]>').encode(), "forbidden_dtd"),
    "subset in lower case": (rss(item(), SUBSET.replace("DOCTYPE", "doctype")).encode(), "forbidden_dtd"),
    "subset in utf-16": (rss(item(), SUBSET).encode("utf-16"), "forbidden_dtd"),
    "external entity": (rss(item("&x;"), '<!DOCTYPE rss [<!ENTITY x SYSTEM "file:///etc/passwd">]>').encode(), "forbidden_dtd"),
    "comments without end": (b"<!--" * 200_000, "not_a_feed"),
    "a DTD without end": (b"<!DOCTYPE rss " + b'"' * 100_001, "not_a_feed"),
    "too many entries": (rss(item() * (MAX_ENTRIES + 1)).encode(), "too_many_entries"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused_with_reason(case: str) -> None:
    body, reason = REFUSED[case]
    outcome = parse(feed_source(), response(body))
    assert isinstance(outcome, FetchFailure), outcome
    assert outcome.reason == reason, outcome


EMPTY = {
    "RSS": rss(""),
    "Atom": '<feed xmlns="http://www.w3.org/2005/Atom"><title>x</title></feed>',
    "RDF": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><channel/></rdf:RDF>',
    "JSON Feed": '{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": []}',
    "nothing at all": "<rss/>",
}


@pytest.mark.parametrize("case", EMPTY)
def test_an_empty_feed_is_no_failure(case: str) -> None:
    assert parse(feed_source(), response(EMPTY[case].encode())) == ()


ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><entry><id>tag:a,1</id>
<title type="text">1 &lt; 2 &amp;amp; R&amp;D</title>
<link rel="self" href="/self"/><link href="/news/1"/><author><name>A. Writer</name></author><published>2024-06-25T10:00:00+08:00</published>
<updated>2024-06-26T01:02:03Z</updated><summary>short</summary>
<content type="html">&lt;p&gt;The long text&lt;/p&gt;</content></entry></feed>"""


def test_atom_fields() -> None:
    (entry,) = entries(parse(feed_source(), response(ATOM.encode())))
    assert entry == Entry(
        guid="tag:a,1",
        url="https://news.example/news/1",
        title="1 &lt; 2 &amp;amp; R&amp;D",
        html="<p>The long text</p>",
        author="A. Writer",
        published_at=datetime(2024, 6, 25, 2, tzinfo=UTC),
        published_raw="2024-06-25T10:00:00+08:00",
        updated_at=datetime(2024, 6, 26, 1, 2, 3, tzinfo=UTC),
        lang="de",
    )


def test_json_feed_fields() -> None:
    row = {
        "id": 7,
        "url": "/7",
        "title": "a < b",
        "content_text": "x\ny",
        "date_published": "2024-06-25T10:00:00+08:00",
        "authors": [{"name": "N"}],
    }
    body = json.dumps({"version": "https://jsonfeed.org/version/1.1", "language": "en-GB", "items": [row, "no object"]})
    (entry,) = entries(parse(feed_source(), response(body.encode(), "application/feed+json")))
    assert (entry.guid, entry.url, entry.title, entry.html) == ("7", "https://news.example/7", "a &lt; b", "x<br>y")
    assert (entry.author, entry.lang, entry.published_at) == ("N", "en-GB", datetime(2024, 6, 25, 2, tzinfo=UTC))


DATES = {
    "Tue, 25 Jun 2024 10:00:00 +0800": datetime(2024, 6, 25, 2, tzinfo=UTC),
    "25 Jun 2024 10:00:00 GMT": datetime(2024, 6, 25, 10, tzinfo=UTC),
    "Tue, 25 Jun 2024 10:00:00 EST": datetime(2024, 6, 25, 15, tzinfo=UTC),
    "2024-06-25T10:00:00Z": datetime(2024, 6, 25, 10, tzinfo=UTC),
    "2024-06-25T10:00:00.123+08:00": datetime(2024, 6, 25, 2, tzinfo=UTC),
    "2024-06-25 10:00:00 +0800": datetime(2024, 6, 25, 2, tzinfo=UTC),
    "2024-06-25 10:00": datetime(2024, 6, 25, 10, tzinfo=UTC),
    "2024-06-25": datetime(2024, 6, 25, tzinfo=UTC),
    "2024年7月9日": datetime(2024, 7, 9, tzinfo=UTC),
    "2024年7月9日 08:30": datetime(2024, 7, 9, 8, 30, tzinfo=UTC),
    "20240625": datetime(2024, 6, 25, tzinfo=UTC),
    "9999-12-31T23:59:59Z": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "9999-12-31T23:59:59-12:00": datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC),
    "0001-01-01T00:00:00Z": None,
    "1970-01-01T00:00:00Z": None,
    "2024-02-31": None,
    "2024年13月40日": None,
    "Tue, 99 Foo 2024 10:00:00 GMT": None,
    "soon": None,
    "": None,
}


@pytest.mark.parametrize("raw", DATES)
def test_dates(raw: str) -> None:
    (entry,) = entries(parse(feed_source(), response(rss(item(pubDate=raw)).encode())))
    assert (entry.published_at, entry.published_raw) == (DATES[raw], raw)


IDENTITY: dict[str, tuple[str, list[str]]] = {
    "guid": (item("a", "g1") + item("b", "g2"), ["g1", "g2"]),
    "link": (item("a", "", link="https://n.example/a?utm_source=x"), ["https://n.example/a"]),
    "one guid, one link": (item("a", "g", link="https://n.example/a") * 2, ["g", "g"]),
    "one guid, two links": (
        item("a", "g", link="https://n.example/a") + item("b", "g", link="https://n.example/b"),
        ["https://n.example/a", "https://n.example/b"],
    ),
    "nothing to know it by": ("<item><description>x</description></item>", []),
}


@pytest.mark.parametrize("case", IDENTITY)
def test_identity(case: str) -> None:
    items, guids = IDENTITY[case]
    assert [entry.guid for entry in entries(parse(feed_source(), response(rss(items).encode())))] == guids


def test_title_and_day_are_the_last_resort() -> None:
    body = rss("".join(item("same", "", pubDate=day) for day in ("2024-06-25T01:00:00Z", "2024-06-25T20:00:00Z", "2024-06-26")))
    guids = [entry.guid for entry in entries(parse(feed_source(), response(body.encode())))]
    assert guids[0] == guids[1] != guids[2]
    assert all(guid.startswith("title:") for guid in guids)


PUBLISHERS = {  # item, title, publisher
    "named by the aggregator": (item("Ban - The Paper", source="The Paper"), "Ban", "The Paper"),
    "only in the title": (item("Ban - part 2 - The Paper"), "Ban - part 2", "The Paper"),
    "no publisher": (item("Ban"), "Ban", ""),
    "itself": (item("Ban - Publisher", source="Publisher"), "Ban - Publisher", ""),
}


@pytest.mark.parametrize("case", PUBLISHERS)
def test_publisher_of_an_aggregated_entry(case: str) -> None:
    body, title, publisher = PUBLISHERS[case]
    answer = response(rss(body).encode(), url="https://news.google.com/rss/search?q=x")
    (entry,) = entries(parse(feed_source(), answer))
    assert (entry.title, entry.origin_publisher) == (title, publisher)


def test_a_dash_elsewhere_is_no_publisher() -> None:
    (entry,) = entries(parse(feed_source(), response(rss(item("Ban - The Paper")).encode())))
    assert (entry.title, entry.origin_publisher) == ("Ban - The Paper", "")


def test_a_page_goes_the_way_of_pages() -> None:
    body = b"<html><title>Supported</title><nav>Menu</nav><p>Albania</p></html>"
    (entry,) = entries(parse(feed_source(format="page"), response(body, "text/html", "https://elsewhere.example/")))
    assert (entry.guid, entry.title, entry.html) == ("https://news.example/feed.xml", "Supported", "Albania")
    refused = parse(feed_source(format="page"), response(b"<title>Access Denied</title>", "text/html"))
    assert isinstance(refused, FetchFailure)
    assert refused.reason == "bad_status"


def test_clock_of_the_feed_is_kept_raw_and_not_invented() -> None:
    (entry,) = entries(parse(feed_source(), response(rss(item()).encode())))
    assert (entry.published_at, entry.published_raw, entry.updated_at) == (None, "", None)


WHOLE = rss(item(TITLE, link="https://n.example/a?b=1&amp;c=2", pubDate="Tue, 25 Jun 2024 10:00:00 +0800") * 2).encode()


@given(st.lists(st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(max_size=4)), max_size=12))
@settings(max_examples=300, deadline=None)
def test_damage_is_a_value(damage: list[tuple[int, bytes]]) -> None:
    body = bytearray(WHOLE)
    for at, stray in damage:
        body[at : at + len(stray)] = stray
    assert isinstance(parse(feed_source(), response(bytes(body))), tuple | FetchFailure)
