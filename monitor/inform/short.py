"""A digest or an alert as a chat message: composed words come in; a title, a few lines and links to our pages go out.

No foreign text at all goes into a chat: facts are built from an event's fields and the catalogue. What people of the house named (teams,
systems, sources) stays plain as well: signs by which any chat makes mentions, links or layout are written in their full width.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from monitor.inform.digest import Digest
from monitor.inform.render import clean, safe_url
from monitor.inform.sections import DigestEntry
from monitor.inform.wording import plural

MOST_ENTRIES: Final = 5
MOST_CHARS: Final = 1800
"""Discord takes 2,000 in all, Slack and Teams more."""
_MOST_LINE: Final = 200
_TOLD: Final = ("act_now", "moved", "lifted", "changed", "new")
_OURS: Final = re.compile(r"(?:\[[A-Z]+\] ?)+")
"""The tags that a subject begins with; a chat makes no link of them."""
_SIGNS: Final = {sign: chr(ord(sign) + 0xFEE0) for sign in "<>&@[]*_`~#|\\{}^$"}
_PLAIN: Final = str.maketrans(_SIGNS)


def plain(text: str) -> str:
    """One line that no chat reads as a mention, a link, a command or layout; `->` becomes an arrow."""
    shown = clean(text).replace("->", "→").translate(_PLAIN).replace("://", "：//")
    return shown.lstrip("-+=/!.: ")


def chat_title(subject: str) -> str:
    """The subject, with the tags that are ours."""
    tags = _OURS.match(subject)
    start = tags.end() if tags else 0
    return subject[:start] + plain(subject[start:])


def chat_text(digest: Digest) -> str:
    """What to do, then the matters, the most urgent first, each with its page; at most 1,800 characters."""
    told = [section for section in digest.sections if section.key in _TOLD]
    # That sources are silent, or what is watched, is a matter of its own only where there is nothing else to tell.
    told = told or [section for section in digest.sections if section.key in ("problems", "watched")]
    entries = [entry for section in told for entry in section.entries]
    left_out = sum(section.more for section in told)
    blocks = [plain(f"{digest.team}: {digest.preheader}".replace(": terms below", ""))]
    shown = 0
    for entry in entries[:MOST_ENTRIES]:
        block = "\n".join(_lines(entry))
        if len("\n".join([*blocks, block])) > MOST_CHARS - 100:
            break
        blocks.append(block)
        shown += 1
    if more := len(entries) - shown + left_out:
        blocks.append(f"and {plural(more, 'more matter')}: {digest.base_url.rstrip('/')}/events")
    return "\n".join(blocks)


def _lines(entry: DigestEntry) -> Iterator[str]:
    level = f"{entry.level.upper()}: " if entry.level else ""
    moved = next((fact.text for fact in entry.facts if fact.label == "Moved"), "")
    note = f" ({'; '.join(part for part in (moved, entry.note) if part)})" if moved or entry.note else ""
    yield f"• {level}{plain(f'{entry.title}{note}')}"[:_MOST_LINE]
    if entry.url and safe_url(entry.url) != "#":
        yield safe_url(entry.url)
