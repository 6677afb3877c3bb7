"""What elements and attributes are called, whatever prefix a document chose. Expat's triplets come in, plain names go out.

The elements of RSS and Atom have no prefix, others the usual one with an underscore: `pubdate`, `dc_creator`, `content_encoded`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from monitor.collect.failures import OddError

_XML = "http://www.w3.org/XML/1998/namespace"
XML_LANG, XML_BASE = f"{_XML} lang xml", f"{_XML} base xml"
SCOPING = frozenset({XML_LANG, XML_BASE, "lang", "base"})
"""The attributes that speak for everything inside their element."""

# Only the vocabularies that can say something about an entry; lower case.
_PREFIXES = {
    "http://backend.userland.com/rss": "", "http://blogs.law.harvard.edu/tech/rss": "", "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "", "http://purl.org/pie/": "", "http://purl.org/atom/ns#": "",
    "http://www.w3.org/2005/atom": "", "http://purl.org/rss/1.0/modules/rss091#": "", "http://example.com/newformat#": "",
    "http://example.com/necho": "", "http://purl.org/echo/": "", "uri/of/echo/namespace#": "",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://purl.org/dc/elements/1.1/": "dc", "http://purl.org/dc/terms/": "dcterms",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes", "http://example.com/dtds/podcast-1.0.dtd": "itunes",
    "http://search.yahoo.com/mrss": "media", "http://search.yahoo.com/mrss/": "media",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf", "http://www.w3.org/1999/xhtml": "xhtml",
    "http://purl.org/rss/1.0/modules/syndication/": "sy", "http://www.w3.org/1999/xlink": "xlink", _XML.lower(): "xml",
}  # fmt: skip
_VERSIONS = {"http://purl.org/rss/1.0/": "rss", "http://www.w3.org/2005/atom": "atom10"}


# What the tolerant reader takes for an attribute of feeds, whosoever it is.
_MEANINGFUL = frozenset({"type", "mode", "rel", "href", "url", "uri", "ispermalink", "lastmod", "lang", "base"})


class Names:
    """Knows what a document's elements are called, and by its namespaces and root which kind of feed it is."""

    def __init__(self) -> None:
        self.version = ""
        """`rss`, `atom`, `atom10`, or empty as long as nothing tells."""
        self._by_prefix: dict[str, str] = {}
        self._in_use: dict[str, str] = {}
        self._plain: dict[str, str] = {}

    def declare(self, prefix: str | None, uri: str | None) -> bool:
        """Note a namespace where the document declares it; whether names may differ from now on.

        Declarations hold to the end of the document, as the tolerant reader has it.
        """
        if not uri:
            return False
        lower = _lower(uri)
        if not self.version:
            self.version = "rss" if (prefix, lower) == (None, "http://my.netscape.com/rdf/simple/0.9/") else _VERSIONS.get(lower, "")
        before = {**self._by_prefix}, {**self._in_use}
        if lower in _PREFIXES:
            self._by_prefix[prefix or ""] = _PREFIXES[lower]
            self._in_use[_PREFIXES[lower]] = uri
        else:
            self._in_use[prefix or ""] = uri
        if before == (self._by_prefix, self._in_use):
            return False
        self._plain.clear()
        return True

    def root(self, name: str) -> None:
        """Note the element a feed begins with."""
        if name == "rss" and not self.version.startswith("rss"):
            self.version = "rss"
        elif not self.version:
            self.version = "atom"

    def of(self, tag: str) -> str:
        """The plain name of the element that expat calls `tag`."""
        name = self._plain.get(tag)
        if name is None:
            name = self._plain[tag] = self._made_plain(tag)
        return name

    def _made_plain(self, tag: str) -> str:
        uri, local, *_ = tag.split(" ") if " " in tag else ("", tag)
        prefix = _PREFIXES.get(_lower(uri), "") if uri else ""
        if uri and not prefix:
            prefix = next((name for name, used in self._in_use.items() if name and used == uri), "")
        prefix = self._by_prefix.get(prefix, prefix) if prefix else ""
        return f"{prefix}_{local}".lower() if prefix else local.lower()


def own_attributes(attributes: Mapping[str, str]) -> dict[str, str]:
    """`attributes` in lower case, those of other vocabularies with a prefix; OddError where that could change their sense."""
    own = {}
    for name, value in attributes.items():
        if " " in name:
            uri, local, given = name.split(" ")  # nothing is in a vocabulary without a prefix
            prefix = _PREFIXES.get(_lower(uri), "")
            if not prefix and local.lower() in _MEANINGFUL:
                raise OddError(f"{local} of {uri}")
            for used in {prefix or given, given}:
                own[f"{used}:{local}".lower()] = value
        else:
            own[name.lower()] = value
    return own


def _lower(uri: str) -> str:
    lower = uri.lower()
    return "http://backend.userland.com/rss" if "backend.userland.com/rss" in lower else lower


class Scope(NamedTuple):
    """What holds for everything inside the element at `depth`."""

    depth: int
    lang: str
    base: str
