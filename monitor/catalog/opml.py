"""OPML, the exchange format of feed readers. A file's bytes come in, entries for feeds.yaml go out; and sources the other way.

The file may come from anyone, so any DTD is refused (entities and their bombs live there), and size, depth and number have
limits. Nothing is fetched, includes are not followed. What decides how far a source is trusted is taken only from files that
we exported ourselves: a stranger's list must not call itself a primary source.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from monitor.catalog.sources import parse_sources, source_row
from monitor.catalog.yaml_file import YamlFile
from monitor.errors import ConfigError
from monitor.model import Source

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 32
MAX_OUTLINES = 10_000
_OURS = "urn:forewarned:feeds"
_TRUST = ("kind", "publisher", "family", "reliability", "private")
_OTHER = ("id", "format", "jurisdiction", "interval")
_CODECS = {"utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii", "iso-8859-1": "latin-1", "windows-1252": "cp1252"}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?\bencoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_USER_INFO = re.compile(r"//[^/@]*@")
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True)
class Refused:
    """An outline that became no entry; `why` names file and line."""

    title: str
    url: str
    why: str


@dataclass
class Imported:
    """What an OPML file gave: new sources in its order, and what was left out."""

    added: list[Source] = field(default_factory=list)
    duplicates: list[Refused] = field(default_factory=list)
    invalid: list[Refused] = field(default_factory=list)


@dataclass(frozen=True)
class _Outline:
    line: int
    attributes: dict[str, str]

    @property
    def url(self) -> str:
        """The feed's address, or that of a page we exported; empty for folders and plain links."""
        ours = self.attributes.get(f"{_OURS} format")
        return (self.attributes.get("xmlUrl") or (self.attributes.get("url") if ours else "") or "").strip()

    @property
    def title(self) -> str:
        return (self.attributes.get("title") or self.attributes.get("text") or "").strip()


def read_opml(path: Path) -> bytes:
    """The file's bytes; ConfigError when it cannot be read or is too large."""
    try:
        with path.open("rb") as file:
            body = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=path) from error
    if len(body) > MAX_BYTES:
        raise ConfigError(f"is larger than {MAX_BYTES // 1024 // 1024} MiB", file=path)
    return body


def import_opml(body: bytes, path: Path, known: Iterable[Source], *, own: bool = False) -> Imported:
    """The feeds of an OPML file as sources that feeds.yaml does not list yet; ConfigError when the file itself is refused.

    `own` says that we exported the file: then trust, publisher, family and the right to private addresses come from it.
    """
    result, listed = Imported(), list(known)
    urls, ids = {source.url for source in listed}, {source.id for source in listed}
    for outline in _outlines(body, path):
        if not outline.url:
            continue
        if outline.url in urls:
            result.duplicates.append(Refused(outline.title, outline.url, f"{path}:{outline.line}: its url is listed already"))
            continue
        try:
            (source,) = parse_sources(YamlFile(path, {"sources": [_row(outline, ids, own)]}, {("sources",): outline.line}))
        except ConfigError as error:
            result.invalid.append(Refused(outline.title, _USER_INFO.sub("//***@", outline.url), str(error)))
            continue
        urls.add(source.url)
        ids.add(source.id)
        result.added.append(source)
    return result


def export_opml(sources: Sequence[Source], title: str = "Forewarned sources") -> str:
    """An OPML 2.0 document that any reader takes; our own fields stand in a namespace that others ignore."""
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:fw="{_OURS}">',
        f"<head><title>{_plain(title)}</title></head>",
        "<body>",
        *(f"<outline {' '.join(f'{name}={_attribute(value)}' for name, value in _attributes(source))}/>" for source in sources),
        "</body>",
        "</opml>",
    ]
    return "\n".join(lines) + "\n"


def _attributes(source: Source) -> Iterator[tuple[str, str]]:
    row = source_row(source)
    is_feed = source.format == "feed"  # a reader could not read the others
    yield from (("type", "rss" if is_feed else "link"), ("text", source.name), ("title", source.name))
    yield ("xmlUrl" if is_feed else "url"), source.url
    yield "language", source.language
    yield "category", f"/{source.kind}"
    yield "description", source.why
    for name in (*_OTHER, *_TRUST):
        if name in row or name == "format":
            value = row.get(name, source.format)
            yield f"fw:{name}", str(value).lower() if isinstance(value, bool) else str(value)


def _row(outline: _Outline, ids: set[str], own: bool) -> dict[str, Any]:
    """The outline as a row of feeds.yaml, still to be checked."""
    told = outline.attributes
    host = _host(outline.url)
    title = outline.title or host or outline.url[:200]
    row: dict[str, Any] = {"id": "", "name": title, "url": outline.url, "kind": "news", "publisher": title}
    row |= {name: told[f"{_OURS} {name}"] for name in (*_OTHER, *(_TRUST if own else ())) if f"{_OURS} {name}" in told}
    if told.get("language"):
        row["language"] = told["language"]
    if told.get("description"):
        row["why"] = told["description"]
    if row.get("private") in ("true", "false"):
        row["private"] = row["private"] == "true"
    row["id"] = _free_id(row["id"] or _slug(title) or _slug(host) or "source", ids)
    return row


def _outlines(body: bytes, path: Path) -> list[_Outline]:
    """Every outline with its line, in the order of the file; ConfigError for anything but well-formed, modest OPML."""
    found: list[_Outline] = []
    depth = 0
    parser = expat.ParserCreate("utf-8", " ")

    def refuse(what: str) -> ConfigError:
        return ConfigError(what, file=path, line=parser.CurrentLineNumber)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth == 1 and name != "opml":
            raise refuse(f"the root element is {name[:40]!r}, not 'opml'")
        if depth > MAX_DEPTH:
            raise refuse(f"is nested deeper than {MAX_DEPTH} levels")
        if name == "outline":
            found.append(_Outline(parser.CurrentLineNumber, attributes))
            if len(found) > MAX_OUTLINES:
                raise refuse(f"holds more than {MAX_OUTLINES:,} outlines")

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    def doctype(*_: object) -> None:
        raise refuse("brings a DTD, which no OPML file needs")

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, doctype
    try:
        parser.Parse(_decoded(body, path).encode(), True)
    except expat.ExpatError as error:
        raise ConfigError(f"is not well-formed XML: {expat.errors.messages[error.code]}", file=path, line=error.lineno) from error
    return found


def _decoded(body: bytes, path: Path) -> str:
    """The text; only encodings that feed readers write are taken."""
    mark, codec = next(((mark, codec) for mark, codec in _BOMS if body.startswith(mark)), (b"", ""))
    if not codec:
        declared = _DECLARED.match(body.lstrip()[:300])
        label = declared[1].decode().lower() if declared else "utf-8"
        if label not in _CODECS:
            raise ConfigError(f"is encoded as {label!r}; save it as UTF-8", file=path)
        codec = _CODECS[label]
    try:
        return body[len(mark) :].decode(codec)
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not {codec}; save it as UTF-8", file=path) from error


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _slug(text: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:60].strip("-")


def _free_id(wanted: str, taken: set[str]) -> str:
    number, free = 1, wanted
    while free in taken:
        number += 1
        free = f"{wanted[: 63 - len(str(number))]}-{number}"
    return free


def _attribute(value: str) -> str:
    return quoteattr(_UNWRITABLE.sub("", value))


def _plain(text: str) -> str:
    return _UNWRITABLE.sub("", text).replace("&", "&amp;").replace("<", "&lt;")
