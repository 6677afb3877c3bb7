"""Which packages a manifest or a lock file names. A file comes in, names with their places go out; nothing is resolved or fetched.

Lock files are machine-written, may have 50 MB and are read by one pattern in one pass: memory stays at the file itself. Manifests
that people write are parsed, since the same words stand there for other things too.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from monitor.catalog.purl import package_key

MANIFEST_BYTES = 4 * 2**20
LOCK_BYTES = 128 * 2**20


class Named(NamedTuple):
    """A package as a file names it: its key, its version where one is pinned, and the offset of the name."""

    key: str
    version: str
    offset: int


class UnreadableError(Exception):
    """The file is not what its name says; its text tells why. It stays inside this stage: one bad file ends no scan."""


Reading = Callable[[bytes], Iterator[Named]]
# Quantifiers are bounded or possessive (`+` after them), so that no file, however made, costs more than one pass.
_NPM_NAME = rb"(?P<name>(?:@[\w.~-]{1,100}+/)?[\w.~-]{1,214}+)"
_PYPI_NAME = rb"(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,100}+)"
_SPECIFIER = rb"(?:[ \t]*\[[^\]\n]{0,300}\])?[ \t]*(?:[<>=!~;@(][^\n]*)?"


def _by_pattern(ecosystem: str, pattern: bytes) -> Reading:
    compiled = re.compile(pattern, re.MULTILINE)

    def read(body: bytes) -> Iterator[Named]:
        for hit in compiled.finditer(body):
            groups = hit.groupdict()
            name = b"/".join(part for part in (groups.get("group"), groups["name"]) if part).decode("utf-8", "replace")
            yield Named(package_key(ecosystem, name), (groups.get("version") or b"").decode("utf-8", "replace"), hit.start("name"))

    return read


def _package_json(body: bytes) -> Iterator[Named]:
    tables = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")
    whole = _json_object(body)
    for table in tables:
        rows = whole.get(table)
        for name, version in rows.items() if isinstance(rows, dict) else ():
            asked = version if isinstance(version, str) else ""
            # "llm": "npm:openai@4" installs openai under another name.
            real = asked.removeprefix("npm:").rpartition("@")[0] if asked.startswith("npm:") else name
            yield Named(package_key("npm", real), asked, _offset(body, name))


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(f"is not JSON: {getattr(error, 'msg', 'nested too deeply')}") from error
    if not isinstance(whole, dict):
        raise UnreadableError("is not a JSON object")
    return whole


def _toml(body: bytes) -> dict[str, Any]:
    try:
        return tomllib.loads(body.decode("utf-8", "replace"))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnreadableError(f"is not TOML: {error}") from error


def _pyproject(body: bytes) -> Iterator[Named]:
    whole = _toml(body)
    project, poetry, pdm = _table(whole, "project"), _table(whole, "tool", "poetry"), _table(whole, "tool", "pdm", "dev-dependencies")
    optional, groups = _table(project, "optional-dependencies"), _table(whole, "dependency-groups")
    written = [project.get("dependencies"), _table(whole, "tool", "uv").get("dev-dependencies")]
    for rows in (*written, *optional.values(), *groups.values(), *pdm.values()):
        for text in rows if isinstance(rows, list) else ():
            if isinstance(text, str) and (name := _requirement(text)):
                yield _named(body, name)
    dev = (_table(group, "dependencies") for group in _table(poetry, "group").values())
    for table in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *dev):
        yield from (_named(body, name) for name in table)


def _pipfile(body: bytes) -> Iterator[Named]:
    whole = _toml(body)
    for table in ("packages", "dev-packages"):
        yield from (_named(body, name) for name in _table(whole, table))


def _table(whole: object, *path: str) -> dict[str, Any]:
    for key in path:
        whole = whole.get(key) if isinstance(whole, dict) else None
    return whole if isinstance(whole, dict) else {}


def _requirement(text: str) -> str:
    """The name at the head of a requirement (PEP 508); empty when none stands there."""
    found = re.match(r"\s*([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:[\[<>=!~;@(]|$)", text)
    return found[1] if found else ""


def _named(body: bytes, name: str) -> Named:
    return Named(package_key("pypi", name), "", _offset(body, name))


def _offset(body: bytes, name: str) -> int:
    """Where a name first stands in quotes, else as a word; 0 when it is written in escapes."""
    quoted = re.escape(name.encode())
    found = re.search(rb"""["']%b["'\[ <>=!~;@(]""" % quoted, body) or re.search(rb"(?<![\w-])%b(?![\w-])" % quoted, body)
    return found.start() + (body[found.start() : found.start() + 1] in (b'"', b"'")) if found else 0


_TOML_LOCK = rb'^name = "' + _PYPI_NAME + rb'"\r?$(?:\nversion = "(?P<version>[^"\n]{0,100})")?'
_PIPFILE_LOCK = rb'"' + _PYPI_NAME + rb'"[ \t]*:[ \t]*\{'
_PACKAGE_LOCK = (
    rb'"(?:[^"\n]{0,2000}node_modules/)?' + _NPM_NAME + rb'"[ \t]*:[ \t]*\{\s*"version"[ \t]*:[ \t]*"(?P<version>[^"\n]{0,100})"'
)
_PNPM_LOCK = rb"^[ ]{2,}['\"]?/?" + _NPM_NAME + rb"[@/](?P<version>\d[^:\s('\"]{0,100}+)[^:\n]{0,2000}+:[ \t]*\r?$"
_YARN_LOCK = rb"^\"?" + _NPM_NAME + rb"@[^\n]{1,20000}:[ \t]*\r?\n[ \t]+version:?[ \t]+\"?(?P<version>[^\"\s]{1,100})"
_SETUP_PY = rb"[\"']" + _PYPI_NAME + rb"(?:\[[^\]\n]{0,300}\])?[ \t]*(?:[<>=!~;][^\"'\n]*)?[\"']"
_SETUP_CFG = rb"^[ \t]+" + _PYPI_NAME + _SPECIFIER + rb"\r?$"
_CONDA = rb"^[ \t]*-[ \t]+[\"']?" + _PYPI_NAME + rb"(?:[ \t]*[\[<>=!~;@(][^\n]*)?[\"']?\r?$"
_GO_MOD = rb"^[ \t]*(?:require[ \t]+)?(?P<name>[\w.-]+/[\w./~-]+?)(?:/v\d+)?[ \t]+(?P<version>v\d[^\s]*)"
_NUGET = rb"<Package(?:Reference|Version)[ \t\r\n][^>]{0,500}?Include=\"(?P<name>[\w.-]+)\""
_MAVEN = rb"<groupId>\s*(?P<group>[\w.-]+)\s*</groupId>\s*<artifactId>\s*(?P<name>[\w.-]+)\s*<"
_GRADLE = rb"[\"'](?P<group>[\w.-]+):(?P<name>[\w.-]+):[\w.$\{\}+-]*[\"']"

# File names → how many bytes may be read, and how. The first that fits is taken.
KINDS: tuple[tuple[re.Pattern[str], int, Reading], ...] = tuple(
    (re.compile(names, re.IGNORECASE | re.DOTALL), most, reading)
    for names, most, reading in (
        (r"package\.json", MANIFEST_BYTES, _package_json),
        (r"pyproject\.toml", MANIFEST_BYTES, _pyproject),
        (r"pipfile", MANIFEST_BYTES, _pipfile),
        (r"(?:poetry|uv|pdm)\.lock|pylock(?:\.[\w-]+)?\.toml", LOCK_BYTES, _by_pattern("pypi", _TOML_LOCK)),
        (r"pipfile\.lock", LOCK_BYTES, _by_pattern("pypi", _PIPFILE_LOCK)),
        (r"package-lock\.json|npm-shrinkwrap\.json", LOCK_BYTES, _by_pattern("npm", _PACKAGE_LOCK)),
        (r"pnpm-lock\.yaml", LOCK_BYTES, _by_pattern("npm", _PNPM_LOCK)),
        (r"yarn\.lock", LOCK_BYTES, _by_pattern("npm", _YARN_LOCK)),
        (r"setup\.py", MANIFEST_BYTES, _by_pattern("pypi", _SETUP_PY)),
        (r"setup\.cfg", MANIFEST_BYTES, _by_pattern("pypi", _SETUP_CFG)),
        (r"(?:conda-?)?env(?:ironment)?[\w-]*\.ya?ml", MANIFEST_BYTES, _by_pattern("pypi", _CONDA)),
        (r"go\.mod", MANIFEST_BYTES, _by_pattern("golang", _GO_MOD)),
        (r".*\.(?:cs|fs|vb)proj|directory\.packages\.props", MANIFEST_BYTES, _by_pattern("nuget", _NUGET)),
        (r"pom\.xml", MANIFEST_BYTES, _by_pattern("maven", _MAVEN)),
        (r".*\.gradle(?:\.kts)?", MANIFEST_BYTES, _by_pattern("maven", _GRADLE)),
    )
)


def manifest_kind(name: str) -> tuple[int, Reading] | None:
    """How many bytes of a file of that name may be read, and how; None when it is no manifest."""
    return next(((most, reading) for names, most, reading in KINDS if names.fullmatch(name)), None)
