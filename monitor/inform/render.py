"""The only door to Jinja2: a template's name and nouns come in, text or HTML goes out.

HTML is always escaped, an undefined name is an error, and text from feeds loses its control characters before it is shown.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup, escape

from monitor.inform.calendar import deadlines_calendar
from monitor.inform.digest import Digest
from monitor.inform.query import utc_minute
from monitor.inform.wording import long_day, text_lang, weekday
from monitor.model import Mail

LINE_WIDTH = 78
_SPACE = re.compile(r"\s+")


def render(template: str, /, **nouns: object) -> str:
    """The template filled with `nouns`; names ending in `.html` are escaped, an undefined name raises."""
    return _environment().get_template(template).render(**nouns)


def render_digest(digest: Digest, calendars: dict[tuple[str, ...], str] | None = None) -> Mail:
    """A digest or an alert as a mail: subject, text and HTML with the same facts, a calendar file when a day is new or moved.

    `calendars` keeps files by the ids of their events, for many mails of one instant.
    """
    kept = {} if calendars is None else calendars
    days = tuple(event.id for event in digest.calendar_events)
    if days and days not in kept:
        kept[days] = deadlines_calendar(digest.calendar_events, digest.as_of, digest.base_url, digest.names, digest.revisions)
    return Mail(
        recipient=digest.recipient,
        subject=render(f"mail/{digest.kind}/subject.txt", digest=digest).strip(),
        text=render(f"mail/{digest.kind}/body.txt", digest=digest),
        html=render(f"mail/{digest.kind}/body.html", digest=digest),
        message_id=digest.message_id,
        kind=digest.kind,
        calendar=kept.get(days),
        unsubscribe=digest.unsubscribe,
    )


def template_dir() -> Path:
    """Where the templates are: inside the installed package, else at the top of the checkout."""
    package = Path(__file__).resolve().parent.parent
    bundled = package / "bundled" / "templates"
    return bundled if bundled.is_dir() else package.parent / "templates"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(template_dir()),
        autoescape=select_autoescape(enabled_extensions=("html", "xml"), default_for_string=True, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        auto_reload=False,
    )
    environment.filters |= {
        "clean": clean,
        "said": said,
        "wrap": wrap,
        "safe_url": safe_url,
        "host": host,
        "text_lang": text_lang,
        "long_day": long_day,
        "weekday": weekday,
        "utc": utc_minute,
    }
    return environment


def clean(text: object) -> str:
    """One line of foreign text without control, format and surrogate characters; direction marks cannot reorder it."""
    plain = str(text)
    if plain.isascii() and plain.isprintable():
        if "  " not in plain:
            return plain.strip()
        return _SPACE.sub(" ", plain).strip()
    spaced = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in plain)
    shown = "".join(sign for sign in spaced if unicodedata.category(sign) not in ("Cf", "Cs", "Co", "Cn"))
    return _SPACE.sub(" ", shown).strip()


def said(text: object) -> Markup:
    """Foreign text for HTML: cleaned, escaped, and with its language where that is not English."""
    words = clean(text)
    lang = text_lang(words)
    return escape(words) if lang == "en" else Markup('<span lang="{}">{}</span>').format(lang, words)


def wrap(text: object, first: str = "", rest: str | None = None) -> str:
    """The text in lines of at most 78 columns (a Chinese sign takes two); a URL is never broken."""
    indent = " " * len(first) if rest is None else rest
    lines, line, used = [], first, _columns(first)
    for word in clean(text).split(" "):
        space, size = "" if line in (first, indent) else " ", _columns(word)
        if space and used + 1 + size > LINE_WIDTH:
            lines.append(line)
            line, space, used = indent, "", _columns(indent)
        line += space + word
        used += len(space) + size
        while used > LINE_WIDTH and "://" not in line:
            cut = _fitting(line)
            lines.append(line[:cut])
            line = indent + line[cut:]
            used = _columns(line)
    return "\n".join([*lines, line]).rstrip()


def safe_url(url: object) -> str:
    """The URL when it leads to a web page, else `#`: feeds may say `javascript:`."""
    text = clean(url)
    try:
        parts = urlsplit(text)
    except ValueError:
        return "#"
    return text if parts.scheme in ("http", "https") and parts.netloc else "#"


def host(url: object) -> str:
    """The host a link leads to, for showing beside it; empty when it leads nowhere."""
    address = safe_url(url)
    return "" if address == "#" else urlsplit(address).netloc.rpartition("@")[2]


def _columns(text: str) -> int:
    return len(text) if text.isascii() else sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _fitting(line: str) -> int:
    """How many characters of `line` fit into one line; at least one beyond its indent."""
    used = 0
    for index, sign in enumerate(line):
        used += _columns(sign)
        if used > LINE_WIDTH:
            return max(index, 1)
    return len(line)
