"""What shows a provider in a repository. The catalogue and detection.yaml come in, tables to look names up in go out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from monitor.catalog.providers import DATA, Catalog, load_catalog
from monitor.catalog.purl import purl_key
from monitor.catalog.yaml_file import YamlFile, read_yaml

_LONGEST_HOST = 253


@dataclass(frozen=True)
class Signs:
    """Tables from a sign to the id of the provider, aggregator or host it stands for."""

    hosts: Mapping[str, str]
    packages: Mapping[str, str]
    environment: Mapping[str, str]
    aggregators: Mapping[str, str]
    """Aggregator → its display name."""
    aggregator_signs: Mapping[str, str]
    """Host, package key or variable → aggregator."""
    linked: frozenset[str]
    websites: frozenset[str]
    compatible: str
    """The provider whose client many others answer."""
    compatible_signs: frozenset[str]
    """Package keys and variables of that client."""
    pointers: frozenset[str]
    endpoints: frozenset[str]
    """Hosts that answer that client."""
    tails: frozenset[str]
    """The last two labels of every known host: what ends otherwise needs no look-up."""

    def host(self, name: str) -> str | None:
        """The known host that `name`, in lower case, is or lies under; None for strangers, and for mere web sites."""
        labels = name[-_LONGEST_HOST:].split(".")
        if ".".join(labels[-2:]) not in self.tails:
            return None
        wild = ".".join((labels[0], "*", *labels[2:]))
        suffixes = (".".join(labels[at:]) for at in range(len(labels) - 1))
        found = next((key for key in (wild, *suffixes) if key in self.hosts or key in self.aggregator_signs), None)
        if found is None or name in self.linked or found in self.linked:
            return None
        return None if found != name and labels[0] in self.websites else found

    def variable(self, name: str) -> str | None:
        """The table's key for a variable: its name, or the pattern that covers it."""
        if name in self.environment or name in self.aggregator_signs or name in self.pointers:
            return name
        parts = name.split("_")
        patterns = ("_".join(parts[:at]) + "_*" for at in range(len(parts) - 1, 0, -1))
        return next((pattern for pattern in patterns if pattern in self.environment), None)


@cache
def load_signs() -> Signs:
    """The bundled tables; ConfigError with file and line when detection.yaml names what the catalogue does not know."""
    return signs_of(load_catalog(), read_yaml(DATA / "detection.yaml"))


def signs_of(catalog: Catalog, file: YamlFile) -> Signs:
    """The tables that a catalogue and a detection file give together."""
    own, plain = file.data["compatible"], file.data
    _check(file, catalog)
    hosts = {host: p.id for p in catalog.providers.values() for host in p.hosts}
    packages = {key: p.id for p in catalog.providers.values() for purl in p.packages if (key := purl_key(purl))}
    ai_hosts = {host for host, provider in hosts.items() if catalog.providers[provider].sectors[:1] == ("ai",)}
    aggregators: list[dict[str, Any]] = plain["aggregators"]
    signs = {sign: row["id"] for row in aggregators for sign in _signs(row)}
    hosts |= {wild: hosts[parent] for wild in (*signs, *own["endpoints"]) if "*" in wild and (parent := wild.partition("*.")[2]) in hosts}
    return Signs(
        hosts=hosts,
        packages=packages,
        environment={name: provider for provider, names in plain["environment"].items() for name in names},
        aggregators={row["id"]: row["name"] for row in aggregators},
        aggregator_signs=signs,
        linked=frozenset(plain["linked"]),
        websites=frozenset(plain["websites"]),
        compatible=own["provider"],
        compatible_signs=frozenset(_signs(own)),
        pointers=frozenset(own["pointers"]),
        endpoints=frozenset(own["endpoints"]) | {host for host in ai_hosts if hosts[host] != own["provider"]},
        tails=frozenset(".".join(name.split(".")[-2:]) for name in (*hosts, *signs) if "." in name and "/" not in name),
    )


def _signs(row: dict[str, Any]) -> list[str]:
    keys = [key for purl in row.get("packages", ()) if (key := purl_key(purl))]
    return [*row.get("hosts", ()), *keys, *row.get("environment", ())]


def _check(file: YamlFile, catalog: Catalog) -> None:
    for provider in file.data["environment"]:
        if provider not in catalog.providers:
            raise file.error(f"names the unknown provider {provider!r}", "environment", provider)
