"""feeds.yaml → sources. A path comes in, validated `Source` nouns go out; a bad file is refused with file and line."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from monitor.catalog.yaml_file import YamlFile, read_yaml
from monitor.model import Source

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
BUNDLED = Path(__file__).resolve().parent.parent / "bundled" / "feeds.yaml"


def load_sources(path: Path) -> tuple[Source, ...]:
    """The sources of feeds.yaml in file order; the bundled list when the default file is absent."""
    if not path.exists() and path == Path("feeds.yaml") and BUNDLED.exists():
        path = BUNDLED
    file = read_yaml(path)
    return parse_sources(file)


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
    return int(match[1]) * _UNITS[match[2]]


def _check_url(file: YamlFile, url: str, *key: str | int) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise file.error(f"url: {url!r} must start with http:// or https:// and name a host", *key, "url")
    if "@" in parts.netloc:
        raise file.error("url: credentials do not belong into feeds.yaml", *key, "url")
