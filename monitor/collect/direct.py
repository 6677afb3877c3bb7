"""The short way from a body to its feed. Bytes that are plainly UTF-8 come in, and what the strict reader says of them goes out.

Nearly all feeds are such, and making text of their bytes takes about a fifth of the time. Wherever the long way could see anything else
(another label, a control character, a prolog that is not ASCII, anything odd to the strict reader) the answer is None.
"""

from __future__ import annotations

import re

from monitor.collect.encoding import may_be_utf8
from monitor.collect.failures import OddError
from monitor.collect.prolog import find_root
from monitor.collect.strict import read_strictly
from monitor.collect.tolerant import looks_like_html
from monitor.collect.written import Feed

FEED_ROOTS = frozenset({"rss", "feed", "rdf", "channel", "entry"})
# Comments of content systems before the root are shorter.
_HEAD_BYTES = 8_192
_PLAIN_PROLOG = re.compile(rb"(?:\xef\xbb\xbf)?[\t\n\r ]*+(?:<[\t\n\r\x20-\x7e]*+)?")


def read_directly(body: bytes, content_type: str) -> Feed | None:
    """What the feed in `body` holds; None when that is not certain, a refusal when it is built to hurt."""
    # The other control characters are no XML: the strict reader stops at them.
    if b"\x7f" in body or not may_be_utf8(body, content_type):
        return None
    head = body[:_HEAD_BYTES].decode("latin-1")  # one character per byte
    root = find_root(head)
    if root is None or root.name not in FEED_ROOTS:
        return None
    start = len(head) - len(root.document)
    if not _PLAIN_PROLOG.fullmatch(body, 0, start):
        return None
    try:
        return read_strictly(memoryview(body)[start:], looks_like_html)
    except OddError:
        return None
