"""Feeds as accidents and attackers leave them: a seed comes in, the same damaged body goes out every time.

`python -m tests.collect.mutants SEED` shows one and what is read of it. With two seeds it reads all between, writing the one
at hand to the file named third, so that whoever started it knows which one killed it.
"""

from __future__ import annotations

import os
import random
import re
import resource
import signal
import sys
import time
from collections.abc import Callable

from pydantic import TypeAdapter

from monitor.collect.parse import parse
from monitor.model import Entry, FetchFailure
from tests.collect.bodies import feed_source, response

MAX_S = 2.0
_OUTCOME: TypeAdapter[tuple[Entry, ...] | FetchFailure] = TypeAdapter(tuple[Entry, ...] | FetchFailure)

RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>News &amp; notes</title>
<link>https://n.example/</link><atom:link href="https://n.example/feed" rel="self" type="application/rss+xml"/><language>en-gb</language>
<image><url>https://n.example/i.png</url><title>News</title><link>https://n.example/</link></image>
<item><title>AT&amp;T ends access – café</title><link>https://n.example/1?a=1&amp;b=2</link><guid isPermaLink="false">g1</guid>
<pubDate>Tue, 25 Jun 2024 10:00:00 +0800</pubDate><dc:creator><![CDATA[A. Writer]]></dc:creator><category>trade</category>
<description>&lt;p&gt;Short &amp;amp; plain&lt;/p&gt;</description>
<content:encoded><![CDATA[<p>Long <b>text</b> & more</p>]]></content:encoded>
<media:group><media:content url="https://n.example/1.jpg"><media:title>A picture</media:title></media:content></media:group></item>
<item><title><![CDATA[Second <em>item</em>]]></title><guid>https://n.example/2</guid><author>a@n.example (B. Writer)</author>
<source url="https://o.example/">The Other Paper</source><pubDate>2024-06-26T01:02:03Z</pubDate></item></channel></rss>"""
ATOM = """<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://a.example/x/"><title>A</title>
<author><name>N</name><email>n@a.example</email></author><updated>2024-06-25T10:00:00Z</updated>
<entry><id>tag:a.example,2024:1</id><title type="html">1 &amp;lt; 2</title><link href="1.html"/><link rel="edit" href="/e"/>
<author><name>M</name><uri>https://a.example/m</uri></author><published>2024-06-25T10:00:00+08:00</published>
<updated>2024-06-26T00:00:00Z</updated>
<summary>short</summary>
<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p class="x">Über <i>alles</i> &#8211; ok<br/></p></div></content>
<source><id>s</id><title>Origin</title></source></entry>
<entry xml:lang="fr"><id>tag:a.example,2024:2</id><title>Deux</title><link rel="alternate" type="text/html" href="https://a.example/2"/>
<updated>2024-06-27T00:00:00Z</updated><content type="html">&lt;p&gt;texte&lt;/p&gt;</content></entry></feed>"""
RDF = """<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://r.example/"><title>R</title><link>https://r.example/</link>
<items><rdf:Seq><rdf:li rdf:resource="https://r.example/1"/></rdf:Seq></items></channel><item rdf:about="https://r.example/1">
<title>禁令生效</title><link>https://r.example/1</link><dc:date>2024-06-25T10:00+08:00</dc:date><dc:creator>W</dc:creator>
<description>限制 &quot;出口&quot;</description></item></rdf:RDF>"""
JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "J", "language": "en", "items": [
{"id": "1", "url": "https://j.example/1",
"title": "One < two", "content_html": "<p>text</p>", "date_published": "2024-06-25T10:00:00+08:00", "authors": [{"name": "N"}]},
{"id": 2, "content_text": "plain\\nlines", "tags": ["a", null, 1e999]}]}"""
SEEDS = (
    RSS.encode(), RSS.encode(), ATOM.encode(), ATOM.encode(), RDF.encode(), JSON.encode(),
    RDF.replace('"1.0"?>', '"1.0" encoding="gbk"?>', 1).encode("gbk"), RSS.encode("utf-16"), ATOM.encode("latin-1", "xmlcharrefreplace"),
    RSS.replace("café", "caf&eacute;&nbsp;&hellip;").replace("&amp;T", "&T").encode(),
)  # fmt: skip
_TAG = re.compile(rb"<[^<>]{1,300}>")
_LABELS = ("utf-8", "utf-16", "utf-32", "gbk", "big5", "iso-8859-1", "iso-2022-jp", "euc-kr", "punycode", "utf-7", "unicode_escape", "x")
_REFERENCES = (
    "&",
    "&;",
    "&#;",
    "&#x;",
    "&#0;",
    "&#xD800;",
    "&#x110000;",
    "&#99999999999;",
    "&nbsp;",
    "&colon;",
    "&nosuch;",
    "&amp;lt;",
    "&#128;",
    "&lol9;",
)
_SUBSETS = ('<!DOCTYPE rss [<!ENTITY a "b">]>', "<!DOCTYPE rss SYSTEM 'x'>", "<!DOCTYPE rss [", "<!doctype html>", '<!DOCTYPE a "\'[<">')
_STRAY = (
    "<![CDATA[", "]]>", "<![CDATA[<![CDATA[", "<!--", "-->", "<!-- -- -->", "<?", "?>", "<", ">", '"', "'", "</", "/>", "<item>", "</item>",
    "</channel>", "<entry>", "</title>", "<title>", "\0", "\x1b", "\x85", "\u2028", "\ufeff", "\uffff", "<a:b:c/>", "<x xmlns='dc'/>",
    "<svg><title>x</title></svg>",
    "<div>", "</div>", "<source><title/>", "<image/>", "<summary>", "<content type='xhtml'>", "<content type='base64'>", "xml:base='//['",
    "2024年13月40日",
)  # fmt: skip


