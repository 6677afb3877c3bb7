"""What one recipient is told at one slot: a DigestQuery comes in, a Digest or the reason for silence goes out. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from datetime import date
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field

from monitor.inform import sections
from monitor.inform.hits import Hit, hits, settled
from monitor.inform.query import DigestQuery, SourceHealth, utc_minute
from monitor.inform.sections import DigestEntry, DigestSection, Fact
from monitor.inform.wording import ascii_text, countdown, long_day, plural
from monitor.model import Event, Instant, MailKind, Noun, short_hash

__all__ = ["Digest", "DigestEntry", "DigestQuery", "DigestSection", "Fact", "Skipped", "SourceHealth", "compose"]

MAX_SUBJECT = 70
HEARTBEAT_DAYS = 7
"""After so many days without a mail one says that the watch is on: silence of a dead service looks the same."""
_MONDAY = 0


class Skipped(Noun):
    """No mail at this slot, and why."""

    reason: Literal["nothing_new", "below_min_level"]


class Digest(Noun):
    """A composed mail before layout: sections in reading order, empty ones left out."""

    recipient: str
    team: str
    slot: str
    day: date
    as_of: Instant
    data_as_of: Instant | None
    stale: bool
    subject: str
    preheader: str
    sections: tuple[DigestSection, ...]
    footer: tuple[str, ...]
    base_url: str
    message_id: str
    kind: MailKind = "digest"
    stamp: str
    """When, for the reader, beside our name."""
    names: Mapping[str, str] = Field(default_factory=dict)
    revisions: Mapping[str, int] = Field(default_factory=dict)
    unsubscribe: str | None = None
    """Where the recipient stops mails about the team with one click."""
    calendar_events: tuple[Event, ...] = ()
    """Events of which a day is new or moved; attached as a calendar file."""


def compose(query: DigestQuery) -> Digest | Skipped:
    """The digest of one slot; Skipped when nothing that reaches the recipient's level is new, changed or falls due.

    Once a week without any mail it says that there is nothing.
    """
    found = hits(query)
    told = [hit for hit in found if hit.reaches(query.recipient.min_level)]
    quiet = not any(hit.news for hit in told) and not query.became_stale
    if quiet and not _is_heartbeat(query):
        return Skipped(reason="below_min_level" if any(hit.news for hit in found) else "nothing_new")
    urgent = [hit for hit in told if hit.urgent]
    calm = [hit for hit in told if not hit.urgent]
    moved = [hit for hit in calm if not hit.new and hit.changes]
    fresh = [hit for hit in calm if hit.new]
    parts = (
        sections.problems(query),
        sections.watched(query) if quiet else None,
        sections.act_now(query, urgent),
        sections.changed(query, moved),
        sections.new(query, fresh),
        sections.deadlines(query, told),
        sections.offers(query, told),
    )
    return Digest(
        recipient=query.recipient.address,
        team=query.team.name,
        slot=query.slot,
        day=query.day,
        as_of=query.as_of,
        data_as_of=query.data_as_of,
        stale=query.stale,
        subject=_all_quiet(query) if quiet and not query.stale else _subject(query, [] if quiet else [*urgent, *moved, *fresh]),
        preheader=_preheader(query, urgent, quiet),
        sections=tuple(part for part in parts if part),
        footer=tuple(_footer(query)),
        base_url=query.base_url,
        message_id=message_id("digest", query.base_url, query.recipient.address, query.team.id, query.slot),
        stamp=long_day(query.day),
        names=query.names,
        revisions=query.revisions,
        calendar_events=tuple(hit.event for hit in told if _day_is_news(hit)),
    )


def _is_heartbeat(query: DigestQuery) -> bool:
    """Whether a week passed since any mail; for whom was never written to, whether it is Monday."""
    last = query.previous_day
    if any((query.as_of - at).days < HEARTBEAT_DAYS for at in query.alerted.values()):
        return False
    return query.day.weekday() == _MONDAY if last is None else (query.day - last).days >= HEARTBEAT_DAYS


def _all_quiet(query: DigestQuery) -> str:
    providers = {use.provider for system in query.team.systems for use in system.dependencies}
    fresh = sum(not source.down for source in query.sources)
    return fitted("", f"All quiet: {plural(len(providers), 'provider')}, {fresh}/{len(query.sources)} sources fresh", "", "")


def message_id(kind: MailKind, base_url: str, *key: str) -> str:
    """The same for every try to send what `key` names, so that a repeated mail is known as one."""
    host = urlsplit(base_url).hostname or ""
    host = host if re.fullmatch(r"[A-Za-z0-9.-]+", host) else "localhost"
    return f"<{kind}.{short_hash(*key)}@{host}>"


def _subject(query: DigestQuery, told: list[Hit]) -> str:
    stale = "[STALE] " if query.stale else ""
    if not told:
        lost = sum(source.lost for source in query.sources)
        why = f"{lost} of {len(query.sources)} sources silent" if lost else "no fresh data for 48 hours"
        return fitted(stale, f"Digest incomplete: {why}", "", "")
    lead = told[0]
    left = f" ({countdown(lead.deadline, query.day)})" if lead.deadline else ""
    more = f" +{len(told) - 1}" if len(told) > 1 else ""
    return fitted(f"{stale}[{_tag(lead)}] ", sections.title(query, lead), left, more)


def _tag(hit: Hit) -> str:
    if hit.event.withdrawn:
        return "WITHDRAWN"
    if hit.gone or hit.event.type == "relief" or hit.event.stage in ("suspended", "rescinded"):
        return "LIFTED"
    if not hit.urgent and any(" moved: " in change for change in hit.changes):
        return "MOVED"
    return hit.level.upper()


def fitted(tag: str, what: str, left: str, more: str, *, keeps_end: bool = False) -> str:
    """The subject in at most 70 ASCII characters: what is `left` goes first unless kept, then the end of the fact, never the tag."""
    what = " ".join(ascii_text(what).split()).replace("=?", "= ?")
    if len(tag + what + left + more) > MAX_SUBJECT and not keeps_end:
        left = ""
    room = MAX_SUBJECT - len(tag + left + more)
    return tag + (what if len(what) <= room else what[: room - 3].rstrip() + "...") + left + more


def _preheader(query: DigestQuery, urgent: list[Hit], quiet: bool) -> str:
    """The action, since the subject already is the fact."""
    if quiet and not urgent:
        return f"Nothing new in a week on what {query.team.name} depends on; the watch is on."
    if urgent:
        more = f" And {plural(len(urgent) - 1, 'more matter')} to act on." if len(urgent) > 1 else ""
        return f"{sections.advice(query, urgent[0])}.{more}"
    return f"Nothing to act on today; news on what {query.team.name} depends on."


def _day_is_news(hit: Hit) -> bool:
    return hit.deadline is not None and (hit.new or any(("moved" in change or "now known" in change) for change in hit.changes))


def _footer(query: DigestQuery) -> list[str]:
    fresh = sum(not source.down for source in query.sources)
    data = utc_minute(query.data_as_of) if query.data_as_of else "never"
    who = query.recipient
    return [
        *_settled(query),
        f"{fresh} of {plural(len(query.sources), 'source')} fresh. Data as of {data}. Methodology {query.methodology_version}.",
        f"You get this because the inventory lists {who.address} for {query.team.name}: "
        f"level {who.min_level} and above, daily at {who.hour:02d}:00 {who.timezone}, if something is new or a week was quiet.",
        "To change or stop it, edit the recipients in your inventory file and import it again.",
    ]


def _settled(query: DigestQuery) -> list[str]:
    """How much is left out because people settled it, by state."""
    by_state = Counter(one.triage.state for one in settled(query))
    if not by_state:
        return []
    listed = ", ".join(f"{count} {state.replace('_', ' ')}" for state, count in sorted(by_state.items()))
    return [
        f"{plural(by_state.total(), 'exposure')} settled and not told: {listed}. See them: forewarned exposure list --team {query.team.id}"
    ]
