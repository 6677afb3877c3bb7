"""What interrupts a recipient, as one mail: matters of one or more teams come in, an alert in the shape of a digest goes out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from monitor.inform import sections
from monitor.inform.digest import Digest, fitted, message_id
from monitor.inform.hits import Hit
from monitor.inform.query import DigestQuery, utc_minute
from monitor.inform.sections import DigestEntry, DigestSection, Fact
from monitor.inform.slots import day_begins, quiet_until
from monitor.inform.wording import coming_days, countdown, long_day, plural, weekday
from monitor.model import LEVELS, AlertReason, DayRole, Event, EventDates, Exposure, Noun, ToldAlert

SOON = timedelta(hours=72)
"""A deadline nearer than this cannot wait for the next digest."""
Kind = Literal["risk", "moved", "lifted"]
_KINDS: tuple[Kind, ...] = ("risk", "moved", "lifted")
_HEADINGS: dict[Kind, tuple[Literal["act_now", "moved", "lifted"], str]] = {
    "risk": ("act_now", "Act now"),
    "moved": ("moved", "Deadlines moved"),
    "lifted": ("lifted", "No longer a risk"),
}


_WHY: dict[AlertReason, str] = {"new": "new", "advanced": "a further step", "again": "a further act"}


class Move(NamedTuple):
    """A day that is another one than we told."""

    role: DayRole
    old: date | None
    new: date | None

    @property
    def words(self) -> str:
        """`2024-06-28 -> 2024-07-09`."""
        return f"{self.old or 'no day'} -> {self.new or 'no day'}"


class Matter(Noun):
    """One thing that cannot wait, for one team of the recipient."""

    query: DigestQuery
    """With `previous_*` as the recipient was last told of this event, by whatever mail."""
    hit: Hit
    told: ToldAlert
    capped: bool = False
    """Whether it waits because a new risk of one of its providers was told on this day."""

    @property
    def kind(self) -> Kind:
        """What the reader has to do with it."""
        reason = self.told.alert.reason
        return "moved" if reason == "moved" else "lifted" if reason in ("lifted", "withdrawn") else "risk"

    @property
    def key(self) -> str:
        """What is told once ever to a recipient of a team."""
        alert = self.told.alert
        what: str = "withdrawn" if alert.reason == "withdrawn" else alert.stage
        if alert.reason == "moved":
            what = "/".join(["moved", *(str(move.new) if move.role == "effective" else f"comment/{move.new}" for move in self.moves)])
        return f"{alert.event}/{what}"

    @property
    def moves(self) -> list[Move]:
        """The days that moved, with what the recipient was last told of each."""
        before, now = self.before.dates if self.before else EventDates(), self.hit.event.dates
        roles = self.told.alert.moved or ("effective",)
        return [Move(role, getattr(before, role), getattr(now, role)) for role in roles]

    @property
    def before(self) -> Event | None:
        """The event as the recipient last heard of it."""
        return next((event for event in self.query.previous_events if event.id == self.hit.event.id), None)


def presses(exposures: Iterable[Exposure], now: datetime, timezone: str) -> bool:
    """Whether one of them is critical, or has a deadline that begins within 72 hours and is not over."""
    today = now.astimezone(ZoneInfo(timezone)).date()
    return any(
        one.level == "critical" or (one.deadline is not None and one.deadline >= today and day_begins(one.deadline, timezone) - now <= SOON)
        for one in exposures
    )


def is_held(matter: Matter) -> bool:
    """Whether the recipient's quiet hours hold it back now."""
    recipient, hit = matter.query.recipient, matter.hit
    until = quiet_until(recipient, matter.query.as_of)
    if until is None:
        return False
    due = hit.deadline is not None and day_begins(hit.deadline, recipient.timezone) < until
    return not (recipient.break_quiet and matter.kind == "risk" and hit.level == "critical" and due)


