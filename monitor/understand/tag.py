"""The tagger: Documents in, Taggings out, in the same order.

The gate lets about a tenth of a news stream through; only sentences of those texts in which a cue fired are parsed.
Also the door of `forewarned tag`: JSON lines in, Documents or error records out.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from itertools import islice
from typing import Any, get_args

from monitor.catalog import Catalog
from monitor.language import by_script, detect
from monitor.model import Document, Mention, Signal, SourceKind, Tagging, short_hash
from monitor.understand.frame import signals
from monitor.understand.gate import Gate, GateResult
from monitor.understand.lexicon import load_lexicon
from monitor.understand.newcomers import chinese_companies, lines_of_events, newcomers
from monitor.understand.reading import Line, Reading, read
from monitor.understand.regulator import trusted
from monitor.understand.text import Text, read_text

TAGGER_VERSION = "rules-2026.3"
"""Changes with every change of rules or data that may change a record."""
FULL_SUPPORT = ("en", "zh")
PARTIAL_SUPPORT = ("de", "fr", "es")
"""Languages of which only plain headlines are read."""
_BATCH = 64
ARCHIVE_CONFIDENCE = 0.98
"""That a document without any event is irrelevant."""
REVIEWED_CONFIDENCE = 0.7
"""The same for one that tells only of history or a denial."""


class Tagger:
    """The rules over one catalogue; loads spaCy when the first document passes the gate."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self._lexicon = load_lexicon()
        self._gate = Gate(catalog, self._lexicon)

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]:
        """One Tagging per document, in order; memory stays that of a few dozen documents."""
        rest = iter(documents)
        while batch := list(islice(rest, _BATCH)):
            yield from self._tag_batch(batch)

    def _tag_batch(self, documents: Sequence[Document]) -> Iterator[Tagging]:
        opened = [self._open(document) for document in documents]
        readings = _with_grammar([reading for _, _, reading in opened if reading is not None])
        for document, (text, gate, reading) in zip(documents, opened, strict=True):
            found = trusted(document, signals(readings[document.id], self._catalog, self._lexicon)) if reading is not None else []
            unknown = _unknown(readings[document.id], found) if found and reading is not None else ()
            yield _tagging(document, text, gate, found).model_copy(update={"unknown_organisations": unknown})

    def _open(self, document: Document) -> tuple[Text, GateResult, Reading | None]:
        text = read_text(document.title, document.text)
        gate = self._gate(text.norm)
        lang = _rules_language(document)
        if not gate.candidate or lang is None:
            return text, gate, None
        reading = read(document, text, gate, lang, self._lexicon)
        return text, gate, reading if reading.has_hits else None


def _rules_language(document: Document) -> str | None:
    """The rule set for a document, by its script and its own word; None for a language without rules."""
    lang = _language(document)
    return lang if lang in (*FULL_SUPPORT, *PARTIAL_SUPPORT) else None


def _language(document: Document) -> str:
    """What the script says, else what the document says: a feed that calls itself English may carry Chinese."""
    return by_script(document.full_text, document.lang) or document.lang.lower().split("-")[0].split("_")[0]


def _with_grammar(readings: list[Reading]) -> dict[str, Reading]:
    """The readings by document id, the English lines with a cue parsed in one stream."""
    wanted = [line for reading in readings if reading.lang == "en" for line in reading.lines if line.hits]
    if not wanted:
        return {reading.document.id: reading for reading in readings}
    from monitor.understand.pipeline import parsed

    tokens = iter(list(parsed(line.sentence for line in wanted)))

    def grown(line: Line, lang: str) -> Line:
        return replace(line, sentence=next(tokens)) if lang == "en" and line.hits else line

    return {r.document.id: replace(r, lines=tuple(grown(line, r.lang) for line in r.lines)) for r in readings}


def _unknown(reading: Reading, found: list[Signal]) -> tuple[str, ...]:
    """Names for the "new provider?" queue, from the lines of live events."""
    lines = lines_of_events(reading, found)
    if reading.lang == "zh":
        return newcomers(reading, [span for line in lines for span in chinese_companies(line)])
    if reading.lang != "en" or not lines:
        return ()
    from monitor.understand.pipeline import organisations

    return newcomers(reading, [span for spans in organisations([line.sentence for line in lines]) for span in spans])


