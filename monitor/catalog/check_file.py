"""forewarned.toml → what a repository wants of `check`, which risks were accepted and how open questions were answered."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from monitor.catalog.providers import Catalog, checked_place
from monitor.catalog.tree import read_whole
from monitor.errors import ConfigError, UsageError
from monitor.model import LEVELS, Acceptance, Answer

NAME = "forewarned.toml"
MOST_BYTES = 2**20
Model = TypeVar("Model", bound=BaseModel)
_HORIZON = re.compile(r"([0-9]{1,5})\s*([dw]?)")
_EVENT = re.compile(r"evt_[0-9a-f]{16}")


class CheckFile(NamedTuple):
    """What the file says; empty values leave it to the command line."""

    places: tuple[str, ...] = ()
    fail_on: str = ""
    horizon: str = ""
    exclude: tuple[str, ...] = ()
    accepted: tuple[Acceptance, ...] = ()
    answers: tuple[Answer, ...] = ()


def load_check_file(path: Path, catalog: Catalog) -> CheckFile:
    """The file at `path`; ConfigError with its line for anything that is misspelt, half or unknown."""
    reader = _Reader(path, read_whole(path, MOST_BYTES).decode("utf-8", "replace"))
    whole = reader.whole
    reader.only(whole, {"check", "accepted", "answers"}, "")
    check = whole.get("check", {})
    if not isinstance(check, dict):
        reader.fail("`check` must be a table: [check]", "check")
    reader.only(check, {"in", "fail_on", "horizon", "exclude"}, "check")
    fail_on, horizon = reader.text(check, "fail_on"), reader.text(check, "horizon")
    if fail_on and fail_on not in LEVELS[1:]:
        reader.fail(f"fail_on: {fail_on!r} is not allowed; use one of: {', '.join(LEVELS[1:])}", "check")
    reader.guarded("check", lambda: days_of(horizon) if horizon else None)
    return CheckFile(
        places=tuple(reader.places(check.get("in", []), "check")),
        fail_on=fail_on,
        horizon=horizon,
        exclude=tuple(reader.texts(check.get("exclude", []), "check")),
        accepted=tuple(reader.acceptance(row, at, catalog) for at, row in enumerate(reader.rows("accepted"))),
        answers=tuple(reader.answer(row, at, catalog) for at, row in enumerate(reader.rows("answers"))),
    )


def days_of(horizon: str) -> int:
    """`30d`, `4w` or `30` as days; UsageError for anything else."""
    found = _HORIZON.fullmatch(horizon.strip().lower())
    if found is None:
        raise UsageError(f"{horizon!r} is no horizon; write days or weeks such as 30d or 4w")
    return int(found[1]) * (7 if found[2] == "w" else 1)


class _Reader:
    """One TOML file, so that every complaint can name its line."""

    def __init__(self, path: Path, text: str) -> None:
        self.path, self.lines = path, text.splitlines()
        try:
            self.whole: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            line = re.search(r"line (\d+)", str(error))
            raise ConfigError(f"is not TOML: {error}", file=path, line=int(line[1]) if line else len(self.lines)) from error
        except RecursionError as error:
            raise ConfigError("is nested too deeply", file=path) from error

    def fail(self, message: str, table: str, at: int = 0) -> NoReturn:
        """ConfigError in the line where a table, or its entry number `at`, begins."""
        heads = [n for n, line in enumerate(self.lines, 1) if re.match(rf"\s*\[?\[?\s*{re.escape(table)}\s*[\]=]", line)]
        raise ConfigError(message, file=self.path, line=heads[min(at, len(heads) - 1)] if table and heads else 1)

    def guarded(self, table: str, ask: Any, at: int = 0) -> Any:
        """What `ask` returns; its UsageError becomes one of this file."""
        try:
            return ask()
        except UsageError as error:
            self.fail(str(error), table, at)

    def only(self, row: dict[str, Any], allowed: set[str], table: str, at: int = 0) -> None:
        """Fails for a key that nobody reads: a slip must not pass unseen."""
        for key in row:
            if key not in allowed:
                self.fail(f"unknown key {key!r}; allowed are: {', '.join(sorted(allowed))}", table or key, at)

    def rows(self, name: str) -> list[dict[str, Any]]:
        """The tables [[name]]."""
        rows = self.whole.get(name, [])
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            self.fail(f"`{name}` must be a list of tables: [[{name}]]", name)
        return rows

    def text(self, row: dict[str, Any], key: str) -> str:
        """A text under a key, or nothing."""
        value = row.get(key, "")
        if not isinstance(value, str):
            self.fail(f"{key}: must be a text", "check")
        return value

    def texts(self, value: object, table: str, at: int = 0) -> list[str]:
        """A list of texts, or one text."""
        listed = [value] if isinstance(value, str) else value
        if not isinstance(listed, list) or not all(isinstance(text, str) for text in listed):
            self.fail("must be a list of texts", table, at)
        return listed

    def places(self, value: object, table: str, at: int = 0) -> list[str]:
        """Jurisdictions, checked."""
        return [self.guarded(table, lambda code=code: checked_place(code), at) for code in self.texts(value, table, at)]

    def provider(self, name: str, table: str, at: int, catalog: Catalog) -> str:
        """A provider's id from its id or name."""
        found = catalog.named(name)
        if found is None:
            hint = ", ".join(catalog.suggestions(name))
            self.fail(f"unknown provider {name!r}" + (f"; did you mean {hint}?" if hint else ""), table, at)
        return found

    def acceptance(self, row: dict[str, Any], at: int, catalog: Catalog) -> Acceptance:
        """One [[accepted]]: without a reason and a last day nothing is accepted."""
        self.only(row, {"event", "until", "reason", "by", "provider", "in"}, "accepted", at)
        if not isinstance(row.get("event"), str) or not _EVENT.fullmatch(row["event"]):
            self.fail("event: write an event's id such as evt_0123456789abcdef, as `check` prints it", "accepted", at)
        until = row.get("until")
        if not isinstance(until, date):
            self.fail("until: write the last day on which the risk is accepted, without quotes: 2024-09-30", "accepted", at)
        if not isinstance(row.get("reason"), str) or not row["reason"].strip():
            self.fail("reason: write why the risk is accepted", "accepted", at)
        provider = self.provider(row["provider"], "accepted", at, catalog) if isinstance(row.get("provider"), str) else ""
        day = date(until.year, until.month, until.day)
        plain = {"event": row["event"], "until": day, "reason": row["reason"].strip(), "by": row.get("by", ""), "provider": provider}
        return self._built(Acceptance, plain | {"places": tuple(self.places(row.get("in", []), "accepted", at))}, "accepted", at)

    def answer(self, row: dict[str, Any], at: int, catalog: Catalog) -> Answer:
        """One [[answers]]: who is behind a question; an empty list says that nobody of the catalogue is."""
        self.only(row, {"question", "providers"}, "answers", at)
        if "providers" not in row:
            self.fail("providers: name them, or write [] for none of the catalogue", "answers", at)
        providers = [self.provider(name, "answers", at, catalog) for name in self.texts(row["providers"], "answers", at)]
        return self._built(Answer, {"question": row.get("question", ""), "providers": tuple(providers)}, "answers", at)

    def _built(self, model: type[Model], plain: dict[str, Any], table: str, at: int) -> Model:
        try:
            return model.model_validate(plain)
        except ValidationError as error:
            first = error.errors()[0]
            self.fail(f"{'.'.join(map(str, first['loc']))}: {first['msg']}", table, at)
