"""The strict reader says of well-formed feeds exactly what the tolerant one says, and leaves to it what it does not know for certain."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.collect.failures import OddError, RefusedError
from monitor.collect.parse import parse
from monitor.collect.strict import read_strictly
from monitor.collect.tolerant import looks_like_html, read_tolerantly
from monitor.collect.written import Feed, Text, Written
from monitor.model import FetchFailure
from tests.collect.bodies import entries, feed_source, response
from tests.collect.mutants import ATOM, RDF, RSS

NAMES = """xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:media="http://search.yahoo.com/mrss/"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dct="http://purl.org/dc/terms/" xmlns:atom="http://www.w3.org/2005/Atom"
 xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" xmlns:thr="http://purl.org/syndication/thread/1.0"
 xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" """


def rss(item: str, channel: str = "") -> str:
    return f'<rss version="2.0" {NAMES}><channel>{channel}<item>{item}</item></channel></rss>'


def atom(entry: str, more: str = "") -> str:
    return f'<feed xmlns="http://www.w3.org/2005/Atom" {more}><title>F</title><entry>{entry}</entry></feed>'


def strictly(document: str) -> Feed:
    return read_strictly(document.encode(), looks_like_html)


def said(written: Written) -> tuple[object, ...]:
    """What of `written` becomes an entry, but for names of namespaces in its markup, which cleaning drops."""
    texts = [re.sub(' xmlns="[^"]*"', "", text.markup()) for text in (written.title, max(written.texts, key=lambda text: len(text.value)))]
    # Joining an identity to its base, the tolerant reader leaves the ampersand escaped.
    return (*texts, *written._replace(title=Text(), texts=(), guid=written.guid.replace("&amp;", "&")))


