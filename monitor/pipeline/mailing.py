"""Events × inventory → digests → outbox → mail: composed once per recipient and local day, sent at most once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from monitor.assess.constants import METHODOLOGY_VERSION
from monitor.assess.score import Question, score
from monitor.errors import DeliveryError, NotFoundError
from monitor.freshness import is_stale
from monitor.inform.digest import DigestQuery, Skipped, SourceHealth, compose
from monitor.inform.mail import message, send
from monitor.inform.render import render_digest
from monitor.inform.slots import due_slot
from monitor.inventory.exposure import exposures
from monitor.logs import log, warn
from monitor.model import Assessment, Delivery, Event, Exposure, Mail, Recipient, Team
from monitor.pipeline.owner import this_process
from monitor.pipeline.world import World
from monitor.store import Session, events, inventory, outbox, slots, sources

LEASE = timedelta(minutes=5)
SMTP_TIMEOUT_S = 30.0
# Minutes before a mail that was surely not taken is tried again; after the last one it has failed.
RETRY_AFTER_MIN = (1, 5, 15, 60, 240, 720)
# A digest that waited longer would report a day nobody asks about any more.
TOO_OLD = timedelta(hours=36)


@dataclass(frozen=True)
class Known:
    """What was known at one instant, and the scores that follow from it."""

    world: World
    as_of: datetime
    events: tuple[Event, ...]
    data_as_of: datetime | None

    @classmethod
    def at(cls, world: World, tx: Session, as_of: datetime) -> Known:
        """The picture of `as_of`."""
        return cls(world, as_of, tuple(events.events_as_of(tx, as_of)), sources.data_as_of(tx, as_of))

    def assess(self, provider: str, place: str) -> Assessment:
        """Score and alternatives of a pair."""
        key = (provider, place)
        if key not in self._scores:
            question = Question(
                provider=provider,
                jurisdiction=place,
                as_of=self.as_of,
                providers=self.world.catalog.providers,
                regions=self.world.catalog.members,
                stale=is_stale(self.data_as_of, self.as_of),
                data_as_of=self.data_as_of,
            )
            self._scores[key] = score(self.events, question)
        return self._scores[key]

    @cached_property
    def _scores(self) -> dict[tuple[str, str], Assessment]:
        return {}

    def exposures(self, team: Team) -> tuple[Exposure, ...]:
        """What hits this team."""
        catalog = self.world.catalog
        return tuple(exposures([team], self.events, self.assess, catalog.providers, self.as_of, catalog.members))


def preview(world: World, email: str, at: datetime) -> Mail | str:
    """The mail that `email` would get at `at`, or why none; of several teams the first that has news.

    NotFoundError when nobody of that address is in the inventory.
    """
    found: Mail | str | None = None
    with world.store.read() as tx:
        for team, recipient in _recipients(tx):
            if recipient.email.casefold() == email.casefold() and not isinstance(found, Mail):
                mail = _compose(world, tx, team, recipient, at)
                found = mail if isinstance(mail, Mail) or found is None else found
    if found is None:
        raise NotFoundError("recipient", email, "import an inventory that lists it: forewarned inventory import FILE")
    return found


def deliver(world: World) -> dict[str, int]:
    """Queue the digests that are due and hand over what is queued; counts by what became of them."""
    now = world.clock()
    counts: Counter[str] = Counter(dict.fromkeys(("planned", "skipped", "sent", "failed", "in_doubt", "waiting"), 0))
    with world.store.write() as tx:
        for team, recipient in _recipients(tx):
            if due_slot(recipient, now).due_at <= now:
                counts[_plan(world, tx, team, recipient, now)] += 1
    del counts["decided"]
    counts.update(_send_queued(world))
    return dict(counts)


def _recipients(tx: Session) -> Iterator[tuple[Team, Recipient]]:
    for team in inventory.inventory_as_of(tx, None):
        for recipient in team.recipients:
            yield team, recipient


def _key(slot: str, team: Team) -> str:
    """One digest per team: who serves two teams gets both pictures."""
    return f"{slot}/{team.id}"


def _plan(world: World, tx: Session, team: Team, recipient: Recipient, now: datetime) -> str:
    slot = _key(due_slot(recipient, now).key, team)
    # A slot is decided once, also when it is skipped: news of the afternoon belong into tomorrow morning's mail.
    if not slots.take_slot(tx, f"digest/{recipient.email}", slot, now):
        return "decided"
    mail = _compose(world, tx, team, recipient, now)
    if isinstance(mail, str):
        return "skipped"
    return "planned" if outbox.plan(tx, Delivery(recipient=recipient.email, slot=slot, due_at=now, mail=mail)) else "decided"


def _compose(world: World, tx: Session, team: Team, recipient: Recipient, at: datetime) -> Mail | str:
    """The rendered digest of this recipient's slot at `at`, or the reason for silence."""
    slot = due_slot(recipient, at)
    now = Known.at(world, tx, at)
    told_at = _last_told(tx, team, recipient, _key(slot.key, team), at)
    before = Known.at(world, tx, told_at) if told_at else None
    found = now.exposures(team)
    names = {source.id: source.name for source in world.sources}
    query = DigestQuery(
        recipient=recipient,
        team=team,
        slot=_key(slot.key, team),
        as_of=at,
        data_as_of=now.data_as_of,
        events=now.events,
        exposures=found,
        assessments=tuple(now.assess(p, place) for p, place in sorted({(e.provider, place) for e in found for place in e.jurisdictions})),
        previous_as_of=told_at,
        previous_events=before.events if before else (),
        previous_exposures=before.exposures(team) if before else (),
        names={provider.id: provider.name for provider in world.catalog.providers.values()},
        sources=tuple(
            SourceHealth(id=s.id, name=names.get(s.id, s.id), state=s.state, reason=s.reason or "", since=s.since)
            for s in sources.source_statuses(tx)
        ),
        methodology_version=METHODOLOGY_VERSION,
        base_url=world.settings.base_url,
    )
    digest = compose(query)
    return digest.reason if isinstance(digest, Skipped) else render_digest(digest).model_copy(update={"as_of": at})


