"""The sections of a digest: hits and a DigestQuery come in; headings, entries and facts in reading order go out.

Text and HTML are both laid out from these entries, so that neither can say more than the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal

from monitor.inform.hits import CUTTING, Hit
from monitor.inform.query import DigestQuery, utc_minute
from monitor.inform.wording import coming_days, countdown, headline, left_words, matter, offer_terms, plural, text_lang, weekday
from monitor.model import Alternative, Assessment, DecisionKind, Event, Evidence, Exposure, Level, Noun, System

SectionKey = Literal["problems", "watched", "act_now", "moved", "lifted", "changed", "new", "deadlines", "offers"]

MAX_CARDS = 10
MAX_LINES = 20
MAX_SYSTEMS = 6
MAX_QUOTE = 240
HORIZON_DAYS = 30


class Fact(Noun):
    """A labelled statement; `url` is where to check it."""

    label: str
    text: str
    url: str = ""


class DigestEntry(Noun):
    """One thing told: a title with its level, the facts below it and where to read on."""

    level: Level | None = None
    title: str
    note: str = ""
    """The countdown or score beside the title."""
    facts: tuple[Fact, ...] = ()
    url: str = ""


class DigestSection(Noun):
    """Entries under one heading; `more` counts what was cut off."""

    key: SectionKey
    heading: str
    entries: tuple[DigestEntry, ...]
    more: int = 0
    more_url: str = ""


def problems(query: DigestQuery) -> DigestSection | None:
    """Section 0: what we could not see; None when all sources answer and the data is fresh."""
    down = [source for source in query.sources if source.down]
    entries = []
    if query.stale:
        age = f"last complete data {utc_minute(query.data_as_of)}" if query.data_as_of else "no source was ever read"
        entries.append(DigestEntry(title="This digest may be incomplete", note=age, url=query.link("sources")))
    for source in down:
        since = f" since {utc_minute(source.since)}" if source.since else ""
        why = f" ({source.reason})" if source.reason else ""
        entries.append(DigestEntry(title=source.name, note=f"{source.state}{since}{why}"))
    return _section(query, "problems", "Data problems", entries, (10, "sources"))


def watched(query: DigestQuery) -> DigestSection | None:
    """Of a week without news: what is watched for the team, one line per system."""
    entries = [DigestEntry(title=system.id, note="; ".join(_uses(query, system))) for system in query.team.systems if system.dependencies]
    if not entries:
        return _section(query, "watched", "Watched for you", [DigestEntry(title="Nothing: the inventory lists no provider")], (1, ""))
    return _section(query, "watched", "Watched for you", entries, (MAX_LINES, "events"))


def _uses(query: DigestQuery, system: System) -> Iterator[str]:
    for use in system.dependencies:
        places = dict.fromkeys((*use.called_from, *use.users_in))
        yield f"{query.name_of(use.provider)} in {', '.join(places)}" if places else query.name_of(use.provider)


def act_now(query: DigestQuery, urgent: Sequence[Hit]) -> DigestSection | None:
    """Section 1: deadline within 14 days, or high and above; what was told before and moves no more is one line."""
    return _section(query, "act_now", "Act now", [card(query, hit) for hit in urgent], (MAX_CARDS, "events"))


def changed(query: DigestQuery, moved: Sequence[Hit]) -> DigestSection | None:
    """Section 2: what differs from the last digest and is not under "act now"."""
    entries = [
        DigestEntry(
            level=None if hit.gone else hit.level,
            title=title(query, hit),
            note=_alerted(query, hit),
            facts=(_changed(hit), *([when(query, hit)] if hit.deadline else []), *triage(hit)),
            url=page(query, hit),
        )
        for hit in moved
    ]
    return _section(query, "changed", "Changed since the last digest", entries, (MAX_LINES, "events"))


def new(query: DigestQuery, fresh: Sequence[Hit]) -> DigestSection | None:
    """Section 3: first told today, of lower severity; one line each."""
    entries = [
        DigestEntry(
            level=hit.level, title=title(query, hit), note=_note(query, hit), facts=(who(query, hit), *triage(hit)), url=page(query, hit)
        )
        for hit in fresh
    ]
    return _section(query, "new", "New, lower severity", entries, (MAX_LINES, "events"))


def deadlines(query: DigestQuery, told: Sequence[Hit]) -> DigestSection | None:
    """Section 4: every day of the next 30 on which something ends, starts or closes for the team."""
    rows = [(day, _names(query, hit), verb, hit) for hit in told if not hit.gone for _, verb, day in coming_days(hit.event)]
    entries = [
        DigestEntry(
            level=hit.level,
            title=f"{weekday(day)} {names}: {_matter(query, hit)}",
            note=f"{verb}, {countdown(day, query.day)}",
            url=page(query, hit),
        )
        for day, names, verb, hit in sorted(rows, key=lambda row: row[:3])
        if 0 <= (day - query.day).days <= HORIZON_DAYS
    ]
    return _section(query, "deadlines", f"Deadlines in the next {HORIZON_DAYS} days", entries, (MAX_LINES, "deadlines"))


def offers(query: DigestQuery, told: Sequence[Hit]) -> DigestSection | None:
    """Section 5: what the team can switch to where it is hit, each with its terms and its own level there."""
    hurting = [hit for hit in told if not hit.gone and hit.event.type != "relief"]
    pairs = {(exposure.provider, place) for hit in hurting for exposure in hit.exposures for place in exposure.jurisdictions}
    entries = [
        DigestEntry(title=f"Instead of {query.name_of(a.provider)} in {a.jurisdiction}", facts=tuple(_alternatives(query, a)))
        for a in sorted(query.assessments, key=lambda a: (-a.score, a.provider, a.jurisdiction))
        if (a.provider, a.jurisdiction) in pairs and a.alternatives
    ]
    return _section(query, "offers", "Alternatives and offers", entries, (MAX_CARDS, "events"))


_ENDED: Final[dict[DecisionKind, str]] = {"reject": "report rejected", "merge": "joined with another event"}


def title(query: DigestQuery, hit: Hit) -> str:
    """`OpenAI: API access from CN ends 2024-07-09`."""
    fact = headline(hit.event, _places(hit), query.day, _product(query, hit))
    if hit.event.withdrawn:
        ended = hit.event.withdrawn_by
        fact = f"{'report withdrawn' if ended is None else _ENDED[ended.kind]} ({fact})"
    return f"{_names(query, hit)}: {fact}"


def moved_title(query: DigestQuery, hit: Hit) -> str:
    """`OpenAI: API access from CN`, to be followed by days."""
    return f"{_names(query, hit)}: {_matter(query, hit)}"


def _matter(query: DigestQuery, hit: Hit) -> str:
    return matter(hit.event, _places(hit), _product(query, hit))


def _names(query: DigestQuery, hit: Hit) -> str:
    return " / ".join(dict.fromkeys(query.name_of(exposure.provider) for exposure in hit.exposures))


def _places(hit: Hit) -> list[str]:
    return sorted({place for exposure in hit.exposures for place in exposure.jurisdictions})


def _product(query: DigestQuery, hit: Hit) -> str:
    products = {use.product for exposure in hit.exposures if (use := query.dependency(exposure))}
    return products.pop() if len(products) == 1 else ""


def card(query: DigestQuery, hit: Hit) -> DigestEntry:
    """All that someone who has to act must know: what, who of theirs, by when, what to do, how sure."""
    brief = DigestEntry(level=hit.level, title=title(query, hit), note=_note(query, hit), url=page(query, hit))
    if not hit.news and not hit.changes and hit.deadline is None:
        return brief.model_copy(update={"facts": (Fact(label="Status", text="Unchanged since the last digest"),)})
    facts = [
        Fact(label="What", text=hit.event.title),
        who(query, hit),
        when(query, hit),
        do(query, hit),
        *triage(hit),
        *_proof(hit.event, query.recipient.language),
    ]
    if hit.changes:
        facts.insert(0, _changed(hit))
    return brief.model_copy(update={"facts": tuple(facts)})


def _changed(hit: Hit) -> Fact:
    told = "; ".join(hit.changes)
    return Fact(label="Changed", text=told[:1].upper() + told[1:])


def _note(query: DigestQuery, hit: Hit) -> str:
    was = f" (was {hit.score_before})" if hit.score_before is not None and hit.score_before != hit.score else ""
    left = f"{left_words(hit.deadline, query.day)}, " if hit.deadline else ""
    told = f"; {_alerted(query, hit)}" if _alerted(query, hit) else ""
    return f"{left}risk {hit.score}/100{was}{told}"


def _alerted(query: DigestQuery, hit: Hit) -> str:
    at = query.alerted.get(hit.event.id)
    return f"already told by an alert of {utc_minute(at)}" if at else ""


def who(query: DigestQuery, hit: Hit) -> Fact:
    """Which of the team's systems it hits, and how."""
    lines = [_use(query, exposure) for exposure in hit.exposures[:MAX_SYSTEMS]]
    if (more := len(hit.exposures) - MAX_SYSTEMS) > 0:
        lines.append(f"and {plural(more, 'more system')}")
    return Fact(label="You", text="; ".join(lines))


