"""Entries become documents. Entries of one source and its latest documents come in, new documents and new revisions go out.

Text is cleaned here and nowhere else: what leaves has no markup, no control characters, and one canonical address.
"""

from __future__ import annotations

import hashlib
import html
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import nh3

from monitor.collect.origin import origin_group
from monitor.collect.url import canonical_url
from monitor.collect.when import not_after
from monitor.language import detect
from monitor.model import Document, Entry, Source

TITLE_CHARS = 1_000
TEXT_CHARS = 200_000
_RAW_CHARS = 10 * TEXT_CHARS
_PASSES = 8
# The language model is not made for several threads.
_ONE_AT_A_TIME = threading.Lock()
# The HTML parser needs quadratic time for deep nesting; what is left for it after flattening is a handful of odd tags.
_ODD_TAGS = 2_000

_BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "br", "caption", "center", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option",
    "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
# Looking a name up costs half of what an alternation of all of them does.
_TAG = re.compile(r"</?([A-Za-z][A-Za-z1-6]*+)(?:[\s/][^<>]*)?>")
_INLINE_TAG = re.compile(r"</?[A-Za-z][^<>\"']{0,400}(?:\"[^<>\"]*\"[^<>\"']{0,400}|'[^<>']*'[^<>\"']{0,400}){0,40}>")
_RAW_START = re.compile(r"<(?:(script|style|template|iframe|noembed|noframes|textarea|title)(?=[\s/>])|!--)", re.IGNORECASE)
_AMPERSANDS = re.compile(r"&(?:(?:amp|#0*38|#x0*26);)+", re.IGNORECASE)
# Controls, surrogates, non-characters, and Unicode's Default_Ignorable_Code_Point: what a reader cannot see must not hide a name.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    "\u3164\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
)


def documents(source: Source, entries: Sequence[Entry], latest: Mapping[str, Document], retrieved_at: datetime) -> list[Document]:
    """New documents and new revisions of `source`, in the order of `entries`; what is unchanged gives nothing.

    `latest` holds the newest revision per guid. An entry under a new guid is the old document again when address and
    title are those of a known one whose own guid is no longer in the feed.
    """
    present = {entry.guid for entry in entries}
    moved = {(d.url, d.title): guid for guid, d in latest.items() if guid not in present}
    found: dict[str, Document] = {}
    for entry in entries:
        clean = _clean(source, entry)
        guid = entry.guid if entry.guid in latest else moved.get((clean.url, clean.title), entry.guid)
        before = latest.get(guid)
        if guid not in found and (before is None or before.content_hash != clean.content_hash):
            found[guid] = _document(source, entry, clean, retrieved_at, guid, before.revision + 1 if before else 1)
    return list(found.values())


@dataclass(frozen=True)
class _Clean:
    """What of an entry decides whether it is new."""

    url: str
    title: str
    text: str
    content_hash: str


def _clean(source: Source, entry: Entry) -> _Clean:
    title, text = clean_title(entry.title), clean_text(entry.html)
    digest = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()
    return _Clean(canonical_url(entry.url) or canonical_url(source.url), title, text, digest)


def _document(source: Source, entry: Entry, clean: _Clean, retrieved_at: datetime, guid: str, revision: int) -> Document:
    return Document(
        source=source.id,
        guid=guid,
        revision=revision,
        url=clean.url,
        title=clean.title,
        text=clean.text,
        lang=_language(f"{clean.title}\n{clean.text}", entry.lang or source.language),
        published_at=not_after(entry.published_at, retrieved_at),
        published_raw=entry.published_raw,
        updated_at=not_after(entry.updated_at, retrieved_at),
        retrieved_at=retrieved_at,
        content_hash=clean.content_hash,
        origin_group=origin_group(source, entry, clean.text),
        kind=source.kind,
        jurisdiction=source.jurisdiction,
        reliability=source.reliability,
        regulator=entry.regulator,
    )


def _language(text: str, hint: str) -> str:
    with _ONE_AT_A_TIME:
        return detect(text, hint)


def clean_title(markup: str) -> str:
    """`markup` as one line of plain text of at most 1,000 characters."""
    return clean_text(markup.replace("\n", " "), TITLE_CHARS).replace("\n", " ")[:TITLE_CHARS].strip()


def clean_text(markup: str, limit: int = TEXT_CHARS) -> str:
    """`markup` as plain text: tags gone, block tags as line breaks, entities read, nothing invisible, at most `limit` characters.

    Repeated until nothing changes, because feeds escape twice and attackers three times; so cleaning twice changes nothing.
    """
    text = markup[:_RAW_CHARS]
    for _ in range(_PASSES):
        cleaner = _clean_once(text, limit)
        if cleaner == text or _is_plain(cleaner):
            return cleaner
        text = cleaner
    return _clean_once(text.replace("<", " ").replace("&", " "), limit)


def _is_plain(text: str) -> bool:
    """Whether another pass would leave `text`, which is the outcome of one, as it is; False only says that nobody has looked."""
    return "<" not in text and "&" not in text and _is_printable_ascii(text)


def _is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.replace("\n", "").isprintable()


def _clean_once(text: str, limit: int) -> str:
    if not _is_printable_ascii(text):
        # A mark at the end keeps a last line break; `splitlines` knows all characters that break lines.
        text = "\n".join(f"{text}.".splitlines())[:-1]
        text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text))
    if "<" in text:
        text = _without_tags(text)
    if "&" in text:
        text = html.unescape(_AMPERSANDS.sub("&amp;", text))
    return "\n".join(filter(None, map(_one_spaced, text.split("\n"))))[:limit].strip()


def _one_spaced(line: str) -> str:
    """`line` with one space where there is any; of all white space only the space itself is printable."""
    return line.strip() if "  " not in line and line.isprintable() else " ".join(line.split())


def _line_break(tag: re.Match[str]) -> str:
    return "\n" if tag[1].lower() in _BLOCKS else tag[0]


def _without_tags(text: str) -> str:
    text = _INLINE_TAG.sub("", _TAG.sub(_line_break, _without_raw_text(text)))
    if "<" not in text:
        return text
    if text.count("<") > _ODD_TAGS:
        text = text.replace("<", " ")
    return nh3.clean(text, tags=set(), strip_comments=True)


def _without_raw_text(text: str) -> str:
    """`text` without scripts, styles and comments; one that never ends loses only its opening mark."""
    kept, at, unclosed = [], 0, set()
    while match := _RAW_START.search(text, at):
        kept.append(text[at : match.start()])
        name = (match[1] or "--").lower()
        at = match.end()
        if name in unclosed:
            continue
        end = re.compile(r"-->" if name == "--" else rf"</{name}[^<>]*>", re.IGNORECASE).search(text, at)
        if end is None:
            unclosed.add(name)
        else:
            at = end.end()
    kept.append(text[at:])
    return "".join(kept)
