"""feeds.yaml → sources. A path comes in, validated `Source` nouns go out; a bad file is refused with file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.catalog.providers import checked_place
from monitor.catalog.yaml_file import YamlFile, read_yaml
from monitor.errors import UsageError
from monitor.model import Source

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 366 * 86400
_PACKAGE = Path(__file__).resolve().parent.parent


def load_sources(path: Path) -> tuple[Source, ...]:
    """The sources of feeds.yaml in file order; the bundled list when the default file is absent."""
    if not path.exists() and path == Path("feeds.yaml"):
        bundled = _PACKAGE / "bundled" / "feeds.yaml"
        path = bundled if bundled.exists() else _PACKAGE.parent / "feeds.yaml"  # an installed wheel, else the checkout
    file = read_yaml(path)
    sources = parse_sources(file)
    file.only("sources")
    return sources


def parse_sources(file: YamlFile) -> tuple[Source, ...]:
    """The `sources:` of an open file; double ids or urls are refused, `family` defaults to the publisher."""
    sources: list[Source] = []
    seen: dict[tuple[str, str], int] = {}
    for at, row in enumerate(file.rows("sources")):
        key = ("sources", at)
        if "interval_s" in row:
            raise file.error("unknown key 'interval_s'; write `interval: 30m`", *key, "interval_s")
        fields: dict[str, Any] = {name: value for name, value in row.items() if name != "interval"}
        if "interval" in row:
            fields["interval_s"] = _seconds(file, row["interval"], *key)
        source = file.build(Source, fields, *key)
        _check_words(file, source, *key)
        _check_url(file, source.url, *key)
        for name, value in (("id", source.id), ("url", source.url)):
            first = seen.setdefault((name, value), file.line(*key, name))
            if first != file.line(*key, name):
                raise file.error(f"{name} {value!r} stands twice (first in line {first})", *key, name)
        sources.append(source if source.family else source.model_copy(update={"family": source.publisher}))
    if not sources:
        raise file.error("`sources:` is empty; add at least one source", "sources")
    return tuple(sources)


def _seconds(file: YamlFile, value: Any, *key: str | int) -> int:
    match = re.fullmatch(r"(\d+)\s*([smhd])", str(value))
    if not match:
        raise file.error(f"interval: {value!r} is not a duration; write e.g. 30m, 6h or 1d", *key, "interval")
    seconds = int(match[1]) * _UNITS[match[2]]
    if seconds > _LONGEST_S:
        raise file.error(f"interval: {value!r} is longer than a year", *key, "interval")
    return seconds


def _check_words(file: YamlFile, source: Source, *key: str | int) -> None:
    for name in ("name", "publisher"):
        if not getattr(source, name).strip():
            raise file.error(f"{name}: must not be empty", *key, name)
    try:
        checked_place(source.jurisdiction or "EU")
    except UsageError as error:
        raise file.error(f"jurisdiction: {error}", *key, "jurisdiction") from error


def _check_url(file: YamlFile, url: str, *key: str | int) -> None:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not re.search(r"\s", url)
    except ValueError:  # a broken IPv6 address, a port beyond 65535
        usable = False
    if not usable:
        raise file.error(f"url: {url!r} must start with http:// or https:// and name a host, without spaces", *key, "url")
    if "@" in parts.netloc:
        raise file.error("url: credentials do not belong into feeds.yaml", *key, "url")
