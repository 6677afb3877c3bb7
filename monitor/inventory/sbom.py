"""What a bill of materials declares: CycloneDX or SPDX JSON comes in; packages and services with their places go out.

Tolerant on purpose: real bills break their schemas in many ways, so each part that can be understood is kept and the others are
counted, never dropped in silence. XML and tag-value forms are refused by name.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from monitor.catalog.purl import purl_key, purl_version
from monitor.inventory.manifests import Named, UnreadableError

SBOM_BYTES = 64 * 2**20
SBOM_NAME = re.compile(r"bom\.json|.*[-_.]?sbom.*\.json|.*\.(?:cdx|spdx)(?:\.json)?|.*\.spdx3?\.json", re.IGNORECASE | re.DOTALL)
_MOST_NESTED = 1_000_000
_MOST_PLACED = 1_000


class Service(NamedTuple):
    """An outside service as a bill declares it: its name, who provides it, the hosts it is reached at, the kind of data, its offset."""

    name: str
    provider: str
    hosts: tuple[str, ...]
    data_class: str
    offset: int


class Bill(NamedTuple):
    """What could be read of a bill; `passed_over` says why and how often something could not."""

    packages: tuple[Named, ...]
    services: tuple[Service, ...]
    passed_over: tuple[str, ...]


def read_bill(body: bytes, is_known: Callable[[str], bool]) -> Bill:
    """The known packages and all services of a CycloneDX or SPDX document; UnreadableError, with the line where there is one."""
    whole = _document(body)
    problems: Counter[str] = Counter()
    if "bomFormat" in whole or str(whole.get("$schema", "")).rpartition("/")[2].startswith("bom-"):
        purls = list(_cyclonedx_purls(whole, problems))
        services = tuple(_services(whole, body, problems))
    elif "spdxVersion" in whole or "@graph" in whole or "@context" in whole:
        purls, services = list(_spdx_purls(whole, problems)), ()
    else:
        raise UnreadableError("is neither CycloneDX (bomFormat) nor SPDX (spdxVersion, @graph)")
    packages = tuple(_packages(purls, body, is_known, problems))
    return Bill(packages, services, tuple(f"{count} {what}" for what, count in sorted(problems.items())))


def is_bill(name: str, body: bytes) -> bool:
    """Whether a JSON file is meant as a bill of materials, by its name or its first words."""
    return bool(SBOM_NAME.fullmatch(name)) or (
        name.lower().endswith(".json") and (b'"bomFormat"' in body[:4096] or b'"spdxVersion"' in body[:4096])
    )


def _document(body: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(body.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise UnreadableError("is not UTF-8") from error
    except json.JSONDecodeError as error:
        hint = "; only JSON is read, not XML" if body.lstrip()[:1] == b"<" else ""
        hint = hint or ("; only JSON is read, not tag-value" if body.lstrip()[:12] == b"SPDXVersion:" else "")
        raise UnreadableError(f"is not JSON (line {error.lineno}: {error.msg}){hint}") from error
    except RecursionError as error:
        raise UnreadableError("is nested too deeply") from error
    except ValueError as error:  # a number of more digits than Python converts
        raise UnreadableError(f"is not JSON that can be read: {error}") from error
    if isinstance(whole, dict) and isinstance(whole.get("sbom"), dict):
        whole = whole["sbom"]  # as code hosts export it
    if not isinstance(whole, dict):
        raise UnreadableError("is not a JSON object")
    return whole


def _cyclonedx_purls(whole: dict[str, Any], problems: Counter[str]) -> Iterator[str]:
    for component in _nested(whole, "components", problems):
        purl = component.get("purl")
        if isinstance(purl, str):
            yield purl
        elif component.get("type", "library") in ("library", "framework"):
            problems["components without a purl"] += 1


def _spdx_purls(whole: dict[str, Any], problems: Counter[str]) -> Iterator[str]:
    rows = whole["@graph"] if "@graph" in whole else whole.get("packages", [])
    for package in _mappings(rows, "packages", problems):
        flat = package.get("software_packageUrl") or package.get("packageUrl")
        refs = [*_list(package.get("externalRefs")), *_list(package.get("externalIdentifier"))]
        kinds = ("purl", "packageUrl", "packageURL")
        listed = [
            ref.get("referenceLocator") or ref.get("identifier")
            for ref in refs
            if isinstance(ref, dict) and (ref.get("referenceType") in kinds or ref.get("externalIdentifierType") in kinds)
        ]
        found = [purl for purl in (flat, *listed) if isinstance(purl, str)]
        if not found and ("packages" in whole or "Package" in str(package.get("type", ""))):
            problems["packages without a purl"] += 1
        yield from found


def _packages(purls: list[str], body: bytes, is_known: Callable[[str], bool], problems: Counter[str]) -> Iterator[Named]:
    for purl in dict.fromkeys(purls):
        key = purl_key(purl)
        if key is None:
            problems["purls that cannot be read"] += 1
        elif is_known(key):  # looking for the place of every package would take hours in a large bill
            yield Named(key, purl_version(purl), offset_of(body, purl))


def _services(whole: dict[str, Any], body: bytes, problems: Counter[str]) -> Iterator[Service]:
    for count, row in enumerate(_nested(whole, "services", problems)):
        name = row.get("name")
        if not isinstance(name, str) or not name.strip():
            problems["services without a name"] += 1
            continue
        provider = row.get("provider")
        who = provider if isinstance(provider, dict) else {"name": provider}
        urls = [*_list(row.get("endpoints")), *_list(who.get("url"))]
        hosts = tuple(dict.fromkeys(host for url in urls if isinstance(url, str) and (host := _host(url))))
        classes = [part.get("classification") for part in _list(row.get("data")) if isinstance(part, dict)]
        data_class = ", ".join(dict.fromkeys(text for text in classes if isinstance(text, str)))
        named = who.get("name")
        offset = offset_of(body, name) if count < _MOST_PLACED else 0
        yield Service(name.strip(), named.strip() if isinstance(named, str) else "", hosts, data_class, offset)


def offset_of(body: bytes, text: str) -> int:
    """Where a text first stands in quotes in a JSON file; 0 where the file writes it in another way."""
    ways = (json.dumps(text, ensure_ascii=False), json.dumps(text), json.dumps(text).replace("/", "\\/"))
    return max(0, *(body.find(way.encode("utf-8", "surrogatepass")) for way in ways))


def _nested(whole: dict[str, Any], key: str, problems: Counter[str]) -> Iterator[dict[str, Any]]:
    """The rows under `key` and, as both may be nested, the rows under theirs."""
    waiting = [whole.get(key)]
    for _ in range(_MOST_NESTED):
        if not waiting:
            return
        for row in _mappings(waiting.pop(), key, problems):
            yield row
            if row.get(key):
                waiting.append(row[key])


def _mappings(rows: object, what: str, problems: Counter[str]) -> Iterator[dict[str, Any]]:
    if rows is not None and not isinstance(rows, list):
        problems[f"lists of {what} that are no list"] += 1
    for row in _list(rows):
        if isinstance(row, dict):
            yield row
        else:
            problems[f"{what} that are no object"] += 1


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _host(url: str) -> str:
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").lower()
    except ValueError:
        return ""
