"""Odd but honest feeds: all stored, every letter right. Being too strict loses news and is as wrong as being too lax."""

from __future__ import annotations

from tests.collect.bodies import TITLE, item, rss
from tests.collect.wire import http
from tests.hostile.case import body, case, feed, lazily, ok

_HAN = "美国财政部发布对华投资限制草案"
_NETSCAPE = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/publish/formats/rss-0.91.dtd">'
_MIB = 1024 * 1024


def _declared(encoding: str) -> str:
    return f'<?xml version="1.0" encoding="{encoding}"?>'


def _as(title: str, codec: str, declared: str = "utf-8") -> bytes:
    return rss(item(title), _declared(declared)).encode(codec)


def _megabytes() -> str:
    return rss("".join(item(f"Notice {n}", str(n), description="word " * 800) for n in range(1000)))


CASES = (
    case("a byte order mark", ok(body(b"\xef\xbb\xbf" + feed(TITLE).encode()), TITLE)),
    case("UTF-16 with mark", ok(body(_as(TITLE, "utf-16", "utf-16")), TITLE)),
    case("UTF-16 big-endian without mark", ok(body(_as(TITLE, "utf-16-be", "utf-16")), TITLE)),
    case("GB18030 declared", ok(body(_as(TITLE, "gb18030", "gb18030")), TITLE)),
    case("GBK by header only", ok(body(rss(item(_HAN), "").encode("gbk"), "text/xml; charset=GBK"), _HAN)),
    case("GBK declared as GB2312", ok(body(_as("朱镕基与喆", "gbk", "gb2312")), "朱镕基与喆")),
    case("Big5", ok(body(_as("臺灣限制晶片出口", "big5", "big5")), "臺灣限制晶片出口")),
    case("Shift_JIS", ok(body(_as("輸出規制の強化", "cp932", "Shift_JIS")), "輸出規制の強化")),
    case("EUC-KR", ok(body(_as("수출 규제 강화", "cp949", "euc-kr")), "수출 규제 강화")),
    case("KOI8-R", ok(body(_as("Запрет на экспорт", "koi8-r", "koi8-r")), "Запрет на экспорт")),
    case("Windows quotes declared as UTF-8", ok(body(_as("“Quoted” – €", "cp1252")), "“Quoted” – €")),
    case("Latin-1 declared as UTF-8", ok(body(_as("Économie: accès refusé", "latin-1")), "Économie: accès refusé")),
    case("UTF-8 in a Latin-1 envelope", ok(body(feed(TITLE), "text/xml; charset=ISO-8859-1"), TITLE)),
    case("UTF-8 declared as GBK", ok(body(_as(TITLE, "utf-8", "gbk")), TITLE)),
    case("the type says HTML", ok(body(feed(TITLE), "text/html; charset=utf-8"), TITLE)),
    case("the type says a picture", ok(body(feed(TITLE), "image/png"), TITLE)),
    case("no type at all", ok([http(body=feed(TITLE).encode())], TITLE)),
    case("the Netscape DTD", ok(body(rss(item("A&nbsp;B &eacute;"), _NETSCAPE)), "A B é")),
    case("an HTML entity without DTD", ok(body(rss(item("caf&eacute;&nbsp;bar &mdash; x"))), "café bar — x")),
    case("a bare ampersand", ok(body(rss(item("AT&T & R&D cut off"))), "AT&T & R&D cut off")),
    case(
        "a bare ampersand in a link", ok(body(rss(item("x", link="https://n.example/?a=1&b=2"))), "x", urls=("https://n.example/?a=1&b=2",))
    ),
    case("CDATA with markup", ok(body(rss(item("<![CDATA[Bold <b>claim</b> & more]]>"))), "Bold claim & more")),
    case("blank lines before the declaration", ok(body("\r\n\n  " + feed(TITLE)), TITLE)),
    case(
        "a stylesheet and comments first", ok(body(rss(item("x"), "<?xml version='1.0'?><?xml-stylesheet href='a'?><!-- <rss> -->")), "x")
    ),
    case("an undeclared prefix", ok(body(rss("<item><title>x</title><guid>1</guid><media:thing>y</media:thing></item>")), "x")),
    case("mismatched tags", ok(body(rss("<item><title>x</title><guid>1</guid><b></i></item>")), "x")),
    case("control characters", ok(body(rss(item("Access\x0b ends\x08"))), "Access ends")),
    case("titles and nothing else", ok(body(rss("<item><title>One</title></item><item><title>Two</title></item>")), "One", "Two")),
    case("no titles", ok(body(rss(item("", "g", description="A text."))), texts=("A text.",), count=1)),
    case("four mebibytes", ok(lazily(_megabytes), count=1000), seconds=15),
    case("three seconds late", ok([3.0, *body(feed(TITLE))], TITLE)),
    case("slowly, but in time", ok([body(feed(TITLE))[0][:80], 1.0, body(feed(TITLE))[0][80:]], TITLE)),  # type: ignore[index]
    case("an empty feed", ok(body(rss("")), ends=("empty",), count=0)),
)
