"""A public source that leads inside, in every spelling: refused with its reason, and the canary is never asked.

The canary listens on the server's own port on 127.0.0.9 and ::1, so that no rule about ports can hide a missing rule about
addresses; on the server itself it is the path `/canary`. The operator has opted 127.0.0.1 in, for private sources only.
"""

from __future__ import annotations

from tests.collect.wire import Script, http
from tests.hostile.case import Case, body, case, fails, feed, ok
from tests.hostile.names import PUBLIC

_OWN = f"http://{PUBLIC}:{{port}}/{{name}}/feed"
_THERE = body(feed("There"))


def _to(location: str, status: str = "302 Found") -> Script:
    return [http(status, b"", Location=location)]


def _inside(name: str, location: str, *reasons: str, status: str = "302 Found") -> Case:
    refused = fails(_to(location, status), *(reasons or ("blocked_address",)), asks=1, moved_to="")
    return case(name, refused, url=_OWN, private=False)


CASES = (
    case("a public source is polled", ok(_THERE, "There", asks=1), url=_OWN, private=False),
    case("a public hop to a public place", ok(_to("b"), "There", more={"b": _THERE}, asks=2), url=_OWN, private=False),
    _inside("loopback", "http://127.0.0.9:{port}/canary"),
    _inside("loopback for good", "http://127.0.0.9:{port}/canary", status="301 Moved Permanently"),
    _inside("loopback by 308", "http://127.0.0.9:{port}/canary", status="308 Permanent Redirect"),
    _inside("the opted-in address, for a public source", "http://127.0.0.1:{port}/canary"),
    _inside("localhost", "http://localhost:{port}/canary"),
    _inside("localhost with a dot", "http://localhost.:{port}/canary", "blocked_address", "connection"),
    _inside("IPv6 loopback", "http://[::1]:{port}/canary"),
    _inside("IPv6 loopback in full", "http://[0:0:0:0:0:0:0:1]:{port}/canary"),
    _inside("an IPv4-mapped address", "http://[::ffff:127.0.0.9]:{port}/canary"),
    _inside("an IPv4-mapped address in hexadecimal", "http://[::ffff:7f00:9]:{port}/canary"),
    _inside("an IPv4-compatible address", "http://[::127.0.0.9]:{port}/canary"),
    _inside("6to4", "http://[2002:7f00:9::]:{port}/canary"),
    _inside("NAT64", "http://[64:ff9b::7f00:9]:{port}/canary"),
    _inside("Teredo", "http://[2001:0:4136:e378:8000:63bf:80ff:fff6]:{port}/canary"),
    _inside("unspecified", "http://0.0.0.0:{port}/canary"),
    _inside("unspecified IPv6", "http://[::]:{port}/canary"),
    _inside("zero", "http://0:{port}/canary"),
    _inside("decimal", "http://2130706441:{port}/canary"),
    _inside("hexadecimal", "http://0x7f000009:{port}/canary"),
    _inside("octal", "http://0177.0.0.9:{port}/canary"),
    _inside("short", "http://127.9:{port}/canary"),
    _inside("mixed bases", "http://0x7f.0.0.9:{port}/canary"),
    _inside("full-width digits", "http://１２７.０.０.９:{port}/canary".encode().decode("latin-1"), "blocked_address", "bad_redirect"),
    _inside("percent-encoded", "http://127%2e0%2e0%2e9:{port}/canary", "blocked_address", "bad_redirect", "connection"),
    _inside("a zone", "http://[fe80::1%25lo]:{port}/canary", "blocked_address", "bad_redirect"),
    _inside("user info in front", "http://public.hostile.example@127.0.0.9:{port}/canary", "bad_redirect", "blocked_address"),
    _inside("a backslash in between", "http://127.0.0.9:{port}\\@public.hostile.example/canary", "bad_redirect", "blocked_address"),
    _inside("a target without scheme", "//127.0.0.9:{port}/canary"),
    _inside("a name that leads inside", "http://inside.hostile.example:{port}/canary"),
    _inside("a name that leads to IPv6 inside", "http://inside6.hostile.example:{port}/canary"),
    _inside("a name with a good and a bad address", "http://mixed.hostile.example:{port}/canary"),
    _inside("a name that leads to the intranet", "http://intranet.hostile.example:{port}/canary"),
    _inside("the intranet", "http://10.0.0.1:{port}/canary"),
    _inside("carrier-grade NAT", "http://100.64.0.1:{port}/canary"),
    _inside("link-local", "http://[fe80::1]:{port}/canary"),
    _inside("unique local", "http://[fd00:ec2::254]/latest/meta-data/"),
    _inside("the metadata service", "http://169.254.169.254/latest/meta-data/"),
    _inside("a name of the metadata service", "http://metadata.hostile.example/latest/meta-data/"),
    _inside("multicast", "http://224.0.0.1:{port}/canary"),
    _inside("broadcast", "http://255.255.255.255:{port}/canary"),
    _inside("a file", "file:///etc/passwd", "blocked_scheme"),
    _inside("ftp", "ftp://127.0.0.9/x", "blocked_scheme"),
    _inside("gopher", "gopher://127.0.0.9:{port}/_GET%20/canary", "blocked_scheme"),
    _inside("data", "data:application/rss+xml,<rss/>", "blocked_scheme"),
    _inside("the mail port", f"http://{PUBLIC}:25/", "blocked_port"),
    _inside("a database port", f"http://{PUBLIC}:6379/", "blocked_port"),
    case(
        "inside on the second hop",
        fails(_to("b"), "blocked_address", more={"b": _to("http://127.0.0.9:{port}/canary")}, asks=2),
        url=_OWN,
        private=False,
    ),
    case(
        "a name that changes its address between the hops",
        fails(_to("again"), "blocked_address", asks=1),
        url="http://rebinding.hostile.example:{port}/{name}/feed",
        private=False,
    ),
    case(
        "a public source that names an address inside",
        fails(_THERE, "blocked_address", asks=0),
        url="http://127.0.0.1:{port}/canary",
        private=False,
    ),
    case("a private source at an address not opted in", fails(_THERE, "blocked_address", asks=0), url="http://127.0.0.9:{port}/canary"),
    case("a private source that leads to another inside", fails(_to("http://127.0.0.9:{port}/canary"), "blocked_address", asks=1)),
)
