"""Labels of alerts: who looked at an alert's report wrote down whether it was right. A file comes in, verdicts go out.

A label names its alert by the hash of the report's title, by provider, place and type, and holds no text of the publisher's.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from monitor.errors import ConfigError
from monitor.model import EventType

Fault = Literal["no measure", "old", "repeat", "wrong party", "wrong place", "wrong kind"]
"""What is wrong with an alert: nothing was done or planned; it was done long ago; it was told before; it names another."""
Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class Label:
    """One verdict; `fault` is empty for an alert that is right."""

    key: Key
    right: bool
    fault: str = ""

    def row(self) -> str:
        """The label as a line of the file."""
        names = ("title_sha256", "provider", "jurisdiction", "type")
        told = {**dict(zip(names, self.key, strict=True)), "right": self.right, **({"fault": self.fault} if self.fault else {})}
        return json.dumps({name: value for name, value in told.items() if value != ""})


def key_of(title: str, provider: str, jurisdiction: str = "", kind: EventType | Literal[""] = "") -> Key:
    """What a label of this alert is found by; place and type are empty for rules that tell none."""
    return hashlib.sha256(title.encode()).hexdigest(), provider, jurisdiction, kind


def load_labels(path: Path) -> Mapping[Key, Label]:
    """The labels of a file; ConfigError with its line for one that is wrong."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"cannot be read: {error}", file=path) from error
    return {label.key: label for label in _labels(path, lines)}


def _labels(path: Path, lines: Iterable[str]) -> Iterable[Label]:
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            key = (row["title_sha256"], row["provider"], row.get("jurisdiction", ""), row.get("type", ""))
            label = Label(key, row["right"], row.get("fault", ""))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigError(f"no label: {error}", file=path, line=number) from error
        if not isinstance(label.right, bool) or (label.fault and label.fault not in get_args(Fault)):
            raise ConfigError(f"`right` is true or false, `fault` one of {', '.join(get_args(Fault))}", file=path, line=number)
        yield label
