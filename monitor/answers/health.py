"""How one source is doing, in words. What the store keeps of it comes in; alerts, each with what to do, go out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from monitor.answers.shapes import Shape, SourceShape
from monitor.model import REASONS, AlertCode, FeedHints, Instant, Reason, Reliability, SourceFormat, SourceKind
from monitor.rhythm import expected_at, flaps, is_flapping, last_failure, quiet_from
from monitor.store.sources import SourceStatus

# One bad night is no alert: pages are rebuilt, certificates renewed late.
_FAILING_FOR = timedelta(days=1)
_FAILING_POLLS = 3
_MINUTE_S, _HOUR_S, _DAY_S = 60, 3_600, 86_400


class Alert(Shape):
    """Something that a person should look at; a `note` costs nothing if it is left."""

    code: AlertCode
    level: Literal["warning", "note"]
    text: str


class Failure(Shape):
    """The newest run of failed polls, also when the source has answered since."""

    reason: Reason
    since: Instant
    until: Instant
    polls: int


class SourceHealthShape(SourceShape):
    """Everything known about how one source is doing."""

    publisher: str
    kind: SourceKind
    format: SourceFormat
    reliability: Reliability
    why: str
    meaning: str
    action: str
    quiet_after: Instant | None
    flaps: int
    last_failure: Failure | None
    asks_for: FeedHints
    alert_details: list[Alert]
    data_as_of: Instant | None
    stale: bool


def source_shape(status: SourceStatus, now: datetime) -> SourceShape:
    """The line of one source in the list."""
    rhythm = status.observed.rhythm
    return SourceShape(
        id=status.id,
        name=status.source.name,
        url=status.url,
        state=status.state,
        reason=status.reason,
        detail=status.detail,
        since=status.since,
        failures=status.failures,
        last_fetch_at=status.last_fetch_at,
        last_success_at=status.last_success_at,
        documents=status.documents,
        last_item_at=rhythm.newest_at if rhythm else None,
        usual_gap_s=rhythm.gap_s if rhythm else None,
        expected_at=expected_at(rhythm) if rhythm else None,
        next_poll_at=status.next_poll_at,
        permanent_url=status.permanent_url,
        alerts=[alert.code for alert in alerts(status, now)],
    )


def health_shape(status: SourceStatus, now: datetime, data_as_of: datetime | None, stale: bool) -> SourceHealthShape:
    """All about one source."""
    failed, rhythm, source = last_failure(status.observed.runs), status.observed.rhythm, status.source
    meaning = REASONS[status.reason] if status.reason else None
    return SourceHealthShape(
        **source_shape(status, now).model_dump(),
        publisher=source.publisher,
        kind=source.kind,
        format=source.format,
        reliability=source.reliability,
        why=source.why,
        meaning=meaning.means if meaning else "",
        action=meaning.do if meaning else "",
        quiet_after=quiet_from(rhythm, source.interval_s) if rhythm and source.format != "page" else None,
        flaps=flaps(status.observed.runs, now),
        last_failure=Failure.model_validate(failed, from_attributes=True) if failed else None,
        asks_for=status.observed.hints,
        alert_details=list(alerts(status, now)),
        data_as_of=data_as_of,
        stale=stale,
    )


def alerts(status: SourceStatus, now: datetime) -> Iterator[Alert]:
    """What a person should look at, the gravest first."""
    since = f" since {status.since:%Y-%m-%d %H:%M} UTC" if status.since else ""
    lasts = status.since is not None and now - status.since >= _FAILING_FOR
    if status.state == "gone":
        yield Alert(code="gone", level="warning", text=f"gone for good{since}; {REASONS['gone'].do}")
    elif status.state == "failing" and status.reason and (lasts or status.failures >= _FAILING_POLLS):
        told = f"failing{since}: {REASONS[status.reason].means}; {REASONS[status.reason].do}"
        yield Alert(code="failing", level="warning", text=told)
    elif status.state == "quiet":
        yield Alert(code="quiet", level="warning", text=_silence(status, now))
    elif status.state == "empty" and lasts:
        yield Alert(code="empty", level="warning", text=f"answers without a single entry{since}; look at its URL in a browser")
    if is_flapping(status.observed.runs, now):
        last = last_failure(status.observed.runs)
        why = f", last with {last.reason}" if last else ""
        count = flaps(status.observed.runs, now)
        yield Alert(code="flapping", level="warning", text=f"broke down and came back {count} times within 7 days{why}")
    if status.permanent_url:
        yield Alert(
            code="moved", level="note", text=f"moved for good to {status.permanent_url}; change `url` in feeds.yaml if you trust it"
        )


def _silence(status: SourceStatus, now: datetime) -> str:
    rhythm = status.observed.rhythm
    if rhythm is None:
        return "nothing new for long; look at its page: is it still kept?"
    usual = f"usually one item every {span(rhythm.gap_s)}" if rhythm.gap_s else "its rhythm is not known"
    heard = span((now - rhythm.heard_at).total_seconds())
    return f"nothing new for {heard}, {usual}, newest item of {rhythm.newest_at:%Y-%m-%d}; look at its page: is it still kept?"


def span(seconds: float) -> str:
    """A duration in one rounded unit: `45 min`, `6 h`, `12 days`."""
    if seconds < 2 * _HOUR_S:
        return f"{max(1, round(seconds / _MINUTE_S))} min"
    return f"{round(seconds / _HOUR_S)} h" if seconds < 2 * _DAY_S else f"{round(seconds / _DAY_S)} days"
