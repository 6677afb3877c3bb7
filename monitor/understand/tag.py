"""The tagger: Documents in, Taggings out, in the same order.

The gate lets about a tenth of a news stream through; only sentences of those texts in which a cue fired are parsed.
Also the door of `forewarned tag`: JSON lines in, Documents or error records out.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any, get_args

from monitor.catalog import Catalog
from monitor.language import by_script, detect
from monitor.model import Band, Document, Mention, Signal, SourceKind, Tagging, short_hash
from monitor.understand.country_list import unlisted
from monitor.understand.frame import signals
from monitor.understand.gate import FULL_SUPPORT, Gate, GateResult
from monitor.understand.learned.doubt import band_of
from monitor.understand.learned.heads import judge
from monitor.understand.learned.page import Page, page_of
from monitor.understand.learned.reconcile import SECONDED, named_providers, plainly_told, reconciled
from monitor.understand.learned.second import WORDED, is_official, shows_who_acts
from monitor.understand.learned.verdict import Verdict, consistent
from monitor.understand.learned.vote import voted
from monitor.understand.learned.wording import worded
from monitor.understand.lexicon import load_lexicon
from monitor.understand.link import SHORT, Named
from monitor.understand.newcomers import chinese_companies, lines_of_events, newcomers
from monitor.understand.reading import Line, Reading, read
from monitor.understand.regulator import trusted
from monitor.understand.text import READ, Text, read_text

TAGGER_VERSION, HEADS_VERSION = "rules-2026.15", "heads-2026.15"
"""Of the rules alone and with heads; each changes with every change of rules, data or weights that may change a record."""
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
"""Half a character, which JSON can escape and UTF-8 cannot hold; one mark replaces it, so that offsets stay."""
_BATCH, _BATCH_LENGTH = 64, 60_000
"""Documents read together, and their characters: what is held of a long article is many times its text."""
ARCHIVE_CONFIDENCE = 0.98
"""That a document without any event is irrelevant."""
REVIEWED_CONFIDENCE = 0.7
"""The same for one that tells only of history or a denial."""


@dataclass(frozen=True)
class Look:
    """A document after gate and rules; `reading` and `page` are None where the gate archives it."""

    text: Text
    gate: GateResult
    reading: Reading | None
    found: list[Signal]
    page: Page | None

    @property
    def live(self) -> bool:
        """Whether a rule tells of an event that is no history."""
        return any(not signal.background for signal in self.found)

    @cached_property
    def asked(self) -> bool:
        """Whether what heads say of it can count without a person: a rule tells of a live event, the words do, or it is an act itself."""
        if self.page is None or self.reading is None:
            return False
        return self.live or is_official(self.reading) or worded(self.reading) >= WORDED

    def seconds(self, told: Sequence[Signal]) -> bool:
        """Whether heads do not stand alone with what they tell."""
        if self.live or self.reading is None or not self.asked:
            return self.live
        titled = {named.provider for named in self.gate.doubtful if named.start < self.text.title_end and len(named.alias) > SHORT}
        return shows_who_acts(self.reading, [signal for signal in told if not signal.background], titled)


Heads = Callable[[Sequence[Page]], Sequence[Verdict]]
"""What judges pages: the shipped network, or one still in training."""


class Tagger:
    """Rules and heads over one catalogue; loads spaCy and the encoder when the first document passes the gate."""

    def __init__(self, catalog: Catalog, heads: Heads | None = judge) -> None:
        """`heads` judge what passes the gate: the shipped ones, others in training, or none: then the rules alone."""
        self._catalog = catalog
        self._lexicon = load_lexicon()
        self._gate = Gate(catalog, self._lexicon)
        self._heads = heads
        self.version = HEADS_VERSION if heads else TAGGER_VERSION

    def tag(self, documents: Iterable[Document]) -> Iterator[Tagging]:
        """One Tagging per document, in order; memory stays that of a few dozen documents."""
        return (tagging for _, _, tagging in self.judged(documents))

    def judged(self, documents: Iterable[Document]) -> Iterator[tuple[Look, Verdict | None, Tagging]]:
        """The same with what rules saw and what heads said of each document."""
        for batch in _batches(documents):
            looked = self._looked(batch)
            pages = [look.page for look in looked if look.page is not None]
            verdicts = iter(self._heads(pages) if self._heads else ())
            for document, look in zip(batch, looked, strict=True):
                verdict = next(verdicts) if self._heads and look.page else None
                yield look, verdict, self.settle(document, look, verdict)

    def settle(self, document: Document, look: Look, verdict: Verdict | None) -> Tagging:
        """What a document says, from what rules saw of it and what heads say of its page; None leaves it to the rules alone.

        Heads never saw a list of countries, so of a country that has gone from one the rules alone speak.
        """
        if (gone := unlisted(document, look.gate.mentions, self._catalog)) is not None:
            return self._told(_tagging(document, look, look.gate.mentions, _beside(gone, look.found), None))
        if look.reading is None or look.page is None:
            return self._told(_tagging(document, look, look.gate.mentions, [], None))
        found, named = look.found, look.gate.mentions
        if verdict is not None:
            verdict = consistent(look.page, voted(look.page, verdict, found))
            if verdict.relevant < SECONDED and (plain := plainly_told(look.reading, found)):
                past = [signal for signal in found if signal.background]
                return self._told(_tagging(document, look, named, trusted(document, [*plain, *past]), None))
            found = reconciled(look.reading, look.page, verdict, found)
            meant = named_providers(look.page, verdict)
            named = tuple(m for m in (*named, *look.gate.doubtful) if m.provider in meant)
        told = trusted(document, found)
        return self._told(_tagging(document, look, named, told, verdict), _unknown(look.reading, told) if told else ())

    def _told(self, tagging: Tagging, unknown: tuple[str, ...] = ()) -> Tagging:
        return tagging.model_copy(update={"tagger_version": self.version, "unknown_organisations": unknown})

    def look(self, documents: Sequence[Document]) -> Iterator[Look]:
        """Every document as far as it is read before the heads judge; training sees the same."""
        for batch in _batches(documents):
            yield from self._looked(batch)

    def _looked(self, documents: Sequence[Document]) -> list[Look]:
        opened = []
        for document in documents:
            text = read_text(document.title, document.text)
            lang = _language(document)
            gate = self._gate(text.norm, lang)
            opened.append((text, gate, read(document, text, gate, lang, self._lexicon) if gate.candidate else None))
        parsed = iter(_with_grammar([reading for _, _, reading in opened if reading is not None]))
        return [self._look(text, gate, next(parsed) if reading is not None else None) for text, gate, reading in opened]

    def _look(self, text: Text, gate: GateResult, reading: Reading | None) -> Look:
        if reading is None:
            return Look(text, gate, None, [], None)
        found = signals(reading, self._catalog, self._lexicon) if reading.has_hits else []
        return Look(text, gate, reading, found, page_of(reading, found, self._catalog.providers))


def _beside(gone: Signal, found: list[Signal]) -> list[Signal]:
    """A cut that a list tells of, and what sentences beside it say of the same one: one signal with the dates of the sentences."""
    same = [s for s in found if s.type == gone.type and not s.background and s.providers.keys() & gone.providers.keys()]
    others = [s for s in found if s not in same[:1]]
    if not same:
        return [gone, *others]
    affected = tuple(dict.fromkeys((*gone.affected, *same[0].affected)))
    return [same[0].model_copy(update={"affected": affected, "evidence": (*same[0].evidence, *gone.evidence)}), *others]


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """The documents in groups that are neither many nor long."""
    batch: list[Document] = []
    length = 0
    for document in documents:
        size = min(len(document.title) + len(document.text), READ)
        if batch and (len(batch) == _BATCH or length + size > _BATCH_LENGTH):
            yield batch
            batch, length = [], 0
        batch.append(document)
        length += size
    if batch:
        yield batch


def _language(document: Document) -> str:
    """What the script says, else what the document says: a feed that calls itself English may carry Chinese."""
    return by_script(document.full_text, document.lang) or document.lang.lower().split("-")[0].split("_")[0]


def _with_grammar(readings: list[Reading]) -> list[Reading]:
    """The same readings, the English lines with a cue parsed in one stream."""
    wanted = [line for reading in readings if reading.lang == "en" for line in reading.lines if line.hits]
    if not wanted:
        return readings
    from monitor.understand.pipeline import parsed

    tokens = iter(list(parsed(line.sentence for line in wanted)))

    def grown(line: Line, lang: str) -> Line:
        return replace(line, sentence=next(tokens)) if lang == "en" and line.hits else line

    return [replace(r, lines=tuple(grown(line, r.lang) for line in r.lines)) for r in readings]


def _unknown(reading: Reading, found: list[Signal]) -> tuple[str, ...]:
    """Names for the "new provider?" queue, from the lines of live events."""
    lines = lines_of_events(reading, found)
    if reading.lang == "zh":
        return newcomers(reading, [span for line in lines for span in chinese_companies(line)])
    if reading.lang != "en" or not lines:
        return ()
    from monitor.understand.pipeline import organisations

    return newcomers(reading, [span for spans in organisations([line.sentence for line in lines]) for span in spans])


def _tagging(document: Document, look: Look, named: Sequence[Named], found: list[Signal], verdict: Verdict | None) -> Tagging:
    live = [s for s in found if not s.background]
    top = max((s.confidence for s in live), default=0.0)
    lang = _language(document)
    confidence = top if live else ARCHIVE_CONFIDENCE if not found else REVIEWED_CONFIDENCE
    band: Band = "review" if live else "archive"
    reasons: tuple[str, ...] = ("read by rules alone",) if live else ()
    agreed = True
    if verdict is not None and look.page is not None:
        confidence = verdict.relevant if live else 1 - verdict.relevant
        agreed = look.seconds(found)
        band, reasons = band_of(look.page, verdict, agreed)
    return Tagging(
        document=document.id, tagger_version=TAGGER_VERSION, relevant=bool(live), confidence=confidence, band=band, reasons=reasons,
        agreed=agreed, lang=lang, lang_support="full" if lang in FULL_SUPPORT else "partial",
        primary=_primary(live, look.text, verdict is not None).type if live else None,
        signals=tuple(found), mentions=tuple(_mentions(look.text, named, found)),
    )  # fmt: skip


def _primary(live: list[Signal], text: Text, judged: bool) -> Signal:
    """The news of the day. Heads put it first; rules take a way out that the title tells of, else the strongest, earliest measure."""
    if judged:
        return live[0]
    title = len(text.raw) and text.title_end
    for signal in live:
        if signal.type == "mitigation" and any(q.start <= title for q in signal.evidence):
            return signal
    measures = [s for s in live if s.type != "mitigation"]
    return max(measures or live, key=lambda s: s.confidence)


def _mentions(text: Text, mentions: Sequence[Named], found: list[Signal]) -> Iterator[Mention]:
    """Every provider name; `about` when it stands in the title or has a part in an event."""
    active = {p for s in found if not s.background for p, role in s.providers.items() if role != "mentioned"}
    titled = {m.provider for m in mentions if m.start < text.title_end}
    for named in sorted(mentions, key=lambda m: m.start):
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
    title, body = (_LONE_SURROGATE.sub("\ufffd", row.get(key) or "") for key in ("title", "body"))
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