SAME = {
    "RSS": RSS.split("?>", 1)[1].strip(),
    "Atom": ATOM.split("?>", 1)[1],
    "RDF": RDF.split("?>", 1)[1],
    "an ampersand in a title": rss("<title>AT&amp;T</title>"),
    "escaped twice": rss("<title>AT&amp;amp;T &amp;lt;b&amp;gt;</title>"),
    "HTML in a plain title": rss("<title>&lt;b&gt;x&lt;/b&gt;</title>"),
    "a comparison in a plain title": rss("<title>1 &lt; 2</title>"),
    "plain text of Atom is plain": atom('<title type="text">&lt;b&gt;x&lt;/b&gt;</title>'),
    "the first title stands": rss("<title>one</title><title>two</title>"),
    "a picture's title first": rss("<media:content><media:title>picture</media:title></media:content><title>one</title>"),
    "a picture's title last": rss("<title>one</title><media:content><media:title>picture</media:title></media:content>"),
    "a title after an image": rss("<title>one</title><image>i.png</image><media:title>two</media:title>"),
    "an empty title": rss("<title/><title>two</title>"),
    "two descriptions": rss("<description>one</description><description>two</description>"),
    "three descriptions": rss("<description>one</description><description>two</description><description>three</description>"),
    "description after content": rss("<content:encoded>long</content:encoded><description>short</description>"),
    "a picture's description": rss("<description>d</description><media:group><media:description>m</media:description></media:group>"),
    "summaries of many kinds": rss(
        "<itunes:summary>s</itunes:summary><atom:summary type='html'>&lt;p&gt;</atom:summary><dc:description>d</dc:description>"
    ),
    "guid as link": rss("<guid>https://n.example/1</guid>"),
    "guid that is no link": rss('<guid isPermaLink="false">https://n.example/1</guid>'),
    "guid before link": rss("<guid>https://n.example/g</guid><link>https://n.example/l</link>"),
    "an empty link": rss("<guid>https://n.example/g</guid><link/>"),
    "link by attribute": rss('<link href="https://n.example/a"/><atom:link rel="self" href="https://n.example/b"/>'),
    "link of another type": rss('<link>https://n.example/l</link><atom:link rel="alternate" type="application/json" href="j"/>'),
    "link with a would-be entity": rss("<link>https://n.example/?a=1&amp;copy;b=2&amp;amp;c=3</link>"),
    "link with many slashes": rss("<link>https:////n.example/a</link>"),
    "person by parts": atom("<author><name>N</name><email>e@n.example</email><uri>u</uri></author>"),
    "two persons": atom("<author><name>N</name></author><author><name>M</name></author>"),
    "a nameless person": atom("<author><email>e@n.example</email></author>"),
    "creator and author": rss("<dc:creator>C</dc:creator><author>a@n.example (A)</author>"),
    "author within a group": rss("<author>A</author><media:group><itunes:author>B</itunes:author></media:group>"),
    "dates of all kinds": rss(
        "<dc:date>2024-06-25</dc:date><pubDate>Tue, 25 Jun 2024 10:00:00 GMT</pubDate><dct:created>2024-06-24</dct:created>"
    ),
    "only a modified date": rss("<dct:modified>2024-06-25T10:00:00Z</dct:modified>"),
    "no day of the calendar": rss("<pubDate>Mon, 01 Jan 0001 00:00:00 +0000</pubDate><dc:date>2024-02-31</dc:date>"),
    "language of the channel": rss("<title>t</title>", "<language>en_GB</language>"),
    "language of the item": rss('<title xml:lang="de_AT">t</title><dc:language>fr</dc:language>', "<language>en</language>"),
    "language unset": atom('<title xml:lang="">t</title><summary xml:lang="it">s</summary>', 'xml:lang="es"'),
    "source of RSS": rss('<source url="https://o.example/">The Paper</source><title>t</title>'),
    "source of Atom": atom("<title>t</title><source><id>i</id><title>The Paper</title><author><name>N</name></author></source>"),
    "base": atom('<link href="a"/><id>b</id>', 'xml:base="https://n.example/x/"'),
    "nested bases": atom('<link xml:base="y/" href="a"/><content type="html" xml:base="z/">c</content>', 'xml:base="https://n.example/x/"'),
    "XHTML": atom('<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>a &lt; b<br/>&amp;</p> c</div></content>'),
    "XHTML in two": atom('<content type="xhtml"><div>a</div><div>b</div></content>'),
    "XHTML as a title": atom('<title type="xhtml"><div>a <b title="&quot;">c</b></div></title>'),
    "Windows quotes": rss("<title>&#147;x&#148; caf\xe9 \x96</title>"),
    "encoded twice": rss("<title>caf\xc3\xa9</title>"),
    "CDATA and comments": rss("<title>a<!-- no -->b<![CDATA[ <c> & ]]>d</title>"),
    "foreign prefixes": rss("<title>t</title>")
    .replace("xmlns:dc=", "xmlns:d=")
    .replace("<title>", "<d:title>")
    .replace("</title>", "</d:title>"),
    "foreign attributes": atom('<link rel="replies" thr:count="3" href="r" xmlns:thr="urn:t"/><link href="l"/>'),
    "elements of no vocabulary": rss('<x xmlns="urn:x">no</x><title>t</title><post-id xmlns="urn:y">7</post-id>'),
    "a script behind the end": rss("<title>t</title>") + '\n<script src="x"></script>',
    "named characters": rss("<title>caf&eacute;&nbsp;&hellip;</title>"),
    "RSS 0.9 with a date of none": rss("<title>t</title><pubDate></pubDate>"),
}


@pytest.mark.parametrize("case", SAME)
def test_both_readers_say_the_same(case: str) -> None:
    ours, theirs = strictly(SAME[case]), read_tolerantly(SAME[case])
    assert ours.lang == theirs.lang
    assert [said(written) for written in ours.entries] == [said(written) for written in theirs.entries]


ODD = {
    "cut off": rss("<title>t</title>")[:-3],
    "a tag that is not closed": rss("<title>t<br></title>"),
    "markup in a title": rss("<title>a <b>c</b></title>"),
    "a bare ampersand": rss("<title>AT&T</title>"),
    "a character nobody has a name for": rss("<title>&nosuch;</title>"),
    "a dangerous name": rss("<title>&LT;</title>"),
    "a name of letters that HTML has none of": rss("<title>caf&eacute; &égt;</title>"),
    "a prefix of nothing": rss("<x:title>t</x:title>"),
    "base64": rss('<content:encoded mode="base64">dA==</content:encoded>'),
    "an unknown type": atom('<content type="image/png">dA==</content>'),
    "a date in words": rss("<pubDate>yesterday</pubDate>"),
    "an item in an item": rss("<item><title>t</title></item>"),
    "a second feed behind the end": rss("<title>t</title>") + rss("<title>u</title>"),
    "a form in XHTML's title": atom('<content type="xhtml"><svg><title>t</title></svg></content>'),
}


@pytest.mark.parametrize("case", ODD)
def test_what_is_not_certain_is_left_to_the_tolerant_reader(case: str) -> None:
    with pytest.raises(OddError):
        strictly(ODD[case])