def triage(hit: Hit) -> Iterator[Fact]:
    """What people decided about it, and why it is told all the same."""
    told = dict.fromkeys(_decided(one) for one in hit.exposures if one.triage.number)
    if told:
        yield Fact(label="Triage", text="; ".join(told))


def _decided(exposure: Exposure) -> str:
    stands = exposure.triage
    expired = "acceptance expired" if stands.was == "accepted" else "expired"
    over = expired if stands.expired else stands.since_then
    return f"{stands.words} ({over})" if stands.was else stands.words


def _use(query: DigestQuery, exposure: Exposure) -> str:
    use = query.dependency(exposure)
    called = [place for place in exposure.jurisdictions if use and place in use.called_from]
    name, places = query.name_of(exposure.provider), ", ".join(exposure.jurisdictions)
    way = f"calls {name} from {', '.join(called)}" if called else f"uses {name} for users in {places}"
    return f"{exposure.system} {way} (criticality {exposure.criticality}, substitution {exposure.substitutability})"


def when(query: DigestQuery, hit: Hit) -> Fact:
    """The days it states, and where sources differ."""
    dates = hit.event.dates
    told = []
    if dates.effective:
        left = f" ({countdown(dates.effective, query.day)})" if dates.effective >= query.day else ""
        told.append(f"{'Effective' if left else 'In effect since'} {weekday(dates.effective)}{left}")
    if dates.comment and dates.comment >= query.day:
        told.append(f"Comments close {weekday(dates.comment)} ({countdown(dates.comment, query.day)})")
    told += [f"{role.capitalize()} in {month}" for role, month in sorted(dates.months.items()) if role != "announced"]
    conflicts = sorted((role, days) for role, days in hit.event.date_conflicts.items() if role != "announced")
    told += [f"Sources differ on the {role} day: {', '.join(map(str, days))}" for role, days in conflicts]
    return Fact(label="When", text="; ".join(told) or f"{hit.event.stage.replace('_', ' ').capitalize()}, no day stated")


