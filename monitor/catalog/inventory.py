"""inventory.yaml or its CSV twin → teams. A path comes in, validated `Team` nouns go out."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.catalog.providers import Catalog, checked_place
from monitor.catalog.yaml_file import Key, YamlFile, read_yaml
from monitor.errors import ConfigError, UsageError
from monitor.model import Dependency, Team

CSV_COLUMNS = (
    "team", "team_name", "email", "timezone", "hour", "min_level", "language", "system", "criticality",
    "provider", "product", "called_from", "users_in", "substitutability",
)  # fmt: skip

_EXCESS = "(more cells)"
# What the mail door can address.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@(?:[A-Za-z0-9-]+\.)*[A-Za-z0-9-]+")


@dataclass(frozen=True)
class _CsvTable:
    """The teams read so far, and the line in which each part first stands."""

    teams: dict[str, dict[str, Any]]
    lines: dict[Key, int]


def load_inventory(path: Path, catalog: Catalog) -> tuple[Team, ...]:
    """The teams of an inventory file; ConfigError with file and line for unknown providers, zones or bad values."""
    file = _from_csv(path) if path.suffix.lower() == ".csv" else read_yaml(path)
    teams = []
    for at, row in enumerate(file.rows("teams")):
        team = file.build(Team, row, "teams", at)
        _check(file, team, catalog, at)
        teams.append(team)
    file.only("teams")
    ids = [team.id for team in teams]
    for at, name in enumerate(ids):
        if name in ids[:at]:
            raise file.error(f"team {name!r} stands twice", "teams", at, "id")
    return tuple(teams)


def _check(file: YamlFile, team: Team, catalog: Catalog, at: int) -> None:
    for n, recipient in enumerate(team.recipients):
        where = ("teams", at, "recipients", n)
        if not _ADDRESS.fullmatch(recipient.email):
            raise file.error(f"{recipient.email!r} is not a mail address in ASCII, such as team@example.com", *where, "email")
        try:
            ZoneInfo(recipient.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise file.error(f"{recipient.timezone!r} is not an IANA time zone; write e.g. Asia/Shanghai", *where, "timezone") from error
    for n, system in enumerate(team.systems):
        for m, dependency in enumerate(system.dependencies):
            _check_dependency(file, dependency, catalog, "teams", at, "systems", n, "dependencies", m)


def _check_dependency(file: YamlFile, dependency: Dependency, catalog: Catalog, *key: str | int) -> None:
    if dependency.provider not in catalog.providers:
        hint = ", ".join(catalog.suggestions(dependency.provider))
        message = f"unknown provider {dependency.provider!r}" + (f"; did you mean {hint}?" if hint else "")
        raise file.error(message, *key, "provider")
    for field in ("called_from", "users_in"):
        for n, place in enumerate(getattr(dependency, field)):
            try:
                checked_place(place)
            except UsageError as error:
                raise file.error(f"{field}: {error}", *key, field, n) from error


def _from_csv(path: Path) -> YamlFile:
    """The CSV twin, one dependency a line, in the shape of the YAML file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            # Where the comma is the decimal sign, spreadsheets write semicolons.
            head = handle.readline()
            handle.seek(0)
            reader = csv.DictReader(handle, delimiter=";" if ";" in head and "," not in head else ",", restkey=_EXCESS)
            unknown = [name for name in reader.fieldnames or () if name not in CSV_COLUMNS]
            rows = [(reader.line_num, row) for row in reader]
    except FileNotFoundError as error:
        raise ConfigError("the file does not exist", file=path) from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"is not UTF-8 ({error.reason}); save it as CSV UTF-8", file=path) from error
    except (OSError, csv.Error) as error:
        raise ConfigError(f"cannot be read: {error}", file=path) from error
    if unknown:
        raise ConfigError(f"unknown column {unknown[0]!r}; allowed are: {', '.join(CSV_COLUMNS)}", file=path, line=1)
    table = _CsvTable({}, {})
    for number, row in rows:
        if row.pop(_EXCESS, None):
            raise ConfigError("has more cells than the first line has columns", file=path, line=number)
        filled = {k: v.strip() for k, v in row.items() if v and v.strip()}
        if not filled:
            continue  # spreadsheets export empty lines at the end
        if not {"team", "system", "provider"} <= filled.keys():
            raise ConfigError("team, system and provider must be filled", file=path, line=number)
        _add_csv_row(table, filled, number)
    return YamlFile(path, {"teams": [_listed(team) for team in table.teams.values()]}, table.lines)


def _add_csv_row(table: _CsvTable, row: dict[str, str], number: int) -> None:
    teams = table.teams
    team = teams.setdefault(row["team"], {"id": row["team"], "name": row.get("team_name", row["team"]), "recipients": {}, "systems": {}})
    if "email" in row:
        team["recipients"][row["email"]] = {k: row[k] for k in ("email", "timezone", "hour", "min_level", "language") if k in row}
    system = team["systems"].setdefault(row["system"], {"id": row["system"], "dependencies": []})
    if "criticality" in row:
        system["criticality"] = row["criticality"]
    places = {k: row[k].replace(";", " ").replace(",", " ").split() for k in ("called_from", "users_in") if k in row}
    plain = {k: row[k] for k in ("provider", "product", "substitutability") if k in row}
    system["dependencies"].append(plain | places)
    at, n, m = list(teams).index(row["team"]), list(team["systems"]).index(row["system"]), len(system["dependencies"]) - 1
    recipients = [("teams", at, "recipients", list(team["recipients"]).index(row["email"]))] if "email" in row else []
    for key in (("teams", at), ("teams", at, "systems", n), ("teams", at, "systems", n, "dependencies", m), *recipients):
        table.lines.setdefault(key, number)


def _listed(team: dict[str, Any]) -> dict[str, Any]:
    return team | {"recipients": list(team["recipients"].values()), "systems": list(team["systems"].values())}
