"""The report of a backtest: its figures come in, one HTML page with drawings goes out. It loads nothing and quotes no publisher."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.backtest.corpus import CYCLE, POLL_DELAY
from monitor.backtest.measure import IN_TIME, Share
from monitor.backtest.run import OURS, Backtest
from monitor.inform.render import render

WIDTH, HEIGHT = 720, 180
"""Of every drawing's field, in pixels."""
BUDGET = 15
"""Alerts a week that are bearable before any team's filter."""
HOURS = 48
_HOUR = 3600


@dataclass(frozen=True)
class Mark:
    """Something at a place of a drawing, with its words."""

    x: float
    y: float
    words: str = ""
    size: float = 0.0


@dataclass(frozen=True)
class Line:
    """A polyline with the name under which the legend shows it."""

    name: str
    points: tuple[Mark, ...]

    @property
    def path(self) -> str:
        """The coordinates as SVG wants them."""
        return " ".join(f"{mark.x:.1f},{mark.y:.1f}" for mark in self.points)


def report(result: Backtest) -> str:
    """The whole page."""
    return render(
        "backtest.html",
        result=result,
        width=WIDTH,
        height=HEIGHT,
        budget=BUDGET,
        ours=OURS,
        delay_minutes=int(POLL_DELAY.total_seconds() // 60),
        cycle_minutes=int(CYCLE.total_seconds() // 60),
        weeks=_weeks(result),
        budget_y=_up(BUDGET / _most(result)),
        soon=_soon(result),
        day_x=_along(IN_TIME.total_seconds() / _HOUR / HOURS),
        thresholds=_thresholds(result),
        threshold_marks=[Mark(_along(points / _widest(result)), HEIGHT, str(points)) for points, _ in result.floors],
        calibration=[Mark(HEIGHT * b.confidence, _up(b.right.share), _words(b.right), b.right.n) for b in result.bins],
        words=_words,
    )


def _words(share: Share) -> str:
    return f"{share.share:.2f} ({share.hits} of {share.n}, at least {share.low:.2f})" if share.n else "not known"


def _along(part: float) -> float:
    return WIDTH * part


def _up(part: float) -> float:
    return HEIGHT * (1 - part)


def _most(result: Backtest) -> int:
    return max(BUDGET + 1, *(count for _, count in result.weeks))


def _weeks(result: Backtest) -> Sequence[Mark]:
    """One bar a week: its left edge, its top, what it says, its width."""
    wide = WIDTH / max(1, len(result.weeks))
    return [
        Mark(at * wide + 1, _up(count / _most(result)), f"week from {day}: {count} alerts", wide - 2)
        for at, (day, count) in enumerate(result.weeks)
    ]


def _soon(result: Backtest) -> Line:
    """The share of what happened that was alerted by so many hours after its first report."""
    told = [one for one in result.warned if one.first_report is not None]
    hours = sorted(one.delay.total_seconds() / _HOUR for one in told if one.delay is not None)
    marks = [Mark(0, HEIGHT)]
    for n, hour in enumerate(hours, 1):
        if hour <= HOURS:
            marks += [Mark(_along(hour / HOURS), marks[-1].y), Mark(_along(hour / HOURS), _up(n / len(told)))]
    return Line("alerted", (*marks, Mark(WIDTH, marks[-1].y)))


def _widest(result: Backtest) -> int:
    return max(points for points, _ in result.floors)


def _thresholds(result: Backtest) -> Sequence[Line]:
    """Precision and recall over the points that an alert asks for."""
    precision, recall = [], []
    for points, one in result.floors:
        x = _along(points / _widest(result))
        recall.append(Mark(x, _up(one.recall.share), f"{one.name}: recall {_words(one.recall)}"))
        precision.append(Mark(x, _up(one.precision.share), f"{one.name}: precision {_words(one.precision)}"))
    return [Line("recall", tuple(recall)), Line("precision", tuple(precision))]
