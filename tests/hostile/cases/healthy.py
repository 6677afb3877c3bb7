"""Innocent feeds, polled beside every hostile group: complete, and each on time."""

from __future__ import annotations

import gzip
import json

from tests.collect.bodies import item, rss
from tests.collect.wire import http
from tests.hostile.case import body, case, feed, ok

_TITLES = tuple(f"Ministry notice {n}" for n in range(1, 41))
_ATOM = "".join(
    f"<entry><id>tag:n,{n}</id><title>{t}</title><updated>2024-06-25T01:00:00Z</updated></entry>" for n, t in enumerate(_TITLES)
)
_RDF = (
    '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
    "<channel><title>n</title></channel>"
    + "".join(f"<item><title>{t}</title><link>https://n.example/{n}</link></item>" for n, t in enumerate(_TITLES))
    + "</rdf:RDF>"
)
_JSON = json.dumps(
    {"version": "https://jsonfeed.org/version/1.1", "title": "n", "items": [{"id": t, "title": t, "content_text": "x"} for t in _TITLES]}
)
_HAN = "美国财政部发布对华投资限制草案"
_FEED = feed(*_TITLES)
_CHUNKS = b"".join(f"{len(part):x}\r\n".encode() + part + b"\r\n" for part in (_FEED[:999].encode(), _FEED[999:].encode())) + b"0\r\n\r\n"
_UNCHANGED = http("304 Not Modified", b"", None)

CASES = (
    case(
        "RSS", ok(body(_FEED, ETag='"h1"'), *_TITLES), ok([_UNCHANGED], *_TITLES, ends=("not_modified",), sends={"If-None-Match": '"h1"'})
    ),
    case("Atom", ok(body(f'<feed xmlns="http://www.w3.org/2005/Atom"><title>n</title>{_ATOM}</feed>', "application/atom+xml"), *_TITLES)),
    case("RDF", ok(body(_RDF, "application/rdf+xml"), *_TITLES)),
    case("JSON Feed", ok(body(_JSON, "application/feed+json"), *_TITLES)),
    case("gzip", ok(body(gzip.compress(_FEED.encode()), Content_Encoding="gzip"), *_TITLES)),
    case("chunked", ok([b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + _CHUNKS], *_TITLES)),
    case("GBK", ok(body(rss(item(_HAN), '<?xml version="1.0" encoding="gbk"?>').encode("gbk")), _HAN)),
    case("half a second late", ok([0.5, *body(_FEED)], *_TITLES)),
    case("moved", ok([http("301 Moved Permanently", b"", Location="new")], *_TITLES, more={"new": body(_FEED)}, moved_to="new")),
    case("growing", ok(body(feed("One")), "One"), ok(body(feed("Two", "One")), "One", "Two")),
)
