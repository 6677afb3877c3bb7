"""Labelled pages: corpus rows come in; what the network sees of each and what it should say go out."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.model import Document
from monitor.understand.evaluate import gold_row
from monitor.understand.learned.page import DATE_ROLES, ROLES, STAGES, TYPES, Page
from monitor.understand.learned.terms import Term
from monitor.understand.reading import Reading
from monitor.understand.tag import BadRecord, Look, read_records
from monitor.understand.text import read_text

Row = dict[str, Any]
INPUT = ("id", "title", "body", "published", "lang", "source", "source_jurisdiction")
ABSENT = len(ROLES)
"""The role class of a word that is no provider here."""


@dataclass(frozen=True)
class Example:
    """A page with its labels; `-1` and None are labels that do not count."""

    row: Row
    page: Page
    relevant: float
    types: list[float]
    primary: int
    stage: int
    sectors: list[float]
    today: list[float]
    sentence_types: list[list[float]]
    background: list[float]
    roles: list[int]
    places: list[list[float]]
    days: list[list[float]]
    """Per day of the page: whether it is the one announced, effective, of comments."""
    dated: list[float]
    """Whether the text has such a day at all."""
    carries: list[float]
    offers: list[float]

    @property
    def group(self) -> str:
        """The voice that wrote it."""
        return str(self.row["voice"])


def load_rows(paths: Iterable[Path]) -> list[Row]:
    """The rows of corpus files; the file's name is the voice."""
    return [json.loads(line) | {"voice": path.stem} for path in paths for line in path.read_text("utf-8").splitlines() if line.strip()]


def documents(rows: Sequence[Row]) -> list[Document]:
    """The rows as the tag command would read them; a bad row is an error."""
    found = list(read_records(json.dumps({k: row.get(k) for k in INPUT}) for row in rows))
    for record in found:
        if isinstance(record, BadRecord):
            raise ValueError(f"{record.id}: {record.error}")
    return [record for record in found if isinstance(record, Document)]


def examples(rows: Sequence[Row], looks: Sequence[Look]) -> list[Example | None]:
    """One example per row; None where the gate archives it."""
    return [_example(row, look.reading, look.page) if look.reading and look.page else None for row, look in zip(rows, looks, strict=True)]


def _example(row: Row, reading: Reading, page: Page) -> Example:
    gold = gold_row(row)
    relevant, days = bool(gold["relevant"]), gold["dates"] or {}
    live, past = ([e for e in row["events"] if bool(e.get("background")) == flag] for flag in (False, True))
    spans = [(reading.lines[i].sentence.start, reading.lines[i].sentence.end) for i in page.lines]
    sentence_types = [[0.0] * len(TYPES) for _ in spans]
    for event in live:
        for i in _touched(event, reading, spans):
            sentence_types[i][TYPES.index(event["types"][0])] = 1.0
    news = set(_touched(live[0], reading, spans)) if live else set()
    old = {i for event in past for i in _touched(event, reading, spans)}
    return Example(
        row=row, page=page, relevant=float(relevant), types=[float(t in gold["types"]) for t in TYPES],
        primary=TYPES.index(gold["primary"]) if relevant else -1, stage=STAGES.index(gold["stage"]) if relevant else -1,
        sectors=[float(e.key in gold["sectors"]) for e in page.sectors],
        today=[float(days.get(role) == row["published"][:10]) for role in ("announced", "effective")],
        sentence_types=sentence_types, background=[float(i in old) for i in range(len(spans))],
        roles=[_role(e.key, gold) for e in page.providers],
        places=[[float(e.key in gold["issuing"]), float(e.key in gold["affected"])] for e in page.places],
        days=[_day(e.key, days) for e in page.days], dated=[float(bool(days.get(role))) for role in DATE_ROLES],
        carries=[float(i in news) for i in range(len(spans))],
        offers=[float(_offered(term, gold["offers"])) for term in page.terms],
    )  # fmt: skip


def _touched(event: Row, reading: Reading, spans: Sequence[tuple[int, int]]) -> list[int]:
    """The sentences that hold the event's evidence."""
    found = []
    for quote in event.get("evidence") or ():
        wanted = read_text(quote, "").norm[:-1]
        at = reading.text.norm.find(wanted)
        if at >= 0:
            found += [i for i, (start, end) in enumerate(spans) if at < end and start < at + len(wanted)]
    return found


def _offered(term: Term, offers: Sequence[Row]) -> bool:
    """Whether a term is one of the labelled offers: of the same kind, and of the same amount where both state one."""
    return any(
        o["kind"] == term.kind and (term.amount is None or o["amount"] is None or float(o["amount"]) == float(term.amount)) for o in offers
    )


def _role(provider: str, gold: Row) -> int:
    if provider not in gold["providers"]:
        return ABSENT
    return ROLES.index(gold["providers"][provider])


def _day(key: str, days: Row) -> list[float]:
    day = key.split("@", maxsplit=1)[0]
    return [float(days.get(role) == day) for role in DATE_ROLES]
