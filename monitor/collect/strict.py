"""The fast reader. A well-formed feed in UTF-8, from its root on, comes in, what it holds goes out, as the tolerant one says.

What it does not know for certain (broken XML, undeclared entities, odd dates) is an `OddError`, and the tolerant reader's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from xml.parsers import expat

from monitor.collect.draft import Draft, readable
from monitor.collect.entities import html_entities, is_harmless
from monitor.collect.failures import OddError, RefusedError
from monitor.collect.names import SCOPING, XML_BASE, XML_LANG, Names, Scope, own_attributes
from monitor.collect.url import joined
from monitor.collect.words import (
    AUTHORS,
    CONTENTS,
    HTML,
    IN_SOURCE,
    ODD,
    OTHER_TEXTS,
    PERSON,
    PLAIN,
    SAID,
    SUMMARIES,
    TEXTS,
    TITLES,
    TYPES,
    XHTML,
)
from monitor.collect.written import Feed, Text, Written
from monitor.collect.xhtml import Xhtml

MAX_ENTRIES = 5_000
_MAX_DEPTH = 500
_MAX_ATTRIBUTES = 500
_UNDEFINED = expat.errors.codes[expat.errors.XML_ERROR_UNDEFINED_ENTITY]
_JUNK = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_WOULD_BE_ENTITY = re.compile(r"&([A-Za-z0-9_]+);")

_Attributes = dict[str, str]
_Opener = Callable[["_Reader", _Attributes], None]


def read_strictly(document: bytes | memoryview, looks_like_html: Callable[[str], bool]) -> Feed:
    """What `document` holds; OddError when that is not certain, a refusal when it hurts. `looks_like_html` judges plain text of RSS."""
    reader = _Reader(looks_like_html)
    try:
        try:
            return reader.read(document)
        except expat.ExpatError as error:
            if error.code != _UNDEFINED:
                raise
            reader = _Reader(looks_like_html)
            reader.declare(html_entities(bytes(document).decode()))
            return reader.read(document)
    except (expat.ExpatError, UnicodeDecodeError) as error:
        raise OddError(str(error)) from error


class _Reader:
    """Follows a document; from the opening to the closing of a leaf its text gathers in `_pieces`."""

    def __init__(self, looks_like_html: Callable[[str], bool]) -> None:
        self._looks_like_html = looks_like_html
        self._names = Names()
        self._written: list[Written] = []
        self._feed_lang = ""
        self._draft = Draft("")
        self._in_feed: dict[str, _Opener | None] = {}
        self._in_entry: dict[str, _Opener | None] = {}
        self._openers = self._in_feed
        self._depth = self._item_depth = 0
        self._title_depth = -1
        self._scope = Scope(0, "", "")
        self._scopes = [self._scope]
        self._pieces: list[str] = []
        self._leaf = ""
        self._leaf_depth = 0
        self._type = PLAIN
        self._markup: Xhtml | None = None
        self._inner = ""
        self._person: dict[str, str] = {}
        self._permalink = False
        self._expat = self._started()

    def _started(self) -> expat.XMLParserType:
        parser = expat.ParserCreate("utf-8", " ")
        parser.namespace_prefixes = True
        parser.buffer_text = True
        parser.buffer_size = 65_536
        parser.StartNamespaceDeclHandler = self._declare
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._pieces.append
        return parser

    def declare(self, entities: str) -> None:
        """Read the document as if its publisher had declared `entities`."""

        def declared(context: str | None, *_: str | None) -> int:
            self._expat.ExternalEntityParserCreate(context).Parse(entities, True)
            return 1

        self._expat.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
        self._expat.UseForeignDTD(True)
        self._expat.ExternalEntityRefHandler = declared

    def read(self, document: bytes | memoryview) -> Feed:
        """What `document` holds; an ExpatError when it is not well-formed."""
        try:
            self._expat.Parse(document, True)
        except expat.ExpatError as error:
            if error.code != _JUNK or not is_harmless(document[self._expat.ErrorByteIndex :]):
                raise
        finally:
            self._let_go()
        return Feed(tuple(self._written), self._feed_lang or None)

    def _let_go(self) -> None:
        """Part parser and reader, which hold each other: a big document's memory is free at once."""
        self._expat.StartNamespaceDeclHandler = self._expat.StartElementHandler = self._expat.EndElementHandler = None
        self._expat.CharacterDataHandler = self._expat.ExternalEntityRefHandler = None
        self._pieces.clear()

    def _declare(self, prefix: str | None, uri: str | None) -> None:
        if self._names.declare(prefix, uri):
            self._in_feed.clear()
            self._in_entry.clear()

    def _learn(self, tag: str) -> _Opener | None:
        opener = (_IN_ENTRY if self._item_depth else _IN_FEED).get(self._names.of(tag))
        self._openers[tag] = opener
        return opener

    def _start(self, tag: str, attributes: _Attributes) -> None:
        self._depth += 1
        if attributes:
            if len(attributes) > _MAX_ATTRIBUTES:
                raise RefusedError("not_well_formed", f"an element has more than {_MAX_ATTRIBUTES} attributes")
            if not SCOPING.isdisjoint(attributes):
                self._open_scope(attributes)
        if self._leaf:
            self._inside(self._names.of(tag), attributes)
            return
        try:
            opener = self._openers[tag]
        except KeyError:
            opener = self._learn(tag)
        if opener:
            opener(self, attributes)
        elif self._depth > _MAX_DEPTH:
            raise RefusedError("not_well_formed", f"elements stand more than {_MAX_DEPTH} deep")

    def _end(self, tag: str) -> None:
        depth, leaf = self._depth, self._leaf
        if leaf:
            if depth == self._leaf_depth:
                self._leaf = ""
                _CLOSERS[leaf](self)
            else:
                self._inside_ends(self._names.of(tag))
        elif depth == self._item_depth:
            self._written.append(self._draft.written())
            self._openers, self._item_depth = self._in_feed, 0
        if self._scope.depth == depth:
            self._scopes.pop()
            self._scope = self._scopes[-1]
        self._depth = depth - 1

    def _open_scope(self, attributes: _Attributes) -> None:
        lang = attributes.get(XML_LANG, attributes.get("lang"))
        base = attributes.get(XML_BASE, attributes.get("base"))
        self._scope = Scope(
            self._depth,
            self._scope.lang if lang is None else lang.replace("_", "-"),
            joined(self._scope.base, base) if base else self._scope.base,
        )
        self._scopes.append(self._scope)

    def _absolute(self, link: str) -> str:
        base = self._scope.base
        return joined(base, link) if link and (base or ":///" in link) else link

    def _open(self, leaf: str) -> None:
        self._leaf, self._leaf_depth = leaf, self._depth
        self._pieces.clear()

    def open_leaf(self, _: _Attributes, leaf: str) -> None:
        self._open(leaf)

    def open_odd(self, _: _Attributes, name: str) -> None:
        raise OddError(f"<{name}> in an unusual place")

    def open_root(self, _: _Attributes, name: str) -> None:
        self._names.root(name)
        self._feed_lang = self._scope.lang or self._feed_lang

    def open_entry(self, attributes: _Attributes) -> None:
        own = own_attributes(attributes) if attributes else {}
        if own.keys() & {"lastmod", "href"}:
            raise OddError("a channel definition")
        if len(self._written) == MAX_ENTRIES:
            raise RefusedError("too_many_entries", f"more than {MAX_ENTRIES} entries")
        self._draft, self._item_depth = Draft(own.get("rdf:about", "")), self._depth
        self._openers, self._title_depth = self._in_entry, -1

    def open_text(self, attributes: _Attributes, leaf: str, usual: str) -> None:
        own = own_attributes(attributes) if attributes else {}
        kind = TYPES.get(own.get("type", usual).lower())
        if kind is None or own.get("mode") == "base64":
            raise OddError(f"content of type {own.get('type')}, mode {own.get('mode')}")
        self._type = kind
        if kind == XHTML:
            self._markup = Xhtml(self._pieces)
            self._expat.CharacterDataHandler = self._markup.text
        self._open(leaf)

    def open_summary(self, attributes: _Attributes, usual: str) -> None:
        if "summary" in self._draft.depths and not self._draft.has_content:  # a second summary is the content
            self.open_content(attributes, PLAIN)
        else:
            self.open_text(attributes, "summary", usual)

    def open_content(self, attributes: _Attributes, usual: str) -> None:
        self._draft.has_content = True
        self.open_text(attributes, "content", usual)

    def open_link(self, attributes: _Attributes) -> None:
        own = own_attributes(attributes) if attributes else {}
        href = own.get("url", own.get("uri", own.get("href"))) or own.get("href")
        if href is None:
            self._open("link")
        elif own.get("rel", "alternate").lower() == "alternate" and TYPES.get(own.get("type", HTML).lower()) in (HTML, XHTML):
            self._draft.link = self._absolute(href)

    def open_guid(self, attributes: _Attributes) -> None:
        self._permalink = not attributes or own_attributes(attributes).get("ispermalink", "true") == "true"
        self._open("guid")

    def open_nested(self, _: _Attributes, leaf: str) -> None:
        """Open what holds text, or elements with text: an author, a source."""
        self._inner, self._person = "", {}
        if leaf == "source":
            self._draft.publisher, self._title_depth = "", -1
        self._open(leaf)

    def open_image(self, _: _Attributes) -> None:
        self._title_depth = -1
        self._open("other")

    def _inside(self, name: str, attributes: _Attributes) -> None:
        """An element within an open leaf."""
        if self._markup:
            self._markup.start(name, attributes)
            return
        level = self._depth - self._leaf_depth
        known = (
            name in PERSON or name.startswith("gd_")
            if self._leaf == "author" or (level == 2 and self._inner in ("author", "contributor"))
            else self._leaf == "source" and level == 1 and name in IN_SOURCE
        )
        if not known or "".join(self._pieces).strip():
            raise OddError(f"<{name}> in <{self._leaf}>")
        if name == "title" and TYPES.get(own_attributes(attributes).get("type", PLAIN).lower()) not in (PLAIN, HTML):
            raise OddError("markup in a title")
        if level == 1:
            self._inner = name
        elif self._leaf == "author":
            raise OddError("a person within a person")
        self._pieces.clear()

    def _inside_ends(self, name: str) -> None:
        if self._markup:
            self._markup.end(name)
            return
        value = "".join(self._pieces).strip()
        self._pieces.clear()
        if self._leaf == "author":
            self._person[PERSON.get(name, "")] = value
        elif self._inner == name == "title" and value and self._title_depth == -1:
            self._draft.publisher, self._title_depth = readable(value), self._depth

    def _text(self) -> str:
        pieces = self._pieces
        text = (pieces[0] if len(pieces) == 1 else "".join(pieces)).strip()
        return text if text.isascii() else readable(text)

    def _construct(self) -> Text:
        if self._markup:
            if self._names.version == "atom10":
                self._markup.unwrap()
            self._markup, self._expat.CharacterDataHandler = None, self._pieces.append
        value = self._text()
        plain = self._type == PLAIN
        if plain and ("&" in value or "</" in value) and not self._names.version.startswith("atom"):
            plain = not self._looks_like_html(value)
        return Text(value, plain, self._scope.lang or None)

    def close_title(self) -> None:
        if self._keep_title():
            self._title_depth = self._depth  # the first title that says something stands

    def _keep_title(self) -> str:
        title, draft = self._construct(), self._draft
        if not -1 < self._title_depth <= self._depth:
            draft.title = title if draft.replaces("title", self._depth) else title._replace(value=draft.title.value)
        return title.value

    def close_media_title(self) -> None:
        self._keep_title()

    def close_summary(self) -> None:
        summary, draft = self._construct(), self._draft
        draft.summary = summary if draft.replaces("summary", self._depth) else summary._replace(value=draft.summary.value)

    def close_content(self) -> None:
        self._draft.contents.append(self._construct())

    def close_other(self) -> None:
        if self._markup:
            self._construct()

    def close_link(self) -> None:
        self._draft.link = _WOULD_BE_ENTITY.sub(r"&\1", self._absolute(self._text()).replace("&amp;", "&"))

    def close_guid(self) -> None:
        guid, draft = self._text(), self._draft
        if self._permalink:
            guid = self._absolute(guid)
        if draft.replaces("guid", self._depth):
            draft.guid = guid
        if self._permalink and draft.link is None:
            draft.link = guid

    def close_said(self, field: str) -> None:
        if self._draft.replaces(field, self._depth):
            self._draft.said[field] = self._text()

    def close_author(self) -> None:
        text, draft, person = self._text(), self._draft, self._person
        before = draft.author
        if self._inner and (text or (before and ("@" in before or not person.get("name")))):
            raise OddError("a person whose parts do not say who it is")
        if draft.replaces("author", self._depth):
            draft.author = text
        name, email = person.get("name"), person.get("email")
        draft.author = (f"{name} ({email})" if name and email else name or email) or draft.author

    def close_source(self) -> None:
        text = self._text()
        if text and self._inner:
            raise OddError("text and elements mixed in <source>")
        self._draft.publisher = text or self._draft.publisher

    def close_feed_language(self) -> None:
        if self._depth > 3:
            raise OddError("a language deep in the feed")
        self._feed_lang = self._text()


