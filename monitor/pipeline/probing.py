"""One source → what a poll of it would find: the same door and the same parser's child as a real poll, and nothing is stored."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict

from monitor.collect.cadence import next_poll, state_after
from monitor.collect.document import clean_title
from monitor.collect.encoding import text_of
from monitor.collect.fetch import Fetcher
from monitor.collect.hints import hints_in
from monitor.collect.isolate import Parser
from monitor.collect.prolog import ForbiddenDtdError, find_root
from monitor.collect.robots import Robots
from monitor.collect.when import not_after
from monitor.errors import NotFoundError
from monitor.model import (
    REASONS,
    Entry,
    FeedHints,
    FetchFailure,
    Observed,
    Reason,
    Response,
    Rhythm,
    Source,
    SourceFormat,
    SourceState,
    Validators,
)
from monitor.network.address import is_opted_in, literal
from monitor.pipeline.collecting import fetch_policy
from monitor.rhythm import patience, rhythm_of
from monitor.settings import Settings

_SHOWN = 3
_ROOTS = {"rss": "RSS", "channel": "RSS", "feed": "Atom", "rdf": "RSS 1.0 (RDF)"}


class ProbedEntry(BaseModel):
    """One of the newest entries."""

    title: str
    url: str
    published_at: datetime | None


class Probe(BaseModel):
    """What a poll found; fields of an answer are empty when there was none."""

    model_config = ConfigDict(frozen=True)

    source: str | None
    url: str
    state: SourceState
    status: int | None = None
    reason: Reason | None = None
    detail: str = ""
    meaning: str = ""
    action: str = ""
    final_url: str | None = None
    redirects: tuple[str, ...] = ()
    permanent_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    content_type: str = ""
    bytes: int = 0
    format: str = ""
    entries: int = 0
    newest: tuple[ProbedEntry, ...] = ()
    max_age_s: int | None = None
    asks_for: FeedHints = FeedHints()
    usual_gap_s: int | None = None
    next_poll_at: datetime | None = None
    robots: str = ""
    warning: str = ""


def probe(target: str, kind: SourceFormat | None, listed: tuple[Source, ...], settings: Settings) -> Probe:
    """Fetch and parse a listed source (by id or url) or any other URL now; NotFoundError for what is neither.

    `kind` overrules the format. A typed URL may reach a private host only if the operator named this very host: a public
    URL that redirects to one stays refused.
    """
    known = next((source for source in listed if target in (source.id, source.url)), None)
    if known is None and "://" not in target:
        raise NotFoundError("source", target, "give an id of feeds.yaml or a whole URL")
    source = known or _typed(target, settings)
    if kind is not None:
        source = source.model_copy(update={"format": kind})
    return asyncio.run(_probe(source, known is not None, settings))


def _typed(url: str, settings: Settings) -> Source:
    return Source(id="typed", name="typed", url=url, kind="news", publisher="typed", private=_names_own_host(url, settings.private_hosts))


def _names_own_host(url: str, allowed: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = literal(host)
    except ValueError:
        return False
    if address is None:
        return any(name.lower() in (host, f"{host}:{port}") for name in allowed)
    return is_opted_in(host, port, address, allowed)


async def _probe(source: Source, is_listed: bool, settings: Settings) -> Probe:
    now = settings.clock()
    async with Fetcher(fetch_policy(settings)) as fetcher:
        refusal = await Robots(fetcher, {}).refusal(source, now) if source.format == "page" else None
        answer = refusal or await fetcher.fetch(source, None, Validators(), now)
    robots = "" if source.format != "page" else refusal.detail if refusal else "robots.txt allows it"
    outcome: tuple[Entry, ...] | FetchFailure
    if isinstance(answer, FetchFailure):
        outcome = answer
    else:
        with Parser(children=1) as parser:
            outcome = await asyncio.to_thread(parser.parse, source, answer)
    told = {"source": source.id if is_listed else None, "url": source.url, "robots": robots} | _answered(source, answer)
    if isinstance(outcome, FetchFailure):
        return Probe(**told, **_failed(source, outcome, now, settings))
    assert isinstance(answer, Response)
    return Probe(**told, **_read(source, answer, outcome, now, settings))


def _answered(source: Source, answer: Response | FetchFailure) -> dict[str, object]:
    if isinstance(answer, FetchFailure):
        return {"status": answer.status}
    return {
        "status": answer.status,
        "final_url": answer.url,
        "redirects": answer.redirects,
        "permanent_url": answer.permanent_url,
        "etag": answer.validators.etag,
        "last_modified": answer.validators.last_modified,
        "content_type": answer.content_type,
        "bytes": len(answer.body),
        "format": _format(source, answer),
        "max_age_s": answer.max_age_s,
    }


def _failed(source: Source, outcome: FetchFailure, now: datetime, settings: Settings) -> dict[str, object]:
    return {
        "state": state_after(source, outcome, None, Observed(), now),
        "reason": outcome.reason,
        "detail": outcome.detail,
        "meaning": REASONS[outcome.reason].means,
        "action": REASONS[outcome.reason].do,
        "next_poll_at": next_poll(source, outcome, now, 1, settings.poll_floor_s),
    }


def _read(source: Source, answer: Response, entries: tuple[Entry, ...], now: datetime, settings: Settings) -> dict[str, object]:
    dated = [(not_after(entry.published_at, now), entry) for entry in entries]
    newest = sorted(dated, key=lambda pair: pair[0].timestamp() if pair[0] else float("-inf"), reverse=True)[:_SHOWN]
    rhythm = rhythm_of([(published, now) for published, _ in dated if published])
    observed = Observed(hints=hints_in(answer.body), rhythm=rhythm)
    return {
        "state": state_after(source, answer, len(entries), observed, now),
        "entries": len(entries),
        "newest": tuple(ProbedEntry(title=clean_title(e.title), url=e.url, published_at=published) for published, e in newest),
        "asks_for": observed.hints,
        "usual_gap_s": rhythm.gap_s if rhythm else None,
        "next_poll_at": next_poll(source, answer, now, 0, settings.poll_floor_s, observed),
        "warning": _silence(rhythm, source, now),
    }


def _silence(rhythm: Rhythm | None, source: Source, now: datetime) -> str:
    """That a feed was dead before we met it: a poll could say so only after having listened for as long."""
    if rhythm is None or now - rhythm.newest_at <= patience(rhythm, source.interval_s):
        return ""
    return f"its newest entry is {(now - rhythm.newest_at).days} days old: is this feed still kept?"


def _format(source: Source, answer: Response) -> str:
    """What the body is, in an operator's words; empty when it cannot be told."""
    text = text_of(answer.body, answer.content_type, source.language).lstrip()
    if text[:1] in ("{", "["):
        return "Federal Register JSON" if source.format == "federal_register" else _json_format(text)
    try:
        root = find_root(text)
    except ForbiddenDtdError:
        return "XML with a DTD"
    name = root.name if root else ""
    return _ROOTS.get(name, "HTML" if name == "html" or "html" in answer.content_type else f"XML ({name[:40]})" if name else "")


def _json_format(text: str) -> str:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return "broken JSON"
    return "JSON Feed" if isinstance(found, dict) and "jsonfeed" in str(found.get("version", "")) else "JSON"
