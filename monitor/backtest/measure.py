"""Alerts against what happened and against labels: the replay's outcome comes in, figures go out. Every share has its count and bound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import sqrt
from statistics import mean, median, stdev
from typing import Final

from monitor.backtest.baseline import Ring
from monitor.backtest.labels import Key, Label, key_of
from monitor.backtest.replay import Outcome, Told
from monitor.backtest.truth import Report, TruthEvent
from monitor.model import StageStep
from monitor.understand.evaluate import wilson_low

IN_TIME = timedelta(hours=24)
"""After the first report in the corpus."""
_T_90: Final = (3.078, 1.886, 1.638, 1.533, 1.476, 1.440, 1.415, 1.397, 1.383, 1.372)
"""Student's t that 90 % lie below, for 1 to 10 degrees of freedom (NIST/SEMATECH e-Handbook, 1.3.6.7.2); the last is used beyond, which
leaves the bound a little low."""
BIN = 10
"""Alerts per bin of the calibration, at least."""


@dataclass(frozen=True)
class Share:
    """`hits` of `n`, with Wilson's one-sided 90 % lower bound."""

    hits: int
    n: int

    @property
    def share(self) -> float:
        """0 where there is nothing to count."""
        return self.hits / self.n if self.n else 0.0

    @property
    def low(self) -> float:
        """The bound above which the true share lies in nine of ten such samples."""
        return min(self.share, max(0.0, wilson_low(self.share, self.n)))  # rounding may leave it a hair outside


@dataclass(frozen=True)
class Lead:
    """Mean days from alert to effect of `n` things that happened, with Student's one-sided 90 % lower bound; None for a single one."""

    mean: float
    low: float | None
    n: int


@dataclass(frozen=True)
class Warned:
    """How one thing that happened was told."""

    event: TruthEvent
    reports: int
    first_report: Report | None
    """None when the corpus has none; then it counts for nothing."""
    told: Told | None
    """The first alert that rests on one of its reports and is for one of its providers."""
    stages: tuple[StageStep, ...] = ()

    @property
    def delay(self) -> timedelta | None:
        """From the publication of the first report to the alert."""
        return self.told.alert.at - self.first_report.published_at if self.told and self.first_report else None

    @property
    def in_time(self) -> bool:
        """Whether it was alerted within a day of the first report."""
        return self.delay is not None and self.delay <= IN_TIME

    @property
    def lead_days(self) -> int | None:
        """Days from the alert to the day on which the measure takes effect; negative when it came after it."""
        return (self.event.effective - self.told.alert.at.date()).days if self.told and self.event.effective else None


@dataclass(frozen=True)
class Bin:
    """Alerts of similar confidence: the mean of it, and how many were right."""

    confidence: float
    right: Share


@dataclass(frozen=True)
class Figures:
    """What one way of alerting gives."""

    name: str
    alerts: int
    per_week: float
    precision: Share
    """Of the labelled ones."""
    recall: Share
    """Of what happened and is in the corpus, alerted within a day."""


def warnings(truth: Sequence[TruthEvent], reports: Mapping[str, Sequence[Report]], told: Sequence[Told], outcome: Outcome) -> list[Warned]:
    """For each thing that happened the first alert on it, in the order of the file."""
    return [
        _warning(event, sorted(reports.get(event.id, ()), key=lambda r: (r.published_at, r.document)), told, outcome) for event in truth
    ]


def _warning(event: TruthEvent, reports: Sequence[Report], told: Sequence[Told], outcome: Outcome) -> Warned:
    known = {report.document for report in reports}
    hit = (one for one in told if one.documents & known and concerns(event, (pair.provider for pair in one.alert.pairs)))
    first = min(hit, key=lambda one: one.alert.at, default=None)
    stages = outcome.events[first.alert.event].stages if first and first.alert.event in outcome.events else ()
    return Warned(event, len(reports), reports[0] if reports else None, first, stages)


def concerns(event: TruthEvent, providers: Iterable[str]) -> bool:
    """Whether an alert for these providers is for one that the event hits; any will do where the event names none."""
    return not event.providers or bool(set(event.providers) & set(providers))


def recall(found: Sequence[Warned]) -> Share:
    """The share alerted within a day of the first report, among what the corpus tells at all."""
    told = [one for one in found if one.first_report is not None]
    return Share(sum(one.in_time for one in told), len(told))


def label_of(told: Told) -> Key:
    """What an alert's label is found by: its news, and the pair on which it weighs most."""
    worst = told.alert.pairs[0]
    return key_of(told.lead.title, worst.provider, worst.jurisdiction, told.alert.type)


def precision(keys: Iterable[Key], labels: Mapping[Key, Label]) -> Share:
    """The share of the labelled alerts that are right."""
    seen = [labels[key].right for key in keys if key in labels]
    return Share(sum(seen), len(seen))


def calibration(told: Sequence[Told], labels: Mapping[Key, Label]) -> list[Bin]:
    """Labelled alerts in bins of equal count by confidence, the least confident first."""
    seen = sorted((one.alert.confidence, labels[label_of(one)].right) for one in told if label_of(one) in labels)
    size = max(BIN, -(-len(seen) // 5))
    groups = [seen[at : at + size] for at in range(0, len(seen), size)]
    if len(groups) > 1 and len(groups[-1]) < BIN:
        groups[-2:] = [groups[-2] + groups[-1]]
    return [Bin(sum(c for c, _ in group) / len(group), Share(sum(r for _, r in group), len(group))) for group in groups]


def calibration_error(bins: Sequence[Bin]) -> float:
    """The mean distance of confidence and share right, over alerts."""
    total = sum(one.right.n for one in bins)
    return sum(one.right.n * abs(one.confidence - one.right.share) for one in bins) / total if total else 0.0


def weekly(moments: Iterable[datetime], first: date, last: date) -> list[tuple[date, int]]:
    """How many fell into each week from `first` on, by its first day, empty weeks too."""
    counts = Counter((moment.date() - first).days // 7 for moment in moments)
    return [(first + timedelta(days=7 * week), counts[week]) for week in range((last - first).days // 7 + 1)]


def typical_lead(found: Sequence[Warned]) -> float | None:
    """The median of days between an alert and the effective day, among those that were ahead of it."""
    days = [lead for one in found if (lead := one.lead_days) is not None and lead >= 0]
    return median(days) if days else None


def mean_lead(found: Sequence[Warned]) -> Lead | None:
    """Days of warning of everything that was alerted and has an effective day, late ones counted as negative; None without any."""
    days = [lead for one in found if (lead := one.lead_days) is not None]
    if not days:
        return None
    if len(days) == 1:
        return Lead(float(days[0]), None, 1)
    t = _T_90[min(len(days) - 1, len(_T_90)) - 1]
    return Lead(mean(days), mean(days) - t * stdev(days) / sqrt(len(days)), len(days))


def recall_of_rings(truth: Sequence[TruthEvent], reports: Mapping[str, Sequence[Report]], rings: Sequence[Ring]) -> Share:
    """The same for a baseline, which is given every report of an event as one that tells it."""
    hits = n = 0
    for event in truth:
        told = reports.get(event.id, ())
        if not told:
            continue
        known, first = {report.document for report in told}, min(report.published_at for report in told)
        n += 1
        hits += any(r.document.id in known and concerns(event, [r.provider]) and r.at - first <= IN_TIME for r in rings)
    return Share(hits, n)
