"""Which packages a requirements file names, its included files with it. Files come in, names with their places go out.

Only names are taken: options, addresses and hashes are passed over, variables are not expanded and nothing is fetched.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator

from monitor.catalog.purl import package_key
from monitor.catalog.tree import RepoFile
from monitor.inventory.manifests import Named
from monitor.model import Skipped

REQUIREMENTS_NAME = re.compile(r"(?:.*[-_.])?(?:requirements?|constraints?)(?:[-_.].*)?\.(?:txt|in)", re.IGNORECASE | re.DOTALL)
_INCLUDE = re.compile(rb"^[ \t]*(?:-r|-c|--requirement|--constraint)(?:[ \t]*=[ \t]*|[ \t]*)(?P<path>[^\s#][^\r\n#]*)", re.MULTILINE)
# PEP 508's name, at the head of a line and followed by what may follow a name.
_NAME = re.compile(
    rb"^[ \t]*(?P<name>[A-Za-z0-9](?:[A-Za-z0-9._-]{0,100}[A-Za-z0-9])?)[ \t]*(?:\[[^\]\n]{0,300}\][ \t]*)?"
    rb"(?:===?[ \t]*(?P<version>[^\s;,\\#]{1,100})|(?=[<>!~;@(#\\\r\n]|[ \t]--|\Z))",
    re.MULTILINE,
)
_EGG = re.compile(rb"#(?:[^\s#]*&)?egg=(?P<name>[A-Za-z0-9][A-Za-z0-9._-]{0,100})")
_WHEEL = re.compile(
    rb"(?:^|[/\\ \t])(?P<name>[A-Za-z0-9][A-Za-z0-9._]{0,100})-(?P<version>\d[^\s/-]{0,100})-[^\s/]{1,200}\.whl", re.MULTILINE
)


def required(
    file: RepoFile, get: Callable[[str], RepoFile | None], seen: set[str], skipped: list[Skipped]
) -> Iterator[tuple[RepoFile, Named]]:
    """Each package with the file that names it, included files once each (`seen`); what cannot be followed goes to `skipped`."""
    waiting = [file]
    while waiting:
        now = waiting.pop()
        if now.path in seen:
            continue
        seen.add(now.path)
        for pattern in (_NAME, _EGG, _WHEEL):
            for hit in pattern.finditer(now.body):
                version = (hit.groupdict().get("version") or b"").decode("utf-8", "replace")
                yield now, Named(package_key("pypi", hit["name"].decode()), version, hit.start("name"))
        for hit in _INCLUDE.finditer(now.body):
            target = hit["path"].decode("utf-8", "replace").strip().strip("\"'")
            if (found := _included(now, target, get, skipped)) is not None:
                waiting.append(found)


def _included(file: RepoFile, target: str, get: Callable[[str], RepoFile | None], skipped: list[Skipped]) -> RepoFile | None:
    if "://" in target:
        # The address itself may carry a password.
        skipped.append(Skipped(path=file.path, why="includes a list from the network, which is not fetched"))
        return None
    path = posixpath.normpath(posixpath.join(posixpath.dirname(file.path), target))
    found = None if path.startswith(("../", "/")) or path == ".." else get(path)
    if found is None:
        skipped.append(Skipped(path=file.path, why=f"includes {target[:200]!r}, which is not in this folder"))
    return found