def why(matter: Matter) -> str:
    """What made it an alert, in words: `new; critical; due in 2 days`."""
    hit, query, reason = matter.hit, matter.query, matter.told.alert.reason
    if matter.kind == "moved":
        return "; ".join(f"{'end of comments' if move.role == 'comment' else 'day'} moved: {move.words}" for move in matter.moves)
    if matter.kind == "lifted":
        return "reports retracted" if reason == "withdrawn" else hit.event.stage
    said = [_WHY[reason]]
    if hit.level == "critical":
        said.append("critical")
    if hit.deadline is not None and day_begins(hit.deadline, query.recipient.timezone) - query.as_of <= SOON:
        said.append(f"due {hit.deadline}, within 72 hours")
    return "; ".join(said)


def alert_slot(matters: Sequence[Matter]) -> str:
    """The slot of an alert: the recipient's local day and zone, and what it is about; the same for the same matters."""
    query = matters[0].query
    about = message_id("alert", "", *sorted(f"{one.told.team}/{one.key}" for one in matters))
    return f"{query.slot[:10]}/{query.recipient.timezone}/{about[1:].partition('@')[0]}"


def compose_alert(matters: Sequence[Matter]) -> Digest:
    """The one mail about these matters of one recipient, the most urgent first."""
    ranked = sorted(matters, key=_urgency)
    first = ranked[0].query
    teams = list(dict.fromkeys(one.query.team.name for one in ranked))
    slot = alert_slot(ranked)
    return Digest(
        recipient=first.recipient.address,
        team=", ".join(teams),
        slot=slot,
        day=first.day,
        as_of=first.as_of,
        data_as_of=first.data_as_of,
        stale=first.stale,
        subject=_subject(ranked),
        preheader=_preheader(ranked),
        sections=tuple(_sections(ranked, len(teams) > 1)),
        footer=tuple(_footer(first)),
        base_url=first.base_url,
        message_id=message_id("alert", first.base_url, first.recipient.address, slot),
        kind="alert",
        stamp=_stamp(first),
        names=first.names,
        revisions=first.revisions,
        calendar_events=tuple({one.hit.event.id: one.hit.event for one in ranked if any(coming_days(one.hit.event))}.values()),
    )


def _urgency(matter: Matter) -> tuple[object, ...]:
    hit = matter.hit
    return (_KINDS.index(matter.kind), -LEVELS.index(hit.level), str(hit.deadline or "9999"), -hit.score, hit.event.id, matter.told.team)


def _subject(ranked: Sequence[Matter]) -> str:
    lead = ranked[0]
    query, hit = lead.query, lead.hit
    more = f" +{len(ranked) - 1}" if len(ranked) > 1 else ""
    stale = "[STALE] " if query.stale else ""
    if lead.kind == "moved":
        move = lead.moves[0]
        # Both ends of comments would leave no room for what it is about; the mail has both.
        days = f" comments close {move.new}" if move.role == "comment" else f" {move.words}"
        return fitted(f"{stale}[MOVED] ", sections.moved_title(query, hit), days, more, keeps_end=True)
    left = f" ({countdown(hit.deadline, query.day)})" if hit.deadline and lead.kind == "risk" else ""
    tag = hit.level.upper() if lead.kind == "risk" else "WITHDRAWN" if hit.event.withdrawn else "LIFTED"
    return fitted(f"{stale}[{tag}] ", sections.title(query, hit), left, more)


def _preheader(ranked: Sequence[Matter]) -> str:
    lead = ranked[0]
    more = f" And {plural(len(ranked) - 1, 'more matter')}." if len(ranked) > 1 else ""
    if lead.kind == "risk":
        return f"{sections.advice(lead.query, lead.hit)}.{more}"
    if lead.kind == "moved":
        move = lead.moves[0]
        earlier = "earlier" if move.old and move.new and move.new < move.old else "later"
        what = "Comments close" if move.role == "comment" else "The day is"
        return f"{what} {earlier} than we told you: {move.words}.{more}"
    if lead.hit.event.withdrawn:
        return f"What we told you no longer stands: look again at what you decided.{more}"
    return f"{sections.advice(lead.query, lead.hit)}.{more}"


