"""The bundled catalogue: who can be depended on, and where. YAML under monitor/data comes in, a `Catalog` goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from monitor.catalog.yaml_file import YamlFile, read_yaml
from monitor.model import AliasRule, Place, Provider

DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Catalog:
    """Providers and places by id, with the words that name them."""

    providers: Mapping[str, Provider]
    places: Mapping[str, Place]
    generic_organs: tuple[str, ...]
    regions: Mapping[str, tuple[str, ...]]
    ambiguous_places: Mapping[str, AliasRule]

    def suggestions(self, word: str) -> tuple[str, ...]:
        """Up to three provider ids that look like `word`, for error messages."""
        import difflib

        return tuple(difflib.get_close_matches(word, self.providers, n=3))


def load_yaml_data(name: str) -> Any:
    """The plain data of monitor/data/NAME."""
    return read_yaml(DATA / name).data


@cache
def load_catalog() -> Catalog:
    """The bundled catalogue; ConfigError with file and line when a data file is wrong."""
    providers: dict[str, Provider] = {}
    for path in sorted((DATA / "providers").glob("*.yaml")):
        _add_providers(read_yaml(path), providers)
    _check_references(providers)
    file = read_yaml(DATA / "places.yaml")
    special = {"generic_organs", "regions", "ambiguous_places"}
    places = {key: file.build(Place, {"id": key, **row}, key) for key, row in file.data.items() if key not in special}
    return Catalog(
        providers=providers,
        places=places,
        generic_organs=tuple(file.data.get("generic_organs", ())),
        regions={name: tuple(members) for name, members in file.data.get("regions", {}).items()},
        ambiguous_places={
            name: file.build(AliasRule, rule, "ambiguous_places", name) for name, rule in file.data.get("ambiguous_places", {}).items()
        },
    )


def _add_providers(file: YamlFile, providers: dict[str, Provider]) -> None:
    for key, row in (file.data or {}).items():
        if key in providers:
            raise file.error(f"provider {key!r} is described twice", key)
        if not isinstance(row, dict):
            raise file.error(f"provider {key!r} must be a mapping", key)
        providers[key] = file.build(Provider, {"id": key, **row}, key)


def _check_references(providers: dict[str, Provider]) -> None:
    """Parents and substitutes exist, and an unambiguous name belongs to one provider only."""
    owners: dict[str, str] = {}
    for provider in providers.values():
        for other in (*provider.substitutes, *(parent.id for parent in provider.parents)):
            if other not in providers:
                raise _bad(provider, f"names the unknown provider {other!r}")
        for alias in {a.casefold(): a for a in (*provider.aliases, *provider.zh, *provider.products)}.values():
            if alias in provider.ambiguous:
                continue
            owner = owners.setdefault(alias.casefold(), provider.id)
            if owner != provider.id:
                raise _bad(provider, f"alias {alias!r} already belongs to {owner!r}; mark it ambiguous in both")


def _bad(provider: Provider, message: str) -> Exception:
    for path in sorted((DATA / "providers").glob("*.yaml")):
        file = read_yaml(path)
        if provider.id in (file.data or {}):
            return file.error(f"{provider.id}: {message}", provider.id)
    raise AssertionError(provider.id)
