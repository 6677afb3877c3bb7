"""Documents made to hurt their reader: declarations, depth, width, endless patterns, false encodings. Refused or read, always in time."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from dataclasses import replace

from tests.collect.bodies import TITLE, item, rss
from tests.hostile.case import Case, body, case, either, fails, feed, lazily, ok

_HIDDEN = "<!-- <x -->"
_PROLOG = '<?xml version="1.0" encoding="utf-8"?>'
# Large bodies are read one at a time, so that each may wait here for all others; a kill takes the parser's whole time.
_SLOW_S = 90.0
_REFUSED = ("parser_killed", "not_well_formed", "not_a_feed", "truncated", "too_many_entries", "too_large", "no_identity")
_ANY = ("ok", "empty", *_REFUSED)


def _with_dtd(subset: str, use: str, before: str = "") -> str:
    return rss(item("Title", description=use), f"{_PROLOG}{before}<!DOCTYPE rss {subset}>")


def _laughs() -> str:
    entities = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f"[{entities}]"


def _chain() -> str:
    return "[" + '<!ENTITY e0 "x">' + "".join(f'<!ENTITY e{n} "&e{n - 1};">' for n in range(1, 60_000)) + "]"


def _attlist() -> str:
    return "[<!ATTLIST item " + " ".join(f"a{n} CDATA 'x'" for n in range(50_000)) + ">]"


_SUBSETS: dict[str, tuple[Callable[[], str], str]] = {
    "a billion laughs": (_laughs, "&a11;"),
    "quadratic blow-up": (lambda: f'[<!ENTITY a "{"x" * 100_000}">]', "&a;" * 20_000),
    "a local file": (lambda: '[<!ENTITY x SYSTEM "file:///etc/passwd">]', "&x;"),
    "an address inside": (lambda: '[<!ENTITY x SYSTEM "http://127.0.0.9/canary">]', "&x;"),
    "an entity out of band": (lambda: '[<!ENTITY % p SYSTEM "http://127.0.0.9/canary"> %p;]', "x"),
    "attributes declared by the thousand": (_attlist, "x"),
    "a chain of entities": (_chain, "&e59999;"),
}


def _twice(name: str) -> tuple[Case, Case]:
    """The declaration in the open, and behind a comment that a simple search stumbles over."""
    subset, use = _SUBSETS[name]
    return (
        case(name, fails(lazily(lambda: _with_dtd(subset(), use)), "forbidden_dtd")),
        case(f"{name}, hidden", fails(lazily(lambda: _with_dtd(subset(), use, _HIDDEN)), "forbidden_dtd")),
    )


def _burns(name: str, make: Callable[[], str | bytes], *ends: str) -> Case:
    return case(name, either(lazily(make), *(ends or _ANY)))


def _misshapen(name: str, make: Callable[[], str | bytes], reason: str = "not_well_formed") -> Case:
    """What would keep a tolerant parser busy until it is killed, and is refused for its shape alone."""
    return case(name, fails(lazily(make), reason))


def _codec(name: str, raw: bytes | None = None, *ends: str) -> Case:
    """A feed that names a codec no feed is written in; where its bytes are plain UTF-8 they are read as such."""
    sent = rss(item(TITLE), f'<?xml version="1.0" encoding="{name}"?>').encode() if raw is None else raw
    poll = either(body(sent), *ends) if ends else ok(body(sent), TITLE)
    return case(f"declared as {name}", poll)


_UTF7 = rss(item("+ADw-script+AD4-x"), '<?xml version="1.0" encoding="utf-7"?>').encode()

_CASES = (
    *(made for name in _SUBSETS for made in _twice(name)),
    case("an empty subset", fails(body(_with_dtd("[]", "x")), "forbidden_dtd")),
    case("a subset in UTF-16", fails(body(_with_dtd('[<!ENTITY a "b">]', "&a;").encode("utf-16")), "forbidden_dtd")),
    case("a subset behind a quoted bracket", fails(body(_with_dtd('SYSTEM "a>b" [<!ENTITY a "b">]', "&a;")), "forbidden_dtd")),
    case(
        "a subset in lower case",
        fails(body(_with_dtd('[<!ENTITY a "b">]', "&a;").replace("DOCTYPE", "doctype")), "forbidden_dtd", "not_well_formed"),
    ),
    case("a subset after the root", either(body(feed("x") + '<!DOCTYPE rss [<!ENTITY a "b">]>'), "ok", "forbidden_dtd", "not_well_formed")),
    case("an external DTD", ok(body(_with_dtd('SYSTEM "http://127.0.0.9/canary"', "x")), "Title")),
    case(
        "a declaration without end",
        fails(lazily(lambda: "<!DOCTYPE rss " + '"' * 1_000_001), "not_a_feed", "not_well_formed", "forbidden_dtd"),
    ),
    case(
        "an inclusion",
        ok(body(rss(item("x") + '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd"/>')), lacks=("root:",)),
    ),
    case(
        "a stylesheet inside",
        ok(body(rss(item("x"), '<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="http://127.0.0.9/canary"?>')), "x"),
    ),
    _misshapen("nested elements", lambda: rss(item("x", description="<a>" * 200_000 + "</a>" * 200_000))),
    _misshapen("nested and never closed", lambda: rss("<item><title>x</title>" + "<a>" * 300_000 + "</item>")),
    _burns("nested markup in text", lambda: rss(item("x", description="&lt;div&gt;" * 300_000)), "ok", "parser_killed"),
    _burns("nested namespaces", lambda: rss(item("x") + "".join(f'<a xmlns:n{n}="u{n}">' for n in range(50_000)))),
    _misshapen(
        "a hundred thousand attributes", lambda: rss("<item " + " ".join(f"a{n}='1'" for n in range(100_000)) + "><title>x</title></item>")
    ),
    _misshapen("one attribute a hundred thousand times", lambda: rss("<item " + "a='1' " * 100_000 + "><title>x</title></item>")),
    _burns("an attribute of five megabytes", lambda: rss(f"<item a='{'x' * 5_000_000}'><title>x</title></item>")),
    _burns("a name of five megabytes", lambda: rss(item("x") + f"<{'n' * 5_000_000}/>")),
    _misshapen("a million entries", lambda: rss("<item/>" * 1_000_000), "too_many_entries"),
    case("one entry too many", fails(lazily(lambda: rss("".join(item(str(n), str(n)) for n in range(5_001)))), "too_many_entries")),
    case(
        "as many entries as may be",
        ok(lazily(lambda: rss("".join(item(str(n), str(n)) for n in range(5_000)))), count=5_000),
    ),
    case(
        "ten thousand JSON entries",
        fails(
            lazily(lambda: '{"version":"https://jsonfeed.org/version/1","items":[' + ",".join(['{"id":"1"}'] * 10_000) + "]}"),
            "too_many_entries",
        ),
    ),
    case(
        "nested JSON",
        fails(
            lazily(lambda: '{"version":"https://jsonfeed.org/version/1","items":' + "[" * 500_000),
            "not_well_formed",
            "not_a_feed",
            "parser_killed",
        ),
    ),
    case(
        "a JSON number of a million digits",
        either(lazily(lambda: '{"version":"https://jsonfeed.org/version/1","items":[{"id":' + "9" * 1_000_000 + "}]}"), *_ANY),
    ),
    case("a title of five megabytes", ok(lazily(lambda: rss(item("x" * 5_000_000))), "x" * 1000)),
    case("a text of seven megabytes", ok(lazily(lambda: rss(item("T", description="word " * 1_400_000))), "T")),
    case("a guid of a megabyte", ok(lazily(lambda: rss(item("T", "g" * 1_000_000))), "T")),
    case("a link of a megabyte", ok(lazily(lambda: rss(item("T", link="https://n.example/" + "a" * 1_000_000))), "T")),
    _burns("comments opened again and again", lambda: rss(item("x", description="<!--" * 200_000))),
    _burns("comments opened in CDATA", lambda: rss(item("x", description="<![CDATA[" + "<!--" * 300_000 + "]]>"))),
    _burns("an author of half a megabyte", lambda: rss(item("x", author="a" * 500_000 + "@"))),
    _burns("an author of brackets", lambda: rss(item("x", author="(" * 300_000))),
    _burns("a date of half a megabyte", lambda: rss(item("x", pubDate="1 " * 250_000))),
    _burns("a date of digits", lambda: rss(item("x", pubDate="9" * 500_000))),
    _burns("half a million ampersands", lambda: rss(item("x", description="&" * 500_000))),
    _burns("half a million open tags", lambda: rss(item("x", description="&lt;a " * 500_000))),
    _burns("half a million quotes", lambda: rss(item("x", description="&lt;a '" * 500_000))),
    _misshapen("CDATA opened again and again", lambda: rss(item("x", description="<![CDATA[" * 300_000))),
    _burns("instructions without end", lambda: rss(item("x", description="<?" * 500_000))),
    _burns("declarations in the body", lambda: rss(item("x", description="<!DOCTYPE " * 200_000))),
    _burns("comments without end before the root", lambda: "<!--" * 1_000_000, "not_a_feed"),
    _burns("spaces before the root", lambda: " " * 6_000_000 + feed("x"), "ok", "not_a_feed"),
    _burns(
        "a declaration of spaces", lambda: '<?xml version="1.0"' + " " * 3_000_000 + "?>" + feed("x"), "ok", "not_a_feed", "not_well_formed"
    ),
    _codec("punycode"),
    _codec("idna"),
    _codec("undefined"),
    _codec("rot13"),
    _codec("base64"),
    _codec("hex"),
    _codec("zlib"),
    _codec("bz2"),
    _codec("uu"),
    _codec("quopri"),
    _codec("unicode_escape"),
    _codec("raw_unicode_escape"),
    _codec("mbcs"),
    _codec("../../etc/passwd"),
    _codec("x" * 1000),
    case("declared and written as UTF-7", ok(body(_UTF7), lacks=("<script>",))),
    case("written in EBCDIC", fails(body(feed("x").encode("cp037")), "not_a_feed", "not_well_formed", "empty_body")),
    case("a UTF-16 mark before UTF-8", fails(body(codecs.BOM_UTF16_LE + feed("x").encode()), "not_a_feed", "not_well_formed")),
    case("null bytes all over", ok(body(feed("Access ends").replace("e", "e\0")), "Access ends")),
    case("references to nothing", ok(body(rss(item("a&#0;b&#xFFFF;c") + item("good", "2"))), count=2)),
    case("references to surrogates", ok(body(rss(item("a&#xD800;b&#xDFFF;c") + item("good", "2"))), count=2)),
    case("a reference beyond Unicode", ok(body(rss(item("a&#x110000;b&#99999999999;c") + item("good", "2"))), count=2)),
    case(
        "lone surrogates in JSON",
        ok(body('{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","title":"a\\ud800b"}]}', "application/json"), "ab"),
    ),
    case("overlong UTF-8", ok(body(rss(item("x")).encode().replace(b"x<", b"\xc0\xbcscript\xc0\xbe<")), lacks=("<script>",))),
    case(
        "an element named like a feed", fails(body('<?xml version="1.0"?><feedback><item><title>x</title></item></feedback>'), "not_a_feed")
    ),
    case("a feed within a page", fails(body("<html><body>" + feed("x").split("?>", 1)[1] + "</body></html>", "text/html"), "not_a_feed")),
    case("two roots", ok(body(feed("One") + feed("Two").split("?>", 1)[1]), lacks=("Two",))),
)
CASES = tuple(replace(made, seconds=_SLOW_S) if callable(made.polls[0].served) else made for made in _CASES)
