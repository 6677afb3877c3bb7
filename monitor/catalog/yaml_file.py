"""Reads one YAML file so that every complaint can name its line. A path comes in, a `YamlFile` goes out.

The only module that imports yaml. Double keys are refused: YAML's own answer, the last one wins, hides an edit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from monitor.errors import ConfigError

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Key = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)
# Far beyond any list of sources; aliases of aliases would fill the memory before anyone sees a mistake.
MOST_ENTRIES = 1_000_000


@dataclass(frozen=True)
class YamlFile:
    """A parsed file: plain data and the line of every key path in it."""

    path: Path
    data: Any
    lines: dict[Key, int]

    def line(self, *key: str | int) -> int:
        """The line of the nearest known parent of `key`."""
        while key and key not in self.lines:
            key = key[:-1]
        return self.lines.get(key, 1)

    def error(self, message: str, *key: str | int) -> ConfigError:
        """An error that names this file and the line of `key`."""
        return ConfigError(message, file=self.path, line=self.line(*key))

    def only(self, name: str) -> None:
        """ConfigError when the file has a top-level key beside `name`: a typing slip must not pass unseen."""
        others = [key for key in self.data if key != name] if isinstance(self.data, dict) else []
        if others:
            raise self.error(f"unknown top-level key {others[0]!r}; the only one is `{name}:`", others[0])

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The list of mappings under top-level key `name`; ConfigError when the file has another shape."""
        if not isinstance(self.data, dict) or not isinstance(self.data.get(name), list):
            raise self.error(f"expected a top-level `{name}:` with a list of entries")
        rows: list[dict[str, Any]] = self.data[name]
        for at, row in enumerate(rows):
            if not isinstance(row, dict):
                raise self.error(f"entry {at + 1} of `{name}` must be a mapping of keys to values", name, at)
        return rows

    def build(self, model: type[Model], row: dict[str, Any], *key: str | int) -> Model:
        """`row` as a validated noun; ConfigError with the line of the first bad field and what is allowed there."""
        unknown = [name for name in row if name not in _field_names(model)]
        if unknown:
            allowed = ", ".join(sorted(_field_names(model)))
            raise self.error(f"unknown key {unknown[0]!r}; allowed are: {allowed}", *key, unknown[0])
        try:
            return model.model_validate(row)
        except ValidationError as error:
            first = error.errors()[0]
            where = [part for part in first["loc"] if isinstance(part, str | int)]
            field = ".".join(str(part) for part in where) or "entry"
            raise self.error(f"{field}: {_plain(dict(first))}", *key, *where) from error


def _plain(problem: dict[str, Any]) -> str:
    """A pydantic problem in an operator's words."""
    if problem["type"] == "literal_error":
        return f"{problem['input']!r} is not allowed; use one of: {problem['ctx']['expected']}"
    if problem["type"] == "missing":
        return "is missing"
    return f"{problem['msg']} (got {problem['input']!r})"


def _field_names(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def read_yaml(path: Path) -> YamlFile:
    """The file at `path`; ConfigError when it is absent, unreadable, not UTF-8 or not YAML."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError as error:
        raise ConfigError("the file does not exist", file=path) from error
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", file=path) from error
    try:
        node = yaml.compose(text, Loader=_Loader)
        lines: dict[Key, int] = {}
        data = _construct(node, (), lines, path) if node is not None else None
    except yaml.YAMLError as error:
        problem = getattr(error, "problem", None) or "is not YAML"
        raise ConfigError(f"{problem}; check indentation, quotes and colons", file=path, line=_line_of(error, text)) from error
    except RecursionError as error:
        raise ConfigError("is nested too deeply, or an alias contains itself", file=path) from error
    return YamlFile(path, data, lines)


def written(rows: list[dict[str, Any]] | dict[str, Any]) -> str:
    """Rows, or one mapping, as YAML that `read_yaml` gives back unchanged."""
    return str(yaml.safe_dump(rows, sort_keys=False, allow_unicode=True, width=10_000))


def _line_of(error: yaml.YAMLError, text: str) -> int | None:
    """Where the parser gave up, by mark or by the position of a character that no YAML may hold."""
    mark, position = getattr(error, "problem_mark", None), getattr(error, "position", None)
    if mark is None and position is None:
        return None
    return int(mark.line) + 1 if mark else text.encode()[:position].count(b"\n") + 1


def _construct(node: Any, key: Key, lines: dict[Key, int], path: Path) -> Any:
    lines[key] = node.start_mark.line + 1
    if len(lines) > MOST_ENTRIES:
        raise ConfigError("is too large, or aliases repeat too much", file=path, line=lines[key])
    if isinstance(node, yaml.MappingNode):
        return dict(_pairs(node, key, lines, path))
    if isinstance(node, yaml.SequenceNode):
        return [_construct(child, (*key, at), lines, path) for at, child in enumerate(node.value)]
    try:
        return _scalar(node)
    except (yaml.YAMLError, ValueError) as error:
        raise ConfigError(f"the value cannot be read as {node.tag}; put it in quotes", file=path, line=lines[key]) from error


def _pairs(node: Any, key: Key, lines: dict[Key, int], path: Path) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for name_node, value_node in node.value:
        name, line = str(name_node.value), name_node.start_mark.line + 1
        if name in seen:
            raise ConfigError(f"key {name!r} stands twice (first in line {seen[name]})", file=path, line=line)
        seen[name] = line
        value = _construct(value_node, (*key, name), lines, path)
        lines[(*key, name)] = line
        yield name, value


_constructor = yaml.constructor.SafeConstructor()
_YAML_TRAPS = {"yes", "no", "on", "off", "y", "n"}


def _scalar(node: Any) -> Any:
    """A scalar by YAML 1.1 rules, but NO, ON … stay text: they are ISO country codes and words, not booleans."""
    if node.tag == "tag:yaml.org,2002:bool" and node.value.lower() in _YAML_TRAPS:
        return node.value
    if node.tag == "tag:yaml.org,2002:str":
        return node.value
    value = _constructor.construct_object(node, deep=True)
    _constructor.constructed_objects.clear()  # it would keep every node for ever
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else value
