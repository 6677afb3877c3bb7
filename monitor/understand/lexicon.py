"""The rule data of the tagger, compiled once. YAML under monitor/data/understand comes in; patterns and cues go out.

Cues are matched against a masked sentence: every provider name is a run of Ⓟ, every country or capital of Ⓖ, every people's
adjective of Ⓓ and every organ of Ⓞ, so that a rule can say `{P}` and the words of names never fire a rule.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from monitor.catalog import load_yaml_data
from monitor.errors import ConfigError

PROVIDER, PLACE, PEOPLE, ORGAN = "Ⓟ", "Ⓖ", "Ⓓ", "Ⓞ"
_CLASSES = {"P": f"{PROVIDER}+", "G": f"{PLACE}+", "D": f"{PEOPLE}+", "O": f"{ORGAN}+", "C": "[^。；;！？，]{0,28}?"}
_GAP = r"[^;()]{0,75}?"


@dataclass(frozen=True)
class Cue:
    """A phrase that speaks for an event type; `actors` says who may act, `needs` what else the sentence must hold.

    `starts_with_verb` cues do not hold for a noun of the same spelling ("the ban"); `raw` cues read names too.
    """

    id: str
    type: str
    weight: float
    actors: frozenset[str]
    needs: frozenset[str]
    issuer: str | None
    starts_with_verb: bool
    raw: bool
    pattern: re.Pattern[str]


@dataclass(frozen=True)
class Lexicon:
    """Everything the rules know about words."""

    cues: Mapping[str, tuple[Cue, ...]]
    stages: Mapping[str, re.Pattern[str]]
    denial: re.Pattern[str]
    hypothetical: re.Pattern[str]
    opinion: re.Pattern[str]
    background: re.Pattern[str]
    off_topic: re.Pattern[str]
    words: Mapping[str, re.Pattern[str]]
    sectors: Mapping[str, re.Pattern[str]]
    organs: Mapping[str, Mapping[str, tuple[str, ...]]]
    phrases: Mapping[str, re.Pattern[str]]
    gate_starts: tuple[str, ...]
    gate_whole: tuple[str, ...]
    gate_lists: tuple[str, ...]
    gate_sectors: tuple[str, ...]


@cache
def load_lexicon() -> Lexicon:
    """The bundled rules; ConfigError when a pattern does not compile."""
    fill = _word_lists(load_yaml_data("understand/words.yaml"))
    hedges, actors, gate = (load_yaml_data(f"understand/{name}.yaml") for name in ("hedges", "actors", "gate"))
    english = [cue for name in ("cues", "modifiers") for cue in _cues(load_yaml_data(f"understand/{name}.yaml"), fill)]
    chinese, european = (tuple(_cues(load_yaml_data(f"understand/{name}.yaml"), fill)) for name in ("cues_zh", "cues_europe"))
    return Lexicon(
        cues={"en": tuple(english), "zh": chinese, **dict.fromkeys(("de", "fr", "es"), european)},
        stages={stage: _any(rows, fill) for stage, rows in hedges["stage"].items()},
        denial=_any(hedges["denial"], fill),
        hypothetical=_any(hedges["hypothetical"], fill),
        opinion=_any(hedges["opinion"], fill),
        background=_any(hedges["background"], fill),
        off_topic=_any(hedges["off_topic"], fill),
        words={name: _compiled(name, rx, fill) for name, rx in actors["words"].items()},
        sectors={name: _compiled(name, rx, fill) for name, rx in actors["sectors"].items()},
        organs={key: actors[key] for key in ("organs", "names", "one_character", "ignored")},
        phrases={name: _compiled(name, rx, {}) for name, rx in load_yaml_data("understand/phrases.yaml").items()},
        gate_starts=tuple(dict.fromkeys(str(w) for key, words in gate.items() if not key.startswith("sectors") for w in words)),
        gate_whole=tuple(dict.fromkeys(str(w) for w in (*gate["whole"], *gate["sectors_whole"]))),
        gate_lists=tuple(actors["lists"]["gate"]),
        gate_sectors=tuple(dict.fromkeys(str(w) for w in (*gate["sectors"], *gate["sectors_zh"], *gate["sectors_whole"]))),
    )


def phrase(name: str) -> re.Pattern[str]:
    """A bundled phrase pattern by its name in phrases.yaml."""
    return load_lexicon().phrases[name]


@cache
def simplified_table() -> dict[int, int]:
    """Traditional to simplified characters, for `str.translate`; one character for one."""
    pairs = load_yaml_data("understand/traditional.yaml")
    return {ord(old): ord(new) for old, new in zip(pairs["traditional"], pairs["simplified"], strict=True)}


def inflected(verb: str) -> str:
    """An alternation of a regular verb's forms (`ban*` doubles its last letter); forms with `|` are taken as they are."""
    if "|" in verb or " " in verb:
        return verb
    doubled, base = verb.endswith("*"), verb.rstrip("*")
    stem = base + base[-1] if doubled else base[:-1] if base.endswith("e") else base
    if base.endswith("y") and base[-2] not in "aeiou":
        return f"{base}|{base[:-1]}ies|{base[:-1]}ied|{base}ing"
    third = base + ("es" if base.endswith(("s", "sh", "ch", "x", "z")) else "s")
    return f"{base}|{third}|{stem}ed|{stem}ing"


def _word_lists(data: Mapping[str, Any]) -> dict[str, str]:
    verbs = {name: "|".join(inflected(v) for v in row) for name, row in data["verbs"].items()}
    return {**_CLASSES, **verbs, **data["nouns"]}


def _cues(data: Mapping[str, list[dict[str, Any]]], fill: Mapping[str, str]) -> Iterable[Cue]:
    for event_type, rows in data.items():
        for row in rows:
            yield Cue(
                id=row["id"], type=event_type, weight=float(row["weight"]), actors=frozenset(row["actor"]), needs=frozenset(row["needs"]),
                issuer=row.get("issuer"), starts_with_verb=row["rx"].startswith(r"\b(?:{"), raw=row.get("raw", False),
                pattern=_compiled(row["id"], row["rx"], fill),
            )  # fmt: skip


def _any(rows: Iterable[str], fill: Mapping[str, str]) -> re.Pattern[str]:
    return _compiled("hedges", "|".join(f"(?:{row})" for row in rows), fill)


def _compiled(name: str, pattern: str, fill: Mapping[str, str]) -> re.Pattern[str]:
    for word in re.findall(r"\{([A-Za-z_]+)\}", pattern):
        if word not in fill:
            raise ConfigError(f"cue {name}: unknown word list {{{word}}}")
        pattern = pattern.replace("{" + word + "}", fill[word])
    try:
        return re.compile(pattern.replace("~~", _GAP), re.IGNORECASE)
    except re.error as error:
        raise ConfigError(f"cue {name}: {error}") from error
