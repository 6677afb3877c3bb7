"""How an inventory changes: teams and what a scan found come in, the teams after it and the difference in lines go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TypeVar

from monitor.model import Dependency, Detection, Jurisdiction, Noun, System, Team, Use

MOST_PLACES_FOUND = 5
_Named = TypeVar("_Named", bound=Team | System)


class Scanned(NamedTuple):
    """Whose system was scanned, and where it is called from and used."""

    team: str
    system: str
    called_from: tuple[Jurisdiction, ...]
    users_in: tuple[Jurisdiction, ...]


def with_scan(teams: Sequence[Team], scanned: Scanned, detection: Detection) -> tuple[Team, ...]:
    """The teams with what was found in place of what earlier scans had found in that system.

    What people wrote down stays: dependencies of their own, and every word that they added to one that is found again.
    """
    team = next((team for team in teams if team.id == scanned.team), Team(id=scanned.team, name=scanned.team))
    system = next((system for system in team.systems if system.id == scanned.system), System(id=scanned.system))
    known = {dependency.provider: dependency for dependency in system.dependencies}
    used = {use.provider for use in detection.uses}
    kept = [
        _again(dependency, scanned, detection.uses) if dependency.provider in used else dependency
        for dependency in system.dependencies
        if not dependency.found or dependency.provider in used
    ]
    new = [_first(use, scanned) for use in detection.uses if use.provider not in known]
    systems = _put(team.systems, system.model_copy(update={"dependencies": (*kept, *new)}))
    return _put(teams, team.model_copy(update={"systems": systems}))


def with_teams(known: Sequence[Team], imported: Sequence[Team], *, merge: bool) -> tuple[Team, ...]:
    """The teams of a list, and with `merge` those that it does not name.

    What the list does not say of a team that is known (a team without the word `systems` or `recipients`) stays: people
    write down who is told, and scans give the systems.
    """
    said = [_with_unsaid(team, next((one for one in known if one.id == team.id), team)) for team in imported]
    teams = tuple(known) if merge else ()
    for team in said:
        teams = _put(teams, team)
    return teams


def _with_unsaid(team: Team, known: Team) -> Team:
    unsaid = {"recipients", "systems"} - team.model_fields_set
    return team.model_copy(update={field: getattr(known, field) for field in sorted(unsaid)})


def difference(before: Sequence[Team], after: Sequence[Team]) -> list[str]:
    """What an import changes, one line each: `+ platform/chat: openai, called from CN`; empty when nothing."""
    old, new = dict(_parts(before)), dict(_parts(after))
    lines = [f"- {key}{_told(part)}" for key, part in old.items() if key not in new]
    for key, part in new.items():
        if key not in old:
            lines.append(f"+ {key}{_told(part)}")
        elif changes := ", ".join(_changes(old[key], part)):
            lines.append(f"~ {key}: {changes}")
    return lines


def _again(dependency: Dependency, scanned: Scanned, uses: Sequence[Use]) -> Dependency:
    use = next(use for use in uses if use.provider == dependency.provider)
    return dependency.model_copy(
        update={
            "called_from": scanned.called_from or dependency.called_from,
            "users_in": scanned.users_in or dependency.users_in,
            "data_class": dependency.data_class or use.data_class,
            # A use that a person wrote down stays theirs, also when a scan sees it.
            "found": _found(use) if dependency.found else (),
        }
    )


def _first(use: Use, scanned: Scanned) -> Dependency:
    return Dependency(
        provider=use.provider,
        called_from=scanned.called_from,
        users_in=scanned.users_in,
        data_class=use.data_class,
        found=_found(use),
    )


def _found(use: Use) -> tuple[str, ...]:
    return tuple(dict.fromkeys(sighting.at for sighting in use.sightings))[:MOST_PLACES_FOUND]


def _put(nouns: Sequence[_Named], noun: _Named) -> tuple[_Named, ...]:
    """The nouns with this one in the place of its namesake, or behind them."""
    if all(other.id != noun.id for other in nouns):
        return (*nouns, noun)
    return tuple(noun if other.id == noun.id else other for other in nouns)


def _parts(teams: Sequence[Team]) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Everything that may change, under a name that reads aloud, with its own fields."""
    for team in teams:
        yield f"team {team.id}", {"name": team.name}
        for recipient in team.recipients:
            yield f"{team.id}: recipient {recipient.address}", _plain(recipient, "email", "channel")
        for system in team.systems:
            yield f"{team.id}/{system.id}", {"criticality": system.criticality}
            for dependency in system.dependencies:
                product = f" {dependency.product}" if dependency.product else ""
                yield f"{team.id}/{system.id}: {dependency.provider}{product}", _plain(dependency, "provider", "product", "found")


def _plain(noun: Noun, *without: str) -> Mapping[str, object]:
    return {name.replace("_", " "): _word(value) for name, value in noun.model_dump().items() if name not in without}


def _word(value: object) -> object:
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


def _told(part: Mapping[str, object]) -> str:
    return "".join(f", {name} {value}" for name, value in part.items() if value not in ("", None))


def _changes(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[str]:
    for name, value in new.items():
        if old.get(name) != value:
            yield f"{name} {old.get(name) or 'none'} → {value or 'none'}"