_ENTRIES: dict[str, _Opener] = dict.fromkeys(("item", "entry"), _Reader.open_entry)
_IN_FEED: dict[str, _Opener] = {
    **_ENTRIES,
    **{name: partial(_Reader.open_root, name=name) for name in ("rss", "feed")},
    **{name: partial(_Reader.open_text, leaf="other", usual=PLAIN) for name in TEXTS},
    **{name: partial(_Reader.open_leaf, leaf="feed_language") for name in SAID["language"].split()},
    **{name: partial(_Reader.open_odd, name=name) for name in ("source", "body", "xhtml_body", "fullitem")},
}
_IN_ENTRY: dict[str, _Opener] = {
    **{name: partial(_Reader.open_text, leaf=leaf, usual=PLAIN) for name, leaf in TITLES.items()},
    **{name: partial(_Reader.open_summary, usual=usual) for name, usual in SUMMARIES.items()},
    **{name: partial(_Reader.open_content, usual=usual) for name, usual in CONTENTS.items()},
    **{name: partial(_Reader.open_text, leaf="other", usual=PLAIN) for name in OTHER_TEXTS},
    **{name: partial(_Reader.open_leaf, leaf=field) for field, names in SAID.items() for name in names.split()},
    **{name: partial(_Reader.open_nested, leaf="author") for name in AUTHORS},
    **{name: partial(_Reader.open_odd, name=name) for name in ODD},
    "source": partial(_Reader.open_nested, leaf="source"),
    "link": _Reader.open_link,
    "guid": _Reader.open_guid,
    "id": _Reader.open_guid,
    "image": _Reader.open_image,
}
_CLOSERS: dict[str, Callable[[_Reader], None]] = {
    "title": _Reader.close_title,
    "media_title": _Reader.close_media_title,
    "summary": _Reader.close_summary,
    "content": _Reader.close_content,
    "other": _Reader.close_other,
    "link": _Reader.close_link,
    "guid": _Reader.close_guid,
    "author": _Reader.close_author,
    "source": _Reader.close_source,
    "feed_language": _Reader.close_feed_language,
    **{field: partial(_Reader.close_said, field=field) for field in SAID},
}
