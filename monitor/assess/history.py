"""The stages a measure went through, told by its claims.

In: the claims of one measure. Out: an account of it: what counts, who told it, its stage and the dated steps that led there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from monitor.assess.constants import CONFIDENCE_WEIGHT, NEWS_CYCLE_DAYS
from monitor.assess.corroborate import Chorus, chorus
from monitor.assess.facts import Substance, current, is_primary, is_relief, substance, supported, tier
from monitor.assess.headline import enacts, is_listing, is_plain, told_by
from monitor.assess.kinship import Kinship
from monitor.assess.measure import ACTIVE, Claim
from monitor.assess.stage import HALTED, advanced
from monitor.assess.tally import outweighs
from monitor.assess.wave import LENGTH, PLAIN_CONFIDENCE, TAKEN, Spoken, wave
from monitor.model import MODIFIERS, Stage, StageStep, Wave
from monitor.model.brief import DocumentBrief

_CYCLE = timedelta(days=NEWS_CYCLE_DAYS)
_WAVES = 2 * LENGTH
"""How far back a wave looks: over itself and the days before it."""


@dataclass
class _Step:
    stage: Stage
    day: date
    told: datetime
    claims: list[Claim] = field(default_factory=list)


class _Said(NamedTuple):
    """A report of news with the stage it moves the measure to, who tells it, and when its text was first told."""

    claim: Claim
    stage: Stage | None
    voice: int
    told: datetime
    primary: bool


@dataclass(frozen=True)
class Account:
    """The current claims of one measure with what is derived from them once."""

    claims: tuple[Claim, ...]
    core: Substance
    chorus: Chorus[DocumentBrief]
    """Who tells what counts."""
    everyone: Chorus[DocumentBrief]
    """Who tells anything of it, relief, denials and background included."""
    past: History

    @cached_property
    def telling(self) -> Mapping[int, tuple[int, float, bool]]:
        """By identity of each claim: whose voice of `everyone` it is, how clear, and whether it is primary."""
        return {id(claim): (self.everyone.voice(claim.report.document), claim.clarity, claim.primary) for claim in self.claims}


@dataclass(frozen=True)
class History:
    """Stage, steps, and when the measure was last halted (None: never)."""

    stage: Stage
    steps: tuple[StageStep, ...]
    halted: datetime | None = None
    wave: Wave | None = None


def account(claims: Sequence[Claim], kin: Kinship) -> Account:
    """What the claims amount to: newest revisions, the claims that carry facts, their copies, origins and stages."""
    told = current(claims)
    core = substance(told)
    voices = chorus([c.report.document for c in core.claims], kin)
    everyone = voices if len(core.claims) == len(told) else chorus([c.report.document for c in told], kin)
    return Account(tuple(told), core, voices, everyone, history(told, core, everyone))


def history(claims: Sequence[Claim], core: Substance, voices: Chorus[DocumentBrief]) -> History:
    """The most advanced stage asserted as news, in order of publication; a later halt wins, and only new facts undo it.

    A stage that only a small minority of the origins of its days tells is not believed. Denials and hypotheses never advance
    a stage; a measure known only from them is a rumour, a threat at most announced.
    """
    said: list[_Said] = []
    if core.modality == "asserted":
        news = _by_time(c for c in claims if not c.background and c.report.signal.modality == "asserted")
        said = _said(news, core, voices)
        steps = _with_what_was_halted(_walk(said), said) or [_first_said(news)]
    else:
        steps = [_unasserted(claims, core)]
    halts = [step.told for step in steps if step.stage in HALTED]
    return History(steps[-1].stage, tuple(_public(step, voices) for step in steps), max(halts, default=None), _wave(said))


def _wave(said: Sequence[_Said]) -> Wave | None:
    """Of those who tell of an act or a chance of it; a gazette's titles are names and hedge nothing. Older news is not looked at."""
    spoken: list[Spoken] = []
    news = [one for one in said if _news_stage(one) not in (None, *HALTED)]
    for one in sorted(news, key=lambda one: (one.told, one.claim.order), reverse=True):
        if spoken and one.told < spoken[0].told - _WAVES:
            break
        document = one.claim.report.document
        official = document.kind == "regulator"
        headline = "act" if official else told_by(document.title)
        told = _news_stage(one)
        if headline != "opinion" and told is not None:
            stage: Stage = "rumoured" if headline == "chance" and told != "proposed" else told
            signal, recorded_at = one.claim.report.signal, one.claim.report.recorded_at
            sure = signal.confidence * CONFIDENCE_WEIGHT[tier(one.claim)] >= PLAIN_CONFIDENCE
            says_so = is_plain(document.title, signal.type) or (official and one.primary and enacts(document.title))
            plain = sure and stage in TAKEN and says_so
            parties = one.claim.principals.union([p for p, role in signal.providers.items() if role in ACTIVE])
            listing = is_listing(document.title, [quote.text for quote in signal.evidence])
            spoken.append(Spoken(document.id, one.voice, stage, one.told, recorded_at, one.primary, plain, parties, listing))
    return wave(spoken)


