"""feeds.yaml → sources. A path comes in, validated `Source` nouns go out; a bad file is refused with file and line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from textwrap import indent
from typing import Any
from urllib.parse import urlsplit

from monitor.catalog.providers import checked_place
from monitor.catalog.yaml_file import YamlFile, read_yaml, written
from monitor.errors import ConfigError, UsageError
from monitor.model import Source

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_LONGEST_S = 366 * 86400
_FIRST_ENTRY = re.compile(r"^( *)-\s", re.MULTILINE)
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


def source_row(source: Source) -> dict[str, Any]:
    """The source as a row of feeds.yaml: what is not said there by default, in the usual order."""
    row: dict[str, Any] = {}
    for name, value in source.model_dump(exclude_defaults=True).items():
        if name == "interval_s":
            row["interval"] = _duration(value)
        elif name != "family" or value != source.publisher:
            row[name] = value
    return row


def entries_text(sources: Iterable[Source], margin: str = "  ") -> str:
    """The sources as entries that can be pasted under `sources:` of feeds.yaml."""
    return "".join(indent(written([source_row(source)]), margin) for source in sources)


def append_sources(path: Path, sources: Sequence[Source]) -> None:
    """Add the sources to the end of feeds.yaml, comments and order kept; it changes at once or, if it would be refused, not at all."""
    if not path.exists():
        raise ConfigError("the file does not exist; print the entries instead, and paste them where you want them", file=path)
    beside = path.with_name(f"{path.name}.new")
    try:
        before = path.read_text("utf-8")
        margin = _FIRST_ENTRY.search(before)
        beside.write_text(before.rstrip() + "\n\n" + entries_text(sources, margin[1] if margin else "  "), "utf-8")
        load_sources(beside)
        beside.replace(path)
    except OSError as error:
        raise ConfigError(f"cannot be written: {error.strerror}", file=path) from error
    except ConfigError as error:
        raise ConfigError(f"is left as it was, because with the new entries it would be refused: {error}", file=path) from error
    finally:
        beside.unlink(missing_ok=True)


def _duration(seconds: int) -> str:
    unit = next(unit for unit in ("d", "h", "m", "s") if seconds % _UNITS[unit] == 0)
    return f"{seconds // _UNITS[unit]}{unit}"


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
