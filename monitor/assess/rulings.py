"""Threads as analysts want them: joined or cut against the automatic rule, believed or not, with fields put right.

In: threads of claims, decisions, and how claims become an event. Out: events with the decisions about them in their record.
Decisions are taken in their order, so that of two that contradict each other the later one holds; with none, nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from monitor.assess.anchors import Register
from monitor.assess.correct import corrected, frozen, reading
from monitor.assess.measure import Claim
from monitor.model import VERDICTS, Anchor, Event, EventDecision, Ruling, standing

Draw = Callable[[Sequence[Claim]], Event]


class Ruled(NamedTuple):
    """An event with the claims that tell it, and as they alone would have it."""

    event: Event
    claims: Sequence[Claim]
    read: Event


def ruled(threads: Sequence[Sequence[Claim]], decisions: Sequence[EventDecision], draw: Draw, names: Mapping[str, str]) -> list[Ruled]:
    """The events of these threads as decided; what was joined with another event follows as an event of its own, withdrawn."""
    held = standing(decisions)[::-1]
    if not held:
        return [Ruled(event, claims, event) for claims in threads for event in (draw(claims),)]
    parts = _Parts(threads, held)
    joined = [gone for decision in held if (gone := parts.take(decision)) is not None]
    found = {number: draw(claims) for number, claims in parts.all().items()}
    found |= _kept_ids(found, parts, held)
    about: dict[int, list[Ruling]] = {}
    for decision in held:
        for number in dict.fromkeys(parts.homes(decision)):
            about.setdefault(number, []).append(_ruling(decision, number, found, parts))
    known = {number: _applied(event, about[number], names) if number in about else event for number, event in found.items()}
    ids, claims_of = {event.id for event in known.values()}, parts.all()
    gone_events = {(event := draw(claims)).id: Ruled(_gone(event, decision), claims, event) for claims, decision in joined}
    alive = [Ruled(event, claims_of[number], found[number]) for number, event in known.items()]
    return [*alive, *(gone for key, gone in gone_events.items() if key not in ids)]


class _Parts:
    """Claims in parts, one per event; decisions join and cut them."""

    def __init__(self, threads: Sequence[Sequence[Claim]], held: Sequence[EventDecision]) -> None:
        self._claims = [claim for claims in threads for claim in claims]
        self._part = [number for number, claims in enumerate(threads) for _ in claims]
        self._next = len(threads)
        self._register = Register(enumerate(self._claims), held)

    def all(self) -> dict[int, list[Claim]]:
        """The claims of every part, in their order."""
        found: dict[int, list[Claim]] = {}
        for number, claim in zip(self._part, self._claims, strict=True):
            found.setdefault(number, []).append(claim)
        return found

    def home(self, anchors: Iterable[Anchor]) -> int | None:
        """The part that tells what the anchors say: where the one is that was known first, since ids rest on that."""
        numbers = self._found(anchors)
        return self._part[min(numbers, key=lambda n: self._claims[n].order)] if numbers else None

    def homes(self, decision: EventDecision) -> list[int]:
        """The parts that a decision is about."""
        sides = (self.home(decision.anchors), self.home(decision.others))
        return [number for number in sides if number is not None]

    def opens(self, number: int, anchors: Iterable[Anchor]) -> bool:
        """Whether the claim that was known first in this part is one of those that the anchors mean."""
        members = [n for n, part in enumerate(self._part) if part == number]
        return min(members, key=lambda n: self._claims[n].order) in self._found(anchors)

    def take(self, decision: EventDecision) -> tuple[list[Claim], EventDecision] | None:
        """Join or cut as decided; for a join the claims of the event that is no more, which is the one known later."""
        one, other = self.home(decision.anchors), self.home(decision.others)
        if decision.kind == "split" and one is not None and one == other:
            self._cut(one, decision)
        if decision.kind != "merge" or one is None or other is None or one == other:
            return None
        parts = self.all()
        stays, goes = sorted((one, other), key=lambda number: min(claim.order for claim in parts[number]))
        self._part = [stays if part == goes else part for part in self._part]
        return parts[goes], decision

    def _cut(self, part: int, decision: EventDecision) -> None:
        """Cut off what the decision names; of other documents each goes with the one most like it, and stays where that cannot be told."""
        off, rest = ({anchor.entry for anchor in side} for side in (decision.others, decision.anchors))
        members = {number: self._claims[number] for number, where in enumerate(self._part) if where == part}
        gone = [number for number, claim in members.items() if claim.report.document.entry in off]
        kept = [number for number, claim in members.items() if claim.report.document.entry in rest]
        for number in sorted(members.keys() - {*gone, *kept}):
            near, far = (max(_alike(members[number], members[n]) for n in side) for side in (kept, gone))
            if far > near:
                gone.append(number)
        for number in gone:
            self._part[number] = self._next
        self._next += 1

    def _found(self, anchors: Iterable[Anchor]) -> set[int]:
        return {number for anchor in anchors if (number := self._register.find(anchor)) is not None}


def _alike(claim: Claim, other: Claim) -> tuple[float, ...]:
    """How much two claims say the same, larger is more: one text, one official number, facts in common, days between them."""
    facts = zip(_facts(claim), _facts(other), strict=True)
    shared = sum(len(mine & theirs) / len(mine | theirs) for mine, theirs in facts if mine | theirs)
    apart = abs((claim.told - other.told).total_seconds())
    return (float(claim.reprint == other.reprint), float(bool(claim.official & other.official)), shared, -apart)


def _facts(claim: Claim) -> tuple[frozenset[object], ...]:
    signal = claim.report.signal
    kinds, name = frozenset((signal.type, *signal.beneath)), frozenset({signal.instrument.casefold()} - {""})
    return (claim.principals, claim.named, claim.issuers, frozenset(signal.affected), frozenset(signal.sectors), claim.days, kinds, name)


def _kept_ids(found: Mapping[int, Event], parts: _Parts, held: Iterable[EventDecision]) -> dict[int, Event]:
    """Events that a new reading of their first document would rename, under the id that a decision knows them by."""
    kept: dict[int, Event] = {}
    taken = {event.id for event in found.values()}
    for decision in held:
        number = parts.home(decision.anchors) if decision.kind in VERDICTS or decision.kind == "correct" else None
        if number is not None and number not in kept and decision.event not in taken and parts.opens(number, decision.anchors):
            kept[number] = found[number].model_copy(update={"id": decision.event})
            taken.add(decision.event)
    return kept


def _ruling(decision: EventDecision, number: int, found: Mapping[int, Event], parts: _Parts) -> Ruling:
    """The decision as the record of part `number` shows it, before those after it are heard."""
    homes = parts.homes(decision)
    others = {decision.event, decision.other} if decision.kind == "merge" else {found[n].id for n in homes}
    is_two = len(set(homes)) > 1
    return Ruling(
        number=decision.number,
        kind=decision.kind,
        author=decision.author,
        reason=decision.reason,
        recorded_at=decision.recorded_at,
        holds=(decision.kind == "merge") != is_two if decision.others else True,
        events=tuple(sorted(others - {found[number].id})) if decision.others else (),
        correction=decision.correction,
        read=reading(found[number], decision.correction) if decision.correction else None,
    )


def _applied(event: Event, rulings: Sequence[Ruling], names: Mapping[str, str]) -> Event:
    """The event as decided, with all decisions about it, also those that a later one overrules."""
    said: dict[str, int] = {field: one.number for one in rulings if one.correction for field in one.correction.values}
    verdict = next((one for one in reversed(rulings) if one.kind in VERDICTS), None)
    shown = []
    for one in rulings:
        overruled = (one.kind in VERDICTS and one is not verdict) or (one.correction is not None and one.number not in said.values())
        shown.append(one.model_copy(update={"holds": False}) if overruled else one)
    for one in rulings:
        event = corrected(event, one.correction, one.recorded_at, names) if one.correction else event
    halt = next(
        (one for one in rulings if one.number == said.get("stage") and one.correction and one.correction.stage == "suspended"), None
    )
    event = frozen(event, halt.recorded_at, names) if halt and "effective" not in said else event
    kind = verdict.kind if verdict else None
    return event.model_copy(
        update={
            "decisions": tuple(shown),
            "withdrawn": kind == "reject",
            "disputed": kind == "dispute" or (event.disputed and kind != "confirm"),
        }
    )


def _gone(event: Event, decision: EventDecision) -> Event:
    """What was joined with another event, under the id that it had."""
    said = Ruling(
        number=decision.number, kind=decision.kind, author=decision.author, reason=decision.reason, recorded_at=decision.recorded_at,
        events=tuple(sorted({decision.event, decision.other} - {event.id})),
    )  # fmt: skip
    return event.model_copy(update={"withdrawn": True, "decisions": (said,)})