def _news_stage(one: _Said) -> Stage | None:
    """What a report tells as news: a ruling that ends nothing leaves the measure where it is, but tells that it stands."""
    signal = one.claim.report.signal
    return one.stage or (signal.stage if signal.type == "litigation" and signal.stage in ("final", "in_force") else None)


def _said(news: Sequence[Claim], core: Substance, voices: Chorus[DocumentBrief]) -> list[_Said]:
    principals = frozenset().union(*(c.principals for c in core.claims))
    measure_known = any(c.report.signal.type not in MODIFIERS for c in core.claims)
    eased_known = not all(is_relief(c) for c in core.claims)
    effective = next(iter(supported(core.claims, lambda c: c.report.signal.dates.effective, voices)), None)
    said = []
    for claim in news:
        document, known = claim.report.document, eased_known if is_relief(claim) else measure_known
        stage = _capped(claim, _told_stage(claim, principals, known), effective)
        said.append(_Said(claim, stage, voices.voice(document), voices.first_told(document), is_primary(claim)))
    return said


def _walk(said: Sequence[_Said]) -> list[_Step]:
    steps: list[_Step] = []
    for one in said:
        if one.stage is None:
            continue
        if (not steps or _moves(steps, one.stage, one.claim)) and _believed(one.stage, one.told, said):
            steps.append(_Step(one.stage, _day(one.claim, one.stage), one.claim.told))
        if steps and steps[-1].stage == one.stage:
            steps[-1].claims.append(one.claim)
    return steps


def _with_what_was_halted(steps: list[_Step], said: Sequence[_Said]) -> list[_Step]:
    """Where the news of a halt was told before any news of the measure, how far it had come is told by the later reports."""
    if not steps or any(step.stage not in HALTED for step in steps):
        return steps
    went_on = [one for one in said if one.stage and one.stage not in HALTED and _believed(one.stage, one.told, said)]
    if not went_on:
        return steps
    first = max(went_on, key=lambda one: advanced(one.stage or "rumoured"))  # of equals the first told
    stage: Stage = first.stage or "rumoured"
    claims = [one.claim for one in went_on if one.stage == stage]
    return [_Step(stage, min(_day(first.claim, stage), steps[0].day), first.told, claims), *steps]


def _capped(claim: Claim, stage: Stage | None, effective: date | None) -> Stage | None:
    """What a report that is ahead of the agreed day means: `in_force` before that day is no more than announced.

    A primary source that names its own earlier day is believed; one that names none, such as a terms page, tells no start.
    """
    own_day = claim.report.signal.dates.effective
    begun = is_primary(claim) and own_day is not None and own_day <= claim.told.date()
    early = stage == "in_force" and effective is not None and effective > claim.told.date() and not begun
    return "announced" if early else stage


def _believed(stage: Stage, told: datetime, said: Sequence[_Said]) -> bool:
    """Whether a primary source or more than a small minority of the origins of the same days tell that it has come so far.

    Against a halt speak all who report the measure without one, against an advance those who tell an earlier stage. What a primary
    source states no lone report ends: that takes a primary source or two origins.
    """
    halt = stage in HALTED
    same_days = [one for one in said if abs(one.told - told) <= _CYCLE]
    backers = [one for one in same_days if one.stage and (one.stage in HALTED if halt else advanced(one.stage) >= advanced(stage))]
    others = [one for one in same_days if one.stage not in HALTED and (halt or one.stage) and not is_relief(one.claim)]
    support = {one.voice for one in backers}
    if any(one.primary for one in backers):
        return True
    stated = halt and any(one.primary and one.stage and one.stage not in HALTED and one.told <= told for one in said)
    return not (stated and len(support) == 1) and outweighs(len(support), len({one.voice for one in others} - support))