def test_a_character_named_as_html_does_is_not_lost() -> None:
    (written,) = strictly(rss("<title>Re&colon; caf&eacute; &fjlig; &amp;amp;</title><link>https://n.example/&plus;</link>")).entries
    assert (written.title.value, written.link) == ("Re: café fj &amp;", "https://n.example/+")


HOSTILE = {
    "deep": rss("<a>" * 600 + "</a>" * 600),
    "many attributes": rss("<title " + " ".join(f"a{n}=''" for n in range(600)) + ">t</title>"),
    "too many items": rss("</item><item>" * 5_000),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_what_is_built_to_hurt_is_refused_before_the_tolerant_reader_sees_it(case: str) -> None:
    with pytest.raises(RefusedError):
        strictly(HOSTILE[case])
    assert isinstance(parse(feed_source(), response(HOSTILE[case].encode())), FetchFailure)


@given(
    st.lists(
        st.tuples(st.integers(0, 2_000), st.sampled_from(["&amp;", "&#8211;", "<!--x-->", " ", "é", "<![CDATA[<]]>", "<i/>", "<b>x</b>"])),
        max_size=6,
    )
)
@settings(max_examples=200, deadline=None, derandomize=True)
def test_both_readers_say_the_same_of_changed_feeds(changes: list[tuple[int, str]]) -> None:
    for document in (SAME["RSS"], SAME["Atom"], SAME["RDF"]):
        for at, text in changes:
            document = document[:at] + text + document[at:]  # noqa: PLW2901
        try:
            ours = strictly(document)
        except (OddError, RefusedError):
            continue
        theirs = read_tolerantly(document)
        assert [_without_attributes(written) for written in ours.entries] == [_without_attributes(written) for written in theirs.entries]


def _without_attributes(written: Written) -> tuple[object, ...]:
    """What is said, its markup without attributes: cleaning drops them, and damaged ones are kept by one reader only."""
    title, text, *rest = said(written)
    return (*(re.sub(r"<(/?\w+)[^<>]*>", r"<\1>", str(part)) for part in (title, text)), *rest)


LETTERS = {  # body, title
    "unlabelled Japanese": (
        "<title>輸出規制の強化について、きょう発表されました</title>".encode("euc_jp"),
        "輸出規制の強化について、きょう発表されました",
    ),
    "unlabelled Japanese of Windows": (
        "<title>輸出規制の強化について、きょう発表されました</title>".encode("cp932"),
        "輸出規制の強化について、きょう発表されました",
    ),
    "unlabelled Korean": ("<title>반도체 수출 규제 강화 조치가 발표됐다</title>".encode("cp949"), "반도체 수출 규제 강화 조치가 발표됐다"),
    "unlabelled Chinese": ("<title>美国财政部发布对华投资限制草案</title>".encode("gbk"), "美国财政部发布对华投资限制草案"),
    "French that looks like UTF-8": ("<title>«\xa0doué\xa0», répété à l'été</title>".encode("cp1252"), "«\xa0doué\xa0», répété à l'été"),
    "one stray letter in UTF-8": ("<title>Ünïcödé 漢字 </title>".encode().replace(b" </", b" \xe9t\xe9</"), "Ünïcödé 漢字 été"),
    "few accents, wrong label": ("<title>déjà vu été ça</title>".encode(), "déjà vu été ça"),
}


@pytest.mark.parametrize("case", LETTERS)
def test_letters_of_unlabelled_bytes(case: str) -> None:
    body, title = LETTERS[case]
    label = "text/xml; charset=gbk" if case.endswith("wrong label") else ""
    (entry,) = entries(parse(feed_source(language="en"), response(b"<rss><channel><item>" + body + b"</item></channel></rss>", label)))
    assert entry.title == title


SHAPES = {
    "an entry alone": "<entry xmlns='http://www.w3.org/2005/Atom'><id>1</id><title>t</title></entry>",
    "the last bracket missing": "<rss><channel><item><title>t</title></item></channel></rss",
    "the last bracket missing, with a prefix": f"<rdf:RDF {NAMES}><item><title>t</title></item></rdf:RDF",
}


@pytest.mark.parametrize("case", SHAPES)
def test_shapes_that_are_whole(case: str) -> None:
    (entry,) = entries(parse(feed_source(), response(SHAPES[case].encode())))
    assert entry.title == "t"
