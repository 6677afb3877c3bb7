"""Rules and heads put together: signals that follow the heads where rules are silent or overruled.

What comes in: a reading, its page, the heads' verdict and the signals of the rules. What goes out: the document's signals.
Rules give the skeleton (which events, their offers and instruments); the heads decide relevance, and per field what they
are surer of. An event that only the heads see gets its evidence from the sentences they point at.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from monitor.model import MODIFIERS, EventDates, EventType, Offer, Quote, Role, Signal
from monitor.understand.jurisdiction import assumed_state
from monitor.understand.learned.encoder import Floats
from monitor.understand.learned.headline import HALTED_BY_COURTS, cuts_a_network, eased_by_title, is_halted_by_court, stage_by_title
from monitor.understand.learned.page import ROLES, SECTORS, STAGES, TYPES, Page
from monitor.understand.learned.terms import Term
from monitor.understand.learned.verdict import Verdict, day_chances
from monitor.understand.lexicon import phrase
from monitor.understand.needs import is_occasion, is_setting
from monitor.understand.offering import COUNTED_WITH, owners
from monitor.understand.reading import Line, Reading
from monitor.understand.regulator import kind_by_title

RELEVANT, SECONDED = 0.8, 0.7
"""The least probability of a relevant document: where heads stand alone, and where a rule tells of a live event too."""
FURTHER = 0.5
"""The least probability of a type beneath, a sector, a jurisdiction."""
SOME = 0.15
"""The same for the likeliest sector: a measure is about something."""
UNLIKELY, SURE, TOLD_AT_LENGTH = 0.15, 0.9, 0.5
"""A rule's event whose type the heads find less likely than the first is dropped, unless it stands beside others and the rule is as sure
as the second, or as the third in a text of several windows: heads look at the news of the day, a long article tells of more."""
SEVERAL = 2
"""Windows that a text which is no brief has more of."""
OWN_EVENT = 0.7
"""The least probability of a sentence that starts an event of its own beside the news of the day."""
DATED = 0.4
"""The least probability of a day, over all places of the text that name it."""
PLAIN_SURE = 0.85
"""How sure rules must be of what a headline tells plainly, for heads that find the text irrelevant to have no say."""
_PLAIN: frozenset[EventType] = frozenset({"service_ban", "data_privacy"})
_BY_AUTHORITY: frozenset[EventType] = frozenset({"licensing_regulation", "litigation", "antitrust"})
"""What rules call a firm's settlement with an authority or its plea, a state's suit, and a court's ruling on a monopoly."""
_OF_AUTHORITIES = {
    "lr.settled": "reconcile.settled", "lr.state-suit": "reconcile.sued", "lr.plea": "reconcile.pleads", "at.ruled": "reconcile.ruled",
    "at.law": "reconcile.charged",
}  # fmt: skip
"""Cues of these, with the phrase that a headline must have beside."""
_SPOKEN_OF: dict[EventType, str] = {"antitrust": "reconcile.competition", "data_privacy": "reconcile.privacy", "relief": "reconcile.relief"}
"""The phrase that a text on a measure of this kind has somewhere."""
_TRADE: frozenset[EventType] = frozenset({"export_control", "investment_restriction"})
TITLE = 300
"""Letters before a name in a title that tell its part in it."""
NOT_NAMED = 0.5
"""A doubtful name counts when the heads find "no provider here" less likely than this."""


def named_providers(page: Page, verdict: Verdict) -> frozenset[str]:
    """The providers of a page that are really meant."""
    return frozenset(e.key for e, row in zip(page.providers, verdict.roles, strict=True) if row[len(ROLES)] < NOT_NAMED)


def reconciled(reading: Reading, page: Page, verdict: Verdict, found: Sequence[Signal]) -> list[Signal]:
    """The signals of a document: live ones only when the heads find it relevant, history as the rules told it."""
    past = [s for s in found if s.background]
    live = [s for s in found if not s.background]
    if verdict.relevant < (SECONDED if live else RELEVANT):
        return past
    return [*_Case(reading, page, verdict, _cutting(reading, live)).settled(live), *past]


def _cutting(reading: Reading, live: Sequence[Signal]) -> frozenset[str]:
    """Providers that the headline has for a subject and rules read as cutting users off themselves."""
    title = reading.lines[0]
    if not phrase("reconcile.own-act").search(title.masked):
        return frozenset()
    named = {mention.provider for mention in title.mentions}
    acting = {p for s in live if s.type == "access_restriction" for p, role in s.providers.items() if role == "restricting"}
    return frozenset(named & acting)