def advice(query: DigestQuery, hit: Hit) -> str:
    """What to do about it, as one imperative sentence without a full stop."""
    effective = hit.event.dates.effective
    by = f"before {effective}" if effective and effective > query.day else "now"
    if hit.event.withdrawn or hit.event.type == "relief" or hit.event.stage in ("suspended", "rescinded"):
        return "Look again at decisions taken because of it"
    if hit.event.stage in ("rumoured", "proposed"):
        return "Read the draft, decide whether to comment, and prepare an exit"
    if hit.event.type not in CUTTING:
        return f"Have compliance check your use {by} and record a decision"
    known = _alternatives_to(query, hit)
    serving = [one for one in known if one.availability == "stated"]
    if serving:
        names = ", ".join(dict.fromkeys(query.name_of(one.provider) for one in serving[:4]))
        terms = ": terms below" if any(one.offers for one in serving) else ""
        return f"Move to an alternative {by} ({names}{terms}) or record a decision"
    lack = "No alternative is confirmed to serve you there" if known else "No alternative is known"
    return f"{lack}: plan for the outage {by} and record a decision"


def do(query: DigestQuery, hit: Hit) -> Fact:
    """What to do about it, with its page."""
    return Fact(label="Do", text=f"{advice(query, hit)}.", url=page(query, hit))


