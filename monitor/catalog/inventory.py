"""inventory.yaml or its CSV twin → teams. A path comes in, validated `Team` nouns go out."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.catalog.providers import Catalog
from monitor.catalog.yaml_file import YamlFile, read_yaml
from monitor.errors import ConfigError
from monitor.model import Team

CSV_COLUMNS = (
    "team", "team_name", "email", "timezone", "hour", "min_level", "language", "system", "criticality",
    "provider", "product", "called_from", "users_in", "substitutability",
)  # fmt: skip


def load_inventory(path: Path, catalog: Catalog) -> tuple[Team, ...]:
    """The teams of an inventory file; ConfigError with file and line for unknown providers, zones or bad values."""
    file = _from_csv(path) if path.suffix.lower() == ".csv" else read_yaml(path)
    teams = []
    for at, row in enumerate(file.rows("teams")):
        team = file.build(Team, row, "teams", at)
        _check(file, team, catalog, at)
        teams.append(team)
    ids = [team.id for team in teams]
    for at, name in enumerate(ids):
        if name in ids[:at]:
            raise file.error(f"team {name!r} stands twice", "teams", at, "id")
    return tuple(teams)


def _check(file: YamlFile, team: Team, catalog: Catalog, at: int) -> None:
    for n, recipient in enumerate(team.recipients):
        where = ("teams", at, "recipients", n)
        if recipient.email.count("@") != 1 or any(c.isspace() or c in '<>,;"' for c in recipient.email):
            raise file.error(f"{recipient.email!r} is not a mail address", *where, "email")
        try:
            ZoneInfo(recipient.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise file.error(f"{recipient.timezone!r} is not an IANA time zone; write e.g. Asia/Shanghai", *where, "timezone") from error
    for n, system in enumerate(team.systems):
        for m, dependency in enumerate(system.dependencies):
            if dependency.provider not in catalog.providers:
                hint = ", ".join(catalog.suggestions(dependency.provider))
                message = f"unknown provider {dependency.provider!r}" + (f"; did you mean {hint}?" if hint else "")
                raise file.error(message, "teams", at, "systems", n, "dependencies", m, "provider")


def _from_csv(path: Path) -> YamlFile:
    """The CSV twin, one dependency a line, in the shape of the YAML file."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as handle:
            reader = csv.DictReader(handle)
            unknown = [name for name in reader.fieldnames or () if name not in CSV_COLUMNS]
            rows = list(reader)
    except FileNotFoundError as error:
        raise ConfigError("the file does not exist", file=path) from error
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ConfigError(f"cannot be read: {error}", file=path) from error
    if unknown:
        raise ConfigError(f"unknown column {unknown[0]!r}; allowed are: {', '.join(CSV_COLUMNS)}", file=path, line=1)
    teams: dict[str, dict[str, Any]] = {}
    for number, row in enumerate(rows, 2):
        if not row.get("team") or not row.get("system") or not row.get("provider"):
            raise ConfigError("team, system and provider must be filled", file=path, line=number)
        _add_csv_row(teams, {k: v.strip() for k, v in row.items() if k and v and v.strip()})
    return YamlFile(path, {"teams": [_listed(team) for team in teams.values()]}, {})


def _add_csv_row(teams: dict[str, dict[str, Any]], row: dict[str, str]) -> None:
    team = teams.setdefault(row["team"], {"id": row["team"], "name": row.get("team_name", row["team"]), "recipients": {}, "systems": {}})
    if "email" in row:
        team["recipients"][row["email"]] = {k: row[k] for k in ("email", "timezone", "hour", "min_level", "language") if k in row}
    system = team["systems"].setdefault(row["system"], {"id": row["system"], "dependencies": []})
    if "criticality" in row:
        system["criticality"] = row["criticality"]
    places = {k: row[k].replace(";", " ").replace(",", " ").split() for k in ("called_from", "users_in") if k in row}
    plain = {k: row[k] for k in ("provider", "product", "substitutability") if k in row}
    system["dependencies"].append(plain | places)


def _listed(team: dict[str, Any]) -> dict[str, Any]:
    return team | {"recipients": list(team["recipients"].values()), "systems": list(team["systems"].values())}