def mutant(seed: int) -> bytes:
    """The body that `seed` stands for."""
    chance = random.Random(seed)
    body = chance.choice(SEEDS)
    for _ in range(chance.randint(1, 4)):
        body = chance.choice(_MUTATIONS)(body, chance)
    return body


def _flip(body: bytes, chance: random.Random) -> bytes:
    changed = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        if changed:
            changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _cut(body: bytes, chance: random.Random) -> bytes:
    start, end = sorted((chance.randint(0, len(body)), chance.randint(0, len(body))))
    return chance.choice((body[:start], body[start:], body[:start] + body[end:], body[:end] + body[start:]))


def _tags(body: bytes, chance: random.Random) -> bytes:
    """Duplicate, delete, swap, repeat or nest tags."""
    spans = [match.span() for match in _TAG.finditer(body)]
    if len(spans) < 2:
        return body
    (a, b), (c, d) = sorted(chance.sample(spans, 2))
    one, other = body[a:b], body[c:d]
    return chance.choice(
        (
            body[:b] + one + body[b:],
            body[:a] + body[b:],
            body[:a] + other + body[b:c] + one + body[d:],
            body[:b] + one * chance.choice((3, 50, 700)) + body[b:],
            body[:b] + body[a:d] + body[b:],
            body[:a] + one.upper() + body[b:],
        )
    )


def _attributes(body: bytes, chance: random.Random) -> bytes:
    spans = [match.span() for match in _TAG.finditer(body)]
    if not spans:
        return body
    at = chance.choice(spans)[1] - 1
    named = chance.choice(
        ("type", "href", "rel", "xml:lang", "xml:base", "mode", "isPermaLink", "rdf:about", "xmlns", "xmlns:dc", "dc:x", "url")
    )
    value = chance.choice(
        ("", "base64", "xhtml", "text/html", "self", "//[", "javascript:1", "a" * chance.choice((1, 5_000, 60_000)), "&amp;", "<")
    )
    many = " ".join(f"a{n}='{n}'" for n in range(chance.choice((0, 0, 3, 600))))
    return body[:at] + f' {named}="{value}" {many}'.encode() + body[at:]


def _stray(body: bytes, chance: random.Random) -> bytes:
    at = chance.randint(0, len(body))
    text = chance.choice(chance.choice((_STRAY, _REFERENCES))) * chance.choice((1, 1, 1, 2, 200))
    return body[:at] + text.encode("utf-8", "replace") + body[at:]


def _prolog(body: bytes, chance: random.Random) -> bytes:
    lie = f'<?xml version="1.0" encoding="{chance.choice(_LABELS)}"?>'
    start = chance.choice((lie, chance.choice(_SUBSETS), lie + chance.choice(_SUBSETS), "<!-- <rss> -->", " \n", "\ufeff"))
    return start.encode() + re.sub(rb"^<\?xml[^>]*>", b"", body)


def _recode(body: bytes, chance: random.Random) -> bytes:
    """Say one encoding and mean another."""
    text = body.decode("utf-8", "replace")
    return text.encode(
        chance.choice(("latin-1", "cp1252", "gbk", "utf-16", "utf-16-le", "utf-32", "shift_jis", "cp037", "utf-8-sig")), "replace"
    )


_MUTATIONS: tuple[Callable[[bytes, random.Random], bytes], ...] = (
    _flip, _flip, _cut, _tags, _tags, _tags, _attributes, _attributes, _stray, _stray, _stray, _prolog, _recode,
)  # fmt: skip


def read(seed: int) -> tuple[Entry, ...] | FetchFailure:
    """What is read of a mutant, fit to be sent to another process."""
    body = mutant(seed)
    label = ("", "application/xml", "text/xml; charset=gbk", "text/html; charset=undefined")[seed % 4]
    return _OUTCOME.validate_json(_OUTCOME.dump_json(parse(feed_source(), response(body, label))))


def read_all(first: int, end: int, place: str) -> None:
    """Read all mutants from `first` to before `end`; the one at hand stands in the file `place`."""
    resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30))
    with open(place, "r+b", buffering=0) as at_hand:
        for seed in range(first, end):
            os.pwrite(at_hand.fileno(), b"%08d" % seed, 0)
            # The signal ends the process by itself: nothing that holds the interpreter can put it off.
            signal.setitimer(signal.ITIMER_VIRTUAL, 2 * MAX_S)
            begun = time.process_time()
            read(seed)
            if time.process_time() - begun > MAX_S:
                sys.exit(f"took {time.process_time() - begun:.1f} s")


if __name__ == "__main__":
    if len(sys.argv) == 4:
        read_all(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
    else:
        print(mutant(int(sys.argv[1])).decode("utf-8", "backslashreplace"))
        print(read(int(sys.argv[1])))
