"""An entry as its publisher wrote it, whoever read it: what both feed readers hand over, before it becomes an `Entry`."""

from __future__ import annotations

import html
from datetime import datetime
from typing import NamedTuple

_HTML_CHARS = 2_000_000


class Text(NamedTuple):
    """A text construct; `plain` when its publisher declared it as plain text."""

    value: str = ""
    plain: bool = False
    lang: str | None = None

    def markup(self) -> str:
        """This text as HTML: plain text is escaped where it would read as markup."""
        text = self.value[:_HTML_CHARS]
        return html.escape(text, quote=False) if self.plain and ("<" in text or ("&" in text and html.unescape(text) != text)) else text


class Written(NamedTuple):
    """One item or entry of a feed; links are as written, dates already read."""

    guid: str
    link: str
    title: Text
    texts: tuple[Text, ...]
    """The contents, then the summary."""
    author: str
    published_at: datetime | None
    published_raw: str
    updated_at: datetime | None
    lang: str | None
    named_publisher: str
    """What the entry's own `<source>` calls its publisher."""


class Feed(NamedTuple):
    """What a document holds, in its order."""

    entries: tuple[Written, ...]
    lang: str | None