def _told_stage(claim: Claim, principals: frozenset[str], measure_known: bool) -> Stage | None:
    """The stage a claim moves the measure to; None when it says nothing about the whole measure.

    Relief that has begun halts the measure; relief only promised, or for some of its targets, and court cases that stop
    nothing leave it where it is.
    """
    stage = claim.report.signal.stage
    if claim.report.signal.type not in MODIFIERS and stage not in HALTED:
        return stage
    if not measure_known:
        return stage
    if stage not in HALTED:
        stage = "suspended" if is_relief(claim) and stage in ("final", "in_force") else stage
    if stage not in HALTED or (claim.principals and not principals <= claim.principals) or (claim.principals and not principals):
        return None
    return stage


def _moves(steps: Sequence[_Step], stage: Stage, claim: Claim) -> bool:
    last = steps[-1]
    if last.stage == "rescinded":
        return False
    if stage in HALTED:
        return stage != last.stage
    if last.stage == "suspended":
        return claim.told > last.told and _resumes(steps, stage, claim)
    return advanced(stage) > advanced(last.stage)


def _resumes(steps: Sequence[_Step], stage: Stage, claim: Claim) -> bool:
    """Whether a report told after a halt tells new facts. What it announces for a later day is one where a primary source does, or
    where nothing of the measure was told before the halt, which then was of something else.
    """
    halted, effective = steps[-1].day, claim.report.signal.dates.effective
    if stage in ("final", "in_force"):
        return is_primary(claim) or any(day > halted for day in claim.days)
    is_ahead = effective is not None and effective > halted
    return stage == "announced" and is_ahead and (is_primary(claim) or all(step.stage in HALTED for step in steps))


def _first_said(news: Sequence[Claim]) -> _Step:
    """Where every claim was about a part only: the first one's stage stands for the measure."""
    first = news[0]
    stage: Stage = "announced" if first.report.signal.stage in HALTED else first.report.signal.stage
    return _Step(stage, _day(first, stage), first.told, [first])


def _unasserted(claims: Sequence[Claim], core: Substance) -> _Step:
    """The one step of a measure that nobody asserts as news: a threat is at most announced, a recalled measure as it is recalled."""
    stage: Stage = "rumoured"
    if core.modality in ("threatened", "historical"):
        stage = max((c.report.signal.stage for c in core.claims), key=advanced)
    if core.modality == "threatened" and (stage in HALTED or advanced(stage) > advanced("announced")):
        stage = "announced"
    if core.modality == "historical":
        stage = next((c.report.signal.stage for c in reversed(_by_time(claims)) if c.report.signal.stage in HALTED), stage)
    told = _by_time(c for c in claims if c.report.signal.stage == stage) or _by_time(core.claims)
    return _Step(stage, _day(told[0], stage), told[0].told, told)


def _by_time(claims: Iterable[Claim]) -> list[Claim]:
    return sorted(claims, key=lambda c: (c.told, c.order))


def _day(claim: Claim, stage: Stage) -> date:
    """The day the stage was reached: as stated where that is not after publication, else the day of publication."""
    dates, told = claim.report.signal.dates, claim.told.date()
    stated = dates.effective if stage == "in_force" else dates.announced
    return stated if stated is not None and stated <= told else told


def _public(step: _Step, voices: Chorus[DocumentBrief]) -> StageStep:
    told_by = sorted(step.claims, key=lambda c: c.order)
    documents = dict.fromkeys(c.report.document.id for c in told_by)
    return StageStep(
        stage=step.stage,
        date=step.day,
        recorded_at=told_by[0].report.recorded_at,
        documents=tuple(documents),
        origins=len({voices.voice(c.report.document) for c in told_by}),
        primary=any(is_primary(c) for c in told_by),
    ).lean()
