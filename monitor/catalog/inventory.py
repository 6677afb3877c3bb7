"""inventory.yaml or its twin in a spreadsheet → teams. A path comes in, validated `Team` nouns go out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from monitor.catalog.providers import Catalog, checked_place
from monitor.catalog.spreadsheet import EXCEL_ENDINGS, read_rows
from monitor.catalog.yaml_file import Key, YamlFile, read_yaml
from monitor.errors import ConfigError, UsageError
from monitor.model import CHANNEL_NAME, Dependency, Recipient, Team
from monitor.model.address import wire_address

COLUMNS = (
    "team", "team_name", "email", "channel", "timezone", "hour", "min_level", "language", "alerts", "quiet", "break_quiet", "system",
    "criticality", "provider", "product", "called_from", "users_in", "substitutability", "data_class", "owner",
)  # fmt: skip

_RECIPIENT = ("email", "channel", "timezone", "hour", "min_level", "language", "alerts", "quiet", "break_quiet")


@dataclass(frozen=True)
class _Table:
    """The teams read so far, and the line in which each part first stands."""

    teams: dict[str, dict[str, Any]]
    lines: dict[Key, int]


class Unknown(NamedTuple):
    """A provider of the file that the catalogue does not know, and where it stands."""

    file: str
    line: int
    provider: str
    hint: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: unknown provider {self.provider!r}{self.hint}"


class Inventory(NamedTuple):
    """The teams of a file without what is unknown, and the unknown."""

    teams: tuple[Team, ...]
    unknown: tuple[Unknown, ...]


def load_inventory(path: Path, catalog: Catalog) -> tuple[Team, ...]:
    """The teams of an inventory file; ConfigError with file and line for unknown providers, zones or bad values."""
    inventory = read_inventory(path, catalog)
    refuse_unknown(inventory.unknown)
    return inventory.teams


def refuse_unknown(unknown: Sequence[Unknown]) -> None:
    """ConfigError that lists every unknown provider, when there is one."""
    if unknown:
        first, *others = unknown
        more = "".join(f"\n{other}" for other in others)
        raise ConfigError(f"unknown provider {first.provider!r}{first.hint}{more}", file=first.file, line=first.line)


def read_inventory(path: Path, catalog: Catalog) -> Inventory:
    """The teams of an inventory file, unknown providers apart; ConfigError with file and line for anything else that is wrong.

    A provider may be called by its id or by a name that only it bears.
    """
    file = _from_rows(path) if path.suffix.lower() in (".csv", *EXCEL_ENDINGS) else read_yaml(path)
    teams, unknown = [], list[Unknown]()
    for at, row in enumerate(file.rows("teams")):
        team = file.build(Team, row, "teams", at)
        _check(file, team, at)
        teams.append(_known(file, team, catalog, at, unknown))
    file.only("teams")
    ids = [team.id for team in teams]
    for at, name in enumerate(ids):
        if name in ids[:at]:
            raise file.error(f"team {name!r} stands twice", "teams", at, "id")
    return Inventory(tuple(teams), tuple(unknown))


def _known(file: YamlFile, team: Team, catalog: Catalog, at: int, unknown: list[Unknown]) -> Team:
    """The team with its providers by id; those that nobody knows go to `unknown`."""
    systems = []
    for n, system in enumerate(team.systems):
        kept = []
        for m, dependency in enumerate(system.dependencies):
            found = catalog.named(dependency.provider)
            if found is not None:
                kept.append(dependency.model_copy(update={"provider": found}))
                continue
            hint = ", ".join(catalog.suggestions(dependency.provider))
            line = file.line("teams", at, "systems", n, "dependencies", m, "provider")
            unknown.append(Unknown(str(file.path), line, dependency.provider, f"; did you mean {hint}?" if hint else ""))
        systems.append(system.model_copy(update={"dependencies": tuple(kept)}))
    return team.model_copy(
        update={"systems": tuple(systems)} if systems else {}
    )  # a list that says nothing of systems goes on saying nothing


def _check(file: YamlFile, team: Team, at: int) -> None:
    for n, recipient in enumerate(team.recipients):
        where = ("teams", at, "recipients", n)
        _check_address(file, recipient, *where)
        try:
            ZoneInfo(recipient.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise file.error(f"{recipient.timezone!r} is not an IANA time zone; write e.g. Asia/Shanghai", *where, "timezone") from error
    for n, system in enumerate(team.systems):
        for m, dependency in enumerate(system.dependencies):
            _check_places(file, dependency, "teams", at, "systems", n, "dependencies", m)


def _check_address(file: YamlFile, recipient: Recipient, *where: str | int) -> None:
    if bool(recipient.email) == bool(recipient.channel):
        raise file.error("a recipient has an email or a channel, one of both", *where)
    if recipient.email and (wire_address(recipient.email) is None or recipient.email.endswith("]")):
        raise file.error(f"{recipient.email!r} is not a mail address such as team@example.com", *where, "email")
    if recipient.channel and not re.fullmatch(CHANNEL_NAME, recipient.channel):
        raise file.error(f"{recipient.channel!r} is not the name of a channel, such as soc-chat", *where, "channel")


def _check_places(file: YamlFile, dependency: Dependency, *key: str | int) -> None:
    for field in ("called_from", "users_in"):
        for n, place in enumerate(getattr(dependency, field)):
            try:
                checked_place(place)
            except UsageError as error:
                raise file.error(f"{field}: {error}", *key, field, n) from error


def _from_rows(path: Path) -> YamlFile:
    """A spreadsheet, one dependency a row, in the shape of the YAML file."""
    table = _Table({}, {})
    for row in read_rows(path, COLUMNS, ("team", "system", "provider")):
        _add_row(table, row.cells, row.line)
    return YamlFile(path, {"teams": [_listed(team) for team in table.teams.values()]}, table.lines)


def _add_row(table: _Table, row: dict[str, str], number: int) -> None:
    teams = table.teams
    team = teams.setdefault(row["team"], {"id": row["team"], "name": row.get("team_name", row["team"]), "recipients": {}, "systems": {}})
    told = (row.get("email", ""), row.get("channel", ""))
    if any(told):
        team["recipients"][told] = {k: row[k] for k in _RECIPIENT if k in row}
    system = team["systems"].setdefault(row["system"], {"id": row["system"], "dependencies": []})
    if "criticality" in row:
        system["criticality"] = row["criticality"]
    places = {k: row[k].replace(";", " ").replace(",", " ").split() for k in ("called_from", "users_in") if k in row}
    plain = {k: row[k] for k in ("provider", "product", "substitutability", "data_class", "owner") if k in row}
    system["dependencies"].append(plain | places)
    at, n, m = list(teams).index(row["team"]), list(team["systems"]).index(row["system"]), len(system["dependencies"]) - 1
    recipients = [("teams", at, "recipients", list(team["recipients"]).index(told))] if any(told) else []
    for key in (("teams", at), ("teams", at, "systems", n), ("teams", at, "systems", n, "dependencies", m), *recipients):
        table.lines.setdefault(key, number)


def _listed(team: dict[str, Any]) -> dict[str, Any]:
    """The team as the list says it; rows without an address say nothing of who is told."""
    told = {"recipients": list(team["recipients"].values())} if team["recipients"] else {}
    return {key: team[key] for key in ("id", "name")} | told | {"systems": list(team["systems"].values())}
