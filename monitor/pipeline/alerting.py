"""Events × inventory → alerts: what cannot wait for the next digest, one mail per recipient and round, each thing told once ever."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.assess.alert import alert, correction
from monitor.assess.stage import HALTED
from monitor.errors import NotFoundError
from monitor.inform.forms import alert_form, alert_parts
from monitor.inform.hits import Hit, hits
from monitor.inform.notice import Matter, alert_slot, is_held, presses
from monitor.inform.query import DigestQuery
from monitor.model import RISKS, Alert, Channel, Delivery, Event, Exposure, Mail, Recipient, Team, ToldAlert
from monitor.pipeline.picture import Gallery, out_of_reach, readers, signed_link
from monitor.pipeline.world import World
from monitor.store import Session, consents, events, links, outbox, slots
from monitor.store.dialect import serialise

FRESH = timedelta(hours=48)
"""What we learnt earlier is no news: a digest has told it, or the service lay still and the next one will."""


@dataclass(frozen=True)
class Told:
    """What recipients were told: the instant that the last digest told, by address and team, and their alerts, oldest first."""

    digests: Mapping[tuple[str, str], datetime]
    alerts: Callable[[str], Sequence[Mail]]

    @classmethod
    def from_outbox(cls, tx: Session, before: datetime | None = None) -> Told:
        """What really left or will; `before` is for a look back."""
        interrupted = outbox.interrupted(tx)
        return cls(outbox.last_told(tx, before), lambda email: outbox.alerts(tx, email, before) if email in interrupted else [])


@dataclass(frozen=True)
class _Reader:
    """A recipient of a team with what it was told: by the last digest at `told_at`, and by alerts, oldest first."""

    team: Team
    recipient: Recipient
    told_at: datetime | None
    mails: tuple[Mail, ...]

    @property
    def alerts(self) -> list[Alert]:
        """The alerts told for this team."""
        return [one.alert for mail in self.mails for one in mail.told if one.team == self.team.id]


def plan_alerts(world: World, now: datetime) -> Counter[str]:
    """A row in the outbox for each recipient whom something new cannot wait for; held ones are counted."""
    counts: Counter[str] = Counter()
    with world.store.read() as tx:
        fresh = events.recorded_since(tx, now - FRESH)
        if not fresh:
            return counts
        closed = out_of_reach(world, tx)
        unconfirmed = consents.pending(tx)
        found = urgent(Gallery(world, tx, now), readers(tx), Told.from_outbox(tx), fresh)
    for email, matters in found.items():
        if email.casefold() in unconfirmed:
            continue
        allowed = [one for one in matters if not one.capped]
        due = [] if email in closed else [one for one in allowed if not is_held(one)]
        counts["held"] += len(allowed) - len(due)
        if due:
            with world.store.write() as tx:
                counts["alerts"] += _queued(world, tx, due, now)
    return counts


def preview_alert(world: World, email: str, at: datetime) -> Mail | str:
    """The alert that `email` would get at `at`, quiet hours aside, or why none; NotFoundError when the inventory has no such address."""
    with world.store.read() as tx:
        known = {who.address for _, who in readers(tx) if who.address.casefold() == email.casefold()}
        if not known:
            raise NotFoundError("recipient", email, "import an inventory that lists it: forewarned inventory import FILE")
        fresh = events.recorded_since(tx, at - FRESH)
        asked = ((team, who) for team, who in readers(tx) if who.address in known)
        found = urgent(Gallery(world, tx, at), asked, Told.from_outbox(tx, at), fresh)
        matters = [one for name in sorted(found) for one in found[name] if not one.capped]
        if not matters:
            return "nothing_urgent"
        channel = world.channel(matters[0].query.recipient)
        return _mail(tx, alert_parts(matters, channel)[0], at, channel)


def alerted_at(mails: Sequence[Mail], team: str, since: datetime | None) -> dict[str, datetime]:
    """When each event was told by an alert after the last digest."""
    told = [(one.alert.event, mail.as_of) for mail in mails for one in mail.told if one.team == team]
    return {event: at for event, at in told if at is not None and (since is None or at > since)}


def urgent(
    pictures: Gallery, listed: Iterable[tuple[Team, Recipient]], told: Told, learnt: Mapping[str, datetime]
) -> dict[str, list[Matter]]:
    """What cannot wait, by address, of what was `learnt` lately about events; also what the cap or quiet hours hold back."""
    now = pictures.now
    first = {e.id for e in now.events if e.id in learnt and alert(e, (), now.as_of, now.around(e))}
    matters: dict[str, list[Matter]] = defaultdict(list)
    for team, recipient in listed:
        email = recipient.address
        if not recipient.alerts or (email.casefold(), team.id) in pictures.left:
            continue
        told_at = told.digests.get((email, team.id))
        fresh = {event for event, at in learnt.items() if told_at is None or at > told_at}
        if not fresh:
            continue
        reader = _Reader(team, recipient, told_at, tuple(told.alerts(email)))
        if _may_press(pictures, reader, fresh, first):
            matters[email] += _matters(pictures, reader, fresh)
    return {email: found for email, found in matters.items() if found}


def _may_press(pictures: Gallery, reader: _Reader, fresh: set[str], first: set[str]) -> bool:
    """Whether a closer look, which needs earlier pictures, can find anything; `first` would interrupt whoever was told nothing."""
    now = pictures.now
    hit = [one for one in now.judged_in(reader.team, reader.recipient.timezone) if one.event in fresh and not one.triage.settled]
    heard = max([at for at in (reader.told_at, *(mail.as_of for mail in reader.mails)) if at], default=None)
    if presses((one for one in hit if heard or one.event in first), now.as_of, reader.recipient.timezone):
        return True
    if heard is None:
        return False
    reached = {one.event for one in hit}
    used = {use.provider for system in reader.team.systems for use in system.dependencies}
    return any(
        event.first_seen_at <= heard and (event.id in reached or (event.withdrawn and used & set(event.providers)))
        for event in now.events
        if event.id in fresh
    )


def _matters(pictures: Gallery, reader: _Reader, fresh: set[str]) -> Iterator[Matter]:
    query = _query(pictures, reader)
    told = [*_told_by_digest(pictures, reader), *reader.alerts]
    busy = _providers_today(reader, query)
    for hit in hits(query):
        if hit.event.id not in fresh or not hit.reaches(reader.recipient.min_level):
            continue
        given = _alert(pictures, query, hit, told)
        providers = tuple(sorted({one.provider for one in hit.exposures}))
        if given is None:
            continue
        capped = given.reason in RISKS and bool(set(providers) & busy)
        yield Matter(query=query, hit=hit, told=ToldAlert(alert=given, team=reader.team.id, providers=providers), capped=capped)


def _alert(pictures: Gallery, query: DigestQuery, hit: Hit, told: Sequence[Alert]) -> Alert | None:
    """Why this hit interrupts this reader, by the one rule of what interrupts a person and by what presses the team; else None."""
    event, now, zone = hit.event, pictures.now, query.recipient.timezone
    mended = correction(event, told, now.as_of)
    if mended is not None and mended.reason == "withdrawn":
        return mended
    given = alert(event, told, now.as_of, now.around(event))
    if event.stage in HALTED:
        return given if given is not None and given.reason == "lifted" else None
    pressing = not hit.gone and presses(hit.exposures, now.as_of, zone)
    if given is not None and pressing and (hit.new or hit.changed):
        return given
    return mended


def _query(pictures: Gallery, reader: _Reader) -> DigestQuery:
    """What there is to tell, where each event's past is what the reader was last told of it, by whatever mail."""
    local_day = pictures.now.as_of.astimezone(ZoneInfo(reader.recipient.timezone)).date()
    query = pictures.query(reader.team, reader.recipient, str(local_day), reader.told_at)
    past: dict[str, Event] = {event.id: event for event in query.previous_events}
    hit: dict[str, list[Exposure]] = defaultdict(list)
    for exposure in query.previous_exposures:
        hit[exposure.event].append(exposure)
    for event, at in alerted_at(reader.mails, reader.team.id, reader.told_at).items():
        picture = pictures.at(at)
        past |= {one.id: one for one in picture.events if one.id == event}
        hit[event] = [one for one in picture.judged_in(reader.team, reader.recipient.timezone) if one.event == event]
    earlier = tuple(one for found in hit.values() for one in found)
    # New offers interrupt nobody; the digest tells them.
    known = {"previous_events": tuple(past.values()), "previous_exposures": earlier, "previous_assessments": query.assessments}
    return query.model_copy(update=known)


