"""What alerts would have been sent: a team and an instant come in, what the present rules and inventory would have told until then go out.

The service's own rules go through the past once more, each instant with what was known then: first the digests that were due, for what a
digest told needs no alert, then what could not wait. Nothing is written. Whatever can change an answer is an instant of its own: something
learnt or settled, a midnight, a digest's hour, the end of quiet hours, 72 hours before a day. So it tells when an alert became due; the
service sends it with its next cycle.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from monitor.errors import NotFoundError
from monitor.inform.digest import Skipped, compose
from monitor.inform.notice import SOON, Matter, alert_slot, compose_alert, is_held, why
from monitor.inform.sections import title
from monitor.inform.slots import Slot, day_begins, due_slot, quiet_until
from monitor.inventory.exposure import owners
from monitor.model import Event, Fate, Firing, Instant, Mail, Noun, Recipient, Team, TriageFact
from monitor.pipeline.alerting import FRESH, Told, alerted_at, urgent
from monitor.pipeline.picture import Gallery, Known
from monitor.pipeline.world import World
from monitor.store import Session, events, inventory, sources, triage

PICTURES = 300
"""How many pictures are kept at once: readers look back at the instants of their last mails."""
Listed = Sequence[tuple[Team, Recipient]]


class Rehearsal(Noun):
    """What alerts would have told of a team after `since` and up to `as_of`, the newest first; `mails` is how many mails that makes."""

    team: str
    since: Instant
    as_of: Instant
    mails: int
    items: tuple[Firing, ...]


def rehearse(world: World, team: str | None, days: int, as_of: datetime) -> list[Rehearsal]:
    """What the present rules would have told of a team (None: of each) in the `days` before `as_of`, by the inventory known then.

    NotFoundError for a team that the inventory does not have.
    """
    with world.store.read() as tx:
        teams = inventory.inventory_as_of(tx, as_of)
        if team is not None and team not in {one.id for one in teams}:
            raise NotFoundError("team", team, "see `forewarned inventory show`")
        asked = [one for one in teams if team in (None, one.id)]
        # One mail is about all teams of its reader, and the cap counts over all of them.
        heard = {who.address for one in asked for who in one.recipients}
        listed = [(one, who) for one in teams for who in one.recipients if who.address in heard]
        stage = _Stage(world, tx, listed, as_of)
        stage.play()
    since = as_of - timedelta(days=days)
    return [_rehearsal(one, since, as_of, stage.firings) for one in asked]


def _rehearsal(team: Team, since: datetime, as_of: datetime, firings: Sequence[Firing]) -> Rehearsal:
    own = [one for one in firings if one.team == team.id and (one.sent_at or one.at) > since]
    items = sorted(own, key=lambda one: (one.sent_at or one.at, one.event, one.recipient), reverse=True)
    mails = {(one.recipient, one.sent_at) for one in own if one.sent_at}
    return Rehearsal(team=team.id, since=since, as_of=as_of, mails=len(mails), items=tuple(items))


class _Past:
    """All that was ever learnt of what can touch some teams, up to an instant; pictures of any time before are kept."""

    def __init__(self, world: World, tx: Session, teams: Sequence[Team], as_of: datetime) -> None:
        used = {use.provider for team in teams for system in team.systems for use in system.dependencies}
        parties = used.union(*(owners(provider, world.catalog.providers) for provider in used))
        ids = [event.id for event in events.events_concerning(tx, as_of, sorted(parties))]
        self._world, self._tx = world, tx
        self._chains = events.histories(tx, ids, as_of)
        self._learnt = {key: [at for at, _ in chain] for key, chain in self._chains.items()}
        self._triage = triage.triage_facts(tx, as_of)
        self.known = lru_cache(PICTURES)(self._known)

    @property
    def instants(self) -> set[datetime]:
        """When something was learnt of an event or decided about an exposure."""
        return {at for learnt in self._learnt.values() for at in learnt} | {fact.recorded_at for fact in self._triage}

    def learnt(self, after: datetime, until: datetime) -> dict[str, datetime]:
        """The events of which something was learnt after one instant and up to another, with when it was last."""
        newest = ((key, at[count - 1]) for key, at in self._learnt.items() if (count := bisect_right(at, until)))
        return {key: at for key, at in newest if at > after}

    def _known(self, at: datetime) -> Known:
        known: list[Event] = []
        for key in sorted(self._chains):
            if count := bisect_right(self._learnt[key], at):
                known.append(self._chains[key][count - 1][1])
        facts: tuple[TriageFact, ...] = tuple(fact for fact in self._triage if fact.recorded_at <= at)
        return Known(self._world, at, tuple(known), sources.data_as_of(self._tx, at), facts)


@dataclass
class _Memory:
    """What was told so far, in place of the outbox."""

    digests: dict[tuple[str, str], datetime] = field(default_factory=dict)
    mails: dict[str, list[Mail]] = field(default_factory=lambda: defaultdict(list))
    decided: set[tuple[str, str, str]] = field(default_factory=set)
    """Whose digest of which slot and team was sent or skipped."""
    told: set[tuple[str, str, str]] = field(default_factory=set)
    """Who heard of which matter of which team by an alert."""


class _Stage:
    """The past, gone through for these readers."""

    def __init__(self, world: World, tx: Session, listed: Listed, as_of: datetime) -> None:
        self._world, self._tx, self._listed, self._as_of = world, tx, listed, as_of
        self._past = _Past(world, tx, [team for team, _ in listed], as_of)
        self._memory = _Memory()
        self._held: dict[tuple[str, str, str], Firing] = {}
        self._ended: list[Firing] = []
        self._waiting: set[tuple[str, str, str]] = set()

    @property
    def firings(self) -> list[Firing]:
        """All that was told by alerts, or held back from one."""
        return [*self._ended, *self._held.values()]

    def play(self) -> None:
        """From the first that was ever learnt to the end."""
        marks = self._past.instants
        if not marks:
            return
        first = min(marks)
        # With nothing known, the digests before had nothing to tell.
        before = self._slots(first)
        self._memory.decided |= {(who.address, team.id, slot.key) for team, who, slot in before if slot.due_at < first}
        ticks = {mark for mark in _marks(self._listed, first, self._as_of) if first <= mark <= self._as_of}
        for at in sorted(marks | ticks | {self._as_of}):
            self._waiting = set()
            due = [(team, who, slot) for team, who, slot in self._slots(at) if slot.due_at <= at]
            learnt = self._past.learnt(at - FRESH, at)
            if due or learnt:
                pictures = Gallery(self._world, self._tx, at, self._past.known)
                self._digests(pictures, due)
                if learnt:
                    self._alerts(pictures, learnt)
            for key in self._held.keys() - self._waiting:
                self._end(key, "lapsed")

    def _slots(self, at: datetime) -> Iterator[tuple[Team, Recipient, Slot]]:
        for team, who in self._listed:
            slot = due_slot(who, at)
            if (who.address, team.id, slot.key) not in self._memory.decided:
                yield team, who, slot

    def _digests(self, pictures: Gallery, due: Sequence[tuple[Team, Recipient, Slot]]) -> None:
        memory, now = self._memory, pictures.now.as_of
        for team, who, slot in due:
            memory.decided.add((who.address, team.id, slot.key))
            if (who.address.casefold(), team.id) in pictures.left:
                continue
            told_at = memory.digests.get((who.address, team.id))
            query = pictures.query(team, who, f"{slot.key}/{team.id}", told_at)
            alerted = alerted_at(memory.mails.get(who.address, ()), team.id, told_at)
            if isinstance(compose(query.model_copy(update={"alerted": alerted})), Skipped):
                continue
            memory.digests[who.address, team.id] = now
            for key in [key for key in self._held if key[:2] == (who.address, team.id)]:
                self._end(key, "digest")

    def _alerts(self, pictures: Gallery, learnt: Mapping[str, datetime]) -> None:
        memory, now = self._memory, pictures.now.as_of
        told = Told(memory.digests, lambda email: memory.mails.get(email, ()))
        for email, matters in urgent(pictures, self._listed, told, learnt).items():
            open_ = [one for one in matters if _key(email, one) not in memory.told]
            for one in open_:
                if one.capped or is_held(one):
                    self._held.setdefault(_key(email, one), _firing(email, one, now))
                    self._waiting.add(_key(email, one))
            due = [one for one in open_ if not one.capped and not is_held(one)]
            if due:
                self._send(email, due, now)

    def _end(self, key: tuple[str, str, str], fate: Fate) -> None:
        self._ended.append(self._held.pop(key).model_copy(update={"fate": fate}))

    def _send(self, email: str, due: Sequence[Matter], now: datetime) -> None:
        subject = compose_alert(due).subject
        for one in due:
            key = _key(email, one)
            known = self._held.pop(key, None) or _firing(email, one, now)
            self._ended.append(known.model_copy(update={"fate": "sent", "sent_at": now, "subject": subject}))
            self._memory.told.add(key)
        mail = Mail(
            recipient=email, subject=subject, text="", html="", message_id=alert_slot(due), kind="alert", as_of=now,
            told=tuple(one.told for one in due),
        )  # fmt: skip
        self._memory.mails[email].append(mail)


def _key(email: str, matter: Matter) -> tuple[str, str, str]:
    return email, matter.told.team, matter.key


def _firing(email: str, matter: Matter, now: datetime) -> Firing:
    hit, told = matter.hit, matter.told
    return Firing(
        at=now,
        team=told.team,
        recipient=email,
        event=hit.event.id,
        title=title(matter.query, hit),
        reason=told.alert.reason,
        why=why(matter),
        level=hit.level,
        score=hit.score,
        providers=told.providers,
        deadline=hit.deadline,
        held="daily_cap" if matter.capped else "quiet_hours" if is_held(matter) else "",
    )


def _marks(listed: Listed, first: datetime, last: datetime) -> Iterator[datetime]:
    """The instants at which a clock alone may change what is told: midnights here and in UTC, digests, ends of quiet, 72 hours before."""
    for zone in {"UTC", *(who.timezone for _, who in listed)}:
        day = first.astimezone(ZoneInfo(zone)).date()
        for ahead in range((last - first).days + 6):
            begins = day_begins(day + timedelta(days=ahead), zone)
            yield begins
            yield begins - SOON
    for who in {who for _, who in listed}:
        moment = first
        while moment <= last + timedelta(days=1):
            yield due_slot(who, moment).due_at
            if ends := quiet_until(who, moment):
                yield ends
            moment += timedelta(hours=1)
