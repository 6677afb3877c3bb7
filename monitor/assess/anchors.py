"""Which claims a decision is about, in whatever way their texts are read today.

In: anchors and claims. Out: for each anchor the claim that it means; and anchors that no reading gives any more, though what they
say was confirmed or corrected.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from monitor.assess.measure import ACTIVE, EITHER, Act, Claim, Family, act_key, acts, claims, narrowed
from monitor.model import Anchor, EventDecision, Report, Signal, standing
from monitor.model.brief import Brief, SignalBrief

Key = tuple[str, str]
"""Entry and key of the measure: what one anchor is of."""
PINNING = frozenset({"confirm", "correct"})
"""Kinds of decision that keep a signal as it was read then, when it is not read any more."""


def anchors_of(told: Iterable[Claim]) -> tuple[Anchor, ...]:
    """The anchors that will find these claims again, in their order; equal ones of an entry once."""
    found: dict[Key, Anchor] = {}
    for claim in told:
        document = claim.report.document
        anchor = Anchor(document=document.id, entry=document.entry, signal=narrowed(claim), recorded_at=claim.report.recorded_at)
        found.setdefault(key_of(anchor), anchor)
    return tuple(found.values())


class Register:
    """The claims of the entries that decisions name, to look anchors up."""

    def __init__(self, known: Iterable[tuple[int, Claim]], decisions: Sequence[EventDecision]) -> None:
        wanted = {anchor.entry for decision in decisions for anchor in (*decision.anchors, *decision.others)}
        self._corrected = _corrected(decisions)
        self._known: dict[int, int | None] = {}
        self._of_entry: dict[str, list[tuple[int, Claim]]] = defaultdict(list)
        for number, claim in known:
            if (entry := claim.report.document.entry) in wanted:
                self._of_entry[entry].append((number, claim))

    def find(self, anchor: Anchor) -> int | None:
        """The number of the claim that the anchor means; None when its entry tells nothing like it any more."""
        if id(anchor) not in self._known:  # asked several times for each decision
            self._known[id(anchor)] = self._nearest(anchor)
        return self._known[id(anchor)]

    def _nearest(self, anchor: Anchor) -> int | None:
        own = self._corrected.get(key_of(anchor), frozenset())
        ranked = [(rank, -number) for number, claim in self._of_entry[anchor.entry] if (rank := _likeness(anchor, own, claim)) is not None]
        return -max(ranked)[1] if ranked else None


def key_of(anchor: Anchor) -> Key:
    """What makes two anchors the same."""
    return anchor.entry, act_key(anchor.signal, _act(anchor))


def lost(reports: Iterable[Report | Brief], decisions: Sequence[EventDecision]) -> list[Anchor]:
    """The anchors of decisions that hold and keep what they name, and that the reports do not give any more; each once."""
    entries = pinning(decisions)
    return unread([claim for report in reports if report.document.entry in entries for claim in claims(report)], decisions)


def pinning(decisions: Sequence[EventDecision]) -> frozenset[str]:
    """The entries of which decisions that hold keep what was read."""
    return frozenset(anchor.entry for decision in standing(decisions) if decision.kind in PINNING for anchor in decision.anchors)


def unread(told: Iterable[Claim], decisions: Sequence[EventDecision]) -> list[Anchor]:
    """The anchors of decisions that hold and keep what they name, and that none of these claims of their entries means; each once."""
    held = standing(decisions)
    kept = [anchor for decision in held if decision.kind in PINNING for anchor in decision.anchors]
    register = Register(enumerate(told), held)
    missing = {key_of(anchor): anchor for anchor in kept if register.find(anchor) is None}
    return [missing[key] for key in sorted(missing)]


def _corrected(decisions: Iterable[EventDecision]) -> Mapping[Key, frozenset[str]]:
    """Providers to whom corrections gave a part, by what was corrected: a later reading may well name those."""
    found: dict[Key, frozenset[str]] = defaultdict(frozenset)
    for decision in decisions:
        if decision.correction is not None:
            named = {p for p, role in decision.correction.providers.items() if role in ACTIVE or role == "alternative"}
            for anchor in decision.anchors if named else ():
                found[key_of(anchor)] |= named
    return found


def _act(anchor: Anchor) -> Act:
    return next(acts(anchor.signal))


def _likeness(anchor: Anchor, corrected: frozenset[str], claim: Claim) -> tuple[float, ...] | None:
    """How much the claim is what the anchor says, larger is better; None when it tells another measure."""
    act, signal = _act(anchor), claim.report.signal
    same = claim.key == act_key(anchor.signal, act)
    wanted = act.principals | corrected
    common, places = wanted & claim.principals, _places(anchor.signal) & _places(signal)
    fits = _fits(act.family, claim.family)
    if not same:
        if "mitigation" in (act.family, claim.family) and not fits:
            return None
        named = common if wanted and claim.principals else (wanted | claim.principals) & {*signal.providers, *anchor.signal.providers}
        nameless = not wanted and not claim.principals and (bool(places) or not (_places(anchor.signal) or _places(signal)))
        if not (named or (nameless and fits)) or not (fits or places):
            return None
    exact = same and claim.report.document.id == anchor.document
    kind, live = signal.type == anchor.signal.type, signal.background == anchor.signal.background
    return (float(exact), float(same), float(fits), float(len(common)), float(kind), float(live), float(len(places)), signal.confidence)


def _fits(one: Family, other: Family) -> bool:
    return one == other or {one, other} <= EITHER or "unknown" in (one, other)


def _places(signal: Signal | SignalBrief) -> frozenset[str]:
    return frozenset((*signal.issuing, *signal.affected))
