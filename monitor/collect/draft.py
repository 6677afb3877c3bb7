"""An entry while it is being read. What its elements say comes in one by one, the entry as written goes out."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import datetime

from monitor.collect.failures import OddError
from monitor.collect.when import instant, is_standard
from monitor.collect.written import Text, Written

# What readers of Windows text see in the C1 controls.
_C1 = {code: bytes([code]).decode("cp1252") for code in range(0x80, 0xA0) if code not in (0x81, 0x8D, 0x8F, 0x90, 0x9D)}
_UTF8_C1 = re.compile(rb"\xc2[\x80-\x9f]")


class Draft:
    """The entry that is being read."""

    def __init__(self, guid: str) -> None:
        self.guid = guid
        self.link: str | None = None
        self.title = self.summary = Text()
        self.contents: list[Text] = []
        self.has_content = False
        self.author = self.publisher = ""
        self.said = {"published": "", "updated": "", "created": "", "language": ""}
        self.depths: dict[str, int] = {}
        """How deep each field stood that was kept: what stands deeper does not replace it."""

    def replaces(self, field: str, depth: int) -> bool:
        """Whether what stands at `depth` is kept as `field`."""
        if depth > self.depths.get(field, depth):
            return False
        self.depths[field] = depth
        return True

    def written(self) -> Written:
        updated = self.said["updated"]
        raw = self.said["published"] or updated or self.said["created"]
        at = _certain(raw)
        return Written(
            guid=self.guid.strip(),
            link=(self.link or "").strip(),
            title=self.title,
            texts=(*self.contents, self.summary),
            author=self.author.strip(),
            published_at=at,
            published_raw=raw,
            updated_at=at if raw == updated else _certain(updated),
            lang=(self.said["language"] or self.title.lang or self.summary.lang or "")[:20] or None,
            named_publisher=self.publisher,
        )


def readable(text: str) -> str:
    """`text` with its letters right where two wrong encodings or a Windows one hide them."""
    with suppress(UnicodeError):  # UTF-8 that somebody took for Latin-1 and encoded again
        text = text.encode("latin-1").decode("utf-8")
    encoded = text.encode()
    return text.translate(_C1) if b"\xc2" in encoded and _UTF8_C1.search(encoded) else text


def _certain(raw: str) -> datetime | None:
    found = instant(raw) if raw else None
    if raw and found is None and not is_standard(raw):
        raise OddError("a date in an unusual form")
    return found