def _tagging(document: Document, text: Text, gate: GateResult, found: list[Signal]) -> Tagging:
    live = [s for s in found if not s.background]
    top = max((s.confidence for s in live), default=0.0)
    lang = _language(document)
    return Tagging(
        document=document.id, tagger_version=TAGGER_VERSION, relevant=bool(live),
        confidence=top if live else ARCHIVE_CONFIDENCE if not found else REVIEWED_CONFIDENCE,
        lang=lang, lang_support="full" if lang in FULL_SUPPORT else "partial", primary=_primary(live, text).type if live else None,
        signals=tuple(found), mentions=tuple(_mentions(text, gate, found)),
    )  # fmt: skip


def _primary(live: list[Signal], text: Text) -> Signal:
    """The news of the day: a way out when the title tells of one, else the strongest measure, the earlier one on a draw."""
    title = len(text.raw) and text.title_end
    for signal in live:
        if signal.type == "mitigation" and any(q.start <= title for q in signal.evidence):
            return signal
    measures = [s for s in live if s.type != "mitigation"]
    return max(measures or live, key=lambda s: s.confidence)


def _mentions(text: Text, gate: GateResult, found: list[Signal]) -> Iterator[Mention]:
    """Every provider name; `about` when it stands in the title or has a part in an event."""
    active = {p for s in found if not s.background for p, role in s.providers.items() if role != "mentioned"}
    titled = {m.provider for m in gate.mentions if m.start < text.title_end}
    for named in gate.mentions:
        start, end = text.original(named.start, named.end)
        about = named.provider in active or named.provider in titled
        yield Mention(provider=named.provider, alias=text.raw[start:end], start=start, end=end, salience="about" if about else "mention")


# ---------------------------------------------------------------- forewarned tag
@dataclass(frozen=True)
class BadRecord:
    """A line that is no document, and why."""

    id: str | None
    error: str


def read_records(lines: Iterable[str]) -> Iterator[Document | BadRecord]:
    """Documents from JSON lines (empty lines are skipped); a bad line becomes a `BadRecord`, the rest goes on."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _record(line, number)


def _record(line: str, number: int) -> Document | BadRecord:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return BadRecord(None, f"line {number} is not JSON: {error.msg}")
    if not isinstance(row, dict):
        return BadRecord(None, f"line {number} is not a JSON object")
    name = str(row["id"]) if row.get("id") is not None else None
    if name is None:
        return BadRecord(None, f"line {number} has no id")
    for key in ("title", "body", "lang", "source", "source_jurisdiction"):
        if not isinstance(row.get(key, ""), str | None):
            return BadRecord(name, f"{key} must be a text")
    if row.get("source") not in (None, *get_args(SourceKind)):
        return BadRecord(name, f"source must be one of {', '.join(get_args(SourceKind))}")
    try:
        return _document(name, row)
    except (ValueError, TypeError) as error:
        return BadRecord(name, f"bad value: {str(error).splitlines()[0]}")


def _document(name: str, row: dict[str, Any]) -> Document:
    title, body = row.get("title") or "", row.get("body") or ""
    published = _instant(row.get("published"))
    kind: SourceKind = row.get("source") or "news"
    whole = f"{title}\n{body}"
    return Document(
        source="stdin", guid=name, url=row.get("url") or "", title=title, text=body, lang=row.get("lang") or detect(whole, "en"),
        published_at=published, retrieved_at=published, content_hash=hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest(),
        origin_group=short_hash(name), kind=kind, jurisdiction=row.get("source_jurisdiction"),
    )  # fmt: skip


def _instant(value: object) -> datetime:
    """A date or a date-time as an instant; a date alone is midnight UTC."""
    if not isinstance(value, str):
        raise ValueError("published must be a date or a date-time")
    try:
        return datetime.combine(date.fromisoformat(value), time(), UTC)
    except ValueError:
        moment = datetime.fromisoformat(value)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
