"""The bundled catalogue: who can be depended on, and where. YAML under monitor/data comes in, a `Catalog` goes out."""

from __future__ import annotations

import difflib
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from monitor.catalog.yaml_file import YamlFile, read_yaml
from monitor.errors import UsageError
from monitor.model import AliasRule, Place, Provider

# Codes that people write for a country, reserved in ISO 3166-1 for another use.
_SLIPS = {"UK": "GB", "EL": "GR"}
_LEGAL_FORM = re.compile(
    r"[\s,]+(?:inc|incorporated|llc|l\.l\.c|l\.p|lp|ltd|limited|co\.,? ltd|corp|corporation|gmbh|ag|se|s\.?a|sas|b\.?v|plc|opco,? llc)\.?$"
)
DATA = Path(__file__).resolve().parent.parent / "data"


@dataclass(frozen=True)
class Catalog:
    """Providers and places by id, with the words that name them."""

    providers: Mapping[str, Provider]
    places: Mapping[str, Place]
    generic_organs: tuple[str, ...]
    regions: Mapping[str, tuple[str, ...]]
    """Names of regions in texts → the jurisdictions they stand for."""
    ambiguous_places: Mapping[str, AliasRule]
    members: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Group → its members, such as EU: a measure of the group binds them."""

    @cached_property
    def version(self) -> str:
        """12 hex digits of the sha256 over all records: changes with any of them."""
        plain = [noun.model_dump(mode="json") for table in (self.providers, self.places) for _, noun in sorted(table.items())]
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:12]

    @cached_property
    def display_names(self) -> Mapping[str, str]:
        """What people call a provider or a place, by id."""
        places = {place.id: place.en[0] for place in self.places.values() if place.en}
        return places | {provider.id: provider.name for provider in self.providers.values()}

    @cached_property
    def _by_name(self) -> Mapping[str, str | None]:
        """Folded ids and names → provider; None for a name that several bear."""
        found: dict[str, str | None] = {}
        for provider in self.providers.values():
            for name in {_folded(n) for n in (provider.name, *provider.aliases, *provider.zh, *provider.further, *provider.products)}:
                found[name] = provider.id if found.get(name, provider.id) == provider.id else None
        return found | {_folded(key): key for key in self.providers}

    def named(self, word: str) -> str | None:
        """The provider that goes by this id or name, also with its legal form behind it; None when none or several do."""
        return self._by_name.get(_folded(word)) if word.strip() else None

    def suggestions(self, word: str) -> tuple[str, ...]:
        """Up to three provider ids that look like `word`, for error messages."""
        return tuple(difflib.get_close_matches(word.casefold(), self.providers, n=3))


def _folded(name: str) -> str:
    return _LEGAL_FORM.sub("", name.strip().casefold()).strip(" ,.")


def load_yaml_data(name: str) -> Any:
    """The plain data of monitor/data/NAME."""
    return read_yaml(DATA / name).data


def checked_place(code: str) -> str:
    """`code` in capitals if it is an ISO 3166-1 alpha-2 code or EU; UsageError otherwise, for a slip must not read as "no risk"."""
    import pycountry

    found = code.upper() if code.isascii() else code
    if found == "EU" or (len(found) == 2 and pycountry.countries.get(alpha_2=found)):
        return found
    try:
        meant = _SLIPS.get(found) or pycountry.countries.lookup(code).alpha_2
    except LookupError:
        meant = ""
    hint = f"did you mean {meant}?" if meant else "write one such as CN, or EU"
    raise UsageError(f"{code!r} is no ISO 3166-1 alpha-2 code; {hint}")


@cache
def load_catalog() -> Catalog:
    """The bundled catalogue; ConfigError with file and line when a data file is wrong."""
    providers: dict[str, Provider] = {}
    for path in sorted((DATA / "providers").glob("*.yaml")):
        _add_providers(read_yaml(path), providers)
    _check_references(providers)
    file = read_yaml(DATA / "places.yaml")
    special = {"generic_organs", "regions", "ambiguous_places", "members"}
    names = read_yaml(DATA / "place_names.yaml").data
    places = {key: file.build(Place, {"id": key, **row, **names.get(key, {})}, key) for key, row in file.data.items() if key not in special}
    return Catalog(
        providers=providers,
        places=places,
        generic_organs=tuple(file.data.get("generic_organs", ())),
        regions={name: tuple(codes) for name, codes in file.data.get("regions", {}).items()},
        members={name: tuple(codes) for name, codes in file.data.get("members", {}).items()},
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
        for other in (*provider.substitutes, *provider.speaks, *(parent.id for parent in provider.parents)):
            if other not in providers:
                raise _bad(provider, f"names the unknown provider {other!r}")
        for alias in {a.casefold(): a for a in (*provider.aliases, *provider.zh, *provider.further, *provider.products)}.values():
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
