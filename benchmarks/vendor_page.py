"""Histories of a vendor's page of supported places. Codes of places come in, captures with the verdict that is right go out.

Written in the layouts that vendors use (a list, a table, columns, sections that open, one line), each gone through by the same steps:
what a redesign, a consent manager, a clock and a translator do to a page, and what is news.
"""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pycountry
from captured import Capture

from monitor.model import PAGE_ADDED, PAGE_REMOVED

Layout = Callable[[Sequence[str]], str]


@dataclass(frozen=True)
class Page:
    """What stands on the page and around it."""

    names: tuple[str, ...]
    menu: tuple[str, ...] = ("Products", "Pricing", "Documentation")
    banner: str = ""
    stamp: str = "Last updated: May 2, 2024"
    year: int = 2024
    intro: str = "The API is available in these countries and territories."
    end: str = ""
    classes: str = "content"
    quote: str = "'"
    space: str = " "


def histories(place: Path) -> Iterator[Capture]:
    """The pages of all vendors in the file `place`, in all layouts."""
    for vendor, codes in json.loads(place.read_text("utf-8"))["supported"].items():
        known = [found.name for code in codes if (found := pycountry.countries.get(alpha_2=code))]
        names = tuple(sorted(dict.fromkeys(name.partition(",")[0] for name in known)))
        for name, layout in LAYOUTS.items():
            yield from history(f"{vendor}, {name}", names, layout)


def history(page: str, names: tuple[str, ...], layout: Layout) -> Iterator[Capture]:
    """One page from its first capture on."""
    state = Page(names)
    yield Capture(page, "first", written(state, layout), expected="baseline")
    for name, step, added, removed in STEPS:
        state = step(state)
        yield Capture(page, name, written(state, layout), expected=_told(added, removed, layout))
    yield Capture(page, "a guard", "<title>Just a moment...</title><p>Checking your browser.</p>", expected="refused")
    yield Capture(page, "the page again", written(state, layout) + "\n", expected="silent")


def _told(added: Sequence[str], removed: Sequence[str], layout: Layout) -> str:
    if not added and not removed:
        return "silent"
    row = "" if layout is _line else "- "
    lines: list[str] = []
    for label, told in ((PAGE_ADDED, added), (PAGE_REMOVED, removed)):
        if told:
            lines += [label, *(said if said.endswith(".") else f"{row}{said}{' · Yes' if layout is _table else ''}" for said in told)]
    return "\n".join(lines)


def written(page: Page, layout: Layout) -> str:
    """The page as HTML."""
    names = [html.escape(name, quote=False).replace("'", page.quote).replace(" ", page.space) for name in page.names]
    menu = "".join(f"<li><a href=/x>{entry}</a></li>" for entry in page.menu)
    return (
        f'<!doctype html><html lang="en"><head><title>Supported countries</title></head><body><nav><ul>{menu}</ul></nav>{page.banner}'
        f'<main class="{page.classes}"><h1>Supported countries</h1><p>{page.stamp}</p><p>{page.intro}</p>{layout(names)}{page.end}</main>'
        f"<footer><p>© {page.year} Vendor</p></footer></body></html>"
    )


def _list(names: Sequence[str]) -> str:
    return "<ul>" + "".join(f"<li><p>{name}</p></li>" for name in names) + "</ul>"


def _table(names: Sequence[str]) -> str:
    body = "".join(f"<tr><td>{name}</td><td>Yes</td></tr>" for name in names)
    return f"<table><thead><tr><th>Country</th><th>Available</th></tr></thead><tbody>{body}</tbody></table>"


def _columns(names: Sequence[str]) -> str:
    third = len(names) // 3 + 1
    return "".join(f'<div class="col">{_list(names[at : at + third])}</div>' for at in range(0, len(names), third))


def _sections(names: Sequence[str]) -> str:
    parts = (("A–F", "ABCDEF"), ("G–M", "GHIJKLM"), ("N–Z", "NOPQRSTUVWXYZÅ"))
    return "".join(
        f'<div class="accordion-item"><h3><button aria-expanded="false">{head}</button></h3><div class="accordion-panel" hidden>'
        f"{_list([name for name in names if name[0] in letters])}</div></div>"
        for head, letters in parts
    )


def _details(names: Sequence[str]) -> str:
    half = len(names) // 2
    return "".join(
        f"<details><summary>{head}</summary>{_list(some)}</details>" for head, some in (("One", names[:half]), ("Two", names[half:]))
    )


def _line(names: Sequence[str]) -> str:
    return f"<p>{', '.join(names)}</p>"


LAYOUTS: dict[str, Layout] = {
    "list": _list,
    "table": _table,
    "columns": _columns,
    "sections": _sections,
    "details": _details,
    "line": _line,
}


def _without(*gone: str) -> Callable[[Page], Page]:
    return lambda page: replace(page, names=tuple(name for name in page.names if name not in gone))


def _with(*come: str) -> Callable[[Page], Page]:
    return lambda page: replace(page, names=tuple(sorted((*page.names, *come))))


def _set(**fields: object) -> Callable[[Page], Page]:
    return lambda page: replace(page, **fields)  # type: ignore[arg-type]


_NOTE = "<p>From July 9, 2024 traffic from other places is blocked.</p>"
_CONSENT = '<div class="cmp-root" role="dialog"><p>We value your privacy.</p><button>Accept</button></div>'
_COOKIES = "<div><p>We use cookies to improve this site. By continuing you agree to our use of cookies.</p></div>"
_WIDGET = '<div class="feedback-widget"><p>Was this page helpful?</p><button>Yes</button><button>No</button></div>'

# What happens, how, and which names or sentences are added and removed by it.
STEPS: tuple[tuple[str, Callable[[Page], Page], tuple[str, ...], tuple[str, ...]], ...] = (
    ("another stamp", _set(stamp="Last updated: June 3, 2024"), (), ()),
    ("a stamp of another form", _set(stamp="Updated 3 days ago"), (), ()),
    ("a consent dialog", _set(banner=_CONSENT), (), ()),
    ("a cookie banner", _set(banner=_COOKIES), (), ()),
    ("no banner", _set(banner=""), (), ()),
    ("menu in another language", _set(menu=("产品", "价格", "文档")), (), ()),
    ("another order", lambda page: replace(page, names=tuple(reversed(page.names))), (), ()),
    ("the order again", lambda page: replace(page, names=tuple(sorted(page.names))), (), ()),
    ("other classes", _set(classes="prose css-1x2y3z"), (), ()),
    ("typographic quotes", _set(quote="’"), (), ()),
    ("hard spaces", _set(space="&nbsp;"), (), ()),
    ("another year", _set(year=2025), (), ()),
    ("a widget at the end", _set(end=_WIDGET), (), ()),
    ("a country goes", _without("Australia"), (), ("Australia",)),
    ("a country comes", _with("Zimbabwe Test"), ("Zimbabwe Test",), ()),
    ("a country is renamed", lambda page: _with("Kingdom of Belgium")(_without("Belgium")(page)), ("Kingdom of Belgium",), ("Belgium",)),
    ("two go, one comes", lambda page: _with("Norland")(_without("Chile", "Fiji")(page)), ("Norland",), ("Chile", "Fiji")),
    (
        "another introduction",
        _set(intro="The API and the apps are available in these places."),
        ("The API and the apps are available in these places.",),
        ("The API is available in these countries and territories.",),
    ),
    ("a note", _set(end=_WIDGET + _NOTE), ("From July 9, 2024 traffic from other places is blocked.",), ()),
)