def plainly_told(reading: Reading, found: Sequence[Signal]) -> list[Signal]:
    """Bans and data-protection decisions that rules are sure of and that the headline tells in plain words.

    Heads overlook short items on fines and bans; where the headline leaves nothing to misread, they have no veto.
    """
    title, by_authority = reading.lines[0].sentence.text, _is_by_authority(reading)
    is_plain = by_authority or bool(phrase("reconcile.plain").search(title))
    is_plain = is_plain or bool(phrase("reconcile.to-ban").search(reading.lines[0].masked))
    if not is_plain or phrase("reconcile.not-plain").search(phrase("reconcile.ruled").sub(" ", title)):
        return []
    titled = {hit.cue.type for hit in reading.lines[0].hits}
    is_cut = cuts_a_network(reading.lines[0])
    named = {mention.provider for mention in reading.lines[0].mentions}
    plain = _PLAIN | _BY_AUTHORITY if by_authority else _PLAIN
    told = (_of_title(s, named) for s in found if s.type in plain and titled & {s.type, *s.beneath} and s.confidence >= PLAIN_SURE)
    told = (s.model_copy(update={"stage": "in_force"}) if is_cut and s.type == "service_ban" and not named else s for s in told)
    return [s for s in told if _is_decided(s, is_cut)]


def _is_by_authority(reading: Reading) -> bool:
    """Whether the headline tells that a firm pays an authority or pleads guilty, that a state sues it, or what a court finds it to be."""
    title = reading.lines[0]
    cues = {hit.cue.id for hit in title.hits}
    return any(cue in cues and phrase(name).search(title.masked) for cue, name in _OF_AUTHORITIES.items())


def _of_title(signal: Signal, named: Collection[str]) -> Signal:
    """The signal as the title tells it: whom only the text below names is not hit by the news."""
    return signal.model_copy(update={"providers": {p: role if p in named else "mentioned" for p, role in signal.providers.items()}})


def _is_decided(signal: Signal, is_cut: bool) -> bool:
    """Whether a state acts, on a named firm or, `is_cut`, on a network as a whole."""
    decided = not signal.background and signal.modality == "asserted" and signal.stage not in ("rumoured", "proposed")
    hits = "targeted" in signal.providers.values() or (is_cut and signal.type == "service_ban")
    return decided and hits and bool(signal.issuing)