def _alternatives_to(query: DigestQuery, hit: Hit) -> list[Alternative]:
    pairs = {(e.provider, place) for e in hit.exposures for place in e.jurisdictions}
    return _ranked(x for a in query.assessments if (a.provider, a.jurisdiction) in pairs for x in a.alternatives)


def _proof(event: Event, language: str) -> Iterator[Fact]:
    official = "an official source among them" if event.primary_source else "no official source yet"
    by = {one.kind: f" by {one.author}" for one in event.decisions if one.holds}
    said = f"; confirmed{by['confirm']}" if event.confirmed else f"; disputed{by.get('dispute', '')}" if event.disputed else ""
    text = f"{plural(len(event.origins), 'independent origin')}, {official}; first seen {utc_minute(event.first_seen_at)}{said}"
    yield Fact(label="Proof", text=text)
    readable = sorted(event.evidence, key=lambda e: (text_lang(e.quote)[:2] != language[:2], not e.primary))
    if best := next(iter(readable), None):
        yield quote(best)


def quote(proof: Evidence) -> Fact:
    """The words of a source, and where they stand."""
    return Fact(label="Quote", text=f"“{shortened(proof.quote)}”", url=proof.url)


def _alternatives(query: DigestQuery, assessment: Assessment) -> Iterator[Fact]:
    ranked = _ranked(assessment.alternatives)
    for alternative in [a for a in ranked if a.offers][:MAX_LINES]:
        terms = [offer_terms(offer) for offer in alternative.offers if offer.until is None or offer.until >= query.day]
        terms += ["takes the same client"] if alternative.effort == "configuration" else []
        source = next((e.url for offer in alternative.offers for e in offer.evidence), "")
        yield Fact(label=query.name_of(alternative.provider), text="; ".join([*terms, _own_risk(alternative)]), url=source)
    for label, availability in (("No known offer", "stated"), ("Not confirmed", "unknown")):
        if bare := [a for a in ranked if not a.offers and a.availability == availability][:MAX_LINES]:
            yield Fact(
                label=label, text=_by_risk(query, bare) + ("" if availability == "stated" else " (nothing says that they serve there)")
            )


def _by_risk(query: DigestQuery, bare: Sequence[Alternative]) -> str:
    """Their names, those of one risk together."""
    named: dict[str, list[str]] = {}
    for one in bare:
        named.setdefault("" if one.level == "none" else _own_risk(one), []).append(query.name_of(one.provider))
    return "; ".join(", ".join(names) + (f", {'each ' if len(names) > 1 else ''}{risk}" if risk else "") for risk, names in named.items())


def _own_risk(alternative: Alternative) -> str:
    return "no known risk there" if alternative.level == "none" else f"own risk there {alternative.level} ({alternative.score}/100)"


def _ranked(alternatives: Iterable[Alternative]) -> list[Alternative]:
    return sorted(alternatives, key=standing_of)


def standing_of(one: Alternative) -> tuple[object, ...]:
    """Sorts those that serve there first, of them those with terms, the most concrete before the vague; among equals the safer."""
    return (one.availability != "stated", not one.offers, not any(offer.amount for offer in one.offers), one.score, one.provider)


def shortened(text: str) -> str:
    """A quote in one line, cut where it would fill a mail."""
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_QUOTE else flat[: MAX_QUOTE - 1].rstrip() + "…"


def page(query: DigestQuery, hit: Hit) -> str:
    """The event's page."""
    return query.link(f"events/{hit.event.id}")


def _section(
    query: DigestQuery, key: SectionKey, heading: str, entries: Sequence[DigestEntry], limit: tuple[int, str]
) -> DigestSection | None:
    if not entries:
        return None
    most, page = limit
    more = max(0, len(entries) - most)
    return DigestSection(key=key, heading=heading, entries=tuple(entries[:most]), more=more, more_url=query.link(page) if more else "")