def _sections(ranked: Sequence[Matter], several: bool) -> Iterator[DigestSection]:
    if problems := sections.problems(ranked[0].query):
        yield problems
    for kind in _KINDS:
        key, heading = _HEADINGS[kind]
        if entries := tuple(_entry(one, several) for one in ranked if one.kind == kind):
            yield DigestSection(key=key, heading=heading, entries=entries)
    risks = [one for one in ranked if one.kind == "risk"]
    seen: set[str] = set()
    for team in dict.fromkeys(one.told.team for one in risks):
        own = [one for one in risks if one.told.team == team]
        found = sections.offers(own[0].query, [one.hit for one in own])
        fresh = tuple(entry for entry in found.entries if entry.title not in seen) if found else ()
        if found and fresh:
            seen |= {entry.title for entry in fresh}
            yield found.model_copy(update={"entries": fresh})


def _entry(matter: Matter, several: bool) -> DigestEntry:
    query, hit = matter.query, matter.hit
    facts = [Fact(label="Team", text=query.team.name)] if several else []
    if matter.kind == "risk":
        card = sections.card(query, hit)
        return card.model_copy(update={"facts": (*facts, *card.facts)})
    if matter.kind == "moved":
        facts += _move(matter)
    elif hit.event.withdrawn:
        facts.append(Fact(label="Why", text=_withdrawal(hit)))
    else:
        facts.append(Fact(label="Since", text=_ended(hit.event)))
    facts += [sections.who(query, hit), sections.do(query, hit), *sections.triage(hit), *_proof(matter)]
    level = hit.level if matter.kind == "moved" else None
    return DigestEntry(level=level, title=sections.title(query, hit), facts=tuple(facts), url=sections.page(query, hit))


def _withdrawal(hit: Hit) -> str:
    if hit.event.withdrawn_by is None:
        return "The reports it rests on were retracted."
    told = "; ".join(hit.changes) or "decided by an analyst"
    return f"{told[:1].upper()}{told[1:]}."


def _move(matter: Matter) -> Iterator[Fact]:
    for role, old, day in matter.moves:
        left = f" ({countdown(day, matter.query.day)})" if day and day >= matter.query.day else ""
        what = "comments close " if role == "comment" else ""
        yield Fact(label="Moved", text=f"{what}{weekday(old) if old else 'no day'} -> {weekday(day) if day else 'no day'}{left}")


def _ended(event: Event) -> str:
    step = event.stages[-1]
    return f"{event.stage.replace('_', ' ').capitalize()} on {weekday(step.date)}"


def _proof(matter: Matter) -> Iterator[Fact]:
    """How sure it is, and the newest quote: that of a document which came after the recipient was told, where there is one."""
    event = matter.hit.event
    if event.withdrawn:
        return
    official = "an official source among them" if event.primary_source else "no official source yet"
    yield Fact(label="Proof", text=f"{plural(len(event.origins), 'independent origin')}, {official}")
    if event.evidence:
        best = max(event.evidence, key=lambda one: (one.document == matter.told.alert.document, one.retrieved_at, one.primary))
        yield sections.quote(best)


def _stamp(query: DigestQuery) -> str:
    local = query.as_of.astimezone(ZoneInfo(query.recipient.timezone))
    return f"alert, {long_day(local.date())}, {local:%H:%M} {query.recipient.timezone}"


def _footer(query: DigestQuery) -> Iterator[str]:
    who = query.recipient
    quiet = f"not from {who.quiet[:2]}:00 to {who.quiet[3:]}:00" if who.quiet else "at any hour"
    data = utc_minute(query.data_as_of) if query.data_as_of else "never"
    yield (
        "Told at once because it is critical or falls due within 72 hours, or corrects what was told so; "
        f"at most one new risk per provider and day, {quiet} {who.timezone}. Everything else waits for the digest."
    )
    yield f"You get this because the inventory lists {who.address}. Data as of {data}. Methodology {query.methodology_version}."
    yield "To stop alerts or to set quiet hours, edit `alerts` and `quiet` of this recipient in your inventory file and import it again."
