"""One backtest from beginning to end: what to replay and to hold it against comes in, a `Backtest` goes out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from datetime import time as clock_time
from pathlib import Path
from tempfile import TemporaryDirectory

from monitor.assess.alert import ALERT_POINTS
from monitor.assess.constants import METHODOLOGY_VERSION
from monitor.backtest import measure
from monitor.backtest.baseline import Baseline, Ring
from monitor.backtest.corpus import Corpus, read_corpus
from monitor.backtest.labels import Key, Label, key_of
from monitor.backtest.measure import Bin, Figures, Lead, Warned
from monitor.backtest.reading import PORTION, Readers, reading, tagger_of
from monitor.backtest.replay import FLOORS, Outcome, Replay, Told
from monitor.backtest.truth import TruthEvent, Watch
from monitor.catalog import load_catalog
from monitor.model import Source
from monitor.pipeline import Progress, World, no_progress
from monitor.settings import Settings
from monitor.store import sources
from monitor.store.engine import open_store

OURS = ALERT_POINTS


@dataclass(frozen=True)
class Query:
    """What to replay, and what to hold it against."""

    paths: tuple[str, ...]
    first: date | None = None
    last: date | None = None
    truth: tuple[TruthEvent, ...] = ()
    labels: Mapping[Key, Label] = field(default_factory=dict)
    listed: tuple[Source, ...] = ()
    readers: Readers = "both"
    workers: int = 0
    """Processes that read ahead where there is enough to read; 0 reads in this one."""
    database: str = ""
    """Where the replay's rows go; empty for a place that is gone afterwards."""


@dataclass(frozen=True)
class Backtest:
    """What a replay gave, held against what happened."""

    first: date
    last: date
    documents: int
    left_out: int
    relevant: int
    """Documents from which events are drawn."""
    events: int
    seconds: float
    readers: Readers
    methodology_version: str
    told: tuple[Told, ...]
    warned: tuple[Warned, ...]
    figures: tuple[Figures, ...]
    """The product, then the baselines at the same number of alerts."""
    floors: tuple[tuple[int, Figures], ...]
    """What the product would have given if an alert asked for so many points."""
    bins: tuple[Bin, ...]
    calibration_error: float
    weeks: tuple[tuple[date, int], ...]
    lead_days: float | None
    rings: Mapping[str, tuple[Ring, ...]]
    labels: Mapping[Key, Label]

    @property
    def mean_lead(self) -> Lead | None:
        """Days of warning, the mean with its lower bound."""
        return measure.mean_lead(self.warned)

    def label(self, told: Told) -> Label | None:
        """The verdict on an alert, None when nobody gave one."""
        return self.labels.get(measure.label_of(told))


def run_backtest(query: Query, progress: Progress = no_progress) -> Backtest:
    """Replay the corpus in a database of its own and measure its alerts."""
    started = time.monotonic()
    corpus = read_corpus(query.paths, query.first, query.last, query.listed)
    watch, baselines = Watch(query.truth), (Baseline("keyword"), Baseline("recency"))
    workers = query.workers if len(corpus.rows) > PORTION else 0
    with _world(corpus, query.database) as world, reading(corpus.cycles(), query.readers, workers) as read:
        outcome = Replay(world, tagger_of(query.readers), watch, baselines).run(read, len(corpus.rows), progress)
    return _measured(query, corpus, outcome, watch, baselines, time.monotonic() - started)


@contextmanager
def _world(corpus: Corpus, database: str) -> Iterator[World]:
    """The service's world over an empty database; its clock is set by the replay at each hour."""
    with (
        TemporaryDirectory(prefix="forewarned-backtest-") as folder,
        closing(open_store(database or f"sqlite:///{Path(folder) / 'replay.sqlite'}")) as store,
    ):
        settings = Settings()
        with store.write() as tx:
            sources.sync_sources(tx, corpus.sources, datetime.combine(corpus.first, clock_time.min, UTC))
        yield World(store, load_catalog(), corpus.sources, settings, settings.clock)


def _measured(query: Query, corpus: Corpus, outcome: Outcome, watch: Watch, baselines: Sequence[Baseline], seconds: float) -> Backtest:
    weeks = ((corpus.last - corpus.first).days + 1) / 7
    told = outcome.told[OURS]
    per_week = len(told) / weeks
    rings = {baseline.kind: baseline.within(per_week) for baseline in baselines}
    warned = measure.warnings(query.truth, watch.reports, told, outcome)
    bins = measure.calibration(told, query.labels)
    return Backtest(
        first=corpus.first,
        last=corpus.last,
        documents=outcome.documents,
        left_out=corpus.left_out,
        relevant=outcome.relevant,
        events=len(outcome.events),
        seconds=seconds,
        readers=query.readers,
        methodology_version=METHODOLOGY_VERSION,
        told=tuple(told),
        warned=tuple(warned),
        figures=(
            _of_alerts("forewarned", query, watch, told, outcome, weeks),
            *(_of_rings(n, query, watch, rings[n], weeks) for n in rings),
        ),
        floors=tuple((floor, _of_alerts(f"from {floor} points", query, watch, outcome.told[floor], outcome, weeks)) for floor in FLOORS),
        bins=tuple(bins),
        calibration_error=measure.calibration_error(bins),
        weeks=tuple(measure.weekly((one.alert.at for one in told), corpus.first, corpus.last)),
        lead_days=measure.typical_lead(warned),
        rings={name: tuple(found) for name, found in rings.items()},
        labels=query.labels,
    )


def _of_alerts(name: str, query: Query, watch: Watch, told: Sequence[Told], outcome: Outcome, weeks: float) -> Figures:
    found = measure.warnings(query.truth, watch.reports, told, outcome)
    right = measure.precision(map(measure.label_of, told), query.labels)
    return Figures(name, len(told), len(told) / weeks, right, measure.recall(found))


def _of_rings(name: str, query: Query, watch: Watch, rings: Sequence[Ring], weeks: float) -> Figures:
    right = measure.precision((key_of(ring.document.title, ring.provider) for ring in rings), query.labels)
    return Figures(name, len(rings), len(rings) / weeks, right, measure.recall_of_rings(query.truth, watch.reports, rings))