def _told_by_digest(pictures: Gallery, reader: _Reader) -> Iterator[Alert]:
    """What the last digest told that was worth an interruption and pressed the team: it needs none any more."""
    if reader.told_at is None:
        return
    before = pictures.at(reader.told_at)
    # Also what was settled then: its team knows it, and hears at once when it moves or ends.
    by_event: Mapping[str, list[Exposure]] = defaultdict(list)
    for exposure in before.exposures(reader.team):
        by_event[exposure.event].append(exposure)
    for event in before.events:
        if presses(by_event.get(event.id, ()), reader.told_at, reader.recipient.timezone):
            given = alert(event, (), reader.told_at, before.around(event))
            if given is not None:
                yield given


def _providers_today(reader: _Reader, query: DigestQuery) -> set[str]:
    """The providers for which an alert told a new risk on the reader's present day."""
    zone = ZoneInfo(reader.recipient.timezone)
    today = [mail for mail in reader.mails if mail.as_of and mail.as_of.astimezone(zone).date() == query.day]
    return {p for mail in today for one in mail.told if one.alert.reason in RISKS for p in one.providers}


def _queued(world: World, tx: Session, matters: Sequence[Matter], now: datetime) -> int:
    """How many messages were queued; what another sender or an earlier round told is left out."""
    serialise(tx, "alerts")
    recipient = matters[0].query.recipient
    untold = [one for one in matters if slots.take_slot(tx, f"alert/{recipient.address}/{one.told.team}", one.key, now)]
    channel, way = world.channel(recipient), world.way(recipient)
    parts = [(alert_slot(part), _mail(tx, part, now, channel)) for part in alert_parts(untold, channel) if part]
    return sum(
        outbox.plan(tx, Delivery(recipient=recipient.address, slot=slot, channel=way, due_at=now, mail=mail)) for slot, mail in parts
    )


def _mail(tx: Session, matters: Sequence[Matter], now: datetime, channel: Channel | None) -> Mail:
    told, query = tuple(one.told for one in matters), matters[0].query
    link = signed_link(links.unsubscribe_key(tx), query.base_url, query.recipient, {one.team for one in told})
    return alert_form(matters, channel, link).model_copy(update={"as_of": now, "told": told})