def _last_told(tx: Session, team: Team, recipient: Recipient, slot: str, at: datetime) -> datetime | None:
    """The instant whose knowledge the last digest of an earlier slot told; a mail that never left told nothing."""
    told = [
        d.mail.as_of
        for d in outbox.deliveries(tx, recipient.email)
        if d.slot != slot and d.slot.endswith(f"/{team.id}") and d.state != "failed" and d.mail.as_of and d.mail.as_of < at
    ]
    return max(told, default=None)


def _send_queued(world: World) -> Counter[str]:
    """Claim what is queued, send it, mark it; without a server everything waits."""
    counts: Counter[str] = Counter()
    if world.settings.smtp_url is None:
        counts["waiting"] = _queued(world)
        return counts
    while True:
        now = world.clock()
        with world.store.write() as tx:
            # One at a time: what is claimed when the process dies counts as perhaps sent, and is never sent again.
            claimed = outbox.claim(tx, now, this_process(), LEASE, 1)
        if not claimed:
            counts["waiting"] = _queued(world)
            return counts
        for delivery in claimed:
            ended = _hand_over(world, delivery, world.settings.smtp_url.get_secret_value())
            with world.store.write() as tx:
                outbox.mark(tx, ended)
            if ended.state != "queued":
                counts[ended.state] += 1
            level = log if ended.state == "sent" else warn
            level("digest handed over", recipient=ended.recipient, slot=ended.slot, state=ended.state, reason=ended.reason)


def _queued(world: World) -> int:
    """How many mails still wait, for a server or for their next try."""
    with world.store.read() as tx:
        return sum(d.state == "queued" for d in outbox.deliveries(tx))


def _hand_over(world: World, delivery: Delivery, smtp_url: str) -> Delivery:
    """The delivery as one try left it: sent, failed, in doubt, or queued again for later."""
    now = world.clock()
    if delivery.mail.as_of and now - delivery.mail.as_of > TOO_OLD:
        return delivery.moved_to("failed", "waited too long; the next digest tells what is still true")
    try:
        result = send(message(delivery.mail, world.settings.mail_from, now), delivery.recipient, smtp_url, SMTP_TIMEOUT_S)
    except DeliveryError as error:  # an unusable address: no try can mend it, and the others must go out
        return delivery.moved_to("failed", str(error))
    if result.state != "retry":
        return delivery.moved_to(result.state, result.reason)
    if delivery.attempts > len(RETRY_AFTER_MIN):
        return delivery.moved_to("failed", f"given up after {delivery.attempts} tries: {result.reason}")
    pause = timedelta(minutes=RETRY_AFTER_MIN[delivery.attempts - 1])
    return delivery.model_copy(update={"state": "queued", "reason": result.reason, "due_at": now + pause})