@dataclass(frozen=True)
class _Case:
    reading: Reading
    page: Page
    verdict: Verdict
    cutting: frozenset[str]

    def settled(self, live: list[Signal]) -> list[Signal]:
        kept = self._kept(live)
        lead = self._lead(kept, self._kind(live))
        rest = list(kept)
        told = {t for s in (lead, *rest) for t in (s.type, *s.beneath)}
        rest += [self._event(kind, lines) for kind, lines in self._further() if kind not in told]
        lead = self._fitted(lead, rest)
        return [lead, *rest]

    # ------------------------------------------------ which events
    def _primary(self) -> EventType:
        return TYPES[int(np.argmax(self.verdict.primary))]

    def _kind(self, live: Sequence[Signal]) -> EventType:
        """The type of the news of the day. Heads call suits and probes of every kind antitrust, and fines data_privacy: where an English
        text has no word of competition or of data, what rules read instead counts.
        """
        kind = self._primary()
        roles = self._roles().values()
        if kind == "service_ban" and "restricting" in roles and "targeted" not in roles:
            return "access_restriction"  # who shuts users out of its own service is no government
        if kind in HALTED_BY_COURTS and self._is_halted_by_court:
            return "litigation"
        if official := kind_by_title(self.reading.document):
            return official
        if kind == "sanctions_listing" and phrase("reconcile.delisted").search(self.reading.lines[0].masked):
            return "relief"
        if kind == "service_ban" and phrase("reconcile.sell-off").search(self.reading.lines[0].masked):
            return "antitrust" if self._speaks_of("antitrust") else "divestiture"
        if kind == "service_ban" and phrase("reconcile.content-order").search(self.reading.lines[0].masked):
            return "licensing_regulation"
        if kind == "antitrust" and "targeted" not in roles and phrase("reconcile.law").search(self.reading.lines[0].masked):
            return "licensing_regulation"  # a law that asks for fair dealing is no case against anybody
        if self.reading.lang != "en" or kind not in _SPOKEN_OF or self._speaks_of(kind):
            return kind
        read = [s for s in live if s.type != kind]
        if read:
            return max(read, key=lambda s: (s.type not in MODIFIERS, s.confidence)).type
        return next((t for s in live for t in s.beneath if kind in MODIFIERS and t not in MODIFIERS), kind)

    @property
    def _is_halted_by_court(self) -> bool:
        return is_halted_by_court(self.reading.lines[0])

    def _speaks_of(self, kind: EventType) -> bool:
        if kind == "relief" and phrase("reconcile.stands").search(self.reading.lines[0].masked):
            return False
        if kind == "antitrust" and phrase("reconcile.security-review").search(self.reading.lines[0].masked):
            return False
        return bool(phrase(_SPOKEN_OF[kind]).search(self.reading.text.norm))

    def _kept(self, live: list[Signal]) -> list[Signal]:
        chance = dict(zip(TYPES, self.verdict.types, strict=True))
        least = 1.0 if len(live) == 1 else TOLD_AT_LENGTH if self._long else SURE
        return [s for s in live if chance[s.type] >= UNLIKELY or s.type == self._primary() or s.confidence >= least]

    def _lead(self, kept: list[Signal], kind: EventType) -> Signal:
        """The news of the day; a signal of the rules that becomes it is taken out of `kept`."""
        same = [s for s in kept if s.type == kind] or [s for s in kept if kind in s.beneath]
        if same:
            lead = max(same, key=lambda s: s.confidence)
            kept[:] = [s for s in kept if s is not lead]
            return lead.model_copy(update={"type": kind, "beneath": tuple(t for t in (lead.type, *lead.beneath) if t != kind)})
        single = [s for s in kept if s.type not in MODIFIERS]
        if len(single) == 1 and len(kept) == 1:
            kept.clear()
            return single[0].model_copy(update={"type": kind, "beneath": ()})
        return self._event(kind, self._lines_of(kind))

    def _lines_of(self, kind: EventType) -> list[Line]:
        """The body sentences that carry a type best."""
        return self._best(self.verdict.sentence_types[:, TYPES.index(kind)])

    def _best(self, scores: Floats) -> list[Line]:
        """The body sentence of the greatest score, and a second that is nearly as sure; the title only where there is no body."""
        order = sorted(range(len(scores)), key=lambda i: (self.page.lines[i] == 0, -scores[i]))
        best = order[:1] + [i for i in order[1:2] if self.page.lines[i] and scores[i] > max(0.5, 0.8 * scores[order[0]])]
        return [self.reading.lines[self.page.lines[i]] for i in sorted(best)]

    def _further(self) -> list[tuple[EventType, list[Line]]]:
        """Types that some sentence tells of for itself."""
        chance = self.verdict.sentence_types
        found: dict[EventType, list[Line]] = {}
        for i, line in enumerate(self.page.lines):
            best = int(np.argmax(chance[i]))
            if line and chance[i][best] >= OWN_EVENT and self.verdict.types[best] >= FURTHER and self.verdict.history[i] < 0.5:
                found.setdefault(TYPES[best], []).append(self.reading.lines[line])
        return list(found.items())

    def _event(self, kind: EventType, lines: list[Line]) -> Signal:
        """A bare event; what it holds is filled in by the fields' heads, from the names in its own sentences."""
        near = {m.provider for line in lines for m in line.mentions}
        places = {j for line in lines for p in line.places for j in p.ids}
        roles: dict[str, Role] = {p: r for p, r in self._roles().items() if p in near}
        issuing, affected = self._places()
        return Signal(
            type=kind, providers=roles,
            issuing=tuple(j for j in issuing if j in places), affected=tuple(j for j in affected if j in places),
            stage=self._stage(), sectors=self._sectors(), confidence=self._confidence(),
            evidence=tuple(self._quote(line) for line in lines[:2]),
        )  # fmt: skip

    # ------------------------------------------------ what the news of the day holds
    def _fitted(self, lead: Signal, rest: list[Signal]) -> Signal:
        roles, (issuing, affected) = self._roles(), self._places()
        every = (lead, *rest)
        offers = self._offers([o for s in every for o in s.offers]) if "mitigation" in {s.type for s in every} else []
        for i, signal in enumerate(rest):
            rest[i] = signal.model_copy(
                update={
                    "offers": tuple(o for o in offers if signal.providers.get(o.provider) == "alternative")
                    if signal.type == "mitigation"
                    else (),
                    "providers": {p: role for p, role in signal.providers.items() if p in roles}
                    if signal.confidence >= SURE or signal.type == "mitigation"
                    else {p: self._agreed(p, role, roles) for p, role in signal.providers.items()},
                    "issuing": tuple(j for j in signal.issuing if j in issuing),
                    "affected": tuple(j for j in signal.affected if j in affected),
                    "sectors": signal.sectors
                    if signal.confidence >= TOLD_AT_LENGTH and self._long
                    else tuple(s for s in signal.sectors if s in self._sectors()) or signal.sectors,
                }
            )
        given = [o for s in rest for o in s.offers]
        held = {p for s in rest for p, role in s.providers.items() if role != "mentioned"}
        elsewhere = {"issuing": {j for s in rest for j in s.issuing}, "affected": {j for s in rest for j in s.affected}}
        sectors = {x for s in rest if self._long and s.type != lead.type for x in s.sectors}
        beneath = [t for t in self._beneath() if t != lead.type and t not in {s.type for s in rest}]
        keep = lead.providers if rest else {}
        if lead.type == "mitigation" and any(s.type == "mitigation" for s in rest):
            held |= {p for s in rest for p in s.providers if roles.get(p) == "alternative"}  # one offer is one event
            keep = {p: role for p, role in lead.providers.items() if role != "mentioned"}
            roles |= {p: role for s in rest for p, role in s.providers.items() if role == "restricting" and p in roles}
        parts = {p: r for p, r in roles.items() if p not in held or p in keep}
        return lead.model_copy(
            update={
                "beneath": tuple(beneath),
                "providers": parts,
                "issuing": tuple(j for j in issuing if j not in elsewhere["issuing"] or j in lead.issuing),
                "affected": tuple(j for j in affected if j not in elsewhere["affected"] or j in lead.affected) or lead.affected,
                "stage": self._stage(),
                "dates": self._dates(lead, {s.dates.announced for s in rest if self._long and s.type != lead.type}),
                "sectors": tuple(x for x in self._sectors() if x not in sectors or x in lead.sectors) or lead.sectors,
                "offers": tuple(o for o in offers if o not in given and parts.get(o.provider) == "alternative")
                if lead.type == "mitigation"
                else (),
                "evidence": self._evidence(lead),
                "confidence": self._confidence(),
            }
        )

    @property
    def _long(self) -> bool:
        return len(self.page.windows) > SEVERAL

    def _agreed(self, provider: str, role: Role, roles: dict[str, Role]) -> Role:
        return roles.get(provider, role) if role != "mentioned" else role

    def _beneath(self) -> list[EventType]:
        chance = self.verdict.types
        told = [TYPES[i] for i in np.argsort(-chance) if chance[i] >= FURTHER]
        is_law = self._is_halted_by_court and MODIFIERS.issuperset((self._primary(), *told))
        if self._primary() == "relief" and MODIFIERS.issuperset(told):
            told += eased_by_title(self.reading.lines[0])
        return [*told, "licensing_regulation"] if is_law else told

    def _roles(self) -> dict[str, Role]:
        found: dict[str, Role] = {}
        for entity, row in zip(self.page.providers, self.verdict.roles, strict=True):
            if row[len(ROLES)] < NOT_NAMED:
                role = ROLES[int(np.argmax(row[: len(ROLES)]))]
                found[entity.key] = "mentioned" if role in ("targeted", "affected") and self._is_occasion(entity.key) else role
        hit = {p for p, role in found.items() if role == "targeted"}
        if hit and hit <= self.cutting and self._primary() in ("service_ban", "access_restriction"):
            found |= dict.fromkeys(hit, "restricting")  # nobody is hit but who acts: it cuts users off
        return found

    def _is_occasion(self, provider: str) -> bool:
        """Whether the provider stands only in what another firm is punished for ("fines app for sharing data with …"), which the headline
        tells, or in a comparison ("a weapon honed against …").
        """
        title = self.reading.lines[0]
        told = [
            (line.masked, m.start - line.sentence.start) for line in self.reading.lines for m in line.mentions if m.provider == provider
        ]
        if told and all(phrase("reconcile.compared").search(masked[max(0, start - TITLE) : start]) for masked, start in told):
            return True
        spans = [m.start - title.sentence.start for m in title.mentions if m.provider == provider]
        return bool(spans) and all(phrase("reconcile.occasion").search(title.masked[max(0, start - TITLE) : start]) for start in spans)

    def _places(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        keys = [e.key for e in self.page.places]
        is_trade = self._primary() in _TRADE
        named = [
            (code, is_setting(line, place) or (not is_trade and is_occasion(line, place)))
            for line in self.reading.lines
            for place in line.places
            for code in place.ids
        ]
        scene = {code for code, is_scene in named if is_scene} - {code for code, is_scene in named if not is_scene}
        issuing = tuple(k for k, p in zip(keys, self.verdict.issuing, strict=True) if p >= FURTHER) or assumed_state(self.reading)
        return issuing, tuple(k for k, p in zip(keys, self.verdict.affected, strict=True) if p >= FURTHER and k not in scene)

    def _stage(self) -> str:
        return stage_by_title(STAGES[int(np.argmax(self.verdict.stage))], self._primary(), self.reading.lines[0])

    def _sectors(self) -> tuple[str, ...]:
        rows = sorted(zip(SECTORS, self.verdict.sectors, strict=True), key=lambda row: -row[1])
        # "High tech" in a headline on trade is, above all, the likeliest of the sectors, however unlikely each of them is.
        least = 0.0 if self._primary() in _TRADE and phrase("reconcile.tech").search(self.reading.lines[0].sentence.text) else SOME
        return tuple(s for s, p in rows if p >= FURTHER or (p >= least and (s, p) == rows[0]))

    def _dates(self, lead: Signal, others: Collection[date | None]) -> EventDates:
        """The days that heads choose; `others` are days on which further events were announced."""
        days: dict[str, date] = {}
        for name, chances in day_chances(self.page, self.verdict).items():
            best = max(chances, key=chances.__getitem__, default=None)
            if best is None or chances[best] < DATED:
                continue
            if name != "announced" or best not in others or best == lead.dates.announced:
                days[name] = best
        months = {role: month for role, month in lead.dates.months.items() if role not in days}
        return EventDates(announced=days.get("announced"), effective=days.get("effective"), comment=days.get("comment"), months=months)

    def _offers(self, told: Sequence[Offer]) -> list[Offer]:
        """The terms that heads take for an offer, each with who offers it by text or rules; a way out without terms is a service."""
        offering = [p for p, role in self._roles().items() if role == "alternative"]
        meant = [term for term, chance in zip(self.page.terms, self.verdict.offers, strict=True) if chance >= FURTHER]
        found = [Offer(provider=p, kind=t.kind, amount=t.amount, until=t.until) for t in meant for p in self._owners(t, offering)]
        terms = {(t.kind, t.amount) for t in meant if t.amount}
        found += [o for o in told if (o.kind, o.amount) in terms and o.provider in offering]  # two may offer the same
        held = {o.provider for o in found}
        found += [Offer(provider=p, kind="migration_service") for p in offering if p not in held]
        kept: dict[tuple[str, str, str | None], Offer] = {}
        priced = {(o.provider, kind) for o in found if o.amount for kind in COUNTED_WITH.get(o.kind, (o.kind,))}
        for offer in sorted(found, key=lambda o: o.until is None):
            if offer.amount or (offer.provider, offer.kind) not in priced:
                kept.setdefault((offer.provider, offer.kind, offer.amount), offer)
        return list(kept.values())

    def _owners(self, term: Term, offering: list[str]) -> list[str]:
        """Who offers a term: those the sentence gives it to, else the last alternative before it, else the only or first one."""
        named = owners(self.reading, self.reading.lines[term.line], term.start)
        if named and not set(named) & set(self._roles()):
            return []  # whoever the sentence gives it to is no provider here: it is nobody else's
        told = [p for p in named if p in offering]
        before = [m.provider for m in self.reading.mentions if m.start < term.start and m.provider in offering]
        return told or before[-1:] or offering[:1]

    def _evidence(self, lead: Signal) -> tuple[Quote, ...]:
        """The sentences the heads point at, then those of the rules: three in all."""
        pointed = [self._quote(line) for line in self._best(self.verdict.carries)]
        rows = {(q.start, q.end): q for q in (*pointed, *lead.evidence)}
        return tuple(rows.values())[:3]

    def _quote(self, line: Line) -> Quote:
        return self.reading.text.quote(line.sentence.start, line.sentence.end)

    def _confidence(self) -> float:
        return round(float(self.verdict.relevant), 2)
